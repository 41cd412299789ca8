//! JSON as it was sent: every digit of a number, every member in its order, repeated members included.
//!
//! serde_json's own tree keeps the last of two members with one name and hides the other.

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Number;
use std::collections::HashSet;
use std::fmt;

use super::denial::BodyFault;
use super::parameters::Given;

/// One JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Document {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Document>),
    Members(Vec<(String, Document)>),
}

impl Document {
    /// Reads exactly one JSON value.
    ///
    /// Errors: [`BodyFault::NotUtf8`]; [`BodyFault::NotJson`], also for nesting beyond 128.
    pub fn read(bytes: &[u8]) -> Result<Document, BodyFault> {
        let text = std::str::from_utf8(bytes).map_err(|_| BodyFault::NotUtf8)?;
        serde_json::from_str(text)
            .map_err(|fault| BodyFault::NotJson { line: fault.line(), column: fault.column() })
    }

    /// The first member name that stands twice in one object, at any depth.
    pub fn repeated_key(&self) -> Option<&str> {
        match self {
            Document::List(items) => items.iter().find_map(Document::repeated_key),
            Document::Members(members) => {
                let mut seen = HashSet::new();
                let twice = members.iter().find(|(key, _)| !seen.insert(key.as_str()));
                twice
                    .map(|(key, _)| key.as_str())
                    .or_else(|| members.iter().find_map(|(_, value)| value.repeated_key()))
            }
            Document::Null | Document::Bool(_) | Document::Number(_) | Document::Text(_) => None,
        }
    }

