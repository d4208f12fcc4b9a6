//! The v4 endpoint: the page's own URL without `status` (contract R10.2).

use crate::octets::percent;
use crate::route::Routes;

/// The endpoint beside a page on this host and path, if v4 is served there. A visitor who asks for the
/// page knows all of it.
///
/// It has no scheme, because the gateway does not know the browser's: TLS may end in front of it. The
/// agent resolves its endpoints against the page that starts it, so this takes the site's scheme
/// (RFC 3986 §4.2).
pub(super) fn v4(host: &str, path: &str, routes: &Routes) -> Option<String> {
    let base = path.trim_end_matches('/').strip_suffix("status")?.trim_end_matches('/');
    if !routes.serve_v4(base) {
        return None;
    }
    let mut endpoint = format!("//{host}");
    push_ascii(&mut endpoint, base);
    endpoint.push('/');
    Some(endpoint)
}

/// Writes a path in ASCII, as a browser sends it: other characters could change how the text around
/// them reads.
fn push_ascii(text: &mut String, path: &str) {
    for character in path.chars() {
        if character.is_ascii_graphic() {
            text.push(character);
        } else {
            percent::push_encoded(text, character.encode_utf8(&mut [0; 4]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn endpoint(config: &str, path: &str) -> Option<String> {
        let config: Config = serde_json::from_str(config).unwrap();
        v4("a.example:8443", path, &Routes::new(&config))
    }

    /// R10.2, R2.1, R2.6: the page's URL without `status`, where that is a v4 path.
    #[test]
    fn the_endpoint_is_beside_the_page() {
        for (config, path, expected) in [
            ("{}", "/fp/status", Some("/fp/")),
            ("{}", "//fp//status//", Some("//fp/")),
            ("{}", "/status/status", Some("/status/")),
            (r#"{"get_result_path": "/web/"}"#, "/fp/status", None),
            (r#"{"mount": {"depth": 0}}"#, "/status", Some("/")),
            (r#"{"mount": {"depth": 2}}"#, "/a/b/status", Some("/a/b/")),
            (r#"{"mount": {"exact": "/x/y"}}"#, "/x/y/status", Some("/x/y/")),
            (r#"{"mount": {"anywhere_or_depth": 1}}"#, "/a/status", Some("/a/")),
            (r#"{"mount": {"anywhere_or_depth": 2}}"#, "/a/status", None),
            (r#"{"mount": "anywhere"}"#, "/a/status", None),
            (r#"{"v4": false}"#, "/fp/status", None),
            ("{}", "/\u{e9}\u{202e}\"&'/status", Some("/%C3%A9%E2%80%AE\"&'/")),
        ] {
            let expected = expected.map(|path| format!("//a.example:8443{path}"));
            assert_eq!(endpoint(config, path), expected, "{config} {path}");
        }
    }
}
