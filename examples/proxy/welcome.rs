//! What is printed: at the start the URLs to try, and notes for whoever runs the proxy.
//!
//! A closed terminal is no reason to stop serving, so nothing here can fail.

use std::fmt::{Display, Write as _};
use std::io::Write as _;
use std::net::SocketAddr;

use firstparty::advice;
use firstparty::client_setup::ClientSetup;
use firstparty::config::Mount;
use firstparty::report::Tally;
use firstparty::{Gateway, Region};

use crate::metrics;

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
    for advice in advice::advise(gateway.config(), gateway.platform()) {
        note(&format!("advice ({}): {advice}", advice.code()));
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
    let Ok(setup) = ClientSetup::new(gateway.config(), site, &path) else {
        return String::new();
    };
    let slash = if path.is_empty() { "" } else { "/" };
    let get = |url: &String| url.replace("<apiKey>", "demo");
    let post = |url: &String| format!("curl -i --data-raw '{{}}' '{url}'");
    let lines = [
        ("agent", setup.v3_import().as_ref().map(get)),
        ("identification", setup.v3_endpoint(Region::Us).as_ref().map(post)),
        ("v4 agent", setup.v4_import().as_ref().map(get)),
        ("v4", setup.v4_endpoint(Region::Us).as_ref().map(post)),
        ("status", Some(format!("{site}/{path}{slash}status"))),
    ];
    let mut text = String::new();
    for (what, url) in lines {
        if let Some(url) = url {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "  {what:<15} {url}");
        }
    }
    text
}

/// Any path that the mount takes: `fp`, or what is configured.
fn integration_path(mount: &Mount) -> String {
    match mount {
        Mount::Depth(depth) => vec!["fp"; usize::from(*depth)].join("/"),
        Mount::Exact(path) => path.as_str().to_owned(),
        _ => "fp".to_owned(),
    }
}
