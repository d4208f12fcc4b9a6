//! The bare work: what a gateway for one workload alone has to do. Unlike [`known`](super::known),
//! it looks at every name, searches query and cookies, and writes the URI; unlike ours, it knows one
//! configuration and no hostile input. It is what can be attained.

use std::io::Write;
use std::net::IpAddr;

use bytes::Bytes;
use firstparty::Config;
use firstparty::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use firstparty::http::uri::{Authority, Parts, PathAndQuery, Scheme};
use firstparty::http::{Request, Response, Uri};
use memchr::{memchr, memmem};

use super::known;

static SECRET: HeaderName = HeaderName::from_static("fpjs-proxy-secret");
static CLIENT_IP: HeaderName = HeaderName::from_static("fpjs-proxy-client-ip");
static FORWARDED_HOST: HeaderName = HeaderName::from_static("fpjs-proxy-forwarded-host");
static CF_ID: HeaderName = HeaderName::from_static("x-amz-cf-id");
static CF_POP: HeaderName = HeaderName::from_static("x-amz-cf-pop");
static CACHE: HeaderName = HeaderName::from_static("x-cache");

/// What is computed once.
pub struct Bare {
    us: (Authority, HeaderValue),
    eu: (Authority, HeaderValue),
    region: memmem::Finder<'static>,
    cookie: memmem::Finder<'static>,
    domain: memmem::Finder<'static>,
    secret: HeaderValue,
    monitoring: String,
}

impl Bare {
    pub fn new(config: &Config) -> Self {
        let upstream = |host: &'static str| {
            let upstream = (Authority::from_static(host), HeaderValue::from_static(host));
            // The first clone allocates.
            drop(upstream.clone());
            upstream
        };
        let version = config.integration_version();
        Self {
            us: upstream("api.fpjs.io"),
            eu: upstream("eu.api.fpjs.io"),
            region: memmem::Finder::new("region="),
            cookie: memmem::Finder::new("_iidt="),
            domain: memmem::Finder::new("; Domain="),
            secret: config.pre_shared_secret().unwrap().header_value().clone(),
            monitoring: format!("&ii=fingerprintjs-pro-cloudfront%2F{version}%2Fingress"),
        }
    }

    /// A.
    pub fn identification(&self, request: Request<()>, client_ip: IpAddr) -> Request<()> {
        let (mut parts, ()) = request.into_parts();
        let (_, query) = result(&parts.uri);
        let upstream = self.upstream(query);
        let uri = target(upstream, &["/?", query, &self.monitoring]);
        let (headers, mut host) = (&mut parts.headers, None);
        let mut removed = Removed::default();
        for (name, value) in headers.iter_mut() {
            match name.as_str() {
                "host" => host = Some(std::mem::replace(value, upstream.1.clone())),
                "content-length" => removed.note(&header::CONTENT_LENGTH),
                "via" => removed.note(&header::VIA),
                "x-amz-cf-id" => removed.note(&CF_ID),
                "cookie" => *value = self.own_cookie(value.as_bytes()),
                _ => {}
            }
        }
        removed.apply(headers);
        let mut text = [0; 15];
        let mut rest = &mut text[..];
        write!(rest, "{client_ip}").unwrap();
        let length = 15 - rest.len();
        headers.insert(SECRET.clone(), self.secret.clone());
        headers.insert(CLIENT_IP.clone(), HeaderValue::from_bytes(&text[..length]).unwrap());
        headers.insert(FORWARDED_HOST.clone(), host.unwrap());
        parts.uri = uri;
        Request::from_parts(parts, ())
    }

    /// B.
    pub fn download(&self, request: Request<()>) -> Request<()> {
        let query = request.uri().query().unwrap();
        let (mut version, mut key, mut loader) = ("", "", "");
        for pair in query.split('&') {
            match pair.split_once('=') {
                Some(("version", value)) => version = value,
                Some(("apiKey", value)) => key = value,
                Some(("loaderVersion", value)) => loader = value,
                _ => {}
            }
        }
        let path = ["/web/v", version, "/", key, "/loader_v", loader, ".js", "?", query];
        let uri = target(&self.us, &path);
        plain(request, uri, &self.us.1)
    }

    /// C.
    pub fn cached(&self, request: Request<()>) -> Request<()> {
        let (path, query) = result(request.uri());
        let upstream = self.upstream(query);
        let uri = target(upstream, &[path, "?", query]);
        plain(request, uri, &upstream.1)
    }

    /// D1 and D2.
    pub fn response(&self, response: Response<()>, host: &str) -> Response<()> {
        let (mut parts, ()) = response.into_parts();
        let (headers, mut is_script) = (&mut parts.headers, false);
        let mut removed = Removed::default();
        for (name, value) in headers.iter_mut() {
            match name.as_str() {
                "content-length" => removed.note(&header::CONTENT_LENGTH),
                "connection" => removed.note(&header::CONNECTION),
                "strict-transport-security" => removed.note(&header::STRICT_TRANSPORT_SECURITY),
                "via" => removed.note(&header::VIA),
                "x-cache" => removed.note(&CACHE),
                "x-amz-cf-pop" => removed.note(&CF_POP),
                "content-type" => is_script = value.as_bytes().starts_with(b"text/javascript"),
                "set-cookie" => self.fit_domain(value, host.as_bytes()),
                _ => {}
            }
        }
        removed.apply(headers);
        if is_script {
            let ages = headers.get_mut(header::CACHE_CONTROL).unwrap();
            *ages = capped(ages.as_bytes());
        }
        Response::from_parts(parts, ())
    }

    fn upstream(&self, query: &str) -> &(Authority, HeaderValue) {
        let query = query.as_bytes();
        match self.region.find(query) {
            Some(at) if query[at..].starts_with(b"region=eu") => &self.eu,
            _ => &self.us,
        }
    }

    fn own_cookie(&self, cookies: &[u8]) -> HeaderValue {
        let own = &cookies[self.cookie.find(cookies).unwrap()..];
        HeaderValue::from_bytes(&own[..memchr(b';', own).unwrap_or(own.len())]).unwrap()
    }

    fn fit_domain(&self, value: &mut HeaderValue, host: &[u8]) {
        let cookie = value.as_bytes();
        let Some(start) = self.domain.find(cookie) else { return };
        let behind = &cookie[start + "; Domain=".len()..];
        let length = memchr(b';', behind).unwrap_or(behind.len());
        let is_covered = host.strip_suffix(&behind[..length]);
        if !is_covered.is_some_and(|before| before.is_empty() || before.ends_with(b".")) {
            let fitted = [&cookie[..start], &behind[length..]].concat();
            *value = HeaderValue::from_maybe_shared(Bytes::from(fitted)).unwrap();
        }
    }
}

