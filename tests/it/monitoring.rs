//! Alarms and dashboard of `examples/monitoring`: they ask for what a tally prints, and for all of it
//! (contract R11.3). `scripts/check-alarms` evaluates them.

use std::collections::{BTreeMap, BTreeSet};

use firstparty::report::Tally;
use serde_json::Value;

const ALARMS: &str = include_str!("../../examples/monitoring/alarms.yml");
const ALARM_TESTS: &str = include_str!("../../examples/monitoring/alarms.test.yml");
const DASHBOARD: &str = include_str!("../../examples/monitoring/dashboard.json");
const GUIDE: &str = include_str!("../../src/guide/operation.md");

/// The values that follow a key of the YAML files, which have one a line.
fn values<'t>(text: &'t str, key: &str) -> Vec<&'t str> {
    let lines = text.lines().filter_map(|line| line.split_once(key));
    lines.map(|(_, value)| value.trim_end_matches('}').trim()).collect()
}

/// A series by its name and its labels.
type Series = (String, BTreeMap<String, String>);

fn printed() -> Vec<Series> {
    let text = Tally::default().to_string();
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let series = samples.map(|line| {
        let selector = &selectors(line)[0];
        let labels = selector.matchers.iter().map(|one| (one.label.clone(), one.values[0].clone()));
        (selector.name.clone(), labels.collect())
    });
    series.collect()
}

/// What an expression asks for: a name, and conditions on labels.
struct Selector {
    name: String,
    matchers: Vec<Matcher>,
}

/// `label="value"`, or one of `!=`, `=~`, `!~`, the latter with words between bars.
struct Matcher {
    label: String,
    negated: bool,
    values: Vec<String>,
}

impl Selector {
    fn selects(&self, (name, labels): &Series) -> bool {
        let matches = |one: &Matcher| one.values.contains(&labels[&one.label]) != one.negated;
        self.name == *name && self.matchers.iter().all(matches)
    }
}

/// Every series that an expression names.
fn selectors(expression: &str) -> Vec<Selector> {
    let starts = expression.match_indices("firstparty_").map(|(start, _)| &expression[start..]);
    let selectors = starts.map(|text| {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let labels = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let matchers = labels.into_iter().flat_map(|(labels, _)| labels.split(',')).map(matcher);
        Selector { name: name.to_owned(), matchers: matchers.collect() }
    });
    selectors.collect()
}

fn matcher(text: &str) -> Matcher {
    let (label, value) = text.trim().split_once('"').unwrap();
    let operator = label.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    assert!(["=", "!=", "=~", "!~"].contains(&operator), "{text}");
    Matcher {
        label: label.strip_suffix(operator).unwrap().to_owned(),
        negated: operator.starts_with('!'),
        values: value.strip_suffix('"').unwrap().split('|').map(str::to_owned).collect(),
    }
}

/// The expressions of the dashboard, by the title of their panel.
fn dashboard() -> Vec<(String, String)> {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| {
        let targets = panel["targets"].as_array().unwrap().iter();
        targets.map(|target| (panel["title"].clone(), target["expr"].clone()))
    });
    targets.map(|(title, expr)| (text(&title), text(&expr))).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// R11.3: whatever is asked for exists, label by label and value by value.
#[test]
fn what_is_asked_for_is_printed() {
    let printed = printed();
    let dashboard: Vec<_> = dashboard().into_iter().map(|(_, expression)| expression).collect();
    for text in [ALARMS, ALARM_TESTS, &dashboard.join("\n")] {
        let selectors = selectors(text);
        assert!(selectors.len() > 10, "{}", selectors.len());
        for Selector { name, matchers } in selectors {
            let family: Vec<_> = printed.iter().filter(|series| series.0 == name).collect();
            assert!(!family.is_empty(), "nothing prints {name}");
            for Matcher { label, values, .. } in matchers {
                for value in values {
                    let has_value = |series: &&Series| series.1.get(&label) == Some(&value);
                    let exists = family.iter().any(has_value);
                    assert!(exists, "no series of {name} has {label}={value:?}");
                }
            }
        }
    }
}

