//! An upstream that does what a test tells it, one thread a connection.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use super::wire::{Message, PATIENCE, Wire};

/// Where nobody listens: the system gives this port to no one who asks for any free one.
pub(crate) const NOBODY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 1);

/// The upstream of one test.
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    seen: Mutex<Receiver<Message>>,
}

/// What a script has in hand.
pub(crate) struct Script {
    pub(crate) wire: Wire,
    pub(super) seen: Sender<Message>,
}

impl Upstream {
    /// Runs a script on every connection.
    pub(crate) fn scripted(script: impl Fn(Script) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, receiver) = channel();
        let script = Arc::new(script);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (script, seen) = (Arc::clone(&script), sender.clone());
                let wire = Wire::new(stream.unwrap());
                std::thread::spawn(move || script(Script { wire, seen }));
            }
        });
        Self { address, seen: Mutex::new(receiver) }
    }

    /// Answers every request alike.
    pub(crate) fn answering(response: impl Into<Vec<u8>>) -> Self {
        let response = response.into();
        Self::scripted(move |mut script| {
            while let Ok(message) = script.wire.message() {
                let _ = script.seen.send(message);
                if script.wire.try_send(&response).is_err() {
                    return;
                }
            }
        })
    }

    /// Answers `200` with an empty body.
    pub(super) fn plain() -> Self {
        Self::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
    }

    /// The next request that arrived whole.
    pub(super) fn next(&self) -> Message {
        self.seen.lock().unwrap().recv_timeout(PATIENCE).expect("upstream got no request")
    }

    /// Forgets the requests that have arrived so far.
    pub(super) fn drain(&self) {
        while !self.is_idle() {}
    }

    /// Whether no further request has arrived so far.
    pub(super) fn is_idle(&self) -> bool {
        self.seen.lock().unwrap().try_recv().is_err()
    }
}

/// A response with these fields and this body, and its length.
pub(super) fn response(fields: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n{fields}\r\n", body.len());
    [head.as_bytes(), body].concat()
}
