//! The proxy secret (contract R1.4).

use std::fmt;
use std::str::FromStr;

use http::HeaderValue;

use super::error::{ConfigError, ConfigErrorKind};

/// The proxy secret, which authenticates the integration to Fingerprint ([R1.4]).
///
/// It has no `Display` and no `Serialize`, its `Debug` hides the text, and its field value is
/// marked sensitive.
///
/// ```
/// use firstparty::config::Secret;
///
/// let secret: Secret = "s3cret".parse()?;
/// assert_eq!(format!("{secret:?}"), "Secret(…)");
/// assert!(secret.header_value().is_sensitive());
/// assert!(" padded ".parse::<Secret>().is_err());
/// # Ok::<(), firstparty::ConfigError>(())
/// ```
///
/// [R1.4]: crate::contract#R1.4
#[derive(Clone)]
pub struct Secret(HeaderValue);

impl Secret {
    /// The secret as a field value, marked sensitive.
    ///
    /// ```
    /// let secret: firstparty::config::Secret = "s3cret".parse()?;
    /// assert_eq!(secret.header_value(), "s3cret");
    /// # Ok::<(), firstparty::ConfigError>(())
    /// ```
    #[must_use]
    pub fn header_value(&self) -> &HeaderValue {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = ConfigError;

    /// Reads visible ASCII, with blanks inside but not at the ends. The error does not repeat the
    /// text.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = ConfigError::new("fpjs_pre_shared_secret", ConfigErrorKind::Secret);
        if !is_secret(text) {
            return Err(error);
        }
        let mut value = HeaderValue::from_str(text).map_err(|_| error)?;
        value.set_sensitive(true);
        // A value made from a slice is shared by its first clone, which allocates; every later
        // clone does not. Do that here, not in the first request.
        drop(value.clone());
        Ok(Self(value))
    }
}

fn is_secret(text: &str) -> bool {
    !text.is_empty()
        && text.trim_ascii() == text
        && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R1.4: no `Display`, no `Serialize`. A constant of the type itself is found before one of a
    /// trait, so each constant tells whether the bound of its block is met.
    #[test]
    fn the_secret_has_no_text_form() {
        struct Of<T>(std::marker::PhantomData<T>);
        trait Otherwise {
            const IS_SHOWN: bool = false;
            const IS_SERIALISED: bool = false;
        }
        impl<T> Otherwise for Of<T> {}
        impl<T: fmt::Display> Of<T> {
            const IS_SHOWN: bool = true;
        }
        impl<T: serde::Serialize> Of<T> {
            const IS_SERIALISED: bool = true;
        }
        assert_eq!((Of::<String>::IS_SHOWN, Of::<String>::IS_SERIALISED), (true, true));
        assert_eq!((Of::<Secret>::IS_SHOWN, Of::<Secret>::IS_SERIALISED), (false, false));
    }

    /// R1.4: visible ASCII without blanks at its ends, marked sensitive.
    #[test]
    fn text_that_cannot_be_sent_is_refused_and_not_repeated() {
        for text in ["s", "p@ss word", "~!#"] {
            let secret = text.parse::<Secret>().unwrap();
            assert_eq!(secret.header_value(), text);
            assert_eq!(format!("{secret:?}"), "Secret(…)");
            assert!(secret.header_value().is_sensitive());
        }
        for text in
            ["", " ", " s", "s ", "\ts", "s\t", "a\tb", "a\r\nb", "sécret", "秘密", "\u{7f}"]
        {
            let error = text.parse::<Secret>().unwrap_err();
            assert_eq!(error.kind(), ConfigErrorKind::Secret, "{text:?}");
        }
    }
}
