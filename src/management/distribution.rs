//! The distribution's configuration, read and edited as generic JSON: R14.4, R14.7, R14.9.
//!
//! Only the parts that matter are looked at. Everything else, members that this crate has never
//! heard of included, goes back as it came.

use std::collections::BTreeSet;

use serde_json::Value;

use super::arn::FunctionArn;
use super::member::{items, items_of, text};
use super::version::Version;
use super::{Deployment, Error, invalidation};

/// A cache behaviour whose target origin is Fingerprint's.
struct Behaviour<'a> {
    path_pattern: Option<String>,
    /// The function ARNs of its `origin-request` associations.
    arns: Vec<&'a mut Value>,
}

/// What [`point`] did.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// How many associations pointed elsewhere before.
    pub(super) changed: usize,
    /// Paths to invalidate.
    pub(super) paths: Vec<String>,
}

/// Points every association of the version's function at this version.
///
/// R14.5: one that names a later version stays, and counts as right: a run that published later has
/// been here already, and a slow run must not undo its work.
pub(super) fn point(
    config: &mut Value,
    deployment: &Deployment,
    version: &Version,
) -> Result<Edit, Error> {
    let behaviours = behaviours(config, deployment);
    if behaviours.is_empty() {
        return Err(Error::BehaviourMissing);
    }
    let (mut changed, mut found, mut patterns) = (0, false, Vec::new());
    for Behaviour { path_pattern, arns } in behaviours {
        let is_ours = |arn: &&mut Value| version.is_of_function(arn);
        let ours: Vec<_> = arns.into_iter().filter(is_ours).collect();
        if ours.is_empty() {
            continue;
        }
        found = true;
        patterns.extend(path_pattern);
        let is_behind = |arn: &&mut Value| **arn != version.arn() && !version.is_older_than(arn);
        for arn in ours.into_iter().filter(is_behind) {
            *arn = Value::from(version.arn());
            changed += 1;
        }
    }
    if !found {
        return Err(Error::AssociationMissing);
    }
    let paths = invalidation::paths(&patterns);
    if paths.is_empty() { Err(Error::PathMissing) } else { Ok(Edit { changed, paths }) }
}

/// R14.3: how many associations name the deployment's function. What matters is the name: without
/// the function's own description nothing more is known of it.
pub(super) fn count_associations(config: &mut Value, deployment: &Deployment) -> usize {
    let is_named = |arn: &&mut Value| {
        let arn = arn.as_str().and_then(FunctionArn::parse);
        arn.is_some_and(|arn| arn.name == deployment.function_name)
    };
    let behaviours = behaviours(config, deployment);
    behaviours.into_iter().flat_map(|behaviour| behaviour.arns).filter(is_named).count()
}

/// The default and every ordered cache behaviour whose target origin is Fingerprint's.
fn behaviours<'a>(config: &'a mut Value, deployment: &Deployment) -> Vec<Behaviour<'a>> {
    let origins = origin_ids(config, deployment);
    let is_ours = |behaviour: &&mut Value| {
        text(behaviour, "TargetOriginId").is_some_and(|id| origins.contains(id))
    };
    let mut ours = Vec::new();
    for (member, value) in config.as_object_mut().into_iter().flatten() {
        match member.as_str() {
            "DefaultCacheBehavior" => {
                let default = Some(value).filter(is_ours);
                ours.extend(default.map(|value| Behaviour::of(value, Some("*"))));
            }
            "CacheBehaviors" => {
                let ordered = items(value).iter_mut().filter(is_ours);
                ours.extend(ordered.map(|value| Behaviour::of(value, None)));
            }
            _ => {}
        }
    }
    ours
}

/// Ids of the origins that have one of Fingerprint's domain names.
fn origin_ids(config: &Value, deployment: &Deployment) -> BTreeSet<String> {
    let known =
        |domain: &str| deployment.origins.iter().any(|own| own.eq_ignore_ascii_case(domain));
    let origins = config.pointer("/Origins/Items").and_then(Value::as_array);
    origins
        .into_iter()
        .flatten()
        .filter(|origin| text(origin, "DomainName").is_some_and(known))
        .filter_map(|origin| text(origin, "Id").map(str::to_owned))
        .collect()
}

