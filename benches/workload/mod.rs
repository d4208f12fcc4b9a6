//! The workloads A to E of `tests/data/workloads.json`, as a gateway meets them: heads built the
//! way hyper builds them, fresh for each call.
//!
//! `A` identification, `B` agent download, `C` browser cache, `D1` and `D2` responses, `E` not
//! found. Each is done in five ways, which [`Ways`] names.
#![allow(dead_code, unreachable_pub, reason = "every bench uses another part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench may panic")]
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a bench may panic")]

pub mod bare;
pub mod careful;
pub mod growth;
pub mod head;
pub mod known;
pub mod naive;
pub mod names;
pub mod outcome;

use std::net::IpAddr;

use firstparty::config::Builder;
use firstparty::http::{Request, Response};
use firstparty::refusal::Refusal;
use firstparty::route::Routes;
use firstparty::{Action, Config, Exchange, Gateway, Platform};
use serde_json::Value;

use self::bare::Bare;
use self::careful::Careful;
use self::growth::Grower;
use self::head::{RequestHead, ResponseHead};
use self::known::Known;
use self::naive::Naive;
use self::outcome::Outcome;

const FILE: &str = include_str!("../../tests/data/workloads.json");

/// The ways to do the work of a workload.
pub struct Ways<O, B, K, N, C> {
    /// The gateway.
    pub ours: O,
    /// What a gateway for this workload alone has to do, written by hand.
    pub bare: B,
    /// The work of `http` that is left if everything is known beforehand.
    pub known: K,
    /// The obvious way, with the usual crates.
    pub naive: N,
    /// The same with more care.
    pub careful: C,
}

/// What a workload is measured with.
pub trait Visitor {
    /// Measures one workload in each way, on inputs that `input` builds.
    fn visit<I, A: Outcome, B: Outcome, C: Outcome>(
        &mut self,
        id: &'static str,
        input: impl Fn() -> I,
        ways: Ways<
            impl Fn(I) -> A,
            impl Fn(I) -> B,
            impl Fn(I) -> B,
            impl Fn(I) -> C,
            impl Fn(I) -> C,
        >,
    );
}

/// What counts calls one by one: each way of each workload, and each input that grows.
pub trait Counter {
    /// Counts one call.
    fn count<I, O>(&mut self, name: &str, input: impl Fn() -> I, run: impl Fn(I) -> O);
}

impl<C: Counter> Visitor for C {
    fn visit<I, A: Outcome, B: Outcome, D: Outcome>(
        &mut self,
        id: &'static str,
        input: impl Fn() -> I,
        ways: Ways<
            impl Fn(I) -> A,
            impl Fn(I) -> B,
            impl Fn(I) -> B,
            impl Fn(I) -> D,
            impl Fn(I) -> D,
        >,
    ) {
        self.count(id, &input, ways.ours);
        self.count(&format!("{id} bare"), &input, ways.bare);
        self.count(&format!("{id} known"), &input, ways.known);
        self.count(&format!("{id} naive"), &input, ways.naive);
        self.count(&format!("{id} careful"), &input, ways.careful);
    }
}

impl<C: Counter> Grower for C {
    fn grow<I, O>(
        &mut self,
        series: &'static str,
        size: usize,
        _: usize,
        input: impl Fn() -> I,
        run: impl Fn(I) -> O,
    ) {
        self.count(&format!("{series} {size}"), input, run);
    }
}

/// The gateway and the inputs.
pub struct Workloads {
    /// The configuration as it is read.
    settings: Value,
    pub config: Config,
    pub gateway: Gateway,
    /// As the gateway, but without v4: nothing else is left for E.
    pub without_v4: Gateway,
    routes: Routes,
    pub client_ip: IpAddr,
    pub a: RequestHead,
    b: RequestHead,
    c: RequestHead,
    e: RequestHead,
    d1: ResponseHead,
    d2: ResponseHead,
    /// An identification request whose response may be a script: D2's.
    api: RequestHead,
}

impl Workloads {
    /// Reads the file and sets the gateway up.
    pub fn new() -> Self {
        let file: Value = serde_json::from_str(FILE).unwrap();
        let config: Config = serde_json::from_value(file["config"].clone()).unwrap();
        let mut without_v4 = file["config"].clone();
        without_v4["v4"] = Value::Bool(false);
        let without_v4: Config = serde_json::from_value(without_v4).unwrap();
        let workload = |id: &str| {
            let workloads = file["workloads"].as_array().unwrap();
            workloads.iter().find(|workload| workload["id"] == id).unwrap()
        };
        let request = |id: &str| RequestHead::from_json(&workload(id)["request"]);
        let d1 = ResponseHead::from_json(&workload("D")["upstream"]);
        let mut api = request("D");
        api.uri = api.uri.replace("/result?", "/web/v4/key?");
        Self {
            gateway: Gateway::new(config.clone(), Platform::CloudFront),
            routes: Routes::new(&without_v4),
            without_v4: Gateway::new(without_v4, Platform::CloudFront),
            client_ip: workload("A")["request"]["client_ip"].as_str().unwrap().parse().unwrap(),
            a: request("A"),
            b: request("B"),
            c: request("C"),
            e: request("E"),
            d2: d1.as_script_with_foreign_cookies(),
            d1,
            api,
            config,
            settings: file["config"].clone(),
        }
    }

