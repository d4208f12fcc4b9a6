//! Random results, sealed and opened.

use firstparty_sealed::{ContentCoding, Keys, unseal, unseal_body};
use proptest::prelude::*;

use crate::seal::{deflate, gzip, seal, seal_stream};

proptest! {
    /// R15.1, R15.3: what was sealed comes out, alone and from every body, with any key of a list.
    #[test]
    fn what_was_sealed_comes_out(
        text in ".{0,300}",
        keys in prop::collection::vec(any::<[u8; 32]>(), 1..4),
        at in any::<prop::sample::Index>(),
        is_v3 in any::<bool>(),
    ) {
        let json = serde_json::to_string(&text).unwrap();
        let sealed = seal(json.as_bytes(), *at.get(&keys));
        let keys = Keys::from_bytes(keys);
        prop_assert_eq!(&unseal(&sealed, &keys).unwrap(), &json);
        let url_safe = sealed.replace('+', "-").replace('/', "_");
        prop_assert_eq!(&unseal(url_safe.trim_end_matches('='), &keys).unwrap(), &json);
        let name = if is_v3 { "sealedResult" } else { "sealed_result" };
        let body = format!(r#"{{"a":{json},"{name}":"{sealed}"}}"#);
        for (coding, coded) in [
            (ContentCoding::Identity, body.clone().into_bytes()),
            (ContentCoding::Gzip, gzip(body.as_bytes())),
            (ContentCoding::Deflate, deflate(body.as_bytes(), true)),
            (ContentCoding::Deflate, deflate(body.as_bytes(), false)),
        ] {
            prop_assert_eq!(&unseal_body(coded, coding, &keys).unwrap(), &json);
        }
    }

    /// R15.2: a key holder may seal anything; what comes out is JSON.
    #[test]
    fn what_comes_out_is_json(stream in prop::collection::vec(any::<u8>(), 0..40)) {
        if let Ok(result) = unseal(seal_stream(&stream, [5; 32]), &Keys::from_bytes([[5; 32]])) {
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&result).is_ok());
        }
    }

    /// R15.2: no input makes it panic.
    #[test]
    fn arbitrary_input_is_refused(text in ".{0,60}", body in prop::collection::vec(any::<u8>(), 0..60)) {
        let keys = Keys::from_bytes([[6; 32]]);
        prop_assert!(unseal(text, &keys).is_err());
        for coding in [ContentCoding::Identity, ContentCoding::Gzip, ContentCoding::Deflate] {
            prop_assert!(unseal_body(body.clone(), coding, &keys).is_err());
        }
    }
}
