//! The gateway of [`firstparty`] as a tower layer: Fingerprint's agent and API below one path of a
//! site, the site itself everywhere else.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
mod answer;
#[cfg(feature = "client")]
mod client;
mod data;
mod failure;
mod forward;
mod future;
mod gateways;
mod layer;
mod limits;
mod progress;
mod relay;
mod request_id;
mod service;
mod ticket;
#[cfg(feature = "tokio")]
mod timer;
#[cfg(not(feature = "tokio"))]
#[path = "untimed.rs"]
mod timer;
mod upload;

pub use firstparty;

pub use self::address::ClientAddress;
pub use self::answer::Answer;
#[cfg(feature = "client")]
pub use self::client::{Client, Sending};
pub use self::failure::failure_of;
pub use self::future::ResponseFuture;
pub use self::gateways::Gateways;
pub use self::layer::FirstPartyLayer;
pub use self::service::{Alone, FirstParty};
pub use self::ticket::{End, Ended};
pub use self::upload::Upload;
