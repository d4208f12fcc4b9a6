//! What is asked, and in which order.

macro_rules! probes {
    ($($(#[$doc:meta])+ $probe:ident,)+) => {
        /// Everything that can be asked, in the order in which it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Probe {
            $($(#[$doc])+ $probe,)+
        }

        impl Probe {
            pub(super) const ALL: &[Self] = &[$(Self::$probe),+];
        }
    };
}

probes! {
    /// The addresses of the integration's host.
    Addresses,
    /// The addresses of the site's host.
    SiteAddresses,
    /// GET of the status page.
    StatusPage,
    /// HEAD of the status page.
    StatusHead,
    /// GET of the status page as JSON.
    StatusJson,
    /// The v4 agent.
    AgentV4,
    /// The v3 agent.
    AgentV3,
    /// The v3 agent of another public API key.
    OtherAgent,
    /// The browser-cache request of v3.
    BrowserCache,
    /// A request with a query that a server could spoil.
    Query,
    /// An identification request of v4, with an empty body.
    IdentificationV4,
    /// The same of v3.
    IdentificationV3,
    /// One of them again, byte for byte.
    Repeat,
    /// The preflight for the repeated one.
    Preflight,
}

impl Probe {
    /// Those that Fingerprint counts as erroneous identifications. Only their answers carry its cookies and
    /// its complaints.
    pub(super) const IDENTIFICATIONS: &[Self] =
        &[Self::IdentificationV4, Self::IdentificationV3, Self::Repeat];
}
