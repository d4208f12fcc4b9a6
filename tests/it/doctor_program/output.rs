//! What is printed: for people, for programs, and when it cannot work.

use std::process::Stdio;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use firstparty::doctor::{Check, Outcome};

use super::run::{EVERYTHING, Run, command};
use crate::proxy::upstream::{NOBODY, Upstream};

/// An answer that would steer a terminal, in every place that a server may choose.
const STEERING: &str = "HTTP/1.1 302 \u{9b}31m\r\ncontent-type: text/html\u{9b}31m\r\n\
    location: /\u{9b}31m\r\nset-cookie: \u{9b}31m=1; domain=\u{9b}31m\r\ncontent-length: 30\r\n\r\n\
    <title>\u{1b}[31m\u{7}\u{9b}31m\r\0</title>   ";

/// R11.4: one line for each check, with the library's names and words.
#[test]
fn lines_are_json() {
    let run = Run::at("http", NOBODY, &[]);
    let lines = run.lines();
    let names: Vec<_> = lines.iter().map(|line| line["check"].as_str().unwrap()).collect();
    assert_eq!(names, Check::ALL.iter().map(|check| check.name()).collect::<Vec<_>>());
    let words = [Outcome::Ok, Outcome::Warn, Outcome::Fail, Outcome::Skipped].map(Outcome::as_str);
    assert_eq!(words, ["ok", "warn", "fail", "skipped"]);
    for (line, check) in lines.iter().zip(Check::ALL) {
        let members = line.as_object().unwrap();
        assert!(words.contains(&line["verdict"].as_str().unwrap()), "{line}");
        assert_eq!(line.get("rule").and_then(|rule| rule.as_str()), check.rule(), "{line}");
        let known = ["check", "rule", "verdict", "cause", "remedy"];
        assert!(members.keys().all(|name| known.contains(&&**name)), "{line}");
        assert!(members.values().all(|value| value.as_str().is_some_and(|text| !text.is_empty())));
        assert_eq!(members.contains_key("remedy"), line["verdict"] == "fail", "{line}");
    }
}

