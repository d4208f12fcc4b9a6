//! The example `setup`: what it proposes is a configuration that works (contract R1.7).

use std::process::{Command, Output};
use std::str::from_utf8;

use firstparty::config::{Resolution, Source, Variable};
use firstparty::{Config, Platform};
use serde_json::{Value, json};

use crate::program::setup;

const SITE: &str = "https://www.example.com";

fn run(site: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(setup());
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command.args(["--site", site]).args(arguments).output().unwrap()
}

fn text(arguments: &[&str]) -> String {
    let output = run(SITE, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&text(&[arguments, &["--json"]].concat())).unwrap()
}

/// With all paths and a key given.
fn given(platform: &str) -> Value {
    let paths = ["--integration-path", "p1", "--agent-path", "a1", "--result-path", "r1"];
    json(&[&["--v3", "--api-key", "K1", "--platform", platform][..], &paths].concat())
}

/// R1.7, R12: each platform gets the variables under its own names.
#[test]
fn variables_have_the_platforms_names() {
    let secret = "YOUR-PROXY-SECRET";
    let proxy = |more: Value| {
        let mut settings = json!({
            "FIRSTPARTY_HOSTS": "www.example.com", "FIRSTPARTY_AGENT_PATH": "a1",
            "FIRSTPARTY_RESULT_PATH": "r1", "FIRSTPARTY_ROUTE_PREFIX": "p1",
            "FIRSTPARTY_API_KEYS": "K1", "FIRSTPARTY_SECRET": secret,
        });
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        settings
    };
    for (platform, expected) in [
        (
            "generic",
            vec![
                proxy(json!({"FIRSTPARTY_UPSTREAM": "real"})),
                json!({
                    "FPJS_AGENT_DOWNLOAD_PATH": "a1", "FPJS_GET_RESULT_PATH": "r1",
                    "FPJS_ROUTE_PREFIX": "p1", "FPJS_API_KEYS": "K1", "FPJS_PRE_SHARED_SECRET": secret,
                }),
                json!({"hosts": "www.example.com"}),
            ],
        ),
        ("azure", vec![proxy(json!({}))]),
        (
            "cloudfront",
            vec![
                json!({
                    "FpjsAgentDownloadPath": "a1", "FpjsGetResultPath": "r1", "FpjsBehaviorPath": "p1",
                    "FpjsPreSharedSecret": secret, "CodeBucket": "YOUR-CODE-BUCKET",
                }),
                json!({"FPJS_API_KEYS": "K1"}),
            ],
        ),
        (
            "cloudflare",
            vec![
                json!({
                    "AGENT_SCRIPT_DOWNLOAD_PATH": "a1", "GET_RESULT_PATH": "r1",
                    "fpjs_route_prefix": "p1", "fpjs_api_keys": "K1",
                    "FIRSTPARTY_CONFIG": r#"{"hosts":["www.example.com"]}"#,
                }),
                json!({"PROXY_SECRET": secret}),
            ],
        ),
        (
            "fastly-compute",
            vec![
                json!({
                    "AGENT_SCRIPT_DOWNLOAD_PATH": "a1", "GET_RESULT_PATH": "r1",
                    "fpjs_route_prefix": "p1", "fpjs_api_keys": "K1",
                    "FIRSTPARTY_CONFIG": r#"{"hosts":["www.example.com"]}"#,
                }),
                json!({"PROXY_SECRET": secret}),
            ],
        ),
        (
            "fastly-vcl",
            vec![
                json!({
                    "AGENT_SCRIPT_DOWNLOAD_PATH": "a1", "GET_RESULT_PATH": "r1",
                    "INTEGRATION_PATH": "p1", "fpjs_api_keys": "K1",
                }),
                json!({"PROXY_SECRET": secret}),
            ],
        ),
        (
            "akamai",
            vec![json!({
                "PMUSER_FPJS_AGENT_DOWNLOAD_PATH": "a1", "PMUSER_FPJS_GET_RESULT_PATH": "r1",
                "PMUSER_FPJS_ROUTE_PREFIX": "p1", "PMUSER_FPJS_API_KEYS": "K1",
                "PMUSER_FPJS_PRE_SHARED_SECRET": secret,
            })],
        ),
    ] {
        let plan = given(platform);
        let pastes = plan["variables"].as_array().unwrap();
        let settings: Vec<_> = pastes.iter().map(|paste| paste["settings"].clone()).collect();
        assert_eq!(settings, expected, "{platform}");
        // Whatever its form, the text has the names and, but for the secret, the values.
        for paste in pastes {
            let text = paste["text"].as_str().unwrap();
            for (name, value) in paste["settings"].as_object().unwrap() {
                assert!(text.contains(name), "{platform}: {name} is missing in {text}");
                let value = value.as_str().unwrap();
                assert!(
                    text.contains(value) || value == secret,
                    "{platform}: {value} is missing in {text}"
                );
            }
        }
    }
}

