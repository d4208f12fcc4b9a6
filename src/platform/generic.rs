//! One's own server.

use super::profile::{AddressSource, HostSource, Names, Profile};

pub(super) const PROFILE: Profile = Profile {
    platform: "generic",
    integration_name: "firstparty",
    request_denylist: Names::NONE,
    response_denylist: Names::NONE,
    address: AddressSource::Adapter,
    host: HostSource::Request,
    variables: &[],
    own_server: true,
    control_values: false,
    forgeable_address: None,
};
