//! Set-Cookie (R8).
//!
//! Oracle: a model that splits at every `;` says what becomes of each cookie, and every other byte
//! survives; `cookie` reads the same cookie but for its domain; where `cookie_store`, a browser's
//! part, takes the cookie without any domain, it takes what a first-party policy made of it;
//! editing once more changes nothing, unless a table maps again.

#![no_main]

use arbitrary::Arbitrary;
use cookie::Cookie;
use firstparty::http::HeaderValue;
use firstparty::response::set_cookie::DomainPolicy;
use firstparty::route::Kind;
use firstparty_fuzz::input::Rest;
use firstparty_fuzz::model::host;
use firstparty_fuzz::model::set_cookie::{host_only, is_met, outcome};
use firstparty_fuzz::plan::{Domain, Setting};
use libfuzzer_sys::fuzz_target;
use url::Url;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    domain: u8,
    authorised: u8,
    /// The browser's host, then cookies, one a line.
    lines: Rest<'a>,
}

fuzz_target!(|input: Input<'_>| {
    let mut lines = input.lines.values().into_iter();
    let Some(host) = lines.next().and_then(|line| host::parse(line.as_bytes())) else { return };
    let plan = Setting { domain: input.domain, ..Setting::default() }.plan();
    let authorised = input.authorised & 1 == 1;
    let kind = if authorised { Kind::Identification } else { Kind::Plain };
    let policy = DomainPolicy::new(plan.cookie_domain());
    let rewriter = policy.rewriter(kind, &host);
    for cookie in lines {
        let mut edited = cookie.clone();
        rewriter.apply(&mut edited);
        let expected = outcome(&plan, authorised, &host, cookie.as_bytes());
        assert!(
            is_met(&expected, cookie.as_bytes(), edited.as_bytes()),
            "{cookie:?} at {host} became {edited:?}, not {expected:?}"
        );
        assert_same_cookie(&cookie, &edited);
        if !matches!(plan.domain, Domain::Map(_)) {
            let mut again = edited.clone();
            rewriter.apply(&mut again);
            assert_eq!(again, edited);
            if authorised && !matches!(plan.domain, Domain::Preserve) {
                assert_is_taken(&host, &cookie, &edited);
            }
        }
    }
});

fn text(cookie: &HeaderValue) -> Option<&str> {
    std::str::from_utf8(cookie.as_bytes()).ok()
}

fn assert_same_cookie(before: &HeaderValue, after: &HeaderValue) {
    let read = |cookie| {
        let mut cookie = Cookie::parse(text(cookie)?.to_owned()).ok()?;
        cookie.unset_domain();
        Some(cookie)
    };
    // A domain that is not text may be removed, and then `cookie` reads the rest.
    if text(before).is_some() {
        assert_eq!(read(before), read(after));
    }
}

fn assert_is_taken(host: &str, before: &HeaderValue, after: &HeaderValue) {
    let Ok(url) = Url::parse(&format!("https://{host}/")) else { return };
    // A browser sends the host as it has normalised it: for 0.1, it asks for 0.0.0.1.
    if url.host_str() != Some(host) {
        return;
    }
    let takes = |cookie: &[u8]| {
        let text = std::str::from_utf8(cookie).ok()?;
        Some(cookie_store::Cookie::parse(text.to_owned(), &url).is_ok())
    };
    // A domain that stays, because a later one counts, need not be text.
    if takes(&host_only(before.as_bytes())) == Some(true) {
        let taken = takes(after.as_bytes());
        assert_ne!(taken, Some(false), "{host} refuses {after:?}, made from {before:?}");
    }
}
