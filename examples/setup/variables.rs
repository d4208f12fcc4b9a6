//! The configuration as the platform takes it, ready to paste.

use firstparty::Platform;
use firstparty::config::Variable;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::plan::{Plan, SECRET};

/// Text to paste, and where; for programs the same as names and values.
#[derive(Serialize)]
pub(crate) struct Paste {
    pub(crate) title: &'static str,
    pub(crate) text: String,
    settings: Map<String, Value>,
}

impl Paste {
    fn new(title: &'static str, settings: &[Setting], text: String) -> Self {
        let settings = settings.iter().map(|setting| (setting.name.clone(), json!(setting.value)));
        Self { title, text, settings: settings.collect() }
    }
}

/// A variable under the name that it has where it is set.
struct Setting {
    name: String,
    value: String,
    is_secret: bool,
}

impl Setting {
    fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), is_secret: false }
    }
}

pub(crate) fn pastes(plan: &Plan) -> Vec<Paste> {
    match plan.args.platform {
        Platform::CloudFront => cloudfront(plan),
        Platform::Cloudflare => cloudflare(plan),
        Platform::Azure => azure(plan),
        Platform::FastlyCompute => fastly_compute(plan),
        Platform::FastlyVcl => fastly_vcl(plan),
        Platform::Akamai => akamai(plan),
        _ => own_server(plan),
    }
}

/// The example proxy, and the adapters that read the canonical names.
fn own_server(plan: &Plan) -> Vec<Paste> {
    let line = |setting: &Setting| format!("{}={}", setting.name, setting.value);
    let mut proxy = proxy_settings(plan);
    proxy.insert(0, Setting::new("FIRSTPARTY_UPSTREAM", "real"));
    let upper = |variable: Variable| variable.as_str().to_ascii_uppercase();
    let others = settings(plan, |variable| Some(upper(variable)));
    let hosts = Setting::new("hosts", plan.host.as_str());
    let document = format!("{}\n", document(plan));
    vec![
        Paste::new("environment of the example proxy", &proxy, lines(&proxy, line)),
        Paste::new("or: environment of axum, Envoy and Pingora", &others, lines(&others, line)),
        Paste::new("and their settings document", &[hosts], document),
    ]
}

/// What `examples/lambda-edge/template.yml` asks for.
fn cloudfront(plan: &Plan) -> Vec<Paste> {
    let mut parameters = settings(plan, |variable| {
        Some(match variable {
            Variable::RoutePrefix => "FpjsBehaviorPath",
            Variable::AgentDownloadPath => "FpjsAgentDownloadPath",
            Variable::GetResultPath => "FpjsGetResultPath",
            Variable::PreSharedSecret => "FpjsPreSharedSecret",
            _ => return None,
        })
    });
    parameters.push(Setting::new("CodeBucket", "YOUR-CODE-BUCKET"));
    let list = parameters.iter();
    let list = list.map(|p| json!({"ParameterKey": p.name, "ParameterValue": p.value}));
    let text = pretty(list.collect());
    let title = "CloudFormation parameters, for --parameters file://parameters.json";
    let mut pastes = vec![Paste::new(title, &parameters, text)];
    let keys =
        settings(plan, |variable| (variable == Variable::ApiKeys).then_some("FPJS_API_KEYS"));
    if !keys.is_empty() {
        let text = lines(&keys, |key| format!("{}: {}", key.name, key.value));
        pastes.push(Paste::new("custom header of the distribution's origin", &keys, text));
    }
    pastes
}

fn cloudflare(plan: &Plan) -> Vec<Paste> {
    let (secret, variables) = secret_and_document(plan);
    let text =
        lines(&variables, |variable| format!("{} = {}", variable.name, toml(&variable.value)));
    let command = lines(&secret, |secret| format!("npx wrangler secret put {}", secret.name));
    vec![
        Paste::new("wrangler.toml", &variables, format!("[vars]\n{text}")),
        Paste::new("the secret, which wrangler asks for", &secret, command),
    ]
}

/// The example proxy is the custom handler.
fn azure(plan: &Plan) -> Vec<Paste> {
    let settings = proxy_settings(plan);
    let list = settings.iter();
    let list = list.map(|s| json!({"name": s.name, "value": s.value, "slotSetting": false}));
    let text = pretty(list.collect());
    let title = "app settings, for az functionapp config appsettings set --settings @settings.json";
    vec![Paste::new(title, &settings, text)]
}

