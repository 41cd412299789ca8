//! Requests, decisions, keys and calls in plain words.

use super::line::{Kind, Line};
use crate::audit::Sealed;
use crate::store::records::{ApiKeyRecord, CallCount, LogRecord};
use serde_json::Value;
use std::collections::BTreeMap;

const DAY: i64 = 86_400_000_000;
/// Changes named one by one in a line.
const NAMED: usize = 6;
/// Longest value shown of a change, in characters.
const LONGEST: usize = 60;

/// What people call directories and operators, by id.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Directories.
    pub directories: BTreeMap<String, String>,
}

impl Names {
    fn connector(&self, directory_id: Option<&str>) -> String {
        let name = directory_id.and_then(|id| self.directories.get(id));
        name.map_or_else(|| "a connector".to_owned(), |name| format!("the connector of {name}"))
    }

    /// Who an audit entry's actor is, for people.
    pub fn actor(&self, actor: &str, directory_id: Option<&str>) -> String {
        match actor.split_once(':') {
            Some(("token" | "client_secret" | "federation" | "issuer", _)) => self.connector(directory_id),
            Some(("operator", name)) => format!("operator {name}"),
            Some(("operator_token", id)) => format!("operator with token {id}"),
            Some(("key", id)) => format!("the holder of key {id}"),
            _ => "the bridge".to_owned(),
        }
    }
}

/// Requests of connectors: what was asked in the identity provider's own words, and the answer.
pub fn requests(log: &[LogRecord], names: &Names) -> Vec<Line> {
    let line = |record: &LogRecord| Line {
        at: record.arrived_at.unwrap_or(record.at),
        kind: Kind::Request,
        who: names.connector(Some(&record.directory_id)),
        what: {
            let done = if record.status >= 400 { "refused" } else { "accepted" };
            let asked = format!("{}: {done} ({} {})", record.act, record.method, record.status);
            match changes_told(&record.changes) {
                told if told.is_empty() => asked,
                told => format!("{asked}; {told}"),
            }
        },
        why: record.detail.clone(),
        seat_id: record.seat_id.clone(),
        proof: Some(format!("request {}", record.request_id)),
    };
    log.iter().map(line).collect()
}

/// What the bridge and its operators did. Denied calls are counted with the calls, and left out here.
pub fn decisions(audit: &[Sealed], names: &Names) -> Vec<Line> {
    let line = |entry: &Sealed| {
        let by_hand = entry.actor.starts_with("operator");
        let kind = match entry.action.as_str() {
            "mint_key" | "revoke_key" | "rotate_key" => Kind::Key,
            _ if by_hand => Kind::Operator,
            _ => Kind::Decision,
        };
        let what = words_of(&entry.action);
        let what = if entry.outcome == "refused" { format!("refused: {what}") } else { what };
        // The request's own line has told what a connector changed.
        let changes = if by_hand { changes_told(&entry.changes) } else { String::new() };
        Line {
            at: entry.at,
            kind,
            who: names.actor(&entry.actor, entry.directory_id.as_deref()),
            what: if changes.is_empty() { what } else { format!("{what}; {changes}") },
            why: entry.reason.clone(),
            seat_id: entry.seat_id.clone(),
            proof: Some(format!("audit {}", entry.seq)),
        }
    };
    audit.iter().filter(|entry| entry.action != "deny_call").map(line).collect()
}

fn words_of(action: &str) -> String {
    let known = match action {
        "assign" => "a seat was given",
        "queue" => "accepted, and waiting for a seat",
        "record" => "known, without a seat",
        "amend" => "attributes changed",
        "unassign" => "the seat was given back",
        "reassign" => "a seat was given again",
        "rebind" => "the record passed to a new holder",
        "yield" => "the record gave up a name",
        "remove" => "the record was removed",
        "mint_key" => "a key was made",
        "revoke_key" => "a key ended",
        "rotate_key" => "a key was replaced",
        "bootstrap" => "made the first admin",
        "give_role" => "a role was given by hand",
        "hold" => "the loss of the seat was held",
        "release_hold" => "the held loss was let happen",
        "reject_hold" => "the held seat was given back to its holder",
        "protect_seat" => "protected from losing the seat",
        "unprotect_seat" => "the protection ended",
        "link_seat" => "found to be an Apollo user",
        "adopt_seat" => "taken over from Apollo",
        "reveal" => "asked Apollo for personal data",
        other => return other.replace('_', " "),
    };
    known.to_owned()
}

/// `[{path, before, after}]` for people: `title: "A" -> "B", ...`.
pub fn changes_told(changes: &str) -> String {
    let all: Vec<Value> = serde_json::from_str(changes).unwrap_or_default();
    let one = |change: &Value| {
        let path = change["path"].as_str().unwrap_or("?");
        format!("{path}: {} -> {}", value_told(&change["before"]), value_told(&change["after"]))
    };
    let mut told: Vec<String> = all.iter().take(NAMED).map(one).collect();
    if all.len() > NAMED {
        told.push(format!("and {} more", all.len() - NAMED));
    }
    told.join(", ")
}

