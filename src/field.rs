//! Field names as data: what is removed in either direction, and how.
//!
//! Removing names from an [`http::HeaderMap`] is the most frequent thing a gateway does. The
//! design here was measured against six others: one walk classifies every name through a perfect
//! hash of the known ones, notes what has to go in a set, and only then removes
//! by `static` name, last position first (a removal moves the last entry into the hole).
//!
//! | file | idea |
//! |---|---|
//! | `field/names.rs` | the names the gateway knows, each with a number |
//! | `field/table.rs` | looking a name up among them |
//! | `field/mask.rs` | a set of them |
//! | `field/set.rs` | a set of names and prefixes: [`FieldSet`] |
//! | `field/connection.rs` | the `connection` field's own list (RFC 9110 §7.6.1) |
//! | `field/length.rs` | what `content-length` says, repeats included (RFC 9112 §6.3) |
//! | `field/removal.rs` | the names noted during a walk, removed after it |
//! | `field/small.rs` | a value that outlives its message |

pub(crate) mod connection;
pub(crate) mod length;
mod mask;
pub(crate) mod names;
pub(crate) mod removal;
mod set;
pub(crate) mod small;
mod table;

pub use self::set::FieldSet;

/// Connection-specific fields, which belong to one hop and never cross a gateway
/// (RFC 9110 §7.6.1, RFC 9113 §8.2.2; contract R5.1 and R6.1).
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

/// Response fields that would act on the customer's whole origin (contract R6.2).
pub const ORIGIN_WIDE: &[&str] = &[
    "alt-svc",
    "clear-site-data",
    "expect-ct",
    "nel",
    "public-key-pins",
    "public-key-pins-report-only",
    "report-to",
    "reporting-endpoints",
    "strict-transport-security",
];

/// Response fields that name what caches in front of the site keep, by which they purge it
/// (contract R6.3).
pub(crate) const CACHE_TAGS: &[&str] = &["cache-tag", "edge-cache-tag", "surrogate-key"];

/// The prefix of the fields in which the gateway speaks to upstream. Whatever a browser sends
/// under it goes (contract R5.3).
pub const IDENTITY_PREFIX: &str = "fpjs-proxy-";
