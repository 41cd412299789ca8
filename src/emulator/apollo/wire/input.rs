//! Parameters the way a Rails application reads them: query and body become one set.
//!
//! Source: Apollo facts §3.3 (parameters arrive in the query or in a JSON body, plain, `[]`-suffixed or
//! nested).

use serde_json::{Map, Value};

/// Deepest nesting of a query name that is still read.
const DEEPEST: usize = 16;

/// What a request asked for. Where query and body name the same thing the query wins (unconfirmed; Rails
/// does so).
#[derive(Debug, Default)]
pub struct Params {
    query: Map<String, Value>,
    all: Map<String, Value>,
    /// Rows of a page when nobody says; `None` is the usual number.
    pub default_rows: Option<usize>,
}

/// A body that claims to be JSON and is not.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed;

impl Params {
    /// Reads a raw query and a body of the given type. An unlabelled body is tried as JSON.
    pub fn read(query: &str, content_type: Option<&str>, body: &[u8]) -> Result<Params, Malformed> {
        let query = parse_query(query);
        let mut all = parse_body(content_type.unwrap_or_default(), body)?;
        for (name, value) in &query {
            all.insert(name.clone(), value.clone());
        }
        Ok(Params { query, all, default_rows: None })
    }

    /// One item of a bulk call, read like a call of its own.
    pub fn of_item(item: &Map<String, Value>) -> Params {
        Params { query: Map::new(), all: item.clone(), default_rows: None }
    }

    /// The value as sent.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.all.get(name)
    }

    /// Whether the query named it.
    pub fn in_query(&self, name: &str) -> bool {
        self.query.contains_key(name)
    }

    /// A text that is not blank; numbers count as their digits.
    pub fn text(&self, name: &str) -> Option<String> {
        self.value(name).and_then(plain).filter(|text| !text.trim().is_empty())
    }

    /// Every text of a list; a single text is a list of one.
    pub fn list(&self, name: &str) -> Vec<String> {
        match self.value(name) {
            Some(Value::Array(items)) => items.iter().filter_map(plain).collect(),
            Some(value) => plain(value).into_iter().filter(|text| !text.is_empty()).collect(),
            None => Vec::new(),
        }
    }

    /// The objects of a list; Rack turns `details[0][name]` into an object of numbered items.
    pub fn items(&self, name: &str) -> Vec<Map<String, Value>> {
        let objects =
            |values: Vec<&Value>| values.into_iter().filter_map(|v| v.as_object().cloned()).collect();
        match self.value(name) {
            Some(Value::Array(items)) => objects(items.iter().collect()),
            Some(Value::Object(items)) => objects(items.values().collect()),
            _ => Vec::new(),
        }
    }

    /// Whether Rails would take the value for true: all but its known words for false.
    pub fn truthy(&self, name: &str) -> bool {
        self.value(name).is_some_and(truthy)
    }

    /// Every parameter.
    pub fn all(&self) -> &Map<String, Value> {
        &self.all
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !matches!(
            text.trim().to_ascii_lowercase().as_str(),
            "" | "0" | "f" | "false" | "off" | "n" | "no"
        ),
        Value::Array(items) => items.iter().any(truthy),
        Value::Object(members) => members.values().any(truthy),
    }
}

fn parse_body(content_type: &str, body: &[u8]) -> Result<Map<String, Value>, Malformed> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    let content_type = content_type.to_ascii_lowercase();
    if content_type.starts_with("application/x-www-form-urlencoded") {
        return Ok(parse_query(&String::from_utf8_lossy(body)));
    }
    if content_type.is_empty() || content_type.contains("json") {
        let value: Value = serde_json::from_slice(body).map_err(|_| Malformed)?;
        let Value::Object(members) = value else {
            return Ok(Map::new());
        };
        // A `[]` suffix in a JSON name is read like one in a query (unconfirmed; the laxer reading).
        return Ok(members.into_iter().map(|(name, value)| (unsuffixed(&name), value)).collect());
    }
    Ok(Map::new())
}

fn unsuffixed(name: &str) -> String {
    name.strip_suffix("[]").unwrap_or(name).to_owned()
}

/// `a=1&b[]=2&c[min]=3` as nested values; the last of repeated plain names wins.
pub fn parse_query(query: &str) -> Map<String, Value> {
    let mut found = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name);
        let (base, path) = split_name(&name);
        if path.len() <= DEEPEST {
            place(&mut found, base, &path, Value::from(decode(value)));
        }
    }
    found
}

/// `c[min][]` as `c` and `["min", ""]`.
fn split_name(name: &str) -> (&str, Vec<&str>) {
    let Some((base, rest)) = name.split_once('[').filter(|(base, _)| !base.is_empty()) else {
        return (name, Vec::new());
    };
    (base, rest.split('[').map(|part| part.strip_suffix(']').unwrap_or(part)).collect())
}

fn place(into: &mut Map<String, Value>, name: &str, path: &[&str], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        into.insert(name.to_owned(), value);
        return;
    };
    if first.is_empty() {
        let mut item = value;
        if let Some((next, rest)) = rest.split_first() {
            let mut members = Map::new();
            place(&mut members, next, rest, item);
            item = Value::Object(members);
        }
        match into.get_mut(name) {
            Some(Value::Array(items)) => items.push(item),
            _ => drop(into.insert(name.to_owned(), Value::Array(vec![item]))),
        }
        return;
    }
    if !into.get(name).is_some_and(Value::is_object) {
        into.insert(name.to_owned(), Value::Object(Map::new()));
    }
    if let Some(Value::Object(members)) = into.get_mut(name) {
        place(members, first, rest, value);
    }
}

/// Percent and plus decoding; what is no UTF-8 becomes the replacement character.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = text.get(at + 1..at + 3).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (bytes[at], pair) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
                continue;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_like_rack_does() {
        let read =
            Value::Object(parse_query("q=a+b%20c&ids[]=1&ids%5B%5D=2&size[min]=5&d[][name]=x&flag&q=last"));
        let expected = serde_json::json!(
            {"q": "last", "ids": ["1", "2"], "size": {"min": "5"}, "d": [{"name": "x"}], "flag": ""});
        assert_eq!(read, expected);
    }

    #[test]
    fn every_spelling_of_true_is_seen_wherever_it_stands() {
        let cases: [(&str, &str); 5] = [
            ("reveal=true", ""),
            ("reveal[]=1", ""),
            ("", r#"{"reveal": "YES"}"#),
            ("", r#"{"reveal[]": [true]}"#),
            ("", r#"{"reveal": 1}"#),
        ];
        for (query, body) in cases {
            let params = Params::read(query, Some("application/json"), body.as_bytes()).unwrap_or_default();
            assert!(params.truthy("reveal"), "{query} {body}");
        }
        for body in [r#"{"reveal": "false"}"#, r#"{"reveal": 0}"#, r#"{"reveal": null}"#, "{}"] {
            let params = Params::read("", None, body.as_bytes()).unwrap_or_default();
            assert!(!params.truthy("reveal"), "{body}");
        }
    }

    #[test]
    fn a_broken_body_is_malformed_and_a_form_is_read() {
        assert_eq!(Params::read("", Some("application/json"), b"{").map(|_| ()), Err(Malformed));
        let form =
            Params::read("", Some("application/x-www-form-urlencoded"), b"name=Jo").unwrap_or_default();
        assert_eq!(form.text("name").as_deref(), Some("Jo"));
    }
}
