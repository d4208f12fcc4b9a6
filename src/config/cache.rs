//! A cache for the settings document (contract R1.6).

use std::time::Duration;

/// How long a settings document stays valid by default.
pub(crate) const DEFAULT_TTL: Duration = Duration::from_secs(300);

/// The longest time before a failed read is tried again.
const FAILURE_TTL: Duration = Duration::from_secs(5);

/// Caches what an adapter makes of its settings document ([R1.6]): the
/// [`Document`](super::Document), a [`Config`](super::Config), or a whole
/// [`Gateway`](crate::Gateway).
///
/// A value stays valid for its time to live. A failed read is tried again after at most five
/// seconds; until a read succeeds, the last good value is used. The cache is pure state: the
/// adapter reads the document, and passes the time since a point that it chooses once.
///
/// ```
/// use std::time::Duration;
/// use firstparty::config::{CacheState, DocumentCache};
///
/// let at = Duration::from_secs;
/// let mut cache = DocumentCache::new(Duration::from_secs(300));
/// assert_eq!(cache.poll(at(0)), CacheState::Read);
/// cache.succeeded("first", at(0));
/// assert_eq!(cache.poll(at(300)), CacheState::Use(Some(&"first")));
///
/// assert_eq!(cache.poll(at(301)), CacheState::Read);
/// cache.failed(at(302));
/// assert_eq!(cache.poll(at(302)), CacheState::Use(Some(&"first")));
/// assert_eq!(cache.poll(at(308)), CacheState::Read);
/// ```
///
/// [R1.6]: crate::contract#R1.6
#[derive(Clone, Debug)]
pub struct DocumentCache<T> {
    ttl: Duration,
    last_good: Option<T>,
    last_read: Option<LastRead>,
}

#[derive(Clone, Copy, Debug)]
struct LastRead {
    at: Duration,
    failed: bool,
}

/// What to do before a request can be handled.
///
/// ```
/// use std::time::Duration;
/// use firstparty::config::{CacheState, DocumentCache};
///
/// let cache = DocumentCache::<String>::new(Duration::from_secs(300));
/// match cache.poll(Duration::ZERO) {
///     CacheState::Read => {} // Read the document and report the outcome.
///     CacheState::Use(document) => panic!("{document:?} was never read"),
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an adapter has to handle both")]
pub enum CacheState<'c, T> {
    /// Use this value. It is `None` if no read has succeeded yet, and it is too early to try again.
    Use(Option<&'c T>),
    /// Read the document, report the outcome with [`DocumentCache::succeeded`] or
    /// [`DocumentCache::failed`], and poll again with the time that was reported.
    Read,
}

impl<T> DocumentCache<T> {
    /// An empty cache. The time to live is usually
    /// [`Config::proxy_secret_cache_ttl`](super::Config::proxy_secret_cache_ttl).
    ///
    /// ```
    /// use firstparty::{Config, config::DocumentCache};
    ///
    /// let ttl = Config::default().proxy_secret_cache_ttl();
    /// let cache = DocumentCache::<Config>::new(ttl);
    /// ```
    #[must_use]
    pub fn new(ttl: Duration) -> Self {
        Self { ttl, last_good: None, last_read: None }
    }

    /// Changes the time to live, also of the value in the cache: the document itself may set it.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use firstparty::config::{CacheState, DocumentCache};
    /// let mut cache = DocumentCache::new(Duration::from_secs(300));
    /// cache.succeeded("document", Duration::ZERO);
    /// cache.set_ttl(Duration::from_secs(10));
    /// assert_eq!(cache.poll(Duration::from_secs(11)), CacheState::Read);
    /// ```
    pub fn set_ttl(&mut self, ttl: Duration) {
        self.ttl = ttl;
    }

    /// Takes the value of a successful read.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use firstparty::config::{CacheState, DocumentCache};
    /// let mut cache = DocumentCache::new(Duration::from_secs(300));
    /// cache.succeeded("document", Duration::ZERO);
    /// assert_eq!(cache.poll(Duration::ZERO), CacheState::Use(Some(&"document")));
    /// ```
    pub fn succeeded(&mut self, value: T, now: Duration) {
        self.last_good = Some(value);
        self.last_read = Some(LastRead { at: now, failed: false });
    }

    /// Records that a read has failed: the document could not be read, or is not valid.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use firstparty::config::{CacheState, DocumentCache};
    /// let mut cache = DocumentCache::<String>::new(Duration::from_secs(300));
    /// cache.failed(Duration::ZERO);
    /// assert_eq!(cache.poll(Duration::from_secs(5)), CacheState::Use(None));
    /// assert_eq!(cache.poll(Duration::from_secs(6)), CacheState::Read);
    /// ```
    pub fn failed(&mut self, now: Duration) {
        self.last_read = Some(LastRead { at: now, failed: true });
    }

