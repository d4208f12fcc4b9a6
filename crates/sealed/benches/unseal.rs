//! Unsealing an event, beside the same with `ring` as its cipher, and the ciphers alone.
#![allow(clippy::expect_used, missing_docs, reason = "a bench, not a library")]

use std::hint::black_box;
use std::time::Duration;

use aes_gcm::aead::Aead;
use aes_gcm::{Aes256Gcm, KeyInit};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use firstparty_sealed::{Keys, unseal};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde::de::IgnoredAny;

const KEY: [u8; 32] = [7; 32];
const NONCE: [u8; 12] = [9; 12];
const PARTS: usize = 16;

/// An event as JSON, of the size of one with all signals.
fn event() -> String {
    let signal = |index: u32| {
        let value = index.wrapping_mul(2_654_435_761);
        format!(r#""signal_{index}":{{"value":{},"hash":"{value:08x}"}}"#, value % 1000)
    };
    format!("{{{}}}", (0..200).map(signal).collect::<Vec<_>>().join(","))
}

fn encrypted(text: &str) -> Vec<u8> {
    let mut stream = Vec::with_capacity(text.len() + 100);
    let mut state = Compress::new(Compression::default(), false);
    state.compress_vec(text.as_bytes(), &mut stream, FlushCompress::Finish).expect("compresses");
    let cipher = Aes256Gcm::new_from_slice(&KEY).expect("32 bytes");
    cipher.encrypt((&NONCE).into(), &*stream).expect("encrypts")
}

fn open_with_aes_gcm(ciphertext: &[u8]) -> Vec<u8> {
    let cipher = Aes256Gcm::new_from_slice(&KEY).expect("32 bytes");
    cipher.decrypt((&NONCE).into(), ciphertext).expect("decrypts")
}

fn open_with_ring(ciphertext: &[u8]) -> Vec<u8> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &KEY).expect("32 bytes"));
    let mut buffer = ciphertext.to_vec();
    let nonce = Nonce::assume_unique_for_key(NONCE);
    let len = key.open_in_place(nonce, Aad::empty(), &mut buffer).expect("decrypts").len();
    buffer.truncate(len);
    buffer
}

/// The same steps by hand, without limits and errors.
fn unseal_with_ring(sealed: &str) -> Vec<u8> {
    let sealed = BASE64_STANDARD.decode(sealed).expect("base64");
    let stream = open_with_ring(sealed.get(PARTS..).expect("marker and nonce"));
    let mut result = Vec::with_capacity(1 << 16);
    let mut state = Decompress::new(false);
    state.decompress_vec(&stream, &mut result, FlushDecompress::Finish).expect("inflates");
    let _: IgnoredAny = serde_json::from_slice(&result).expect("JSON");
    result
}

fn bench(criterion: &mut Criterion) {
    let text = event();
    let ciphertext = encrypted(&text);
    let marker = [0x9e, 0x85, 0xdc, 0xed];
    let sealed = BASE64_STANDARD.encode([&marker[..], &NONCE, &ciphertext].concat());
    let keys = Keys::from_bytes([KEY]);
    assert_eq!(unseal(&sealed, &keys).expect("unseals"), text);
    assert_eq!(unseal_with_ring(&sealed), text.as_bytes());
    println!("{} bytes of JSON, {} of ciphertext", text.len(), ciphertext.len());

    let mut group = criterion.benchmark_group("sealed");
    group.measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_secs(1));
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("unseal", |b| b.iter(|| unseal(black_box(&sealed), &keys)));
    group.bench_function("unseal by hand with ring", |b| {
        b.iter(|| unseal_with_ring(black_box(&sealed)));
    });
    group.bench_function("aes-gcm alone", |b| b.iter(|| open_with_aes_gcm(black_box(&ciphertext))));
    group.bench_function("ring alone", |b| b.iter(|| open_with_ring(black_box(&ciphertext))));
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
