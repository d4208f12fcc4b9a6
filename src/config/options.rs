//! The options of a configuration that are not variables.

use std::num::NonZeroU8;

use http::HeaderName;
use serde::{Deserialize, Serialize};

use super::domain_map::DomainMap;
use super::path::RoutePath;
use super::read::field_name;

/// How the gateway recognises the integration path ([R2.1], [R2.6]).
///
/// ```
/// use firstparty::config::Mount;
///
/// let mount: Mount = serde_json::from_str(r#"{"exact": "/ore54guier"}"#)?;
/// assert_eq!(mount, Mount::Exact("ore54guier".parse()?));
/// assert_eq!(serde_json::from_str::<Mount>(r#"{"depth": 2}"#)?, Mount::Depth(2));
/// assert_eq!(serde_json::from_str::<Mount>(r#""anywhere""#)?, Mount::Anywhere);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [R2.1]: crate::contract#R2.1
/// [R2.6]: crate::contract#R2.6
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mount {
    /// This number of leading non-empty segments, whatever they are.
    Depth(u8),
    /// Exactly these segments.
    Exact(RoutePath),
    /// Any prefix of a v3 route or `status`. Other paths do not belong to the integration.
    Anywhere,
    /// As [`Mount::Anywhere`], and any other path is a v4 request below this number of segments.
    AnywhereOrDepth(u8),
}

impl Default for Mount {
    fn default() -> Self {
        Self::Depth(1)
    }
}

/// Which server agent downloads come from ([R4.3], [R4.5]).
///
/// ```
/// use firstparty::config::AgentOrigin;
///
/// assert_eq!(serde_json::from_str::<AgentOrigin>(r#""cdn""#)?, AgentOrigin::Cdn);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// [R4.3]: crate::contract#R4.3
/// [R4.5]: crate::contract#R4.5
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AgentOrigin {
    /// The API host.
    #[default]
    Api,
    /// The CDN host, as in version 2 of the CloudFront integration.
    Cdn,
}

/// What happens to `max-age` and `s-maxage` of downloaded scripts ([R7]).
///
/// The cap is for whole scripts: a 206 keeps the ages that it came with ([R7.1]). While the cap is
/// on, fields such as `cdn-cache-control`, which overrule `cache-control` in certain caches, are
/// removed ([R7.5]). `age` is removed in either case ([R6.3]).
///
/// A CDN in front of the gateway that caches the agent route needs the parameters `apiKey`,
/// `version` and `loaderVersion` in its cache key, because they choose the script. It stores a
/// script together with its `set-cookie` fields, and those without a `Domain` pass the gateway as
/// they are ([R8.2]).
///
/// ```
/// use firstparty::config::CachePolicy;
///
/// let policy: CachePolicy = serde_json::from_str(r#"{"max_age": 600}"#)?;
/// assert_eq!(policy, CachePolicy::Cap { max_age: 600, s_maxage: 60 });
/// assert_eq!(serde_json::from_str::<CachePolicy>(r#""preserve""#)?, CachePolicy::Preserve);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// [R7]: crate::contract#R7
/// [R7.1]: crate::contract#R7.1
/// [R7.5]: crate::contract#R7.5
/// [R6.3]: crate::contract#R6.3
/// [R8.2]: crate::contract#R8.2
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum CachePolicy {
    /// `cache-control` passes as it is, and so do the fields for certain caches.
    Preserve,
    /// Ages have an upper limit, which is also added where an age is missing.
    #[serde(untagged)]
    Cap {
        /// The largest `max-age`, in seconds. Default: 3600.
        #[serde(default = "default_max_age")]
        max_age: u32,
        /// The largest `s-maxage`, in seconds. Default: 60.
        #[serde(default = "default_s_maxage")]
        s_maxage: u32,
    },
}

impl Default for CachePolicy {
    fn default() -> Self {
        Self::Cap { max_age: default_max_age(), s_maxage: default_s_maxage() }
    }
}

const fn default_max_age() -> u32 {
    3600
}

const fn default_s_maxage() -> u32 {
    60
}

/// What happens to the `Domain` attribute of `set-cookie` fields ([R8]).
///
/// ```
/// use firstparty::config::CookieDomain;
///
/// let map: CookieDomain = serde_json::from_str(r#"{"map": [["fpjs.io", "example.com"]]}"#)?;
/// assert!(matches!(map, CookieDomain::Map(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// [R8]: crate::contract#R8
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CookieDomain {
    /// The attribute stays ([R8.1]).
    ///
    /// [R8.1]: crate::contract#R8.1
    Preserve,
    /// In responses to authorised requests, the attribute stays if it covers the browser's host,
    /// and is removed otherwise ([R8.2]).
    ///
    /// [R8.2]: crate::contract#R8.2
    #[default]
    FirstParty,
    /// As [`CookieDomain::FirstParty`], but instead of being removed the attribute becomes the
    /// registrable domain of the browser's host ([R8.3]).
    ///
    /// [R8.3]: crate::contract#R8.3
    #[cfg(feature = "psl")]
    Registrable,
    /// A table replaces the domain, in every response ([R8.4]).
    ///
    /// [R8.4]: crate::contract#R8.4
    Map(DomainMap),
}

