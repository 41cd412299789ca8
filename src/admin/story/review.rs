//! The access review: what reconciliation found, who has access and why, who left, and what proves it.

use super::holders::{self, Price, holders};
use super::receipts::{self, latency, receipts};
use crate::admin::Refusal;
use crate::config::Money;
use crate::reconcile::service;
use crate::report::{Finding, Review};
use crate::store::Store;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

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
    // Person by person, finding by finding: ten thousand of each as JSON values at once are hundreds of
    // megabytes.
    let data = service::report_data(now, |finding| told::<Finding>(json!(finding)), store);
    let (findings, rest) = data.await.map_err(refused)?.apart();
    let runs = service::runs(RUNS, store).await.map_err(refused)?;
    let people = holders(store).await?;
    let left = receipts(Some(now - LEFT_WITHIN), store).await?;
    let took = latency(&left.all);
    let has_access = people
        .iter()
        .filter(|one| matches!(one.view.record.seat.standing().as_str(), "assigned" | "held" | "waiting"));
    let mut review = json!(rest);
    review["runs"] = json!(runs);
    review["latency"] = json!({
        "from_request_to_acceptance": took.accepting, "from_acceptance_to_gone_at_apollo": took.vanishing,
    });
    review["audit_head"] = json!({"seq": left.head.0, "hash": left.head.1});
    review["checkpoint"] = json!(left.checkpoint);
    Ok(Review {
        findings: findings.into_iter().collect::<Result<_, _>>()?,
        holders: has_access.map(|one| told(holders::shown(one, &price))).collect::<Result<_, _>>()?,
        leavers: left.all.iter().map(|one| told(receipts::shown(one, &left))).collect::<Result<_, _>>()?,
        ..told(review)?
    })
}

/// A part of the review, from what the lists show of it.
fn told<T: DeserializeOwned>(shown: Value) -> Result<T, Refusal> {
    serde_json::from_value(shown)
        .map_err(|error| Refusal::BadValue(format!("the review cannot be told: {error}")))
}

fn refused(refusal: service::Refusal) -> Refusal {
    match refusal {
        service::Refusal::Store(error) => Refusal::Store(error),
        other => Refusal::BadValue(other.to_string()),
    }
}
