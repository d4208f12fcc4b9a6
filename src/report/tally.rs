//! What reports add up to (contract R11.3).

mod form;
mod label;
mod series;

use std::fmt;

use serde::{Deserialize, Serialize};

use self::form::Form;
use self::series::Series;
use crate::report::exchange::Report;

/// Counters of exchanges, added up from their [`Report`]s ([R11.3]).
///
/// A tally is plain data, without a lock and without allocation. An adapter keeps one behind a lock,
/// or one for each thread and [merges](Self::merge) them, and adds the report of every exchange
/// when the exchange has ended.
///
/// Its `Display` is the text format 0.0.4 of Prometheus, because that is the only text that a tally
/// has. Every series is printed, zeros too, in an order that does not change. No label has a value that
/// a browser chooses freely, so their number is fixed:
///
/// | series | counts |
/// |---|---|
/// | `firstparty_forwarded_total{route,kind,region}` | requests sent upstream, failed ones too |
/// | `firstparty_answered_total{cause}` | answers made here |
/// | `firstparty_failed_total{kind,failure}` | requests to which upstream gave no response |
/// | `firstparty_upstream_responses_total{kind,class}` | responses of upstream |
/// | `firstparty_secret_suspected_total` | responses that suggest a missing or wrong proxy secret |
///
/// * `route` is `agent`, `result` or `api`
/// * `kind` is `identification` or `plain`
/// * `region` is `us`, `eu`, `ap`, or `none` for Fingerprint's CDN
/// * `cause` is the name of a refusal, `status_page`, or `adapter` for causes of the adapter's own
/// * `failure` is the name of a [`Failure`](crate::Failure)
/// * `class` is `1xx` to `5xx`; a status above 599 is invalid and counts as `5xx` (RFC 9110 §15)
///
/// These queries show what to watch: how many identification requests pass, what share of them fails,
/// and whether the secret is wrong.
///
/// ```text
/// sum(rate(firstparty_forwarded_total{kind="identification"}[5m]))
///
/// (sum(rate(firstparty_failed_total{kind="identification"}[5m]))
///   + sum(rate(firstparty_upstream_responses_total{kind="identification",class=~"4xx|5xx"}[5m])))
///   / sum(rate(firstparty_forwarded_total{kind="identification"}[5m]))
///
/// increase(firstparty_secret_suspected_total[5m]) > 0
/// ```
///
/// # Example
///
/// ```
/// use firstparty::http::{Request, StatusCode};
/// use firstparty::report::Tally;
/// use firstparty::{Action, Config, Gateway, Platform};
///
/// let gateway = Gateway::new(Config::default(), Platform::Generic);
/// let mut tally = Tally::default();
/// for path in ["/fp/?region=eu", "/fp/../etc"] {
///     let request = Request::post(path).header("host", "www.example.com").body(())?;
///     match gateway.handle(request, None) {
///         Action::Respond(_, report) => tally.add(report),
///         Action::Forward(_, exchange) => tally.add(exchange.report().ended(StatusCode::OK)),
///     }
/// }
///
/// let text = tally.to_string();
/// for line in [
///     "# TYPE firstparty_forwarded_total counter",
///     r#"firstparty_forwarded_total{route="api",kind="identification",region="eu"} 1"#,
///     r#"firstparty_answered_total{cause="dot_segment"} 1"#,
///     r#"firstparty_upstream_responses_total{kind="identification",class="2xx"} 1"#,
///     "firstparty_secret_suspected_total 0",
/// ] {
///     assert!(text.lines().any(|printed| printed == line), "{line}");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Stored and sent
///
/// It serialises as an object of names, which a later version of the crate can read: a counter that is
/// missing is zero, and a name that is not known is passed over.
///
/// ```
/// use firstparty::report::Tally;
///
/// let tally: Tally = serde_json::from_str(
///     r#"{
///         "forwarded": {"api": {"identification": {"eu": 3}}},
///         "answered": {"not_found": 1},
///         "failed": {"identification": {"timeout": 1}},
///         "upstream_responses": {"identification": {"2xx": 1, "4xx": 1}},
///         "secret_suspected": 1
///     }"#,
/// )?;
/// assert!(tally.to_string().contains(r#"{route="api",kind="identification",region="eu"} 3"#));
/// assert_eq!(serde_json::to_value(tally)?["upstream_responses"]["plain"]["2xx"], 0);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// [R11.3]: crate::contract#R11.3
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Form", into = "Form")]
pub struct Tally {
    /// In the order of [`Series::all`].
    counts: [u64; Series::COUNT],
}

