//! The gateway in Pingora's phases.

use std::io::{Write, stdout};
use std::net::SocketAddr;

use async_trait::async_trait;
use firstparty::{Action, Exchange, Report};
use pingora::http::{RequestHeader, ResponseHeader};
use pingora::prelude::{HttpPeer, ProxyHttp, Session};
use pingora::proxy::FailToProxy;
use pingora::{Error, ErrorSource, ErrorType, Result};

use crate::exchange::{UPLOAD_TIMEOUT, complete, go_on, head_of, request_id, request_of, send};
use crate::settings::Settings;
use crate::upstream::{Upstream, failure_of, is_repeatable};

pub(crate) struct FirstParty {
    pub(crate) settings: Settings,
    pub(crate) upstream: Upstream,
}

/// What is kept of one request. It is the site's own if nothing is.
#[derive(Default)]
pub(crate) struct Context {
    forwarded: Option<(RequestHeader, Exchange)>,
    report: Option<Report>,
}

#[async_trait]
impl ProxyHttp for FirstParty {
    type CTX = Context;

    fn new_ctx(&self) -> Context {
        Context::default()
    }

    /// Says whether the request is answered.
    async fn request_filter(&self, session: &mut Session, context: &mut Context) -> Result<bool> {
        session.as_downstream_mut().set_pipelining_enabled(true);
        let gateway = self.settings.gateway();
        if self.upstream.site.is_some() && !gateway.owns(&session.req_header().uri) {
            return Ok(false);
        }
        let request = request_of(session.req_header());
        let peer = session.client_addr().and_then(|address| address.as_inet());
        match gateway.handle(request, peer.map(SocketAddr::ip)) {
            Action::Respond(response, report) => {
                context.report = Some(report);
                send(session, response).await?;
                Ok(true)
            }
            Action::Forward(request, exchange) => {
                context.report = Some(exchange.report());
                let has_body = !session.as_downstream_mut().is_body_empty();
                context.forwarded = Some((head_of(request, has_body)?, exchange));
                go_on(session, has_body).await?;
                Ok(false)
            }
        }
    }

    async fn upstream_peer(&self, _: &mut Session, context: &mut Context) -> Result<Box<HttpPeer>> {
        let peer = match context.forwarded.as_ref().map(|(head, _)| head.uri.host()) {
            Some(host) => self.upstream.fingerprint(host.unwrap_or_default()).await,
            None => self.upstream.site(),
        };
        peer.map(Box::new)
    }

    async fn upstream_request_filter(
        &self,
        _: &mut Session,
        head: &mut RequestHeader,
        context: &mut Context,
    ) -> Result<()> {
        if let Some((forwarded, _)) = &context.forwarded {
            *head = forwarded.clone();
        }
        Ok(())
    }

    /// Pingora asks for each interim response, too. They do not end the exchange.
    async fn upstream_response_filter(
        &self,
        session: &mut Session,
        head: &mut ResponseHeader,
        context: &mut Context,
    ) -> Result<()> {
        match &context.forwarded {
            Some((_, exchange)) if !head.status.is_informational() || head.status == 101 => {
                context.report = Some(exchange.report().ended(head.status));
                complete(exchange, session.req_header(), head)
            }
            _ => Ok(()),
        }
    }

    fn error_while_proxy(
        &self,
        _: &HttpPeer,
        session: &mut Session,
        mut error: Box<Error>,
        _: &mut Context,
        is_kept: bool,
    ) -> Box<Error> {
        if is_repeatable(session, &error) {
            error.retry.decide_reuse(is_kept);
        } else {
            error.set_retry(false);
        }
        error
    }

    /// R16.5. An answer that has begun is cut, and a browser that has left is told nothing.
    async fn fail_to_proxy(
        &self,
        session: &mut Session,
        error: &Error,
        context: &mut Context,
    ) -> FailToProxy {
        session.set_keepalive(None);
        let is_silent = *error.etype() == ErrorType::ReadTimedout;
        // Pingora has no limit for reading HTTP/2. There it is Fingerprint that seems silent, which waits
        // for the rest of the upload.
        let is_browser = *error.esource() == ErrorSource::Downstream
            || (is_silent && !session.as_downstream_mut().is_body_done());
        let has_begun = session.response_written().is_some_and(|head| head.status.as_u16() >= 200);
        let error_code = match &context.forwarded {
            _ if has_begun || (is_browser && !is_silent) => 0,
            Some((_, exchange)) => {
                let report = exchange.report();
                let (report, response) = if is_browser {
                    (report.answered(&UPLOAD_TIMEOUT), exchange.refuse(&UPLOAD_TIMEOUT))
                } else {
                    let failure = failure_of(error);
                    (report.ended(failure), exchange.fail(failure, request_id()))
                };
                context.report = Some(report);
                let status = response.status().as_u16();
                send(session, response).await.map_or(0, |()| status)
            }
            None => {
                let status = if is_browser { 408 } else { 502 };
                session.respond_error(status).await.map_or(0, |()| status)
            }
        };
        FailToProxy { error_code, can_reuse_downstream: false }
    }

    /// R16.6. A report names no field, but Pingora's own lines may.
    async fn logging(&self, _: &mut Session, _: Option<&Error>, context: &mut Context) {
        if let Some(line) = context.report.and_then(|report| serde_json::to_string(&report).ok()) {
            // Whoever reads the reports may leave.
            let _ = writeln!(stdout(), "{line}");
        }
    }

    fn suppress_error_log(&self, _: &Session, context: &Context, _: &Error) -> bool {
        context.forwarded.is_some()
    }

    fn request_summary(&self, _: &Session, _: &Context) -> String {
        String::new()
    }
}