/// R12: text for a terminal, a file of settings or a program is well formed.
#[test]
fn pastes_are_well_formed() {
    for platform in ["cloudfront", "azure", "akamai"] {
        let plan = given(platform);
        let list: Value =
            serde_json::from_str(plan["variables"][0]["text"].as_str().unwrap()).unwrap();
        assert!(list.as_array().unwrap().len() >= 5, "{platform}: {list}");
    }
    let text = |platform, number: usize| {
        given(platform)["variables"][number]["text"].as_str().unwrap().to_owned()
    };
    assert!(text("cloudflare", 0).starts_with("[vars]\nAGENT_SCRIPT_DOWNLOAD_PATH = \"a1\"\n"));
    let document = "FIRSTPARTY_CONFIG = '{\"hosts\":[\"www.example.com\"]}'\n";
    assert!(text("cloudflare", 0).ends_with(document));
    assert_eq!(text("cloudflare", 1), "npx wrangler secret put PROXY_SECRET\n");
    let item =
        "[setup.config_stores.firstparty.items.AGENT_SCRIPT_DOWNLOAD_PATH]\nvalue = \"a1\"\n";
    assert!(text("fastly-compute", 0).starts_with(item));
    let document = "FIRSTPARTY_CONFIG]\nvalue = '{\"hosts\":[\"www.example.com\"]}'\n";
    assert!(text("fastly-compute", 0).ends_with(document));
    assert!(
        text("fastly-compute", 1)
            .starts_with("[setup.secret_stores.firstparty.entries.PROXY_SECRET]\n")
    );
    let table = "table fingerprint_config {\n  \"AGENT_SCRIPT_DOWNLOAD_PATH\": \"a1\",\n";
    assert!(
        text("fastly-vcl", 0).starts_with(table) && text("fastly-vcl", 0).ends_with("\",\n}\n")
    );
    assert!(text("fastly-vcl", 1).ends_with(" --key PROXY_SECRET --value YOUR-PROXY-SECRET\n"));
}

/// What the template asks for without a default is there, and each parameter that is there is known to it.
#[test]
fn parameters_are_the_templates() {
    let template = include_str!("../../examples/lambda-edge/template.yml");
    let (_, parameters) = template.split_once("\nParameters:\n").unwrap();
    let (parameters, _) = parameters.split_once("\nRules:\n").unwrap();
    let plan = given("cloudfront");
    let proposed = plan["variables"][0]["settings"].as_object().unwrap();
    let mut known = Vec::new();
    let mut needed = Vec::new();
    for line in parameters.lines() {
        let name = line.strip_prefix("  ").and_then(|line| line.strip_suffix(':'));
        if let Some(name) = name.filter(|name| !name.starts_with(' ')) {
            known.push(name);
            needed.push(name);
        } else if line.starts_with("    Default:") {
            needed.pop();
        }
    }
    assert!(known.len() > 5 && needed.contains(&"CodeBucket"), "{known:?} {needed:?}");
    for name in needed {
        assert!(proposed.contains_key(name), "{name} is missing");
    }
    for name in proposed.keys() {
        assert!(known.contains(&&**name), "the template does not know {name}: {known:?}");
    }
}

/// The stores that are made are those that the adapter opens.
#[test]
fn stores_are_the_adapters() {
    let settings = include_str!("../../examples/fastly-compute/src/settings.rs");
    let (_, name) = settings.split_once("const STORE: &str = \"").unwrap();
    let (name, _) = name.split_once('"').unwrap();
    let plan = given("fastly-compute");
    for (number, kind) in ["config", "secret"].into_iter().enumerate() {
        let text = plan["variables"][number]["text"].as_str().unwrap();
        let mut tables = text.lines().filter(|line| line.starts_with('[')).peekable();
        assert!(tables.peek().is_some());
        let store = format!("[setup.{kind}_stores.{name}.");
        assert!(tables.all(|table| table.starts_with(&store)), "expected {store} in {text}");
    }
}

