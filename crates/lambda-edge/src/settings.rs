//! The configuration that an event asks for (R13.2).

use std::fmt;
use std::time::Duration;

use firstparty::config::{Builder, CacheState, Document, DocumentCache, Source, Variable};
use firstparty::{Config, ConfigError};
use thiserror::Error;

use crate::function::EdgeFunction;

/// How many deployments are remembered: distributions and behaviours that share an instance but
/// differ in their origin's custom headers.
const MAX_DEPLOYMENTS: usize = 8;

/// Finds the function for an event: settings document first, then the origin's custom headers,
/// then defaults (R13.2). Documents are kept as R1.6 says. Pure state: the adapter reads the
/// document and says what time it is, as the time since a point that it chooses once.
///
/// ```
/// use std::time::Duration;
/// use bytes::Bytes;
/// use firstparty::Config;
/// use firstparty_lambda_edge::{EdgeEvent, EdgeSettings, Need};
///
/// # fn read_secret(_name: &str) -> Option<&'static [u8]> {
/// #     Some(br#"{"fpjs_get_result_path": "result", "fpjs_pre_shared_secret": "s3cret"}"#)
/// # }
/// let mut settings = EdgeSettings::new(Config::builder());
/// let mut event = EdgeEvent::new("GET", "/fp/result", "");
/// event.custom_header("FPJS_SECRET_NAME", "production/fingerprint");
/// let event = event.with_body(Bytes::new());
///
/// let now = Duration::ZERO;
/// if let Need::Document(name) = settings.poll(event.settings(), now)? {
///     let document = read_secret(name);
///     if let Err(error) = settings.read(event.settings(), document, now) {
///         eprintln!("{error}");
///     }
/// }
/// let Need::Nothing(function) = settings.poll(event.settings(), now)? else { panic!() };
/// assert!(function.gateway().config().pre_shared_secret().is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct EdgeSettings {
    choices: Builder,
    /// The one used last comes first.
    deployments: Vec<Deployment>,
}

/// What the settings need before an event can be handled.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "an adapter has to handle both")]
pub enum Need<'s> {
    /// The settings document with this name, to be handed to [`EdgeSettings::read`].
    Document(&'s str),
    /// Nothing: this function handles the event.
    Nothing(&'s EdgeFunction),
}

/// Why a settings document was not taken. The last good one stays in use; without one, what the
/// origin's custom headers say.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The adapter could not read it.
    #[error("the settings document could not be read")]
    Unread,
    /// It is not JSON, or not an object of strings. The message names the key at fault.
    #[error("the settings document is malformed: {0}")]
    Malformed(String),
    /// It holds a value that cannot be used.
    #[error("the settings document is not valid")]
    Invalid(#[from] ConfigError),
}

/// What is known for one set of custom headers.
struct Deployment {
    headers: Source,
    /// Made of custom headers and document.
    documented: DocumentCache<EdgeFunction>,
    /// Made of custom headers alone. Where they cannot be used, a document may still outrank what
    /// is wrong with them.
    plain: Result<EdgeFunction, ConfigError>,
}

impl EdgeSettings {
    /// Begins with choices that are no variables, for instance how the integration is mounted.
    #[must_use]
    pub fn new(choices: Builder) -> Self {
        Self { choices, deployments: Vec::new() }
    }

    /// Says what is needed for an event with these custom headers. To be called for every event,
    /// and once more, with the same time, after [`EdgeSettings::read`].
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the custom headers hold a value that cannot be used, and no document
    /// says what counts instead.
    pub fn poll(&mut self, headers: &Source, now: Duration) -> Result<Need<'_>, ConfigError> {
        let Deployment { headers, documented, plain } = self.deployment(headers);
        let function = match headers.get(Variable::SecretName) {
            None => None,
            Some(name) => match documented.poll(now) {
                CacheState::Read => return Ok(Need::Document(name)),
                CacheState::Use(function) => function,
            },
        };
        let plain = || plain.as_ref().map_err(Clone::clone);
        function.map_or_else(plain, Ok).map(Need::Nothing)
    }

    /// Takes the document for events with these custom headers, or none if it could not be read.
    ///
    /// # Errors
    ///
    /// [`DocumentError`] says why the document is not used; it never repeats a value. The failure
    /// is kept for at most five seconds.
    pub fn read(
        &mut self,
        headers: &Source,
        document: Option<&[u8]>,
        now: Duration,
    ) -> Result<(), DocumentError> {
        let config = self.with_document(headers, document);
        let deployment = self.deployment(headers);
        match config {
            Ok(config) => {
                deployment.documented.set_ttl(config.proxy_secret_cache_ttl());
                deployment.documented.succeeded(EdgeFunction::new(config), now);
                Ok(())
            }
            Err(error) => {
                deployment.documented.failed(now);
                Err(error)
            }
        }
    }

    /// The document goes before the custom headers.
    fn with_document(
        &self,
        headers: &Source,
        document: Option<&[u8]>,
    ) -> Result<Config, DocumentError> {
        let document: Document = serde_json::from_slice(document.ok_or(DocumentError::Unread)?)
            .map_err(|error| DocumentError::Malformed(error.to_string()))?;
        let source = document.into_source("settings document");
        Ok(self.choices.clone().source(source).source(headers.clone()).build()?)
    }

    /// Finds or begins the deployment with these custom headers, and puts it first.
    fn deployment(&mut self, headers: &Source) -> &mut Deployment {
        let known = self.deployments.iter().position(|known| known.headers == *headers);
        match known {
            Some(0) => {}
            Some(index) => {
                if let Some(recent) = self.deployments.get_mut(..=index) {
                    recent.rotate_right(1);
                }
            }
            None => {
                let deployment = Deployment::new(&self.choices, headers);
                self.deployments.truncate(MAX_DEPLOYMENTS - 1);
                self.deployments.insert(0, deployment);
            }
        }
        #[expect(clippy::indexing_slicing, reason = "it was found or put there")]
        &mut self.deployments[0]
    }
}

impl Deployment {
    fn new(choices: &Builder, headers: &Source) -> Self {
        let config = choices.clone().source(headers.clone()).build();
        let ttl = config.as_ref().map(Config::proxy_secret_cache_ttl);
        Self {
            headers: headers.clone(),
            documented: DocumentCache::new(
                ttl.unwrap_or_else(|_| Config::default().proxy_secret_cache_ttl()),
            ),
            plain: config.map(EdgeFunction::new),
        }
    }
}

impl fmt::Debug for Deployment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deployment").field("headers", &self.headers).finish_non_exhaustive()
    }
}
