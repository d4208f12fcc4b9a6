//! Things that work but will hurt (contract R1.5). Advice is returned, never logged.

use std::fmt;

use super::{Config, Mount, Resolution, RoutePath, Variable};
use crate::platform::Platform;

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
/// use firstparty::{Config, Platform};
///
/// let config = Config::builder().agent_download_path("fpjs-agent").build()?;
/// let advice = config.advice(Platform::CloudFront);
/// assert_eq!(advice[0].code(), "blocked-path");
/// assert_eq!(
///     advice[0].to_string(),
///     "fpjs_agent_download_path contains `fpjs`, which content blockers match: \
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
        /// The term.
        term: &'static str,
    },
    /// There is no proxy secret, so upstream cannot tell that the integration is genuine.
    NoSecret,
    /// Both v3 routes are the same, so the agent route always wins.
    EqualRoutes,
    /// A v3 route is `status`, so the status page cannot be reached.
    StatusRoute {
        /// The variable with the route.
        variable: Variable,
    },
    /// Only one of the two v3 routes is on.
    RouteOff {
        /// The variable of the other one.
        variable: Variable,
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
    /// A default is used where production sets a value.
    DefaultUsed {
        /// The variable.
        variable: Variable,
    },
    /// Any host name is believed, and passed on to upstream.
    NoHostList,
    /// An upstream host is not Fingerprint's: were it this gateway's own, requests would loop.
    OtherUpstream {
        /// The variable with the host.
        variable: Variable,
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
            Self::BlockedPath { setting, term } => write!(
                f,
                "{setting} contains `{term}`, which content blockers match: \
                 a random segment is safer"
            ),
            Self::NoSecret => f.write_str(
                "there is no proxy secret: upstream cannot tell that the integration is genuine",
            ),
            Self::EqualRoutes => f.write_str("both v3 routes are the same: the agent route wins"),
            Self::StatusRoute { variable } => {
                write!(f, "{variable} is `status`: the status page cannot be reached")
            }
            Self::RouteOff { variable } => {
                write!(f, "{variable} is not set: only one of the two v3 routes is on")
            }
            Self::DepthZero => f.write_str("the integration takes every path of its host"),
            Self::AuthorizationForwarded => f.write_str(
                "`authorization` fields of browsers reach a third party: drop the field if the \
                 site uses it",
            ),
            Self::UnknownKey { source, key } => {
                write!(f, "the key `{}` of {source} means nothing", key.escape_debug())
            }
            Self::DefaultUsed { variable } => {
                write!(f, "{variable} is not set: its default is used")
            }
            Self::NoHostList => f.write_str(
                "every host name is believed: list the site's hosts, as upstream is told the name",
            ),
            Self::OtherUpstream { variable } => {
                write!(f, "{variable} is not Fingerprint's: it must not lead to this gateway")
            }
            Self::ForgeableAddress { field } => write!(
                f,
                "clients can set `{field}` unless the service overwrites it: take the address \
                 from the connection"
            ),
        }
    }
}

impl Config {
    /// What works but will hurt, on this platform.
    #[must_use]
    pub fn advice(&self, platform: Platform) -> Vec<Advice> {
        let mut advice = Vec::new();
        self.advise_on_paths(&mut advice);
        self.advise_on_routes(&mut advice);
        self.advise_on_trust(platform, &mut advice);
        let unknown = |(source, key): &(Box<str>, Box<str>)| Advice::UnknownKey {
            source: source.clone(),
            key: key.clone(),
        };
        advice.extend(self.unknown_keys.iter().map(unknown));
        advice
    }

    fn advise_on_paths(&self, advice: &mut Vec<Advice>) {
        let prefix = match &self.mount {
            Mount::Exact(path) => Some(path),
            _ => None,
        };
        for (setting, path) in [
            (Variable::AgentDownloadPath.as_str(), self.agent_route.as_ref()),
            (Variable::GetResultPath.as_str(), self.result_route.as_ref()),
            (Variable::RoutePrefix.as_str(), prefix),
        ] {
            let term = path.and_then(blocked_term);
            advice.extend(term.map(|term| Advice::BlockedPath { setting, term }));
        }
    }

