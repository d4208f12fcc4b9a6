//! Step 2c: the fields of the request (contract R5.0 to R5.5, R5.8).

use http::header::{CONTENT_LENGTH, COOKIE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::cookie::{CookieFilter, Kept};
use crate::config::Config;
use crate::field::connection::Nominated;
use crate::field::known::Known;
use crate::field::length::ContentLength;
use crate::field::removal::Removals;
use crate::field::{CONNECTION_SPECIFIC, FieldSet, IDENTITY_PREFIX};
use crate::platform::Profile;
use crate::refusal::Refusal;

/// What happens to the fields of a request: which go, and which cookies stay.
///
/// ```
/// use firstparty::http::{HeaderMap, HeaderValue};
/// use firstparty::{Config, Platform, request::field::RequestFields};
///
/// let fields = RequestFields::new(&Config::default(), Platform::Generic);
/// let mut headers = HeaderMap::new();
/// headers.insert("host", HeaderValue::from_static("www.example.com"));
/// headers.insert("connection", HeaderValue::from_static("keep-alive, x-hop"));
/// headers.insert("x-hop", HeaderValue::from_static("1"));
/// headers.insert("fpjs-proxy-secret", HeaderValue::from_static("forged"));
/// headers.insert("cookie", HeaderValue::from_static("_ga=1; _iidt=2"));
///
/// let taken = fields.filter(&mut headers, true, &HeaderValue::from_static("api.fpjs.io"))?;
/// assert_eq!(taken.host.unwrap(), "www.example.com");
/// assert_eq!(headers["host"], "api.fpjs.io");
/// assert_eq!(headers["cookie"], "_iidt=2");
/// assert_eq!(headers.len(), 2);
/// # Ok::<(), firstparty::refusal::Refusal>(())
/// ```
#[derive(Clone, Debug)]
pub struct RequestFields {
    /// What goes from every request.
    denied: FieldSet,
    cookies: CookieFilter,
}

/// What the walk took from a request (R5.0).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Taken {
    /// The `host` field as the browser sent it.
    pub host: Option<HeaderValue>,
    /// The `origin` field, if there was exactly one.
    pub origin: Option<HeaderValue>,
}

impl RequestFields {
    /// Combines what the contract, the platform and the configuration want to go.
    #[must_use]
    pub fn new(config: &Config, platform: crate::Platform) -> Self {
        Self {
            denied: denied(config, platform.profile()),
            cookies: CookieFilter::new(&config.cookies),
        }
    }

    /// Edits the fields in place: one walk that reads, replaces and notes, then the removals.
    /// Repeats of what stays keep their order. `upstream` becomes `host`.
    ///
    /// # Errors
    ///
    /// The fields are then half edited, and only good for being dropped.
    ///
    /// A [`Refusal`] for framing that could be read in two ways (R5.2), more `connection` names
    /// than are looked at (R5.1), and several `host` fields (R5.7).
    pub fn filter(
        &self,
        headers: &mut HeaderMap,
        authorised: bool,
        upstream: &HeaderValue,
    ) -> Result<Taken, Refusal> {
        let mut walk = Walk::new();
        let mut cookies = CookieFields::new();
        for (name, value) in headers.iter_mut() {
            let Some(known) = Known::of(name.as_str()) else {
                walk.removals.note_other(name, &self.denied);
                continue;
            };
            if self.denied.contains_known(known) {
                walk.removals.note(known);
            }
            match known {
                Known::Host => walk.take_host(value, upstream)?,
                Known::Origin => walk.take_origin(value),
                Known::Connection => walk.nominated.read(value),
                Known::ContentLength => walk.length.read(value),
                Known::TransferEncoding => walk.take_transfer_encoding(value)?,
                Known::Cookie if authorised => cookies.take(&self.cookies, value),
                Known::Cookie => walk.removals.note(known),
                _ => {}
            }
        }
        walk.joined_cookies = cookies.settle(&mut walk.removals);
        walk.finish(headers, upstream)?;
        Ok(walk.taken)
    }
}

