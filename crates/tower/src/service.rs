//! The service: whose request it is.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use firstparty::http::{Request, Response};
use firstparty::{Action, Gateway};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use crate::address::client_address;
use crate::answer::answer;
use crate::body::{BoxBody, BoxError, boxed, whole};
use crate::ended::Ticket;
use crate::forward::Forward;
use crate::layer::FirstPartyLayer;
use crate::upload::upload;

/// A site with the gateway around it.
///
/// It is ready when the site is. The client is asked only for a request of the gateway's, so a busy
/// client does not keep the site's requests waiting.
///
/// [`FirstPartyLayer`] has an example.
#[derive(Clone)]
pub struct FirstParty<S> {
    site: S,
    layer: FirstPartyLayer,
}

impl<S> Layer<S> for FirstPartyLayer {
    type Service = FirstParty<S>;

    fn layer(&self, site: S) -> FirstParty<S> {
        FirstParty { site, layer: self.clone() }
    }
}

/// The future of an answer. Dropping it ends the exchange: the browser has left.
type Answering<E> = Pin<Box<dyn Future<Output = Result<Response<BoxBody>, E>> + Send>>;

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
            return exchange(&self.layer, &gateway, request);
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
        exchange(self, &self.gateways.get(), request)
    }
}

/// One gateway answers for the whole exchange, even if the settings change meanwhile (R16.6).
fn exchange<B, E>(layer: &FirstPartyLayer, gateway: &Gateway, request: Request<B>) -> Answering<E>
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    let version = request.version();
    let peer = client_address(request.extensions());
    let (layer, on_end) = (layer.clone(), layer.on_end.clone());
    match gateway.handle(request, peer) {
        Action::Respond(response, report) => {
            let ticket = Some(Ticket::new(report, on_end));
            let response = response.map(|data| answer(whole(data), layer.idle, ticket));
            Box::pin(async { Ok(response) })
        }
        Action::Forward(request, exchange) => {
            let ticket = Ticket::new(exchange.report(), on_end);
            let request = upload(request, version, &ticket.progress);
            let forward = Forward { layer, exchange, version, ticket };
            Box::pin(async { Ok(forward.send(request).await) })
        }
    }
}
