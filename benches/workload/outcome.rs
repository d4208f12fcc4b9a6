//! What comes out of a workload, in a form in which the ways can be compared.

use firstparty::Action;
use firstparty::http::{HeaderMap, Request, Response};
use firstparty::refusal::Refusal;
use firstparty::route::Route;

use super::naive::Place;

/// What comes out of a workload.
pub trait Outcome {
    /// Everything that upstream or the browser would see, sorted.
    fn lines(&self) -> Vec<String>;
}

impl Outcome for Action<()> {
    fn lines(&self) -> Vec<String> {
        match self {
            Self::Forward(request, _) => request.lines(),
            Self::Respond(response, _) => response.lines(),
        }
    }
}

impl Outcome for Request<()> {
    fn lines(&self) -> Vec<String> {
        let line = format!("{} {}", self.method(), self.uri());
        [line].into_iter().chain(fields(self.headers())).collect()
    }
}

impl<B> Outcome for Response<B> {
    fn lines(&self) -> Vec<String> {
        let line = self.status().to_string();
        [line].into_iter().chain(fields(self.headers())).collect()
    }
}

impl Outcome for Result<Route<'_>, Refusal> {
    fn lines(&self) -> Vec<String> {
        self.is_ok().lines()
    }
}

impl Outcome for Place {
    fn lines(&self) -> Vec<String> {
        (*self != Self::NotFound).lines()
    }
}

impl Outcome for bool {
    fn lines(&self) -> Vec<String> {
        vec![format!("found: {self}")]
    }
}

/// The attributes of a cookie sorted, too: `cookie` has an order of its own.
fn fields(headers: &HeaderMap) -> Vec<String> {
    let mut lines: Vec<_> = headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            let mut parts: Vec<_> = value.split("; ").collect();
            if name == "set-cookie" {
                parts.sort_unstable();
            }
            format!("{name}: {}", parts.join("; "))
        })
        .collect();
    lines.sort();
    lines
}
