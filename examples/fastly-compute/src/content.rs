//! Content passes piece by piece: a body that is handed on whole would take its trailers along (R16.3).

use std::io::{self, Read, Write};

use fastly::Body;
use fastly::http::FramingHeadersMode;
use fastly::http::body::StreamingBody;
use fastly::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use firstparty::http::HeaderMap;

const PIECE: usize = 64 * 1024;

/// What there is of a message's content, with its first piece.
pub(crate) struct Content {
    body: Body,
    piece: Vec<u8>,
    length: usize,
}

/// Who has ended it too soon.
pub(crate) enum Broken {
    Sender,
    Receiver,
}

impl Content {
    /// Waits for the first piece, or for the end: without any there is no content.
    pub(crate) fn begin(body: Body) -> io::Result<Option<Self>> {
        let mut content = Self { body, piece: vec![0; PIECE], length: 0 };
        content.next()?;
        Ok((content.length > 0).then_some(content))
    }

    /// Each piece goes on as soon as it is there. The caller finishes what is whole, and only that.
    pub(crate) fn pass(mut self, to: &mut StreamingBody) -> Result<(), Broken> {
        while let Some(piece @ [_, ..]) = self.piece.get(..self.length) {
            to.write_all(piece).and_then(|()| to.flush()).map_err(|_| Broken::Receiver)?;
            self.next().map_err(|_| Broken::Sender)?;
        }
        Ok(())
    }

    fn next(&mut self) -> io::Result<()> {
        self.length = self.body.read(&mut self.piece)?;
        Ok(())
    }
}

/// Left alone, Fastly would frame a message by its body: in chunks all that passes piece by piece, and the answer to
/// HEAD without a length. So the fields that the gateway has kept decide where there are any.
pub(crate) fn framing(headers: &HeaderMap) -> FramingHeadersMode {
    let is_framed =
        [CONTENT_LENGTH, TRANSFER_ENCODING].iter().any(|name| headers.contains_key(name));
    if is_framed { FramingHeadersMode::ManuallyFromHeaders } else { FramingHeadersMode::Automatic }
}
