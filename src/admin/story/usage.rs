//! What keys used of Apollo, for people: calls, credits, what was masked, refused and revealed (R6, R11).

use crate::admin::Refusal;
use crate::config;
use crate::http::clock::rfc3339;
use crate::proxy::service::{budgets, owner};
use crate::quota::{Budget, Credits, Whose};
use crate::store::records::{CallCount, Spending};
use crate::store::{Error, Store, Tx};
use serde_json::{Number, Value, json};
use std::collections::BTreeMap;

/// By what rows are summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Holder, key and endpoint.
    Everything,
    /// One row a holder.
    Holder,
    /// One row a key.
    Key,
    /// One row an endpoint.
    Endpoint,
}

/// Sums of calls.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// The holder's address or userName; nothing where holders are summed up.
    pub holder: Option<String>,
    /// Their seat.
    pub seat_id: Option<String>,
    /// The key.
    pub key_id: Option<String>,
    /// The endpoint as Apollo's usage figures call it.
    pub endpoint: Option<String>,
    /// The sums; names and hour mean nothing here.
    pub sums: CallCount,
}

impl Row {
    /// All calls, whatever became of them.
    pub fn calls(&self) -> i64 {
        self.sums.served + self.sums.denied + self.sums.failed
    }

    /// What they cost.
    pub fn credits(&self) -> Credits {
        Credits::of_thousandths(self.sums.spent)
    }

    fn add(&mut self, count: &CallCount) {
        let sums = &mut self.sums;
        sums.served += count.served;
        sums.denied += count.denied;
        sums.failed += count.failed;
        sums.throttled += count.throttled;
        sums.limited += count.limited;
        sums.estimated = sums.estimated.saturating_add(count.estimated);
        sums.spent = sums.spent.saturating_add(count.spent);
        sums.guessed = sums.guessed.saturating_add(count.guessed);
        sums.masked = sums.masked.saturating_add(count.masked);
        sums.reveals += count.reveals;
        sums.last_at = sums.last_at.max(count.last_at);
    }
}

/// What keys used from a moment on, counted by the hour.
#[derive(Debug, Clone)]
pub struct Usage {
    counts: Vec<CallCount>,
    /// What people call whoever holds a seat.
    holders: BTreeMap<String, String>,
    /// Keys that called or took credits, each with its seat.
    keys: BTreeMap<String, String>,
    spendings: Vec<Spending>,
}

/// What is left of one budget.
#[derive(Debug, Clone)]
pub struct Left {
    /// The budget.
    pub budget: Budget,
    /// Whose key; nothing for the team's.
    pub key_id: Option<String>,
    /// Whose key that is.
    pub holder: Option<String>,
    /// What was taken from it, calls on their way included.
    pub spent: Credits,
}

/// Reads the counts from a moment on, and what was taken from budgets as of `now`.
///
/// Errors: the store's.
pub async fn usage(since: i64, now: i64, store: &Store) -> Result<Usage, Refusal> {
    let months = crate::quota::Period::Month.around(now).0;
    let read = store.read(move |tx| {
        let counts = tx.calls_since(since)?;
        let spendings = tx.spendings(months)?;
        let called = counts.iter().map(|count| (count.key_id.clone(), count.seat_id.clone()));
        let mut keys: BTreeMap<String, String> = called.collect();
        for spending in &spendings {
            let Some(key) = spending.owner.strip_prefix("key:").filter(|key| !keys.contains_key(*key)) else {
                continue;
            };
            if let Some(known) = tx.key(key)? {
                keys.insert(key.to_owned(), known.seat.id);
            }
        }
        let mut holders = BTreeMap::new();
        for seat in keys.values() {
            if !holders.contains_key(seat) {
                holders.insert(seat.clone(), holder_of(seat, tx)?);
            }
        }
        Ok(Usage { counts, holders, keys, spendings })
    });
    Ok(read.await?)
}

fn holder_of(seat_id: &str, tx: &mut dyn Tx) -> Result<String, Error> {
    let seat = tx.seat_by_id(seat_id)?;
    let person = seat.as_ref().and_then(|seat| seat.seat.person());
    let name = person.map(|person| match &person.address {
        Some(address) => address.as_str().to_owned(),
        None => person.user_name.as_str().to_owned(),
    });
    Ok(name.unwrap_or_else(|| seat_id.to_owned()))
}

