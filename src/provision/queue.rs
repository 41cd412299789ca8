//! The turn of people who wait (L8): in order of arrival, when a seat was bought or given back long enough
//! ago.

use super::ledger::Cause;
use super::service::grant;
use crate::audit::Actor;
use crate::http::Bridge;
use crate::store::Error;

/// Most people seated in one transaction.
const AT_ONCE: i64 = 100;

/// Seats whoever's turn has come; answers how many.
///
/// Errors: the store's.
pub async fn seat_next(bridge: &Bridge) -> Result<usize, Error> {
    let now = bridge.clock.now();
    // Most of the time nobody waits, and a look costs less than a writing transaction.
    if bridge.store.read(|tx| tx.next_in_line(1)).await?.is_empty() {
        return Ok(0);
    }
    bridge
        .store
        .write(move |tx| {
            let cause = Cause { actor: Actor::Bridge, now, request_id: None };
            let mut seated = 0;
            for record in tx.next_in_line(AT_ONCE)? {
                let Some(directory) = tx.directory(&record.directory_id)? else {
                    continue;
                };
                if !grant(record, &directory, &cause, tx)? {
                    break;
                }
                seated += 1;
            }
            Ok(seated)
        })
        .await
}
