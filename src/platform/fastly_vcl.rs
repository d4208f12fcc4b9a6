//! Fastly VCL services.

use super::profile::{AddressSource, HostSource, Names, Profile};
use crate::variable::Variable;

pub(super) const PROFILE: Profile = Profile {
    platform: "fastly-vcl",
    integration_name: "fingerprint-pro-fastly-vcl",
    request_denylist: Names::NONE,
    response_denylist: Names::NONE,
    address: AddressSource::Adapter,
    host: HostSource::Request,
    variables: &[
        (Variable::AgentDownloadPath, "AGENT_SCRIPT_DOWNLOAD_PATH"),
        (Variable::GetResultPath, "GET_RESULT_PATH"),
        (Variable::PreSharedSecret, "PROXY_SECRET"),
        (Variable::RoutePrefix, "INTEGRATION_PATH"),
    ],
    own_server: false,
    control_values: false,
    forgeable_address: Some("fastly-client-ip"),
};
