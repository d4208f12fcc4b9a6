//! What the gateway does with a request, and by which rule.
//!
//! One request, from arguments:
//!
//! ```sh
//! cargo run --example explain -- --method POST --url '/fp/?region=eu' --header 'host: www.example.com' \
//!     --header 'cookie: a=1; _iidt=2' --header 'origin: https://www.example.com'
//! ```
//!
//! ```text
//! POST /fp/?region=eu
//! route api
//! region eu
//!
//! to Fingerprint
//!   POST https://eu.api.fpjs.io/?region=eu&ii=custom-proxy-integration%2F0.1.0%2Fingress
//!   ~ path  R4.2 Path of v4 and of the result route
//!   + ii  R3.5 Traffic monitoring
//!   ~ cookie: _iidt=2  R5.5 Cookies
//!   + fpjs-proxy-forwarded-host: www.example.com  R5.6 Identity fields
//!   ~ host: eu.api.fpjs.io  R4.1 Upstream's URI and host
//!     origin: https://www.example.com
//! ```
//!
//! `--status` and `--response-header` add what upstream answers, and then what the browser gets is explained, too.
//!
//! What a browser recorded: each exchange of the integration, with the recorded response standing in for
//! upstream's.
//!
//! ```sh
//! cargo run --example explain -- --config settings.json --site www.example.com --har session.har
//! ```
//!
//! The end of its answer:
//!
//! ```text
//! to the browser
//!   200
//!   ~ set-cookie: _iidt=1  R8.2 First party
//!
//! 1 of 3 requests belong to the integration
//! ```
//!
//! Without either, JSON lines in and JSON lines out, for comparing implementations: it takes the lines of
//! `tests/data/*.jsonl` as they are. A request may have a `version` (`HTTP/1.0`, `HTTP/1.1`, `HTTP/2`); in
//! HTTP/2 its URI has the authority.
//!
//! ```sh
//! echo '{"config": {"get_result_path": "r"},
//!        "request": {"method": "POST", "uri": "/fp/r?region=xx",
//!                    "headers": [["Host", "www.example.com"]], "client_ip": "203.0.113.7"}}' |
//!     tr -d '\n' | cargo run --example explain
//! cargo run --example explain -- \
//!     --defaults '{"platform":"cloudfront","config":{"mount":"anywhere","agent_origin":"cdn"}}' \
//!     < tests/data/cloudfront.jsonl
//! ```
//!
//! * `args`: what the program is told
//! * `decide`: an exchange becomes what the gateway makes of it
//! * `lines`: exchanges as lines of JSON
//! * `har`: exchanges that a browser recorded
//! * `page`: what was decided, for people

mod args;
mod decide;
mod har;
mod lines;
mod page;

use std::error::Error;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Write};
use std::process::ExitCode;

use clap::Parser;
use firstparty::Gateway;
use firstparty::http::uri::Authority;

use self::args::Args;
use self::decide::explain;
use self::har::Recorded;

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    // Colours only on a terminal, and not against `NO_COLOR`.
    let mut out = anstream::stdout().lock();
    if let Some(target) = &args.url {
        let (request, upstream) = (args.request(target), args.upstream());
        page::write(&mut out, &request, &explain(&args.gateway()?, &request, upstream.as_ref()))?;
    } else if let Some(path) = &args.har {
        let gateway = args.gateway()?;
        let hosts = args.hosts(&gateway)?;
        let archive = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
        explain_archive(&mut out, archive, &gateway, &hosts)?;
    } else {
        lines::explain_lines(io::stdin().lock(), io::stdout(), &args.defaults()?)?;
    }
    Ok(out.flush()?)
}

/// Prints each exchange as soon as it has been read: of a file that ends early, what it had.
fn explain_archive(
    out: &mut impl Write,
    archive: File,
    gateway: &Gateway,
    hosts: &[String],
) -> Result<(), Box<dyn Error>> {
    let (mut recorded, mut owned) = (0_u64, 0_u64);
    let mut written = Ok(());
    let read = har::for_each(BufReader::new(archive), |exchange| {
        recorded += 1;
        if is_owned(gateway, hosts, &exchange) {
            if let Some(request) = exchange.request() {
                owned += 1;
                let explained = explain(gateway, &request, exchange.upstream().as_ref());
                written = page::write(out, &request, &explained).and_then(|()| writeln!(out));
            }
        }
        written.is_ok()
    });
    written?;
    read?;
    Ok(writeln!(out, "{owned} of {recorded} requests belong to the integration")?)
}

/// The site's other requests, and those to other hosts, are nobody's business here.
fn is_owned(gateway: &Gateway, hosts: &[String], exchange: &Recorded) -> bool {
    let Some((authority, target)) = exchange.destination() else { return false };
    let Ok(authority) = authority.parse::<Authority>() else { return false };
    let path = target.split('?').next().unwrap_or_default();
    let is_host = |host: &String| host.eq_ignore_ascii_case(authority.host());
    hosts.iter().any(is_host) && path.parse().is_ok_and(|path| gateway.owns(&path))
}

/// The reader closed the pipe.
fn is_closed(error: &(dyn Error + 'static)) -> bool {
    let kind = error.downcast_ref().map(io::Error::kind);
    kind == Some(ErrorKind::BrokenPipe)
}
