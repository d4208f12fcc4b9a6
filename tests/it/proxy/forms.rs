//! The forms in which choices are written, as arguments and in settings documents, and what they
//! do.

use std::process::Command;

use super::document::Document;
use super::process::Proxy;
use super::settings::{POST, bare};
use super::upstream::{Upstream, response};

/// A choice in the form of an argument and in that of a settings document.
struct Forms {
    key: &'static str,
    argument: &'static str,
    texts: &'static [&'static str],
    values: &'static [&'static str],
}

impl Forms {
    /// A proxy for each form, and what was given.
    fn each(&self, upstream: &Upstream, mut see: impl FnMut(&Proxy, &str)) {
        for text in self.texts {
            see(&Proxy::start(bare(upstream).args([self.argument, text])), text);
            let variable = self.argument.trim_start_matches("--").replace('-', "_");
            let variable = format!("FIRSTPARTY_{}", variable.to_ascii_uppercase());
            see(&Proxy::start(bare(upstream).env(variable, text)), text);
        }
        for value in self.values {
            let document = Document::new(&format!(r#"{{"{}": {value}}}"#, self.key));
            see(&Proxy::start(bare(upstream).args(["--config", document.path()])), value);
        }
    }
}

/// R5.5, R5.7, R5.8: lists have commas in them, or are JSON.
#[test]
fn lists() {
    let upstream = Upstream::plain();
    let request = "POST /fp/r HTTP/1.1\r\nhost: a.example\r\ncookie: a=1; b=2; _iidt=3\r\nx-a: 1\r\n\
                   x-b: 2\r\nauthorization: c\r\ncontent-length: 0\r\n\r\n";
    let cookies = Forms {
        key: "cookies",
        argument: "--cookies",
        texts: &["a,b", " a, b ", r#"["a", "b"]"#],
        values: &[r#"["a", "b"]"#, r#""a,b""#],
    };
    cookies.each(&upstream, |proxy, form| {
        proxy.ask(request);
        assert_eq!(upstream.next().get("cookie"), Some("a=1; b=2"), "{form}");
    });
    let fields = Forms {
        key: "fpjs_drop_fields",
        argument: "--drop-fields",
        texts: &["x-a,X-B", r#"["x-a","x-b"]"#],
        values: &[r#"["x-a","x-b"]"#, r#""x-a, x-b""#],
    };
    fields.each(&upstream, |proxy, form| {
        proxy.ask(request);
        let request = upstream.next();
        assert_eq!((request.get("x-a"), request.get("x-b")), (None, None), "{form}");
        assert_eq!(request.get("authorization"), Some("c"), "{form}");
    });
    let hosts = Forms {
        key: "hosts",
        argument: "--hosts",
        texts: &["[::1],b.example", r#"["[::1]", "b.example"]"#],
        values: &[r#"["[::1]", "b.example"]"#, r#""[::1],b.example""#],
    };
    hosts.each(&upstream, |proxy, form| {
        for (host, status) in [("[::1]", 200), ("b.example", 200), ("a.example", 400)] {
            assert_eq!(proxy.ask(POST.replace("a.example", host)).head.status(), status, "{form}");
        }
    });
    let keys = Forms {
        key: "api_keys",
        argument: "--api-keys",
        texts: &["k,L", r#"["k","L"]"#],
        values: &[r#"["k","L"]"#, r#""k, L""#],
    };
    keys.each(&upstream, |proxy, form| {
        for (key, status) in [("k", 200), ("L", 200), ("m", 403)] {
            let answer = proxy.get(&format!("/fp/web/v4/{key}"));
            assert_eq!(answer.head.status(), status, "{form}");
        }
    });
}

/// R2.6, R4.5, R7, R8, R12: names of the library are read with hyphens and with underscores.
#[test]
fn policies() {
    let script = "content-type: text/javascript\r\ncache-control: max-age=9000\r\n\
                  set-cookie: a=1; Domain=fpjs.io\r\n";
    let upstream = Upstream::answering(response(script, b""));
    let cache = Forms {
        key: "cache",
        argument: "--cache",
        texts: &[r#"{"max-age": 7}"#, r#"{"max_age": 7, "s-maxage": 7}"#],
        values: &[r#"{"max-age": 7}"#, r#"{"max_age": 7}"#],
    };
    cache.each(&upstream, |proxy, form| {
        let answer = proxy.get("/fp/web/v4/k");
        assert_eq!(answer.get("cache-control"), Some("max-age=7, s-maxage=7"), "{form}");
    });
    let mount = Forms {
        key: "mount",
        argument: "--mount",
        texts: &[r#"{"anywhere-or-depth": 2}"#, r#"{"anywhere_or_depth": 2}"#],
        values: &[r#"{"anywhere-or-depth": 2}"#, r#"{"anywhere_or_depth": 2}"#],
    };
    mount.each(&upstream, |proxy, form| {
        upstream.drain();
        proxy.get("/a/b/c");
        assert!(upstream.next().head.line.starts_with("GET /c"), "{form}");
    });
    let cookies = Forms {
        key: "cookie_domain",
        argument: "--cookie-domain",
        texts: &["first-party", "first_party", r#""first-party""#],
        values: &[r#""first-party""#, r#""first_party""#],
    };
    cookies.each(&upstream, |proxy, form| {
        assert_eq!(proxy.ask(POST).get("set-cookie"), Some("a=1"), "{form}");
    });
    for platform in ["fastly-compute", "fastly_compute"] {
        let proxy = Proxy::start(bare(&upstream).args(["--platform", platform]));
        upstream.drain();
        proxy.ask(POST);
        assert!(upstream.next().head.line.contains("ii=fingerprint"), "{platform}");
    }
}

/// The other options, as arguments and in a document.
#[test]
fn options() {
    let upstream = Upstream::plain();
    let off = |key, argument| Forms { key, argument, texts: &["false"], values: &["false"] };
    off("v4", "--v4").each(&upstream, |proxy, _| {
        assert_eq!(proxy.get("/fp/x").head.status(), 404);
    });
    off("status_page", "--status-page").each(&upstream, |proxy, _| {
        proxy.get("/fp/status");
        assert!(upstream.next().head.line.starts_with("GET /status"));
    });
    let name = Forms {
        key: "integration_name",
        argument: "--integration-name",
        texts: &["n"],
        values: &[r#""n""#],
    };
    name.each(&upstream, |proxy, _| {
        proxy.ask(POST);
        assert!(upstream.next().head.line.contains("ii=n%2F"));
    });
    let document = Document::new(r#"{"agent_origin": "cdn", "cdn_url": "a.example"}"#);
    for arguments in
        [&["--agent-origin", "cdn", "--cdn-url", "a.example"][..], &["--config", document.path()]]
    {
        let proxy = Proxy::start(bare(&upstream).args(["--agent-path", "a"]).args(arguments));
        proxy.get("/fp/a?apiKey=k");
        assert_eq!(upstream.next().get("host"), Some("a.example"));
    }
}

/// R1.1: an argument counts before an environment variable, and both before a document.
#[test]
fn precedence() {
    let upstream = Upstream::plain();
    let document = Document::new(r#"{"hosts": "document.example"}"#);
    let mut command = bare(&upstream);
    command.args(["--config", document.path()]);
    let names = |command: &mut Command, host: &str| {
        let proxy = Proxy::start(command);
        assert_eq!(proxy.ask(POST.replace("a.example", host)).head.status(), 200, "{host}");
        assert_eq!(proxy.ask(POST).head.status(), 400, "{host}");
    };
    names(&mut command, "document.example");
    names(command.env("FIRSTPARTY_HOSTS", "environment.example"), "environment.example");
    names(command.args(["--hosts", "argument.example"]), "argument.example");
}

/// R12: of the addresses in a field, the one that the last trusted hop has seen counts.
#[test]
fn trusted_addresses() {
    let upstream = Upstream::plain();
    let fields = "x-forwarded-for: 192.0.2.9, 192.0.2.8, 192.0.2.7\r\ncontent-length";
    let request = POST.replace("content-length", fields);
    for (texts, values, address) in [
        (
            &["x-forwarded-for", "X-Forwarded-For:1", r#"{"field": "x-forwarded-for", "hops": 1}"#]
                [..],
            &[r#"{"field": "x-forwarded-for", "hops": 1}"#, r#""x-forwarded-for:1""#][..],
            "192.0.2.7",
        ),
        (&["x-forwarded-for:2"], &[], "192.0.2.8"),
    ] {
        let trusted =
            Forms { key: "trusted_address", argument: "--trusted-address", texts, values };
        trusted.each(&upstream, |proxy, form| {
            proxy.ask(&request);
            assert_eq!(upstream.next().get("fpjs-proxy-client-ip"), Some(address), "{form}");
        });
    }
}
