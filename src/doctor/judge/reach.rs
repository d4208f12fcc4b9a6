//! Name, addresses, connection, and where answers lead.

use std::net::IpAddr;

use bytes::Bytes;
use http::Response;
use http::header::LOCATION;
use url::{Host, Url};

use crate::advice::blocked_term;
use crate::config::RoutePath;
use crate::doctor::case::{Case, Observed, is_redirect};
use crate::doctor::failure::{ProbeFailure, TlsFailure};
use crate::doctor::judgement::{Judged, Judgement};
use crate::doctor::probe::Probe;

/// The host has an address.
pub(in crate::doctor) fn resolves(case: &Case) -> Judged {
    match case.observed(Probe::Addresses) {
        Some(Observed::Addresses(addresses)) if !addresses.is_empty() => {
            Ok(Judgement::ok("the host has an address"))
        }
        Some(Observed::NotAsked(why)) => Ok(Judgement::ok(*why)),
        _ => Err(Judgement::fail(
            "the host has no address",
            "correct the URL, or add the host to the DNS zone of the site",
        )),
    }
}

/// R1.5: nothing in the paths is known to content blockers.
pub(in crate::doctor) fn path(case: &Case) -> Judged {
    let integration = &case.integration;
    let agent = integration.agent_path.as_ref().map_or("", RoutePath::as_str);
    let result = integration.result_path.as_ref().map_or("", RoutePath::as_str);
    for (path, cause) in [
        (integration.path(), "the integration path has a term that content blockers match"),
        (agent, "the v3 agent path has a term that content blockers match"),
        (result, "the v3 result path has a term that content blockers match"),
    ] {
        if blocked_term(path).is_some() {
            return Err(Judgement::warn(cause, "use a random path segment"));
        }
    }
    Ok(Judgement::ok("no path has a term that content blockers match"))
}

/// Safari caps the lifetime of cookies that a host sets whose address is not the site's neighbour.
pub(in crate::doctor) fn addresses(case: &Case) -> Judged {
    match (case.observed(Probe::Addresses), case.observed(Probe::SiteAddresses)) {
        (Some(Observed::Addresses(own)), Some(Observed::Addresses(site)))
            if !own.is_empty() && !site.is_empty() =>
        {
            compare(own, site)
        }
        _ if case.integration.host() == case.integration.site_host() => {
            Ok(Judgement::ok("the site and the integration have one host"))
        }
        _ => Ok(Judgement::skipped("the addresses of both hosts are not known")),
    }
}

fn compare(own: &[IpAddr], site: &[IpAddr]) -> Judged {
    let are_neighbours = own.iter().all(|own| site.iter().any(|site| half(*own) == half(*site)));
    if are_neighbours {
        return Ok(Judgement::ok("the first halves of the addresses are the same"));
    }
    Err(Judgement::warn(
        "the addresses of the site and of the integration have different first halves, so that Safari \
         keeps the integration's cookies for seven days, not for up to a year",
        "serve the integration on the site's own host, or from the same network",
    ))
}

/// The first 16 bits of an IPv4 address, the first 64 of an IPv6 address.
fn half(address: IpAddr) -> (bool, u128) {
    match address {
        IpAddr::V4(address) => (false, u128::from(address.to_bits() >> 16)),
        IpAddr::V6(address) => (true, address.to_bits() >> 64),
    }
}

/// There is an answer, or at least a connection.
pub(in crate::doctor) fn reachable(case: &Case) -> Judged {
    match case.observed(Probe::StatusPage) {
        Some(Observed::Response(_)) => Ok(Judgement::ok("the host answers")),
        Some(Observed::Failed(ProbeFailure::Tls(_))) => {
            Ok(Judgement::ok("the host accepts connections"))
        }
        Some(Observed::Failed(failure)) => {
            Err(Judgement::fail(failure.to_string(), why_unreachable(*failure)))
        }
        Some(Observed::NotAsked(why)) => Err(Judgement::skipped(*why)),
        _ => Err(Judgement::skipped("nothing was asked")),
    }
}

