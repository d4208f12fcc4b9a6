//! How values are read from any serde format, without repeating them in an error (contract R1.2).

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::variable::Variable;

/// Methods of a [`Visitor`] that all pass their value on to one method.
macro_rules! visit {
    ($method:ident: $($visit:ident($value:ty)),+) => {$(
        fn $visit<E: Error>(self, value: $value) -> Result<Self::Value, E> {
            self.$method(value)
        }
    )+};
}

/// Lets a visitor read an object and nothing else. The default errors of serde would repeat any
/// other value, which may be the secret.
pub(super) struct Object<V>(pub(super) V);

impl<'de, V: Visitor<'de>> Object<V> {
    fn refuse<E: Error>(self, _: impl Sized) -> Result<V::Value, E> {
        Err(E::custom(format_args!("expected {}", &self as &dyn serde::de::Expected)))
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Object<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(map)
    }

    visit!(refuse: visit_str(&str), visit_bytes(&[u8]), visit_bool(bool), visit_f64(f64));
    visit!(refuse: visit_u64(u64), visit_i64(i64), visit_u128(u128), visit_i128(i128));
}

/// Reads the value of a variable: a string or nothing, and the depth also as a number. Errors name
/// the variable and never repeat the value, which may be the secret.
pub(super) struct Text(pub(super) Variable);

impl Text {
    fn number<E: Error>(self, number: impl ToString) -> Result<Option<String>, E> {
        match self.0 {
            Variable::IntegrationPathDepth => Ok(Some(number.to_string())),
            _ => self.refuse(number),
        }
    }

    fn refuse<E: Error>(self, _: impl Sized) -> Result<Option<String>, E> {
        Err(E::custom(format_args!("{}: expected a string", self.0)))
    }
}

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    visit!(number: visit_u64(u64), visit_i64(i64), visit_u128(u128), visit_i128(i128));
    visit!(number: visit_f64(f64));
    visit!(refuse: visit_bool(bool), visit_bytes(&[u8]));

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        self.refuse(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        self.refuse(map)
    }
}

/// A value, or one of the two ways to leave a key unset.
#[derive(serde::Deserialize)]
#[serde(untagged, expecting = "not a valid value")]
pub(super) enum MaybeUnset<T> {
    Unset(Unset),
    Set(T),
}

/// `null` or `""`.
pub(super) struct Unset;

impl<'de> Deserialize<'de> for Unset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Option::<String>::deserialize(deserializer)?.as_deref() {
            None | Some("") => Ok(Self),
            Some(_) => Err(D::Error::custom("expected null or an empty string")),
        }
    }
}

/// Public API keys: a list, or one text with commas between them, as the variable has it.
#[derive(serde::Deserialize)]
#[serde(untagged)]
pub(super) enum ApiKeys {
    Text(String),
    List(Vec<String>),
}

/// A field name as a string, for `#[serde(with)]`.
pub(super) mod field_name {
    use http::HeaderName;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<HeaderName, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }

    pub(crate) fn serialize<S: Serializer>(
        name: &HeaderName,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(name.as_str())
    }
}

/// A field name.
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub(super) struct FieldName(#[serde(with = "field_name")] pub(super) http::HeaderName);

#[cfg(test)]
mod tests {
    use super::*;

    type Read = Result<Option<String>, serde_json::Error>;

    const SECRET: Variable = Variable::PreSharedSecret;
    const DEPTH: Variable = Variable::IntegrationPathDepth;

    /// R1.2: formats with bytes, optional values and longer numbers, which JSON lacks, are read
    /// alike.
    #[test]
    fn other_formats_are_read_alike() {
        let none: Read = Text(SECRET).visit_none();
        assert_eq!(none.unwrap(), None);
        let some: Read = Text(SECRET).visit_some(serde_json::Value::from("s3cret"));
        assert_eq!(some.unwrap().as_deref(), Some("s3cret"));
        let unit: Read = Text(SECRET).visit_unit();
        assert_eq!(unit.unwrap(), None);
        let unsigned: Read = Text(DEPTH).visit_u128(2);
        let signed: Read = Text(DEPTH).visit_i128(-2);
        assert_eq!([unsigned.unwrap().unwrap(), signed.unwrap().unwrap()], ["2", "-2"]);
        let bytes: Read = Text(SECRET).visit_bytes(b"s3cret");
        assert_eq!(bytes.unwrap_err().to_string(), "fpjs_pre_shared_secret: expected a string");
        let date = serde::de::Unexpected::Other("a date");
        let other: serde_json::Error = Error::invalid_type(date, &Text(SECRET));
        assert_eq!(other.to_string(), "invalid type: a date, expected a string");
    }
}
