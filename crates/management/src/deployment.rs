//! A deployment: one distribution, one function.

/// One distribution and one Lambda@Edge function, whose status can be read and updated.
///
/// ```
/// use firstparty_management::Deployment;
///
/// assert!(Deployment::new("E2EXAMPLE", "not a name").is_err());
///
/// let deployment = Deployment::new("E2EXAMPLE", "edge")?
///     .with_package("my-bucket", "releases/edge.zip")
///     .with_origins("fpcdn.io", "eu.api.fpjs.io");
/// assert_eq!(deployment.function_name(), "edge");
/// # Ok::<(), firstparty_management::DeploymentError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    pub(super) distribution_id: String,
    pub(super) function_name: String,
    pub(super) package: Package,
    /// The domain names of Fingerprint's CDN and API.
    pub(super) origins: [String; 2],
}

/// The place of the newest code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) bucket: String,
    pub(super) key: String,
}

/// What is wrong with the deployment's settings. It names the variable, never its value.
///
/// ```
/// use firstparty_management::{Deployment, DeploymentError};
///
/// let error = Deployment::new("E2EXAMPLE", "not a name").unwrap_err();
/// assert_eq!(error, DeploymentError::Invalid("LambdaFunctionName"));
/// assert_eq!(error.to_string(), "LambdaFunctionName is not valid");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeploymentError {
    /// The variable is not set.
    #[error("{0} is not set")]
    Missing(&'static str),
    /// The variable's value is not valid.
    #[error("{0} is not valid")]
    Invalid(&'static str),
}

pub(super) const DISTRIBUTION: &str = "CFDistributionId";
pub(super) const FUNCTION: &str = "LambdaFunctionName";

/// Where Fingerprint publishes the newest code for CloudFront.
pub(super) const BUCKET: &str = "fingerprint-pro-cloudfront-integration";
pub(super) const KEY: &str = "v2/lambda_latest.zip";
/// The domain names of R1's `fpjs_cdn_url` and `fpjs_ingress_base_host`.
pub(super) const CDN: &str = "fpcdn.io";
pub(super) const API: &str = "api.fpjs.io";
/// The regions that have a domain name of their own, with this label before the API's.
const REGIONS: [&str; 2] = ["eu", "ap"];

impl Deployment {
    /// A deployment with Fingerprint's own code package and domain names:
    /// `s3://fingerprint-pro-cloudfront-integration/v2/lambda_latest.zip`, `fpcdn.io` and
    /// `api.fpjs.io`.
    ///
    /// # Errors
    ///
    /// [`DeploymentError::Invalid`] if the id is not 1 to 64 ASCII letters and digits, or the name
    /// is not 1 to 64 ASCII letters, digits, `-` and `_`.
    ///
    /// ```
    /// # use firstparty_management::Deployment;
    /// let deployment = Deployment::new("E2EXAMPLE", "edge")?;
    /// assert_eq!(deployment.api_domain(), "api.fpjs.io");
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    pub fn new(distribution_id: &str, function_name: &str) -> Result<Self, DeploymentError> {
        if !is_made_of(distribution_id, "") {
            return Err(DeploymentError::Invalid(DISTRIBUTION));
        }
        if !is_made_of(function_name, "-_") {
            return Err(DeploymentError::Invalid(FUNCTION));
        }
        Ok(Self {
            distribution_id: distribution_id.to_owned(),
            function_name: function_name.to_owned(),
            package: Package { bucket: BUCKET.to_owned(), key: KEY.to_owned() },
            origins: [CDN.to_owned(), API.to_owned()],
        })
    }

    /// Sets the S3 bucket and key of the code package that an update installs ([R14.4]).
    ///
    /// ```
    /// # use firstparty_management::Deployment;
    /// let deployment = Deployment::new("E2EXAMPLE", "edge")?.with_package("my-bucket", "edge.zip");
    /// assert_eq!(deployment.package_key(), "edge.zip");
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    ///
    /// [R14.4]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.4
    #[must_use]
    pub fn with_package(self, bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { package: Package { bucket: bucket.into(), key: key.into() }, ..self }
    }

    /// Sets the domain names of Fingerprint's CDN and API, by which its origins are recognised
    /// ([R14.4]).
    ///
    /// Case does not matter. The API's regional names, with `eu.` or `ap.` in front, are recognised
    /// too.
    ///
    /// ```
    /// # use firstparty_management::Deployment;
    /// let deployment =
    ///     Deployment::new("E2EXAMPLE", "edge")?.with_origins("cdn.example", "api.example");
    /// assert_eq!(deployment.cdn_domain(), "cdn.example");
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    ///
    /// [R14.4]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.4
    #[must_use]
    pub fn with_origins(self, cdn: impl Into<String>, api: impl Into<String>) -> Self {
        Self { origins: [cdn.into(), api.into()], ..self }
    }

    /// The id of the distribution.
    ///
    /// ```
    /// # use firstparty_management::Deployment;
    /// assert_eq!(Deployment::new("E2EXAMPLE", "edge")?.distribution_id(), "E2EXAMPLE");
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    #[must_use]
    pub fn distribution_id(&self) -> &str {
        &self.distribution_id
    }

    /// The name of the Lambda@Edge function.
    ///
    /// ```
    /// # use firstparty_management::Deployment;
    /// assert_eq!(Deployment::new("E2EXAMPLE", "edge")?.function_name(), "edge");
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    #[must_use]
    pub fn function_name(&self) -> &str {
        &self.function_name
    }

    /// The S3 bucket of the code package.
    ///
    /// ```
    /// # use firstparty_management::Deployment;
    /// let bucket = "fingerprint-pro-cloudfront-integration";
    /// assert_eq!(Deployment::new("E2EXAMPLE", "edge")?.package_bucket(), bucket);
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    #[must_use]
    pub fn package_bucket(&self) -> &str {
        &self.package.bucket
    }

    /// The S3 key of the code package.
    ///
    /// ```
    /// # use firstparty_management::Deployment;
    /// assert_eq!(Deployment::new("E2EXAMPLE", "edge")?.package_key(), "v2/lambda_latest.zip");
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    #[must_use]
    pub fn package_key(&self) -> &str {
        &self.package.key
    }

    /// The domain name of Fingerprint's CDN.
    ///
    /// ```
    /// # use firstparty_management::Deployment;
    /// assert_eq!(Deployment::new("E2EXAMPLE", "edge")?.cdn_domain(), "fpcdn.io");
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    #[must_use]
    pub fn cdn_domain(&self) -> &str {
        let [cdn, _] = &self.origins;
        cdn
    }

    /// The domain name of Fingerprint's API.
    ///
    /// ```
    /// # use firstparty_management::Deployment;
    /// assert_eq!(Deployment::new("E2EXAMPLE", "edge")?.api_domain(), "api.fpjs.io");
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    #[must_use]
    pub fn api_domain(&self) -> &str {
        let [_, api] = &self.origins;
        api
    }

    /// Whether an origin with this domain name belongs to Fingerprint.
    pub(super) fn is_origin(&self, domain: &str) -> bool {
        let [cdn, api] = &self.origins;
        domain.eq_ignore_ascii_case(cdn)
            || domain.eq_ignore_ascii_case(api)
            || domain.split_once('.').is_some_and(|(label, rest)| {
                REGIONS.iter().any(|region| region.eq_ignore_ascii_case(label))
                    && rest.eq_ignore_ascii_case(api)
            })
    }
}

/// Whether `text` consists of 1 to 64 ASCII letters, digits and characters of `more`.
fn is_made_of(text: &str, more: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.chars().all(|char| char.is_ascii_alphanumeric() || more.contains(char))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R14.2: a deployment tells what it is made of, its own parts or Fingerprint's.
    #[test]
    fn a_deployment_has_parts() {
        let parts = |deployment: &Deployment| {
            [
                deployment.distribution_id(),
                deployment.function_name(),
                deployment.package_bucket(),
                deployment.package_key(),
                deployment.cdn_domain(),
                deployment.api_domain(),
            ]
            .map(ToOwned::to_owned)
        };
        let deployment = Deployment::new("E1", "edge").unwrap();
        assert_eq!(parts(&deployment), ["E1", "edge", BUCKET, KEY, CDN, API]);
        let own = deployment.with_package("bucket", "key").with_origins("cdn", "api");
        assert_eq!(parts(&own), ["E1", "edge", "bucket", "key", "cdn", "api"]);
    }

    /// R14.4: the domain names themselves, and the API's in its regions.
    #[test]
    fn origins_are_known_by_domain_name() {
        let deployment = Deployment::new("E1", "edge").unwrap();
        for domain in ["fpcdn.io", "FPCDN.io", "api.fpjs.io", "eu.api.fpjs.io", "AP.api.FPJS.io"] {
            assert!(deployment.is_origin(domain), "{domain}");
        }
        for domain in [
            "",
            "fpjs.io",
            "eu.fpcdn.io",
            "us.api.fpjs.io",
            "euapi.fpjs.io",
            "x.eu.api.fpjs.io",
            "eu.ap.api.fpjs.io",
            "api.fpjs.io.example",
            ".api.fpjs.io",
        ] {
            assert!(!deployment.is_origin(domain), "{domain}");
        }
        let own = deployment.with_origins("cdn.example", "api.example");
        assert!(own.is_origin("eu.api.example") && own.is_origin("cdn.example"));
        assert!(!own.is_origin("api.fpjs.io") && !own.is_origin("fpcdn.io"));
    }
}
