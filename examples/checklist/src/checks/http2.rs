//! HTTP/2 on the browser's side: what a message has.

use http::{HeaderMap, HeaderValue};

use crate::browser::http2::{Connection, in_time, interim, send, whole};
use crate::check::{Check, check};
use crate::checks::interim::HINTS;
use crate::context::Context;
use crate::upstream::play::{Play, chunked, lines, response};
use crate::upstream::talk::Talk;
use crate::wire::pattern;
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!(
        "h2-identification",
        "R4.1, R5.5, R5.6",
        "an identification request over HTTP/2 is one",
        identification
    ),
    check!(
        "h2-set-cookie-repeats",
        "R6.4",
        "over HTTP/2 several set-cookie fields stay several, too",
        set_cookie_repeats
    ),
    check!("h2-two-hosts", "R5.7", "host and authority that differ are answered 400", two_hosts),
    check!(
        "h2-bodies",
        "R16.2",
        "a megabyte passes each way, in chunks if its length is not known",
        bodies
    ),
    check!("h2-trailers", "R5.3, R16.3", "trailers pass in neither direction", trailers),
    check!(
        "h2-early-hints",
        "R16.3",
        "interim responses and their fields do not reach the browser",
        early_hints
    ),
    check!(
        "h2-hop-fields",
        "R5.1, R6.1",
        "fields of a connection pass in neither direction",
        hop_fields
    ),
    check!("h2-head-large", "R16.4", "a head of 64 KB in 100 fields reaches upstream", large),
];

async fn identification(context: &Context) -> Judged {
    let connection = Connection::open(context).await?;
    in_time(context, async {
        let fields = "set-cookie: a=1\r\nconnection: keep-alive\r\n";
        let region = format!("region={}", context.region("ap"));
        let talk = context.expect(Play::respond(fields, b"ok"));
        let ask = context.identify(&talk)?.query(&region).fields(&[
            ("cookie", "a=1"),
            ("cookie", "_iidt=2"),
            ("cookie", "b=3; _iidt=4"),
        ]);
        let answer =
            connection.ask(&ask.host(&format!("{}:8443", context.args.host)), b"body").await?;
        equal("status", answer.status, 200)?;
        let cookies: Vec<_> = answer.fields.get_all("set-cookie").iter().collect();
        equal("set-cookie", cookies, ["a=1"])?;
        equal("body", answer.body, b"ok")?;
        let seen = talk.only().await?;
        ensure(seen.head.line.ends_with(" HTTP/1.1"), || seen.head.line.clone())?;
        for (name, value) in [
            ("host", Some(&*context.api_host("ap"))),
            ("cookie", Some("_iidt=2; _iidt=4")),
            ("fpjs-proxy-secret", context.args.secret.as_deref()),
            ("fpjs-proxy-forwarded-host", Some(&*context.args.host.to_ascii_lowercase())),
        ] {
            equal(name, seen.get(name)?.as_deref(), value)?;
        }
        equal("body", seen.text(), "body")?;
        Ok(None)
    })
    .await
}

async fn set_cookie_repeats(context: &Context) -> Judged {
    let connection = Connection::open(context).await?;
    in_time(context, async {
        let cookies = ["a=1", "b=2", "a=3, 4"];
        let fields = lines(cookies.map(|cookie| ("set-cookie", cookie)));
        for is_identification in [true, false] {
            let talk = context.expect(Play::respond(&fields, b""));
            let ask =
                if is_identification { context.identify(&talk) } else { context.fetch(&talk) };
            let answer = connection.ask(&ask?, b"").await?;
            let seen: Vec<_> = answer.fields.get_all("set-cookie").iter().collect();
            equal("set-cookie", seen, cookies)?;
        }
        Ok(None)
    })
    .await
}

async fn two_hosts(context: &Context) -> Judged {
    let connection = Connection::open(context).await?;
    in_time(context, async {
        let talk = context.expect(Play::ok());
        let ask = context.identify(&talk)?.field("host", "other.example");
        equal("status", connection.ask(&ask, b"{}").await?.status, 400)?;
        talk.none()?;
        Ok(None)
    })
    .await
}

