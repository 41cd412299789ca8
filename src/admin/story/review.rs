//! The access review: what reconciliation found, who has access and why, who left, and what proves it.

use super::holders::{self, Price, holders};
use super::receipts::{self, latency, receipts};
use crate::admin::Refusal;
use crate::store::Store;
use serde_json::{Value, json};

/// How long ago somebody may have left to be in a review; microseconds.
const LEFT_WITHIN: i64 = 90 * 86_400_000_000;

/// Adds to `drift` (what reconciliation tells of findings, figures and runs) who has access, who left within
/// 90 days, and the audit's end; one value, as machines read it and as the page is made of.
///
/// Errors: the store's.
pub async fn review(drift: Value, price: &Price, now: i64, store: &Store) -> Result<Value, Refusal> {
    let people = holders(store).await?;
    let left = receipts(Some(now - LEFT_WITHIN), store).await?;
    let took = latency(&left.all);
    let has_access = people
        .iter()
        .filter(|one| matches!(one.view.record.seat.standing().as_str(), "assigned" | "held" | "waiting"));
    let mut review = drift;
    review["holders"] = has_access.map(|one| holders::shown(one, price)).collect();
    review["leavers"] = left.all.iter().map(|one| receipts::shown(one, &left)).collect();
    review["latency"] = json!({
        "from_request_to_acceptance": took.accepting, "from_acceptance_to_gone_at_apollo": took.vanishing,
    });
    review["audit_head"] = json!({"seq": left.head.0, "hash": left.head.1});
    review["checkpoint"] = json!(left.checkpoint);
    Ok(review)
}