/// A field that tells a gateway behind its site's own load balancer the browser's address ([R12],
/// platform `generic`).
///
/// The field is a list to which every hop appends the address of its peer. With one trusted hop
/// the last address counts, with two the one before it, and so on.
///
/// ```
/// use firstparty::config::TrustedAddress;
///
/// let text = r#"{"field": "x-forwarded-for", "hops": 1}"#;
/// let trusted: TrustedAddress = serde_json::from_str(text)?;
/// assert_eq!(trusted.field(), "x-forwarded-for");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// [R12]: crate::contract#R12
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedAddress {
    #[serde(with = "field_name")]
    field: HeaderName,
    hops: NonZeroU8,
}

impl TrustedAddress {
    /// Trusts this number of hops.
    ///
    /// ```
    /// use std::num::NonZeroU8;
    /// use firstparty::{config::TrustedAddress, http::HeaderName};
    ///
    /// let field = HeaderName::from_static("x-forwarded-for");
    /// let trusted = TrustedAddress::new(field, NonZeroU8::MIN);
    /// assert_eq!(trusted.hops().get(), 1);
    /// ```
    #[must_use]
    pub const fn new(field: HeaderName, hops: NonZeroU8) -> Self {
        Self { field, hops }
    }

    /// The field's name.
    ///
    /// ```
    /// use firstparty::config::TrustedAddress;
    ///
    /// let text = r#"{"field": "X-Forwarded-For", "hops": 1}"#;
    /// assert_eq!(serde_json::from_str::<TrustedAddress>(text)?.field(), "x-forwarded-for");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn field(&self) -> &HeaderName {
        &self.field
    }

    /// The number of trusted hops.
    ///
    /// ```
    /// use firstparty::config::TrustedAddress;
    ///
    /// let text = r#"{"field": "x-forwarded-for", "hops": 2}"#;
    /// assert_eq!(serde_json::from_str::<TrustedAddress>(text)?.hops().get(), 2);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn hops(&self) -> NonZeroU8 {
        self.hops
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;

    /// Options are written as they were read; omitted ages have their defaults.
    #[test]
    fn options_are_written_as_they_are_read() {
        fn again<T: Serialize + DeserializeOwned>(text: &str) -> String {
            serde_json::to_string(&serde_json::from_str::<T>(text).unwrap()).unwrap()
        }
        for text in [r#"{"depth":3}"#, r#"{"exact":"a/b"}"#, r#""anywhere""#] {
            assert_eq!(again::<Mount>(text), text);
        }
        assert_eq!(Mount::default(), Mount::Depth(1));
        for text in [r#""preserve""#, r#"{"max_age":1,"s_maxage":2}"#] {
            assert_eq!(again::<CachePolicy>(text), text);
        }
        for (text, all) in [
            ("{}", r#"{"max_age":3600,"s_maxage":60}"#),
            (r#"{"s_maxage":1}"#, r#"{"max_age":3600,"s_maxage":1}"#),
            (r#"{"max_age":1}"#, r#"{"max_age":1,"s_maxage":60}"#),
        ] {
            assert_eq!(again::<CachePolicy>(text), all);
        }
        let map = r#"{"map":[["a.test","b.test"],["c.test",""],["*","d.test"]]}"#;
        assert_eq!(again::<CookieDomain>(map), map);
        let trusted = r#"{"field":"x-forwarded-for","hops":2}"#;
        assert_eq!(again::<TrustedAddress>(trusted), trusted);
    }

    /// R1.3: an invalid option is refused when it is read.
    #[test]
    fn invalid_options_are_refused() {
        for text in [r#"{"map":[["*","a b"]]}"#, r#"{"map":[["a b",""]]}"#, r#"{"map":[["",""]]}"#]
        {
            assert!(serde_json::from_str::<CookieDomain>(text).is_err(), "{text}");
        }
        for text in [
            r#"{"field":"a b","hops":1}"#,
            r#"{"field":"a","hops":0}"#,
            r#"{"field":"a","hops":256}"#,
            r#"{"field":"a","hops":1,"other":1}"#,
            r#"{"field":"a"}"#,
        ] {
            assert!(serde_json::from_str::<TrustedAddress>(text).is_err(), "{text}");
        }
        for text in
            [r#"{"max_age":1,"other":1}"#, r#"{"max_age":-1}"#, r#""other""#, "null", "[1,2]"]
        {
            assert!(serde_json::from_str::<CachePolicy>(text).is_err(), "{text}");
        }
    }
}
