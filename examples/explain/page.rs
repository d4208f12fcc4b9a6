//! What was decided, for people: a message, and beside each change its rule.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use firstparty::explain::{Change, Note, Part};

use crate::decide::{Answered, Explained, Head};

const HEADING: Style = AnsiColor::Cyan.on_default().bold();
const CHANGED: Style = AnsiColor::Yellow.on_default();
const ADDED: Style = AnsiColor::Green.on_default();
const DROPPED: Style = AnsiColor::Red.on_default();
const RULE: Style = Style::new().dimmed();

/// The field whose value nobody may see.
const SECRET: &str = "fpjs-proxy-secret";

pub(crate) fn write(out: &mut impl Write, head: &Head, explained: &Explained) -> io::Result<()> {
    let (method, target) = (visible(&head.method), visible(&head.uri));
    writeln!(out, "{HEADING}{method} {target}{HEADING:#}")?;
    for (name, value) in [("route", &explained.route), ("region", &explained.region)] {
        if let Some(value) = value.as_str() {
            writeln!(out, "{name} {value}")?;
        }
    }
    let (request, response) = (&explained.rules.request, &explained.rules.response);
    if let Some(answer) = &explained.respond {
        return answered(out, "answered here", answer, request);
    }
    if let Some(forward) = &explained.forward {
        writeln!(out, "\n{HEADING}to Fingerprint{HEADING:#}")?;
        writeln!(out, "  {} {}", forward.method, visible(&forward.uri))?;
        message(out, &forward.headers, request)?;
    }
    match &explained.response {
        Some(answer) => answered(out, "to the browser", answer, response),
        None => Ok(()),
    }
}

fn answered(
    out: &mut impl Write,
    heading: &str,
    answer: &Answered,
    notes: &[Note],
) -> io::Result<()> {
    writeln!(out, "\n{HEADING}{heading}{HEADING:#}")?;
    writeln!(out, "  {}", answer.status)?;
    message(out, &answer.headers, notes)?;
    match answer.body.as_deref() {
        // A page of HTML is for a browser.
        Some(body) if !body.is_empty() && !body.starts_with('<') => writeln!(out, "\n  {body}"),
        _ => Ok(()),
    }
}

/// What changed, and the fields, each with the rule that changed or added it.
fn message(out: &mut impl Write, fields: &[(String, String)], notes: &[Note]) -> io::Result<()> {
    // Of repeats it is not known which one changed.
    let count = |name: &str| fields.iter().filter(|(field, _)| field == name).count();
    let stands_beside = |note: &Note| {
        let is_there = note.part == Part::Field && note.action != Change::Dropped;
        is_there && count(&note.subject) == 1
    };
    for note in notes.iter().filter(|note| !stands_beside(note)) {
        changed(out, note, &visible(&note.subject))?;
    }
    for (name, value) in fields {
        let value = if name == SECRET { "(the proxy secret)" } else { &visible(value) };
        let field = format!("{name}: {value}");
        match notes.iter().find(|note| stands_beside(note) && note.subject == *name) {
            Some(note) => changed(out, note, &field)?,
            None => writeln!(out, "    {field}")?,
        }
    }
    Ok(())
}

fn changed(out: &mut impl Write, note: &Note, text: &str) -> io::Result<()> {
    let (sign, style) = match note.action {
        Change::Dropped => ('-', DROPPED),
        Change::Added => ('+', ADDED),
        _ => ('~', CHANGED),
    };
    let title = note.title().unwrap_or_default();
    writeln!(out, "{style}  {sign} {text}{style:#}  {RULE}{} {title}{RULE:#}", note.rule)
}

/// What a browser recorded must not steer the terminal.
fn visible(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}
