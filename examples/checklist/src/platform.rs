//! What differs between platforms (contract R12), written out from the contract.

use std::str::FromStr;

/// A row of the table.
#[derive(Debug)]
pub(crate) struct Row {
    name: &'static str,
    /// The integration's name, as upstream is told.
    pub(crate) integration: &'static str,
    /// Fields of the edge that are not the browser's, and must not reach upstream.
    pub(crate) denied: &'static [&'static str],
    /// Fields of upstream's edge that must not reach the browser.
    pub(crate) denied_in_responses: &'static [&'static str],
    /// Fields that the platform's own client or server adds.
    pub(crate) adds: &'static [&'static str],
}

/// Which row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Platform(pub(crate) &'static Row);

static ROWS: [Row; 7] = [
    Row { name: "generic", integration: "custom-proxy-integration", ..EMPTY },
    Row {
        name: "cloudfront",
        integration: "fingerprintjs-pro-cloudfront",
        denied: &["cdn-loop", "x-edge-test", "x-amz-cf-id", "x-forwarded-proto", "x-real-ip"],
        denied_in_responses: &["cdn-loop", "age", "x-edge-test", "x-amz-cf-pop", "x-cache"],
        ..EMPTY
    },
    Row {
        name: "cloudflare",
        integration: "fingerprintjs-pro-cloudflare",
        adds: &[
            "cf-connecting-ip",
            "cf-ipcountry",
            "cf-ray",
            "cf-visitor",
            "cdn-loop",
            "cf-worker",
        ],
        ..EMPTY
    },
    Row {
        name: "azure",
        integration: "fingerprint-pro-azure",
        denied: &["x-edge-test", "x-arr-log-id", "x-site-deployment-id", "x-azure-ref"],
        denied_in_responses: &["x-edge-test", "x-arr-log-id", "x-site-test", "x-azure-ref"],
        adds: &["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-original-url"],
    },
    Row { name: "fastly-compute", integration: "fingerprint-pro-fastly-compute", ..EMPTY },
    Row { name: "fastly-vcl", integration: "fingerprint-pro-fastly-vcl", ..EMPTY },
    Row { name: "akamai", integration: "fingerprint-pro-akamai", ..EMPTY },
];

const EMPTY: Row =
    Row { name: "", integration: "", denied: &[], denied_in_responses: &[], adds: &[] };

impl FromStr for Platform {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let row = ROWS.iter().find(|row| row.name == text);
        row.map(Self).ok_or_else(|| {
            let names: Vec<_> = ROWS.iter().map(|row| row.name).collect();
            format!("expected one of {}", names.join(", "))
        })
    }
}
