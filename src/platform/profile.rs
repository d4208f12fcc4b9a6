//! What a platform is made of.

use crate::field::FieldSet;
use crate::variable::Variable;

/// What is particular about a platform: one row of the contract's table R12.
#[derive(Debug)]
#[non_exhaustive]
pub struct Profile {
    /// The platform's short name.
    pub platform: &'static str,
    /// The integration's name in `ii`, unless the configuration sets another (R1.8).
    pub integration_name: &'static str,
    /// Request fields that the platform's edge owns or refuses (R5.4).
    pub request_denylist: Names,
    /// Response fields that the platform's edge owns or refuses (R6.3).
    pub response_denylist: Names,
    /// Where the browser's address comes from (R12).
    pub address: AddressSource,
    /// Where the browser's host comes from (R12).
    pub host: HostSource,
    /// What the platform calls a variable, where that is not its own `fpjs_…` name.
    pub(crate) variables: &'static [(Variable, &'static str)],
    /// Whether no vendor's edge stands in front: then trusted fields can be configured (R12), and
    /// only an allow-list vouches for the host that upstream is told (R5.7).
    pub(crate) own_server: bool,
    /// Whether the adapter reads control values from the settings (R1), which the status page then
    /// lists.
    pub(crate) control_values: bool,
    /// A field that the edge sets but a client can forge unless it is overwritten (R12).
    pub(crate) forgeable_address: Option<&'static str>,
}

impl Profile {
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
        let named = self.variables.iter().find(|(named, _)| *named == variable);
        named.map_or_else(|| variable.as_str(), |(_, name)| name)
    }
}

/// Names and prefixes of fields, as a constant.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// Lists of single names.
    pub(crate) lists: &'static [&'static [&'static str]],
    /// Prefixes of names.
    pub(crate) prefixes: &'static [&'static str],
}

impl Names {
    pub(crate) const NONE: Self = Self { lists: &[], prefixes: &[] };

    /// The single names.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.lists.iter().copied().flatten().copied()
    }

    /// The prefixes.
    pub fn prefixes(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.prefixes.iter().copied()
    }

    /// Adds these names and prefixes to a set.
    pub(crate) fn add_to(&self, set: FieldSet) -> FieldSet {
        set.with_names(self.names()).with_prefixes(self.prefixes())
    }
}

/// Where the browser's address comes from (contract R12).
///
/// A field counts only as exactly one valid IP address, a port being cut; otherwise the adapter's
/// own argument is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressSource {
    /// What the adapter knows of its peer.
    Adapter,
    /// A request field that the platform's edge sets.
    Field(&'static str),
    /// Such a field; when the platform put a made-up IPv4 address there, the field with the real
    /// IPv6 address instead.
    PseudoIpv4 {
        /// The field with the address.
        field: &'static str,
        /// The field that repeats the address when it is made up.
        pseudo: &'static str,
        /// The field with the real address.
        real: &'static str,
    },
}

/// Where the browser's host comes from (contract R12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostSource {
    /// The URI's authority, else `host`.
    Request,
    /// A field that the platform's edge sets, and only without it as [`HostSource::Request`].
    Field(&'static str),
}
