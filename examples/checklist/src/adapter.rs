//! The adapter, where the checklist starts it.

use std::io;
use std::process::Stdio;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::url::Url;

/// A process that ends with the checklist.
pub(crate) struct Process {
    child: Child,
    id: u32,
}

/// How long an adapter may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

impl Process {
    /// Starts it and waits until it takes connections.
    pub(crate) async fn start(command: &[String], url: &Url) -> Result<Self, String> {
        let (program, arguments) = command.split_first().ok_or("no command")?;
        if TcpStream::connect(&url.authority).await.is_ok() {
            return Err(format!("something listens on {} already", url.authority));
        }
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("cannot start {program}: {error}"))?;
        let started = Instant::now();
        while TcpStream::connect(&url.authority).await.is_err() {
            if let Ok(Some(status)) = child.try_wait() {
                return Err(format!("{program} ended: {status}"));
            }
            if started.elapsed() > PATIENCE {
                return Err(format!("{program} does not listen on {}", url.authority));
            }
            sleep(Duration::from_millis(20)).await;
        }
        let id = child.id().ok_or("it has ended")?;
        Ok(Self { child, id })
    }

    /// Ends it: with SIGTERM first, because a script around the adapter ends it then.
    pub(crate) async fn stop(mut self) -> io::Result<()> {
        let ask = Command::new("kill").arg(self.id.to_string()).stderr(Stdio::null()).status();
        let _ = ask.await;
        if tokio::time::timeout(Duration::from_secs(5), self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        Ok(())
    }

    /// The memory that it and the processes below it hold, in bytes, where the system tells.
    pub(crate) fn memory(&self) -> Option<u64> {
        let mut family = vec![self.id];
        let parents = parents()?;
        let mut place = 0;
        while let Some(&id) = family.get(place) {
            family
                .extend(parents.iter().filter(|(_, parent)| *parent == id).map(|(child, _)| child));
            place += 1;
        }
        family.into_iter().filter_map(resident).reduce(|sum, more| sum + more)
    }
}

/// Each process with its parent.
fn parents() -> Option<Vec<(u32, u32)>> {
    let folders = std::fs::read_dir("/proc").ok()?.flatten();
    let ids = folders.filter_map(|folder| folder.file_name().to_str()?.parse().ok());
    Some(ids.filter_map(|id| Some((id, number(id, "PPid:")?.try_into().ok()?))).collect())
}

fn resident(id: u32) -> Option<u64> {
    number(id, "VmRSS:").map(|kilobytes| kilobytes * 1024)
}

fn number(id: u32, name: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}
