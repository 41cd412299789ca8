//! The provisioning job itself: connection, memory, and the one place where a request leaves.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::person::{Exported, Mapping};
use super::{Dialect, ExternalId, Person, RoleExpression, judge};
use crate::emulator::transcript::{Outcome, Verdict};
use crate::emulator::wire::{Answer, Call, Error, Manner, Sender, Wire};

/// How Entra speaks HTTP: no User-Agent, no SCIM `Accept`. Its timeout is not published; a .NET client waits
/// 100 s.
///
/// Source: Entra facts §2.
const MANNER: Manner =
    Manner { headers: &[], body_type: "application/scim+json", timeout: Duration::from_secs(100) };

/// A matching attribute.
///
/// Source: Entra facts §5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// `userName` by userPrincipalName: the default.
    UserName,
    /// `externalId`.
    ExternalId,
    /// `emails[type eq "work"].value`.
    WorkEmail,
}

/// What the job remembers of a person it has exported.
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// Our id; it survives a normal restart.
    pub(super) id: String,
    /// The state last accepted.
    pub(super) memory: Memory,
    /// Whether the person is still in scope; out of scope, edits are not sent.
    pub(super) in_scope: bool,
    /// The manager's id last accepted.
    pub(super) manager: Option<String>,
    /// The values of the roles last accepted; nothing when nobody knows.
    pub(super) roles: Option<Vec<String>>,
}

impl Record {
    /// Somebody in scope whose state is known, but neither manager nor roles.
    pub(super) fn of(id: &str, exported: Exported) -> Self {
        let memory = Memory::Whole(exported);
        Self { id: id.to_owned(), memory, in_scope: true, manager: None, roles: None }
    }
}

/// The state of a person last accepted. Of most people it is what the mappings make of the directory's
/// person, which costs a job of 50,000 people a pointer each.
#[derive(Debug, Clone)]
pub(super) enum Memory {
    /// Attribute by attribute.
    Whole(Exported),
    /// As mapped from this person, `active` as given.
    Mapped(Arc<Person>, bool),
}

/// One provisioning job of an Entra tenant.
#[derive(Debug, Clone)]
pub struct Entra {
    pub(super) sender: Sender,
    pub(super) dialect: Dialect,
    pub(super) matching: Vec<Matching>,
    pub(super) mapping: Mapping,
    pub(super) expression: RoleExpression,
    pub(super) odd_creates: bool,
    /// By object id.
    pub(super) records: BTreeMap<String, Record>,
    /// The last write and whether it was accepted.
    pub(super) last_write: Option<(Call, bool)>,
}

impl Entra {
    /// A job towards `target` (`…/scim/v2`) with a secret token, sent as `Authorization: Bearer <token>`. A
    /// query on the target (`?aadOptscim062020`) is dropped; the dialect says which shapes are written.
    ///
    /// Errors: [`Error`], when target or token cannot be used.
    pub fn new(target: &str, token: &str, dialect: Dialect) -> Result<Entra, Error> {
        let sender = Sender::new(target, &format!("Bearer {token}"), token, MANNER)?;
        Ok(Entra {
            sender,
            dialect,
            matching: vec![Matching::UserName],
            mapping: Mapping::default(),
            expression: RoleExpression::Single,
            odd_creates: false,
            records: BTreeMap::new(),
            last_write: None,
        })
    }

    /// Matches by these attributes, in order of precedence.
    #[must_use]
    pub fn with_matching(mut self, matching: Vec<Matching>) -> Self {
        self.matching = matching;
        self
    }

    /// Takes `externalId` from another source.
    #[must_use]
    pub fn with_external_id(mut self, source: ExternalId) -> Self {
        self.mapping.external = source;
        self
    }

    /// Maps roles by another expression when it creates.
    #[must_use]
    pub fn with_roles(mut self, expression: RoleExpression) -> Self {
        self.expression = expression;
        self
    }

    /// Creates with every documented oddity: `active` as "True", explicit nulls, a misspelt URN.
    ///
    /// Source: Entra facts §6.
    #[must_use]
    pub fn with_odd_creates(mut self) -> Self {
        self.odd_creates = true;
        self
    }

