//! Routes (R14.2).

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Status,
    Update,
}

impl Route {
    /// The route of a method and a path. Slashes at both ends of the path do not count.
    pub(super) fn of(method: &str, path: &str) -> Option<Self> {
        match (method, path.trim_matches('/')) {
            ("GET", "status") => Some(Self::Status),
            ("POST", "update") => Some(Self::Update),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R14.2
    #[test]
    fn routes_are_exact_but_for_slashes() {
        for path in ["status", "/status", "//status//"] {
            assert_eq!(Route::of("GET", path), Some(Route::Status));
            assert_eq!(Route::of("POST", path), None);
        }
        for path in ["update", "/update", "/update/"] {
            assert_eq!(Route::of("POST", path), Some(Route::Update));
            assert_eq!(Route::of("GET", path), None);
        }
        for path in
            ["", "/", "/updates", "/update/x", "/Update", "/x/update", "/up/date", "/%75pdate"]
        {
            assert_eq!(Route::of("POST", path), None, "{path}");
        }
        for (method, path) in [("GET", "/sTATUS"), ("GET", "/Status"), ("get", "/status")] {
            assert_eq!(Route::of(method, path), None, "{method} {path}");
        }
        assert_eq!(Route::of("post", "/update"), None);
        assert_eq!(Route::of("", ""), None);
    }
}
