//! Proxied calls, counted, and what they took from budgets (R11).

use crate::store::error::Error;
use crate::store::records::{CallCount, Spending};

/// What keys used.
pub trait Usage {
    /// Adds to the counts of proxied calls.
    fn add_calls(&mut self, counts: &[CallCount]) -> Result<(), Error>;
    /// Counts of these seats, hour by hour, from a moment on.
    fn calls_of(&mut self, seats: &[String], since: i64) -> Result<Vec<CallCount>, Error>;
    /// Sums of everybody by key and route, from the beginning of the moment's hour on.
    fn calls_since(&mut self, since: i64) -> Result<Vec<CallCount>, Error>;
    /// When each seat's last call was answered.
    fn last_calls(&mut self) -> Result<Vec<(String, i64)>, Error>;
}

/// Budgets of credits, and calls a minute.
pub trait Budgets {
    /// What an owner spent in a period that began then. Units: thousandths of a credit.
    fn spent(&mut self, owner: &str, period: &str, period_at: i64) -> Result<i64, Error>;
    /// Adds to it; less than nothing gives back.
    fn spend(&mut self, owner: &str, period: &str, period_at: i64, thousandths: i64) -> Result<(), Error>;
    /// What everybody spent in periods that began from a moment on.
    fn spendings(&mut self, since: i64) -> Result<Vec<Spending>, Error>;
    /// Takes up to `most` of a key's `limit` calls of a minute; answers how many.
    fn lease_calls(&mut self, key_id: &str, minute_at: i64, most: u64, limit: u64) -> Result<u64, Error>;
}
