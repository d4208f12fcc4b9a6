//! [`Naive`] with more care, by someone who has read RFC 9110 and the documentation of `http`: room
//! for all fields from the start, no lower-casing of what is in lower case, no dot segments, all
//! `cookie` fields, and no field that `connection` names.

use std::net::IpAddr;

use bytes::Bytes;
use cookie::Cookie;
use firstparty::Config;
use firstparty::http::header::{HeaderMap, HeaderName, HeaderValue};
use firstparty::http::{Method, Request, Response, Uri};
use url::Url;

use super::naive::{Naive, Place, cap_ages, covers, is_script};

/// What a careful gateway keeps of its configuration.
pub struct Careful(Naive);

impl Careful {
    pub fn new(config: &Config) -> Self {
        Self(Naive::new(config))
    }

    pub fn request(&self, request: Request<()>, client_ip: IpAddr) -> Request<()> {
        let (mut parts, ()) = request.into_parts();
        assert!(!has_dot_segment(parts.uri.path()), "no workload has one");
        let host = parts.headers.get("host").unwrap().to_str().unwrap();
        let mut url = Url::parse(&format!("https://{host}{}", parts.uri)).unwrap();
        let authorised = parts.method == Method::POST;
        let upstream = self.0.aim(&mut url, authorised);
        let mut headers = filtered(&parts.headers, |name| self.0.denies_request(name));
        headers.insert("host", HeaderValue::from_str(&upstream).unwrap());
        headers.remove("cookie");
        if authorised {
            if let Some(kept) = own_cookies(&parts.headers) {
                headers.insert("cookie", HeaderValue::from_str(&kept).unwrap());
            }
            self.0.identify(&mut headers, host, client_ip);
        }
        parts.uri = url.as_str().parse::<Uri>().unwrap();
        parts.headers = headers;
        Request::from_parts(parts, ())
    }

    pub fn classify(&self, path: &str) -> Place {
        if has_dot_segment(path) { Place::NotFound } else { self.0.classify(path) }
    }

    pub fn not_found(&self, request: &Request<()>) -> Option<Response<Bytes>> {
        if has_dot_segment(request.uri().path()) { None } else { self.0.not_found(request) }
    }

    pub fn response(&self, response: Response<()>, host: &str) -> Response<()> {
        let (mut parts, ()) = response.into_parts();
        let mut headers =
            filtered(&parts.headers, |name| name == "set-cookie" || self.0.denies_response(name));
        for field in parts.headers.get_all("set-cookie") {
            let mut cookie = Cookie::parse(field.to_str().unwrap()).unwrap();
            let domain = cookie.domain().unwrap_or_default().to_lowercase();
            if !covers(host, &domain) {
                cookie.unset_domain();
            }
            headers.append("set-cookie", HeaderValue::from_str(&cookie.to_string()).unwrap());
        }
        if is_script(&headers) {
            cap_ages(&mut headers);
        }
        parts.headers = headers;
        Response::from_parts(parts, ())
    }
}

fn filtered(headers: &HeaderMap, denies: impl Fn(&str) -> bool) -> HeaderMap {
    let named = connection_options(headers);
    let mut kept = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        if !denies(name.as_str()) && !named.contains(name) {
            kept.append(name.clone(), value.clone());
        }
    }
    kept
}

fn connection_options(headers: &HeaderMap) -> Vec<HeaderName> {
    let fields = headers.get_all("connection").iter().filter_map(|field| field.to_str().ok());
    fields.flat_map(|field| field.split(',')).filter_map(|name| name.trim().parse().ok()).collect()
}

fn own_cookies(headers: &HeaderMap) -> Option<String> {
    let fields = headers.get_all("cookie").iter().filter_map(|field| field.to_str().ok());
    let cookies = fields.flat_map(Cookie::split_parse).filter_map(Result::ok);
    let own = cookies.filter(|cookie| cookie.name() == "_iidt");
    let kept: Vec<_> = own.map(|cookie| cookie.to_string()).collect();
    (!kept.is_empty()).then(|| kept.join("; "))
}

fn has_dot_segment(path: &str) -> bool {
    path.split('/').any(|segment| {
        let plain = segment.replace("%2e", ".").replace("%2E", ".");
        plain == "." || plain == ".."
    })
}
