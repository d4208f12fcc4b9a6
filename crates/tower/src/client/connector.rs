//! How connections are made: in limited time, and with a history.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use firstparty::http::Uri;
use hyper::rt::{Read, Write};
use hyper_util::client::legacy::connect::Connection;
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use tower_service::Service;

use crate::client::kept::Kept;
use crate::data::BoxError;

/// Makes connections in limited time: names, TCP and TLS together (R16.4).
#[derive(Clone, Debug)]
pub(super) struct Connector<C> {
    inner: C,
    limit: Duration,
}

impl<C> Connector<C> {
    pub(super) fn new(inner: C, limit: Duration) -> Self {
        Self { inner, limit }
    }
}

impl<C> Service<Uri> for Connector<C>
where
    C: Service<Uri, Error: Into<BoxError>, Future: Send + 'static>,
    C::Response: Connection + Read + Write + Send + Unpin + 'static,
{
    type Response = TokioIo<Kept<TokioIo<C::Response>>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = timeout(self.limit, self.inner.call(uri));
        Box::pin(async move {
            let stream = connecting.await?.map_err(Into::into)?;
            Ok(TokioIo::new(Kept::new(TokioIo::new(stream))))
        })
    }
}
