//! Reads and edits the distribution's configuration as generic JSON (R14.4, R14.7, R14.9).
//!
//! Everything but the edited ARNs stays as it is, including members that this crate does not know.
//! Integers from -2^63 to 2^64-1 and 64-bit floating-point numbers are kept exactly. A larger
//! integer would become the nearest floating-point number, as in a JavaScript SDK, but CloudFront
//! uses none.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::arn::FunctionArn;
use crate::deployment::Deployment;
use crate::error::UpdateError;
use crate::invalidation;
use crate::member::{items, items_of, text};
use crate::version::Version;

/// A cache behaviour whose target origin belongs to Fingerprint.
struct Behaviour<'a> {
    path_pattern: Option<String>,
    /// The function ARNs of its `origin-request` associations.
    arns: Vec<&'a mut Value>,
}

/// The result of [`associate`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// The number of associations that changed.
    pub(super) changed: usize,
    /// The paths to invalidate.
    pub(super) paths: Vec<String>,
}

/// Associates Fingerprint's behaviours with this version, where they are associated with its
/// function.
///
/// An association with a later version stays and counts as right (R14.5): another run published
/// that version meanwhile, and this run must not undo its work.
pub(super) fn associate(
    config: &mut Value,
    deployment: &Deployment,
    version: &Version,
) -> Result<Edit, UpdateError> {
    let behaviours = behaviours(config, deployment);
    if behaviours.is_empty() {
        return Err(UpdateError::BehaviourMissing);
    }
    let (mut changed, mut found, mut patterns) = (0, false, Vec::new());
    for Behaviour { path_pattern, arns } in behaviours {
        let ours: Vec<_> = arns.into_iter().filter(|arn| version.is_of_function(arn)).collect();
        if ours.is_empty() {
            continue;
        }
        found = true;
        patterns.extend(path_pattern);
        for arn in ours.into_iter().filter(|arn| version.is_newer_than(arn)) {
            *arn = Value::from(version.arn());
            changed += 1;
        }
    }
    if !found {
        return Err(UpdateError::AssociationMissing);
    }
    let paths = invalidation::paths(&patterns);
    if paths.is_empty() { Err(UpdateError::PathMissing) } else { Ok(Edit { changed, paths }) }
}

/// Counts the associations with the deployment's function, of any version (R14.3).
///
/// The function is the one with the ARN `function`, or any of the same name if its ARN is not
/// known.
pub(super) fn count_associations(
    config: &mut Value,
    deployment: &Deployment,
    function: Option<&str>,
) -> usize {
    let function = function.and_then(FunctionArn::parse);
    let behaviours = behaviours(config, deployment);
    let arns = behaviours.iter().flat_map(|behaviour| &behaviour.arns);
    arns.filter_map(|arn| FunctionArn::parse(arn.as_str()?))
        .filter(|arn| match function {
            Some(function) => arn.is_same_function(function),
            None => arn.name == deployment.function_name,
        })
        .count()
}

/// The default and the ordered cache behaviours whose target origin belongs to Fingerprint.
fn behaviours<'a>(config: &'a mut Value, deployment: &Deployment) -> Vec<Behaviour<'a>> {
    let origins = origin_ids(config, deployment);
    let mut behaviours = Vec::new();
    for (member, value) in config.as_object_mut().into_iter().flatten() {
        match member.as_str() {
            "DefaultCacheBehavior" if is_one_of(value, "TargetOriginId", &origins) => {
                behaviours.push(Behaviour::new(value, Some("*")));
            }
            "CacheBehaviors" => {
                let ordered = items(value).iter_mut();
                let ordered = ordered.filter(|it| is_one_of(it, "TargetOriginId", &origins));
                behaviours.extend(ordered.map(|value| Behaviour::new(value, None)));
            }
            _ => {}
        }
    }
    behaviours
}

/// The ids that a behaviour of Fingerprint's can target: those of the origins with one of its domain
/// names, and those of the origin groups with such an origin among their members.
fn origin_ids(config: &Value, deployment: &Deployment) -> BTreeSet<String> {
    let mut origins = BTreeSet::new();
    for origin in elements(config, "/Origins/Items") {
        if text(origin, "DomainName").is_some_and(|domain| deployment.is_origin(domain)) {
            origins.extend(text(origin, "Id").map(str::to_owned));
        }
    }
    let mut groups = BTreeSet::new();
    for group in elements(config, "/OriginGroups/Items") {
        let mut members = elements(group, "/Members/Items");
        if members.any(|member| is_one_of(member, "OriginId", &origins)) {
            groups.extend(text(group, "Id").map(str::to_owned));
        }
    }
    origins.append(&mut groups);
    origins
}

/// Whether the member `name` is one of these ids.
fn is_one_of(value: &Value, name: &str, ids: &BTreeSet<String>) -> bool {
    text(value, name).is_some_and(|id| ids.contains(id))
}

/// The elements of the array at this place, if there is one.
fn elements<'a>(value: &'a Value, place: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(place).and_then(Value::as_array).into_iter().flatten()
}

impl<'a> Behaviour<'a> {
    fn new(value: &'a mut Value, default_pattern: Option<&str>) -> Self {
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
            .map(|(event, arn)| {
                json!({"EventType": event, "LambdaFunctionARN": arn, "IncludeBody": null})
            })
            .collect();
        json!({
            "TargetOriginId": origin,
            "CachePolicyId": null,
            "LambdaFunctionAssociations": {"Quantity": items.len(), "Items": items, "Note": null},
        })
    }

    fn at(pattern: &str, mut behaviour: Value) -> Value {
        behaviour["PathPattern"] = json!(pattern);
        behaviour
    }

