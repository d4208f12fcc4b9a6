//! What can go wrong with a call.

use firstparty_management::Call;
use serde_json::{Value, json};

use super::cloud::{Cloud, ErrorName, ForeignEdit};

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is refused, without effect.
    Refused(ErrorName),
    /// It is throttled, and so is each repeat of it.
    Throttled,
    /// It takes effect, and its reply is lost.
    Lost,
    /// It takes effect, and the host is killed.
    Killed,
    /// It takes effect and is repeated on the way, as a client with retries of its own does; the
    /// reply is that to the second.
    Repeated,
    /// It takes effect, and its reply is not as documented.
    Garbled(Garble),
    /// Another person edits the distribution just before.
    Edited(ForeignEdit),
    /// Another person begins to update the function just before.
    Busy,
    /// Another person's update of the function begins and ends just before.
    Updated,
}

impl Fault {
    /// Whether the settings secret cannot be read, or has no token, if its call met this fault.
    /// (Too many throttled calls in a row have the same end.)
    pub(crate) fn spoils_secret(self) -> bool {
        match self {
            Self::Refused(name) => !is_throttling(name),
            Self::Lost | Self::Garbled(_) => true,
            Self::Throttled
            | Self::Killed
            | Self::Repeated
            | Self::Edited(_)
            | Self::Busy
            | Self::Updated => false,
        }
    }
}

/// How a reply differs from what is documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Garble {
    /// It is null.
    Null,
    /// It is an empty object.
    Empty,
    /// Every string in it is empty.
    Blank,
    /// Every string in it is unknown.
    Unheard,
    /// Every member of its objects is of another type.
    Mistyped,
}

/// Names of errors, for each operation those that AWS documents for it and those that any call can
/// end with.
pub(crate) fn error_names(operation: &str) -> Vec<ErrorName> {
    let any = [
        "AccessDeniedException",
        "AccessDenied",
        "TimeoutError",
        "ServiceUnavailable",
        "Throttling",
    ];
    let own: &[ErrorName] = match operation {
        "GetSecretValue" => &[
            "DecryptionFailure",
            "InternalServiceError",
            "InvalidParameterException",
            "InvalidRequestException",
            "ResourceNotFoundException",
        ],
        "GetFunction" | "GetFunctionConfiguration" | "ListVersionsByFunction" => &[
            "InvalidParameterValueException",
            "ResourceNotFoundException",
            "ServiceException",
            "TooManyRequestsException",
        ],
        "UpdateFunctionCode" => &[
            "CodeSigningConfigNotFoundException",
            "CodeStorageExceededException",
            "CodeVerificationFailedException",
            "InvalidCodeSignatureException",
            "InvalidParameterValueException",
            "PreconditionFailedException",
            "ResourceConflictException",
            "ResourceNotFoundException",
            "ServiceException",
            "TooManyRequestsException",
        ],
        "GetDistribution" | "GetDistributionConfig" => {
            &["NoSuchDistribution", "RequestLimitExceeded", "ThrottlingException"]
        }
        "UpdateDistribution" => &[
            "IllegalUpdate",
            "InconsistentQuantities",
            "InvalidArgument",
            "InvalidIfMatchVersion",
            "InvalidLambdaFunctionAssociation",
            "NoSuchDistribution",
            "PreconditionFailed",
            "ThrottlingException",
            "TooManyDistributionsWithLambdaAssociations",
        ],
        "CreateInvalidation" => &[
            "BatchTooLarge",
            "InvalidArgument",
            "InvalidationBatchAlreadyExists",
            "NoSuchDistribution",
            "ThrottlingException",
            "TooManyInvalidationsInProgress",
        ],
        other => panic!("no such operation: {other}"),
    };
    any.iter().chain(own).copied().collect()
}

