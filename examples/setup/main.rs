//! Proposes an integration: paths, variables of the platform, the page's JavaScript, and what it costs.
//!
//! ```sh
//! cargo run --example setup -- --site https://www.example.com --platform cloudflare
//! ```
//!
//! The beginning of its answer, which goes on with the key of a cache in front, JavaScript and security policies:
//!
//! ```text
//! URLs on cloudflare
//! status page           https://www.example.com/s91bdi00v1/status
//! v4 endpoint           https://www.example.com/s91bdi00v1/?region=us
//! v4 import             https://www.example.com/s91bdi00v1/web/v4/<apiKey>
//!
//! advice the agent of every public API key is served: list the site's own keys in fpjs_api_keys (no-key-list)
//!
//! wrangler.toml
//! [vars]
//! fpjs_route_prefix = "s91bdi00v1"
//!
//! the secret, which wrangler asks for
//! npx wrangler secret put PROXY_SECRET
//! ```
//!
//! And its end with `--events-per-month 1000000`:
//!
//! ```text
//! a month with 1000000 identifications
//! 3000000 requests          at $0.3 for 1000000 = $0.90
//! 1 month                   at $5 for 1 = $5.00
//! total $5.90
//! an identification is up to 3 requests; 36 kB of agent and 1 kB of answer go to the browser, 5 to 10 kB come from it (10 counted)
//! a function waits 0.2 s for the agent, 0.5 s for the identification, 0.2 s for the browser cache request, with 128 MB
//! the secret is read 12 times an hour in each region of the edge; a month has 730 hours
//! Prices that are not given are list prices of 2026-11.
//! Included amounts, minimum fees and logs are not counted.
//! ```
//!
//! `--json` has the same for programs.
//!
//! * `args`: what the program is told
//! * `plan`: the paths, and the configuration that they make
//! * `variables`: the configuration as the platform takes it
//! * `page`: JavaScript and content security policy
//! * `cache`: what a cache in front may keep
//! * `cost`: quantities and money for a month
//! * `print`: all of it for people, or as JSON

mod args;
mod cache;
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
        // The reader closed the pipe.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}
