//! R2: which part of the integration a path belongs to.

use super::Refused;
use crate::plan::{Place, Plan};

/// A route; what follows it is owned text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    Agent,
    Result(String),
    Status,
    Api(String),
}

/// The route of a path, or the answer.
pub fn classify(plan: &Plan, path: &str) -> Result<Route, Refused> {
    if !path.starts_with('/') {
        return Err((400, "R2.0"));
    }
    if path.split('/').any(is_dots) {
        return Err((400, "R2.5"));
    }
    find(plan, path).ok_or((404, "R2.2"))
}

/// R2.5.
fn is_dots(segment: &str) -> bool {
    let plain = segment.replace("%2e", ".").replace("%2E", ".");
    plain == "." || plain == ".."
}

/// The segments of a path, each with what is behind it.
fn segments(path: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut end = 0;
    for segment in path.split('/') {
        end += segment.len();
        if !segment.is_empty() {
            found.push((segment, &path[end..]));
        }
        end += 1;
    }
    found
}

fn find(plan: &Plan, path: &str) -> Option<Route> {
    let all = segments(path);
    match plan.place {
        Place::Depth(depth) => {
            let from = below(&all, depth)?;
            v3(plan, from).or_else(|| v4(plan, &all, all.len() - from.len(), path))
        }
        Place::Exact(prefix) => {
            let skipped = starts_with(&all, prefix)?;
            v3(plan, &all[skipped..]).or_else(|| v4(plan, &all, skipped, path))
        }
        Place::Anywhere => anywhere(plan, &all),
        Place::AnywhereOrDepth(depth) => anywhere(plan, &all).or_else(|| {
            let from = below(&all, depth)?;
            v4(plan, &all, all.len() - from.len(), path)
        }),
    }
}

/// R2.1: what is below the first segments. The site's root counts as the integration's at depth 1.
fn below<'a, 'p>(all: &'a [(&'p str, &'p str)], depth: u8) -> Option<&'a [(&'p str, &'p str)]> {
    if depth == 1 && all.is_empty() {
        return Some(all);
    }
    all.get(usize::from(depth)..)
}

fn anywhere(plan: &Plan, all: &[(&str, &str)]) -> Option<Route> {
    (0..all.len()).find_map(|from| v3(plan, &all[from..]))
}

/// R2.2, up to `status`.
fn v3(plan: &Plan, from: &[(&str, &str)]) -> Option<Route> {
    let whole = |route| starts_with(from, route) == Some(from.len());
    if plan.agent.is_some_and(whole) {
        return Some(Route::Agent);
    }
    if let Some(count) = plan.result.and_then(|route| starts_with(from, route)) {
        return Some(Route::Result(one_slash(from[count - 1].1)));
    }
    (plan.status_page && whole("status")).then_some(Route::Status)
}

fn v4(plan: &Plan, all: &[(&str, &str)], skipped: usize, path: &str) -> Option<Route> {
    let rest = if skipped == 0 { path } else { all[skipped - 1].1 };
    plan.v4.then(|| Route::Api(one_slash(rest)))
}

/// How many segments a route takes, if it is there.
fn starts_with(from: &[(&str, &str)], route: &str) -> Option<usize> {
    let route: Vec<_> = route.split('/').collect();
    let begins =
        from.len() >= route.len() && from.iter().zip(&route).all(|(one, two)| one.0 == *two);
    begins.then_some(route.len())
}

/// R2.4.
fn one_slash(rest: &str) -> String {
    format!("/{}", rest.trim_start_matches('/'))
}
