//! The signals that end the proxy: SIGINT, which is Ctrl-C, and SIGTERM.

use std::io;
use std::process::ExitCode;

#[cfg(unix)]
use tokio::signal::unix;

/// All signals from the start on; none ends the process by itself any more.
pub(crate) struct Signals {
    #[cfg(unix)]
    interrupt: unix::Signal,
    #[cfg(unix)]
    terminate: unix::Signal,
}

/// A signal's number.
#[derive(Clone, Copy)]
pub(crate) struct Signal(u8);

impl Signal {
    const INTERRUPT: Self = Self(2);
    #[cfg(unix)]
    const TERMINATE: Self = Self(15);

    /// The status that a shell gives a program which the signal has ended.
    pub(crate) fn exit_code(self) -> ExitCode {
        ExitCode::from(128 + self.0)
    }
}

#[cfg(unix)]
impl Signals {
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: unix::signal(unix::SignalKind::interrupt())?,
            terminate: unix::signal(unix::SignalKind::terminate())?,
        })
    }

    pub(crate) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::INTERRUPT,
            _ = self.terminate.recv() => Signal::TERMINATE,
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    pub(crate) async fn next(&mut self) -> Signal {
        let _ = tokio::signal::ctrl_c().await;
        Signal::INTERRUPT
    }
}
