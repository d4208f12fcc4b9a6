//! The published version of the function, and the search for it (R14.4).

use serde_json::Value;

use crate::arn::FunctionArn;
use crate::deployment::Deployment;
use crate::error::UpdateError;
use crate::member::text;

/// A published version of the deployment's function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    arn: String,
    number: String,
}

impl Version {
    /// The version that a function's configuration describes. It is `None` for the unpublished
    /// `$LATEST`, and if the configuration does not name a version.
    pub(super) fn of(
        configuration: &Value,
        deployment: &Deployment,
    ) -> Result<Option<Self>, UpdateError> {
        let Some(number) =
            text(configuration, "Version").filter(|number| parse_number(number).is_some())
        else {
            return Ok(None);
        };
        let arn = text(configuration, "FunctionArn").ok_or(UpdateError::FunctionArnMissing)?;
        let parsed = FunctionArn::parse(arn)
            .filter(|parsed| parsed.name == deployment.function_name)
            .ok_or(UpdateError::FunctionArnMissing)?;
        let arn = match parsed.qualifier {
            None => format!("{arn}:{number}"),
            Some(qualifier) if qualifier == number => arn.to_owned(),
            Some(_) => return Err(UpdateError::FunctionArnMissing),
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

    /// Whether this version was published after the one that an ARN of the same function names. It
    /// was if the ARN does not have a version's number.
    pub(super) fn is_newer_than(&self, arn: &Value) -> bool {
        let that = arn.as_str().and_then(FunctionArn::parse).and_then(|arn| arn.qualifier);
        that.and_then(parse_number) < parse_number(&self.number)
    }
}

/// The number of a version. Lambda counts a function's versions in the order of their publication.
fn parse_number(number: &str) -> Option<u64> {
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse().ok().filter(|_| digits)
}

/// The search for the version that `UpdateFunctionCode` published but did not name.
///
/// 1. It is the version with the revision in the reply, if there is exactly one.
/// 2. If there is none, it is the newest version, provided that its code is the reply's. Older
///    versions can have the same code, because code can be reverted.
/// 3. Otherwise the search is ambiguous: the list does not show the published version yet, or
///    someone else has published another one since. The next run will find its version.
///
/// The whole list is read, in order to see a second version with the revision. An element that
/// cannot be read makes the search ambiguous, because it may be the newest version.
#[derive(Debug)]
pub(super) struct Search {
    revision: String,
    code: Option<String>,
    by_revision: Matches,
    /// The number of the newest version, and the version itself if it has the reply's code.
    newest: Option<(u64, Option<Version>)>,
    marker: Option<String>,
    pages: u32,
}

/// The versions that match so far.
#[derive(Debug, Default)]
enum Matches {
    #[default]
    Nothing,
    One(Version),
    Several,
}

impl Search {
    /// The limit of pages, of 50 versions each.
    pub(super) const MAX_PAGES: u32 = 200;

    /// Begins a search with revision and code from the reply to `UpdateFunctionCode`.
    pub(super) fn new(revision: &str, code: Option<&str>) -> Self {
        Self {
            revision: revision.to_owned(),
            code: code.map(str::to_owned),
            by_revision: Matches::Nothing,
            newest: None,
            marker: None,
            pages: 0,
        }
    }

    /// The start of the next page.
    pub(super) fn marker(&self) -> Option<&str> {
        self.marker.as_deref()
    }

    /// Reads a page. The result is `None` while there are more pages, and then the version.
    pub(super) fn read(
        &mut self,
        page: &Value,
        deployment: &Deployment,
    ) -> Result<Option<Version>, UpdateError> {
        let items = page.get("Versions").and_then(Value::as_array);
        for item in items.ok_or(UpdateError::VersionAmbiguous)? {
            self.visit(item, deployment)?;
        }
        self.pages += 1;
        self.marker = text(page, "NextMarker").map(str::to_owned);
        match &self.marker {
            Some(_) if self.pages < Self::MAX_PAGES => Ok(None),
            Some(_) => Err(UpdateError::VersionAmbiguous),
            None => self.result().map(Some),
        }
    }

    fn visit(&mut self, item: &Value, deployment: &Deployment) -> Result<(), UpdateError> {
        let of_revision = text(item, "RevisionId") == Some(&self.revision);
        let of_code = self.code.is_some() && text(item, "CodeSha256") == self.code.as_deref();
        let number = text(item, "Version").ok_or(UpdateError::VersionAmbiguous)?;
        if number.starts_with('$') {
            return Ok(()); // `$LATEST`
        }
        let parsed = parse_number(number).ok_or(UpdateError::VersionAmbiguous)?;
        let matched = of_revision || of_code;
        let version = if matched { Version::of(item, deployment)? } else { None };
        if let Some(version) = version.as_ref().filter(|_| of_revision) {
            self.by_revision.add(version);
        }
        if self.newest.as_ref().is_none_or(|(newest, _)| *newest <= parsed) {
            self.newest = Some((parsed, version.filter(|_| of_code)));
        }
        Ok(())
    }

    fn result(&self) -> Result<Version, UpdateError> {
        match (&self.by_revision, &self.newest) {
            (Matches::One(version), _) | (Matches::Nothing, Some((_, Some(version)))) => {
                Ok(version.clone())
            }
            _ => Err(UpdateError::VersionAmbiguous),
        }
    }
}

impl Matches {
    /// Adds a version. One that is listed twice, because the list grew between two pages, counts once.
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
        for number in [json!(7), json!("7a"), json!("-7"), json!("+7"), json!("")] {
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
        let ambiguous = Err(UpdateError::VersionAmbiguous);

        assert_eq!(search(&[page(vec![item(1, "r", "c")])]), Ok(None));
        let by_code = [page(vec![item(2, "x", "c")]), last(vec![item(1, "x", "d"), latest])];
        assert_eq!(search(&by_code), Ok(Some(version(2))));
        let by_revision = [page(vec![item(1, "x", "c")]), last(vec![item(2, "r", "c")])];
        assert_eq!(search(&by_revision), Ok(Some(version(2))));
        let twice = [page(vec![item(2, "r", "c")]), last(vec![item(2, "r", "c")])];
        assert_eq!(search(&twice), Ok(Some(version(2))));
        // The revision decides where the two differ, on whichever page it is.
        let apart = [page(vec![item(1, "r", "d")]), last(vec![item(2, "x", "c")])];
        assert_eq!(search(&apart), Ok(Some(version(1))));
        let apart = [page(vec![item(2, "x", "c")]), last(vec![item(1, "r", "d")])];
        assert_eq!(search(&apart), Ok(Some(version(1))));
        assert_eq!(search(&[last(vec![item(1, "r", "c"), item(2, "r", "c")])]), ambiguous);
        let three = (1..=3).map(|number| item(number, "r", "c")).collect();
        assert_eq!(search(&[last(three)]), ambiguous);
        assert_eq!(search(&[last(vec![item(1, "x", "d")])]), ambiguous);
        assert_eq!(search(&[json!(null)]), ambiguous);
        let unnamed = json!({"Version": "1", "RevisionId": "r"});
        assert_eq!(search(&[last(vec![unnamed])]), Err(UpdateError::FunctionArnMissing));
    }

    /// R14.4, R14.8: E8000 for a page that cannot be read. The newest version may be on it, and an
    /// older one may have the same code.
    #[test]
    fn what_cannot_be_read_may_be_the_newest() {
        let second = |page: Value| {
            let mut search = Search::new("r", Some("c"));
            let first = json!({"Versions": [item(2, "x", "c")], "NextMarker": "m"});
            assert_eq!(search.read(&first, &deployment()), Ok(None));
            search.read(&page, &deployment())
        };
        for empty in [json!([]), json!([{"Version": "$LATEST"}]), json!([{"Version": "$LATEST.x"}])]
        {
            assert_eq!(second(json!({"Versions": empty})), Ok(Some(version(2))));
        }
        for odd in [json!(null), json!({}), json!([[]]), json!({"Versions": {}})] {
            assert_eq!(second(odd.clone()), Err(UpdateError::VersionAmbiguous), "{odd}");
        }
        for odd in [json!(null), json!({}), json!([]), json!({"Version": ""})] {
            let page = json!({"Versions": [odd]});
            assert_eq!(second(page), Err(UpdateError::VersionAmbiguous), "{odd}");
        }
        for number in [json!(3), json!("3a"), json!("unheard-of")] {
            let page = json!({"Versions": [{"Version": number}]});
            assert_eq!(second(page), Err(UpdateError::VersionAmbiguous), "{number}");
        }
    }

    /// R14.5: code that was published before is published again as the newest version; E8000 while
    /// the newest version cannot be the one.
    #[test]
    fn of_equal_codes_the_newest_is_taken() {
        let search = |items: &[Value]| {
            Search::new("r", Some("c")).read(&json!({ "Versions": items }), &deployment())
        };
        let (two, ten) = (item(2, "x", "c"), item(10, "x", "c"));
        let (nine, eleven) = (item(9, "x", "d"), item(11, "x", "d"));
        let all = [two.clone(), nine.clone(), ten.clone()];
        assert_eq!(search(&all), Ok(Some(version(10))));
        assert_eq!(search(&[ten.clone(), nine.clone(), two.clone()]), Ok(Some(version(10))));
        assert_eq!(search(&[two, nine]), Err(UpdateError::VersionAmbiguous), "not listed yet");
        assert_eq!(search(&[ten, eleven]), Err(UpdateError::VersionAmbiguous), "published since");
    }

    /// Without a code to compare, versions without a code are no match.
    #[test]
    fn missing_codes_are_not_equal() {
        let mut search = Search::new("r", None);
        let page = json!({"Versions": [{"Version": "1", "FunctionArn": ARN}]});
        assert_eq!(search.read(&page, &deployment()), Err(UpdateError::VersionAmbiguous));
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
        assert_eq!(search.read(&page, &deployment()), Err(UpdateError::VersionAmbiguous));
    }
}
