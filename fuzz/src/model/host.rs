//! R5.6, R5.7, R12: the browser's host and its address.

use std::net::{IpAddr, Ipv6Addr};

use firstparty::Platform;
use firstparty::http::Version;

use super::Refused;
use super::fields::Fields;
use crate::plan::{Plan, Trusted};

/// The answer to every host that does not pass.
const BAD: Refused = (400, "R5.7");

/// R5.7: `uri-host [":" port]`, lower case, without port.
pub fn parse(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let (host, port) = if text.starts_with('[') {
        let end = text.find(']')?;
        text[1..end].parse::<Ipv6Addr>().ok()?;
        text.split_at(end + 1)
    } else {
        let end = text.find(':').unwrap_or(text.len());
        let (name, port) = text.split_at(end);
        let valid = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        if name.is_empty() || !name.chars().all(valid) {
            return None;
        }
        (name, port)
    };
    let is_port = |digits: &str| digits.chars().all(|c| c.is_ascii_digit());
    let port_is_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
    port_is_port.then(|| host.to_ascii_lowercase())
}

/// The browser's host, or the answer (R5.7, R12).
pub fn browser_host(
    plan: &Plan,
    version: Version,
    authority: Option<&str>,
    fields: &Fields,
) -> Result<String, Refused> {
    let one = |name: &str| match fields.get(name).map(Vec::as_slice) {
        None => Ok(None),
        Some([value]) => parse(value).map(Some).ok_or(BAD),
        Some(_) => Err(BAD),
    };
    let field = one("host")?;
    let authority = authority.map(|text| parse(text.as_bytes()).ok_or(BAD)).transpose()?;
    let trusted = match (plan.platform, plan.trusted) {
        (Platform::Azure, _) => one("x-forwarded-host")?,
        (Platform::Generic, Trusted::Host(name)) => one(name)?,
        _ => None,
    };
    let both = authority.is_some() && field.is_some();
    let agreeing = [Version::HTTP_2, Version::HTTP_3].contains(&version);
    if both && agreeing && trusted.is_none() && authority != field {
        return Err(BAD);
    }
    let host = trusted.or(authority).or(field).ok_or(BAD)?;
    let upstream = ["", "eu.", "ap."].map(|region| format!("{region}{}", plan.api()));
    let plain = host.strip_suffix('.').unwrap_or(&host);
    if upstream.iter().any(|name| name == plain) || plan.cdn() == plain {
        return Err(BAD);
    }
    let listed = plan.hosts.is_empty() || plan.hosts.iter().any(|one| one.to_lowercase() == host);
    if listed { Ok(host) } else { Err(BAD) }
}

/// The browser's address (R12), as R5.6 writes it.
pub fn browser_address(plan: &Plan, fields: &Fields, known: Option<IpAddr>) -> Option<String> {
    let one = |name: &str| match fields.get(name).map(Vec::as_slice) {
        Some([value]) => address(value),
        _ => None,
    };
    let found = match plan.platform {
        Platform::Cloudflare => match one("cf-connecting-ip") {
            made_up @ Some(_) if written(made_up) == written(one("cf-pseudo-ipv4")) => {
                one("cf-connecting-ipv6")
            }
            other => other,
        },
        Platform::Azure => one("x-azure-socketip"),
        Platform::Akamai => one("true-client-ip"),
        Platform::Generic => match plan.trusted {
            Trusted::Address(name, hops) => hop(fields, name, hops),
            _ => None,
        },
        _ => None,
    };
    written(found.or(known))
}

/// Two addresses are equal if they are written alike (R12).
fn written(address: Option<IpAddr>) -> Option<String> {
    Some(match address? {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(|| v6.to_string(), |v4| v4.to_string()),
        IpAddr::V4(v4) => v4.to_string(),
    })
}

fn hop(fields: &Fields, name: &str, hops: u8) -> Option<IpAddr> {
    let lists = fields.get(name)?.join(&b","[..]);
    let members = lists.split(|&byte| byte == b',').map(super::cookie::trimmed);
    let members: Vec<_> = members.filter(|member| !member.is_empty()).collect();
    let from_left = members.len().checked_sub(usize::from(hops))?;
    address(members[from_left])
}

/// One address; a port, a number up to 65,535, is cut (R12).
fn address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(super::cookie::trimmed(text)).ok()?;
    let is_port = |text: &str| {
        let digits = text.trim_start_matches('0');
        let is_number = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
        // Five digits at most, and of five digits the order is that of the numbers.
        is_number && (digits.len() < 5 || digits.len() == 5 && digits <= "65535")
    };
    if let Some(bracketed) = text.strip_prefix('[') {
        let (inside, behind) = bracketed.split_once(']')?;
        let valid = behind.is_empty() || behind.strip_prefix(':').is_some_and(is_port);
        return inside.parse().ok().filter(|_| valid).map(IpAddr::V6);
    }
    let without_port = || {
        let (address, port) = text.rsplit_once(':')?;
        address.parse().ok().filter(|_| is_port(port))
    };
    text.parse().ok().or_else(without_port)
}
