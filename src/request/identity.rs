//! How the integration identifies itself and the browser to upstream (contract [R5.6]).
//!
//! [R5.6]: crate::contract#R5.6

use std::net::IpAddr;

use http::{HeaderMap, HeaderValue};

use super::address;
use super::browser_host::BrowserHost;
use crate::config::{Config, Secret};
use crate::field::known_field::KnownField;
use crate::refusal::Refusal;

/// Adds the identity fields to an identification request: the proxy secret, the browser's address
/// and its host.
///
/// ```
/// use firstparty::Config;
/// use firstparty::http::{HeaderMap, HeaderValue};
/// use firstparty::request::{browser_host::BrowserHost, identity::Identity};
///
/// let identity = Identity::new(&Config::builder().pre_shared_secret("s3cret").build()?);
/// let host = BrowserHost::from_field(&HeaderValue::from_static("www.example.com"))?;
///
/// let mut headers = HeaderMap::new();
/// identity.add(&mut headers, host, "203.0.113.7".parse().ok())?;
/// assert_eq!(headers["fpjs-proxy-secret"], "s3cret");
/// assert_eq!(headers["fpjs-proxy-client-ip"], "203.0.113.7");
/// assert_eq!(headers["fpjs-proxy-forwarded-host"], "www.example.com");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Identity {
    secret: Option<Secret>,
}

impl Identity {
    /// Takes the secret of a configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self { secret: config.pre_shared_secret.clone() }
    }

    /// Whether a secret is configured, and therefore sent.
    ///
    /// ```
    /// use firstparty::{Config, request::identity::Identity};
    ///
    /// assert!(!Identity::new(&Config::default()).has_secret());
    /// ```
    #[must_use]
    pub fn has_secret(&self) -> bool {
        self.secret.is_some()
    }

    /// Adds each field once, in place of any that has its name.
    ///
    /// ```
    /// use firstparty::Config;
    /// use firstparty::http::{HeaderMap, HeaderValue};
    /// use firstparty::request::{browser_host::BrowserHost, identity::Identity};
    ///
    /// let mut headers = HeaderMap::new();
    /// let host = BrowserHost::from_field(&HeaderValue::from_static("www.example.com"))?;
    /// Identity::new(&Config::default()).add(&mut headers, host, None)?;
    /// assert_eq!(headers.len(), 1, "neither a secret nor an address is known");
    /// # Ok::<(), firstparty::refusal::Refusal>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::TooManyFields`] if the map takes no more names.
    pub fn add(
        &self,
        headers: &mut HeaderMap,
        host: BrowserHost,
        address: Option<IpAddr>,
    ) -> Result<(), Refusal> {
        self.add_value(headers, host.into_value(), address)
    }

    /// As [`Self::add`], with the value of a [`BrowserHost`].
    pub(super) fn add_value(
        &self,
        headers: &mut HeaderMap,
        host: HeaderValue,
        address: Option<IpAddr>,
    ) -> Result<(), Refusal> {
        if let Some(secret) = &self.secret {
            insert(headers, KnownField::FpjsProxySecret, secret.header_value().clone())?;
        }
        if let Some(address) = address.and_then(address::field_value) {
            insert(headers, KnownField::FpjsProxyClientIp, address)?;
        }
        insert(headers, KnownField::FpjsProxyForwardedHost, host)
    }
}

#[inline]
fn insert(headers: &mut HeaderMap, field: KnownField, value: HeaderValue) -> Result<(), Refusal> {
    let inserted = headers.try_insert(field.name().clone(), value);
    inserted.map(drop).map_err(|_| Refusal::TooManyFields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity::new(&Config::builder().pre_shared_secret("s3cret").build().unwrap())
    }

    fn host() -> BrowserHost {
        BrowserHost::from_field(&HeaderValue::from_static("www.example.com")).unwrap()
    }

    /// R5.6: each field is there once, whatever was there before.
    #[test]
    fn fields_are_added_in_place_of_others() {
        let mut headers = HeaderMap::new();
        for name in ["fpjs-proxy-secret", "fpjs-proxy-client-ip", "fpjs-proxy-forwarded-host"] {
            headers.append(name, HeaderValue::from_static("forged"));
            headers.append(name, HeaderValue::from_static("forged"));
        }
        identity().add(&mut headers, host(), "2001:db8::7".parse().ok()).unwrap();
        assert_eq!(headers.len(), 3);
        assert_eq!(headers["fpjs-proxy-secret"], "s3cret");
        assert_eq!(headers["fpjs-proxy-client-ip"], "2001:db8::7");
        assert_eq!(headers["fpjs-proxy-forwarded-host"], "www.example.com");
    }

    /// R5.6: what is not known is not added.
    #[test]
    fn neither_secret_nor_address_need_be_known() {
        let mut headers = HeaderMap::new();
        Identity::new(&Config::default()).add(&mut headers, host(), None).unwrap();
        assert_eq!(headers.len(), 1);
    }

    /// R5.6: a request is refused if the map has no room for one of the fields.
    #[test]
    fn a_full_map_refuses_the_request() {
        let mut full = HeaderMap::new();
        while full.try_insert(name(full.len()), HeaderValue::from_static("")).is_ok() {}
        for free in 0..=3 {
            let mut headers = full.clone();
            for index in 0..free {
                headers.remove(name(index));
            }
            let added = identity().add(&mut headers, host(), "192.0.2.7".parse().ok());
            assert_eq!(added.is_ok(), free == 3, "{free}: {added:?}");
            assert!(added.is_ok() || added == Err(Refusal::TooManyFields));
        }
    }

    fn name(index: usize) -> http::HeaderName {
        format!("x-{index}").parse().unwrap()
    }
}