/// The decision of E: the paths that are served begin alike.
pub fn classify(path: &str) -> bool {
    let has_dots = memmem::find(path.as_bytes(), b"/.").is_some();
    path.strip_prefix("/behavior/")
        .is_some_and(|rest| !has_dots && (rest == "agent" || rest.starts_with("result")))
}

/// E.
pub fn not_found(request: &Request<()>) -> Option<Response<Bytes>> {
    (!classify(request.uri().path())).then(known::not_found)
}

/// Path and query behind the result route.
fn result(uri: &Uri) -> (&str, &str) {
    let path = uri.path().strip_prefix("/behavior/result").unwrap();
    (path, uri.query().unwrap())
}

fn target((authority, _): &(Authority, HeaderValue), texts: &[&str]) -> Uri {
    let mut text = Vec::with_capacity(texts.iter().map(|text| text.len()).sum());
    for part in texts {
        text.extend_from_slice(part.as_bytes());
    }
    let mut parts = Parts::default();
    parts.scheme = Some(Scheme::HTTPS);
    parts.authority = Some(authority.clone());
    parts.path_and_query = PathAndQuery::from_maybe_shared(Bytes::from(text)).ok();
    Uri::from_parts(parts).unwrap()
}

/// The fields of a request that is not authorised.
fn plain(request: Request<()>, uri: Uri, upstream: &HeaderValue) -> Request<()> {
    let (mut parts, ()) = request.into_parts();
    let mut removed = Removed::default();
    for (name, value) in &mut parts.headers {
        match name.as_str() {
            "host" => *value = upstream.clone(),
            "via" => removed.note(&header::VIA),
            "x-amz-cf-id" => removed.note(&CF_ID),
            "cookie" => removed.note(&header::COOKIE),
            _ => {}
        }
    }
    removed.apply(&mut parts.headers);
    parts.uri = uri;
    Request::from_parts(parts, ())
}

/// Both ages of D2, at most those of the configuration.
fn capped(ages: &[u8]) -> HeaderValue {
    let mut text = Vec::with_capacity(ages.len());
    for (index, directive) in ages.split(|&byte| byte == b',').enumerate() {
        let directive = directive.trim_ascii();
        text.extend_from_slice(if index > 0 { b", " } else { b"" });
        let (name, cap) = match directive {
            [b'm', ..] => ("max-age=", 3600),
            [b's', ..] => ("s-maxage=", 60),
            other => {
                text.extend_from_slice(other);
                continue;
            }
        };
        let digits = &directive[name.len()..];
        let age = digits.iter().fold(0_u32, |age, digit| age * 10 + u32::from(digit - b'0'));
        write!(text, "{name}{}", age.min(cap)).unwrap();
    }
    HeaderValue::from_maybe_shared(Bytes::from(text)).unwrap()
}

/// The names to remove, of which no workload has more than six.
#[derive(Default)]
struct Removed {
    names: [Option<&'static HeaderName>; 8],
    count: usize,
}

impl Removed {
    fn note(&mut self, name: &'static HeaderName) {
        self.names[self.count] = Some(name);
        self.count += 1;
    }

    /// Last position first, as a removal moves the last entry into the hole.
    fn apply(&self, headers: &mut HeaderMap) {
        for name in self.names[..self.count].iter().rev().flatten() {
            headers.remove(*name);
        }
    }
}
