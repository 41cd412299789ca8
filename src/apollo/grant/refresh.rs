//! A living access token for a call. One renewal at a time: within the process by a lock, among replicas by
//! the shelf, which lets one of them renew and shows the others what came of it.

use super::super::forward::Failure;
use super::exchange::Exchange;
use super::schedule::{chance, due_at, retry_at};
use super::{GrantShelf, Held, Refused, ShelfProblem, Tokens};
use secrecy::SecretString;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

const SECOND: i64 = 1_000_000;
/// A token that ends sooner than this is taken for one that has ended: a call takes its time.
const MARGIN: i64 = 10 * SECOND;
/// How long a replica has the right to renew: longer than asking and writing can take.
const LEASE: i64 = 60 * SECOND;
/// Longest wait for the replica that renews.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often the shelf is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(100);
/// How long a token that was renewed in vain is shown to nobody as a reason to renew again.
const DISTRUST: i64 = 60 * SECOND;
/// How often new tokens are tried to be written down: lost ones may not be had again.
const WRITES: u32 = 5;

/// A token for one call.
#[derive(Debug, Clone)]
pub struct Token {
    /// What goes into the header.
    pub access: SecretString,
    id: String,
    version: i64,
}

impl Token {
    fn of(held: Held) -> Self {
        Self { access: held.access, id: held.id, version: held.version }
    }

    fn is_of(&self, held: &Held) -> bool {
        self.id == held.id && self.version == held.version
    }
}

/// Which token a call needs.
#[derive(Debug, Clone, Copy)]
pub enum Need<'a> {
    /// One that lives.
    Living,
    /// Another than this one, which Apollo refused.
    InPlaceOf(&'a Token),
}

/// The grant, renewed when it has to be; cheap to clone.
#[derive(Debug, Clone)]
pub struct RefreshedGrant {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    shelf: Arc<dyn GrantShelf>,
    exchange: Exchange,
    renewing: tokio::sync::Mutex<()>,
    distrusted: Mutex<Option<(Token, i64)>>,
}

impl RefreshedGrant {
    /// The grant on this shelf, made for this application.
    pub fn new(shelf: Arc<dyn GrantShelf>, exchange: Exchange) -> Self {
        let inner =
            Inner { shelf, exchange, renewing: tokio::sync::Mutex::default(), distrusted: Mutex::default() };
        Self { inner: Arc::new(inner) }
    }

    /// A token for a call.
    ///
    /// Errors: [`Failure::NoCredential`] while there is no grant; [`Failure::Refused`] when there is no other
    /// token than the one refused; [`Failure::Lost`], [`Failure::Slow`] while an ended one cannot be renewed.
    pub(in crate::apollo) async fn token(&self, need: Need<'_>) -> Result<Token, Failure> {
        let inner = &self.inner;
        let held = inner.living().await?;
        let now = inner.shelf.now();
        let (has_ended, refused) = match need {
            Need::Living => (ends_soon(&held, now), false),
            Need::InPlaceOf(token) => {
                if inner.is_distrusted(token, now) {
                    return Err(Failure::Refused);
                }
                (ends_soon(&held, now), token.is_of(&held))
            }
        };
        if !has_ended && !refused {
            return Ok(Token::of(held));
        }
        self.renewed(held, false).await.map(Token::of)
    }

    /// Remembers that a token was refused although it was new: renewing it again would not help.
    pub(in crate::apollo) fn distrust(&self, token: &Token) {
        let until = self.inner.shelf.now() + DISTRUST;
        *self.inner.distrusted.lock().unwrap_or_else(PoisonError::into_inner) = Some((token.clone(), until));
    }

    /// Renews ahead of the end, if it is time; whoever calls while that is under way uses the old token.
    pub async fn keep(&self) {
        let inner = &self.inner;
        if inner.renewing.try_lock().is_err() {
            return;
        }
        let Ok(Some(held)) = inner.shelf.living().await else { return };
        let now = inner.shelf.now();
        let due = due_at(held.given_at, held.expires_at, chance(inner.shelf.refresher(), held.version));
        if due <= now && held.retry_at.is_none_or(|at| at <= now) {
            drop(self.spawned(held, true));
        }
    }

    async fn renewed(&self, seen: Held, ahead: bool) -> Result<Held, Failure> {
        self.spawned(seen, ahead).await.unwrap_or(Err(Failure::Lost))
    }

