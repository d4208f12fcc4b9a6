//! The cloud: the parts of Lambda, CloudFront and Secrets Manager that the calls of R14 touch.
//!
//! Written from AWS's API reference and independent of the crate: it refuses what AWS refuses, by
//! the error name that AWS gives.

mod cache;
mod cloudfront;
mod lambda;

use std::time::Duration;

use firstparty_management::Call;
use serde_json::{Value, json};

pub(crate) use cloudfront::{CloudFront, ForeignEdit, blanked};
pub(crate) use lambda::Lambda;

/// An error by its name in the API.
pub(crate) type ErrorName = &'static str;

pub(crate) const FUNCTION: &str = "edge";
pub(crate) const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:edge";
pub(crate) const DISTRIBUTION: &str = "E2EXAMPLE";
pub(crate) const TOKEN: &str = "s3cret-t0ken";

#[derive(Clone, Debug)]
pub(crate) struct Cloud {
    pub(crate) now: Duration,
    pub(crate) lambda: Lambda,
    pub(crate) cloudfront: CloudFront,
    /// How many of the next calls are refused because there were too many.
    pub(crate) throttled: usize,
}

impl Cloud {
    /// Lets time pass, less than a day in all: no run waits that long.
    pub(crate) fn wait(&mut self, duration: Duration) {
        self.now += duration;
        assert!(self.now < Duration::from_secs(86_400), "a wait without end");
    }

    /// Performs a call: its effect, and its output.
    pub(crate) fn perform(&mut self, call: &Call<'_>) -> Result<Value, ErrorName> {
        if self.throttled > 0 {
            self.throttled -= 1;
            return Err("ThrottlingException");
        }
        match call {
            Call::GetSecretValue { secret_id } => {
                assert_eq!(*secret_id, "settings");
                Ok(json!({"SecretString": json!({"token": TOKEN, "other": 1}).to_string()}))
            }
            Call::GetFunction { function_name } => {
                Lambda::knows(function_name)?;
                let latest = self.lambda.latest(self.now);
                Ok(json!({"Configuration": latest, "Code": {"Location": "signed"}}))
            }
            Call::UpdateFunctionCode { function_name, s3_bucket, s3_key, revision_id, publish } => {
                Lambda::knows(function_name)?;
                assert!(*publish && !s3_bucket.is_empty() && !s3_key.is_empty());
                self.lambda.update_code(revision_id, self.now)
            }
            Call::ListVersionsByFunction { function_name, marker } => {
                Lambda::knows(function_name)?;
                self.lambda.list(*marker, self.now)
            }
            Call::GetFunctionConfiguration { function_name, qualifier } => {
                Lambda::knows(function_name)?;
                self.lambda.configuration(qualifier, self.now)
            }
            Call::GetDistribution { id } => {
                CloudFront::knows(id)?;
                Ok(self.cloudfront.distribution())
            }
            Call::GetDistributionConfig { id } => {
                CloudFront::knows(id)?;
                Ok(self.cloudfront.read())
            }
            Call::UpdateDistribution { id, if_match, distribution_config } => {
                CloudFront::knows(id)?;
                self.cloudfront.write(if_match, distribution_config, &self.lambda, self.now)
            }
            Call::CreateInvalidation { distribution_id, invalidation_batch } => {
                CloudFront::knows(distribution_id)?;
                self.cloudfront.invalidate(invalidation_batch)
            }
        }
    }
}
