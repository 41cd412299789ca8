//! What can be wrong with a SCIM message, and the wire words for it.

use serde_json::{Map, Value, json};

use super::{bulk, urn};

/// Wire words that tell a client the class of a refusal.
///
/// Source: RFC 7644 §3.12; RFC 9865 §2.1 for the last three of paging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScimType {
    /// The filter is not valid or not supported.
    InvalidFilter,
    /// The request asks for more than the server is willing to do.
    TooMany,
    /// A value that must be unique is taken.
    Uniqueness,
    /// The attribute cannot be changed this way.
    Mutability,
    /// The body is not shaped like the message it claims to be.
    InvalidSyntax,
    /// The path of a PATCH operation is not valid.
    InvalidPath,
    /// The path of a PATCH operation selects nothing.
    NoTarget,
    /// A value is missing or of the wrong type.
    InvalidValue,
    /// The protocol version is not supported.
    InvalidVers,
    /// The cursor is not one of ours.
    InvalidCursor,
    /// The cursor was ours, but its time is over.
    ExpiredCursor,
    /// The count does not fit the cursor.
    InvalidCount,
    /// The request URI carries what should not be in a URI.
    Sensitive,
}

impl ScimType {
    /// The word as it goes over the wire, for example `invalidFilter`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
            Self::Sensitive => "sensitive",
        }
    }
}

