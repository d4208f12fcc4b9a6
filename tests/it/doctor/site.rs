//! A site in memory: a front, the gateway, and a stand-in for Fingerprint that shows the queries which
//! come to it, as far as they are shown to be harmless.

use std::net::IpAddr;

use bytes::Bytes;
use firstparty::doctor::{Answer, Doctor, Integration, ProbeFailure, Step};
use firstparty::http::{HeaderMap, HeaderValue, Method, Request, Response};
use firstparty::{Action, Failure, Gateway, Platform, RequestId};
use serde_json::{Value, json};

use super::{ENTROPY, examine};
use crate::support::{gateway, response};

pub(super) const SECRET: &str = "s3cret-0f-the-customer";

/// A configuration that gives no trouble, and what is different in it.
pub(super) fn gateway_with(difference: Value) -> Gateway {
    let mut config = json!({
        "mount": {"exact": "/ore54guier"},
        "agent_download_path": "vbcnkxb654",
        "get_result_path": "5yt489hgfj",
        "pre_shared_secret": SECRET,
        "hosts": ["metrics.shop.example.com", "www.shop.example.com"],
        "api_keys": ["k/ey"],
    });
    let Value::Object(difference) = difference else { panic!() };
    config.as_object_mut().unwrap().extend(difference);
    gateway(Platform::Generic, &config.to_string())
}

pub(super) fn new_integration(url: &str) -> Integration {
    Integration::new(url).unwrap()
}

/// All that can be told of the integration.
pub(super) fn integration() -> Integration {
    integration_at("https://metrics.shop.example.com/ore54guier")
}

pub(super) fn integration_at(url: &str) -> Integration {
    new_integration(url)
        .api_key("k/ey")
        .agent_path("vbcnkxb654".parse().unwrap())
        .result_path("5yt489hgfj".parse().unwrap())
        .origin("https://www.shop.example.com")
        .unwrap()
}

/// Which answers, the name of a field, and its value.
pub(super) type Spoilt = (fn(&Request<Bytes>) -> bool, &'static str, &'static str);

/// A site, and what goes wrong on the way.
pub(super) struct Site {
    pub(super) integration: Integration,
    pub(super) gateway: Gateway,
    pub(super) addresses: fn(&str) -> Vec<IpAddr>,
    /// Why a request gets no answer.
    pub(super) failure: fn(&Request<Bytes>) -> Option<ProbeFailure>,
    /// A server in front that answers itself.
    pub(super) front: fn(&Request<Bytes>) -> Option<Response<Bytes>>,
    /// What a server in front does with a request.
    pub(super) forward: fn(&mut Request<Bytes>),
    /// Why the gateway gets no answer from Fingerprint.
    pub(super) upstream_failure: fn(&Request<Bytes>) -> Option<Failure>,
    /// What Fingerprint answers otherwise than usual.
    pub(super) upstream: fn(&Request<Bytes>, &mut Response<Bytes>),
    /// What a server in front does with an answer to the browser's request.
    pub(super) back: fn(&Request<Bytes>, &mut Response<Bytes>),
    /// A field of such answers that has another value on the way back, or is lost if that is empty.
    pub(super) spoilt: Option<Spoilt>,
    /// Whether a cache in front gives the first answer to a URI again.
    pub(super) cache: bool,
    /// What the doctor sent.
    pub(super) requests: Vec<Request<Bytes>>,
    answers: Vec<(String, Response<Bytes>)>,
}

impl Site {
    pub(super) fn sound() -> Self {
        Self {
            integration: integration(),
            gateway: gateway_with(json!({})),
            addresses: |host| match host {
                "metrics.shop.example.com" => {
                    vec![[192, 0, 2, 1].into(), [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1].into()]
                }
                _ => vec![[192, 0, 7, 9].into(), [0x2001, 0xdb8, 0, 0, 9, 0, 0, 1].into()],
            },
            failure: |_| None,
            front: |_| None,
            forward: |_| {},
            upstream_failure: |_| None,
            upstream: |_, _| {},
            back: |_, _| {},
            spoilt: None,
            cache: false,
            requests: Vec::new(),
            answers: Vec::new(),
        }
    }

    pub(super) fn examined(&mut self) -> Doctor {
        self.examined_with(ENTROPY)
    }

    pub(super) fn examined_with(&mut self, entropy: [u8; 16]) -> Doctor {
        let doctor = Doctor::new(self.integration.clone(), entropy);
        examine(doctor, |step| self.answer(step))
    }

