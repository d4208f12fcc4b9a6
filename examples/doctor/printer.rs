//! Verdicts as they come: a page for people, or lines of JSON for programs.

use std::io::{self, Stdout, Write};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use firstparty::doctor::{Check, Group, Outcome, Summary, Verdict};

use crate::args::Args;
use crate::text::hanging;

const HEADING: Style = AnsiColor::Cyan.on_default().bold();
const OK: Style = AnsiColor::Green.on_default();
const WARN: Style = AnsiColor::Yellow.on_default().bold();
const FAIL: Style = AnsiColor::Red.on_default().bold();
const FAINT: Style = Style::new().dimmed();

/// The columns in front of the text: the outcome and the rule. The name between them is as wide as the longest.
const WORD: usize = 7;
const RULE: usize = 5;

/// What stands in front of a remedy.
const HELP: &str = "help: ";

/// Where verdicts are written.
pub(crate) struct Printer {
    out: AutoStream<Stdout>,
    is_json: bool,
    /// The group of the last verdict.
    group: Option<Group>,
    /// How many verdicts have been written.
    count: usize,
    /// The width of the column of names.
    name: usize,
}

impl Printer {
    pub(crate) fn new(args: &Args) -> Self {
        let out = AutoStream::new(io::stdout(), args.color());
        let name = Check::ALL.iter().map(|check| check.name().len()).max().unwrap_or_default();
        Self { out, is_json: args.json, group: None, count: 0, name }
    }

    pub(crate) fn begin(&mut self, url: &str) -> io::Result<()> {
        if self.is_json {
            return Ok(());
        }
        writeln!(self.out, "{HEADING}{url}{HEADING:#}")?;
        self.out.flush()
    }

    /// Writes those that are new.
    pub(crate) fn verdicts(&mut self, verdicts: &[Verdict]) -> io::Result<()> {
        for verdict in verdicts.iter().skip(self.count) {
            if self.is_json {
                writeln!(self.out, "{}", serde_json::to_string(verdict)?)?;
            } else {
                self.heading(verdict.check().group())?;
                self.verdict(verdict)?;
            }
        }
        self.count = verdicts.len();
        self.out.flush()
    }

    pub(crate) fn end(&mut self, summary: Summary) -> io::Result<()> {
        if self.is_json {
            return Ok(());
        }
        write!(self.out, "\n{HEADING}summary{HEADING:#}")?;
        for (count, outcome) in [
            (summary.ok, Outcome::Ok),
            (summary.warn, Outcome::Warn),
            (summary.fail, Outcome::Fail),
            (summary.skipped, Outcome::Skipped),
        ] {
            let style = if count == 0 { FAINT } else { style(outcome) };
            write!(self.out, "  {style}{count} {outcome}{style:#}")?;
        }
        writeln!(self.out)?;
        self.out.flush()
    }

    fn heading(&mut self, group: Group) -> io::Result<()> {
        if self.group.replace(group) == Some(group) {
            return Ok(());
        }
        writeln!(self.out, "\n{HEADING}{group}{HEADING:#}")
    }

    fn verdict(&mut self, verdict: &Verdict) -> io::Result<()> {
        let (outcome, width) = (verdict.outcome(), self.name);
        let (word, style) = (outcome.as_str(), style(outcome));
        let (name, rule) = (verdict.check().name(), verdict.rule().unwrap_or_default());
        let text = if outcome == Outcome::Skipped { FAINT } else { Style::new() };
        // In front of the last column.
        let indent = 2 + WORD + 2 + width + 2 + RULE + 2;
        write!(self.out, "  {style}{word:<WORD$}{style:#}  {name:<width$}  ")?;
        write!(self.out, "{FAINT}{rule:<RULE$}{FAINT:#}  ")?;
        writeln!(self.out, "{text}{}{text:#}", hanging(verdict.cause(), indent))?;
        match verdict.remedy() {
            Some(remedy) => {
                let help = hanging(remedy, indent + HELP.len());
                writeln!(self.out, "{:indent$}{style}{HELP}{style:#}{help}", "")
            }
            None => Ok(()),
        }
    }
}

fn style(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Ok => OK,
        Outcome::Warn => WARN,
        Outcome::Fail => FAIL,
        Outcome::Skipped => FAINT,
    }
}
