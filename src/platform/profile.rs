//! What can differ from platform to platform.

use crate::field::Names;
use crate::variable::Variable;

/// What is particular about a platform: one row of the table in the contract ([R12]).
///
/// ```
/// use firstparty::Platform;
/// use firstparty::http::header;
///
/// let profile = Platform::CloudFront.profile();
/// assert!(profile.request_denylist.contains(&header::VIA));
/// ```
///
/// [R12]: crate::contract#R12
#[derive(Debug)]
#[non_exhaustive]
pub struct Profile {
    /// The platform's short name.
    pub platform: &'static str,
    /// The integration's name in `ii`, unless the configuration sets another ([R1.8]).
    ///
    /// [R1.8]: crate::contract#R1.8
    pub integration_name: &'static str,
    /// Request fields that the platform's edge owns or refuses ([R5.4]).
    ///
    /// [R5.4]: crate::contract#R5.4
    pub request_denylist: Names,
    /// Response fields that the platform's edge owns or refuses ([R6.3]).
    ///
    /// [R6.3]: crate::contract#R6.3
    pub response_denylist: Names,
    /// Where the browser's address comes from ([R12]).
    ///
    /// [R12]: crate::contract#R12
    pub address: AddressSource,
    /// Where the browser's host comes from ([R12]).
    ///
    /// [R12]: crate::contract#R12
    pub host: HostSource,
    /// The platform's own names of variables, where they are not the `fpjs_…` names.
    pub(crate) variables: &'static [(Variable, &'static str)],
    /// Whether the gateway runs on one's own server, without a vendor's edge in front of it. Then
    /// trusted fields can be configured (R12), and only a list of hosts vouches for the host that
    /// upstream is told (R5.7).
    pub(crate) own_server: bool,
    /// Whether the adapter reads control values from the settings (R1). Then the status page lists
    /// them.
    pub(crate) control_values: bool,
    /// A field with the browser's address that a client can forge, and what prevents it: the end of
    /// a sentence that begins with *unless* (R12).
    pub(crate) forgeable_address: Option<(&'static str, &'static str)>,
}

impl Profile {
    /// A platform without any peculiarity but its names.
    pub(super) const fn named(platform: &'static str, integration_name: &'static str) -> Self {
        Self {
            platform,
            integration_name,
            request_denylist: Names::NONE,
            response_denylist: Names::NONE,
            address: AddressSource::Adapter,
            host: HostSource::Request,
            variables: &[],
            own_server: false,
            control_values: false,
            forgeable_address: None,
        }
    }

    /// What this platform calls a variable of the configuration.
    ///
    /// ```
    /// use firstparty::{Platform, config::Variable};
    ///
    /// let profile = Platform::Cloudflare.profile();
    /// assert_eq!(profile.variable_name(Variable::PreSharedSecret), "PROXY_SECRET");
    /// ```
    #[must_use]
    pub fn variable_name(&self, variable: Variable) -> &'static str {
        let own = self.variables.iter().find(|(named, _)| *named == variable);
        own.map_or(variable.as_str(), |(_, name)| name)
    }

    /// The variables that the status page lists (R10.2): those that only an adapter reads, where the
    /// platform's does.
    pub(crate) fn listed_variables(&self) -> impl Iterator<Item = Variable> {
        let variables = Variable::ALL.iter().copied();
        variables.filter(|variable| self.control_values || !variable.is_control_value())
    }
}

/// Where the browser's address comes from (contract [R12]).
///
/// A field counts only if it holds exactly one valid IP address; a port is cut off. Otherwise the
/// address that the adapter hands over is used.
///
/// ```
/// use firstparty::{Platform, platform::AddressSource};
///
/// let akamai = Platform::Akamai.profile();
/// assert_eq!(akamai.address, AddressSource::Field("true-client-ip"));
/// ```
///
/// [R12]: crate::contract#R12
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressSource {
    /// What the adapter knows of its peer.
    Adapter,
    /// A request field that the platform's edge sets.
    Field(&'static str),
    /// Such a field, unless the platform put a made-up IPv4 address into it: then the field with the
    /// real IPv6 address.
    PseudoIpv4 {
        /// The field with the address.
        field: &'static str,
        /// The field that repeats the address when it is made up.
        pseudo: &'static str,
        /// The field with the real address.
        real: &'static str,
    },
}

/// Where the browser's host comes from (contract [R12]).
///
/// [R12]: crate::contract#R12
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostSource {
    /// The URI's authority, or `host` if there is none.
    Request,
    /// A field that the platform's edge sets, or [`HostSource::Request`] if it is absent.
    Field(&'static str),
}
