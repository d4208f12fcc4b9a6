//! What a browser at the site does with the cookies of the answers.

use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};

use super::cache;
use crate::config::CookieDomain;
use crate::doctor::case::Case;
use crate::doctor::judgement::{Judged, Judgement};
use crate::doctor::probe::Probe;
use crate::response::set_cookie::DomainPolicy;
use crate::route::Kind;

/// The cookies of identification, or nothing to say.
fn cookies(case: &Case) -> Result<Vec<&HeaderValue>, Judgement> {
    let responses = Probe::IDENTIFICATIONS.iter().filter_map(|probe| case.response(*probe).ok());
    let cookies: Vec<_> =
        responses.flat_map(|response| response.headers().get_all(SET_COOKIE)).collect();
    if cookies.is_empty() {
        Err(Judgement::skipped("no answer sets a cookie"))
    } else {
        Ok(cookies)
    }
}

/// R8.2, R8.7: the gateway would leave every `Domain` as it is.
pub(in crate::doctor) fn domain(case: &Case) -> Judged {
    let policy = DomainPolicy::new(CookieDomain::FirstParty);
    let rewriter = policy.rewriter(Kind::Identification, case.integration.host_text());
    for cookie in cookies(case)? {
        let mut edited = cookie.clone();
        rewriter.apply(&mut edited);
        if edited != cookie {
            return Err(Judgement::fail(
                "a browser refuses a cookie, because its Domain does not fit the host",
                "remove Domain from set-cookie, or let it be a parent domain of the host",
            ));
        }
    }
    Ok(Judgement::ok("the Domain of every cookie fits the host"))
}

/// R8.5: what `Secure`, `Path` and `SameSite` have to be is as Fingerprint set it.
pub(in crate::doctor) fn attributes(case: &Case) -> Judged {
    if cookies(case)?.into_iter().any(contradicts_itself) {
        return Err(Judgement::fail(
            "a browser refuses a cookie, because its name or another attribute demands Secure or Path=/",
            "pass every attribute of set-cookie on as Fingerprint sends it",
        ));
    }
    Ok(Judgement::ok("the attributes of every cookie go together"))
}

/// Whether a cookie lacks what its name, `SameSite` or `Partitioned` demands (RFC 6265bis §4.1.3, §5.7).
fn contradicts_itself(cookie: &HeaderValue) -> bool {
    let text = String::from_utf8_lossy(cookie.as_bytes());
    let (pair, attributes) = text.split_once(';').unwrap_or((&text, ""));
    let has_prefix = |prefix: &str| starts_with_any_case(pair.trim_start(), prefix);
    let is_host = has_prefix("__Host-");
    let is_for_all_sites =
        last(attributes, "SameSite").is_some_and(|value| value.eq_ignore_ascii_case("None"));
    let wants_secure = is_host
        || has_prefix("__Secure-")
        || is_for_all_sites
        || last(attributes, "Partitioned").is_some();
    wants_secure && last(attributes, "Secure").is_none()
        || is_host && last(attributes, "Path") != Some("/")
}

fn starts_with_any_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// The value of an attribute. Of several, the last one counts (RFC 6265bis §5.6).
fn last<'c>(attributes: &'c str, name: &str) -> Option<&'c str> {
    attributes.rsplit(';').find_map(|attribute| {
        let (own, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        own.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// R8.2: a cookie of one browser must not be kept with a script for all.
pub(in crate::doctor) fn on_scripts(case: &Case) -> Judged {
    let scripts = [Probe::AgentV4, Probe::AgentV3].map(|probe| case.response(probe));
    let [Err(missing), Err(_)] = &scripts else {
        let headers = scripts.iter().flatten().map(|script| script.headers());
        let mut with_cookie = headers.filter(|headers| headers.contains_key(SET_COOKIE));
        return with_cookie
            .next()
            .map_or(Ok(Judgement::ok("no script sets a cookie")), |headers| {
                Err(set_with_script(headers))
            });
    };
    Err(missing.clone())
}

fn set_with_script(headers: &HeaderMap) -> Judgement {
    let remedy = "remove set-cookie from scripts, or let caches on the way remove it";
    if cache::is_hit(headers) {
        return Judgement::fail(
            "a cache gives one browser's cookie to others with a script",
            remedy,
        );
    }
    Judgement::warn("a script sets a cookie, which a cache on the way may keep", remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R8.5: what a browser refuses is found, and what it takes is let be.
    #[test]
    fn attributes_are_read_as_browsers_read_them() {
        for (cookie, is_refused) in [
            ("a=1", false),
            ("a=1; SameSite=None", true),
            ("a=1; SameSite=None; Secure", false),
            ("a=1; sameSITE =\tnone ; SECURE", false),
            ("a=1; SameSite=None; SameSite=Lax", false),
            ("a=1; SameSite=Lax; SameSite=None", true),
            ("a=1; SameSite=Nonesuch", false),
            ("a=1; Partitioned", true),
            ("a=1; Partitioned; Secure=1", false),
            ("__Secure-a=1", true),
            ("__SECURE-a=1; Path=/x; Secure", false),
            ("__Host-a=1; Secure", true),
            ("__Host-a=1; Path=/", true),
            (" __host-a=1; Secure; Path=/", false),
            ("__Host-a=1; Secure; Path=/; Path=/x", true),
            ("__Host-a=1; Secure; Path=/x; Path = / ", false),
            ("__Host-a", true),
            ("__Hos", false),
            ("a=__Host-b; x=; Secured", false),
            ("a=\u{e9}__Host-; ;=;", false),
            ("\u{e9}\u{e9}\u{e9}\u{e9}=1", false),
        ] {
            let value = HeaderValue::from_bytes(cookie.as_bytes()).unwrap();
            assert_eq!(contradicts_itself(&value), is_refused, "{cookie}");
        }
    }
}
