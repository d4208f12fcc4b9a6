//! The calls to the cloud's API.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// A call to the cloud's API, with exactly the members that the API names ([R14.1], [R14.3],
/// [R14.4]).
///
/// Serde serialises a call to one object, `{"<operation>": {<members>}}`. The inner object is the
/// input that an AWS SDK expects for the operation.
///
/// The outcome is the operation's output in the SDK's JSON form, or a
/// [`CallFailure`](crate::CallFailure). `GetSecretValue` belongs to Secrets Manager, the calls about
/// functions and versions belong to Lambda, and the others to CloudFront.
///
/// `Debug` shows all members but the distribution configuration, because the custom headers of its
/// origins may have secrets.
///
/// ```
/// use firstparty_management::Call;
///
/// let call = Call::GetFunctionConfiguration { function_name: "edge", qualifier: "7" };
/// assert_eq!(call.operation(), "GetFunctionConfiguration");
/// assert_eq!(
///     serde_json::to_string(&call)?,
///     r#"{"GetFunctionConfiguration":{"FunctionName":"edge","Qualifier":"7"}}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// [R14.1]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.1
/// [R14.3]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.3
/// [R14.4]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.4
#[derive(Clone, PartialEq, Serialize)]
#[expect(clippy::exhaustive_enums, reason = "a host must be able to perform every call")]
pub enum Call<'a> {
    /// Reads the settings secret, which has the token.
    ///
    /// Only `SecretString` of the reply is used. If the secret is binary, the host passes its bytes
    /// as text in this member.
    #[serde(rename_all = "PascalCase")]
    GetSecretValue {
        /// Name or ARN of the secret.
        secret_id: &'a str,
    },
    /// Reads the current state of the function.
    #[serde(rename_all = "PascalCase")]
    GetFunction {
        /// The function.
        function_name: &'a str,
    },
    /// Updates the function to the newest code, and publishes a version.
    #[serde(rename_all = "PascalCase")]
    UpdateFunctionCode {
        /// The function.
        function_name: &'a str,
        /// The bucket of the code package.
        #[serde(rename = "S3Bucket")]
        s3_bucket: &'a str,
        /// The key of the code package.
        #[serde(rename = "S3Key")]
        s3_key: &'a str,
        /// The revision that was read: the call is refused if the function changed since.
        revision_id: &'a str,
        /// It is always `true`.
        publish: bool,
    },
    /// Reads one page of the function's versions.
    #[serde(rename_all = "PascalCase")]
    ListVersionsByFunction {
        /// The function.
        function_name: &'a str,
        /// The previous page's `NextMarker`.
        #[serde(skip_serializing_if = "Option::is_none")]
        marker: Option<&'a str>,
    },
    /// Reads the state of one version.
    #[serde(rename_all = "PascalCase")]
    GetFunctionConfiguration {
        /// The function.
        function_name: &'a str,
        /// The version.
        qualifier: &'a str,
    },
    /// Reads the distribution and its state.
    #[serde(rename_all = "PascalCase")]
    GetDistribution {
        /// The distribution.
        id: &'a str,
    },
    /// Reads the distribution's configuration and entity tag.
    #[serde(rename_all = "PascalCase")]
    GetDistributionConfig {
        /// The distribution.
        id: &'a str,
    },
    /// Writes the distribution's configuration.
    #[serde(rename_all = "PascalCase")]
    UpdateDistribution {
        /// The distribution.
        id: &'a str,
        /// The entity tag that came with the configuration. The call is refused if it is stale.
        if_match: &'a str,
        /// The configuration that was read, with new function ARNs.
        distribution_config: &'a Value,
    },
    /// Removes responses of the old version from the edge caches: all that the path patterns match.
    #[serde(rename_all = "PascalCase")]
    CreateInvalidation {
        /// The distribution.
        distribution_id: &'a str,
        /// The paths to invalidate.
        invalidation_batch: InvalidationBatch<'a>,
    },
}