/// Whether an expression shows a series apart from those of its family with another value of the label.
fn tells_apart(expression: &str, label: &str, series: &Series) -> bool {
    let groups = expression.split("by (").skip(1).filter_map(|rest| rest.split(')').next());
    let is_grouped = groups.flat_map(|labels| labels.split(", ")).any(|grouped| grouped == label);
    selectors(expression).iter().filter(|selector| selector.selects(series)).any(|selector| {
        let mut matchers = selector.matchers.iter();
        is_grouped
            || matchers.any(|one| one.label == label && !one.negated && one.values.len() == 1)
    })
}

/// R11.3: each value of each label shows in the dashboard, apart from the others, and each family does.
#[test]
fn what_is_printed_is_shown() {
    let dashboard = dashboard();
    let printed = printed();
    for (name, labels) in &printed {
        assert!(dashboard.iter().any(|(_, text)| text.contains(name)), "{name} is not shown");
        for (label, value) in labels {
            let alike = printed.iter().filter(|series| series.0 == *name);
            let alike: Vec<_> = alike.filter(|series| series.1.get(label) == Some(value)).collect();
            let is_shown = dashboard.iter().any(|(_, expression)| {
                alike.iter().any(|series| tells_apart(expression, label, series))
            });
            assert!(is_shown, "{name}: {label}={value:?} is not shown");
        }
    }
}

/// Every alarm has a series on which it fires and one on which it does not, and the guide says what to do.
#[test]
fn alarms_are_tested_and_told() {
    let alarms = values(ALARMS, "- alert:");
    assert!(alarms.len() >= 10);
    let unique: BTreeSet<_> = alarms.iter().collect();
    assert_eq!(unique.len(), alarms.len());
    let firing: Vec<_> = ALARM_TESTS
        .split("alertname:")
        .skip(1)
        .filter(|test| test.contains("exp_alerts:"))
        .map(|test| test.split_whitespace().next().unwrap())
        .collect();
    let (_, silent) = ALARM_TESTS.split_once("&silent").unwrap();
    let (silent, _) = silent.split_once("\n\n").unwrap();
    assert_eq!(values(silent, "alertname:"), alarms, "the healthy site is not asked for all");
    let severities = values(ALARMS, "severity:");
    let told = alarms.iter().zip(severities).map(|(alarm, severity)| {
        assert!(firing.contains(alarm), "nothing shows that {alarm} fires");
        format!("| `{alarm}` | {severity} |")
    });
    let rows = GUIDE.lines().filter(|line| line.starts_with("| `Firstparty"));
    let rows = rows.map(|row| row.splitn(4, " | ").take(2).collect::<Vec<_>>().join(" | ") + " |");
    assert_eq!(rows.collect::<Vec<_>>(), told.collect::<Vec<_>>());
}

/// The guide's table has the families and their labels.
#[test]
fn series_are_told() {
    let rows = GUIDE.lines().filter(|line| line.starts_with("| `firstparty_"));
    let told = rows.map(|row| row.splitn(4, " | ").take(2).collect::<Vec<_>>().join(" | "));
    let mut families = Vec::new();
    for (name, labels) in printed() {
        let line = Tally::default().to_string();
        let line = line.lines().find(|line| line.starts_with(&format!("{name}{{"))).unwrap_or("");
        // In the order in which they are printed.
        let mut labels: Vec<_> = labels.into_keys().collect();
        labels.sort_by_key(|label| line.find(&format!("{label}=")));
        let labels: Vec<_> = labels.iter().map(|label| format!("`{label}`")).collect();
        let labels = if labels.is_empty() { "–".to_owned() } else { labels.join(", ") };
        families.push(format!("| `{name}` | {labels}"));
    }
    families.dedup();
    assert_eq!(told.collect::<Vec<_>>(), families);
}

#[test]
fn selectors_are_read() {
    let text = r#"sum(rate(firstparty_a_total{x="1",y!~"2|3"}[5m])) / firstparty_b_total > 0"#;
    let selectors = selectors(text);
    let names: Vec<_> = selectors.iter().map(|selector| &*selector.name).collect();
    assert_eq!(names, ["firstparty_a_total", "firstparty_b_total"]);
    let series = |x: &str, y: &str| {
        let labels = [("x".to_owned(), x.to_owned()), ("y".to_owned(), y.to_owned())];
        ("firstparty_a_total".to_owned(), BTreeMap::from(labels))
    };
    assert!(selectors[0].selects(&series("1", "4")));
    assert!(!selectors[0].selects(&series("1", "3")));
    assert!(!selectors[0].selects(&series("2", "4")));
}
