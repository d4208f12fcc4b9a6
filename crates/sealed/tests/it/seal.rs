//! Sealing, which only tests need.

use std::io::Read;

use aes_gcm::aead::Aead;
use aes_gcm::{Aes256Gcm, KeyInit};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::read::GzEncoder;
use flate2::{Compress, Compression, FlushCompress};

/// Seals a text as Fingerprint does.
pub(crate) fn seal(text: &[u8], key: [u8; 32]) -> String {
    seal_stream(&deflate(text, false), key)
}

/// Seals a stream that need not be one.
pub(crate) fn seal_stream(stream: &[u8], key: [u8; 32]) -> String {
    let nonce = [9; 12];
    let cipher = Aes256Gcm::new_from_slice(&key).unwrap();
    let ciphertext = cipher.encrypt((&nonce).into(), stream).unwrap();
    BASE64_STANDARD.encode([&[0x9e, 0x85, 0xdc, 0xed][..], &nonce, &ciphertext].concat())
}

/// One stream, in a wrapping of zlib or without.
pub(crate) fn deflate(bytes: &[u8], is_wrapped: bool) -> Vec<u8> {
    let mut stream = Vec::with_capacity(bytes.len() + bytes.len() / 100 + 100);
    let mut state = Compress::new(Compression::default(), is_wrapped);
    state.compress_vec(bytes, &mut stream, FlushCompress::Finish).unwrap();
    assert_eq!(state.total_in(), u64::try_from(bytes.len()).unwrap());
    stream
}

/// A stream of as many mebibytes of blanks and a number, which would be JSON. It is a kilobyte a
/// mebibyte: one that ends at a byte's edge, repeated.
pub(crate) fn bomb(mebibytes: usize) -> Vec<u8> {
    let blanks = vec![b' '; 1 << 20];
    let mut stream = Vec::with_capacity(1 << 14);
    let mut state = Compress::new(Compression::default(), false);
    state.compress_vec(&blanks, &mut stream, FlushCompress::Full).unwrap();
    assert!(state.total_in() == 1 << 20 && stream.ends_with(b"\0\0\xff\xff"));
    [stream.repeat(mebibytes), deflate(b"1", false)].concat()
}

/// In one member of gzip.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut coded = Vec::new();
    GzEncoder::new(bytes, Compression::default()).read_to_end(&mut coded).unwrap();
    coded
}