async fn bodies(context: &Context) -> Judged {
    let connection = Connection::open(context).await?;
    in_time(context, async {
        let (sent, answered) = (pattern(1024 * 1024, 11), pattern(1024 * 1024, 12));
        for has_length in [true, false] {
            let talk = context.expect(Play::answer(response("", &answered)));
            let ask = context.identify(&talk)?;
            let ask = if has_length { ask.field("content-length", "1048576") } else { ask };
            let answer = connection.ask(&ask, &sent).await?;
            ensure(answer.body == answered, || format!("{} bytes, or others", answer.body.len()))?;
            let seen = talk.only().await?;
            ensure(seen.body == sent, || format!("{} bytes, or others", seen.body.len()))?;
            equal("chunks", Talk::is_chunked(&seen), !has_length)?;
        }
        Ok(None)
    })
    .await
}

async fn trailers(context: &Context) -> Judged {
    let connection = Connection::open(context).await?;
    in_time(context, async {
        let text = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx-late: 1\r\n\r\n";
        let talk = context.expect(Play::answer(text));
        let ask = context.identify(&talk)?.field("te", "trailers");
        let (response, mut stream) = connection.begin(&ask, false).await?;
        send(&mut stream, b"body", false).await?;
        let mut forged = HeaderMap::new();
        forged.insert("fpjs-proxy-secret", HeaderValue::from_static("forged"));
        stream.send_trailers(forged)?;
        let answer = whole(response.await?).await?;
        equal("body", answer.body, b"ok")?;
        equal("trailers", answer.trailers, None)?;
        let seen = talk.only().await?;
        equal("body", seen.text(), "body")?;
        equal("trailers at upstream", seen.trailers, Vec::<String>::new())?;
        Ok(None)
    })
    .await
}

async fn early_hints(context: &Context) -> Judged {
    let connection = Connection::open(context).await?;
    in_time(context, async {
        let hints = [HINTS, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-kept: 1\r\n\r\nok"];
        let talk = context.expect(Play::answer(hints.concat()));
        let (mut response, _) = connection.begin(&context.fetch(&talk)?, true).await?;
        equal("interim response", interim(&mut response).await?, None)?;
        let answer = whole(response.await?).await?;
        equal("status", answer.status, 200)?;
        equal("body", answer.body, b"ok")?;
        ensure(answer.fields.contains_key("x-kept"), || "x-kept is lost".to_owned())?;
        are_gone(&answer.fields, ["link", "strict-transport-security", "set-cookie"])?;
        Ok(None)
    })
    .await
}

async fn hop_fields(context: &Context) -> Judged {
    let connection = Connection::open(context).await?;
    in_time(context, async {
        let fields = "connection: x-hop\r\nx-hop: 1\r\nkeep-alive: timeout=51\r\nupgrade: h2c\r\n\
                      proxy-connection: keep-alive\r\nproxy-authenticate: Basic\r\ntrailer: x\r\n\
                      te: trailers\r\n";
        for is_chunked in [true, false] {
            let bytes =
                if is_chunked { chunked(fields, &[b"ok"]) } else { response(fields, b"ok") };
            let talk = context.expect(Play::answer(bytes));
            let ask = context.identify(&talk)?.field("te", "trailers").field("trailer", "x-late");
            let answer = connection.ask(&ask, b"body").await?;
            equal("body", answer.body, b"ok")?;
            are_gone(&answer.fields, ["connection", "x-hop", "keep-alive", "upgrade", "te"])?;
            let others = ["proxy-connection", "proxy-authenticate", "trailer", "transfer-encoding"];
            are_gone(&answer.fields, others)?;
            let seen = talk.only().await?;
            for name in ["te", "trailer"] {
                ensure(!seen.head.has(name), || format!("{name} went upstream"))?;
            }
        }
        Ok(None)
    })
    .await
}

fn are_gone<const COUNT: usize>(
    fields: &HeaderMap,
    names: [&'static str; COUNT],
) -> Result<(), Wrong> {
    let passed = names.into_iter().find(|name| fields.contains_key(*name));
    passed.map_or(Ok(()), |name| Err(Wrong::failed(format!("{name} reached the browser"))))
}

async fn large(context: &Context) -> Judged {
    let connection = Connection::open(context).await?;
    in_time(context, async {
        let talk = context.expect(Play::ok());
        let value = "v".repeat(620);
        let ask = context.identify(&talk)?;
        let ask = (0..97).fold(ask, |ask, n| ask.field(&format!("x-field-{n}"), &value));
        equal("status", connection.ask(&ask, b"{}").await?.status, 200)?;
        equal("x-field-96", talk.only().await?.get("x-field-96")?, Some(value))?;
        Ok(None)
    })
    .await
}
