//! The field names that the gateway knows, each with a number.

use http::HeaderName;

macro_rules! known_fields {
    ($($variant:ident = $name:literal,)+) => {
        /// A field name that a rule of the contract mentions, or that is standard for `http` and usual.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum KnownField {
            $($variant,)+
        }

        /// The names, in the order of their numbers. They are `static`, so that removing a field by
        /// its name neither allocates nor changes the case of text.
        static NAMES: [HeaderName; KnownField::ALL.len()] = [$(HeaderName::from_static($name),)+];

        /// The same as text, for the compiler.
        const TEXTS: [&str; KnownField::ALL.len()] = [$($name,)+];

        impl KnownField {
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)+];
        }
    };
}

impl KnownField {
    pub(crate) fn name(self) -> &'static HeaderName {
        #[expect(clippy::indexing_slicing, reason = "the array has an entry for each variant")]
        &NAMES[self as usize]
    }

    /// The name as text.
    pub(super) const fn text(self) -> &'static str {
        #[expect(clippy::indexing_slicing, reason = "the array has an entry for each variant")]
        TEXTS[self as usize]
    }
}

known_fields! {
    // Read or replaced by the steps of the walk.
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
    Age = "age",
    // Cache fields for certain caches: contract R7.5.
    CdnCacheControl = "cdn-cache-control",
    CloudflareCdnCacheControl = "cloudflare-cdn-cache-control",
    EdgeControl = "edge-control",
    NetlifyCdnCacheControl = "netlify-cdn-cache-control",
    SurrogateControl = "surrogate-control",
    VercelCdnCacheControl = "vercel-cdn-cache-control",
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
    // Response fields that act on the whole origin, or on a server in front: contract R6.2.
    StrictTransportSecurity = "strict-transport-security",
    AltSvc = "alt-svc",
    ClearSiteData = "clear-site-data",
    ExpectCt = "expect-ct",
    Nel = "nel",
    PublicKeyPins = "public-key-pins",
    PublicKeyPinsReportOnly = "public-key-pins-report-only",
    ReportTo = "report-to",
    ReportingEndpoints = "reporting-endpoints",
    SecureSessionRegistration = "secure-session-registration",
    ServiceWorkerAllowed = "service-worker-allowed",
    ServiceWorkerNavigationPreload = "service-worker-navigation-preload",
    SetLogin = "set-login",
    UseAsDictionary = "use-as-dictionary",
    XLighttpdSendFile = "x-lighttpd-send-file",
    XSendfile = "x-sendfile",
    // Tags of caches, and the denylists of platforms with well-known members of their prefixes:
    // contract R6.3 and R12.
    AcceptEncoding = "accept-encoding",
    CacheTag = "cache-tag",
    CdnLoop = "cdn-loop",
    EdgeCacheTag = "edge-cache-tag",
    IfModifiedSince = "if-modified-since",
    IfNoneMatch = "if-none-match",
    IfRange = "if-range",
    IfUnmodifiedSince = "if-unmodified-since",
    SurrogateKey = "surrogate-key",
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
    // Dropped by configuration most often: contract R5.8.
    Authorization = "authorization",
    Referer = "referer",
    // The other usual standard names, so that the walk never has to look at their text.
    Accept = "accept",
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
    IfMatch = "if-match",
    LastModified = "last-modified",
    Link = "link",
    Location = "location",
    Pragma = "pragma",
    Range = "range",
    ReferrerPolicy = "referrer-policy",
    RetryAfter = "retry-after",
    Server = "server",
    UserAgent = "user-agent",
    UpgradeInsecureRequests = "upgrade-insecure-requests",
    Vary = "vary",
    WwwAuthenticate = "www-authenticate",
    XContentTypeOptions = "x-content-type-options",
    XFrameOptions = "x-frame-options",
    XXssProtection = "x-xss-protection",
}
