//! The example `setup`: what it proposes is a configuration that works (contract R1.7).

use std::process::{Command, Output};

use firstparty::config::{Resolution, Source, Variable};
use firstparty::{Config, Platform};
use serde_json::Value;

use crate::program::setup;

const SITE: &str = "https://www.example.com";

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(setup());
    command.args(["--site", SITE]).args(arguments).output().unwrap()
}

fn text(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&text(&[arguments, &["--json"]].concat())).unwrap()
}

/// Names and values of what is to be pasted, whatever the platform's form.
fn pasted(platform: Platform, plan: &Value) -> Vec<(String, String)> {
    let text = plan["variables"][0]["text"].as_str().unwrap();
    if text.starts_with('[') && !text.starts_with("[vars]") && !text.starts_with("[setup") {
        let list: Vec<Value> = serde_json::from_str(text).unwrap();
        let member = |item: &Value, names: [&str; 2]| {
            names.iter().find_map(|name| item[name].as_str()).unwrap().to_owned()
        };
        let pair = |item: &Value| {
            (member(item, ["name", "ParameterKey"]), member(item, ["value", "ParameterValue"]))
        };
        return list.iter().map(pair).collect();
    }
    let text = match platform {
        Platform::FastlyCompute => {
            text.replace("]\nvalue", "").replace("[setup.config_stores.fingerprint.items.", "")
        }
        _ => text.to_owned(),
    };
    let pair = text.lines().filter_map(|line| line.split_once(['=', ':']));
    let bare = |text: &str| text.trim_matches([' ', '"', ',', ']']).to_owned();
    pair.map(|(name, value)| (bare(name), bare(value))).collect()
}

/// R1.7, R12: on every platform the variables are a configuration with the routes of the proposed URLs.
#[test]
fn variables_are_those_of_the_platform() {
    for &platform in Platform::ALL {
        let plan = json(&["--platform", platform.as_str(), "--v3", "--api-key", "abc1"]);
        let pairs = pasted(platform, &plan);
        let value = |variable| {
            let canonical = match (platform, variable) {
                (Platform::Generic | Platform::Azure, Variable::AgentDownloadPath) => {
                    "FIRSTPARTY_AGENT_PATH"
                }
                (Platform::Generic | Platform::Azure, Variable::GetResultPath) => {
                    "FIRSTPARTY_RESULT_PATH"
                }
                (Platform::Generic | Platform::Azure, Variable::RoutePrefix) => {
                    "FIRSTPARTY_ROUTE_PREFIX"
                }
                (Platform::CloudFront, Variable::AgentDownloadPath) => "FpjsAgentDownloadPath",
                (Platform::CloudFront, Variable::GetResultPath) => "FpjsGetResultPath",
                (Platform::CloudFront, Variable::RoutePrefix) => "FpjsBehaviorPath",
                _ => platform.profile().variable_name(variable),
            };
            let pair = pairs.iter().find(|(name, _)| name == canonical);
            pair.unwrap_or_else(|| panic!("{platform}: {canonical} is missing in {pairs:?}"))
                .1
                .clone()
        };
        let prefix = value(Variable::RoutePrefix);
        assert_eq!(plan["integration_path"], prefix);
        let (agent, result) = (value(Variable::AgentDownloadPath), value(Variable::GetResultPath));
        let urls = &plan["urls"];
        assert_eq!(urls["v4_endpoint"], format!("{SITE}/{prefix}/?region=us"));
        assert_eq!(urls["v3_endpoint"], format!("{SITE}/{prefix}/{result}?region=us"));
        let script = urls["v3_script"].as_str().unwrap();
        assert!(script.starts_with(&format!("{SITE}/{prefix}/{agent}?apiKey=")), "{script}");
    }
}

/// R12: what is pasted into the environment of an adapter is read back as it was proposed.
#[test]
fn an_environment_is_read_back() {
    let plan = json(&["--v3", "--api-key", "abc1"]);
    let text = plan["variables"][1]["text"].as_str().unwrap();
    let pairs = text.lines().map(|line| line.split_once('=').unwrap());
    let source = Source::from_environment("pasted", Platform::Generic, pairs);
    let config = Config::builder().source(source).build().unwrap();
    for variable in [
        Variable::AgentDownloadPath,
        Variable::GetResultPath,
        Variable::RoutePrefix,
        Variable::PreSharedSecret,
        Variable::ApiKeys,
    ] {
        assert_eq!(config.resolution(variable), Resolution::Source("pasted"), "{variable}");
    }
}

