//! An answer of the server, and what a test may demand of it.

use serde_json::Value;

/// An answer as it came over the wire.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
}

impl Reply {
    pub async fn of(response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let text =
            |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers =
            response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        Self { status, headers, text: response.text().await.unwrap() }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// The status, or the whole answer in the failure.
    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{self:#?}");
        self
    }

    /// A SCIM Error of RFC 7644 §3.12: label, schema, status as text, a sentence in `detail`.
    #[track_caller]
    pub fn is_scim_error(&self, status: u16, scim_type: impl Into<Option<&'static str>>) -> &Self {
        self.is(status);
        assert_eq!(self.header("content-type"), Some("application/scim+json"), "{self:#?}");
        let body = self.json();
        assert_eq!(body["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error", "{self:#?}");
        assert_eq!(body["status"], status.to_string(), "{self:#?}");
        assert_eq!(body.get("scimType").and_then(Value::as_str), scim_type.into(), "{self:#?}");
        assert!(body["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{self:#?}");
        self
    }

    /// The words somewhere in the answer.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(self.text.contains(words), "{words:?} is not in {self:#?}");
        self
    }

    #[track_caller]
    pub fn id(&self) -> String {
        self.json()["id"].as_str().unwrap_or_else(|| panic!("no id: {self:#?}")).to_owned()
    }
}
