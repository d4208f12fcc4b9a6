//! What is told of each exchange: a line in Envoy's log, and Envoy's own counters.

use std::cell::RefCell;
use std::collections::HashMap;

use firstparty::Report;
use firstparty::report::Tally;
use proxy_wasm::hostcalls::{define_metric, increment_metric};
use proxy_wasm::types::{LogLevel, MetricType};

use crate::log;

/// Envoy's counters by the series of the tally, which they follow (R11.3).
pub(crate) struct Counters {
    ids: HashMap<String, u32>,
    /// Few reports differ, so that each is spelled out once: as a line, and as counters.
    known: RefCell<HashMap<Report, (String, Vec<u32>)>>,
}

impl Counters {
    /// All of them, zeros too.
    pub(crate) fn define() -> Self {
        let define = |series: String| {
            let id = define_metric(MetricType::Counter, &name(&series)).ok()?;
            Some((series, id))
        };
        let ids = series(&Tally::default(), 0).into_iter().filter_map(define).collect();
        Self { ids, known: RefCell::default() }
    }

    pub(crate) fn record(&self, report: Report) {
        let mut known = self.known.borrow_mut();
        let (line, ids) = known.entry(report).or_insert_with(|| self.spell(report));
        log(LogLevel::Info, line);
        for id in ids {
            // A counter that Envoy has defined counts.
            let _ = increment_metric(*id, 1);
        }
    }

    fn spell(&self, report: Report) -> (String, Vec<u32>) {
        let mut tally = Tally::default();
        tally.add(report);
        let ids =
            series(&tally, 1).iter().filter_map(|series| self.ids.get(series).copied()).collect();
        (format!("exchange {}", serde_json::to_string(&report).unwrap_or_default()), ids)
    }
}

/// The series that have this count.
fn series(tally: &Tally, count: u64) -> Vec<String> {
    let end = format!(" {count}");
    let text = tally.to_string();
    text.lines().filter_map(|line| line.strip_suffix(&end)).map(str::to_owned).collect()
}

/// `name{label="value"}` in Envoy's manner, `name.label.value`, from which `stats_tags` of Envoy's
/// configuration takes the labels again.
fn name(series: &str) -> String {
    let parts = series.split(['{', '=', '"', ',', '}']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(".")
}
