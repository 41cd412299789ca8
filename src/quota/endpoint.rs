//! Apollo's windows of one endpoint, and the keys that share them (R11).
//!
//! What is left is what Apollo last said, less the calls on their way, less those whose answer never came: a
//! call goes only if even then the reserve stays. So of this process never more goes than was left; other
//! processes and other users of the team's key are seen in the next answer, and at worst Apollo itself
//! refuses as many calls as were on their way elsewhere at that moment.

use super::refusal::{Kind, Refusal};
use super::share::{Part, may_have_one};
use super::window::{Heard, LENGTHS, NAMES, Said, Window, hear};
use std::collections::HashMap;

const SECOND: i64 = 1_000_000;
/// How long a key that asked counts as one that wants more.
const LATELY: i64 = 60 * SECOND;

/// What is kept of every window for the bridge's own reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reserve(u64);

impl Reserve {
    /// So many percent of a window, and a call at least.
    pub const fn percent(percent: u64) -> Self {
        Self(if percent > 100 { 100 } else { percent })
    }

    fn of(self, limit: u64) -> u64 {
        limit.saturating_mul(self.0).div_ceil(100)
    }
}

/// What one key did, window by window.
#[derive(Debug, Clone, Copy, Default)]
struct OfKey {
    parts: [(u64, Part); 3],
    last_asked: i64,
}

impl OfKey {
    /// Its part of the window of this number.
    fn part(&self, place: usize, number: u64) -> Part {
        let (of, part) = self.parts[place];
        if of == number { part } else { Part::default() }
    }

    fn add(&mut self, place: usize, number: u64, asked: u64, taken: u64) {
        let part = self.part(place, number);
        let part = Part { asked: part.asked + asked, taken: part.taken + taken };
        self.parts[place] = (number, part);
    }
}

/// One endpoint.
#[derive(Debug, Default)]
pub struct Endpoint {
    windows: [Option<Window>; 3],
    /// Apollo refuses calls until then.
    closed_until: i64,
    flying: u64,
    keys: HashMap<String, OfKey>,
}

impl Endpoint {
    /// Lets a call of `key` begin, or says until when it may not.
    ///
    /// Errors: [`Refusal`]; the call counts as asked for, which gives its key a claim.
    pub fn take(&mut self, name: &str, key: &str, reserve: Reserve, now: i64) -> Result<(), Refusal> {
        self.asks(key, now);
        if self.closed_until > now {
            return Err(refusal(Kind::Closed, self.closed_until, now, name, ""));
        }
        let mut worst: Option<Refusal> = None;
        for place in 0..LENGTHS.len() {
            let Err(refusal) = self.look(place, name, key, reserve, now) else {
                continue;
            };
            if worst.as_ref().is_none_or(|known| known.until < refusal.until) {
                worst = Some(refusal);
            }
        }
        if let Some(refusal) = worst {
            return Err(refusal);
        }
        self.flying += 1;
        self.count(key, 0, 1);
        Ok(())
    }

    /// Notes that a key wants a call.
    fn asks(&mut self, key: &str, now: i64) {
        for (window, length) in self.windows.iter_mut().zip(LENGTHS) {
            window.iter_mut().for_each(|window| window.expire(length, now));
        }
        match self.keys.get_mut(key) {
            Some(known) => known.last_asked = now,
            None => drop(self.keys.insert(key.to_owned(), OfKey { last_asked: now, ..OfKey::default() })),
        }
        self.count(key, 1, 0);
    }

    fn count(&mut self, key: &str, asked: u64, taken: u64) {
        let Some(of_key) = self.keys.get_mut(key) else {
            return;
        };
        for (place, window) in self.windows.iter().enumerate() {
            if let Some(window) = window {
                of_key.add(place, window.number, asked, taken);
            }
        }
    }

