//! What a directory says about somebody.

use super::address::{Address, UserName};

/// The rest of what the IdP sent, which no seat rule reads: compared, stored, returned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile(pub serde_json::Value);

/// Somebody a directory knows, with or without a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name the IdP looks them up by.
    pub user_name: UserName,
    /// The address a seat would be given to; absent when the IdP sent none that is one.
    pub address: Option<Address>,
    /// The IdP's own id, opaque.
    pub external_id: Option<String>,
    /// Everything else.
    pub profile: Profile,
}

impl Person {
    /// Whether both externalIds are there and differ: then it is somebody else (L5, L7).
    pub fn is_someone_else_than(&self, other: &Self) -> bool {
        match (&self.external_id, &other.external_id) {
            (Some(mine), Some(theirs)) => mine != theirs,
            _ => false,
        }
    }
}

/// A person with an address: only such a one can hold a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    person: Person,
    address: Address,
}

impl Holder {
    /// The person as a holder, or the person back when they have no address.
    pub fn new(person: Person) -> Result<Self, Box<Person>> {
        match person.address.clone() {
            Some(address) => Ok(Self { person, address }),
            None => Err(Box::new(person)),
        }
    }

    /// The address the seat is given to.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The person who holds it.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// The person, once the seat is gone.
    pub fn into_person(self) -> Person {
        self.person
    }
}
