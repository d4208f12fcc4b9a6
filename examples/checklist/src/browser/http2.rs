//! A browser that speaks HTTP/2 with prior knowledge.

use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use h2::{RecvStream, SendStream};
use http::{HeaderMap, Request, Response};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::browser::ask::Ask;
use crate::context::Context;
use crate::wrong::{Judged, Wrong};

/// A connection.
pub(crate) struct Connection {
    sender: SendRequest<Bytes>,
    driving: JoinHandle<()>,
}

/// A response with its body.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) status: u16,
    pub(crate) fields: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Option<HeaderMap>,
}

impl Connection {
    pub(crate) async fn open(context: &Context) -> Result<Self, Wrong> {
        if !context.args.h2 {
            return Err(Wrong::skipped("needs --h2"));
        }
        let (sender, connection) = h2::client::handshake(context.stream().await?).await?;
        let driving = tokio::spawn(async move {
            // Its errors are those of its streams.
            let _ = connection.await;
        });
        Ok(Self { sender, driving })
    }

    /// Sends a head; the body follows on the stream.
    pub(crate) async fn begin(
        &self,
        ask: &Ask,
        is_whole: bool,
    ) -> Result<(ResponseFuture, SendStream<Bytes>), Wrong> {
        let uri = format!("http://{}{}", ask.host, ask.target());
        let mut request = Request::builder().method(ask.method).uri(uri);
        for (name, value) in &ask.fields {
            request = request.header(name.to_ascii_lowercase(), value.as_slice());
        }
        let request = request.body(()).map_err(|error| Wrong::failed(error.to_string()))?;
        let mut sender = self.sender.clone().ready().await?;
        Ok(sender.send_request(request, is_whole)?)
    }

    /// Sends a request and reads the response.
    pub(crate) async fn ask(&self, ask: &Ask, body: &[u8]) -> Result<Whole, Wrong> {
        let (response, mut stream) = self.begin(ask, body.is_empty()).await?;
        if !body.is_empty() {
            send(&mut stream, body, true).await?;
        }
        Ok(whole(response.await?).await?)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driving.abort();
    }
}

/// Sends some of a body, as the other side takes it.
pub(crate) async fn send(
    stream: &mut SendStream<Bytes>,
    body: &[u8],
    is_end: bool,
) -> Result<(), Wrong> {
    let mut rest = Bytes::copy_from_slice(body);
    while !rest.is_empty() {
        stream.reserve_capacity(rest.len());
        // What is there already is not told again.
        while stream.capacity() == 0 {
            let more = std::future::poll_fn(|context| stream.poll_capacity(context)).await;
            more.ok_or_else(|| Wrong::failed("the stream has ended"))??;
        }
        let piece = rest.split_to(stream.capacity().min(rest.len()));
        stream.send_data(piece, is_end && rest.is_empty())?;
    }
    Ok(())
}

/// The status of the next interim response, or nothing if the final one is here.
pub(crate) async fn interim(response: &mut ResponseFuture) -> Result<Option<u16>, h2::Error> {
    let interim = std::future::poll_fn(|context| response.poll_informational(context));
    Ok(interim.await.transpose()?.map(|interim| interim.status().as_u16()))
}

/// Reads a body to its end; an error if the stream was reset.
pub(crate) async fn whole(response: Response<RecvStream>) -> Result<Whole, h2::Error> {
    let (parts, mut stream) = response.into_parts();
    let mut body = Vec::new();
    while let Some(piece) = stream.data().await {
        let piece = piece?;
        stream.flow_control().release_capacity(piece.len())?;
        body.extend(piece);
    }
    let trailers = stream.trailers().await?;
    Ok(Whole { status: parts.status.as_u16(), fields: parts.headers, body, trailers })
}

/// Ends what takes too long.
pub(crate) async fn in_time(context: &Context, doing: impl Future<Output = Judged>) -> Judged {
    let waited = timeout(context.patience() * 2, doing).await;
    waited.unwrap_or_else(|_| Err(Wrong::failed("the adapter does not go on")))
}
