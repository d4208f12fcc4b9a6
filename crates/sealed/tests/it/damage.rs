//! Sealed results and bodies that were cut or changed.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use firstparty_sealed::{ContentCoding, KeyFault, Keys, UnsealError, unseal, unseal_body};

use crate::seal::{deflate, gzip, seal, seal_stream};

const KEY: [u8; 32] = [3; 32];
const TEXT: &str = r#"{"event_id":"e1","list":[1,2,3,1,2,3,1,2,3]}"#;

fn keys() -> Keys {
    Keys::from_bytes([KEY])
}

fn bytes() -> Vec<u8> {
    BASE64_STANDARD.decode(seal(TEXT.as_bytes(), KEY)).unwrap()
}

/// R15.1: no bit of marker, nonce, ciphertext or tag can change.
#[test]
fn every_bit_counts() {
    let bytes = bytes();
    assert_eq!(unseal(BASE64_STANDARD.encode(&bytes), &keys()).unwrap(), TEXT);
    for bit in 0..bytes.len() * 8 {
        let mut bytes = bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let expected = match bit / 8 {
            0..4 => UnsealError::WrongMarker,
            _ => UnsealError::NoKeyFits(vec![KeyFault::DoesNotFit]),
        };
        assert_eq!(unseal(BASE64_STANDARD.encode(bytes), &keys()), Err(expected), "{bit}");
    }
}

/// R15.1: no bit of the key can change either.
#[test]
fn every_bit_of_the_key_counts() {
    let sealed = seal(TEXT.as_bytes(), KEY);
    for bit in 0..256 {
        let mut key = KEY;
        key[bit / 8] ^= 1 << (bit % 8);
        let expected = UnsealError::NoKeyFits(vec![KeyFault::DoesNotFit]);
        assert_eq!(unseal(&sealed, &Keys::from_bytes([key])), Err(expected), "{bit}");
    }
}

/// R15.2: cut anywhere, as bytes or as text.
#[test]
fn every_truncation_is_told() {
    let bytes = bytes();
    for len in 0..bytes.len() {
        let expected = match len {
            0..32 => UnsealError::TooShort,
            _ => UnsealError::NoKeyFits(vec![KeyFault::DoesNotFit]),
        };
        assert_eq!(unseal(BASE64_STANDARD.encode(&bytes[..len]), &keys()), Err(expected), "{len}");
    }
    let text = seal(TEXT.as_bytes(), KEY);
    let text = text.trim_end_matches('=');
    for len in 0..text.len() {
        unseal(&text[..len], &keys()).unwrap_err();
    }
}

/// R15.2: what was decrypted is no more trusted than the rest.
#[test]
fn every_truncation_of_the_stream_is_told() {
    let stream = deflate(TEXT.as_bytes(), false);
    for len in 0..stream.len() {
        let sealed = seal_stream(&stream[..len], KEY);
        assert_eq!(unseal(sealed, &keys()), Err(UnsealError::CorruptStream), "{len}");
    }
    for bit in 0..stream.len() * 8 {
        let mut stream = stream.clone();
        stream[bit / 8] ^= 1 << (bit % 8);
        // Raw DEFLATE has no checksum: some changes give another text.
        if let Ok(result) = unseal(seal_stream(&stream, KEY), &keys()) {
            assert!(serde_json::from_slice::<serde_json::Value>(&result).is_ok(), "{bit}");
        }
    }
}

/// R15.3: bodies have checksums, in both codings.
#[test]
fn every_damage_to_a_coded_body_is_told() {
    let body = format!(r#"{{"sealedResult":"{}"}}"#, seal(TEXT.as_bytes(), KEY));
    for (coding, coded) in [
        (ContentCoding::Deflate, deflate(body.as_bytes(), true)),
        (ContentCoding::Gzip, gzip(body.as_bytes())),
    ] {
        assert_eq!(unseal_body(coded.clone(), coding, &keys()).unwrap(), TEXT);
        for len in 0..coded.len() {
            let cut = unseal_body(coded[..len].to_vec(), coding, &keys());
            assert_eq!(cut, Err(UnsealError::BodyCorrupt), "{coding:?} {len}");
        }
        // The head of gzip says things that change nothing: time, level, system.
        let from = if coding == ContentCoding::Gzip { 10 } else { 0 };
        // Nor do the bits that fill the last byte of the stream up.
        let mut unused = 0;
        for bit in from * 8..coded.len() * 8 {
            let mut coded = coded.clone();
            coded[bit / 8] ^= 1 << (bit % 8);
            if let Ok(result) = unseal_body(coded, coding, &keys()) {
                assert_eq!(result, TEXT, "{coding:?} {bit}");
                unused += 1;
            }
        }
        assert!(unused < 8, "{coding:?}: {unused}");
    }
}
