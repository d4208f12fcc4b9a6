//! What reports add up to (contract R11.3).

use std::collections::BTreeMap;

use firstparty::Report;
use firstparty::http::StatusCode;
use firstparty::refusal::{Cause, Refusal};
use firstparty::report::Tally;
use firstparty::{Action, Failure, Platform};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use crate::support::{USUAL, gateway, request};

static OWN: Cause = Cause::new("busy", "R16.4", StatusCode::SERVICE_UNAVAILABLE, "busy");
/// An adapter's own cause, called as one of the gateway's.
static SAME_NAME: Cause = Cause::new("not_found", "R16.4", StatusCode::NOT_FOUND, "elsewhere");
static FORBIDDEN: Cause = Cause::new("members", "R16.4", StatusCode::FORBIDDEN, "for members");

/// The report of a request, as the gateway gives it.
fn report(method: &str, uri: &str) -> Report {
    match gateway(Platform::Generic, USUAL).handle(request(method, uri, &[]), None) {
        Action::Respond(_, report) => report,
        Action::Forward(_, exchange) => exchange.report(),
    }
}

fn status(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap()
}

fn tally<'r>(reports: impl IntoIterator<Item = &'r Report>) -> Tally {
    let mut tally = Tally::default();
    for report in reports {
        tally.add(*report);
    }
    tally
}

/// The samples that are not zero, without the prefix of all names.
fn counted(tally: &Tally) -> BTreeMap<String, u64> {
    let text = tally.to_string();
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let samples = samples.map(|line| {
        let (series, count) = line.rsplit_once(' ').unwrap();
        (series.strip_prefix("firstparty_").unwrap().to_owned(), count.parse().unwrap())
    });
    samples.filter(|(_, count)| *count > 0).collect()
}

fn sum(counted: &BTreeMap<String, u64>, prefix: &str) -> usize {
    let of_family = counted.iter().filter(|(series, _)| series.starts_with(prefix));
    of_family.map(|(_, count)| usize::try_from(*count).unwrap()).sum()
}

#[track_caller]
fn assert_counts(reports: &[Report], expected: &[(&str, u64)]) {
    let expected = expected.iter().map(|(series, count)| ((*series).to_owned(), *count));
    assert_eq!(counted(&tally(reports)), expected.collect(), "{reports:?}");
}

