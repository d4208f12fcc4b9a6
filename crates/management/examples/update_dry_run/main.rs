//! What would an update change? Reads a distribution's configuration and a function's state from
//! files and prints a plan. It calls nobody and changes nothing.
//!
//! The files are what these commands print:
//!
//! ```sh
//! aws lambda get-function --function-name NAME > function.json
//! aws cloudfront get-distribution-config --id ID > distribution.json
//! cargo run --example update_dry_run -- \
//!     --function function.json --distribution distribution.json
//! ```
//!
//! The environment's settings count as they do for the management function: `LambdaCodeBucket` and
//! `LambdaCodeKey` for a package of your own, `fpjs_cdn_url` and `fpjs_ingress_base_host` for other
//! origins. The version that would be published is one more than the highest that is known: from
//! the distribution, and from what `aws lambda list-versions-by-function --function-name NAME`
//! prints if it is given as `--versions`.
//!
//! Without files it plans the update of a small sample deployment. The plan is made by the same
//! machine that performs updates: this host answers its calls from the files.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use clap::Parser;
use serde_json::Value;

use plan::Known;

mod plan;

/// Prints what an update of a CloudFront deployment would change.
#[derive(Parser)]
struct Arguments {
    /// The output of `aws lambda get-function`.
    #[arg(long, requires = "distribution")]
    function: Option<PathBuf>,
    /// The output of `aws cloudfront get-distribution-config`.
    #[arg(long, requires = "function")]
    distribution: Option<PathBuf>,
    /// The distribution's id, which its configuration does not tell.
    #[arg(long, default_value = "UNKNOWN")]
    distribution_id: String,
    /// The output of `aws lambda list-versions-by-function`.
    #[arg(long)]
    versions: Option<PathBuf>,
    /// The version that would be published [default: one more than the highest that is known, or
    /// that one if the code is unchanged].
    #[arg(long)]
    version: Option<u32>,
    /// Plan for code that has not changed since the highest version was published.
    #[arg(long)]
    unchanged: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("update_dry_run: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let known = Known {
        function: read(arguments.function.as_deref(), plan::sample_function)?,
        distribution: read(arguments.distribution.as_deref(), plan::sample_distribution)?,
        versions: read(arguments.versions.as_deref(), || Value::Null)?,
        distribution_id: &arguments.distribution_id,
        version: arguments.version,
        unchanged: arguments.unchanged,
    };
    let plan = plan::make(&known, |variable| env::var(variable).ok())?;
    print!("{}", plan.text);
    Ok(if plan.succeeds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(path: Option<&Path>, sample: fn() -> Value) -> Result<Value, Box<dyn Error>> {
    let Some(path) = path else {
        return Ok(sample());
    };
    let read =
        || -> Result<Value, Box<dyn Error>> { Ok(serde_json::from_slice(&fs::read(path)?)?) };
    read().map_err(|error| format!("{}: {error}", path.display()).into())
}
