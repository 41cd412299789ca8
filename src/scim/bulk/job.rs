//! The operations of a message one after the other, and the message that answers them.

use std::collections::{HashMap, VecDeque};

use serde_json::{Map, Value, json};

use super::fault::Fault;
use super::message::{Ask, Bulk, Operation};
use super::order::order;
use super::reference;
use crate::scim::error::shortened;
use crate::scim::urn;

/// A bulk message while it is carried out.
#[derive(Debug)]
pub struct Job {
    operations: Vec<Operation>,
    left: VecDeque<usize>,
    /// What was made, by the name others refer to it by.
    ids: HashMap<String, String>,
    answers: Vec<Option<Value>>,
    /// Errors that may still happen before the job ends; none means any number.
    patience: Option<usize>,
}

/// The next operation to be carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its place in the message, from 0.
    pub place: usize,
    /// What it asks for, references resolved; or why it cannot be asked.
    pub ask: Result<Ask, Fault>,
}

/// What came of an operation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// HTTP status.
    pub status: u16,
    /// Id of the resource, where one was made or changed.
    pub id: Option<String>,
    /// Where the resource is; a POST that failed has none (RFC 7644 §3.7.3).
    pub location: Option<String>,
    /// Its ETag.
    pub version: Option<String>,
    /// The error's own body; only where the status is none of success.
    pub response: Option<Value>,
}

impl Job {
    /// Puts the operations in order.
    #[must_use]
    pub fn of(bulk: Bulk) -> Self {
        let Bulk { mut operations, fail_on_errors } = bulk;
        let makers: HashMap<String, usize> = operations
            .iter()
            .enumerate()
            .filter_map(|(place, operation)| operation.makes().map(|name| (name.to_owned(), place)))
            .collect();
        let mut needs = vec![Vec::new(); operations.len()];
        for (place, operation) in operations.iter_mut().enumerate() {
            let Ok(ask) = &operation.ask else { continue };
            let names = ask.refers_to();
            if let Some(name) = names.iter().find(|name| !makers.contains_key(**name)) {
                operation.ask = Err(Fault::Unknown { name: shortened(name) });
                continue;
            }
            needs[place] = names.iter().filter_map(|name| makers.get(*name).copied()).collect();
        }
        let (left, circular) = order(&needs);
        for (place, operation) in operations.iter_mut().enumerate().filter(|(place, _)| circular[*place]) {
            let needed = needs[place].iter().find(|need| circular[**need]);
            let name = needed.and_then(|need| makers.iter().find(|(_, maker)| *maker == need));
            let name = name.map(|(name, _)| shortened(name)).unwrap_or_default();
            operation.ask = Err(Fault::Circle { name });
        }
        let answers = vec![None; operations.len()];
        Self { operations, left: left.into(), ids: HashMap::new(), answers, patience: fail_on_errors }
    }

    /// The next operation; none when all are done, or as many failed as the client allows.
    pub fn next_step(&mut self) -> Option<Step> {
        if self.patience == Some(0) {
            return None;
        }
        let place = self.left.pop_front()?;
        let ask = self.operations[place].ask.clone().and_then(|ask| self.resolved(ask));
        Some(Step { place, ask })
    }

    fn resolved(&self, mut ask: Ask) -> Result<Ask, Fault> {
        if let Some(name) = ask.refers_to().into_iter().find(|name| !self.ids.contains_key(*name)) {
            return Err(Fault::NotMade { name: shortened(name) });
        }
        reference::resolve(&mut ask.path, &mut ask.data, &|name: &str| self.ids.get(name).cloned());
        Ok(ask)
    }

    /// Notes what came of an operation.
    ///
    /// Source: RFC 7644 §3.7.3; `status` travels as text.
    pub fn settle(&mut self, place: usize, outcome: Outcome) {
        let Some(operation) = self.operations.get(place) else { return };
        let well = (200..300).contains(&outcome.status);
        if let (true, Some(name), Some(id)) = (well, operation.makes(), outcome.id) {
            self.ids.insert(name.to_owned(), id);
        }
        if !well {
            self.patience = self.patience.map(|left| left.saturating_sub(1));
        }
        let mut answer = Map::new();
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                answer.insert(name.to_owned(), value);
            }
        };
        add("method", operation.method.map(|method| json!(method.as_str())));
        add("bulkId", operation.bulk_id.as_ref().map(|name| json!(name)));
        add("location", outcome.location.map(Value::String));
        add("version", outcome.version.map(Value::String));
        add("status", Some(json!(outcome.status.to_string())));
        add("response", outcome.response);
        self.answers[place] = Some(Value::Object(answer));
    }

    /// The answer to the whole message: every operation that was looked at, in the order they were sent.
    #[must_use]
    pub fn answer(self) -> Value {
        let answers: Vec<Value> = self.answers.into_iter().flatten().collect();
        json!({"schemas": [urn::BULK_RESPONSE], "Operations": answers})
    }
}
