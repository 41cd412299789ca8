//! Hearing at once what other replicas commit (R4). Losing the connection costs nothing but the "at once":
//! whoever keeps a key in mind forgets it within its bounded age all the same.

use super::error::Error;
use super::link::Use;
use super::postgres;
use super::touched::{Epochs, Touched};
use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use secrecy::SecretString;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often the connection is looked at: libpq is asked, not the server.
const LOOKED_AT_EVERY: Duration = Duration::from_millis(10);
/// How long to wait before a lost connection is made anew.
const BETWEEN_TRIES: Duration = Duration::from_secs(1);

/// The channel's name: a database may hold several bridges, each in a schema of its own.
const CHANNEL: &str = "SELECT 'seatbridge_' || md5(current_schema())";

/// Tells the other replicas with the transaction that is about to be committed.
pub(super) fn tell(touched: &Touched, db: &mut PgConnection) -> Result<(), Error> {
    if let Some(told) = touched.told() {
        diesel::sql_query(format!("SELECT pg_notify(({CHANNEL}), $1)")).bind::<Text, _>(told).execute(db)?;
    }
    Ok(())
}

/// Hears until told to stop.
pub(super) fn hear(url: &SecretString, epochs: &Epochs, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        if let Err(error) = hear_on_one(url, epochs, stop) {
            // Whoever holds the URL knows of the outage from every other line.
            tracing::warn!(%error, "other replicas are not heard at once; trying again");
            rest(BETWEEN_TRIES, stop);
        }
    }
}

fn hear_on_one(url: &SecretString, epochs: &Epochs, stop: &AtomicBool) -> Result<(), Error> {
    let mut db = postgres::open(url, Use::Read)?;
    let channel: String = sql::<Text>(CHANNEL).get_result(&mut db)?;
    db.batch_execute(&format!("LISTEN {channel}"))?;
    // What was told before is not heard any more.
    let mut unheard = Touched::default();
    unheard.everything();
    epochs.turn(&unheard);
    while !stop.load(Ordering::Relaxed) {
        for heard in db.notifications_iter() {
            epochs.turn(&Touched::heard(&heard?.payload));
        }
        std::thread::sleep(LOOKED_AT_EVERY);
    }
    Ok(())
}

/// A rest that ends early when everything does.
fn rest(long: Duration, stop: &AtomicBool) {
    let begun = std::time::Instant::now();
    while begun.elapsed() < long && !stop.load(Ordering::Relaxed) {
        std::thread::sleep(LOOKED_AT_EVERY);
    }
}
