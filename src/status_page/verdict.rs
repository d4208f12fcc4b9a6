//! Whether the integration can do its work (contract R10.2).

use crate::config::Config;
use crate::refusal::Refusal;

/// What an integration needs: a proxy secret, a route, and the site's host. Advice does not count:
/// what it names works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    has_secret: bool,
    has_route: bool,
    hides_host: bool,
}

impl Verdict {
    /// The verdict on a configuration.
    pub(super) fn of(config: &Config) -> Self {
        Self {
            has_secret: config.pre_shared_secret.is_some(),
            has_route: config.has_v3() || config.has_v4(),
            hides_host: false,
        }
    }

    /// The verdict where the page was asked for under this host, or under one that is refused. A host
    /// that is refused for another reason says nothing of the site: health checks ask by address.
    pub(super) fn asked_under(self, host: Result<&str, Refusal>) -> Self {
        Self { hides_host: host == Err(Refusal::HostOfUpstream), ..self }
    }

    pub(super) fn is_ready(self) -> bool {
        self.missing().next().is_none()
    }

    /// What is missing, as clauses of a sentence.
    pub(super) fn missing(self) -> impl Iterator<Item = &'static str> {
        let clauses = [
            (!self.has_secret, "no proxy secret is set"),
            (!self.has_route, "no route is on"),
            (
                self.hides_host,
                "this page was asked for under upstream's own host, so the edge in front hides the \
                 browser's: forward it (on CloudFront by the origin request policy)",
            ),
        ];
        clauses.into_iter().filter_map(|(is_missing, clause)| is_missing.then_some(clause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(config: &str, host: Result<&str, Refusal>) -> Vec<&'static str> {
        let config: Config = serde_json::from_str(config).unwrap();
        let verdict = Verdict::of(&config).asked_under(host);
        assert_eq!(verdict.is_ready(), verdict.missing().next().is_none());
        // The first words are enough to tell.
        verdict.missing().filter_map(|clause| clause.split(' ').nth(1)).collect()
    }

    /// R10.2: each state, and all at once.
    #[test]
    fn each_thing_can_be_missing() {
        let site = Ok("www.example.com");
        for (config, host, expected) in [
            (r#"{"pre_shared_secret": "s"}"#, site, &[][..]),
            (r#"{"pre_shared_secret": "s", "v4": false}"#, site, &["route"]),
            (r#"{"pre_shared_secret": "s", "mount": "anywhere"}"#, site, &["route"]),
            (r#"{"pre_shared_secret": "s", "v4": false, "agent_download_path": "a"}"#, site, &[]),
            (r#"{"pre_shared_secret": "s", "v4": false, "get_result_path": "r"}"#, site, &[]),
            (r#"{"pre_shared_secret": "s", "mount": {"anywhere_or_depth": 1}}"#, site, &[]),
            ("{}", site, &["proxy"]),
            (r#"{"pre_shared_secret": "s"}"#, Err(Refusal::HostOfUpstream), &["page"]),
            (r#"{"pre_shared_secret": "s"}"#, Err(Refusal::Host), &[]),
            (r#"{"pre_shared_secret": "s"}"#, Err(Refusal::HostNotListed), &[]),
            (r#"{"v4": false}"#, Err(Refusal::HostOfUpstream), &["proxy", "route", "page"]),
        ] {
            assert_eq!(missing(config, host), expected, "{config} {host:?}");
        }
    }
}
