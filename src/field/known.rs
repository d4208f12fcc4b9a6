//! The names the gateway knows, each with a number.

use std::hash::{Hash, Hasher};
use std::sync::LazyLock;

use http::HeaderName;

/// A set of [`Known`] names. A byte each: to find one bit of 128 takes ten instructions, to load a
/// byte takes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mask([bool; Known::ALL.len()]);

impl Mask {
    pub(crate) fn insert(&mut self, known: Known) {
        if let Some(member) = self.0.get_mut(known as usize) {
            *member = true;
        }
    }

    #[inline]
    pub(crate) fn contains(&self, known: Known) -> bool {
        self.0.get(known as usize).copied().unwrap_or_default()
    }
}

impl Default for Mask {
    fn default() -> Self {
        Self([false; Known::ALL.len()])
    }
}

macro_rules! known_fields {
    ($($variant:ident = $name:literal,)+) => {
        /// A field name that some rule of the contract mentions, or that `http` has a number for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Known {
            $($variant,)+
        }

        /// The names, in the order of their numbers. `static`, so that a removal by name neither
        /// allocates nor hashes text that has to be lowered first.
        static NAMES: [HeaderName; Known::ALL.len()] = [$(HeaderName::from_static($name),)+];

        impl Known {
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)+];
        }
    };
}

impl Known {
    /// Looks a name up: one hash, at most one comparison.
    #[inline]
    pub(crate) fn of(name: &HeaderName) -> Option<Self> {
        Self::table().find(name)
    }

    /// What [`Known::of`] looks into, for a walk that asks for many names.
    #[inline]
    pub(crate) fn table() -> &'static Table {
        &TABLE
    }

    pub(crate) fn name(self) -> &'static HeaderName {
        #[expect(clippy::indexing_slicing, reason = "the table has an entry a variant")]
        &NAMES[self as usize]
    }
}

