//! The plan for people, or as JSON.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use firstparty::advice::Advice;
use serde_json::{Value, json};

use crate::cache;
use crate::cost::{Cost, PRICES_OF};
use crate::page::scripts;
use crate::plan::{Plan, SECRET};
use crate::variables::pastes;

const HEADING: Style = AnsiColor::Cyan.on_default().bold();
const NAME: Style = Style::new().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

pub(crate) fn text(out: &mut impl Write, plan: &Plan) -> io::Result<()> {
    urls(out, plan)?;
    advice(out, &plan.advice)?;
    for paste in pastes(plan) {
        heading(out, paste.title)?;
        write!(out, "{}", paste.text)?;
    }
    writeln!(out, "\n{SECRET} is the proxy secret from Fingerprint's dashboard.")?;
    heading(out, "a cache in front")?;
    for line in cache::rules(plan) {
        writeln!(out, "{line}")?;
    }
    for script in scripts(plan) {
        let fallback = if script.has_fallback { "with" } else { "without" };
        heading(out, &format!("{}, {fallback} Fingerprint's hosts as fallback", script.title))?;
        write!(out, "{}", script.code)?;
        writeln!(out, "\nadd to the pages' Content-Security-Policy: {}", script.policy)?;
    }
    writeln!(
        out,
        "\nWhat a page imports itself needs its nonce or hash in that policy, or a file of its own."
    )?;
    plan.cost.as_ref().map_or(Ok(()), |cost| cost_table(out, cost))
}

fn heading(out: &mut impl Write, text: &str) -> io::Result<()> {
    writeln!(out, "\n{HEADING}{text}{HEADING:#}")
}

fn urls(out: &mut impl Write, plan: &Plan) -> io::Result<()> {
    writeln!(out, "{HEADING}URLs on {}{HEADING:#}", plan.args.platform)?;
    for (name, url) in plan.urls() {
        writeln!(out, "{NAME}{name:<21}{NAME:#} {url}")?;
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
    heading(out, &format!("a month with {} identifications", cost.events))?;
    for item in &cost.items {
        let digits = usize::from(item.quantity < 100.0 && item.quantity.fract() > 0.0) * 2;
        let quantity = format!("{:.digits$} {}", item.quantity, item.name);
        write!(out, "{NAME}{quantity:<25}{NAME:#} ")?;
        match item.price.zip(item.money) {
            Some((price, money)) => writeln!(out, "at ${price} for {} = ${money:.2}", item.unit)?,
            None => writeln!(out, "at a price that is not known here: {}", item.argument)?,
        }
    }
    if let Some(total) = cost.total {
        writeln!(out, "{NAME}total{NAME:#} ${total:.2}")?;
    }
    for line in cost.formula {
        writeln!(out, "{line}")?;
    }
    if cost.items.iter().any(|item| item.is_list_price && item.price.is_some()) {
        writeln!(out, "Prices that are not given are list prices of {PRICES_OF}.")?;
    }
    writeln!(out, "Included amounts, minimum fees and logs are not counted.")
}

pub(crate) fn json(out: &mut impl Write, plan: &Plan) -> io::Result<()> {
    let advice = |advice: &Advice| json!({"code": advice.code(), "text": advice.to_string()});
    let urls = plan.urls().into_iter().map(|(name, url)| (name.replace(' ', "_"), json!(url)));
    let plan = json!({
        "platform": plan.args.platform,
        "integration_path": plan.integration_path,
        "urls": Value::Object(urls.collect()),
        "advice": plan.advice.iter().map(advice).collect::<Vec<_>>(),
        "variables": pastes(plan),
        "cache": cache::rules(plan),
        "scripts": scripts(plan),
        "prices_of": PRICES_OF,
        "cost": plan.cost,
    });
    writeln!(out, "{plan:#}")
}
