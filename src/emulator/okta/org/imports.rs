//! What an import makes of the list it read.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::emulator::okta::judge::text;

/// The figures of an import, as the Import tab shows them.
///
/// Source: Okta facts §5.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Report {
    /// Users listed, inactive ones too.
    pub(super) scanned: usize,
    /// Active Users not seen before.
    pub(super) new: usize,
    /// Active Users that read differently now.
    pub(super) updated: usize,
    /// Active Users that read as before.
    pub(super) unchanged: usize,
    /// Users seen before that are gone, or inactive now.
    pub(super) removed: usize,
    /// Why the import was given up; nothing of it counts then.
    pub(super) stopped: Option<String>,
}

/// The Users of the last import that went through, by id.
#[derive(Debug, Clone, Default)]
pub(super) struct Imported {
    users: BTreeMap<String, Value>,
}

impl Imported {
    /// Compares `listed` with the last import and takes its place, unless too many are gone.
    ///
    /// Source: Okta facts §5 (inactive Users are listed and not pulled in; the safeguard).
    pub(super) fn take(&mut self, listed: &[Value], safeguard_percent: u8) -> Report {
        let active = |user: &&Value| user.get("active") == Some(&Value::Bool(true));
        let key = |user: &Value| (text(user, "id").to_owned(), without_times(user));
        let now: BTreeMap<String, Value> = listed.iter().filter(active).map(key).collect();
        let mut report = Report { scanned: listed.len(), ..Report::default() };
        for (id, user) in &now {
            match self.users.get(id) {
                None => report.new += 1,
                Some(before) if before == user => report.unchanged += 1,
                Some(_) => report.updated += 1,
            }
        }
        report.removed = self.users.keys().filter(|id| !now.contains_key(*id)).count();
        if report.removed * 100 > self.users.len() * usize::from(safeguard_percent) {
            report.stopped = Some(format!(
                "the import safeguard: {} of {} people would be removed, more than {safeguard_percent} %",
                report.removed,
                self.users.len()
            ));
            return report;
        }
        self.users = now;
        report
    }
}

/// The User without what changes by itself.
fn without_times(user: &Value) -> Value {
    let mut user = user.clone();
    if let Some(members) = user.as_object_mut() {
        members.remove("meta");
    }
    user
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn person(id: u32, title: &str, active: bool) -> Value {
        json!({"id": format!("s{id}"), "title": title, "active": active, "meta": {"version": title}})
    }

    /// Okta facts §5: inactive people are scanned and not pulled in; who vanishes counts as removed.
    #[test]
    fn an_import_counts_what_is_new_changed_and_gone() {
        let mut imported = Imported::default();
        let first: Vec<Value> = (0..10).map(|n| person(n, "a", n != 9)).collect();
        let report = imported.take(&first, 20);
        assert_eq!((report.scanned, report.new, report.removed), (10, 9, 0));
        let second: Vec<Value> = (1..10).map(|n| person(n, if n < 3 { "b" } else { "a" }, true)).collect();
        let report = imported.take(&second, 20);
        assert_eq!((report.new, report.updated, report.unchanged, report.removed), (1, 2, 6, 1));
        assert_eq!(report.stopped, None);
    }

    /// Okta facts §5: more than a fifth gone, and the import is not believed.
    #[test]
    fn a_list_that_lost_too_many_is_not_believed() {
        let mut imported = Imported::default();
        let all: Vec<Value> = (0..10).map(|n| person(n, "a", true)).collect();
        imported.take(&all, 20);
        let short = imported.take(&all[..7], 20);
        assert!(short.stopped.is_some_and(|why| why.contains("3 of 10")));
        assert_eq!(imported.take(&all[..8], 20).stopped, None, "a fifth is allowed");
    }
}