    /// On a task of its own: a caller may go away in the middle, and tokens that Apollo has given must be
    /// written down all the same.
    fn spawned(&self, seen: Held, ahead: bool) -> tokio::task::JoinHandle<Result<Held, Failure>> {
        let inner = Arc::clone(&self.inner);
        tokio::spawn(async move { inner.renew(&seen, ahead).await })
    }
}

impl Inner {
    async fn living(&self) -> Result<Held, Failure> {
        self.shelf.living().await.map_err(|problem| shelf_failed(&problem))?.ok_or(Failure::NoCredential)
    }

    fn is_distrusted(&self, token: &Token, now: i64) -> bool {
        let distrusted = self.distrusted.lock().unwrap_or_else(PoisonError::into_inner);
        distrusted.as_ref().is_some_and(|(known, until)| {
            known.id == token.id && known.version == token.version && now < *until
        })
    }

    /// Another pair than `seen`: one that somebody else got, or one got here.
    async fn renew(&self, seen: &Held, ahead: bool) -> Result<Held, Failure> {
        let _alone = self.renewing.lock().await;
        let begun = Instant::now();
        loop {
            let held = self.living().await?;
            let now = self.shelf.now();
            let is_seen = held.id == seen.id && held.version == seen.version;
            if !is_seen && !ends_soon(&held, now) {
                return Ok(held);
            }
            if held.retry_at.is_some_and(|at| now < at) {
                return if is_seen && ends_soon(&held, now) {
                    Err(Failure::Lost)
                } else {
                    Err(Failure::Refused)
                };
            }
            let claimed = self.shelf.claim(&held, now + LEASE).await;
            if claimed.map_err(|problem| shelf_failed(&problem))? {
                return self.carry_out(held).await;
            }
            if ahead {
                return Ok(held);
            }
            if begun.elapsed() > PATIENCE {
                return Err(Failure::Slow);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Asks Apollo, and writes down what it says; the right to do so has been taken.
    async fn carry_out(&self, held: Held) -> Result<Held, Failure> {
        let refused = match &held.refresh {
            None => Refused::Over,
            Some(token) => match self.exchange.refresh(token).await {
                Ok(tokens) => return self.write_down(&held, tokens).await,
                Err(refused) => refused,
            },
        };
        metrics::counter!("seatbridge_apollo_refreshes_total", "outcome" => "refused").increment(1);
        let now = self.shelf.now();
        if refused.is_for_good() {
            tracing::error!(grant.id = %held.id, "the OAuth grant towards Apollo has ended: {refused}; \
                authorise again with `seatbridge apollo connect`");
            let ended = self.shelf.end(&held, &refused.to_string()).await;
            ended.map_err(|problem| shelf_failed(&problem))?;
            return Err(Failure::NoCredential);
        }
        tracing::warn!(grant.id = %held.id, "the OAuth grant towards Apollo could not be renewed: {refused}");
        let again = retry_at(now, held.attempts + 1);
        if let Err(problem) = self.shelf.postpone(&held, &refused.to_string(), again).await {
            shelf_failed(&problem);
        }
        Err(Failure::Lost)
    }

    async fn write_down(&self, held: &Held, mut tokens: Tokens) -> Result<Held, Failure> {
        // Whether Apollo's former refresh token lives on is unconfirmed: without a new one it has to.
        tokens.refresh = tokens.refresh.or_else(|| held.refresh.clone());
        for attempt in 1..=WRITES {
            match self.shelf.renew(held, &tokens).await {
                Ok(kept) => {
                    let outcome = if kept { "renewed" } else { "superseded" };
                    metrics::counter!("seatbridge_apollo_refreshes_total", "outcome" => outcome).increment(1);
                    tracing::info!(grant.id = %held.id, "the OAuth grant towards Apollo was {outcome}");
                    return self.living().await;
                }
                Err(problem) if attempt == WRITES => return Err(shelf_failed(&problem)),
                Err(_) => tokio::time::sleep(LOOK * attempt).await,
            }
        }
        Err(Failure::Lost)
    }
}

fn ends_soon(held: &Held, now: i64) -> bool {
    held.expires_at <= now + MARGIN
}

/// A call cannot be signed; the operator is told why.
fn shelf_failed(problem: &ShelfProblem) -> Failure {
    tracing::error!("no call to Apollo can be signed: {problem}");
    Failure::NoCredential
}
