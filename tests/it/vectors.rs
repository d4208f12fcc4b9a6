//! Recorded answers of existing proxies, all of them, through the core of the example `explain`.
//!
//! Every aspect of an answer has to be the recorded one, but for those in `deviations.json`, each
//! with the rule of the contract that asks for the difference. That list may only shrink: an entry
//! that is no longer needed fails the test.
//!
//! What we answer instead is pinned in `ours-*.json`, so that a difference stays the one that was
//! meant. `FIRSTPARTY_BLESS=1 cargo test --test it vectors` writes that file anew, to be read as a diff.
//!
//! Aspects: `status` (the status, or whether a request is forwarded at all), `target` (method and
//! URI up to the query), `query`, `body` (of answers made here), and every field by its name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::explain;

type Deviations = BTreeMap<String, BTreeMap<String, String>>;

const CLOUDFRONT: &str = include_str!("../data/cloudfront.jsonl");
const CLOUDFLARE: &str = include_str!("../data/cloudflare.jsonl");

const AS_CLOUDFRONT: &str =
    r#"{"platform": "cloudfront", "config": {"mount": "anywhere", "agent_origin": "cdn"}}"#;
const AS_CLOUDFLARE: &str = r#"{"platform": "cloudflare"}"#;

fn deviations(prefix: &str) -> Deviations {
    let all: Deviations = serde_json::from_str(include_str!("../data/deviations.json")).unwrap();
    all.into_iter().filter(|(id, _)| id.starts_with(prefix)).collect()
}

#[test]
fn cloudfront_answers_as_recorded() {
    check("cf", 443, AS_CLOUDFRONT, CLOUDFRONT);
}

#[test]
fn cloudflare_answers_as_recorded() {
    check("cw", 448, AS_CLOUDFLARE, CLOUDFLARE);
}

/// R3.1, R5.3: and a deviation names the rule that asks for it.
#[test]
fn deviations_name_rules() {
    let rules: BTreeSet<&str> = crate::rules::all().collect();
    for (id, aspects) in deviations("") {
        for (aspect, rule) in aspects {
            // R9 and R13.3 stand for every answer made here, and for what `http` cannot hold; R16.2
            // is the adapter's, which cuts a response that upstream cut.
            let known = rules.contains(&*rule) || ["R9", "R13.3", "R16.2"].contains(&&*rule);
            assert!(known, "{id}: {aspect}: {rule}");
        }
    }
}

fn check(prefix: &str, count: usize, defaults: &str, vectors: &str) {
    let answers = explain(defaults, vectors);
    assert_eq!(answers.len(), count);
    let mut found = Deviations::new();
    for (vector, answer) in vectors.lines().zip(&answers) {
        let vector: Value = serde_json::from_str(vector).unwrap();
        let id = vector["id"].as_str().unwrap();
        let differing = differing(answer, &vector);
        if !differing.is_empty() {
            found.insert(id.to_owned(), differing);
        }
    }
    compare(&found, &deviations(prefix));
    compare_with_pinned(prefix, &found);
}

/// What differs is what differed when the deviation was agreed on.
fn compare_with_pinned(prefix: &str, found: &Deviations) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/ours-{prefix}.json"));
    if std::env::var_os("FIRSTPARTY_BLESS").is_some() {
        let lines: Vec<_> = found
            .iter()
            .map(|(id, aspects)| format!("  {}: {}", json!(id), json!(aspects)))
            .collect();
        fs::write(&path, format!("{{\n{}\n}}\n", lines.join(",\n"))).unwrap();
    }
    let pinned: Deviations = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    for (id, aspects) in found {
        assert_eq!(pinned.get(id), Some(aspects), "{id}");
    }
}

/// Both ways: nothing unexpected, and nothing expected in vain.
fn compare(found: &Deviations, expected: &Deviations) {
    let mut report = Vec::new();
    for (id, aspects) in found {
        for (aspect, values) in aspects {
            if !expected.get(id).is_some_and(|expected| expected.contains_key(aspect)) {
                report.push(format!("{id}: {aspect} differs: {values}"));
            }
        }
    }
    for (id, aspects) in expected {
        for aspect in aspects.keys() {
            if !found.get(id).is_some_and(|found| found.contains_key(aspect)) {
                report.push(format!("{id}: {aspect} is stale in deviations.json"));
            }
        }
    }
    assert!(report.is_empty(), "{report:#?}");
}

