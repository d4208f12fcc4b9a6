//! The sealed result in a response body (R15.3).

use std::borrow::Cow;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;

use crate::error::UnsealError;

/// The sealed result of a body, as text.
pub(crate) fn sealed_result(body: &[u8]) -> Result<Cow<'_, str>, UnsealError> {
    let Body(sealed) = serde_json::from_slice(body).map_err(|error| match error.classify() {
        Category::Data => UnsealError::SealedResultMissing,
        Category::Eof | Category::Io | Category::Syntax => UnsealError::BodyNotJson,
    })?;
    sealed.ok_or(UnsealError::SealedResultMissing)
}

/// A body of which one member counts. Only an object is one, so it is not derived: derived code would
/// read a list, too.
struct Body<'b>(Option<Cow<'b, str>>);

#[derive(Deserialize)]
#[serde(field_identifier)]
enum Name {
    #[serde(rename = "sealedResult", alias = "sealed_result")]
    SealedResult,
    #[serde(other)]
    Other,
}

/// A text, without a copy where none of it is escaped.
#[derive(Deserialize)]
struct Text<'b>(#[serde(borrow)] Cow<'b, str>);

impl<'b> Deserialize<'b> for Body<'b> {
    fn deserialize<D: Deserializer<'b>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(BodyVisitor)
    }
}

struct BodyVisitor;

impl<'b> Visitor<'b> for BodyVisitor {
    type Value = Body<'b>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with one sealed result")
    }

    fn visit_map<A: MapAccess<'b>>(self, mut members: A) -> Result<Body<'b>, A::Error> {
        let mut found = None;
        while let Some(name) = members.next_key()? {
            let value = match name {
                Name::SealedResult => members.next_value::<Option<Text<'b>>>()?,
                Name::Other => members.next_value::<IgnoredAny>().map(|_| None)?,
            };
            if found.is_some() && value.is_some() {
                return Err(serde::de::Error::custom("two sealed results"));
            }
            found = found.or(value);
        }
        Ok(Body(found.map(|Text(sealed)| sealed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R15.3: the member of v3 or that of v4, wherever it stands.
    #[test]
    fn the_member_is_found() {
        for body in [
            r#"{"sealedResult":"AA=="}"#,
            r#"{"sealed_result":"AA=="}"#,
            r#" {"a":[{"sealedResult":"x"}],"sealed_result":"AA==","z":null} "#,
            r#"{"sealedResult":null,"sealed_result":"AA=="}"#,
            r#"{"sealedResult":"\u0041A=="}"#,
        ] {
            assert_eq!(sealed_result(body.as_bytes()).as_deref(), Ok("AA=="), "{body}");
        }
        let body = br#"{"sealedResult":"AA=="}"#;
        assert!(matches!(sealed_result(body), Ok(Cow::Borrowed(_))));
        assert_eq!(sealed_result(br#"{"sealedResult":"a\/b"}"#).as_deref(), Ok("a/b"));
    }

    /// R15.3: no member, no text, or two of them.
    #[test]
    fn there_is_exactly_one_member() {
        for body in [
            "{}",
            r#"{"SealedResult":"AA=="}"#,
            r#"{"sealedResult":null}"#,
            r#"{"sealedResult":1}"#,
            r#"{"sealedResult":["AA=="]}"#,
            r#"{"sealedResult":"AA==","sealed_result":"AA=="}"#,
            r#"{"sealedResult":"AA==","sealedResult":"AA=="}"#,
            r#"["AA=="]"#,
            r#""AA==""#,
            "null",
            "1",
        ] {
            let error = sealed_result(body.as_bytes());
            assert_eq!(error, Err(UnsealError::SealedResultMissing), "{body}");
        }
    }

    /// R15.2: also where the member was read already.
    #[test]
    fn bodies_are_json() {
        for body in [
            &b""[..],
            b"{",
            br#"{"sealedResult":"AA=="} x"#,
            br#"{"sealedResult":"AA==","a":}"#,
            br#"{"sealedResult":"AA=="#,
            b"{\"sealedResult\":\"\xff\"}",
            b"\xef\xbb\xbf{}",
        ] {
            assert_eq!(sealed_result(body), Err(UnsealError::BodyNotJson), "{body:?}");
        }
    }

    /// R15.2: depth costs no stack.
    #[test]
    fn members_may_be_nested_deeply() {
        let deep =
            format!(r#"{{"a":{}1{},"sealedResult":""}}"#, "[".repeat(500_000), "]".repeat(500_000));
        assert_eq!(sealed_result(deep.as_bytes()).as_deref(), Ok(""));
        let open = "[".repeat(500_000);
        let error = sealed_result(open.as_bytes());
        assert_eq!(error, Err(UnsealError::SealedResultMissing));
        let inside = format!(r#"{{"a":{open}"#);
        assert_eq!(sealed_result(inside.as_bytes()), Err(UnsealError::BodyNotJson));
    }
}
