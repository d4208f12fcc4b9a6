//! The gateway out of the service's config store and secret store.

use std::error::Error;

use fastly::config_store::OpenError;
use fastly::secret_store::OpenError as SecretOpenError;
use fastly::{ConfigStore, SecretStore};
use firstparty::config::{Builder, Source, Variable};
use firstparty::{Config, Gateway, Platform};

/// The name by which the service is linked to both stores.
const STORE: &str = "firstparty";

/// What has no variable of its own, as JSON.
const DOCUMENT: &str = "FIRSTPARTY_CONFIG";

const PLATFORM: Platform = Platform::FastlyCompute;

/// Read for each request, so a change counts from the next one on (R16.6). The secret store comes first, then the
/// variables, then the document. Advice is on the status page: here it would be a line for each request.
///
/// No error repeats a value. Beside a site every request would be the gateway's without an exact path.
pub(crate) fn gateway(is_beside_a_site: bool) -> Result<Gateway, Box<dyn Error>> {
    let store = match ConfigStore::try_open(STORE) {
        Err(OpenError::ConfigStoreDoesNotExist) => None,
        opened => Some(opened?),
    };
    let get = |name: &str| match &store {
        Some(store) => Ok::<_, Box<dyn Error>>(store.try_get(name)?),
        None => Ok(None),
    };
    let document: Builder = match get(DOCUMENT)? {
        Some(document) => serde_json::from_str(&document)?,
        None => Config::builder(),
    };
    let variables = source("config store", get)?;
    let config = document.overridden_by(variables).overridden_by(secret()?).build()?;
    if is_beside_a_site && config.route_prefix().is_none() {
        return Err("fpjs_route_prefix is missing: beside a site the path has to be exact".into());
    }
    Ok(Gateway::new(config, PLATFORM))
}

/// The proxy secret alone, since each question to this store takes a while.
fn secret() -> Result<Source, Box<dyn Error>> {
    let store = match SecretStore::open(STORE) {
        Err(SecretOpenError::SecretStoreDoesNotExist(_)) => return Ok(Source::new("")),
        opened => opened?,
    };
    let names = ["PROXY_SECRET", Variable::PreSharedSecret.as_str()];
    source("secret store", |name| {
        let asked = names.contains(&name).then(|| store.try_get(name)).transpose()?.flatten();
        let Some(secret) = asked else { return Ok(None) };
        let text = String::from_utf8(secret.try_plaintext()?.into());
        text.map(Some).map_err(|_| format!("{name}: expected UTF-8").into())
    })
}

/// A read that fails is an error, so that no gateway is built without its secret.
fn source(
    name: &'static str,
    get: impl Fn(&str) -> Result<Option<String>, Box<dyn Error>>,
) -> Result<Source, Box<dyn Error>> {
    let mut failed = None;
    let source = Source::from_lookup(name, PLATFORM, |name| {
        get(name).unwrap_or_else(|error| {
            failed = Some(error);
            None
        })
    });
    failed.map_or(Ok(source), Err)
}
