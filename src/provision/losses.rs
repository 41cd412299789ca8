//! What becomes of a hold when its seat changes, and the alarm when a directory loses many seats (L13).

use super::ledger::{Cause, Written};
use crate::audit::Actor;
use crate::http::clock::new_id;
use crate::seat::{Losses, Seat, Standing};
use crate::store::records::{Directory, HoldRecord, SeatRecord, Settled};
use crate::store::{Error, Tx};

/// Opens, changes or ends the hold of a seat as the seat did, and counts a loss the IdP asked for; answers
/// what the directory lost within the hour then.
pub(super) fn follow(
    before: &SeatRecord,
    after: &SeatRecord,
    audit_seq: i64,
    why: Option<&str>,
    cause: &Cause,
    tx: &mut dyn Tx,
) -> Result<Option<Losses>, Error> {
    match (&before.seat, &after.seat) {
        (Seat::Held(_), Seat::Held(hold)) => tx.want_of_hold(&after.id, hold)?,
        (_, Seat::Held(hold)) => {
            tx.insert_hold(&HoldRecord {
                id: new_id(),
                seat_id: after.id.clone(),
                directory_id: after.directory_id.clone(),
                at: cause.now,
                why: hold.why.as_str().to_owned(),
                wanted: if hold.is_hidden() { "remove" } else { "unassign" }.to_owned(),
                holder: hold.holder.address().as_str().to_owned(),
                audit_seq,
                settled: None,
            })?;
        }
        (Seat::Held(_), after_seat) => {
            let back = after_seat.standing() == Standing::Assigned;
            let decision = match (why, back) {
                (None, _) => "returned",
                (Some(_), true) => "rejected",
                (Some(_), false) => "released",
            };
            let settled = Settled {
                at: cause.now,
                decision: decision.to_owned(),
                by: cause.actor.to_string(),
                reason: why.map(str::to_owned),
            };
            tx.settle_hold(&after.id, &settled)?;
        }
        _ => {}
    }
    count(before, after, cause, tx)
}

/// Counts a loss, or one that waits, if a connector asked for it; what an operator does by hand is meant.
fn count(
    before: &SeatRecord,
    after: &SeatRecord,
    cause: &Cause,
    tx: &mut dyn Tx,
) -> Result<Option<Losses>, Error> {
    let (was, is) = (before.seat.standing(), after.seat.standing());
    if was != Standing::Assigned || is == Standing::Assigned || !is_connector(&cause.actor) {
        return Ok(None);
    }
    tx.count_loss(&after.directory_id, is == Standing::Held, cause.now).map(Some)
}

fn is_connector(actor: &Actor) -> bool {
    match actor {
        Actor::Token(_) | Actor::ClientSecret(_) | Actor::Federation(_) | Actor::Issuer(_) => true,
        Actor::Operator(_) | Actor::OperatorToken(_) | Actor::Key(_) | Actor::Bridge => false,
    }
}

/// Says aloud what was written, once it stands: the metrics always, a line at error level when the losses of
/// the hour become alarming, and when losses begin to be held.
pub(super) fn tell(written: &Written, directory: &Directory) {
    let Some(losses) = written.losses else { return };
    let held = written.record.seat.standing() == Standing::Held;
    let counted = if held { "seatbridge_losses_held_total" } else { "seatbridge_seats_lost_total" };
    metrics::counter!(counted, "directory" => directory.id.clone()).increment(1);
    let former =
        Losses { lost: losses.lost - i64::from(!held), held: losses.held - i64::from(held), of: losses.of };
    let Losses { lost, held: waiting, of } = losses;
    if losses.are_alarming() && !former.are_alarming() {
        metrics::counter!("seatbridge_loss_alarms_total", "directory" => directory.id.clone()).increment(1);
        tracing::error!(
            directory.id = %directory.id, lost, held = waiting, of,
            "directory {} lost {lost} of {of} seats within an hour, and {waiting} more losses are held: look \
             at its scope in the identity provider. The keys of lost seats are dead and stay so; further \
             losses are held after `seatbridge directory set {} --fuse-seats 0`",
            directory.name, directory.name,
        );
    }
    if held && former.held == 0 {
        tracing::error!(
            directory.id = %directory.id, lost, held = waiting, of,
            "a loss of directory {} is held until an operator decides: see `seatbridge hold list`. Lost \
             before within the hour: {lost}; the keys of those seats are dead and stay so",
            directory.name,
        );
    }
}
