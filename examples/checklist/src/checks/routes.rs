//! Which requests are the integration's, and of which kind they are.

use crate::check::{Check, check};
use crate::checks::is_plain;
use crate::context::Context;
use crate::upstream::PARAMETER;
use crate::upstream::play::Play;
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!("agent-v3", "R4.3", "a v3 agent is asked for by version and key", agent_v3),
    check!(
        "agent-v3-values",
        "R4.4",
        "values of an agent's query stay one segment",
        agent_v3_values
    ),
    check!(
        "agent-v3-refused",
        "R4.4",
        "an agent without a usable key is answered 400",
        agent_v3_refused
    ),
    check!("agent-v4", "R2.2, R4.2", "a v4 agent is asked for at its own path", agent_v4),
    check!("identification-v3", "R2.2, R4.2", "a v3 identification request is posted to /", v3),
    check!("identification-v4", "R2.2, R4.2", "a v4 identification request is posted to /", v4),
    check!(
        "browser-cache",
        "R2.4, R4.2",
        "a browser cache request keeps what follows the route",
        browser_cache
    ),
    check!("root", "R2.1", "the integration path without a slash is its root", root),
    check!("boundaries", "R2.3", "a route ends at the end of a segment", boundaries),
    check!("depth", "R2.1", "fewer segments than the integration path has are answered 404", depth),
    check!("v4-off", "R2.2", "without v4 what matches no route is answered 404", v4_off),
    check!("site", "R2.8", "what is outside the integration path never reaches upstream", site),
    check!("methods", "R2.7", "any method but POST is sent without identification", methods),
    check!("preflight", "R2.7", "a preflight goes upstream, and so does its answer", preflight),
    check!("trace", "R2.7", "TRACE is answered 405", trace),
    check!("connect", "R2.7", "CONNECT is answered 405, or by the site with an error", connect),
];

async fn agent_v3(context: &Context) -> Judged {
    let path = format!("/{}", context.agent_path()?);
    let key = context.key();
    for (query, target) in [
        (format!("apiKey={key}"), format!("/web/v3/{key}")),
        (format!("apiKey={key}&version=3.8.1"), format!("/web/v3.8.1/{key}")),
        (
            format!("apiKey={key}&version=3&loaderVersion=3.9.2"),
            format!("/web/v3/{key}/loader_v3.9.2.js"),
        ),
        (format!("version=&loaderVersion=&apiKey={key}"), format!("/web/v3/{key}")),
    ] {
        let talk = context.expect(Play::ok());
        let ask = context.request("GET", &path).talk(&talk).query(&query);
        let seen = context.passes(&ask, &talk).await?;
        equal("target", seen.head.target(), format!("{target}{}", ask.suffix()))?;
        equal("host", seen.get("host")?, Some(context.api_host("us")))?;
        is_plain(&seen)?;
    }
    Ok(None)
}

async fn agent_v3_values(context: &Context) -> Judged {
    if !context.args.api_keys.is_empty() {
        return Err(Wrong::skipped("only some API keys are served"));
    }
    let path = format!("/{}", context.agent_path()?);
    for (query, target) in [
        ("apiKey=k%20y", "/web/v3/k%20y"),
        ("apiKey=a%2Fb%3Fc%23d%25e", "/web/v3/a%2Fb%3Fc%23d%25e"),
        ("apiKey=a+b&version=..%2F..", "/web/v..%2F../a%20b"),
        ("apiKey=%7e-._", "/web/v3/~-._"),
    ] {
        let talk = context.expect(Play::ok());
        let ask = context.request("GET", &path).talk(&talk).query(query);
        let seen = context.passes(&ask, &talk).await?;
        equal("target", seen.head.target(), format!("{target}{}", ask.suffix()))?;
    }
    Ok(None)
}

