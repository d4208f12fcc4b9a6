//! Things that work but will hurt (contract R1.5). Advice is returned, never logged.

use std::fmt;

use crate::config::{Config, Mount, Resolution, RoutePath};
use crate::platform::{Platform, Profile};
use crate::variable::Variable;

/// Path terms that content blockers match.
const BLOCKED_TERMS: &[&str] = &[
    "fingerprint",
    "fpjs",
    "fp-",
    "fpcdn",
    "track",
    "visitor",
    "analytics",
    "telemetry",
    "beacon",
];

/// Path segments that content blockers match as a whole.
const BLOCKED_SEGMENTS: &[&str] = &["agent", "fp", "stats", "collect"];

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
        (Variable::AgentDownloadPath, config.agent_route.as_ref()),
        (Variable::GetResultPath, config.result_route.as_ref()),
        (Variable::RoutePrefix, prefix),
    ] {
        let setting = profile.variable_name(variable);
        let term = path.and_then(blocked_term);
        advice.extend(term.map(|term| Advice::BlockedPath { setting, term }));
    }
}

fn advise_on_routes(config: &Config, profile: &Profile, advice: &mut Vec<Advice>) {
    let routes = [
        (profile.variable_name(Variable::AgentDownloadPath), config.agent_route.as_ref()),
        (profile.variable_name(Variable::GetResultPath), config.result_route.as_ref()),
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
    if config.secret.is_none() {
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
        (Variable::IngressBaseHost, &config.ingress_host, "fpjs.io"),
        (Variable::CdnUrl, &config.cdn_host, "fpcdn.io"),
    ] {
        let own = host.as_str().strip_suffix(domain);
        if !own.is_some_and(|rest| rest.is_empty() || rest.ends_with('.')) {
            advice.push(Advice::OtherUpstream { setting: profile.variable_name(variable) });
        }
    }
}

pub(crate) fn blocked_term(path: &RoutePath) -> Option<&'static str> {
    let lower = path.as_str().to_ascii_lowercase();
    let in_path = |term: &&&str| lower.contains(**term);
    let as_segment = |term: &&&str| lower.split('/').any(|segment| segment == **term);
    let terms = BLOCKED_TERMS.iter().find(in_path);
    terms.or_else(|| BLOCKED_SEGMENTS.iter().find(as_segment)).copied()
}

