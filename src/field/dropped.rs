//! Which fields do not pass the gateway, and by which rule: one table for each direction.
//!
//! The filters remove what these rows name, and `explain` looks up the rule in the same rows, so
//! that the two cannot disagree. What the platform and the configuration add are rows, too.

use http::HeaderName;

use super::connection_options::CLOSE;
use super::known_field::KnownField;
use super::known_set::KnownFieldSet;
use super::lookup::LookupTable;
use super::names::Names;
use super::passed_names::{Found, PassedNames};
use super::removals::Removals;
use super::set::FieldSet;
use super::usage::FieldUse;

/// Connection-specific fields, which belong to one hop and never cross a gateway
/// (RFC 9110 §7.6.1, RFC 9113 §8.2.2; contract [R5.1] and [R6.1]).
///
/// [R5.1]: crate::contract#R5.1
/// [R6.1]: crate::contract#R6.1
#[doc(alias = "hop-by-hop")]
pub const CONNECTION_SPECIFIC: &[&str] = &[
    "connection",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Response fields that would act on the customer's whole origin (contract [R6.2]).
///
/// [R6.2]: crate::contract#R6.2
pub const ORIGIN_WIDE: &[&str] = &[
    "alt-svc",
    "clear-site-data",
    "expect-ct",
    "nel",
    "public-key-pins",
    "public-key-pins-report-only",
    "report-to",
    "reporting-endpoints",
    "secure-session-registration",
    "service-worker-allowed",
    "service-worker-navigation-preload",
    "set-login",
    "strict-transport-security",
    "use-as-dictionary",
];

/// Response fields that give orders to a web server in front of the gateway, for instance to send one
/// of its own files instead (contract R6.2). Those of nginx share a prefix.
const SERVER_DIRECTIONS: &[&str] = &["x-lighttpd-send-file", "x-sendfile"];
const SERVER_DIRECTION_PREFIXES: &[&str] = &["x-accel-"];

/// The fields by which a gateway identifies itself to upstream: every name that begins with
/// `fpjs-proxy-`. Those that a browser sends are dropped, and so are those that upstream sends back
/// (contract [R5.3] and [R6.3]).
///
/// `_` and `.` count as `-`. A server behind an interface like CGI cannot tell `_` from `-`
/// (RFC 3875 §4.1.18), and some frameworks treat `.` alike.
///
/// ```
/// use firstparty::field::IDENTITY_FIELDS;
/// use firstparty::http::HeaderName;
///
/// assert!(IDENTITY_FIELDS.contains(&HeaderName::from_static("fpjs-proxy-secret")));
/// assert!(IDENTITY_FIELDS.contains(&HeaderName::from_static("fpjs_proxy.client_ip")));
/// assert!(!IDENTITY_FIELDS.contains(&HeaderName::from_static("fpjs-proxy")));
/// ```
///
/// [R5.3]: crate::contract#R5.3
/// [R6.3]: crate::contract#R6.3
pub const IDENTITY_FIELDS: Names = Names::NONE.and_prefixed(&[
    "fpjs-proxy-",
    "fpjs-proxy_",
    "fpjs-proxy.",
    "fpjs_proxy-",
    "fpjs_proxy_",
    "fpjs_proxy.",
    "fpjs.proxy-",
    "fpjs.proxy_",
    "fpjs.proxy.",
]);

/// Tags of responses, by which caches in front of the site purge what they keep (contract R6.3).
pub(crate) const CACHE_TAGS: &[&str] = &["cache-tag", "edge-cache-tag", "surrogate-key"];

/// Cache fields for certain caches, which outrank `cache-control` there (RFC 9213 §2.2; contract R7.5).
pub(crate) const TARGETED_CACHE_FIELDS: [KnownField; 6] = [
    KnownField::CdnCacheControl,
    KnownField::CloudflareCdnCacheControl,
    KnownField::EdgeControl,
    KnownField::NetlifyCdnCacheControl,
    KnownField::SurrogateControl,
    KnownField::VercelCdnCacheControl,
];

/// Fields of a browser's request that never reach upstream.
pub(crate) static FROM_REQUESTS: &[Row] = &[
    Row { rule: "R5.1", fields: &Names::listed(&[CONNECTION_SPECIFIC, &["expect"]]) },
    Row { rule: "R5.3", fields: &IDENTITY_FIELDS },
    Row { rule: "R5.4", fields: &Names::listed(&[&["strict-transport-security"]]) },
];

/// Fields of upstream's response that never reach the browser.
pub(crate) static FROM_RESPONSES: &[Row] = &[
    Row { rule: "R6.1", fields: &Names::listed(&[CONNECTION_SPECIFIC]) },
    Row {
        rule: "R6.2",
        fields: &Names::listed(&[ORIGIN_WIDE, SERVER_DIRECTIONS])
            .and_prefixed(SERVER_DIRECTION_PREFIXES),
    },
    Row { rule: "R6.3", fields: &IDENTITY_FIELDS },
    Row { rule: "R6.3", fields: &Names::listed(&[CACHE_TAGS]) },
];

/// Fields that do not pass, and the rule of the contract that says so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) rule: &'static str,
    pub(crate) fields: &'static Names,
}

