//! The example `explain` for people: one request, and what a browser recorded (contract R11.2).

use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::str::from_utf8;

use crate::program::explain;

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
  - strict-transport-security  R6.2 Fields that act on the whole origin
  ~ set-cookie: _iidt=3  R8.2 First party
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

/// A browser's archive: two exchanges, one of which belongs to the integration, with HTTP/2's pseudo
/// fields and a body in base64.
const ARCHIVE: &str = r#"{"log": {"version": "1.2", "creator": {"name": "browser"}, "pages": [], "entries": [
    {"startedDateTime": "2026-01-01", "request": {"method": "GET", "url": "https://www.example.com/checkout",
        "headers": []}, "response": {"status": 200, "headers": []}},
    {"time": 1.5, "request": {"method": "POST", "url": "https://www.example.com/fp1/?region=eu&q=%zz",
        "httpVersion": "h2", "cookies": [],
        "headers": [{"name": ":authority", "value": "www.example.com"}, {"name": "cookie", "value": "a=1; _iidt=2"},
            {"name": "accept", "value": "\u009b1m"}],
        "postData": {"mimeType": "", "text": "…"}},
     "response": {"status": 200, "headers": [{"name": ":status", "value": "200"},
            {"name": "Set-Cookie", "value": "_iidt=1; Domain=.fpjs.io"}],
        "content": {"size": 3, "encoding": "base64", "text": "BODY"}}}
]}}"#;

/// The program with an archive that is written to it.
fn archive(write: impl FnOnce(&mut ChildStdin) -> io::Result<()>) -> Output {
    let mut child = started(&["--har", "/dev/stdin", "--config", "/dev/fd/3"]);
    let written = write(&mut child.stdin.take().unwrap());
    let output = child.wait_with_output().unwrap();
    written.unwrap();
    output
}

/// In a shell that limits its memory to 28 MiB; the settings are its third file.
fn started(arguments: &[&str]) -> Child {
    let settings = r#"ulimit -v 28672 && exec "$0" "$@" 3<<<'{"mount": {"exact": "fp1"}}'"#;
    let mut command = Command::new("bash");
    command.args(["-c", settings]).arg(explain()).args(arguments);
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    pipes.spawn().unwrap()
}

/// R2.8, R11.2: what the integration owns is explained, with the answer that was recorded.
#[test]
fn an_archive_is_explained() {
    let output = archive(|pipe| pipe.write_all(ARCHIVE.as_bytes()));
    let (page, errors) = text(&output);
    assert!(output.status.success(), "{errors}");
    for part in [
        "POST /fp1/?region=eu&q=%zz\n",
        "to the browser\n  200\n",
        "  ~ set-cookie: _iidt=1  R8.2 First party\n",
        "1 of 2 requests belong to the integration\n",
    ] {
        assert!(page.contains(part), "{part:?} is missing in {page}");
    }
    assert!(
        !page.contains("checkout") && !page.contains('\u{9b}') && !page.contains("BODY"),
        "{page}"
    );
}

/// Of an archive that ends early the beginning is explained, and then there is an error; what is no
/// archive is an error, too.
#[test]
fn a_broken_archive_is_an_error() {
    for (end, parts) in [
        (ARCHIVE.len() - 2, 1),
        (ARCHIVE.find("\"content\"").unwrap(), 0),
        (ARCHIVE.find("\"entries\"").unwrap(), 0),
        (0, 0),
    ] {
        let output = archive(|pipe| pipe.write_all(&ARCHIVE.as_bytes()[..end]));
        let (page, errors) = text(&output);
        assert!(!output.status.success(), "{end}");
        assert!(errors.starts_with("error: not a whole HTTP archive: EOF"), "{end}: {errors}");
        assert_eq!(page.matches("to Fingerprint").count(), parts, "{end}: {page}");
    }
    for (json, expected) in [
        ("[]", "an object with `log`"),
        ("{}", "missing field `log`"),
        (r#"{"log": {}}"#, "missing field `entries`"),
        (r#"{"log": {"entries": {}}}"#, "an array of exchanges"),
        (r#"{"log": {"entries": [{}]}}"#, "missing field `request`"),
        (r#"{"log": {"entries": []}} x"#, "trailing characters"),
    ] {
        let output = archive(|pipe| pipe.write_all(json.as_bytes()));
        let (_, errors) = text(&output);
        assert!(!output.status.success() && errors.contains(expected), "{json}: {errors}");
    }
    let output = run(&["--har", "no/such.har"]);
    assert!(text(&output).1.starts_with("error: no/such.har: "), "{output:?}");
}

/// An archive that is larger than the memory: bodies are passed over, and one exchange is held at a time.
/// A buffer for one of the bodies would not fit either.
#[test]
fn a_large_archive_needs_little_memory() {
    let (first, second) = ARCHIVE.split_once(",\n    {\"time\"").unwrap();
    let (before, after) = second.split_once("BODY").unwrap();
    let after = after.trim_end_matches("\n]}}");
    let output = archive(|pipe| {
        pipe.write_all(first.as_bytes())?;
        for _ in 0..2 {
            write!(pipe, ",{{\"time\"{before}")?;
            io::copy(&mut io::repeat(b'A').take(16 << 20), pipe)?;
            pipe.write_all(after.as_bytes())?;
        }
        pipe.write_all(b"]}}")
    });
    let (page, errors) = text(&output);
    assert!(output.status.success(), "{errors}");
    assert!(page.ends_with("2 of 3 requests belong to the integration\n"), "{page}");
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
        (&["--url", "/", "--status", "many"], "--status"),
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