/// Whether content blockers may match a path segment.
pub(crate) fn is_blocked_segment(segment: &str) -> bool {
    RoutePath::parse("path", segment).is_ok_and(|path| blocked_term(&path).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    fn codes(config: &Config, platform: Platform) -> Vec<&'static str> {
        advise(config, platform).iter().map(Advice::code).collect()
    }

    /// A configuration that nothing can be said against.
    fn sound() -> crate::config::Builder {
        Config::builder()
            .agent_download_path("vbcnkxb654")
            .get_result_path("5yt489hgfj")
            .pre_shared_secret("s3cret")
            .integration_path_depth(1)
            .drop_fields(["authorization"])
            .hosts(["example.com"])
    }

    #[test]
    fn a_sound_configuration_needs_no_advice() {
        assert_eq!(codes(&sound().build().unwrap(), Platform::Generic), [""; 0]);
    }

    /// R1.5, one by one.
    #[test]
    fn every_piece_of_advice_has_its_cause() {
        let cases = [
            (sound().variable(Variable::IntegrationPathDepth, "0"), "depth-zero"),
            (sound().mount(Mount::Depth(1)), "ignored-setting"),
            (sound().variable(Variable::RoutePrefix, "x"), "ignored-setting"),
            (sound().drop_fields([""; 0]), "authorization-forwarded"),
            (sound().hosts([""; 0]), "no-host-list"),
            (sound().ingress_base_host("proxy.example.com"), "other-upstream"),
            (sound().cdn_url("notfpcdn.io"), "other-upstream"),
            (sound().source(Source::from_pairs("s", [("odd", "1")])), "unknown-key"),
        ];
        for (builder, code) in cases {
            assert_eq!(codes(&builder.build().unwrap(), Platform::Generic), [code]);
        }
        let bare = Config::builder().drop_fields(["authorization"]).hosts(["a.b"]);
        let bare = bare.build().unwrap();
        assert_eq!(codes(&bare, Platform::Generic), ["default-used", "no-secret"]);
        assert_eq!(codes(&sound().build().unwrap(), Platform::FastlyVcl), ["forgeable-address"]);
    }

    /// R1.5: the integration path, whichever way it is given.
    #[test]
    fn the_mount_is_looked_at() {
        let bare = || {
            let builder = Config::builder().agent_download_path("a1").get_result_path("b2");
            builder.pre_shared_secret("s").drop_fields(["authorization"]).hosts(["a.b"])
        };
        let exact = |path: &str| Mount::Exact(path.parse().unwrap());
        for (builder, expected) in [
            (bare(), &["default-used"][..]),
            (bare().mount(exact("my/fp-path")), &["blocked-path"]),
            (bare().mount(exact("x")).variable(Variable::RoutePrefix, "y"), &["ignored-setting"]),
            (bare().variable(Variable::RoutePrefix, "x/Tracker"), &["blocked-path"]),
            (bare().mount(Mount::AnywhereOrDepth(0)), &["depth-zero"]),
            (bare().mount(Mount::Anywhere), &[]),
        ] {
            assert_eq!(codes(&builder.build().unwrap(), Platform::Generic), expected);
        }
    }

    /// R12: trusted fields are for one's own server, and settings go by the platform's names.
    #[test]
    fn advice_is_the_platforms() {
        let trusting = sound().trusted_host(http::header::FORWARDED).build().unwrap();
        assert_eq!(codes(&trusting, Platform::Generic), [""; 0]);
        assert_eq!(codes(&trusting, Platform::CloudFront), ["ignored-setting"]);
        let config = sound().get_result_path("fpjs").build().unwrap();
        let advice = advise(&config, Platform::Cloudflare);
        let [Advice::BlockedPath { setting, term }] = advice[..] else { panic!("{advice:?}") };
        assert_eq!((setting, term), ("GET_RESULT_PATH", "fpjs"));
        assert!(!advice[0].to_string().contains("fpjs"));
    }

    /// R1.5: routes that hide each other or the status page.
    #[test]
    fn routes_are_compared() {
        let routes = |agent: &str, result: &str| {
            let builder = Config::builder().agent_download_path(agent).get_result_path(result);
            let builder = builder.pre_shared_secret("s").integration_path_depth(1);
            let config = builder.drop_fields(["authorization"]).hosts(["a.b"]).build().unwrap();
            codes(&config, Platform::Generic)
        };
        assert_eq!(routes("x", "x"), ["equal-routes"]);
        assert_eq!(routes("status", "x"), ["status-route"]);
        assert_eq!(routes("x", ""), ["route-off"]);
        assert_eq!(routes("x", "a/Agent/b"), ["blocked-path"]);
        assert_eq!(routes("x", "reagent"), [""; 0]);
    }

    /// R1.5: a key that means nothing is named with its source, whatever bytes it has.
    #[test]
    fn unknown_keys_are_named() {
        let config = sound().source(Source::from_pairs("the secret", [("o\nd", "1")]));
        let advice = advise(&config.build().unwrap(), Platform::Generic);
        let sentences: Vec<_> = advice.iter().map(ToString::to_string).collect();
        assert_eq!(sentences, ["the key `o\\nd` of the secret means nothing"]);
    }

    #[test]
    fn sentences_show_no_secret() {
        let config = Config::builder().agent_download_path("fpjs").build().unwrap();
        for advice in advise(&config, Platform::FastlyVcl) {
            assert!(!advice.to_string().is_empty() && !advice.code().is_empty());
        }
    }
}