/// R11.4: the page says the same as the lines, and is as wide as a page.
#[test]
fn the_page_agrees_with_the_lines() {
    let server = Upstream::answering("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    let lines = Run::at("http", server.address, &EVERYTHING);
    let page = page_of(&server, &EVERYTHING);
    assert_eq!((page.status, lines.status), (1, 1), "{}", page.out);
    assert!(
        page.out.starts_with("http://shop.localhost/ore54guier\n\nreach\n  ok "),
        "{}",
        page.out
    );
    let words: Vec<_> = page.out.split_whitespace().collect();
    let joined = words.join(" ");
    for line in lines.lines() {
        let text = |name: &str| line.get(name).map_or("", |text| text.as_str().unwrap()).to_owned();
        let row = ["verdict", "check", "rule", "cause"].map(text);
        let row = row.iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join(" ");
        let help =
            line.get("remedy").map_or(String::new(), |_| format!(" help: {}", text("remedy")));
        assert!(joined.contains(&format!("{row}{help} ")), "{row}{help}: {}", page.out);
    }
    let [ok, warn, fail, skipped] =
        ["ok", "warn", "fail", "skipped"].map(|verdict| lines.checks(verdict).len());
    let summary = format!("\nsummary  {ok} ok  {warn} warn  {fail} fail  {skipped} skipped\n");
    assert!(page.out.ends_with(&summary), "{}", page.out);
    let mut headings: Vec<_> = page.out.lines().filter(|line| !line.starts_with(' ')).collect();
    headings.retain(|line| !line.is_empty());
    let mut groups: Vec<_> = Check::ALL.iter().map(|check| check.group().to_string()).collect();
    groups.dedup();
    assert_eq!(headings[1..headings.len() - 1], groups, "{}", page.out);
    assert!(page.out.lines().all(|line| line.chars().count() <= 100), "{}", page.out);
}

/// Colours are for terminals, or on demand.
#[test]
fn colours_are_for_terminals() {
    let server = Upstream::answering("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    for (arguments, is_coloured) in [
        (&[][..], false),
        (&["--color", "auto"], false),
        (&["--color", "never"], false),
        (&["--color", "always"], true),
    ] {
        assert_eq!(
            page_of(&server, arguments).out.contains('\u{1b}'),
            is_coloured,
            "{arguments:?}"
        );
    }
}

/// R11.4: nothing that a server answers reaches the terminal as it is.
#[test]
fn answers_do_not_steer_the_terminal() {
    let found = Upstream::answering(STEERING.replacen("302", "200", 1));
    let moved = Upstream::answering(STEERING);
    for server in [found, moved] {
        let page = page_of(&server, &EVERYTHING);
        let lines = Run::at("http", server.address, &EVERYTHING);
        for run in [page, lines] {
            assert_eq!(run.status, 1, "{}", run.out);
            assert!(run.out.contains("reachable"), "{}", run.out);
            assert!(!run.out.contains(|c: char| c.is_control() && c != '\n'), "{:?}", run.out);
            assert!(!run.out.contains("31m"), "{}", run.out);
        }
    }
}

/// R11.4: requests are as browsers send them, and those that are unwanted are not sent.
#[test]
fn requests_are_as_they_are_asked_for() {
    let (server, seen) = recording();
    let run = Run::at("http", server.address, &[&EVERYTHING[..], &["--region", "eu"]].concat());
    assert_eq!(run.status, 1, "{}", run.out);
    let heads = std::mem::take(&mut *seen.lock().unwrap());
    assert!(
        heads[0].starts_with("GET /ore54guier/status HTTP/1.1 host=shop.localhost "),
        "{heads:?}"
    );
    assert!(heads.iter().all(|head| head.contains(" user-agent=firstparty-doctor/")), "{heads:?}");
    assert!(heads.iter().any(|head| head.starts_with("POST /ore54guier/5yt489hgfj?region=eu ")));
    let run =
        Run::at("http", server.address, &[&EVERYTHING[..], &["--no-identification"]].concat());
    assert_eq!(run.status, 1, "{}", run.out);
    let heads = seen.lock().unwrap();
    assert!(!heads.is_empty() && !heads.iter().any(|head| head.starts_with("POST")), "{heads:?}");
}

/// A reader that has seen enough is no fault, but what it has not seen is not good.
#[test]
fn a_closed_pipe_ends_the_examination() {
    let (answer, wait) = channel::<()>();
    let wait = Mutex::new(wait);
    let server = Upstream::scripted(move |mut script| {
        let _ = wait.lock().unwrap().recv();
        let _ = script.wire.try_send("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    });
    for format in [&["--json"][..], &[]] {
        let address = server.address.to_string();
        let mut command = command();
        command.args(["http://shop.localhost/ore54guier", "--connect-to", &address]).args(format);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        answer.send(()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
    }
}

/// What cannot be used is named in a sentence, and the status is not that of a check that failed.
#[test]
fn bad_arguments_are_refused() {
    const URL: &str = "https://www.example.com/ore54guier";
    for (arguments, expected) in [
        (&[][..], "<URL>"),
        (&["www.example.com"], "expected the URL of an integration path"),
        (&["https://www.example.com/\u{1b}[31m"], "expected the URL of an integration path"),
        (&["ftp://www.example.com/x"], "expected the URL of an integration path"),
        (&["https://www.example.com/x?a=b"], "without user, query and fragment"),
        (&[URL, "--origin", "www.example.com"], "expected the origin of a site"),
        (&[URL, "--api-key", ""], "--api-key"),
        (&[URL, "--agent-path", "a b"], "expected path segments"),
        (&[URL, "--result-path", ""], "expected path segments"),
        (&[URL, "--region", "mars"], "--region"),
        (&[URL, "--connect-to", "www.example.com"], "--connect-to"),
        (&[URL, "--timeout", "0"], "expected seconds"),
        (&[URL, "--timeout", "NaN"], "expected seconds"),
        (&[URL, "--timeout", "1e9"], "expected seconds"),
        (&[URL, "--timeout=-1"], "expected seconds"),
        (&[URL, "--color", "blue"], "--color"),
        (&[URL, "--ca", "/nowhere"], "--ca /nowhere: "),
        (
            &[URL, "--ca", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")],
            "expected certificates in PEM",
        ),
    ] {
        let run = Run::with(arguments);
        assert_eq!((run.status, &*run.out), (2, ""), "{arguments:?}");
        assert!(run.errors.contains(expected), "{arguments:?}: {}", run.errors);
        assert!(!run.errors.contains('\u{1b}'), "{arguments:?}: {}", run.errors);
    }
}

/// R11.4: the README has every check, in the order of the output.
#[test]
fn the_readme_names_every_check() {
    let readme = include_str!("../../../examples/doctor/README.md");
    let (_, table) = readme.split_once("\n## What it checks\n").unwrap();
    let rows: Vec<_> = table.lines().filter(|line| line.starts_with("| `")).collect();
    let row = |check: &Check| {
        format!("| `{check}` | {} | {} |", check.rule().unwrap_or_default(), check.title())
    };
    let expected: Vec<_> = Check::ALL.iter().map(row).collect();
    assert!(rows == expected, "expected\n{}", expected.join("\n"));
}

/// The page for people.
fn page_of(server: &Upstream, arguments: &[&str]) -> Run {
    let address = server.address.to_string();
    let usual = ["http://shop.localhost/ore54guier", "--connect-to", &address];
    Run::with(&[&usual, arguments].concat())
}

/// A server that finds nothing, and the heads of its requests.
fn recording() -> (Upstream, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let heads = Arc::clone(&seen);
    let server = Upstream::scripted(move |mut script| {
        let Ok(message) = script.wire.message() else { return };
        let fields = message.head.fields.iter();
        let fields =
            fields.map(|(name, value)| format!(" {name}={}", String::from_utf8_lossy(value)));
        let fields: String = fields.collect();
        heads.lock().unwrap().push(format!("{}{fields} ", message.head.line));
        let _ = script.wire.try_send("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    });
    (server, seen)
}