    fn look(&self, place: usize, name: &str, key: &str, reserve: Reserve, now: i64) -> Result<(), Refusal> {
        let Some(window) = self.windows[place] else {
            return Ok(());
        };
        let reserved = reserve.of(window.limit);
        let free = window.left.saturating_sub(self.flying + window.lost);
        let available = free.saturating_sub(reserved);
        let told = format!("{} calls a {}", window.limit, NAMES[place]);
        if available == 0 {
            let is_asking = window.left == 0 && !window.is_exact && reserved == 0;
            if is_asking && self.flying == 0 {
                // Nobody knows when the window ends: this call asks Apollo, which says so as it refuses it.
                return Ok(());
            }
            let until = window.ends_by.filter(|_| !is_asking).unwrap_or(now + SECOND);
            let kind = if free > 0 { Kind::Reserved } else { Kind::Used };
            return Err(refusal(kind, until, now, name, &told));
        }
        // While much is left nobody has to wait, whatever they had.
        if available.saturating_mul(2) > window.limit.saturating_sub(reserved) {
            return Ok(());
        }
        let others: Vec<(&OfKey, Part)> = self
            .keys
            .iter()
            .filter(|(other, of_key)| other.as_str() != key && of_key.last_asked + LATELY > now)
            .map(|(_, of_key)| (of_key, of_key.part(place, window.number)))
            .collect();
        let taken = self.keys.get(key).map_or(0, |of_key| of_key.part(place, window.number).taken);
        let parts: Vec<Part> = others.iter().map(|(_, part)| *part).collect();
        if may_have_one(taken, available, &parts) {
            return Ok(());
        }
        let lapse = others.iter().map(|(other, _)| other.last_asked + LATELY).max().unwrap_or(now + SECOND);
        let until = window.ends_by.map_or(lapse, |end| end.min(lapse));
        let told = format!("{available} of {told} are left for {} keys", others.len() + 1);
        Err(refusal(Kind::Share, until, now, name, &told))
    }

    /// An answer came to a call that was let through.
    pub fn answered(&mut self, said: [Said; 3], heard: Heard) {
        self.flying = self.flying.saturating_sub(1);
        for (place, window) in self.windows.iter_mut().enumerate() {
            if let (Some(window), Said::Nothing) = (window, said[place]) {
                window.lose(LENGTHS[place], heard.now);
            }
        }
        self.learn(said, heard);
    }

    /// Something was learned without a call of a key: the bridge's own reads, usage figures.
    pub fn learn(&mut self, said: [Said; 3], heard: Heard) {
        for (place, window) in self.windows.iter_mut().enumerate() {
            hear(window, said[place], LENGTHS[place], heard);
        }
    }

    /// Apollo refused a call until then (429).
    pub fn close(&mut self, until: i64, said: [Said; 3]) {
        self.closed_until = self.closed_until.max(until);
        for (window, said) in self.windows.iter_mut().zip(said) {
            if let (Some(window), Said::Calls { left: 0, .. }) = (window, said) {
                window.close(until);
            }
        }
    }

    /// A call was let through and its answer never came: Apollo may have counted it.
    pub fn lost(&mut self, now: i64) {
        self.flying = self.flying.saturating_sub(1);
        for (place, window) in self.windows.iter_mut().enumerate() {
            if let Some(window) = window {
                window.lose(LENGTHS[place], now);
            }
        }
    }

    /// A call was let through and never sent.
    pub fn unsent(&mut self) {
        self.flying = self.flying.saturating_sub(1);
    }

    /// What is left of each window; nothing where it is unlimited or unknown.
    pub fn left(&mut self, now: i64) -> [Option<u64>; 3] {
        self.keys.retain(|_, of_key| of_key.last_asked + LENGTHS[2] > now);
        [0, 1, 2].map(|place| {
            let window = self.windows[place].as_mut()?;
            window.expire(LENGTHS[place], now);
            Some(window.left)
        })
    }
}

fn refusal(kind: Kind, until: i64, now: i64, endpoint: &str, told: &str) -> Refusal {
    Refusal::new(kind, until.max(now + 1), now, endpoint, told)
}

#[cfg(test)]
mod tests;