impl Call<'_> {
    /// The operation's name in the API, for dispatch and logs.
    ///
    /// ```
    /// # use firstparty_management::Call;
    /// assert_eq!(Call::GetDistribution { id: "E2EXAMPLE" }.operation(), "GetDistribution");
    /// ```
    #[must_use]
    pub fn operation(&self) -> &'static str {
        match self {
            Self::GetSecretValue { .. } => "GetSecretValue",
            Self::GetFunction { .. } => "GetFunction",
            Self::UpdateFunctionCode { .. } => "UpdateFunctionCode",
            Self::ListVersionsByFunction { .. } => "ListVersionsByFunction",
            Self::GetFunctionConfiguration { .. } => "GetFunctionConfiguration",
            Self::GetDistribution { .. } => "GetDistribution",
            Self::GetDistributionConfig { .. } => "GetDistributionConfig",
            Self::UpdateDistribution { .. } => "UpdateDistribution",
            Self::CreateInvalidation { .. } => "CreateInvalidation",
        }
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct(self.operation());
        match self {
            Self::GetSecretValue { secret_id } => shown.field("secret_id", secret_id),
            Self::GetFunction { function_name } => shown.field("function_name", function_name),
            Self::UpdateFunctionCode { function_name, s3_bucket, s3_key, revision_id, publish } => {
                shown
                    .field("function_name", function_name)
                    .field("s3_bucket", s3_bucket)
                    .field("s3_key", s3_key)
                    .field("revision_id", revision_id)
                    .field("publish", publish)
            }
            Self::ListVersionsByFunction { function_name, marker } => {
                shown.field("function_name", function_name).field("marker", marker)
            }
            Self::GetFunctionConfiguration { function_name, qualifier } => {
                shown.field("function_name", function_name).field("qualifier", qualifier)
            }
            Self::GetDistribution { id } | Self::GetDistributionConfig { id } => {
                shown.field("id", id)
            }
            Self::UpdateDistribution { id, if_match, distribution_config: _ } => {
                shown.field("id", id).field("if_match", if_match);
                return shown.finish_non_exhaustive();
            }
            Self::CreateInvalidation { distribution_id, invalidation_batch } => shown
                .field("distribution_id", distribution_id)
                .field("invalidation_batch", invalidation_batch),
        };
        shown.finish()
    }
}

/// The batch of [`Call::CreateInvalidation`].
///
/// ```
/// use firstparty_management::{InvalidationBatch, Paths};
///
/// let items = ["/fp/*".to_owned()];
/// let paths = Paths { quantity: items.len(), items: &items };
/// let batch = InvalidationBatch { paths, caller_reference: "edge-7-bff942cbdd3c4e2d" };
/// assert_eq!(
///     serde_json::to_string(&batch)?,
///     r#"{"Paths":{"Quantity":1,"Items":["/fp/*"]},"CallerReference":"edge-7-bff942cbdd3c4e2d"}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::exhaustive_structs, reason = "exactly the members that the API names")]
pub struct InvalidationBatch<'a> {
    /// The paths.
    pub paths: Paths<'a>,
    /// `{function}-{version}-{digest}`. CloudFront answers a repeat with the batch that exists
    /// already, and invalidates nothing again (see [Invalidations](crate#invalidations)).
    pub caller_reference: &'a str,
}

