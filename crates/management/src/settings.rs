//! The settings of a deployment.

/// The variables of the host's environment. They are not checked yet, because only an authorised
/// caller may learn what is wrong with them (R14.2).
///
/// ```
/// use firstparty_management::{DeploymentError, DeploymentSettings};
///
/// let settings = DeploymentSettings::from_variables(|name| match name {
///     "CFDistributionId" => Some("E2EXAMPLE".into()),
///     _ => None,
/// });
/// assert_eq!(settings.deployment(), Err(DeploymentError::Missing("LambdaFunctionName")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentSettings {
    pub(super) secret_id: Option<String>,
    distribution_id: Option<String>,
    function_name: Option<String>,
    package: Package,
    origins: [String; 2],
}

/// The place of the newest code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) bucket: String,
    pub(super) key: String,
}

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

const DISTRIBUTION: &str = "CFDistributionId";
const FUNCTION: &str = "LambdaFunctionName";

/// Where Fingerprint publishes the newest code for CloudFront.
const BUCKET: &str = "fingerprint-pro-cloudfront-integration";
const KEY: &str = "v2/lambda_latest.zip";
/// The domain names of R1's `fpjs_cdn_url` and `fpjs_ingress_base_host`.
const CDN: &str = "fpcdn.io";
const API: &str = "api.fpjs.io";
/// The regions that have a domain name of their own, with this label before the API's.
const REGIONS: [&str; 2] = ["eu", "ap"];

impl DeploymentSettings {
    /// Reads each variable by its name. An empty value counts as not set.
    ///
    /// | variable | meaning | default |
    /// |---|---|---|
    /// | `SettingsSecretName` | the secret with `{"token": "…"}` | no default: no caller is authorised |
    /// | `CFDistributionId` | the distribution | no default: an error after authorisation |
    /// | `LambdaFunctionName` | the Lambda@Edge function | no default: an error after authorisation |
    /// | `LambdaCodeBucket`, `LambdaCodeKey` | the place of the newest code | Fingerprint's |
    /// | `fpjs_cdn_url`, `fpjs_ingress_base_host` | domain names of the origins | `fpcdn.io`, `api.fpjs.io` |
    ///
    /// An update installs the package at that bucket and key. If the function is not Fingerprint's
    /// own, set both variables.
    ///
    /// ```
    /// use firstparty_management::DeploymentSettings;
    ///
    /// let settings = DeploymentSettings::from_variables(|name| std::env::var(name).ok());
    /// ```
    #[must_use]
    pub fn from_variables(mut read: impl FnMut(&str) -> Option<String>) -> Self {
        let package = Package {
            bucket: or_default(read("LambdaCodeBucket"), BUCKET),
            key: or_default(read("LambdaCodeKey"), KEY),
        };
        let origins = [
            or_default(read("fpjs_cdn_url"), CDN),
            or_default(read("fpjs_ingress_base_host"), API),
        ];
        Self {
            secret_id: not_empty(read("SettingsSecretName")),
            distribution_id: not_empty(read(DISTRIBUTION)),
            function_name: not_empty(read(FUNCTION)),
            package,
            origins,
        }
    }

    /// The name or ARN of the settings secret.
    ///
    /// ```
    /// # use firstparty_management::DeploymentSettings;
    /// let settings = DeploymentSettings::from_variables(|name| Some(format!("my-{name}")));
    /// assert_eq!(settings.secret_id(), Some("my-SettingsSecretName"));
    /// ```
    #[must_use]
    pub fn secret_id(&self) -> Option<&str> {
        self.secret_id.as_deref()
    }

    /// Checks the variables, and returns the deployment that they describe.
    ///
    /// # Errors
    ///
    /// [`DeploymentError`] for the first variable that is missing or not valid.
    ///
    /// ```
    /// use firstparty_management::DeploymentSettings;
    ///
    /// let settings = DeploymentSettings::from_variables(|name| match name {
    ///     "CFDistributionId" => Some("E2EXAMPLE".into()),
    ///     "LambdaFunctionName" => Some("edge".into()),
    ///     _ => None,
    /// });
    /// assert_eq!(settings.deployment()?.distribution_id(), "E2EXAMPLE");
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    pub fn deployment(&self) -> Result<Deployment, DeploymentError> {
        let id = self.distribution_id.as_deref().ok_or(DeploymentError::Missing(DISTRIBUTION))?;
        let name = self.function_name.as_deref().ok_or(DeploymentError::Missing(FUNCTION))?;
        let Package { bucket, key } = &self.package;
        let [cdn, api] = &self.origins;
        Ok(Deployment::new(id, name)?.with_package(bucket, key).with_origins(cdn, api))
    }
}

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

    /// Sets the S3 bucket and key of the code package that an update installs (R14.4).
    ///
    /// ```
    /// # use firstparty_management::Deployment;
    /// let deployment = Deployment::new("E2EXAMPLE", "edge")?.with_package("my-bucket", "edge.zip");
    /// assert_eq!(deployment.package_key(), "edge.zip");
    /// # Ok::<(), firstparty_management::DeploymentError>(())
    /// ```
    #[must_use]
    pub fn with_package(self, bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { package: Package { bucket: bucket.into(), key: key.into() }, ..self }
    }

    /// Sets the domain names of Fingerprint's CDN and API, by which its origins are recognised
    /// (R14.4).
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

