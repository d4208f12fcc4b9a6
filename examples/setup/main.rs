//! Proposes an integration: paths, variables of the platform, the page's JavaScript, and what it costs.
//!
//! ```sh
//! cargo run --example setup -- --site https://www.example.com --platform cloudflare
//! ```
//!
//! * `args`: what the program is told
//! * `plan`: the paths, and the configuration that they make
//! * `variables`: the configuration as the platform takes it
//! * `page`: JavaScript and content security policy
//! * `cost`: quantities and money for a month
//! * `print`: all of it for people, or as JSON

mod args;
mod cost;
mod page;
mod plan;
mod print;
mod variables;

use std::error::Error;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::Parser;

use self::args::Args;
use self::plan::Plan;

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let plan = Plan::new(args)?;
    let write = if args.json { print::json } else { print::text };
    // Colours only on a terminal, and not against `NO_COLOR`.
    let mut out = anstream::stdout().lock();
    match write(&mut out, &plan).and_then(|()| out.flush()) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}
