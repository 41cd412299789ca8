//! Saved contacts: invented ones are made when looked at, so that 50,000 cost nothing; only what was created
//! or changed is kept. Source: Apollo facts §4.7, §9 (scale data).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::contact_record as record;
use super::people::{People, Person};
use super::random::{id, index_of, kind};
use super::time;

/// All contacts of the workspace.
#[derive(Debug)]
pub struct Contacts {
    seed: u64,
    people: People,
    /// The first so many people are saved from the start.
    invented: usize,
    next: usize,
    changed: BTreeMap<usize, Map<String, Value>>,
    deleted: BTreeSet<usize>,
    by_email: HashMap<String, usize>,
    /// Teammates of the first hour, who own the invented contacts in turn.
    owners: Vec<String>,
}

/// What became of a contact id.
#[derive(Debug)]
pub enum Found {
    /// Its number and record.
    Contact(usize, Map<String, Value>),
    /// It was deleted.
    Deleted,
    /// There never was one.
    Unknown,
}

/// What a search asks for; empty parts match everything.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Words that must all occur in name, title, employer or address.
    pub words: String,
    /// Stage ids, any of them.
    pub stages: Vec<String>,
    /// Label ids, any of them.
    pub labels: Vec<String>,
}

impl Contacts {
    /// The first `invented` people saved as contacts, owned by `owners` in turn.
    pub fn new(seed: u64, people: People, invented: usize, owners: Vec<String>) -> Contacts {
        Contacts {
            seed,
            people,
            invented,
            next: invented,
            changed: BTreeMap::new(),
            deleted: BTreeSet::new(),
            by_email: HashMap::new(),
            owners,
        }
    }

    /// The id of contact number `index`.
    pub fn id(&self, index: usize) -> String {
        id(self.seed, kind::CONTACT, index)
    }

    /// Looks an id up.
    pub fn find(&self, id: &str) -> Found {
        match index_of(self.seed, kind::CONTACT, id) {
            Some(index) if self.deleted.contains(&index) => Found::Deleted,
            Some(index) => self.get(index).map_or(Found::Unknown, |record| Found::Contact(index, record)),
            None => Found::Unknown,
        }
    }

    /// The record of contact number `index`, if it exists.
    pub fn get(&self, index: usize) -> Option<Map<String, Value>> {
        if self.deleted.contains(&index) {
            return None;
        }
        if let Some(record) = self.changed.get(&index) {
            return Some(record.clone());
        }
        (index < self.invented).then(|| self.invent(index))
    }

    /// The contact that a person of the database was saved as.
    pub fn of_person(&self, person: &Person) -> Option<usize> {
        let saved = person.index < self.invented && !self.deleted.contains(&person.index);
        let by_email = || person.email.as_deref().and_then(|email| self.by_email(email));
        saved.then_some(person.index).or_else(by_email)
    }

    /// The contact of an address, without letter case.
    pub fn by_email(&self, email: &str) -> Option<usize> {
        let email = email.trim().to_lowercase();
        let untouched = |person: &Person| {
            let index = person.index;
            let kept =
                index < self.invented && !self.changed.contains_key(&index) && !self.deleted.contains(&index);
            kept && person.email.as_deref() == Some(email.as_str())
        };
        let invented = || self.people.by_email(&email).filter(untouched).map(|person| person.index);
        self.by_email.get(&email).copied().or_else(invented)
    }

    /// A new contact with the sent fields, owned and made as said; answers its number.
    pub fn create(
        &mut self,
        sent: &Map<String, Value>,
        owner: Option<&str>,
        creator: Option<&str>,
        now_ms: u64,
    ) -> usize {
        let index = self.next;
        self.next += 1;
        let mut made = record::blank(&self.id(index), owner, creator, &record::stage(self.seed, 0), now_ms);
        record::amend(&mut made, sent, now_ms);
        self.put(index, made);
        index
    }

    /// Keeps a record as it now is.
    pub fn put(&mut self, index: usize, record: Map<String, Value>) {
        if let Some(before) = self.changed.get(&index) {
            self.by_email.remove(&record::text(before, "email").to_lowercase());
        }
        let email = record::text(&record, "email").to_lowercase();
        if !email.is_empty() {
            self.by_email.insert(email, index);
        }
        self.changed.insert(index, record);
    }

