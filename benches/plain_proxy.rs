//! What the example proxy is compared with, end to end: servers on hyper that do nothing else.
//! `scripts/bench-proxy` starts them; without arguments there is nothing to do.
//!
//! ```text
//! plain_proxy upstream 127.0.0.1:9001                    answers every request
//! plain_proxy plain    127.0.0.1:9002 127.0.0.1:9001     forwards, without any logic
//! plain_proxy gateway  127.0.0.1:9003 127.0.0.1:9001     the same with the gateway in the middle
//! ```

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use firstparty::http::header::{CONTENT_TYPE, HOST, SET_COOKIE};
use firstparty::http::{HeaderValue, Request, Response, StatusCode, Uri};
use firstparty::{Action, Config, Gateway, Platform};
use http_body_util::{BodyExt, Either as Body, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpListener;

type Failed = Box<dyn Error + Send + Sync>;
type Answer = Response<Body<Incoming, Full<Bytes>>>;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &*arguments.iter().map(String::as_str).collect::<Vec<_>>() {
        ["upstream", listen] => serve(listen.parse()?, |request, _| answer(request)).await,
        ["plain", listen, upstream] => {
            let forward = Forward::new(upstream.parse()?);
            serve(listen.parse()?, move |request, _| forward.clone().plain(request)).await
        }
        ["gateway", listen, upstream] => {
            let (forward, gateway) = (Forward::new(upstream.parse()?), gateway()?);
            let with_gateway =
                move |request, peer| forward.clone().with_gateway(gateway.clone(), request, peer);
            serve(listen.parse()?, with_gateway).await
        }
        // `cargo bench` starts it so.
        _ => Ok(()),
    }
}

/// As `scripts/bench-proxy` sets the example proxy up.
fn gateway() -> Result<Gateway, Failed> {
    let config = Config::builder()
        .agent_download_path("agent")
        .get_result_path("result")
        .pre_shared_secret("proxy-secret-0123456789")
        .build()?;
    Ok(Gateway::new(config, Platform::Generic))
}

async fn serve<F>(
    listen: SocketAddr,
    answer: impl Fn(Request<Incoming>, IpAddr) -> F + Clone + Send + Sync + 'static,
) -> Result<(), Failed>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let listener = TcpListener::bind(listen).await?;
    loop {
        let (stream, peer) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let answer = answer.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let answer = answer(request, peer.ip());
                async move { Ok::<_, Infallible>(answer.await) }
            });
            let http = Builder::new(TokioExecutor::new());
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Reads the request to its end and answers.
async fn answer(request: Request<Incoming>) -> Answer {
    let _ = request.into_body().collect().await;
    let body = Bytes::from_static(br#"{"v":"2","requestId":"1767225600123.AbCdEf","products":{}}"#);
    let mut response = Response::new(Body::Right(Full::new(body)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let cookie = "_iidt=abcdef; Path=/; Domain=fpjs.io; Secure; HttpOnly";
    headers.insert(SET_COOKIE, HeaderValue::from_static(cookie));
    response
}

#[derive(Clone)]
struct Forward {
    client: Client<HttpConnector, Incoming>,
    upstream: SocketAddr,
}

impl Forward {
    fn new(upstream: SocketAddr) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let mut client = Client::builder(TokioExecutor::new());
        client.set_host(false).pool_max_idle_per_host(256);
        Self { client: client.build(connector), upstream }
    }

    /// Changes what has to be changed to reach upstream, and nothing else.
    async fn plain(self, mut request: Request<Incoming>) -> Answer {
        let host = HeaderValue::from_str(&self.upstream.to_string());
        request.headers_mut().insert(HOST, host.unwrap_or(HeaderValue::from_static("upstream")));
        self.send(request).await.unwrap_or_else(failed)
    }

    async fn with_gateway(
        self,
        gateway: Gateway,
        request: Request<Incoming>,
        peer: IpAddr,
    ) -> Answer {
        match gateway.handle(request, Some(peer)) {
            Action::Respond(response, _) => response.map(|body| Body::Right(Full::new(body))),
            Action::Forward(request, exchange) => match self.send(request).await {
                Ok(response) => exchange.complete(response),
                Err(status) => failed(status),
            },
        }
    }

    /// Sends a request to upstream, whatever its authority.
    async fn send(&self, mut request: Request<Incoming>) -> Result<Answer, StatusCode> {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let uri: Result<Uri, _> = format!("http://{}{path}", self.upstream).parse();
        *request.uri_mut() = uri.map_err(|_| StatusCode::BAD_REQUEST)?;
        let response = self.client.request(request).await;
        response.map(|response| response.map(Body::Left)).map_err(|_| StatusCode::BAD_GATEWAY)
    }
}

fn failed(status: StatusCode) -> Answer {
    let mut response = Response::new(Body::Right(Full::default()));
    *response.status_mut() = status;
    response
}
