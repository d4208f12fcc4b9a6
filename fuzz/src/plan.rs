//! A few bytes choose a configuration: plain data for the models, a `Config` for the library.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use arbitrary::Arbitrary;
use firstparty::config::{
    AgentOrigin, CachePolicy, CookieDomain, DomainMap, Mount, TrustedAddress, Variable,
};
use firstparty::{Config, Gateway, Platform};

/// One byte a choice; only its low five bits count, so that a letter can stand for a number.
#[derive(Arbitrary, Clone, Copy, Debug, Default)]
pub struct Setting {
    pub platform: u8,
    pub agent: u8,
    pub result: u8,
    pub mount: u8,
    pub flags: u8,
    pub domain: u8,
    pub cap: u8,
    pub dropped: u8,
    pub cookies: u8,
    pub hosts: u8,
    pub trusted: u8,
    pub upstream: u8,
}

/// Where the integration path is (R2.1, R2.6).
#[derive(Clone, Copy, Debug)]
pub enum Place {
    Depth(u8),
    Exact(&'static str),
    Anywhere,
    AnywhereOrDepth(u8),
}

/// What becomes of cookie domains (R8).
#[derive(Clone, Copy, Debug)]
pub enum Domain {
    Preserve,
    FirstParty,
    #[cfg(feature = "psl")]
    Registrable,
    Map(&'static [(&'static str, &'static str)]),
}

/// A field that the gateway trusts on `generic`, and on no other platform (R12).
#[derive(Clone, Copy, Debug)]
pub enum Trusted {
    Nothing,
    Host(&'static str),
    Address(&'static str, u8),
}

/// API host, CDN host, integration's name and version, a fixed region, and the keys whose agent
/// is served; none is the default.
#[derive(Clone, Copy, Debug)]
pub struct Upstream {
    pub api: Option<&'static str>,
    pub cdn: Option<&'static str>,
    pub name: Option<&'static str>,
    pub version: &'static str,
    /// R3.6.
    pub region: Option<&'static str>,
    /// R4.7.
    pub keys: &'static [&'static str],
}

/// A configuration as plain data.
#[derive(Clone, Debug)]
pub struct Plan {
    pub platform: Platform,
    pub agent: Option<&'static str>,
    pub result: Option<&'static str>,
    pub place: Place,
    pub cdn_agent: bool,
    pub v4: bool,
    pub status_page: bool,
    pub secret: Option<&'static str>,
    pub domain: Domain,
    /// The largest `max-age` and `s-maxage`; none switches R7 off.
    pub cap: Option<(u32, u32)>,
    /// A list of one's own (R5.8).
    pub dropped: Option<&'static [&'static str]>,
    pub cookies: &'static [&'static str],
    pub hosts: &'static [&'static str],
    pub trusted: Trusted,
    pub upstream: Upstream,
}

pub const AGENTS: &[Option<&str>] =
    &[None, Some("agent"), Some("a/b"), Some("status"), Some("~x.1")];
pub const RESULTS: &[Option<&str>] =
    &[None, Some("result"), Some("a/b"), Some("agent/result"), Some("a")];
pub const PLACES: &[Place] = &[
    Place::Depth(0),
    Place::Depth(1),
    Place::Depth(2),
    Place::Depth(3),
    Place::Depth(255),
    Place::Exact("fp"),
    Place::Exact("x/y"),
    Place::Anywhere,
    Place::AnywhereOrDepth(0),
    Place::AnywhereOrDepth(1),
    Place::AnywhereOrDepth(2),
];
pub const DOMAINS: &[Domain] = &[
    Domain::FirstParty,
    Domain::Preserve,
    Domain::Map(&[("fpjs.io", "example.com"), ("api.fpjs.io", ""), ("a.b", "c.d")]),
    Domain::Map(&[("*", "x.y")]),
    Domain::Map(&[("fpjs.io", ""), ("*", "example.com")]),
    Domain::Map(&[]),
    #[cfg(feature = "psl")]
    Domain::Registrable,
];
pub const CAPS: &[Option<(u32, u32)>] =
    &[Some((3600, 60)), None, Some((0, 0)), Some((u32::MAX, 10)), Some((10, 20))];
