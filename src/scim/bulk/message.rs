//! Reads a bulk message into operations.

use serde_json::{Map, Value};

use super::fault::Fault;
use super::reference;
use crate::scim::error::{Error, shortened};
use crate::scim::message::{member, names};
use crate::scim::urn;

/// A bulk message.
#[derive(Debug, Clone, PartialEq)]
pub struct Bulk {
    pub(super) operations: Vec<Operation>,
    /// Errors that end the job; none means that it goes on to its end.
    pub(super) fail_on_errors: Option<usize>,
}

/// One operation, as far as it could be read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Operation {
    /// The method as it stands in the answer; absent when there was none that can be repeated.
    pub method: Option<Method>,
    /// The name of what is made, as it stands in the answer.
    pub bulk_id: Option<String>,
    pub ask: Result<Ask, Fault>,
}

/// What one operation asks for, as a request of its own would.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// POST, PUT, PATCH or DELETE.
    pub method: Method,
    /// Below the base, with a slash at its beginning and none at its end.
    pub path: String,
    /// The ETag that the resource must have; only where the method changes one.
    pub version: Option<String>,
    /// The body; null where the method has none.
    pub data: Value,
}

/// The methods of bulk operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Makes a resource.
    Post,
    /// Replaces one.
    Put,
    /// Changes one.
    Patch,
    /// Removes one.
    Delete,
}

impl Method {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    fn read(word: &str) -> Option<Self> {
        [Self::Post, Self::Put, Self::Patch, Self::Delete]
            .into_iter()
            .find(|method| method.as_str().eq_ignore_ascii_case(word))
    }
}

impl Bulk {
    /// Reads a bulk message with at most `limit` operations; member names and methods have no letter case.
    /// What is wrong with a single operation is kept as its own answer.
    ///
    /// Errors: [`Error::BodyNotObject`], [`Error::OtherMessage`], and of [`Fault`] those about the message
    /// as a whole. Source: RFC 7644 §3.7.
    pub fn parse(body: &Value, limit: usize) -> Result<Self, Error> {
        let Value::Object(body) = body else {
            return Err(Error::BodyNotObject { expected: "BulkRequest" });
        };
        if member(body, "schemas").is_some_and(|schemas| !names(schemas, urn::BULK_REQUEST)) {
            return Err(Error::OtherMessage { expected: urn::BULK_REQUEST });
        }
        let fail_on_errors = match member(body, "failOnErrors") {
            None | Some(Value::Null) => None,
            Some(sent) => {
                let count = sent.as_u64().filter(|count| *count > 0).ok_or(Fault::FailOnErrors)?;
                Some(usize::try_from(count).unwrap_or(usize::MAX))
            }
        };
        let Some(Value::Array(sent)) = member(body, "Operations") else {
            return Err(Fault::NoOperations.into());
        };
        if sent.is_empty() {
            return Err(Fault::NoOperations.into());
        }
        if sent.len() > limit {
            return Err(Fault::TooManyOperations { count: sent.len(), limit }.into());
        }
        let numbered = sent.iter().enumerate();
        let mut operations: Vec<Operation> =
            numbered.map(|(index, sent)| Operation::read(index + 1, sent)).collect();
        refuse_repeated_names(&mut operations);
        Ok(Self { operations, fail_on_errors })
    }

    /// How many operations there are.
    #[must_use]
    pub fn operations(&self) -> usize {
        self.operations.len()
    }
}

impl Operation {
    fn read(number: usize, sent: &Value) -> Self {
        let Value::Object(sent) = sent else {
            let ask = Err(Fault::Malformed { number, problem: "it must be an object" });
            return Self { method: None, bulk_id: None, ask };
        };
        let method = member(sent, "method").and_then(Value::as_str).and_then(Method::read);
        let bulk_id = member(sent, "bulkId").and_then(Value::as_str).map(str::to_owned);
        let ask = read_ask(method, bulk_id.as_deref(), sent);
        Self { method, bulk_id, ask: ask.map_err(|problem| Fault::Malformed { number, problem }) }
    }

    /// Whether it makes something that others may refer to.
    pub fn makes(&self) -> Option<&str> {
        self.bulk_id.as_deref().filter(|_| self.method == Some(Method::Post))
    }
}

fn read_ask(
    method: Option<Method>,
    bulk_id: Option<&str>,
    sent: &Map<String, Value>,
) -> Result<Ask, &'static str> {
    let method = method.ok_or("method must be POST, PUT, PATCH or DELETE")?;
    match (method, bulk_id, member(sent, "bulkId")) {
        (_, Some(""), _) => return Err("bulkId must not be empty"),
        (_, None, Some(other)) if !other.is_null() => return Err("bulkId must be a string"),
        (Method::Post, None, _) => return Err("a POST needs a bulkId, by which its answer is known"),
        _ => {}
    }
    let path = match member(sent, "path") {
        Some(Value::String(path)) => read_path(path)?,
        Some(_) => return Err("path must be a string"),
        None => return Err("path is missing; send an address below the base, such as /Users"),
    };
    let version = match member(sent, "version") {
        None | Some(Value::Null) => None,
        Some(Value::String(version)) => Some(version.clone()).filter(|_| method != Method::Post),
        Some(_) => return Err("version must be a string, the ETag of the resource"),
    };
    let data = match (method, member(sent, "data")) {
        (Method::Delete, _) => Value::Null,
        (Method::Post | Method::Put, Some(data)) if data.is_object() => data.clone(),
        (Method::Patch, Some(data)) if data.is_object() => data.clone(),
        // The standard's own example of a bulk PATCH has the operations alone (RFC 7644 §3.7.3).
        (Method::Patch, Some(Value::Array(operations))) => {
            serde_json::json!({"schemas": [urn::PATCH_OP], "Operations": operations})
        }
        (Method::Post | Method::Put | Method::Patch, Some(_)) => return Err("data must be an object"),
        (Method::Post | Method::Put | Method::Patch, None) => return Err("data is missing"),
    };
    Ok(Ask { method, path, version, data })
}

fn read_path(path: &str) -> Result<String, &'static str> {
    let path = path.trim();
    if path.contains(['?', '#']) || path.chars().any(char::is_control) {
        return Err("path must be an address alone, without a query");
    }
    Ok(format!("/{}", path.trim_matches('/')))
}

/// Where two things would have one name nothing is made, so that no reference can mean the wrong one.
fn refuse_repeated_names(operations: &mut [Operation]) {
    let mut times = std::collections::HashMap::<String, usize>::new();
    for name in operations.iter().filter_map(Operation::makes) {
        *times.entry(name.to_owned()).or_default() += 1;
    }
    for operation in operations {
        if let Some(name) = operation.makes().filter(|name| times.get(*name).is_some_and(|count| *count > 1))
        {
            operation.ask = Err(Fault::Repeated { name: shortened(name) });
        }
    }
}

impl Ask {
    /// Every name that its path or data refers to.
    pub(super) fn refers_to(&self) -> Vec<&str> {
        let mut names = reference::in_path(&self.path).into_iter().collect();
        reference::in_data(&self.data, &mut names);
        names
    }
}
