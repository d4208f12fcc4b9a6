//! Lines as text. Most exchanges are alike, except for when they ended and how long they took, so what
//! they share is written once and then copied.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use super::line::{Facts, Line};

/// Writes lines one below the other.
#[derive(Default)]
pub(crate) struct Text {
    second: Second,
    known: Known,
}

impl Text {
    /// Appends a line: JSON, which escapes line breaks, whatever the browser sent.
    pub(crate) fn write(&mut self, line: Line, out: &mut String) -> Result<(), Box<dyn Error>> {
        // A clock that was never set may show a time before 1970.
        let time = line.time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let (second, millis) = (self.second.text(time.as_secs())?, time.subsec_millis());
        let (facts, micros) = (self.known.members(line.facts)?, line.micros);
        writeln!(out, r#"exchange {{"time":"{second}.{millis:03}Z",{facts},"micros":{micros}}}"#)?;
        Ok(())
    }
}

/// The last second of which a line was written, in UTC (RFC 3339).
#[derive(Default)]
struct Second {
    since_epoch: Option<u64>,
    text: String,
}

const FORMAT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");

impl Second {
    fn text(&mut self, since_epoch: u64) -> Result<&str, time::error::Format> {
        if self.since_epoch != Some(since_epoch) {
            let time: SystemTime = UNIX_EPOCH + Duration::from_secs(since_epoch);
            self.text = OffsetDateTime::from(time).format(FORMAT)?;
            self.since_epoch = Some(since_epoch);
        }
        Ok(&self.text)
    }
}

/// Facts of lines that were written lately, as members of a JSON object; the last ones are first.
#[derive(Default)]
struct Known(Vec<(Facts, String)>);

/// How many are kept: a browser that makes up methods must neither fill the memory nor slow the search.
const MOST: usize = 32;

impl Known {
    fn members(&mut self, facts: Facts) -> serde_json::Result<Cow<'_, str>> {
        if facts.request_id.is_some() {
            // No other line has this identifier.
            return members_of(&facts).map(Cow::from);
        }
        let place = self.0.iter().position(|(known, _)| *known == facts);
        match place.and_then(|place| self.0.get_mut(..=place)) {
            Some(up_to_it) => up_to_it.rotate_right(1),
            None => {
                let members = members_of(&facts)?;
                self.0.truncate(MOST - 1);
                self.0.insert(0, (facts, members));
            }
        }
        Ok(self.0.first().map_or("", |(_, members)| members).into())
    }
}

fn members_of(facts: &Facts) -> serde_json::Result<String> {
    let object = serde_json::to_string(facts)?;
    Ok(object.trim_matches(['{', '}']).to_owned())
}

#[cfg(test)]
mod tests {
    use firstparty::Report;

    use super::super::line::End;
    use super::*;

    fn facts(method: &str) -> Facts {
        let method = method.parse().unwrap();
        Facts { method, report: Report::default(), request_id: None, end: End::Complete }
    }

    fn assert_written(known: &mut Known, method: &str) {
        let members = known.members(facts(method)).unwrap();
        assert!(members.starts_with(&format!(r#""method":"{method}","#)), "{members}");
    }

    fn assert_kept(known: &Known, expected: &[&str]) {
        let kept: Vec<_> = known.0.iter().map(|(facts, _)| facts.method.as_str()).collect();
        assert_eq!(kept, expected);
    }

    #[test]
    fn the_last_ones_are_known() {
        let methods: Vec<_> = (0..=MOST).map(|number| format!("M{number}")).collect();
        let mut known = Known::default();
        for method in &methods {
            assert_written(&mut known, method);
        }
        let mut expected: Vec<_> = methods.iter().skip(1).map(String::as_str).rev().collect();
        assert_kept(&known, &expected);
        // The one that was used the longest ago comes to the front, and the next to go is another.
        assert_written(&mut known, "M1");
        expected.rotate_right(1);
        assert_kept(&known, &expected);
        assert_written(&mut known, "M0");
        assert_eq!(expected.pop(), Some("M2"));
        expected.insert(0, "M0");
        assert_kept(&known, &expected);
    }

    #[test]
    fn identifiers_are_not_kept() {
        let mut known = Known::default();
        let facts = Facts { request_id: Some("1.a".to_owned()), ..facts("POST") };
        let members = known.members(facts).unwrap();
        assert!(members.contains(r#","requestId":"1.a","#), "{members}");
        drop(members);
        assert_kept(&known, &[]);
    }

    #[test]
    fn times_follow_the_clock() {
        let mut text = Text::default();
        let at = |millis| UNIX_EPOCH + Duration::from_millis(millis);
        for (time, expected) in [
            (at(1_767_225_600_003), "2026-01-01T00:00:00.003"),
            (at(1_767_225_600_999), "2026-01-01T00:00:00.999"),
            (at(1_767_225_601_000), "2026-01-01T00:00:01.000"),
            // The clock is set back, once to before 1970.
            (at(1_767_225_600_500), "2026-01-01T00:00:00.500"),
            (UNIX_EPOCH - Duration::from_secs(1), "1970-01-01T00:00:00.000"),
        ] {
            let mut out = String::new();
            text.write(Line { time, facts: facts("GET"), micros: 7 }, &mut out).unwrap();
            let start = format!(r#"exchange {{"time":"{expected}Z","method":"GET","#);
            assert!(out.starts_with(&start) && out.ends_with(",\"micros\":7}\n"), "{out}");
        }
    }
}
