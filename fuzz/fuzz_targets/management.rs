//! Feeds the management function arbitrary events and arbitrary replies in arbitrary order.
//!
//! Oracle (R14): it never panics; before authorisation it asks for the secret and nothing else;
//! its calls are bounded; a configuration goes back with the tag it came with and with nothing
//! changed but ARNs of the function, none of which names an earlier version than before; an
//! invalidation is well-formed, has the reference that a model makes, and comes before success; a
//! throttled call is made again as it was, after the right wait; a caller who is not authorised
//! learns nothing, the host a reason; input that was not asked for changes nothing; the token is
//! shown nowhere.

#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use firstparty_management::{
    Call, CallFailure, DeploymentSettings, FunctionUrlEvent, NextStep, Run,
};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value, json};

const TOKEN: &str = "s3cret-t0ken";
const ARN: &str = "arn:aws:lambda:us-east-1:1:function:edge";

#[derive(Arbitrary, Debug)]
struct Input {
    payload: Option<Vec<u8>>,
    authorised: bool,
    update: bool,
    inputs: Vec<Fed>,
}

/// What the host feeds, whatever was asked for.
#[derive(Arbitrary, Debug)]
enum Fed {
    /// A reply of the shape that is documented for the call, so that deep states are reached.
    Fitting(Fit),
    Asked(Reply),
    Unasked(Reply),
    Waited,
}

#[derive(Arbitrary, Debug)]
struct Fit {
    number: Number,
    text: Text,
    flag: bool,
    behaviours: Vec<(Text, Text, Vec<(bool, Text)>)>,
}

impl Fit {
    fn reply(&self, call: &Call<'_>) -> Value {
        let named = Text(ARN.to_owned());
        match call {
            Call::GetSecretValue { .. } => {
                json!({"SecretString": json!({ "token": TOKEN }).to_string()})
            }
            Call::GetFunction { .. } => {
                let status = if self.number.0 % 4 == 1 { "InProgress" } else { "Successful" };
                json!({"Configuration": {"RevisionId": "r", "CodeSha256": self.text.0,
                    "LastUpdateStatus": status}})
            }
            Call::UpdateFunctionCode { .. } if self.flag => {
                json!({"Version": "$LATEST", "RevisionId": "r", "CodeSha256": self.text.0})
            }
            Call::UpdateFunctionCode { .. } => {
                version(&self.number, &named, &Text("r".to_owned()), &self.text)
            }
            Call::ListVersionsByFunction { .. } => {
                let version = version(&self.number, &named, &self.text, &self.text);
                let marker = self.flag.then_some("m");
                json!({"Versions": [version], "NextMarker": marker})
            }
            Call::GetFunctionConfiguration { .. } => {
                json!({"State": if self.flag { "Active" } else { "Pending" }})
            }
            Call::GetDistributionConfig { .. } => {
                let ours = (true, Text(format!("{ARN}:{}", self.number.0 % 8)));
                let mut behaviours = self.behaviours.clone();
                behaviours.push((Text("fp/*".to_owned()), Text("cdn".to_owned()), vec![ours]));
                let etag = Text(format!("t{}", self.number.0));
                config(&etag, &Json(json!(self.text.0)), &behaviours)
            }
            Call::UpdateDistribution { .. } if self.flag => json!({"ETag": self.text.0}),
            _ => json!({}),
        }
    }
}

#[derive(Arbitrary, Clone, Debug)]
enum Reply {
    Failed(u8),
    Secret(bool),
    Function(Text, Text),
    Version(Number, Text, Text, Text),
    Versions(Vec<(Number, Text, Text, Text)>, Text),
    State(bool),
    Config(Text, Json, Vec<(Text, Text, Vec<(bool, Text)>)>),
    Any(Json),
}

/// Strings among which equal ones, numbers and ARNs are likely.
#[derive(Clone, Debug)]
struct Text(String);

impl<'a> Arbitrary<'a> for Text {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let number = u8::arbitrary(u)? % 4;
        Ok(Self(match u.int_in_range(0..=9)? {
            0 => String::new(),
            1 => number.to_string(),
            2 | 3 => format!("{ARN}:{number}"),
            4 => format!("{ARN}-2:{number}"),
            5 => "cdn".to_owned(),
            6 => format!("/path/{number}{}x?", ["*", "~", " ", ""][usize::from(number)]),
            7 => "$LATEST".to_owned(),
            8 => format!("r{number}"),
            _ => String::arbitrary(u)?,
        }))
    }
}

#[derive(Arbitrary, Clone, Debug)]
struct Number(u8);

