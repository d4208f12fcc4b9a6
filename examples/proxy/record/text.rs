//! Lines as text. Most exchanges are alike, except for when they ended and how long they took, so what
//! they share is written once and then copied.

use std::error::Error;
use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::record::line::{Facts, Line};

/// Writes lines one below the other.
#[derive(Default)]
pub(crate) struct Text {
    second: Second,
    known: Known,
}

impl Text {
    /// Appends a line: JSON, which escapes line breaks, whatever the browser sent.
    pub(crate) fn write(&mut self, line: Line, out: &mut String) -> Result<(), Box<dyn Error>> {
        let time = line.time.duration_since(UNIX_EPOCH)?;
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

/// Facts of lines that were written lately, as members of a JSON object; the last ones are first. There
/// are few, and comparing them takes less time than hashing one.
#[derive(Default)]
struct Known(Vec<(Facts, String)>);

/// How many are kept: a browser that makes up methods must neither fill the memory nor slow the search.
const MOST: usize = 32;

impl Known {
    fn members(&mut self, facts: Facts) -> serde_json::Result<&str> {
        match self.0.iter().position(|(known, _)| *known == facts) {
            Some(place) => self.0.swap(0, place),
            None => {
                let object = serde_json::to_string(&facts)?;
                let members = object.trim_matches(['{', '}']).to_owned();
                self.0.truncate(MOST - 1);
                self.0.insert(0, (facts, members));
            }
        }
        Ok(self.0.first().map_or("", |(_, members)| members))
    }
}
