//! The configuration as the platform takes it, ready to paste.

use firstparty::Platform;
use firstparty::config::Variable;
use serde::Serialize;
use serde_json::{Value, json};

use crate::plan::{Plan, SECRET};

/// Text to paste, and where.
#[derive(Serialize)]
pub(crate) struct Paste {
    pub(crate) title: &'static str,
    pub(crate) text: String,
}

impl Paste {
    fn new(title: &'static str, text: String) -> Self {
        Self { title, text }
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
    let proxy = lines(&proxy_environment(plan), |name, value| format!("{name}={value}"));
    let others =
        lines(&named(plan), |name, value| format!("{}={value}", name.to_ascii_uppercase()));
    vec![
        Paste::new("environment of the example proxy", proxy),
        Paste::new("environment of the other adapters (axum, Envoy, Pingora)", others),
    ]
}

/// What `examples/lambda-edge/template.yml` asks for.
fn cloudfront(plan: &Plan) -> Vec<Paste> {
    let parameters = plan.variables.iter().filter_map(|(variable, value)| {
        let key = match variable {
            Variable::RoutePrefix => "FpjsBehaviorPath",
            Variable::AgentDownloadPath => "FpjsAgentDownloadPath",
            Variable::GetResultPath => "FpjsGetResultPath",
            Variable::PreSharedSecret => "FpjsPreSharedSecret",
            _ => return None,
        };
        Some(json!({"ParameterKey": key, "ParameterValue": value}))
    });
    let title = "CloudFormation parameters, for --parameters file://parameters.json";
    vec![Paste::new(title, pretty(parameters.collect()))]
}

fn cloudflare(plan: &Plan) -> Vec<Paste> {
    let variables = lines(&without_secret(plan), |name, value| format!("{name} = {value:?}"));
    let secret = plan.args.platform.profile().variable_name(Variable::PreSharedSecret);
    vec![
        Paste::new("wrangler.toml", format!("[vars]\n{variables}")),
        Paste::new(
            "the secret, which wrangler asks for",
            format!("npx wrangler secret put {secret}\n"),
        ),
    ]
}

/// The example proxy is the custom handler.
fn azure(plan: &Plan) -> Vec<Paste> {
    let settings = proxy_environment(plan);
    let settings = settings.iter().filter(|(name, _)| *name != "FIRSTPARTY_UPSTREAM");
    let settings =
        settings.map(|(name, value)| json!({"name": name, "value": value, "slotSetting": false}));
    let title = "app settings, for az functionapp config appsettings set --settings @settings.json";
    vec![Paste::new(title, pretty(settings.collect()))]
}

/// Stores that `fastly compute publish` makes with the service.
fn fastly_compute(plan: &Plan) -> Vec<Paste> {
    let items = lines(&without_secret(plan), |name, value| {
        format!("[setup.config_stores.fingerprint.items.{name}]\nvalue = {value:?}")
    });
    let secret = plan.args.platform.profile().variable_name(Variable::PreSharedSecret);
    let entry = format!(
        "[setup.secret_stores.fingerprint.entries.{secret}]\n\
         description = \"the proxy secret, from Fingerprint's dashboard\"\n"
    );
    vec![Paste::new("fastly.toml", items + &entry)]
}

fn fastly_vcl(plan: &Plan) -> Vec<Paste> {
    let entries = lines(&named(plan), |name, value| format!("  {name:?}: {value:?},"));
    vec![Paste::new("VCL", format!("table fingerprint_config {{\n{entries}}}\n"))]
}

fn akamai(plan: &Plan) -> Vec<Paste> {
    let variables = named(plan).into_iter().map(|(name, value)| {
        let sensitive = value == SECRET;
        json!({"name": name, "value": value, "description": "", "hidden": sensitive, "sensitive": sensitive})
    });
    vec![Paste::new("variables of the property's rule tree", pretty(variables.collect()))]
}

/// The proxy has names of its own for some variables.
fn proxy_environment(plan: &Plan) -> Vec<(&'static str, String)> {
    let variables = plan.variables.iter().filter_map(|(variable, value)| {
        let name = match variable {
            Variable::AgentDownloadPath => "FIRSTPARTY_AGENT_PATH",
            Variable::GetResultPath => "FIRSTPARTY_RESULT_PATH",
            Variable::PreSharedSecret => "FIRSTPARTY_SECRET",
            Variable::RoutePrefix => "FIRSTPARTY_ROUTE_PREFIX",
            Variable::ApiKeys => "FIRSTPARTY_API_KEYS",
            _ => return None,
        };
        Some((name, value.clone()))
    });
    let fixed =
        [("FIRSTPARTY_UPSTREAM", "real".to_owned()), ("FIRSTPARTY_HOSTS", plan.host.clone())];
    fixed.into_iter().chain(variables).collect()
}

/// The variables under the platform's names.
fn named(plan: &Plan) -> Vec<(&'static str, String)> {
    let profile = plan.args.platform.profile();
    let variables = plan.variables.iter();
    variables.map(|(variable, value)| (profile.variable_name(*variable), value.clone())).collect()
}

fn without_secret(plan: &Plan) -> Vec<(&'static str, String)> {
    named(plan).into_iter().filter(|(_, value)| value != SECRET).collect()
}

fn lines(variables: &[(&str, String)], line: impl Fn(&str, &str) -> String) -> String {
    variables.iter().map(|(name, value)| line(name, value) + "\n").collect()
}

fn pretty(list: Vec<Value>) -> String {
    format!("{:#}\n", Value::Array(list))
}