    /// The value as the parameter rules see it.
    pub fn given(&self) -> Given<'_> {
        match self {
            Document::Null => Given::Nothing,
            Document::Bool(true) => Given::Scalar("true"),
            Document::Bool(false) => Given::Scalar("false"),
            Document::Number(number) => Given::Scalar(number.as_str()),
            Document::Text(text) => Given::Scalar(text),
            Document::List(_) | Document::Members(_) => Given::Compound,
        }
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Document::Null => serializer.serialize_unit(),
            Document::Bool(value) => serializer.serialize_bool(*value),
            Document::Number(number) => number.serialize(serializer),
            Document::Text(text) => serializer.serialize_str(text),
            Document::List(items) => serializer.collect_seq(items),
            Document::Members(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Document, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

/// The name under which serde_json hands over the text of a number that is no 64-bit integer.
const NUMBER: &str = "$serde_json::private::Number";

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Document, E> {
        Ok(Document::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Document, E> {
        Ok(Document::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Document, E> {
        Ok(Document::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Document, E> {
        Ok(Document::Number(value.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Document, E> {
        Ok(Document::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Document, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Document::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Document, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = entries.next_key::<String>()? {
            if key == NUMBER {
                let NumberText(number) = entries.next_value()?;
                return Ok(Document::Number(number));
            }
            members.push((key, entries.next_value()?));
        }
        Ok(Document::Members(members))
    }
}

/// The text of a number. Only serde_json hands it over as an owned string; an object in the input that merely
/// carries the name is refused, so that no caller can pass an object off as a number.
struct NumberText(Number);

impl<'de> Deserialize<'de> for NumberText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<NumberText, D::Error> {
        struct Owned;
        impl Visitor<'_> for Owned {
            type Value = NumberText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<NumberText, E> {
                Err(E::custom("an object in the form of a number"))
            }

            fn visit_string<E: serde::de::Error>(self, text: String) -> Result<NumberText, E> {
                text.parse().map(NumberText).map_err(|_| E::custom("not a number"))
            }
        }
        deserializer.deserialize_any(Owned).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round(json: &str) -> String {
        serde_json::to_string(&Document::read(json.as_bytes()).unwrap()).unwrap()
    }

    /// Facts §1 fact 8 and §8.4 row 36: ids and decimals keep every digit, members their order.
    #[test]
    fn a_document_comes_out_as_it_went_in() {
        for json in [
            r#"{"request_id":-2039995589705121953,"credits_consumed":2.50,"one":1.0,"big":123456789012345678901234567890}"#,
            r#"{"z":1,"a":{"y":[],"b":{}},"é":"\n\"\\","t":true,"f":false,"n":null}"#,
            r#"[0,-0,0.1,1e+3,1.5e-7,"1.0"]"#,
            r#"{"a":1,"a":2}"#,
            "null",
            r#""text""#,
            "-1",
        ] {
            assert_eq!(round(json), json);
        }
        assert_eq!(round(" [ 1e3 , 1E3 ] \n"), "[1e+3,1e+3]", "the same number, spelt one way");
    }

    #[test]
    fn what_is_not_one_json_value_is_refused_with_its_place() {
        assert_eq!(Document::read(b"{\n\"a\":}"), Err(BodyFault::NotJson { line: 2, column: 5 }));
        assert_eq!(Document::read(b"\"\xff\""), Err(BodyFault::NotUtf8));
        for text in [
            "",
            "{",
            "{} {}",
            "{}x",
            "[1,]",
            "{'a':1}",
            "NaN",
            "01",
            "\u{feff}{}",
            "/**/{}",
            r#""\ud800""#,
            "1.",
            "<html>",
        ] {
            assert!(matches!(Document::read(text.as_bytes()), Err(BodyFault::NotJson { .. })), "{text}");
        }
        let deep = "[".repeat(200) + &"]".repeat(200);
        assert!(matches!(Document::read(deep.as_bytes()), Err(BodyFault::NotJson { .. })));
    }

    #[test]
    fn no_object_passes_for_a_number() {
        for json in [
            r#"{"$serde_json::private::Number":"0"}"#,
            r#"{"\u0024serde_json::private::Number":"0"}"#,
            r#"{"$serde_json::private::Number":"\u0030"}"#,
            r#"{"$serde_json::private::Number":0}"#,
            r#"{"$serde_json::private::Number":{"a":1}}"#,
            r#"{"a":{"$serde_json::private::Number":"1"}}"#,
        ] {
            assert!(Document::read(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn a_repeated_member_is_found_at_any_depth() {
        for (json, key) in [
            (r#"{"a":1,"a":1}"#, Some("a")),
            (r#"{"a":1,"b":[{"c":1},{"d":{"e":1,"f":2,"e":3}}]}"#, Some("e")),
            (r#"{"a":1,"\u0061":2}"#, Some("a")),
            (r#"{"a":1,"b":1,"a":2,"b":2}"#, Some("a")),
            (r#"[{"a":1},{"a":1}]"#, None),
            (r#"{"a":{"a":{"a":1}}}"#, None),
            (r#"{"a":1,"A":1}"#, None),
            ("1", None),
        ] {
            assert_eq!(Document::read(json.as_bytes()).unwrap().repeated_key(), key, "{json}");
        }
    }

    #[test]
    fn a_value_is_seen_by_the_rules_as_its_text() {
        let given = [
            ("null", Given::Nothing),
            ("true", Given::Scalar("true")),
            ("false", Given::Scalar("false")),
            ("1.0", Given::Scalar("1.0")),
            (r#""yes""#, Given::Scalar("yes")),
            ("[]", Given::Compound),
            ("{}", Given::Compound),
        ];
        for (json, expected) in given {
            assert_eq!(Document::read(json.as_bytes()).unwrap().given(), expected, "{json}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = Document::read(&bytes);
        }

        /// A repeated name is found wherever it stands, and never where it does not.
        #[test]
        fn repeated_names_are_found_exactly(keys in prop::collection::vec("[a-c]{1,2}", 0..6)) {
            let members: Vec<_> = keys.iter().map(|key| format!("\"{key}\":1")).collect();
            let json = format!("[{{\"in\":{{{}}}}}]", members.join(","));
            let unique = keys.iter().collect::<HashSet<_>>().len() == keys.len();
            prop_assert_eq!(Document::read(json.as_bytes()).unwrap().repeated_key().is_none(), unique);
        }
    }
}
