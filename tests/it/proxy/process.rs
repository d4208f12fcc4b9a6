//! The proxy as a process of its own.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::upstream::Upstream;
use super::wire::{Message, PATIENCE, Wire};
use crate::program;

pub(super) const SECRET: &str = "s3cret-of-the-test";

/// A running proxy; it ends with the test.
pub(crate) struct Proxy {
    child: Child,
    pub(crate) address: SocketAddr,
    /// What it printed at the start.
    pub(super) welcome: String,
    stderr: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Proxy {
    /// In front of an upstream, with both v3 routes and a secret.
    pub(super) fn before(upstream: &Upstream) -> Self {
        Self::with(upstream.address, &[])
    }

    /// The same, with further arguments.
    pub(super) fn with(upstream: SocketAddr, arguments: &[&str]) -> Self {
        let upstream = upstream.to_string();
        let usual = ["--listen", "127.0.0.1:0", "--connect-to", &upstream, "--secret", SECRET];
        let routes = ["--agent-path", "agent", "--result-path", "result"];
        Self::start(command().args(usual).args(routes).args(arguments))
    }

    /// Waits until it listens.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stderr = Arc::new(Mutex::new(String::new()));
        let reader = collect(child.stderr.take().unwrap(), Arc::clone(&stderr));
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut welcome = String::new();
        while !welcome.contains("/status\n") {
            let count = stdout.read_line(&mut welcome).unwrap();
            assert!(count > 0, "the proxy did not start: {}", stderr.lock().unwrap());
        }
        let address = welcome.lines().next().unwrap().strip_prefix("listening on http://");
        let address = address.unwrap().parse().unwrap();
        Self { child, address, welcome, stderr, reader: Some(reader) }
    }

    pub(super) fn connect(&self) -> Wire {
        Wire::connect(self.address)
    }

    /// Sends the bytes of a request and reads the answer.
    pub(super) fn ask(&self, request: impl AsRef<[u8]>) -> Message {
        let mut wire = self.connect();
        wire.send(request);
        wire.message().expect("an answer")
    }

    pub(super) fn get(&self, target: &str) -> Message {
        self.ask(format!("GET {target} HTTP/1.1\r\nhost: www.example.com\r\n\r\n"))
    }

    /// What it has logged so far.
    pub(super) fn log(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    /// Waits for a line of the log.
    pub(super) fn wait_for(&self, words: &str) {
        let start = Instant::now();
        while !self.log().contains(words) {
            assert!(start.elapsed() < PATIENCE, "no {words:?} in the log: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until that many exchanges are in the log, and gives their lines.
    pub(super) fn wait_for_exchanges(&self, count: usize) -> Vec<Value> {
        let start = Instant::now();
        loop {
            let lines = exchanges(&self.log());
            if lines.len() >= count {
                assert_eq!(lines.len(), count, "{lines:?}");
                return lines;
            }
            assert!(start.elapsed() < PATIENCE, "{} of {count}: {lines:?}", lines.len());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(super) fn terminate(&self) {
        self.signal("TERM");
    }

    pub(super) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let kill = Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap();
        assert!(kill.success());
    }

    /// Waits for the end; gives the exit status and all that was logged.
    pub(super) fn ended(mut self) -> (ExitStatus, String) {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "the proxy does not end");
            std::thread::sleep(Duration::from_millis(10));
        };
        self.reader.take().unwrap().join().unwrap();
        (status, self.log())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a log says of exchanges, line by line.
pub(super) fn exchanges(log: &str) -> Vec<Value> {
    let lines = log.lines().filter_map(|line| line.strip_prefix("exchange "));
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The example, without anyone's settings.
pub(crate) fn command() -> Command {
    let mut command = Command::new(program::proxy());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("FIRSTPARTY_") {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What it says when it does not start. No settings are such that it panics.
#[track_caller]
pub(super) fn refused(command: &mut Command) -> String {
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while process.try_wait().unwrap().is_none() {
        if start.elapsed() > PATIENCE {
            process.kill().unwrap();
            panic!("{command:?}: not refused");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = process.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{command:?}: {stderr}");
    assert!(!stderr.contains("panicked"), "{command:?}: {stderr}");
    stderr
}

fn collect(pipe: impl Read + Send + 'static, text: Arc<Mutex<String>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let mut text = text.lock().unwrap();
            text.push_str(&line);
            text.push('\n');
        }
    })
}
