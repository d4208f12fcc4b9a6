//! The status page.

use crate::check::{Check, check};
use crate::context::Context;
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!(
        "status",
        "R10.2, R10.3",
        "the status page is readable, closed in, and shows no secret",
        page
    ),
    check!("status-json", "R10.4", "the status page as JSON names no value", json),
    check!("status-methods", "R10.1", "the status page can only be read", methods),
    check!("status-probe", "R10.1", "a health check over HTTP/1.0 need not name a host", probe),
];

async fn page(context: &Context) -> Judged {
    context.needs_status()?;
    let page = context.ask(&context.request("GET", "/status")).await?;
    equal("status", page.head.status()?, 200)?;
    let media_type = page.get("content-type")?.unwrap_or_default();
    ensure(media_type.starts_with("text/html"), || format!("content-type: {media_type}"))?;
    equal("cache-control", page.get("cache-control")?.as_deref(), Some("no-store"))?;
    let policy = page.get("content-security-policy")?.unwrap_or_default();
    ensure(policy.starts_with("default-src 'none'"), || format!("policy: {policy}"))?;
    equal(
        "x-content-type-options",
        page.get("x-content-type-options")?.as_deref(),
        Some("nosniff"),
    )?;
    if let Some(secret) = &context.args.secret {
        ensure(!page.text().contains(secret), || "the page shows the secret".to_owned())?;
        let is_ready = page.text().contains("<strong>Ready</strong>");
        ensure(is_ready, || {
            "a secret is set, but the page does not say that all is ready".to_owned()
        })?;
    }
    ensure(page.text().contains(context.args.platform.0.integration), || {
        "the page does not name the integration".to_owned()
    })?;
    Ok(None)
}

async fn json(context: &Context) -> Judged {
    context.needs_status()?;
    let page = context.ask(&context.request("GET", "/status").query("format=json")).await?;
    let json = page.json()?;
    let variables = json.get("envInfo").and_then(|info| info.as_array());
    let variables = variables.ok_or_else(|| Wrong::failed("no envInfo"))?;
    ensure(variables.len() >= 3, || format!("{} variables", variables.len()))?;
    for variable in variables {
        let value = variable.get("value");
        let is_hidden = value.is_some_and(|value| value.is_null() || value == "********");
        ensure(is_hidden, || format!("a value is shown: {variable}"))?;
    }
    Ok(None)
}

async fn methods(context: &Context) -> Judged {
    context.needs_status()?;
    // The connection goes on behind an answer without a body.
    let mut wire = context.connect().await?;
    wire.send(context.request("HEAD", "/status").bytes()).await?;
    let head = wire.response("HEAD").await?;
    equal("status of HEAD", head.head.status()?, 200)?;
    wire = context.after(wire, &head).await?;
    wire.send(context.request("POST", "/status").body(*b"").bytes()).await?;
    let refused = wire.response("POST").await?;
    equal("status of POST", refused.head.status()?, 405)?;
    equal("allow", refused.get("allow")?.as_deref(), Some("GET, HEAD"))?;
    Ok(None)
}

async fn probe(context: &Context) -> Judged {
    context.needs_status()?;
    let line = format!("GET {}/status HTTP/1.0\r\n", context.url.path);
    equal("without a host", context.ask_bytes(format!("{line}\r\n")).await?.head.status()?, 200)?;
    let host = format!("{line}host: {}\r\n\r\n", context.url.authority);
    equal("by address", context.ask_bytes(host).await?.head.status()?, 200)?;
    Ok(None)
}
