//! Paths, byte for byte.

use crate::check::{Check, check};
use crate::context::Context;
use crate::upstream::play::Play;
use crate::wrong::{Judged, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!("path-bytes", "R2.4", "a path reaches upstream byte for byte", path_bytes),
    check!(
        "path-escapes",
        "R2.4",
        "a malformed escape in a path reaches upstream as it is",
        path_escapes
    ),
    check!("path-slashes", "R2.4", "leading slashes become one, and others stay", path_slashes),
    check!(
        "dot-segments",
        "R2.5",
        "a path with a dot segment is answered 400, or by the site",
        dot_segments
    ),
    check!(
        "asterisk",
        "R2.0",
        "a target that is no path is answered 400, or by the site with an error",
        asterisk
    ),
    check!("absolute-form", "R5.7", "in the absolute form the URI names the host", absolute_form),
    check!("long-target", "R16.4", "a target of 60 KB reaches upstream", long_target),
    check!(
        "too-long-target",
        "R4.6",
        "a target of more than 65,534 bytes is answered 414",
        too_long
    ),
];

async fn path_bytes(context: &Context) -> Judged {
    let paths =
        ["/a%2Fb%2fc", "/%3a:%41A%7e~", "/a;b=1,c/+d/$&'()*!@=", "/a_-.b/...", "/status%2f"];
    same(context, &paths).await
}

async fn path_escapes(context: &Context) -> Judged {
    same(context, &["/a%zz", "/a%", "/%c3%28/%ff"]).await
}

async fn same(context: &Context, paths: &[&str]) -> Judged {
    for path in paths {
        let talk = context.expect(Play::ok());
        let ask = context.api("GET", path, &talk)?;
        let seen = context.passes(&ask, &talk).await.map_err(|wrong| wrong.at(path))?;
        equal("target", seen.head.target(), format!("{path}{}", ask.suffix()))?;
    }
    Ok(None)
}

async fn path_slashes(context: &Context) -> Judged {
    for (path, expected) in [("/a//b///", "/a//b///"), ("//a//b", "/a//b")] {
        let talk = context.expect(Play::ok());
        let ask = context.api("GET", path, &talk)?;
        let seen = context.passes(&ask, &talk).await?;
        equal("target", seen.head.target(), format!("{expected}{}", ask.suffix()))?;
    }
    Ok(None)
}

async fn dot_segments(context: &Context) -> Judged {
    for path in ["/a/../b", "/a/./b", "/a/%2e%2E/b", "/a/.%2e", "/%2e/b"] {
        let talk = context.expect(Play::ok());
        let answer = context.ask(&context.api("GET", path, &talk)?).await?;
        let status = answer.head.status()?;
        // R2.8: it is no path of the integration's, so a site answers it as it likes.
        ensure(status == 400 || context.has_pages(), || format!("status of {path}: {status}"))?;
        talk.none()?;
    }
    Ok(None)
}

async fn asterisk(context: &Context) -> Judged {
    let answer = context
        .ask_bytes(format!("OPTIONS * HTTP/1.1\r\nhost: {}\r\n\r\n", context.args.host))
        .await?;
    let status = answer.head.status()?;
    ensure(status == 400 || context.has_pages() && status >= 400, || format!("status {status}"))?;
    Ok(None)
}

async fn absolute_form(context: &Context) -> Judged {
    let talk = context.expect(Play::ok());
    let mut ask = context.identify(&talk)?.host("other.example");
    ask.path = format!("http://{}{}", context.args.host, ask.path);
    let seen = context.passes(&ask, &talk).await?;
    let host = seen.get("fpjs-proxy-forwarded-host")?;
    equal("fpjs-proxy-forwarded-host", host, Some(context.args.host.to_ascii_lowercase()))?;
    Ok(None)
}

async fn long_target(context: &Context) -> Judged {
    let talk = context.expect(Play::ok());
    let long = "q".repeat(60_000);
    let ask = context.fetch(&talk)?.query(&long);
    let seen = context.passes(&ask, &talk).await?;
    let target = seen.head.target();
    ensure(target.ends_with(&long), || format!("a target of {} bytes", target.len()))?;
    Ok(None)
}

/// How long upstream's target may be.
const LONGEST: usize = 65_534;

async fn too_long(context: &Context) -> Judged {
    // The gateway takes the integration path away (R4.1), and appends this, at least (R3.5).
    let removed = context.api("GET", "/", &context.expect(Play::ok()))?.path.len() - 1;
    let appended = "&ii=%2Fv%2Fingress".len() + context.args.platform.0.integration.len();
    // The browser's own target is not too long here.
    let with_appended = (removed < appended).then_some(("POST", LONGEST));
    let others = [("POST", LONGEST + 1), ("GET", LONGEST + 1), ("GET", 70_000)];
    let others = others.map(|(method, length)| (method, length + removed));
    for (method, length) in with_appended.into_iter().chain(others) {
        let talk = context.expect(Play::ok());
        let ask = context.api(method, "/", &talk)?;
        let rest = length - ask.target().len() - 1;
        let status = context.ask(&ask.query(&"q".repeat(rest))).await?.head.status()?;
        equal(&format!("status of {method} with {length} bytes"), status, 414)?;
        talk.none()?;
    }
    Ok(None)
}