/// The aspects in which an answer differs from the recorded one, with both values.
fn differing(ours: &Value, vector: &Value) -> BTreeMap<String, String> {
    let theirs = &vector["peer_out"];
    let mut aspects = Aspects::default();
    let incomparable = ours.get("error").is_some()
        || theirs.get("crash").is_some()
        || ours.get("forward").is_some() != theirs.get("forward").is_some();
    if incomparable {
        aspects.add("status", &summary(ours), &outcome(theirs));
        return aspects.0;
    }
    if let (Some(ours), Some(theirs)) = (ours.get("forward"), theirs.get("forward")) {
        aspects.compare_forwarded(ours, theirs, vector["peer"] == "cloudfront-2.1.1");
    }
    let answer = |value: &Value| value.get("response").or(value.get("respond")).cloned();
    match (answer(ours), answer(theirs)) {
        (Some(ours), Some(theirs)) => aspects.compare_answers(&ours, &theirs),
        (None, None) => {}
        _ => aspects.add("status", &outcome(ours), &outcome(theirs)),
    }
    aspects.0
}

/// What became of a request of ours: where it went, or what was answered.
fn summary(ours: &Value) -> String {
    match (ours.get("forward"), ours.get("respond")) {
        (Some(forward), _) => format!("forward {} {}", forward["uri"], forward["headers"]),
        (_, Some(answer)) => format!("respond {} {}", answer["status"], answer["body"]),
        _ => ours.to_string(),
    }
}

/// What became of a request, in general.
fn outcome(value: &Value) -> String {
    for kind in ["error", "crash", "forward"] {
        if value.get(kind).is_some() {
            return kind.to_owned();
        }
    }
    format!("respond {}", value["respond"]["status"])
}

#[derive(Default)]
struct Aspects(BTreeMap<String, String>);

impl Aspects {
    fn add(&mut self, aspect: &str, ours: &str, theirs: &str) {
        if ours != theirs {
            self.0.insert(aspect.to_owned(), format!("{ours} instead of {theirs}"));
        }
    }

    fn compare_forwarded(&mut self, ours: &Value, theirs: &Value, host_is_final: bool) {
        let split = |value: &Value| {
            let uri = value["uri"].as_str().unwrap().to_owned();
            let (target, query) = uri.split_once('?').unwrap_or((&uri, ""));
            (format!("{} {target}", value["method"]), query.to_owned())
        };
        let ((our_target, our_query), (their_target, their_query)) = (split(ours), split(theirs));
        self.add("target", &our_target, &their_target);
        self.add("query", &our_query, &their_query);
        let (mut our_fields, mut their_fields) = (fields(ours), fields(theirs));
        if host_is_final {
            // The peer's HTTP client added it.
            let wire = theirs["wire_added"].as_array().cloned().unwrap_or_default();
            let host = wire.into_iter().filter(|pair| pair[0] == "host");
            their_fields.insert("host".to_owned(), host.map(|pair| text(&pair[1])).collect());
        } else {
            // The peer's runtime replaces it later.
            our_fields.remove("host");
            their_fields.remove("host");
        }
        self.compare_fields(&our_fields, &their_fields);
    }

    fn compare_answers(&mut self, ours: &Value, theirs: &Value) {
        self.add("status", &ours["status"].to_string(), &theirs["status"].to_string());
        self.compare_fields(&fields(ours), &fields(theirs));
        if let Some(body) = ours["body"].as_str() {
            self.add("body", body, theirs["body"].as_str().unwrap_or_default());
        }
    }

    fn compare_fields(&mut self, ours: &Fields, theirs: &Fields) {
        let names: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
        for name in names {
            let show = |fields: &Fields| format!("{:?}", fields.get(name));
            self.add(name, &show(ours), &show(theirs));
        }
    }
}

type Fields = BTreeMap<String, Vec<String>>;

/// Fields by lower-case name, repeats in order, without blanks around their values.
fn fields(value: &Value) -> Fields {
    let mut fields = Fields::new();
    for pair in value["headers"].as_array().unwrap() {
        fields.entry(text(&pair[0]).to_lowercase()).or_default().push(text(&pair[1]));
    }
    fields
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().trim_matches([' ', '\t']).to_owned()
}
