//! What each probe sends, and when it is not sent: policy, a row a probe.

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{Method, Request};
use url::Host;

use super::case::{Case, Observed};
use super::integration::Integration;
use super::probe::Probe;
use super::step::Step;
use crate::config::RoutePath;
use crate::octets::percent;
use crate::region::Region;
use crate::route::V4_AGENT;

/// What servers spoil that take a query apart and write it anew. It needs no escape in HTML and JSON,
/// so that a server which shows its request shows it as it is.
pub(super) const DELICATE: &str = "%7e~%2F+%20;%c3%a9=.!*";

/// Why a probe is not sent.
pub(super) type NotAsked = &'static str;

const NO_KEY: NotAsked = "no public API key was given";
const NO_AGENT_PATH: NotAsked = "no v3 agent path was given";
const NO_RESULT_PATH: NotAsked = "no v3 result path was given";
const NO_IDENTIFICATION: NotAsked = "identification requests were left out";
pub(super) const ONE_ORIGIN: NotAsked = "the site and the integration have one origin";
const NO_REQUEST: NotAsked = "what was given does not fit a URL";

/// What a probe needs of the program.
pub(super) fn step(case: &Case, probe: Probe) -> Result<Step, NotAsked> {
    let integration = &case.integration;
    match probe {
        Probe::Addresses => resolve(integration.host().as_ref()),
        Probe::SiteAddresses if integration.host() == integration.site_host() => {
            Err("the site and the integration have one host")
        }
        Probe::SiteAddresses => resolve(integration.site_host().as_ref()),
        _ => {
            answers(case)?;
            request(case, probe).map(Step::Send)
        }
    }
}

fn resolve(host: Option<&Host<&str>>) -> Result<Step, NotAsked> {
    match host {
        Some(Host::Domain(name)) => Ok(Step::Resolve((*name).to_owned())),
        _ => Err("the host is an address"),
    }
}

/// Nothing is sent to a host that has no address, or that has not answered the first request.
fn answers(case: &Case) -> Result<(), NotAsked> {
    match case.observed(Probe::Addresses) {
        Some(Observed::NotAsked(_)) => {}
        Some(Observed::Addresses(addresses)) if !addresses.is_empty() => {}
        _ => return Err("the host does not resolve"),
    }
    match case.observed(Probe::StatusPage) {
        None | Some(Observed::Response(_)) => Ok(()),
        Some(_) => Err("the integration does not answer"),
    }
}

fn request(case: &Case, probe: Probe) -> Result<Request<Bytes>, NotAsked> {
    let integration = &case.integration;
    let [nonce, other_key] = &case.nonces;
    let key = integration.api_key.as_deref().ok_or(NO_KEY);
    let (method, target) = match probe {
        Probe::StatusHead => (Method::HEAD, "/status".to_owned()),
        Probe::StatusJson => (Method::GET, "/status?format=json".to_owned()),
        Probe::AgentV4 => (Method::GET, agent_v4(key?)),
        Probe::AgentV3 => (Method::GET, agent_v3(integration, key?)?),
        Probe::OtherAgent => (Method::GET, key.and(agent_v3(integration, other_key))?),
        Probe::BrowserCache => {
            let route = result_route(integration)?;
            (Method::GET, format!("/{route}/{nonce}?region={}&q={nonce}", region(integration)))
        }
        Probe::Query => (Method::GET, query(integration, nonce)),
        Probe::IdentificationV4 => {
            may_identify(integration)?;
            (Method::POST, identification_v4(integration))
        }
        Probe::IdentificationV3 => {
            may_identify(integration)?;
            (Method::POST, identification_v3(integration)?)
        }
        Probe::Repeat => {
            may_identify(integration)?;
            (Method::POST, identification(integration))
        }
        Probe::Preflight => (Method::OPTIONS, preflight(integration)?),
        Probe::StatusPage | Probe::Addresses | Probe::SiteAddresses => {
            (Method::GET, "/status".to_owned())
        }
    };
    build(integration, method, &target).ok_or(NO_REQUEST)
}

fn agent_v4(key: &str) -> String {
    let mut target = format!("/{V4_AGENT}");
    percent::push_encoded(&mut target, key);
    target + "?ci=jsl/4.1.5"
}

fn agent_v3(integration: &Integration, key: &str) -> Result<String, NotAsked> {
    let route = integration.agent_path.as_ref().ok_or(NO_AGENT_PATH)?;
    let mut target = format!("/{route}?apiKey=");
    percent::push_encoded(&mut target, key);
    Ok(target + "&version=3&loaderVersion=3.12.15")
}

fn result_route(integration: &Integration) -> Result<&RoutePath, NotAsked> {
    integration.result_path.as_ref().ok_or(NO_RESULT_PATH)
}

fn region(integration: &Integration) -> Region {
    integration.region.unwrap_or_default()
}

/// Unless the region is known, one that nothing chooses by default.
pub(super) fn region_of_query(integration: &Integration) -> Region {
    integration.region.unwrap_or(Region::Eu)
}

fn query(integration: &Integration, nonce: &str) -> String {
    format!("/{nonce}?region={}&q={nonce}{DELICATE}", region_of_query(integration))
}

fn may_identify(integration: &Integration) -> Result<(), NotAsked> {
    integration.identifies.then_some(()).ok_or(NO_IDENTIFICATION)
}

fn identification_v4(integration: &Integration) -> String {
    format!("/?region={}", region(integration))
}

fn identification_v3(integration: &Integration) -> Result<String, NotAsked> {
    let route = result_route(integration)?;
    Ok(format!("/{route}?region={}", region(integration)))
}

/// The first identification request that the repeated one repeats.
pub(super) fn repeated(integration: &Integration) -> Probe {
    match integration.result_path {
        Some(_) => Probe::IdentificationV3,
        None => Probe::IdentificationV4,
    }
}

fn identification(integration: &Integration) -> String {
    identification_v3(integration).unwrap_or_else(|_| identification_v4(integration))
}

/// A preflight is no identification, so that it is sent even where those are left out.
fn preflight(integration: &Integration) -> Result<String, NotAsked> {
    integration.is_cross_origin().then(|| identification(integration)).ok_or(ONE_ORIGIN)
}

/// A request as a page of the site makes it. Browsers leave `origin` out of what they load from the
/// page's own origin.
fn build(integration: &Integration, method: Method, target: &str) -> Option<Request<Bytes>> {
    let is_get = method == Method::GET;
    let has_origin = integration.is_cross_origin() || method == Method::POST;
    let is_preflight = method == Method::OPTIONS;
    let uri = format!("{}{target}", integration.url());
    let mut request = Request::builder().method(method).uri(uri).header(ACCEPT, "*/*");
    if has_origin {
        request = request.header(ORIGIN, integration.site_origin());
    }
    if is_get {
        request = request.header(ACCEPT_ENCODING, "gzip, br");
    }
    if is_preflight {
        request = request.header(ACCESS_CONTROL_REQUEST_METHOD, "POST");
    }
    request.body(Bytes::new()).ok()
}
