//! Things that work but will hurt (contract R1.5). Advice is returned, never logged.

mod blocked;

use std::fmt;

pub(crate) use self::blocked::{blocked_term, is_blocked_segment};
use crate::config::{Config, Mount, Resolution};
use crate::platform::{Platform, Profile};
use crate::variable::Variable;

/// Something that works but will hurt, with a stable code and a sentence.
///
/// ```
/// use firstparty::advice::advise;
/// use firstparty::{Config, Platform};
///
/// let config = Config::builder().agent_download_path("fpjs-agent").build()?;
/// let advice = advise(&config, Platform::CloudFront);
/// assert_eq!(advice[0].code(), "blocked-path");
/// assert_eq!(
///     advice[0].to_string(),
///     "fpjs_agent_download_path contains a term that content blockers match: \
///      a random segment is safer",
/// );
/// # Ok::<(), firstparty::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Advice {
    /// A route or the integration path contains a term that content blockers match.
    BlockedPath {
        /// The setting with the path.
        setting: &'static str,
        /// The term. No sentence repeats it, as it may be the whole path.
        term: &'static str,
    },
    /// There is no proxy secret, so upstream cannot tell that the integration is genuine.
    NoSecret,
    /// Both v3 routes are the same, so the agent route always wins.
    EqualRoutes,
    /// A v3 route is `status`, so the status page cannot be reached.
    StatusRoute {
        /// The setting with the route.
        setting: &'static str,
    },
    /// Only one of the two v3 routes is on.
    RouteOff {
        /// The setting of the other one.
        setting: &'static str,
    },
    /// The integration takes every path of its host.
    DepthZero,
    /// `authorization` fields of browsers are forwarded to upstream.
    AuthorizationForwarded,
    /// A source has a key that means nothing.
    UnknownKey {
        /// The source's name.
        source: Box<str>,
        /// The key.
        key: Box<str>,
    },
    /// A setting is there that has no effect on this platform or beside another setting.
    Ignored {
        /// The setting.
        setting: &'static str,
    },
    /// A default is used where production sets a value.
    DefaultUsed {
        /// The setting.
        setting: &'static str,
    },
    /// Any host name is believed, and passed on to upstream.
    NoHostList,
    /// An upstream host is not Fingerprint's: were it this gateway's own, requests would loop.
    OtherUpstream {
        /// The setting with the host.
        setting: &'static str,
    },
    /// A field with the client's address can be set by the client itself.
    ForgeableAddress {
        /// The field.
        field: &'static str,
    },
}

impl Advice {
    /// A code that stays the same from version to version.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BlockedPath { .. } => "blocked-path",
            Self::NoSecret => "no-secret",
            Self::EqualRoutes => "equal-routes",
            Self::StatusRoute { .. } => "status-route",
            Self::RouteOff { .. } => "route-off",
            Self::DepthZero => "depth-zero",
            Self::AuthorizationForwarded => "authorization-forwarded",
            Self::UnknownKey { .. } => "unknown-key",
            Self::Ignored { .. } => "ignored-setting",
            Self::DefaultUsed { .. } => "default-used",
            Self::NoHostList => "no-host-list",
            Self::OtherUpstream { .. } => "other-upstream",
            Self::ForgeableAddress { .. } => "forgeable-address",
        }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BlockedPath { setting, .. } => write!(
                f,
                "{setting} contains a term that content blockers match: \
                 a random segment is safer"
            ),
            Self::NoSecret => f.write_str(
                "there is no proxy secret: upstream cannot tell that the integration is genuine",
            ),
            Self::EqualRoutes => f.write_str("both v3 routes are the same: the agent route wins"),
            Self::StatusRoute { setting } => {
                write!(f, "{setting} is `status`: the status page cannot be reached")
            }
            Self::RouteOff { setting } => {
                write!(f, "{setting} is not set: only one of the two v3 routes is on")
            }
            Self::DepthZero => f.write_str("the integration takes every path of its host"),
            Self::AuthorizationForwarded => f.write_str(
                "`authorization` fields of browsers reach a third party: drop the field if the \
                 site uses it",
            ),
            Self::UnknownKey { source, key } => {
                write!(f, "the key `{}` of {source} means nothing", key.escape_debug())
            }
            Self::Ignored { setting } => {
                write!(f, "{setting} has no effect here")
            }
            Self::DefaultUsed { setting } => {
                write!(f, "{setting} is not set: its default is used")
            }
            Self::NoHostList => f.write_str(
                "every host name is believed: list the site's hosts, as upstream is told the name",
            ),
            Self::OtherUpstream { setting } => {
                write!(f, "{setting} is not Fingerprint's: it must not lead to this gateway")
            }
            Self::ForgeableAddress { field } => write!(
                f,
                "clients can set `{field}` unless the service overwrites it: take the address \
                 from the connection"
            ),
        }
    }
}

