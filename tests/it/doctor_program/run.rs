//! A run of the doctor.

use std::io::Read;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program;
use crate::proxy::wire::PATIENCE;

/// All that can be asked for.
pub(super) const EVERYTHING: [&str; 6] =
    ["--api-key", "K1", "--agent-path", "vbcnkxb654", "--result-path", "5yt489hgfj"];

/// What a run ended with.
pub(super) struct Run {
    pub(super) status: i32,
    pub(super) out: String,
    pub(super) errors: String,
    pub(super) time: Duration,
}

impl Run {
    /// With these arguments.
    pub(super) fn with(arguments: &[&str]) -> Self {
        Self::of(command().args(arguments))
    }

    /// At a server on loopback, with lines of JSON.
    pub(super) fn at(scheme: &str, server: SocketAddr, arguments: &[&str]) -> Self {
        // TLS is not asked for on loopback, and names below `localhost` are.
        let host = if scheme == "http" { "shop.localhost" } else { "www.shop.example.com" };
        let url = format!("{scheme}://{host}/ore54guier");
        let usual = ["--json", "--connect-to", &server.to_string(), &url];
        Self::with(&[&usual, arguments].concat())
    }

    /// Waits for the end. It never panics, whatever it meets.
    #[track_caller]
    pub(super) fn of(command: &mut Command) -> Self {
        let start = Instant::now();
        let mut child = command.spawn().unwrap();
        let out = collect(child.stdout.take().unwrap());
        let errors = collect(child.stderr.take().unwrap());
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status.code().expect("no signal ends it");
            }
            if start.elapsed() > PATIENCE {
                child.kill().unwrap();
                panic!("{command:?} does not end");
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let time = start.elapsed();
        let [out, errors] = [out, errors].map(|pipe| pipe.join().unwrap());
        assert!(!errors.contains("panicked"), "{command:?}: {errors}");
        Self { status, out, errors, time }
    }

    /// The lines as JSON.
    pub(super) fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The names of the checks that ended in this way.
    pub(super) fn checks(&self, verdict: &str) -> Vec<String> {
        let lines = self.lines().into_iter().filter(|line| line["verdict"] == verdict);
        lines.map(|line| line["check"].as_str().unwrap().to_owned()).collect()
    }

    /// What was seen by a check.
    pub(super) fn cause(&self, check: &str) -> String {
        let lines = self.lines();
        let line = lines.iter().find(|line| line["check"] == check).expect("the check is there");
        line["cause"].as_str().unwrap().to_owned()
    }
}

/// The example, whatever the terminal of the tests is.
pub(super) fn command() -> Command {
    let mut command = Command::new(program::doctor());
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env_remove("CLICOLOR");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = String::new();
        pipe.read_to_string(&mut text).unwrap();
        text
    })
}