    /// Deletes a contact, as a person in Apollo's own pages would; answers whether it was there.
    pub fn delete(&mut self, id: &str) -> bool {
        let Found::Contact(index, record) = self.find(id) else {
            return false;
        };
        self.by_email.remove(&record::text(&record, "email").to_lowercase());
        self.changed.remove(&index);
        self.deleted.insert(index)
    }

    /// The numbers of all contacts a search finds, in order of creation.
    pub fn search(&self, wanted: &Wanted) -> Vec<usize> {
        (0..self.next).filter(|index| !self.deleted.contains(index) && self.matches(*index, wanted)).collect()
    }

    fn matches(&self, index: usize, wanted: &Wanted) -> bool {
        let changed = self.changed.get(&index);
        let stage_fits = wanted.stages.is_empty() || {
            let stage = changed.map(|record| record::text(record, "contact_stage_id").to_owned());
            wanted.stages.contains(&stage.unwrap_or_else(|| self.stage_of_invented(index)))
        };
        let labels = || changed.and_then(|record| record.get("label_ids")).and_then(Value::as_array);
        let carries = |label: &String| labels().is_some_and(|ids| ids.iter().any(|id| id == label.as_str()));
        let label_fits = wanted.labels.is_empty() || wanted.labels.iter().any(carries);
        stage_fits && label_fits && (wanted.words.is_empty() || self.mentions(index, changed, &wanted.words))
    }

    fn mentions(&self, index: usize, changed: Option<&Map<String, Value>>, words: &str) -> bool {
        let text = match changed {
            Some(record) => ["name", "title", "organization_name", "email"]
                .map(|name| record::text(record, name))
                .join(" "),
            None => {
                let person = self.people.get(index);
                let employer = self.people.employer(&person).name;
                [person.name(), person.title.into(), employer, person.email.unwrap_or_default()].join(" ")
            }
        };
        let text = text.to_lowercase();
        words.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }

    fn stage_of_invented(&self, index: usize) -> String {
        record::stage(self.seed, index % 3)
    }

    fn invent(&self, index: usize) -> Map<String, Value> {
        let person = self.people.get(index);
        let owner = self.owners.get(index % self.owners.len().max(1)).map(String::as_str);
        let stage = self.stage_of_invented(index);
        let made_ms = time::day(400 + index as u64 % 500);
        let mut made = record::blank(&self.id(index), owner, owner, &stage, made_ms);
        record::fill(&mut made, &person, &self.people.employer(&person));
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn contacts(count: usize) -> Contacts {
        Contacts::new(1, People::new(1, count * 2), count, vec!["owner".into()])
    }

    fn fields(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn what_is_created_is_found_by_id_address_and_word() {
        let mut all = contacts(10);
        let sent =
            fields(json!({"first_name": "Ada", "email": "Ada@new.example", "mobile_phone": "+1 (555) 01"}));
        let index = all.create(&sent, Some("me"), Some("me"), 0);
        let made = all.get(index).unwrap_or_default();
        assert_eq!((&made["name"], &made["sanitized_phone"]), (&json!("Ada"), &json!("+155501")));
        assert_eq!(all.by_email("ada@NEW.example"), Some(index));
        assert_eq!(all.search(&Wanted { words: "ada new.example".into(), ..Wanted::default() }), [index]);
    }

    #[test]
    fn a_changed_address_frees_the_old_one() {
        let mut all = contacts(10);
        let before = all.get(0).unwrap_or_default();
        let old = record::text(&before, "email").to_owned();
        let mut after = before.clone();
        record::amend(&mut after, &fields(json!({"email": "other@new.example"})), 0);
        all.put(0, after);
        assert_eq!((all.by_email(&old), all.by_email("other@new.example")), (None, Some(0)));
    }

    #[test]
    fn fifty_thousand_are_searched_and_counted() {
        let all = contacts(50_000);
        assert_eq!(all.search(&Wanted::default()).len(), 50_000);
        let stage = Wanted { stages: vec![record::stage(1, 1)], ..Wanted::default() };
        assert_eq!(all.search(&stage).len(), 16_667);
    }

    #[test]
    fn a_deleted_contact_is_known_to_be_deleted() {
        let mut all = contacts(3);
        let id = all.id(1);
        assert!(all.delete(&id) && !all.delete(&id));
        assert!(matches!(all.find(&id), Found::Deleted));
    }
}