async fn agent_v3_refused(context: &Context) -> Judged {
    let path = format!("/{}", context.agent_path()?);
    for query in
        ["", "apiKey=", "apiKey", "apiKey=..", "apiKey=%2e", "apiKey=a%0Ab", "apiKey=k&version=%00"]
    {
        let talk = context.expect(Play::ok());
        let ask = context.request("GET", &path).talk(&talk).query(query);
        let answer = context.ask(&ask).await?;
        equal(&format!("status of {query:?}"), answer.head.status()?, 400)?;
        talk.none()?;
    }
    Ok(None)
}

async fn agent_v4(context: &Context) -> Judged {
    context.needs_v4()?;
    let talk = context.expect(Play::respond("content-type: text/javascript\r\n", b"agent()"));
    let path = format!("/web/v4/{}", context.key());
    let ask = context.request("GET", &path).talk(&talk).query("a=1");
    let answer = context.ask(&ask).await?;
    equal("body", answer.text(), "agent()")?;
    let seen = talk.only().await?;
    equal("target", seen.head.target(), format!("{path}{}", ask.suffix()))?;
    equal("host", seen.get("host")?, Some(context.api_host("us")))?;
    for name in ["content-length", "transfer-encoding"] {
        ensure(!seen.head.has(name), || format!("a GET without a body has {name}"))?;
    }
    is_plain(&seen)?;
    Ok(None)
}

async fn v3(context: &Context) -> Judged {
    let path = format!("/{}", context.result_path()?);
    for path in [path.clone(), path + "/"] {
        identified(context, &path).await?;
    }
    Ok(None)
}

async fn v4(context: &Context) -> Judged {
    context.needs_v4()?;
    identified(context, "/").await?;
    Ok(None)
}

async fn identified(context: &Context, path: &str) -> Result<(), Wrong> {
    let talk = context.expect(Play::respond("", b"{\"products\":{}}"));
    let region = context.region("eu");
    let query = format!("region={region}&q=1");
    let ask = context.request("POST", path).talk(&talk).query(&query).body(*b"body");
    let answer = context.ask(&ask).await?;
    equal("status", answer.head.status()?, 200)?;
    equal("answer", answer.text(), "{\"products\":{}}")?;
    let seen = talk.only().await?;
    let start = format!("/?{PARAMETER}={}&{query}&ii=", talk.token);
    ensure(seen.head.target().starts_with(&start), || format!("target: {}", seen.head.target()))?;
    equal("host", seen.get("host")?, Some(context.api_host("eu")))?;
    equal("method", seen.head.line.split(' ').next(), Some("POST"))?;
    equal("body", seen.text(), "body")
}

async fn browser_cache(context: &Context) -> Judged {
    let path = format!("/{}/a%2Fb/c%3a", context.result_path()?);
    let talk = context.expect(Play::ok());
    let ask = context.request("GET", &path).talk(&talk).query("x=%zz&region=xx");
    let seen = context.passes(&ask, &talk).await?;
    let region = format!("region={}", context.region("us"));
    let suffix = ask.suffix().replace("region=xx", &region);
    equal("target", seen.head.target(), format!("/a%2Fb/c%3a{suffix}"))?;
    is_plain(&seen)?;
    Ok(None)
}

async fn root(context: &Context) -> Judged {
    context.needs_v4()?;
    if context.url.path.is_empty() {
        return Err(Wrong::skipped("the integration is at the site's root"));
    }
    let talk = context.expect(Play::ok());
    let ask = context.request("GET", "").talk(&talk);
    let seen = context.passes(&ask, &talk).await?;
    equal("target", seen.head.target(), format!("/{}", ask.suffix()))?;
    Ok(None)
}

async fn boundaries(context: &Context) -> Judged {
    context.needs_v4()?;
    let named = [&context.args.agent_path, &context.args.result_path].into_iter().flatten();
    let paths = named.map(|path| format!("/{path}foo")).chain(["/status/x".to_owned()]);
    for path in paths {
        let talk = context.expect(Play::ok());
        let ask = context.request("GET", &path).talk(&talk);
        let seen = context.passes(&ask, &talk).await?;
        equal("target", seen.head.target(), format!("{path}{}", ask.suffix()))?;
    }
    Ok(None)
}

