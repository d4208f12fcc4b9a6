//! The query, and the region in it.

use crate::check::{Check, check};
use crate::context::Context;
use crate::upstream::PARAMETER;
use crate::upstream::play::Play;
use crate::wrong::{Judged, Wrong, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!("region", "R3.3", "the region chooses the host", region),
    check!("region-agrees", "R3.4", "each region parameter says what the host is", region_agrees),
    check!(
        "region-fixed",
        "R3.4, R3.6",
        "a configured region chooses the host, whatever the query says",
        region_fixed
    ),
    check!("query-order", "R3.1", "order, repeats and empty parameters stay", query_order),
    check!("query-escapes", "R3.1", "escapes stay, malformed ones too", query_escapes),
    check!(
        "query-punctuation",
        "R3.1",
        "plus, semicolon and other punctuation stay",
        query_punctuation
    ),
    check!(
        "query-quotes",
        "R3.1",
        "characters that URL libraries like to escape stay",
        query_quotes
    ),
    check!(
        "monitoring",
        "R3.5",
        "an identification request says once which integration sends it",
        monitoring
    ),
];

async fn region(context: &Context) -> Judged {
    needs_any_region(context)?;
    for (query, host) in [
        ("a=1", "api.fpjs.io"),
        ("region=us", "api.fpjs.io"),
        ("region=eu", "eu.api.fpjs.io"),
        ("region=ap", "ap.api.fpjs.io"),
        ("x=1&reg%69on=%65u", "eu.api.fpjs.io"),
        ("region=EU", "api.fpjs.io"),
        ("region=constructor", "api.fpjs.io"),
        ("a=%26region%3Deu", "api.fpjs.io"),
        ("region=ap&region=eu", "ap.api.fpjs.io"),
    ] {
        for method in ["GET", "POST"] {
            let talk = context.expect(Play::ok());
            let ask = if method == "GET" { context.fetch(&talk) } else { context.identify(&talk) };
            let seen = context.passes(&ask?.query(query), &talk).await?;
            equal(&format!("host of {query}"), seen.get("host")?.as_deref(), Some(host))?;
        }
    }
    Ok(None)
}

async fn region_agrees(context: &Context) -> Judged {
    needs_any_region(context)?;
    queries(
        context,
        &[
            ("region=xx", "region=us"),
            ("region=&b=1", "region=us&b=1"),
            ("region", "region=us"),
            ("region=eu&a=%zz&region=ap", "region=eu&a=%zz&region=eu"),
            ("region=ap&reg%69on=us", "region=ap&region=ap"),
            ("Region=xx&regions=xx", "Region=xx&regions=xx"),
        ],
    )
    .await
}

fn needs_any_region(context: &Context) -> Result<(), Wrong> {
    let is_fixed = context.args.region.is_some();
    if is_fixed { Err(Wrong::skipped("the region is configured")) } else { Ok(()) }
}

async fn region_fixed(context: &Context) -> Judged {
    let Some(fixed) = &context.args.region else {
        return Err(Wrong::skipped("needs --region"));
    };
    for query in ["a=1", "region=us&a=1", "region=eu&a=1", "region=ap&a=1", "region=xx&a=1"] {
        let expected = match query.split_once('&') {
            Some((_, rest)) => format!("region={fixed}&{rest}"),
            None => query.to_owned(),
        };
        queries(context, &[(query, &expected)]).await?;
        let downloads = [Context::fetch, Context::identify, Context::download];
        for build in downloads {
            let talk = context.expect(Play::ok());
            let seen = context.passes(&build(context, &talk)?.query(query), &talk).await?;
            equal("host", seen.get("host")?, Some(context.api_host("us")))?;
        }
    }
    Ok(None)
}

async fn query_order(context: &Context) -> Judged {
    same(context, &["a=1&a=2&&b&=c&", "b=2&a=1&b=1", "a==b=&&", "&"]).await
}

async fn query_escapes(context: &Context) -> Judged {
    same(context, &["%zz&%", "a=%2f%2F%41%7e", "a=%ff%c3%28", "%61pi=%26region%3Deu"]).await
}

async fn query_punctuation(context: &Context) -> Judged {
    same(context, &["a+b%20c%2B=;d=e", "a?b/c:d@e!$(f)*,-._~"]).await
}

async fn query_quotes(context: &Context) -> Judged {
    same(context, &["a='b'", "[a]{b}|c^`d\\"]).await
}

async fn same(context: &Context, all: &[&str]) -> Judged {
    let pairs: Vec<_> = all.iter().map(|query| (*query, *query)).collect();
    queries(context, &pairs).await
}

/// Asks with each query, and compares what upstream got; both ways of asking have the same rules.
async fn queries(context: &Context, pairs: &[(&str, &str)]) -> Judged {
    for (sent, expected) in pairs {
        for method in ["GET", "POST"] {
            let talk = context.expect(Play::ok());
            let ask = if method == "GET" { context.fetch(&talk) } else { context.identify(&talk) };
            let seen =
                context.passes(&ask?.query(sent), &talk).await.map_err(|wrong| wrong.at(sent))?;
            let (_, mut query) = seen.head.target().split_once('?').unwrap_or_default();
            if method == "POST" {
                query = query.rsplit_once("&ii=").map_or(query, |(query, _)| query);
            }
            equal("query", query, format!("{PARAMETER}={}&{expected}", talk.token))?;
        }
    }
    Ok(None)
}

async fn monitoring(context: &Context) -> Judged {
    let name = context.args.platform.0.integration;
    for query in ["a=1", "a=1&", "ii=mine&a=1"] {
        let talk = context.expect(Play::ok());
        let ask = context.identify(&talk)?.query(query);
        let seen = context.passes(&ask, &talk).await?;
        let start = format!("/?{PARAMETER}={}&{query}&ii={name}%2F", talk.token);
        let rest = seen.head.target().strip_prefix(&start);
        let version = rest.and_then(|rest| rest.strip_suffix("%2Fingress"));
        let version =
            version.ok_or_else(|| Wrong::failed(format!("target: {}", seen.head.target())))?;
        match &context.args.version {
            Some(expected) => equal("version", version, expected)?,
            None => ensure(!version.is_empty() && !version.contains(['/', '&', '%']), || {
                format!("version: {version}")
            })?,
        }
    }
    Ok(None)
}
