//! What a finding rests on, small enough to hold for everybody at once.

use serde_json::{Map, Value};

/// Names and what was seen under them, as one JSON object's text. Two lists of ten thousand people with
/// nobody in common are thirty thousand findings: a run that holds them as text takes half the memory it
/// takes with them as values, the store keeps them as they are, and only what is shown is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts(Box<str>);

impl Facts {
    /// As they are kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Kept ones, unread.
    pub fn kept(text: String) -> Self {
        Self(text.into_boxed_str())
    }

    /// To be shown, in the order they were found in; nothing where the text is no JSON object.
    pub fn read(&self) -> Option<Map<String, Value>> {
        serde_json::from_str(&self.0).ok()
    }
}

impl From<Map<String, Value>> for Facts {
    fn from(seen: Map<String, Value>) -> Self {
        Self(Value::Object(seen).to_string().into_boxed_str())
    }
}

impl Default for Facts {
    fn default() -> Self {
        Map::new().into()
    }
}
