//! Downloads of the agent: the same checks for both generations.

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, VARY};
use http::{Response, StatusCode};

use super::cache;
use super::identification::{NOT_ROUTED, why_failed, why_refused};
use crate::config::CachePolicy;
use crate::doctor::case::Case;
use crate::doctor::judgement::{Judged, Judgement};
use crate::doctor::probe::Probe;
use crate::doctor::speaker::Speaker;
use crate::refusal::Refusal;
use crate::response::cache_control::AgeCap;
use crate::response::cache_control::stated::Stated;

/// Compressing less than this gains nothing.
const SHORT: usize = 1024;

/// The media types by which the caps of scripts go (R7.1).
const SCRIPT_TYPES: &[&str] = &["text/javascript", "application/javascript"];

/// The checks of one generation, each as a function of its own for the table.
macro_rules! generation {
    ($(#[$doc:meta])+ $module:ident, $probe:ident) => {
        $(#[$doc])+
        pub(in crate::doctor) mod $module {
            use super::{Case, Judged, Probe};

            generation!(@ $probe: download media_type cache age compression vary);
        }
    };
    (@ $probe:ident: $($check:ident)+) => {
        $(
            pub(in crate::doctor) fn $check(case: &Case) -> Judged {
                super::$check(case, Probe::$probe)
            }
        )+
    };
}

generation! {
    /// The checks of the v4 agent.
    v4, AgentV4
}
generation! {
    /// The checks of the v3 agent.
    v3, AgentV3
}

/// R4.2, R4.3: a script comes back.
fn download(case: &Case, probe: Probe) -> Judged {
    let response = case.answer(probe)?;
    let status = response.status();
    match Speaker::of(response) {
        Speaker::Page => {
            Err(Judgement::fail("a page comes back in place of the script", NOT_ROUTED))
        }
        Speaker::Failed(failure) => Err(why_failed(failure)),
        Speaker::Refused(Refusal::NotFound) if is_optional(case, probe) => Err(no_v4()),
        Speaker::Refused(refusal) => Err(why_refused(refusal)),
        Speaker::Other if status == StatusCode::NOT_FOUND && is_optional(case, probe) => {
            Err(no_v4())
        }
        _ if status != StatusCode::OK => Err(Judgement::fail(
            format!("the download is answered with status {status}", status = status.as_u16()),
            "look whether the public API key, its region and the path are right",
        )),
        _ if response.body().is_empty() => Err(Judgement::fail(
            "the script is empty",
            "look whether a server on the way drops bodies or cuts them",
        )),
        _ => Ok(Judgement::ok("the script comes back")),
    }
}

/// A site with the v3 agent may do without v4.
fn is_optional(case: &Case, probe: Probe) -> bool {
    probe == Probe::AgentV4 && case.integration.agent_path.is_some()
}

/// The script, or nothing to say: whether there is one has a check of its own.
fn script(case: &Case, probe: Probe) -> Result<&Response<Bytes>, Judgement> {
    download(case, probe).map_err(|_| Judgement::skipped("there is no script"))?;
    case.response(probe)
}

/// R6.4: modules are run only if their media type is JavaScript's.
fn media_type(case: &Case, probe: Probe) -> Judged {
    let headers = script(case, probe)?.headers();
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if SCRIPT_TYPES.contains(&&*essence) {
        return Ok(Judgement::ok("the media type is that of scripts"));
    }
    Err(Judgement::fail(
        "the media type is not that of scripts, so that browsers do not run it as a module",
        "pass content-type on as Fingerprint sends it",
    ))
}

/// R7.1, R7.5: the caps would change nothing.
fn cache(case: &Case, probe: Probe) -> Judged {
    let headers = script(case, probe)?.headers();
    let mut capped = headers.clone();
    if let Some(cap) = AgeCap::new(CachePolicy::default()) {
        cap.apply(&mut capped);
    }
    if capped == *headers {
        return Ok(Judgement::ok("caches keep the script for an hour at most"));
    }
    Err(Judgement::warn(
        "caches may keep the script for too long, and browsers then run an old agent",
        "cap max-age at 3600 and s-maxage at 60 seconds, and send no cache fields for certain CDNs",
    ))
}

/// R6.3, RFC 9111 §4.2.3: the script is not stale when it arrives.
fn age(case: &Case, probe: Probe) -> Judged {
    let headers = script(case, probe)?.headers();
    let (age, lifetime) = (cache::age(headers), Stated::of(headers).max_age);
    if lifetime.is_some_and(|lifetime| age > 0 && age >= lifetime) {
        return Err(Judgement::warn(
            "the script is stale on arrival, so that browsers load it again for each page",
            "remove age from what Fingerprint sends, and let caches on the way renew the script",
        ));
    }
    Ok(Judgement::ok("the script is fresh on arrival"))
}

/// A script of a hundred kilobytes delays identification.
fn compression(case: &Case, probe: Probe) -> Judged {
    let response = script(case, probe)?;
    if response.headers().contains_key(CONTENT_ENCODING) {
        return Ok(Judgement::ok("the script is compressed"));
    }
    if response.body().len() < SHORT {
        return Err(Judgement::skipped("the script is too short to be compressed"));
    }
    Err(Judgement::warn(
        "the script is not compressed, though the request accepts gzip and br",
        "pass accept-encoding on to Fingerprint, and its answers as they are",
    ))
}

/// R6.4: a cache tells a compressed script from a plain one.
fn vary(case: &Case, probe: Probe) -> Judged {
    let headers = script(case, probe)?.headers();
    let names = headers.get_all(VARY).iter().filter_map(|value| value.to_str().ok());
    let names: Vec<_> = names.flat_map(|value| value.split(',')).map(str::trim).collect();
    if names.contains(&"*") {
        return Err(Judgement::warn(
            "vary is *, so that no cache can use the script",
            "pass vary on as Fingerprint sends it",
        ));
    }
    let is_told = names.iter().any(|name| name.eq_ignore_ascii_case("accept-encoding"));
    if headers.contains_key(CONTENT_ENCODING) && !is_told {
        return Err(Judgement::warn(
            "the script is compressed, but vary does not name accept-encoding: a cache may give it to \
             a browser that cannot read it",
            "pass vary on as Fingerprint sends it",
        ));
    }
    Ok(Judgement::ok("vary fits the script"))
}

/// R7: a cache whose key leaves the query out gives every key the same script.
pub(in crate::doctor) fn other_key(case: &Case) -> Judged {
    let own = script(case, Probe::AgentV3)?;
    let other = case.response(Probe::OtherAgent)?;
    if other.status() != StatusCode::OK || own.body() != other.body() {
        return Ok(Judgement::ok("another public API key does not get this script"));
    }
    if cache::is_hit(other.headers()) {
        return Err(Judgement::fail(
            "a cache gives another public API key the same script",
            "put apiKey, version and loaderVersion into the cache key of the agent path",
        ));
    }
    Err(Judgement::skipped(
        "both public API keys get one script, and no cache says that it gave it",
    ))
}

fn no_v4() -> Judgement {
    Judgement::warn(
        "v4 is not served, and the agent of v3 is deprecated",
        "switch v4 on, with a mount at a path",
    )
}
