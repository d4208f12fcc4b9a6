//! What a machine wants now.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

use crate::call::Call;

/// What a machine wants from its host now.
///
/// It borrows from the machine, so that not even a distribution configuration of megabytes is
/// copied. Closed on purpose: a host must answer each of the three.
#[derive(Debug)]
#[must_use = "the machine goes on only when it gets what it asks for"]
#[expect(clippy::exhaustive_enums, reason = "a host must handle every step")]
pub enum NextStep<'a> {
    /// Perform this call once and feed its outcome to `reply`.
    Call(Call<'a>),
    /// Let this much time pass, then call `waited`.
    Wait(Duration),
    /// Send this response. The machine wants nothing any more.
    Done(&'a Response<Bytes>),
}