fn denied(config: &Config, profile: &Profile) -> FieldSet {
    let always = ["expect", "strict-transport-security"];
    let set = FieldSet::new()
        .with_names(CONNECTION_SPECIFIC.iter().copied().chain(always))
        .with_prefixes([IDENTITY_PREFIX])
        .with_names(&config.drop_fields);
    profile.request_denylist.add_to(set)
}

/// What a walk over the fields has seen so far.
struct Walk {
    removals: Removals,
    nominated: Nominated,
    length: ContentLength,
    chunked: bool,
    hosts: usize,
    origins: usize,
    joined_cookies: Option<HeaderValue>,
    taken: Taken,
}

impl Walk {
    fn new() -> Self {
        Self {
            removals: Removals::new(),
            nominated: Nominated::default(),
            length: ContentLength::default(),
            chunked: false,
            hosts: 0,
            origins: 0,
            joined_cookies: None,
            taken: Taken::default(),
        }
    }

    /// R4.1, R5.7: there is one, and it becomes upstream's.
    fn take_host(
        &mut self,
        value: &mut HeaderValue,
        upstream: &HeaderValue,
    ) -> Result<(), Refusal> {
        self.hosts += 1;
        if self.hosts > 1 {
            return Err(Refusal::Host);
        }
        self.taken.host = Some(std::mem::replace(value, upstream.clone()));
        Ok(())
    }

    fn take_origin(&mut self, value: &HeaderValue) {
        self.origins += 1;
        self.taken.origin = (self.origins == 1).then(|| value.clone());
    }

    /// R5.2: `chunked` and nothing else (RFC 9112 §6.1; names of codings have no case).
    fn take_transfer_encoding(&mut self, value: &HeaderValue) -> Result<(), Refusal> {
        if self.chunked || !value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked") {
            return Err(Refusal::TransferCoding);
        }
        self.chunked = true;
        Ok(())
    }

    /// Refuses what has to be refused before anything is removed, then edits the map.
    fn finish(&mut self, headers: &mut HeaderMap, upstream: &HeaderValue) -> Result<(), Refusal> {
        if self.nominated.overflows() {
            return Err(Refusal::ConnectionNames);
        }
        match self.length {
            ContentLength::Malformed => return Err(Refusal::ContentLength),
            _ if self.chunked => self.removals.note(Known::ContentLength),
            ContentLength::Repeated(length) => replace(headers, CONTENT_LENGTH, length.into())?,
            ContentLength::Absent | ContentLength::One(_) => {}
        }
        if let Some(cookies) = self.joined_cookies.take() {
            replace(headers, COOKIE, cookies)?;
        }
        self.removals.apply(headers);
        self.nominated.remove_from(headers);
        if self.hosts == 0 {
            // HTTP/2 has an authority instead.
            replace(headers, HOST, upstream.clone())?;
        }
        Ok(())
    }
}

/// Sets a field to one value. A map that is full refuses, even where the name is there already.
fn replace(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) -> Result<(), Refusal> {
    let replaced = headers.try_insert(name, value);
    replaced.map(drop).map_err(|_| Refusal::TooManyFields)
}

/// The `cookie` fields of an authorised request. Nearly every request has one, which is replaced
/// where it is; HTTP/2 may send each pair in a field of its own.
struct CookieFields<'h> {
    kept: Kept,
    count: usize,
    last: Option<&'h mut HeaderValue>,
}

impl<'h> CookieFields<'h> {
    fn new() -> Self {
        Self { kept: Kept::new(), count: 0, last: None }
    }

    fn take(&mut self, filter: &CookieFilter, value: &'h mut HeaderValue) {
        self.kept.add(filter, value);
        self.count += 1;
        self.last = Some(value);
    }

