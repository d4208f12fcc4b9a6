//! Feeds the settings of a Lambda@Edge function arbitrary documents and custom headers at
//! arbitrary times.
//!
//! Oracle (R13.2, R1.6): it never panics; a document is asked for exactly when the newest outcome is
//! too old; the function in use is made of the newest document that could be used, and of the
//! custom headers before there was one; a document that is no JSON object, by an independent
//! reading, is never used; no secret shows in errors or in `Debug`.

#![no_main]

use std::time::Duration;

use arbitrary::Arbitrary;
use bytes::Bytes;
use firstparty::Config;
use firstparty::config::Source;
use firstparty::lambda_edge::{Event, Need, Settings};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

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

/// What the naive reading of the rules knows.
struct Model {
    route: Option<String>,
    ttl: u64,
    newest: Option<(u64, bool)>,
}

impl Model {
    fn is_due(&self, now: u64) -> bool {
        self.newest
            .is_none_or(|(at, good)| now - at > if good { self.ttl } else { self.ttl.min(5_000) })
    }
}

fuzz_target!(|input: Input| {
    let mut event = Event::new("GET", "/", "");
    event.custom_header("fpjs_secret_name", "name");
    for (name, value) in &input.headers {
        event.custom_header(name, value);
    }
    let headers = event.with_body(Bytes::new()).settings().clone();
    let mut settings = Settings::new(Config::builder());
    let plain = match settings.poll(&headers, Duration::ZERO) {
        Err(_) => return,
        Ok(_) => Config::builder().source(headers.clone()).build().expect("polled"),
    };
    let mut model = Model {
        route: plain.result_route().map(|route| route.as_str().to_owned()),
        ttl: u64::try_from(plain.document_ttl().as_millis()).unwrap_or(u64::MAX),
        newest: None,
    };
    let mut now = 0;
    for step in &input.steps {
        now += u64::from(step.passed);
        take(&mut settings, &headers, step, now, &mut model);
    }
});

fn take(settings: &mut Settings, headers: &Source, step: &Step, now: u64, model: &mut Model) {
    let at = Duration::from_millis(now);
    let wanted = matches!(settings.poll(headers, at).expect("valid"), Need::Document("name"));
    assert_eq!(wanted, model.is_due(now));
    if wanted {
        let document = step.document.bytes();
        let outcome = settings.read(headers, document.as_deref(), at);
        if let Err(error) = &outcome {
            assert!(!format!("{error} {error:?}").contains(MARK), "{error:?}");
        }
        model.newest = Some((now, outcome.is_ok()));
        match (&step.document, &outcome) {
            (Document::Good { .. }, Err(error)) => panic!("a good document was refused: {error}"),
            (Document::None | Document::Bare | Document::Wrong(_), Ok(())) => panic!("not refused"),
            (_, Ok(())) => learn(model, &document.unwrap_or_default(), headers),
            (_, Err(_)) => {}
        }
    }
    assert!(!format!("{settings:?}").contains(MARK));
    let Need::Nothing(function) = settings.poll(headers, at).expect("valid") else {
        panic!("a document was read a moment ago");
    };
    let config = function.gateway().config();
    let route = config.result_route().map(|route| route.as_str().to_owned());
    assert_eq!(route, model.route);
}

/// Reads a document that was taken independently: an object whose keys have no case, and whose
/// empty values count as none.
fn learn(model: &mut Model, document: &[u8], headers: &Source) {
    let value: Value = serde_json::from_slice(document).expect("a document is JSON");
    let object = value.as_object().expect("a document is an object");
    let get = |wanted: &str| {
        let mut entries = object.iter().filter(|(key, _)| key.eq_ignore_ascii_case(wanted));
        let text = entries.next().and_then(|(_, value)| value.as_str());
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let plain = Config::builder().source(headers.clone()).build().expect("valid");
    let own = plain.result_route().map(|route| route.as_str().to_owned());
    let tidy = |path: String| {
        path.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
    };
    model.route = get("fpjs_get_result_path").map(tidy).or(own);
    model.ttl = match get("fpjs_proxy_secret_cache_ttl_ms") {
        Some(ttl) => ttl.parse().expect("a document with a valid time to live"),
        None => u64::try_from(plain.document_ttl().as_millis()).unwrap_or(u64::MAX),
    };
}
