//! Authorisation by a token (R14.1).

use std::{fmt, iter};

use serde_json::Value;
use subtle::ConstantTimeEq;

use crate::event::FunctionUrlEventError;
use crate::failure::CallFailure;
use crate::member::text;

/// Why a request was not authorised ([R14.1]), for the host's log.
///
/// The caller does not learn it: all unauthorised callers get the same response. It has no value of
/// the request or of the secret.
///
/// ```
/// use firstparty_management::{AuthorisationError, CallFailure};
///
/// let error = AuthorisationError::SecretUnreadable(CallFailure::AccessDenied);
/// assert_eq!(error.to_string(), "the settings secret could not be read: access is denied");
/// ```
///
/// [R14.1]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.1
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorisationError {
    /// The payload is not an event of a function's URL.
    #[error("{0}")]
    EventMalformed(FunctionUrlEventError),
    /// The `authorization` field does not have the form `mgmt-token <token>`.
    #[error("the `authorization` field is malformed")]
    FieldMalformed,
    /// The request has no `authorization` field, or more than one.
    #[error("the request does not have one `authorization` field")]
    FieldMissing,
    /// `SettingsSecretName` is not set, so there is no secret to compare with.
    #[error("the settings secret has no name")]
    SecretNotNamed,
    /// The settings secret could not be read.
    #[error("the settings secret could not be read: {0}")]
    SecretUnreadable(CallFailure),
    /// The settings secret is not JSON with a token.
    #[error("the settings secret has no token")]
    TokenMissing,
    /// The token is not the one in the settings secret.
    #[error("the token is wrong")]
    TokenWrong,
}

/// The token of a well-formed `authorization` field.
///
/// It may be the right one or close to it, so `Debug` does not show it.
#[derive(Clone)]
pub(super) struct PresentedToken(String);

impl PresentedToken {
    /// Reads `mgmt-token <token>`: the scheme in any case (RFC 9110 §11.1), one space, and a token
    /// of visible ASCII characters.
    pub(super) fn from_field(field: Option<&str>) -> Result<Self, AuthorisationError> {
        let field = field.ok_or(AuthorisationError::FieldMissing)?;
        let (scheme, token) = field.split_once(' ').ok_or(AuthorisationError::FieldMalformed)?;
        let well_formed = scheme.eq_ignore_ascii_case("mgmt-token")
            && !token.is_empty()
            && token.bytes().all(|byte| byte.is_ascii_graphic());
        if well_formed {
            Ok(Self(token.to_owned()))
        } else {
            Err(AuthorisationError::FieldMalformed)
        }
    }

    /// Checks that this is the token in the settings secret.
    pub(super) fn check(
        &self,
        secret: Result<Value, CallFailure>,
    ) -> Result<(), AuthorisationError> {
        let secret = secret.map_err(AuthorisationError::SecretUnreadable)?;
        let document: Option<Value> =
            text(&secret, "SecretString").and_then(|document| serde_json::from_str(document).ok());
        let expected = document.as_ref().and_then(|document| text(document, "token"));
        let expected = expected.ok_or(AuthorisationError::TokenMissing)?;
        if self.equals(expected.as_bytes()) { Ok(()) } else { Err(AuthorisationError::TokenWrong) }
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

    fn secret(token: &str) -> Value {
        json!({"SecretString": json!({"token": token}).to_string()})
    }

    fn accepts(field: &str, token: &str) -> bool {
        let presented = PresentedToken::from_field(Some(field));
        presented.and_then(|presented| presented.check(Ok(secret(token)))).is_ok()
    }

    /// R14.1: the form is checked before anything else.
    #[test]
    fn malformed_fields_are_refused() {
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
            let error = PresentedToken::from_field(Some(field)).unwrap_err();
            assert_eq!(error, AuthorisationError::FieldMalformed, "{field:?}");
        }
        let error = PresentedToken::from_field(None).unwrap_err();
        assert_eq!(error, AuthorisationError::FieldMissing);
        assert!(PresentedToken::from_field(Some("Mgmt-Token t0ken")).is_ok());
    }

    /// R14.1: equal means equal in every byte and in length.
    #[test]
    fn only_the_token_is_accepted() {
        assert!(accepts("mgmt-token t0ken", "t0ken"));
        for wrong in ["t0ke", "t0kenn", "T0ken", "x0ken", "t0kex", "t", "!"] {
            let presented =
                PresentedToken::from_field(Some(&format!("mgmt-token {wrong}"))).unwrap();
            let error = presented.check(Ok(secret("t0ken"))).unwrap_err();
            assert_eq!(error, AuthorisationError::TokenWrong, "{wrong}");
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
        let presented = PresentedToken::from_field(Some("mgmt-token t0ken")).unwrap();
        for secret in [
            json!(null),
            json!({}),
            json!("t0ken"),
            json!({"SecretString": ""}),
            json!({"SecretString": "t0ken"}),
            json!({"SecretString": "{}"}),
            json!({"SecretString": r#"{"token":null}"#}),
            json!({"SecretString": r#"{"token":""}"#}),
            json!({"SecretString": r#"["t0ken"]"#}),
            json!({"token": "t0ken"}),
            json!({"SecretString": {"token": "t0ken"}}),
        ] {
            let error = presented.check(Ok(secret.clone())).unwrap_err();
            assert_eq!(error, AuthorisationError::TokenMissing, "{secret}");
        }
        for failure in [CallFailure::AccessDenied, CallFailure::Throttled, CallFailure::Other] {
            let error = presented.check(Err(failure)).unwrap_err();
            assert_eq!(error, AuthorisationError::SecretUnreadable(failure));
        }
    }

    /// R14.1: each reason is a sentence for the log, and none has a value.
    #[test]
    fn reasons_are_sentences() {
        let event = FunctionUrlEventError::Member("rawPath");
        for (error, sentence) in [
            (
                AuthorisationError::EventMalformed(event),
                "the event's member `rawPath` is missing or has the wrong type",
            ),
            (AuthorisationError::FieldMalformed, "the `authorization` field is malformed"),
            (
                AuthorisationError::FieldMissing,
                "the request does not have one `authorization` field",
            ),
            (AuthorisationError::SecretNotNamed, "the settings secret has no name"),
            (
                AuthorisationError::SecretUnreadable(CallFailure::NotFound),
                "the settings secret could not be read: the resource does not exist",
            ),
            (AuthorisationError::TokenMissing, "the settings secret has no token"),
            (AuthorisationError::TokenWrong, "the token is wrong"),
        ] {
            assert_eq!(error.to_string(), sentence);
        }
    }

    #[test]
    fn debug_hides_the_token() {
        let presented = PresentedToken::from_field(Some("mgmt-token s3cret")).unwrap();
        assert_eq!(format!("{presented:?}"), "PresentedToken(..)");
    }
}
