//! What an event holds.

use std::net::IpAddr;

use firstparty::config::{Source, Variable};
use firstparty::http::{HeaderMap, Method, Uri};

use super::EdgeEvent;

impl<B> EdgeEvent<B> {
    /// The method. GET stands for one that is not valid in HTTP.
    ///
    /// ```
    /// # use firstparty_lambda_edge::EdgeEvent;
    /// assert_eq!(EdgeEvent::new("PUT", "/", "").method(), "PUT");
    /// ```
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Path and query. `/` stands for a target that is not valid in HTTP.
    ///
    /// ```
    /// # use firstparty_lambda_edge::EdgeEvent;
    /// assert_eq!(EdgeEvent::new("GET", "/fp/agent", "apiKey=k").uri(), "/fp/agent?apiKey=k");
    /// ```
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The fields, without those that are not valid in HTTP.
    ///
    /// ```
    /// # use firstparty_lambda_edge::EdgeEvent;
    /// let mut event = EdgeEvent::new("GET", "/", "");
    /// event.append_field("Host", "www.example.com");
    /// assert_eq!(event.fields()["host"], "www.example.com");
    /// ```
    #[must_use]
    pub fn fields(&self) -> &HeaderMap {
        &self.fields
    }

    /// The browser's address, as [`EdgeEvent::set_client_ip`] understood it.
    ///
    /// ```
    /// # use firstparty_lambda_edge::EdgeEvent;
    /// let mut event = EdgeEvent::new("GET", "/", "");
    /// event.set_client_ip("203.0.113.7");
    /// assert_eq!(event.client_ip(), Some("203.0.113.7".parse()?));
    /// # Ok::<(), std::net::AddrParseError>(())
    /// ```
    #[must_use]
    pub fn client_ip(&self) -> Option<IpAddr> {
        self.client_ip
    }

    /// Whether the body was cut.
    ///
    /// ```
    /// # use firstparty_lambda_edge::EdgeEvent;
    /// assert!(!EdgeEvent::new("POST", "/fp/result", "").is_truncated());
    /// ```
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// The body.
    ///
    /// ```
    /// # use firstparty_lambda_edge::EdgeEvent;
    /// assert_eq!(EdgeEvent::new("POST", "/fp/result", "").with_body("{}").body(), &"{}");
    /// ```
    #[must_use]
    pub fn body(&self) -> &B {
        &self.body
    }

    /// The variables that the origin's custom headers set ([R13.2]).
    ///
    /// ```
    /// use firstparty::config::Variable;
    /// # use firstparty_lambda_edge::EdgeEvent;
    ///
    /// let event = EdgeEvent::new("GET", "/", "");
    /// assert_eq!(event.settings().get(Variable::GetResultPath), None);
    /// ```
    ///
    /// [R13.2]: firstparty::contract#R13.2
    #[must_use]
    pub fn settings(&self) -> &Source {
        &self.settings
    }

    /// The domain name of the origin, if the event has one.
    ///
    /// ```
    /// # use firstparty_lambda_edge::EdgeEvent;
    /// assert_eq!(EdgeEvent::new("GET", "/", "").origin_domain(), None);
    /// ```
    #[must_use]
    pub fn origin_domain(&self) -> Option<&str> {
        self.origin_domain.as_deref()
    }

    /// The name of the secret with the settings document, if the origin's custom headers have one.
    ///
    /// ```
    /// # use firstparty_lambda_edge::EdgeEvent;
    /// let mut event = EdgeEvent::new("GET", "/", "");
    /// event.append_custom_header("fpjs_secret_name", "production/fingerprint");
    /// assert_eq!(event.secret_name(), Some("production/fingerprint"));
    /// ```
    #[must_use]
    pub fn secret_name(&self) -> Option<&str> {
        self.settings.get(Variable::SecretName)
    }
}
