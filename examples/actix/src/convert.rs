//! Between the `http` 0.2 of actix-web and the `http` 1 of the gateway. Targets and field values are bytes, and
//! repeated fields stay apart, in order.

use std::fmt::Debug;
use std::io;
use std::task::Context;

use actix_web::body::{BodyStream, MessageBody, None as NoBody, SizedStream};
use actix_web::dev::Payload;
use actix_web::error::{ErrorBadRequest, ErrorInternalServerError, PayloadError};
use actix_web::http as actix;
use actix_web::http::header::HeaderMap as ActixHeaderMap;
use actix_web::{Error, HttpRequest, HttpResponse, rt};
use bytes::Bytes;
use firstparty::http;
use firstparty::http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use firstparty::http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri, Version,
};
use firstparty_tower::{BoxBody, ClientAddress};
use futures_util::{StreamExt, stream};
use http_body::{Body, Frame};
use http_body_util::{BodyDataStream, BodyExt, StreamBody};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// A request for the gateway.
pub(crate) fn request(from: &HttpRequest, payload: Payload) -> Result<Request<BoxBody>, Error> {
    let fields = fields(from.headers()).map_err(malformed)?;
    // RFC 9112 §6.3. With `upgrade: websocket`, actix-web has a payload all the same.
    let has_content = fields.contains_key(CONTENT_LENGTH) || fields.contains_key(TRANSFER_ENCODING);
    let mut request = Request::new(if has_content { body(payload) } else { BoxBody::default() });
    *request.method_mut() =
        Method::from_bytes(from.method().as_str().as_bytes()).map_err(malformed)?;
    *request.uri_mut() = uri(from.uri()).map_err(malformed)?;
    *request.version_mut() = version(from.version());
    *request.headers_mut() = fields;
    if let Some(peer) = from.peer_addr() {
        request.extensions_mut().insert(ClientAddress(peer.ip()));
    }
    Ok(request)
}

/// A target as it stands, in whatever form: relative, absolute, or `*`.
pub(crate) fn uri(from: &actix::Uri) -> Result<Uri, http::uri::InvalidUri> {
    from.to_string().parse()
}

fn version(from: actix::Version) -> Version {
    if from == actix::Version::HTTP_10 { Version::HTTP_10 } else { Version::HTTP_11 }
}

fn fields(from: &ActixHeaderMap) -> Result<HeaderMap, http::Error> {
    let mut fields = HeaderMap::with_capacity(from.len());
    for (name, value) in from {
        let name = HeaderName::from_bytes(name.as_str().as_bytes())?;
        fields.append(name, HeaderValue::from_bytes(value.as_bytes())?);
    }
    Ok(fields)
}

/// A payload belongs to the thread of its connection, so a task there hands its data on.
fn body(payload: Payload) -> BoxBody {
    let (sender, receiver) = channel(1);
    rt::spawn(upload(payload, sender));
    received(receiver)
}

/// A piece of a payload, or its end.
type Piece = Option<Result<Frame<Bytes>, PayloadError>>;

/// R16.2: without its end it is not whole, for instance because its thread has stopped.
fn received(mut receiver: Receiver<Piece>) -> BoxBody {
    let lost = || Some(Err(PayloadError::Incomplete(None)));
    let next =
        move |cx: &mut Context<'_>| receiver.poll_recv(cx).map(|piece| piece.unwrap_or_else(lost));
    BoxBody::new(StreamBody::new(stream::poll_fn(next).fuse()).map_err(Into::into))
}

/// Ends with the payload, or when nobody takes any more of it.
async fn upload(mut payload: Payload, sender: Sender<Piece>) {
    loop {
        let piece = tokio::select! {
            piece = payload.next() => piece,
            () = sender.closed() => return,
        };
        let is_end = piece.is_none();
        let piece = piece.map(|data| data.map(Frame::data));
        if sender.send(piece).await.is_err() || is_end {
            return;
        }
    }
}

/// R16.5: no answer holds the words of an error.
fn malformed(_: impl Debug) -> Error {
    ErrorBadRequest("the request is malformed")
}