impl<'a> Behaviour<'a> {
    fn of(value: &'a mut Value, default_pattern: Option<&str>) -> Self {
        let path_pattern = text(value, "PathPattern").or(default_pattern).map(str::to_owned);
        let arns = items_of(value, "LambdaFunctionAssociations")
            .iter_mut()
            .filter(|association| text(association, "EventType") == Some("origin-request"))
            .filter_map(|association| association.get_mut("LambdaFunctionARN"))
            .collect();
        Self { path_pattern, arns }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:lambda:us-east-1:1:function:edge";

    fn deployment() -> Deployment {
        Deployment::new("E1", "edge").unwrap()
    }

    fn version() -> Version {
        let configuration = json!({"Version": "7", "FunctionArn": format!("{ARN}:7")});
        Version::of(&configuration, &deployment()).unwrap().unwrap()
    }

    fn behaviour(origin: &str, associations: &[(&str, &str)]) -> Value {
        let items: Vec<Value> = associations
            .iter()
            .map(|(event, arn)| json!({"EventType": event, "LambdaFunctionARN": arn, "IncludeBody": true}))
            .collect();
        json!({
            "TargetOriginId": origin,
            "LambdaFunctionAssociations": {"Quantity": items.len(), "Items": items},
        })
    }

    fn at(pattern: &str, mut behaviour: Value) -> Value {
        behaviour["PathPattern"] = json!(pattern);
        behaviour
    }

    fn config(default: &Value, ordered: &[Value]) -> Value {
        json!({
            "Comment": "kept",
            "FutureMember": {"Nested": [1, null, "é"]},
            "Origins": {"Quantity": 3, "Items": [
                {"Id": "cdn", "DomainName": "FPCDN.io"},
                {"Id": "api", "DomainName": "api.fpjs.io"},
                {"Id": "fpcdn.io", "DomainName": "shop.example"},
            ]},
            "DefaultCacheBehavior": default,
            "CacheBehaviors": {"Quantity": ordered.len(), "Items": ordered},
        })
    }

    fn edit(config: &mut Value) -> Result<Edit, Error> {
        point(config, &deployment(), &version())
    }

    /// R14.4, R14.7, R14.9: the right ARNs change and nothing else does.
    #[test]
    fn only_this_functions_arns_change() {
        let make = |old: &str| {
            let ours = format!("{ARN}:{old}");
            let elsewhere = "arn:aws:lambda:us-east-1:2:function:edge:3";
            config(
                &behaviour("api", &[("origin-request", &ours)]),
                &[
                    at(
                        "b/*",
                        behaviour("cdn", &[("origin-request", &ours), ("origin-response", "x")]),
                    ),
                    at("/a", behaviour("cdn", &[("origin-request", &ours)])),
                    at("/c", behaviour("cdn", &[("origin-request", elsewhere)])),
                    at("/d", behaviour("cdn", &[])),
                    json!({"TargetOriginId": "cdn", "LambdaFunctionAssociations": {"Quantity": 0}}),
                    json!(null),
                ],
            )
        };
        let mut config = make("3");
        let paths = vec!["/*".to_owned(), "/a".to_owned(), "/b/*".to_owned()];
        assert_eq!(edit(&mut config), Ok(Edit { changed: 3, paths: paths.clone() }));
        assert_eq!(config, make("7"));
        // Again: nothing is left to change, and the paths are the same.
        assert_eq!(edit(&mut config), Ok(Edit { changed: 0, paths }));
    }

    /// R14.5: a slow run does not undo the work of one that published later. Numbers are compared,
    /// not texts, and what is no number is no later version.
    #[test]
    fn later_versions_stay() {
        for (old, changed) in
            [("8", 0), ("10", 0), ("7", 0), ("6", 1), ("1", 1), ("$LATEST", 1), ("live", 1)]
        {
            let ours = format!("{ARN}:{old}");
            let before = config(&behaviour("cdn", &[("origin-request", &ours)]), &[]);
            let mut config = before.clone();
            let paths = vec!["/*".to_owned()];
            assert_eq!(edit(&mut config), Ok(Edit { changed, paths }), "{old}");
            assert_eq!(config == before, changed == 0, "{old}");
        }
    }

    /// R14.7: associations of other functions, of other events and at other origins stay.
    #[test]
    fn other_associations_stay() {
        let ours = format!("{ARN}:3");
        let similar = format!("{ARN}-2:3");
        let untouched = config(
            &behaviour("fpcdn.io", &[("origin-request", &ours)]),
            &[
                at(
                    "/a",
                    behaviour("cdn", &[("viewer-request", &ours), ("origin-response", &ours)]),
                ),
                at("/b", behaviour("cdn", &[("origin-request", &similar)])),
                at("/c", behaviour("cdn", &[("origin-request", "edge:3")])),
                at("/d", behaviour("cdn", &[("Origin-Request", &ours)])),
            ],
        );
        let mut config = untouched.clone();
        assert_eq!(edit(&mut config), Err(Error::AssociationMissing));
        assert_eq!(config, untouched);
        assert_eq!(count_associations(&mut config, &deployment()), 0);
    }

    /// R14.8: E5100, E6100 and E5200.
    #[test]
    fn what_is_missing_has_a_code() {
        let ours = format!("{ARN}:3");
        let ours = [("origin-request", ours.as_str())];
        let code = |mut config: Value| edit(&mut config).map_err(|error| error.code()).map(|_| ());
        assert_eq!(code(json!(null)), Err("E5100"));
        assert_eq!(code(json!({})), Err("E5100"));
        assert_eq!(code(config(&behaviour("none", &ours), &[])), Err("E5100"));
        assert_eq!(code(config(&behaviour("cdn", &[]), &[])), Err("E6100"));
        let no_pattern = behaviour("cdn", &ours);
        assert_eq!(
            code(config(&behaviour("none", &[]), std::slice::from_ref(&no_pattern))),
            Err("E5200")
        );
        // One path is enough.
        assert_eq!(code(config(&behaviour("cdn", &ours), &[no_pattern])), Ok(()));
    }

    /// R14.3: every association that names the function counts, once.
    #[test]
    fn associations_are_counted() {
        let (three, seven) = (format!("{ARN}:3"), format!("{ARN}:7"));
        let mut config = config(
            &behaviour("api", &[("origin-request", &three), ("viewer-request", &three)]),
            &[at("/a", behaviour("cdn", &[("origin-request", &seven)]))],
        );
        assert_eq!(count_associations(&mut config, &deployment()), 2);
        assert_eq!(count_associations(&mut json!([]), &deployment()), 0);
    }
}