/// What is wrong with a SCIM message; the text is for the administrator who must act.
///
/// Invariant: names, types and positions are told, never a value of a body, so no text repeats a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The body is JSON, but no object.
    #[error("the request body must be a JSON object; send one {expected} object")]
    BodyNotObject {
        /// Name of the message that was expected.
        expected: &'static str,
    },
    /// A known attribute was sent with another JSON type than its schema says.
    #[error(
        "the attribute {attribute} must be {expected}, but {found} was sent; correct the attribute mapping"
    )]
    WrongType {
        /// Full name of the attribute.
        attribute: String,
        /// The type of the schema, in words.
        expected: &'static str,
        /// The type that was sent, in words.
        found: &'static str,
    },
    /// One multi-valued attribute would have several primary values (RFC 7643 §2.4).
    #[error("the attribute {attribute} has more than one primary value; mark at most one of them as primary")]
    SeveralPrimaries {
        /// Full name of the attribute.
        attribute: String,
    },
    /// One attribute has more values than this server keeps.
    #[error("the attribute {attribute} has {count} values, but at most {limit} are kept; send fewer")]
    TooManyValues {
        /// Full name of the attribute.
        attribute: String,
        /// Values there would be.
        count: usize,
        /// Values still kept.
        limit: usize,
    },
    /// The text is not in the filter language of RFC 7644 §3.4.2.2.
    #[error("the filter is not valid at column {column}: {problem}")]
    Filter {
        /// 1-based, counted in characters.
        column: usize,
        /// What was expected there.
        problem: String,
    },
    /// The filter is longer than this server reads.
    #[error("the filter has {bytes} bytes, but at most {limit} are read; split the query")]
    FilterTooLong {
        /// Length of the filter sent.
        bytes: usize,
        /// Length that is still read.
        limit: usize,
    },
    /// Parentheses and brackets are nested deeper than this server reads.
    #[error("the filter is nested deeper than {limit} levels at column {column}; remove parentheses")]
    FilterTooDeep {
        /// 1-based, counted in characters.
        column: usize,
        /// Depth that is still read.
        limit: usize,
    },
    /// The filter names an attribute that no schema has.
    #[error(
        "the filter names the unknown attribute {attribute} at column {column}; use one listed by /Schemas"
    )]
    FilterUnknownAttribute {
        /// 1-based, counted in characters.
        column: usize,
        /// The name as sent.
        attribute: String,
    },
    /// The filter names an attribute that is never returned.
    #[error("the attribute {attribute} cannot be used in a filter; remove it from the query")]
    FilterForbidden {
        /// Name of the attribute.
        attribute: String,
    },
    /// The path of a PATCH operation is malformed.
    #[error("the PATCH path \"{path}\" is not valid: {problem}")]
    Path {
        /// The path as sent, shortened.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The path of a PATCH operation names an attribute that the core schema does not have.
    #[error("the PATCH path \"{path}\" names no attribute of a User; remove it from the attribute mapping")]
    UnknownPath {
        /// The path as sent, shortened.
        path: String,
    },
    /// The PATCH has no operations.
    #[error("the PATCH carries no operations; send at least one in Operations")]
    NoOperations,
    /// `Operations` is no array.
    #[error("Operations must be an array of PATCH operations")]
    OperationsNotAnArray,
    /// The PATCH has more operations than this server applies at once.
    #[error(
        "the PATCH carries {count} operations, but at most {limit} are applied at once; split the request"
    )]
    TooManyOperations {
        /// Operations sent.
        count: usize,
        /// Operations still applied.
        limit: usize,
    },
    /// One of the operations is no object, or its members have the wrong type.
    #[error("PATCH operation {number} is malformed: {problem}")]
    OperationMalformed {
        /// 1-based position of the operation.
        number: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// `op` is neither add, remove nor replace.
    #[error("PATCH operation {number} has an unknown op; use add, remove or replace")]
    UnknownOperation {
        /// 1-based position of the operation.
        number: usize,
    },
    /// `schemas` names another message than the one expected.
    #[error("the schemas member must name {expected}")]
    OtherMessage {
        /// URN of the expected message.
        expected: &'static str,
    },
    /// An add or replace has no `value`.
    #[error("PATCH operation {number} has no value; add and replace need one")]
    NoValue {
        /// 1-based position of the operation.
        number: usize,
    },
    /// An add or replace without path has a value that is no object.
    #[error("PATCH operation {number} has no path, so its value must be an object of attributes")]
    PathlessValueNotObject {
        /// 1-based position of the operation.
        number: usize,
    },
    /// The path selects no value, and none can be made from it.
    #[error(
        "the PATCH path \"{path}\" selects no value; address an existing one, or name the new one with eq"
    )]
    NoTarget {
        /// The path as sent, shortened.
        path: String,
    },
    /// A remove has no `path` (RFC 7644 §3.5.2.2).
    #[error("PATCH operation {number} removes without a path; name the attribute to remove")]
    RemoveWithoutPath {
        /// 1-based position of the operation.
        number: usize,
    },
    /// A PATCH addresses an attribute that the server owns.
    #[error(
        "the attribute {attribute} is given by the server and cannot be changed; remove it from the request"
    )]
    ServerOwned {
        /// Name of the attribute.
        attribute: String,
    },
    /// An attribute that is written once has another value already.
    #[error(
        "the attribute {attribute} cannot change once it has a value; remove it from the attribute mapping"
    )]
    Immutable {
        /// Full name of the attribute.
        attribute: String,
    },
    /// A PATCH takes away what a User must have (RFC 7644 §3.5.2.2).
    #[error("the attribute {attribute} is required and cannot be removed; replace its value instead")]
    Required {
        /// Name of the attribute.
        attribute: &'static str,
    },
    /// Something about a bulk message or one of its operations.
    #[error(transparent)]
    Bulk(#[from] bulk::Fault),
    /// A parameter of the query came more than once.
    #[error("the query parameter {parameter} was sent more than once; send it once")]
    RepeatedParameter {
        /// Name of the parameter.
        parameter: &'static str,
    },
    /// A parameter of the query is not percent-encoded UTF-8.
    #[error("the query parameter {parameter} is not percent-encoded UTF-8; write a lone % as %25")]
    UnreadableParameter {
        /// Name of the parameter.
        parameter: &'static str,
    },
    /// A number of the query is none.
    #[error("the query parameter {parameter} must be a whole number")]
    NotANumber {
        /// Name of the parameter.
        parameter: &'static str,
    },
    /// A member of a search message has the wrong type.
    #[error("the member {member} of a search must be {expected}, but {found} was sent")]
    SearchMember {
        /// Name of the member.
        member: &'static str,
        /// What it must be, in words.
        expected: &'static str,
        /// The type that was sent, in words.
        found: &'static str,
    },
    /// `sortBy` names nothing that Users are sorted by.
    #[error(
        "sortBy names {attribute}, by which Users cannot be sorted; use an attribute listed by /Schemas, \
         and of a complex one a part, such as name.familyName"
    )]
    UnknownSort {
        /// The name as sent.
        attribute: String,
    },
    /// `sortOrder` is neither word.
    #[error("sortOrder must be ascending or descending")]
    UnknownSortOrder,
    /// Answering would look at too many Users.
    #[error(
        "answering this {what} means comparing {comparisons} values on each of {candidates} Users or more, \
         which is too costly; narrow it down with userName, externalId, id or emails eq a value (joined by \
         and), or send fewer comparisons"
    )]
    TooCostly {
        /// Filter or order.
        what: &'static str,
        /// Comparisons on one User.
        comparisons: u64,
        /// Users left to compare.
        candidates: u64,
    },
    /// `startIndex` and `cursor` were both sent.
    #[error("startIndex and cursor cannot be combined; send one of them")]
    BothPagings,
    /// The cursor is not ours, or belongs to another list (RFC 9865 §2.1).
    #[error(
        "the cursor is not one of this list: send the last page's nextCursor or previousCursor with the same \
         filter, sortBy and sortOrder, or an empty cursor to begin anew"
    )]
    InvalidCursor,
    /// The cursor's time is over (RFC 9865 §2.1).
    #[error("the cursor has expired; begin anew with an empty cursor")]
    ExpiredCursor,
    /// The count beside a cursor is no number, or not that of the first page (RFC 9865 §2.1).
    #[error("count must be a whole number, and beside a cursor the same as for the first page")]
    InvalidCount,
    /// `attributes` and `excludedAttributes` were both sent (RFC 7644 §3.9).
    #[error("attributes and excludedAttributes cannot be combined; send one of them")]
    BothProjections,
    /// A stored User is no JSON object: the store is damaged, no client is at fault.
    #[error("a stored User cannot be read: {problem}")]
    Unreadable {
        /// The parser's words.
        problem: String,
    },
}

