//! The examples, run as processes.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use crate::seal::{bomb, deflate, gzip, seal, seal_stream};

#[path = "../../../../tests/it/program/build.rs"]
mod build;

const VARIABLE: &str = "FIRSTPARTY_UNSEAL_KEYS";

/// `0xf8` 32 times: in the URL-safe alphabet it begins like an argument.
const KEY: [u8; 32] = [0xf8; 32];
const KEY_TEXT: &str = "+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pg=";
const KEY_FOR_URLS: &str = "-Pj4-Pj4-Pj4-Pj4-Pj4-Pj4-Pj4-Pj4-Pj4-Pj4-Pg";
const OTHER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const CONTENT: &str = r#"{"visitor_id":"c0ntent"}"#;

fn example(name: &str) -> PathBuf {
    build::build(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."), name, &[])
}

/// The example `unseal`, without anyone's keys.
fn unseal(arguments: &[&str]) -> Command {
    static UNSEAL: OnceLock<PathBuf> = OnceLock::new();
    let mut command = Command::new(UNSEAL.get_or_init(|| example("unseal")));
    command.args(arguments).env_remove(VARIABLE);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(command: &mut Command, input: &[u8]) -> Output {
    let mut process = command.spawn().unwrap();
    // It may end before it has read everything.
    let _ = process.stdin.take().unwrap().write_all(input);
    process.wait_with_output().unwrap()
}

#[track_caller]
fn assert_opens(command: &mut Command, input: impl AsRef<[u8]>) {
    let output = run(command, input.as_ref());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{CONTENT}\n"));
    assert!(output.status.success());
}

/// It prints one sentence and nothing else, in particular nothing of keys and content.
#[track_caller]
fn assert_fails(output: &Output, sentence: &str) {
    assert_eq!(String::from_utf8_lossy(&output.stderr), format!("unseal: {sentence}\n"));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    assert_eq!(output.status.code(), Some(1));
    for secret in [KEY_TEXT, KEY_FOR_URLS, OTHER_KEY, "c0ntent"] {
        assert!(!sentence.contains(&secret[..7]), "{sentence}");
    }
}

/// A body as a server sends it.
fn body(member: &str) -> Vec<u8> {
    format!(r#"{{"{member}":"{}"}}"#, seal(CONTENT.as_bytes(), KEY)).into_bytes()
}

/// R15.1, R15.3: alone or in a body, whatever its coding is.
#[test]
fn results_and_bodies_are_opened() {
    let sealed = seal(CONTENT.as_bytes(), KEY);
    let body = body("sealedResult");
    let open = || unseal(&["--key", KEY_TEXT]);
    assert_opens(&mut open(), format!("\n{sealed}\n"));
    assert_opens(&mut open(), &body);
    assert_opens(&mut open(), gzip(&body));
    assert_opens(&mut open(), deflate(&body, true));
    assert_opens(&mut open(), deflate(&body, false));
}

/// R15.1: keys come from the arguments or from the variable, in the order in which they are tried.
#[test]
fn keys_are_arguments_or_a_variable() {
    let body = body("sealed_result");
    assert_opens(&mut unseal(&["--key", "AAEC", "--key", OTHER_KEY, "--key", KEY_TEXT]), &body);
    assert_opens(&mut unseal(&["--key", KEY_FOR_URLS]), &body);
    assert_opens(unseal(&[]).env(VARIABLE, format!("{OTHER_KEY} {KEY_TEXT}")), &body);
    assert_opens(unseal(&["--key", KEY_TEXT]).env(VARIABLE, "?"), &body);
}

/// R15.2: each error is one sentence and a status.
#[test]
fn bad_input_ends_in_one_sentence() {
    let sealed = seal(CONTENT.as_bytes(), KEY);
    let wrapped = format!("{}\n{}", &sealed[..40], &sealed[40..]);
    let bomb_of_gzip = [&gzip(b"")[..10], &bomb(100)].concat();
    let cut_gzip = gzip(&body("sealedResult"));
    let cut_gzip = &cut_gzip[..cut_gzip.len() - 9];
    for (input, sentence) in [
        (&b""[..], "the sealed result is shorter than its marker, nonce and tag"),
        (&sealed.as_bytes()[..40], "the sealed result is shorter than its marker, nonce and tag"),
        (&sealed.as_bytes()[..52], "no key fits: key 1 does not fit"),
        (
            format!("AAAA{}", &sealed[4..]).as_bytes(),
            "the sealed result begins with another marker",
        ),
        (wrapped.as_bytes(), "the sealed result is not base64"),
        (seal_stream(&bomb(100), KEY).as_bytes(), "the result is larger than 1048576 bytes"),
        (&bomb_of_gzip, "the body is larger than 1048576 bytes"),
        (seal(&CONTENT.as_bytes()[1..], KEY).as_bytes(), "the result is not JSON"),
        (seal_stream(b"c0ntent", KEY).as_bytes(), "the decrypted bytes are not a DEFLATE stream"),
        (b"{}", "the body does not have exactly one sealed result"),
        (b"{c0ntent", "the body is not JSON"),
        (cut_gzip, "the body is not coded as its content-encoding says"),
        (b"\xff\0", "the body is not coded as its content-encoding says"),
    ] {
        assert_fails(&run(&mut unseal(&["--key", KEY_TEXT]), input), sentence);
    }
    let strict = run(&mut unseal(&["--key", KEY_TEXT, "--limit", "23"]), sealed.as_bytes());
    assert_fails(&strict, "the result is larger than 23 bytes");
}

/// R15.2: input without an end is not read to its end.
#[cfg(unix)]
#[test]
fn endless_input_is_refused() {
    let output = unseal(&["--key", KEY_TEXT]).stdin(File::open("/dev/zero").unwrap()).output();
    assert_fails(&output.unwrap(), "the body is larger than 1048576 bytes");
}

/// R15.2: what is wrong with keys is said without them, also where they stand in the wrong place.
#[test]
fn bad_keys_are_not_shown() {
    let sealed = seal(CONTENT.as_bytes(), KEY);
    let broken = format!("{KEY_TEXT}*");
    for (arguments, sentence) in [
        (
            &["--key", OTHER_KEY, "--key", "AAEC"][..],
            "no key fits: key 1 does not fit, key 2 has a wrong length",
        ),
        (&["--key", OTHER_KEY, "--key", &broken], "key 2 is not base64"),
        (&[], "there is no key: set FIRSTPARTY_UNSEAL_KEYS or pass --key"),
        (&[KEY_TEXT], "unexpected argument found; --help lists the arguments"),
        (&[KEY_FOR_URLS], "unexpected argument found; --help lists the arguments"),
        (
            &["--limit", KEY_TEXT],
            "invalid value for one of the arguments; --help lists the arguments",
        ),
    ] {
        assert_fails(&run(&mut unseal(arguments), sealed.as_bytes()), sentence);
    }
    let output = run(unseal(&[]).env(VARIABLE, format!("{OTHER_KEY} {broken}")), sealed.as_bytes());
    assert_fails(&output, "key 2 is not base64");
}

/// A variable may hold what is not text. Its value is not shown.
#[cfg(unix)]
#[test]
fn variables_are_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let keys = [KEY_TEXT.as_bytes(), b"\xff"].concat();
    let output = run(unseal(&[]).env(VARIABLE, OsStr::from_bytes(&keys)), b"");
    assert_fails(&output, "FIRSTPARTY_UNSEAL_KEYS is not UTF-8");
}

#[test]
fn help_names_the_variable() {
    let output = run(&mut unseal(&["--help"]), b"");
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains(VARIABLE));
}

/// The output that the README shows: browser and site both get what is theirs.
#[test]
fn a_result_is_opened_on_its_way() {
    let output = Command::new(example("open_on_the_way")).output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed, "browser: 104 bytes\nsite: {\"event_id\":\"e1\"}\n");
    assert!(include_str!("../../README.md").contains(&printed));
}
