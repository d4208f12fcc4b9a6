//! JSON lines in, JSON lines out: what the gateway does with a request, and by which rule.
//!
//! A request may have a `version` (`HTTP/1.0`, `HTTP/1.1`, `HTTP/2`); in HTTP/2 its URI has the
//! authority.
//!
//! For debugging, and for comparing implementations: it takes the lines of `tests/data/*.jsonl` as
//! they are.
//!
//! ```sh
//! echo '{"config": {"get_result_path": "r"},
//!        "request": {"method": "POST", "uri": "/fp/r?region=xx",
//!                    "headers": [["Host", "www.example.com"]], "client_ip": "203.0.113.7"}}' |
//!     tr -d '\n' | cargo run --example explain
//! cargo run --example explain -- \
//!     --defaults '{"platform":"cloudfront","config":{"mount":"anywhere","agent_origin":"cdn"}}' \
//!     < tests/data/cloudfront.jsonl
//! ```

mod lines;

use clap::Parser;
use serde_json::{Map, Value};

/// Reads requests as JSON lines and explains what the gateway does with each.
#[derive(Parser)]
struct Arguments {
    /// A JSON object that is merged under every line, for instance `{"platform":"cloudfront"}`.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    defaults: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let defaults: Map<String, Value> = serde_json::from_str(&arguments.defaults)?;
    lines::explain_lines(std::io::stdin().lock(), std::io::stdout().lock(), &defaults)?;
    Ok(())
}