/// R11.3: a report counts in every series that it belongs to, and in no other.
#[test]
fn reports_become_counters() {
    let identification = report("POST", "/fp/result?region=eu");
    let identified = r#"forwarded_total{route="result",kind="identification",region="eu"}"#;
    let agent = report("GET", "/fp/agent?apiKey=k");
    let downloaded = r#"forwarded_total{route="agent",kind="plain",region="us"}"#;
    // Sent, and the end is not known.
    assert_counts(&[identification], &[(identified, 1)]);
    assert_counts(
        &[identification.ended(status(200)), agent.ended(status(304)), agent.ended(status(200))],
        &[
            (identified, 1),
            (downloaded, 2),
            (r#"upstream_responses_total{kind="identification",class="2xx"}"#, 1),
            (r#"upstream_responses_total{kind="plain",class="2xx"}"#, 1),
            (r#"upstream_responses_total{kind="plain",class="3xx"}"#, 1),
        ],
    );
    assert_counts(
        &[identification.ended(Failure::Timeout), agent.ended(Failure::BodyTooLarge)],
        &[
            (identified, 1),
            (downloaded, 1),
            (r#"failed_total{kind="identification",failure="timeout"}"#, 1),
            (r#"failed_total{kind="plain",failure="body_too_large"}"#, 1),
        ],
    );
    assert_counts(
        &[
            identification.ended(status(401)),
            identification.ended(status(403)),
            agent.ended(status(403)),
        ],
        &[
            (identified, 2),
            (downloaded, 1),
            (r#"upstream_responses_total{kind="identification",class="4xx"}"#, 2),
            (r#"upstream_responses_total{kind="plain",class="4xx"}"#, 1),
            ("secret_suspected_total", 2),
        ],
    );
}

/// R11.3: the CDN has no region, and a status that is not valid is a server error.
#[test]
fn the_edges_of_labels() {
    let cdn =
        gateway(Platform::Generic, r#"{"agent_download_path": "agent", "agent_origin": "cdn"}"#);
    let request = request("POST", "/fp/agent?apiKey=k", &[]);
    let Action::Forward(_, exchange) = cdn.handle(request, None) else { panic!() };
    let api = report("GET", "/fp/x?region=ap");
    let ends = [100, 199, 200, 299, 399, 499, 599, 600, 999].map(|code| api.ended(status(code)));
    let [informational, successful, redirection, client, server] =
        ["1xx", "2xx", "3xx", "4xx", "5xx"]
            .map(|class| format!("upstream_responses_total{{kind=\"plain\",class=\"{class}\"}}"));
    assert_counts(
        &[&[exchange.report()], &ends[..]].concat(),
        &[
            (r#"forwarded_total{route="agent",kind="plain",region="none"}"#, 1),
            (r#"forwarded_total{route="api",kind="plain",region="ap"}"#, 9),
            (&informational, 2),
            (&successful, 2),
            (&redirection, 1),
            (&client, 1),
            (&server, 3),
        ],
    );
}

/// R11.3: an answer made here counts by its cause alone, and suspects no secret.
#[test]
fn answers_become_counters() {
    let identification = report("POST", "/fp/result");
    for refusal in Refusal::ALL {
        let series = format!("answered_total{{cause=\"{}\"}}", refusal.cause().name());
        assert_counts(&[identification.answered(refusal.cause())], &[(&series, 1)]);
    }
    assert_counts(&[report("GET", "/fp/..")], &[(r#"answered_total{cause="dot_segment"}"#, 1)]);
    assert_counts(&[report("GET", "/fp/status")], &[(r#"answered_total{cause="status_page"}"#, 1)]);
    let adapter = r#"answered_total{cause="adapter"}"#;
    let own = [&OWN, &SAME_NAME, &FORBIDDEN].map(|cause| identification.answered(cause));
    assert_counts(&own, &[(adapter, 3)]);
    assert_counts(&[identification.ended(status(403)).answered(&FORBIDDEN)], &[(adapter, 1)]);
    // It belongs to no exchange.
    assert_counts(&[Report::default(), Report::default().ended(status(200))], &[]);
}

/// R11.3: the text has every series, each family under its help and its type, in a fixed order.
#[test]
fn the_text_is_that_of_prometheus() {
    let text = Tally::default().to_string();
    assert!(text.ends_with('\n') && !text.contains("\n\n"));
    let mut lines = text.lines();
    let mut families = Vec::new();
    let mut samples = 0;
    while let Some(line) = lines.next() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').unwrap();
            assert!(help.ends_with('.') && !help.contains('\\'), "{help}");
            assert_eq!(lines.next(), Some(&*format!("# TYPE {name} counter")));
            families.push(name);
        } else {
            let series = line.strip_suffix(" 0").unwrap();
            assert_eq!(series.split('{').next(), families.last().copied(), "{line}");
            samples += 1;
        }
    }
    let names = ["forwarded", "answered", "failed", "upstream_responses", "secret_suspected"];
    assert_eq!(families, names.map(|name| format!("firstparty_{name}_total")));
    let causes = Refusal::ALL.len() + 2;
    assert_eq!(samples, 3 * 2 * 4 + causes + 2 * Failure::ALL.len() + 2 * 5 + 1);
    let first = r#"firstparty_forwarded_total{route="agent",kind="identification",region="us"} 0"#;
    assert!(text.lines().nth(2) == Some(first), "{text}");
    assert!(text.contains("firstparty_answered_total{cause=\"adapter\"} 0\n# HELP"));
    // Counting changes no line but those that count.
    let counting = tally(&[report("GET", "/fp/status")]).to_string();
    let changed = text.lines().zip(counting.lines()).filter(|(before, after)| before != after);
    assert_eq!(changed.count(), 1);
    assert_eq!(text.lines().count(), counting.lines().count());
    assert_eq!(Tally::CONTENT_TYPE, "text/plain; version=0.0.4");
}

/// R11.3: the stored form has names. What is missing is zero, and what is not known is passed over.
#[test]
fn tallies_are_stored_by_name() {
    let reports = [report("POST", "/fp/result").ended(status(403)), report("GET", "/fp/status")];
    let stored = serde_json::to_value(tally(&reports)).unwrap();
    assert_eq!(stored["forwarded"]["result"]["identification"]["us"], 1);
    assert_eq!(stored["forwarded"]["agent"]["plain"]["none"], 0);
    assert_eq!(stored["answered"]["status_page"], 1);
    assert_eq!(stored["answered"]["adapter"], 0);
    assert_eq!(stored["failed"]["plain"]["body_too_large"], 0);
    assert_eq!(stored["upstream_responses"]["identification"]["4xx"], 1);
    assert_eq!(stored["secret_suspected"], 1);

    let read: Tally = serde_json::from_value(json!({})).unwrap();
    assert_eq!(read, Tally::default());
    let read: Tally = serde_json::from_value(json!({
        "answered": {"not_found": 2, "of_a_later_version": 7},
        "forwarded": {"api": {"plain": {"us": 3, "moon": 4}, "other": {"us": 5}}},
        "another": [1, 2],
    }))
    .unwrap();
    let expected = [
        (r#"answered_total{cause="not_found"}"#.to_owned(), 2),
        (r#"forwarded_total{route="api",kind="plain",region="us"}"#.to_owned(), 3),
    ];
    assert_eq!(counted(&read), expected.into());
    for wrong in [json!({"answered": {"not_found": -1}}), json!({"failed": 3}), json!(null)] {
        assert!(serde_json::from_value::<Tally>(wrong.clone()).is_err(), "{wrong}");
    }
}

/// R11.3: a counter that is full stays full.
#[test]
fn counters_stop_at_their_end() {
    let full = json!({"answered": {"status_page": u64::MAX}, "secret_suspected": u64::MAX - 1});
    let full: Tally = serde_json::from_value(full).unwrap();
    let mut twice = full;
    twice.add(report("GET", "/fp/status"));
    assert_eq!(twice, full);
    twice.merge(&full);
    let last = [r#"answered_total{cause="status_page"}"#, "secret_suspected_total"];
    assert_eq!(counted(&twice), last.map(|series| (series.to_owned(), u64::MAX)).into());
    let debug = format!("{:?}", tally(&[report("GET", "/fp/status")]));
    assert_eq!(debug, r#"{"firstparty_answered_total{cause=\"status_page\"}": 1}"#);
}

fn any_report() -> impl Strategy<Value = Report> {
    let uris = ["/fp/result?region=eu", "/fp/agent?apiKey=k", "/fp/x", "/fp/status", "/fp/.."];
    let open = (select(&["GET", "POST"]), select(uris.to_vec()))
        .prop_map(|(method, uri)| report(method, uri));
    let causes = [&OWN, &SAME_NAME, &FORBIDDEN, Refusal::Host.cause(), Cause::STATUS_PAGE];
    (open, 0..4, 100..1000_u16, select(Failure::ALL), select(causes.to_vec())).prop_map(
        |(open, end, code, failure, cause)| match end {
            0 => open,
            1 => open.ended(status(code)),
            2 => open.ended(failure),
            _ => open.answered(cause),
        },
    )
}

proptest! {
    /// R11.3: merging is addition, in whatever order, and each exchange counts once.
    #[test]
    fn tallies_add_up(
        reports in proptest::collection::vec(any_report(), 0..40),
        split in any::<prop::sample::Index>(),
    ) {
        let (first, second) = reports.split_at(split.index(reports.len() + 1));
        let whole = tally(&reports);
        for [one, other] in [[first, second], [second, first]] {
            let mut merged = tally(one);
            merged.merge(&tally(other));
            prop_assert_eq!(merged, whole);
        }
        let counted = counted(&whole);
        prop_assert_eq!(sum(&counted, "forwarded") + sum(&counted, "answered"), reports.len());
        let open = reports.iter().filter(|report| {
            report.cause.is_none() && report.status.is_none() && report.failure.is_none()
        });
        prop_assert_eq!(sum(&counted, "failed") + sum(&counted, "upstream") + open.count(), sum(&counted, "forwarded"));
        prop_assert_eq!(
            sum(&counted, "secret"),
            reports.iter().filter(|report| report.secret_suspect).count()
        );

        let stored = serde_json::to_string(&whole).unwrap();
        prop_assert_eq!(serde_json::from_str::<Tally>(&stored).unwrap(), whole);
    }
}
