//! Explaining (contract R11.2): the same decision, and a rule for every difference.

use firstparty::explain::{self, Change, Part};
use firstparty::http::StatusCode;
use firstparty::refusal::{Cause, Refusal};
use firstparty::{Action, Platform};
use serde_json::{Value, json};

use crate::support::{USUAL, forwarded, gateway, request, response, usual};

/// The members of each note, as one line.
fn notes(notes: &[explain::Note]) -> Vec<String> {
    notes.iter().map(members).collect()
}

fn members(note: &explain::Note) -> String {
    let action = serde_json::to_value(note.action).unwrap();
    format!("{}: {} {}", note.rule, note.subject, action.as_str().unwrap())
}

/// R11.2: a note is read with the title of its rule, which is the contract's heading.
#[test]
fn notes_are_read_with_titles() {
    let config = r#"{"drop_fields": ["referer"]}"#;
    let pairs = [("referer", "/"), ("cookie", "a=1; _iidt=2")];
    let request = request("POST", "/fp/", &pairs);
    let (_, found) = explain::handle(&gateway(Platform::Generic, config), request, None);
    let lines: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "R4.2 (Path of v4 and of the result route): path replaced",
            "R3.5 (Traffic monitoring): ii added",
            "R5.5 (Cookies): cookie replaced",
            "R5.6 (Identity fields): fpjs-proxy-forwarded-host added",
            "R4.1 (Upstream's URI and host): host replaced",
            "R5.8 (Further fields to drop): referer dropped",
        ],
    );
    for refusal in Refusal::ALL {
        let note = explain::answered(refusal.cause());
        let title = note.title().unwrap();
        assert_eq!(note.to_string(), format!("{} ({title}): request answered", note.rule));
    }
    let own = Cause::new("busy", "ours", StatusCode::SERVICE_UNAVAILABLE, "busy");
    let note = explain::answered(&own);
    assert_eq!((note.title(), &*note.to_string()), (None, "ours: request answered"));
}

/// R11.2: a field that is called like a part of the target has no part in its notes.
#[test]
fn parts_are_told_apart() {
    let pairs = [("path", "x"), ("ii", "1"), ("region", "y"), ("x-a", "1"), ("connection", "x-a")];
    let request = request("POST", "/fp/?region=xx", &pairs);
    let (_, found) = explain::handle(&usual(), request, None);
    let parts = found.iter().map(|note| (&*note.subject, note.part));
    let of_target: Vec<_> = parts.filter(|(_, part)| *part != Part::Field).collect();
    assert_eq!(
        of_target,
        [("path", Part::Path), ("region", Part::Parameter), ("ii", Part::Parameter)],
    );
    assert!(found.iter().any(|note| note.subject == "x-a" && note.part == Part::Field));
}

/// R11.2: every change of a request has its rule.
#[test]
fn requests_are_explained() {
    let config = r#"{"get_result_path": "result", "drop_fields": ["referer"],
        "pre_shared_secret": "s3cret"}"#;
    let gateway = gateway(Platform::CloudFront, config);
    let pairs = [
        ("connection", "x-hop"),
        ("x-hop", "1"),
        ("expect", "100-continue"),
        ("fpjs-proxy-secret", "forged"),
        ("fpjs_proxy.x", "forged"),
        ("via", "1.1 x"),
        ("x-edge-y", "1"),
        ("referer", "/"),
        ("cookie", "a=1; _iidt=2"),
        ("accept", "*/*"),
    ];
    let request = request("POST", "/fp/result/x?region=xx&a=1&region", &pairs);
    let (action, found) = explain::handle(&gateway, request, None);
    assert!(matches!(action, Action::Forward(..)));
    assert_eq!(
        notes(&found),
        [
            "R4.2: path replaced",
            "R3.4: region replaced",
            "R3.4: region replaced",
            "R3.5: ii added",
            "R5.1: connection dropped",
            "R5.5: cookie replaced",
            "R5.1: expect dropped",
            "R5.6: fpjs-proxy-forwarded-host added",
            "R5.3: fpjs-proxy-secret dropped",
            "R5.6: fpjs-proxy-secret added",
            "R5.3: fpjs_proxy.x dropped",
            "R4.1: host replaced",
            "R5.8: referer dropped",
            "R5.4: via dropped",
            "R5.4: x-edge-y dropped",
            "R5.1: x-hop dropped",
        ],
    );
}

