//! Throttled calls are made again (R14.10).

use std::time::Duration;

use serde_json::Value;

use crate::failure::CallFailure;

/// The waits before a throttled call is made again. After the last one its failure counts.
pub(super) const PAUSES: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(16),
];

/// The number of times that one call is made at most.
pub(super) const MAX_TRIES: u32 = 6;

/// How often the call that a machine waits for was throttled.
///
/// It counts for one call: any other outcome starts it anew for the next. So a busy hour costs each
/// call its own waits, and none of the attempts that other rules count.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    repeats: usize,
    pause: Option<Duration>,
}

impl Throttle {
    /// The wait before the call is made again, if it was throttled just now.
    pub(super) fn pause(&self) -> Option<Duration> {
        self.pause
    }

    /// Lets an outcome pass that counts. It is `None` if the call is made again, and during the
    /// pause, when no outcome was asked for.
    pub(super) fn pass(
        &mut self,
        outcome: Result<Value, CallFailure>,
    ) -> Option<Result<Value, CallFailure>> {
        if self.pause.is_some() {
            return None;
        }
        if matches!(outcome, Err(CallFailure::Throttled)) {
            self.pause = PAUSES.get(self.repeats).copied();
            self.repeats += 1;
        }
        if self.pause.is_some() {
            return None;
        }
        self.repeats = 0;
        Some(outcome)
    }

    /// Ends the pause. It is false if there was none.
    pub(super) fn resume(&mut self) -> bool {
        self.pause.take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttled() -> Result<Value, CallFailure> {
        Err(CallFailure::Throttled)
    }

    /// R14.10: again after 1, 2, 4, 8 and 16 seconds, then the failure counts.
    #[test]
    fn five_repeats_then_the_failure() {
        let mut throttle = Throttle::default();
        for round in 0..2 {
            for seconds in [1, 2, 4, 8, 16] {
                assert_eq!(throttle.pass(throttled()), None, "{round}");
                assert_eq!(throttle.pause(), Some(Duration::from_secs(seconds)));
                assert_eq!(throttle.pass(Ok(Value::Null)), None, "nothing was asked for");
                assert_eq!(throttle.pause(), Some(Duration::from_secs(seconds)));
                assert!(throttle.resume());
                assert_eq!(throttle.pause(), None);
            }
            assert_eq!(throttle.pass(throttled()), Some(throttled()), "{round}");
            assert!(!throttle.resume());
        }
        assert_eq!(PAUSES.len() + 1, MAX_TRIES as usize);
    }

    /// R14.10: the count belongs to one call. A success or any other failure ends it.
    #[test]
    fn each_call_has_its_own_count() {
        for outcome in [Ok(Value::Null), Err(CallFailure::Stale), Err(CallFailure::Other)] {
            let mut throttle = Throttle::default();
            for _ in 0..2 {
                for seconds in [1, 2] {
                    assert_eq!(throttle.pass(throttled()), None);
                    assert_eq!(throttle.pause(), Some(Duration::from_secs(seconds)));
                    assert!(throttle.resume());
                }
                assert_eq!(throttle.pass(outcome.clone()), Some(outcome.clone()));
                assert_eq!(throttle.pause(), None);
            }
        }
    }
}
