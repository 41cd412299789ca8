//! A call on its way: its turn and its credits (R11), what is counted of it, and an audit entry where a
//! decision says something (U1).

use super::budget::{self, Reserved};
use super::service::{Call, Reply};
use crate::apollo::{Answer, Failure, Tail};
use crate::audit::{Action, Actor, Entry, Outcome};
use crate::http::Bridge;
use crate::http::error::CallFailure;
use crate::http::guard::KeyedCall;
use crate::http::tally::{Counted, Ended};
use crate::http::turns::Turn;
use crate::quota::{Cost, Credits, Kind, cost};
use crate::rbac::{Denial, Permit, find};

/// Largest answer that is looked at for what it cost. An answer that is longer, or streams, counts as much as
/// it may have cost: nothing is ever held back or read twice for the sake of a figure.
const LOOKED_AT: usize = 64 * 1024;

/// One call on its way. It is counted when it ends, also when its caller goes away before.
pub struct Course<'a> {
    keyed: &'a KeyedCall,
    bridge: &'a Bridge,
    route: Option<&'static str>,
    estimate: u32,
    reveals: bool,
    cost: Cost,
    masked: usize,
    is_throttled: bool,
    is_counted: bool,
    turn: Option<Turn>,
    reserved: Option<Reserved>,
    /// The audit has it that the call asks for personal data.
    is_told: bool,
}

impl<'a> Course<'a> {
    /// A call that just arrived.
    pub fn begin(keyed: &'a KeyedCall, bridge: &'a Bridge) -> Self {
        Self {
            keyed,
            bridge,
            route: None,
            estimate: 0,
            reveals: false,
            cost: Cost::NOTHING,
            masked: 0,
            is_throttled: false,
            is_counted: false,
            turn: None,
            reserved: None,
            is_told: false,
        }
    }

    /// The call is about to be sent: it takes its turn, one of the key's calls of this minute, and what it
    /// may cost. One that asks for personal data is audited first: who, where, for how many, never what.
    /// From now on nobody knows what it costs until there is an answer.
    ///
    /// Errors: [`CallFailure::Limited`] says how long to wait; [`CallFailure::InvalidKey`]; the store's.
    pub async fn leaves(&mut self, permit: &Permit) -> Result<(), CallFailure> {
        let (bridge, key) = (self.bridge, &self.keyed.holder.key);
        let (route, credits) = (permit.route().name, permit.credits_at_most());
        self.route = Some(route);
        let mut turn = bridge.turns.take(route, &key.id).map_err(CallFailure::Limited)?;
        let calls = bridge.config.budgets.calls_per_key_minute;
        if calls > 0 {
            let now = bridge.clock.now();
            let leased = bridge.leases.take(&key.id, calls, now, &bridge.store).await?;
            leased.map_err(CallFailure::Limited)?;
        }
        let entry = (permit.reveals() && !self.is_told).then(|| {
            let records = permit.records().max(1);
            let told = format!("{route}: {records} records, at most {credits} credits");
            about(self.keyed, Action::Reveal, told, bridge)
        });
        self.reserved = budget::reserve(&key.id, credits, entry, bridge).await?;
        self.is_told = permit.reveals();
        self.estimate = credits;
        self.reveals = permit.reveals();
        if credits > 0 {
            self.cost = Cost::AtMost(Credits::whole(u64::from(credits)));
        }
        turn.begins();
        self.turn = Some(turn);
        Ok(())
    }

    /// What came of sending it. Where Apollo may have carried it out and nobody knows, the estimate stands.
    pub async fn heard(&mut self, answer: &Result<Answer, Failure>) {
        let turn = self.turn.take();
        match answer {
            Ok(answer) => {
                if let Some(turn) = turn {
                    let mut headers = answer.headers();
                    let wait = (answer.status == 429)
                        .then(|| headers.find(|(name, _)| *name == "retry-after")?.1.trim().parse().ok());
                    turn.answered(answer.status, answer.headers(), wait.flatten());
                }
                self.masked = answer.masked;
                self.is_throttled = answer.status == 429;
                let body = match &answer.tail {
                    Tail::Whole(body) if body.len() <= LOOKED_AT => Some(body.as_slice()),
                    Tail::Whole(_) | Tail::Stream(_) => None,
                };
                self.cost = cost(self.estimate, self.reveals, answer.status, body);
            }
            // Apollo counts and charges nothing that it does not let in.
            Err(Failure::Refused | Failure::NoCredential | Failure::Untrusted | Failure::Withdrawn) => {
                if let Some(turn) = turn {
                    turn.withdraw();
                }
                (self.estimate, self.reveals, self.cost) = (0, false, Cost::NOTHING);
            }
            Err(Failure::Lost | Failure::Slow | Failure::Unmaskable) => drop(turn),
        }
        if let Some(reserved) = self.reserved.take() {
            budget::settle(reserved, self.cost, self.bridge).await;
        }
    }

