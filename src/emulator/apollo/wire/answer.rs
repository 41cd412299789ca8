//! Answers, and the refusals whose bodies Apollo documents.

use serde_json::{Value, json};

/// Media type of JSON answers. The charset is what Rails adds (unconfirmed).
const JSON: &str = "application/json; charset=utf-8";
/// Media type of the 401 answers. Source: Apollo facts §2.2.
const TEXT: &str = "text/plain; charset=utf-8";

/// One answer before it meets the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Value of `content-type`.
    pub content_type: String,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// Body bytes.
    pub body: Vec<u8>,
}

impl Answer {
    /// An answer with a JSON body.
    pub fn json(status: u16, body: &Value) -> Answer {
        Answer { status, content_type: JSON.into(), headers: Vec::new(), body: body.to_string().into_bytes() }
    }

    /// 200 with a JSON body.
    pub fn ok(body: &Value) -> Answer {
        Answer::json(200, body)
    }

    /// An answer with a body of that type.
    pub fn raw(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        Answer { status, content_type: content_type.into(), headers: Vec::new(), body: body.into() }
    }

    /// A plain text answer.
    pub fn text(status: u16, body: &str) -> Answer {
        Answer::raw(status, TEXT, body)
    }

    /// `{"error": ..}`, the shape of nearly every refusal. Source: Apollo facts §3.4.
    pub fn error(status: u16, message: &str) -> Answer {
        Answer::json(status, &json!({"error": message}))
    }

    /// 422 with the usual shape. Source: Apollo facts §3.4.
    pub fn unprocessable(message: &str) -> Answer {
        Answer::error(422, message)
    }

    /// The refusal of bulk calls. Source: Apollo facts §3.4 (bulk_match rows).
    pub fn failed(error_code: &str, message: &str) -> Answer {
        Answer::json(400, &json!({"status": "failed", "error_code": error_code, "error_message": message}))
    }

    /// An unknown route, or a record that is not there. Source: Apollo facts §3.4 (deal not found).
    pub fn not_found() -> Answer {
        Answer::json(404, &json!({"status": 404, "error": "Not Found"}))
    }

    /// A body that does not parse (unconfirmed; the answer of Rails).
    pub fn bad_request() -> Answer {
        Answer::json(400, &json!({"status": 400, "error": "Bad Request"}))
    }

    /// A path id that is no 24 hex digits. Source: Apollo facts §3.4.
    pub fn malformed_id(id: &str) -> Answer {
        Answer::unprocessable(&format!("Parameters misconfigured. {id} is not a valid ID"))
    }

    /// Adds headers.
    pub fn with_headers(mut self, headers: Vec<(String, String)>) -> Answer {
        self.headers.extend(headers);
        self
    }
}
