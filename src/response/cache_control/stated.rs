//! What `cache-control` says as a whole, for a reader that changes nothing.

use http::HeaderMap;
use http::header::CACHE_CONTROL;

use super::directive::{Kind, for_each_directive};

/// The directives of all `cache-control` fields together. Of several ages the smallest counts
/// (RFC 9111 §4.2.1), and one that is not a number counts as 0 (contract R7.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stated {
    pub(crate) max_age: Option<u64>,
    pub(crate) s_maxage: Option<u64>,
    /// Whether a directive is `no-store`, `no-cache` or `private`.
    pub(crate) is_restricted: bool,
}

impl Stated {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut stated = Self::default();
        for field in headers.get_all(CACHE_CONTROL) {
            for_each_directive(field.as_bytes(), |directive| {
                let age = match directive.kind() {
                    Kind::MaxAge => &mut stated.max_age,
                    Kind::SMaxage => &mut stated.s_maxage,
                    Kind::Restriction => return stated.is_restricted = true,
                    Kind::Other => return,
                };
                let seconds = directive.seconds().unwrap_or(0);
                *age = Some(age.unwrap_or(u64::MAX).min(seconds));
            });
        }
        stated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R7.3, RFC 9111 §5.2: directives are read as they are where they are capped.
    #[test]
    fn all_fields_are_read_together() {
        for (fields, max_age, s_maxage, is_restricted) in [
            (&[][..], None, None, false),
            (&["public, MAX-AGE=5"], Some(5), None, false),
            (&["max-age=9, max-age = \"7\"", "s-maxage=3,max-age=8"], Some(7), Some(3), false),
            (&["max-age=x", "s-maxage"], Some(0), Some(0), false),
            (&["max-age=99999999999999999999999"], Some(u64::MAX), None, false),
            (&["x=\", max-age=5\""], None, None, false),
            (&["s-maxage=60", "No-Store"], None, Some(60), true),
            (&["private=\"set-cookie, max-age=1\""], None, None, true),
        ] {
            let mut headers = HeaderMap::new();
            for field in fields {
                headers.append(CACHE_CONTROL, field.parse().unwrap());
            }
            let expected = Stated { max_age, s_maxage, is_restricted };
            assert_eq!(Stated::of(&headers), expected, "{fields:?}");
        }
    }
}
