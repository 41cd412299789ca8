//! Turns at Apollo: its windows, shared out among keys, in this process (R11).
//!
//! Each replica learns from its own answers, and these carry the team's true figures, whoever used the rest.
//! So what is let through beyond a window is at most what other replicas had on their way at that moment, and
//! Apollo's refusal of it is learned like everything else.

use super::clock::Clock;
use crate::apollo::{Allowance, Limit, Window, Windows};
use crate::quota::{Endpoint, Heard, NAMES, Refusal, Reserve, Said};
use crate::rbac::table;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Endpoints the bridge itself reads, and keeps a slice of: the roster, and what Apollo says of its windows.
const OWN: [&str; 3] = ["users/search", "usage_stats/api_usage_stats", "usage_stats/credit_usage_stats"];

/// All endpoints of the sheet; cheap to clone.
#[derive(Debug, Clone)]
pub struct Turns {
    endpoints: Arc<HashMap<&'static str, Mutex<Endpoint>>>,
    reserve: Reserve,
    clock: Clock,
    were_taken: Arc<AtomicBool>,
}

impl Turns {
    /// Nothing is known yet. Units: percent of a window that is kept for the bridge's own reads.
    pub fn new(reserve_percent: u64, clock: Clock) -> Self {
        let endpoints = table().iter().map(|route| (route.name, Mutex::default())).collect();
        let reserve = Reserve::percent(reserve_percent);
        Self { endpoints: Arc::new(endpoints), reserve, clock, were_taken: Arc::default() }
    }

    /// Whether turns were taken since this was last asked.
    pub fn were_taken(&self) -> bool {
        self.were_taken.swap(false, Ordering::Relaxed)
    }

    /// A turn of `key` on the route of this name.
    ///
    /// Errors: [`Refusal`] says how long to wait.
    pub fn take(&self, route: &'static str, key: &str) -> Result<Turn, Refusal> {
        let reserve = if OWN.contains(&route) { self.reserve } else { Reserve::default() };
        if let Some(mut endpoint) = self.endpoint(route) {
            endpoint.take(route, key, reserve, self.clock.now())?;
        }
        self.were_taken.store(true, Ordering::Relaxed);
        Ok(Turn { turns: self.clone(), route, sent_at: None, is_over: false })
    }

    fn endpoint(&self, route: &str) -> Option<MutexGuard<'_, Endpoint>> {
        let endpoint = self.endpoints.get(route)?;
        Some(endpoint.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Learns what the bridge's own reads were told since it was last asked.
    pub fn learn(&self, windows: &Windows) {
        for (endpoint, age, allowance) in windows.take_news() {
            if let Some(mut known) = self.endpoint(&endpoint) {
                let now = self.clock.now();
                let sent_at = now - i64::try_from(age.as_micros()).unwrap_or(i64::MAX);
                known.learn(said(allowance), Heard { sent_at, now, is_counted: false });
            }
        }
    }

    /// What is left of the three windows of a route; nothing where one is unlimited or unknown.
    pub fn left(&self, route: &str) -> [Option<u64>; 3] {
        self.endpoint(route).map_or([None; 3], |mut endpoint| endpoint.left(self.clock.now()))
    }

    /// Tells the metrics what is left, for whoever watches.
    pub fn measure(&self) {
        for name in self.endpoints.keys() {
            for (left, window) in self.left(name).into_iter().zip(NAMES) {
                if let Some(left) = left.and_then(|left| u32::try_from(left).ok()) {
                    let labels = [("endpoint", *name), ("window", window)];
                    metrics::gauge!("seatbridge_apollo_calls_left", &labels).set(f64::from(left));
                }
            }
        }
    }
}

/// One call's turn. Whatever becomes of it, the windows learn it: dropped after it began, it counts as used.
#[derive(Debug)]
pub struct Turn {
    turns: Turns,
    route: &'static str,
    sent_at: Option<i64>,
    is_over: bool,
}

impl Turn {
    /// The call is being sent.
    pub fn begins(&mut self) {
        self.sent_at = Some(self.turns.clock.now());
    }

