//! HTTP/2 on the browser's side.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use tokio::task::JoinSet;

use crate::browser::http2::{Connection, in_time, send, whole};
use crate::check::{Check, check};
use crate::context::Context;
use crate::upstream::play::{Play, Step, response};
use crate::upstream::talk::{State, Talk};
use crate::wire::pattern;
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!(
        "h2-identification",
        "R4.1, R5.5, R5.6",
        "an identification request over HTTP/2 is one",
        identification
    ),
    check!("h2-two-hosts", "R5.7", "host and authority that differ are answered 400", two_hosts),
    check!(
        "h2-bodies",
        "R16.2",
        "a megabyte passes each way, in chunks if its length is not known",
        bodies
    ),
    check!("h2-trailers", "R5.3, R16.3", "trailers pass in neither direction", trailers),
    check!("h2-cut", "R16.2", "a broken response resets its stream and no other", cut),
    check!(
        "h2-closing",
        "R16.1",
        "a GET that meets a connection which upstream has closed is sent again, or fails alone",
        closing,
        Last
    ),
    check!(
        "h2-failures",
        "R9.1",
        "a failure is the answer of its stream, and others go on",
        failures
    ),
    check!(
        "h2-browser-leaves",
        "R16.2, R16.5",
        "a stream that is reset never arrives as a whole upload",
        leaves
    ),
    check!("h2-head-large", "R16.4", "a head of 64 KB in 100 fields reaches upstream", large),
    check!(
        "h2-concurrent",
        "R16.1",
        "of 50 streams on one connection each gets its own answer",
        concurrent
    ),
];

async fn identification(context: &Context) -> Judged {
    let connection = Connection::open(context).await?;
    in_time(context, async {
        let fields = "set-cookie: a=1\r\nset-cookie: b=2\r\nconnection: keep-alive\r\n";
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
        equal("set-cookie", cookies, ["a=1", "b=2"])?;
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

async fn cut(context: &Context) -> Judged {
    let connection = Connection::open(context).await?;
    in_time(context, async {
        for is_whole in [false, true, false] {
            let half = "HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nhalf";
            let whole = || Play::answer(format!("{half}half"));
            let talk = context.expect(if is_whole { whole() } else { Play::break_off(half) });
            // The reset may overtake the head.
            let answer = connection.ask(&context.fetch(&talk)?, b"").await;
            let is_ok = answer.as_ref().is_ok_and(|answer| answer.status == 200);
            equal("whole", is_ok, is_whole)?;
        }
        Ok(None)
    })
    .await
}

async fn closing(context: &Context) -> Judged {
    let connection = Connection::open(context).await?;
    in_time(context, async {
        let mut failed = 0;
        for _ in 0..6 {
            // Nothing in the response says that the connection ends.
            let whole = response("", b"whole");
            let talk = context.expect(Play::steps([Step::Body, Step::Send(whole), Step::End]));
            let answer = connection.ask(&context.fetch(&talk)?, b"").await?;
            let is_answered = answer.status == 200 && answer.body == b"whole";
            let is_alone = answer.status == 500 && talk.count() == 0;
            ensure(is_answered || is_alone, || format!("{answer:?}"))?;
            talk.at_most(1)?;
            failed += usize::from(!is_answered);
        }
        ensure(failed < 6, || "none is answered".to_owned())?;
        Ok((failed > 0).then(|| format!("{failed} of 6 fail")))
    })
    .await
}

async fn failures(context: &Context) -> Judged {
    let connection = Connection::open(context).await?;
    in_time(context, async {
        for n in 0..6 {
            let fails = n % 2 == 0;
            let talk = context.expect(if fails { Play::break_off("") } else { Play::ok() });
            let answer = connection.ask(&context.identify(&talk)?, b"{}").await?;
            equal("status", answer.status, if fails { 500 } else { 200 })?;
            let start = br#"{"v":"2","error":{"code":"IntegrationFailed""#;
            ensure(!fails || answer.body.starts_with(start), || format!("{answer:?}"))?;
        }
        Ok(None)
    })
    .await
}

async fn leaves(context: &Context) -> Judged {
    let connection = Connection::open(context).await?;
    in_time(context, async {
        for reason in [h2::Reason::CANCEL, h2::Reason::NO_ERROR] {
            let talk = context.expect(Play::ok());
            let (_response, mut stream) =
                connection.begin(&context.identify(&talk)?, false).await?;
            stream.send_data(Bytes::from_static(b"half."), false)?;
            talk.when(|_| true).await?;
            stream.send_reset(reason);
            let state = talk.when(|seen| seen.state != State::Head).await?.state;
            equal(&format!("after {reason}"), state, State::Left)?;
        }
        Ok(None)
    })
    .await
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

async fn concurrent(context: &Context) -> Judged {
    let connection = std::sync::Arc::new(Connection::open(context).await?);
    in_time(context, async {
        let mut running = JoinSet::new();
        for n in 0..50 {
            let (context, connection) = (context.clone(), std::sync::Arc::clone(&connection));
            running.spawn(async move {
                let talk = context.expect(Play::respond("", &pattern(3_000 + n, n)));
                let answer =
                    connection.ask(&context.identify(&talk)?, &pattern(5_000 + n, n)).await?;
                ensure(answer.body == pattern(3_000 + n, n), || {
                    format!("answer {n} is another one")
                })?;
                let seen = talk.only().await?;
                ensure(seen.body == pattern(5_000 + n, n), || format!("body {n} is another one"))
            });
        }
        while let Some(judged) = running.join_next().await {
            judged.map_err(|error| Wrong::failed(error.to_string()))??;
        }
        Ok(None)
    })
    .await
}