fn value_told(value: &Value) -> String {
    if value.is_null() {
        return "nothing".to_owned();
    }
    let text = value.to_string();
    if text.chars().count() <= LONGEST {
        return text;
    }
    format!("{}\u{2026}", text.chars().take(LONGEST).collect::<String>())
}

/// Keys that ended because their time was over, as of `now`.
pub fn ended_by_age(keys: &[ApiKeyRecord], now: i64) -> Vec<Line> {
    let over = keys.iter().filter(|key| key.revoked_at.is_none_or(|at| at > key.expires_at));
    over.filter(|key| key.expires_at <= now)
        .map(|key| Line {
            at: key.expires_at,
            kind: Kind::Key,
            who: "the bridge".to_owned(),
            what: "a key ended".to_owned(),
            why: Some(match &key.rotated_to {
                Some(next) => format!("key {}: replaced by {next}", key.id),
                None => format!("key {}: its time was over", key.id),
            }),
            seat_id: Some(key.seat_id.clone()),
            proof: Some(format!("key {}", key.id)),
        })
        .collect()
}

/// Calls to Apollo, a line a day (UTC) and record, at the moment of the day's last call.
pub fn calls(counts: &[CallCount]) -> Vec<Line> {
    let mut days: BTreeMap<(i64, &str), Vec<&CallCount>> = BTreeMap::new();
    for count in counts {
        days.entry((count.hour_at.div_euclid(DAY), &count.seat_id)).or_default().push(count);
    }
    let line = |((_, seat_id), counts): ((i64, &str), Vec<&CallCount>)| {
        let sum = |of: fn(&CallCount) -> i64| counts.iter().map(|count| of(count)).sum::<i64>();
        let mut routes: BTreeMap<&str, i64> = BTreeMap::new();
        let mut keys: Vec<&str> = Vec::new();
        for count in &counts {
            *routes.entry(&count.route).or_default() += count.served + count.denied + count.failed;
            if !keys.contains(&count.key_id.as_str()) {
                keys.push(&count.key_id);
            }
        }
        let mut told = format!("{} calls to Apollo answered", sum(|count| count.served));
        for (number, word) in
            [(sum(|one| one.denied), "denied"), (sum(|one| one.failed), "without an answer")]
        {
            if number > 0 {
                told = format!("{told}, {number} {word}");
            }
        }
        let routes: Vec<String> = routes.iter().map(|(route, number)| format!("{route} {number}")).collect();
        Line {
            at: counts.iter().map(|count| count.last_at).max().unwrap_or_default(),
            kind: Kind::Calls,
            who: if keys.len() == 1 { format!("key {}", keys[0]) } else { format!("{} keys", keys.len()) },
            what: format!("{told} that day: {}", routes.join(", ")),
            why: None,
            seat_id: Some(seat_id.to_owned()),
            proof: None,
        }
    };
    days.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// U1: each kind of actor is somebody people know.
    #[test]
    fn an_actor_is_named_as_people_call_them() {
        let names = Names { directories: [("d1".to_owned(), "corp".to_owned())].into() };
        for (actor, told) in [
            ("token:t1", "the connector of corp"),
            ("federation:f1", "the connector of corp"),
            ("operator:alice", "operator alice"),
            ("operator_token:o1", "operator with token o1"),
            ("key:k1", "the holder of key k1"),
            ("bridge", "the bridge"),
        ] {
            assert_eq!(names.actor(actor, Some("d1")), told);
        }
    }

    /// U2: attributes old -> new, short enough to read.
    #[test]
    fn changes_are_told_old_to_new() {
        let changes =
            r#"[{"path":"title","before":"A","after":null},{"path":"active","before":null,"after":true}]"#;
        assert_eq!(changes_told(changes), "title: \"A\" -> nothing, active: nothing -> true");
        assert_eq!(changes_told("[]"), "");
        let long = format!(r#"[{{"path":"x","before":null,"after":"{}"}}]"#, "y".repeat(200));
        assert!(changes_told(&long).chars().count() < 90);
    }

    /// U2: calls are counted by day and never told one by one.
    #[test]
    fn calls_are_told_by_the_day() {
        let count = |hour: i64, route: &str, served, denied| CallCount {
            key_id: "k1".to_owned(),
            hour_at: hour * 3_600_000_000,
            route: route.to_owned(),
            seat_id: "s1".to_owned(),
            served,
            denied,
            last_at: hour * 3_600_000_000 + 7,
            ..CallCount::default()
        };
        let told =
            calls(&[count(1, "people/match", 3, 0), count(5, "contacts/search", 4, 2), count(30, "x", 1, 0)]);
        assert_eq!(told.len(), 2);
        assert_eq!(told[0].at, 5 * 3_600_000_000 + 7);
        assert_eq!(
            told[0].what,
            "7 calls to Apollo answered, 2 denied that day: contacts/search 6, people/match 3"
        );
        assert_eq!(told[0].who, "key k1");
    }
}