/// An empty value counts as not set.
fn not_empty(value: Option<String>) -> Option<String> {
    value.filter(|value| !value.is_empty())
}

fn or_default(value: Option<String>, default: &str) -> String {
    not_empty(value).unwrap_or_else(|| default.to_owned())
}

/// Whether `text` consists of 1 to 64 ASCII letters, digits and characters of `more`.
fn is_made_of(text: &str, more: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.chars().all(|char| char.is_ascii_alphanumeric() || more.contains(char))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings<const N: usize>(variables: [(&str, &str); N]) -> DeploymentSettings {
        DeploymentSettings::from_variables(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    /// R14.2: a missing setting is named. A blank is not missing, but not valid either.
    #[test]
    fn missing_settings_are_named() {
        let deployment = |id: &str, name: &str| {
            let settings = settings([("CFDistributionId", id), ("LambdaFunctionName", name)]);
            settings.deployment().map(|_| ()).map_err(|error| error.to_string())
        };
        assert_eq!(deployment("E1", "edge"), Ok(()));
        assert_eq!(deployment("", "edge"), Err("CFDistributionId is not set".into()));
        assert_eq!(deployment("E1", ""), Err("LambdaFunctionName is not set".into()));
        assert_eq!(deployment("E/1", "edge"), Err("CFDistributionId is not valid".into()));
        assert_eq!(deployment("E_1", "edge"), Err("CFDistributionId is not valid".into()));
        assert_eq!(deployment("E1", "ed:ge"), Err("LambdaFunctionName is not valid".into()));
        for blank in [" ", "\t"] {
            assert_eq!(deployment(blank, "edge"), Err("CFDistributionId is not valid".into()));
            assert_eq!(deployment("E1", blank), Err("LambdaFunctionName is not valid".into()));
        }
        assert_eq!(deployment("E1 ", "edge"), Err("CFDistributionId is not valid".into()));
        assert_eq!(deployment("E1", " edge"), Err("LambdaFunctionName is not valid".into()));
        assert_eq!(deployment("E1", "a-B_9"), Ok(()));
        assert_eq!(deployment("E1", &"a".repeat(64)), Ok(()));
        let long = "a".repeat(65);
        assert_eq!(deployment("E1", &long), Err("LambdaFunctionName is not valid".into()));
    }

    /// R14.4: package and origins have defaults, and can be set.
    #[test]
    fn defaults_are_fingerprints() {
        let base = [("CFDistributionId", "E1"), ("LambdaFunctionName", "edge")];
        assert_eq!(settings(base).deployment(), Deployment::new("E1", "edge"));
        let deployment = settings([
            base[0],
            base[1],
            ("LambdaCodeBucket", "b"),
            ("LambdaCodeKey", "k"),
            ("fpjs_cdn_url", "cdn.example"),
            ("fpjs_ingress_base_host", "api.example"),
        ])
        .deployment()
        .unwrap();
        assert_eq!(deployment.package, Package { bucket: "b".into(), key: "k".into() });
        assert_eq!(deployment.origins, ["cdn.example", "api.example"]);
        let built = Deployment::new("E1", "edge")
            .unwrap()
            .with_package("b", "k")
            .with_origins("cdn.example", "api.example");
        assert_eq!(deployment, built);
    }

    /// R1.1: an empty value counts as not set, a blank does not.
    #[test]
    fn blank_settings_count() {
        let of =
            |value: &'static str| DeploymentSettings::from_variables(|_| Some(value.to_owned()));
        assert_eq!(of(""), DeploymentSettings::from_variables(|_| None));
        let blank = of(" ");
        assert_eq!(blank.secret_id.as_deref(), Some(" "));
        assert_eq!(blank.package, Package { bucket: " ".into(), key: " ".into() });
        assert_eq!(blank.origins, [" ", " "]);
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
