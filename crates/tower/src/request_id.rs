//! Identifiers for answers to failed requests.

use std::hash::{BuildHasher, RandomState};
use std::time::{SystemTime, UNIX_EPOCH};

use firstparty::RequestId;

/// The time, and entropy without a dependency: the standard library seeds its hashers at random.
/// It has to make identifiers differ, not to be unpredictable.
pub(crate) fn request_id() -> RequestId {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let millis = u64::try_from(now.as_millis()).unwrap_or_default();
    RequestId::new(millis, RandomState::new().hash_one(now))
}