pub const DROPPED: &[Option<&[&str]>] = &[
    None,
    Some(&["referer"]),
    Some(&["cookie", "x-drop"]),
    Some(&["Origin", "authorization", "transfer-encoding"]),
    Some(&[]),
];
pub const COOKIES: &[&[&str]] = &[&["_iidt"], &[], &["_vid", "_IIDT"], &["a"], &["_"]];
pub const HOSTS: &[&[&str]] = &[&[], &["www.example.com", "[::1]"], &["A.example"]];
pub const TRUSTED: &[Trusted] = &[
    Trusted::Nothing,
    Trusted::Host("x-host"),
    Trusted::Address("x-forwarded-for", 1),
    Trusted::Address("x-forwarded-for", 2),
    Trusted::Address("x-forwarded-for", 255),
];
const DEFAULT_UPSTREAM: Upstream =
    Upstream { api: None, cdn: None, name: None, version: "1.2.3", region: None, keys: &[] };
pub const UPSTREAMS: &[Upstream] = &[
    DEFAULT_UPSTREAM,
    Upstream {
        api: Some("api.example"),
        cdn: Some("cdn.example"),
        version: "1",
        ..DEFAULT_UPSTREAM
    },
    Upstream { name: Some("a&b=c%+d?#"), version: "~-._\"\\", ..DEFAULT_UPSTREAM },
    Upstream { region: Some("us"), ..DEFAULT_UPSTREAM },
    Upstream { region: Some("eu"), ..DEFAULT_UPSTREAM },
    Upstream { keys: &["key"], ..DEFAULT_UPSTREAM },
    Upstream { keys: &["k", "a/b", "%6b"], region: Some("eu"), ..DEFAULT_UPSTREAM },
    Upstream { api: Some("api.example"), region: Some("ap"), ..DEFAULT_UPSTREAM },
];

const SECRETS: &[Option<&str>] = &[None, Some("s3cret"), Some("p@ ss;\"")];

/// The flags of a setting.
pub const CDN_AGENT: u8 = 1;
pub const NO_V4: u8 = 2;
pub const NO_STATUS_PAGE: u8 = 4;
pub const SECRET: u8 = 8;

/// The entry of a table that a byte stands for.
pub fn choose<T: Copy>(table: &[T], byte: u8) -> T {
    table[usize::from(index(table, byte))]
}

fn index<T>(table: &[T], byte: u8) -> u8 {
    (byte & 31) % u8::try_from(table.len()).expect("a short table")
}

