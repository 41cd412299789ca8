//! Entra's dialect: text for booleans, JSON in strings, odd URNs, and a manager in every shape.

use serde_json::{Map, Value, json};

use super::dialect::{BearerForm, Dialect, IdLabels, Pause};
use super::manager::manager;
use super::note::{Note, Notes, Read, Translated};
use super::patch::{Operation, operations, put};
use super::role::{role, role_value, roles};
use super::spelling::{ENTERPRISE, Kind, Schema, Spelt, compared_values, enterprise_kind, plain_booleans};
use super::value::{boolean, element, list, member, unwrapped, without_nulls};
use super::words::Act;

/// Source: Entra: SCIM endpoint guide, compliance issues, field reports (facts sheet §13 numbers the quirks).
///
/// One dialect for all its jobs: what an on-demand run sends ignores the compliance flag of the same
/// directory.
pub(super) struct Entra;

impl Dialect for Entra {
    fn read_user(&self, body: Value) -> Translated {
        let mut notes = Notes::default();
        let value = match body {
            Value::Object(members) => user(members, &mut notes),
            other => other,
        };
        if is_soft_deleted(value.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value)))
        {
            notes.add(Note::SoftDeletedName);
        }
        notes.with(value)
    }

    fn read_patch(&self, body: Value) -> Translated {
        let mut notes = Notes::default();
        let value = operations(body, |one| operation(one, &mut notes));
        let sent = value.as_object().and_then(|body| member(body, "Operations")).and_then(Value::as_array);
        if is_soft_deleted(sent.into_iter().flatten().flat_map(assignments)) {
            notes.add(Note::SoftDeletedName);
        }
        notes.with(value)
    }

    fn read_filter(&self, raw: &str) -> Read<String> {
        let mut notes = Notes::default();
        let mut filter = raw.to_owned();
        if let Some(plain) = plain_booleans(&filter) {
            notes.add(Note::FilterBooleanAsString);
            filter = plain;
        }
        if let Some(named) = compared_values(&filter) {
            notes.add(Note::FilterWithoutPart);
            filter = named;
        }
        notes.with(filter)
    }

    /// A manager that is no object stops Entra at the matching step for good; a wrong `active` is read as
    /// enabled.
    fn shape_user(&self, resource: Value) -> Value {
        let Value::Object(mut user) = resource else {
            return resource;
        };
        if let Some(active) = user.get_mut("active") {
            *active = boolean(active.take(), Note::ActiveAsString, &mut Notes::default());
        }
        if let Some(Value::Object(extension)) = user.get_mut(ENTERPRISE) {
            if let Some(held) = extension.get_mut("manager") {
                *held = manager(held.take(), &mut Notes::default());
            }
            extension.retain(|key, value| key != "manager" || value.is_object());
        }
        Value::Object(user)
    }

    /// `externalId` is mailNickname by default: neither stable nor unique.
    fn external_id_is_stable(&self) -> bool {
        false
    }

    fn bearer_forms(&self) -> &'static [BearerForm] {
        &[BearerForm::Prefixed]
    }

    fn groups_off_hint(&self) -> &'static str {
        "Seats belong to users; groups are not stored. In Entra open Enterprise applications > this app > \
         Provisioning > Mappings > Provision Microsoft Entra ID Groups and set Enabled to No. Assigning the \
         app to a group keeps working."
    }

    fn deactivation_hint(&self) -> &'static str {
        "in Entra see that `active` is mapped and that Target Object Actions include Update"
    }

    fn retry_hint(&self) -> &'static str {
        "wait for Entra, which tries again by itself and ever more rarely, or use Provision on demand there"
    }

    /// Entra tries again what was answered with 503 in the next cycle, and it is no fault of the job; it has
    /// quarantined jobs for 429 (facts §10).
    fn pause(&self) -> Pause {
        Pause { status: 503, retry_seconds: 600 }
    }

    fn id_labels(&self) -> IdLabels {
        IdLabels { ours: "id (target id in Entra)", theirs: "externalId (as mapped in Entra)" }
    }

    fn log_word(&self, act: Act) -> &'static str {
        act.in_entra()
    }
}