    /// The same job, with its faults planned and its exchanges written down on `wire`.
    #[must_use]
    pub fn on(mut self, wire: &Wire) -> Self {
        self.sender = self.sender.on(wire);
        self
    }

    /// The same job, remembering this person only: what a part of a cycle needs.
    pub(super) fn fork(&self, object_id: &str) -> Entra {
        let known = self.records.get(object_id).map(|record| (object_id.to_owned(), record.clone()));
        Entra {
            sender: self.sender.clone(),
            dialect: self.dialect,
            matching: self.matching.clone(),
            mapping: self.mapping,
            expression: self.expression,
            odd_creates: self.odd_creates,
            records: known.into_iter().collect(),
            last_write: None,
        }
    }

    /// The state of a person last accepted.
    pub(super) fn exported(&self, record: &Record) -> Exported {
        match &record.memory {
            Memory::Whole(exported) => exported.clone(),
            Memory::Mapped(person, active) => Exported::of(person, self.mapping, *active),
        }
    }

    /// The dialect of the job.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Our id of a person, as the job remembers it.
    pub fn id_of(&self, person: &Person) -> Option<&str> {
        self.records.get(&person.object_id).map(|record| record.id.as_str())
    }

    /// Restarts provisioning with `resetScope: Full`: every remembered id is forgotten.
    ///
    /// Source: Entra facts §5, §8.4.
    pub fn restart_full(&mut self) {
        self.records.clear();
    }

    /// The last write once more, byte for byte.
    ///
    /// Good answers: 409 to a create, 204 or 404 to a DELETE, the same success to a PATCH. Source: Entra
    /// facts §6, §8.1.
    pub async fn repeat_last(&mut self) -> Outcome {
        let Some((mut call, accepted)) = self.last_write.clone() else {
            return Outcome::nothing("nothing was written yet, so nothing can be repeated");
        };
        call.step = format!("{} (once more)", call.step);
        let method = call.method.clone();
        call = match method.as_str() {
            "POST" => call.expecting("409", "Entra facts §6"),
            "DELETE" => call.expecting("204 or 404", "Entra facts §8.1"),
            _ => call.expecting("200 or 204", "Entra facts §8.1"),
        };
        let mut out = Outcome::default();
        let judged = |answer: &Answer| {
            if accepted { repeated(answer, method.as_str()) } else { judge::refusal(answer) }
        };
        self.step(&mut out, call, judged).await;
        out
    }

    /// Sends one call and records it. `Some` when the answer is as expected.
    pub(super) async fn step(
        &mut self,
        out: &mut Outcome,
        call: Call,
        judged: impl FnOnce(&Answer) -> Verdict,
    ) -> Option<Answer> {
        let (answer, good) = self.step_regardless(out, call, judged).await;
        good.then_some(answer)
    }

    /// The same for steps whose answer is used although it is wrong.
    pub(super) async fn step_regardless(
        &mut self,
        out: &mut Outcome,
        call: Call,
        judged: impl FnOnce(&Answer) -> Verdict,
    ) -> (Answer, bool) {
        let answer = self.sender.send(&call).await;
        let verdict = judged(&answer);
        let good = verdict == Verdict::AsExpected;
        out.exchanges.push(self.sender.exchange(&call, &answer, verdict));
        if call.method != reqwest::Method::GET {
            self.last_write = Some((call, (200..300).contains(&answer.status)));
        }
        (answer, good)
    }

    pub(super) fn in_scope(&self, person: &Person) -> Option<Record> {
        self.records.get(&person.object_id).filter(|record| record.in_scope).cloned()
    }
}

fn repeated(answer: &Answer, method: &str) -> Verdict {
    let refusal = || match judge::refusal(answer) {
        Verdict::Refused { .. } => Verdict::AsExpected,
        other => other,
    };
    match (method, answer.status) {
        ("POST", 409) | ("DELETE", 404) => refusal(),
        ("POST", 200..300) => {
            judge::wrong("the same create succeeded twice: two people with one userName [§6]")
        }
        ("POST", _) => judge::refusal(answer),
        (_, 200..300) => judge::verdict(judge::labelled(answer)),
        _ => judge::fatal(judge::refusal(answer), "a repeat must succeed"),
    }
}
