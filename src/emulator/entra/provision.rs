//! Creating and updating: one person in one cycle.

use reqwest::Method;
use serde_json::Value;

use super::connector::{Memory, Record};
use super::judge::{self, wrong};
use super::person::{Change, Exported};
use super::{Dialect, Entra, Person, body, patch};
use crate::emulator::transcript::{Outcome, Verdict};
use crate::emulator::wire::{Answer, Call, segment};

impl Entra {
    /// Exports a person: matches by precedence, then creates or updates. A person already remembered is
    /// updated.
    ///
    /// Source: Entra facts §5, §6, §7.
    pub async fn provision(&mut self, person: &Person) -> Outcome {
        self.provision_as(person, self.dialect).await
    }

    /// "Provision on demand": the start check, then one person. The flag is not honoured, roles are not
    /// written.
    ///
    /// Source: Entra facts §1, §3, §7.5.
    pub async fn on_demand(&mut self, person: &Person) -> Outcome {
        let mut out = Outcome::default();
        if !self.start_check(&mut out).await {
            return out;
        }
        let plain = Person { roles: Vec::new(), ..person.clone() };
        out.absorb(self.provision_as(&plain, self.dialect.on_demand()).await);
        out
    }

    async fn provision_as(&mut self, person: &Person, dialect: Dialect) -> Outcome {
        if self.in_scope(person).is_some() {
            return self.update_as(person, dialect).await;
        }
        let mut out = Outcome::default();
        let Some(hit) = self.matched(&mut out, person).await else {
            return out;
        };
        match hit {
            None => {
                self.create(&mut out, person).await;
            }
            Some(resource) => {
                self.join(&mut out, person, &resource, true, dialect).await;
            }
        }
        out
    }

    /// Sends everything that changed since the last export in one PATCH, after a look at the record.
    ///
    /// Source: Entra facts §7.1, §7.2, §8.2 (that a GET comes first is unconfirmed).
    pub async fn update(&mut self, person: &Person) -> Outcome {
        self.update_as(person, self.dialect).await
    }

    /// A new UPN or address of a person in scope. A refusal is an object failure, tried again next cycle:
    /// what the job remembers stays as it was.
    ///
    /// Source: Entra facts §8.2.
    pub async fn rename(&mut self, person: &Person) -> Outcome {
        self.update(person).await
    }

    async fn update_as(&mut self, person: &Person, dialect: Dialect) -> Outcome {
        let Some(record) = self.in_scope(person) else {
            return Outcome::nothing(format!("{} is out of scope, so nothing is sent [§8.4]", person.upn));
        };
        let active = self.exported(&record).get("active") != Some(&Value::Bool(false));
        let mut out = Outcome::default();
        self.bring(&mut out, person, Bring { active, roles: false, look: true, dialect }).await;
        out
    }

    /// Brings a remembered record to what the directory says, in one PATCH.
    ///
    /// Source: Entra facts §8.2 (changes of one cycle travel in one PATCH), §7.5.
    pub(super) async fn bring(&mut self, out: &mut Outcome, person: &Person, how: Bring) -> bool {
        let Some(record) = self.in_scope(person) else {
            return false;
        };
        let wanted = Exported::of(person, self.mapping, how.active);
        let changes = wanted.changes(&self.exported(&record));
        let roles = if how.roles { self.role_change(person, &record, how.dialect) } else { None };
        if changes.is_empty() && roles.is_none() {
            out.note = Some(format!("{} is in sync: EntrySynchronizationSkipped [§14]", person.upn));
            return true;
        }
        if how.look && !self.reread(out, &record.id, &person.upn).await {
            return false;
        }
        let step = named(&changes, &person.upn);
        self.patch(out, person, &step, changes, roles, how.dialect).await
    }

    /// Reads a remembered record and corrects what differs there: what a restart does with everybody.
    ///
    /// Source: Entra facts §10 (restart), §5 (re-read).
    pub(super) async fn compare(&mut self, out: &mut Outcome, person: &Person, how: Bring) -> bool {
        let Some(record) = self.in_scope(person) else {
            return false;
        };
        let call = Call::get(format!("compare {}", person.upn), user_path(&record.id), "Entra facts §5, §10");
        let judged = |answer: &Answer| judge::verdict(judge::single(answer, &record.id));
        let Some(answer) = self.step(out, call, judged).await else {
            return false;
        };
        let wanted = Exported::of(person, self.mapping, how.active);
        let shown = answer.json.as_ref().map(|user| Exported::shown_by(user, &wanted));
        if let Some(record) = self.records.get_mut(&person.object_id) {
            record.memory = Memory::Whole(shown.unwrap_or_default());
        }
        self.bring(out, person, Bring { look: false, ..how }).await
    }

