//! What the page needs: the JavaScript that starts the agent, and sources for its content security policy.

use firstparty::client_setup::{Fallback, Snippet};
use serde::Serialize;

use crate::plan::Plan;

/// JavaScript that starts the agent.
#[derive(Serialize)]
pub(crate) struct Script {
    /// For programs; the title is for people.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// Whether the agent turns to Fingerprint's own hosts where the integration does not answer.
    pub(crate) has_fallback: bool,
    pub(crate) code: String,
    /// To be added to the content security policy of the site's pages.
    pub(crate) policy: String,
}

/// A way to install the agent.
struct Way {
    name: &'static str,
    title: &'static str,
    snippet: Snippet,
}

const V4: &[Way] = &[
    Way {
        name: "v4_npm",
        title: "v4, from the NPM package @fingerprint/agent",
        snippet: Snippet::V4Npm,
    },
    Way { name: "v4_import", title: "v4, imported by the page", snippet: Snippet::V4Import },
];
const V3: &[Way] = &[
    Way {
        name: "v3_npm",
        title: "v3, from the NPM package @fingerprintjs/fingerprintjs-pro",
        snippet: Snippet::V3Npm,
    },
    Way { name: "v3_import", title: "v3, imported by the page", snippet: Snippet::V3Import },
];

pub(crate) fn scripts(plan: &Plan) -> Vec<Script> {
    let ways = V4.iter().chain(if plan.args.v3 { V3 } else { &[] });
    let scripts = ways.flat_map(|way| {
        [Fallback::Fingerprint, Fallback::Off].map(|fallback| {
            let code = plan.setup.snippet(way.snippet, fallback, plan.args.region)?;
            Some(script(plan, way, fallback, code))
        })
    });
    scripts.flatten().collect()
}

fn script(plan: &Plan, way: &Way, fallback: Fallback, code: String) -> Script {
    let has_fallback = fallback == Fallback::Fingerprint;
    // The place of the key is the end of a string; a path of that name is not.
    let code = match &plan.args.api_key {
        Some(key) => code.replace("PUBLIC_API_KEY\"", &format!("{key}\"")),
        None => code,
    };
    // Only the NPM package can fall back to another URL of the agent.
    let is_package = matches!(way.snippet, Snippet::V3Npm | Snippet::V4Npm);
    let cdn = if has_fallback && is_package { " https://fpnpmcdn.net" } else { "" };
    let api = if has_fallback { " https://api.fpjs.io https://*.api.fpjs.io" } else { "" };
    let site = &plan.origin;
    let policy = format!("script-src {site}{cdn}; connect-src {site}{api}");
    Script { name: way.name, title: way.title, has_fallback, code, policy }
}
