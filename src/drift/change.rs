//! What differs between two moments of Apollo's list.

use super::matching::key_of;
use super::teammate::Teammate;
use serde::Serialize;
use std::collections::BTreeMap;

/// One user who is not as before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `joined`, `left`, `deactivated`, `reactivated` or `changed`.
    pub what: &'static str,
    /// Apollo's id.
    pub apollo_id: String,
    /// What people call them: the later word for it.
    pub subject: String,
    /// The fields that differ.
    pub fields: Vec<Field>,
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Its name.
    pub field: &'static str,
    /// Before.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
}

/// Everybody who differs between two lists, by id.
pub fn changes(before: &[Teammate], after: &[Teammate]) -> Vec<Change> {
    let by_id = |list: &'_ [Teammate]| -> BTreeMap<String, Teammate> {
        list.iter().map(|one| (one.id.clone(), one.clone())).collect()
    };
    let (mut before, after) = (by_id(before), by_id(after));
    let mut all: BTreeMap<String, Change> = BTreeMap::new();
    for (id, now) in after {
        let change = match before.remove(&id) {
            None => Some(change("joined", &now, Vec::new())),
            Some(then) => {
                let fields = fields(&then, &now);
                let what = match (then.deleted, now.deleted) {
                    (false, true) => "deactivated",
                    (true, false) => "reactivated",
                    _ => "changed",
                };
                (what != "changed" || !fields.is_empty()).then(|| change(what, &now, fields))
            }
        };
        all.extend(change.map(|change| (id, change)));
    }
    for (id, then) in before {
        all.insert(id, change("left", &then, Vec::new()));
    }
    all.into_values().collect()
}

fn change(what: &'static str, teammate: &Teammate, fields: Vec<Field>) -> Change {
    let known = teammate.email.clone().or_else(|| teammate.name.clone());
    Change { what, apollo_id: teammate.id.clone(), subject: known.unwrap_or_default(), fields }
}

fn fields(then: &Teammate, now: &Teammate) -> Vec<Field> {
    let mut all = Vec::new();
    let same_mailbox = then.email.as_deref().map(key_of) == now.email.as_deref().map(key_of);
    let mut told = |field, before: Option<String>, after: Option<String>| {
        if before != after {
            all.push(Field { field, before, after });
        }
    };
    if !same_mailbox {
        told("address", then.email.clone(), now.email.clone());
    }
    told("first_name", then.first_name.clone(), now.first_name.clone());
    told("last_name", then.last_name.clone(), now.last_name.clone());
    told("title", then.title.clone(), now.title.clone());
    told("permission_set", then.permission_set_id.clone(), now.permission_set_id.clone());
    told("team", then.team_id.clone(), now.team_id.clone());
    told("address_asked_for", then.wants_email.clone(), now.wants_email.clone());
    let word = |value: Option<bool>| value.map(|value| value.to_string());
    told("sso_only", word(then.sso_only), word(now.sso_only));
    told("has_invited", word(then.has_invited), word(now.has_invited));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::matching::tests::teammate;

    /// C5: who joined, left, was deactivated or changed; nobody else.
    #[test]
    fn only_those_who_differ_are_told() {
        let ada = teammate("a", "ada@x.example");
        let same = teammate("b", "B@x.example");
        let lower = teammate("b", "b@x.example");
        let left = teammate("c", "c@x.example");
        let joined = teammate("d", "d@x.example");
        let dead = Teammate { deleted: true, ..teammate("a", "ada@x.example") };
        let titled = Teammate { title: Some("Lead".to_owned()), ..ada.clone() };
        let told = |before: &[Teammate], after: &[Teammate]| -> Vec<String> {
            let all = changes(before, after);
            all.iter().map(|one| format!("{} {} {}", one.what, one.apollo_id, one.fields.len())).collect()
        };
        assert_eq!(
            told(&[ada.clone(), same.clone(), left], &[lower, dead.clone(), joined]),
            ["deactivated a 0", "left c 0", "joined d 0"]
        );
        assert_eq!(told(std::slice::from_ref(&ada), &[titled]), ["changed a 1"]);
        assert_eq!(told(&[dead], std::slice::from_ref(&ada)), ["reactivated a 0"]);
        assert!(told(&[ada.clone(), same.clone()], &[same, ada]).is_empty());
    }
}
