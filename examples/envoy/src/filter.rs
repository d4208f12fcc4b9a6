//! One exchange: the request's head, the response's head, and the end.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::UNIX_EPOCH;

use firstparty::http::header::CONTENT_LENGTH;
use firstparty::http::{Response, Uri};
use firstparty::refusal::{Cause, Refusal};
use firstparty::{Action as Decision, Exchange, Failure, Gateway, Report, RequestId};
use proxy_wasm::hostcalls::{get_map_bytes, set_map_bytes};
use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types::{Action, MapType};

use crate::counters::Counters;
use crate::{head, outcome};

pub(crate) struct Filter {
    gateway: Gateway,
    counters: Rc<Counters>,
    /// While upstream's answer is awaited.
    exchange: Option<Exchange>,
    /// Of a request that is the gateway's.
    report: Option<Report>,
    /// The answer's body is kept back until it is whole.
    collects: bool,
}

impl Context for Filter {}

impl HttpContext for Filter {
    fn on_http_request_headers(&mut self, _count: usize, _is_end: bool) -> Action {
        let pairs = get_map_bytes(MapType::HttpRequestHeaders).unwrap_or_default();
        let target = head::pseudo(&pairs, ":path");
        match (Uri::try_from(target), Uri::try_from(head::path(target))) {
            (Ok(uri), _) if self.gateway.owns(&uri) => self.handle(&pairs, uri),
            (Err(_), Ok(path)) if self.gateway.owns(&path) => {
                let is_long = target.len() > usize::from(u16::MAX - 1);
                let cause = if is_long { Refusal::TargetTooLong } else { Refusal::TargetMalformed };
                self.refuse(&pairs, cause.cause())
            }
            // The site's: no browser chooses the gateway's route.
            _ => {
                self.remove_http_request_header(head::MARKER);
                Action::Continue
            }
        }
    }

    /// R16.3: a trailer could bring back what the gateway has removed.
    fn on_http_request_trailers(&mut self, _count: usize) -> Action {
        self.drop_trailers(MapType::HttpRequestTrailers)
    }

    fn on_http_response_headers(&mut self, _count: usize, is_end: bool) -> Action {
        let Some(exchange) = self.exchange.take() else { return Action::Continue };
        self.answer(&exchange, is_end)
    }

    /// R16.2: in HTTP/1.0 the end of the connection ends a body of unknown length, so one that breaks off
    /// would look whole. It is collected first, up to Envoy's own limit, and has a length.
    fn on_http_response_body(&mut self, size: usize, is_end: bool) -> Action {
        if self.collects && is_end {
            self.set_http_response_header("content-length", Some(&size.to_string()));
        }
        if self.collects && !is_end { Action::Pause } else { Action::Continue }
    }

    fn on_http_response_trailers(&mut self, _count: usize) -> Action {
        self.drop_trailers(MapType::HttpResponseTrailers)
    }

    /// The last that is heard of a stream, however it ended.
    fn on_log(&mut self) {
        if let Some(report) = self.report.take() {
            self.counters.record(report);
        }
    }
}

impl Filter {
    pub(crate) fn new(gateway: Gateway, counters: Rc<Counters>) -> Self {
        Self { gateway, counters, exchange: None, report: None, collects: false }
    }

    fn handle(&mut self, pairs: &head::Pairs, uri: Uri) -> Action {
        let request = match head::request(pairs, uri, || self.protocol().starts_with(b"HTTP/1")) {
            Ok(request) => request,
            Err(cause) => return self.refuse(pairs, cause),
        };
        match self.gateway.handle(request, self.address()) {
            Decision::Respond(response, report) => {
                self.report = Some(report);
                self.send(&response)
            }
            Decision::Forward(request, exchange) => {
                self.report = Some(exchange.report());
                self.exchange = Some(exchange);
                write(MapType::HttpRequestHeaders, head::forward(&request))
            }
        }
    }

    fn refuse(&mut self, pairs: &head::Pairs, cause: &'static Cause) -> Action {
        self.report = Some(Report::default().answered(cause));
        self.send(&head::refuse(pairs, cause))
    }

    fn answer(&mut self, exchange: &Exchange, is_end: bool) -> Action {
        let pairs = get_map_bytes(MapType::HttpResponseHeaders).unwrap_or_default();
        let failure = outcome::failure(self.flags());
        if failure.is_some() && head::pseudo(&pairs, ":status") == b"408" {
            self.report = Some(exchange.report().answered(&outcome::SILENT));
            return self.send(&exchange.refuse(&outcome::SILENT));
        }
        match (failure, head::response(&pairs)) {
            (None, Ok(response)) if !response.status().is_informational() => {
                self.report = Some(exchange.report().ended(response.status()));
                let response = exchange.complete(response);
                let status = response.status();
                let pairs = head::complete(&status, response.headers());
                let action = write(MapType::HttpResponseHeaders, pairs);
                let has_length = is_end || response.headers().contains_key(CONTENT_LENGTH);
                self.collects = !has_length && self.protocol() == b"HTTP/1.0";
                if self.collects { Action::Pause } else { action }
            }
            (failure, _) => {
                let failure = failure.unwrap_or(Failure::Protocol);
                self.report = Some(exchange.report().ended(failure));
                self.send(&exchange.fail(failure, self.request_id()))
            }
        }
    }

    /// The browser's, as far as Envoy trusts who told it: see `xff_num_trusted_hops`.
    fn address(&self) -> Option<IpAddr> {
        let address = String::from_utf8(self.get_property(vec!["source", "address"])?).ok()?;
        Some(address.parse::<SocketAddr>().ok()?.ip())
    }

    fn flags(&self) -> u64 {
        let flags = self.get_property(vec!["response", "flags"]).unwrap_or_default();
        flags.try_into().map_or(0, u64::from_le_bytes)
    }

    fn protocol(&self) -> Vec<u8> {
        self.get_property(vec!["request", "protocol"]).unwrap_or_default()
    }

    /// It must be unique, not unpredictable.
    fn request_id(&self) -> RequestId {
        let now = self.get_current_time();
        let millis = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        RequestId::new(u64::try_from(millis).unwrap_or_default(), RandomState::new().hash_one(now))
    }

    fn send(&self, response: &Response<impl AsRef<[u8]>>) -> Action {
        let fields = head::borrowed(response.headers());
        let fields =
            fields.filter_map(|(name, value)| Some((name, std::str::from_utf8(value).ok()?)));
        let status = u32::from(response.status().as_u16());
        self.send_http_response(status, fields.collect(), Some(response.body().as_ref()));
        Action::Pause
    }

    fn drop_trailers(&self, map: MapType) -> Action {
        if self.report.is_some() { write(map, Vec::new()) } else { Action::Continue }
    }
}

fn write(map: MapType, pairs: head::Borrowed<'_>) -> Action {
    // Never an error: `proxy-wasm` panics where Envoy refuses a map.
    let _ = set_map_bytes(map, pairs);
    Action::Continue
}
