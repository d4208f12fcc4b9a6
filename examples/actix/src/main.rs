//! An actix-web application with the gateway beside its own pages. `README.md` says how to run it.
//!
//! * `settings`: the environment becomes a gateway
//! * `convert`: between the `http` 0.2 of actix-web and the `http` 1 of the gateway
//! * `upstream`: connections to Fingerprint

mod convert;
mod settings;
mod upstream;

use std::process::ExitCode;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{Data, Html, get};
use actix_web::{App, Error, HttpServer};
use firstparty_tower::{Ended, FirstPartyLayer, Gateways, client};
use tower::ServiceExt;

/// What the workers share.
struct FirstParty {
    gateways: Gateways,
    layer: FirstPartyLayer,
}

#[actix_web::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    let gateways = Gateways::new(settings::gateway()?);
    let layer = FirstPartyLayer::new(gateways.clone(), client(upstream::connector()?)).on_end(log);
    let state = Data::new(FirstParty { gateways, layer });
    let listen = settings::text("FIRSTPARTY_LISTEN")?.unwrap_or("127.0.0.1:8789".to_owned());
    let app = move || {
        App::new()
            .app_data(state.clone())
            .route("/", get().to(site))
            // The last one is the outermost: nothing may compress or decode what passes it.
            .wrap(from_fn(first_party))
    };
    HttpServer::new(app).shutdown_timeout(20).bind(listen)?.run().await?;
    Ok(())
}

async fn site() -> Html {
    Html::new("<!doctype html><title>Site</title><h1>The site</h1>")
}

async fn first_party(
    state: Data<FirstParty>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let uri = convert::uri(request.uri());
    if !uri.is_ok_and(|uri| state.gateways.get().owns(&uri)) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let (request, payload) = request.into_parts();
    let converted = convert::request(&request, payload)?;
    let Ok(response) = state.layer.clone().oneshot(converted).await;
    let response = convert::response(response, request.method())?;
    Ok(ServiceResponse::new(request, response))
}

/// R16.6: the report, and no field.
fn log(ended: Ended) {
    println!("exchange {}", serde_json::to_string(&ended.report).unwrap_or_default());
}
