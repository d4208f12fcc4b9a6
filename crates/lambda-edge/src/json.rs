//! Reading JSON whose shape is known, with errors that name the member and never repeat what
//! stood in its place: it may be a secret.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The shape that a value has to have.
///
/// One of the methods is to be overridden; the others refuse.
pub(crate) trait Shape<'de>: Sized {
    type Value;

    /// The shape in words.
    const EXPECTED: &'static str;

    /// The member of the event that errors name.
    fn name(&self) -> &'static str;

    fn refuse<E: Error>(&self) -> E {
        E::custom(format_args!("{}: expected {}", self.name(), Self::EXPECTED))
    }

    fn null<E: Error>(self) -> Result<Self::Value, E> {
        Err(self.refuse())
    }

    fn boolean<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Err(self.refuse())
    }

    fn string<E: Error>(self, _: Cow<'de, str>) -> Result<Self::Value, E> {
        Err(self.refuse())
    }

    fn list<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(self.refuse())
    }

    fn object<A: MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(self.refuse())
    }
}

/// Reads a value of this shape.
pub(crate) struct Expect<S>(pub(super) S);

impl<'de, S: Shape<'de>> DeserializeSeed<'de> for Expect<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Shape<'de>> Visitor<'de> for Expect<S> {
    type Value = S::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(S::EXPECTED)
    }

    fn visit_unit<E: Error>(self) -> Result<S::Value, E> {
        self.0.null()
    }

    fn visit_none<E: Error>(self) -> Result<S::Value, E> {
        self.0.null()
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<S::Value, E> {
        self.0.boolean(value)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<S::Value, E> {
        Err(self.0.refuse())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<S::Value, E> {
        Err(self.0.refuse())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<S::Value, E> {
        Err(self.0.refuse())
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<S::Value, E> {
        self.0.string(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<S::Value, E> {
        self.0.string(Cow::Owned(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<S::Value, E> {
        self.0.string(Cow::Owned(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<S::Value, A::Error> {
        self.0.list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<S::Value, A::Error> {
        self.0.object(object)
    }
}

pub(crate) fn missing<E: Error>(name: &str) -> E {
    E::custom(format_args!("{name}: missing"))
}

/// The next key of an object.
pub(crate) fn next_key<'de, A: MapAccess<'de>>(
    object: &mut A,
) -> Result<Option<Cow<'de, str>>, A::Error> {
    object.next_key_seed(Expect(Text("a key")))
}

/// A string.
pub(crate) struct Text(pub(super) &'static str);

impl<'de> Shape<'de> for Text {
    type Value = Cow<'de, str>;

    const EXPECTED: &'static str = "a string";

    fn name(&self) -> &'static str {
        self.0
    }

    fn string<E: Error>(self, text: Cow<'de, str>) -> Result<Self::Value, E> {
        Ok(text)
    }
}

/// `true` or `false`.
pub(crate) struct Flag(pub(super) &'static str);

impl Shape<'_> for Flag {
    type Value = bool;

    const EXPECTED: &'static str = "a boolean";

    fn name(&self) -> &'static str {
        self.0
    }

    fn boolean<E: Error>(self, value: bool) -> Result<bool, E> {
        Ok(value)
    }
}

/// An object of which one member is wanted.
pub(crate) struct Within<S> {
    pub(crate) name: &'static str,
    pub(crate) key: &'static str,
    pub(crate) member: S,
}

impl<'de, S: Shape<'de>> Shape<'de> for Within<S> {
    type Value = S::Value;

    const EXPECTED: &'static str = "an object";

    fn name(&self) -> &'static str {
        self.name
    }

    fn object<A: MapAccess<'de>>(self, mut object: A) -> Result<S::Value, A::Error> {
        let name = self.member.name();
        let mut wanted = Some(self.member);
        let mut found = None;
        while let Some(key) = next_key(&mut object)? {
            match wanted.take_if(|_| key == self.key) {
                Some(member) => found = Some(object.next_value_seed(Expect(member))?),
                None => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        found.ok_or_else(|| missing(name))
    }
}

/// A list of which the first element is wanted.
pub(crate) struct First<S> {
    pub(crate) name: &'static str,
    pub(crate) element: S,
}

impl<'de, S: Shape<'de>> Shape<'de> for First<S> {
    type Value = S::Value;

    const EXPECTED: &'static str = "a list";

    fn name(&self) -> &'static str {
        self.name
    }

    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<S::Value, A::Error> {
        let name = self.element.name();
        let first = list.next_element_seed(Expect(self.element))?;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        first.ok_or_else(|| missing(name))
    }
}

/// Fields as CloudFront writes them: a list of lines for each name.
pub(crate) struct Fields<F> {
    pub(crate) name: &'static str,
    /// How errors name the members of a line.
    pub(crate) key: &'static str,
    pub(crate) value: &'static str,
    /// Is given each name and value.
    pub(crate) each: F,
}

impl<'de, F: FnMut(&str, Cow<'de, str>)> Shape<'de> for Fields<F> {
    type Value = ();

    const EXPECTED: &'static str = "an object";

    fn name(&self) -> &'static str {
        self.name
    }

    fn object<A: MapAccess<'de>>(mut self, mut object: A) -> Result<(), A::Error> {
        while let Some(field) = next_key(&mut object)? {
            let line = Line { name: self.name, key: self.key, value: self.value };
            let each = |value| (self.each)(&field, value);
            object.next_value_seed(Expect(Lines { line, each }))?;
        }
        Ok(())
    }
}

struct Lines<F> {
    line: Line,
    each: F,
}

impl<'de, F: FnMut(Cow<'de, str>)> Shape<'de> for Lines<F> {
    type Value = ();

    const EXPECTED: &'static str = "a list of objects with key and value for each name";

    fn name(&self) -> &'static str {
        self.line.name
    }

    fn list<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element_seed(Expect(self.line))? {
            (self.each)(value);
        }
        Ok(())
    }
}

/// One line of a field: the name as it was written, which says nothing new, and the value.
#[derive(Clone, Copy)]
struct Line {
    name: &'static str,
    key: &'static str,
    value: &'static str,
}

impl<'de> Shape<'de> for Line {
    type Value = Cow<'de, str>;

    const EXPECTED: &'static str = "an object with key and value";

    fn name(&self) -> &'static str {
        self.name
    }

    fn object<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let (mut key, mut value) = (None, None);
        while let Some(member) = next_key(&mut object)? {
            match &*member {
                "key" => key = Some(object.next_value_seed(Expect(Text(self.key)))?),
                "value" => value = Some(object.next_value_seed(Expect(Text(self.value)))?),
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        key.ok_or_else(|| missing(self.key))?;
        value.ok_or_else(|| missing(self.value))
    }
}

#[cfg(test)]
mod tests {
    use serde::de::value::Error;

    use super::*;

    /// R13.1: what is nothing in other formats is nothing here, and named where there has to be
    /// something; texts may be owned.
    #[test]
    fn other_formats_are_read_alike() {
        let none: Result<bool, Error> = Expect(Flag("flag")).visit_none();
        assert_eq!(none.unwrap_err().to_string(), "flag: expected a boolean");
        let text: Result<_, Error> = Expect(Text("text")).visit_string("a".to_owned());
        assert_eq!(text.unwrap(), "a");
    }
}
