//! The distribution's configuration, read and edited as generic JSON: R14.4, R14.7, R14.9.
//!
//! Only the parts that matter are looked at. Everything else, members that this crate has never
//! heard of included, goes back as it came. So do numbers: integers from -2^63 to 2^64-1 and the
//! 64-bit floating-point numbers are kept exactly. An integer beyond those becomes the nearest
//! floating-point number, as it does in a JavaScript SDK; CloudFront has none.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::arn::FunctionArn;
use crate::error::UpdateError;
use crate::invalidation;
use crate::member::{items, items_of, text};
use crate::settings::Deployment;
use crate::version::Version;

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
) -> Result<Edit, UpdateError> {
    let behaviours = behaviours(config, deployment);
    if behaviours.is_empty() {
        return Err(UpdateError::BehaviourMissing);
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

/// R14.3: how many associations name the deployment's function: the one with the ARN `function`,
/// whatever its version, or, where that is not known, any of its name.
pub(super) fn count_associations(
    config: &mut Value,
    deployment: &Deployment,
    function: Option<&str>,
) -> usize {
    let function = function.and_then(FunctionArn::parse);
    let is_ours = |arn: FunctionArn<'_>| match function {
        Some(function) => arn.is_same_function(function),
        None => arn.name == deployment.function_name,
    };
    let is_counted =
        |arn: &&mut Value| arn.as_str().and_then(FunctionArn::parse).is_some_and(is_ours);
    let behaviours = behaviours(config, deployment);
    behaviours.into_iter().flat_map(|behaviour| behaviour.arns).filter(is_counted).count()
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

/// Ids of the origins that have one of Fingerprint's domain names, and of the origin groups that
/// have such an origin among their members: a behaviour targets either.
fn origin_ids(config: &Value, deployment: &Deployment) -> BTreeSet<String> {
    let id = |item: &Value| text(item, "Id").map(str::to_owned);
    let is_ours = |domain: &str| deployment.is_origin(domain);
    let origins: BTreeSet<String> = listed(config, "/Origins/Items")
        .filter(|origin| text(origin, "DomainName").is_some_and(is_ours))
        .filter_map(id)
        .collect();
    let has_ours = |group: &&Value| {
        listed(group, "/Members/Items")
            .any(|member| text(member, "OriginId").is_some_and(|id| origins.contains(id)))
    };
    let groups: BTreeSet<String> =
        listed(config, "/OriginGroups/Items").filter(has_ours).filter_map(id).collect();
    origins.into_iter().chain(groups).collect()
}

/// The elements of the array at this place, if there is one.
fn listed<'a>(value: &'a Value, place: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(place).and_then(Value::as_array).into_iter().flatten()
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
        let paths: Vec<_> = ["/*", "/a", "/b/*", "/two"].map(str::to_owned).into();
        assert_eq!(edit(&mut config), Ok(Edit { changed: 5, paths: paths.clone() }));
        assert_eq!(config, make("7"));
        // Again: nothing is left to change, and the paths are the same.
        assert_eq!(edit(&mut config), Ok(Edit { changed: 0, paths }));
    }

    /// R14.4, R14.5: a slow run does not undo the work of one that published later. Numbers are
    /// compared, not texts, and what is no number, or missing, is no later version.
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
