//! The published version of the function, and how it is found: R14.4.

use serde_json::Value;

use super::arn::FunctionArn;
use super::member::text;
use super::{Deployment, Error};

/// A published version of the deployment's function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    arn: String,
    number: String,
}

impl Version {
    /// The version that a function's configuration describes, or none if that is the unpublished
    /// `$LATEST`, or not said.
    pub(super) fn of(
        configuration: &Value,
        deployment: &Deployment,
    ) -> Result<Option<Self>, Error> {
        let Some(number) = text(configuration, "Version").filter(|number| is_number(number)) else {
            return Ok(None);
        };
        let arn = text(configuration, "FunctionArn").ok_or(Error::FunctionArnMissing)?;
        let parsed = FunctionArn::parse(arn)
            .filter(|parsed| parsed.name == deployment.function_name)
            .ok_or(Error::FunctionArnMissing)?;
        let arn = match parsed.qualifier {
            None => format!("{arn}:{number}"),
            Some(qualifier) if qualifier == number => arn.to_owned(),
            Some(_) => return Err(Error::FunctionArnMissing),
        };
        Ok(Some(Self { arn, number: number.to_owned() }))
    }

    pub(super) fn arn(&self) -> &str {
        &self.arn
    }

    pub(super) fn number(&self) -> &str {
        &self.number
    }

