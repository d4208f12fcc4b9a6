//! Nothing shows a key or content.

use firstparty_sealed::{ContentCoding, Keys, UnsealError, Unsealer};

use crate::seal::{seal, seal_stream};

/// 32 bytes, as text, so that they would be recognised in any form.
const KEY: [u8; 32] = *b"k3y-k3y-k3y-k3y-k3y-k3y-k3y-k3y-";
const CONTENT: &str = "c0ntent";

fn keys() -> Keys {
    Keys::from_bytes([&KEY[..], &KEY[..31]])
}

/// Text, base64, and lists of numbers.
fn assert_shows_nothing(shown: &str) {
    for secret in ["k3y", "azN5", "107", "6b", CONTENT, "YzBudGVud", "noXc7"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

/// R15.2: keys are counted, alone and in what holds them.
#[test]
fn debug_counts_keys() {
    let keys = keys();
    assert_eq!(format!("{keys:?}"), "Keys(2)");
    let unsealer = Unsealer::new(&keys);
    assert_eq!(format!("{unsealer:?}"), "Unsealer { keys: Keys(2), limit: 1048576 }");
    assert_shows_nothing(&format!("{unsealer:#?}"));
}

/// R15.2: errors say what is wrong, and show nothing of it.
#[test]
fn errors_show_nothing() {
    let keys = keys();
    let unsealer = Unsealer::new(&keys);
    let sealed = seal(CONTENT.as_bytes(), KEY);
    let errors = [
        unsealer.unseal(&sealed),
        unsealer.unseal(seal(CONTENT.as_bytes(), [1; 32])),
        unsealer.unseal(seal_stream(CONTENT.as_bytes(), KEY)),
        unsealer.unseal(format!("{sealed}*")),
        unsealer.limit(3).unseal(seal(CONTENT.as_bytes(), KEY)),
        unsealer.unseal_body(sealed.clone(), ContentCoding::Identity),
        unsealer.unseal_body(sealed.clone(), ContentCoding::Gzip),
        unsealer.unseal_body(format!("[{sealed:?}]"), ContentCoding::Identity),
        unsealer
            .unseal_body(format!(r#"{{"sealedResult":["{CONTENT}"]}}"#), ContentCoding::Identity),
        unsealer.unseal_body(format!(r#"{{"{CONTENT}""#), ContentCoding::Identity),
    ];
    for error in errors {
        let error = error.unwrap_err();
        assert_shows_nothing(&format!("{error} {error:?} {error:#?}"));
        assert!(std::error::Error::source(&error).is_none());
    }
    let error = Keys::from_base64(["k3y!"]).unwrap_err();
    assert_shows_nothing(&format!("{error} {error:?}"));
}

/// R15.2: one sentence each, in lower case and without a full stop.
#[test]
fn errors_are_sentences() {
    let keys = keys();
    let error = Unsealer::new(&keys).unseal(seal(b"1", [1; 32])).unwrap_err();
    assert_eq!(error.to_string(), "no key fits: key 1 does not fit, key 2 has a wrong length");
    for error in [
        UnsealError::BadBase64,
        UnsealError::BodyCorrupt,
        UnsealError::BodyNotJson,
        UnsealError::BodyTooLarge { limit: 9 },
        UnsealError::CorruptStream,
        UnsealError::NotJson,
        UnsealError::SealedResultMissing,
        UnsealError::TooLarge { limit: 9 },
        UnsealError::TooShort,
        UnsealError::WrongMarker,
    ] {
        let sentence = error.to_string();
        assert!(sentence.starts_with("the ") && !sentence.ends_with('.'), "{sentence}");
    }
}
