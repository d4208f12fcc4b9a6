//! The obvious way, with the crates one would reach for: `url` for target and query, `cookie` for
//! cookies, a `HashSet<String>` for names, and a new map for every message. Requests come out as
//! ours do; `cookie` writes the attributes of `set-cookie` in an order of its own.

use std::collections::HashSet;
use std::net::IpAddr;

use bytes::Bytes;
use cookie::Cookie;
use firstparty::Config;
use firstparty::http::header::{HeaderMap, HeaderName, HeaderValue};
use firstparty::http::{Method, Request, Response, StatusCode, Uri};
use firstparty::{Platform, field};
use url::Url;

/// What a naive gateway keeps of its configuration.
pub struct Naive {
    agent: String,
    result: String,
    secret: String,
    monitoring: String,
    request_denied: HashSet<String>,
    response_denied: HashSet<String>,
    prefixes: Vec<String>,
}

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
pub enum Place {
    Agent,
    Result(String),
    NotFound,
}

impl Naive {
    pub fn new(config: &Config) -> Self {
        let profile = Platform::CloudFront.profile();
        let names = |names: &mut dyn Iterator<Item = &'static str>| {
            let all = names.chain(field::CONNECTION_SPECIFIC.iter().copied());
            all.map(str::to_owned).collect::<HashSet<_>>()
        };
        let prefixes = profile.request_denylist.prefixes();
        let version = config.integration_version();
        Self {
            agent: config.agent_download_path().unwrap().as_str().to_owned(),
            result: config.get_result_path().unwrap().as_str().to_owned(),
            secret: config.pre_shared_secret().unwrap().header_value().to_str().unwrap().to_owned(),
            monitoring: format!("{}/{version}/ingress", profile.integration_name),
            request_denied: names(&mut profile.request_denylist.names()),
            response_denied: names(
                &mut profile.response_denylist.names().chain(field::ORIGIN_WIDE.iter().copied()),
            ),
            prefixes: prefixes
                .chain(field::IDENTITY_FIELDS.prefixes())
                .map(str::to_owned)
                .collect(),
        }
    }

    pub fn request(&self, request: Request<()>, client_ip: IpAddr) -> Request<()> {
        let (mut parts, ()) = request.into_parts();
        let host = parts.headers.get("host").unwrap().to_str().unwrap().to_owned();
        let mut url = Url::parse(&format!("https://{host}{}", parts.uri)).unwrap();
        let authorised = parts.method == Method::POST;
        let upstream = self.aim(&mut url, authorised);
        let mut headers = self.filtered(&parts.headers, &self.request_denied);
        headers.insert("host", HeaderValue::from_str(&upstream).unwrap());
        headers.remove("cookie");
        if authorised {
            if let Some(cookies) = parts.headers.get("cookie").and_then(|field| field.to_str().ok())
            {
                let own = Cookie::split_parse(cookies).filter_map(Result::ok);
                let own = own.filter(|cookie| cookie.name() == "_iidt");
                let kept = own.map(|cookie| cookie.to_string()).collect::<Vec<_>>().join("; ");
                headers.insert("cookie", HeaderValue::from_str(&kept).unwrap());
            }
            self.identify(&mut headers, &host, client_ip);
        }
        parts.uri = url.as_str().parse::<Uri>().unwrap();
        parts.headers = headers;
        Request::from_parts(parts, ())
    }

    pub fn identify(&self, headers: &mut HeaderMap, host: &str, client_ip: IpAddr) {
        for (name, value) in [
            ("fpjs-proxy-secret", self.secret.clone()),
            ("fpjs-proxy-client-ip", client_ip.to_string()),
            ("fpjs-proxy-forwarded-host", host.to_lowercase()),
        ] {
            headers.insert(name, HeaderValue::from_str(&value).unwrap());
        }
    }

    /// Turns the browser's URL into upstream's; gives upstream's host.
    pub fn aim(&self, url: &mut Url, authorised: bool) -> String {
        let parameter = |name: &str| {
            let mut pairs = url.query_pairs();
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        let upstream = match parameter("region").as_deref() {
            Some(region @ ("eu" | "ap")) => format!("{region}.api.fpjs.io"),
            _ => "api.fpjs.io".to_owned(),
        };
        let path = match self.place(url) {
            Place::Agent => {
                let version = parameter("version").unwrap_or_else(|| "3".to_owned());
                let loader = parameter("loaderVersion")
                    .map_or_else(String::new, |version| format!("/loader_v{version}.js"));
                format!("/web/v{version}/{}{loader}", parameter("apiKey").unwrap())
            }
            Place::Result(suffix) => suffix,
            Place::NotFound => panic!("not found"),
        };
        url.set_host(Some(&upstream)).unwrap();
        url.set_path(&path);
        if authorised {
            url.query_pairs_mut().append_pair("ii", &self.monitoring);
        }
        upstream
    }

    fn place(&self, url: &Url) -> Place {
        let segments: Vec<&str> = url.path_segments().unwrap().skip(1).collect();
        match segments.split_first() {
            Some((first, [])) if *first == self.agent => Place::Agent,
            Some((first, rest)) if *first == self.result => {
                Place::Result(format!("/{}", rest.join("/")))
            }
            _ => Place::NotFound,
        }
    }

    pub fn classify(&self, path: &str) -> Place {
        self.place(&Url::parse(&format!("https://www.example.com{path}")).unwrap())
    }

    pub fn not_found(&self, request: &Request<()>) -> Option<Response<Bytes>> {
        if self.classify(request.uri().path()) != Place::NotFound {
            return None;
        }
        let body = serde_json::json!({ "error": "not found" }).to_string();
        let response = Response::builder()
            .status(StatusCode::NOT_FOUND)
            .header("content-type", "application/json")
            .header("cache-control", "no-store");
        response.body(Bytes::from(body)).ok()
    }

    pub fn response(&self, response: Response<()>, host: &str) -> Response<()> {
        let (mut parts, ()) = response.into_parts();
        let mut headers = self.filtered(&parts.headers, &self.response_denied);
        if let Some(cookies) =
            headers.remove("set-cookie").map(|_| parts.headers.get_all("set-cookie"))
        {
            for cookie in cookies {
                let mut cookie = Cookie::parse(cookie.to_str().unwrap()).unwrap();
                let domain = cookie.domain().unwrap_or_default().to_lowercase();
                if !covers(host, &domain) {
                    cookie.unset_domain();
                }
                let value = HeaderValue::from_str(&cookie.to_string()).unwrap();
                headers.append("set-cookie", value);
            }
        }
        if is_script(&headers) {
            cap_ages(&mut headers);
        }
        parts.headers = headers;
        Response::from_parts(parts, ())
    }

    fn filtered(&self, headers: &HeaderMap, denied: &HashSet<String>) -> HeaderMap {
        let mut kept = HeaderMap::new();
        for (name, value) in headers {
            let text = name.as_str().to_lowercase();
            if !self.denies(denied, &text) {
                kept.append(HeaderName::clone(name), value.clone());
            }
        }
        kept
    }

    fn denies(&self, denied: &HashSet<String>, name: &str) -> bool {
        denied.contains(name) || self.prefixes.iter().any(|prefix| name.starts_with(prefix))
    }

    pub fn denies_request(&self, name: &str) -> bool {
        self.denies(&self.request_denied, name)
    }

    pub fn denies_response(&self, name: &str) -> bool {
        self.denies(&self.response_denied, name)
    }
}

/// Whether a domain covers a host.
pub fn covers(host: &str, domain: &str) -> bool {
    host == domain || host.ends_with(&format!(".{domain}"))
}

pub fn is_script(headers: &HeaderMap) -> bool {
    let content_type = headers.get("content-type").and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.to_lowercase().starts_with("text/javascript"))
}

pub fn cap_ages(headers: &mut HeaderMap) {
    let Some(field) = headers.get("cache-control").and_then(|value| value.to_str().ok()) else {
        return;
    };
    let capped = |age: &str, cap: u32| age.parse::<u32>().unwrap_or(0).min(cap);
    let directives: Vec<String> = field
        .split(',')
        .map(|directive| match directive.trim().split_once('=') {
            Some(("max-age", age)) => format!("max-age={}", capped(age, 3600)),
            Some(("s-maxage", age)) => format!("s-maxage={}", capped(age, 60)),
            _ => directive.trim().to_owned(),
        })
        .collect();
    let value = HeaderValue::from_str(&directives.join(", ")).unwrap();
    headers.insert("cache-control", value);
}
