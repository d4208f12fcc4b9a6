//! What the host's environment says about the deployment.

/// The host's variables, unchecked: authorisation comes before any complaint about them (R14.2).
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

/// Where the newest code lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) bucket: String,
    pub(super) key: String,
}

/// What status and update are about: one distribution, one function.
///
/// ```
/// use firstparty_management::Deployment;
///
/// assert!(Deployment::new("E2EXAMPLE", "not a name").is_err());
///
/// let deployment = Deployment::new("E2EXAMPLE", "edge")?
///     .with_package("my-bucket", "releases/edge.zip")
///     .with_origins("fpcdn.io", "eu.api.fpjs.io");
/// # Ok::<(), firstparty_management::DeploymentError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    pub(super) distribution_id: String,
    pub(super) function_name: String,
    pub(super) package: Package,
    /// Domain names of the origins that are Fingerprint's.
    pub(super) origins: [String; 2],
}

/// What is wrong with the deployment's settings. It names the variable, never its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeploymentError {
    /// The variable is not set.
    #[error("{0} is not set")]
    Missing(&'static str),
    /// The variable's value cannot be what it should be.
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
/// Labels before the API's domain name, one for each region that has its own.
const REGIONS: [&str; 2] = ["eu", "ap"];

impl DeploymentSettings {
    /// Asks the host for each variable by name; an empty value counts as not set.
    ///
    /// | variable | meaning | default |
    /// |---|---|---|
    /// | `SettingsSecretName` | the secret that holds `{"token": "…"}` | none: nobody is authorised |
    /// | `CFDistributionId` | the distribution | none: an error after authorisation |
    /// | `LambdaFunctionName` | the Lambda@Edge function | none: an error after authorisation |
    /// | `LambdaCodeBucket`, `LambdaCodeKey` | where the newest code lies | Fingerprint's |
    /// | `fpjs_cdn_url`, `fpjs_ingress_base_host` | domain names of the origins | `fpcdn.io`, `api.fpjs.io` |
    ///
    /// An update installs whatever lies in that bucket under that key: a deployment whose function
    /// is not Fingerprint's own names its own package.
    #[must_use]
    pub fn from_variables(mut read: impl FnMut(&str) -> Option<String>) -> Self {
        let mut read = |name: &str| read(name).filter(|value| !value.is_empty());
        let mut or = |name: &str, default: &str| read(name).unwrap_or_else(|| default.to_owned());
        let package =
            Package { bucket: or("LambdaCodeBucket", BUCKET), key: or("LambdaCodeKey", KEY) };
        let origins = [or("fpjs_cdn_url", CDN), or("fpjs_ingress_base_host", API)];
        Self {
            secret_id: read("SettingsSecretName"),
            distribution_id: read(DISTRIBUTION),
            function_name: read(FUNCTION),
            package,
            origins,
        }
    }

    /// The deployment, checked.
    ///
    /// # Errors
    ///
    /// [`DeploymentError`] for the first variable that is missing or cannot be an id or a name.
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
    /// [`DeploymentError::Invalid`] if the id is not of ASCII letters and digits, or the name not
    /// of 1 to 64 ASCII letters, digits, `-` and `_`.
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

    /// Takes the newest code from this bucket under this key (R14.4). An update installs whatever
    /// lies there.
    #[must_use]
    pub fn with_package(self, bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { package: Package { bucket: bucket.into(), key: key.into() }, ..self }
    }

    /// Takes origins with these domain names for Fingerprint's (R14.4), in any case. Beside the
    /// API's, those of its regions count: `eu.` and `ap.` before it.
    #[must_use]
    pub fn with_origins(self, cdn: impl Into<String>, api: impl Into<String>) -> Self {
        Self { origins: [cdn.into(), api.into()], ..self }
    }

    /// Whether an origin with this domain name is Fingerprint's.
    pub(super) fn is_origin(&self, domain: &str) -> bool {
        let [cdn, api] = &self.origins;
        let is_api = |domain: &str| domain.eq_ignore_ascii_case(api);
        let is_region = |(region, rest): (&str, &str)| {
            REGIONS.iter().any(|known| region.eq_ignore_ascii_case(known)) && is_api(rest)
        };
        domain.eq_ignore_ascii_case(cdn)
            || is_api(domain)
            || domain.split_once('.').is_some_and(is_region)
    }
}

/// Whether `text` is of 1 to 64 ASCII letters, digits and characters of `more`.
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

    /// R14.2: what is missing is named; a blank is not missing, but wrong.
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

    /// R1.1: an empty value is none, a blank is one.
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