/// What was made of settings. Making it takes longer than using it, and most inputs are like one
/// before in the bytes that choose a setting.
#[derive(Debug)]
pub struct Kept<T>(RefCell<HashMap<[u8; 12], Rc<T>>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<T> Kept<T> {
    pub fn get(&self, setting: &Setting, make: impl FnOnce(&Plan) -> T) -> Rc<T> {
        let mut kept = self.0.borrow_mut();
        if kept.len() > 4096 {
            kept.clear();
        }
        let made = kept.entry(setting.key()).or_insert_with(|| Rc::new(make(&setting.plan())));
        Rc::clone(made)
    }
}

impl Setting {
    /// The bytes that an input with this setting starts with.
    pub fn bytes(&self) -> [u8; 12] {
        let Self { platform, agent, result, mount, flags, domain, .. } = *self;
        let Self { cap, dropped, cookies, hosts, trusted, upstream, .. } = *self;
        [
            platform, agent, result, mount, flags, domain, cap, dropped, cookies, hosts, trusted,
            upstream,
        ]
    }

    /// The gateway of the plan.
    pub fn gateway(&self) -> Gateway {
        thread_local!(static GATEWAYS: Kept<Gateway> = Kept::default());
        let build = |plan: &Plan| Gateway::new(plan.config(), plan.platform);
        GATEWAYS.with(|kept| Gateway::clone(&kept.get(self, build)))
    }

    /// Equal for all bytes that choose the same.
    fn key(&self) -> [u8; 12] {
        let Self { platform, agent, result, mount, flags, domain, .. } = *self;
        let Self { cap, dropped, cookies, hosts, trusted, upstream, .. } = *self;
        [
            index(Platform::ALL, platform),
            index(AGENTS, agent),
            index(RESULTS, result),
            index(PLACES, mount),
            flags & 31,
            index(DOMAINS, domain),
            index(CAPS, cap),
            index(DROPPED, dropped),
            index(COOKIES, cookies),
            index(HOSTS, hosts),
            index(TRUSTED, trusted),
            index(UPSTREAMS, upstream),
        ]
    }

    /// The configuration that the bytes choose.
    pub fn plan(&self) -> Plan {
        let platform = choose(Platform::ALL, self.platform);
        Plan {
            platform,
            agent: choose(AGENTS, self.agent),
            result: choose(RESULTS, self.result),
            place: choose(PLACES, self.mount),
            cdn_agent: self.flags & CDN_AGENT != 0,
            v4: self.flags & NO_V4 == 0,
            status_page: self.flags & NO_STATUS_PAGE == 0,
            secret: choose(SECRETS, (self.flags & 31) / SECRET),
            domain: choose(DOMAINS, self.domain),
            cap: choose(CAPS, self.cap),
            dropped: choose(DROPPED, self.dropped),
            cookies: choose(COOKIES, self.cookies),
            hosts: choose(HOSTS, self.hosts),
            trusted: choose(TRUSTED, self.trusted),
            upstream: choose(UPSTREAMS, self.upstream),
        }
    }
}

impl Plan {
    /// The same for the library. Every plan is valid, so the library has to take it.
    pub fn config(&self) -> Config {
        let mut builder = Config::builder()
            .mount(self.mount())
            .agent_origin(if self.cdn_agent { AgentOrigin::Cdn } else { AgentOrigin::Api })
            .v4(self.v4)
            .status_page(self.status_page)
            .cookie_domain(self.cookie_domain())
            .cache(self.cache())
            .cookies(self.cookies.iter().copied())
            .hosts(self.hosts.iter().copied())
            .integration_version(self.upstream.version)
            .agent_download_path(self.agent.unwrap_or_default())
            .get_result_path(self.result.unwrap_or_default())
            .pre_shared_secret(self.secret.unwrap_or_default())
            .ingress_base_host(self.upstream.api.unwrap_or_default())
            .cdn_url(self.upstream.cdn.unwrap_or_default())
            .variable(Variable::Region, self.upstream.region.unwrap_or_default())
            .api_keys(self.upstream.keys);
        if let Some(name) = self.upstream.name {
            builder = builder.integration_name(name);
        }
        if let Some(names) = self.dropped {
            builder = builder.drop_fields(names.iter().copied());
        }
        builder = match self.trusted {
            Trusted::Nothing => builder,
            Trusted::Host(field) => builder.trusted_host(field.parse().expect("a field name")),
            Trusted::Address(field, hops) => builder.trusted_address(TrustedAddress::new(
                field.parse().expect("a field name"),
                hops.try_into().expect("one hop or more"),
            )),
        };
        builder.build().expect("the plan is valid")
    }

    fn mount(&self) -> Mount {
        match self.place {
            Place::Depth(depth) => Mount::Depth(depth),
            Place::Exact(path) => Mount::Exact(path.parse().expect("a path")),
            Place::Anywhere => Mount::Anywhere,
            Place::AnywhereOrDepth(depth) => Mount::AnywhereOrDepth(depth),
        }
    }

    pub fn cookie_domain(&self) -> CookieDomain {
        match self.domain {
            Domain::Preserve => CookieDomain::Preserve,
            Domain::FirstParty => CookieDomain::FirstParty,
            #[cfg(feature = "psl")]
            Domain::Registrable => CookieDomain::Registrable,
            Domain::Map(pairs) => {
                CookieDomain::Map(DomainMap::new(pairs.iter().copied()).expect("domains"))
            }
        }
    }

    pub fn cache(&self) -> CachePolicy {
        self.cap.map_or(CachePolicy::Preserve, |(max_age, s_maxage)| CachePolicy::Cap {
            max_age,
            s_maxage,
        })
    }

    /// Whether the list of fields to drop has a name (R5.8).
    pub fn drops(&self, name: &str) -> bool {
        let list = self.dropped.unwrap_or(&["authorization"]);
        list.iter().any(|one| one.eq_ignore_ascii_case(name))
    }

    pub fn api(&self) -> &'static str {
        self.upstream.api.unwrap_or("api.fpjs.io")
    }

    pub fn cdn(&self) -> &'static str {
        self.upstream.cdn.unwrap_or("fpcdn.io")
    }
}