    /// Reads a remembered person by id; the record must show the state last exported.
    ///
    /// Source: Entra facts §5 (re-read), §8.1 (inactive records stay visible, `active` present).
    pub async fn read(&mut self, person: &Person) -> Outcome {
        let Some(record) = self.records.get(&person.object_id).cloned() else {
            return Outcome::nothing(format!("{} was never exported", person.upn));
        };
        let mut out = Outcome::default();
        let active = self.exported(&record).get("active").cloned().unwrap_or(Value::Bool(true));
        let call = Call::get(format!("read {}", person.upn), user_path(&record.id), "Entra facts §5, §8.1");
        let judged = |answer: &Answer| match judge::single(answer, &record.id) {
            Err(verdict) => judge::fatal(verdict, "only hard-deleted people may disappear [§5]"),
            Ok(()) if answer.json.as_ref().and_then(|user| user.get("active")) == Some(&active) => {
                Verdict::AsExpected
            }
            Ok(()) => wrong(format!("active is not {active}, which was the last thing written [§8.1]")),
        };
        if let Some(answer) = self.step(&mut out, call, judged).await {
            out.resources.extend(answer.json);
        }
        out
    }

    /// The re-read of a known object.
    pub(super) async fn reread(&mut self, out: &mut Outcome, id: &str, upn: &str) -> bool {
        let call = Call::get(format!("read {upn} again"), user_path(id), "Entra facts §5, §8.2");
        self.step(out, call, |answer| judge::verdict(judge::single(answer, id))).await.is_some()
    }

    /// Creates; the id is remembered, whatever else the answer lacks.
    pub(super) async fn create(&mut self, out: &mut Outcome, person: &Person) -> bool {
        let exported = Exported::of(person, self.mapping, true);
        let mut user = body::create(&exported, body::roles(person, self.expression));
        if self.odd_creates {
            user = body::oddly(user);
        }
        let call = Call::with_body(Method::POST, format!("create {}", person.upn), "/Users", user)
            .expecting("201", "Entra facts §6");
        let sent = exported.changes(&Exported::default());
        let judged = |answer: &Answer| judge::verdict(judge::created(answer, &sent));
        let (answer, good) = self.step_regardless(out, call, judged).await;
        let id = answer.json.as_ref().and_then(|user| user.get("id")).and_then(Value::as_str);
        if answer.status == 201
            && let Some(id) = id.filter(|id| !id.is_empty())
        {
            let mut record = Record::of(id, exported);
            record.roles = Some(self.role_values(person));
            self.records.insert(person.object_id.clone(), record);
        }
        good
    }

    /// Takes over a hit: remembers its id and sends what differs from what the server shows.
    pub(super) async fn join(
        &mut self,
        out: &mut Outcome,
        person: &Person,
        resource: &Value,
        active: bool,
        dialect: Dialect,
    ) -> bool {
        let wanted = Exported::of(person, self.mapping, active);
        let shown = Exported::shown_by(resource, &wanted);
        let id = resource.get("id").and_then(Value::as_str).unwrap_or_default();
        self.records.insert(person.object_id.clone(), Record::of(id, shown));
        self.bring(out, person, Bring { active, roles: false, look: false, dialect }).await
    }

    /// One PATCH on the remembered id; what was accepted is remembered.
    pub(super) async fn patch(
        &mut self,
        out: &mut Outcome,
        person: &Person,
        step: &str,
        changes: Vec<Change>,
        roles: Option<Value>,
        dialect: Dialect,
    ) -> bool {
        let Some(id) = self.id_of(person).map(str::to_owned) else {
            return false;
        };
        let with_roles = roles.is_some();
        let mut operations = patch::of(&changes, dialect);
        operations.extend(roles);
        let call = Call::with_body(Method::PATCH, step, user_path(&id), patch::message(operations))
            .expecting("200 or 204", dialect.fact());
        let judged = |answer: &Answer| judge::verdict(judge::patched(answer, &id, &changes));
        let (answer, good) = self.step_regardless(out, call, judged).await;
        if !good && !matches!(answer.status, 200 | 204) {
            return false;
        }
        let values = self.role_values(person);
        if let Some(record) = self.records.get(&person.object_id) {
            let mut exported = self.exported(record);
            for change in changes {
                exported.set(&change.path, change.value);
            }
            if let Some(record) = self.records.get_mut(&person.object_id) {
                record.memory = Memory::Whole(exported);
                record.roles = if with_roles { Some(values) } else { record.roles.take() };
            }
        }
        good
    }
}

/// How a record is brought to what the directory says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bring {
    /// The state wanted.
    pub(super) active: bool,
    /// Whether roles are written too.
    pub(super) roles: bool,
    /// Whether a GET comes first (unconfirmed). Source: Entra facts §8.2.
    pub(super) look: bool,
    /// The shapes of the PATCH.
    pub(super) dialect: Dialect,
}

/// What a PATCH is about, in the words of an administrator.
fn named(changes: &[Change], upn: &str) -> String {
    let active = |change: &Change| change.path == "active";
    match changes {
        [only] if active(only) && only.value == Value::Bool(false) => format!("disable {upn}"),
        [only] if active(only) => format!("enable {upn}"),
        [] => format!("write the roles of {upn}"),
        _ => format!("update {upn}"),
    }
}

/// The path of a User.
pub(super) fn user_path(id: &str) -> String {
    format!("/Users/{}", segment(id))
}