    pub(super) fn answer(&mut self, step: Step) -> Answer {
        match step {
            Step::Resolve(host) => Answer::Addresses((self.addresses)(&host)),
            Step::Send(request) => {
                self.requests.push(request.clone());
                (self.failure)(&request)
                    .map_or_else(|| Answer::Response(self.serve(&request)), Answer::Failure)
            }
            other => panic!("{other:?}"),
        }
    }

    fn serve(&mut self, request: &Request<Bytes>) -> Response<Bytes> {
        let key = format!("{} {}", request.method(), request.uri().path());
        let cached = self.answers.iter().find(|(cached, _)| *cached == key);
        if let Some((_, response)) = cached.filter(|_| self.cache) {
            let mut response = response.clone();
            response.headers_mut().insert("age", HeaderValue::from_static("7"));
            return response;
        }
        let mut response = (self.front)(request).unwrap_or_else(|| self.pass(request.clone()));
        (self.back)(request, &mut response);
        self.spoil(request, response.headers_mut());
        self.answers.push((key, response.clone()));
        response
    }

    fn spoil(&self, request: &Request<Bytes>, headers: &mut HeaderMap) {
        match self.spoilt {
            Some((is_meant, name, "")) if is_meant(request) => drop(headers.remove(name)),
            Some((is_meant, name, value)) if is_meant(request) => {
                headers.insert(name, HeaderValue::from_static(value));
            }
            _ => {}
        }
    }

    fn pass(&mut self, mut request: Request<Bytes>) -> Response<Bytes> {
        let host = request.uri().host().unwrap().parse().unwrap();
        request.headers_mut().insert("host", host);
        (self.forward)(&mut request);
        *request.uri_mut() = request.uri().path_and_query().unwrap().as_str().parse().unwrap();
        match self.gateway.handle(request, "203.0.113.7".parse().ok()) {
            Action::Respond(response, _) => response,
            Action::Forward(request, exchange) => match (self.upstream_failure)(&request) {
                Some(failure) => exchange.fail(failure, RequestId::new(1, 2)),
                None => {
                    let mut response = fingerprint(&request, self.answers.len());
                    (self.upstream)(&request, &mut response);
                    exchange.complete(response)
                }
            },
        }
    }
}

/// The stand-in. It knows one key, and one secret.
fn fingerprint(request: &Request<Bytes>, count: usize) -> Response<Bytes> {
    let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
    let mut answer = match *request.method() {
        Method::POST => identification(request.headers(), count),
        Method::OPTIONS => response(204, &[]).map(|()| Bytes::new()),
        _ if path.split('/').nth(3) == Some("k%2Fey") => script(path),
        _ if query.contains("q=") => response(200, &[("content-type", "text/plain")])
            .map(|()| request.uri().to_string().into()),
        _ => error(404, "NotFound", count),
    };
    if let Some(origin) = request.headers().get("origin") {
        answer.headers_mut().insert("access-control-allow-origin", origin.clone());
        let allow = HeaderValue::from_static("true");
        answer.headers_mut().insert("access-control-allow-credentials", allow);
    }
    let hsts = HeaderValue::from_static("max-age=63072000");
    answer.headers_mut().insert("strict-transport-security", hsts);
    answer
}

fn identification(headers: &HeaderMap, count: usize) -> Response<Bytes> {
    if headers.get("fpjs-proxy-secret").is_none_or(|secret| secret != SECRET) {
        return error(403, "InvalidProxyIntegrationSecret", count);
    }
    let mut answer = error(400, "RequestCannotBeParsed", count);
    let cookie = "_iidt=x; Path=/; Domain=fpjs.io; Secure; HttpOnly; SameSite=None";
    answer.headers_mut().insert("set-cookie", HeaderValue::from_static(cookie));
    answer
}

/// Fingerprint's error, with its own request ID.
pub(super) fn error(status: u16, code: &str, count: usize) -> Response<Bytes> {
    let body = json!({"v": "2", "error": {"code": code, "message": "x"},
        "requestId": format!("1767225600123.{count:06}"), "products": {}});
    response(status, &[("content-type", "application/json")]).map(|()| body.to_string().into())
}

fn script(path: &str) -> Response<Bytes> {
    let fields = [
        ("content-type", "text/javascript; charset=utf-8"),
        ("cache-control", "public, max-age=604800, s-maxage=604800"),
        ("age", "50000"),
        ("content-encoding", "gzip"),
        ("vary", "Accept-Encoding, Origin"),
    ];
    response(200, &fields).map(|()| format!("{path}{}", "-".repeat(2000)).into())
}