/// What works but will hurt, on this platform. Settings go by the platform's names.
#[must_use]
pub fn advise(config: &Config, platform: Platform) -> Vec<Advice> {
    let profile = platform.profile();
    let mut advice = Vec::new();
    advise_on_paths(config, profile, &mut advice);
    advise_on_routes(config, profile, &mut advice);
    advise_on_mount(config, profile, &mut advice);
    advise_on_trust(config, profile, &mut advice);
    advise_on_upstream(config, profile, &mut advice);
    let unknown = |(source, key): &(Box<str>, Box<str>)| Advice::UnknownKey {
        source: source.clone(),
        key: key.clone(),
    };
    advice.extend(config.unknown_keys.iter().map(unknown));
    advice
}

fn advise_on_paths(config: &Config, profile: &Profile, advice: &mut Vec<Advice>) {
    let prefix = match &config.mount {
        Mount::Exact(path) => Some(path),
        _ => None,
    };
    for (variable, path) in [
        (Variable::AgentDownloadPath, config.agent_download_path.as_ref()),
        (Variable::GetResultPath, config.get_result_path.as_ref()),
        (Variable::RoutePrefix, prefix),
    ] {
        let setting = profile.variable_name(variable);
        let term = path.and_then(blocked_term);
        advice.extend(term.map(|term| Advice::BlockedPath { setting, term }));
    }
}

fn advise_on_routes(config: &Config, profile: &Profile, advice: &mut Vec<Advice>) {
    let routes = [
        (profile.variable_name(Variable::AgentDownloadPath), config.agent_download_path.as_ref()),
        (profile.variable_name(Variable::GetResultPath), config.get_result_path.as_ref()),
    ];
    for (setting, route) in routes {
        if config.status_page && route.is_some_and(|route| route.as_str() == "status") {
            advice.push(Advice::StatusRoute { setting });
        }
    }
    match routes {
        [(_, Some(agent)), (_, Some(result))] if agent == result => {
            advice.push(Advice::EqualRoutes);
        }
        [(setting, None), (_, Some(_))] | [(_, Some(_)), (setting, None)] => {
            advice.push(Advice::RouteOff { setting });
        }
        _ => {}
    }
}

fn advise_on_mount(config: &Config, profile: &Profile, advice: &mut Vec<Advice>) {
    if matches!(config.mount, Mount::Depth(0) | Mount::AnywhereOrDepth(0)) {
        advice.push(Advice::DepthZero);
    }
    let is_set = |variable| matches!(config.resolution(variable), Resolution::Source(_));
    let depth = profile.variable_name(Variable::IntegrationPathDepth);
    let prefix_wins = is_set(Variable::RoutePrefix);
    if is_set(Variable::IntegrationPathDepth) && (config.mount_is_chosen || prefix_wins) {
        advice.push(Advice::Ignored { setting: depth });
    }
    if prefix_wins && config.mount_is_chosen {
        advice.push(Advice::Ignored { setting: profile.variable_name(Variable::RoutePrefix) });
    }
    if config.resolution(Variable::IntegrationPathDepth) == Resolution::Default {
        advice.push(Advice::DefaultUsed { setting: depth });
    }
}

fn advise_on_trust(config: &Config, profile: &Profile, advice: &mut Vec<Advice>) {
    if config.pre_shared_secret.is_none() {
        advice.push(Advice::NoSecret);
    }
    if !config.drop_fields.contains(&http::header::AUTHORIZATION) {
        advice.push(Advice::AuthorizationForwarded);
    }
    if profile.own_server && config.hosts.is_empty() {
        advice.push(Advice::NoHostList);
    }
    let trusted = [
        ("trusted_host", config.trusted_host.is_some()),
        ("trusted_address", config.trusted_address.is_some()),
    ];
    for (setting, _) in trusted.into_iter().filter(|(_, is_set)| *is_set && !profile.own_server) {
        advice.push(Advice::Ignored { setting });
    }
    let forgeable = profile.forgeable_address;
    advice.extend(forgeable.map(|field| Advice::ForgeableAddress { field }));
}

fn advise_on_upstream(config: &Config, profile: &Profile, advice: &mut Vec<Advice>) {
    for (variable, host, domain) in [
        (Variable::IngressBaseHost, &config.ingress_base_host, "fpjs.io"),
        (Variable::CdnUrl, &config.cdn_url, "fpcdn.io"),
    ] {
        let own = host.as_str().strip_suffix(domain);
        if !own.is_some_and(|rest| rest.is_empty() || rest.ends_with('.')) {
            advice.push(Advice::OtherUpstream { setting: profile.variable_name(variable) });
        }
    }
}

#[cfg(test)]
mod tests;
