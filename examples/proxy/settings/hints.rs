//! The gateway's advice (R1.5) in the words of this program: which argument follows it.

use firstparty::advice::{Advice, advise};
use firstparty::config::{Resolution, Variable};
use firstparty::{Gateway, Platform};

use crate::settings::DEMONSTRATION;
use crate::settings::choices::Choice;

/// Advice that a demonstration has no use for, because no browsers but its owner's reach it.
const FOR_PRODUCTION: [&str; 4] = ["no-host-list", "no-key-list", "mount-by-depth", "default-used"];

/// A line for each piece of advice.
pub(crate) fn lines(gateway: &Gateway) -> Vec<String> {
    let (config, platform) = (gateway.config(), gateway.platform());
    let is_demonstration = Variable::ALL
        .iter()
        .any(|&variable| config.resolution(variable) == Resolution::Source(DEMONSTRATION));
    let all = advise(config, platform).into_iter();
    all.filter(|advice| !is_demonstration || !FOR_PRODUCTION.contains(&advice.code()))
        .map(|advice| line(&advice, platform))
        .collect()
}

fn line(advice: &Advice, platform: Platform) -> String {
    let sentence = advice.to_string();
    let sentence = match setting(advice) {
        Some(setting) => sentence.replace(setting, &argument(setting, platform)),
        None => sentence,
    };
    let hint = hint(advice.code());
    let hint = if hint.is_empty() { String::new() } else { format!(" ({hint})") };
    format!("advice ({}): {sentence}{hint}", advice.code())
}

/// The setting that a sentence names.
fn setting(advice: &Advice) -> Option<&'static str> {
    match *advice {
        Advice::BlockedPath { setting, .. }
        | Advice::StatusRoute { setting }
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
fn argument(setting: &str, platform: Platform) -> String {
    let mut variables = Variable::ALL.iter();
    let is_called_so =
        |variable: &&Variable| platform.profile().variable_name(**variable) == setting;
    let key = variables.find(is_called_so).map_or(setting, |variable| variable.as_str());
    Choice::named(key).map_or_else(|| setting.to_owned(), Choice::argument)
}

/// The arguments to look at where the sentence names no setting.
fn hint(code: &str) -> &'static str {
    match code {
        "no-secret" => "--secret, or better FIRSTPARTY_SECRET",
        "equal-routes" => "--agent-path, --result-path",
        "v4-off" => "--v4, --mount",
        "no-route" => "--v4, --mount, --agent-path, --result-path",
        "depth-zero" | "mount-by-depth" => "--route-prefix",
        "authorization-forwarded" => "--drop-fields",
        "unknown-key" => "--help lists the keys",
        "no-host-list" => "--hosts",
        "forgeable-address" => "--platform",
        _ => "",
    }
}