/// R1.7: paths are random, unless they are given; v3 is proposed only if it is asked for.
#[test]
fn paths_are_random_or_given() {
    let [first, second] = [json(&[]), json(&[])].map(|plan| plan["integration_path"].clone());
    assert_ne!(first, second);
    let given = ["--v3", "--integration-path", "/p1/", "--agent-path", "a1", "--result-path", "r1"];
    let plan = json(&given);
    assert_eq!(plan["urls"]["v3_endpoint"], format!("{SITE}/p1/r1?region=us"));
    assert_eq!(plan["advice"][0]["code"], "no-key-list");
    assert_eq!(plan["scripts"].as_array().unwrap().len(), 8);
    let plan = json(&["--region", "eu"]);
    assert_eq!(
        (&plan["urls"]["v3_endpoint"], &plan["urls"]["v3_script"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(plan["scripts"].as_array().unwrap().len(), 4);
    assert!(plan["urls"]["v4_endpoint"].as_str().unwrap().ends_with("?region=eu"));
}

/// R1.7: the page may load and ask what its JavaScript names, and nothing else.
#[test]
fn policies_name_what_the_scripts_need() {
    let plan = json(&["--v3", "--region", "ap", "--api-key", "abc1"]);
    for script in plan["scripts"].as_array().unwrap() {
        let (code, policy) = (script["code"].as_str().unwrap(), script["policy"].as_str().unwrap());
        let has_fallback = script["has_fallback"].as_bool().unwrap();
        let is_package = code.starts_with("import * as");
        assert!(code.contains("abc1") || code.contains("<apiKey>"), "{code}");
        assert!(!code.contains("PUBLIC_API_KEY"), "{code}");
        assert!(policy.starts_with(&format!("script-src {SITE}")), "{policy}");
        assert_eq!(policy.contains("fpnpmcdn.net"), has_fallback && is_package, "{policy}");
        assert_eq!(policy.contains("ap.api.fpjs.io"), has_fallback, "{policy}");
    }
}

/// The stated formula: three requests an identification, by list prices or those that are given.
#[test]
fn the_cost_follows_the_formula() {
    assert_eq!(json(&[])["cost"], Value::Null);
    let cost = &json(&["--platform", "cloudfront", "--events-per-month", "1000000"])["cost"];
    let item = |name: &str| {
        cost["items"].as_array().unwrap().iter().find(|item| item["name"] == name).unwrap()
    };
    let close = |value: &Value, expected: f64| (value.as_f64().unwrap() - expected).abs() < 1e-6;
    assert!(close(&item("requests")["quantity"], 3e6));
    assert!(close(&item("GB to browsers")["quantity"], 37.0));
    assert!(close(&item("GB from browsers")["quantity"], 10.0));
    assert!(close(&item("secret reads")["quantity"], 3.0 * 12.0 * 730.0));
    let sum: f64 =
        cost["items"].as_array().unwrap().iter().filter_map(|item| item["money"].as_f64()).sum();
    assert!(close(&cost["total"], sum) && sum > 1.0, "{sum}");

    let own = json(&["--events-per-month", "1000000"]);
    assert_eq!(own["cost"]["total"], Value::Null, "one's own server has no list price");
    let own =
        json(&["--events-per-month", "1000000", "--price-requests", "2", "--price-month", "5"]);
    assert!(close(&own["cost"]["total"], 11.0), "{}", own["cost"]);
}

/// Text has colours only on a terminal; the secret's place is named, and every platform has a page.
#[test]
fn text_is_plain_when_it_is_piped() {
    for &platform in Platform::ALL {
        let text = text(&["--platform", platform.as_str(), "--events-per-month", "10"]);
        assert!(!text.contains('\u{1b}'), "{text}");
        for part in
            ["PROXY_SECRET", "a cache in front", "Content-Security-Policy", "advice", "URLs on"]
        {
            assert!(text.contains(part), "{platform}: {part} is missing in {text}");
        }
    }
}

/// R1.3: what cannot be used is an error that says what was expected, and nothing is printed.
#[test]
fn bad_arguments_are_refused() {
    for (arguments, expected) in [
        (&["--integration-path", "a b"][..], "expected path segments"),
        (&["--integration-path", "../x"], "expected path segments"),
        (&["--v3", "--agent-path", "status/x", "--result-path", "a?b"], "expected path segments"),
        (&["--agent-path", "a1"], "--v3"),
        (&["--api-key", "\"x"], "expected letters and digits"),
        (&["--platform", "aws"], "unknown platform"),
        (&["--region", "mars"], "--region"),
        (&["--events-per-month", "many"], "--events-per-month"),
        (&["--events-per-month", "1", "--price-month", "NaN"], "expected an amount of money"),
    ] {
        let output = run(arguments);
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
        assert!(message.contains(expected), "{arguments:?}: {message}");
    }
    for site in [
        "www.example.com",
        "https://www.example.com/path",
        "https://a b",
        "https://u@x.example",
        "",
    ] {
        let output = Command::new(setup()).args(["--site", site]).output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && output.stdout.is_empty(), "{site}");
        assert!(message.contains("expected a site's origin"), "{site}: {message}");
    }
}
