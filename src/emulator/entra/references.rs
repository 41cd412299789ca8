//! What points elsewhere: the manager, and app roles.

use reqwest::Method;
use serde_json::{Value, json};

use super::connector::Record;
use super::judge::{self, wrong};
use super::person::{ENTERPRISE, read};
use super::provision::user_path;
use super::{Dialect, Entra, Person, Role, body, patch};
use crate::emulator::transcript::{Outcome, Verdict};
use crate::emulator::wire::{Answer, Call, form, quoted};

/// How a manager is written.
///
/// Source: Entra facts §7.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManagerShape {
    /// Short path, an array with one object: the documentation.
    DocumentedArray,
    /// URN path, a bare string: what is seen.
    BareString,
}

/// How app roles are mapped.
///
/// Source: Entra facts §7.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleExpression {
    /// SingleAppRoleAssignment: one role, `Add roles` with a JSON string inside.
    Single,
    /// The same, arriving as `Replace roles[primary eq "True"].value`.
    SinglePath,
    /// AppRoleAssignmentsComplex: several roles as JSON strings; never removes.
    Complex,
    /// AssertiveAppRoleAssignmentsComplex: the full set as real objects.
    Assertive,
}

impl Entra {
    /// Writes the manager, once both people are known: a reference check, then Add, Replace, or Replace with
    /// an empty value when there is no manager any more.
    ///
    /// Source: Entra facts §5 (reference check; its spelling is unconfirmed), §7.4.
    pub async fn set_manager(
        &mut self,
        person: &Person,
        manager: Option<&Person>,
        shape: ManagerShape,
    ) -> Outcome {
        let Some(record) = self.in_scope(person) else {
            return Outcome::nothing(format!("{} is not managed, so nothing is sent", person.upn));
        };
        let target = match manager.map(|manager| self.id_of(manager).map(str::to_owned)) {
            Some(None) => return Outcome::nothing("the manager is out of scope and left out [§7.4]"),
            Some(Some(id)) => Some(id),
            None => None,
        };
        let mut out = Outcome::default();
        self.refer(&mut out, person, &record, target, shape).await;
        out
    }

    /// Writes a manager whose id is known already, or clears it.
    ///
    /// Source: Entra facts §5, §7.4.
    pub(super) async fn refer(
        &mut self,
        out: &mut Outcome,
        person: &Person,
        record: &Record,
        target: Option<String>,
        shape: ManagerShape,
    ) {
        if let Some(target) = &target {
            let filter = form(&format!("id eq {} and manager eq {}", quoted(&record.id), quoted(target)));
            let below = format!("/Users?filter={filter}&attributes=id");
            let call = Call::get(format!("does {} have this manager", person.upn), below, "Entra facts §5");
            let judged = |answer: &Answer| judge::list(answer).err().unwrap_or(Verdict::AsExpected);
            let Some(answer) = self.step(out, call, judged).await else {
                return;
            };
            if judge::list(&answer).is_ok_and(|(total, _)| total > 0) {
                out.note = Some("the reference is there already".to_owned());
                self.refers(person, Some(target.clone()));
                return;
            }
        }
        let mut operation = self.manager_operation(target.as_deref(), record.manager.is_some(), shape);
        if self.dialect == Dialect::Legacy {
            operation = patch::legacy(operation);
        }
        let step = format!("write the manager of {}", person.upn);
        let call =
            Call::with_body(Method::PATCH, step, user_path(&record.id), patch::message(vec![operation]))
                .expecting("200 or 204", "Entra facts §7.4");
        let judged = |answer: &Answer| judge::verdict(managed(answer, &record.id, target.as_deref()));
        if self.step(out, call, judged).await.is_some() {
            self.refers(person, target);
        }
    }

    fn refers(&mut self, person: &Person, target: Option<String>) {
        if let Some(record) = self.records.get_mut(&person.object_id) {
            record.manager = target;
        }
    }

