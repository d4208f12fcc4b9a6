//! The gateway's advice (R1.5) in the words of this program: which argument follows it.

use firstparty::advice::{Advice, advise};
use firstparty::config::{Mount, Resolution, Variable};
use firstparty::{Config, Gateway};

use crate::settings::DEMONSTRATION;
use crate::settings::choices::Choice;

/// Advice that a demonstration has no use for, because no browsers but its owner's reach it.
const FOR_PRODUCTION: [&str; 4] = ["no-host-list", "no-key-list", "mount-by-depth", "default-used"];

/// A line for each piece of advice.
pub(crate) fn lines(gateway: &Gateway) -> Vec<String> {
    let config = gateway.config();
    let is_demonstration = Variable::ALL
        .iter()
        .any(|&variable| config.resolution(variable) == Resolution::Source(DEMONSTRATION));
    let all = advise(config, gateway.platform()).into_iter();
    all.filter(|advice| !is_demonstration || !FOR_PRODUCTION.contains(&advice.code()))
        .map(|advice| line(&advice, gateway))
        .collect()
}

fn line(advice: &Advice, gateway: &Gateway) -> String {
    let sentence = advice.to_string();
    let sentence = match setting(advice) {
        Some(setting) => sentence.replace(setting, &argument(setting, gateway)),
        None => sentence,
    };
    let hint = hint(advice.code(), gateway.config());
    let hint = if hint.is_empty() { String::new() } else { format!(" ({hint})") };
    format!("advice ({}): {sentence}{hint}", advice.code())
}

/// The setting that a sentence names.
fn setting(advice: &Advice) -> Option<&'static str> {
    match *advice {
        Advice::BlockedPath { setting, .. }
        | Advice::StatusRoute { setting }
        | Advice::WebRoute { setting }
        | Advice::RouteOff { setting }
        | Advice::Ignored { setting }
        | Advice::RegionBesideCdn { setting }
        | Advice::DefaultUsed { setting }
        | Advice::NoKeyList { setting }
        | Advice::OtherUpstream { setting } => Some(setting),
        _ => None,
    }
}

/// The argument of a setting, which the library calls as the platform does (R12).
fn argument(setting: &str, gateway: &Gateway) -> String {
    let profile = gateway.platform().profile();
    let mut variables = Variable::ALL.iter().copied();
    let variable = variables.find(|&variable| profile.variable_name(variable) == setting);
    match variable {
        // The library calls every exact path by the name of the prefix.
        Some(Variable::RoutePrefix) => exact_path(gateway.config()).to_owned(),
        _ => Choice::named(variable.map_or(setting, |variable| variable.as_str()))
            .map_or_else(|| setting.to_owned(), Choice::argument),
    }
}

/// The arguments that follow the advice, where the sentence does not name them.
fn hint(code: &str, config: &Config) -> String {
    let hint = match code {
        "no-secret" => "--secret, or better FIRSTPARTY_SECRET",
        "equal-routes" => "--agent-path, --result-path",
        "v4-off" => v4(config),
        "no-route" => return format!("{}, --agent-path, --result-path", v4(config)),
        "depth-zero" | "mount-by-depth" => exact_path(config),
        "authorization-forwarded" => "--drop-fields",
        "unknown-key" => "--help lists the keys",
        "region-beside-cdn" => "--agent-origin",
        "no-host-list" => "--hosts",
        _ => "",
    };
    hint.to_owned()
}

/// What switches v4 on, where it is off or the mount has no place for it.
fn v4(config: &Config) -> &'static str {
    match (config.v4(), config.mount()) {
        (false, Mount::Anywhere) => "--v4, --mount",
        (true, Mount::Anywhere) => "--mount",
        _ => "--v4",
    }
}

/// What sets an exact path: the prefix is refused beside a mount.
fn exact_path(config: &Config) -> &'static str {
    if is_mount_given(config) { "--mount" } else { "--route-prefix" }
}

/// Whether the mount was given as such. Otherwise prefix or depth is resolved.
fn is_mount_given(config: &Config) -> bool {
    let instead = [Variable::RoutePrefix, Variable::IntegrationPathDepth];
    instead.into_iter().all(|variable| config.resolution(variable) == Resolution::Unset)
}
