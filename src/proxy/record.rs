//! What is kept of a call: a count, and an audit entry of a denial that says something (U1).

use super::service::{Call, Reply};
use crate::audit::{Action, Actor, Entry, Outcome};
use crate::http::Bridge;
use crate::http::error::CallFailure;
use crate::http::guard::KeyedCall;
use crate::http::notes::Ended;
use crate::rbac::{Denial, find};

/// Counts the call, under the route it was for.
pub fn count(call: &Call<'_>, ended: &Result<Reply, CallFailure>, keyed: &KeyedCall, bridge: &Bridge) {
    let route = find(call.method, call.path).map_or("unknown", |target| target.route().name);
    let ended = match ended {
        Ok(_) => Ended::Served,
        Err(
            CallFailure::UpstreamRefused
            | CallFailure::UpstreamLost
            | CallFailure::UpstreamTimeout
            | CallFailure::Unmaskable
            | CallFailure::NotConfigured
            | CallFailure::MailboxesUnknown(_)
            | CallFailure::Store(_)
            | CallFailure::Panicked,
        ) => Ended::Failed,
        Err(_) => Ended::Denied,
    };
    bridge.notes.called(&keyed.holder.key, route, ended, bridge.clock.now());
}

/// Audits a denial that says something about the caller; a path nobody offers says nothing.
///
/// Errors: the store's.
pub async fn denial(
    call: &Call<'_>,
    failure: &CallFailure,
    keyed: &KeyedCall,
    bridge: &Bridge,
) -> Result<(), CallFailure> {
    let CallFailure::Denied(why, _) = failure else {
        return Ok(());
    };
    let telling = matches!(
        why,
        Denial::Forbidden { .. }
            | Denial::NeedsExportPii { .. }
            | Denial::WebhookRefused
            | Denial::CredentialInQuery
            | Denial::CredentialInBody
            | Denial::MethodOverride
            | Denial::MaskedWriteBack { .. }
            | Denial::SomebodyElse { .. }
            | Denial::NotYourMailbox { .. }
    );
    if !telling {
        return Ok(());
    }
    let route = find(call.method, call.path).map(|target| target.route().name).unwrap_or("unknown");
    let entry = Entry {
        outcome: Outcome::Refused,
        directory_id: Some(keyed.holder.directory.id.clone()),
        seat_id: Some(keyed.holder.seat.id.clone()),
        subject: keyed.holder.seat.seat.person().map(|person| person.user_name.as_str().to_owned()),
        reason: Some(format!("{route}: {why}")),
        request_id: Some(keyed.request_id.clone()),
        ..Entry::done(bridge.clock.now(), Actor::Key(keyed.holder.key.id.clone()), Action::DenyCall)
    };
    bridge.store.write(move |tx| tx.append(&entry).map(|_| ())).await?;
    Ok(())
}
