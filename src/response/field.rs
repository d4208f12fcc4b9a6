//! Step 3a: the fields of the response (contract R6).

use http::header::{AGE, CONTENT_LENGTH, EXPIRES};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::field::FieldSet;
use crate::field::connection_options::ConnectionOptions;
use crate::field::content_length::ContentLength;
use crate::field::dropped::{Dropped, FROM_RESPONSES, Row};
use crate::field::known_field::KnownField;
use crate::field::removals::Removals;
use crate::octets::letters::equal_but_for_case;
use crate::platform::Platform;

/// Edits the fields of a response: which are dropped.
///
/// ```
/// use firstparty::http::{HeaderMap, HeaderValue, StatusCode};
/// use firstparty::{Platform, response::field::ResponseFields};
///
/// let fields = ResponseFields::new(Platform::Generic);
/// let mut headers = HeaderMap::new();
/// headers.insert("strict-transport-security", HeaderValue::from_static("max-age=63072000"));
/// headers.insert("keep-alive", HeaderValue::from_static("timeout=5"));
/// headers.append("set-cookie", HeaderValue::from_static("a=1"));
/// headers.append("set-cookie", HeaderValue::from_static("b=2"));
///
/// fields.filter(&mut headers, StatusCode::OK, |_cookie| {});
/// assert_eq!(headers.get_all("set-cookie").iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
/// assert_eq!(headers.keys_len(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct ResponseFields {
    dropped: Dropped,
}

/// What the walk over the fields of a response found out, for the rules of caching (R7).
///
/// ```
/// use firstparty::http::{HeaderMap, HeaderValue, StatusCode};
/// use firstparty::{Platform, response::field::ResponseFields};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("content-type", HeaderValue::from_static("text/javascript; charset=utf-8"));
/// let fields = ResponseFields::new(Platform::Generic);
/// let facts = fields.filter(&mut headers, StatusCode::OK, |_cookie| {});
/// assert_eq!((facts.script, facts.cache_control), (Some(true), false));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "fields that are there or not, in any combination"
)]
#[non_exhaustive]
pub struct ResponseFacts {
    /// Whether the content is JavaScript, by its media type or, if there are several, by one of
    /// them; `None` without `content-type`.
    pub script: Option<bool>,
    /// Whether there is a `cache-control` field.
    pub cache_control: bool,
    /// Whether there are several of them.
    pub(super) several_cache_controls: bool,
    /// Whether there is an `expires` field.
    pub(super) expires: bool,
    /// Whether there is an `age` field, which has to go from a response that
    /// [`is_capped`](super::cache_control::is_capped) (R6.3).
    pub age: bool,
    /// Whether there is a cache field for certain caches (R7.5).
    pub(super) targeted: bool,
}

impl ResponseFields {
    /// Combines the fields that the contract and the platform drop.
    #[must_use]
    pub fn new(platform: Platform) -> Self {
        let of_platform = FieldSet::from(platform.profile().response_denylist);
        let further = [Row { rule: "R6.3", fields: of_platform }];
        Self { dropped: Dropped::new(FROM_RESPONSES, further) }
    }

    /// Edits the fields in place. One walk reads and notes; then the noted fields are removed. Each
    /// `set-cookie` field is handed to `cookie`. Repeats of a field that is kept stay in order.
    ///
    /// The status decides on `content-length`: a 1xx and a 204 have none, and that of a 205 can only
    /// be 0 (R6.5, RFC 9110 §8.6).
    pub fn filter(
        &self,
        headers: &mut HeaderMap,
        status: StatusCode,
        mut cookie: impl FnMut(&mut HeaderValue),
    ) -> ResponseFacts {
        let mut walk = Walk::new();
        let table = KnownField::table();
        for (name, value) in headers.iter_mut() {
            let Some(known) = table.find(name) else {
                walk.removals.note_other(name, self.dropped.all());
                continue;
            };
            if self.dropped.all().contains_known(known) {
                walk.removals.note(known);
                walk.read_dropped(known, value);
            } else if known == KnownField::SetCookie {
                cookie(value);
            } else {
                walk.read_kept(known, value);
            }
        }
        walk.finish(headers, status)
    }

    /// The rule that drops a field, if one does whatever the rest of the response is.
    pub(crate) fn rule_that_drops(&self, name: &HeaderName) -> Option<&'static str> {
        self.dropped.rule(name)
    }
}

