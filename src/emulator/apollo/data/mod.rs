//! The workspace behind the answers: everything here is invented from a seed, and kept while the emulator
//! runs.

pub mod contact_record;
pub mod contacts;
pub mod credits;
pub mod crm;
pub mod deals;
pub mod links;
pub mod mail;
pub mod names;
pub mod organizations;
pub mod people;
pub mod random;
pub mod seats;
pub mod sequences;
pub mod shelf;
pub mod team;
pub mod time;
pub mod users;
pub mod webhooks;

use std::sync::Arc;

use serde_json::{Value, json};

use super::clock::START_MS;
use super::options::Options;
use super::plan::Plan;
use super::switches::{Switch, Switches};
use contacts::Contacts;
use credits::Ledger;
use deals::Deals;
use links::Links;
use people::People;
use random::{Random, id, kind};
use seats::Seats;
use sequences::{Mailbox, Sequence};
use shelf::{Shelf, Soil};
use team::Team;
use users::User;
use webhooks::{Results, WebhookRequest};

/// Teammates who own the invented records in turn.
const OWNERS: usize = 20;

/// One Apollo workspace.
#[derive(Debug)]
pub struct World {
    /// Where all of it comes from.
    pub seed: u64,
    /// The workspace's id.
    pub team_id: String,
    /// Teammates, in the order Apollo lists them.
    pub team: Team,
    /// Seats bought.
    pub seats: Seats,
    /// What an IdP calls them.
    pub links: Links,
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
    /// Labels, in order of creation.
    pub labels: Vec<Label>,
    /// The credit ledger.
    pub ledger: Ledger,
    /// Deliveries asked for.
    pub webhooks: Vec<WebhookRequest>,
    /// Those among them that nobody sent off yet.
    pub outbox: Vec<WebhookRequest>,
    /// Results that come later.
    pub results: Results,
    /// Saved companies.
    pub accounts: Shelf,
    /// Things to do.
    pub tasks: Shelf,
    /// Telephone calls.
    pub calls: Shelf,
    /// E-mails of sequences.
    pub messages: Shelf,
    /// Recorded conversations.
    pub conversations: Shelf,
    /// Exports of conversations.
    pub exports: Shelf,
    /// Notes.
    pub notes: Shelf,
    /// Custom fields.
    pub fields: Shelf,
    random: Random,
}

/// A label. Source: Apollo facts §4.7.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// `contacts` or `accounts`.
    pub modality: String,
}

impl World {
    /// The workspace of a seed, with as many seats as needed.
    pub fn new(seed: u64, users: usize, contacts: usize) -> World {
        let team_id = id(seed, kind::TEAM, 0);
        let people = People::new(seed, (contacts * 2).max(200));
        let team = Team::new(seed, users);
        let first: Vec<User> = (0..users.min(OWNERS)).filter_map(|index| team.get(index)).collect();
        let owners: Vec<String> = first.iter().map(|user| user.id.clone()).collect();
        let soil = Arc::new(Soil { seed, team_id: team_id.clone(), people, owners: owners.clone() });
        let shelf = |kind, invented, invent| Shelf::new(&soil, kind, invented, invent);
        World {
            seed,
            people,
            deals: Deals::new(seed, &team_id, people.organizations, contacts, &owners),
            sequences: sequences::invent(seed, owners.first().map(String::as_str)),
            mailboxes: sequences::mailboxes(seed, users, &team),
            seats: Seats::default(),
            links: Links::default(),
            ledger: Ledger::new(Plan::default().credits(team.seats_taken(false)), START_MS),
            accounts: crm::accounts(&soil),
            tasks: shelf(kind::TASK, contacts.min(30), crm::task),
            calls: shelf(kind::CALL, contacts.min(12), crm::call),
            messages: shelf(kind::MESSAGE, contacts.min(40), mail::message),
            conversations: shelf(kind::CONVERSATION, contacts.min(6), mail::conversation),
            exports: shelf(kind::EXPORT, 0, mail::export),
            notes: shelf(kind::NOTE, contacts.min(25), crm::note),
            fields: shelf(kind::FIELD, 4, crm::field),
            contacts: Contacts::new(seed, people, contacts, owners),
            team,
            labels: Vec::new(),
            webhooks: Vec::new(),
            outbox: Vec::new(),
            results: Results::default(),
            random: Random::at(seed, 0xf1, 0),
            team_id,
        }
    }

