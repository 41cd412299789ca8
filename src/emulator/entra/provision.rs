//! Matching, creating, updating: one person in one cycle.

use reqwest::Method;
use serde_json::{Value, json};

use super::connector::Record;
use super::judge::{self, wrong};
use super::person::{Change, Exported, WORK_EMAIL, read};
use super::{Dialect, Entra, Matching, Person, body, patch};
use crate::emulator::transcript::{Outcome, Verdict};
use crate::emulator::wire::{Answer, Call, form, quoted, segment};

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
        out.absorb(self.provision_as(&plain, Dialect::Plain).await);
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
            Some(resource) => self.join(&mut out, person, &resource, dialect).await,
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
        let active = record.exported.get("active") != Some(&Value::Bool(false));
        let wanted = Exported::of(person, self.external, active);
        let changes = wanted.changes(&record.exported);
        if changes.is_empty() {
            return Outcome::nothing(format!("{} is in sync: EntrySynchronizationSkipped [§14]", person.upn));
        }
        let mut out = Outcome::default();
        if !self.reread(&mut out, &record.id, &person.upn).await {
            return out;
        }
        self.patch(&mut out, person, &format!("update {}", person.upn), changes, dialect).await;
        out
    }

    /// Looks a person up by the matching attributes. `resources` holds the hit.
    ///
    /// Source: Entra facts §5.
    pub async fn lookup(&mut self, person: &Person) -> Outcome {
        let mut out = Outcome::default();
        if let Some(Some(hit)) = self.matched(&mut out, person).await {
            out.resources.push(hit);
        }
        out
    }

    /// Reads a remembered person by id; the record must show the state last exported.
    ///
    /// Source: Entra facts §5 (re-read), §8.1 (inactive records stay visible, `active` present).
    pub async fn read(&mut self, person: &Person) -> Outcome {
        let Some(record) = self.records.get(&person.object_id).cloned() else {
            return Outcome::nothing(format!("{} was never exported", person.upn));
        };
        let mut out = Outcome::default();
        let active = record.exported.get("active").cloned().unwrap_or(Value::Bool(true));
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

    /// One query a matching attribute, until one finds somebody. `None` when the job stops here.
    pub(super) async fn matched(&mut self, out: &mut Outcome, person: &Person) -> Option<Option<Value>> {
        for attribute in self.matching.clone() {
            let (path, value) = match attribute {
                Matching::UserName => ("userName", person.matching_upn().to_owned()),
                Matching::ExternalId => {
                    let exported = Exported::of(person, self.external, true);
                    let value = exported.get("externalId").and_then(Value::as_str).unwrap_or_default();
                    ("externalId", value.to_owned())
                }
                Matching::WorkEmail => match &person.mail {
                    Some(mail) => (WORK_EMAIL, mail.clone()),
                    None => continue,
                },
            };
            let filter = form(&format!("{path} eq {}", quoted(&value)));
            let call = Call::get(
                format!("match {value} by {path}"),
                format!("/Users?filter={filter}"),
                "Entra facts §5",
            );
            let known = self.records.get(&person.object_id).is_some_and(|record| {
                record.exported.get(path).and_then(Value::as_str) == Some(value.as_str())
            });
            let mut hidden = false;
            let judged = |answer: &Answer| {
                let found = found(answer, path, &value);
                hidden = known && matches!(found, Ok(0));
                match found {
                    Ok(_) if hidden => wrong(
                        "this very person is remembered under this value, and the query hides them: after \
                         a restart they would be created twice [§5, §13.11]",
                    ),
                    Ok(_) => Verdict::AsExpected,
                    Err(verdict) => verdict,
                }
            };
            let (answer, good) = self.step_regardless(out, call, judged).await;
            if !good && !hidden {
                return None;
            }
            let (_, hits) = judge::list(&answer).ok()?;
            if let Some(hit) = hits.into_iter().next() {
                return Some(Some(hit));
            }
        }
        Some(None)
    }

    /// Creates; the id is remembered.
    pub(super) async fn create(&mut self, out: &mut Outcome, person: &Person) -> bool {
        let exported = Exported::of(person, self.external, true);
        let mut user = body::create(&exported, body::roles(person, self.expression));
        if self.odd_creates {
            user = body::oddly(user);
        }
        let call = Call::with_body(Method::POST, format!("create {}", person.upn), "/Users", user)
            .expecting("201", "Entra facts §6");
        let sent = exported.changes(&Exported::default());
        let Some(answer) = self.step(out, call, |answer| judge::verdict(judge::created(answer, &sent))).await
        else {
            return false;
        };
        let id =
            answer.json.as_ref().and_then(|user| user.get("id")).and_then(Value::as_str).unwrap_or_default();
        let record = Record { id: id.to_owned(), exported, in_scope: true, manager: None };
        self.records.insert(person.object_id.clone(), record);
        true
    }

    /// Takes over a hit: remembers its id and sends what differs from what the server shows.
    pub(super) async fn join(
        &mut self,
        out: &mut Outcome,
        person: &Person,
        resource: &Value,
        dialect: Dialect,
    ) {
        let wanted = Exported::of(person, self.external, true);
        let shown = Exported::shown_by(resource, &wanted);
        let id = resource.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let changes = wanted.changes(&shown);
        let record = Record { id, exported: shown, in_scope: true, manager: None };
        self.records.insert(person.object_id.clone(), record);
        if changes.is_empty() {
            out.note = Some(format!("{} is in sync: EntrySynchronizationSkipped [§14]", person.upn));
            return;
        }
        self.patch(out, person, &format!("update {}", person.upn), changes, dialect).await;
    }

    /// One PATCH on the remembered id; what was accepted is remembered.
    pub(super) async fn patch(
        &mut self,
        out: &mut Outcome,
        person: &Person,
        step: &str,
        changes: Vec<Change>,
        dialect: Dialect,
    ) -> bool {
        let Some(id) = self.id_of(person).map(str::to_owned) else {
            return false;
        };
        let fact = match dialect {
            Dialect::Plain => "Entra facts §7.1",
            Dialect::Flag => "Entra facts §7.2",
        };
        let call = Call::with_body(Method::PATCH, step, user_path(&id), patch::of(&changes, dialect))
            .expecting("200 or 204", fact);
        let judged = |answer: &Answer| judge::verdict(judge::patched(answer, &id, &changes));
        if self.step(out, call, judged).await.is_none() {
            return false;
        }
        if let Some(record) = self.records.get_mut(&person.object_id) {
            for change in changes {
                record.exported.set(&change.path, change.value);
            }
        }
        true
    }
}

/// The path of a User.
pub(super) fn user_path(id: &str) -> String {
    format!("/Users/{}", segment(id))
}

/// Judges a lookup: readable, at most one hit, and the right one; answers how many.
///
/// Source: Entra facts §5.
fn found(answer: &Answer, path: &str, value: &str) -> Result<usize, Verdict> {
    let (total, hits) = judge::list(answer)?;
    if total > 1 || hits.len() > 1 {
        return Err(wrong(format!(
            "{total} people have {path} {value}: DuplicateTargetEntries, nothing is written for \
             this person [§5]"
        )));
    }
    if total == 1 && hits.is_empty() {
        return Err(wrong("totalResults is 1, but Resources is empty"));
    }
    for hit in &hits {
        judge::user(hit)?;
        let shown = read(hit, path).unwrap_or(json!(null));
        if shown.as_str().is_none_or(|shown| shown.to_lowercase() != value.to_lowercase()) {
            return Err(wrong(format!(
                "asked for {path} {value}, found {shown}: the filter is not applied [§5]"
            )));
        }
    }
    Ok(hits.len())
}