    fn advise_on_routes(&self, advice: &mut Vec<Advice>) {
        let routes = [
            (Variable::AgentDownloadPath, self.agent_route.as_ref()),
            (Variable::GetResultPath, self.result_route.as_ref()),
        ];
        for (variable, route) in routes {
            if self.status_page && route.is_some_and(|route| route.as_str() == "status") {
                advice.push(Advice::StatusRoute { variable });
            }
        }
        match routes {
            [(_, Some(agent)), (_, Some(result))] if agent == result => {
                advice.push(Advice::EqualRoutes);
            }
            [(variable, None), (_, Some(_))] | [(_, Some(_)), (variable, None)] => {
                advice.push(Advice::RouteOff { variable });
            }
            _ => {}
        }
        if self.mount == Mount::Depth(0) {
            advice.push(Advice::DepthZero);
        }
        let depth = Variable::IntegrationPathDepth;
        let from_default = !self.mount_is_chosen && self.resolution(depth) == Resolution::Default;
        if from_default && matches!(self.mount, Mount::Depth(_)) {
            advice.push(Advice::DefaultUsed { variable: depth });
        }
    }

    fn advise_on_trust(&self, platform: Platform, advice: &mut Vec<Advice>) {
        let profile = platform.profile();
        if self.secret.is_none() {
            advice.push(Advice::NoSecret);
        }
        if !self.drop_fields.contains(&http::header::AUTHORIZATION) {
            advice.push(Advice::AuthorizationForwarded);
        }
        if profile.wants_host_list && self.hosts.is_empty() {
            advice.push(Advice::NoHostList);
        }
        for (variable, host, domain) in [
            (Variable::IngressBaseHost, &self.ingress_host, "fpjs.io"),
            (Variable::CdnUrl, &self.cdn_host, "fpcdn.io"),
        ] {
            let own = host.as_str().strip_suffix(domain);
            if !own.is_some_and(|rest| rest.is_empty() || rest.ends_with('.')) {
                advice.push(Advice::OtherUpstream { variable });
            }
        }
        let forgeable = profile.forgeable_address;
        advice.extend(forgeable.map(|field| Advice::ForgeableAddress { field }));
    }
}

fn blocked_term(path: &RoutePath) -> Option<&'static str> {
    let lower = path.as_str().to_ascii_lowercase();
    let in_path = |term: &&&str| lower.contains(**term);
    let as_segment = |term: &&&str| lower.split('/').any(|segment| segment == **term);
    let terms = BLOCKED_TERMS.iter().find(in_path);
    terms.or_else(|| BLOCKED_SEGMENTS.iter().find(as_segment)).copied()
}

/// Whether content blockers may match a path segment.
pub(super) fn is_blocked_segment(segment: &str) -> bool {
    RoutePath::parse("path", segment).is_ok_and(|path| blocked_term(&path).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    fn codes(config: &Config, platform: Platform) -> Vec<&'static str> {
        config.advice(platform).iter().map(Advice::code).collect()
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
            (sound().mount(Mount::Exact("my/fp-path".parse().unwrap())), "blocked-path"),
            (sound().mount(Mount::Depth(0)), "depth-zero"),
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
        let advice = config.build().unwrap().advice(Platform::Generic);
        let sentences: Vec<_> = advice.iter().map(ToString::to_string).collect();
        assert_eq!(sentences, ["the key `o\\nd` of the secret means nothing"]);
    }

    #[test]
    fn sentences_show_no_secret() {
        let config = Config::builder().agent_download_path("fpjs").build().unwrap();
        for advice in config.advice(Platform::FastlyVcl) {
            assert!(!advice.to_string().is_empty() && !advice.code().is_empty());
        }
    }
}
