//! Cloudflare Workers.

use super::profile::{AddressSource, HostSource, Names, Profile};
use crate::variable::Variable;

pub(super) const PROFILE: Profile = Profile {
    platform: "cloudflare",
    integration_name: "fingerprintjs-pro-cloudflare",
    request_denylist: Names::NONE,
    response_denylist: Names::NONE,
    address: AddressSource::PseudoIpv4 {
        field: "cf-connecting-ip",
        pseudo: "cf-pseudo-ipv4",
        real: "cf-connecting-ipv6",
    },
    host: HostSource::Request,
    variables: &[
        (Variable::AgentDownloadPath, "AGENT_SCRIPT_DOWNLOAD_PATH"),
        (Variable::GetResultPath, "GET_RESULT_PATH"),
        (Variable::PreSharedSecret, "PROXY_SECRET"),
        (Variable::IngressBaseHost, "FPJS_INGRESS_BASE_HOST"),
        (Variable::IntegrationPathDepth, "INTEGRATION_PATH_DEPTH"),
    ],
    own_server: false,
    control_values: false,
    forgeable_address: None,
};
