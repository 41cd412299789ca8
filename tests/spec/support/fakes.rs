//! What a fake IdP made of the answers, and what a test may demand of it.

use super::{Connected, World};
use seatbridge::admin::service::DirectoryWish;
use seatbridge::emulator::transcript::{Exchange, Outcome, Verdict};
use seatbridge::flavour::Flavour;
use seatbridge::rbac::{Held, Role};
use seatbridge::seat::EmailChange;
use seatbridge::store::records::LogRecord;
use serde_json::Value;

/// Demands on one operation of a fake.
pub trait Told {
    /// Requests went out, and every answer was as the IdP needs it.
    fn went_well(&self) -> &Self;
    /// Nothing left the IdP, with its reason.
    fn sent_nothing(&self) -> &Self;
    /// The last answer is a refusal of this status that the IdP understands; its words for the administrator.
    fn was_refused(&self, status: u16) -> String;
    /// Method and shape of each request: `GET /Users?`, `PUT /Users/ID`.
    fn calls(&self) -> Vec<String>;
    /// The body of the last answer.
    fn answer(&self) -> Value;
}

impl Told for Outcome {
    #[track_caller]
    fn went_well(&self) -> &Self {
        assert!(self.ok() && !self.exchanges.is_empty(), "{}", transcript(self));
        self
    }

    #[track_caller]
    fn sent_nothing(&self) -> &Self {
        assert!(self.exchanges.is_empty() && self.note.is_some(), "{}", transcript(self));
        self
    }

    #[track_caller]
    fn was_refused(&self, status: u16) -> String {
        assert_eq!(self.last_status(), status, "{}", transcript(self));
        match self.last().map(|exchange| &exchange.verdict) {
            Some(Verdict::Refused { detail }) => detail.clone(),
            _ => panic!("no refusal:\n{}", transcript(self)),
        }
    }

    fn calls(&self) -> Vec<String> {
        self.exchanges.iter().map(shape).collect()
    }

    #[track_caller]
    fn answer(&self) -> Value {
        let last = self.last().and_then(|exchange| exchange.response.clone());
        last.unwrap_or_else(|| panic!("no JSON in the last answer:\n{}", transcript(self)))
    }
}

/// Every exchange of an operation, for the message of a failed test.
pub fn transcript(outcome: &Outcome) -> String {
    let lines: Vec<String> = outcome
        .exchanges
        .iter()
        .map(|exchange| format!("{}\n{:?}", exchange.line(false), exchange.verdict))
        .collect();
    format!("{}\nnote: {:?}", lines.join("\n"), outcome.note)
}

fn shape(exchange: &Exchange) -> String {
    let path = exchange.target.trim_start_matches("/scim/v2");
    let short = match path.split_once('?') {
        Some((path, _)) => format!("{path}?"),
        None => match path.rsplit_once('/') {
            Some((folder, _)) if !folder.is_empty() => format!("{folder}/ID"),
            _ => path.to_owned(),
        },
    };
    format!("{} {short}", exchange.method)
}

impl World {
    /// A directory whose assigned people may be renamed: the bridge itself unassigns and reassigns (L3).
    pub async fn reassigning(&self, name: &str, flavour: Flavour) -> Connected {
        let wish = DirectoryWish { email_change: Some(EmailChange::Reassign), ..DirectoryWish::default() };
        self.connect(name, flavour, wish).await
    }

    /// A person's roles, and who decided them (L12).
    pub async fn held_by(&self, address: &str) -> Held {
        let seats = self.seats().await;
        let of = |seat: &&seatbridge::admin::people::SeatView| {
            let person = seat.record.seat.person();
            person.is_some_and(|person| person.user_name.as_str().eq_ignore_ascii_case(address))
        };
        seats.iter().rev().find(of).unwrap_or_else(|| panic!("nobody is called {address}")).held.clone()
    }

    /// A person's roles.
    pub async fn roles_of(&self, address: &str) -> Vec<Role> {
        self.held_by(address).await.roles
    }

    /// The last records of the provisioning log, oldest first, lookups included.
    pub async fn log(&self, last: i64) -> Vec<LogRecord> {
        self.flush().await;
        let mut records = self.store().read(move |tx| tx.recent_log(last)).await.unwrap();
        records.reverse();
        records
    }

    /// What the last write in the provisioning log noted about its dialect.
    pub async fn noted(&self) -> Vec<String> {
        let records = self.log(50).await;
        let written = |record: &&LogRecord| record.method != "GET";
        let last = records.iter().rev().find(written).expect("no write in the log");
        serde_json::from_str(&last.notes).unwrap()
    }
}
