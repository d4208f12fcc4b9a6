//! The loop without any I/O: what an adapter does, with upstream played by a function.
//!
//! ```sh
//! cargo run --example in_memory
//! ```

use firstparty::advice::advise;
use firstparty::http::{Request, Response, StatusCode};
use firstparty::{Action, Config, Exchange, Failure, Gateway, Platform, RequestId};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // 1. Once, at the start: a configuration, checked, and a gateway made of it.
    let config = Config::builder()
        .agent_download_path("vbcnkxb654")
        .get_result_path("5yt489hgfj")
        .pre_shared_secret("s3cret")
        .hosts(["www.example.com"])
        .build()?;
    let gateway = Gateway::new(config, Platform::Generic);
    for advice in advise(gateway.config(), gateway.platform()) {
        println!("advice {}: {advice}", advice.code());
    }

    // 2. For every request: the head goes in, and out comes one for upstream or an answer.
    for (method, path) in [
        ("GET", "/ore54guier/vbcnkxb654?apiKey=k&version=3"),
        ("POST", "/ore54guier/5yt489hgfj?region=eu"),
        ("POST", "/ore54guier/5yt489hgfj?region=ap"),
        ("GET", "/ore54guier/status"),
        ("GET", "/ore54guier/../admin"),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "www.example.com")
            .header("origin", "https://www.example.com")
            .header("cookie", "session=private; _iidt=visitor")
            .body("what the browser sends")?;
        println!("\n{method} {path}");
        let client_ip = "203.0.113.7".parse().ok();
        match gateway.handle(request, client_ip) {
            Action::Respond(response, report) => {
                println!("  answered {}, route {:?}", response.status(), report.route);
            }
            Action::Forward(request, exchange) => show(&forward(&request, &exchange)),
        }
    }
    Ok(())
}

/// 3. A forwarded request ends in one of two ways.
///
/// A real client meets interim responses (1xx) too. They are dropped, or go through `complete` as well;
/// they do not use the exchange up.
fn forward(request: &Request<&'static str>, exchange: &Exchange) -> Response<String> {
    println!("  to {}", request.uri());
    for (name, value) in request.headers() {
        // The secret is marked sensitive, so its `Debug` shows nothing.
        println!("     {name}: {value:?}");
    }
    let report = exchange.report();
    match upstream(request) {
        Ok(response) => {
            println!("  {:?}", report.ended(response.status()));
            exchange.complete(response)
        }
        Err(failure) => {
            println!("  {:?}", report.ended(failure));
            // Time and entropy are the adapter's; here they are constants.
            let id = RequestId::new(1_767_225_600_123, 0x5eed);
            exchange.fail(failure, id).map(|body| String::from_utf8_lossy(&body).into_owned())
        }
    }
}

/// Plays Fingerprint's server; the one in Asia is down.
fn upstream(request: &Request<&'static str>) -> Result<Response<String>, Failure> {
    if request.uri().host() == Some("ap.api.fpjs.io") {
        return Err(Failure::Connect);
    }
    let response = Response::builder()
        .status(StatusCode::OK)
        .header("content-type", "text/javascript")
        .header("cache-control", "public, max-age=604800")
        .header("strict-transport-security", "max-age=63072000")
        .header("set-cookie", "_iidt=visitor; Domain=fpjs.io; Secure; HttpOnly");
    response.body("what upstream sends".to_owned()).map_err(|_| Failure::Protocol)
}

fn show(response: &Response<String>) {
    println!("  back {}", response.status());
    for (name, value) in response.headers() {
        println!("     {name}: {value:?}");
    }
}
