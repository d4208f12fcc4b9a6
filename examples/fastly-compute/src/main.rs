//! The gateway as a service of Fastly Compute. `README.md` tells how to run it.
//!
//! * `settings`: the service's stores become a gateway
//! * `request`: what the browser has sent, for the gateway
//! * `upstream`: one request to Fingerprint, with its limits
//! * `framing`: how bodies are framed again
//!
//! Bodies stay with Fastly, which streams them; only heads come in here.

mod framing;
mod request;
mod settings;
mod upstream;

use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use fastly::http::header::TRANSFER_ENCODING;
use fastly::http::{HeaderValue, StatusCode};
use fastly::log::Endpoint;
use fastly::{Backend, Body, Request, Response};
use firstparty::refusal::Cause;
use firstparty::{Action, Gateway, Report, RequestId, http};

/// The site's backend, and the log endpoint of the service.
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
    let response = match settings::gateway(site.is_some()) {
        Ok(gateway) => serve(&gateway, browser, site),
        Err(error) => {
            log(&format!("settings: {error}"));
            // The site goes on without the gateway.
            match site {
                Some(site) => pass_on(browser, site),
                None => refuse(&browser, &MISCONFIGURED),
            }
        }
    };
    response.send_to_client();
}

fn serve(gateway: &Gateway, browser: Request, site: Option<Backend>) -> Response {
    let uri = match request::target(&browser) {
        Ok(uri) => uri,
        Err(cause) => return refuse(&browser, cause),
    };
    match site {
        Some(site) if !gateway.owns(&uri) => pass_on(browser, site),
        _ => exchange(gateway, browser, uri),
    }
}

fn exchange(gateway: &Gateway, browser: Request, uri: http::Uri) -> Response {
    // Neither has a place in what the gateway returns.
    let address = browser.get_client_ip_addr();
    let is_coded = browser.contains_header(TRANSFER_ENCODING);
    let (response, report) = match gateway.handle(request::request(browser, uri), address) {
        Action::Respond(response, report) => (own(response), report),
        Action::Forward(mut request, exchange) => {
            if is_coded {
                request
                    .headers_mut()
                    .insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
            }
            match upstream::send(request) {
                Ok(response) => {
                    let report = exchange.report().ended(response.status());
                    (framing::response(exchange.complete(response)), report)
                }
                Err(failure) => {
                    let report = exchange.report().ended(failure);
                    (own(exchange.fail(failure, request_id())), report)
                }
            }
        }
    };
    log_report(report);
    response
}

/// The site's own request, as it came: Fastly's cache serves the site as it would without the gateway.
fn pass_on(browser: Request, site: Backend) -> Response {
    browser.send(site).unwrap_or_else(|error| {
        log(&format!("site: {}", error.root_cause()));
        Response::from_status(StatusCode::BAD_GATEWAY)
    })
}

fn refuse(browser: &Request, cause: &'static Cause) -> Response {
    log_report(Report::default().answered(cause));
    own(request::reply(browser).refuse(cause))
}

/// An answer of the gateway's.
fn own(response: http::Response<impl AsRef<[u8]>>) -> Response {
    response.map(|body| Body::from(body.as_ref())).into()
}

/// R16.6: the report, and no field.
fn log_report(report: Report) {
    log(&format!("exchange {}", serde_json::to_string(&report).unwrap_or_default()));
}

/// For `fastly log-tail`, and for the log endpoint where the service has it. A log that is lost fails no request.
fn log(line: &str) {
    println!("{line}");
    if let Ok(mut endpoint) = Endpoint::try_from_name(LOG) {
        let _ = writeln!(endpoint, "{line}");
    }
}

/// It must be unique, not unpredictable.
fn request_id() -> RequestId {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let millis = u64::try_from(now.as_millis()).unwrap_or_default();
    RequestId::new(millis, RandomState::new().hash_one(now))
}
