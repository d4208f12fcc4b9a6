//! What is printed.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::check::{Check, Outcome, Verdict};

/// A check in JSON.
#[derive(Serialize)]
struct Line<'a> {
    check: &'a str,
    rule: &'a str,
    verdict: Verdict,
    seen: &'a str,
    millis: u128,
}

/// A line of JSON for each check.
pub(crate) fn json(outcomes: &[Outcome]) -> String {
    let line = |outcome: &Outcome| {
        let line = Line {
            check: outcome.check.name,
            rule: outcome.check.rule,
            verdict: outcome.verdict,
            seen: &outcome.seen,
            millis: outcome.time.as_millis(),
        };
        serde_json::to_string(&line).unwrap_or_default() + "\n"
    };
    outcomes.iter().map(line).collect()
}

/// A row for each check, and a sum.
pub(crate) fn table(outcomes: &[Outcome], time: Duration) -> String {
    let rows = outcomes.iter().map(|outcome| {
        let Outcome { check, verdict, seen, time } = outcome;
        let what = if verdict.is_wrong() { check.sentence } else { "" };
        let rest = [what, seen].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
        let time = format!("{:>6} ms", time.as_millis());
        [check.name, check.rule, verdict.as_str(), &time, &rest.join(": ")].map(str::to_owned)
    });
    format!("{}{}\n", columns(rows.collect()), sum(outcomes, time))
}

/// The checks, each with its rules and what holds if it passes.
pub(crate) fn list(checks: &[&Check]) -> String {
    let row = |check: &&Check| [check.name, check.rule, check.sentence].map(str::to_owned);
    columns(checks.iter().map(row).collect())
}

/// The last column is as wide as it likes.
fn columns<const COUNT: usize>(rows: Vec<[String; COUNT]>) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<_> = (0..COUNT).map(width).collect();
    let line = |row: [String; COUNT]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    rows.into_iter().map(line).collect()
}

fn sum(outcomes: &[Outcome], time: Duration) -> String {
    let mut counts = BTreeMap::<&str, usize>::new();
    for outcome in outcomes {
        *counts.entry(outcome.verdict.as_str()).or_default() += 1;
    }
    let counts = counts.iter().map(|(verdict, count)| format!("{count} {verdict}"));
    let counts = counts.collect::<Vec<_>>().join(", ");
    format!("\n{} checks in {:.1} s: {counts}", outcomes.len(), time.as_secs_f64())
}