    /// Shows every workload to a visitor.
    pub fn visit(&self, visitor: &mut impl Visitor) {
        let bare = Bare::new(&self.config);
        self.visit_request(visitor, "A", &self.a, |request| {
            bare.identification(request, self.client_ip)
        });
        self.visit_request(visitor, "B", &self.b, |request| bare.download(request));
        self.visit_request(visitor, "C", &self.c, |request| bare.cached(request));
        self.visit_response(visitor, "D1", &self.a, &self.d1);
        self.visit_response(visitor, "D2", &self.api, &self.d2);
        self.visit_classify(visitor);
        self.visit_not_found(visitor);
    }

    /// Counts what happens before the first request: a cold start waits for it.
    pub fn set_up(&self, counter: &mut impl Counter) {
        let builder = || -> Builder { serde_json::from_value(self.settings.clone()).unwrap() };
        counter.count("set up, Builder::build", builder, |builder| builder.build().unwrap());
        let new = |config| Gateway::new(config, Platform::CloudFront);
        counter.count("set up, Gateway::new", || self.config.clone(), new);
    }

    /// What the gateway does with a request.
    pub fn handle(&self, request: Request<()>) -> Action<()> {
        self.gateway.handle(request, Some(self.client_ip))
    }

    /// What the gateway forwards of a request.
    pub fn forward(&self, request: Request<()>) -> (Request<()>, Exchange) {
        match self.handle(request) {
            Action::Forward(request, exchange) => (request, exchange),
            Action::Respond(response, _) => panic!("{}", response.status()),
        }
    }

    fn visit_request(
        &self,
        visitor: &mut impl Visitor,
        id: &'static str,
        head: &RequestHead,
        bare: impl Fn(Request<()>) -> Request<()>,
    ) {
        let known = Known::of_request(&head.build(), &self.forward(head.build()).0);
        let (naive, careful) = (Naive::new(&self.config), Careful::new(&self.config));
        let ways = Ways {
            ours: |request| self.handle(request),
            bare,
            known: |request| known.request(request),
            naive: |request| naive.request(request, self.client_ip),
            careful: |request| careful.request(request, self.client_ip),
        };
        visitor.visit(id, || head.build(), ways);
    }

    fn visit_response(
        &self,
        visitor: &mut impl Visitor,
        id: &'static str,
        request: &RequestHead,
        response: &ResponseHead,
    ) {
        const HOST: &str = "www.example.com";
        type Ended = (Exchange, Response<()>);
        let exchange = || self.forward(request.build()).1;
        let after = exchange().complete(response.build());
        let known = Known::of_response(&response.build(), &after);
        let bare = Bare::new(&self.config);
        let (naive, careful) = (Naive::new(&self.config), Careful::new(&self.config));
        // Ours ends the exchange, so the others end it, too.
        let ways = Ways {
            ours: |(exchange, response): Ended| exchange.complete(response),
            bare: |(_ended, response): Ended| bare.response(response, HOST),
            known: |(_ended, response): Ended| known.response(response),
            naive: |(_ended, response): Ended| naive.response(response, HOST),
            careful: |(_ended, response): Ended| careful.response(response, HOST),
        };
        visitor.visit(id, || (exchange(), response.build()), ways);
    }

    /// E, the decision alone.
    fn visit_classify(&self, visitor: &mut impl Visitor) {
        let uri = self.e.build().uri().clone();
        let path = uri.path();
        let (naive, careful) = (Naive::new(&self.config), Careful::new(&self.config));
        let is_not_found = |path| self.routes.classify(path) == Err(Refusal::NotFound);
        assert!(is_not_found(path), "E is not found");
        let ways = Ways {
            ours: |path| self.routes.classify(path),
            bare: bare::classify,
            known: |path| known::classify(path, "agent", "result"),
            naive: |path| naive.classify(path),
            careful: |path| careful.classify(path),
        };
        visitor.visit("E classify", || path, ways);
    }

    /// E, the whole way to the finished answer, which ends the request.
    fn visit_not_found(&self, visitor: &mut impl Visitor) {
        let (naive, careful) = (Naive::new(&self.config), Careful::new(&self.config));
        let ways = Ways {
            ours: |request| self.without_v4.handle(request, Some(self.client_ip)),
            bare: |request| bare::not_found(&request).unwrap(),
            known: |_ended| known::not_found(),
            naive: |request| naive.not_found(&request).unwrap(),
            careful: |request| careful.not_found(&request).unwrap(),
        };
        visitor.visit("E 404", || self.e.build(), ways);
    }
}