/// R12: what is pasted into the environment of an adapter is read back as it was proposed.
#[test]
fn an_environment_is_read_back() {
    let plan = json(&["--v3", "--api-key", "K1"]);
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
    assert_eq!(
        given("generic")["urls"],
        json!({
            "status_page": "https://www.example.com/p1/status",
            "v4_endpoint": "https://www.example.com/p1/?region=us",
            "v4_import": "https://www.example.com/p1/web/v4/K1",
            "v3_endpoint": "https://www.example.com/p1/r1?region=us",
            "v3_import": "https://www.example.com/p1/a1?apiKey=K1",
            "v3_script_URL_pattern": "https://www.example.com/p1/a1\
                ?apiKey=<apiKey>&version=<version>&loaderVersion=<loaderVersion>",
        }),
    );
    let plan = json(&["--region", "eu", "--integration-path", "/p1/"]);
    assert_eq!(
        plan["urls"],
        json!({
            "status_page": "https://www.example.com/p1/status",
            "v4_endpoint": "https://www.example.com/p1/?region=eu",
            "v4_import": "https://www.example.com/p1/web/v4/<apiKey>",
        }),
    );
    assert_eq!(plan["scripts"].as_array().unwrap().len(), 4);
    assert_eq!(given("generic")["scripts"].as_array().unwrap().len(), 8);
}