    /// Counts the call, under the route it was for.
    pub fn ends(&mut self, call: &Call<'_>, ended: &Result<Reply, CallFailure>) {
        if self.route.is_none() {
            self.route = find(call.method, call.path).ok().map(|target| target.route().name);
        }
        self.count(match ended {
            Ok(_) if self.is_throttled => Ended::Throttled,
            Ok(_) => Ended::Served,
            Err(
                CallFailure::UpstreamRefused
                | CallFailure::UpstreamLost
                | CallFailure::UpstreamTimeout
                | CallFailure::Unmaskable
                | CallFailure::NotConfigured
                | CallFailure::MailboxesUnknown(_)
                | CallFailure::Store(_)
                | CallFailure::TimedOut
                | CallFailure::Panicked,
            ) => Ended::Failed,
            Err(CallFailure::Limited(refusal)) => {
                let labels = [("kind", refusal.kind.as_str())];
                metrics::counter!("seatbridge_proxied_calls_limited_total", &labels).increment(1);
                Ended::Limited
            }
            Err(_) => Ended::Denied,
        });
    }

    fn count(&mut self, ended: Ended) {
        let call = Counted {
            route: self.route.unwrap_or("unknown"),
            ended,
            estimate: self.estimate,
            cost: self.cost,
            masked: self.masked,
            reveals: self.reveals,
        };
        self.is_counted = true;
        self.bridge.notes.called(&self.keyed.holder.key, call, self.bridge.clock.now());
    }
}

impl Drop for Course<'_> {
    /// A caller who went away gets no answer, and whatever was sent is counted all the same.
    fn drop(&mut self) {
        if !self.is_counted {
            self.count(Ended::Failed);
        }
    }
}

/// An entry about a call of this key.
fn about(keyed: &KeyedCall, action: Action, reason: String, bridge: &Bridge) -> Entry {
    Entry {
        directory_id: Some(keyed.holder.directory.id.clone()),
        seat_id: Some(keyed.holder.seat.id.clone()),
        subject: keyed.holder.seat.seat.person().map(|person| person.user_name.as_str().to_owned()),
        reason: Some(reason),
        request_id: Some(keyed.request_id.to_string()),
        ..Entry::done(bridge.clock.now(), Actor::Key(keyed.holder.key.id.clone()), action)
    }
}

/// Audits a denial that says something about the caller, and a budget that is used up; a path nobody offers
/// says nothing, and who comes too fast says it too often. The first of its kind is written at once, its
/// repetitions of the next hour are told in one entry.
///
/// Errors: the store's.
pub async fn denial(
    call: &Call<'_>,
    failure: &CallFailure,
    keyed: &KeyedCall,
    bridge: &Bridge,
) -> Result<(), CallFailure> {
    let kind = match failure {
        CallFailure::Limited(refusal) => match refusal.kind {
            Kind::KeyCredits | Kind::TeamCredits => refusal.kind.as_str(),
            Kind::Closed | Kind::Used | Kind::Reserved | Kind::Share | Kind::KeyCalls => return Ok(()),
        },
        CallFailure::Denied(why, _) => match why {
            Denial::Forbidden { permission } => permission.as_str(),
            Denial::NeedsExportPii { .. } => "reveal",
            Denial::WebhookRefused => "webhook",
            Denial::CredentialInQuery => "credential in query",
            Denial::CredentialInBody => "credential in body",
            Denial::MethodOverride => "method override",
            Denial::MaskedWriteBack { .. } => "mask",
            Denial::SomebodyElse { .. } => "somebody else",
            Denial::NotYourMailbox { .. } => "mailbox",
            _ => return Ok(()),
        },
        _ => return Ok(()),
    };
    let route = find(call.method, call.path).map(|target| target.route().name).unwrap_or("unknown");
    let told = match failure {
        CallFailure::Denied(why, _) => format!("{route}: {}", why.as_recorded()),
        other => format!("{route}: {other}"),
    };
    let entry = Entry { outcome: Outcome::Refused, ..about(keyed, Action::DenyCall, told, bridge) };
    if let Some(first) = bridge.denials.noted(&keyed.holder.key.id, &format!("{route}: {kind}"), entry) {
        bridge.store.write(move |tx| tx.append(&first).map(|_| ())).await?;
    }
    Ok(())
}