impl Tally {
    /// The `content-type` of the text: `text/plain; version=0.0.4`.
    ///
    /// ```
    /// use firstparty::http::Response;
    /// use firstparty::report::Tally;
    ///
    /// let tally = Tally::default();
    /// let answer = Response::builder()
    ///     .header("content-type", Tally::CONTENT_TYPE)
    ///     .body(tally.to_string())?;
    /// assert!(answer.body().ends_with("firstparty_secret_suspected_total 0\n"));
    /// # Ok::<(), firstparty::http::Error>(())
    /// ```
    pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4";

    /// Counts an exchange by its report, which should be the ended one, and only once.
    ///
    /// An open report counts as forwarded and as nothing else: the request was sent, but nobody knows
    /// how it ended, for instance because the browser left. A report without a route and without a
    /// cause belongs to no exchange and is not counted. Counters stop at their largest value.
    ///
    /// ```
    /// use firstparty::refusal::Refusal;
    /// use firstparty::Report;
    /// use firstparty::report::Tally;
    ///
    /// let mut tally = Tally::default();
    /// tally.add(Report::default().answered(Refusal::Malformed.cause()));
    /// assert!(tally.to_string().contains(r#"firstparty_answered_total{cause="malformed"} 1"#));
    /// ```
    pub fn add(&mut self, report: Report) {
        for series in Series::of(report) {
            if let Some(count) = series.index().and_then(|index| self.counts.get_mut(index)) {
                *count = count.saturating_add(1);
            }
        }
    }

    /// Adds all that another tally has counted. The order in which tallies are merged does not matter.
    ///
    /// ```
    /// use firstparty::refusal::Refusal;
    /// use firstparty::Report;
    /// use firstparty::report::Tally;
    ///
    /// let mut part = Tally::default();
    /// part.add(Report::default().answered(Refusal::NotFound.cause()));
    ///
    /// let mut whole = part;
    /// whole.merge(&part);
    /// assert!(whole.to_string().contains(r#"firstparty_answered_total{cause="not_found"} 2"#));
    /// ```
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count = count.saturating_add(more);
        }
    }

    /// Every series with its count.
    fn counted(&self) -> impl Iterator<Item = (Series, u64)> {
        Series::all().zip(self.counts)
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self { counts: [0; Series::COUNT] }
    }
}

/// The text format 0.0.4 of Prometheus.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut printed = None;
        for (series, count) in self.counted() {
            let family = series.family();
            if printed != Some(family) {
                writeln!(f, "# HELP {} {}", family.name, family.help)?;
                writeln!(f, "# TYPE {} counter", family.name)?;
                printed = Some(family);
            }
            writeln!(f, "{series} {count}")?;
        }
        Ok(())
    }
}

/// The series that have counted something.
impl fmt::Debug for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = self.counted().filter(|(_, count)| *count > 0);
        f.debug_map().entries(counted.map(|(series, count)| (series.to_string(), count))).finish()
    }
}

impl From<Tally> for Form {
    fn from(tally: Tally) -> Self {
        let mut form = Self::default();
        for (series, count) in tally.counted() {
            *form.count(series) = count;
        }
        form
    }
}

impl From<Form> for Tally {
    fn from(mut form: Form) -> Self {
        let mut tally = Self::default();
        for (count, series) in tally.counts.iter_mut().zip(Series::all()) {
            *count = *form.count(series);
        }
        tally
    }
}
