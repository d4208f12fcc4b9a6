//! The service: whose request it is.

use std::convert::Infallible;
use std::future::Ready;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use firstparty::Action;
use firstparty::http::{Request, Response};
use http_body::{Body, Frame};
use tower_service::Service;

use crate::address::client_address;
use crate::answer::Answer;
use crate::data::BoxError;
use crate::forward::Forward;
use crate::future::ResponseFuture;
use crate::shared::Shared;
use crate::ticket::{Ended, Ticket};
use crate::upload::Upload;

/// A site with the gateway around it, or the gateway alone.
///
/// It is ready when the site is. The client is asked only for a request of the gateway's, so a busy
/// client does not keep the site's requests waiting.
///
/// [`FirstPartyLayer`](crate::FirstPartyLayer) has an example.
#[derive(Clone, Debug)]
pub struct FirstParty<S, U, R = fn(Ended)> {
    pub(crate) site: Option<S>,
    pub(crate) shared: Shared<U, R>,
}

impl<S, U, R, B, P, Q> Service<Request<B>> for FirstParty<S, U, R>
where
    S: Service<Request<B>, Response = Response<P>>,
    U: Service<Request<Upload<B>>, Response = Response<Q>, Error: Into<BoxError>> + Clone,
    R: Fn(Ended) + Clone,
    B: Body,
    P: Body,
    Q: Body,
{
    type Response = Response<Answer<P, Q, R>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, U, B, R>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.site.as_mut().map_or(Poll::Ready(Ok(())), |site| site.poll_ready(cx))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // One gateway for the whole exchange, even if the settings change meanwhile (R16.6).
        let gateway = self.shared.gateways.get();
        if let Some(site) = self.site.as_mut().filter(|_| !gateway.owns(request.uri())) {
            return ResponseFuture::site(site.call(request));
        }
        let version = request.version();
        let peer = client_address(request.extensions());
        match gateway.handle(request, peer) {
            Action::Respond(response, report) => {
                let ticket = Ticket::new(report, None, self.shared.on_end.clone());
                ResponseFuture::own(response, ticket)
            }
            Action::Forward(request, exchange) => {
                ResponseFuture::forward(Forward::new(request, version, exchange, &self.shared))
            }
        }
    }
}

/// What stands for the site where there is none. It has no value, so it answers no request.
///
/// ```
/// use firstparty::{Config, Gateway, Platform};
/// use firstparty_tower::{Alone, FirstParty, FirstPartyLayer};
///
/// let gateway = Gateway::new(Config::default(), Platform::Generic);
/// let _proxy: FirstParty<Alone, ()> = FirstPartyLayer::new(gateway, ()).alone();
/// ```
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "it never has a value")]
pub enum Alone {}

impl<B> Service<Request<B>> for Alone {
    type Response = Response<Self>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Self>, Infallible>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        match *self {}
    }

    fn call(&mut self, _request: Request<B>) -> Self::Future {
        match *self {}
    }
}

impl Body for Alone {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match *self {}
    }
}
