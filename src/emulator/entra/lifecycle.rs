//! Leaving and coming back: disable, unassign, recycle bin, purge, reassignment.

use reqwest::Method;
use serde_json::{Value, json};

use super::connector::{Memory, Record};
use super::judge::{self, wrong};
use super::patch;
use super::person::{Change, Exported};
use super::provision::user_path;
use super::{Entra, Person};
use crate::emulator::transcript::{Outcome, Verdict};
use crate::emulator::wire::{Answer, Call};

/// The shapes in which `active` false was seen.
///
/// Source: Entra facts §8.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisableShape {
    /// The dialect's own: `Replace` and `"False"`, with the flag `replace` and `false`.
    Usual,
    /// `Add` and `"False"`, as reported.
    Add,
    /// `Replace` and a real `false`, as also shown for the flag.
    CapitalBoolean,
}

/// What a reassignment after unassign and rename looks like; which of the two Entra does is unconfirmed.
///
/// Source: Entra facts §8.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reassign {
    /// The remembered id is PATCHed with the new name and `active` true.
    PatchOldId,
    /// The lookup misses and a POST follows; certain after a full restart.
    Post,
}

impl Entra {
    /// The account is disabled: `active` false; the person stays in scope.
    ///
    /// Source: Entra facts §8.1.
    pub async fn disable(&mut self, person: &Person) -> Outcome {
        self.disable_as(person, DisableShape::Usual).await
    }

    /// The same in another shape.
    ///
    /// Source: Entra facts §8.1.
    pub async fn disable_as(&mut self, person: &Person, shape: DisableShape) -> Outcome {
        let Some(record) = self.in_scope(person) else {
            return out_of_scope(person);
        };
        let mut out = Outcome::default();
        self.switch_off(&mut out, person, &record, shape).await;
        out
    }

    /// The account is enabled again: `active` true on the remembered id.
    ///
    /// Source: Entra facts §8.1.
    pub async fn enable(&mut self, person: &Person) -> Outcome {
        if self.in_scope(person).is_none() {
            return out_of_scope(person);
        }
        let mut out = Outcome::default();
        let change = Change { path: "active".to_owned(), value: json!(true), filled: true };
        let step = format!("enable {}", person.upn);
        self.patch(&mut out, person, &step, vec![change], None, self.dialect).await;
        out
    }

    /// The person or their group is unassigned: `active` false, and from then on nothing is sent until
    /// reassignment.
    ///
    /// Source: Entra facts §8.1, §8.4.
    pub async fn unassign(&mut self, person: &Person) -> Outcome {
        let Some(record) = self.in_scope(person) else {
            return out_of_scope(person);
        };
        let mut out = Outcome::default();
        let inactive = self.exported(&record).get("active") == Some(&Value::Bool(false));
        if inactive {
            out.note = Some(format!("{} is inactive already, so nothing is sent", person.upn));
        }
        if (inactive || self.switch_off(&mut out, person, &record, DisableShape::Usual).await)
            && let Some(record) = self.records.get_mut(&person.object_id)
        {
            record.in_scope = false;
        }
        out
    }

    async fn switch_off(
        &mut self,
        out: &mut Outcome,
        person: &Person,
        record: &Record,
        shape: DisableShape,
    ) -> bool {
        let sent = [Change { path: "active".to_owned(), value: json!(false), filled: true }];
        let operations = match shape {
            DisableShape::Usual => patch::of(&sent, self.dialect),
            DisableShape::Add => vec![json!({"op": "Add", "path": "active", "value": "False"})],
            DisableShape::CapitalBoolean => vec![json!({"op": "Replace", "path": "active", "value": false})],
        };
        let (step, body) = (format!("disable {}", person.upn), patch::message(operations));
        let call = Call::with_body(Method::PATCH, step, user_path(&record.id), body)
            .expecting("200 or 204", "Entra facts §8.1");
        let judged = |answer: &Answer| judge::verdict(judge::patched(answer, &record.id, &sent));
        let (answer, good) = self.step_regardless(out, call, judged).await;
        if good || matches!(answer.status, 200 | 204) {
            let mut exported = self.exported(record);
            exported.set("active", json!(false));
            if let Some(record) = self.records.get_mut(&person.object_id) {
                record.memory = Memory::Whole(exported);
            }
        }
        good
    }

