//! What has to follow a throttled call (R14.10).

use std::time::Duration;

use firstparty_management::{Call, CallFailure};
use serde_json::{Value, json};

use super::driver::Trace;

/// The waits, spelt out once more.
const PAUSES: [u64; 5] = [1, 2, 4, 8, 16];

/// Checks that a throttled call is made again as it was, after the right wait, and not too often.
#[derive(Debug, Default)]
pub(crate) struct Patience {
    /// The call that was throttled, and how often.
    throttled: Option<(Value, usize)>,
    has_waited: bool,
}

impl Patience {
    /// Whether this wait is for a throttled call.
    pub(crate) fn waits(&mut self, duration: Duration) -> bool {
        let Some((call, times)) = &self.throttled else { return false };
        assert_eq!(duration.as_secs(), PAUSES[times - 1], "{call}");
        assert!(!self.has_waited, "waits twice for {call}");
        self.has_waited = true;
        true
    }

    pub(crate) fn calls(
        &mut self,
        call: &Call<'_>,
        outcome: &Result<Value, CallFailure>,
        trace: &mut Trace,
    ) {
        let known = self.throttled.take();
        if let Some((throttled, _)) = &known {
            assert_eq!(json!(call), *throttled, "another call");
            assert!(self.has_waited, "made again at once: {throttled}");
        }
        self.has_waited = false;
        if *outcome != Err(CallFailure::Throttled) {
            return;
        }
        let times = known.map_or(0, |(_, times)| times) + 1;
        if times > PAUSES.len() {
            trace.given_up = Some(call.operation());
        } else {
            self.throttled = Some((json!(call), times));
        }
    }
}
