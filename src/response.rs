//! Step 3: the response for the browser (contract R6 to R8).
//!
//! Each file is one step and can be used alone: [`field`] says which fields go, [`cache_control`]
//! how long scripts are cached, [`set_cookie`] which domain a cookie is for.

pub mod cache_control;
pub mod field;
pub mod set_cookie;

use http::response::Parts;
use http::{HeaderValue, Version};

use self::cache_control::AgeCap;
use self::field::ResponseFields;
use self::set_cookie::DomainPolicy;
use crate::config::Config;
use crate::platform::{Names, Platform};
use crate::route::RouteKind;

/// Everything the response side needs, computed once from the configuration.
#[derive(Debug)]
pub(crate) struct Downstream {
    pub(crate) fields: ResponseFields,
    pub(crate) cache: Option<AgeCap>,
    pub(crate) cookies: DomainPolicy,
    /// What the platform wants to go, for explaining.
    pub(crate) denylist: Names,
}

/// What the response needs to know of its request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'e> {
    pub(crate) route: Option<RouteKind>,
    pub(crate) serves_scripts: bool,
    pub(crate) authorised: bool,
    /// The browser's host; empty if upstream was not told, and its cookies are not fitted.
    pub(crate) host: &'e [u8],
}

impl Downstream {
    pub(crate) fn new(config: &Config, platform: Platform) -> Self {
        Self {
            fields: ResponseFields::new(platform),
            cache: AgeCap::new(config.cache),
            cookies: DomainPolicy::new(config.cookie_domain.clone()),
            denylist: platform.profile().response_denylist,
        }
    }

    /// Turns upstream's response into the browser's, in place.
    pub(crate) fn prepare(&self, parts: &mut Parts, context: &Context<'_>) {
        let rewriter = self.cookies.rewriter_at(context.authorised, context.host);
        let rewrite = |cookie: &mut HeaderValue| rewriter.apply(cookie);
        let seen = self.fields.filter(&mut parts.headers, rewrite);
        let capped = || {
            let serves_scripts = context.serves_scripts || context.route == Some(RouteKind::Agent);
            let is_result = context.route == Some(RouteKind::Result);
            cache_control::applies(parts.status, seen, serves_scripts) && !is_result
        };
        if let Some(cap) = self.cache.filter(|_| capped()) {
            cap.apply_to(&mut parts.headers, seen);
        }
        parts.version = Version::default();
    }
}
