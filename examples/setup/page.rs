//! What the page needs: the JavaScript that starts the agent, and sources for its content security policy.

use firstparty::client_setup::{Fallback, Snippet};
use serde::Serialize;

use crate::plan::Plan;

/// A way to start the agent.
#[derive(Serialize)]
pub(crate) struct Script {
    pub(crate) title: &'static str,
    /// Whether the agent turns to Fingerprint's own hosts where the integration does not answer.
    pub(crate) has_fallback: bool,
    pub(crate) code: String,
    /// To be added to the content security policy of the site's pages.
    pub(crate) policy: String,
}

const V4: &[(&str, Snippet)] = &[
    ("v4, from the NPM package @fingerprint/agent", Snippet::V4Npm),
    ("v4, imported by the page", Snippet::V4Import),
];
const V3: &[(&str, Snippet)] = &[
    ("v3, from the NPM package @fingerprintjs/fingerprintjs-pro", Snippet::V3Npm),
    ("v3, imported by the page", Snippet::V3Import),
];

pub(crate) fn scripts(plan: &Plan) -> Vec<Script> {
    let snippets = V4.iter().chain(if plan.args.v3 { V3 } else { &[] });
    let scripts = snippets.flat_map(|&(title, snippet)| {
        [Fallback::Fingerprint, Fallback::Off].map(|fallback| {
            let code = plan.setup.snippet(snippet, fallback, plan.args.region)?;
            Some(script(plan, title, snippet, fallback, code))
        })
    });
    scripts.flatten().collect()
}

fn script(
    plan: &Plan,
    title: &'static str,
    snippet: Snippet,
    fallback: Fallback,
    code: String,
) -> Script {
    let has_fallback = fallback == Fallback::Fingerprint;
    // The place of the key is the end of a string; a path of that name is not.
    let code = match &plan.args.api_key {
        Some(key) => code.replace("PUBLIC_API_KEY\"", &format!("{key}\"")),
        None => code,
    };
    // Only the NPM package can fall back to another URL of the agent.
    let is_package = matches!(snippet, Snippet::V3Npm | Snippet::V4Npm);
    let cdn = if has_fallback && is_package { " https://fpnpmcdn.net" } else { "" };
    let api = if has_fallback { " https://api.fpjs.io https://*.api.fpjs.io" } else { "" };
    let site = &plan.origin;
    let policy = format!("script-src {site}{cdn}; connect-src {site}{api}");
    Script { title, has_fallback, code, policy }
}
