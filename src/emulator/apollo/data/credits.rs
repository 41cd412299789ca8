//! The credit ledger: what was spent, on what, by whom. Source: Apollo facts §5.4, §4.2, §1.8.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::time;

/// Length of a credit cycle (unconfirmed; a month).
const CYCLE_MS: u64 = 30 * 86_400_000;
/// Entries kept; the oldest are forgotten first.
const KEPT: usize = 10_000;

/// What a credit is spent as. Source: Apollo facts §4.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Data and addresses.
    Lead,
    /// Telephone numbers.
    DirectDial,
    /// Conversations.
    Conversation,
}

/// The kinds by the names of `credit_usage_stats`, in its order; those nothing here spends stay at zero.
const NAMES: [(&str, Option<Kind>); 10] = [
    ("lead_credit", Some(Kind::Lead)),
    ("direct_dial_credit", Some(Kind::DirectDial)),
    ("export_credit", None),
    ("conversation_credit", Some(Kind::Conversation)),
    ("ai_credit", None),
    ("power_up_credit", None),
    ("inbound_website_visitor_credit", None),
    ("contact_website_visitor_credit", None),
    ("web_search_record_credit", None),
    ("dialer", None),
];

/// One charge.
#[derive(Debug, Clone, PartialEq)]
pub struct Charge {
    /// Milliseconds after 1970.
    pub at_ms: u64,
    /// Endpoint by its controller and action.
    pub endpoint: String,
    /// Id of the person the call acted as.
    pub acting: Option<String>,
    /// What it was spent as.
    pub kind: Kind,
    /// Half credits, because a credit can be shared.
    pub halves: u64,
}

/// Credits of the cycle.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// Credits of a cycle.
    pub limit: u64,
    begun_ms: u64,
    used: [u64; NAMES.len()],
    charges: VecDeque<Charge>,
}

impl Ledger {
    /// A fresh cycle.
    pub fn new(limit: u64, begun_ms: u64) -> Ledger {
        Ledger { limit, begun_ms, used: [0; NAMES.len()], charges: VecDeque::new() }
    }

    /// Begins the cycle that `now_ms` lies in.
    pub fn turn(&mut self, now_ms: u64) {
        let cycles = now_ms.saturating_sub(self.begun_ms) / CYCLE_MS;
        if cycles > 0 {
            self.begun_ms += cycles * CYCLE_MS;
            self.used = [0; NAMES.len()];
        }
    }

    /// Writes a charge down.
    pub fn charge(&mut self, charge: Charge) {
        if let Some(place) = NAMES.iter().position(|(_, kind)| *kind == Some(charge.kind)) {
            self.used[place] += charge.halves;
        }
        if self.charges.len() >= KEPT {
            self.charges.pop_front();
        }
        self.charges.push_back(charge);
    }

    /// Half credits used in the cycle.
    pub fn used_halves(&self) -> u64 {
        self.used.iter().sum()
    }

    /// Whole and half credits used in the cycle.
    pub fn used(&self) -> f64 {
        self.used_halves() as f64 / 2.0
    }

    /// Credits left.
    pub fn left(&self) -> f64 {
        (self.limit as f64 - self.used()).max(0.0)
    }

    /// Whether nothing is left.
    pub fn exhausted(&self) -> bool {
        self.used_halves() >= self.limit * 2
    }

    /// Every charge kept, oldest first.
    pub fn charges(&self) -> impl Iterator<Item = &Charge> {
        self.charges.iter()
    }

    /// Half credits used for telephone numbers.
    pub fn dialled_halves(&self) -> u64 {
        self.used[1]
    }

    /// The answer of `credit_usage_stats`: on a unified plan what is left of the leads already nets the
    /// others. Source: Apollo facts §4.2.
    pub fn stats(&self) -> Value {
        let mut stats = json!({});
        for (place, (name, _)) in NAMES.iter().enumerate() {
            let used = self.used[place] as f64 / 2.0;
            stats[*name] = json!({"limit": 0, "consumed": used, "left_over": 0});
        }
        stats["lead_credit"] =
            json!({"limit": self.limit, "consumed": self.used(), "left_over": self.left()});
        let (start, end) = (time::zulu(self.begun_ms), time::zulu(self.begun_ms + CYCLE_MS));
        json!({"credit_usage_stats": stats, "current_credit_cycle": {"start_date": start, "end_date": end}})
    }

    /// The ledger as the control surface shows it.
    pub fn to_json(&self) -> Value {
        let shown = |charge: &Charge| {
            json!({"at": time::zulu(charge.at_ms), "endpoint": charge.endpoint, "acting": charge.acting,
                "kind": format!("{:?}", charge.kind), "credits": charge.halves as f64 / 2.0})
        };
        let charges: Vec<Value> = self.charges().map(shown).collect();
        json!({"limit": self.limit, "used": self.used(), "left": self.left(), "charges": charges})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_of_thirty_days_begins_anew_and_the_charges_stay_written() {
        let mut ledger = Ledger::new(10, 1_000);
        let charge = |kind, halves| Charge { at_ms: 0, endpoint: "x".into(), acting: None, kind, halves };
        ledger.charge(charge(Kind::Lead, 3));
        ledger.charge(charge(Kind::DirectDial, 16));
        assert_eq!((ledger.used(), ledger.left(), ledger.exhausted()), (9.5, 0.5, false));
        let stats = ledger.stats();
        assert_eq!(stats["credit_usage_stats"]["direct_dial_credit"]["consumed"], 8.0);
        ledger.turn(1_000 + CYCLE_MS);
        assert_eq!((ledger.used(), ledger.charges().count()), (0.0, 2));
    }
}
