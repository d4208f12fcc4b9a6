//! The settings document: the JSON object that CloudFront deployments keep as a secret (contract
//! R1.2).

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::read::{Object, Text};
use super::source::Source;
use crate::variable::Variable;

/// A settings document, from any serde format ([R1.2]).
///
/// Case does not matter in keys. An unknown key becomes advice, and `null` counts as absent. Any
/// other value that is not a string is an error that names the key and never the value; only the
/// depth may also be a number. A variable that comes twice is an error.
///
/// ```
/// use firstparty::Config;
/// use firstparty::config::Document;
///
/// let text = r#"{"FPJS_GET_RESULT_PATH": "5yt489hgfj", "fpjs_pre_shared_secret": "s3cret"}"#;
/// let document: Document = serde_json::from_str(text)?;
/// let config = Config::builder().source(document.into_source("secret")).build()?;
/// assert!(config.pre_shared_secret().is_some());
///
/// let error = serde_json::from_str::<Document>(r#"{"fpjs_pre_shared_secret": 42}"#).unwrap_err();
/// assert!(error.to_string().starts_with("fpjs_pre_shared_secret: expected a string"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [R1.2]: crate::contract#R1.2
#[derive(Clone, Debug)]
pub struct Document(Source);

impl Document {
    /// The document as a source of variables, with a name for status page and advice.
    ///
    /// ```
    /// use firstparty::config::{Document, Variable};
    ///
    /// let document: Document = serde_json::from_str(r#"{"fpjs_cdn_url": "cdn.example"}"#)?;
    /// let source = document.into_source("settings document");
    /// assert_eq!(source.get(Variable::CdnUrl), Some("cdn.example"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn into_source(self, name: impl Into<Cow<'static, str>>) -> Source {
        self.0.named(name)
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Object(DocumentVisitor)).map(Self)
    }
}

struct DocumentVisitor;

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Source;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the settings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Source, A::Error> {
        let mut source = Source::default();
        let mut seen = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            let Ok(variable) = key.parse::<Variable>() else {
                map.next_value::<IgnoredAny>()?;
                source.insert_unknown(&key);
                continue;
            };
            let value = map.next_value_seed(Text(variable))?;
            // R1.1, R1.2: empty and null count as absent.
            let Some(value) = value.filter(|value| !value.is_empty()) else { continue };
            if seen.contains(&variable) {
                return Err(A::Error::custom(format_args!("{variable}: given twice")));
            }
            seen.push(variable);
            source.set(variable, value);
        }
        Ok(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Source, String> {
        let document: Result<Document, _> = serde_json::from_str(text);
        document.map(|document| document.into_source("secret")).map_err(|error| error.to_string())
    }

    /// R1.2: keys without case, null as absent, the depth also as a number.
    #[test]
    fn values_are_read_leniently_where_the_contract_says_so() {
        let source = read(
            r#"{"FPJS_Get_Result_Path": "r", "fpjs_cdn_url": null, "fpjs_debug": "",
                "fpjs_integration_path_depth": 2, "other": {"deep": [1]}}"#,
        )
        .unwrap();
        assert_eq!(source.get(Variable::GetResultPath), Some("r"));
        assert_eq!(source.get(Variable::CdnUrl), None);
        assert_eq!(source.get(Variable::Debug), None);
        assert_eq!(source.get(Variable::IntegrationPathDepth), Some("2"));
        assert_eq!(source.into_name_and_unknown_keys().1, ["other"]);
    }

    /// R1.2: an error names the key, never the value.
    #[test]
    fn errors_name_the_key_and_never_the_value() {
        for value in ["4711", "-4711", "4711.5", "true", "[4711]", "{\"4711\": 4711}"] {
            let error = read(&format!(r#"{{"fpjs_pre_shared_secret": {value}}}"#)).unwrap_err();
            assert!(error.contains("fpjs_pre_shared_secret"), "{error}");
            assert!(!error.contains("4711") && !error.contains("true"), "{error}");
        }
        let twice = read(r#"{"fpjs_cdn_url": "a.b", "FPJS_CDN_URL": "c.d"}"#).unwrap_err();
        assert!(twice.starts_with("fpjs_cdn_url: given twice"), "{twice}");
        let once = read(r#"{"fpjs_cdn_url": "", "FPJS_CDN_URL": "c.d"}"#).unwrap();
        assert_eq!(once.get(Variable::CdnUrl), Some("c.d"));
        let list = read(r#"{"fpjs_api_keys": ["4711"]}"#).unwrap_err();
        assert!(list.starts_with("fpjs_api_keys: expected a string"), "{list}");
        for text in ["[]", "\"text\"", "42", "null", "", "{", r#"{"fpjs_debug": tru"#, r#"{"x": ["#]
        {
            assert!(read(text).is_err(), "{text}");
        }
        // The secret itself where an object with it should be.
        for text in ["\"4711\"", "4711", "-4711", "4711.5", "[4711]", "[\"4711\"]"] {
            let error = read(text).unwrap_err();
            assert!(error.contains("an object with the settings"), "{error}");
            assert!(!error.contains("4711"), "{error}");
        }
    }
}
