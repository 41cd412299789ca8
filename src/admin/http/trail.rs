//! The audit.

use super::answer::{Outcome, ROWS, Told};
use super::ask::Ask;
use crate::admin::{Refusal, shown, trail};
use serde_json::json;

/// `GET /audit`: oldest first.
pub async fn list(ask: Ask) -> Outcome {
    let begin = ask.number("after").unwrap_or_default();
    let after = ask.place.as_ref().and_then(|place| place.parse().ok()).unwrap_or(begin);
    let limit = ask.number("limit").unwrap_or(ROWS);
    let entries = trail::after(after, limit, &ask.bridge.store).await?;
    let full = i64::try_from(entries.len()).unwrap_or_default() == limit;
    let next = entries.last().filter(|_| full).map(|entry| entry.seq.to_string());
    Ok(Told::Rows(entries.iter().map(shown::entry).collect(), next))
}

/// `GET /audit/verdict`: a broken chain is an answer, not a failure.
pub async fn verify(ask: Ask) -> Outcome {
    Ok(Told::One(match trail::verify(&ask.bridge.store).await {
        Ok((entries, hash)) => json!({"intact": true, "entries": entries, "hash": hash, "broken": null}),
        Err(Refusal::Broken(broken)) => {
            json!({"intact": false, "entries": null, "hash": null, "broken": broken.to_string()})
        }
        Err(refusal) => return Err(refusal.into()),
    }))
}