/// The name under which Entra keeps a soft-deleted person, without the 32 hexadecimal digits in front of it.
///
/// For notes only: the name is stored as it was sent.
pub fn soft_deleted_name(user_name: &str) -> Option<&str> {
    let (mark, name) = user_name.split_at_checked(32)?;
    let (local, domain) = name.split_once('@')?;
    let marked = mark.bytes().all(|byte| byte.is_ascii_hexdigit());
    (marked && !local.is_empty() && !domain.is_empty()).then_some(name)
}

/// Whether the last name and the last `active` together are those of a soft-deleted person.
fn is_soft_deleted<'a>(assigned: impl Iterator<Item = (&'a str, &'a Value)>) -> bool {
    let (mut marked, mut inactive) = (false, false);
    for (attribute, value) in assigned {
        let spelt = Spelt::of(attribute);
        if spelt.names("userName") {
            marked = value.as_str().and_then(soft_deleted_name).is_some();
        } else if spelt.names("active") {
            inactive = value == &Value::Bool(false);
        }
    }
    marked && inactive
}

/// What one canonical operation sets: its path, or each member of its value.
fn assignments(operation: &Value) -> Vec<(&str, &Value)> {
    match (operation.get("path").and_then(Value::as_str), operation.get("value")) {
        (Some(path), Some(value)) => vec![(path, value)],
        (None, Some(Value::Object(members))) => {
            members.iter().map(|(key, value)| (key.as_str(), value)).collect()
        }
        _ => vec![],
    }
}

/// A whole resource: null is absent, and extension attributes stand in the extension.
fn user(members: Map<String, Value>, notes: &mut Notes) -> Value {
    let mut user = Map::new();
    for (key, value) in members {
        let spelt = Spelt::of(&key);
        if let Some(note) = left_out(&spelt) {
            notes.add(note);
        } else if value.is_null() {
            notes.add(Note::NullDropped);
        } else {
            let (key, value) = placed(&spelt, value, notes);
            put(&mut user, key, value);
        }
    }
    if let Some(extension) = user.get_mut(ENTERPRISE) {
        *extension = attribute(&Spelt::of(ENTERPRISE), extension.take(), notes);
    }
    spell_schemas(&mut user, notes);
    without_nulls(Value::Object(user), notes)
}

/// Entitlements are no part of the service; some admins map role expressions to them all the same.
fn left_out(spelt: &Spelt<'_>) -> Option<Note> {
    spelt.left_out().or(spelt.names("entitlements").then_some(Note::EntitlementsIgnored))
}

/// Where a member of a whole resource belongs. The extension is read later, once it is complete.
fn placed(spelt: &Spelt<'_>, value: Value, notes: &mut Notes) -> (String, Value) {
    let in_extension = spelt.kind == Kind::Manager || spelt.schema == Schema::Enterprise;
    match (in_extension, spelt.kind) {
        (true, Kind::Extension) => {
            spelt.canonical(notes);
            (ENTERPRISE.to_owned(), value)
        }
        (true, _) if spelt.filter.is_none() && !spelt.attribute.is_empty() => {
            notes.add(if spelt.schema == Schema::Core { Note::ManagerShortPath } else { Note::UrnSpelling });
            let value = match spelt.sub {
                Some(sub) => json!({ sub: value }),
                None => value,
            };
            (ENTERPRISE.to_owned(), json!({ spelt.attribute: value }))
        }
        _ => (spelt.to_text(), attribute(spelt, value, notes)),
    }
}

/// Misspelt URNs in `schemas` are put right, and the extension is listed where it is used.
fn spell_schemas(user: &mut Map<String, Value>, notes: &mut Notes) {
    let extended = user.contains_key(ENTERPRISE);
    let listed = user.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case("schemas"));
    let Some((_, Value::Array(urns))) = listed else {
        return;
    };
    for urn in urns.iter_mut() {
        let usual =
            urn.as_str().map(Spelt::of).filter(Spelt::is_misspelt_urn).map(|spelt| spelt.canonical(notes));
        *urn = usual.map_or_else(|| urn.take(), Value::String);
    }
    let names_it = |urn: &Value| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(ENTERPRISE));
    if extended && !urns.iter().any(names_it) {
        urns.push(Value::String(ENTERPRISE.to_owned()));
    }
}

