//! Azure Functions behind Front Door.

use super::profile::{AddressSource, HostSource, Names, Profile};

pub(super) const PROFILE: Profile = Profile {
    platform: "azure",
    integration_name: "fingerprint-pro-azure",
    request_denylist: EDGE,
    response_denylist: EDGE,
    address: AddressSource::Field("x-azure-socketip"),
    host: HostSource::Field("x-forwarded-host"),
    variables: &[],
    own_server: false,
    control_values: false,
    forgeable_address: None,
};

const EDGE: Names = Names { lists: &[], prefixes: &["x-edge-", "x-arr-", "x-site", "x-azure-"] };
