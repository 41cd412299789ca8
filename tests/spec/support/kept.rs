//! What the store keeps of one seat, and whether its parts tell one story (L11).

use super::{Connected, World};
use seatbridge::audit::Sealed;
use seatbridge::store::Store;
use seatbridge::store::records::{ApiKeyRecord, LogRecord, SeatEvent, SeatRecord};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A seat with its history, its audit and the keys that are alive.
#[derive(Debug, Clone)]
pub struct Kept {
    pub record: SeatRecord,
    pub events: Vec<SeatEvent>,
    pub audit: Vec<Sealed>,
    pub live_keys: Vec<ApiKeyRecord>,
}

/// What the store keeps of this seat, read at one moment.
pub async fn kept(id: &str, now: i64, store: &Store) -> Option<Kept> {
    let id = id.to_owned();
    let read = store.read(move |tx| {
        let Some(record) = tx.seat_by_id(&id)? else {
            return Ok(None);
        };
        Ok(Some(Kept {
            record,
            events: tx.events(&id)?,
            audit: tx.audit_of(&id)?,
            live_keys: tx.live_keys_of(&id, now)?,
        }))
    });
    read.await.unwrap()
}

impl World {
    /// What the store keeps of this seat.
    pub async fn kept(&self, id: &str) -> Kept {
        kept(id, self.clock.now(), self.store()).await.unwrap_or_else(|| panic!("no seat {id}"))
    }

    /// The provisioning log's last record of a change to this seat; lookups are written whenever it suits.
    pub async fn last_logged(&self, id: &str) -> LogRecord {
        let log = self.store().read(|tx| tx.recent_log(1000)).await.unwrap();
        log.into_iter()
            .find(|record| record.seat_id.as_deref() == Some(id) && record.method != "GET")
            .unwrap_or_else(|| panic!("nothing logged about {id}"))
    }

    /// Whether the proxy lets a key through to something every role may read.
    pub async fn opens(&self, key: &str) -> bool {
        let answer = self.call(key, "POST", "/apollo/people/match", Some(json!({"id": "x"}))).await;
        answer.status != 401
    }
}

impl Connected {
    /// Names of the Users that a filter finds.
    pub async fn found(&self, filter: &str) -> Vec<String> {
        let answer = self.find(filter).await;
        let listed = answer.is(200).json();
        let resources = listed["Resources"].as_array().cloned().unwrap_or_default();
        assert_eq!(listed["totalResults"], json!(resources.len()), "{listed}");
        resources.iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect()
    }

    /// The User as it is read now.
    pub async fn shown(&self, id: &str) -> Value {
        self.read(id).await.is(200).json()
    }
}

impl Kept {
    /// What happened, oldest first.
    pub fn happened(&self) -> Vec<&str> {
        self.events.iter().map(|event| event.what.as_str()).collect()
    }

    /// Audited actions, oldest first; refusals apart.
    pub fn done(&self) -> Vec<&str> {
        let done = self.audit.iter().filter(|entry| entry.outcome == "done");
        done.map(|entry| entry.action.as_str()).collect()
    }

    /// The events fold to the row, the audit has one entry for each, and keys live in the current period
    /// only.
    #[track_caller]
    pub fn tells_one_story(&self) {
        let (row, last) = (&self.record, self.events.last());
        let last = last.unwrap_or_else(|| panic!("a seat without history: {self:#?}"));
        let person = row.seat.person().unwrap();
        assert_eq!(last.standing, row.seat.standing().as_str(), "{self:#?}");
        assert_eq!(last.user_name, person.user_name.as_str(), "{self:#?}");
        assert_eq!(last.external_id, person.external_id, "{self:#?}");
        let address = person.address.as_ref().map(|address| address.as_str());
        assert_eq!(last.address.as_deref(), address, "{self:#?}");

        let begins = |event: &&SeatEvent| matches!(event.what.as_str(), "assigned" | "reassigned");
        let periods: Vec<&SeatEvent> = self.events.iter().filter(begins).collect();
        assert_eq!(row.period, i64::try_from(periods.len()).unwrap(), "{self:#?}");
        assert_eq!(row.assigned_at, periods.last().map(|event| event.at), "{self:#?}");

        self.has_one_audit_entry_for_each_event();
        self.counts_every_change();
        for key in &self.live_keys {
            assert!(row.seat.standing().takes_a_seat(), "a key outlived the seat: {self:#?}");
            assert_eq!(key.period, row.period, "a key outlived its period: {self:#?}");
        }
    }

    #[track_caller]
    fn has_one_audit_entry_for_each_event(&self) {
        let action = |what: &str| match what {
            "recorded" => "record".to_owned(),
            "queued" => "queue".to_owned(),
            "amended" => "amend".to_owned(),
            "removed" => "remove".to_owned(),
            "yielded" => "yield".to_owned(),
            "held" => "hold".to_owned(),
            "moved" => "move_directory".to_owned(),
            assigned => assigned.trim_end_matches("ed").to_owned(),
        };
        let told: BTreeMap<i64, &Sealed> = self.audit.iter().map(|entry| (entry.seq, entry)).collect();
        for event in &self.events {
            let entry = told.get(&event.audit_seq);
            let entry = entry.unwrap_or_else(|| panic!("{event:?} is not audited: {self:#?}"));
            assert_eq!((entry.action.as_str(), entry.at), (action(&event.what).as_str(), event.at));
            assert_eq!(entry.outcome, "done");
        }
        let of_others = [
            "mint_key",
            "revoke_key",
            "give_role",
            "rebind",
            "bootstrap",
            "release_hold",
            "reject_hold",
            "protect_seat",
            "unprotect_seat",
        ];
        let of_seats = self.done().into_iter().filter(|action| !of_others.contains(action));
        assert_eq!(of_seats.count(), self.events.len(), "an entry without its event: {self:#?}");
    }

    /// The version counts changes without a gap; giving up a name is no change of one's own.
    #[track_caller]
    fn counts_every_change(&self) {
        let told: BTreeMap<i64, &Sealed> = self.audit.iter().map(|entry| (entry.seq, entry)).collect();
        let own = self.events.iter().filter(|event| event.what != "yielded");
        let mut changes: Vec<String> = own
            .map(|event| {
                // Without a request: an operator's deed, or the turn of somebody who waited.
                let of_the_bridge = format!("turn {}", event.at);
                told[&event.audit_seq].request_id.clone().unwrap_or(of_the_bridge)
            })
            .collect();
        changes.dedup();
        assert_eq!(self.record.version, i64::try_from(changes.len()).unwrap(), "{self:#?}");
    }
}
