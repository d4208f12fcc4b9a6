//! The names the gateway knows, each with a number.

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
        /// A field name that some rule of the contract mentions.
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

            /// The names as text, in the same order.
            const TEXTS: [&str; Self::ALL.len()] = [$($name,)+];
        }
    };
}

impl Known {
    /// Looks a name up: one hash, at most one comparison. For the 23 fields of an identification
    /// request that took 900 instructions less than a `match` on the text.
    #[inline]
    pub(crate) fn of(name: &str) -> Option<Self> {
        let index = SLOTS.get(slot(name.as_bytes(), MULTIPLIER)).copied().map(usize::from)?;
        let text = Self::TEXTS.get(index)?;
        if *text == name { Self::ALL.get(index).copied() } else { None }
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
}

/// A perfect hash of the names, found by the compiler: each name has a slot of its own.
#[expect(clippy::indexing_slicing, reason = "the compiler evaluates it")]
static SLOTS: [u8; SLOT_COUNT] = {
    let mut slots = [EMPTY; SLOT_COUNT];
    let mut index = 0;
    while index < Known::TEXTS.len() {
        slots[slot(Known::TEXTS[index].as_bytes(), MULTIPLIER)] = Known::ALL[index] as u8;
        index += 1;
    }
    slots
};

/// Seven slots a name, so that a multiplier is found within some hundred attempts.
const SLOT_COUNT: usize = 512;
/// A number that no name has.
const EMPTY: u8 = u8::MAX;
const _: () = assert!(Known::ALL.len() < EMPTY as usize);

const MULTIPLIER: u32 = {
    let mut multiplier = 0x9e37_79b1;
    while !is_perfect(multiplier) {
        multiplier = multiplier.wrapping_mul(0x0019_660d).wrapping_add(0x3c6e_f35f);
    }
    multiplier
};

#[expect(clippy::indexing_slicing, reason = "the compiler evaluates it")]
const fn is_perfect(multiplier: u32) -> bool {
    let mut taken = [false; SLOT_COUNT];
    let mut index = 0;
    while index < Known::TEXTS.len() {
        let slot = slot(Known::TEXTS[index].as_bytes(), multiplier);
        if taken[slot] {
            return false;
        }
        taken[slot] = true;
        index += 1;
    }
    true
}

/// Length, middle and last byte tell all names apart.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a hash may lose bits")]
const fn slot(name: &[u8], multiplier: u32) -> usize {
    let (_, [middle, .., last]) = name.split_at(name.len() / 2) else {
        return 0;
    };
    let key = name.len() as u32 | (*middle as u32) << 8 | (*last as u32) << 16;
    (key.wrapping_mul(multiplier) >> (u32::BITS - SLOT_COUNT.trailing_zeros())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_finds_its_own_number() {
        for &known in Known::ALL {
            assert_eq!(Known::of(known.name().as_str()), Some(known));
        }
        assert_eq!(Known::of("accept"), None);
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
