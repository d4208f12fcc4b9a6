//! Tables from the standards: `tests/data/standards/`, one row a case, each naming its section.
//!
//! | table | standard | through |
//! |---|---|---|
//! | `connection` | RFC 9110 §7.6.1 | whole exchanges, both directions |
//! | `framing` | RFC 9112 §6 | whole exchanges, both directions |
//! | `cache_control` | RFC 9111 §5.2 | the response of an agent download |
//! | `domain_match`, `cookie_av` | RFC 6265bis §5 | the response of an identification request |
//! | `form` | URL Standard §5.1 | `query::first`, the region, the forwarded query |
//! | `public_suffix` | the list's own vectors | as `domain_match`, with feature `psl` |
//!
//! Rows say what a standard asks for in the words of the contract: a cookie whose domain does not
//! match loses the attribute, an age is capped.

use std::collections::BTreeSet;

use firstparty::http::{HeaderMap, HeaderValue, Request, Response};
use firstparty::request::{query, region};
use firstparty::{Action, Exchange, Gateway, Platform, Region};
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[cfg(feature = "psl")]
use crate::support::gateway;
use crate::support::{fields, forwarded, request, response, usual, values};

const CONNECTION: &str = include_str!("../data/standards/connection.jsonl");
const FRAMING: &str = include_str!("../data/standards/framing.jsonl");
const CACHE_CONTROL: &str = include_str!("../data/standards/cache_control.jsonl");
const DOMAIN_MATCH: &str = include_str!("../data/standards/domain_match.jsonl");
const COOKIE_AV: &str = include_str!("../data/standards/cookie_av.jsonl");
const FORM: &str = include_str!("../data/standards/form.jsonl");
const PUBLIC_SUFFIX: &str = include_str!("../data/standards/public_suffix.jsonl");

fn rows<R: DeserializeOwned>(table: &str) -> impl Iterator<Item = R> {
    table.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}")))
}

/// No row says what another one says, and each names a section of a standard it belongs to.
#[test]
fn every_row_names_its_section_once() {
    for (table, count, standards) in [
        (CONNECTION, 33, &["RFC 9110 §", "RFC 9113 §"][..]),
        (FRAMING, 41, &["RFC 9110 §", "RFC 9112 §"]),
        (CACHE_CONTROL, 51, &["RFC 9110 §", "RFC 9111 §", "RFC 5861 §", "RFC 8246 §"]),
        (DOMAIN_MATCH, 35, &["RFC 6265bis §"]),
        (COOKIE_AV, 34, &["RFC 6265bis §"]),
        (FORM, 33, &["URL §", "Encoding §"]),
        (PUBLIC_SUFFIX, 77, &["PSL "]),
    ] {
        let mut inputs = BTreeSet::new();
        for row in rows::<serde_json::Value>(table) {
            let section = row["section"].as_str().unwrap();
            assert!(standards.iter().any(|standard| section.starts_with(standard)), "{row}");
            let input = ["in", "expires", "host", "domain"].map(|key| row[key].to_string());
            assert!(inputs.insert(input), "twice: {row}");
        }
        assert_eq!(inputs.len(), count);
    }
}

type Pairs = Vec<(String, String)>;

/// A row of fields that come, and what is left of them.
#[derive(Deserialize)]
struct FieldsRow {
    section: String,
    why: String,
    #[serde(rename = "in")]
    input: Pairs,
    left: Pairs,
    /// The answer to a request; a response just loses what is wrong.
    refused: Option<u16>,
}

impl FieldsRow {
    fn headers(&self) -> HeaderMap {
        let pairs: Vec<_> = self.input.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        fields(&pairs)
    }

    fn check(&self, label: &str, headers: &HeaderMap) {
        let text = |value: &HeaderValue| String::from_utf8(value.as_bytes().to_vec()).unwrap();
        let pairs = headers.iter().map(|(name, value)| (name.to_string(), text(value)));
        let mut pairs: Pairs = pairs.filter(|(name, _)| name != "host").collect();
        pairs.sort();
        assert_eq!(pairs, self.left, "{label}, {}: {}: {:?}", self.section, self.why, self.input);
    }
}

/// R5.1, R5.2: what belongs to the hop stops here, and framing cannot be read in two ways.
#[test]
fn requests_are_framed_once() {
    for row in rows::<FieldsRow>(CONNECTION).chain(rows(FRAMING)) {
        let mut sent = request("GET", "/fp/v4", &[]);
        sent.headers_mut().extend(row.headers());
        match (usual().handle(sent, None), row.refused) {
            (Action::Forward(sent, _), None) => row.check("request", sent.headers()),
            (Action::Respond(answer, _), Some(status)) => {
                assert_eq!(answer.status(), status, "{}: {:?}", row.section, row.input);
            }
            (action, _) => panic!("{}: {:?}: {action:?}", row.section, row.input),
        }
    }
}

