//! Step 3: the response for the browser (contract [R6] to [R8]).
//!
//! Each module is a part of the step and can be used alone: [`field`] decides which fields are
//! dropped, [`cache_control`] how long scripts are cached, and [`set_cookie`] which domain a cookie
//! is for.
//!
//! [R6]: crate::contract#R6
//! [R8]: crate::contract#R8

pub mod cache_control;
pub mod field;
pub mod set_cookie;

use http::response::Parts;
use http::{HeaderName, Version};

use self::cache_control::{AgeCap, is_capped, remove_outranking};
use self::field::ResponseFields;
use self::set_cookie::DomainPolicy;
use crate::config::Config;
use crate::field::FieldUse;
use crate::platform::Platform;
use crate::route::{Kind, Serves};

/// The parts of the step, computed once from the configuration.
#[derive(Debug)]
pub(crate) struct ResponseSteps {
    pub(crate) fields: ResponseFields,
    pub(crate) cache: Option<AgeCap>,
    pub(crate) cookies: DomainPolicy,
}

/// What the step needs to know of the request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestContext<'e> {
    pub(crate) kind: Kind,
    pub(crate) serves: Serves,
    /// The browser's host; empty if upstream was not told, and then no cookie is fitted to it.
    pub(crate) host: &'e [u8],
}

impl ResponseSteps {
    pub(crate) fn new(config: &Config, platform: Platform) -> Self {
        Self {
            fields: ResponseFields::new(platform),
            cache: AgeCap::new(config.cache),
            cookies: DomainPolicy::new(config.cookie_domain.clone()),
        }
    }

    /// What is done with a field of a response.
    pub(crate) fn use_of(&self, name: &HeaderName) -> FieldUse {
        self.fields.use_of(name)
    }

    /// Turns upstream's response into the browser's, in place.
    pub(crate) fn prepare(&self, parts: &mut Parts, request: RequestContext<'_>) {
        let rewriter = self.cookies.rewriter_at(request.kind, request.host);
        let (headers, status) = (&mut parts.headers, parts.status);
        let facts = self.fields.filter(headers, status, |cookie| rewriter.apply(cookie));
        if is_capped(status, facts, request.serves) {
            if facts.age || facts.targeted {
                remove_outranking(headers, self.cache.is_some());
            }
            match &self.cache {
                Some(cap) if facts.cache_control => cap.apply_to(headers, facts),
                _ => {}
            }
        }
        parts.version = Version::default();
    }
}
