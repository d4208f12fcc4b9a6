//! One exchange: the request's head, the response's head, and the end.

use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::UNIX_EPOCH;

use firstparty::http::{HeaderMap, Method, Response, Uri};
use firstparty::reply::Reply;
use firstparty::{Action as Decision, Exchange, Gateway, Report, RequestId};
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
}

impl Context for Filter {}

impl HttpContext for Filter {
    fn on_http_request_headers(&mut self, _count: usize, _is_end: bool) -> Action {
        let pairs = get_map_bytes(MapType::HttpRequestHeaders).unwrap_or_default();
        match Uri::try_from(head::pseudo(&pairs, ":path")) {
            Ok(uri) if self.gateway.owns(&uri) => self.handle(&pairs, uri),
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

    fn on_http_response_headers(&mut self, _count: usize, _is_end: bool) -> Action {
        match self.exchange.take() {
            Some(exchange) => self.answer(&exchange),
            None => Action::Continue,
        }
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
        Self { gateway, counters, exchange: None, report: None }
    }

    fn handle(&mut self, pairs: &head::Pairs, uri: Uri) -> Action {
        let request = match head::request(pairs, uri) {
            Ok(request) => request,
            Err(cause) => {
                let method = Method::from_bytes(head::pseudo(pairs, ":method")).unwrap_or_default();
                self.report = Some(Report::default().answered(cause));
                return self.send(&Reply::to(&method, &HeaderMap::new()).refuse(cause));
            }
        };
        match self.gateway.handle(request, self.address()) {
            Decision::Respond(response, report) => {
                self.report = Some(report);
                self.send(&response)
            }
            Decision::Forward(request, exchange) => {
                self.report = Some(exchange.report());
                self.exchange = Some(exchange);
                self.write(MapType::HttpRequestHeaders, head::forward(&request))
            }
        }
    }

    fn answer(&mut self, exchange: &Exchange) -> Action {
        let pairs = get_map_bytes(MapType::HttpResponseHeaders).unwrap_or_default();
        let failure = outcome::failure(self.flags());
        if failure.is_some() && head::pseudo(&pairs, ":status") == b"408" {
            self.report = Some(exchange.report().answered(&outcome::SILENT));
            return self.send(&exchange.refuse(&outcome::SILENT));
        }
        match (failure, head::response(&pairs)) {
            (None, Ok(response)) => {
                self.report = Some(exchange.report().ended(response.status()));
                let response = exchange.complete(response);
                let status = response.status();
                let pairs = head::complete(&status, response.headers());
                self.write(MapType::HttpResponseHeaders, pairs)
            }
            (failure, _) => {
                let failure = failure.unwrap_or(firstparty::Failure::Protocol);
                self.report = Some(exchange.report().ended(failure));
                self.send(&exchange.fail(failure, self.request_id()))
            }
        }
    }

    /// The browser's, as far as Envoy trusts who told it: see `xff_num_trusted_hops`.
    fn address(&self) -> Option<std::net::IpAddr> {
        let address = String::from_utf8(self.get_property(vec!["source", "address"])?).ok()?;
        Some(address.parse::<SocketAddr>().ok()?.ip())
    }

    fn flags(&self) -> u64 {
        let flags = self.get_property(vec!["response", "flags"]).unwrap_or_default();
        flags.try_into().map_or(0, u64::from_le_bytes)
    }

    /// It must be unique, not unpredictable.
    fn request_id(&self) -> RequestId {
        let now = self.get_current_time();
        let millis = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        RequestId::new(u64::try_from(millis).unwrap_or_default(), RandomState::new().hash_one(now))
    }

    fn write(&self, map: MapType, pairs: head::Borrowed<'_>) -> Action {
        // Envoy refuses a map only in a stage that has none.
        let _ = set_map_bytes(map, pairs);
        Action::Continue
    }

    fn send(&self, response: &Response<impl AsRef<[u8]>>) -> Action {
        let fields = head::borrowed(response.headers());
        let fields = fields.filter_map(|(name, value)| Some((name, std::str::from_utf8(value).ok()?)));
        let status = u32::from(response.status().as_u16());
        self.send_http_response(status, fields.collect(), Some(response.body().as_ref()));
        Action::Pause
    }

    fn drop_trailers(&self, map: MapType) -> Action {
        if self.report.is_some() { self.write(map, Vec::new()) } else { Action::Continue }
    }
}
