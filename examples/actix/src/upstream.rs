//! Connections to Fingerprint.

use std::error::Error;

use firstparty::http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use tower::util::MapRequest;

use crate::settings;

type Connector<F> = MapRequest<HttpsConnector<HttpConnector>, F>;

/// TLS to the host of the request; with `FIRSTPARTY_CONNECT_TO` plain HTTP to that address, for tests.
pub(crate) fn connector()
-> Result<Connector<impl Fn(Uri) -> Uri + Clone + Send + Sync + 'static>, Box<dyn Error>> {
    let address = settings::text("FIRSTPARTY_CONNECT_TO")?;
    let instead = address.map(|address| format!("http://{address}").parse()).transpose()?;
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    let tls = HttpsConnectorBuilder::new().with_webpki_roots();
    let tls = if instead.is_some() { tls.https_or_http() } else { tls.https_only() };
    let https = tls.enable_http1().wrap_connector(tcp);
    Ok(MapRequest::new(https, move |uri| instead.clone().unwrap_or(uri)))
}
