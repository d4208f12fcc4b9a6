//! The gateway as a service of Fastly Compute. `README.md` tells how to run it.
//!
//! * `settings`: the service's stores become a gateway
//! * `request`: what the browser has sent, for the gateway
//! * `upstream`: one request to Fingerprint, with its limits
//! * `content`: bodies, piece by piece
//! * `exchange`: a request that is the gateway's, from its head to its log line

mod content;
mod exchange;
mod request;
mod settings;
mod upstream;

use std::io::Write;

use fastly::http::StatusCode;
use fastly::log::Endpoint;
use fastly::{Backend, Request, Response};
use firstparty::Gateway;
use firstparty::refusal::Cause;

use crate::exchange::{exchange, refuse};

/// The backend that is the site, and the log endpoint, by the names that the service has for them.
const SITE: &str = "site";
const LOG: &str = "firstparty";

static MISCONFIGURED: Cause = Cause::new(
    "misconfigured",
    "R1.3",
    StatusCode::INTERNAL_SERVER_ERROR,
    "the gateway's settings cannot be used",
);

/// Fastly starts an instance for each request.
fn main() {
    let browser = Request::from_client();
    let site = Backend::from_name(SITE).ok().filter(Backend::exists);
    match (settings::gateway(site.is_some()), site) {
        (Ok(gateway), site) => serve(&gateway, browser, site),
        (Err(error), site) => {
            log(&format!("settings: {error}"));
            // The site goes on without the gateway.
            match site {
                Some(site) => pass_on(browser, site),
                None => refuse(&browser, &MISCONFIGURED),
            }
        }
    }
}

fn serve(gateway: &Gateway, browser: Request, site: Option<Backend>) {
    match (request::target(&browser), site) {
        (Ok(uri), Some(site)) if !gateway.owns(&uri) => pass_on(browser, site),
        (Ok(uri), _) => exchange(gateway, browser, uri),
        (Err(cause), _) => refuse(&browser, cause),
    }
}

/// The site's own request, as it came: Fastly's cache serves the site as it would without the gateway.
fn pass_on(browser: Request, site: Backend) {
    let response = browser.send(site).unwrap_or_else(|error| {
        log(&format!("site: {}", error.root_cause()));
        Response::from_status(StatusCode::BAD_GATEWAY)
    });
    response.send_to_client();
}

/// For `fastly log-tail`, and for the log endpoint where the service has it. A line that is lost fails no request.
fn log(line: &str) {
    println!("{line}");
    if let Ok(mut endpoint) = Endpoint::try_from_name(LOG) {
        let _ = writeln!(endpoint, "{line}");
    }
}
