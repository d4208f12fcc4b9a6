//! Pingora with the gateway beside a site. `README.md` says how to run it.

mod exchange;
mod proxy;
mod settings;
mod upstream;

use std::error::Error;
use std::net::TcpListener;
use std::process::ExitCode;
use std::thread::available_parallelism;

use pingora::apps::HttpServerOptions;
use pingora::listeners::ListenerConfig;
use pingora::prelude::{Server, background_service, http_proxy_service};
use pingora::protocols::http::v2::server::H2Options;
use pingora::protocols::l4::stream::L4BufferSettings;
use pingora::server::configuration::ServerConf;

use crate::proxy::FirstParty;
use crate::settings::{Settings, address};
use crate::upstream::Upstream;

fn main() -> ExitCode {
    match server() {
        Ok(server) => server.run_forever(),
        Err(error) => {
            eprintln!("firstparty-pingora: {error}");
            ExitCode::FAILURE
        }
    }
}

fn server() -> Result<Server, Box<dyn Error>> {
    let settings = Settings::new()?;
    let upstream = Upstream {
        connect_to: address("FIRSTPARTY_CONNECT_TO")?,
        site: address("FIRSTPARTY_SITE")?,
    };
    let listen = address("FIRSTPARTY_LISTEN")?.unwrap_or(([127, 0, 0, 1], 8789).into());
    // Before Pingora binds it, so that the operator reads why that would fail.
    TcpListener::bind(listen).map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    let mut server = Server::new_with_opt_and_conf(None, conf());
    server.bootstrap();
    let proxy = FirstParty { settings: settings.clone(), upstream };
    let mut service = http_proxy_service(&server.configuration, proxy);
    if let Some(http) = service.app_logic_mut() {
        http.server_options.get_or_insert_with(HttpServerOptions::default).h2c = true;
        // R16.4, with room for what HTTP/2 adds to the size of each field.
        http.h2_options.get_or_insert_with(H2Options::new).max_header_list_size(128 * 1024);
    }
    // R16.2: a buffer would keep the beginning of a body until there is more of it.
    let unbuffered = L4BufferSettings::default().write(0);
    service.add_listener(ListenerConfig::tcp(listen.to_string()).l4_buffer(unbuffered));
    server.add_service(service);
    server.add_service(background_service("settings", settings));
    eprintln!("listening on http://{listen}");
    Ok(server)
}

fn conf() -> ServerConf {
    ServerConf {
        threads: available_parallelism().map_or(1, usize::from),
        // R16.1: a request is sent twice at most.
        max_retries: 2,
        // How long open exchanges may go on after SIGTERM. Pingora waits for all of it, then cuts them.
        grace_period_seconds: Some(10),
        ..ServerConf::default()
    }
}
