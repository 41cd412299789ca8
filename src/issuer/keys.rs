//! The keys of trusted issuers: who asks, how often, and what holds while nobody answers.

use super::fetch::{self, Unread};
use super::{FRESH, KEPT, PAUSE, Verified};
use crate::credential::issuer_keys::IssuerKey;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// An issuer as an operator registered it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Source {
    /// `iss`, exactly.
    pub issuer: String,
    /// Where its OpenID configuration lies.
    pub configuration_url: String,
}

/// Why there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// The issuer was asked and publishes no usable key of this id.
    NotPublished,
    /// The issuer could not be asked, so nobody can tell.
    Unreachable,
}

/// The keys of all issuers; cheap to clone.
#[derive(Debug, Clone)]
pub struct Issuers {
    client: reqwest::Client,
    places: Arc<Mutex<HashMap<Source, Arc<Place>>>>,
    /// Tokens verified before.
    pub verified: Verified,
}

#[derive(Debug)]
struct Place {
    state: Mutex<State>,
    /// Changes whenever a question has ended.
    ended: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    keys: Vec<IssuerKey>,
    fetched_at: Option<i64>,
    asked_at: Option<i64>,
    asking: bool,
    failed: bool,
}

impl State {
    /// The keys of this id, with how old they are, while they may still be used.
    fn find(&self, key_id: &str, now: i64) -> Option<(Vec<IssuerKey>, i64)> {
        let age = self.fetched_at.map(|at| now - at).filter(|age| *age < KEPT)?;
        let named: Vec<IssuerKey> = self.keys.iter().filter(|key| key.id() == key_id).cloned().collect();
        (!named.is_empty()).then_some((named, age))
    }

    fn may_ask(&self, now: i64) -> bool {
        !self.asking && self.asked_at.is_none_or(|at| now - at >= PAUSE)
    }
}

impl Place {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One question on its way; however it ends, the next may be asked.
struct Question(Arc<Place>);

impl Drop for Question {
    fn drop(&mut self) {
        self.0.lock().asking = false;
        self.0.ended.send_modify(|count| *count += 1);
    }
}

impl Issuers {
    /// Knows nobody yet.
    ///
    /// Errors: the HTTP client's, as text.
    pub fn new() -> Result<Self, String> {
        let client = fetch::client().map_err(|error| error.to_string())?;
        Ok(Self { client, places: Arc::default(), verified: Verified::default() })
    }

    /// The issuer's keys of this id.
    ///
    /// Units: `now` in microseconds. Errors: [`Unknown`].
    pub async fn keys(&self, source: &Source, key_id: &str, now: i64) -> Result<Vec<IssuerKey>, Unknown> {
        let place = self.place(source);
        let mut ended = place.ended.subscribe();
        let (known, mine) = {
            let mut state = place.lock();
            let known = state.find(key_id, now);
            if let Some((keys, age)) = &known
                && *age < FRESH
            {
                return Ok(keys.clone());
            }
            let mine = state.may_ask(now);
            if mine {
                state.asking = true;
                state.asked_at = Some(now);
            }
            (known, mine)
        };
        if mine {
            // On a task of its own: a caller who goes away must not spend the turn of everybody else.
            let asked = tokio::spawn(ask(self.client.clone(), source.clone(), Question(place.clone()), now));
            let _ = asked.await;
        } else if let Some((keys, _)) = known {
            return Ok(keys);
        } else if place.lock().asking {
            let _ = ended.changed().await;
        }
        let state = place.lock();
        match state.find(key_id, now) {
            Some((keys, _)) => Ok(keys),
            None if state.failed => Err(Unknown::Unreachable),
            None => Err(Unknown::NotPublished),
        }
    }

    fn place(&self, source: &Source) -> Arc<Place> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Arc::new(Place { state: Mutex::default(), ended: watch::Sender::new(0) });
        Arc::clone(places.entry(source.clone()).or_insert_with(fresh))
    }
}

async fn ask(client: reqwest::Client, source: Source, question: Question, now: i64) {
    let answer: Result<_, Unread> = fetch::keys(&client, &source.issuer, &source.configuration_url).await;
    let mut state = question.0.lock();
    match answer {
        Ok(keys) => {
            tracing::debug!(issuer = %source.issuer, keys = keys.len(), "the keys of an issuer were read");
            *state = State { keys, fetched_at: Some(now), failed: false, ..std::mem::take(&mut *state) };
        }
        Err(why) => {
            state.failed = true;
            tracing::warn!(issuer = %source.issuer, %why, "the keys of an issuer cannot be read");
        }
    }
}
