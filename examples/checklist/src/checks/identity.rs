//! What upstream is told of the site and of its visitor, and what a browser can do about it.

use crate::check::{Check, check};
use crate::checks::is_plain;
use crate::context::Context;
use crate::upstream::play::Play;
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!("secret", "R5.6", "the secret is in an identification request exactly once", secret),
    check!("secret-kept", "R5.6", "the secret is in no other request", secret_kept),
    check!(
        "secret-hidden",
        "R6.3",
        "an upstream that echoes does not show the secret",
        secret_hidden
    ),
    check!("forgeries", "R5.3", "no field that looks like the gateway's passes", forgeries),
    check!(
        "identity-once",
        "R5.6",
        "a browser cannot stand in for the gateway's fields",
        identity_once
    ),
];

/// The gateway's own fields, as a browser may write them.
const FORGED: [&str; 8] = [
    "fpjs-proxy-secret",
    "FPJS-Proxy-Client-IP",
    "fpjs-proxy-forwarded-host",
    "fpjs_proxy_secret",
    "fpjs-proxy_client_ip",
    "fpjs.proxy.secret",
    "fpjs.proxy-forwarded_host",
    "fpjs-proxy-anything",
];

async fn secret(context: &Context) -> Judged {
    for _ in 0..2 {
        let talk = context.expect(Play::ok());
        let seen = context.passes(&context.identify(&talk)?, &talk).await?;
        equal("fpjs-proxy-secret", seen.get("fpjs-proxy-secret")?, context.args.secret.clone())?;
    }
    if let Some(path) = &context.args.result_path {
        let talk = context.expect(Play::ok());
        let ask = context.request("POST", &format!("/{path}")).talk(&talk).body(*b"{}");
        let seen = context.passes(&ask, &talk).await?;
        equal("fpjs-proxy-secret", seen.get("fpjs-proxy-secret")?, context.args.secret.clone())?;
    }
    Ok(None)
}

async fn secret_kept(context: &Context) -> Judged {
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"] {
        let talk = context.expect(Play::ok());
        let ask = context.api(method, "/some/path", &talk)?;
        let ask = if method == "PUT" { ask.body(*b"body") } else { ask };
        let seen = context.passes(&ask, &talk).await.map_err(|wrong| wrong.at(method))?;
        is_plain(&seen).map_err(|wrong| wrong.at(method))?;
    }
    let talk = context.expect(Play::ok());
    is_plain(&context.passes(&context.download(&talk)?, &talk).await?)?;
    Ok(None)
}

async fn secret_hidden(context: &Context) -> Judged {
    let fields = "fpjs-proxy-secret: echo\r\nfpjs_proxy_client_ip: echo\r\nFPJS.Proxy.X: echo\r\nx-kept: 1\r\n";
    for is_identification in [true, false] {
        let talk = context.expect(Play::respond(fields, b""));
        let ask = if is_identification { context.identify(&talk) } else { context.fetch(&talk) };
        let answer = context.ask(&ask?).await?;
        let shown = answer.head.fields.iter().find(|(name, _)| name.starts_with("fpjs"));
        if let Some((name, _)) = shown {
            return Err(Wrong::failed(format!("the browser sees {name}")));
        }
        equal("x-kept", answer.get("x-kept")?.as_deref(), Some("1"))?;
    }
    Ok(None)
}

async fn forgeries(context: &Context) -> Judged {
    for is_identification in [true, false] {
        let talk = context.expect(Play::ok());
        let ask = if is_identification { context.identify(&talk) } else { context.fetch(&talk) };
        let ask = FORGED.iter().fold(ask?, |ask, name| ask.field(name, "forged"));
        let seen = context.passes(&ask, &talk).await?;
        let text = String::from_utf8_lossy(&seen.head.bytes).into_owned();
        ensure(!text.contains("forged"), || format!("a forgery passed: {text}"))?;
        if !is_identification {
            is_plain(&seen)?;
        }
    }
    Ok(None)
}

async fn identity_once(context: &Context) -> Judged {
    let talk = context.expect(Play::ok());
    let ask = context.identify(&talk)?.fields(&[
        ("connection", "fpjs-proxy-secret, fpjs-proxy-client-ip, fpjs-proxy-forwarded-host"),
        ("fpjs-proxy-secret", "one"),
        ("fpjs-proxy-secret", "two"),
        ("fpjs-proxy-client-ip", "192.0.2.1"),
        ("fpjs-proxy-forwarded-host", "forged.example"),
    ]);
    let mut wire = context.connect().await?;
    wire.send(ask.bytes()).await?;
    equal("status", wire.response("POST").await?.head.status()?, 200)?;
    let seen = talk.only().await?;
    equal("fpjs-proxy-secret", seen.get("fpjs-proxy-secret")?, context.args.secret.clone())?;
    ensure(seen.get("fpjs-proxy-client-ip")?.as_deref() != Some("192.0.2.1"), || {
        "the forged address passed".to_owned()
    })?;
    let host = seen.get("fpjs-proxy-forwarded-host")?;
    equal("fpjs-proxy-forwarded-host", host, Some(context.args.host.to_ascii_lowercase()))?;
    Ok(None)
}