/// R6.1, R6.5: the same on the way back, where nothing can be refused.
#[test]
fn responses_are_framed_once() {
    for row in rows::<FieldsRow>(CONNECTION).chain(rows(FRAMING)) {
        let (_, exchange) = forwarded(&usual(), request("GET", "/fp/v4", &[]));
        let mut back = Response::new(());
        *back.headers_mut() = row.headers();
        row.check("response", exchange.complete(back).headers());
    }
}

#[derive(Deserialize)]
struct CacheRow {
    section: String,
    #[serde(rename = "in")]
    input: Vec<String>,
    expires: Option<String>,
    out: Vec<String>,
}

/// R7.1, R7.2, R7.3: directives are read as the standard says, and only ages change.
#[test]
fn directives_are_read_as_lists() {
    for row in rows::<CacheRow>(CACHE_CONTROL) {
        let mut back = response(200, &[("content-type", "text/javascript")]);
        for value in &row.input {
            back.headers_mut().append("cache-control", value.parse().unwrap());
        }
        if let Some(expires) = &row.expires {
            back.headers_mut().insert("expires", expires.parse().unwrap());
        }
        let (_, exchange) = forwarded(&usual(), request("GET", "/fp/agent?apiKey=k", &[]));
        let back = exchange.complete(back);
        let out = back.headers().get_all("cache-control").iter();
        let out: Vec<_> = out.map(|value| str::from_utf8(value.as_bytes()).unwrap()).collect();
        assert_eq!(out, row.out, "{}: {:?}", row.section, row.input);
    }
}

/// An identification request at a host, forwarded.
fn identified(gateway: &Gateway, host: &str) -> Option<Exchange> {
    let host = HeaderValue::from_bytes(host.as_bytes()).unwrap();
    let request = Request::post("/fp/result").header("host", host).body(()).unwrap();
    match gateway.handle(request, None) {
        Action::Forward(_, exchange) => Some(exchange),
        Action::Respond(..) => None,
    }
}

/// What becomes of a cookie on its way back to a host.
fn baked(gateway: &Gateway, host: &str, cookie: &str) -> String {
    let exchange = identified(gateway, host).unwrap();
    let back = exchange.complete(response(200, &[("set-cookie", cookie)]));
    String::from_utf8(back.headers()["set-cookie"].as_bytes().to_vec()).unwrap()
}

#[derive(Deserialize)]
struct MatchRow {
    section: String,
    host: String,
    domain: String,
    #[serde(rename = "match")]
    matches: bool,
}

/// R8.2: a domain stays if it covers the host, and goes if it does not.
#[test]
fn domains_match_hosts() {
    for row in rows::<MatchRow>(DOMAIN_MATCH) {
        let cookie = format!("a=1; Domain={}; Secure", row.domain);
        let expected = if row.matches { &*cookie } else { "a=1; Secure" };
        let baked = baked(&usual(), &row.host, &cookie);
        assert_eq!(baked, expected, "{}: {} at {}", row.section, row.domain, row.host);
    }
}

#[derive(Deserialize)]
struct AttributeRow {
    section: String,
    #[serde(rename = "in")]
    input: String,
    /// What a browser reads as `Domain`, in order.
    domains: Vec<String>,
    /// The cookie at `www.example.com`, or `None` if it is not edited.
    out: Option<String>,
}

/// R8.2, R8.5, R8.6: attributes are found where a browser finds them, and everything else stays.
#[test]
fn attributes_are_parsed_as_browsers_do() {
    for row in rows::<AttributeRow>(COOKIE_AV) {
        let out = baked(&usual(), "www.example.com", &row.input);
        assert_eq!(out, *row.out.as_ref().unwrap_or(&row.input), "{}", row.section);
    }
}

/// R8.4, R8.5, R8.7: the domain that counts is the last one a browser reads; a map shows which it is.
#[test]
fn the_last_attribute_counts() {
    for row in rows::<AttributeRow>(COOKIE_AV) {
        let Some(last) = row.domains.last().filter(|last| !last.is_empty()) else { continue };
        let map = serde_json::json!([["other.test", "wrong.test"], [last, "right.test"]]);
        let config = serde_json::json!({"cookie_domain": {"map": map}}).to_string();
        let Ok(config) = serde_json::from_str(&config) else {
            // A map holds nothing but domains.
            assert!(last.contains(['=', '"']), "{last}");
            continue;
        };
        let out = baked(&Gateway::new(config, Platform::Generic), "www.example.com", &row.input);
        // R8.7: a cookie of this name has no domain, whatever the map says.
        let expected = if row.input.starts_with("__Host-") { 0 } else { row.domains.len() };
        assert_eq!(out.matches("right.test").count(), expected, "{}: {out}", row.input);
        assert!(!out.contains("evil.test"), "{}: {out}", row.input);
    }
}

