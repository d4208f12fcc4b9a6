//! The variables of the configuration, by name (contract R1).

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use thiserror::Error;

/// A variable of the configuration, by the name that CloudFront's settings use.
///
/// Other platforms have other names for some of them:
/// [`Profile::variable_name`](crate::platform::Profile::variable_name).
///
/// ```
/// use firstparty::config::Variable;
///
/// assert_eq!(Variable::AgentDownloadPath.as_str(), "fpjs_agent_download_path");
/// assert_eq!("FPJS_CDN_URL".parse(), Ok(Variable::CdnUrl));
/// assert!("cdn_url".parse::<Variable>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(into = "&'static str")]
#[non_exhaustive]
pub enum Variable {
    /// `fpjs_agent_download_path`: the v3 agent route. Unset by default: the route is off.
    AgentDownloadPath,
    /// `fpjs_get_result_path`: the v3 route of identification and the browser cache. Unset by
    /// default: the route is off.
    GetResultPath,
    /// `fpjs_pre_shared_secret`: the proxy secret. Unset by default: upstream gets no secret.
    PreSharedSecret,
    /// `fpjs_integration_path_depth`: the number of leading path segments that make the
    /// integration path, 0 to 255. Default: 1.
    IntegrationPathDepth,
    /// `fpjs_route_prefix`: the exact integration path. Unset by default: the depth decides.
    RoutePrefix,
    /// `fpjs_ingress_base_host`: the API host. Default: `api.fpjs.io`.
    IngressBaseHost,
    /// `fpjs_cdn_url`: the CDN host, used only for agent downloads from the CDN. Default:
    /// `fpcdn.io`.
    CdnUrl,
    /// `fpjs_region`: the region of every request, `us`, `eu` or `ap`. Unset by default: the query
    /// decides.
    Region,
    /// `fpjs_api_keys`: the public API keys whose agent is served, separated by commas. Unset by
    /// default: any.
    ApiKeys,
    /// `fpjs_secret_name`: where the adapter finds the settings document. Unset by default.
    SecretName,
    /// `fpjs_proxy_secret_cache_ttl_ms`: how long a settings document stays valid, in
    /// milliseconds. Default: 300000.
    ProxySecretCacheTtlMs,
    /// `fpjs_debug`: whether the adapter logs more, `true` or `false`. Default: `false`.
    Debug,
}

impl Variable {
    /// Every variable.
    pub const ALL: &[Self] = &[
        Self::AgentDownloadPath,
        Self::GetResultPath,
        Self::PreSharedSecret,
        Self::IntegrationPathDepth,
        Self::RoutePrefix,
        Self::IngressBaseHost,
        Self::CdnUrl,
        Self::Region,
        Self::ApiKeys,
        Self::SecretName,
        Self::ProxySecretCacheTtlMs,
        Self::Debug,
    ];

    /// The variable's name in CloudFront's settings, which is its canonical one.
    ///
    /// ```
    /// use firstparty::config::Variable;
    ///
    /// assert_eq!(Variable::ProxySecretCacheTtlMs.as_str(), "fpjs_proxy_secret_cache_ttl_ms");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AgentDownloadPath => "fpjs_agent_download_path",
            Self::GetResultPath => "fpjs_get_result_path",
            Self::PreSharedSecret => "fpjs_pre_shared_secret",
            Self::IntegrationPathDepth => "fpjs_integration_path_depth",
            Self::RoutePrefix => "fpjs_route_prefix",
            Self::IngressBaseHost => "fpjs_ingress_base_host",
            Self::CdnUrl => "fpjs_cdn_url",
            Self::Region => "fpjs_region",
            Self::ApiKeys => "fpjs_api_keys",
            Self::SecretName => "fpjs_secret_name",
            Self::ProxySecretCacheTtlMs => "fpjs_proxy_secret_cache_ttl_ms",
            Self::Debug => "fpjs_debug",
        }
    }

    /// Whether the vendor of the platform sets it, and not the customer (R10.4).
    pub(crate) const fn is_internal(self) -> bool {
        matches!(self, Self::IngressBaseHost | Self::CdnUrl)
    }

    /// Whether the adapter reads it, and not the gateway.
    pub(crate) const fn is_control_value(self) -> bool {
        matches!(self, Self::SecretName | Self::ProxySecretCacheTtlMs | Self::Debug)
    }

    /// Whether it has a default for when no source sets it.
    pub(crate) const fn has_default(self) -> bool {
        !matches!(
            self,
            Self::AgentDownloadPath
                | Self::GetResultPath
                | Self::PreSharedSecret
                | Self::RoutePrefix
                | Self::Region
                | Self::ApiKeys
                | Self::SecretName
        )
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Variable {
    type Err = UnknownVariable;

    /// Reads a canonical name without regard to case ([R1.2]).
    ///
    /// [R1.2]: crate::contract#R1.2
    fn from_str(key: &str) -> Result<Self, Self::Err> {
        let mut variables = Self::ALL.iter().copied();
        variables
            .find(|variable| variable.as_str().eq_ignore_ascii_case(key))
            .ok_or(UnknownVariable)
    }
}

impl From<Variable> for &'static str {
    fn from(variable: Variable) -> Self {
        variable.as_str()
    }
}

/// Text that is not the name of a [`Variable`].
///
/// ```
/// use firstparty::config::{UnknownVariable, Variable};
///
/// let error: UnknownVariable = "fpjs_unheard_of".parse::<Variable>().unwrap_err();
/// assert!(error.to_string().starts_with("unknown variable"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("unknown variable: expected a name like `fpjs_get_result_path`")]
#[non_exhaustive]
pub struct UnknownVariable;

#[cfg(test)]
mod tests {
    use super::*;

    /// R1.1, R1.2: names are read back in any case; the order of `ALL` is that of the
    /// discriminants.
    #[test]
    fn names_are_read_back() {
        for (index, &variable) in Variable::ALL.iter().enumerate() {
            assert_eq!(variable as usize, index);
            assert_eq!(variable.as_str().parse(), Ok(variable));
            assert_eq!(variable.as_str().to_ascii_uppercase().parse(), Ok(variable));
            let json = serde_json::to_value(variable).unwrap();
            assert_eq!(json, variable.as_str());
        }
        for text in ["", "fpjs_", "cdn_url", " fpjs_cdn_url", "fpjs_cdn_url "] {
            assert_eq!(text.parse::<Variable>(), Err(UnknownVariable), "{text}");
        }
    }
}