/// Any JSON, with the API's member names among its names.
#[derive(Clone, Debug)]
struct Json(Value);

const NAMES: [&str; 17] = [
    "Configuration",
    "RevisionId",
    "CodeSha256",
    "Version",
    "FunctionArn",
    "Versions",
    "NextMarker",
    "State",
    "LastUpdateStatus",
    "ETag",
    "DistributionConfig",
    "Origins",
    "Items",
    "CacheBehaviors",
    "DefaultCacheBehavior",
    "LambdaFunctionAssociations",
    "Distribution",
];

impl<'a> Arbitrary<'a> for Json {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        json_of(u, 6).map(Self)
    }
}

fn json_of(u: &mut Unstructured<'_>, depth: u32) -> Result<Value> {
    Ok(match u.int_in_range(0..=if depth == 0 { 4 } else { 7 })? {
        0 => Value::Null,
        1 => json!(bool::arbitrary(u)?),
        2 => json!(i64::arbitrary(u)?),
        3 | 4 => json!(Text::arbitrary(u)?.0),
        5 => {
            let length = u.int_in_range(0..=3)?;
            (0..length).map(|_| json_of(u, depth - 1)).collect::<Result<_>>()?
        }
        _ => {
            let length = u.int_in_range(0..=4)?;
            let mut members = Map::new();
            for _ in 0..length {
                members.insert((*u.choose(&NAMES)?).to_owned(), json_of(u, depth - 1)?);
            }
            Value::Object(members)
        }
    })
}

impl Reply {
    fn outcome(&self) -> std::result::Result<Value, CallFailure> {
        const FAILURES: [&str; 13] = [
            "AccessDenied",
            "NoSuchDistribution",
            "PreconditionFailed",
            "InvalidLambdaFunctionAssociation",
            "InvalidationBatchAlreadyExists",
            "Throttling",
            "ResourceConflictException",
            "ThrottlingException",
            "TooManyRequestsException",
            "TooManyInvalidationsInProgress",
            "RequestLimitExceeded",
            "PreconditionFailedException",
            "TimeoutError",
        ];
        Ok(match self {
            Self::Failed(which) => {
                return Err(CallFailure::from_name(FAILURES[usize::from(*which) % FAILURES.len()]));
            }
            Self::Secret(right) => {
                let token = if *right { TOKEN } else { "other" };
                json!({"SecretString": json!({ "token": token }).to_string()})
            }
            Self::Function(revision, code) => {
                json!({"Configuration": {"RevisionId": revision.0, "CodeSha256": code.0}})
            }
            Self::Version(number, arn, revision, code) => version(number, arn, revision, code),
            Self::Versions(versions, marker) => {
                let versions: Vec<_> =
                    versions.iter().map(|(n, a, r, c)| version(n, a, r, c)).collect();
                json!({"Versions": versions, "NextMarker": marker.0})
            }
            Self::State(active) => json!({"State": if *active { "Active" } else { "Pending" }}),
            Self::Config(etag, unknown, behaviours) => config(etag, unknown, behaviours),
            Self::Any(json) => json.0.clone(),
        })
    }
}

fn version(number: &Number, arn: &Text, revision: &Text, code: &Text) -> Value {
    let number = (number.0 % 8).to_string();
    let named = format!("{ARN}:{number}");
    let arn = if arn.0.is_empty() { &arn.0 } else { &named };
    json!({"Version": number, "FunctionArn": arn, "RevisionId": revision.0, "CodeSha256": code.0})
}

fn config(etag: &Text, unknown: &Json, behaviours: &[(Text, Text, Vec<(bool, Text)>)]) -> Value {
    let behaviours: Vec<_> = behaviours
        .iter()
        .map(|(pattern, origin, associations)| {
            let items: Vec<_> = associations
                .iter()
                .map(|(request, arn)| {
                    let event = if *request { "origin-request" } else { "viewer-request" };
                    json!({"EventType": event, "LambdaFunctionARN": arn.0})
                })
                .collect();
            json!({"PathPattern": pattern.0, "TargetOriginId": origin.0,
                "LambdaFunctionAssociations": {"Quantity": items.len(), "Items": items}})
        })
        .collect();
    let origins = json!({"Items": [{"Id": "cdn", "DomainName": "fpcdn.io"}]});
    json!({"ETag": etag.0, "DistributionConfig": {
        "Unknown": unknown.0, "Origins": origins, "CacheBehaviors": {"Items": behaviours}}})
}

