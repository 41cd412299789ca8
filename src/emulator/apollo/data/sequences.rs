//! Sequences and the mailboxes that send for them. Source: Apollo facts §4.8.

use serde_json::{Value, json};

use super::random::{id, kind};
use super::team::Team;
use super::time;

/// Most teammates with a mailbox.
const MOST_MAILBOXES: usize = 50;

/// One sequence.
#[derive(Debug, Clone)]
pub struct Sequence {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Sending.
    pub active: bool,
    /// Put away.
    pub archived: bool,
    /// How many steps it has.
    pub steps: usize,
    /// Its owner.
    pub user_id: Option<String>,
    /// Contacts waiting in it.
    pub scheduled: usize,
    index: usize,
    seed: u64,
}

/// One connected mailbox.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// Its id.
    pub id: String,
    /// The teammate it belongs to.
    pub user_id: String,
    /// Its address.
    pub email: String,
    /// Whether it may send.
    pub active: bool,
}

/// Four sequences: running, switched off, without steps, archived.
pub fn invent(seed: u64, owner: Option<&str>) -> Vec<Sequence> {
    let kinds = [
        ("Warm introductions", true, false, 3),
        ("Autumn outreach", false, false, 2),
        ("Empty draft", false, false, 0),
        ("Last year", false, true, 4),
    ];
    let make = |(index, (name, active, archived, steps)): (usize, (&str, bool, bool, usize))| Sequence {
        id: id(seed, kind::SEQUENCE, index),
        name: name.to_owned(),
        active,
        archived,
        steps,
        user_id: owner.map(str::to_owned),
        scheduled: 0,
        index,
        seed,
    };
    kinds.into_iter().enumerate().map(make).collect()
}

/// One mailbox for each teammate; every fourth is dead.
pub fn mailboxes(seed: u64, users: usize, team: &Team) -> Vec<Mailbox> {
    let make = |index: usize| {
        let user = team.get(index)?;
        let id = id(seed, kind::MAILBOX, index);
        Some(Mailbox { id, user_id: user.id, email: user.email, active: index % 4 != 3 })
    };
    (0..users.min(MOST_MAILBOXES)).filter_map(make).collect()
}

/// A new sequence, switched off, without steps; the caller gives its name.
pub fn new(seed: u64, index: usize, name: &str, owner: Option<&str>) -> Sequence {
    Sequence {
        id: id(seed, kind::SEQUENCE, index),
        name: name.to_owned(),
        active: false,
        archived: false,
        steps: 0,
        user_id: owner.map(str::to_owned),
        scheduled: 0,
        index,
        seed,
    }
}

impl Sequence {
    /// The object of a search. Rates carry decimals on purpose. Source: Apollo facts §4.8.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "archived": self.archived,
            "created_at": time::zulu(time::day(300 + self.index as u64)),
            "emailer_schedule_id": null,
            "max_emails_per_day": null,
            "user_id": self.user_id,
            "active": self.active,
            "num_steps": self.steps,
            "unique_scheduled": self.scheduled,
            "unique_delivered": 40,
            "unique_opened": 1,
            "unique_replied": 0,
            "bounce_rate": 1.0,
            "open_rate": 2.5,
            "reply_rate": 0.0,
            "label_ids": [],
            "sharing_permission": {"visibility": "team", "access_type": "view", "owner_id": self.user_id},
        })
    }

    /// Its steps.
    pub fn steps_json(&self) -> Value {
        let step = |place: usize| {
            json!({
                "id": id(self.seed, kind::STEP, self.index * 100 + place),
                "emailer_campaign_id": self.id,
                "position": place + 1,
                "wait_time": 2,
                "type": "auto_email",
                "wait_mode": "day",
            })
        };
        (0..self.steps).map(step).collect()
    }
}

impl Mailbox {
    /// The object of `GET /email_accounts`, invented secrets included. Source: Apollo facts §3.2 row 42.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "user_id": self.user_id,
            "email": self.email,
            "type": "gmail",
            "active": self.active,
            "default": true,
            "signature_html": format!("<p>{}</p>", self.email),
            "sendgrid_api_user": "invented-sendgrid-user",
            "sendgrid_api_key_v3": "invented-sendgrid-key",
            "last_synced_at": time::zulu(time::day(900)),
        })
    }
}
