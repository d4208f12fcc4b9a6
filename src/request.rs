//! Step 2: the request for upstream (contract R3 to R5).
//!
//! Each file is one step and can be used alone: [`region`] and [`target`] say where the request
//! goes, [`field`] and [`cookie`] what it carries, [`browser_host`] and [`address`] who the browser is.
//! [`query`] reads parameters.

pub mod address;
pub mod browser_host;
pub mod cookie;
pub mod field;
pub mod query;
pub mod region;
pub mod target;

use std::net::IpAddr;

use http::header::ORIGIN;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Uri, Version};

use self::address::AddressReader;
use self::browser_host::{BrowserHost, HostReader};
use self::field::{Read, RequestFields};
use self::target::Targets;
use crate::config::{Config, ConfigError, Secret};
use crate::field::names::Known;
use crate::field::small::Small;
use crate::platform::Platform;
use crate::refusal::Refusal;
use crate::region::Region;
use crate::route::Route;

/// Everything the request side needs, computed once from the configuration.
#[derive(Debug)]
pub(crate) struct Upstream {
    pub(crate) targets: Targets,
    pub(crate) fields: RequestFields,
    secret: Option<Secret>,
    address: AddressReader,
    host: HostReader,
}

/// What the response will need to know of its request.
#[derive(Debug)]
pub(crate) struct Sent {
    /// The browser's host, if upstream was told.
    pub(crate) host: Option<Small>,
    pub(crate) origin: Option<Small>,
    pub(crate) region: Option<Region>,
    pub(crate) secret: bool,
    /// Whether the path is one under which v4 serves scripts (R7.1).
    pub(crate) serves_scripts: bool,
}

impl Upstream {
    pub(crate) fn new(config: &Config, platform: Platform) -> Result<Self, ConfigError> {
        Ok(Self {
            targets: Targets::new(config, platform)?,
            fields: RequestFields::new(config, platform),
            secret: config.secret.clone(),
            address: AddressReader::new(config, platform),
            host: HostReader::new(config, platform),
        })
    }

    /// Turns the browser's request into upstream's, in place, in the order of the contract. `uri`
    /// is the browser's; `parts` get upstream's.
    #[inline]
    pub(crate) fn prepare(
        &self,
        parts: &mut Parts,
        uri: &Uri,
        route: Route<'_>,
        authorised: bool,
        client_ip: Option<IpAddr>,
    ) -> Result<Sent, Refusal> {
        let target = self.targets.resolve(route, authorised, uri.query())?;
        let headers = &mut parts.headers;
        // R5.0: what the fields say is read before any of them goes.
        let trusted_host = self.host.trusted(headers)?;
        let address = authorised.then(|| self.address.read(headers, client_ip)).flatten();
        let Read { host, origin } = self.fields.walk(headers, authorised, &target.host)?;
        let host = self
            .host
            .choose(trusted_host, uri, host)
            .inspect_err(|_| restore_origin(headers, origin.as_ref()))?;
        let told = authorised.then(|| Small::copy(host.header_value()));
        if authorised {
            self.identify(headers, host, address)
                .inspect_err(|_| restore_origin(headers, origin.as_ref()))?;
        }
        parts.uri = target.uri;
        parts.version = Version::default();
        Ok(Sent {
            host: told,
            origin,
            region: target.region,
            secret: authorised && self.secret.is_some(),
            serves_scripts: matches!(route, Route::Api { path } if path.starts_with("/web/")),
        })
    }

    /// R5.7 for a request that is not forwarded.
    pub(crate) fn check_host(&self, headers: &HeaderMap, uri: &Uri) -> Result<(), Refusal> {
        self.host.check(headers, uri)
    }

    /// R5.6: the identity fields, each once. Whatever came under their names is gone by now.
    fn identify(
        &self,
        headers: &mut HeaderMap,
        host: BrowserHost,
        address: Option<IpAddr>,
    ) -> Result<(), Refusal> {
        let mut insert = |known: Known, value: HeaderValue| {
            let inserted = headers.try_insert(known.name().clone(), value);
            inserted.map(drop).map_err(|_| Refusal::TooManyFields)
        };
        if let Some(secret) = &self.secret {
            insert(Known::FpjsProxySecret, secret.header_value())?;
        }
        if let Some(address) = address.and_then(address::field_value) {
            insert(Known::FpjsProxyClientIp, address)?;
        }
        insert(Known::FpjsProxyForwardedHost, host.into_value())
    }
}

/// `connection` may have named `origin`, but the answer to a refused request needs it (R5.0, R9.3).
fn restore_origin(headers: &mut HeaderMap, origin: Option<&Small>) {
    let origin = origin.filter(|_| !headers.contains_key(ORIGIN)).cloned();
    if let Some(origin) = origin.and_then(Small::into_value) {
        // A map that is full has no room for it; then the answer goes without CORS fields. (An
        // entry would make room first, and panic.)
        let _ = headers.try_insert(ORIGIN, origin);
    }
}
