//! Prints as JSON what a site's own JavaScript is set up with (contract R1.7): URLs, and for each way
//! to install the agent the code that starts it.
//!
//! ```sh
//! cargo run --example client_setup -- https://www.example.com ore54guier \
//!     --agent-path vbcnkxb654 --result-path 5yt489hgfj --region eu
//! ```
//!
//! `examples/browser` takes everything that it tells the agents from here.

use clap::Parser;
use firstparty::client_setup::{ClientSetup, Fallback, Snippet};
use firstparty::{Config, ConfigError, Region};
use serde_json::{Map, Value, json};

/// Prints the strings and the code that set up the browser's agent.
#[derive(Parser)]
struct Arguments {
    /// The origin of the site, like `https://www.example.com`
    site: String,
    /// The integration path on it, like ore54guier
    path: String,
    /// The v3 agent route
    #[arg(long, value_name = "PATH", default_value = "")]
    agent_path: String,
    /// The v3 route for identification
    #[arg(long, value_name = "PATH", default_value = "")]
    result_path: String,
    /// Where the data goes: us, eu or ap
    #[arg(long, value_name = "REGION", default_value = "us")]
    region: Region,
}

const SNIPPETS: [(&str, Snippet); 4] = [
    ("v3_npm", Snippet::V3Npm),
    ("v3_import", Snippet::V3Import),
    ("v4_npm", Snippet::V4Npm),
    ("v4_import", Snippet::V4Import),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let text = serde_json::to_string_pretty(&described(&arguments)?)?;
    println!("{text}");
    Ok(())
}

fn described(arguments: &Arguments) -> Result<Value, ConfigError> {
    let mut builder = Config::builder().route_prefix(&arguments.path);
    if !arguments.agent_path.is_empty() {
        builder = builder.agent_download_path(&arguments.agent_path);
    }
    if !arguments.result_path.is_empty() {
        builder = builder.get_result_path(&arguments.result_path);
    }
    let setup = ClientSetup::new(&builder.build()?, &arguments.site, &arguments.path)?;
    Ok(json!({
        "script_url_pattern": setup.script_url_pattern(),
        "v3_import": setup.v3_import(),
        "v3_endpoint": setup.v3_endpoint(arguments.region),
        "v4_import": setup.v4_import(),
        "v4_endpoint": setup.v4_endpoint(arguments.region),
        "snippets": snippets(&setup, Fallback::Fingerprint, arguments.region),
        "snippets_without_fallback": snippets(&setup, Fallback::Off, arguments.region),
    }))
}

/// The code by the name of its snippet; null where a route that it needs is off.
fn snippets(setup: &ClientSetup, fallback: Fallback, region: Region) -> Map<String, Value> {
    let code = |snippet| json!(setup.snippet(snippet, fallback, region));
    SNIPPETS.map(|(name, snippet)| (name.to_owned(), code(snippet))).into_iter().collect()
}
