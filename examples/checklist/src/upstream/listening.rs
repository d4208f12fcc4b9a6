//! Where the stand-in listens.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket};
use tokio::task::{JoinHandle, JoinSet};

use crate::upstream::{Program, stage};
use crate::wire::Wire;

/// A listener and its connections.
pub(crate) struct Listening(JoinHandle<()>);

impl Listening {
    /// Gives the address, too: port 0 takes any free one.
    pub(crate) fn start(
        address: SocketAddr,
        program: Arc<Program>,
    ) -> io::Result<(Self, SocketAddr)> {
        let listener = bind(address, 1024)?;
        let address = listener.local_addr()?;
        let accepting = async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                while connections.try_join_next().is_some() {}
                // TLS would begin here.
                // It gives up after the checks do.
                if let Ok(wire) = Wire::new(stream, program.patience() * 3) {
                    connections.spawn(stage::serve(wire, Arc::clone(&program)));
                }
            }
        };
        Ok((Self(tokio::spawn(accepting)), address))
    }

    /// Ends the listener and its connections.
    pub(crate) async fn end(self) {
        self.0.abort();
        let _ = self.0.await;
    }
}

/// Listens, with room for that many connections that nobody has taken yet.
pub(crate) fn bind(address: SocketAddr, queue: u32) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(queue)
}