async fn depth(context: &Context) -> Judged {
    let path = &context.url.path;
    let Some((shorter, _)) = path.rsplit_once('/').filter(|(shorter, _)| !shorter.is_empty())
    else {
        return Err(Wrong::skipped("needs an integration path of two segments"));
    };
    outside(context, shorter).await
}

async fn v4_off(context: &Context) -> Judged {
    if !context.args.no_v4 {
        return Err(Wrong::skipped("v4 is on"));
    }
    for method in ["GET", "POST"] {
        let talk = context.expect(Play::ok());
        let ask = context.request(method, "/web/v4/key").talk(&talk).body(*b"");
        equal("status", context.ask(&ask).await?.head.status()?, 404)?;
        talk.none()?;
    }
    Ok(None)
}

async fn site(context: &Context) -> Judged {
    if context.args.site.is_none() {
        return Err(Wrong::skipped("needs --site"));
    }
    for path in
        ["/", "/login", &format!("/x{}", context.url.path), &format!("{}x", context.url.path)]
    {
        outside(context, path).await?;
    }
    Ok(None)
}

/// Asks for a path that is not the integration's.
async fn outside(context: &Context, path: &str) -> Judged {
    for method in ["GET", "POST"] {
        let talk = context.expect(Play::ok());
        let mut ask = context.request(method, "").talk(&talk);
        path.clone_into(&mut ask.path);
        let answer = context.ask(&if method == "POST" { ask.body(*b"{}") } else { ask }).await?;
        match context.args.site.as_deref() {
            None | Some("404") => equal(&format!("status of {path}"), answer.head.status()?, 404)?,
            Some(words) if path == "/" && method == "GET" => {
                ensure(answer.text().contains(words), || {
                    format!("{path} is not the site's: {}", answer.text())
                })?;
            }
            // Whether the site has that page is its own business.
            Some(_) => {}
        }
        talk.none()?;
    }
    Ok(None)
}

async fn methods(context: &Context) -> Judged {
    for method in ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let talk = context.expect(Play::ok());
        let ask = context.api(method, "/some/path", &talk)?.field("cookie", "_iidt=1");
        let ask = if matches!(method, "PUT" | "PATCH") { ask.body(*b"body") } else { ask };
        let seen = context.passes(&ask, &talk).await.map_err(|wrong| wrong.at(method))?;
        equal("method", seen.head.line.split(' ').next(), Some(method))?;
        is_plain(&seen).map_err(|wrong| wrong.at(method))?;
    }
    Ok(None)
}

async fn preflight(context: &Context) -> Judged {
    let answer = "HTTP/1.1 204 No Content\r\naccess-control-allow-methods: POST\r\n\r\n";
    let talk = context.expect(Play::answer(answer));
    let fields = [("origin", "https://other.example"), ("access-control-request-method", "POST")];
    let ask = context.api("OPTIONS", "/", &talk)?.fields(&fields);
    let answer = context.ask(&ask).await?;
    equal("status", answer.head.status()?, 204)?;
    equal("methods", answer.get("access-control-allow-methods")?.as_deref(), Some("POST"))?;
    let seen = talk.only().await?;
    for (name, value) in fields {
        equal(name, seen.get(name)?.as_deref(), Some(value))?;
    }
    is_plain(&seen)?;
    Ok(None)
}

async fn trace(context: &Context) -> Judged {
    let talk = context.expect(Play::ok());
    let answer = context.ask(&context.api("TRACE", "/x", &talk)?).await?;
    equal("status", answer.head.status()?, 405)?;
    talk.none()?;
    Ok(None)
}

async fn connect(context: &Context) -> Judged {
    let host = &context.args.host;
    let answer =
        context.ask_bytes(format!("CONNECT {host}:443 HTTP/1.1\r\nhost: {host}\r\n\r\n")).await?;
    let status = answer.head.status()?;
    // It names no path below the integration's, so a site may answer it.
    ensure(status == 405 || context.has_pages() && status >= 400, || format!("status {status}"))?;
    Ok(None)
}