known_fields! {
    // What the steps read or replace.
    Host = "host",
    Cookie = "cookie",
    Origin = "origin",
    Connection = "connection",
    ContentLength = "content-length",
    TransferEncoding = "transfer-encoding",
    ContentType = "content-type",
    CacheControl = "cache-control",
    Expires = "expires",
    SetCookie = "set-cookie",
    // Connection-specific: RFC 9110 §7.6.1, RFC 9113 §8.2.2.
    KeepAlive = "keep-alive",
    ProxyConnection = "proxy-connection",
    Te = "te",
    Trailer = "trailer",
    Upgrade = "upgrade",
    Http2Settings = "http2-settings",
    ProxyAuthorization = "proxy-authorization",
    ProxyAuthenticate = "proxy-authenticate",
    Expect = "expect",
    // The identity fields: contract R5.3 and R5.6.
    FpjsProxySecret = "fpjs-proxy-secret",
    FpjsProxyClientIp = "fpjs-proxy-client-ip",
    FpjsProxyForwardedHost = "fpjs-proxy-forwarded-host",
    // Origin-wide response fields: contract R6.2.
    StrictTransportSecurity = "strict-transport-security",
    AltSvc = "alt-svc",
    ClearSiteData = "clear-site-data",
    ExpectCt = "expect-ct",
    Nel = "nel",
    PublicKeyPins = "public-key-pins",
    PublicKeyPinsReportOnly = "public-key-pins-report-only",
    ReportTo = "report-to",
    ReportingEndpoints = "reporting-endpoints",
    // Platform denylists, with the known members of their prefixes: contract R12.
    AcceptEncoding = "accept-encoding",
    Age = "age",
    CacheTag = "cache-tag",
    CdnLoop = "cdn-loop",
    IfModifiedSince = "if-modified-since",
    IfNoneMatch = "if-none-match",
    IfRange = "if-range",
    IfUnmodifiedSince = "if-unmodified-since",
    Via = "via",
    XAccelBuffering = "x-accel-buffering",
    XAccelCharset = "x-accel-charset",
    XAccelLimitRate = "x-accel-limit-rate",
    XAccelRedirect = "x-accel-redirect",
    XAmzCfId = "x-amz-cf-id",
    XAmzCfPop = "x-amz-cf-pop",
    XAmznAuth = "x-amzn-auth",
    XAmznCfBilling = "x-amzn-cf-billing",
    XAmznCfId = "x-amzn-cf-id",
    XAmznCfXff = "x-amzn-cf-xff",
    XAmznErrortype = "x-amzn-errortype",
    XAmznFleProfile = "x-amzn-fle-profile",
    XAmznHeaderCount = "x-amzn-header-count",
    XAmznHeaderOrder = "x-amzn-header-order",
    XAmznLambdaIntegrationTag = "x-amzn-lambda-integration-tag",
    XAmznRequestid = "x-amzn-requestid",
    XArrLogId = "x-arr-log-id",
    XArrSsl = "x-arr-ssl",
    XAzureClientip = "x-azure-clientip",
    XAzureFdid = "x-azure-fdid",
    XAzureRef = "x-azure-ref",
    XAzureRequestchain = "x-azure-requestchain",
    XAzureSocketip = "x-azure-socketip",
    XCache = "x-cache",
    XEdgeLocation = "x-edge-location",
    XEdgeRequestId = "x-edge-request-id",
    XForwardedProto = "x-forwarded-proto",
    XRealIp = "x-real-ip",
    XSiteDeploymentId = "x-site-deployment-id",
    // What users drop most often: contract R5.8.
    Authorization = "authorization",
    Referer = "referer",
    // The other names that `http` has a number for: the walk never looks at their text.
    Accept = "accept",
    AcceptCharset = "accept-charset",
    AcceptLanguage = "accept-language",
    AcceptRanges = "accept-ranges",
    AccessControlAllowCredentials = "access-control-allow-credentials",
    AccessControlAllowHeaders = "access-control-allow-headers",
    AccessControlAllowMethods = "access-control-allow-methods",
    AccessControlAllowOrigin = "access-control-allow-origin",
    AccessControlExposeHeaders = "access-control-expose-headers",
    AccessControlMaxAge = "access-control-max-age",
    AccessControlRequestHeaders = "access-control-request-headers",
    AccessControlRequestMethod = "access-control-request-method",
    Allow = "allow",
    CacheStatus = "cache-status",
    CdnCacheControl = "cdn-cache-control",
    ContentDisposition = "content-disposition",
    ContentEncoding = "content-encoding",
    ContentLanguage = "content-language",
    ContentLocation = "content-location",
    ContentRange = "content-range",
    ContentSecurityPolicy = "content-security-policy",
    ContentSecurityPolicyReportOnly = "content-security-policy-report-only",
    Dnt = "dnt",
    Date = "date",
    Etag = "etag",
    Forwarded = "forwarded",
    From = "from",
    IfMatch = "if-match",
    LastModified = "last-modified",
    Link = "link",
    Location = "location",
    MaxForwards = "max-forwards",
    Pragma = "pragma",
    Range = "range",
    ReferrerPolicy = "referrer-policy",
    Refresh = "refresh",
    RetryAfter = "retry-after",
    SecWebsocketAccept = "sec-websocket-accept",
    SecWebsocketExtensions = "sec-websocket-extensions",
    SecWebsocketKey = "sec-websocket-key",
    SecWebsocketProtocol = "sec-websocket-protocol",
    SecWebsocketVersion = "sec-websocket-version",
    Server = "server",
    UserAgent = "user-agent",
    UpgradeInsecureRequests = "upgrade-insecure-requests",
    Vary = "vary",
    Warning = "warning",
    WwwAuthenticate = "www-authenticate",
    XContentTypeOptions = "x-content-type-options",
    XDnsPrefetchControl = "x-dns-prefetch-control",
    XFrameOptions = "x-frame-options",
    XXssProtection = "x-xss-protection",
}

static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

/// A perfect hash of the names, over what `HeaderName` gives a [`Hasher`]: for a standard name two
/// integers, so that its text is not even fetched, for any other name its bytes. In the walk over
/// the 23 fields of an identification request, that took 460 instructions less than hashing and
/// comparing texts.
///
/// What a name hashes to is `http`'s own business: should it change, names may share a slot, which
/// makes looking them up slow but not wrong.
pub(crate) struct Table {
    slots: [Option<Known>; SLOTS],
    multiplier: u32,
    /// Whether some names found their slot taken.
    crowded: bool,
}

