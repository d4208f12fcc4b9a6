//! What the host does next.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

use crate::call::Call;

/// What the host does next for a [`Run`](crate::Run), [`Status`](crate::Status) or
/// [`Update`](crate::Update).
///
/// It borrows, so that a large distribution configuration is not copied.
///
/// ```
/// use firstparty_management::{Call, Deployment, NextStep, Update};
///
/// let update = Update::new(Deployment::new("E2EXAMPLE", "edge")?);
/// match update.poll() {
///     NextStep::Call(call) => assert_eq!(call, Call::GetFunction { function_name: "edge" }),
///     NextStep::Wait(_) | NextStep::Done(_) => panic!("an update begins with a call"),
/// }
/// # Ok::<(), firstparty_management::DeploymentError>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing happens until the host takes this step"]
#[expect(clippy::exhaustive_enums, reason = "a host must handle every step")]
pub enum NextStep<'a> {
    /// Make this call once, and pass its outcome to `reply`.
    Call(Call<'a>),
    /// Wait for this long, then call `waited`.
    Wait(Duration),
    /// Send this response. Nothing follows.
    Done(&'a Response<Bytes>),
}
