//! Reading Apollo's users, and knowing whether those are all: over HTTP against the fake Apollo, with
//! everything that can fail or lie on the way (C1, C2). No server and no database is involved; that no
//! finding appears or disappears through it is proved where findings are.

mod credentials;
mod failing;
mod lying;

use seatbridge::apollo::grant::{GrantShelf, Held, Shelved, Tokens};
use seatbridge::apollo::{self, ReadOptions, Reading};
use seatbridge::config;
use seatbridge::emulator::apollo::{Apollo, Options};
use secrecy::SecretString;
use std::sync::Arc;
use std::time::Duration;

pub const MASTER: &str = "the-master-key";

/// Three pages: two full ones, and one of fifty.
pub const USERS: usize = 250;

/// A fake without rate limits, and so many users.
pub async fn fake(users: usize) -> Apollo {
    fake_with(Options { users, contacts: 0, rate_limits: false, ..Options::default() }).await
}

pub async fn fake_with(options: Options) -> Apollo {
    Apollo::start(Options { master_key: MASTER.to_owned(), ..options }).await.unwrap()
}

/// The bridge's door to it.
pub fn door(fake: &Apollo) -> apollo::Apollo {
    door_with(fake, |_| {})
}

pub fn door_with(fake: &Apollo, change: impl FnOnce(&mut config::Apollo)) -> apollo::Apollo {
    let mut config = config::Apollo {
        base_url: fake.base_url(),
        master_key: Some(SecretString::from(MASTER)),
        ..config::Apollo::default()
    };
    change(&mut config);
    apollo::Apollo::from_config(&config, Arc::new(NoGrant)).unwrap().unwrap()
}

/// A shelf that nobody ever put a grant on: what reading needs of one is proved where grants are.
#[derive(Debug)]
struct NoGrant;

impl GrantShelf for NoGrant {
    fn now(&self) -> i64 {
        0
    }

    fn refresher(&self) -> &str {
        "nobody"
    }

    fn living(&self) -> Shelved<'_, Option<Held>> {
        Box::pin(async { Ok(None) })
    }

    fn claim<'a>(&'a self, _: &'a Held, _: i64) -> Shelved<'a, bool> {
        Box::pin(async { Ok(false) })
    }

    fn renew<'a>(&'a self, _: &'a Held, _: &'a Tokens) -> Shelved<'a, bool> {
        Box::pin(async { Ok(false) })
    }

    fn postpone<'a>(&'a self, _: &'a Held, _: &'a str, _: i64) -> Shelved<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn end<'a>(&'a self, _: &'a Held, _: &'a str) -> Shelved<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

/// A patience that a test has.
pub fn patience() -> ReadOptions {
    ReadOptions {
        patience: Duration::from_secs(3),
        backoff: Duration::from_millis(2),
        ..ReadOptions::default()
    }
}

/// The words of what speaks against a reading.
pub fn words(reading: &Reading) -> Vec<&'static str> {
    reading.verdict.doubts().iter().map(apollo::Doubt::word).collect()
}

/// Nobody's address and no key is in what a run would show.
#[track_caller]
pub fn tells_nothing_personal(reading: &Reading) {
    let sentences: Vec<String> = reading.verdict.doubts().iter().map(ToString::to_string).collect();
    let evidence = serde_json::to_string(&reading.evidence).unwrap();
    let told = format!("{sentences:?} {:?} {evidence}", reading.verdict);
    for secret in ["@", MASTER, "Bearer"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
}
