//! What a check has in hand: both sides of the adapter, and how it is configured.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::adapter::Process;
use crate::args::{AddressFrom, Args};
use crate::browser::ask::{Ask, Content};
use crate::upstream::Upstream;
use crate::upstream::play::Play;
use crate::upstream::talk::{Seen, Talk};
use crate::url::Url;
use crate::wire::message::Message;
use crate::wire::{Wire, is_cut};
use crate::wrong::{Wrong, ensure, short};

/// The address that the checklist gives to visitors where a field tells it (RFC 5737).
pub(crate) const VISITOR: &str = "203.0.113.77";

/// What a check has in hand.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) args: Arc<Args>,
    pub(crate) url: Url,
    pub(crate) upstream: Arc<Upstream>,
    pub(crate) process: Option<Arc<Process>>,
}

impl Context {
    pub(crate) fn expect(&self, play: Play) -> Talk {
        self.upstream.expect(play)
    }

    /// A connection to the adapter.
    pub(crate) async fn connect(&self) -> Result<Wire, Wrong> {
        Ok(Wire::new(self.stream().await?, self.patience())?)
    }

    pub(crate) async fn stream(&self) -> io::Result<TcpStream> {
        let connecting = TcpStream::connect(&self.url.authority);
        timeout(self.patience(), connecting)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Longer than anything here takes: whoever waits that long waits in vain.
    pub(crate) fn patience(&self) -> Duration {
        patience(&self.args)
    }

    /// Sends a request on a connection of its own, and reads the response.
    pub(crate) async fn ask(&self, ask: &Ask) -> Result<Message, Wrong> {
        let mut wire = self.connect().await?;
        wire.send(ask.bytes()).await?;
        Ok(wire.response(ask.method).await?)
    }

    /// The connection for the request after this answer: the same, unless the answer says that it ends.
    pub(crate) async fn after(&self, mut wire: Wire, answer: &Message) -> Result<Wire, Wrong> {
        if !answer.head.closes() {
            return Ok(wire);
        }
        ends(&mut wire).await?;
        self.connect().await
    }

    /// The same with any bytes, which are taken for a GET.
    pub(crate) async fn ask_bytes(&self, bytes: impl AsRef<[u8]>) -> Result<Message, Wrong> {
        let mut wire = self.connect().await?;
        wire.send(bytes).await?;
        Ok(wire.response("GET").await?)
    }

    /// A request below the integration path.
    pub(crate) fn request(&self, method: &'static str, path: &str) -> Ask {
        let mut fields = Vec::new();
        if let AddressFrom::Field(name) = &self.args.client_address {
            fields.push((name.clone(), VISITOR.into()));
        }
        Ask {
            method,
            path: format!("{}{path}", self.url.path),
            query: String::new(),
            token: None,
            host: self.args.host.clone(),
            fields,
            content: Content::None,
        }
    }

    /// A public API key whose agent is served.
    pub(crate) fn key(&self) -> &str {
        self.args.api_keys.first().map_or("key", String::as_str)
    }

    /// The region that a request gets which asks for this one.
    pub(crate) fn region<'a>(&'a self, asked: &'a str) -> &'a str {
        self.args.region.as_deref().unwrap_or(asked)
    }

    /// The host of the API for a request that asks for this region.
    pub(crate) fn api_host(&self, asked: &str) -> String {
        match self.region(asked) {
            "us" => "api.fpjs.io".to_owned(),
            region => format!("{region}.api.fpjs.io"),
        }
    }

    /// What is outside the integration path, and what looks like none of its paths, is a site's that answers
    /// with pages.
    pub(crate) fn has_pages(&self) -> bool {
        self.args.site.as_deref().is_some_and(|site| site != "404")
    }

    /// A path of the API: one of v4, or behind the path of v3's identification requests.
    pub(crate) fn api(&self, method: &'static str, path: &str, talk: &Talk) -> Result<Ask, Wrong> {
        let route = match &self.args.result_path {
            _ if !self.args.no_v4 => String::new(),
            Some(result) => format!("/{result}"),
            None => return Err(Wrong::skipped("no route is on")),
        };
        Ok(self.request(method, &format!("{route}{path}")).talk(talk))
    }

    /// An identification request, with a small body.
    pub(crate) fn identify(&self, talk: &Talk) -> Result<Ask, Wrong> {
        Ok(self.api("POST", "/", talk)?.body(*b"{}"))
    }

    /// A request without identification.
    pub(crate) fn fetch(&self, talk: &Talk) -> Result<Ask, Wrong> {
        self.api("GET", "/some/helper", talk)
    }

    /// A download of the agent.
    pub(crate) fn download(&self, talk: &Talk) -> Result<Ask, Wrong> {
        match &self.args.agent_path {
            _ if !self.args.no_v4 => self.api("GET", &format!("/web/v4/{}", self.key()), talk),
            Some(path) => {
                let query = format!("apiKey={}", self.key());
                Ok(self.request("GET", &format!("/{path}")).talk(talk).query(&query))
            }
            None => Err(Wrong::skipped("no route of the agent is on")),
        }
    }

    /// Has a request go through, answered with `200`, and gives what upstream saw.
    pub(crate) async fn passes(&self, ask: &Ask, talk: &Talk) -> Result<Seen, Wrong> {
        let message = self.ask(ask).await?;
        let status = message.head.status()?;
        ensure(status == 200, || format!("status {status}: {}", short(&message.text())))?;
        talk.only().await
    }

    /// The address that upstream is to be told, of a visitor on this connection.
    pub(crate) fn address(&self, local: SocketAddr) -> String {
        match self.args.client_address {
            AddressFrom::Peer => local.ip().to_canonical().to_string(),
            AddressFrom::Field(_) => VISITOR.to_owned(),
        }
    }

    /// Whether the platform adds a field by itself.
    pub(crate) fn adds(&self, name: &str) -> bool {
        let edge = self.args.platform.0.adds.contains(&name);
        let from = matches!(&self.args.client_address, AddressFrom::Field(field) if field == name);
        edge || from || self.args.adds.iter().any(|added| added.eq_ignore_ascii_case(name))
    }

    pub(crate) fn agent_path(&self) -> Result<&str, Wrong> {
        self.args.agent_path.as_deref().ok_or_else(|| Wrong::skipped("needs --agent-path"))
    }

    pub(crate) fn result_path(&self) -> Result<&str, Wrong> {
        self.args.result_path.as_deref().ok_or_else(|| Wrong::skipped("needs --result-path"))
    }

    pub(crate) fn needs_v4(&self) -> Result<(), Wrong> {
        if self.args.no_v4 { Err(Wrong::skipped("v4 is off")) } else { Ok(()) }
    }

    pub(crate) fn needs_status(&self) -> Result<(), Wrong> {
        if self.args.no_status { Err(Wrong::skipped("the status page is off")) } else { Ok(()) }
    }
}

/// Nothing follows on a connection but its end.
pub(crate) async fn ends(wire: &mut Wire) -> Result<(), Wrong> {
    match wire.rest().await {
        Ok(rest) => {
            ensure(rest.is_empty(), || format!("bytes behind the answer: {}", short(&rest)))
        }
        Err(error) => ensure(is_cut(&error), || "the connection goes on".to_owned()),
    }
}

pub(crate) fn patience(args: &Args) -> Duration {
    args.first_byte_limit.max(args.idle_limit).max(args.connect_limit) + args.patience
}