    /// Apollo counted nothing: the call was never made, or refused before the windows.
    pub fn withdraw(mut self) {
        self.sent_at = None;
    }

    /// Apollo answered; with 429, it may have said in how many seconds to come again.
    pub fn answered<'a>(
        mut self,
        status: u16,
        headers: impl Iterator<Item = (&'a str, &'a str)>,
        wait: Option<u32>,
    ) {
        self.is_over = true;
        let now = self.turns.clock.now();
        let said = said(Allowance::of(headers));
        let Some(mut endpoint) = self.turns.endpoint(self.route) else {
            return;
        };
        // A refusal is counted in no window.
        let is_counted = status != 429;
        endpoint.answered(said, Heard { sent_at: self.sent_at.unwrap_or(now), now, is_counted });
        if let (429, Some(seconds)) = (status, wait) {
            endpoint.close(now + i64::from(seconds.max(1)) * 1_000_000, said);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        if let Some(mut endpoint) = self.turns.endpoint(self.route) {
            match self.sent_at {
                Some(_) => endpoint.lost(self.turns.clock.now()),
                None => endpoint.unsent(),
            }
        }
    }
}

fn said(allowance: Allowance) -> [Said; 3] {
    [allowance.minute, allowance.hour, allowance.day].map(|window| match window {
        Window { limit: Limit::Unlimited, .. } => Said::Unlimited,
        Window { limit: Limit::Calls(limit), left: Some(left), .. } => Said::Calls { limit, left },
        Window { limit: Limit::Calls(limit), used: Some(used), .. } => {
            Said::Calls { limit, left: limit.saturating_sub(used) }
        }
        Window { limit: Limit::Calls(_) | Limit::Unknown, .. } => Said::Nothing,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(
        limit: &'static str,
        left: &'static str,
    ) -> impl Iterator<Item = (&'static str, &'static str)> {
        [("x-rate-limit-minute", limit), ("x-minute-requests-left", left)].into_iter()
    }

    const ROUTE: &str = "contacts/search";

    /// R11: answers teach; a turn that was never sent is given back, one whose answer is lost is not.
    #[test]
    fn a_turn_is_given_back_only_if_nothing_was_sent() {
        let turns = Turns::new(20, Clock::default());
        let mut first = turns.take(ROUTE, "k").unwrap();
        first.begins();
        first.answered(200, headers("4", "3"), None);
        drop(turns.take(ROUTE, "k").unwrap());
        let mut lost = turns.take(ROUTE, "k").unwrap();
        lost.begins();
        drop(lost);
        let one = turns.take(ROUTE, "k").unwrap();
        let two = turns.take(ROUTE, "k").unwrap();
        let refused = turns.take(ROUTE, "k").unwrap_err();
        assert!((59..=60).contains(&refused.seconds), "{refused:?}");
        drop(one);
        two.withdraw();
        turns.take(ROUTE, "k").unwrap();
        assert!(turns.take("people/match", "k").is_ok(), "another endpoint has its own windows");
    }

    /// Apollo facts §5.2, §5.3: Apollo's refusal stands until it said.
    #[test]
    fn a_refusal_of_apollo_is_learned() {
        let clock = Clock::default();
        let turns = Turns::new(20, clock.clone());
        let mut refused = turns.take(ROUTE, "k").unwrap();
        refused.begins();
        refused.answered(429, std::iter::empty(), Some(30));
        assert_eq!(turns.take(ROUTE, "other").unwrap_err().seconds, 30);
        clock.advance(31);
        assert!(turns.take(ROUTE, "other").is_ok());
        let mut busy = turns.take("sequences/create", "k").unwrap();
        busy.begins();
        busy.answered(429, std::iter::empty(), None);
        assert!(turns.take("sequences/create", "k").is_ok(), "a 429 that says no time means no quota");
    }
}