impl Usage {
    /// The rows, the dearest first, then the busiest; of one seat or of all.
    pub fn rows(&self, by: By, seat_id: Option<&str>) -> Vec<Row> {
        let mut rows: BTreeMap<[Option<&str>; 3], Row> = BTreeMap::new();
        for count in self.counts.iter().filter(|count| seat_id.is_none_or(|seat| seat == count.seat_id)) {
            let seat = (by != By::Endpoint).then_some(count.seat_id.as_str());
            let key = matches!(by, By::Everything | By::Key).then_some(count.key_id.as_str());
            let endpoint = matches!(by, By::Everything | By::Endpoint).then_some(count.route.as_str());
            let row = rows.entry([seat, key, endpoint]).or_insert_with(|| Row {
                holder: seat.map(|seat| self.holders.get(seat).cloned().unwrap_or_default()),
                seat_id: seat.map(str::to_owned),
                key_id: key.map(str::to_owned),
                endpoint: endpoint.map(str::to_owned),
                sums: CallCount::default(),
            });
            row.add(count);
        }
        let mut rows: Vec<Row> = rows.into_values().collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.sums.spent, row.calls())));
        rows
    }

    /// Everything in one row; of one seat or of all.
    pub fn total(&self, seat_id: Option<&str>) -> Row {
        let mut total = Row::default();
        let counts = self.counts.iter().filter(|count| seat_id.is_none_or(|seat| seat == count.seat_id));
        counts.for_each(|count| total.add(count));
        total
    }

    /// How many holders called.
    pub fn callers(&self) -> usize {
        let seats: std::collections::BTreeSet<&str> =
            self.counts.iter().map(|count| count.seat_id.as_str()).collect();
        seats.len()
    }

    /// What is left of the budgets as of `now`: the team's, and those of keys that took something, the least
    /// left first; of one seat's keys or of all.
    pub fn left(&self, of: &config::Budgets, now: i64, seat_id: Option<&str>) -> Vec<Left> {
        let mut all = Vec::new();
        for budget in budgets(of) {
            if budget.whose == Whose::Team {
                let spent = self.spent("team", budget, now);
                all.push(Left { budget, key_id: None, holder: None, spent });
                continue;
            }
            let of_seat = self.keys.iter().filter(|(_, seat)| seat_id.is_none_or(|wanted| wanted == *seat));
            let mut of_keys: Vec<Left> = of_seat
                .map(|(key, seat)| Left {
                    budget,
                    spent: self.spent(&owner(Whose::Key, key), budget, now),
                    key_id: Some(key.clone()),
                    holder: self.holders.get(seat).cloned(),
                })
                .filter(|left| left.spent > Credits::ZERO)
                .collect();
            of_keys.sort_by_key(|left| std::cmp::Reverse(left.spent));
            all.extend(of_keys);
        }
        all
    }

    fn spent(&self, owner: &str, budget: Budget, now: i64) -> Credits {
        let (begin, _) = budget.period.around(now);
        let period = budget.period.as_str();
        let of_owner = self.spendings.iter().find(|spending| {
            spending.owner == owner && spending.period == period && spending.period_at == begin
        });
        Credits::of_thousandths(of_owner.map_or(0, |spending| spending.thousandths))
    }
}

/// An amount as JSON, to the digit.
pub fn amount(credits: Credits) -> Value {
    credits.to_string().parse::<Number>().map_or(Value::Null, Value::Number)
}

/// The figures of a row.
pub fn sums(row: &Row) -> Value {
    let sums = &row.sums;
    json!({
        "calls": row.calls(), "served": sums.served, "denied": sums.denied, "limited": sums.limited,
        "failed": sums.failed, "throttled": sums.throttled, "credits_estimated": sums.estimated,
        "credits": amount(row.credits()), "credits_unproved": amount(Credits::of_thousandths(sums.guessed)),
        "masked": sums.masked, "reveals": sums.reveals,
        "last_call_at": (sums.last_at > 0).then(|| rfc3339(sums.last_at)),
    })
}

/// A row as machines read it.
pub fn shown(row: &Row) -> Value {
    let mut shown = json!({"holder": row.holder, "key_id": row.key_id, "endpoint": row.endpoint});
    if let (Value::Object(shown), Value::Object(sums)) = (&mut shown, sums(row)) {
        shown.extend(sums);
        shown.insert("seat_id".to_owned(), json!(row.seat_id));
    }
    shown
}

/// What is left of a budget, as machines read it.
pub fn left_shown(left: &Left, now: i64) -> Value {
    let budget = &left.budget;
    let (_, end) = budget.period.around(now);
    json!({
        "budget": budget.setting, "key_id": left.key_id, "holder": left.holder,
        "limit": amount(budget.limit), "spent": amount(left.spent),
        "left": amount(budget.limit.without(left.spent)), "until": rfc3339(end),
    })
}

/// Rows of a summary.
const TOP: usize = 10;

/// The summary, as machines read it.
pub fn report(usage: &Usage, since: i64, now: i64, budgets: &config::Budgets) -> Value {
    let top = |by: By| usage.rows(by, None).iter().take(TOP).map(shown).collect::<Vec<_>>();
    let left = usage.left(budgets, now, None);
    json!({
        "since": rfc3339(since), "until": rfc3339(now), "callers": usage.callers(),
        "total": sums(&usage.total(None)), "holders": top(By::Holder), "endpoints": top(By::Endpoint),
        "budgets": left.iter().map(|left| left_shown(left, now)).collect::<Vec<_>>(),
    })
}