/// R3.6, R11.2: a fixed region is why a parameter is replaced, and one that agrees stays.
#[test]
fn a_fixed_region_is_explained() {
    let fixed = gateway(Platform::Generic, r#"{"region": "eu"}"#);
    let request = request("GET", "/fp/web/v4/k?region=us&region=eu&region", &[]);
    let (_, found) = explain::handle(&fixed, request, None);
    assert_eq!(
        notes(&found),
        [
            "R4.2: path replaced",
            "R3.6: region replaced",
            "R3.6: region replaced",
            "R4.1: host replaced",
        ],
    );
    assert_eq!(found[1].title(), Some("Fixed region"));
}

/// R11.2: framing, plain cookies, and a missing host.
#[test]
fn framing_is_explained() {
    let pairs = [("content-length", "1"), ("transfer-encoding", "chunked"), ("cookie", "a=1")];
    let (_, found) = explain::handle(&usual(), request("GET", "/fp/", &pairs), None);
    assert_eq!(
        notes(&found),
        [
            "R4.2: path replaced",
            "R5.2: content-length dropped",
            "R5.5: cookie dropped",
            "R4.1: host replaced",
            "R5.1: transfer-encoding dropped",
        ],
    );
    let mut without = request("GET", "http://a.b/fp/", &[("content-length", "1, 1")]);
    without.headers_mut().remove("host");
    let (_, found) = explain::handle(&usual(), without, None);
    assert_eq!(
        notes(&found),
        ["R4.2: path replaced", "R5.2: content-length replaced", "R4.1: host added"],
    );
}

/// R4.2, R4.3, R4.5, R11.2: the rule for a path is that of its route and of the agent's origin.
#[test]
fn paths_are_explained_by_their_routes() {
    for (origin, uri, rule) in [
        ("api", "/fp/agent?apiKey=k", "R4.3"),
        ("cdn", "/fp/agent?apiKey=k", "R4.5"),
        ("cdn", "/fp/result", "R4.2"),
        ("cdn", "/fp/web/v4/k", "R4.2"),
    ] {
        let config = format!(
            r#"{{"agent_download_path": "agent", "get_result_path": "result",
                "agent_origin": "{origin}"}}"#
        );
        let gateway = gateway(Platform::Generic, &config);
        let (_, found) = explain::handle(&gateway, request("GET", uri, &[]), None);
        assert_eq!(notes(&found)[0], format!("{rule}: path replaced"), "{origin} {uri}");
    }
}

/// R5.2, R5.4, R11.2: a length goes for the platform's sake, unless the framing asks for it first.
#[test]
fn lengths_are_explained() {
    let alone: &[(&str, &str)] = &[("content-length", "1")];
    let chunked: &[(&str, &str)] = &[("content-length", "1"), ("transfer-encoding", "chunked")];
    let gateway = gateway(Platform::CloudFront, "{}");
    for (pairs, rule) in [(alone, "R5.4"), (chunked, "R5.2")] {
        let (_, found) = explain::handle(&gateway, request("POST", "/fp/", pairs), None);
        let dropped = format!("{rule}: content-length dropped");
        assert!(notes(&found).contains(&dropped), "{found:?}");
    }
}

/// R11.2: a cookie that could have stayed goes because `connection` names it.
#[test]
fn nominated_cookies_are_explained() {
    let pairs = [("connection", "cookie"), ("cookie", "_iidt=1")];
    let (_, found) = explain::handle(&usual(), request("POST", "/fp/", &pairs), None);
    assert!(notes(&found).contains(&"R5.1: cookie dropped".to_owned()), "{found:?}");
}

/// R11.2: an answer has the rule that asked for it.
#[test]
fn answers_are_explained() {
    for (method, uri, rule) in [
        ("GET", "/fp/..", "R2.5"),
        ("GET", "*", "R2.0"),
        ("TRACE", "/fp/", "R2.7"),
        ("GET", "/fp/agent", "R4.4"),
        ("GET", "/fp/status", "R10.1"),
        ("POST", "/fp/status", "R10.1"),
    ] {
        let (action, found) = explain::handle(&usual(), request(method, uri, &[]), None);
        assert!(matches!(action, Action::Respond(..)));
        let [note] = &found[..] else { panic!("{found:?}") };
        assert_eq!((note.rule, &*note.subject, note.action), (rule, "request", Change::Answered));
    }
}

