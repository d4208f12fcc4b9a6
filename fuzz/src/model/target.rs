//! R4: where a request goes upstream.

use super::route::Route;
use super::{Refused, query};
use crate::plan::Plan;

/// A target in pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub authority: String,
    pub path: String,
    /// None: not even a `?`.
    pub query: Option<String>,
    pub region: Option<&'static str>,
}

/// The longest path and query that `http` takes (R4.6).
const MAX: usize = 65_534;

/// R2.7: whether a request on this route is authorised.
pub fn is_authorised(plan: &Plan, route: &Route, method: &str) -> bool {
    method == "POST"
        && match route {
            Route::Agent => !plan.cdn_agent,
            Route::Result(_) | Route::Api(_) => true,
            Route::Status => false,
        }
}

/// The target, or the answer. The status page has none.
pub fn resolve(
    plan: &Plan,
    route: &Route,
    authorised: bool,
    query: &str,
) -> Result<Target, Refused> {
    let cdn = plan.cdn_agent && *route == Route::Agent;
    let path = match route {
        Route::Agent => {
            let path = agent_path(if cdn { "/v" } else { "/web/v" }, query)?;
            check_key(plan, query::first(query, "apiKey"))?;
            path
        }
        Route::Result(path) | Route::Api(path) => {
            check_key(plan, key_of(path))?;
            path.clone()
        }
        Route::Status => return Err((404, "R2.2")),
    };
    let region = (!cdn).then(|| region(plan, query));
    let mut kept = region.map_or(query.to_owned(), |region| query::corrected(query, region).0);
    if authorised || cdn {
        if !kept.is_empty() {
            kept.push('&');
        }
        kept.push_str(&monitoring(plan, if cdn { "procdn" } else { "ingress" }));
    }
    let authority = match region {
        None => plan.cdn().to_owned(),
        Some("us") => plan.api().to_owned(),
        Some(region) => format!("{region}.{}", plan.api()),
    };
    let query = (!kept.is_empty()).then_some(kept);
    let length = path.len() + query.as_ref().map_or(0, |query| query.len() + 1);
    if length > MAX {
        return Err((414, "R4.6"));
    }
    Ok(Target { authority, path, query, region })
}

/// R4.7: a key has to be on the list, if there is one.
fn check_key(plan: &Plan, key: Option<String>) -> Result<(), (u16, &'static str)> {
    let keys = plan.upstream.keys;
    let listed = key.is_none_or(|key| keys.contains(&&*key));
    if keys.is_empty() || listed { Ok(()) } else { Err((403, "R4.7")) }
}

/// R4.7: the key of a path `/web/v…/{key}`.
fn key_of(path: &str) -> Option<String> {
    let segments = path.split('/').filter(|segment| !segment.is_empty()).map(decoded);
    match &segments.collect::<Vec<_>>()[..] {
        [web, version, key, ..] if web == "web" && version.starts_with('v') => Some(key.clone()),
        _ => None,
    }
}

/// Decoded as a form, in which a plus sign is written `%2B`.
fn decoded(segment: &str) -> String {
    let form = format!("x={}", segment.replace('+', "%2B").replace('&', "%26"));
    query::first(&form, "x").expect("a pair")
}

/// R3.3, R3.6.
pub fn region(plan: &Plan, query: &str) -> &'static str {
    plan.upstream.region.unwrap_or_else(|| query::region(query))
}

/// R3.5, R1.8.
fn monitoring(plan: &Plan, kind: &str) -> String {
    let name = plan.upstream.name.unwrap_or(super::platform::name(plan.platform));
    format!("ii={}", query::encoded(&format!("{name}/{}/{kind}", plan.upstream.version)))
}

/// R4.3, R4.4.
fn agent_path(root: &str, query: &str) -> Result<String, Refused> {
    let value = |name| query::first(query, name).filter(|value| !value.is_empty());
    let values = ["apiKey", "version", "loaderVersion"].map(value);
    if values.iter().flatten().any(|value| value.chars().any(char::is_control)) {
        return Err((400, "R4.4"));
    }
    let [key, version, loader] = values;
    let key = key.filter(|key| key != "." && key != "..").ok_or((400, "R4.4"))?;
    let version = version.unwrap_or_else(|| "3".to_owned());
    let mut path = format!("{root}{}/{}", query::encoded(&version), query::encoded(&key));
    if let Some(loader) = loader {
        path.push_str(&format!("/loader_v{}.js", query::encoded(&loader)));
    }
    Ok(path)
}
