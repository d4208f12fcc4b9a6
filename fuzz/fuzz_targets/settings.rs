//! Feeds the settings of a Lambda@Edge function arbitrary documents and custom headers at
//! arbitrary times.
//!
//! Oracle (R13.2, R1.6): it never panics; a document is asked for exactly when the newest outcome is
//! too old; the function in use is made of the newest document that could be used, and before there
//! was one of the custom headers, if they can be used; a document that is not a JSON object, by an
//! independent reading, is never used; no secret shows in errors or in `Debug`.

#![no_main]

use std::collections::BTreeMap;
use std::time::Duration;

use arbitrary::Arbitrary;
use bytes::Bytes;
use firstparty::Config;
use firstparty::config::Source;
use firstparty_lambda_edge::{EdgeEvent, EdgeSettings, Need};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const DEFAULT_TTL: Duration = Duration::from_secs(300);

/// Two documents, and what comes between and behind them, reach all states.
const MAX_STEPS: usize = 6;

/// Stands in every value that must not show.
const MARK: &str = "pr0xy-s3cret";

#[derive(Arbitrary, Debug)]
struct Input {
    headers: Vec<(String, String)>,
    steps: Vec<Step>,
}

#[derive(Arbitrary, Debug)]
struct Step {
    passed: u16,
    document: Document,
}

#[derive(Arbitrary, Debug)]
enum Document {
    None,
    Bytes(Vec<u8>),
    /// The secret where something else should be.
    Bare,
    Wrong(u8),
    Good {
        route: u8,
        ttl: u16,
    },
}

impl Document {
    fn bytes(&self) -> Option<Vec<u8>> {
        let value = match self {
            Self::None => return None,
            Self::Bytes(bytes) => return Some(bytes.clone()),
            Self::Bare => json!(MARK),
            Self::Wrong(kind) => match kind % 4 {
                0 => json!({"fpjs_pre_shared_secret": [MARK]}),
                1 => json!({"fpjs_pre_shared_secret": format!(" {MARK}")}),
                2 => json!({"fpjs_cdn_url": format!("{MARK}/x")}),
                _ => json!([MARK]),
            },
            Self::Good { route, ttl } => json!({
                "fpjs_get_result_path": format!("r{route}"),
                "fpjs_pre_shared_secret": MARK,
                "fpjs_proxy_secret_cache_ttl_ms": ttl.to_string(),
            }),
        };
        Some(value.to_string().into_bytes())
    }
}

/// The state of a naive reading of the rules. `Some(None)` is a configuration without a route.
struct Model {
    /// The route that the custom headers alone give, or `None` if they cannot be used.
    plain: Option<Option<String>>,
    /// The route of the newest document that was taken.
    documented: Option<Option<String>>,
    ttl: u64,
    newest: Option<(u64, bool)>,
}

impl Model {
    fn of(headers: &Source) -> Self {
        let plain = Config::builder().source(headers.clone()).build().ok();
        let ttl = plain.as_ref().map_or(DEFAULT_TTL, Config::proxy_secret_cache_ttl);
        Self {
            plain: plain.map(|plain| route_of(&plain)),
            documented: None,
            ttl: milliseconds(ttl),
            newest: None,
        }
    }

    fn is_due(&self, now: u64) -> bool {
        self.newest
            .is_none_or(|(at, good)| now - at > if good { self.ttl } else { self.ttl.min(5_000) })
    }

    fn in_use(&self) -> Option<&Option<String>> {
        self.documented.as_ref().or(self.plain.as_ref())
    }
}

fn route_of(config: &Config) -> Option<String> {
    config.get_result_path().map(|route| route.as_str().to_owned())
}

fuzz_target!(|input: Input| {
    let mut event = EdgeEvent::new("GET", "/", "");
    event.append_custom_header("fpjs_secret_name", "name");
    for (name, value) in &input.headers {
        event.append_custom_header(variable(name), value);
    }
    let headers = event.with_body(Bytes::new()).settings().clone();
    let mut settings = EdgeSettings::new(Config::builder());
    let mut model = Model::of(&headers);
    let mut now = 0;
    for step in input.steps.iter().take(MAX_STEPS) {
        now += u64::from(step.passed);
        take(&mut settings, &headers, step, now, &mut model);
    }
});

/// What a document sets, too, by its letter: chance finds whole names late.
fn variable(name: &str) -> &str {
    match name {
        "r" => "fpjs_get_result_path",
        "s" => "fpjs_pre_shared_secret",
        "t" => "fpjs_proxy_secret_cache_ttl_ms",
        other => other,
    }
}

fn take(settings: &mut EdgeSettings, headers: &Source, step: &Step, now: u64, model: &mut Model) {
    let at = Duration::from_millis(now);
    let wanted = matches!(settings.poll(headers, at), Ok(Need::Document("name")));
    assert_eq!(wanted, model.is_due(now));
    if wanted {
        let document = step.document.bytes();
        let outcome = settings.read(headers, document.as_deref(), at);
        if let Err(error) = &outcome {
            assert!(!format!("{error} {error:?}").contains(MARK), "{error:?}");
        }
        assert!(!format!("{settings:?}").contains(MARK));
        model.newest = Some((now, outcome.is_ok()));
        let config = document.and_then(|document| documented(&document, headers));
        match (&step.document, &outcome) {
            (Document::Good { .. }, _) => {
                assert_eq!(outcome.is_ok(), config.is_some(), "{outcome:?}");
            }
            (Document::Bytes(_), _) | (_, Err(_)) => {}
            (_, Ok(())) => panic!("not refused"),
        }
        if outcome.is_ok() {
            let config = config.expect("a document that was taken");
            model.documented = Some(route_of(&config));
            model.ttl = milliseconds(config.proxy_secret_cache_ttl());
        }
    }
    let in_use = match settings.poll(headers, at) {
        Ok(Need::Nothing(function)) => Some(route_of(function.gateway().config())),
        Ok(Need::Document(_)) => panic!("a document was read a moment ago"),
        Err(error) => {
            assert!(!format!("{error} {error:?}").contains(MARK), "{error:?}");
            None
        }
    };
    assert_eq!(in_use.as_ref(), model.in_use());
}

/// R1.1, R1.2: what a document and the headers say together, if it is an object whose keys have no
/// case and whose empty values count as none.
fn documented(document: &[u8], headers: &Source) -> Option<Config> {
    let value: Value = serde_json::from_slice(document).ok()?;
    let mut pairs = BTreeMap::new();
    for (key, value) in value.as_object()? {
        if let Some(text) = value.as_str().filter(|text| !text.is_empty()) {
            pairs.insert(key.to_ascii_lowercase(), text.to_owned());
        }
    }
    let document = Source::from_pairs("document", pairs);
    Config::builder().source(document).source(headers.clone()).build().ok()
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