/// R4.7, R11.2: the list of keys.
#[test]
fn keys_that_are_not_listed_are_explained() {
    let listing = gateway(Platform::Generic, r#"{"api_keys": ["k"]}"#);
    let (_, found) = explain::handle(&listing, request("GET", "/fp/web/v4/l", &[]), None);
    assert_eq!(found[0].to_string(), "R4.7 (Listed API keys): request answered");
}

/// R4.6, R11.2: targets that are too long, and how an answer reads.
#[test]
fn long_targets_are_explained() {
    let uri = format!("/fp/result?{}", "q".repeat(65_510));
    let (_, found) = explain::handle(&usual(), request("POST", &uri, &[]), None);
    assert_eq!(notes(&found), ["R4.6: request answered"]);
    assert_eq!(found[0].to_string(), "R4.6 (Length and form of the target): request answered");
}

/// R5.6, R13.3: what only an adapter or a full message meets has its rule, too.
#[test]
fn refusals_of_adapters_are_explained() {
    for (refusal, rule) in [
        (Refusal::Malformed, "R13.3 (What cannot be forwarded)"),
        (Refusal::TooManyFields, "R5.6 (Identity fields)"),
    ] {
        let note = explain::answered(refusal.cause());
        assert_eq!(note.to_string(), format!("{rule}: request answered"));
    }
}

/// R8.3, R8.4, R8.7, R11.2: the rule is that of the policy, or of the cookie's name.
#[test]
fn cookie_policies_are_explained() {
    let map = r#"{"cookie_domain": {"map": [["*", "b.test"]]}}"#;
    let mut policies = vec![("{}", "R8.2"), (map, "R8.4")];
    if cfg!(feature = "psl") {
        policies.push((r#"{"cookie_domain": "registrable"}"#, "R8.3"));
    }
    for (config, rule) in policies {
        let (_, exchange) =
            forwarded(&gateway(Platform::Generic, config), request("POST", "/fp/", &[]));
        let back = response(200, &[("set-cookie", "a=1; Domain=fpjs.io")]);
        let (_, found) = explain::complete(&exchange, back);
        assert_eq!(notes(&found), [format!("{rule}: set-cookie replaced")]);
        let back = response(200, &[("set-cookie", "__Host-a=1; Domain=www.example.com")]);
        let (_, found) = explain::complete(&exchange, back);
        assert_eq!(notes(&found), ["R8.7: set-cookie replaced"]);
    }
}

/// R11.2: every change of a response has its rule.
#[test]
fn responses_are_explained() {
    let gateway = gateway(Platform::CloudFront, USUAL);
    let (_, exchange) = forwarded(&gateway, request("POST", "/fp/agent?apiKey=k", &[]));
    let pairs = [
        ("content-type", "text/javascript"),
        ("cache-control", "max-age=99999"),
        ("connection", "x-hop"),
        ("x-hop", "1"),
        ("nel", "{}"),
        ("cache-tag", "t"),
        ("surrogate-key", "k"),
        ("age", "1"),
        ("set-cookie", "a=1; Domain=fpjs.io"),
        ("set-cookie", "b=1"),
        ("set-cookie", "c=1; Domain=fpjs.io"),
    ];
    let (_, found) = explain::complete(&exchange, response(200, &pairs));
    assert_eq!(
        notes(&found),
        [
            "R6.3: age dropped",
            "R7.1: cache-control replaced",
            "R6.3: cache-tag dropped",
            "R6.1: connection dropped",
            "R6.2: nel dropped",
            "R8.2: set-cookie replaced",
            "R8.2: set-cookie replaced",
            "R6.3: surrogate-key dropped",
            "R6.1: x-hop dropped",
        ],
    );
    let (_, exchange) = forwarded(&usual(), request("GET", "/fp/v4", &[]));
    let (_, found) = explain::complete(&exchange, response(200, &[("content-length", "x")]));
    assert_eq!(notes(&found), ["R6.5: content-length dropped"]);
    let (_, exchange) = forwarded(&usual(), request("GET", "/fp/v4", &[]));
    let (_, found) = explain::complete(&exchange, response(200, &[("content-length", "5, 5")]));
    assert_eq!(notes(&found), ["R6.5: content-length replaced"]);
    for status in [103, 204] {
        let (after, found) =
            explain::complete(&exchange, response(status, &[("content-length", "0")]));
        assert!(after.headers().is_empty());
        assert_eq!(notes(&found), ["R6.5: content-length dropped"], "{status}");
    }
    let (_, found) = explain::complete(&exchange, response(205, &[("content-length", "0")]));
    assert!(found.is_empty());
}

/// R6.1, R6.3, R11.2: an age goes with a script, on CloudFront always, or because `connection` names it.
#[test]
fn ages_are_explained() {
    let (script, age) = (("content-type", "text/javascript"), ("age", "1"));
    let named = ("connection", "age");
    for (platform, uri, pairs, rule) in [
        (Platform::Generic, "/fp/web/v4/k", vec![script, age], "R6.3"),
        (Platform::CloudFront, "/fp/result", vec![age], "R6.3"),
        (Platform::Generic, "/fp/result", vec![age, named], "R6.1"),
    ] {
        let (_, exchange) = forwarded(&gateway(platform, USUAL), request("GET", uri, &[]));
        let (_, found) = explain::complete(&exchange, response(200, &pairs));
        assert_eq!(notes(&found)[0], format!("{rule}: age dropped"), "{platform} {uri}");
    }
}

/// R6.2, R11.2: the rule is the contract's, also where the platform drops the field, too.
#[test]
fn orders_to_servers_are_explained() {
    let names = ["service-worker-allowed", "set-login", "use-as-dictionary", "x-accel-redirect"];
    for platform in [Platform::Generic, Platform::CloudFront] {
        let (_, exchange) = forwarded(&gateway(platform, USUAL), request("GET", "/fp/v4", &[]));
        let pairs = names.map(|name| (name, "/"));
        let (after, found) = explain::complete(&exchange, response(200, &pairs));
        assert!(after.headers().is_empty());
        assert_eq!(notes(&found), names.map(|name| format!("R6.2: {name} dropped")));
    }
}

fn tool(defaults: &str, lines: &[Value]) -> Vec<Value> {
    let lines: Vec<_> = lines.iter().map(Value::to_string).collect();
    crate::support::explain(defaults, &lines.join("\n"))
}

/// R11.2: the tool's format, one line after the other.
#[test]
fn the_tool_answers_line_by_line() {
    let line = json!({
        "id": 7, "config": {"fpjs_get_result_path": "r", "integration_version": "1"},
        "request": {"method": "POST", "uri": "/fp/r?region=eu", "client_ip": "203.0.113.7",
            "headers": [["Host", "A.example"], ["X-B", "2"], ["X-A", "1"], ["X-B", "3"]]},
        "upstream": {"status": 200, "headers": [["Alt-Svc", "h3"], ["X-Up", "é"]], "body": "x"},
    });
    let [answer] = &tool("{}", &[line])[..] else { panic!() };
    assert_eq!(
        *answer,
        json!({
            "id": 7, "route": "result", "generation": "v3", "authorised": true, "region": "eu",
            "forward": {
                "method": "POST",
                "uri": "https://eu.api.fpjs.io/?region=eu&ii=custom-proxy-integration%2F1%2Fingress",
                "headers": [
                    ["fpjs-proxy-client-ip", "203.0.113.7"],
                    ["fpjs-proxy-forwarded-host", "a.example"],
                    ["host", "eu.api.fpjs.io"],
                    ["x-a", "1"], ["x-b", "2"], ["x-b", "3"],
                ],
            },
            "response": {"status": 200, "headers": [["x-up", "é"]]},
            "rules": [
                {"rule": "R4.2", "subject": "path", "action": "replaced"},
                {"rule": "R3.5", "subject": "ii", "action": "added"},
                {"rule": "R5.6", "subject": "fpjs-proxy-client-ip", "action": "added"},
                {"rule": "R5.6", "subject": "fpjs-proxy-forwarded-host", "action": "added"},
                {"rule": "R4.1", "subject": "host", "action": "replaced"},
                {"rule": "R6.2", "subject": "alt-svc", "action": "dropped"},
            ],
        }),
    );
}

/// R9.1, R9.2, R13.3: failures, requests that `http` cannot hold, and text that is not a line.
#[test]
fn the_tool_survives_bad_lines() {
    let bare = |request: Value| json!({"request": request});
    let lines = [
        json!("no request"),
        bare(json!({"method": "GET", "uri": "/fp/ x"})),
        bare(json!({"method": "G T", "uri": "/fp/"})),
        bare(json!({"method": "GET", "uri": "/", "headers": [["a b", "1"]]})),
        json!({"config": {"mont": 1}, "request": {"method": "GET", "uri": "/"}}),
        json!({"request": {"method": "GET", "uri": "/fp/", "headers": [["host", "a.b"]]},
            "upstream": {"error": {"code": "ECONNREFUSED"}}}),
        bare(json!({"method": "GET", "uri": "/fp/..", "client_ip": "?"})),
    ];
    let answers = tool("{}", &lines);
    assert_eq!(answers.len(), lines.len());
    assert!(answers[0]["error"].is_string());
    for answer in &answers[1..4] {
        assert_eq!(answer["respond"]["status"], 400);
        assert_eq!(answer["rules"][0]["rule"], "R13.3");
    }
    assert_eq!(answers[4], json!({"error": "mont: unknown key"}));
    assert_eq!(answers[5]["response"]["status"], 500);
    assert_eq!(answers[5]["response"]["body"], r#"{"error":"could not connect to upstream"}"#);
    assert_eq!(answers[6]["respond"]["status"], 400);
    let answers = crate::support::explain("{}", "{\n\n  \n[1,2\n");
    assert_eq!(answers.len(), 2);
}

/// R5.7, R10.1, R11.2: the version of a line counts, and HTTP/1.1 is its default.
#[test]
fn the_tool_reads_versions() {
    let line = |version: Value, uri: &str, host: &str| {
        let headers = if host.is_empty() { json!([]) } else { json!([["host", host]]) };
        let mut line = json!({"request": {"method": "GET", "uri": uri, "headers": headers}});
        if version != Value::Null {
            line["request"]["version"] = version;
        }
        line
    };
    let absolute = "https://www.shop.example/fp/v4";
    let lines = [
        line(json!("HTTP/2"), absolute, "evil.example"),
        line(json!("HTTP/2"), absolute, "www.shop.example"),
        line(json!("HTTP/1.1"), absolute, "evil.example"),
        line(json!(null), absolute, "evil.example"),
        line(json!("HTTP/1.0"), "/fp/status", ""),
        line(json!("HTTP/1.1"), "/fp/status", ""),
        line(json!("HTTP/9"), "/fp/status", ""),
    ];
    let answers = tool("{}", &lines);
    let refused = json!([{"rule": "R5.7", "subject": "request", "action": "answered"}]);
    assert_eq!((&answers[0]["respond"]["status"], &answers[0]["rules"]), (&json!(400), &refused));
    for forwarded in &answers[1..4] {
        assert_eq!(forwarded["forward"]["uri"], "https://api.fpjs.io/v4");
    }
    assert_eq!(answers[4]["respond"]["status"], 200);
    assert_eq!((&answers[5]["respond"]["status"], &answers[5]["rules"]), (&json!(400), &refused));
    assert!(answers[6]["error"].as_str().unwrap().contains("HTTP/1.0"), "{}", answers[6]);
}

/// R13.3: `http` would cut a target at `#` without a word.
#[test]
fn the_tool_cuts_no_target() {
    for uri in ["/fp/v4#", "/fp/v4#x", "/fp/v4?a#b", "https://a.b/fp/v4?a=1#", "/fp/status#", "#"] {
        let line = json!({"request": {"method": "GET", "uri": uri, "headers": [["host", "a.b"]]}});
        let answers = tool("{}", &[line]);
        assert_eq!(answers[0]["respond"]["status"], 400, "{uri}");
        assert_eq!(answers[0]["rules"][0]["rule"], "R13.3", "{uri}");
    }
}

/// R1.1: a line overrides the defaults, however its keys are spelt.
#[test]
fn the_tools_defaults_lie_under_every_line() {
    let defaults = r#"{"platform": "azure", "config":
        {"fpjs_get_result_path": "r", "mount": {"depth": 1}, "ingress_base_host": "a.example"}}"#;
    let line = |config: Value| {
        json!({"config": config, "request": {"method": "GET", "uri": "/fp/r",
            "headers": [["host", "a.b"], ["x-arr-ssl", "1"]]}})
    };
    let other = json!({"mount": {"exact": "x"}, "FPJS_Ingress_Base_Host": "b.example"});
    let mut bare = line(json!({}));
    bare["platform"] = Value::Null;
    let lines = [line(json!({})), line(json!({"get_result_path": "x"})), line(other), bare];
    let answers = tool(defaults, &lines);
    assert_eq!(answers[0]["route"], "result");
    assert_eq!(answers[0]["forward"]["uri"], "https://a.example/");
    assert_eq!(answers[1]["route"], "api");
    assert_eq!(answers[2]["respond"]["status"], 404);
    let goes = |answer: &Value| {
        let rules = answer["rules"].as_array().unwrap();
        rules.iter().any(|note| note["rule"] == "R5.4" && note["subject"] == "x-arr-ssl")
    };
    assert!(goes(&answers[0]) && !goes(&answers[3]));
    let twice = json!({"cdn_url": "a.b", "fpjs_cdn_url": "c.d"});
    assert_eq!(tool(defaults, &[line(twice)])[0], json!({"error": "cdn_url: given twice"}));
}
