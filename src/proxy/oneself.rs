//! Acting for oneself (R10): who the key's holder is at Apollo, and what is answered here about them.

use super::service::Call;
use crate::apollo::{Apollo, Doubt};
use crate::http::error::CallFailure;
use crate::http::guard::KeyedCall;
use crate::rbac::{Checked, Oneself, check_query};
use serde_json::{Map, Value, json};

/// What must be known of the holder before this call may touch anybody's records. Apollo is asked only when
/// the call names a mailbox.
///
/// Errors: [`CallFailure::MailboxesUnknown`] when Apollo does not say whose it is.
pub async fn of(checked: &Checked, keyed: &KeyedCall, apollo: &Apollo) -> Result<Oneself, CallFailure> {
    let oneself = Oneself::known_as(keyed.holder.apollo_id.as_deref());
    let named = checked.mailboxes_to_prove();
    let Some(id) = oneself.apollo_id().filter(|_| !named.is_empty()) else {
        return Ok(oneself);
    };
    let own = apollo.mailboxes_of(id, &named).await.map_err(|doubt| {
        tracing::warn!(request.id = %keyed.request_id, "whose mailbox a call names is unknown: {doubt}");
        CallFailure::MailboxesUnknown(told(&doubt))
    })?;
    Ok(oneself.sending_from(own))
}

/// A doubt in words for a caller, who need not know what the bridge is let in with.
fn told(doubt: &Doubt) -> &'static str {
    match doubt {
        Doubt::RateLimited { .. } => "Apollo's limit for asking whose mailbox that is, is used up for now",
        Doubt::NotAllowed { .. } | Doubt::CredentialRefused { .. } => {
            "Apollo does not tell this bridge whose mailbox that is, which its operator can mend"
        }
        _ => "Apollo did not say whose mailbox that is",
    }
}

/// Members of a profile that tell of credits (Apollo facts §4.2).
const CREDITS: [&str; 11] = [
    "num_credits_remaining",
    "effective_num_lead_credits",
    "num_lead_credits_used",
    "effective_num_direct_dial_credits",
    "num_direct_dial_credits_used",
    "effective_num_export_credits",
    "num_export_credits_used",
    "effective_num_ai_credits",
    "num_ai_credits_used",
    "total_unified_credits",
    "total_unified_credits_used",
];

/// The key's holder, never the master key's acting admin (Apollo facts §2.3, §4.2). `id` is Apollo's, and
/// null until a reconciliation run has found the holder there.
///
/// Credits are the workspace's and not a holder's, so asked-for figures are null: a number would be somebody
/// else's, and what the holder used is told by `/admin/usage`.
pub fn describe(route: &str, call: &Call<'_>, keyed: &KeyedCall) -> Value {
    let holder = &keyed.holder;
    let person = holder.seat.seat.person();
    let text =
        |path: &str| person.and_then(|person| person.profile.0.pointer(path)).cloned().unwrap_or(Value::Null);
    let email = person.and_then(|person| person.address.as_ref()).map(|address| address.as_str().to_owned());
    let (first, last) = (text("/name/givenName"), text("/name/familyName"));
    let whole = [&first, &last].into_iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
    let user_name = person.map(|person| person.user_name.as_str());
    let name = if whole.is_empty() { user_name.map(str::to_owned) } else { Some(whole) };
    if route.starts_with("auth/") {
        let user = json!({"id": holder.apollo_id, "email": email, "name": name});
        return json!({"healthy": true, "is_logged_in": true, "user": user});
    }
    let told = json!({
        "id": holder.apollo_id, "first_name": first, "last_name": last, "name": name,
        "title": text("/title"), "email": email, "roles": keyed.held.roles, "key_role": holder.key.role,
    });
    let credits = CREDITS.iter().filter(|_| asks_for_credits(call.query));
    let credits: Map<String, Value> = credits.map(|name| ((*name).to_owned(), Value::Null)).collect();
    told.as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.clone()))
        .chain(credits)
        .collect()
}

fn asks_for_credits(query: &str) -> bool {
    let asks =
        |(name, value): (&str, &str)| name == "include_credit_usage" && !["", "0", "false"].contains(&value);
    check_query(query).is_ok_and(|query| query.parameters().any(asks))
}
