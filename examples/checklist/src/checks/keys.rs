//! Whose agent is served.

use crate::browser::ask::Ask;
use crate::check::{Check, check};
use crate::context::Context;
use crate::upstream::play::Play;
use crate::upstream::talk::Talk;
use crate::wrong::{Judged, Wrong, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!("api-keys", "R4.7", "the agent of another API key is answered 403", others),
    check!("api-keys-own", "R4.7", "requests that name no other API key pass", own),
];

/// A key that is not the site's.
fn another(context: &Context) -> Result<String, Wrong> {
    let keys = &context.args.api_keys;
    let longest = keys.iter().max_by_key(|key| key.len());
    longest.map(|key| format!("{key}x")).ok_or_else(|| Wrong::skipped("needs --api-keys"))
}

/// A request for the agent of v3.
fn agent(context: &Context, query: &str, talk: &Talk) -> Option<Ask> {
    let path = context.args.agent_path.as_deref()?;
    Some(context.request("GET", &format!("/{path}")).talk(talk).query(query))
}

async fn others(context: &Context) -> Judged {
    let key = another(context)?;
    let paths = [
        format!("/web/v4/{key}"),
        format!("//web//v4//{key}"),
        format!("/web/v3.9.2/{key}/loader_v3.9.2.js"),
        format!("/w%65b/%764/{key}"),
    ];
    for path in paths {
        for method in ["GET", "HEAD", "POST"] {
            let talk = context.expect(Play::ok());
            forbidden(context, &context.api(method, &path, &talk)?, &talk).await?;
        }
    }
    for query in [format!("apiKey={key}"), format!("apiKey={key}&apiKey={}", context.key())] {
        let talk = context.expect(Play::ok());
        if let Some(ask) = agent(context, &query, &talk) {
            forbidden(context, &ask, &talk).await?;
        }
    }
    Ok(None)
}

async fn forbidden(context: &Context, ask: &Ask, talk: &Talk) -> Result<(), Wrong> {
    let status = context.ask(ask).await?.head.status()?;
    equal(&format!("status of {} {}", ask.method, ask.target()), status, 403)?;
    talk.none()
}

async fn own(context: &Context) -> Judged {
    another(context)?;
    for key in &context.args.api_keys {
        for path in [format!("/web/v4/{key}"), "/web/v4".to_owned(), format!("/other/v4/{key}x")] {
            let talk = context.expect(Play::ok());
            let ask = context.api("GET", &path, &talk)?;
            context.passes(&ask, &talk).await.map_err(|wrong| wrong.at(path))?;
        }
        let talk = context.expect(Play::ok());
        if let Some(ask) = agent(context, &format!("apiKey={key}"), &talk) {
            context.passes(&ask, &talk).await?;
        }
    }
    let talk = context.expect(Play::ok());
    context.passes(&context.identify(&talk)?, &talk).await?;
    Ok(None)
}
