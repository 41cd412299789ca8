//! What an IdP calls people: marks of SCIM that Apollo keeps beside a user.

use std::collections::{BTreeMap, HashMap};

/// Names by which an IdP finds people again.
#[derive(Debug, Clone, Default)]
pub struct Links {
    marks: BTreeMap<usize, Marks>,
    by_user_name: HashMap<String, usize>,
    by_external_id: HashMap<String, usize>,
}

#[derive(Debug, Clone, Default)]
struct Marks {
    /// Only where it is not the address.
    user_name: Option<String>,
    external_id: Option<String>,
}

impl Links {
    /// The user name of a person, where it is not the address.
    pub fn user_name(&self, index: usize) -> Option<&str> {
        self.marks.get(&index)?.user_name.as_deref()
    }

    /// The IdP's own id of a person.
    pub fn external_id(&self, index: usize) -> Option<&str> {
        self.marks.get(&index)?.external_id.as_deref()
    }

    /// Whether a person goes by another name than the address.
    pub fn renames(&self, index: usize) -> bool {
        self.user_name(index).is_some()
    }

    /// The person of a user name that is no address, without letter case.
    pub fn by_user_name(&self, name: &str) -> Option<usize> {
        self.by_user_name.get(&name.to_lowercase()).copied()
    }

    /// The person of an IdP's id.
    pub fn by_external_id(&self, id: &str) -> Option<usize> {
        self.by_external_id.get(id).copied()
    }

    /// Keeps what was sent about a person whose address is `email`; an empty id clears it.
    pub fn put(&mut self, index: usize, email: &str, user_name: Option<&str>, external_id: Option<&str>) {
        let mut marks = self.marks.get(&index).cloned().unwrap_or_default();
        self.forget(index);
        if let Some(name) = user_name {
            let other = name.to_lowercase() != email.to_lowercase();
            marks.user_name = other.then(|| name.to_owned());
        }
        if let Some(id) = external_id {
            marks.external_id = Some(id.to_owned()).filter(|id| !id.is_empty());
        }
        if let Some(name) = &marks.user_name {
            self.by_user_name.insert(name.to_lowercase(), index);
        }
        if let Some(id) = &marks.external_id {
            self.by_external_id.insert(id.clone(), index);
        }
        self.marks.insert(index, marks);
    }

    /// Forgets a person.
    pub fn forget(&mut self, index: usize) {
        let Some(marks) = self.marks.remove(&index) else { return };
        marks.user_name.map(|name| self.by_user_name.remove(&name.to_lowercase()));
        marks.external_id.map(|id| self.by_external_id.remove(&id));
    }
}
