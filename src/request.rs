//! Step 2: the request for upstream (contract [R3] to [R5]).
//!
//! Each module is a part of the step and can be used alone: [`region`] and [`target`] decide where
//! the request goes, [`field`] and [`cookie`] what it carries. [`browser_host`] and [`address`] find
//! out who the browser is, and [`identity`] tells upstream. [`query`] reads parameters.
//!
//! [R3]: crate::contract#R3
//! [R5]: crate::contract#R5

pub mod address;
pub mod browser_host;
pub mod cookie;
pub mod field;
pub mod identity;
pub mod query;
pub mod region;
pub mod target;

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, Method, Uri, Version};

use self::address::AddressReader;
use self::browser_host::HostReader;
use self::field::{RequestFields, Walk};
use self::identity::Identity;
use self::target::Targets;
use crate::config::Config;
use crate::field::FieldUse;
use crate::field::stored_value::StoredValue;
use crate::platform::Platform;
use crate::refusal::Refusal;
use crate::region::Region;
use crate::route::{Kind, Route, Serves};

/// The parts of the step, computed once from the configuration.
#[derive(Debug)]
pub(crate) struct RequestSteps {
    pub(crate) targets: Targets,
    pub(crate) fields: RequestFields,
    identity: Identity,
    address: AddressReader,
    pub(crate) host: HostReader,
}

/// A request as it came, but for its method and its fields.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'r> {
    pub(crate) uri: &'r Uri,
    pub(crate) version: Version,
    /// What the adapter knows of its peer.
    pub(crate) client_ip: Option<IpAddr>,
}

/// What an exchange remembers of its request.
#[derive(Debug, Default)]
pub(crate) struct RequestFacts {
    /// The browser's host, if upstream was told.
    pub(crate) host: Option<StoredValue>,
    /// The value of `origin`, which may have been removed from the request.
    pub(crate) origin: Option<StoredValue>,
    pub(crate) region: Option<Region>,
    pub(crate) secret_sent: bool,
    pub(crate) serves: Serves,
}

impl RequestSteps {
    pub(crate) fn new(config: &Config, platform: Platform) -> Self {
        Self {
            targets: Targets::new(config, platform),
            fields: RequestFields::new(config, platform),
            identity: Identity::new(config),
            address: AddressReader::new(config, platform),
            host: HostReader::new(config, platform),
        }
    }

    /// What is done with a field of a request.
    pub(crate) fn use_of(&self, method: &Method, name: &HeaderName) -> FieldUse {
        if self.host.trusts(name) || self.address.reads(name) {
            FieldUse::Read
        } else {
            self.fields.use_of(Kind::of(method), name)
        }
    }

    /// Turns the browser's fields into those for upstream, in place, and writes upstream's URI. What the
    /// exchange has to remember goes into `facts`.
    #[inline]
    pub(crate) fn prepare(
        &self,
        asked: Asked<'_>,
        route: Route<'_>,
        kind: Kind,
        headers: &mut HeaderMap,
        target: &mut Option<Uri>,
        facts: &mut RequestFacts,
    ) -> Result<(), Refusal> {
        let upstream = self.targets.aim(target, route, kind, asked.uri.query())?;
        // R5.0: the fields are read before any of them is removed.
        let mut trusted = None;
        let trusted_read = self.host.read_trusted(headers, &mut trusted);
        let address =
            if kind.is_authorised() { self.address.read(headers, asked.client_ip) } else { None };
        // An answer to a request that is refused later still names the origin.
        let mut walk = Walk::new(&mut facts.origin);
        self.fields.walk(headers, kind, &upstream.host, &mut walk)?;
        let host = walk.host()?;
        trusted_read?;
        self.host.choose(trusted, asked.uri, asked.version, host)?;
        walk.edit(headers, &upstream.host)?;
        if let Some(host) = walk.take_host().filter(|_| kind.is_authorised()) {
            StoredValue::copy_to(&mut facts.host, &host);
            self.identity.add_value(headers, host, address)?;
            facts.secret_sent = self.identity.has_secret();
        }
        facts.region = upstream.region;
        facts.serves = route.serves();
        Ok(())
    }
}

/// R10.1: the check of a request for the status page, which is not forwarded.
pub(crate) fn check_host_form(headers: &HeaderMap, asked: Asked<'_>) -> Result<(), Refusal> {
    browser_host::check_form(headers, asked.uri, asked.version)
}