    /// The workspace somebody asked for.
    pub fn of(options: &Options) -> World {
        let mut world = World::new(options.seed, options.users, options.contacts);
        let bought = options.seats.map(|seats| seats.max(options.plan.fewest_seats()));
        world.seats = Seats::new(bought);
        let seats = bought.unwrap_or_else(|| world.team.seats_taken(false));
        world.ledger = Ledger::new(options.credits.unwrap_or(options.plan.credits(seats)), START_MS);
        world
    }

    /// Whom every call by key acts as. Source: Apollo facts §1.1.
    pub fn acting_admin(&self) -> Option<User> {
        self.team.acting()
    }

    /// The id of that person.
    pub fn acting_id(&self) -> Option<String> {
        self.acting_admin().map(|user| user.id)
    }

    /// Whether somebody of that id is in the workspace.
    pub fn is_teammate(&self, id: &str) -> bool {
        self.team.find(id).is_some()
    }

    /// Deactivates a person: never a delete; records keep their owner, and the subscription its seats.
    /// Mailboxes stay as they are, unless the switch for the older page is on. Source: Apollo facts §6.
    pub fn deactivate(&mut self, index: usize, switches: &Switches) {
        let Some(user) = self.team.get(index) else { return };
        if switches.on(Switch::DeactivationUnlinksMailboxes) {
            let own = self.mailboxes.iter_mut().filter(|mailbox| mailbox.user_id == user.id);
            own.for_each(|mailbox| mailbox.active = false);
        }
        self.team.put(index, User { deleted: true, ..user });
    }

    /// The number of the next enrichment: negative, 64 bits wide. Source: Apollo facts §1.8.
    pub fn request_id(&mut self) -> i64 {
        self.random.request_id()
    }

    /// Ids of the labels of these names; new names become labels.
    pub fn label_ids(&mut self, names: &[String], modality: &str) -> Vec<String> {
        names.iter().map(|name| self.label_id(name, modality)).collect()
    }

    /// The `labels` member beside a written contact. Source: Apollo facts §4.7.
    pub fn labels_json(&self, ids: &[String]) -> Value {
        let all = (0..self.labels.len()).map(|index| self.label_json(index));
        all.filter(|label| ids.iter().any(|id| label["id"] == id.as_str())).collect()
    }

    /// One label. Source: Apollo facts §4.7.
    pub fn label_json(&self, index: usize) -> Value {
        let label = self.labels.get(index);
        json!({"id": id(self.seed, kind::LABEL, index), "name": label.map(|label| &label.name),
            "modality": label.map(|label| &label.modality), "cached_count": 1, "user_id": self.acting_id()})
    }

    fn label_id(&mut self, name: &str, modality: &str) -> String {
        let index = self.labels.iter().position(|known| known.name == name).unwrap_or_else(|| {
            self.labels.push(Label { name: name.to_owned(), modality: modality.to_owned() });
            self.labels.len() - 1
        });
        id(self.seed, kind::LABEL, index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deactivated_person_keeps_everything_but_the_seat() {
        let (mut world, mut switches) = (World::new(1, 5, 3), Switches::default());
        let owned = world.contacts.get(1);
        world.deactivate(1, &switches);
        assert!(world.team.get(1).is_some_and(|user| user.deleted));
        assert!(world.mailboxes[1].active && world.contacts.get(1) == owned);
        switches.put(Switch::DeactivationUnlinksMailboxes, true);
        world.deactivate(2, &switches);
        assert!(!world.mailboxes[2].active);
    }

    #[test]
    fn added_people_get_ids_of_their_own() {
        let mut world = World::new(1, 2, 0);
        let made = world.team.add(User::new("new@workspace.example", "New", "Person"), START_MS);
        assert!(random::is_id(&made) && world.team.all().filter(|user| user.id == made).count() == 1);
    }
}
