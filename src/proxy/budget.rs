//! Credits, counted before a call and after (R11): what it may cost is taken from every budget in one
//! transaction of the store, so that replicas together never overspend; what it did not cost is given back.

use crate::audit::Entry;
use crate::config;
use crate::http::Bridge;
use crate::http::error::CallFailure;
use crate::quota::{Budget, Cost, Credits, Period, Refusal, Whose};
use crate::seat::Standing;
use crate::store::{Error, Tx};

/// The budgets that are configured, each with its limit.
pub fn budgets(of: &config::Budgets) -> Vec<Budget> {
    [
        (Whose::Key, Period::Day, of.credits_per_key_day, "budgets.credits_per_key_day"),
        (Whose::Key, Period::Month, of.credits_per_key_month, "budgets.credits_per_key_month"),
        (Whose::Team, Period::Month, of.credits_per_team_month, "budgets.credits_per_team_month"),
    ]
    .into_iter()
    .filter(|(_, _, limit, _)| *limit > 0)
    .map(|(whose, period, limit, setting)| Budget { whose, period, limit: Credits::whole(limit), setting })
    .collect()
}

/// Under which name the store keeps a budget.
pub fn owner(whose: Whose, key_id: &str) -> String {
    match whose {
        Whose::Key => format!("key:{key_id}"),
        Whose::Team => "team".to_owned(),
    }
}

/// What was taken from the budgets for one call.
#[derive(Debug, Clone)]
pub struct Reserved {
    rows: Vec<(String, Period, i64)>,
    at_most: Credits,
}

/// What the store made of a reservation.
enum Taken {
    Reserved(Reserved),
    Refused(Refusal),
    /// The key died while the call waited for its turn (R4).
    Dead,
}

/// Takes what a call of this key may cost from every budget, and writes what has to be in the audit before
/// the call is sent. Without budgets and without an entry the store is not asked.
///
/// Errors: [`CallFailure::Limited`] when a budget does not suffice, and then nothing is taken from any;
/// [`CallFailure::InvalidKey`] when the key has died; the store's.
pub async fn reserve(
    key_id: &str,
    credits: u32,
    entry: Option<Entry>,
    bridge: &Bridge,
) -> Result<Option<Reserved>, CallFailure> {
    let budgets = if credits == 0 { Vec::new() } else { budgets(&bridge.config.budgets) };
    if budgets.is_empty() && entry.is_none() {
        return Ok(None);
    }
    let (id, now) = (key_id.to_owned(), bridge.clock.now());
    if let Some(refusal) = bridge.leases.shortage(key_id, credits, now) {
        return Err(CallFailure::Limited(refusal));
    }
    let at_most = Credits::whole(u64::from(credits));
    let taken = bridge.store.write(move |tx| take(&id, &budgets, at_most, entry, now, tx)).await?;
    match taken {
        Taken::Reserved(reserved) => Ok(Some(reserved)),
        Taken::Refused(refusal) => {
            bridge.leases.is_short(key_id, credits, &refusal, now);
            Err(CallFailure::Limited(refusal))
        }
        Taken::Dead => Err(CallFailure::InvalidKey),
    }
}

fn take(
    key_id: &str,
    budgets: &[Budget],
    at_most: Credits,
    entry: Option<Entry>,
    now: i64,
    tx: &mut dyn Tx,
) -> Result<Taken, Error> {
    let alive = tx.key(key_id)?.is_some_and(|known| {
        known.key.revoked_at.is_none()
            && known.seat.period == known.key.period
            && known.seat.seat.standing() == Standing::Assigned
    });
    if !alive {
        return Ok(Taken::Dead);
    }
    let mut rows = Vec::new();
    for budget in budgets {
        let (begin, _) = budget.period.around(now);
        let owner = owner(budget.whose, key_id);
        let spent = Credits::of_thousandths(tx.spent(&owner, budget.period.as_str(), begin)?);
        if let Err(refusal) = budget.admit(spent, at_most, now) {
            return Ok(Taken::Refused(refusal));
        }
        rows.push((owner, budget.period, begin));
    }
    for (owner, period, begin) in &rows {
        tx.spend(owner, period.as_str(), *begin, at_most.thousandths())?;
    }
    if let Some(entry) = entry {
        tx.append(&entry)?;
    }
    Ok(Taken::Reserved(Reserved { rows, at_most }))
}

/// Puts what a call cost in the place of what it might have. Where that fails the estimate stands.
pub async fn settle(reserved: Reserved, cost: Cost, bridge: &Bridge) {
    let more = cost.credits().thousandths() - reserved.at_most.thousandths();
    if more == 0 || reserved.rows.is_empty() {
        return;
    }
    let rows = reserved.rows;
    let written = bridge.store.write(move |tx| {
        rows.iter().try_for_each(|(owner, period, begin)| tx.spend(owner, period.as_str(), *begin, more))
    });
    if let Err(error) = written.await {
        tracing::error!(%error, "what a call cost could not be written; its estimate stands in the budgets");
    }
}
