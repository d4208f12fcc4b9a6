//! Feeds the reader of sealed results arbitrary text and bodies, and seals arbitrary results and streams.
//!
//! Oracle (R15): it never panics, and what comes out is JSON, by an independent reading, and within the
//! limit; nothing opens without the key; a result that was sealed here comes out as it went in, from every
//! base64 and every body that is allowed, and does not if a bit was changed or bytes were cut; no
//! error shows what was sealed.

#![no_main]

use std::io::Read;

use aes_gcm::aead::Aead;
use aes_gcm::{Aes256Gcm, KeyInit};
use arbitrary::Arbitrary;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use firstparty_sealed::bytes::Bytes;
use firstparty_sealed::{ContentCoding, KeyFault, Keys, UnsealError, Unsealer};
use flate2::Compression;
use flate2::read::{DeflateEncoder, GzEncoder, ZlibEncoder};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

/// Stands in what is sealed, and must not show.
const MARK: &str = "v1sitor-1d";

const KEY: [u8; 32] = [7; 32];

#[derive(Arbitrary, Debug)]
struct Input {
    limit: u16,
    case: Case,
}

#[derive(Arbitrary, Debug)]
enum Case {
    /// Text as it comes.
    Sealed(Vec<u8>),
    /// A body as it comes.
    Body(u8, Vec<u8>),
    /// Whoever has the key may encrypt what is no stream.
    Stream(Vec<u8>),
    /// A text that need not be JSON, compressed.
    Text(u8, Vec<u8>),
    /// A result on its way.
    Result { text: String, members: String, keys: Vec<u8>, form: u8, level: u8 },
    /// A sealed result that was changed on its way.
    Damage { text: String, at: u16, is_cut: bool },
    /// A body that was coded, and whose members are arbitrary.
    Coded(u8, u8, Vec<u8>),
}

fuzz_target!(|input: Input| {
    let limit = usize::from(input.limit);
    let keys = Keys::from_bytes([KEY]);
    let unsealer = Unsealer::new(&keys).limit(limit);
    match input.case {
        Case::Sealed(text) => assert!(unsealer.unseal(text).is_err()),
        Case::Body(form, body) => assert!(unsealer.unseal_body(body, coding(form)).is_err()),
        Case::Stream(stream) => {
            check(unsealer.unseal(BASE64_STANDARD.encode(seal(&stream))), limit);
        }
        Case::Text(level, text) => {
            let sealed = BASE64_STANDARD.encode(seal(&deflate(&text, level)));
            let opened = check(unsealer.unseal(sealed), limit);
            assert!(opened.is_none_or(|opened| opened == text));
        }
        Case::Result { text, members, keys, form, level } => {
            travels(&text, &members, &keys, form, level, limit);
        }
        Case::Damage { text, at, is_cut } => damaged(&unsealer, &text, at.into(), is_cut),
        Case::Coded(form, level, body) => {
            let coded = code(form, &body, level);
            assert!(unsealer.unseal_body(coded, coding(form)).is_err());
        }
    }
});

/// What comes out is within the limit and JSON.
fn check(outcome: Result<Bytes, UnsealError>, limit: usize) -> Option<Bytes> {
    let result = outcome.ok()?;
    assert!(result.len() <= limit);
    if let Err(error) = serde_json::from_slice::<Value>(&result) {
        // What this parser refuses beside: depth, numbers beyond its range, halves of surrogates.
        let is_beyond = ["recursion limit", "number out of range", "surrogate", "hex escape"];
        assert!(is_beyond.iter().any(|known| error.to_string().contains(known)), "{error}");
    }
    Some(result)
}

/// R15.1, R15.3: a result comes out if it is within the limit and its key is listed.
fn travels(text: &str, members: &str, keys: &[u8], form: u8, level: u8, limit: usize) {
    let result = json!({ MARK: text }).to_string();
    let sealed = seal(&deflate(result.as_bytes(), level));
    let keys: Vec<_> = keys.iter().take(8).map(|kind| key(*kind)).collect();
    let fits = keys.contains(&KEY.to_vec());
    let fault = |key: &Vec<u8>| match key.len() {
        32 => KeyFault::DoesNotFit,
        _ => KeyFault::WrongLength,
    };
    let faults: Vec<_> = keys.iter().map(fault).collect();
    let keys = Keys::from_bytes(keys);
    let unsealer = Unsealer::new(&keys).limit(limit);
    let text = match form & 1 {
        0 => BASE64_STANDARD.encode(&sealed),
        _ => BASE64_URL_SAFE_NO_PAD.encode(&sealed),
    };
    let mut is_within = result.len() <= limit;
    let outcome = if form & 2 == 0 {
        unsealer.unseal(format!("\n{text} "))
    } else {
        let name = if form & 4 == 0 { "sealedResult" } else { "sealed_result" };
        let body = json!({"a": members, name: text, "z": [members]}).to_string();
        is_within &= body.len() <= limit;
        unsealer.unseal_body(code(form >> 3, body.as_bytes(), level), coding(form >> 3))
    };
    if let Err(error) = &outcome {
        assert!(!format!("{error} {error:?}").contains(MARK), "{error:?}");
    }
    match outcome {
        Ok(opened) => assert!(fits && is_within && opened == result),
        Err(UnsealError::NoKeyFits(found)) => assert!(!fits && found == faults),
        Err(UnsealError::TooLarge { .. } | UnsealError::BodyTooLarge { .. }) => assert!(!is_within),
        Err(error) => panic!("{error:?}"),
    }
}

/// R15.1: the tag holds every bit.
fn damaged(unsealer: &Unsealer<'_>, text: &str, at: usize, is_cut: bool) {
    let mut sealed = seal(&deflate(json!(text).to_string().as_bytes(), 6));
    if is_cut {
        sealed.truncate(at % sealed.len());
    } else {
        let bit = at % (sealed.len() * 8);
        sealed[bit / 8] ^= 1 << (bit % 8);
    }
    assert!(unsealer.unseal(BASE64_STANDARD.encode(sealed)).is_err());
}

fn key(kind: u8) -> Vec<u8> {
    match kind % 4 {
        0 => KEY.to_vec(),
        1 => vec![7; usize::from(kind / 4)],
        _ => vec![kind; 32],
    }
}

fn coding(form: u8) -> ContentCoding {
    match form % 4 {
        0 => ContentCoding::Identity,
        1 => ContentCoding::Gzip,
        _ => ContentCoding::Deflate,
    }
}

fn code(form: u8, body: &[u8], level: u8) -> Vec<u8> {
    let compression = Compression::new(u32::from(level % 10));
    match form % 4 {
        0 => body.to_vec(),
        1 => read(GzEncoder::new(body, compression)),
        2 => read(ZlibEncoder::new(body, compression)),
        _ => read(DeflateEncoder::new(body, compression)),
    }
}

fn deflate(text: &[u8], level: u8) -> Vec<u8> {
    code(3, text, level)
}

fn read(mut encoder: impl Read) -> Vec<u8> {
    let mut coded = Vec::new();
    encoder.read_to_end(&mut coded).expect("memory can be read");
    coded
}

fn seal(stream: &[u8]) -> Vec<u8> {
    let nonce = [9; 12];
    let cipher = Aes256Gcm::new_from_slice(&KEY).expect("32 bytes");
    let ciphertext = cipher.encrypt((&nonce).into(), stream).expect("short enough");
    [&[0x9e, 0x85, 0xdc, 0xed][..], &nonce, &ciphertext].concat()
}