/// What the oracle remembers of a run.
#[derive(Default)]
struct Witness {
    calls: u32,
    authorised: bool,
    config: Option<Value>,
    /// The version that is checked, and the distribution's tag as it was read or written last.
    version: String,
    etag: String,
    invalidated: bool,
    /// The call that has to be made again, and how often it was throttled.
    throttled: Option<(Value, u32)>,
    /// The cloud itself said the token, as the name of something.
    echoed: bool,
}

impl Witness {
    /// Checks a call before it is answered, and remembers the answer.
    fn answer(&mut self, call: &Call<'_>, outcome: &std::result::Result<Value, CallFailure>) {
        self.calls += 1;
        assert!(self.calls <= Run::MAX_CALLS);
        let is_secret = matches!(call, Call::GetSecretValue { .. });
        assert_ne!(is_secret, self.authorised, "a call for nobody, or the secret again");
        self.count_throttled(call, outcome);
        match call {
            Call::GetSecretValue { .. } => {
                let text = outcome.as_ref().ok().and_then(|secret| secret.get("SecretString"));
                let text = text.and_then(Value::as_str).unwrap_or_default();
                self.authorised = text.contains(TOKEN);
            }
            Call::GetFunctionConfiguration { qualifier, .. } => {
                (*qualifier).clone_into(&mut self.version);
            }
            Call::GetDistributionConfig { .. } => {
                self.config = outcome.clone().ok();
                self.see_etag(outcome);
            }
            Call::UpdateDistribution { if_match, distribution_config, .. } => {
                let read = self.config.as_ref().expect("nothing was read");
                assert_eq!(read["ETag"], **if_match);
                only_arns_differ(&read["DistributionConfig"], distribution_config);
                self.see_etag(outcome);
            }
            Call::CreateInvalidation { invalidation_batch, .. } => {
                let paths = &invalidation_batch.paths;
                assert_eq!(paths.quantity, paths.items.len());
                assert!((1..=15).contains(&paths.items.len()));
                assert!(paths.items.is_sorted_by(|one, next| one < next));
                for path in paths.items {
                    let rest = path.strip_prefix('/').expect("a leading slash");
                    let rest = rest.strip_suffix('*').expect("a wildcard at the end");
                    assert!(rest.bytes().all(is_safe), "{path}");
                }
                let digest = digest(paths.items, &self.etag);
                let reference = format!("edge-{}-{digest:016x}", self.version);
                assert_eq!(invalidation_batch.caller_reference, reference);
                self.invalidated = matches!(outcome, Ok(_) | Err(CallFailure::AlreadyExists));
            }
            _ => {}
        }
    }

    fn see_etag(&mut self, outcome: &std::result::Result<Value, CallFailure>) {
        let etag = outcome.as_ref().ok().and_then(|reply| reply.get("ETag")?.as_str());
        if let Some(etag) = etag.filter(|etag| !etag.is_empty()) {
            etag.clone_into(&mut self.etag);
        }
    }

    /// R14.10: a throttled call is made again, five times at most.
    fn count_throttled(
        &mut self,
        call: &Call<'_>,
        outcome: &std::result::Result<Value, CallFailure>,
    ) {
        let again = self.throttled.take();
        if let Some((known, _)) = &again {
            assert_eq!(json!(call), *known, "another call");
        }
        let times = again.map_or(0, |(_, times)| times);
        if matches!(outcome, Err(CallFailure::Throttled)) && times < 5 {
            self.throttled = Some((json!(call), times + 1));
        }
    }

    /// R14.10: after 1, 2, 4, 8 and 16 seconds.
    fn awaits(&self, run: &Run) {
        if let Some((call, times)) = &self.throttled {
            let NextStep::Wait(duration) = run.poll() else { panic!("no wait for {call}") };
            assert_eq!(duration.as_secs(), 1 << (times - 1));
        }
    }

    fn hides_token(&self, shown: &str) {
        assert!(self.echoed || !shown.contains(TOKEN));
    }

    fn end(&self, run: &Run) {
        let NextStep::Done(response) = run.poll() else {
            return;
        };
        let body: Value = serde_json::from_slice(response.body()).expect("a JSON body");
        self.hides_token(&String::from_utf8_lossy(response.body()));
        let status = body["status"].as_str().unwrap_or_default();
        let reason = run.authorisation_error();
        assert_eq!(reason.is_some(), response.status() == 401);
        self.hides_token(&reason.map(|reason| format!("{reason} {reason:?}")).unwrap_or_default());
        match response.status().as_u16() {
            200 if status.starts_with("Update") => assert!(self.invalidated),
            200 => assert!(self.authorised && body.get("status").is_none()),
            401 => assert_eq!(body, json!({"status": "Token is not specified or not valid"})),
            500 => {
                assert!(self.authorised && status == "Error occurred");
                assert_eq!(body["errorCode"], run.error().expect("an error").code());
            }
            404 => assert!(self.authorised),
            other => panic!("{other}"),
        }
    }
}