    /// Replaces the only field, or gives what all fields become; without pairs they go.
    fn settle(self, removals: &mut Removals) -> Option<HeaderValue> {
        match (self.kept.into_value(), self.last) {
            (Some(mut kept), Some(only)) if self.count == 1 => {
                kept.set_sensitive(only.is_sensitive());
                *only = kept;
                None
            }
            (None, Some(_)) => {
                removals.note(Known::Cookie);
                None
            }
            (kept, _) => kept,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UPSTREAM: HeaderValue = HeaderValue::from_static("api.fpjs.io");

    fn map(fields: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn filtered(
        platform: crate::Platform,
        authorised: bool,
        fields: &[(&str, &str)],
    ) -> Result<Vec<(String, String)>, Refusal> {
        let config = Config::builder().drop_fields(["referer", "x-mine"]).build().unwrap();
        let mut headers = map(fields);
        RequestFields::new(&config, platform).filter(&mut headers, authorised, &UPSTREAM)?;
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        let pairs = headers.iter().map(|(name, value)| (name.to_string(), text(value)));
        let mut pairs: Vec<_> = pairs.filter(|(name, _)| name != "host").collect();
        pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(pairs)
    }

    fn generic(fields: &[(&str, &str)]) -> Result<Vec<(String, String)>, Refusal> {
        filtered(crate::Platform::Generic, true, fields)
    }

    fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    /// R5.1, R5.3, R5.4, R5.8: what goes on every platform, and what stays with its repeats.
    #[test]
    fn denied_fields_go_and_the_rest_stays() {
        let gone = "connection http2-settings keep-alive proxy-authenticate proxy-authorization
            proxy-connection te trailer upgrade expect strict-transport-security referer x-mine
            fpjs-proxy-secret fpjs-proxy-client-ip fpjs-proxy-forwarded-host fpjs-proxy-else";
        let mut fields: Vec<_> = gone.split_whitespace().map(|name| (name, "x")).collect();
        fields.extend([("accept", "a"), ("x-forwarded-for", "1"), ("accept", "b"), ("via", "v")]);
        let kept = [("accept", "a"), ("accept", "b"), ("via", "v"), ("x-forwarded-for", "1")];
        assert_eq!(generic(&fields), Ok(pairs(&kept)));
    }

    /// R5.1: `connection` removes what it names, but neither `host` nor `content-length`.
    #[test]
    fn connection_names_further_fields() {
        let fields = [
            ("connection", "x-one, host, content-length"),
            ("connection", "cookie"),
            ("x-one", "1"),
            ("x-two", "2"),
            ("content-length", "3"),
            ("cookie", "_iidt=1"),
        ];
        assert_eq!(generic(&fields), Ok(pairs(&[("content-length", "3"), ("x-two", "2")])));
        let many = vec!["a"; 101].join(",");
        assert_eq!(generic(&[("connection", &many)]), Err(Refusal::ConnectionNames));
    }

    /// R5.2: framing that can be read in one way only.
    #[test]
    fn framing_is_unambiguous() {
        let te = ("transfer-encoding", "chunked");
        for (fields, expected) in [
            (&[("content-length", "5")][..], Ok(pairs(&[("content-length", "5")]))),
            (
                &[("content-length", "5"), ("content-length", "5")],
                Ok(pairs(&[("content-length", "5")])),
            ),
            (&[("content-length", "5, 5")], Ok(pairs(&[("content-length", "5")]))),
            (&[("content-length", "5"), te], Ok(pairs(&[]))),
            (&[te, ("content-length", "5,5")], Ok(pairs(&[]))),
            (&[("transfer-encoding", "Chunked")], Ok(pairs(&[]))),
            (&[("content-length", "5"), ("content-length", "6")], Err(Refusal::ContentLength)),
            (&[("content-length", "5"), ("content-length", "6"), te], Err(Refusal::ContentLength)),
            (&[("content-length", "-5")], Err(Refusal::ContentLength)),
            (&[("transfer-encoding", "gzip, chunked")], Err(Refusal::TransferCoding)),
            (&[te, te], Err(Refusal::TransferCoding)),
            (&[("transfer-encoding", "")], Err(Refusal::TransferCoding)),
        ] {
            assert_eq!(generic(fields), expected, "{fields:?}");
        }
    }

    /// R5.4, R12: the platform's denylist goes, its prefixes too.
    #[test]
    fn the_platforms_own_fields_go() {
        let gone = "age x-accel-buffering x-accel-charset x-accel-limit-rate x-accel-redirect
            x-amzn-auth x-amzn-cf-billing x-amzn-cf-id x-amzn-cf-xff x-amzn-errortype
            x-amzn-fle-profile x-amzn-header-count x-amzn-header-order
            x-amzn-lambda-integration-tag x-amzn-requestid x-cache x-forwarded-proto x-real-ip
            via cdn-loop cache-tag x-edge-location x-edge-new x-amz-cf-id x-amz-cf-new";
        let mut fields: Vec<_> = gone.split_whitespace().map(|name| (name, "1")).collect();
        fields.extend([("content-length", "3"), ("x-arr-ssl", "4"), ("if-range", "5")]);
        let cloudfront = filtered(crate::Platform::CloudFront, true, &fields);
        assert_eq!(cloudfront, Ok(pairs(&[("if-range", "5"), ("x-arr-ssl", "4")])));
        let fields = [("via", "v"), ("x-edge-a", "1"), ("x-site-b", "2"), ("x-azure-c", "3")];
        let azure = filtered(crate::Platform::Azure, true, &fields);
        assert_eq!(azure, Ok(pairs(&[("via", "v")])));
        for &platform in crate::Platform::ALL {
            let stays = filtered(platform, true, &[("x-forwarded-for", "1")]);
            assert_eq!(stays, Ok(pairs(&[("x-forwarded-for", "1")])), "{platform}");
        }
    }

    /// R5.5: cookies of a plain request go; those of an authorised one are read as one field.
    #[test]
    fn cookies_are_filtered_across_fields() {
        let fields = [("cookie", "_iidt=1; a=2"), ("cookie", "b=3"), ("cookie", "_iidt=4")];
        assert_eq!(generic(&fields), Ok(pairs(&[("cookie", "_iidt=1; _iidt=4")])));
        assert_eq!(filtered(crate::Platform::Generic, false, &fields), Ok(pairs(&[])));
        assert_eq!(generic(&[("cookie", "a=1")]), Ok(pairs(&[])));
        assert_eq!(
            generic(&[("cookie", "a=1"), ("cookie", "_iidt=1")]),
            Ok(pairs(&[("cookie", "_iidt=1")]))
        );
    }

    /// R5.2, R5.5: a map without room for one more name is refused, as `http` would panic.
    #[test]
    fn full_maps_are_refused() {
        let fields = RequestFields::new(&Config::default(), crate::Platform::Generic);
        let full = |pairs: &[(&str, &str)]| {
            let mut headers = map(pairs);
            for number in 0_u32.. {
                let name = HeaderName::try_from(format!("x-{number}")).unwrap();
                if headers.try_insert(name, HeaderValue::from_static("1")).is_err() {
                    break;
                }
            }
            headers
        };
        for pairs in [
            &[("host", "a.b"), ("content-length", "1, 1")][..],
            &[("host", "a.b"), ("cookie", "_iidt=1"), ("cookie", "_iidt=2")],
            &[],
        ] {
            let refused = fields.filter(&mut full(pairs), true, &UPSTREAM);
            assert_eq!(refused.unwrap_err(), Refusal::TooManyFields, "{pairs:?}");
        }
        assert!(fields.filter(&mut full(&[("host", "a.b")]), true, &UPSTREAM).is_ok());
    }

    /// R4.1, R5.0, R5.7: `host` is taken and replaced; it may be missing but not come twice.
    #[test]
    fn host_and_origin_are_taken() {
        let fields = RequestFields::new(&Config::default(), crate::Platform::Generic);
        let mut headers =
            map(&[("host", "a.b"), ("origin", "https://a.b"), ("connection", "origin")]);
        let taken = fields.filter(&mut headers, false, &UPSTREAM).unwrap();
        assert_eq!(
            (taken.host.unwrap(), taken.origin.unwrap()),
            ("a.b".parse().unwrap(), "https://a.b".parse().unwrap())
        );
        assert_eq!(headers, map(&[("host", "api.fpjs.io")]));

        let mut headers = map(&[("origin", "https://a.b"), ("origin", "null")]);
        let taken = fields.filter(&mut headers, false, &UPSTREAM).unwrap();
        assert!(taken.host.is_none() && taken.origin.is_none());
        assert_eq!(headers["host"], "api.fpjs.io");

        let mut headers = map(&[("host", "a.b"), ("host", "a.b")]);
        let twice = fields.filter(&mut headers, false, &UPSTREAM);
        assert_eq!(twice.unwrap_err(), Refusal::Host);
    }
}
