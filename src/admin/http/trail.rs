//! The audit.

use super::answer::{Outcome, ROWS, Told, page};
use super::ask::{Ask, Change};
use crate::admin::trail::{Keys, Wanted};
use crate::admin::{Refusal, shown, trail};
use crate::http::error::{Kind, Problem};
use serde_json::{Value, json};

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

/// `GET /audit/verdict`: a broken chain is an answer, not a failure. Signatures count where they are by the
/// secret in use, or by the former one.
pub async fn verify(ask: Ask) -> Outcome {
    let keys = Keys::of(&ask.bridge.secrets)?.known().to_vec();
    let wanted = Wanted { keys, expect: None };
    Ok(Told::One(match trail::examine(wanted, trail::unheard(), &ask.bridge.store).await {
        Ok(verified) => {
            let mut told = trail::shown::verified(&verified);
            told["broken"] = Value::Null;
            told
        }
        Err(Refusal::Broken(broken)) => json!({
            "intact": false, "broken": broken.to_string(), "entries": null, "last": null, "hash": null,
            "pruned": null, "checkpoints": null, "signed": null, "unsigned": null,
        }),
        Err(refusal) => return Err(refusal.into()),
    }))
}

/// `GET /audit/checkpoints`.
pub async fn checkpoints(ask: Ask) -> Outcome {
    let all = trail::checkpoints(&ask.bridge.store).await?;
    page(&all, |mark| mark.checkpoint.seq.to_string(), trail::shown::mark, &ask)
}

/// `POST /audit/checkpoints`: signs the end now.
pub async fn sign(change: Change) -> Outcome {
    let ask = &change.ask;
    let signed = trail::sign_end(&Keys::of(&ask.bridge.secrets)?, ask.now, &ask.bridge.store).await?;
    let nothing = || Problem::new(Kind::NotFound, "nothing happened yet, so there is nothing to sign");
    signed.as_ref().map(|point| Told::One(trail::shown::evidence(point))).ok_or_else(nothing)
}