    fn config(default: &Value, ordered: &[Value]) -> Value {
        json!({
            "Comment": "kept",
            "Nothing": null,
            "FutureMember": {"Nested": [1, null, "é"], "Nothing": null, "": ["", [], {}, false]},
            "Origins": {"Quantity": 3, "Items": [
                {"Id": "cdn", "DomainName": "FPCDN.io", "S3OriginConfig": null},
                {"Id": "api", "DomainName": "api.fpjs.io"},
                {"Id": "fpcdn.io", "DomainName": "shop.example"},
            ]},
            "DefaultCacheBehavior": default,
            "CacheBehaviors": {"Quantity": ordered.len(), "Items": ordered},
        })
    }

    fn edit(config: &mut Value) -> Result<Edit, UpdateError> {
        associate(config, &deployment(), &version())
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
                    at(
                        "/two",
                        behaviour("cdn", &[("origin-request", &ours), ("origin-request", &ours)]),
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
        let paths: Vec<_> = ["/*", "/a*", "/b/*", "/two*"].map(str::to_owned).into();
        assert_eq!(edit(&mut config), Ok(Edit { changed: 5, paths: paths.clone() }));
        assert_eq!(config, make("7"));
        // Again: nothing is left to change, and the paths are the same.
        assert_eq!(edit(&mut config), Ok(Edit { changed: 0, paths }));
    }

    /// R14.4, R14.5: a slow run does not undo the work of one that published later. Numbers are
    /// compared, not texts. A missing version, or one that is not a number, is not later.
    #[test]
    fn later_versions_stay() {
        for (old, changed) in [
            (":8", 0),
            (":10", 0),
            (":7", 0),
            (":6", 1),
            (":1", 1),
            (":$LATEST", 1),
            (":live", 1),
            ("", 1),
        ] {
            let ours = format!("{ARN}{old}");
            let mut config = config(&behaviour("cdn", &[("origin-request", &ours)]), &[]);
            let paths = vec!["/*".to_owned()];
            assert_eq!(edit(&mut config), Ok(Edit { changed, paths }), "{old}");
            let expected = if changed == 0 { ours } else { format!("{ARN}:7") };
            let after = self::config(&behaviour("cdn", &[("origin-request", &expected)]), &[]);
            assert_eq!(config, after, "{old}");
        }
    }

    /// R14.4, R14.7: associations of other functions, of other events and at other origins stay.
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
        assert_eq!(edit(&mut config), Err(UpdateError::AssociationMissing));
        assert_eq!(config, untouched);
        assert_eq!(count_associations(&mut config, &deployment(), None), 0);
    }

    /// R14.4: a behaviour may target a group of origins, and a region's API.
    #[test]
    fn groups_and_regions_are_fingerprints_too() {
        let ours = format!("{ARN}:3");
        let at_origin = |id: &str| {
            let mut config = config(&behaviour(id, &[("origin-request", &ours)]), &[]);
            config["Origins"]["Items"][1]["DomainName"] = json!("eu.api.fpjs.io");
            let group = |id: &str, members: &[&str]| {
                let members: Vec<_> = members.iter().map(|id| json!({"OriginId": id})).collect();
                json!({"Id": id, "Members": {"Quantity": members.len(), "Items": members}})
            };
            let groups = [group("ours", &["fpcdn.io", "api"]), group("theirs", &["fpcdn.io"])];
            config["OriginGroups"] = json!({"Quantity": 2, "Items": groups});
            edit(&mut config).map(|edit| edit.changed).map_err(|error| error.code())
        };
        assert_eq!(at_origin("api"), Ok(1));
        assert_eq!(at_origin("cdn"), Ok(1));
        assert_eq!(at_origin("ours"), Ok(1));
        assert_eq!(at_origin("theirs"), Err("E5100"));
        assert_eq!(at_origin("fpcdn.io"), Err("E5100"));
    }

    /// R14.9: numbers come back as they were, also those that a fast parser rounds.
    #[test]
    fn numbers_survive() {
        let ours = format!("{ARN}:3");
        let config = config(&behaviour("cdn", &[("origin-request", &ours)]), &[]);
        let numbers = "[51.248178375505404,-93.31137037688033,-36.57399484275343,5e-324,\
            1.7976931348623157e+308,0.1,-0.0,18446744073709551615,-9223372036854775808]";
        let text = config.to_string().replace(r#"[1,null,"é"]"#, numbers);
        let mut read = serde_json::from_str(&text).unwrap();
        assert_eq!(edit(&mut read).map(|edit| edit.changed), Ok(1));
        assert!(read.to_string().contains(&format!(r#""Nested":{numbers}"#)), "{read}");
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
        // A behaviour that has two of them counts for two, and one without a version is one.
        let twice = [("origin-request", three.as_str()), ("origin-request", ARN)];
        let mut behaviours = self::config(&behaviour("cdn", &twice), &[behaviour("api", &twice)]);
        assert_eq!(count_associations(&mut behaviours, &deployment(), None), 4);
        assert_eq!(count_associations(&mut behaviours, &deployment(), Some(ARN)), 4);
        let count = |config: &mut Value, arn| count_associations(config, &deployment(), arn);
        assert_eq!(count(&mut config, None), 2);
        assert_eq!(count(&mut json!([]), None), 0);
        // R14.7: the same name in another account is another function, where the account is known.
        assert_eq!(count(&mut config, Some(ARN)), 2);
        assert_eq!(count(&mut config, Some("arn:aws:lambda:us-east-1:1:function:edge:$LATEST")), 2);
        assert_eq!(count(&mut config, Some("arn:aws:lambda:us-east-1:2:function:edge")), 0);
        assert_eq!(count(&mut config, Some("arn:aws:lambda:us-east-2:1:function:edge")), 0);
        assert_eq!(count(&mut config, Some("no ARN")), 2);
    }
}
