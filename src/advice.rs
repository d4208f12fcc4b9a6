//! Advice on a configuration that works but has a drawback (contract [R1.5]). Advice is returned,
//! never logged.
//!
//! [R1.5]: crate::contract#R1.5

mod blocked;

use std::fmt;

pub(crate) use self::blocked::blocked_term;
use crate::config::{AgentOrigin, Config, Resolution, RoutePath};
use crate::platform::{Platform, Profile};
use crate::route::V4_AGENT;
use crate::variable::Variable;

macro_rules! advice {
    ($(
        $(#[$doc:meta])+
        $variant:ident $({ $($(#[$field_doc:meta])+ $field:ident: $type:ty,)+ })?
            = $code:literal, $sentence:literal $(, $argument:ident = $value:expr)?;
    )+) => {
        /// A setting that works but has a drawback, with a stable code and a sentence that says what is
        /// wrong and what to do ([R1.5]).
        ///
        /// ```
        /// use firstparty::advice::advise;
        /// use firstparty::{Config, Platform};
        ///
        /// let config = Config::builder().agent_download_path("fpjs-agent").build()?;
        /// let advice = advise(&config, Platform::CloudFront);
        /// assert_eq!(
        ///     advice[0].to_string(),
        ///     "fpjs_agent_download_path contains a term that content blockers match: \
        ///      use a random segment",
        /// );
        /// # Ok::<(), firstparty::ConfigError>(())
        /// ```
        ///
        /// [R1.5]: crate::contract#R1.5
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Advice {
            $($(#[$doc])+ $variant $({ $($(#[$field_doc])+ $field: $type,)+ })?,)+
        }

        impl Advice {
            /// A code that stays the same from version to version.
            ///
            /// ```
            /// assert_eq!(firstparty::advice::Advice::NoSecret.code(), "no-secret");
            /// ```
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$variant $({ $($field: _,)+ })? => $code,)+
                }
            }
        }

        impl fmt::Display for Advice {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$variant $({ $($field,)+ })? => {
                        // A sentence need not mention every member.
                        $(let _ = ($($field,)+);)?
                        write!(f, $sentence $(, $argument = $value)?)
                    })+
                }
            }
        }
    };
}

advice! {
    /// A route or the integration path contains a term that content blockers match.
    BlockedPath {
        /// The setting with the path.
        setting: &'static str,
        /// The term. The sentence does not repeat it, as it may be the whole path.
        term: &'static str,
    } = "blocked-path",
        "{setting} contains a term that content blockers match: use a random segment";
    /// There is no proxy secret, so upstream cannot tell that the integration is genuine.
    NoSecret = "no-secret",
        "there is no proxy secret, so Fingerprint cannot tell that the integration is genuine: set the \
         one from its dashboard";
    /// Both v3 routes are the same, so the agent route always wins.
    EqualRoutes = "equal-routes",
        "both v3 routes are the same, so the agent route always wins: make them differ";
    /// A v3 route is `status`, so the status page cannot be reached.
    StatusRoute {
        /// The setting with the route.
        setting: &'static str,
    } = "status-route",
        "{setting} is \"status\", so the status page cannot be reached: use another path";
    /// A v3 route takes downloads of the v4 agent, whose path begins with `web/v4/`.
    WebRoute {
        /// The setting of the route.
        setting: &'static str,
    } = "web-route",
        "{setting} takes downloads of the v4 agent, whose path begins with web/v4/: choose another path";
    /// Only one of the two v3 routes is on.
    RouteOff {
        /// The setting of the other one.
        setting: &'static str,
    } = "route-off",
        "only one of the two v3 routes is on: set {setting}, too, or switch both off";
    /// v4 is off, so nothing but the v3 agent is served, which is deprecated.
    V4Off = "v4-off",
        "v4 is off, so only the v3 agent is served, which is deprecated: switch v4 on, with a mount at \
         a path";
    /// Neither v4 nor a v3 route is on.
    NoRoute = "no-route",
        "no route is on, so no agent is served and no identification request passes: switch v4 on, \
         with a mount at a path, or set the v3 routes";
    /// The integration takes every path of its host.
    DepthZero = "depth-zero",
        "the integration takes every path of its host: unless it has a host of its own, give it a path";
    /// On one's own server, the integration path is whatever the first segments of a path are. With
    /// v4 on, every path of the site belongs to the integration.
    MountByDepth = "mount-by-depth",
        "any first segments of a path are taken for the integration path: set an exact path instead";
    /// A list of fields to drop lets the browser's `authorization` through to upstream.
    AuthorizationForwarded = "authorization-forwarded",
        "authorization fields of browsers are sent to Fingerprint: add the field to drop_fields";
    /// A source has an unknown key.
    UnknownKey {
        /// The source's name.
        source: Box<str>,
        /// The key.
        key: Box<str>,
    } = "unknown-key", "the key \"{key}\" of {source} is not a known setting: correct or remove it",
        key = key.escape_debug();
    /// A setting has no effect on this platform or beside another setting.
    Ignored {
        /// The setting.
        setting: &'static str,
    } = "ignored-setting", "{setting} has no effect here: remove it";
    /// A region is fixed, but agent downloads come from the CDN, which has no regions
    /// ([R3.6](crate::contract#R3.6)).
    RegionBesideCdn {
        /// The setting of the region.
        setting: &'static str,
    } = "region-beside-cdn",
        "{setting} does not apply to agent downloads, as they come from the CDN, which has no regions: \
         take them from the API host";
    /// A default is used where production sets a value.
    DefaultUsed {
        /// The setting.
        setting: &'static str,
    } = "default-used", "{setting} is not set, so its default is used: set it";
    /// Any host name is believed, and passed on to upstream.
    NoHostList = "no-host-list",
        "every host name is believed, and passed on to Fingerprint: list the site's hosts";
    /// The agent of every public API key is served ([R4.7](crate::contract#R4.7)).
    NoKeyList {
        /// The setting of the list.
        setting: &'static str,
    } = "no-key-list",
        "the agent of every public API key is served: list the site's own keys in {setting}";
    /// An upstream host is not Fingerprint's. If it leads back to this gateway, requests loop.
    OtherUpstream {
        /// The setting with the host.
        setting: &'static str,
    } = "other-upstream",
        "{setting} is not a host of Fingerprint's: make sure that it does not lead back to this gateway";
    /// A field with the client's address can be set by the client itself.
    ForgeableAddress {
        /// The field.
        field: &'static str,
        /// What prevents it, and what to do.
        unless: &'static str,
    } = "forgeable-address", "clients can set {field} unless {unless}";
}

/// What should be changed in a configuration on this platform ([R1.5]). Settings have the
/// platform's names.
///
/// ```
/// use firstparty::advice::{Advice, advise};
/// use firstparty::{Config, Platform};
///
/// let config = Config::builder().get_result_path("status").build()?;
/// let advice = advise(&config, Platform::Cloudflare);
/// assert!(advice.contains(&Advice::NoSecret));
/// assert!(advice.contains(&Advice::StatusRoute { setting: "GET_RESULT_PATH" }));
/// # Ok::<(), firstparty::ConfigError>(())
/// ```
///
/// [R1.5]: crate::contract#R1.5
#[must_use]
pub fn advise(config: &Config, platform: Platform) -> Vec<Advice> {
    let profile = platform.profile();
    let mut advice = Vec::new();
    advise_on_paths(config, profile, &mut advice);
    advise_on_routes(config, profile, &mut advice);
    advise_on_v4_agent(config, profile, &mut advice);
    advise_on_mount(config, profile, &mut advice);
    advise_on_trust(config, profile, &mut advice);
    advise_on_upstream(config, profile, &mut advice);
    for (source, key) in &config.unknown_keys {
        advice.push(Advice::UnknownKey { source: source.clone(), key: key.clone() });
    }
    advice
}

fn advise_on_paths(config: &Config, profile: &Profile, advice: &mut Vec<Advice>) {
    for (variable, path) in [
        (Variable::AgentDownloadPath, config.agent_download_path()),
        (Variable::GetResultPath, config.get_result_path()),
        (Variable::RoutePrefix, config.route_prefix()),
    ] {
        if let Some(term) = path.and_then(|path| blocked_term(path.as_str())) {
            advice.push(Advice::BlockedPath { setting: profile.variable_name(variable), term });
        }
    }
}

fn advise_on_routes(config: &Config, profile: &Profile, advice: &mut Vec<Advice>) {
    let routes = [
        (profile.variable_name(Variable::AgentDownloadPath), config.agent_download_path()),
        (profile.variable_name(Variable::GetResultPath), config.get_result_path()),
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
    if !config.has_v4() {
        advice.push(if config.has_v3() { Advice::V4Off } else { Advice::NoRoute });
    }
}

/// The v3 routes come before v4: the agent route as one path, the result route with all below it (R2.2).
fn advise_on_v4_agent(config: &Config, profile: &Profile, advice: &mut Vec<Advice>) {
    let agent = config.agent_download_path().map_or("", RoutePath::as_str);
    let result = config.get_result_path().map(|route| format!("{route}/")).unwrap_or_default();
    let is_above = !result.is_empty() && V4_AGENT.starts_with(&result);
    for (variable, takes_it) in [
        (Variable::AgentDownloadPath, agent.starts_with(V4_AGENT)),
        (Variable::GetResultPath, is_above || result.starts_with(V4_AGENT)),
    ] {
        if takes_it && config.has_v4() {
            advice.push(Advice::WebRoute { setting: profile.variable_name(variable) });
        }
    }
}

fn advise_on_mount(config: &Config, profile: &Profile, advice: &mut Vec<Advice>) {
    match config.integration_path_depth() {
        Some(0) => advice.push(Advice::DepthZero),
        Some(_) if profile.own_server => advice.push(Advice::MountByDepth),
        _ => {}
    }
    let depth_setting = profile.variable_name(Variable::IntegrationPathDepth);
    let prefix_is_set = is_set(config, Variable::RoutePrefix);
    if is_set(config, Variable::IntegrationPathDepth) && (config.mount_is_chosen || prefix_is_set) {
        advice.push(Advice::Ignored { setting: depth_setting });
    }
    if prefix_is_set && config.mount_is_chosen {
        advice.push(Advice::Ignored { setting: profile.variable_name(Variable::RoutePrefix) });
    }
    if config.resolution(Variable::IntegrationPathDepth) == Resolution::Default {
        advice.push(Advice::DefaultUsed { setting: depth_setting });
    }
}

fn is_set(config: &Config, variable: Variable) -> bool {
    matches!(config.resolution(variable), Resolution::Source(_))
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
    if config.api_keys.is_empty() {
        advice.push(Advice::NoKeyList { setting: profile.variable_name(Variable::ApiKeys) });
    }
    for (setting, is_set) in [
        ("trusted_host", config.trusted_host.is_some()),
        ("trusted_address", config.trusted_address.is_some()),
    ] {
        if is_set && !profile.own_server {
            advice.push(Advice::Ignored { setting });
        }
    }
    if let Some((field, unless)) = profile.forgeable_address {
        advice.push(Advice::ForgeableAddress { field, unless });
    }
}

fn advise_on_upstream(config: &Config, profile: &Profile, advice: &mut Vec<Advice>) {
    if config.region.is_some() && config.agent_origin == AgentOrigin::Cdn {
        let setting = profile.variable_name(Variable::Region);
        advice.push(Advice::RegionBesideCdn { setting });
    }
    for (variable, host, domain) in [
        (Variable::IngressBaseHost, &config.ingress_base_host, "fpjs.io"),
        (Variable::CdnUrl, &config.cdn_url, "fpcdn.io"),
    ] {
        let labels = host.as_str().strip_suffix(domain);
        if !labels.is_some_and(|labels| labels.is_empty() || labels.ends_with('.')) {
            advice.push(Advice::OtherUpstream { setting: profile.variable_name(variable) });
        }
    }
}

#[cfg(test)]
mod tests;
