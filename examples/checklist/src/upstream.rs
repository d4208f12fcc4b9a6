//! The stand-in for Fingerprint: it plays for each request the script that the request's token names,
//! and writes down what came.
//!
//! The token is a parameter of the query, because that reaches upstream through every adapter. So
//! checks need not wait for each other.

pub(crate) mod listening;
pub(crate) mod play;
pub(crate) mod stage;
pub(crate) mod talk;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::listening::Listening;
use self::play::Play;
use self::talk::{Seen, Talk};

/// The parameter that carries the token.
pub(crate) const PARAMETER: &str = "cl";

/// The stand-in.
pub(crate) struct Upstream {
    address: SocketAddr,
    program: Arc<Program>,
    listening: Mutex<Option<Listening>>,
}

/// What it plays, and what it has seen.
pub(crate) struct Program {
    talks: Mutex<HashMap<String, Talk>>,
    /// First lines of requests without a known token.
    strays: Mutex<Vec<String>>,
    tokens: AtomicU64,
    seed: u64,
    patience: Duration,
}

impl Upstream {
    pub(crate) fn start(address: SocketAddr, patience: Duration) -> io::Result<Self> {
        let program = Arc::new(Program {
            talks: Mutex::default(),
            strays: Mutex::default(),
            tokens: AtomicU64::new(0),
            seed: RandomState::new().hash_one(address),
            patience,
        });
        let (listening, address) = Listening::start(address, Arc::clone(&program))?;
        Ok(Self { address, program, listening: Mutex::new(Some(listening)) })
    }

    /// Takes connections, until it goes away.
    pub(crate) fn listen(&self) -> io::Result<()> {
        let (listening, _) = Listening::start(self.address, Arc::clone(&self.program))?;
        *lock(&self.listening) = Some(listening);
        Ok(())
    }

    /// Takes no connection any more, and ends those that there are.
    pub(crate) async fn go_away(&self) {
        let listening = lock(&self.listening).take();
        if let Some(listening) = listening {
            listening.end().await;
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Registers a script. The requests that carry the talk's token play it.
    pub(crate) fn expect(&self, play: Play) -> Talk {
        let number = self.program.tokens.fetch_add(1, Ordering::Relaxed);
        let token = format!("{:016x}x{number}", self.program.seed);
        let talk = Talk::new(token.clone(), play, self.program.patience);
        lock(&self.program.talks).insert(token, talk.clone());
        talk
    }

    /// The first lines of requests that carried no known token.
    pub(crate) fn strays(&self) -> Vec<String> {
        lock(&self.program.strays).clone()
    }
}

impl Program {
    /// The talk that a request belongs to.
    pub(crate) fn talk(&self, seen: &Seen) -> Option<Talk> {
        let target = seen.head.target();
        let (_, rest) = target.split_once(&format!("{PARAMETER}="))?;
        let token = rest.split(|char: char| !char.is_ascii_alphanumeric()).next()?;
        lock(&self.talks).get(token).cloned()
    }

    pub(crate) fn stray(&self, seen: &Seen) {
        lock(&self.strays).push(seen.head.line.clone());
    }

    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }
}

/// Nothing that is locked here can be left half done.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