/// Slots for the integers of standard names, then twelve for each of the other names.
const SLOTS: usize = 768;
const NUMBERS: usize = 256;
const TEXTS: usize = SLOTS - NUMBERS;

impl Table {
    /// Takes the first multiplier that gives each name a slot of its own. One of six does.
    fn new() -> Self {
        let mut table = Self::with_multiplier(0x9e37_79b1);
        for _ in 0..1000 {
            if !table.crowded {
                break;
            }
            let next = table.multiplier.wrapping_mul(0x0019_660d).wrapping_add(0x3c6e_f35f);
            table = Self::with_multiplier(next);
        }
        table
    }

    fn with_multiplier(multiplier: u32) -> Self {
        let mut table = Self { slots: [None; SLOTS], multiplier, crowded: false };
        for &known in Known::ALL {
            let slot = table.slots.get_mut(Slot::of(known.name(), multiplier));
            match slot {
                Some(slot @ None) => *slot = Some(known),
                _ => table.crowded = true,
            }
        }
        table
    }

    #[inline]
    pub(crate) fn find(&self, name: &HeaderName) -> Option<Known> {
        let slot = self.slots.get(Slot::of(name, self.multiplier));
        match slot.copied().flatten() {
            Some(known) if known.name() == name => Some(known),
            _ if self.crowded => Self::search(name),
            _ => None,
        }
    }

    #[cold]
    fn search(name: &HeaderName) -> Option<Known> {
        Known::ALL.iter().copied().find(|known| known.name() == name)
    }
}

/// A hasher whose result is a slot of the table.
struct Slot {
    slot: usize,
    multiplier: u32,
}

impl Slot {
    #[inline]
    fn of(name: &HeaderName, multiplier: u32) -> usize {
        let mut slot = Self { slot: 0, multiplier };
        name.hash(&mut slot);
        usize::try_from(slot.finish()).unwrap_or(SLOTS)
    }
}

impl Hasher for Slot {
    /// The text of a name. Length, middle and last byte tell all names apart.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a hash may lose bits")]
    fn write(&mut self, text: &[u8]) {
        let (_, [middle, .., last]) = text.split_at(text.len() / 2) else {
            return;
        };
        let key = u32::from_le_bytes([text.len() as u8, *middle, *last, 0]);
        let hash = key.wrapping_mul(self.multiplier) >> (u32::BITS - TEXTS.trailing_zeros());
        self.slot = NUMBERS + hash as usize;
    }

    /// First whether the name is standard, then, if it is, its number.
    #[inline]
    fn write_isize(&mut self, number: isize) {
        self.slot = number.unsigned_abs() % NUMBERS;
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.slot as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_finds_its_own_number() {
        for &known in Known::ALL {
            assert_eq!(Known::of(known.name()), Some(known));
        }
        for other in ["accepts", "x", "x-forwarded-for", "fpjs-proxy-"] {
            assert_eq!(Known::of(&HeaderName::from_static(other)), None);
        }
    }

    /// Not needed for being right, but for being fast.
    #[test]
    fn every_name_has_a_slot_of_its_own() {
        assert!(!TABLE.crowded);
        let standard = Slot::of(&http::header::X_XSS_PROTECTION, TABLE.multiplier);
        assert!(standard < NUMBERS, "{standard}");
    }

    /// Whatever `http` makes of a name, it is found.
    #[test]
    fn a_crowded_table_finds_every_name_all_the_same() {
        let crowded = Table::with_multiplier(0);
        assert!(crowded.crowded);
        for &known in Known::ALL {
            assert_eq!(crowded.find(known.name()), Some(known));
        }
        assert_eq!(crowded.find(&HeaderName::from_static("x-forwarded-for")), None);
    }

    #[test]
    fn a_mask_holds_what_was_put_in() {
        let mut mask = Mask::default();
        mask.insert(Known::Via);
        for &known in Known::ALL {
            assert_eq!(mask.contains(known), known == Known::Via);
        }
    }
}
