# What the Worker runs in when it is tested: workerd, with one socket. Fingerprint's hosts are `upstream`, in plain
# HTTP and with their `host` field, and all others are the site (`outside.js`).
#
#     workerd serve --socket-addr http=127.0.0.1:9611 --external-addr upstream=127.0.0.1:9610 workerd.capnp
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "gateway", worker = .gateway),
    (name = "outside", worker = .outside),
    (name = "upstream", external = (http = ())),
  ],
  sockets = [(name = "http", http = (), service = "gateway")],
);

const gateway :Workerd.Worker = (
  modules = [
    (name = "index.js", esModule = embed "../../target/cloudflare-worker/worker/index.js"),
    (name = "streams.js", esModule = embed "../../target/cloudflare-worker/worker/streams.js"),
    (name = "firstparty.js", esModule = embed "../../target/cloudflare-worker/worker/firstparty.js"),
    (name = "state.js", esModule = embed "../../target/cloudflare-worker/worker/state.js"),
    (name = "firstparty_bg.wasm", wasm = embed "../../target/cloudflare-worker/worker/firstparty_bg.wasm"),
  ],
  # As in wrangler.toml.
  compatibilityDate = "2026-07-01",
  compatibilityFlags = ["fetch_legacy_url"],
  bindings = [
    (name = "fpjs_route_prefix", fromEnvironment = "FPJS_ROUTE_PREFIX"),
    (name = "PROXY_SECRET", fromEnvironment = "PROXY_SECRET"),
    (name = "AGENT_SCRIPT_DOWNLOAD_PATH", text = "agent"),
    (name = "GET_RESULT_PATH", text = "result"),
  ],
  globalOutbound = "outside",
);

const outside :Workerd.Worker = (
  modules = [(name = "outside.js", esModule = embed "outside.js")],
  compatibilityDate = "2026-07-01",
  compatibilityFlags = ["fetch_legacy_url"],
  bindings = [(name = "upstream", service = "upstream")],
);
