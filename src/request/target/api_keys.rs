//! Whose agent is served (contract R4.7).

use crate::config::Config;
use crate::octets::percent::unescaped;
use crate::refusal::Refusal;

/// The public API keys whose agent is served. If none is listed, every agent is served.
#[derive(Clone, Debug)]
pub(super) struct ApiKeys(Box<[Box<str>]>);

impl ApiKeys {
    pub(super) fn new(config: &Config) -> Self {
        Self(config.api_keys.as_slice().into())
    }

    /// Checks the key of a path that downloads an agent: `/web/v…/{key}`. All other paths pass.
    #[inline]
    pub(super) fn check_path(&self, path: &str) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { self.find_path(path) }
    }

    /// Checks a key, written as a segment of a path.
    #[inline]
    pub(super) fn check_segment(&self, key: &[u8]) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { self.find(key) }
    }

    // Kept apart, so that a gateway without a list pays for one comparison.
    #[inline(never)]
    fn find_path(&self, path: &str) -> Result<(), Refusal> {
        key_of(path).map_or(Ok(()), |key| self.find(key.as_bytes()))
    }

    #[inline(never)]
    fn find(&self, key: &[u8]) -> Result<(), Refusal> {
        let is_listed = self.0.iter().any(|listed| unescaped(key).eq(listed.bytes()));
        if is_listed { Ok(()) } else { Err(Refusal::ApiKeyNotListed) }
    }
}

/// The third segment of a path whose first ones are `web` and `v…`, still encoded.
fn key_of(path: &str) -> Option<&str> {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let is_web = unescaped(segments.next()?.as_bytes()).eq(*b"web");
    let is_version = unescaped(segments.next()?.as_bytes()).next() == Some(b'v');
    segments.next().filter(|_| is_web && is_version)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(segment: &str) -> String {
        let bytes: Vec<_> = unescaped(segment.as_bytes()).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn listed() -> ApiKeys {
        ApiKeys::new(&Config::builder().api_keys(["k1", "K-2"]).build().unwrap())
    }

    /// R4.7: whose agent a path downloads, segment by segment.
    #[test]
    fn paths_name_their_key() {
        for (path, key) in [
            ("/web/v4/k", Some("k")),
            ("/web/v/k", Some("k")),
            ("/web/v4.1~x/k/loader_v3.js", Some("k")),
            ("//web//%76//%6b/", Some("%6b")),
            ("/%77%65%62/v3/k", Some("k")),
            ("/web/v4", None),
            ("/web/v4/", None),
            ("/web//", None),
            ("/", None),
            ("/web/4/k", None),
            ("/web/V4/k", None),
            ("/WEB/v4/k", None),
            ("/webx/v4/k", None),
            ("/we/v4/k", None),
            ("/x/web/v4/k", None),
            ("/web%2Fv4%2Fk", None),
            ("/web%2Fv4/v4/k", None),
            ("/web/%2576/k", None),
        ] {
            assert_eq!(key_of(path), key, "{path}");
        }
    }

    /// R4.7: keys are compared decoded, and with their case; `+` stays a plus sign in a path.
    #[test]
    fn only_listed_keys_pass() {
        for path in ["/web/v4/k1", "/web/v4/%6B%31/x", "/web/v3/K-2", "/web/v4", "/k3"] {
            assert_eq!(listed().check_path(path), Ok(()), "{path}");
        }
        for key in ["k", "k10", "K1", "k1%20", "k1+", "k%zz1", "%256b1", "k1%00", "%", "k1,K-2"] {
            let refused = Err(Refusal::ApiKeyNotListed);
            assert_eq!(listed().check_path(&format!("/web/v4/{key}")), refused, "{key}");
            assert_eq!(listed().check_segment(key.as_bytes()), refused, "{key}");
            let any = ApiKeys::new(&Config::default());
            assert_eq!(any.check_path(&format!("/web/v4/{key}")), Ok(()), "{key}");
            assert_eq!(any.check_segment(key.as_bytes()), Ok(()), "{key}");
        }
    }

    proptest! {
        /// R4.7: the slow way, with lists of decoded segments.
        #[test]
        fn a_naive_reading_agrees(
            path in "(/|web|%77eb|v4|v|%76|k1|%4b-2|K-2|\\+|x|%2f|%|é){0,10}",
        ) {
            let segments: Vec<_> = path.split('/').filter(|one| !one.is_empty()).map(decoded).collect();
            let passes = match &segments[..] {
                [web, version, key, ..] if web == "web" && version.starts_with('v') => {
                    key == "k1" || key == "K-2"
                }
                _ => true,
            };
            prop_assert_eq!(listed().check_path(&path).is_ok(), passes);
        }
    }
}
