//! Connections from browsers, until a signal.

pub(crate) mod ending;
pub(crate) mod open;
pub(crate) mod signals;
pub(crate) mod socket;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use firstparty::adapter;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpListener;
use tokio::time::sleep;

use crate::args::Limits;
use crate::exchange::Proxy;
use crate::server::ending::{Connections, Membership};
use crate::server::signals::{Signal, Signals};
use crate::server::socket::{Cut, Socket};

/// R16.4: how long a head may be.
pub(crate) const MAX_HEAD: usize = 256 * 1024;

const _: () = assert!(MAX_HEAD >= adapter::MIN_HEAD);

/// Serves until the first signal; then takes no more connections and ends those that there are.
/// Gives the second signal, if it came before they had ended.
pub(crate) async fn serve(
    listener: TcpListener,
    proxy: Arc<Proxy>,
    mut signals: Signals,
    limits: Limits,
) -> Option<Signal> {
    let http = http(limits.head);
    let connections = Connections::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = signals.next() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let cut = Cut::default();
                let socket = Socket::new(stream, limits.head, cut.clone());
                let service = Service { proxy: Arc::clone(&proxy), peer: peer.ip(), cut };
                tokio::spawn(connection(http.clone(), socket, service, connections.join()));
            }
            // Too many open files, for instance: some will be closed soon.
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    }
    drop(listener);
    connections.end(&proxy.recorder.open, &mut signals, limits.shutdown).await
}

/// HTTP/1.1, and HTTP/2 with prior knowledge.
///
/// How many fields a head may have is left to hyper: it takes [`adapter::MIN_FIELDS`]. For a number that it
/// is told, it allocates and fills that many places with every head.
fn http(head: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(head).max_buf_size(MAX_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(head)
        .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX));
    builder
}

/// What the exchanges of a connection share.
struct Service {
    proxy: Arc<Proxy>,
    peer: IpAddr,
    cut: Cut,
}

async fn connection(
    http: Builder<TokioExecutor>,
    socket: Socket,
    service: Service,
    membership: Membership,
) {
    let answer = service_fn(|request| {
        Arc::clone(&service.proxy).answer(request, service.peer, service.cut.clone())
    });
    let connection = http.serve_connection(TokioIo::new(socket), answer);
    membership.serve(connection, service.cut.clone()).await;
}
