//! What was found of the audit, as machines read it: the command line and the operators' API tell the same.

use super::Verified;
use crate::audit::{Checkpoint, Mark};
use crate::http::clock::rfc3339;
use serde_json::{Value, json};

/// A signed place.
pub fn signed(point: &Checkpoint) -> Value {
    json!({"seq": point.seq, "hash": point.hash, "at": rfc3339(point.at), "key_id": point.key_id})
}

/// A signed place with its signature, to be kept elsewhere.
pub fn evidence(point: &Checkpoint) -> Value {
    let mut told = signed(point);
    told["signature"] = json!(point.signature);
    told
}

/// A signed place among others: whether what came before it was pruned.
pub fn mark(mark: &Mark) -> Value {
    let mut told = signed(&mark.checkpoint);
    told["pruned_at"] = json!(mark.pruned.as_ref().map(|pruned| rfc3339(pruned.at)));
    told
}

/// An audit that holds.
pub fn verified(verified: &Verified) -> Value {
    let pruned = |mark: &Mark| {
        let at = mark.pruned.as_ref().map(|pruned| rfc3339(pruned.at));
        json!({"through": mark.checkpoint.seq, "hash": mark.checkpoint.hash, "at": at})
    };
    json!({
        "intact": true, "entries": verified.entries, "last": verified.last, "hash": verified.hash,
        "pruned": verified.pruned.as_ref().map(pruned), "checkpoints": verified.checkpoints,
        "signed": verified.signed.as_ref().map(signed), "unsigned": verified.unsigned(),
    })
}
