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
            "a browser refuses a cookie, because Secure or Path is missing beside its SameSite or its name",
            "pass every attribute of set-cookie on as Fingerprint sends it",
        ));
    }
    Ok(Judgement::ok("the attributes of every cookie go together"))
}

/// Whether a cookie lacks what its name or its `SameSite` demands (RFC 6265bis §4.1.3, §5.7).
fn contradicts_itself(cookie: &HeaderValue) -> bool {
    let text = String::from_utf8_lossy(cookie.as_bytes()).to_ascii_lowercase();
    let text = text.replace([' ', '\t'], "");
    let (name, attributes) = text.split_once(';').unwrap_or((&text, ""));
    let [is_secure, is_for_all_sites, is_for_all_paths] = ["secure", "samesite=none", "path=/"]
        .map(|attribute| attributes.split(';').any(|own| own == attribute));
    let [is_host, is_by_name] = ["__host-", "__secure-"].map(|prefix| name.starts_with(prefix));
    (is_for_all_sites || is_host || is_by_name) && !is_secure || is_host && !is_for_all_paths
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
