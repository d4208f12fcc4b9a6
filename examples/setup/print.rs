//! The plan for people, or as JSON.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use firstparty::advice::Advice;
use serde_json::json;

use crate::cost::{Cost, PRICES_OF};
use crate::page::scripts;
use crate::plan::{Plan, SECRET};
use crate::variables::pastes;

const HEADING: Style = AnsiColor::Cyan.on_default().bold();
const NAME: Style = Style::new().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// What a cache between browsers and gateway has to tell apart (R7), and what it must leave alone.
const CACHE_KEY: &[&str] = &[
    "only GET, of the agent: path, the whole query as it is, origin, accept-encoding",
    "never POST, and never longer than cache-control says",
    "no cookies in the key; answers with set-cookie are not stored",
];

pub(crate) fn text(out: &mut impl Write, plan: &Plan) -> io::Result<()> {
    paths(out, plan)?;
    advice(out, &plan.advice)?;
    for paste in pastes(plan) {
        heading(out, paste.title)?;
        write!(out, "{}", paste.text)?;
    }
    writeln!(out, "\n{SECRET} is the proxy secret from Fingerprint's dashboard.")?;
    heading(out, "a cache in front")?;
    for line in CACHE_KEY {
        writeln!(out, "{line}")?;
    }
    for script in scripts(plan) {
        let fallback = if script.has_fallback { "with" } else { "without" };
        heading(out, &format!("{}, {fallback} Fingerprint's hosts as fallback", script.title))?;
        write!(out, "{}", script.code)?;
        writeln!(out, "\nContent-Security-Policy: {}", script.policy)?;
    }
    plan.cost.as_ref().map_or(Ok(()), |cost| cost_table(out, cost))
}

fn heading(out: &mut impl Write, text: &str) -> io::Result<()> {
    writeln!(out, "\n{HEADING}{text}{HEADING:#}")
}

fn paths(out: &mut impl Write, plan: &Plan) -> io::Result<()> {
    let region = plan.args.region;
    let urls = [
        ("status page", Some(format!("{}/{}/status", plan.origin(), plan.integration_path))),
        ("v4 endpoint", plan.setup.v4_endpoint(region)),
        ("v4 import", plan.setup.v4_import()),
        ("v3 endpoint", plan.setup.v3_endpoint(region)),
        ("v3 script", plan.setup.script_url_pattern()),
    ];
    writeln!(out, "{HEADING}URLs on {}{HEADING:#}", plan.args.platform)?;
    for (name, url) in urls {
        if let Some(url) = url {
            writeln!(out, "{NAME}{name:<12}{NAME:#} {url}")?;
        }
    }
    Ok(())
}

fn advice(out: &mut impl Write, advice: &[Advice]) -> io::Result<()> {
    for advice in advice {
        writeln!(out, "\n{WARNING}advice{WARNING:#} {advice} ({})", advice.code())?;
    }
    Ok(())
}

fn cost_table(out: &mut impl Write, cost: &Cost) -> io::Result<()> {
    heading(out, &format!("a month with {} identifications, at most", cost.events))?;
    for item in cost.items.iter().filter(|item| item.quantity > 0.0) {
        let digits = usize::from(item.quantity < 100.0 && item.quantity.fract() > 0.0) * 2;
        let quantity = format!("{:.digits$} {}", item.quantity, item.name);
        match item.price.zip(item.money).filter(|(price, _)| *price > 0.0) {
            Some((price, money)) => {
                write!(out, "{NAME}{quantity:<26}{NAME:#}")?;
                writeln!(out, "at ${price} for {} = ${money:.2}", item.unit)?;
            }
            None => writeln!(out, "{NAME}{quantity}{NAME:#}")?,
        }
    }
    match cost.total {
        Some(total) => writeln!(
            out,
            "{NAME}total{NAME:#} ${total:.2}, by list prices of {PRICES_OF} unless given, without included \
             amounts, minimum fees and logs"
        ),
        None => writeln!(
            out,
            "No list price is known here: give yours with --price-requests and the like."
        ),
    }
}

pub(crate) fn json(out: &mut impl Write, plan: &Plan) -> io::Result<()> {
    let advice = plan
        .advice
        .iter()
        .chain(plan.setup.advice().as_ref())
        .map(|advice| json!({"code": advice.code(), "text": advice.to_string()}))
        .collect::<Vec<_>>();
    let region = plan.args.region;
    let plan = json!({
        "platform": plan.args.platform,
        "integration_path": plan.integration_path,
        "urls": {
            "status": format!("{}/{}/status", plan.origin(), plan.integration_path),
            "v4_endpoint": plan.setup.v4_endpoint(region),
            "v4_import": plan.setup.v4_import(),
            "v3_endpoint": plan.setup.v3_endpoint(region),
            "v3_script": plan.setup.script_url_pattern(),
        },
        "advice": advice,
        "variables": pastes(plan),
        "cache_key": CACHE_KEY,
        "scripts": scripts(plan),
        "prices_of": PRICES_OF,
        "cost": plan.cost,
    });
    writeln!(out, "{plan:#}")
}
