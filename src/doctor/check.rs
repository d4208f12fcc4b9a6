//! All checks: policy, a row a check. What a row's function does is in `judge`.

use std::fmt;

use serde::{Serialize, Serializer};

use super::case::Case;
use super::judge::{agent, cache, cookie, cors, field, identification, reach, status, upstream};
use super::judgement::{Judged, Judgement};
use super::probe::Probe;

/// What a check is about.
///
/// ```
/// assert_eq!(firstparty::doctor::Group::Agent.to_string(), "agent");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Group {
    /// Name, addresses, connection.
    Reach,
    /// The status page.
    Status,
    /// Downloads of the agent.
    Agent,
    /// What the agent asks and sends.
    Identification,
    /// What a browser and the caches on the way may see and keep.
    Browser,
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reach => "reach",
            Self::Status => "status",
            Self::Agent => "agent",
            Self::Identification => "identification",
            Self::Browser => "browser",
        })
    }
}

macro_rules! rule {
    () => {
        None
    };
    ($rule:literal) => {
        Some($rule)
    };
}

macro_rules! checks {
    ($(
        #[doc = $title:literal]
        $variant:ident = $name:literal $(by $rule:literal)?, $group:ident, after $probe:ident, $judge:path;
    )+) => {
        /// One thing that is examined. Its `Display` is its name, and it serialises as that.
        ///
        /// ```
        /// use firstparty::doctor::{Check, Group};
        ///
        /// let check = Check::CookieDomain;
        /// assert_eq!((check.name(), check.rule()), ("cookie-domain", Some("R8.2")));
        /// assert_eq!(check.group(), Group::Browser);
        /// assert_eq!(check.title(), "A browser at the site accepts Fingerprint's cookies.");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Check {
            $(
                #[doc = $title]
                $(#[doc = concat!("\n\nSee [", $rule, "](crate::contract#", $rule, ").")])?
                $variant,
            )+
        }

        impl Check {
            /// Every check, in the order of the verdicts.
            ///
            /// ```
            /// use firstparty::doctor::Check;
            ///
            /// assert_eq!(Check::ALL[0], Check::Resolves);
            /// ```
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// A name that stays the same from version to version.
            ///
            /// ```
            /// assert_eq!(firstparty::doctor::Check::StatusPage.name(), "status-page");
            /// ```
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What holds if the check passes, as a sentence.
            ///
            /// ```
            /// assert_eq!(firstparty::doctor::Check::Resolves.title(), "The host has an address.");
            /// ```
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$variant => $title.trim_ascii(),)+
                }
            }

            /// What the check is about.
            ///
            /// ```
            /// use firstparty::doctor::{Check, Group};
            ///
            /// assert_eq!(Check::Tls.group(), Group::Reach);
            /// ```
            #[must_use]
            pub const fn group(self) -> Group {
                match self {
                    $(Self::$variant => Group::$group,)+
                }
            }

            /// The rule of the [`contract`](crate::contract) that asks for it, if there is one.
            ///
            /// ```
            /// assert_eq!(firstparty::doctor::Check::Path.rule(), Some("R1.5"));
            /// ```
            #[must_use]
            pub const fn rule(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => rule!($($rule)?),)+
                }
            }

            /// The last probe that it needs.
            pub(super) fn after(self) -> Probe {
                match self {
                    $(Self::$variant => Probe::$probe,)+
                }
            }

            pub(super) fn judge(self, case: &Case) -> Judgement {
                let judged: Judged = match self {
                    $(Self::$variant => $judge(case),)+
                };
                judged.unwrap_or_else(std::convert::identity)
            }
        }
    };
}

