//! The gateway as a filter of Envoy (proxy-wasm). `README.md` tells how to run it.
//!
//! * `settings`: the plugin's configuration becomes a gateway
//! * `head`: Envoy's pairs become the types of `http`, and the other way round
//! * `filter`: one exchange, from the request's head to its log line
//! * `outcome`: what an answer of Envoy's own means
//! * `counters`: reports become log lines and counters

mod counters;
mod filter;
mod head;
mod outcome;
mod settings;

use std::rc::Rc;

use firstparty::Gateway;
use proxy_wasm::hostcalls;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{ContextType, LogLevel};

use crate::counters::Counters;
use crate::filter::Filter;

proxy_wasm::main! {{
    proxy_wasm::set_root_context(|_| Box::new(Plugin::default()));
}}

/// One in each of Envoy's threads.
#[derive(Default)]
struct Plugin(Option<(Gateway, Rc<Counters>)>);

impl Context for Plugin {}

impl RootContext for Plugin {
    /// Without valid settings Envoy refuses the listener, and says why in its log.
    fn on_configure(&mut self, _size: usize) -> bool {
        let document = self.get_plugin_configuration().unwrap_or_default();
        match settings::gateway(&document) {
            Ok(gateway) => self.0 = Some((gateway, Rc::new(Counters::define()))),
            Err(error) => log(LogLevel::Critical, &format!("settings: {error}")),
        }
        self.0.is_some()
    }

    fn create_http_context(&self, _id: u32) -> Option<Box<dyn HttpContext>> {
        let (gateway, counters) = self.0.clone()?;
        Some(Box::new(Filter::new(gateway, counters)))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

/// Envoy's log takes every line; if it ever did not, nobody could be told.
fn log(level: LogLevel, line: &str) {
    let _ = hostcalls::log(level, line);
}