fn unusable(_: impl Debug) -> Error {
    ErrorInternalServerError("the response is malformed")
}

/// A response for actix-web, which frames it anew.
pub(crate) fn response(
    from: Response<BoxBody>,
    method: &actix::Method,
) -> Result<HttpResponse, Error> {
    let (head, body) = from.into_parts();
    let status = actix::StatusCode::from_u16(head.status.as_u16());
    let mut response = HttpResponse::new(status.map_err(unusable)?);
    for (name, value) in &head.headers {
        let name = actix::header::HeaderName::from_bytes(name.as_str().as_bytes());
        let value = actix::header::HeaderValue::from_bytes(value.as_bytes());
        let name = name.map_err(unusable)?;
        response.headers_mut().append(name, value.map_err(unusable)?);
    }
    if head.headers.contains_key(CONNECTION) {
        // The gateway lets no such field pass: it is the layer's, and says `close`.
        response.head_mut().set_connection_type(actix::ConnectionType::Close);
    }
    let length =
        head.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let is_empty = body.is_end_stream();
    let has_no_content = matches!(head.status.as_u16(), 204 | 304) || method == actix::Method::HEAD;
    let stream = BodyDataStream::new(body.map_err(io::Error::other));
    Ok(response.set_body(match length {
        // Of no content the head may tell the length.
        Some(length) if !is_empty || method == actix::Method::HEAD => {
            MessageBody::boxed(SizedStream::new(length, stream))
        }
        _ if has_no_content => MessageBody::boxed(NoBody::new()),
        _ if is_empty => MessageBody::boxed(()),
        _ => MessageBody::boxed(BodyStream::new(stream)),
    }))
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method as ActixMethod;
    use actix_web::http::header::HeaderValue as ActixValue;
    use actix_web::test::TestRequest;
    use firstparty::http::Response;
    use firstparty_tower::BoxBody;
    use http_body::Frame;
    use http_body_util::BodyExt;
    use tokio::sync::mpsc::channel;

    /// R3.1, R5.8: targets and values are bytes, and repeats stay apart, in order.
    #[actix_web::test]
    async fn requests_keep_their_bytes() {
        let raw = || ActixValue::from_bytes(b"caf\xe9").unwrap();
        for target in ["/fp/%2f//x?a=%zz&&b=+'", "http://www.example.com/fp/?a", "*"] {
            let from = TestRequest::with_uri(target).method(ActixMethod::POST);
            let from = from.append_header(("x-raw", raw())).append_header(("x-raw", "2"));
            let (from, payload) = from.peer_addr("192.0.2.7:80".parse().unwrap()).to_http_parts();
            let request = super::request(&from, payload).unwrap();
            assert_eq!(request.uri().to_string(), target);
            assert_eq!(request.method(), "POST");
            let values: Vec<_> = request.headers().get_all("x-raw").iter().collect();
            assert_eq!(values, [&b"caf\xe9"[..], b"2"]);
            assert_eq!(request.extensions().len(), 1);
        }
    }

    /// R16.2: a payload that stops without its end is not whole.
    #[actix_web::test]
    async fn half_a_payload_is_an_error() {
        for has_end in [true, false] {
            let (sender, receiver) = channel(2);
            sender.send(Some(Ok(Frame::data("half".into())))).await.unwrap();
            if has_end {
                sender.send(None).await.unwrap();
            }
            drop(sender);
            assert_eq!(super::received(receiver).collect().await.is_ok(), has_end);
        }
    }

    /// R6.4: the same on the way back.
    #[test]
    fn responses_keep_their_bytes() {
        let response = Response::builder().status(299).header("set-cookie", &b"a=\xe9"[..]);
        let response = response.header("set-cookie", "b=1").body(BoxBody::default()).unwrap();
        let response = super::response(response, &ActixMethod::GET).unwrap();
        assert_eq!(response.status(), 299);
        let values: Vec<_> = response.headers().get_all("set-cookie").collect();
        assert_eq!(values, [&b"a=\xe9"[..], b"b=1"]);
    }
}