    fn manager_operation(&self, target: Option<&str>, had_one: bool, shape: ManagerShape) -> Value {
        let path = format!("{ENTERPRISE}:manager");
        let Some(target) = target else {
            return json!({"op": patch::verb("replace", self.dialect), "path": path, "value": ""});
        };
        let verb = patch::verb(if had_one { "replace" } else { "add" }, self.dialect);
        match shape {
            ManagerShape::BareString => json!({"op": verb, "path": path, "value": target}),
            ManagerShape::DocumentedArray => {
                let reference = self.sender.address(&user_path(target));
                json!({"op": verb, "path": "manager", "value": [{"$ref": reference, "value": target}]})
            }
        }
    }

    /// Writes the app roles of a person.
    ///
    /// Source: Entra facts §7.5; with the flag PATCH has the objects of POST.
    pub async fn set_roles(&mut self, person: &Person, expression: RoleExpression) -> Outcome {
        let Some(record) = self.in_scope(person) else {
            return Outcome::nothing(format!("{} is not managed, so nothing is sent", person.upn));
        };
        let Some(operation) = self.role_operation(person, expression, self.dialect) else {
            return Outcome::nothing(format!(
                "{} has no role, and this expression never removes",
                person.upn
            ));
        };
        let mut out = Outcome::default();
        let step = format!("write the roles of {}", person.upn);
        let call =
            Call::with_body(Method::PATCH, step, user_path(&record.id), patch::message(vec![operation]))
                .expecting("200 or 204", "Entra facts §7.5");
        self.step(&mut out, call, |answer| judge::verdict(judge::patched(answer, &record.id, &[]))).await;
        out
    }

    /// The values that the job's own expression sends of a person's roles.
    pub(super) fn role_values(&self, person: &Person) -> Vec<String> {
        let most = match self.expression {
            RoleExpression::Single | RoleExpression::SinglePath => 1,
            RoleExpression::Complex | RoleExpression::Assertive => usize::MAX,
        };
        person.roles.iter().take(most).map(|role| role.value.clone()).collect()
    }

    /// The operation that a cycle adds when roles changed since they were last accepted.
    ///
    /// Source: Entra facts §7.5.
    pub(super) fn role_change(&self, person: &Person, record: &Record, dialect: Dialect) -> Option<Value> {
        let values = self.role_values(person);
        if record.roles.as_ref().map_or(values.is_empty(), |known| *known == values) {
            return None;
        }
        let operation = self.role_operation(person, self.expression, dialect)?;
        let wrapped = dialect == Dialect::Legacy && self.expression == RoleExpression::SinglePath;
        Some(if wrapped { patch::legacy(operation) } else { operation })
    }

    fn role_operation(&self, person: &Person, expression: RoleExpression, dialect: Dialect) -> Option<Value> {
        let add = patch::verb("add", dialect);
        if expression == RoleExpression::Assertive {
            return Some(json!({"op": "replace", "path": "roles", "value": body::roles(person, expression)}));
        }
        let first = person.roles.first()?;
        if expression == RoleExpression::SinglePath {
            let verb = patch::verb("replace", dialect);
            return Some(
                json!({"op": verb, "path": "roles[primary eq \"True\"].value", "value": first.value}),
            );
        }
        let most = if expression == RoleExpression::Single { 1 } else { usize::MAX };
        let value = match dialect {
            Dialect::Flag => body::roles(person, expression),
            Dialect::Plain | Dialect::Legacy => {
                person.roles.iter().take(most).map(|role| json!({"value": in_string(role)})).collect()
            }
        };
        Some(json!({"op": add, "path": "roles", "value": value}))
    }
}

/// A role as JSON inside a JSON string.
fn in_string(role: &Role) -> String {
    json!({"id": role.id, "value": role.value, "displayName": role.display}).to_string()
}

/// Source: Entra facts §7.4 (a manager that GET does not show is sent again every cycle; object form only).
fn managed(answer: &Answer, id: &str, target: Option<&str>) -> Result<(), Verdict> {
    judge::patched(answer, id, &[])?;
    let Some(body) = answer.json.as_ref() else {
        return Ok(());
    };
    let shown = read(body, &format!("{ENTERPRISE}:manager"));
    let value =
        shown.as_ref().and_then(|manager| manager.get("value")).and_then(Value::as_str).unwrap_or_default();
    if value == target.unwrap_or_default() {
        return Ok(());
    }
    Err(wrong(format!("the manager comes back as \"{value}\": it is sent again every cycle [§7.4]")))
}
