//! The choices, as data.

use super::Choice;
use crate::settings::form::Form;

/// The heading of what the gateway itself does not read.
pub(super) const CONTROL_VALUES: &str = "Without effect in this program";

/// By the headings of the help.
pub(super) const GROUPS: &[(&str, &[Choice])] = &[
    ("Routes", ROUTES),
    ("Fingerprint", FINGERPRINT),
    ("Browsers", BROWSERS),
    ("Responses", RESPONSES),
    (CONTROL_VALUES, CONTROL),
];

const ROUTES: &[Choice] = &[
    Choice {
        key: "fpjs_agent_download_path",
        argument: "agent-path",
        value: "PATH",
        form: Form::Text,
        help: "The v3 agent route; the stand-in has one",
    },
    Choice {
        key: "fpjs_get_result_path",
        argument: "result-path",
        value: "PATH",
        form: Form::Text,
        help: "The v3 route for identification and browser cache; the stand-in has one",
    },
    Choice {
        key: "fpjs_route_prefix",
        argument: "route-prefix",
        value: "PATH",
        form: Form::Text,
        help: "The exact integration path, instead of a depth",
    },
    Choice {
        key: "fpjs_integration_path_depth",
        argument: "integration-path-depth",
        value: "NUMBER",
        form: Form::Text,
        help: "How many leading path segments make the integration path [default: 1]",
    },
    Choice {
        key: "mount",
        argument: "mount",
        value: "MOUNT",
        form: Form::Policy,
        help: "What makes the integration path: anywhere, or JSON\n\
               It takes the place of prefix and depth. JSON is {\"exact\":\"PATH\"}, {\"depth\":NUMBER} or \
               {\"anywhere-or-depth\":NUMBER}.",
    },
    Choice {
        key: "v4",
        argument: "v4",
        value: "true|false",
        form: Form::Boolean,
        help: "Whether paths that match no route are v4 requests [default: true]",
    },
    Choice {
        key: "status_page",
        argument: "status-page",
        value: "true|false",
        form: Form::Boolean,
        help: "Whether there is a status page [default: true]",
    },
];

const FINGERPRINT: &[Choice] = &[
    Choice {
        key: "fpjs_pre_shared_secret",
        argument: "secret",
        value: "SECRET",
        form: Form::Text,
        help: "The proxy secret, better given by environment: `ps` shows arguments",
    },
    Choice {
        key: "fpjs_api_keys",
        argument: "api-keys",
        value: "KEY,…",
        form: Form::Keys,
        help: "The public API keys whose agent is served [default: any]",
    },
    Choice {
        key: "fpjs_region",
        argument: "region",
        value: "us|eu|ap",
        form: Form::Text,
        help: "The region of every request [default: the query decides]",
    },
    Choice {
        key: "fpjs_ingress_base_host",
        argument: "ingress-host",
        value: "HOST",
        form: Form::Text,
        help: "The API host [default: api.fpjs.io]",
    },
    Choice {
        key: "agent_origin",
        argument: "agent-origin",
        value: "api|cdn",
        form: Form::Policy,
        help: "Which host agent downloads come from [default: api]",
    },
    Choice {
        key: "fpjs_cdn_url",
        argument: "cdn-url",
        value: "HOST",
        form: Form::Text,
        help: "The CDN host, for agent downloads from there [default: fpcdn.io]",
    },
    Choice {
        key: "integration_name",
        argument: "integration-name",
        value: "NAME",
        form: Form::Text,
        help: "The integration's name, as upstream is told [default: the platform's]",
    },
    Choice {
        key: "integration_version",
        argument: "integration-version",
        value: "VERSION",
        form: Form::Text,
        help: "The integration's version, as upstream is told [default: the crate's]",
    },
];

const BROWSERS: &[Choice] = &[
    Choice {
        key: "hosts",
        argument: "hosts",
        value: "HOST,…",
        form: Form::List,
        help: "The hosts that browsers may ask for [default: any]",
    },
    Choice {
        key: "trusted_address",
        argument: "trusted-address",
        value: "FIELD[:HOPS]",
        form: Form::Address,
        help: "The field that tells the browser's address, like x-forwarded-for:1\n\
               Each of your own load balancers has to append the address of its peer to it. The number is \
               that of load balancers in front of the proxy [default: 1].",
    },
    Choice {
        key: "trusted_host",
        argument: "trusted-host",
        value: "FIELD",
        form: Form::Text,
        help: "The field that names the browser's host\n\
               Your own load balancer has to write it on every request.",
    },
    Choice {
        key: "cookies",
        argument: "cookies",
        value: "NAME,…",
        form: Form::List,
        help: "The cookies that upstream may see [default: _iidt]",
    },
    Choice {
        key: "drop_fields",
        argument: "drop-fields",
        value: "FIELD,…",
        form: Form::List,
        help: "Further request fields that upstream does not see [default: authorization]\n\
               A list takes the place of the default; [] is a list without fields.",
    },
];

const RESPONSES: &[Choice] = &[
    Choice {
        key: "cookie_domain",
        argument: "cookie-domain",
        value: "POLICY",
        form: Form::CookieDomain,
        help: "The `Domain` of cookies: preserve, registrable or first-party, the default\n\
               `registrable` needs the feature `psl`. A table of domains is given as JSON, such as \
               {\"map\":[[\"fpjs.io\",\"example.com\"]]}.",
    },
    Choice {
        key: "cache",
        argument: "cache",
        value: "POLICY",
        form: Form::Policy,
        help: "The ages of downloaded scripts: preserve, or JSON with limits in seconds\n\
               The default is {\"max-age\":3600,\"s-maxage\":60}.",
    },
];

const CONTROL: &[Choice] = &[
    Choice {
        key: "fpjs_secret_name",
        argument: "secret-name",
        value: "NAME",
        form: Form::Text,
        help: "The name of the settings document in its store",
    },
    Choice {
        key: "fpjs_proxy_secret_cache_ttl_ms",
        argument: "proxy-secret-cache-ttl-ms",
        value: "MS",
        form: Form::Text,
        help: "How long the settings document stays valid [default: 300000]",
    },
    Choice {
        key: "fpjs_debug",
        argument: "debug",
        value: "true|false",
        form: Form::Text,
        help: "Whether the host logs more [default: false]",
    },
];
