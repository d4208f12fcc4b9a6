//! The page for people (contract R10.2).

use std::fmt::{self, Write};

use super::verdict::Verdict;
use crate::advice::advise;
use crate::config::{Config, Resolution};
use crate::platform::Platform;

/// What the endpoint is for (R1.7).
const HINT: &str = "For the agent's option <code>endpoints</code>.";

/// The same, where the query chooses the region (R3.3).
const HINT_WITH_REGIONS: &str = "For the agent's option <code>endpoints</code>. For the regions eu and \
    ap, add <code>?region=eu</code> or <code>?region=ap</code>.";

/// What every page begins with. Its one style element is the one that the policy allows.
const HEAD: &str = concat!(
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">",
    "<meta name=\"viewport\" content=\"width=device-width\">",
    "<meta name=\"robots\" content=\"noindex\"><title>Integration status</title>",
    "<style>",
    include_str!("style.css"),
    "</style></head><body><h1>Integration status</h1>",
);

/// Longer than most pages are behind [`HEAD`].
const REST: usize = 4096;

/// The whole page.
pub(super) fn page(
    config: &Config,
    platform: Platform,
    verdict: Verdict,
    endpoint: Option<&str>,
) -> String {
    let mut page = String::with_capacity(HEAD.len() + REST);
    page.push_str(HEAD);
    push_verdict(&mut page, verdict);
    push_integration(&mut page, config, platform);
    if let Some(endpoint) = endpoint {
        page.push_str("<dt>v4 endpoint<dd><code>");
        push_text(&mut page, endpoint);
        page.push_str("</code><dd class=\"hint\">");
        page.push_str(if config.region().is_some() { HINT } else { HINT_WITH_REGIONS });
    }
    page.push_str("</dl>");
    push_variables(&mut page, config, platform);
    push_advice(&mut page, config, platform);
    page.push_str("</body></html>\n");
    page
}

fn push_verdict(page: &mut String, verdict: Verdict) {
    if verdict.is_ready() {
        page.push_str(
            "<p class=\"ready\"><strong>Ready</strong>: a proxy secret is set, and a route is on.</p>",
        );
        return;
    }
    page.push_str("<p class=\"not-ready\"><strong>Not ready</strong>");
    for (index, clause) in verdict.missing().enumerate() {
        page.push_str(if index == 0 { ": " } else { "; " });
        push_text(page, clause);
    }
    page.push_str(".</p>");
}

/// R1.8: the name and the version that upstream sees, too.
fn push_integration(page: &mut String, config: &Config, platform: Platform) {
    page.push_str("<dl><dt>Integration<dd>");
    push_text(page, config.integration_name_on(platform));
    page.push_str(", version ");
    push_text(page, config.integration_version());
}

fn push_variables(page: &mut String, config: &Config, platform: Platform) {
    page.push_str(
        "<h2>Variables</h2><table><thead><tr><th scope=\"col\">Variable<th scope=\"col\">State\
         </thead><tbody>",
    );
    for variable in platform.profile().listed_variables() {
        let resolution = config.resolution(variable);
        let is_set = matches!(resolution, Resolution::Source(_));
        page.push_str(if is_set { "<tr class=\"set\">" } else { "<tr>" });
        page.push_str("<th scope=\"row\"><code>");
        push_text(page, platform.profile().variable_name(variable));
        page.push_str("</code><td>");
        push_state(page, resolution);
    }
    page.push_str("</tbody></table>");
}

fn push_state(page: &mut String, resolution: Resolution<'_>) {
    match resolution {
        Resolution::Source(name) => {
            page.push_str("set by ");
            push_text(page, name);
        }
        Resolution::Default => page.push_str("not set, the default is used"),
        Resolution::Unset => page.push_str("not set"),
    }
}

fn push_advice(page: &mut String, config: &Config, platform: Platform) {
    let advice = advise(config, platform);
    if advice.is_empty() {
        return;
    }
    page.push_str("<h2>Advice</h2><ul>");
    for advice in advice {
        page.push_str("<li><code>");
        page.push_str(advice.code());
        page.push_str("</code> ");
        let _ = write!(Escaped(page), "{advice}");
        page.push_str("</li>");
    }
    page.push_str("</ul>");
}

/// Writes text, escaped for HTML elements and attributes.
fn push_text(page: &mut String, text: &str) {
    // Writing to a `String` cannot fail.
    let _ = Escaped(page).write_str(text);
}

/// A page to which text can be formatted.
struct Escaped<'p>(&'p mut String);

impl Write for Escaped<'_> {
    // Writes whole runs at once, because nearly every text has nothing to escape.
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for run in text.split_inclusive(|character| entity(character).is_some()) {
            let mut plain = run.chars();
            match plain.next_back().and_then(entity) {
                Some(entity) => {
                    self.0.push_str(plain.as_str());
                    self.0.push_str(entity);
                }
                None => self.0.push_str(run),
            }
        }
        Ok(())
    }
}

fn entity(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R10.2: all text is escaped.
    #[test]
    fn text_is_escaped() {
        let mut page = String::new();
        push_text(&mut page, "<a href=\"x\">&'</a>");
        assert_eq!(page, "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;");
    }
}
