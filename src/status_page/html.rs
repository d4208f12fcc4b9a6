//! The page for people (contract R10.2).

use super::verdict::Verdict;
use crate::advice::advise;
use crate::config::{Config, Resolution};
use crate::platform::Platform;

/// What the endpoint is for (R1.7).
const HINT: &str = "For the agent's option <code>endpoints</code>.";

/// The same, where the query chooses the region (R3.3).
const HINT_WITH_REGIONS: &str = "For the agent's option <code>endpoints</code>. For the regions eu and \
    ap, add <code>?region=eu</code> or <code>?region=ap</code>.";

/// The parts of the page that no request changes.
#[derive(Debug)]
pub(super) struct Html {
    head: String,
    integration: String,
    hint: &'static str,
    variables_and_advice: String,
}

impl Html {
    pub(super) fn new(style: &str, config: &Config, platform: Platform) -> Self {
        let mut rest = String::new();
        push_variables(&mut rest, config, platform);
        push_advice(&mut rest, config, platform);
        Self {
            head: head(style),
            integration: integration(config, platform),
            hint: if config.region().is_some() { HINT } else { HINT_WITH_REGIONS },
            variables_and_advice: rest,
        }
    }

    /// The page with what one request adds to it.
    pub(super) fn page(&self, verdict: Verdict, endpoint: Option<&str>) -> String {
        let mut page = self.head.clone();
        push_verdict(&mut page, verdict);
        page.push_str(&self.integration);
        if let Some(endpoint) = endpoint {
            page.push_str("<dt>v4 endpoint<dd><code>");
            push_text(&mut page, endpoint);
            page.push_str("</code><dd class=\"hint\">");
            page.push_str(self.hint);
        }
        page.push_str("</dl>");
        page.push_str(&self.variables_and_advice);
        page.push_str("</body></html>\n");
        page
    }
}

fn head(style: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"robots\" content=\"noindex\"><title>Integration status</title>\
         <style>{style}</style></head><body><h1>Integration status</h1>"
    )
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
fn integration(config: &Config, platform: Platform) -> String {
    let mut part = String::from("<dl><dt>Integration<dd>");
    push_text(&mut part, config.integration_name_on(platform));
    part.push_str(", version ");
    push_text(&mut part, config.integration_version());
    part
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
        push_text(page, &advice.to_string());
        page.push_str("</li>");
    }
    page.push_str("</ul>");
}

/// Writes text, escaped for HTML elements and attributes.
fn push_text(page: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '"' => page.push_str("&quot;"),
            '\'' => page.push_str("&#39;"),
            other => page.push(other),
        }
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