    /// Whether an ARN in the distribution names any version of the same function.
    pub(super) fn is_of_function(&self, arn: &Value) -> bool {
        let this = FunctionArn::parse(&self.arn);
        let that = arn.as_str().and_then(FunctionArn::parse);
        this.zip(that).is_some_and(|(this, that)| this.is_same_function(that))
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The search for the version that `UpdateFunctionCode` published but did not name.
///
/// A version whose revision is the reply's is the one; failing that, a version with the reply's
/// code. The whole list is read, as a second match makes the search ambiguous.
#[derive(Debug)]
pub(super) struct Search {
    revision: String,
    code: Option<String>,
    by_revision: Found,
    by_code: Found,
    marker: Option<String>,
    pages: u32,
}

/// What one criterion has found so far.
#[derive(Debug, Default)]
enum Found {
    #[default]
    Nothing,
    One(Version),
    Several,
}

impl Search {
    /// Pages of 50 versions that are read at most.
    pub(super) const MAX_PAGES: u32 = 200;

    /// A search for what the reply to `UpdateFunctionCode` describes.
    pub(super) fn new(revision: &str, code: Option<&str>) -> Self {
        Self {
            revision: revision.to_owned(),
            code: code.map(str::to_owned),
            by_revision: Found::Nothing,
            by_code: Found::Nothing,
            marker: None,
            pages: 0,
        }
    }

    /// Where the next page starts.
    pub(super) fn marker(&self) -> Option<&str> {
        self.marker.as_deref()
    }

    /// Reads a page. The version once the list has ended; none while there are more pages.
    pub(super) fn read(
        &mut self,
        page: &Value,
        deployment: &Deployment,
    ) -> Result<Option<Version>, Error> {
        for item in page.get("Versions").and_then(Value::as_array).into_iter().flatten() {
            self.visit(item, deployment)?;
        }
        self.pages += 1;
        self.marker = text(page, "NextMarker").map(str::to_owned);
        match &self.marker {
            Some(_) if self.pages < Self::MAX_PAGES => Ok(None),
            Some(_) => Err(Error::VersionAmbiguous),
            None => self.result().map(Some),
        }
    }

    fn visit(&mut self, item: &Value, deployment: &Deployment) -> Result<(), Error> {
        let of_revision = text(item, "RevisionId") == Some(&self.revision);
        let of_code = self.code.is_some() && text(item, "CodeSha256") == self.code.as_deref();
        if !of_revision && !of_code {
            return Ok(());
        }
        let Some(version) = Version::of(item, deployment)? else {
            return Ok(());
        };
        if of_revision {
            self.by_revision.add(&version);
        }
        if of_code {
            self.by_code.add(&version);
        }
        Ok(())
    }

    fn result(&self) -> Result<Version, Error> {
        match (&self.by_revision, &self.by_code) {
            (Found::One(version), _) | (Found::Nothing, Found::One(version)) => Ok(version.clone()),
            _ => Err(Error::VersionAmbiguous),
        }
    }
}

impl Found {
    /// A version that was listed twice, because the list grew between two pages, is one version.
    fn add(&mut self, version: &Version) {
        *self = match self {
            Self::Nothing => Self::One(version.clone()),
            Self::One(known) if known == version => return,
            Self::One(_) | Self::Several => Self::Several,
        };
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:lambda:us-east-1:1:function:edge";

    fn deployment() -> Deployment {
        Deployment::new("E1", "edge").unwrap()
    }

    fn version(number: u32) -> Version {
        Version { arn: format!("{ARN}:{number}"), number: number.to_string() }
    }

    fn item(number: u32, revision: &str, code: &str) -> Value {
        json!({"Version": number.to_string(), "FunctionArn": format!("{ARN}:{number}"),
            "RevisionId": revision, "CodeSha256": code})
    }

    /// R14.4: a configuration names its version, or the unpublished one.
    #[test]
    fn configurations_name_versions() {
        let of = |configuration| Version::of(&configuration, &deployment());
        assert_eq!(of(item(7, "r", "c")), Ok(Some(version(7))));
        assert_eq!(of(json!({"Version": "7", "FunctionArn": ARN})), Ok(Some(version(7))));
        for none in [json!({"Version": "$LATEST", "FunctionArn": ARN}), json!({}), json!(null)] {
            assert_eq!(of(none), Ok(None));
        }
        for number in [json!(7), json!("7a"), json!("-7"), json!("")] {
            assert_eq!(of(json!({"Version": number, "FunctionArn": ARN})), Ok(None));
        }
    }

    /// R14.8: E7100 for a version without an ARN of this function.
    #[test]
    fn versions_need_an_arn_of_this_function() {
        for arn in [
            json!(null),
            json!("edge:7"),
            json!(format!("{ARN}:8")),
            json!(format!("{ARN}:$LATEST")),
            json!("arn:aws:lambda:us-east-1:1:function:edge-2:7"),
        ] {
            let configuration = json!({"Version": "7", "FunctionArn": arn});
            let error = Version::of(&configuration, &deployment()).unwrap_err();
            assert_eq!(error.code(), "E7100", "{arn}");
        }
    }

    /// R14.4: all pages; R14.8: E8000 for none and for several.
    #[test]
    fn searches_read_all_pages() {
        let search = |pages: &[Value]| {
            let mut search = Search::new("r", Some("c"));
            let mut result = Ok(None);
            for page in pages {
                assert_eq!(result, Ok(None), "asked for a page after the end");
                result = search.read(page, &deployment());
            }
            result
        };
        let page = |items: Vec<Value>| json!({"Versions": items, "NextMarker": "m"});
        let last = |items: Vec<Value>| json!({ "Versions": items });
        let latest =
            json!({"Version": "$LATEST", "FunctionArn": ARN, "RevisionId": "r", "CodeSha256": "c"});
        let ambiguous = Err(Error::VersionAmbiguous);

        assert_eq!(search(&[page(vec![item(1, "r", "c")])]), Ok(None));
        let by_code = [page(vec![item(1, "x", "c")]), last(vec![item(2, "x", "d"), latest])];
        assert_eq!(search(&by_code), Ok(Some(version(1))));
        let by_revision = [page(vec![item(1, "x", "c")]), last(vec![item(2, "r", "c")])];
        assert_eq!(search(&by_revision), Ok(Some(version(2))));
        let twice = [page(vec![item(2, "r", "c")]), last(vec![item(2, "r", "c")])];
        assert_eq!(search(&twice), Ok(Some(version(2))));
        assert_eq!(search(&[last(vec![item(1, "x", "c"), item(2, "x", "c")])]), ambiguous);
        assert_eq!(search(&[last(vec![item(1, "r", "c"), item(2, "r", "c")])]), ambiguous);
        let three = (1..=3).map(|number| item(number, "x", "c")).collect();
        assert_eq!(search(&[last(three)]), ambiguous);
        assert_eq!(search(&[last(vec![item(1, "x", "d")])]), ambiguous);
        assert_eq!(search(&[json!(null)]), ambiguous);
        let unnamed = json!({"Version": "1", "RevisionId": "r"});
        assert_eq!(search(&[last(vec![unnamed])]), Err(Error::FunctionArnMissing));
    }

    /// Without a code to compare, versions without a code are no match.
    #[test]
    fn missing_codes_are_not_equal() {
        let mut search = Search::new("r", None);
        let page = json!({"Versions": [{"Version": "1", "FunctionArn": ARN}]});
        assert_eq!(search.read(&page, &deployment()), Err(Error::VersionAmbiguous));
    }

    /// A list that never ends is given up.
    #[test]
    fn pages_are_bounded() {
        let mut search = Search::new("r", Some("c"));
        let page = json!({"Versions": [item(1, "r", "c")], "NextMarker": "m"});
        for _ in 1..Search::MAX_PAGES {
            assert_eq!(search.read(&page, &deployment()), Ok(None));
            assert_eq!(search.marker(), Some("m"));
        }
        assert_eq!(search.read(&page, &deployment()), Err(Error::VersionAmbiguous));
    }
}
