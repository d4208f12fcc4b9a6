//! Shows what an update would change. It reads a distribution's configuration and a function's state
//! from files, and prints the calls in order, what each of them changes, and the paths that would be
//! invalidated. It makes no calls and changes nothing.
//!
//! These commands print the files:
//!
//! ```sh
//! aws lambda get-function --function-name NAME > function.json
//! aws cloudfront get-distribution-config --id ID > distribution.json
//! cargo run --example update_dry_run -- \
//!     --function function.json --distribution distribution.json
//! ```
//!
//! It uses the same environment variables as the management function: `LambdaCodeBucket` and
//! `LambdaCodeKey` for a package of your own, `fpjs_cdn_url` and `fpjs_ingress_base_host` for other
//! origins. It takes the next version for the published one: one more than the highest in the
//! distribution and in the file for `--versions`, the output of
//! `aws lambda list-versions-by-function --function-name NAME`.
//!
//! Without files it plans the update of a small sample deployment. The plan comes from `Update`, as a
//! real update does; this host answers the calls from the files.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use clap::Parser;
use serde_json::Value;

use plan::Input;

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
    /// The distribution's id, which is not part of its configuration.
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
    let input = Input {
        function: read(arguments.function.as_deref(), plan::sample_function)?,
        distribution: read(arguments.distribution.as_deref(), plan::sample_distribution)?,
        versions: read(arguments.versions.as_deref(), || Value::Null)?,
        distribution_id: &arguments.distribution_id,
        version: arguments.version,
        unchanged: arguments.unchanged,
    };
    let plan = plan::make(&input, |variable| env::var(variable).ok())?;
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
