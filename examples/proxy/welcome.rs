//! What is printed: at the start the URLs to try, and notes for whoever runs the proxy.
//!
//! A closed terminal is no reason to stop serving, so nothing here can fail.

use std::fmt::{Display, Write as _};
use std::io::Write as _;
use std::net::SocketAddr;

use firstparty::client_setup::ClientSetup;
use firstparty::config::Mount;
use firstparty::report::Tally;
use firstparty::{Config, ConfigError, Gateway, Region};

use crate::metrics;
use crate::settings::hints;

/// Prints the URLs.
pub(crate) fn print(gateway: &Gateway, address: SocketAddr, metrics: Option<SocketAddr>) {
    let site = format!("http://{address}");
    let mut text = format!("listening on {site}\n");
    if let Some(address) = metrics {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "counting on http://{address}{}", metrics::PATH);
    }
    let _ = write!(std::io::stdout(), "{text}{}", urls(gateway, &site));
    let _ = std::io::stdout().flush();
}

/// Tells what was counted, because nobody can ask for it any more.
pub(crate) fn last_counts(tally: &Tally) {
    if let Ok(counts) = serde_json::to_string(tally) {
        note(&format!("counted {counts}"));
    }
}

/// The gateway's advice (R1.5).
pub(crate) fn advise(gateway: &Gateway) {
    for line in hints::lines(gateway) {
        note(&line);
    }
}

/// Tells whoever runs the proxy.
pub(crate) fn note(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Tells why the proxy does not start.
pub(crate) fn complain(error: &dyn Display) {
    note(&format!("proxy: {error}"));
}

/// What the site's own JavaScript would ask for (R1.7), with an API key filled in.
fn urls(gateway: &Gateway, site: &str) -> String {
    let path = integration_path(gateway.config().mount());
    let slash = if path.is_empty() { "" } else { "/" };
    let mut text = match ClientSetup::new(gateway.config(), site, &path) {
        Ok(setup) => client_urls(&setup),
        Err(error) => format!("  no URLs: {}\n", why_no_urls(gateway.config(), &error)),
    };
    text.push_str(&line("status", &format!("{site}/{path}{slash}status")));
    text
}

fn client_urls(setup: &ClientSetup) -> String {
    let get = |url: &String| url.replace("<apiKey>", "demo");
    let post = |url: &String| format!("curl -i --data-raw '{{}}' '{url}'");
    let lines = [
        ("agent", setup.v3_import().as_ref().map(get)),
        ("identification", setup.v3_endpoint(Region::Us).as_ref().map(post)),
        ("v4 agent", setup.v4_import().as_ref().map(get)),
        ("v4", setup.v4_endpoint(Region::Us).as_ref().map(post)),
    ];
    lines.into_iter().filter_map(|(what, url)| Some(line(what, &url?))).collect()
}

fn line(what: &str, url: &str) -> String {
    format!("  {what:<15} {url}\n")
}

/// Why no path leads to each route, in the words of this program.
fn why_no_urls(config: &Config, error: &ConfigError) -> String {
    let routes = (config.agent_download_path(), config.get_result_path());
    match routes {
        (Some(agent), Some(result)) if agent == result => {
            "--agent-path and --result-path are the same, so the agent takes every request"
                .to_owned()
        }
        _ => error.kind().to_string(),
    }
}

/// A path segment that no blocker knows (R1.5).
const SEGMENT: &str = "ore54guier";

/// Any path that the mount takes, or what is configured.
fn integration_path(mount: &Mount) -> String {
    match mount {
        Mount::Depth(depth) => vec![SEGMENT; usize::from(*depth)].join("/"),
        Mount::Exact(path) => path.as_str().to_owned(),
        _ => SEGMENT.to_owned(),
    }
}
