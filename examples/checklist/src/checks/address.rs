//! The visitor's address, and the host that the browser asks for.

use crate::args::AddressFrom;
use crate::check::{Check, check};
use crate::context::Context;
use crate::upstream::play::Play;
use crate::wire::Wire;
use crate::wrong::{Judged, Wrong, equal};

pub(crate) const CHECKS: &[Check] = &[
    check!("client-address", "R5.6, R12", "upstream is told the visitor's address", client_address),
    check!(
        "client-address-forged",
        "R12",
        "a browser cannot name another address",
        client_address_forged
    ),
    check!(
        "forwarded-host",
        "R5.6",
        "upstream is told the site's host, in lower case and without port",
        host
    ),
    check!("host-missing", "R5.7", "a request without a host is answered 400", host_missing),
    check!(
        "host-missing-http-1-0",
        "R5.7",
        "a request over HTTP/1.0 without a host is answered 400",
        host_missing_old
    ),
    check!("host-malformed", "R5.7", "a malformed host is answered 400", host_malformed),
    check!("two-hosts", "R5.7", "a request with two hosts is answered 400", two_hosts),
    check!(
        "host-of-upstream",
        "R5.7",
        "a request for upstream's own host is answered 400",
        host_of_upstream
    ),
];

async fn client_address(context: &Context) -> Judged {
    told(context, &[]).await
}

async fn client_address_forged(context: &Context) -> Judged {
    if context.args.client_address != AddressFrom::Peer {
        return Err(Wrong::skipped("the edge, which is not here, overwrites the field"));
    }
    let names =
        ["x-forwarded-for", "x-real-ip", "true-client-ip", "fpjs-proxy-client-ip", "client-ip"];
    let fields = names.map(|name| (name, "198.51.100.9"));
    told(context, &fields).await?;
    told(context, &[("forwarded", "for=198.51.100.9;host=forged.example")]).await
}

/// Upstream is told the address of the connection, whatever these fields say.
async fn told(context: &Context, fields: &[(&str, &str)]) -> Judged {
    let talk = context.expect(Play::ok());
    let stream = context.stream().await?;
    let address = context.address(stream.local_addr()?);
    let mut wire = Wire::new(stream, context.patience())?;
    wire.send(context.identify(&talk)?.fields(fields).bytes()).await?;
    equal("status", wire.response("POST").await?.head.status()?, 200)?;
    let seen = talk.only().await?;
    equal("fpjs-proxy-client-ip", seen.get("fpjs-proxy-client-ip")?, Some(address.clone()))?;
    Ok(Some(address))
}

async fn host(context: &Context) -> Judged {
    let host = context.args.host.to_ascii_lowercase();
    for sent in [host.clone(), host.to_ascii_uppercase(), format!("{host}:8443")] {
        let talk = context.expect(Play::ok());
        let seen = context.passes(&context.identify(&talk)?.host(&sent), &talk).await?;
        let told = seen.get("fpjs-proxy-forwarded-host")?;
        equal(&format!("told of {sent}"), told, Some(host.clone()))?;
    }
    Ok(None)
}

async fn host_missing(context: &Context) -> Judged {
    without_host(context, "1.1").await
}

async fn host_missing_old(context: &Context) -> Judged {
    without_host(context, "1.0").await
}

async fn without_host(context: &Context, version: &str) -> Judged {
    for method in ["GET", "POST"] {
        let talk = context.expect(Play::ok());
        let target = context.api(method, "/", &talk)?.target();
        let text = format!("{method} {target} HTTP/{version}\r\ncontent-length: 0\r\n\r\n");
        let status = context.ask_bytes(text).await?.head.status()?;
        equal(&format!("status of {method} HTTP/{version}"), status, 400)?;
        talk.none()?;
    }
    Ok(None)
}

async fn host_malformed(context: &Context) -> Judged {
    let host = &context.args.host;
    for host in [format!("me@{host}"), format!("{host}:port"), "a b".to_owned(), "a/b".to_owned()] {
        refused(context, &host, &[]).await?;
    }
    Ok(None)
}

async fn two_hosts(context: &Context) -> Judged {
    for second in ["other.example", &context.args.host] {
        refused(context, &context.args.host, &[("host", second)]).await?;
    }
    Ok(None)
}

async fn host_of_upstream(context: &Context) -> Judged {
    for host in ["api.fpjs.io", "EU.api.fpjs.io.", "ap.api.fpjs.io:443", "fpcdn.io"] {
        refused(context, host, &[]).await?;
    }
    Ok(None)
}

async fn refused(context: &Context, host: &str, fields: &[(&str, &str)]) -> Judged {
    let talk = context.expect(Play::ok());
    let ask = context.fetch(&talk)?.host(host).fields(fields);
    equal(&format!("status with {host}"), context.ask(&ask).await?.head.status()?, 400)?;
    talk.none()?;
    Ok(None)
}
