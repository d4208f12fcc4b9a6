//! The settings of a deployment, from the host's variables.

use crate::deployment::{
    API, BUCKET, CDN, DISTRIBUTION, Deployment, DeploymentError, FUNCTION, KEY, Package,
};

/// The variables of the host's environment. They are not checked yet, because only an authorised
/// caller may learn what is wrong with them ([R14.2]).
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
///
/// [R14.2]: https://docs.rs/firstparty/latest/firstparty/contract/index.html#R14.2
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentSettings {
    pub(super) secret_id: Option<String>,
    distribution_id: Option<String>,
    function_name: Option<String>,
    package: Package,
    origins: [String; 2],
}

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

/// An empty value counts as not set.
fn not_empty(value: Option<String>) -> Option<String> {
    value.filter(|value| !value.is_empty())
}

fn or_default(value: Option<String>, default: &str) -> String {
    not_empty(value).unwrap_or_else(|| default.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings<const N: usize>(variables: [(&str, &str); N]) -> DeploymentSettings {
        DeploymentSettings::from_variables(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    /// R14.1: without a name there is no secret to read.
    #[test]
    fn the_secret_has_a_name() {
        assert_eq!(settings([("SettingsSecretName", "s")]).secret_id(), Some("s"));
        assert_eq!(settings([("SettingsSecretName", "")]).secret_id(), None);
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
}
