//! The gateway as a Lambda function behind a function URL, with CloudFront in front. `README.md` tells how to
//! deploy it.
//!
//! * `settings`: the function's variables become a gateway
//! * `event`: what a function URL sends becomes a request
//! * `answer`: a response becomes what a function URL takes
//! * `upstream`: connections to Fingerprint

mod answer;
mod event;
mod settings;
mod upstream;

use std::process::ExitCode;

use firstparty::Report;
use firstparty::reply::Reply;
use firstparty_tower::{BoxBody, Ended, FirstPartyLayer, Gateways, client};
use http_body_util::{BodyDataStream, BodyExt, Full};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_http::lambda_runtime::StreamResponse;
use lambda_http::{Error, LambdaEvent, lambda_runtime, service_fn};
use tower::ServiceExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match start().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn start() -> Result<(), Error> {
    let gateways = Gateways::new(settings::gateway()?);
    let client = client(upstream::connector()?).map_request(event::with_length);
    let mut layer = FirstPartyLayer::new(gateways, client).on_end(log);
    if let Some(limit) = settings::first_byte_timeout()? {
        layer = layer.first_byte_timeout(limit);
    }
    let key = settings::edge_key()?;
    let serve = async |event| Ok::<_, Error>(serve(&layer, key.as_deref(), event).await);
    lambda_runtime::run(service_fn(serve)).await
}

async fn serve(
    layer: &FirstPartyLayer,
    key: Option<&str>,
    event: LambdaEvent<ApiGatewayV2httpRequest>,
) -> StreamResponse<BodyDataStream<BoxBody>> {
    let reply = Reply::to(&event.payload.request_context.http.method, &event.payload.headers);
    let response = match event::request(event.payload, key) {
        Ok(request) => {
            let Ok(response) = layer.clone().oneshot(request).await;
            response
        }
        Err(cause) => {
            log_report(Report::default().answered(cause));
            reply.refuse(cause).map(|body| BoxBody::new(Full::from(body).map_err(Error::from)))
        }
    };
    answer::answer(response.map(|body| BoxBody::new(body.map_err(cut))))
}

/// R16.2: an answer that breaks off must not look whole, and the runtime's client would write the error behind
/// it. Lambda starts the function again.
fn cut(_: Error) -> Error {
    std::process::exit(1)
}

fn log(ended: Ended) {
    log_report(ended.report);
}

/// R16.6: the report, and no field.
fn log_report(report: Report) {
    println!("exchange {}", serde_json::to_string(&report).unwrap_or_default());
}