#[derive(Deserialize)]
struct FormRow {
    section: String,
    #[serde(rename = "in")]
    input: String,
    pairs: Pairs,
}

/// R3.2: parameters are read as a form, and the first occurrence wins.
#[test]
fn parameters_are_read_as_a_form() {
    for FormRow { section, input, pairs } in rows(FORM) {
        for (name, _) in &pairs {
            let first = pairs.iter().find(|(other, _)| other == name).map(|(_, value)| &**value);
            assert_eq!(query::first(&input, name).as_deref(), first, "{section}: {input}: {name}");
        }
        assert_eq!(query::first(&input, "absent"), None, "{section}: {input}");
    }
}

/// R3.1, R3.3, R3.4: the region is the form's, and only parameters of that name change.
#[test]
fn the_region_is_read_as_a_form() {
    for FormRow { section, input, pairs } in rows(FORM) {
        let mut named = pairs.iter().filter(|(name, _)| name == "region");
        let region = match named.next().map(|(_, value)| value.as_str()) {
            Some("eu") => Region::Eu,
            Some("ap") => Region::Ap,
            _ => Region::Us,
        };
        assert_eq!(region::of_query(&input), region, "{section}: {input}");

        let (sent, exchange) = forwarded(&usual(), request("GET", &format!("/fp/v4?{input}"), &[]));
        assert_eq!(exchange.report().region, Some(region), "{section}: {input}");
        let host = format!("{}api.fpjs.io", region.host_prefix());
        assert_eq!(values(sent.headers(), "host"), [host]);
        let after = sent.uri().query().unwrap_or_default();
        // What no form calls a parameter has no name either.
        let parameters = input.split('&').zip(after.split('&'));
        let mut expected = pairs.iter();
        for (before, after) in parameters.filter(|(before, _)| !before.is_empty()) {
            let (name, value) = expected.next().unwrap();
            let corrected = format!("region={region}");
            let disagrees = name == "region" && value != region.as_str();
            assert_eq!(after, if disagrees { &corrected } else { before }, "{section}: {input}");
        }
        assert_eq!(input.split('&').count(), after.split('&').count());
    }
}

#[cfg(feature = "psl")]
#[derive(Deserialize)]
struct SuffixRow {
    section: String,
    host: String,
    registrable: Option<String>,
}

/// R5.7, R8.3: the registrable domain of a host is what the list's own vectors say. A host outside
/// ASCII is not one: browsers send it encoded, and those rows are in the table, too.
#[cfg(feature = "psl")]
#[test]
fn registrable_domains_are_the_lists() {
    let gateway = gateway(Platform::Generic, r#"{"cookie_domain": "registrable"}"#);
    for SuffixRow { section, host, registrable } in rows(PUBLIC_SUFFIX) {
        if !host.is_ascii() {
            assert!(identified(&gateway, &host).is_none(), "{section}: {host}");
            continue;
        }
        let baked = baked(&gateway, &host, "a=1; Domain=evil.test; Secure");
        let expected = registrable.map_or("a=1; Secure".to_owned(), |registrable| {
            format!("a=1; Domain={registrable}; Secure")
        });
        assert_eq!(baked, expected, "{section}: {host}");
    }
}

/// R8.2: with the list, a registrable domain covers its hosts and no public suffix does.
#[cfg(feature = "psl")]
#[test]
fn public_suffixes_cover_no_host() {
    for SuffixRow { section, host, registrable } in rows(PUBLIC_SUFFIX) {
        // Above an exception there is a domain, no suffix: `kobe.jp` above `!city.kobe.jp`.
        if !host.is_ascii() || host.starts_with('.') || host.ends_with("city.kobe.jp") {
            continue;
        }
        let fitted = |domain: &str| {
            let cookie = format!("a=1; Domain={domain}");
            let host = format!("sub.{host}");
            baked(&usual(), &host, &cookie) == cookie
        };
        match registrable {
            Some(registrable) => {
                assert!(fitted(&registrable), "{section}: {registrable} at sub.{host}");
                let (_, suffix) = registrable.split_once('.').unwrap();
                assert!(!fitted(suffix), "{section}: {suffix} at sub.{host}");
            }
            None => assert!(!fitted(&host), "{section}: {host} at sub.{host}"),
        }
    }
}
