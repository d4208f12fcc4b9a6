//! The guide says what the code does: its tables are compared with the code, and what it names exists. Its
//! code is run as documentation tests.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use firstparty::config::{Builder, CachePolicy, Source, Variable};
use firstparty::platform::{AddressSource, HostSource};
use firstparty::refusal::Refusal;
use firstparty::{Config, Failure, Gateway, Platform, adapter};
use serde_json::Value;

use crate::program::setup;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const PUBLISHED: &str = "https://docs.rs/firstparty/latest/firstparty/guide/";

fn page(name: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(format!("src/guide/{name}.md"))).unwrap()
}

/// Every page with its name.
fn pages() -> Vec<(String, String)> {
    let entries = fs::read_dir(Path::new(ROOT).join("src/guide")).unwrap();
    let names = entries.map(|entry| {
        let path: PathBuf = entry.unwrap().path();
        path.file_stem().unwrap().to_str().unwrap().to_owned()
    });
    let mut names: Vec<_> = names.collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), page(&name))).collect()
}

/// The rows of the table whose heading begins like this, as text between the bars.
#[track_caller]
fn table(page: &str, heading: &str) -> Vec<Vec<String>> {
    let lines = page.lines().skip_while(|line| !line.starts_with(&format!("| {heading}")));
    let rows = lines.skip(2).take_while(|line| line.starts_with('|'));
    let rows = rows.map(|line| {
        let cells = line.trim_matches('|').split(" | ");
        cells.map(|cell| cell.trim().to_owned()).collect()
    });
    let rows: Vec<_> = rows.collect();
    assert!(!rows.is_empty(), "there is no table with {heading:?}");
    rows
}

