//! Tells whether an integration that is live works, whoever built it and wherever it runs.
//!
//! ```sh
//! cargo run --example doctor -- https://www.example.com/ore54guier --api-key K
//! ```
//!
//! `README.md` beside this file tells what it asks and what its verdicts mean.
//!
//! The library decides what is asked and judges the answers (`firstparty::doctor`). The rest is here:
//!
//! * `args`: what the program is told
//! * `client`: one step of the doctor, carried out within its limits
//! * `dial`: names, TCP, and TLS
//! * `trust`: whose certificates are trusted, and why one is not
//! * `printer`: verdicts, for people or as JSON
//! * `text`: text in columns

mod args;
mod client;
mod dial;
mod printer;
mod text;
mod trust;

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::Parser;
use firstparty::doctor::{Doctor, Step, Summary};
use tokio::runtime;

use self::args::Args;
use self::client::Client;
use self::dial::Dial;
use self::printer::Printer;

/// The doctor could not work. It is also what `clap` says of arguments.
const TROUBLE: u8 = 2;

fn main() -> ExitCode {
    match examine(&Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Whoever has closed the pipe knows that this is not all.
            if !is_closed(&*error) {
                let _ = writeln!(io::stderr(), "error: {error}");
            }
            ExitCode::from(TROUBLE)
        }
    }
}

/// Whether no check failed.
fn examine(args: &Args) -> Result<bool, Box<dyn Error>> {
    let integration = args.integration()?;
    let dial = Dial::new(args, &integration.url().parse()?)?;
    let mut printer = Printer::new(args);
    printer.begin(integration.url())?;
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let doctor = Doctor::new(integration, entropy()?);
    let done = runtime.block_on(run(doctor, &Client::new(dial, args.timeout), &mut printer));
    // The system may still be looking up a name that nobody waits for any more.
    runtime.shutdown_background();
    let summary = done?;
    printer.end(summary)?;
    Ok(summary.fail == 0)
}

/// Prints each verdict as soon as there is one.
async fn run(
    mut doctor: Doctor,
    client: &Client,
    printer: &mut Printer,
) -> Result<Summary, Box<dyn Error>> {
    loop {
        printer.verdicts(doctor.verdicts())?;
        match doctor.step() {
            Step::Done => return Ok(doctor.summary()),
            step => doctor.answer(client.carry_out(step).await?),
        }
    }
}

fn entropy() -> Result<[u8; 16], getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// The reader closed the pipe.
fn is_closed(error: &(dyn Error + 'static)) -> bool {
    let kind = error.downcast_ref().map(io::Error::kind);
    kind == Some(ErrorKind::BrokenPipe)
}
