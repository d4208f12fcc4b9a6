//! The example proxy, with its stand-in for Fingerprint, behind TLS.

use super::run::{EVERYTHING, Run};
use super::tls::{authority, before};
use crate::proxy::process::{Proxy, command};
use crate::proxy::upstream::NOBODY;

/// What fails where the gateway does not reach Fingerprint.
const CUT_OFF: [&str; 5] =
    ["agent-v4", "agent-v3", "browser-cache", "identification-v4", "identification-v3"];

/// The example proxy as an operator would set it up, with further arguments.
fn proxy(arguments: &[&str]) -> Proxy {
    let usual = ["--listen", "127.0.0.1:0", "--route-prefix", "ore54guier"];
    let routes = ["--agent-path", "vbcnkxb654", "--result-path", "5yt489hgfj"];
    Proxy::start(command().args(usual).args(routes).args(arguments))
}

fn examine(proxy: &Proxy, arguments: &[&str]) -> Run {
    let front = before(proxy.address, "valid");
    Run::at("https", front, &[&EVERYTHING[..], &["--ca", &authority()], arguments].concat())
}

/// R11.4: nothing is wrong with the example proxy. What is skipped, its stand-in cannot tell.
#[test]
fn the_example_proxy_is_healthy() {
    let proxy = proxy(&["--api-keys", "K1"]);
    let run = examine(&proxy, &[]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.errors);
    assert_eq!(run.checks("fail").len() + run.checks("warn").len(), 0, "{}", run.out);
    let untold = ["agent-v4-compression", "agent-v3-compression", "query", "region"];
    // These are for a site with another origin.
    assert_eq!(run.checks("skipped"), [&untold[..], &["cors", "preflight"]].concat());
    // An address needs no name server.
    let run = examine(&proxy, &["--origin", "https://192.0.2.1"]);
    assert_eq!((run.status, run.checks("fail").len()), (0, 0), "{}", run.out);
    for check in ["cors", "preflight"] {
        assert!(run.checks("ok").contains(&check.to_owned()), "{check}: {}", run.out);
    }
}

/// R4.7, R7.1, R8.2, R10.1, R16.5: what is wrong with a configuration is found, and nothing else.
#[test]
fn faults_of_the_configuration_are_found() {
    let nobody = NOBODY.to_string();
    for (arguments, failed, warned) in [
        (&["--api-keys", "K2"][..], &["agent-v4", "agent-v3"][..], &[][..]),
        (&["--status-page", "false"], &[], &["status-page"]),
        (&["--cookie-domain", "preserve"], &["cookie-domain"], &[]),
        (&["--cache", "preserve"], &[], &["agent-v4-cache", "agent-v3-cache"]),
        (&["--v4", "false"], &[], &["agent-v4", "identification-v4"]),
        (&["--connect-to", &nobody, "--secret", "s3cret"], &CUT_OFF, &[]),
        (&["--connect-to", &nobody], &[&["status-secret"], &CUT_OFF[..]].concat(), &[]),
    ] {
        let run = examine(&proxy(arguments), &[]);
        let found = [run.checks("fail"), run.checks("warn")];
        assert_eq!(found, [failed, warned], "{arguments:?}: {}", run.out);
        assert_eq!(run.status, i32::from(!failed.is_empty()), "{arguments:?}: {}", run.out);
    }
}