/// What a walk over the fields has found so far.
struct Walk {
    removals: Removals,
    options: ConnectionOptions,
    length: ContentLength,
    has_transfer_encoding: bool,
    facts: ResponseFacts,
}

impl Walk {
    fn new() -> Self {
        Self {
            removals: Removals::new(),
            options: ConnectionOptions::default(),
            length: ContentLength::default(),
            has_transfer_encoding: false,
            facts: ResponseFacts::default(),
        }
    }

    #[inline]
    fn read_dropped(&mut self, known: KnownField, value: &HeaderValue) {
        match known {
            KnownField::Connection => self.options.read(value),
            KnownField::TransferEncoding => self.has_transfer_encoding = true,
            _ => {}
        }
    }

    #[inline]
    fn read_kept(&mut self, known: KnownField, value: &HeaderValue) {
        let facts = &mut self.facts;
        match known {
            KnownField::ContentType => {
                facts.script = Some(facts.script.unwrap_or_default() | is_script(value));
            }
            KnownField::CacheControl => {
                facts.several_cache_controls = facts.cache_control;
                facts.cache_control = true;
            }
            KnownField::Expires => facts.expires = true,
            KnownField::Age => facts.age = true,
            KnownField::CdnCacheControl
            | KnownField::CloudflareCdnCacheControl
            | KnownField::EdgeControl
            | KnownField::NetlifyCdnCacheControl
            | KnownField::SurrogateControl
            | KnownField::VercelCdnCacheControl => facts.targeted = true,
            KnownField::ContentLength => self.length.read(value),
            _ => {}
        }
    }

    #[inline]
    fn finish(mut self, headers: &mut HeaderMap, status: StatusCode) -> ResponseFacts {
        match self.length {
            // RFC 9112 §6.3: the coding decides, and the length may be wrong.
            _ if self.has_transfer_encoding => self.removals.note(KnownField::ContentLength),
            ContentLength::One(length) | ContentLength::Repeated(length)
                if !may_state_length(status, length) =>
            {
                self.removals.note(KnownField::ContentLength);
            }
            ContentLength::Malformed => self.removals.note(KnownField::ContentLength),
            ContentLength::Repeated(length) => {
                // A map that is full refuses, even if it has the name already.
                if headers.try_insert(CONTENT_LENGTH, length.into()).is_err() {
                    self.removals.note(KnownField::ContentLength);
                }
            }
            ContentLength::Absent | ContentLength::One(_) => {}
        }
        self.removals.apply(headers);
        if self.options.remove_from(headers) {
            self.facts.expires = headers.contains_key(EXPIRES);
            self.facts.age = headers.contains_key(AGE);
        }
        self.facts
    }
}

/// R6.5: whether a response may state its length (RFC 9110 §8.6 and §15.3.6).
fn may_state_length(status: StatusCode, length: u64) -> bool {
    match status.as_u16() {
        100..=199 | 204 => false,
        205 => length == 0,
        _ => true,
    }
}

/// R7.1: whether the media type is JavaScript, in any case and with any parameters.
fn is_script(value: &HeaderValue) -> bool {
    let value = value.as_bytes().trim_ascii_start();
    begins_with_type(value, b"text/javascript")
        || begins_with_type(value, b"application/javascript")
}

