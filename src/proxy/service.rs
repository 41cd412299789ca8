//! Key -> permit -> forward (R2 to R4, R7 to R10, R12).

pub use super::budget::{budgets, owner};
use super::oneself;
use super::record::Course;
use crate::apollo::{Answer, Failure};
use crate::http::Bridge;
use crate::http::error::CallFailure;
use crate::http::guard::KeyedCall;
use crate::rbac::{Answered, Denial, Draft, Reach, Role, Route, check_query, find, permit};
use metrics::Counter;
use serde_json::Value;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// One call as it arrived, without its credential.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The method.
    pub method: &'a str,
    /// The exact bytes after the mount.
    pub path: &'a str,
    /// The exact bytes after the question mark.
    pub query: &'a str,
    /// The caller's Accept header.
    pub accept: Option<&'a str>,
}

/// How often a call is judged anew because something was touched in the moment before it was sent.
const MOST_TRIES: usize = 8;

/// What goes back.
pub enum Reply {
    /// Apollo's answer, as far as the caller may see it.
    Upstream(Answer),
    /// Ours, about the key's holder (R10).
    Local(Value),
}

/// A call that passed the first look.
pub enum Admitted {
    /// It is answered here.
    Locally(&'static Route),
    /// It is Apollo's to answer, once its body is in order too.
    ByApollo(Draft),
}

/// The first look, before the body is read: is there such a route, and may this key use it?
///
/// Errors: [`CallFailure::Denied`].
pub fn admit(call: &Call<'_>, keyed: &KeyedCall, bridge: &Bridge) -> Result<Admitted, CallFailure> {
    let admitted = find(call.method, call.path).and_then(|target| {
        let route = target.route();
        if route.answered == Answered::Locally {
            return check_query(call.query).map(|_| Admitted::Locally(route));
        }
        permit(target, &reach(keyed, bridge), call.query).map(Admitted::ByApollo)
    });
    admitted.map_err(|denial| denied(denial, keyed))
}

/// Makes the call, with everything asked again at the moment of sending; what the first look found stands
/// while nothing has changed that it went by.
///
/// Errors: [`CallFailure`].
pub async fn carry(
    admitted: Admitted,
    call: &Call<'_>,
    body: Option<(&str, &[u8])>,
    keyed: &KeyedCall,
    bridge: &Bridge,
    course: &mut Course<'_>,
) -> Result<Reply, CallFailure> {
    let (seen, mut keyed) = (keyed, keyed.still_stands(bridge).await?);
    let mut admitted = Some(admitted).filter(|_| keyed.may_the_same_as(seen));
    let mut tries = 0;
    let (route, answer) = loop {
        let draft = match admitted.take().map_or_else(|| admit(call, &keyed, bridge), Ok)? {
            Admitted::Locally(route) => {
                return Ok(Reply::Local(oneself::describe(route.name, call, &keyed)));
            }
            Admitted::ByApollo(draft) => draft,
        };
        let route = draft.route();
        let checked = draft.with_body(body).map_err(|denial| denied(denial, &keyed))?;
        let apollo = bridge.apollo.as_ref().ok_or(CallFailure::NotConfigured)?;
        let oneself = oneself::of(&checked, &keyed, apollo).await?;
        let permit = checked.by(&oneself).map_err(|denial| denied(denial, &keyed))?;
        course.leaves(&permit).await?;
        // Finding out whose mailbox it is, and waiting for a turn, may have taken long.
        let fresh = keyed.still_stands(bridge).await;
        let answer = match &fresh {
            // Leave is asked for at the very moment of sending, and again when Apollo wants to see another
            // credential: a dead key begins no call (R4). What was touched before the call was written is
            // read again, the call judged anew.
            Ok(fresh) if fresh.may_the_same_as(&keyed) => {
                apollo.forward(permit, call.accept, &|| fresh.begin(bridge)).await
            }
            Ok(_) | Err(_) => Err(Failure::Withdrawn),
        };
        course.heard(&answer).await;
        keyed = fresh?;
        match answer {
            Err(Failure::Withdrawn) if tries < MOST_TRIES => {
                (tries, keyed) = (tries + 1, keyed.still_stands(bridge).await?);
            }
            answer => break (route, answer),
        }
    };
    let answer = answer.map_err(failed)?;
    count(route.name, keyed.holder.key.role);
    // This line, like the front's, is for who looks closer: calls that went well are counted.
    tracing::debug!(
        request.id = %keyed.request_id, key.id = %keyed.holder.key.id, route = route.name,
        status = answer.status, masked = answer.masked, "call forwarded to Apollo"
    );
    note_outlived(&keyed, route.name, bridge).await;
    Ok(Reply::Upstream(answer))
}

fn failed(failure: Failure) -> CallFailure {
    match failure {
        Failure::Refused => CallFailure::UpstreamRefused,
        Failure::Lost | Failure::Untrusted => CallFailure::UpstreamLost,
        Failure::Slow => CallFailure::UpstreamTimeout,
        Failure::Unmaskable => CallFailure::Unmaskable,
        Failure::NoCredential => CallFailure::NotConfigured,
        // Something else was touched each time it was about to be sent.
        Failure::Withdrawn => CallFailure::TimedOut,
    }
}

/// A call that was under way when its key died may finish, and is recorded as such (R4).
async fn note_outlived(keyed: &KeyedCall, route: &str, bridge: &Bridge) {
    if keyed.was_outlived(bridge).await {
        tracing::info!(
            request.id = %keyed.request_id, key.id = %keyed.holder.key.id, route,
            "a call that was under way when its key died was finished"
        );
    }
}

thread_local! {
    /// What was counted on this thread before: found without a look among all that is counted.
    static COUNTED: RefCell<HashMap<(&'static str, Role), Counter>> = RefCell::default();
}

fn count(route: &'static str, role: Role) {
    let counter = || {
        let labels = [("route", route), ("role", role.as_str())];
        metrics::counter!("seatbridge_proxied_calls_total", &labels)
    };
    COUNTED.with_borrow_mut(|known| known.entry((route, role)).or_insert_with(counter).increment(1));
}

/// What the call may do, with the hosts that results may be posted to (R9).
fn reach<'a>(keyed: &'a KeyedCall, bridge: &Bridge) -> Cow<'a, Reach> {
    if bridge.webhook_hosts.is_empty() {
        return Cow::Borrowed(&keyed.reach);
    }
    Cow::Owned(keyed.reach.clone().allowing_webhooks(Arc::clone(&bridge.webhook_hosts)))
}

fn denied(denial: Denial, keyed: &KeyedCall) -> CallFailure {
    CallFailure::Denied(denial, keyed.reach.highest())
}
