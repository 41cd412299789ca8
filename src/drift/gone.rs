//! When somebody is no longer at Apollo: after two complete runs in a row without them (C2).

use super::teammate::Teammate;
use std::collections::{BTreeMap, BTreeSet};

/// A user the last complete runs knew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// As last listed.
    pub teammate: Teammate,
    /// The complete run that missed them first, if the last one did.
    pub missed: Option<i64>,
}

/// What a complete run makes of what was known before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Believed {
    /// Everybody to compare with, by id: those listed, and those missing for the first time.
    pub teammates: Vec<Teammate>,
    /// Never seen before, or changed.
    pub news: Vec<Teammate>,
    /// Ids of those among `news` who were known as something else until now.
    pub changed: Vec<String>,
    /// Missing for the first time: not believed yet.
    pub missing: Vec<String>,
    /// Listed again after one run without them.
    pub back: Vec<String>,
    /// Missing a second time: gone.
    pub gone: Vec<String>,
}

/// Judges one complete list.
///
/// Invariant: neither the order of `known` nor that of `listed` matters.
pub fn believe(known: &[Known], listed: Vec<Teammate>) -> Believed {
    let mut before: BTreeMap<&str, &Known> =
        known.iter().map(|one| (one.teammate.id.as_str(), one)).collect();
    let mut believed = Believed::default();
    let listed: BTreeMap<String, Teammate> =
        listed.into_iter().map(|teammate| (teammate.id.clone(), teammate)).collect();
    let mut ids: BTreeSet<&str> = BTreeSet::new();
    for (id, teammate) in &listed {
        ids.insert(id);
        match before.remove(id.as_str()) {
            Some(known) => {
                if known.missed.is_some() {
                    believed.back.push(id.clone());
                }
                if known.teammate != *teammate {
                    believed.changed.push(id.clone());
                    believed.news.push(teammate.clone());
                }
            }
            None => believed.news.push(teammate.clone()),
        }
    }
    for (id, known) in before {
        if known.missed.is_some() {
            believed.gone.push(id.to_owned());
        } else {
            believed.missing.push(id.to_owned());
            believed.teammates.push(known.teammate.clone());
        }
    }
    believed.teammates.extend(listed.into_values());
    believed.teammates.sort_by(|left, right| left.id.cmp(&right.id));
    believed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::matching::tests::teammate;

    fn known(id: &str, missed: Option<i64>) -> Known {
        Known { teammate: teammate(id, &format!("{id}@x.example")), missed }
    }

    fn listed(ids: &[&str]) -> Vec<Teammate> {
        ids.iter().map(|id| known(id, None).teammate).collect()
    }

    fn ids(believed: &Believed) -> Vec<&str> {
        believed.teammates.iter().map(|one| one.id.as_str()).collect()
    }

    /// C2: "gone" needs two complete runs; after the first one everything is as it was.
    #[test]
    fn gone_needs_two_complete_runs() {
        let first = believe(&[known("a", None), known("b", None)], listed(&["a"]));
        assert_eq!(
            (ids(&first), &first.missing[..], first.gone.len()),
            (vec!["a", "b"], &["b".to_owned()][..], 0)
        );
        let second = believe(&[known("a", None), known("b", Some(7))], listed(&["a"]));
        assert_eq!((ids(&second), &second.gone[..]), (vec!["a"], &["b".to_owned()][..]));
        let back = believe(&[known("a", None), known("b", Some(7))], listed(&["b", "a"]));
        assert_eq!((ids(&back), &back.back[..]), (vec!["a", "b"], &["b".to_owned()][..]));
        assert!(back.news.is_empty() && back.gone.is_empty() && back.missing.is_empty());
    }

    /// C2: a run in which nobody changed has nothing to write.
    #[test]
    fn nobody_changed_is_nothing_to_write() {
        let same = believe(&[known("a", None), known("b", None)], listed(&["b", "a"]));
        assert_eq!(Believed { teammates: vec![], ..same }, Believed::default());
        let mut moved = listed(&["a"]);
        moved[0].email = Some("new@x.example".to_owned());
        let changed = believe(&[known("a", None)], moved);
        assert_eq!((changed.changed.len(), changed.news.len()), (1, 1));
    }
}
