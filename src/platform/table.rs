//! The platforms, one row each: the only place where they differ.

use serde::{Deserialize, Serialize};

use super::cloudfront::{PREFIXES, REQUEST_LISTS, RESPONSE_LISTS};
use super::profile::{AddressSource, HostSource, Profile};
use crate::field::Names;
use crate::variable::Variable::{
    AgentDownloadPath, ApiKeys, CdnUrl, GetResultPath, IngressBaseHost, IntegrationPathDepth,
    PreSharedSecret, Region, RoutePrefix,
};

macro_rules! platforms {
    ($($(#[$attribute:meta])+ $variant:ident = $profile:expr;)+) => {
        /// A platform that the gateway can run on.
        ///
        /// ```
        /// use firstparty::Platform;
        ///
        /// let platform: Platform = "cloudfront".parse()?;
        /// assert_eq!(platform, Platform::CloudFront);
        /// assert_eq!(platform.profile().integration_name, "fingerprintjs-pro-cloudfront");
        /// # Ok::<(), firstparty::platform::UnknownPlatform>(())
        /// ```
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(into = "&'static str", try_from = "String")]
        #[non_exhaustive]
        pub enum Platform {
            $($(#[$attribute])+ $variant,)+
        }

        impl Platform {
            /// Every platform.
            ///
            /// ```
            /// let names = firstparty::Platform::ALL.iter().map(|platform| platform.as_str());
            /// assert!(names.eq([
            ///     "generic", "cloudfront", "cloudflare", "azure", "fastly-compute", "fastly-vcl",
            ///     "akamai",
            /// ]));
            /// ```
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// What is particular about this platform ([R12]).
            ///
            /// ```
            /// use firstparty::{Platform, platform::HostSource};
            ///
            /// let azure = Platform::Azure.profile();
            /// assert_eq!(azure.integration_name, "fingerprint-pro-azure");
            /// assert_eq!(azure.host, HostSource::Field("x-forwarded-host"));
            /// ```
            ///
            /// [R12]: crate::contract#R12
            #[must_use]
            pub const fn profile(self) -> &'static Profile {
                match self {
                    $(Self::$variant => {
                        const PROFILE: Profile = $profile;
                        &PROFILE
                    })+
                }
            }
        }
    };
}

platforms! {
    /// Any other host, for instance one's own server behind one's own load balancer.
    #[default]
    Generic = Profile {
        own_server: true,
        ..Profile::named("generic", "custom-proxy-integration")
    };

    /// AWS CloudFront with Lambda@Edge. The browser's address is the event's `clientIp`, which the
    /// adapter hands over.
    CloudFront = Profile {
        request_denylist: Names::listed(REQUEST_LISTS).and_prefixed(PREFIXES),
        response_denylist: Names::listed(RESPONSE_LISTS).and_prefixed(PREFIXES),
        control_values: true,
        ..Profile::named("cloudfront", "fingerprintjs-pro-cloudfront")
    };

    /// Cloudflare Workers.
    Cloudflare = Profile {
        address: AddressSource::PseudoIpv4 {
            field: "cf-connecting-ip",
            pseudo: "cf-pseudo-ipv4",
            real: "cf-connecting-ipv6",
        },
        variables: &[
            (AgentDownloadPath, "AGENT_SCRIPT_DOWNLOAD_PATH"),
            (GetResultPath, "GET_RESULT_PATH"),
            (PreSharedSecret, "PROXY_SECRET"),
            (IngressBaseHost, "FPJS_INGRESS_BASE_HOST"),
            (IntegrationPathDepth, "INTEGRATION_PATH_DEPTH"),
        ],
        ..Profile::named("cloudflare", "fingerprintjs-pro-cloudflare")
    };

    /// Azure Functions behind Front Door.
    Azure = Profile {
        request_denylist: Names::NONE.and_prefixed(&["x-edge-", "x-arr-", "x-site", "x-azure-"]),
        response_denylist: Names::NONE.and_prefixed(&["x-edge-", "x-arr-", "x-site", "x-azure-"]),
        address: AddressSource::Field("x-azure-socketip"),
        host: HostSource::Field("x-forwarded-host"),
        forgeable_address: Some((
            "x-azure-socketip",
            "every request comes through Front Door: lock the app to your own Front Door",
        )),
        ..Profile::named("azure", "fingerprint-pro-azure")
    };

    /// Fastly Compute.
    FastlyCompute = Profile {
        variables: &[
            (AgentDownloadPath, "AGENT_SCRIPT_DOWNLOAD_PATH"),
            (GetResultPath, "GET_RESULT_PATH"),
            (PreSharedSecret, "PROXY_SECRET"),
        ],
        ..Profile::named("fastly-compute", "fingerprint-pro-fastly-compute")
    };

    /// Fastly VCL services.
    FastlyVcl = Profile {
        variables: &[
            (AgentDownloadPath, "AGENT_SCRIPT_DOWNLOAD_PATH"),
            (GetResultPath, "GET_RESULT_PATH"),
            (PreSharedSecret, "PROXY_SECRET"),
            (RoutePrefix, "INTEGRATION_PATH"),
        ],
        forgeable_address: Some((
            "fastly-client-ip",
            "the service overwrites it: take the address from the connection",
        )),
        ..Profile::named("fastly-vcl", "fingerprint-pro-fastly-vcl")
    };

    /// Akamai Property Manager.
    Akamai = Profile {
        address: AddressSource::Field("true-client-ip"),
        forgeable_address: Some((
            "true-client-ip",
            "the edge overwrites it: add the rule that sets it on every request",
        )),
        variables: &[
            (AgentDownloadPath, "PMUSER_FPJS_AGENT_DOWNLOAD_PATH"),
            (GetResultPath, "PMUSER_FPJS_GET_RESULT_PATH"),
            (PreSharedSecret, "PMUSER_FPJS_PRE_SHARED_SECRET"),
            (IntegrationPathDepth, "PMUSER_FPJS_INTEGRATION_PATH_DEPTH"),
            (RoutePrefix, "PMUSER_FPJS_ROUTE_PREFIX"),
            (IngressBaseHost, "PMUSER_FPJS_INGRESS_BASE_HOST"),
            (CdnUrl, "PMUSER_FPJS_CDN_URL"),
            (Region, "PMUSER_FPJS_REGION"),
            (ApiKeys, "PMUSER_FPJS_API_KEYS"),
        ],
        ..Profile::named("akamai", "fingerprint-pro-akamai")
    };
}