fn why_unreachable(failure: ProbeFailure) -> &'static str {
    match failure {
        ProbeFailure::Resolve => "add the host to the DNS zone of the site",
        ProbeFailure::Connect => "start the server, and open its port in every firewall on the way",
        ProbeFailure::Timeout => {
            "look whether the server, or one behind it, hangs or drops packets"
        }
        ProbeFailure::HeadTooLarge => "look which server in front adds so many fields",
        ProbeFailure::Tls(_) | ProbeFailure::Protocol => {
            "look whether the port is that of a web server, and whether it closes connections early"
        }
    }
}

/// Browsers accept the certificate. Without TLS, agent and cookies work on one's own machine only.
pub(in crate::doctor) fn tls(case: &Case) -> Judged {
    match case.observed(Probe::StatusPage) {
        Some(Observed::Failed(ProbeFailure::Tls(failure))) => {
            Err(Judgement::fail(failure.to_string(), why_not_trusted(*failure)))
        }
        Some(Observed::Response(_)) if case.integration.is_tls() => {
            Ok(Judgement::ok("the certificate is valid for the host"))
        }
        Some(Observed::Response(_)) if is_loopback(case.integration.host().as_ref()) => {
            Err(Judgement::skipped("there is no TLS on loopback"))
        }
        Some(Observed::Response(_)) => Err(Judgement::fail(
            "the integration is examined without TLS",
            "serve it over HTTPS: Fingerprint's cookies are for secure connections only",
        )),
        _ => Err(Judgement::skipped("there was no connection")),
    }
}

fn is_loopback(host: Option<&Host<&str>>) -> bool {
    match host {
        Some(Host::Domain(name)) => *name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn why_not_trusted(failure: TlsFailure) -> &'static str {
    match failure {
        TlsFailure::Expired => "renew the certificate, and let it be renewed in time",
        TlsFailure::NotYetValid => {
            "look at the clock of the issuer and of this machine, or wait until the certificate is valid"
        }
        TlsFailure::UnknownIssuer => {
            "serve the whole chain with every intermediate certificate, from an authority that browsers \
             trust"
        }
        TlsFailure::WrongName => "get a certificate that names this host",
        TlsFailure::Other => "allow TLS 1.2 and 1.3 with their usual cipher suites",
    }
}

/// R16.1: no client of the agent's is sent elsewhere.
pub(in crate::doctor) fn redirects(case: &Case) -> Judged {
    let mut redirects = case.responses().filter(|(_, response)| is_redirect(response));
    match redirects.next() {
        Some((probe, response)) => Err(redirected(case, probe, response)),
        None if case.responses().next().is_some() => Ok(Judgement::ok("no answer is a redirect")),
        None => Err(Judgement::skipped("there was no answer")),
    }
}

fn redirected(case: &Case, probe: Probe, response: &Response<Bytes>) -> Judgement {
    let what = match probe {
        Probe::StatusPage | Probe::StatusHead | Probe::StatusJson => "the status page",
        Probe::AgentV4 | Probe::AgentV3 | Probe::OtherAgent => "the download of the agent",
        Probe::Preflight => "a preflight",
        _ => "a request of the agent",
    };
    let base = Url::parse(case.integration.url()).ok();
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let target = base.as_ref().zip(location).and_then(|(base, to)| base.join(to).ok());
    let (place, remedy) = match base.zip(target) {
        Some((base, target)) if base.host() != target.host() => (
            "another host",
            "use the URL that the site really has, for instance with or without www",
        ),
        Some((base, target)) if base.scheme() != target.scheme() => {
            ("another scheme", "use the integration's https URL, and no redirect behind it")
        }
        _ => ("another path", "except the integration path from the site's redirects and log-ins"),
    };
    Judgement::fail(format!("{what} is redirected to {place}"), remedy)
}
