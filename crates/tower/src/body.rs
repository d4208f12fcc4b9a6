//! Bodies of all kinds in a box, so that nothing else here depends on their types.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http_body::Body;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyDataStream, BodyExt, Full};

/// What may go wrong with a body or a client. The browser is shown none of it.
pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// The body of a request to upstream, and of every response.
///
/// A request's is the browser's without its trailers ([R16.3]). It is an error if the browser breaks
/// it off ([R16.2]). Over HTTP/2 some bodies end in the same way whether the browser has finished or
/// has reset its stream. So the end of such a body counts only if `content-length` says so or, if
/// there is none, the body's `is_end_stream`.
///
/// A response's is the site's as it is, the gateway's own, or upstream's without its trailers. If
/// upstream breaks off, it ends in an error, for which servers cut the browser's connection or stream.
/// HTTP/1.0 shows no cut if the length is not known: there the body, at most 8 MB, is collected first.
///
/// ```
/// use firstparty_tower::BoxBody;
///
/// fn to_axum(body: BoxBody) -> axum::body::Body {
///     axum::body::Body::new(body)
/// }
/// # let _ = to_axum;
/// ```
///
/// [R16.2]: firstparty::contract#R16.2
/// [R16.3]: firstparty::contract#R16.3
pub type BoxBody = UnsyncBoxBody<Bytes, BoxError>;

pub(crate) fn boxed<B>(body: B) -> BoxBody
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    body.map_err(Into::into).boxed_unsync()
}

/// A body of the gateway's own.
pub(crate) fn whole(data: Bytes) -> BoxBody {
    boxed(Full::new(data))
}

/// The next data of a body. Trailers are dropped: one could bring back a field that the gateway has
/// removed (R16.3).
pub(crate) fn poll_data(
    body: &mut BoxBody,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<Bytes, BoxError>>> {
    Pin::new(&mut BodyDataStream::new(body)).poll_next(cx)
}