/// Every fault that a call can meet.
pub(crate) fn all(operation: &str) -> Vec<Fault> {
    let garbles = [Garble::Null, Garble::Empty, Garble::Blank, Garble::Unheard, Garble::Mistyped];
    let refused = error_names(operation).into_iter().map(Fault::Refused);
    refused
        .chain([Fault::Lost, Fault::Killed, Fault::Repeated, Fault::Throttled])
        .chain([Fault::Busy, Fault::Updated])
        .chain(garbles.map(Fault::Garbled))
        .chain(ForeignEdit::ALL.map(Fault::Edited))
        .collect()
}

impl Garble {
    pub(crate) fn apply(self, reply: &Value) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Empty => json!({}),
            Self::Blank => strings(reply, ""),
            Self::Unheard => strings(reply, "unheard-of"),
            Self::Mistyped => match reply {
                Value::Object(members) => {
                    members.iter().map(|(name, value)| (name.clone(), json!([value]))).collect()
                }
                other => json!([other]),
            },
        }
    }
}

fn strings(value: &Value, text: &str) -> Value {
    match value {
        Value::String(_) => json!(text),
        Value::Array(items) => items.iter().map(|item| strings(item, text)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), strings(value, text))).collect()
        }
        plain => plain.clone(),
    }
}

/// Codes that a run may end with, and with reason, if the call of this operation met this fault.
pub(crate) fn codes(operation: &str, fault: Fault) -> &'static [&'static str] {
    match (fault, operation) {
        (Fault::Refused(name), _) if is_survived(operation, name) => &[],
        (Fault::Refused("AccessDenied" | "AccessDeniedException"), _) => &["E2200"],
        (Fault::Refused("ResourceNotFoundException" | "NoSuchDistribution"), _) => &["E2100"],
        (Fault::Refused(_) | Fault::Lost | Fault::Throttled, "UpdateFunctionCode") => &["E6000"],
        (Fault::Refused(_) | Fault::Lost | Fault::Throttled, _) => &["E1000"],
        (Fault::Garbled(_), "GetFunction") => &["E3100", "E8200"],
        (Fault::Garbled(_), "UpdateFunctionCode") => &["E7100", "E8000", "E8300"],
        (Fault::Garbled(_), "ListVersionsByFunction") => &["E1000", "E7100", "E8000"],
        (Fault::Garbled(_), "GetFunctionConfiguration") => &["E8100"],
        (Fault::Garbled(_), "GetDistributionConfig") => &["E4100", "E5100", "E6100"],
        (
            Fault::Killed
            | Fault::Repeated
            | Fault::Edited(_)
            | Fault::Garbled(_)
            | Fault::Busy
            | Fault::Updated,
            _,
        ) => &[],
    }
}

/// Whether one such refusal does not end a run (too many of them do).
fn is_survived(operation: &str, name: &str) -> bool {
    match operation {
        _ if is_throttling(name) => true,
        "UpdateFunctionCode" => {
            ["PreconditionFailedException", "ResourceConflictException"].contains(&name)
        }
        "CreateInvalidation" => name == "InvalidationBatchAlreadyExists",
        "UpdateDistribution" => {
            ["InvalidIfMatchVersion", "InvalidLambdaFunctionAssociation", "PreconditionFailed"]
                .contains(&name)
        }
        _ => false,
    }
}

/// The names of R14.10.
pub(crate) fn is_throttling(name: &str) -> bool {
    [
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
        "TooManyInvalidationsInProgress",
        "TooManyRequestsException",
    ]
    .contains(&name)
}

/// An injected refusal must be true: a batch that "exists already" has to exist, as someone else's
/// run made it.
pub(crate) fn make_true(cloud: &mut Cloud, name: ErrorName, call: &Call<'_>) {
    if let ("InvalidationBatchAlreadyExists", Call::CreateInvalidation { invalidation_batch, .. }) =
        (name, call)
    {
        cloud.cloudfront.invalidate(invalidation_batch).expect("CloudFront takes it");
    }
}