fn begins_with_type<const N: usize>(value: &[u8], media_type: &[u8; N]) -> bool {
    value.split_first_chunk::<N>().is_some_and(|(start, behind)| {
        equal_but_for_case(start, media_type)
            && matches!(behind.trim_ascii_start(), [] | [b';', ..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filtered(
        platform: Platform,
        fields: &[(&str, &str)],
    ) -> (ResponseFacts, Vec<(String, String)>) {
        filtered_at(StatusCode::OK, platform, fields)
    }

    fn filtered_at(
        status: StatusCode,
        platform: Platform,
        fields: &[(&str, &str)],
    ) -> (ResponseFacts, Vec<(String, String)>) {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        let facts = ResponseFields::new(platform).filter(&mut headers, status, |_| {});
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        let pairs = headers.iter().map(|(name, value)| (name.to_string(), text(value)));
        let mut pairs: Vec<_> = pairs.collect();
        pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
        (facts, pairs)
    }

    fn generic(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        filtered(Platform::Generic, fields).1
    }

    fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    /// R6.1, R6.2, R6.3, R6.4: the dropped fields; all others are kept with their repeats.
    #[test]
    fn denied_fields_go_and_the_rest_stays() {
        let gone = "connection http2-settings keep-alive proxy-authenticate proxy-authorization
            proxy-connection te trailer transfer-encoding upgrade strict-transport-security alt-svc
            clear-site-data nel report-to reporting-endpoints public-key-pins
            public-key-pins-report-only expect-ct service-worker-allowed
            service-worker-navigation-preload set-login use-as-dictionary
            secure-session-registration x-accel-redirect x-accel-expires x-accel- x-sendfile
            x-lighttpd-send-file cache-tag edge-cache-tag surrogate-key x-hop fpjs-proxy-secret
            fpjs-proxy-client-ip fpjs-proxy-forwarded-host fpjs-proxy-x fpjs-proxy-
            fpjs_proxy_secret fpjs.proxy.secret fpjs-proxy_secret fpjs-proxy.secret
            fpjs_proxy-secret fpjs_proxy.secret fpjs.proxy-secret fpjs.proxy_secret";
        let mut fields: Vec<_> = gone.split_whitespace().map(|name| (name, "x-hop")).collect();
        let kept = [
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-origin", "https://a.b"),
            ("access-control-expose-headers", "x-custom"),
            ("age", "1"),
            ("content-disposition", "inline"),
            ("content-encoding", "br"),
            ("content-language", "en"),
            ("content-type", "text/plain"),
            ("etag", "e"),
            ("fpjs-proxysecret", "1"),
            ("location", "/x"),
            ("service-worker", "script"),
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2"),
            ("vary", "origin"),
            ("via", "v"),
            ("x-accel", "1"),
            ("x-custom", "1"),
            ("x-sendfile-type", "1"),
        ];
        fields.extend(kept);
        assert_eq!(generic(&fields), pairs(&kept));
    }

    /// R6.3, R12: on CloudFront, its own fields and `age` go, too.
    #[test]
    fn the_platforms_own_fields_go() {
        let gone = "age connection expect keep-alive proxy-authenticate proxy-authorization
            proxy-connection trailer upgrade x-accel-buffering x-accel-charset x-accel-limit-rate
            x-accel-redirect x-amzn-auth x-amzn-cf-billing x-amzn-cf-id x-amzn-cf-xff
            x-amzn-errortype x-amzn-fle-profile x-amzn-header-count x-amzn-header-order
            x-amzn-lambda-integration-tag x-amzn-requestid x-cache x-forwarded-proto x-real-ip
            strict-transport-security accept-encoding cdn-loop content-length if-modified-since
            if-none-match if-range if-unmodified-since transfer-encoding via cache-tag
            x-edge-location x-edge-new x-amz-cf-id x-amz-cf-pop x-amz-cf-new";
        let mut fields: Vec<_> = gone.split_whitespace().map(|name| (name, "1")).collect();
        let kept = [("x-amz-request-id", "1"), ("x-custom", "1")];
        fields.extend(kept);
        assert_eq!(filtered(Platform::CloudFront, &fields).1, pairs(&kept));
        let azure = [("x-arr-a", "1"), ("x-azure-b", "2"), ("x-edge-c", "3"), ("x-sited", "4")];
        assert_eq!(filtered(Platform::Azure, &azure).1, pairs(&[]));
        for platform in [Platform::Cloudflare, Platform::FastlyCompute, Platform::FastlyVcl] {
            let fields = [("via", "v"), ("x-cache", "1"), ("x-edge-c", "2")];
            assert_eq!(filtered(platform, &fields).1, pairs(&fields), "{platform}");
        }
    }

    /// R6.1: `connection` removes any field that it names, but no framing.
    #[test]
    fn connection_names_further_fields() {
        let fields = [
            ("connection", "Set-Cookie, content-length, host"),
            ("connection", "Expires"),
            ("set-cookie", "a=1"),
            ("expires", "0"),
            ("content-length", "1"),
            ("etag", "e"),
        ];
        assert_eq!(generic(&fields), pairs(&[("content-length", "1"), ("etag", "e")]));
    }

    /// R6.1, R6.3, R7.1: `expires` and `age` are not seen if `connection` removed them.
    #[test]
    fn a_removed_field_is_not_seen() {
        for (connection, expires, age) in [
            ("close", true, true),
            ("x-hop", true, true),
            ("expires", false, true),
            ("Age", true, false),
            ("x-hop, Expires", false, true),
        ] {
            let fields =
                [("connection", connection), ("expires", "0"), ("age", "1"), ("x-hop", "1")];
            let facts = filtered(Platform::Generic, &fields).0;
            assert_eq!((facts.expires, facts.age), (expires, age), "{connection}");
        }
        assert!(!filtered(Platform::CloudFront, &[("age", "1")]).0.age);
    }

    /// R6.1: names after the hundredth are ignored.
    #[test]
    fn a_long_connection_list_is_cut() {
        let mut names = vec!["close"; 99];
        names.extend(["x-one", "x-two"]);
        let list = names.join(", ");
        assert_eq!(
            generic(&[("connection", &list), ("x-one", "1"), ("x-two", "2")]),
            pairs(&[("x-two", "2")])
        );
    }

    /// R6.5: one length or none.
    #[test]
    fn lengths_are_one_or_none() {
        for (fields, expected) in [
            (
                &[("content-length", "5"), ("content-length", "5")][..],
                &[("content-length", "5")][..],
            ),
            (&[("content-length", "5, 5")], &[("content-length", "5")]),
            (&[("content-length", "5"), ("transfer-encoding", "chunked")], &[]),
            (
                &[
                    ("connection", "Transfer-Encoding"),
                    ("content-length", "5"),
                    ("transfer-encoding", "chunked"),
                ],
                &[],
            ),
            (&[("content-length", "0"), ("transfer-encoding", "chunked")], &[]),
            (&[("content-length", "5"), ("content-length", "6")], &[]),
            (&[("content-length", "x")], &[]),
        ] {
            assert_eq!(generic(fields), pairs(expected), "{fields:?}");
        }
    }

    /// R6.5: a 1xx and a 204 have no length, and that of a 205 can only be 0.
    #[test]
    fn bodiless_responses_state_no_length() {
        let length = |status: u16, values: &[&str]| {
            let fields: Vec<_> = values.iter().map(|value| ("content-length", *value)).collect();
            let status = StatusCode::from_u16(status).unwrap();
            let (_, after) = filtered_at(status, Platform::Generic, &fields);
            after.into_iter().map(|(_, value)| value).collect::<Vec<_>>()
        };
        for status in [100, 101, 103, 199, 204] {
            for values in [&["0"][..], &["5"], &["0", "0"], &["5, 5"], &["x"]] {
                assert!(length(status, values).is_empty(), "{status} {values:?}");
            }
        }
        for values in [&["0"][..], &["0", "0"], &["0, 0"]] {
            assert_eq!(length(205, values), ["0"], "{values:?}");
        }
        for values in [&["5"][..], &["5", "5"], &["0", "5"], &["x"]] {
            assert!(length(205, values).is_empty(), "{values:?}");
        }
        for status in [200, 203, 206, 304, 404, 500] {
            assert_eq!(length(status, &["5"]), ["5"], "{status}");
            assert_eq!(length(status, &["0"]), ["0"], "{status}");
        }
    }

    /// R7.1: the media type decides, its case and parameters do not.
    #[test]
    fn scripts_are_known_by_their_media_type() {
        for (content_type, script) in [
            ("text/javascript", true),
            ("Text/JavaScript ; charset=utf-8", true),
            ("application/javascript;v=1", true),
            ("text/javascriptx", false),
            ("text/javascript x", false),
            ("\ttext/javascript", true),
            ("application/javascript", true),
            ("application/javascrip", false),
            ("application/xml", false),
            ("application/x-protobuf; v=1", false),
            ("text/html; text/javascript", false),
            ("text/html", false),
            ("", false),
        ] {
            let fields = [("content-type", content_type), ("cache-control", "public")];
            let facts = filtered(Platform::Generic, &fields).0;
            assert_eq!((facts.script, facts.cache_control), (Some(script), true), "{content_type}");
        }
        assert_eq!(filtered(Platform::Generic, &[]).0, ResponseFacts::default());
        let [script, page] = ["text/javascript", "text/html"].map(|value| ("content-type", value));
        for (fields, expected) in [
            ([script, page], true),
            ([page, script], true),
            ([script; 2], true),
            ([page; 2], false),
        ] {
            assert_eq!(filtered(Platform::Generic, &fields).0.script, Some(expected));
        }
    }
}
