//! R5: upstream's request as a whole.

use std::net::IpAddr;

use firstparty::http::{Request, Version};

use super::fields::{self, CONNECTION_SPECIFIC, Fields, Length};
use super::route::{self, Route};
use super::target::{self, Target};
use super::{Refused, cookie, host, platform};
use crate::plan::Plan;

/// What has to happen to a request.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It goes upstream like this.
    Forward(Box<Forward>),
    /// The status page.
    StatusPage,
    /// It is answered.
    Refused(Refused),
}

#[derive(Clone, Debug)]
pub struct Forward {
    pub route: Route,
    pub authorised: bool,
    pub target: Target,
    pub host: String,
    pub fields: Fields,
    /// The `origin` field, if there was just one.
    pub origin: Option<Vec<u8>>,
}

/// The decision, in the order of R2.9.
pub fn handle(plan: &Plan, request: &Request<()>, known: Option<IpAddr>) -> Verdict {
    decide(plan, request, known).unwrap_or_else(Verdict::Refused)
}

fn decide(plan: &Plan, request: &Request<()>, known: Option<IpAddr>) -> Result<Verdict, Refused> {
    let method = request.method().as_str();
    let before = fields::read(request.headers());
    let authority = request.uri().authority().map(|authority| authority.as_str());
    let host = host::browser_host(plan, request.version(), authority, &before);
    let route = route::classify(plan, request.uri().path());
    if route == Ok(Route::Status) {
        return status(method, request.version(), authority, &before);
    }
    if method == "CONNECT" || method == "TRACE" {
        return Err((405, "R2.7"));
    }
    let route = route?;
    let authorised = target::is_authorised(plan, &route, method);
    let query = request.uri().query().unwrap_or_default();
    let target = target::resolve(plan, &route, authorised, query)?;
    framing(&before)?;
    let host = host?;
    let mut after = kept(plan, &before, authorised);
    after.insert("host".to_owned(), vec![target.authority.clone().into_bytes()]);
    if authorised {
        identify(plan, &before, known, &host, &mut after);
    }
    let origin = match before.get("origin").map(Vec::as_slice) {
        Some([origin]) => Some(origin.clone()),
        _ => None,
    };
    let forward = Forward { route, authorised, target, host, fields: after, origin };
    Ok(Verdict::Forward(Box::new(forward)))
}

/// R10.1: the status page is read, whatever host is named, if it is named plainly.
fn status(
    method: &str,
    version: Version,
    authority: Option<&str>,
    before: &Fields,
) -> Result<Verdict, Refused> {
    let fields = before.get("host").into_iter().flatten().map(Vec::as_slice);
    let named: Vec<_> = fields.chain(authority.map(str::as_bytes)).collect();
    let several = before.get("host").is_some_and(|fields| fields.len() > 1);
    let malformed = named.iter().any(|host| host::parse(host).is_none());
    let missing = named.is_empty() && ![Version::HTTP_09, Version::HTTP_10].contains(&version);
    if several || malformed || missing {
        return Err((400, "R5.7"));
    }
    if matches!(method, "GET" | "HEAD") { Ok(Verdict::StatusPage) } else { Err((405, "R10.1")) }
}

/// R5.1, R5.2: what has to be refused.
pub fn framing(before: &Fields) -> Result<(), Refused> {
    if fields::named_by_connection(before).len() > 100 {
        return Err((400, "R5.1"));
    }
    if let Some(codings) = before.get("transfer-encoding") {
        let chunked = |coding: &Vec<u8>| coding.eq_ignore_ascii_case(b"chunked");
        if !(codings.len() == 1 && chunked(&codings[0])) {
            return Err((501, "R5.2"));
        }
    }
    if fields::length(before) == Length::Nonsense {
        return Err((400, "R5.2"));
    }
    Ok(())
}

/// R5.1 to R5.5, R5.8: what stays of the browser's fields.
pub fn kept(plan: &Plan, before: &Fields, authorised: bool) -> Fields {
    let named = fields::named_by_connection(before);
    let mut after = before.clone();
    fields::settle_length(&mut after);
    let cookies = after.remove("cookie").filter(|_| authorised);
    let cookies = cookies
        .and_then(|cookies| cookie::kept(plan.cookies, cookies.iter().map(Vec::as_slice)))
        .map(|cookies| vec![cookies]);
    after.extend(cookies.map(|cookies| ("cookie".to_owned(), cookies)));
    let chunked = before.contains_key("transfer-encoding");
    after.retain(|name, _| {
        let name = name.as_str();
        let framing = matches!(name, "host" | "content-length");
        !(CONNECTION_SPECIFIC.contains(&name)
            || (!framing && named.iter().any(|one| one == name))
            || (chunked && name == "content-length")
            || matches!(name, "expect" | "strict-transport-security")
            || fields::is_identity(name)
            || platform::denies_request(plan.platform, name)
            || plan.drops(name))
    });
    after
}

/// R5.6.
fn identify(plan: &Plan, before: &Fields, known: Option<IpAddr>, host: &str, after: &mut Fields) {
    let address = host::browser_address(plan, before, known);
    let values = [
        ("fpjs-proxy-secret", plan.secret.map(str::to_owned)),
        ("fpjs-proxy-client-ip", address),
        ("fpjs-proxy-forwarded-host", Some(host.to_owned())),
    ];
    for (name, value) in values {
        after.extend(value.map(|value| (name.to_owned(), vec![value.into_bytes()])));
    }
}
