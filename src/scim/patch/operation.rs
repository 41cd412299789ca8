//! Reads a PATCH message into operations.

use serde_json::Value;

use crate::scim::error::{Error, shortened};
use crate::scim::message::{member, names};
use crate::scim::path::Path;
use crate::scim::urn;

/// Operations that [`Patch::parse`] still accepts in one request.
pub const MAX_OPERATIONS: usize = 1000;

/// What one PATCH asks for, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    pub(super) operations: Vec<Operation>,
}

/// One operation of a PATCH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operation {
    /// 1-based position in the request.
    pub number: usize,
    pub action: Action,
    pub target: Option<Target>,
    pub value: Option<Value>,
}

/// The path of an operation, understood and as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub path: Path,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Add,
    Replace,
    Remove,
}

impl Patch {
    /// Reads a PATCH message with at most [`MAX_OPERATIONS`] operations.
    ///
    /// Errors: those of [`Patch::parse_within`]. Source: RFC 7644 §3.5.2.
    pub fn parse(body: &Value) -> Result<Patch, Error> {
        Self::parse_within(body, MAX_OPERATIONS)
    }

    /// Reads a PATCH message with at most `limit` operations; member names and verbs have no letter case.
    ///
    /// Errors: [`Error::BodyNotObject`], [`Error::OtherMessage`], [`Error::NoOperations`],
    /// [`Error::OperationsNotAnArray`], [`Error::TooManyOperations`]; of single operations
    /// [`Error::OperationMalformed`], [`Error::UnknownOperation`], [`Error::Path`], [`Error::NoValue`],
    /// [`Error::PathlessValueNotObject`], [`Error::RemoveWithoutPath`]. Source: RFC 7644 §3.5.2.
    pub fn parse_within(body: &Value, limit: usize) -> Result<Patch, Error> {
        let Value::Object(body) = body else {
            return Err(Error::BodyNotObject { expected: "PatchOp" });
        };
        if member(body, "schemas").is_some_and(|schemas| !names(schemas, urn::PATCH_OP)) {
            return Err(Error::OtherMessage { expected: urn::PATCH_OP });
        }
        let operations = match member(body, "Operations") {
            None | Some(Value::Null) => return Err(Error::NoOperations),
            Some(Value::Array(operations)) => operations,
            Some(_) => return Err(Error::OperationsNotAnArray),
        };
        match operations.len() {
            0 => Err(Error::NoOperations),
            count if count > limit => Err(Error::TooManyOperations { count, limit }),
            _ => {
                let numbered = operations.iter().enumerate();
                let operations = numbered.map(|(index, sent)| Operation::read(index + 1, sent));
                Ok(Patch { operations: operations.collect::<Result<_, _>>()? })
            }
        }
    }

    /// How many operations there are.
    #[must_use]
    pub fn operations(&self) -> usize {
        self.operations.len()
    }
}

impl Operation {
    fn read(number: usize, sent: &Value) -> Result<Operation, Error> {
        let malformed = |problem| Error::OperationMalformed { number, problem };
        let Value::Object(sent) = sent else {
            return Err(malformed("it must be an object"));
        };
        let action = match member(sent, "op") {
            Some(Value::String(op)) => Action::read(op).ok_or(Error::UnknownOperation { number })?,
            Some(_) => return Err(malformed("op must be a string")),
            None => return Err(malformed("op is missing")),
        };
        let target = match member(sent, "path") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) if text.is_empty() => None,
            Some(Value::String(text)) => {
                Some(Target { path: Path::parse(text.trim())?, text: shortened(text) })
            }
            Some(_) => return Err(malformed("path must be a string")),
        };
        let value = member(sent, "value").cloned();
        match (action, &target, &value) {
            (Action::Remove, None, _) => return Err(Error::RemoveWithoutPath { number }),
            (Action::Add | Action::Replace, _, None) => return Err(Error::NoValue { number }),
            (Action::Add | Action::Replace, None, Some(value)) if !value.is_object() => {
                return Err(Error::PathlessValueNotObject { number });
            }
            _ => {}
        }
        Ok(Operation { number, action, target, value })
    }
}

impl Action {
    fn read(op: &str) -> Option<Action> {
        [("add", Action::Add), ("replace", Action::Replace), ("remove", Action::Remove)]
            .into_iter()
            .find_map(|(word, action)| op.eq_ignore_ascii_case(word).then_some(action))
    }
}
