# What the Worker runs in when it is tested: workerd, with one socket, and one outside. Whatever host a request
# names, it goes to `upstream`, or to the site if it is the site's; its `host` field stays.
#
#     workerd serve --socket-addr http=127.0.0.1:8787 --external-addr upstream=127.0.0.1:9455 workerd.capnp
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
    (name = "index.js", esModule = embed "build/index.js"),
    (name = "index_bg.wasm", wasm = embed "build/index_bg.wasm"),
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
