//! The body of the example `open_on_the_way`.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use firstparty_sealed::bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Empty, Full};
use tokio::sync::oneshot::error::TryRecvError;

use self::example::Tee;

#[path = "../../examples/open_on_the_way/tee.rs"]
mod example;

/// Frames. Like a response without a length, it says that it has ended only when it is asked for more.
struct Frames(VecDeque<Result<&'static str, &'static str>>);

impl Body for Frames {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        let frame = self.0.pop_front();
        Poll::Ready(frame.map(|frame| frame.map(|data| Frame::data(Bytes::from(data)))))
    }
}

fn frames<const N: usize>(frames: [Result<&'static str, &'static str>; N]) -> Frames {
    Frames(frames.into())
}

/// R16.2: frame by frame, and the copy is there only when the body has ended.
#[tokio::test]
async fn bodies_pass_as_they_are() {
    let (mut body, mut copy) = Tee::new(frames([Ok("ab"), Ok(""), Ok("c")]), 3);
    for expected in ["ab", "", "c"] {
        let frame = body.frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), expected);
        assert_eq!(copy.try_recv(), Err(TryRecvError::Empty));
    }
    assert!(body.frame().await.is_none());
    assert_eq!(copy.try_recv().unwrap(), "abc");
}

/// R16.2: a body that says beforehand that it has ended is not asked again.
#[tokio::test]
async fn ends_are_seen_without_being_asked_for() {
    let full: Full<Bytes> = "abc".into();
    let (mut body, mut copy) = Tee::new(full, 3);
    assert_eq!(body.size_hint().exact(), Some(3));
    assert!(!body.is_end_stream());
    body.frame().await.unwrap().unwrap();
    assert!(body.is_end_stream());
    assert_eq!(copy.try_recv().unwrap(), "abc");

    let empty: Empty<Bytes> = Empty::new();
    let (_body, mut copy) = Tee::new(empty, 3);
    assert_eq!(copy.try_recv().unwrap(), "");
}

/// R16.2: whatever becomes of the copy, the browser gets the same.
#[tokio::test]
async fn without_a_copy_the_body_passes() {
    let (body, mut copy) = Tee::new(frames([Ok("ab"), Ok("cd"), Ok("e")]), 3);
    assert_eq!(body.collect().await.unwrap().to_bytes(), "abcde");
    assert_eq!(copy.try_recv(), Err(TryRecvError::Closed));

    let (body, copy) = Tee::new(frames([Ok("ab")]), 3);
    drop(copy);
    assert_eq!(body.collect().await.unwrap().to_bytes(), "ab");

    let (mut body, mut copy) = Tee::new(frames([Ok("ab"), Err("reset")]), 3);
    body.frame().await.unwrap().unwrap();
    assert_eq!(body.frame().await.unwrap().unwrap_err(), "reset");
    assert_eq!(copy.try_recv(), Err(TryRecvError::Closed));

    let (body, mut copy) = Tee::new(frames([Ok("ab")]), 3);
    drop(body);
    assert_eq!(copy.try_recv(), Err(TryRecvError::Closed));
}

/// R15.3: the copy is what is opened.
#[tokio::test]
async fn copies_are_opened() {
    use firstparty_sealed::{ContentCoding, Keys, unseal_body};

    let sealed = crate::seal::seal(b"1", [1; 32]);
    let full: Full<Bytes> = format!(r#"{{"sealedResult":"{sealed}"}}"#).into();
    let (body, copy) = Tee::new(full, 1000);
    let sent: Result<_, Infallible> = body.collect().await;
    let copy = copy.await.unwrap();
    assert_eq!(copy, sent.unwrap().to_bytes());
    let keys = Keys::from_bytes([[1; 32]]);
    assert_eq!(unseal_body(copy, ContentCoding::Identity, &keys).unwrap(), "1");
}
