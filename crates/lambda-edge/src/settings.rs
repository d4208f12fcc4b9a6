//! The settings of an event (R13.2).

use std::fmt;
use std::time::Duration;

use firstparty::config::{Builder, CacheState, Document, DocumentCache, Source, Variable};
use firstparty::{Config, ConfigError};
use thiserror::Error;

use crate::function::EdgeFunction;

/// The number of deployments that are remembered. An instance serves more than one if
/// distributions or behaviours share it and their origins have different custom headers.
const MAX_DEPLOYMENTS: usize = 8;

/// Finds the function for an event. A setting comes from the settings document, else from the
/// origin's custom headers, else it has its default ([R13.2]).
///
/// It does no I/O and has no clock. The adapter reads the document, and passes the time as the
/// duration since a moment of its choice. Documents are kept as [R1.6] says.
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
/// event.append_custom_header("FPJS_SECRET_NAME", "production/fingerprint");
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
///
/// [R13.2]: firstparty::contract#R13.2
/// [R1.6]: firstparty::contract#R1.6
#[derive(Debug)]
pub struct EdgeSettings {
    choices: Builder,
    /// The latest used comes first.
    deployments: Vec<Deployment>,
}

/// What has to be done before an event can be handled.
///
/// ```
/// use std::time::Duration;
/// use firstparty::Config;
/// use firstparty::config::Source;
/// use firstparty_lambda_edge::{EdgeSettings, Need};
///
/// let mut headers = Source::new("origin custom headers");
/// headers.insert("fpjs_secret_name", "production/fingerprint");
///
/// let mut settings = EdgeSettings::new(Config::builder());
/// match settings.poll(&headers, Duration::ZERO)? {
///     Need::Document(name) => assert_eq!(name, "production/fingerprint"),
///     Need::Nothing(_function) => panic!("the document has not been read yet"),
/// }
/// # Ok::<(), firstparty::ConfigError>(())
/// ```
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "an adapter has to handle both")]
pub enum Need<'s> {
    /// Read the secret with this name, and pass its content to [`EdgeSettings::read`].
    Document(&'s str),
    /// Nothing has to be done. This function handles the event.
    Nothing(&'s EdgeFunction),
}

/// Why a settings document is not used. The last good document stays in use. If there was none, the
/// origin's custom headers are used alone.
///
/// ```
/// use std::time::Duration;
/// use firstparty::Config;
/// use firstparty::config::Source;
/// use firstparty_lambda_edge::{DocumentError, EdgeSettings};
///
/// let mut settings = EdgeSettings::new(Config::builder());
/// let headers = Source::new("origin custom headers");
/// let error = settings.read(&headers, Some(b"[]"), Duration::ZERO).unwrap_err();
/// assert!(matches!(error, DocumentError::Malformed(_)));
/// ```
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The adapter could not read it.
    #[error("the settings document could not be read")]
    Unread,
    /// It is not a JSON object of strings. The message names the key at fault.
    #[error("the settings document is malformed: {0}")]
    Malformed(String),
    /// It has a value that is not valid.
    #[error("the settings document is not valid")]
    Invalid(#[from] ConfigError),
}

/// The state for one set of custom headers.
struct Deployment {
    headers: Source,
    /// From the document and the custom headers.
    with_document: DocumentCache<EdgeFunction>,
    /// From the custom headers alone. They may be wrong where a document would be right, so an
    /// error counts only until there is a document.
    without_document: Result<EdgeFunction, ConfigError>,
}

impl EdgeSettings {
    /// Begins with the options that the adapter chooses in code, for instance the
    /// [`Mount`](firstparty::config::Mount).
    ///
    /// ```
    /// use firstparty::Config;
    /// use firstparty::config::Mount;
    /// use firstparty_lambda_edge::EdgeSettings;
    ///
    /// let settings = EdgeSettings::new(Config::builder().mount(Mount::Anywhere));
    /// ```
    #[must_use]
    pub fn new(choices: Builder) -> Self {
        Self { choices, deployments: Vec::new() }
    }

    /// Says what an event with these custom headers needs. Call it for every event, and call it
    /// again after [`EdgeSettings::read`], with the same time.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the custom headers have a value that is not valid, and no document
    /// overrides it.
    ///
    /// ```
    /// use std::time::Duration;
    /// use firstparty::Config;
    /// use firstparty::config::Source;
    /// use firstparty_lambda_edge::{EdgeSettings, Need};
    ///
    /// let mut settings = EdgeSettings::new(Config::builder());
    /// let no_headers = Source::new("origin custom headers");
    /// let need = settings.poll(&no_headers, Duration::ZERO)?;
    /// assert!(matches!(need, Need::Nothing(_)));
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    pub fn poll(&mut self, headers: &Source, now: Duration) -> Result<Need<'_>, ConfigError> {
        let Deployment { headers, with_document, without_document } = self.deployment(headers);
        if let Some(name) = headers.get(Variable::SecretName) {
            match with_document.poll(now) {
                CacheState::Read => return Ok(Need::Document(name)),
                CacheState::Use(Some(function)) => return Ok(Need::Nothing(function)),
                CacheState::Use(None) => {}
            }
        }
        without_document.as_ref().map(Need::Nothing).map_err(Clone::clone)
    }

    /// Reads the settings document for events with these custom headers. Pass `None` if the adapter
    /// could not get it.
    ///
    /// # Errors
    ///
    /// [`DocumentError`] says why the document is not used. It never repeats a value. After a
    /// failure, the document is asked for again in five seconds at the latest.
    ///
    /// ```
    /// use std::time::Duration;
    /// use firstparty::Config;
    /// use firstparty::config::Source;
    /// use firstparty_lambda_edge::EdgeSettings;
    ///
    /// let mut headers = Source::new("origin custom headers");
    /// headers.insert("fpjs_secret_name", "production/fingerprint");
    ///
    /// let mut settings = EdgeSettings::new(Config::builder());
    /// let document = br#"{"fpjs_get_result_path": "result"}"#;
    /// settings.read(&headers, Some(document), Duration::ZERO)?;
    /// # Ok::<(), firstparty_lambda_edge::DocumentError>(())
    /// ```
    pub fn read(
        &mut self,
        headers: &Source,
        document: Option<&[u8]>,
        now: Duration,
    ) -> Result<(), DocumentError> {
        let config = self.config(headers, document);
        let deployment = self.deployment(headers);
        match config {
            Ok(config) => {
                deployment.with_document.set_ttl(config.proxy_secret_cache_ttl());
                deployment.with_document.succeeded(EdgeFunction::new(config), now);
                Ok(())
            }
            Err(error) => {
                deployment.with_document.failed(now);
                Err(error)
            }
        }
    }

    /// The configuration, in which the document goes before the custom headers.
    fn config(&self, headers: &Source, document: Option<&[u8]>) -> Result<Config, DocumentError> {
        let document: Document = serde_json::from_slice(document.ok_or(DocumentError::Unread)?)
            .map_err(|error| DocumentError::Malformed(error.to_string()))?;
        let source = document.into_source("settings document");
        Ok(self.choices.clone().source(source).source(headers.clone()).build()?)
    }

    /// The deployment with these custom headers, which becomes the first. A new one is added if
    /// there is none.
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
            with_document: DocumentCache::new(
                ttl.unwrap_or_else(|_| Config::default().proxy_secret_cache_ttl()),
            ),
            without_document: config.map(EdgeFunction::new),
        }
    }
}

impl fmt::Debug for Deployment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deployment").field("headers", &self.headers).finish_non_exhaustive()
    }
}