/// The paths of an [`InvalidationBatch`].
///
/// ```
/// use firstparty_management::Paths;
///
/// let items = ["/*".to_owned()];
/// assert_eq!(
///     serde_json::to_string(&Paths { quantity: 1, items: &items })?,
///     r#"{"Quantity":1,"Items":["/*"]}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::exhaustive_structs, reason = "exactly the members that the API names")]
pub struct Paths<'a> {
    /// The number of items.
    pub quantity: usize,
    /// The paths. Each starts with `/` and ends with `*`, and has no other wildcard.
    pub items: &'a [String],
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Everything but the configuration is shown, which may have secrets.
    #[test]
    fn debug_hides_the_configuration() {
        let config = json!({"Origins": {"Items": [{"CustomHeaders": {"Items": [
            {"HeaderName": "fpjs_proxy_secret", "HeaderValue": "s3cret"},
        ]}}]}});
        let call =
            Call::UpdateDistribution { id: "E1", if_match: "t", distribution_config: &config };
        let shown = format!("{call:?}");
        assert_eq!(shown, r#"UpdateDistribution { id: "E1", if_match: "t", .. }"#);
        let call = Call::UpdateFunctionCode {
            function_name: "f",
            s3_bucket: "b",
            s3_key: "k",
            revision_id: "r",
            publish: true,
        };
        assert_eq!(
            format!("{call:?}"),
            r#"UpdateFunctionCode { function_name: "f", s3_bucket: "b", s3_key: "k", revision_id: "r", publish: true }"#,
        );
        let items = ["/*".to_owned()];
        let paths = Paths { quantity: 1, items: &items };
        let batch = InvalidationBatch { paths, caller_reference: "f-7" };
        for (call, part) in [
            (Call::GetSecretValue { secret_id: "x" }, r#"secret_id: "x""#),
            (Call::GetFunction { function_name: "x" }, r#"function_name: "x""#),
            (Call::ListVersionsByFunction { function_name: "f", marker: None }, "marker: None"),
            (
                Call::GetFunctionConfiguration { function_name: "f", qualifier: "x" },
                r#"qualifier: "x""#,
            ),
            (Call::GetDistribution { id: "x" }, r#"id: "x""#),
            (Call::GetDistributionConfig { id: "x" }, r#"id: "x""#),
            (
                Call::CreateInvalidation { distribution_id: "x", invalidation_batch: batch },
                r#"caller_reference: "f-7""#,
            ),
        ] {
            let shown = format!("{call:?}");
            assert!(shown.starts_with(call.operation()) && shown.contains(part), "{shown}");
        }
    }

    /// R14.4: the members that AWS's API names, in its spelling.
    #[test]
    fn members_are_spelt_as_the_api_spells_them() {
        let config = json!({"Comment": ""});
        let items = ["/*".to_owned()];
        let calls = [
            Call::GetSecretValue { secret_id: "s" },
            Call::GetFunction { function_name: "f" },
            Call::UpdateFunctionCode {
                function_name: "f",
                s3_bucket: "b",
                s3_key: "k",
                revision_id: "r",
                publish: true,
            },
            Call::ListVersionsByFunction { function_name: "f", marker: None },
            Call::ListVersionsByFunction { function_name: "f", marker: Some("m") },
            Call::GetFunctionConfiguration { function_name: "f", qualifier: "7" },
            Call::GetDistribution { id: "E" },
            Call::GetDistributionConfig { id: "E" },
            Call::UpdateDistribution { id: "E", if_match: "t", distribution_config: &config },
            Call::CreateInvalidation {
                distribution_id: "E",
                invalidation_batch: InvalidationBatch {
                    paths: Paths { quantity: 1, items: &items },
                    caller_reference: "f-7",
                },
            },
        ];
        let expected = json!([
            {"GetSecretValue": {"SecretId": "s"}},
            {"GetFunction": {"FunctionName": "f"}},
            {"UpdateFunctionCode": {"FunctionName": "f", "S3Bucket": "b", "S3Key": "k",
                "RevisionId": "r", "Publish": true}},
            {"ListVersionsByFunction": {"FunctionName": "f"}},
            {"ListVersionsByFunction": {"FunctionName": "f", "Marker": "m"}},
            {"GetFunctionConfiguration": {"FunctionName": "f", "Qualifier": "7"}},
            {"GetDistribution": {"Id": "E"}},
            {"GetDistributionConfig": {"Id": "E"}},
            {"UpdateDistribution": {"Id": "E", "IfMatch": "t",
                "DistributionConfig": {"Comment": ""}}},
            {"CreateInvalidation": {"DistributionId": "E", "InvalidationBatch": {
                "Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": "f-7"}}},
        ]);
        assert_eq!(serde_json::to_value(&calls).unwrap(), expected);
        for (call, json) in calls.iter().zip(expected.as_array().unwrap()) {
            assert!(json.get(call.operation()).is_some(), "{}", call.operation());
        }
    }
}
