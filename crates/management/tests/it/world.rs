//! Where runs start: clouds in different conditions.

use std::time::Duration;

use serde_json::{Value, json};

use super::cloud::{ARN, Cloud, CloudFront, Lambda};

/// A number that comes back as another one where numbers are parsed in the fast way.
const NEEDS_CARE: f64 = 51.248_178_375_505_404;

/// A secret in an origin's custom header.
pub(crate) const HEADER: &str = "s3cret-header";

/// A cache behaviour with associations by event type and ARN.
pub(crate) fn behaviour(pattern: &str, origin: &str, associations: &[(&str, &str)]) -> Value {
    let items: Vec<Value> = associations
        .iter()
        .map(|(event, arn)| {
            json!({"EventType": event, "LambdaFunctionARN": arn, "IncludeBody": true})
        })
        .collect();
    json!({
        "PathPattern": pattern,
        "TargetOriginId": origin,
        "ViewerProtocolPolicy": "https-only",
        "LambdaFunctionAssociations": {"Quantity": items.len(), "Items": items},
    })
}

/// A configuration with these ordered behaviours and a default one that is the site's own.
pub(crate) fn config(ordered: &[Value]) -> Value {
    let mut default = behaviour("", "site", &[]);
    default.as_object_mut().expect("a behaviour is an object").remove("PathPattern");
    json!({
        "CallerReference": "x",
        "Comment": "",
        "Enabled": true,
        "Logging": null,
        "NotInventedYet": {"Quantity": 1, "Items": [{"deep": [null, 1.5, "\u{e9}", u64::MAX, i64::MIN, 5e-324, 1.797_693_134_862_315_7e308, 0.1, NEEDS_CARE]}]},
        "Origins": {"Quantity": 3, "Items": [
            {"Id": "site", "DomainName": "shop.example"},
            {"Id": "cdn", "DomainName": "fpcdn.io", "CustomHeaders": {"Quantity": 1, "Items": [
                {"HeaderName": "fpjs_proxy_secret", "HeaderValue": HEADER},
            ]}},
            {"Id": "api", "DomainName": "api.fpjs.io"},
        ]},
        "DefaultCacheBehavior": default,
        "CacheBehaviors": {"Quantity": ordered.len(), "Items": ordered},
    })
}

/// Our function at a version, on `origin-request`.
fn ours(version: usize) -> [(&'static str, String); 1] {
    [("origin-request", format!("{ARN}:{version}"))]
}

/// A behaviour at the CDN with our function at a version.
fn at(pattern: &str, version: usize) -> Value {
    let [(event, arn)] = ours(version);
    behaviour(pattern, "cdn", &[(event, &arn)])
}

fn cloud(lambda: Lambda, config: &Value) -> Cloud {
    // Not at zero: a version that was published before any run is active since ever.
    Cloud {
        now: Duration::from_secs(1000),
        lambda,
        cloudfront: CloudFront::new(config),
        throttled: 0,
    }
}

/// New code lies in the bucket, one behaviour is associated.
pub(crate) fn fresh() -> Cloud {
    let mut cloud = cloud(Lambda::new(["a", "b"]), &config(&[at("fp/*", 2)]));
    cloud.lambda.package = "c".into();
    cloud
}

/// The newest code is published and associated.
pub(crate) fn settled() -> Cloud {
    cloud(Lambda::new(["a", "b"]), &config(&[at("fp/*", 2)]))
}

/// The newest code is published, the distribution was left behind.
pub(crate) fn half_finished() -> Cloud {
    cloud(Lambda::new(["a", "b", "c"]), &config(&[at("fp/*", 1), at("/fp2/*", 2)]))
}

/// Half of the associations point at the newest version already.
pub(crate) fn mixed() -> Cloud {
    cloud(Lambda::new(["a", "b"]), &config(&[at("/one/*", 1), at("/two/*", 2)]))
}

/// Two pages of versions (short ones: many runs start here), and replies that do not name the
/// published one.
pub(crate) fn unnamed() -> Cloud {
    let mut lambda = Lambda::new(["a", "b", "c", "d"]);
    lambda.package = "new".into();
    lambda.page = 3;
    lambda.names_version = false;
    cloud(lambda, &config(&[at("fp/*", 4)]))
}

/// A version takes time to become active, and more to be usable.
pub(crate) fn slow() -> Cloud {
    let mut cloud = fresh();
    cloud.lambda.activation = Duration::from_secs(2);
    cloud.lambda.distribution_lag = Duration::from_secs(5);
    cloud
}

/// An update of the function is in progress, and updates take time. The path patterns have characters
/// that no path of an invalidation may have.
pub(crate) fn busy() -> Cloud {
    let patterns = ["/~fp/*", "/fp?/*", "/a b/*", "fp"];
    let mut cloud =
        cloud(Lambda::new(["a", "b"]), &config(&patterns.map(|pattern| at(pattern, 2))));
    cloud.lambda.package = "c".into();
    cloud.lambda.update_time = Duration::from_secs(2);
    cloud.lambda.busy_until = cloud.now + Duration::from_secs(2);
    cloud
}

/// Everything that an association can be: ours in the default and ordered behaviours, at both
/// origins, beside other events, other functions, similar names, other accounts, other origins.
pub(crate) fn crowded() -> Cloud {
    let arn = format!("{ARN}:1");
    let similar = format!("{ARN}-2:1");
    let elsewhere = "arn:aws:lambda:us-east-1:999999999999:function:edge:1";
    let mut config = config(&[
        behaviour("/fp/*", "cdn", &[("origin-request", &arn), ("viewer-request", &arn)]),
        behaviour("api/*/x.js", "api", &[("origin-response", &similar), ("origin-request", &arn)]),
        behaviour("/similar", "cdn", &[("origin-request", &similar)]),
        behaviour("/elsewhere", "cdn", &[("origin-request", elsewhere)]),
        behaviour("/site/*", "site", &[("origin-request", &arn)]),
        behaviour("/none", "api", &[]),
    ]);
    config["DefaultCacheBehavior"]["TargetOriginId"] = json!("api");
    config["DefaultCacheBehavior"]["LambdaFunctionAssociations"] = json!({"Quantity": 1, "Items": [{"EventType": "origin-request", "LambdaFunctionARN": arn}]});
    let mut cloud = cloud(Lambda::new(["a"]), &config);
    cloud.lambda.package = "b".into();
    cloud
}

/// A starting world.
pub(crate) type Start = fn() -> Cloud;

/// All of them, by name.
pub(crate) const ALL: [(&str, Start); 8] = [
    ("fresh", fresh),
    ("settled", settled),
    ("half finished", half_finished),
    ("mixed", mixed),
    ("unnamed", unnamed),
    ("slow", slow),
    ("busy", busy),
    ("crowded", crowded),
];
