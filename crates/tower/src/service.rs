//! The service: whose request it is.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use firstparty::http::{Method, Request, Response};
use firstparty::{Action, Gateway};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use crate::address::client_address;
use crate::answer::answer;
use crate::body::{BoxBody, BoxError, boxed, whole};
use crate::ended::Ticket;
use crate::forward::{Answering, Forward};
use crate::layer::FirstPartyLayer;
use crate::upload::upload;

/// A site with the gateway around it, which has the requests below its mount ([R2.8]).
///
/// It is ready when the site is. The client is asked only for a request of the gateway's, so a busy
/// client does not keep the site's requests waiting.
///
/// ```
/// use axum::{Router, routing::get};
/// use firstparty_tower::{FirstParty, FirstPartyLayer};
/// use tower::Layer;
///
/// /// Around the router, where no route is looked for before the gateway's turn.
/// fn around(layer: &FirstPartyLayer) -> FirstParty<Router> {
///     layer.layer(Router::new().route("/", get(async || "the site")))
/// }
/// # let _ = around;
/// ```
///
/// [R2.8]: firstparty::contract#R2.8
#[derive(Clone)]
pub struct FirstParty<S> {
    site: S,
    layer: Arc<FirstPartyLayer>,
}

impl<S> Layer<S> for FirstPartyLayer {
    type Service = FirstParty<S>;

    fn layer(&self, site: S) -> FirstParty<S> {
        FirstParty { site, layer: Arc::new(self.clone()) }
    }
}

impl<S, B, P> Service<Request<B>> for FirstParty<S>
where
    S: Service<Request<B>, Response = Response<P>, Future: Send + 'static>,
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    P: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<BoxBody>;
    type Error = S::Error;
    type Future = Answering<S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.site.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let gateway = self.layer.gateways.get();
        if gateway.owns(request.uri()) {
            return self.layer.exchange(&gateway, request);
        }
        let answering = self.site.call(request);
        Box::pin(async { Ok(answering.await?.map(boxed)) })
    }
}

/// Without a site every request is the gateway's.
impl<B> Service<Request<B>> for FirstPartyLayer
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<BoxBody>;
    type Error = Infallible;
    type Future = Answering<Infallible>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.exchange(&self.gateways.get(), request)
    }
}

impl FirstPartyLayer {
    /// One gateway answers for the whole exchange, even if the settings change meanwhile (R16.6).
    fn exchange<B, E>(&self, gateway: &Gateway, request: Request<B>) -> Answering<E>
    where
        B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        let (version, limits) = (request.version(), self.limits);
        let is_head = request.method() == Method::HEAD;
        let peer = client_address(request.extensions());
        match gateway.handle(request, peer) {
            Action::Respond(response, report) => {
                let ticket = Some(Ticket::new(report, self.on_end.clone()));
                let response = response.map(|data| answer(whole(data), limits.idle, ticket));
                Box::pin(async { Ok(response) })
            }
            Action::Forward(request, exchange) => {
                let ticket = Ticket::new(exchange.report(), self.on_end.clone());
                let request = upload(request, version, ticket.progress.clone());
                let sending = (self.upstream)(request);
                Forward { limits, exchange, version, is_head, ticket }.send(sending)
            }
        }
    }
}
