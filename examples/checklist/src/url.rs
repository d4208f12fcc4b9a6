//! The URL of an adapter: as much of one as is needed here.

use std::str::FromStr;

/// `http://HOST:PORT/PATH`, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url {
    /// Host and port, to connect to.
    pub(crate) authority: String,
    /// The integration path, empty at a site's root.
    pub(crate) path: String,
}

impl FromStr for Url {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest =
            text.strip_prefix("http://").ok_or("expected http:// (TLS is not spoken here)")?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.is_empty() || path.contains(['?', '#', ' ']) {
            return Err("expected a host, a port and a path, like http://127.0.0.1:8787/fp");
        }
        let has_port =
            authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let authority = if has_port { authority.to_owned() } else { format!("{authority}:80") };
        Ok(Self { authority, path: path.trim_end_matches('/').to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::Url;

    #[test]
    fn forms() {
        let url = |authority: &str, path: &str| {
            Ok(Url { authority: authority.to_owned(), path: path.to_owned() })
        };
        assert_eq!("http://127.0.0.1:8787/fp/".parse(), url("127.0.0.1:8787", "/fp"));
        assert_eq!("http://[::1]:80/a/b".parse(), url("[::1]:80", "/a/b"));
        assert_eq!("http://localhost".parse(), url("localhost:80", ""));
        for text in ["https://a/fp", "a/fp", "http:///fp", "http://a/fp?b"] {
            assert!(text.parse::<Url>().is_err(), "{text}");
        }
    }
}
