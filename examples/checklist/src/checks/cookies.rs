//! Cookies, both ways.

use crate::check::{Check, check};
use crate::context::Context;
use crate::upstream::play::{Play, lines};
use crate::wrong::{Judged, ensure, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!("cookies", "R5.5", "of an identification request's cookies only _iidt passes", cookies),
    check!("cookie-fields", "R5.5", "several cookie fields are read as one", cookie_fields),
    check!("cookies-none", "R5.5", "other requests carry no cookie", cookies_none),
    check!(
        "set-cookie-repeats",
        "R6.4",
        "several set-cookie fields stay several, in order",
        repeats
    ),
    check!(
        "set-cookie-domain",
        "R8.2",
        "a domain that is not the site's goes, and one that is stays",
        domain
    ),
    check!("set-cookie-bytes", "R8.5", "everything else of a cookie stays byte for byte", bytes),
    check!("set-cookie-host-prefix", "R8.7", "a __Host- cookie loses its domain", host_prefix),
    check!("set-cookie-plain", "R8.2", "of other responses set-cookie passes as it is", plain),
];

async fn cookies(context: &Context) -> Judged {
    for (sent, expected) in [
        ("a=1; _iidt=old; b=2; _iidt=older", Some("_iidt=old; _iidt=older")),
        ("_iidt=a=b%20c\"d\"", Some("_iidt=a=b%20c\"d\"")),
        ("session=secret; x_iidt=1; _iidtx=1; _IIDT=1; _iidt", None),
        (";; _iidt=\t; theme=dark", Some("_iidt=")),
    ] {
        let talk = context.expect(Play::ok());
        let seen = context.passes(&context.identify(&talk)?.field("cookie", sent), &talk).await?;
        equal(&format!("cookie of {sent:?}"), seen.get("cookie")?.as_deref(), expected)?;
    }
    Ok(None)
}

async fn cookie_fields(context: &Context) -> Judged {
    let fields = [("cookie", "a=1"), ("cookie", "_iidt=2"), ("cookie", "b=3; _iidt=4")];
    let talk = context.expect(Play::ok());
    let seen = context.passes(&context.identify(&talk)?.fields(&fields), &talk).await?;
    equal("cookie", seen.get("cookie")?.as_deref(), Some("_iidt=2; _iidt=4"))?;
    Ok(None)
}

async fn cookies_none(context: &Context) -> Judged {
    for is_download in [true, false] {
        let talk = context.expect(Play::ok());
        let ask = if is_download { context.download(&talk) } else { context.fetch(&talk) };
        let seen = context.passes(&ask?.field("cookie", "_iidt=1; a=2"), &talk).await?;
        ensure(!seen.head.has("cookie"), || "a cookie went upstream".to_owned())?;
    }
    Ok(None)
}

/// Has upstream set each of these cookies alone, because some hosts join them.
async fn set_each(context: &Context, pairs: &[(&str, &str)]) -> Judged {
    for pair in pairs {
        set(context, &[*pair], true).await?;
    }
    Ok(None)
}

/// Has upstream set these cookies, and compares what reaches the browser.
async fn set(context: &Context, pairs: &[(&str, &str)], is_identification: bool) -> Judged {
    let fields = lines(pairs.iter().map(|(set, _)| ("set-cookie", *set)));
    let talk = context.expect(Play::respond(&fields, b""));
    let ask = if is_identification { context.identify(&talk) } else { context.fetch(&talk) };
    let answer = context.ask(&ask?).await?;
    let seen: Vec<_> =
        answer.head.all("set-cookie").into_iter().map(String::from_utf8_lossy).collect();
    let expected: Vec<_> = pairs.iter().map(|(_, expected)| *expected).collect();
    equal("set-cookie", seen, expected)?;
    Ok(None)
}

async fn repeats(context: &Context) -> Judged {
    let cookies = [
        "_iidt=a; Expires=Wed, 21 Oct 2037 07:28:00 GMT; Path=/; Secure; HttpOnly",
        "b=2",
        "_iidt=c; Path=/",
        "a=1, 2",
    ];
    for is_identification in [true, false] {
        set(context, &cookies.map(|cookie| (cookie, cookie)), is_identification).await?;
    }
    Ok(None)
}

async fn domain(context: &Context) -> Judged {
    let host = context.args.host.to_ascii_lowercase();
    let parent = host.split_once('.').map_or(host.as_str(), |(_, parent)| parent);
    let covers = format!("_iidt=3; Domain=.{parent}; Path=/");
    let equals = format!("_iidt=4; domain={host}");
    let pairs = [
        ("_iidt=1; Path=/; Domain=fpjs.io; Secure", "_iidt=1; Path=/; Secure"),
        ("_iidt=2;domain = .api.fpjs.io", "_iidt=2"),
        (covers.as_str(), covers.as_str()),
        (equals.as_str(), equals.as_str()),
    ];
    let count = if parent.contains('.') { 4 } else { 2 };
    set_each(context, pairs.get(..count).unwrap_or(&pairs)).await
}

async fn bytes(context: &Context) -> Judged {
    let pairs = [
        ("a=\"x y\"; PRIORITY=High;Partitioned ; x-new=1;  SameSite=none", ""),
        ("b=; Max-Age=31536000; expires=never", ""),
        ("c=1 ;Domain=fpjs.io;  Priority=High", "c=1 ;  Priority=High"),
    ];
    set_each(context, &pairs.map(|(set, seen)| (set, if seen.is_empty() { set } else { seen })))
        .await
}

async fn host_prefix(context: &Context) -> Judged {
    let host = context.args.host.to_ascii_lowercase();
    let cookie = format!("__Host-a=1; Path=/; Secure; Domain={host}");
    set(context, &[(&cookie, "__Host-a=1; Path=/; Secure")], true).await
}

async fn plain(context: &Context) -> Judged {
    let cookie = "a=1; Domain=fpjs.io; Path=/";
    set(context, &[(cookie, cookie)], false).await
}