impl Error {
    /// The wire word of this error. [`Error::Unreadable`] has no word of its own; it is a fault of the
    /// server.
    ///
    /// Source: RFC 7644 §3.12, table 9.
    #[must_use]
    pub fn scim_type(&self) -> ScimType {
        match self {
            Self::BodyNotObject { .. }
            | Self::NoOperations
            | Self::OperationsNotAnArray
            | Self::OperationMalformed { .. }
            | Self::UnknownOperation { .. }
            | Self::OtherMessage { .. }
            | Self::Unreadable { .. } => ScimType::InvalidSyntax,
            Self::WrongType { .. }
            | Self::SeveralPrimaries { .. }
            | Self::NoValue { .. }
            | Self::PathlessValueNotObject { .. }
            | Self::NotANumber { .. }
            | Self::RepeatedParameter { .. }
            | Self::UnreadableParameter { .. }
            | Self::SearchMember { .. }
            | Self::UnknownSort { .. }
            | Self::UnknownSortOrder
            | Self::BothPagings
            | Self::BothProjections => ScimType::InvalidValue,
            Self::InvalidCursor => ScimType::InvalidCursor,
            Self::ExpiredCursor => ScimType::ExpiredCursor,
            Self::InvalidCount => ScimType::InvalidCount,
            Self::Filter { .. }
            | Self::FilterTooLong { .. }
            | Self::FilterTooDeep { .. }
            | Self::FilterUnknownAttribute { .. }
            | Self::FilterForbidden { .. } => ScimType::InvalidFilter,
            Self::Path { .. } | Self::UnknownPath { .. } => ScimType::InvalidPath,
            Self::TooManyOperations { .. } | Self::TooManyValues { .. } | Self::TooCostly { .. } => {
                ScimType::TooMany
            }
            Self::NoTarget { .. } | Self::RemoveWithoutPath { .. } => ScimType::NoTarget,
            Self::ServerOwned { .. } | Self::Immutable { .. } | Self::Required { .. } => ScimType::Mutability,
            Self::Bulk(fault) => fault.scim_type(),
        }
    }
}

/// The body of an error answer; `status` travels as text.
///
/// Source: RFC 7644 §3.12.
#[must_use]
pub fn body(status: u16, scim_type: Option<ScimType>, detail: &str) -> Value {
    let mut body = Map::new();
    body.insert("schemas".into(), json!([urn::ERROR]));
    body.insert("status".into(), Value::String(status.to_string()));
    if let Some(scim_type) = scim_type {
        body.insert("scimType".into(), Value::String(scim_type.as_str().into()));
    }
    body.insert("detail".into(), Value::String(detail.into()));
    Value::Object(body)
}

/// Shortens a name a client sent and blots out its control characters, so that a message or a log line stays
/// readable, and storable.
pub(in crate::scim) fn shortened(name: &str) -> String {
    const LONGEST: usize = 120;
    let name = name.replace(char::is_control, "\u{fffd}");
    if name.chars().count() <= LONGEST {
        return name;
    }
    name.chars().take(LONGEST).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_body_has_the_status_as_text_and_only_known_members() {
        let refused = body(400, Some(ScimType::InvalidFilter), "why");
        assert_eq!(
            refused,
            json!({"schemas": [urn::ERROR], "status": "400", "scimType": "invalidFilter", "detail": "why"})
        );
        assert_eq!(
            body(404, None, "gone"),
            json!({"schemas": [urn::ERROR], "status": "404", "detail": "gone"})
        );
    }
}
