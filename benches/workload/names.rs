//! The field filter alone: which of a request's names are denied, asked of four sets of the same
//! names.

use std::collections::HashSet;

use firstparty::Platform;
use firstparty::field::FieldSet;
use firstparty::http::{HeaderMap, HeaderName};
use trie_hard::TrieHard;

/// The names that `CloudFront` denies in requests.
static PERFECT: phf::Set<&'static str> = phf::phf_set! {
    "age", "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization",
    "proxy-connection", "strict-transport-security", "trailer", "upgrade", "x-accel-buffering",
    "x-accel-charset", "x-accel-limit-rate", "x-accel-redirect", "x-amzn-auth",
    "x-amzn-cf-billing", "x-amzn-cf-id", "x-amzn-cf-xff", "x-amzn-errortype", "x-amzn-fle-profile",
    "x-amzn-header-count", "x-amzn-header-order", "x-amzn-lambda-integration-tag",
    "x-amzn-requestid", "x-cache", "x-forwarded-proto", "x-real-ip", "cache-tag", "cdn-loop",
    "content-length", "transfer-encoding", "via",
};

/// The same names, four times.
pub struct NameSets {
    ours: FieldSet,
    trie: TrieHard<'static, ()>,
    hash: HashSet<HeaderName>,
}

impl NameSets {
    pub fn new() -> Self {
        let names: Vec<_> = Platform::CloudFront.profile().request_denylist.names().collect();
        assert!(names.len() == PERFECT.len() && names.iter().all(|name| PERFECT.contains(name)));
        Self {
            ours: FieldSet::new().with_names(&names),
            trie: TrieHard::new(names.iter().map(|name| (name.as_bytes(), ())).collect()),
            hash: names.iter().map(|name| HeaderName::from_static(name)).collect(),
        }
    }

    pub fn ours(&self, headers: &HeaderMap) -> usize {
        headers.keys().filter(|name| self.ours.contains(name)).count()
    }

    pub fn trie_hard(&self, headers: &HeaderMap) -> usize {
        headers.keys().filter(|name| self.trie.get(name.as_str()).is_some()).count()
    }

    pub fn phf(headers: &HeaderMap) -> usize {
        headers.keys().filter(|name| PERFECT.contains(name.as_str())).count()
    }

    pub fn hash_set(&self, headers: &HeaderMap) -> usize {
        headers.keys().filter(|name| self.hash.contains(*name)).count()
    }
}
