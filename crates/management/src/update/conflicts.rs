//! Conflicts of an update with other updates of the function (R14.10).

use std::time::Duration;

use crate::throttle;

/// The number of times that the update begins again after a conflict: once after each pause.
pub(super) const MAX_RESTARTS: u32 = 5;

/// The waits before the update begins again. They grow, so that a series of updates by another person
/// does not use up all restarts within seconds.
const PAUSES: [Duration; MAX_RESTARTS as usize] = throttle::PAUSES;

/// The function's code as it was read before each update of it. All of these updates but the one
/// that comes next met another one.
///
/// A refused update may have taken effect nevertheless, if a client on the way repeated it. So code
/// that was read later may be this run's own work. Code that was read first is not enough either, as
/// another person may have changed it since. So all of them count.
#[derive(Debug, Default)]
pub(super) struct CodesRead(Vec<Option<String>>);

impl CodesRead {
    pub(super) fn add(&mut self, code: Option<&str>) {
        self.0.push(code.map(str::to_owned));
    }

    /// The wait after the update that just met another one, while there are restarts left.
    pub(super) fn pause(&self) -> Option<Duration> {
        self.0.len().checked_sub(1).and_then(|conflicts| PAUSES.get(conflicts)).copied()
    }

    /// Whether the code changed during this run. Code that cannot be told counts as changed: the
    /// answer "completed" is true anyway.
    pub(super) fn differ_from(&self, code: Option<&str>) -> bool {
        code.is_none() || self.0.iter().any(|read| read.as_deref() != code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R14.10: five conflicts are followed by pauses, which grow. The sixth is not.
    #[test]
    fn pauses_grow_and_end() {
        let mut codes = CodesRead::default();
        assert_eq!(codes.pause(), None, "nothing was updated");
        for seconds in [1, 2, 4, 8, 16] {
            codes.add(Some("code"));
            assert_eq!(codes.pause(), Some(Duration::from_secs(seconds)));
        }
        codes.add(Some("code"));
        assert_eq!(codes.pause(), None);
    }

    /// R14.5: any code that was read counts, and code that cannot be told is changed code.
    #[test]
    fn each_read_counts() {
        for (read, after, differ) in [
            (&[Some("new")][..], Some("new"), false),
            (&[Some("old")], Some("new"), true),
            (&[None], Some("new"), true),
            (&[Some("new")], None, true),
            (&[None], None, true),
            (&[Some("new"), Some("new")], Some("new"), false),
            (&[Some("old"), Some("new")], Some("new"), true),
            (&[None, Some("new")], Some("new"), true),
            (&[Some("new"), Some("hotfix")], Some("new"), true),
            (&[Some("new"), Some("hotfix"), Some("new")], Some("new"), true),
        ] {
            let mut codes = CodesRead::default();
            for code in read {
                codes.add(*code);
            }
            assert_eq!(codes.differ_from(after), differ, "{read:?} {after:?}");
        }
    }
}