/// The characters that a path of an invalidation may have as they are (R14.4).
fn is_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_./$'@:+&,;=!".contains(&byte)
}

/// FNV-1a of 64 bits over the paths and the tag, with a byte FF after each (R14.4).
fn digest(paths: &[String], etag: &str) -> u64 {
    let texts = paths.iter().map(String::as_str).chain([etag]);
    let bytes = texts.flat_map(|text| text.bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |digest, byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// R14.9, the naive way.
fn only_arns_differ(before: &Value, after: &Value) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            assert!(before.keys().eq(after.keys()));
            before.values().zip(after.values()).for_each(|(a, b)| only_arns_differ(a, b));
        }
        (Value::Array(before), Value::Array(after)) => {
            assert_eq!(before.len(), after.len());
            before.iter().zip(after).for_each(|(a, b)| only_arns_differ(a, b));
        }
        (Value::String(before), Value::String(after)) if before != after => {
            assert!(before.starts_with(ARN) && after.starts_with(&format!("{ARN}:")));
            assert!(
                matches!(before.strip_prefix(ARN), Some(rest) if rest.is_empty() || rest.starts_with(':'))
            );
            assert!(number(before) <= number(after), "a version goes back");
        }
        _ => assert_eq!(before, after),
    }
}

/// The version that an ARN names. R14.5: a slow run does not undo the work of a later one.
fn number(arn: &str) -> Option<u64> {
    let version = arn.strip_prefix(ARN)?.strip_prefix(':')?;
    let is_number = version.bytes().all(|byte| byte.is_ascii_digit());
    version.parse().ok().filter(|_| is_number)
}

fn settings() -> DeploymentSettings {
    DeploymentSettings::from_variables(|name| match name {
        "SettingsSecretName" => Some("settings".to_owned()),
        "CFDistributionId" => Some("E1".to_owned()),
        "LambdaFunctionName" => Some("edge".to_owned()),
        _ => None,
    })
}

fuzz_target!(|input: Input| {
    let mut run = match &input.payload {
        Some(payload) => Run::from_json(&settings(), payload),
        None => {
            let (method, path) =
                if input.update { ("POST", "/update") } else { ("GET", "/status") };
            let field = format!("mgmt-token {TOKEN}");
            Run::new(&settings(), &FunctionUrlEvent::new(method, path, Some(&field)))
        }
    };
    let echoed = format!("{:?}", input.inputs).contains(TOKEN);
    let mut witness = Witness { echoed, ..Witness::default() };
    if input.payload.is_none() && input.authorised {
        // Deep states are where the machine is: most inputs start behind the secret.
        let secret = Reply::Secret(true).outcome();
        if let NextStep::Call(call) = run.poll() {
            witness.answer(&call, &secret);
        }
        run.reply(secret);
    }
    for fed in &input.inputs {
        match (fed, run.poll()) {
            (Fed::Fitting(fit), NextStep::Call(call)) => {
                let outcome = Ok(fit.reply(&call));
                witness.answer(&call, &outcome);
                run.reply(outcome);
            }
            (Fed::Asked(reply), NextStep::Call(call)) => {
                let outcome = reply.outcome();
                witness.answer(&call, &outcome);
                run.reply(outcome);
                witness.awaits(&run);
            }
            (Fed::Fitting(_) | Fed::Asked(_) | Fed::Waited, NextStep::Wait(_)) => run.waited(),
            (Fed::Unasked(reply), NextStep::Wait(_) | NextStep::Done(_)) => {
                let before = format!("{run:?}");
                run.reply(reply.outcome());
                assert_eq!(before, format!("{run:?}"));
            }
            (Fed::Waited, NextStep::Call(_) | NextStep::Done(_)) => {
                let before = format!("{run:?}");
                run.waited();
                assert_eq!(before, format!("{run:?}"));
            }
            _ => {}
        }
    }
    witness.hides_token(&format!("{run:?}"));
    witness.end(&run);
    // Whatever it waits for, it ends: with one failure, or with one that stays.
    let failure =
        if input.inputs.len() % 2 == 0 { CallFailure::Other } else { CallFailure::Throttled };
    loop {
        match run.poll() {
            NextStep::Call(call) => {
                let outcome = Err(failure);
                witness.answer(&call, &outcome);
                run.reply(outcome);
                witness.awaits(&run);
            }
            NextStep::Wait(_) => run.waited(),
            NextStep::Done(_) => break,
        }
    }
    witness.end(&run);
});
