//! The configuration: validated once, into types that cannot be wrong (contract [R1]).
//!
//! A [`Config`] comes from a [`Builder`], which asks layered [`Source`]s for the variables
//! ([R1.1]), or from JSON. Both run the same checks, so a `Config` is always valid.
//!
//! ```
//! use firstparty::Config;
//! use firstparty::config::{Document, Source};
//!
//! let secret: Document = serde_json::from_str(r#"{"fpjs_get_result_path": "5yt489hgfj"}"#)?;
//! let config = Config::builder()
//!     .source(secret.into_source("secret"))
//!     .source(Source::from_pairs("origin headers", [("FPJS_AGENT_DOWNLOAD_PATH", "vbcnkxb654")]))
//!     .build()?;
//! assert_eq!(config.agent_download_path().map(|route| route.as_str()), Some("vbcnkxb654"));
//!
//! let same: Config = serde_json::from_str(
//!     r#"{"get_result_path": "5yt489hgfj", "agent_download_path": "vbcnkxb654"}"#,
//! )?;
//! assert_eq!(same.get_result_path(), config.get_result_path());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [R1]: crate::contract#R1
//! [R1.1]: crate::contract#R1.1

mod build;
mod builder;
mod cache;
mod check;
mod document;
mod domain_map;
pub(crate) mod error;
mod json;
mod options;
mod path;
mod read;
mod secret;
mod source;
pub(crate) mod validated;

pub use self::builder::Builder;
pub use self::cache::{CacheState, DocumentCache};
pub use self::document::Document;
pub(crate) use self::domain_map::DomainChange;
pub use self::domain_map::DomainMap;
pub(crate) use self::error::ConfigError;
pub use self::error::ConfigErrorKind;
pub use self::options::{AgentOrigin, CachePolicy, CookieDomain, Mount, TrustedAddress};
pub use self::path::RoutePath;
pub use self::secret::Secret;
pub use self::source::{Resolution, Source};
pub(crate) use self::validated::Config;
pub use crate::host::{HostName, HostNameError};
pub use crate::variable::{UnknownVariable, Variable};
