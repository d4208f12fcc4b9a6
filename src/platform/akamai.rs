//! Akamai Property Manager.

use super::profile::{AddressSource, HostSource, Names, Profile};
use crate::variable::Variable;

pub(super) const PROFILE: Profile = Profile {
    platform: "akamai",
    integration_name: "fingerprint-pro-akamai",
    request_denylist: Names::NONE,
    response_denylist: Names::NONE,
    address: AddressSource::Field("true-client-ip"),
    host: HostSource::Request,
    variables: &[
        (Variable::AgentDownloadPath, "PMUSER_FPJS_AGENT_DOWNLOAD_PATH"),
        (Variable::GetResultPath, "PMUSER_FPJS_GET_RESULT_PATH"),
        (Variable::PreSharedSecret, "PMUSER_FPJS_PRE_SHARED_SECRET"),
        (Variable::IntegrationPathDepth, "PMUSER_FPJS_INTEGRATION_PATH_DEPTH"),
        (Variable::RoutePrefix, "PMUSER_FPJS_ROUTE_PREFIX"),
        (Variable::IngressBaseHost, "PMUSER_FPJS_INGRESS_BASE_HOST"),
        (Variable::CdnUrl, "PMUSER_FPJS_CDN_URL"),
    ],
    own_server: false,
    control_values: false,
    forgeable_address: None,
};
