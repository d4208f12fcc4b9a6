//! The example `explain` for people: one request, and what a browser recorded (contract R11.2).

use std::io::{self, Read, Write};
use std::process::{ChildStdin, Command, Output, Stdio};
use std::str::from_utf8;

use proptest::prelude::*;

use crate::program::explain;
use crate::support::har;

fn run(arguments: &[&str]) -> Output {
    Command::new(explain()).args(arguments).output().unwrap()
}

fn text(output: &Output) -> (&str, &str) {
    let [page, errors] = [&output.stdout, &output.stderr].map(|text| from_utf8(text).unwrap());
    (page, errors)
}

/// R11.2: each change stands beside its rule, in the request and in the answer.
#[test]
fn a_request_is_explained() {
    let output = run(&[
        "--method",
        "POST",
        "--url",
        "/fp/?region=eu",
        "--header",
        "host: www.example.com",
        "--header",
        "cookie: a=1; _iidt=2",
        "--header",
        "connection: x-hop",
        "--header",
        "x-hop: 1",
        "--header",
        "accept: */*",
        "--response-header",
        "set-cookie: _iidt=3; Domain=fpjs.io",
        "--response-header",
        "set-cookie: b=4",
        "--response-header",
        "strict-transport-security: max-age=1",
    ]);
    let expected = "\
POST /fp/?region=eu
route api
region eu

to Fingerprint
  POST https://eu.api.fpjs.io/?region=eu&ii=custom-proxy-integration%2F0.1.0%2Fingress
  ~ path  R4.2 Path of v4 and of the result route
  + ii  R3.5 Traffic monitoring
  - connection  R5.1 Connection-specific fields
  - x-hop  R5.1 Connection-specific fields
    accept: */*
  ~ cookie: _iidt=2  R5.5 Cookies
  + fpjs-proxy-forwarded-host: www.example.com  R5.6 Identity fields
  ~ host: eu.api.fpjs.io  R4.1 Upstream's URI and host

to the browser
  200
  ~ set-cookie  R8.2 First party
  - strict-transport-security  R6.2 Fields that act on the whole origin
    set-cookie: _iidt=3
    set-cookie: b=4
";
    let expected = expected.replace("0.1.0", env!("CARGO_PKG_VERSION"));
    assert_eq!(text(&output), (&*expected, ""));
    assert!(output.status.success());
}

/// R9.3: an answer of the gateway's own has its rule and its body.
#[test]
fn a_refusal_is_explained() {
    let output = run(&["--url", "/fp/../x", "--header", "host: www.example.com"]);
    let (page, _) = text(&output);
    assert!(page.contains("answered here\n  400\n  ~ request  R2.5 No dot segments\n"), "{page}");
    assert!(page.contains("\n\n  {\"error\":"), "{page}");
}

/// R1.4, R11.2: the proxy secret is sent, and not shown.
#[test]
fn the_secret_is_not_shown() {
    let settings = std::env::temp_dir().join(format!("explain-{}.json", std::process::id()));
    std::fs::write(&settings, r#"{"pre_shared_secret": "s3cret-s3cret"}"#).unwrap();
    let arguments = ["--method", "POST", "--url", "/fp/", "--header", "host: www.example.com"];
    let output = run(&[&arguments[..], &["--config", settings.to_str().unwrap()]].concat());
    std::fs::remove_file(&settings).unwrap();
    let (page, _) = text(&output);
    assert!(
        page.contains("+ fpjs-proxy-secret: (the proxy secret)  R5.6 Identity fields"),
        "{page}"
    );
    assert!(!page.contains("s3cret"), "{page}");
}

/// A browser's archive: three exchanges, one of which belongs to the integration, with HTTP/2's pseudo
/// fields, a body in base64 and characters that would steer a terminal.
const ARCHIVE: &str = r#"{"log": {"version": "1.2", "creator": {"name": "browser"}, "pages": [], "entries": [
    {"startedDateTime": "2026-01-01", "request": {"method": "GET", "url": "https://www.example.com/checkout",
        "headers": []}, "response": {"status": -1}},
    {"request": {"method": "POST", "url": "https://api.other.example/fp1/?token=PRIVATE",
        "headers": [{"name": "x-api-key", "value": "PRIVATE"}]}, "response": {"status": 200, "headers": []}},
    {"time": 1.5, "request": {"method": "POST", "url": "https://www.example.com/fp1/x\u009b1m?region=eu&q=%zz#part",
        "httpVersion": "h2", "cookies": [],
        "headers": [{"name": ":authority", "value": "www.example.com"}, {"name": "cookie", "value": "a=1; _iidt=2"},
            {"name": "accept", "value": "\u009b1m"}],
        "postData": {"mimeType": "", "text": "…"}},
     "response": {"status": 200, "headers": [{"name": ":status", "value": "200"},
            {"name": "Set-Cookie", "value": "b=2\n_iidt=1; Domain=.fpjs.io"}],
        "content": {"size": 3, "encoding": "base64", "text": "BODY"}}}
]}}"#;

const SETTINGS: &str = r#"{"mount": {"exact": "fp1"}, "hosts": ["www.example.com"]}"#;

/// The program with an archive that is written to it, and settings as its third file.
#[cfg(target_os = "linux")]
fn archive(limit: &str, write: impl FnOnce(&mut ChildStdin) -> io::Result<()>) -> Output {
    let mut command = Command::new("bash");
    command.args(["-c", &format!(r#"{limit} exec "$0" "$@" 3<<<'{SETTINGS}'"#)]).arg(explain());
    command.args(["--har", "/dev/stdin", "--config", "/dev/fd/3"]);
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    let written = write(&mut child.stdin.take().unwrap());
    let output = child.wait_with_output().unwrap();
    written.unwrap();
    output
}

/// R2.8, R11.2: what the integration owns is explained, with the answer that was recorded.
#[cfg(target_os = "linux")]
#[test]
fn an_archive_is_explained() {
    let output = archive("", |pipe| pipe.write_all(ARCHIVE.as_bytes()));
    let (page, errors) = text(&output);
    assert!(output.status.success(), "{errors}");
    for part in [
        "POST /fp1/x\u{fffd}1m?region=eu&q=%zz\n",
        "to Fingerprint\n  POST https://eu.api.fpjs.io/x\u{fffd}1m?region=eu&q=%zz&ii=",
        "to the browser\n  200\n  ~ set-cookie  R8.2 First party\n    set-cookie: b=2\n    set-cookie: _iidt=1\n",
        "1 of 3 requests belong to the integration\n",
    ] {
        assert!(page.contains(part), "{part:?} is missing in {page}");
    }
    for hidden in ["checkout", "\u{9b}", "BODY", "PRIVATE", "#part"] {
        assert!(!page.contains(hidden), "{hidden} is in {page}");
    }
}

/// Of an archive that ends early the beginning is explained, and then there is an error; what is no
/// archive is an error, too.
#[cfg(target_os = "linux")]
#[test]
fn a_broken_archive_is_an_error() {
    for (end, parts) in [
        (ARCHIVE.len() - 2, 1),
        (ARCHIVE.find("\"content\"").unwrap(), 0),
        (ARCHIVE.find("\"entries\"").unwrap(), 0),
        (0, 0),
    ] {
        let output = archive("", |pipe| pipe.write_all(&ARCHIVE.as_bytes()[..end]));
        let (page, errors) = text(&output);
        assert!(!output.status.success(), "{end}");
        assert!(
            errors.starts_with("error: not a whole HTTP archive: it ends too early, line "),
            "{end}: {errors}"
        );
        assert_eq!(page.matches("to Fingerprint").count(), parts, "{end}: {page}");
    }
    for (json, expected) in [
        ("[]", "it is not as HTTP Archive 1.2 asks, line 1 column"),
        ("{}", "it is not as HTTP Archive 1.2 asks, line 1 column"),
        (r#"{"log": "PRIVATE"}"#, "it is not as HTTP Archive 1.2 asks"),
        (r#"{"log": {}}"#, "it is not as HTTP Archive 1.2 asks"),
        (r#"{"log": {"entries": {}}}"#, "it is not as HTTP Archive 1.2 asks"),
        (r#"{"log": {"entries": [{"request": "PRIVATE"}]}}"#, "it is not as HTTP Archive 1.2 asks"),
        (r#"{"log": {"entries": []}} PRIVATE"#, "it is not JSON, line 1 column 26"),
    ] {
        let output = archive("", |pipe| pipe.write_all(json.as_bytes()));
        let (page, errors) = text(&output);
        assert!(!output.status.success() && errors.contains(expected), "{json}: {errors}");
        assert!(page.is_empty() && !errors.contains("PRIVATE"), "{json}: {page}{errors}");
    }
    let output = run(&["--har", "no/such.har", "--site", "www.example.com"]);
    assert!(text(&output).1.starts_with("error: no/such.har: "), "{output:?}");
}

/// An archive that is larger than the memory: bodies are passed over, and one exchange is held at a time.
/// A buffer for one of the bodies would not fit either.
#[cfg(target_os = "linux")]
#[test]
fn a_large_archive_needs_little_memory() {
    let (first, second) = ARCHIVE.split_once(",\n    {\"time\"").unwrap();
    let (before, after) = second.split_once("BODY").unwrap();
    let after = after.trim_end_matches("\n]}}");
    let output = archive("ulimit -v 49152 &&", |pipe| {
        pipe.write_all(first.as_bytes())?;
        for _ in 0..2 {
            write!(pipe, ",{{\"time\"{before}")?;
            io::copy(&mut io::repeat(b'A').take(32 << 20), pipe)?;
            pipe.write_all(after.as_bytes())?;
        }
        pipe.write_all(b"]}}")
    });
    let (page, errors) = text(&output);
    assert!(output.status.success(), "{errors}");
    assert!(page.ends_with("2 of 4 requests belong to the integration\n"), "{page}");
}

/// R11.2: what a field is called says nothing about the target, and a forged field is not the one that is added.
#[test]
fn notes_stand_beside_what_they_are_about() {
    let output = run(&[
        "--method",
        "POST",
        "--url",
        "/fp/?region=xx",
        "--header",
        "host: www.example.com",
        "--header",
        "region: y",
        "--header",
        "fpjs-proxy-client-ip: 192.0.2.6",
        "--client-ip",
        "203.0.113.7",
    ]);
    let (page, _) = text(&output);
    for line in [
        "  ~ region  R3.4 Host and query agree",
        "    region: y",
        "  - fpjs-proxy-client-ip  R5.3 Forged identity fields",
        "  + fpjs-proxy-client-ip: 203.0.113.7  R5.6 Identity fields",
    ] {
        assert!(page.lines().any(|found| found == line), "{line:?} is missing in {page}");
    }
    assert!(!page.contains("192.0.2.6"), "{page}");
}

proptest! {
    /// Whatever becomes of an archive, it is read up to there, or the error says where and nothing else.
    #[test]
    fn no_archive_is_too_broken(cut in 0..ARCHIVE.len(), at in 0..ARCHIVE.len(), byte: u8, mark: bool) {
        let mut bytes = ARCHIVE.as_bytes().to_vec();
        bytes[at] = byte;
        bytes.truncate(cut.max(at / 2));
        if mark {
            bytes.splice(..0, *b"\xef\xbb\xbf");
        }
        let read = har::for_each(&*bytes, |recorded| {
            let _ = (recorded.destination(), recorded.request(), recorded.upstream());
            true
        });
        if let Err(error) = read {
            let error = error.to_string();
            prop_assert!(error.contains(" line ") && error.len() < 120 && !error.contains("PRIVATE"));
        }
    }
}

/// A byte order mark is passed over, and colours are for terminals, or for who asks for them.
#[test]
fn the_output_has_colours_only_where_they_are_wanted() {
    let mut count = 0;
    let marked = [b"\xef\xbb\xbf", ARCHIVE.as_bytes()].concat();
    har::for_each(&*marked, |_| {
        count += 1;
        true
    })
    .unwrap();
    assert_eq!(count, 3);
    for (variables, is_coloured) in [
        (&[][..], false),
        (&[("CLICOLOR_FORCE", "1")], true),
        (&[("CLICOLOR_FORCE", "0"), ("NO_COLOR", "1")], false),
    ] {
        let mut command = Command::new(explain());
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").args(["--url", "/fp/"]);
        let output = command.envs(variables.iter().copied()).output().unwrap();
        assert_eq!(text(&output).0.contains('\u{1b}'), is_coloured, "{variables:?}");
    }
}

/// R1.3: what cannot be used is an error that says what was expected.
#[test]
fn bad_arguments_are_refused() {
    for (arguments, expected) in [
        (&["--url", "/", "--header", "x"][..], "expected NAME: VALUE"),
        (&["--method", "POST"], "--url"),
        (&["--url", "/", "--har", "x"], "cannot be used with"),
        (&["--url", "/", "--client-ip", "localhost"], "--client-ip"),
        (&["--url", "/", "--platform", "aws"], "unknown platform"),
        (&["--url", "/", "--config", "no/such.json"], "no/such.json: "),
        (&["--url", "/", "--status", "42"], "--status"),
        (&["--url", "/", "--response-header", "a b: c"], "invalid HTTP header name"),
        (&["--config", "x"], "--url"),
        (&["--har", "x"], "--har needs --site"),
    ] {
        let output = run(arguments);
        let (page, errors) = text(&output);
        assert!(!output.status.success() && page.is_empty(), "{arguments:?}: {page}");
        assert!(errors.contains(expected), "{arguments:?}: {errors}");
    }
    // What `http` cannot hold is answered as the gateway would.
    let output = run(&["--url", "/fp/\u{1b}[1m", "--method", "A B"]);
    let (page, _) = text(&output);
    assert!(page.contains("answered here\n  400\n") && !page.contains('\u{1b}'), "{page}");
}
