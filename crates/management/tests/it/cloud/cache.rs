//! The edge caches: which behaviours may still have responses of an earlier version.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::cloudfront::is_ours;

/// The path patterns of our behaviours with responses from before their version changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caches {
    stale: BTreeSet<String>,
}

impl Caches {
    pub(crate) fn are_fresh(&self) -> bool {
        self.stale.is_empty()
    }

    /// What a behaviour had cached before its version changed is stale. A behaviour that is new has
    /// cached nothing, and one that is not ours any more does not count.
    pub(super) fn config_changed(&mut self, before: &Value, after: &Value) {
        let (before, after) = (versions(before), versions(after));
        for (pattern, arns) in &after {
            if before.get(pattern).is_some_and(|old| old != arns) {
                self.stale.insert(pattern.clone());
            }
        }
        self.stale.retain(|pattern| after.contains_key(pattern));
    }

    /// Removes what these paths cover: all that a path with `*` at its end is the beginning of. One
    /// without it leaves the responses to requests with a query where they are.
    pub(super) fn invalidated(&mut self, paths: &[String]) {
        self.stale.retain(|pattern| {
            let pattern = format!("/{}", pattern.strip_prefix('/').unwrap_or(pattern));
            let covers = |path: &String| {
                path.strip_suffix('*').is_some_and(|prefix| pattern.starts_with(prefix))
            };
            !paths.iter().any(covers)
        });
    }
}

/// The ARNs of our function by the path pattern of the behaviour.
fn versions(config: &Value) -> BTreeMap<String, Vec<String>> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let ordered = config["CacheBehaviors"]["Items"].as_array().into_iter().flatten();
    let mut found = BTreeMap::new();
    for behaviour in std::iter::once(&config["DefaultCacheBehavior"]).chain(ordered) {
        let pattern = behaviour["PathPattern"].as_str().unwrap_or("*").to_owned();
        let origin = text(&behaviour["TargetOriginId"]);
        let items = behaviour["LambdaFunctionAssociations"]["Items"].as_array();
        let arns: Vec<_> = items
            .into_iter()
            .flatten()
            .map(|item| {
                (origin.clone(), text(&item["EventType"]), text(&item["LambdaFunctionARN"]))
            })
            .filter(is_ours)
            .map(|(_, _, arn)| arn)
            .collect();
        if !arns.is_empty() {
            found.insert(pattern, arns);
        }
    }
    found
}