fn columns(rows: &[Vec<String>], count: usize) -> Vec<Vec<String>> {
    rows.iter().map(|row| row[..count].to_vec()).collect()
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

/// R9.3: each refusal with its status, its rule and its sentence, in the order of the code.
#[test]
fn refusals_are_told() {
    let expected = Refusal::ALL.iter().map(|refusal| {
        let cause = refusal.cause();
        let rule = format!("[{}]", cause.rule());
        vec![code(cause.name()), cause.status().as_str().to_owned(), rule, refusal.to_string()]
    });
    let rows = table(&page("refusals"), "cause | status");
    assert_eq!(columns(&rows, 4), expected.collect::<Vec<_>>());
    assert!(rows.iter().all(|row| row.len() == 5), "what to do is missing");
}

/// R9.1: each failure with its sentence.
#[test]
fn failures_are_told() {
    let expected =
        Failure::ALL.iter().map(|failure| vec![code(failure.as_str()), failure.to_string()]);
    let rows = table(&page("refusals"), "failure | sentence");
    assert_eq!(columns(&rows, 2), expected.collect::<Vec<_>>());
}

/// R12: what each platform is called, and where its address and host come from.
#[test]
fn platforms_are_told() {
    let page = page("platforms");
    let sources = table(&page, "platform | name at Fingerprint");
    assert_eq!(sources.len(), Platform::ALL.len());
    let prose = page.replace('\n', " ");
    for (platform, row) in Platform::ALL.iter().zip(sources) {
        let profile = platform.profile();
        assert_eq!(row[..2], [code(platform.as_str()), code(profile.integration_name)]);
        let address = match profile.address {
            AddressSource::Field(field) => code(field),
            AddressSource::PseudoIpv4 { field, real, .. } => {
                format!("{}; {} for a made-up IPv4 address", code(field), code(real))
            }
            _ => "the adapter".to_owned(),
        };
        let host = match profile.host {
            HostSource::Field(field) => format!("{}, else the request", code(field)),
            _ => "the request".to_owned(),
        };
        let trusted = if *platform == Platform::Generic { ", or a trusted field" } else { "" };
        assert_eq!(row[2..], [address + trusted, host + trusted], "{platform}");
        let lists = [&profile.request_denylist, &profile.response_denylist];
        let [requests, responses] =
            lists.map(|names| names.names().count() + names.prefixes().count());
        let sentence =
            format!("on `{platform}` {requests} in requests and {responses} in responses");
        assert_eq!(prose.contains(&sentence), requests + responses > 0, "{sentence}");
    }
    assert_eq!(prose.matches(" in requests and ").count(), 2, "a platform has no such fields");
}

/// R2.1, R2.6, R2.8: each mount as it is written, the variable for it, and which paths it takes.
#[test]
fn mounts_are_told() {
    let page = page("mount");
    let rows = table(&page, "the gateway runs");
    let builders = rows.iter().map(|row| {
        let mount = serde_json::from_str(row[1].split('`').nth(1).unwrap()).unwrap();
        let builder = Config::builder().mount(mount);
        if let Some((key, value)) = row[2].trim_matches('`').split_once('=') {
            let mut source = Source::new("variables");
            source.insert(key, value);
            let by_variable = Config::builder().source(source).build().unwrap();
            assert_eq!(by_variable.mount(), builder.clone().build().unwrap().mount(), "{row:?}");
        }
        builder.agent_download_path("agent").get_result_path("result").build().unwrap()
    });
    let gateways: Vec<_> = builders.map(|config| Gateway::new(config, Platform::Generic)).collect();
    let paths = table(&page, "path | exact");
    assert_eq!((gateways.len(), paths.len()), (6, 7));
    for row in paths {
        let uri = row[0].trim_matches('`').parse().unwrap();
        let owns = gateways.iter().map(|gateway| if gateway.owns(&uri) { "✓" } else { "–" });
        assert_eq!(row[1..], owns.collect::<Vec<_>>(), "{uri}");
    }
}

/// R1.3: every option, and the defaults of those that the table tells in JSON.
#[test]
fn options_are_told() {
    let rows = table(&page("settings"), "option | takes");
    let told: Vec<_> = rows.iter().map(|row| row[0].trim_matches('`')).collect();
    assert_eq!(told, Builder::OPTIONS);
    for row in rows.iter().filter(|row| row[2].starts_with('`')) {
        let (option, default) = (row[0].trim_matches('`'), row[2].split('`').nth(1).unwrap());
        let given = format!(r#"{{"{option}": {default}}}"#);
        let given: Config = serde_json::from_str(&given).unwrap();
        assert_eq!(format!("{given:?}"), unchanged(option), "{option}");
    }
}

/// The default configuration, in which the mount was chosen if that is the option.
fn unchanged(option: &str) -> String {
    let default = Config::default();
    if option != "mount" {
        return format!("{default:?}");
    }
    let chosen = Config::builder().mount(default.mount().clone()).build().unwrap();
    format!("{chosen:?}")
}

/// R1.5, R12: fields that a browser could write come with advice on the platforms that the guide lists.
#[test]
fn forgeable_fields_are_told() {
    let told = columns(&table(&page("platforms"), "platform | field"), 2);
    let advised = Platform::ALL.iter().filter_map(|platform| {
        let advice = firstparty::advice::advise(&Config::default(), *platform);
        let advice = advice.iter().find(|advice| advice.code() == "forgeable-address")?;
        let field = advice.to_string().split(' ').nth(3)?.to_owned();
        Some(vec![code(platform.as_str()), code(&field)])
    });
    assert_eq!(told, advised.collect::<Vec<_>>());
}

/// R1, R12: every variable, under the names that platforms have for it.
#[test]
fn variables_are_told() {
    let expected = Variable::ALL.iter().map(|variable| {
        let mut others: Vec<(&str, Vec<String>)> = Vec::new();
        for platform in Platform::ALL {
            let (name, platform) =
                (platform.profile().variable_name(*variable), code(platform.as_str()));
            match others.iter_mut().find(|(other, _)| *other == name) {
                _ if name == variable.as_str() => {}
                Some((_, platforms)) => platforms.push(platform),
                None => others.push((name, vec![platform])),
            }
        }
        let others = others.iter().map(|(name, on)| format!("{} on {}", code(name), on.join(", ")));
        let others: Vec<_> = others.collect();
        let cell = if others.is_empty() { "–".to_owned() } else { others.join("; ") };
        vec![code(variable.as_str()), cell]
    });
    let rows = table(&page("migration"), "variable | other names");
    assert_eq!(rows, expected.collect::<Vec<_>>());
}

/// The example `setup` computes the same money, from the same quantities.
#[test]
fn cost_is_that_of_the_setup() {
    let page = page("cost");
    let rows = table(&page, "platform | requests");
    let names =
        ["requests", "GB to browsers", "GB from browsers", "GB-seconds", "secret reads", "month"];
    for row in &rows {
        let platform = row[0].trim_matches('`');
        let mut command = Command::new(setup());
        command.args(["--site", "https://www.example.com", "--json", "--platform", platform]);
        let output = command.args(["--events-per-month", "1000000"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
        let cost = &plan["cost"];
        let items = cost["items"].as_array().unwrap();
        let money = |name: &&str| {
            let item = items.iter().find(|item| item["name"] == **name);
            item.map_or("–".to_owned(), |item| format!("{:.2}", item["money"].as_f64().unwrap()))
        };
        let mut expected: Vec<_> = names.iter().map(money).collect();
        expected.push(format!("{:.2}", cost["total"].as_f64().unwrap()));
        assert_eq!(row[1..], expected, "{platform}");
        assert_eq!(items.len(), expected.iter().filter(|cell| *cell != "–").count() - 1);
    }
}

/// The page's prices and quantities are those in the source of the example `setup`.
#[test]
fn quantities_are_those_of_the_setup() {
    let page = page("cost");
    let rows = table(&page, "platform | requests");
    let source = fs::read_to_string(Path::new(ROOT).join("examples/setup/cost.rs")).unwrap();
    let (_, date) = source.split_once("PRICES_OF: &str = \"").unwrap();
    assert!(page.contains(&format!("list prices of {},", &date[..7])), "other prices");
    // A platform is listed if, and only if, it has list prices.
    let priced = source.lines().filter(|line| line.contains("Platform::") && line.contains("=> ["));
    assert_eq!(rows.len(), priced.count());
    let formula = source.replace('_', "");
    for (ours, theirs) in [
        ("3: agent", "REQUESTS: f64 = 3.0;"),
        ("37 kB: 36 of agent, 1 of answer", "KILOBYTESDOWN: f64 = 36.0 + 1.0;"),
        ("10 kB: the signals, 5 to 10", "KILOBYTESUP: f64 = 10.0;"),
        ("0.2 s for the agent, 0.5 s for the identification, 0.2 s", "(0.2 + 0.5 + 0.2) * 0.128;"),
        ("8,760 in each region", "SECRETREADS: f64 = 12.0 * 730.0;"),
    ] {
        assert!(page.contains(ours) && formula.contains(theirs), "{ours}: {theirs}");
    }
}

/// R7.1, R16.4: figures in the prose.
#[test]
fn figures_are_the_codes() {
    let CachePolicy::Cap { max_age, s_maxage } = CachePolicy::default() else { panic!() };
    let caching = page("caching");
    assert!(caching.contains(&format!("at most {max_age} seconds")), "{max_age}");
    assert!(caching.contains(&format!("at most {s_maxage} seconds")), "{s_maxage}");
    let head = format!("accept heads of {} KB", adapter::MIN_HEAD / 1024);
    assert!(page("deployment").contains(&head), "{head}");
    let ttl = Config::default().proxy_secret_cache_ttl();
    assert_eq!(ttl.as_secs(), 5 * 60);
    assert!(page("operation").contains("five minutes by default"));
    assert_eq!(Variable::ALL.len(), 12);
    assert!(page("settings").contains("There are\ntwelve,"));
}

/// The adapter in thirty lines has no more.
#[test]
fn thirty_lines() {
    let page = page("first_adapter");
    let (_, code) = page.split_once("```\n").unwrap();
    let (code, _) = code.split_once("```").unwrap();
    let visible = code.lines().filter(|line| !line.starts_with('#') && !line.starts_with("use "));
    let count = visible.filter(|line| !line.is_empty()).count();
    assert!((20..=30).contains(&count), "{count} lines");
}

/// Overview and README lead to every page, and each page is a module.
#[test]
fn every_page_is_found() {
    let overview = page("overview");
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let modules = fs::read_to_string(Path::new(ROOT).join("src/guide.rs")).unwrap();
    for (name, text) in pages() {
        assert!(modules.contains(&format!("include_str!(\"guide/{name}.md\")")), "{name}");
        if name != "overview" {
            assert!(modules.contains(&format!("pub mod {name} {{}}")), "{name}");
            assert!(overview.contains(&format!("| [`{name}`] |")), "{name}");
            assert!(
                readme.contains(&format!("[`{name}`]({PUBLISHED}{name}/index.html)")),
                "{name}"
            );
        }
        let words = text.split_whitespace().count();
        assert!(words < 1300, "{name} is not read in five minutes: {words} words");
    }
}

/// What the pages name is there: files and folders of the repository, and the one test.
#[test]
fn what_is_named_exists() {
    let folders = ["examples/", "scripts/", "src/", "tests/", "benches/", "crates/"];
    let mut wrong = String::new();
    let mut count = 0;
    for (name, text) in pages() {
        let named = text.split('`').skip(1).step_by(2);
        for path in named.filter(|text| folders.iter().any(|folder| text.starts_with(folder))) {
            count += 1;
            if !Path::new(ROOT).join(path).exists() {
                let _ = writeln!(wrong, "{name}: {path}");
            }
        }
        let examples = text.split("cargo run --example ").skip(1);
        for example in examples.map(|rest| rest.split([' ', '`', '\n']).next().unwrap()) {
            let folder = Path::new(ROOT).join("examples");
            let exists = folder.join(example).join("main.rs").exists();
            if !exists && !folder.join(format!("{example}.rs")).exists() {
                let _ = writeln!(wrong, "{name}: {example}");
            }
        }
    }
    assert!(wrong.is_empty() && count > 20, "{count} paths, not there: {wrong}");
    let answers = fs::read_to_string(Path::new(ROOT).join("tests/it/answers.rs")).unwrap();
    assert!(answers.contains("/// R5.7: the hosts of upstream"));
    assert!(answers.contains("fn hosts_of_upstream_are_refused()"));
    let code = fs::read_to_string(Path::new(ROOT).join("src/request/browser_host.rs")).unwrap();
    assert!(code.contains("R5.7") && code.contains("Refusal::HostOfUpstream"));
}

/// The rooms stand in the order that `scripts/check-circles` holds.
#[test]
fn rooms_are_in_order() {
    let script = fs::read_to_string(Path::new(ROOT).join("scripts/check-circles")).unwrap();
    let (_, order) = script.split_once("ORDER = \"\"\"").unwrap();
    let (order, _) = order.split_once("\"\"\"").unwrap();
    let rows = table(&page("architecture"), "room | has");
    let rooms = rows.iter().flat_map(|row| row[0].split('`').skip(1).step_by(2));
    assert!(rooms.eq(order.split_whitespace().chain(["contract"])));
}

/// The line of the log that the architecture page reads has the members of the example proxy's.
#[test]
fn the_line_is_that_of_the_proxy() {
    let members = |text: &str| -> Vec<String> {
        let line = text.lines().find_map(|line| line.strip_prefix("exchange {")).unwrap();
        let line: Value = serde_json::from_str(&format!("{{{line}")).unwrap();
        line.as_object().unwrap().keys().cloned().collect()
    };
    let readme = fs::read_to_string(Path::new(ROOT).join("examples/proxy/README.md")).unwrap();
    assert_eq!(members(&page("architecture")), members(&readme));
}