/// All that does not pass in one direction.
#[derive(Clone, Debug)]
pub(crate) struct Dropped {
    contract: &'static [Row],
    platform: Row,
    /// The fields of all rows, and those that the configuration drops.
    all: FieldSet,
    /// The names for which a walk has nothing to do.
    passed: PassedNames,
}

impl Dropped {
    /// The rows of the contract, that of the platform, and what the configuration drops. `read` are
    /// the fields whose values the walk reads.
    pub(crate) fn new(
        contract: &'static [Row],
        platform: Row,
        configured: &[HeaderName],
        read: &KnownFieldSet,
    ) -> Self {
        let mut all = FieldSet::new();
        for row in contract.iter().chain([&platform]) {
            all.insert_all(row.fields);
        }
        all.extend(configured);
        let mut wanted = *all.known();
        wanted.insert_all(read);
        let passed = PassedNames::new(&wanted, &all);
        Self { contract, platform, all, passed }
    }

    /// The first thing that a walk does with a field: notes the name if it is dropped. Returns the
    /// name, and whether it is dropped, if the walk may have to read the value.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the calls would take longer than most look-ups")]
    pub(crate) fn note(
        &self,
        table: &LookupTable,
        name: &HeaderName,
        removals: &mut Removals,
    ) -> Option<(KnownField, bool)> {
        match self.passed.look_up(table, name) {
            Found::Known(known) => {
                let is_dropped = self.all.contains_known(known);
                if is_dropped {
                    removals.note(known);
                }
                Some((known, is_dropped))
            }
            Found::Other => {
                removals.note_other(name, &self.all);
                None
            }
            Found::Passed => None,
        }
    }

    /// What is done with a field. `is_read` says of a known name, and of whether it is dropped, if the
    /// walk reads the value.
    pub(crate) fn use_of(
        &self,
        name: &HeaderName,
        is_read: impl Fn(KnownField, bool) -> bool,
    ) -> FieldUse {
        let is_dropped = self.all.contains(name);
        match KnownField::of(name) {
            Some(known) if is_read(known, is_dropped) => FieldUse::Read,
            _ if is_dropped => FieldUse::Dropped,
            // The usual `connection: close` names it.
            _ if name == CLOSE => FieldUse::Read,
            _ => FieldUse::Kept,
        }
    }

    /// The rule that drops a field: that of the first row which has it. What no row has, the
    /// configuration drops.
    pub(crate) fn rule(&self, name: &HeaderName) -> Option<&'static str> {
        let mut rows = self.contract.iter().chain([&self.platform]);
        match rows.find(|row| row.fields.contains(name)) {
            Some(row) => Some(row.rule),
            None => self.all.contains(name).then_some("R5.8"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R5.3: the prefix is listed in every spelling, and nothing else is.
    #[test]
    fn identity_fields_are_listed_in_every_spelling() {
        let set = FieldSet::from(IDENTITY_FIELDS);
        let separators = ["-", "_", ".", "~", "+", "|", "", "--", "x"];
        for first in separators {
            for second in separators {
                for rest in ["", "secret", "client_ip", "forwarded.host", "-x"] {
                    let name = format!("fpjs{first}proxy{second}{rest}");
                    let plain = name.replace(['_', '.'], "-");
                    let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
                    let expected = plain.starts_with("fpjs-proxy-");
                    assert_eq!(IDENTITY_FIELDS.contains(&name), expected, "{name}");
                    assert_eq!(set.contains(&name), expected, "{name}");
                }
            }
        }
    }
}