/// Stores that `fastly compute publish` makes with a new service.
fn fastly_compute(plan: &Plan) -> Vec<Paste> {
    let (secret, items) = secret_and_document(plan);
    let text = lines(&items, |item| {
        let value = toml(&item.value);
        format!("[setup.config_stores.firstparty.items.{}]\nvalue = {value}", item.name)
    });
    let entry = lines(&secret, |secret| {
        format!(
            "[setup.secret_stores.firstparty.entries.{}]\n\
             description = \"the proxy secret, from Fingerprint's dashboard\"",
            secret.name,
        )
    });
    vec![
        Paste::new("config store of a new service, in fastly.toml", &items, text),
        Paste::new("its secret store, which the first publish asks for", &secret, entry),
    ]
}

/// A private dictionary can be written, and not read back.
fn fastly_vcl(plan: &Plan) -> Vec<Paste> {
    let (secret, entries) = secret_apart(plan);
    let table = lines(&entries, |entry| format!("  {:?}: {:?},", entry.name, entry.value));
    let item = lines(&secret, |item| {
        format!(
            "fastly dictionary-entry create --dictionary-id ID --key {} --value {SECRET}",
            item.name
        )
    });
    vec![
        Paste::new("VCL", &entries, format!("table fingerprint_config {{\n{table}}}\n")),
        Paste::new("the secret, in a private dictionary", &secret, item),
    ]
}

fn akamai(plan: &Plan) -> Vec<Paste> {
    let variables = named(plan);
    let list = variables.iter().map(|variable| {
        json!({
            "name": variable.name,
            "value": variable.value,
            "description": "",
            "hidden": variable.is_secret,
            "sensitive": variable.is_secret,
        })
    });
    let text = pretty(list.collect());
    vec![Paste::new("variables of the property's rule tree", &variables, text)]
}

/// The proxy has names of its own.
fn proxy_settings(plan: &Plan) -> Vec<Setting> {
    let mut settings = settings(plan, |variable| {
        Some(match variable {
            Variable::AgentDownloadPath => "FIRSTPARTY_AGENT_PATH",
            Variable::GetResultPath => "FIRSTPARTY_RESULT_PATH",
            Variable::PreSharedSecret => "FIRSTPARTY_SECRET",
            Variable::RoutePrefix => "FIRSTPARTY_ROUTE_PREFIX",
            Variable::ApiKeys => "FIRSTPARTY_API_KEYS",
            _ => return None,
        })
    });
    settings.insert(0, Setting::new("FIRSTPARTY_HOSTS", plan.host.as_str()));
    settings
}

/// The variables under the platform's names.
fn named(plan: &Plan) -> Vec<Setting> {
    let profile = plan.args.platform.profile();
    settings(plan, |variable| Some(profile.variable_name(variable)))
}

/// The secret, and the others.
fn secret_apart(plan: &Plan) -> (Vec<Setting>, Vec<Setting>) {
    named(plan).into_iter().partition(|setting| setting.is_secret)
}

/// The same for an adapter that reads what has no variable, such as the hosts, in a document.
fn secret_and_document(plan: &Plan) -> (Vec<Setting>, Vec<Setting>) {
    let (secret, mut others) = secret_apart(plan);
    others.push(Setting::new("FIRSTPARTY_CONFIG", document(plan)));
    (secret, others)
}

/// A settings document (R1.6).
fn document(plan: &Plan) -> String {
    json!({"hosts": [plan.host.as_str()]}).to_string()
}

/// A string of TOML: a literal one where that saves escapes, as in JSON.
fn toml(text: &str) -> String {
    let is_plainer = text.contains('"') && !text.contains('\'');
    if is_plainer { format!("'{text}'") } else { format!("{text:?}") }
}

/// The variables that have a name.
fn settings<N: Into<String>>(plan: &Plan, name: impl Fn(Variable) -> Option<N>) -> Vec<Setting> {
    let settings = plan.variables.iter().filter_map(|(variable, value)| {
        let is_secret = *variable == Variable::PreSharedSecret;
        Some(Setting { is_secret, ..Setting::new(name(*variable)?, value) })
    });
    settings.collect()
}

fn lines(settings: &[Setting], line: impl Fn(&Setting) -> String) -> String {
    settings.iter().map(|setting| line(setting) + "\n").collect()
}

fn pretty(list: Vec<Value>) -> String {
    format!("{:#}\n", Value::Array(list))
}