checks! {
    /// The host has an address.
    Resolves = "resolves", Reach, after Addresses, reach::resolves;
    /// Content blockers do not know the path.
    Path = "path" by "R1.5", Reach, after Addresses, reach::path;
    /// The site and the integration have neighbouring addresses, for which Safari keeps cookies longer.
    Addresses = "addresses", Reach, after SiteAddresses, reach::addresses;
    /// The host accepts connections and answers.
    Reachable = "reachable", Reach, after StatusPage, reach::reachable;
    /// Browsers accept the certificate and its chain.
    Tls = "tls", Reach, after StatusPage, reach::tls;
    /// The status page answers below the integration path.
    StatusPage = "status-page" by "R10.1", Status, after StatusPage, status::page;
    /// HEAD of the status page agrees with GET.
    StatusHead = "status-head" by "R9.4", Status, after StatusHead, status::head;
    /// By the status page, a proxy secret is set.
    StatusSecret = "status-secret" by "R1.4", Status, after StatusJson, status::secret;
    /// By the status page, the routes that the site needs are on.
    StatusRoutes = "status-routes" by "R10.2", Status, after StatusJson, status::routes;
    /// By the status page, no variable has a value that cannot be used.
    StatusVariables = "status-variables" by "R1.3", Status, after StatusJson, status::variables;
    /// By the status page, the integration is told the browser's host.
    StatusHost = "status-host" by "R5.7", Status, after StatusJson, status::host;
    /// No cache keeps the status page.
    StatusCache = "status-cache" by "R9", Status, after StatusJson, status::cache;
    /// The v4 agent can be downloaded.
    AgentV4 = "agent-v4" by "R4.2", Agent, after AgentV4, agent::v4::download;
    /// The v4 agent is served as a script.
    AgentV4Type = "agent-v4-type" by "R6.4", Agent, after AgentV4, agent::v4::media_type;
    /// No cache keeps the v4 agent for too long.
    AgentV4Cache = "agent-v4-cache" by "R7.1", Agent, after AgentV4, agent::v4::cache;
    /// The v4 agent is fresh on arrival.
    AgentV4Age = "agent-v4-age" by "R6.3", Agent, after AgentV4, agent::v4::age;
    /// The v4 agent is compressed.
    AgentV4Compression = "agent-v4-compression", Agent, after AgentV4, agent::v4::compression;
    /// Caches know that the v4 agent comes in several forms.
    AgentV4Vary = "agent-v4-vary" by "R6.4", Agent, after AgentV4, agent::v4::vary;
    /// The v3 agent can be downloaded.
    AgentV3 = "agent-v3" by "R4.3", Agent, after AgentV3, agent::v3::download;
    /// The v3 agent is served as a script.
    AgentV3Type = "agent-v3-type" by "R6.4", Agent, after AgentV3, agent::v3::media_type;
    /// No cache keeps the v3 agent for too long.
    AgentV3Cache = "agent-v3-cache" by "R7.1", Agent, after AgentV3, agent::v3::cache;
    /// The v3 agent is fresh on arrival.
    AgentV3Age = "agent-v3-age" by "R6.3", Agent, after AgentV3, agent::v3::age;
    /// The v3 agent is compressed.
    AgentV3Compression = "agent-v3-compression", Agent, after AgentV3, agent::v3::compression;
    /// Caches know that the v3 agent comes in several forms.
    AgentV3Vary = "agent-v3-vary" by "R6.4", Agent, after AgentV3, agent::v3::vary;
    /// No cache gives one public API key the agent of another.
    AgentKey = "agent-key" by "R7", Agent, after OtherAgent, agent::other_key;
    /// The browser-cache request reaches Fingerprint.
    BrowserCache =
        "browser-cache" by "R2.2", Identification, after BrowserCache, identification::browser_cache;
    /// The query arrives byte for byte, where Fingerprint's side can tell.
    Query = "query" by "R3.1", Identification, after Query, upstream::query;
    /// The request goes to the region that it names, where Fingerprint's side can tell.
    Region = "region" by "R3.3", Identification, after Repeat, upstream::region;
    /// A v4 identification request reaches Fingerprint.
    IdentificationV4 =
        "identification-v4" by "R2.7", Identification, after Repeat, identification::v4;
    /// A v3 identification request reaches Fingerprint.
    IdentificationV3 =
        "identification-v3" by "R2.7", Identification, after Repeat, identification::v3;
    /// Fingerprint accepts the proxy secret.
    Secret = "secret" by "R11.1", Identification, after Repeat, upstream::secret;
    /// No cache answers identification requests.
    IdentificationCache =
        "identification-cache" by "R2.7", Browser, after Repeat, cache::identification;
    /// A browser at the site accepts Fingerprint's cookies.
    CookieDomain = "cookie-domain" by "R8.2", Browser, after Repeat, cookie::domain;
    /// No cookie breaks the conditions that its own attributes and name set.
    CookieAttributes = "cookie-attributes" by "R8.5", Browser, after Repeat, cookie::attributes;
    /// No cookie comes with a script, where a cache would keep it.
    ScriptCookie = "script-cookie" by "R8.2", Browser, after Repeat, cookie::on_scripts;
    /// Pages of the site may read the answers.
    Cors = "cors" by "R6.4", Browser, after Repeat, cors::answers;
    /// The preflight of a page of the site is answered.
    Preflight = "preflight" by "R2.7", Browser, after Preflight, cors::preflight;
    /// No field shows how the integration identifies itself.
    IdentityFields = "identity-fields" by "R6.3", Browser, after Preflight, field::identity;
    /// No field of Fingerprint's acts on the whole site.
    OriginWideFields = "origin-wide-fields" by "R6.2", Browser, after Preflight, field::origin_wide;
    /// No cache tag of Fingerprint's enters the caches of the site.
    CacheTags = "cache-tags" by "R6.3", Browser, after Preflight, field::cache_tags;
    /// No answer is a redirect.
    Redirects = "redirects" by "R16.1", Browser, after Preflight, reach::redirects;
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// R11.4: checks can be told apart, and their verdicts come in their order.
    #[test]
    fn rows_are_complete() {
        assert!(Check::ALL.is_sorted_by_key(|check| check.after()));
        let names: BTreeSet<_> = Check::ALL.iter().map(|check| check.name()).collect();
        assert_eq!(names.len(), Check::ALL.len());
        for check in Check::ALL {
            let title = check.title();
            assert!(title.starts_with(char::is_uppercase) && title.ends_with('.'), "{title}");
            assert!(check.name().bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric()));
        }
    }

    /// R11.4: a check is shown by its name, and so is a group; checks of one group stand together.
    #[test]
    fn names_are_shown() {
        assert!(Check::ALL.iter().all(|check| check.to_string() == check.name()));
        let mut groups: Vec<_> = Check::ALL.iter().map(|check| check.group().to_string()).collect();
        groups.dedup();
        assert_eq!(groups, ["reach", "status", "agent", "identification", "browser"]);
    }
}
