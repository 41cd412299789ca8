//! Records of one kind by number: the first so many are invented when looked at, and only what was made or
//! changed is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::people::People;
use super::random::{id, index_of};

/// What invented records are made from.
#[derive(Debug)]
pub struct Soil {
    /// Where all of it comes from.
    pub seed: u64,
    /// The workspace's id.
    pub team_id: String,
    /// The database.
    pub people: People,
    /// Teammates who own records in turn.
    pub owners: Vec<String>,
}

impl Soil {
    /// The owner of record number `index`, if anybody is there.
    pub fn owner(&self, index: usize) -> Option<&str> {
        self.owners.get(index % self.owners.len().max(1)).map(String::as_str)
    }
}

/// Makes the record of a number.
pub type Invent = fn(&Soil, usize) -> Value;

/// All records of one kind.
pub struct Shelf {
    soil: Arc<Soil>,
    kind: u16,
    invented: usize,
    /// Only every so manieth number below `invented` exists.
    stride: usize,
    next: usize,
    changed: BTreeMap<usize, Map<String, Value>>,
    invent: Invent,
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Shelf").field("kind", &self.kind).field("next", &self.next).finish_non_exhaustive()
    }
}

impl Shelf {
    /// A shelf with so many invented records.
    pub fn new(soil: &Arc<Soil>, kind: u16, invented: usize, invent: Invent) -> Shelf {
        Shelf::with_gaps(soil, kind, invented, 1, invent)
    }

    /// The same where only the multiples of `stride` exist below `invented`.
    pub fn with_gaps(soil: &Arc<Soil>, kind: u16, invented: usize, stride: usize, invent: Invent) -> Shelf {
        let stride = stride.max(1);
        Shelf {
            soil: Arc::clone(soil),
            kind,
            invented,
            stride,
            next: invented,
            changed: BTreeMap::new(),
            invent,
        }
    }

    /// The id of a number.
    pub fn id(&self, index: usize) -> String {
        id(self.soil.seed, self.kind, index)
    }

    /// The record of a number.
    pub fn get(&self, index: usize) -> Option<Map<String, Value>> {
        if let Some(record) = self.changed.get(&index) {
            return Some(record.clone());
        }
        let there = index < self.invented && index.is_multiple_of(self.stride);
        there.then(|| self.whole((self.invent)(&self.soil, index), index))
    }

    /// The record of an id.
    pub fn find(&self, id: &str) -> Option<(usize, Map<String, Value>)> {
        let index = index_of(self.soil.seed, self.kind, id)?;
        self.get(index).map(|record| (index, record))
    }

    /// All records, oldest first.
    pub fn all(&self) -> impl Iterator<Item = Map<String, Value>> + '_ {
        (0..self.next).filter_map(|index| self.get(index))
    }

    /// A new record: a blank one with the sent members over it; answers its number.
    pub fn add(&mut self, sent: &Map<String, Value>, owner: Option<&str>, at: &str) -> usize {
        let index = self.next;
        self.next += 1;
        let mut made = self.whole((self.invent)(&self.soil, usize::MAX), index);
        for owned in ["owner_id", "creator_id", "user_id"] {
            if made.contains_key(owned) {
                made.insert(owned.to_owned(), owner.into());
            }
        }
        if made.contains_key("created_at") {
            made.insert("created_at".to_owned(), at.into());
        }
        write(&mut made, sent);
        self.changed.insert(index, made);
        index
    }

    /// Writes the sent members over a record, and answers how it is now.
    pub fn amend(&mut self, index: usize, sent: &Map<String, Value>) -> Option<Map<String, Value>> {
        let mut record = self.get(index)?;
        write(&mut record, sent);
        self.changed.insert(index, record.clone());
        Some(record)
    }

    fn whole(&self, made: Value, index: usize) -> Map<String, Value> {
        let mut record = match made {
            Value::Object(record) => record,
            _ => Map::new(),
        };
        record.insert("id".to_owned(), self.id(index).into());
        record
    }
}

/// Members that a record has are taken as sent, an empty text as null; its id stays, and what it does not
/// know is ignored, as Rails does (unconfirmed).
fn write(record: &mut Map<String, Value>, sent: &Map<String, Value>) {
    for (name, value) in sent.iter().filter(|(name, _)| !matches!(name.as_str(), "id" | "team_id")) {
        if let Some(member) = record.get_mut(name) {
            *member = if value == "" { Value::Null } else { value.clone() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::kind;
    use super::*;
    use serde_json::json;

    #[test]
    fn records_are_invented_made_and_changed() {
        let soil =
            Soil { seed: 1, team_id: "t".into(), people: People::new(1, 10), owners: vec!["me".into()] };
        let invent: Invent = |soil, index| json!({"id": null, "owner_id": soil.owner(0), "n": index % 7});
        let mut shelf = Shelf::with_gaps(&Arc::new(soil), kind::TASK, 11, 5, invent);
        assert_eq!(shelf.all().count(), 3);
        let sent = json!({"n": "", "id": "mine", "other": 1}).as_object().cloned().unwrap_or_default();
        let made = shelf.add(&sent, Some("you"), "now");
        let record = shelf.get(made).unwrap_or_default();
        assert_eq!(record["owner_id"], "you");
        assert!(record["n"].is_null() && record["id"] != "mine" && !record.contains_key("other"));
        assert!(shelf.get(1).is_none() && shelf.amend(5, &sent).is_some_and(|now| now["n"].is_null()));
    }
}