/// R1.5: advice is on what will be deployed.
#[test]
fn advice_is_on_what_is_proposed() {
    let codes = |arguments: &[&str]| {
        let plan = json(arguments);
        let advice = plan["advice"].as_array().unwrap().iter();
        advice.map(|advice| advice["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(codes(&[]), ["no-key-list"]);
    assert!(codes(&["--api-key", "K1"]).is_empty());
    for platform in ["generic", "cloudfront"] {
        let found =
            codes(&["--integration-path", "fpjs", "--api-key", "K1", "--platform", platform]);
        let blocked = found.iter().filter(|code| *code == "blocked-path").count();
        assert_eq!(blocked, 1, "{platform}: {found:?}");
    }
    assert_eq!(codes(&["--api-key", "K1", "--platform", "azure"]), ["forgeable-address"]);
}

/// R1.7: the page may load and ask what its JavaScript names, and nothing else.
#[test]
fn policies_name_what_the_scripts_need() {
    let plan = given("generic");
    let site = "https://www.example.com";
    let alone = format!("script-src {site}; connect-src {site}");
    let api = "https://api.fpjs.io https://*.api.fpjs.io";
    let packaged = format!("script-src {site} https://fpnpmcdn.net; connect-src {site} {api}");
    let imported = format!("script-src {site}; connect-src {site} {api}");
    let scripts = plan["scripts"].as_array().unwrap().iter();
    let policies: Vec<_> = scripts.map(|script| script["policy"].as_str().unwrap()).collect();
    let each = [&packaged, &alone, &imported, &alone];
    assert_eq!(policies, [each, each].concat());
    let scripts = plan["scripts"].as_array().unwrap();
    // Programs find a script by its name and its fallback.
    let named = |name: &str| scripts.iter().filter(|script| script["name"] == name).count();
    assert_eq!(["v4_npm", "v4_import", "v3_npm", "v3_import"].map(named), [2; 4]);
    for script in scripts {
        let code = script["code"].as_str().unwrap();
        assert!(code.contains("K1\"") && !code.contains("PUBLIC_API_KEY"), "{code}");
    }
    // A path that is called like the place of the key stays.
    let plan = json(&["--integration-path", "PUBLIC_API_KEY", "--api-key", "K1"]);
    let code = plan["scripts"][2]["code"].as_str().unwrap();
    assert!(
        code.contains("/PUBLIC_API_KEY/web/v4/K1\"") && code.contains("/PUBLIC_API_KEY/?region")
    );
}

/// R7, R4.3: a cache may keep agents, by their paths.
#[test]
fn a_cache_keeps_agents_only() {
    let rules = given("cloudfront")["cache"].clone();
    assert_eq!(
        rules[0],
        "cache only GET and HEAD of /p1/web/*, /p1/a1, and no longer than cache-control says",
    );
}

/// The stated formula, by list prices and those that are given.
#[test]
fn the_cost_follows_the_formula() {
    let cost = |arguments: &[&str]| {
        json(&[&["--events-per-month", "1000000"], arguments].concat())["cost"].clone()
    };
    let total =
        |arguments: &[&str]| cost(arguments)["total"].as_f64().map(|total| format!("{total:.2}"));
    assert_eq!(json(&[])["cost"], Value::Null);
    for (platform, expected) in [
        // 3 × 1.6 + 37 × 0.085 + 10 × 0.11 + 115,200 × 0.00005001 + 2.628 × 0.05 + 0.8
        ("cloudfront", Some("15.74")),
        ("cloudflare", Some("5.90")),
        // 3 × 1.1 + 37 × 0.083 + 10 × 0.107 + 115,200 × 0.000016 + 35
        ("azure", Some("44.28")),
        ("fastly-compute", Some("9.39")),
        ("fastly-vcl", Some("7.89")),
        ("akamai", None),
        ("generic", None),
    ] {
        assert_eq!(total(&["--platform", platform]).as_deref(), expected, "{platform}");
    }
    let quantities = &cost(&["--platform", "cloudfront", "--edge-regions", "2"])["items"];
    let quantities = quantities.as_array().unwrap().iter();
    let quantities: Vec<_> = quantities
        .map(|item| (item["name"].as_str().unwrap(), item["quantity"].as_f64().unwrap().round()))
        .collect();
    assert_eq!(
        quantities,
        [
            ("requests", 3e6),
            ("GB to browsers", 37.0),
            ("GB from browsers", 10.0),
            ("GB-seconds", 115_200.0),
            ("secret reads", 17_520.0),
            ("month", 1.0),
        ],
    );
    // Without a price for everything there is no total.
    assert_eq!(total(&["--price-requests", "2", "--price-month", "5"]), None);
    let all = [
        "--price-requests",
        "2",
        "--price-download",
        "0.1",
        "--price-upload",
        "0",
        "--price-compute",
        "0",
    ];
    let given = total(&[&all[..], &["--price-month", "5"]].concat());
    assert_eq!(given.as_deref(), Some("14.70"));
    let page = text(&["--events-per-month", "1000000", "--price-month", "5"]);
    assert!(page.contains("at a price that is not known here: --price-requests\n"), "{page}");
    assert!(!page.contains("list prices of") && page.contains("up to 3 requests"), "{page}");
    assert!(text(&["--events-per-month", "10", "--platform", "azure"]).contains("list prices of"));
}

/// Text has colours only on a terminal or on demand, and every platform has a page.
#[test]
fn text_is_plain_when_it_is_piped() {
    for &platform in Platform::ALL {
        let text = text(&["--platform", platform.as_str(), "--events-per-month", "10"]);
        assert!(!text.contains('\u{1b}'), "{text}");
        for part in ["PROXY-SECRET", "a cache in front", "Content-Security-Policy", "URLs on"] {
            assert!(text.contains(part), "{platform}: {part} is missing in {text}");
        }
    }
    let mut command = Command::new(setup());
    let output = command.args(["--site", SITE]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(from_utf8(&output.stdout).unwrap().contains("\u{1b}["));
}

/// R1.3: what cannot be used is an error that says what was expected, and nothing is printed.
#[test]
fn bad_arguments_are_refused() {
    for (arguments, expected) in [
        (&["--integration-path", "a b"][..], "expected path segments"),
        (&["--integration-path", "../x"], "expected path segments"),
        (&["--integration-path", ""], "--integration-path"),
        (&["--integration-path", "a/b", "--platform", "cloudfront"], "takes one segment"),
        (&["--v3", "--agent-path", "status/x", "--result-path", "a?b"], "expected path segments"),
        (&["--v3", "--agent-path", "a1", "--result-path", "a1"], "expected an integration path"),
        (&["--agent-path", "a1"], "--v3"),
        (&["--api-key", "\"x"], "expected letters and digits"),
        (&["--platform", "aws"], "unknown platform"),
        (&["--region", "mars"], "--region"),
        (&["--events-per-month", "many"], "--events-per-month"),
        (&["--price-month", "5"], "--events-per-month"),
        (&["--events-per-month", "1", "--price-month", "NaN"], "expected an amount of money"),
        (&["--events-per-month", "1", "--price-month=-1"], "expected an amount of money"),
    ] {
        let output = run(SITE, arguments);
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
        let output = run(site, &[]);
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && output.stdout.is_empty(), "{site}");
        assert!(message.contains("expected a site's origin"), "{site}: {message}");
    }
    for site in ["https://*.example", "https://192.0.2.1"] {
        let message = String::from_utf8(run(site, &[]).stderr).unwrap();
        assert!(message.starts_with("error: --site: expected a host name"), "{site}: {message}");
    }
    let output = run("https://B\u{fc}cher.example:8443/", &["--json"]);
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(plan["variables"][0]["settings"]["FIRSTPARTY_HOSTS"], "xn--bcher-kva.example");
}