    /// Tells whether to read the document. Call it for every request, and after every read.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use firstparty::config::{CacheState, DocumentCache};
    /// let cache = DocumentCache::<String>::new(Duration::from_secs(300));
    /// assert_eq!(cache.poll(Duration::ZERO), CacheState::Read);
    /// ```
    #[must_use]
    pub fn poll(&self, now: Duration) -> CacheState<'_, T> {
        if self.is_due(now) { CacheState::Read } else { CacheState::Use(self.last_good.as_ref()) }
    }

    fn is_due(&self, now: Duration) -> bool {
        let Some(LastRead { at, failed }) = self.last_read else {
            return true;
        };
        let valid_for = if failed { self.ttl.min(FAILURE_TTL) } else { self.ttl };
        // After a clock was set back, the age is unknown.
        now.checked_sub(at).is_none_or(|age| age > valid_for)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TTL: Duration = Duration::from_secs(300);

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// R1.6: valid for the time to live, to the millisecond.
    #[test]
    fn a_value_lives_as_long_as_it_should() {
        let mut cache = DocumentCache::new(TTL);
        cache.succeeded('a', at(1_000));
        assert_eq!(cache.poll(at(301_000)), CacheState::Use(Some(&'a')));
        assert_eq!(cache.poll(at(301_001)), CacheState::Read);
        assert_eq!(cache.poll(at(999)), CacheState::Read, "the clock was set back");
        cache.set_ttl(at(10));
        assert_eq!(cache.poll(at(1_010)), CacheState::Use(Some(&'a')));
        assert_eq!(cache.poll(at(1_011)), CacheState::Read);
    }

    /// R1.6: a failure is kept for at most five seconds, also one without a good value before.
    #[test]
    fn a_failure_is_kept_for_five_seconds() {
        let mut cache = DocumentCache::<char>::new(TTL);
        cache.failed(at(0));
        assert_eq!(cache.poll(at(5_000)), CacheState::Use(None));
        assert_eq!(cache.poll(at(5_001)), CacheState::Read);
        cache.succeeded('a', at(6_000));
        cache.failed(at(400_000));
        assert_eq!(cache.poll(at(405_000)), CacheState::Use(Some(&'a')));
        assert_eq!(cache.poll(at(405_001)), CacheState::Read);
        cache.succeeded('b', at(406_000));
        assert_eq!(cache.poll(at(406_000)), CacheState::Use(Some(&'b')));
    }

    /// R1.6: a time to live below five seconds holds for failures as well; one of zero asks for a
    /// read each time, but never twice for the same moment.
    #[test]
    fn a_short_life_is_short_for_failures_too() {
        let mut cache = DocumentCache::<char>::new(at(1_000));
        cache.failed(at(0));
        assert_eq!(cache.poll(at(1_001)), CacheState::Read);
        cache.set_ttl(Duration::ZERO);
        cache.failed(at(2_000));
        assert_eq!(cache.poll(at(2_000)), CacheState::Use(None));
        assert_eq!(cache.poll(at(2_001)), CacheState::Read);
    }

    proptest! {
        /// R1.6, against a naive model: the newest good value is used, and a read is due exactly
        /// when the newest outcome is too old.
        #[test]
        fn agrees_with_the_rule(ttl in 0u64..10_000, steps in prop::collection::vec((0u64..4_000, 0u8..3), 1..60)) {
            let mut cache = DocumentCache::new(at(ttl));
            let mut outcomes: Vec<(u64, Option<usize>)> = Vec::new();
            let mut now = 0;
            for (index, (pause, action)) in steps.into_iter().enumerate() {
                now += pause;
                match action {
                    0 => {
                        cache.succeeded(index, at(now));
                        outcomes.push((now, Some(index)));
                    }
                    1 => {
                        cache.failed(at(now));
                        outcomes.push((now, None));
                    }
                    _ => {}
                }
                let due = outcomes.last().is_none_or(|(read, outcome)| {
                    now - read > if outcome.is_some() { ttl } else { ttl.min(5_000) }
                });
                let good = outcomes.iter().rev().find_map(|(_, outcome)| *outcome);
                let expected =
                    if due { CacheState::Read } else { CacheState::Use(good.as_ref()) };
                prop_assert_eq!(cache.poll(at(now)), expected);
            }
        }
    }
}