    /// The user goes to the recycle bin: `userName` with 32 hex digits in front, and `active` false, in one
    /// PATCH.
    ///
    /// Source: Entra facts §8.3 (order unconfirmed).
    pub async fn soft_delete(&mut self, person: &Person) -> Outcome {
        if self.in_scope(person).is_none() {
            return out_of_scope(person);
        }
        let mut out = Outcome::default();
        let changes = name_and_state(&person.recycled_upn(), false);
        let step = format!("recycle {}", person.upn);
        self.patch(&mut out, person, &step, changes, None, self.dialect).await;
        out
    }

    /// The user comes back from the recycle bin: a lookup by the clean name, whatever it finds, then the
    /// remembered id gets its name and `active` true back.
    ///
    /// Source: Entra facts §8.3.
    pub async fn restore(&mut self, person: &Person) -> Outcome {
        if self.in_scope(person).is_none() {
            return out_of_scope(person);
        }
        let mut out = Outcome::default();
        if self.matched(&mut out, person).await.is_none() {
            return out;
        }
        let changes = name_and_state(&person.upn, true);
        let step = format!("restore {}", person.upn);
        self.patch(&mut out, person, &step, changes, None, self.dialect).await;
        out
    }

    /// The user is purged: DELETE. Never sent for somebody unassigned before.
    ///
    /// Source: Entra facts §8.1.
    pub async fn hard_delete(&mut self, person: &Person) -> Outcome {
        let Some(record) = self.in_scope(person) else {
            return out_of_scope(person);
        };
        let mut out = Outcome::default();
        let call = Call {
            method: Method::DELETE,
            ..Call::get(format!("delete {}", person.upn), user_path(&record.id), "Entra facts §8.1")
        };
        let judged = |answer: &Answer| match answer.status {
            204 if answer.raw.is_empty() => Verdict::AsExpected,
            204 => wrong("a 204 with a body"),
            _ => judge::refusal(answer),
        };
        if self.step(&mut out, call.expecting("204", "Entra facts §8.1"), judged).await.is_some() {
            self.records.remove(&person.object_id);
        }
        out
    }

    /// The person is assigned again, perhaps under another UPN and address: a lookup, then one of the two
    /// sequences.
    ///
    /// A refusal is [`Verdict::Wrong`]: it leaves the administrator without a way out. Source: Entra facts
    /// §8.4.
    pub async fn reassign(&mut self, person: &Person, way: Reassign) -> Outcome {
        let mut out = Outcome::default();
        self.come_back(&mut out, person, way, true).await;
        out.demanded(
            "the way out Apollo prescribes (unassign, change, reassign) is closed; \
             only a full restart is left [§8.4]",
        )
    }

    /// The same, where a refusal is the administrator's to see; `active` is what the directory says.
    ///
    /// Source: Entra facts §8.4.
    pub(super) async fn come_back(
        &mut self,
        out: &mut Outcome,
        person: &Person,
        way: Reassign,
        active: bool,
    ) {
        let Some(hit) = self.matched(out, person).await else {
            return;
        };
        let remembered = self.records.get(&person.object_id).cloned();
        match (way, remembered, hit) {
            (Reassign::PatchOldId, Some(record), _) => self.take_back(out, person, &record, active).await,
            (_, _, Some(resource)) => {
                self.join(out, person, &resource, active, self.dialect).await;
            }
            (_, _, None) => {
                self.create(out, person).await;
            }
        }
    }

    async fn take_back(&mut self, out: &mut Outcome, person: &Person, record: &Record, active: bool) {
        let changes = Exported::of(person, self.mapping, active).changes(&self.exported(record));
        if changes.is_empty() {
            out.note = Some(format!("{} is in sync: EntrySynchronizationSkipped [§14]", person.upn));
            self.manage_again(person);
            return;
        }
        let step = format!("reassign {} on the remembered id", person.upn);
        if self.patch(out, person, &step, changes, None, self.dialect).await {
            self.manage_again(person);
        }
    }

    fn manage_again(&mut self, person: &Person) {
        if let Some(record) = self.records.get_mut(&person.object_id) {
            record.in_scope = true;
        }
    }
}

fn name_and_state(upn: &str, active: bool) -> Vec<Change> {
    let change = |path: &str, value: Value| Change { path: path.to_owned(), value, filled: true };
    vec![change("userName", json!(upn)), change("active", json!(active))]
}

fn out_of_scope(person: &Person) -> Outcome {
    Outcome::nothing(format!("{} is not managed (any more), so nothing is sent [§8.1]", person.upn))
}
