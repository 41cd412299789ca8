//! The access review: what reconciliation found, who has access and why, who left, and what proves it.

use super::holders::{self, Price, holders};
use super::receipts::{self, latency, receipts};
use crate::admin::Refusal;
use crate::config::Money;
use crate::reconcile::service;
use crate::report::Review;
use crate::store::Store;
use serde_json::json;

/// How long ago somebody may have left to be in a review; microseconds.
const LEFT_WITHIN: i64 = 90 * 86_400_000_000;
/// Runs shown; two weeks at four a day.
const RUNS: i64 = 56;

/// Everything of it as of `now`: findings, figures and runs, who has access, who left within 90 days, and the
/// audit's end.
///
/// Errors: the store's; [`Refusal::BadValue`] when its parts do not fit together.
pub async fn review(money: &Money, now: i64, store: &Store) -> Result<Review, Refusal> {
    let price = Price { cents: money.seat_cents, currency: money.currency.clone() };
    let mut review = json!(service::report_data(now, store).await.map_err(refused)?);
    review["runs"] = json!(service::runs(RUNS, store).await.map_err(refused)?);
    let people = holders(store).await?;
    let left = receipts(Some(now - LEFT_WITHIN), store).await?;
    let took = latency(&left.all);
    let has_access = people
        .iter()
        .filter(|one| matches!(one.view.record.seat.standing().as_str(), "assigned" | "held" | "waiting"));
    review["holders"] = has_access.map(|one| holders::shown(one, &price)).collect();
    review["leavers"] = left.all.iter().map(|one| receipts::shown(one, &left)).collect();
    review["latency"] = json!({
        "from_request_to_acceptance": took.accepting, "from_acceptance_to_gone_at_apollo": took.vanishing,
    });
    review["audit_head"] = json!({"seq": left.head.0, "hash": left.head.1});
    review["checkpoint"] = json!(left.checkpoint);
    serde_json::from_value(review)
        .map_err(|error| Refusal::BadValue(format!("the review cannot be told: {error}")))
}

fn refused(refusal: service::Refusal) -> Refusal {
    match refusal {
        service::Refusal::Store(error) => Refusal::Store(error),
        other => Refusal::BadValue(other.to_string()),
    }
}
