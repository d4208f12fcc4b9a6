#![doc = include_str!("guide/overview.md")]

#[doc = include_str!("guide/architecture.md")]
pub mod architecture {}
#[doc = include_str!("guide/caching.md")]
pub mod caching {}
#[doc = include_str!("guide/cookies.md")]
pub mod cookies {}
#[doc = include_str!("guide/cost.md")]
pub mod cost {}
#[doc = include_str!("guide/deployment.md")]
pub mod deployment {}
#[doc = include_str!("guide/first_adapter.md")]
pub mod first_adapter {}
#[doc = include_str!("guide/migration.md")]
pub mod migration {}
#[doc = include_str!("guide/mount.md")]
pub mod mount {}
#[doc = include_str!("guide/operation.md")]
pub mod operation {}
#[doc = include_str!("guide/platforms.md")]
pub mod platforms {}
#[doc = include_str!("guide/refusals.md")]
pub mod refusals {}
#[doc = include_str!("guide/settings.md")]
pub mod settings {}
