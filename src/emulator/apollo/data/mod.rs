//! The workspace behind the answers: everything here is invented from a seed, and kept while the emulator
//! runs.

pub mod contact_record;
pub mod contacts;
pub mod deals;
pub mod names;
pub mod organizations;
pub mod people;
pub mod random;
pub mod sequences;
pub mod time;
pub mod users;
pub mod webhooks;

use serde_json::{Value, json};

use contacts::Contacts;
use deals::Deals;
use people::People;
use random::{Random, id, kind};
use sequences::{Mailbox, Sequence};
use users::{ADMIN_PROFILE, User};
use webhooks::WebhookRequest;

/// Credits of a fresh cycle.
const CREDITS: u64 = 50_000;

/// One Apollo workspace.
#[derive(Debug)]
pub struct World {
    /// Where all of it comes from.
    pub seed: u64,
    /// The workspace's id.
    pub team_id: String,
    /// Teammates, in the order Apollo lists them.
    pub users: Vec<User>,
    /// The database of people.
    pub people: People,
    /// Saved contacts.
    pub contacts: Contacts,
    /// Deals.
    pub deals: Deals,
    /// Sequences.
    pub sequences: Vec<Sequence>,
    /// Connected mailboxes.
    pub mailboxes: Vec<Mailbox>,
    /// Names of labels, in order of creation.
    pub labels: Vec<String>,
    /// The credit ledger.
    pub credits: Credits,
    /// Deliveries asked for.
    pub webhooks: Vec<WebhookRequest>,
    random: Random,
    next_user: usize,
}

/// Credits, counted in halves because a credit can be shared. Source: Apollo facts §1.8, §5.4.
#[derive(Debug, Clone, Copy)]
pub struct Credits {
    /// Credits of the cycle.
    pub limit: u64,
    /// Half credits used.
    pub used_halves: u64,
}

impl Credits {
    /// Whole and half credits used.
    pub fn used(self) -> f64 {
        self.used_halves as f64 / 2.0
    }

    /// Credits left.
    pub fn left(self) -> f64 {
        (self.limit as f64 - self.used()).max(0.0)
    }

    /// Whether nothing is left.
    pub fn exhausted(self) -> bool {
        self.used_halves >= self.limit * 2
    }
}

impl World {
    /// The workspace of a seed.
    pub fn new(seed: u64, users: usize, contacts: usize) -> World {
        let team_id = id(seed, kind::TEAM, 0);
        let people = People::new(seed, (contacts * 2).max(200));
        let teammates: Vec<User> = (0..users).map(|index| User::invented(seed, index)).collect();
        let owners: Vec<String> = teammates.iter().take(20).map(|user| user.id.clone()).collect();
        World {
            seed,
            people,
            deals: Deals::new(seed, &team_id, people.organizations, contacts, &owners),
            sequences: sequences::invent(seed, owners.first().map(String::as_str)),
            mailboxes: sequences::mailboxes(seed, &teammates),
            contacts: Contacts::new(seed, people, contacts, owners),
            users: teammates,
            labels: Vec::new(),
            credits: Credits { limit: CREDITS, used_halves: 0 },
            webhooks: Vec::new(),
            random: Random::at(seed, 0xf1, 0),
            next_user: users,
            team_id,
        }
    }

    /// Whom every call by key acts as: the longest-standing active administrator, or lacking one the
    /// longest-standing active user. Source: Apollo facts §1.1.
    pub fn acting_admin(&self) -> Option<&User> {
        let active = || self.users.iter().filter(|user| !user.deleted);
        let oldest_admin =
            active().filter(|user| user.permission_set_id == ADMIN_PROFILE).min_by_key(|u| u.created_at_ms);
        oldest_admin.or_else(|| active().min_by_key(|user| user.created_at_ms))
    }

    /// The id of that person.
    pub fn acting_id(&self) -> Option<String> {
        self.acting_admin().map(|user| user.id.clone())
    }

    /// Whether somebody of that id is in the workspace.
    pub fn is_teammate(&self, id: &str) -> bool {
        self.users.iter().any(|user| user.id == id)
    }

    /// Adds a teammate, making an id if there is none; answers the id.
    pub fn add_user(&mut self, mut user: User) -> String {
        if user.id.is_empty() {
            user.id = id(self.seed, kind::USER, self.next_user);
            self.next_user += 1;
        }
        let made = user.id.clone();
        self.users.push(user);
        made
    }

    /// Replaces all teammates.
    pub fn set_users(&mut self, users: Vec<User>) {
        self.users.clear();
        for user in users {
            self.add_user(user);
        }
    }

    /// The number of the next enrichment: negative, 64 bits wide. Source: Apollo facts §1.8.
    pub fn request_id(&mut self) -> i64 {
        self.random.request_id()
    }

    /// Ids of the labels of these names; new names become labels.
    pub fn label_ids(&mut self, names: &[String]) -> Vec<String> {
        names.iter().map(|name| self.label_id(name)).collect()
    }

    /// The `labels` member beside a written contact. Source: Apollo facts §4.7.
    pub fn labels_json(&self, ids: &[String]) -> Value {
        let owner = self.acting_id();
        let shown = |(index, name): (usize, &String)| {
            let id = id(self.seed, kind::LABEL, index);
            ids.contains(&id).then(|| {
                json!({"id": id, "name": name, "modality": "contacts", "cached_count": 1,
                    "user_id": owner})
            })
        };
        self.labels.iter().enumerate().filter_map(shown).collect()
    }

    fn label_id(&mut self, name: &str) -> String {
        let index = self.labels.iter().position(|known| known == name).unwrap_or_else(|| {
            self.labels.push(name.to_owned());
            self.labels.len() - 1
        });
        id(self.seed, kind::LABEL, index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_active_administrator_acts() {
        let mut world = World::new(1, 25, 0);
        assert_eq!(world.acting_id(), Some(world.users[0].id.clone()));
        world.users[0].deleted = true;
        assert_eq!(world.acting_id(), Some(world.users[10].id.clone()));
        world.set_users(Vec::new());
        assert_eq!(world.acting_id(), None);
    }

    #[test]
    fn added_people_get_ids_of_their_own() {
        let mut world = World::new(1, 2, 0);
        let made = world.add_user(User::new("new@workspace.example", "New", "Person"));
        assert!(random::is_id(&made) && world.users.iter().filter(|user| user.id == made).count() == 1);
    }
}