fn operation(mut operation: Operation, notes: &mut Notes) -> Option<Operation> {
    operation.lower_verb(notes);
    match operation.path.take() {
        Some(Value::String(path)) => at_path(operation, &Spelt::of(&path), notes),
        None => {
            operation.read_members(|spelt, value| match left_out(&spelt) {
                Some(note) => {
                    notes.add(note);
                    None
                }
                None => {
                    let value = attribute(&spelt, value, notes);
                    Some((spelt.canonical(notes), value))
                }
            });
            Some(operation)
        }
        odd => {
            operation.path = odd;
            Some(operation)
        }
    }
}

fn at_path(mut operation: Operation, spelt: &Spelt<'_>, notes: &mut Notes) -> Option<Operation> {
    if let Some(note) = left_out(spelt).filter(|note| *note != Note::ServerOwnedDropped) {
        notes.add(note);
        return None;
    }
    operation.path = Some(Value::String(spelt.canonical(notes)));
    if operation.is("remove") && spelt.says_what_goes() {
        if operation.value.take().is_some_and(|value| !value.is_null()) {
            notes.add(Note::RemoveValueIgnored);
        }
        return Some(operation);
    }
    if operation.is("add") && spelt.holds_one_value() {
        operation.set_verb("replace");
        notes.add(Note::AddOnSingleValue);
    }
    operation.value = operation.value.map(|value| attribute(spelt, value, notes));
    if spelt.kind == Kind::Manager && spelt.sub.is_none() && operation.value == Some(Value::Null) {
        operation.set_verb("remove");
        operation.value = None;
    }
    Some(operation)
}

/// The value of an attribute, or of a part of it, in its canonical form.
fn attribute(spelt: &Spelt<'_>, value: Value, notes: &mut Notes) -> Value {
    match (spelt.kind, spelt.sub) {
        (Kind::Active, None) => {
            let value = unwrapped(value, notes);
            boolean(value, Note::ActiveAsString, notes)
        }
        (Kind::Text, None) | (Kind::Name | Kind::Manager, Some(_)) => unwrapped(value, notes),
        (Kind::Name, None) => each_member(value, |_, value| unwrapped(value, notes)),
        (Kind::List, None) => list(value, notes),
        (Kind::Roles, None) if spelt.filter.is_some() => {
            let value = element(value, notes);
            role(value, notes)
        }
        (Kind::Roles, None) => roles(value, notes),
        (Kind::List | Kind::Roles, Some(sub)) => {
            let value = unwrapped(value, notes);
            part_of_element(spelt.kind, sub, value, notes)
        }
        (Kind::Manager, None) => manager(value, notes),
        (Kind::Extension, _) => each_member(value, |name, value| match enterprise_kind(name) {
            Kind::Manager => manager(value, notes),
            Kind::Text => unwrapped(value, notes),
            _ => value,
        }),
        (Kind::Active | Kind::Text, Some(_)) | (Kind::Unknown, _) => value,
    }
}

fn part_of_element(kind: Kind, sub: &str, value: Value, notes: &mut Notes) -> Value {
    match kind {
        _ if sub.eq_ignore_ascii_case("primary") => boolean(value, Note::PrimaryAsString, notes),
        Kind::Roles if sub.eq_ignore_ascii_case("value") => role_value(value, notes),
        _ => value,
    }
}

fn each_member(value: Value, mut read: impl FnMut(&str, Value) -> Value) -> Value {
    let Value::Object(members) = value else {
        return value;
    };
    let each = members.into_iter().map(|(key, value)| {
        let value = read(&key, value);
        (key, value)
    });
    Value::Object(each.collect())
}

#[cfg(test)]
mod tests;
