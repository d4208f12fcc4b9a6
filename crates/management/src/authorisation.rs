//! Authorisation by a token (R14.1).

use std::{fmt, iter};

use serde_json::Value;
use subtle::ConstantTimeEq;

use crate::member::text;

/// The token of a well-formed `authorization` field.
///
/// It may be the right one or close to it, so `Debug` does not show it.
#[derive(Clone)]
pub(super) struct PresentedToken(String);

impl PresentedToken {
    /// Reads `mgmt-token <token>`: the scheme in any case (RFC 9110 §11.1), one space, and a token
    /// of visible ASCII characters.
    pub(super) fn from_field(field: &str) -> Option<Self> {
        let (scheme, token) = field.split_once(' ')?;
        let well_formed = scheme.eq_ignore_ascii_case("mgmt-token")
            && !token.is_empty()
            && token.bytes().all(|byte| byte.is_ascii_graphic());
        well_formed.then(|| Self(token.to_owned()))
    }

    /// Whether this is the token in the settings secret. It is not if the secret cannot be read, or
    /// has no token.
    pub(super) fn is_in(&self, secret: &Value) -> bool {
        text(secret, "SecretString")
            .and_then(|document| serde_json::from_str::<Value>(document).ok())
            .is_some_and(|document| {
                text(&document, "token").is_some_and(|token| self.equals(token.as_bytes()))
            })
    }

    /// Compares the two tokens. The time depends only on the length of the presented one: not on
    /// the length of the expected one, and not on where they differ.
    fn equals(&self, expected: &[u8]) -> bool {
        let presented = self.0.as_bytes();
        let padded = expected.iter().chain(iter::repeat(&0));
        let mut equal = presented.len().ct_eq(&expected.len());
        for (presented, expected) in presented.iter().zip(padded) {
            equal &= presented.ct_eq(expected);
        }
        equal.into()
    }
}

impl fmt::Debug for PresentedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PresentedToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn accepts(field: &str, token: &str) -> bool {
        let secret = json!({"SecretString": json!({"token": token}).to_string()});
        PresentedToken::from_field(field).is_some_and(|presented| presented.is_in(&secret))
    }

    /// R14.1: the form is checked before anything else.
    #[test]
    fn malformed_fields_are_none() {
        for field in [
            "",
            "mgmt-token",
            "mgmt-token ",
            "mgmt-token  t0ken",
            "mgmt-token t0ken ",
            "mgmt-token t0ken\t",
            "mgmt-token t0ken\n",
            "mgmt-token \tt0ken",
            " mgmt-token t0ken",
            "mgmt-token\tt0ken",
            "mgmt-tokent0ken",
            "t0ken",
            "Bearer t0ken",
            "mgmt-token t0 ken",
            "mgmt-token t0ken, mgmt-token t0ken",
            "mgmt-token t\u{f6}ken",
            "mgmt-token t0ken\u{0}",
        ] {
            assert!(PresentedToken::from_field(field).is_none(), "{field:?}");
        }
        assert!(PresentedToken::from_field("Mgmt-Token t0ken").is_some());
    }

    /// R14.1: equal means equal in every byte and in length.
    #[test]
    fn only_the_token_is_accepted() {
        assert!(accepts("mgmt-token t0ken", "t0ken"));
        for wrong in ["t0ke", "t0kenn", "T0ken", "x0ken", "t0kex", "t", "!"] {
            assert!(!accepts(&format!("mgmt-token {wrong}"), "t0ken"), "{wrong}");
        }
        // Padding must not make a shorter expected token equal.
        assert!(!accepts("mgmt-token t0ken", "t0ken\u{0}"));
        assert!(!accepts("mgmt-token t0ken", ""));
        // Blanks around it count, too.
        for expected in [" t0ken", "t0ken ", " t0ken ", "t0ken\n", "\tt0ken", "t0ken\u{a0}"] {
            assert!(!accepts("mgmt-token t0ken", expected), "{expected:?}");
        }
    }

    /// R14.1: a secret of any other shape does not authorise a caller.
    #[test]
    fn odd_secrets_authorise_no_caller() {
        let presented = PresentedToken::from_field("mgmt-token t0ken").unwrap();
        for secret in [
            json!(null),
            json!({}),
            json!("t0ken"),
            json!({"SecretString": ""}),
            json!({"SecretString": "t0ken"}),
            json!({"SecretString": "{}"}),
            json!({"SecretString": r#"{"token":null}"#}),
            json!({"SecretString": r#"["t0ken"]"#}),
            json!({"token": "t0ken"}),
            json!({"SecretString": {"token": "t0ken"}}),
        ] {
            assert!(!presented.is_in(&secret), "{secret}");
        }
    }

    #[test]
    fn debug_hides_the_token() {
        let presented = PresentedToken::from_field("mgmt-token s3cret").unwrap();
        assert_eq!(format!("{presented:?}"), "PresentedToken(..)");
    }
}
