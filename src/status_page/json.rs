//! The page as JSON (contract R10.4).

use std::fmt::Write;

use crate::config::{Config, Resolution};
use crate::platform::Platform;
use crate::reply::json::push_string;
use crate::variable::Variable;

/// The whole page.
pub(super) fn page(config: &Config, platform: Platform) -> String {
    let mut text = String::from(r#"{"version":"#);
    push_string(&mut text, config.integration_version());
    text.push_str(r#","integration":"#);
    push_string(&mut text, config.integration_name_on(platform));
    text.push_str(r#","envInfo":["#);
    for (index, variable) in platform.profile().listed_variables().enumerate() {
        if index > 0 {
            text.push(',');
        }
        push_variable(&mut text, config, platform, variable);
    }
    text.push_str("]}");
    text
}

fn push_variable(text: &mut String, config: &Config, platform: Platform, variable: Variable) {
    let source = match config.resolution(variable) {
        Resolution::Source(name) => Some(name),
        Resolution::Default | Resolution::Unset => None,
    };
    let is_set = source.is_some();
    let is_secret = variable == Variable::PreSharedSecret;
    let value = if is_set && is_secret { r#""********""# } else { "null" };
    let is_internal = variable.is_internal();
    text.push_str(r#"{"envVarName":"#);
    push_string(text, platform.profile().variable_name(variable));
    // Writing to a `String` cannot fail.
    let _ = write!(text, r#","value":{value},"isSet":{is_set},"isInternal":{is_internal},"#);
    text.push_str(r#""resolvedBy":"#);
    match source {
        Some(name) => push_string(text, name),
        None => text.push_str("null"),
    }
    text.push('}');
}
