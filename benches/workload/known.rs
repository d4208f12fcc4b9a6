//! Known beforehand: what remains of a workload if nothing has to be found out. Names to remove, new
//! values and the text of the URI come from a run of the gateway; what is left is the work of
//! `http` itself, on the same map, with the same copies.

use bytes::Bytes;
use firstparty::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, COOKIE, Entry, HeaderMap, HeaderName, HeaderValue, SET_COOKIE,
};
use firstparty::http::uri::{Authority, Parts, PathAndQuery, Scheme};
use firstparty::http::{Request, Response, StatusCode, Uri};

/// The edits that turn one map into another.
pub struct Known {
    /// Last position first, as a removal moves the last entry into the hole.
    removed: Vec<HeaderName>,
    inserted: Vec<(HeaderName, New)>,
    cookies: Vec<Option<String>>,
    authority: Option<Authority>,
    path_and_query: String,
}

/// A new value.
enum New {
    /// One that every request shares.
    Shared(HeaderValue),
    /// One that belongs to this request and has to be copied.
    Copied(Vec<u8>),
}

impl Known {
    pub fn of_request(before: &Request<()>, after: &Request<()>) -> Self {
        let mut known = Self::of_headers(before.headers(), after.headers());
        known.authority = after.uri().authority().cloned();
        // The first clone allocates.
        drop(known.authority.clone());
        known.path_and_query = after.uri().path_and_query().unwrap().to_string();
        known
    }

    pub fn of_response(before: &Response<()>, after: &Response<()>) -> Self {
        Self::of_headers(before.headers(), after.headers())
    }

    fn of_headers(before: &HeaderMap, after: &HeaderMap) -> Self {
        // A name that is a constant costs neither an allocation nor a copy.
        let fixed = |name: &HeaderName| HeaderName::from_static(name.to_string().leak());
        let mut removed: Vec<_> =
            before.keys().filter(|name| !after.contains_key(*name)).map(fixed).collect();
        removed.reverse();
        let mut inserted = Vec::new();
        for (name, value) in after {
            if name != SET_COOKIE && before.get(name) != Some(value) {
                inserted.push((fixed(name), New::of(name, value)));
            }
        }
        let pairs = before.get_all(SET_COOKIE).iter().zip(after.get_all(SET_COOKIE).iter());
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        let cookies = pairs.map(|(old, new)| (old != new).then(|| text(new))).collect();
        Self { removed, inserted, cookies, authority: None, path_and_query: String::new() }
    }

    pub fn request(&self, request: Request<()>) -> Request<()> {
        let (mut parts, ()) = request.into_parts();
        self.edit(&mut parts.headers);
        let text = Bytes::from(self.path_and_query.as_bytes().to_vec());
        let mut target = Parts::default();
        target.scheme = Some(Scheme::HTTPS);
        target.authority.clone_from(&self.authority);
        target.path_and_query = PathAndQuery::from_maybe_shared(text).ok();
        parts.uri = Uri::from_parts(target).unwrap();
        Request::from_parts(parts, ())
    }

    pub fn response(&self, response: Response<()>) -> Response<()> {
        let (mut parts, ()) = response.into_parts();
        self.edit(&mut parts.headers);
        Response::from_parts(parts, ())
    }

    fn edit(&self, headers: &mut HeaderMap) {
        if self.cookies.iter().any(Option::is_some) {
            if let Entry::Occupied(mut fields) = headers.entry(SET_COOKIE) {
                for (field, new) in fields.iter_mut().zip(&self.cookies) {
                    if let Some(new) = new {
                        *field = HeaderValue::from_bytes(new.as_bytes()).unwrap();
                    }
                }
            }
        }
        for name in &self.removed {
            headers.remove(name);
        }
        for (name, new) in &self.inserted {
            headers.insert(name.clone(), new.value());
        }
    }
}

impl New {
    fn of(name: &HeaderName, value: &HeaderValue) -> Self {
        let own = [COOKIE, CACHE_CONTROL, HeaderName::from_static("fpjs-proxy-client-ip")];
        if own.contains(name) {
            Self::Copied(value.as_bytes().to_vec())
        } else {
            // A static value is cloned for nothing, as the first clone of a buffer is not.
            Self::Shared(HeaderValue::from_static(value.to_str().unwrap().to_owned().leak()))
        }
    }

    fn value(&self) -> HeaderValue {
        match self {
            Self::Shared(value) => value.clone(),
            Self::Copied(bytes) => HeaderValue::from_bytes(bytes).unwrap(),
        }
    }
}

/// Two comparisons at a known place.
pub fn classify(path: &str, agent: &str, result: &str) -> bool {
    let rest = path.get("/behavior/".len()..).unwrap_or_default();
    rest == agent || rest.starts_with(result)
}

/// The map and the body of the answer.
pub fn not_found() -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(br#"{"error":"not found"}"#));
    *response.status_mut() = StatusCode::NOT_FOUND;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
