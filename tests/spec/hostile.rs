//! Hostile requests, hundreds of them, and one judgement for all: whatever a caller writes, Apollo hears a
//! row of the route table that the caller's role may use, under the master key alone, or nothing (R2, R7,
//! R8, R9).
//!
//! The sheets below hold the requests by the trick they try. They go over raw sockets, because a client
//! library would tidy them up, to a bridge whose Apollo is as lax as Rails and its kin can be, so that a
//! trick that slips through would bite. Source: Apollo facts §8.1 rows 1 to 10, §8.2 rows 13 and 14, §8.4
//! rows 39 to 43, 52.

mod answers;
mod bodies;
mod case;
mod framing;
mod headers;
mod judge;
mod methods;
mod parameters;
mod paths;

use self::case::Case;
use self::judge::Trial;
use crate::support::World;
use seatbridge::emulator::apollo::Switch;
use seatbridge::rbac::Role;
use std::collections::BTreeSet;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// Longest the bridge may leave a caller waiting who has said everything.
const PATIENCE: Duration = Duration::from_secs(8);

/// Every sheet.
fn corpus() -> Vec<Case> {
    let sheets = [
        paths::rows(),
        methods::rows(),
        headers::rows(),
        framing::rows(),
        parameters::rows(),
        bodies::rows(),
    ];
    sheets.into_iter().flatten().collect()
}

/// Says the bytes and no more; everything heard until the bridge hangs up.
fn exchange(address: SocketAddr, bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    // The bridge may refuse and hang up before it has heard all.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut heard = Vec::new();
    match stream.read_to_end(&mut heard) {
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            Err(format!("left waiting after {:?}", String::from_utf8_lossy(&heard)))
        }
        _ => Ok(heard),
    }
}

/// Every request of the corpus by a holder of this role, each judged; all complaints at once.
async fn nothing_crosses_for(role: Role) {
    let world = World::start().await;
    for lax in [Switch::MethodOverride, Switch::JsonSuffix, Switch::MergeSlashes, Switch::DecodeDots] {
        world.apollo.switch(lax, true);
    }
    let okta = world.okta().await;
    let key = world.keyed(&okta, "ada@corp.example", role).await;
    let users = world.apollo.users().len();
    let mut complaints = Vec::new();
    for (number, case) in corpus().into_iter().enumerate() {
        let mounts = ["/apollo", "/api/v1"];
        let mounts = if case.both_mounts { &mounts[..] } else { &mounts[number % 2..=number % 2] };
        for mount in mounts {
            let heard = exchange(world.server.address, &case.bytes(mount, &key));
            let arrived = world.apollo.received();
            world.apollo.clear_log();
            let origin = world.apollo.origin();
            let trial = Trial { case: &case, role, key: &key, host: &origin["http://".len()..] };
            let found = heard.map_or_else(|hung| vec![hung], |heard| trial.judge(&heard, &arrived));
            complaints.extend(found.into_iter().map(|found| format!("{} at {mount}: {found}", case.name)));
        }
    }
    assert!(complaints.is_empty(), "{} as {role}:\n{}", complaints.len(), complaints.join("\n"));
    assert!(world.apollo.webhooks().is_empty(), "{:?}", world.apollo.webhooks());
    assert_eq!(world.apollo.users().len(), users, "somebody joined or left the workspace");
    // After all that the bridge serves as before.
    let plain = Case::call("plain", case::SERVED, format!("POST {}", case::SEARCH));
    let heard = exchange(world.server.address, &plain.bytes("/apollo", &key)).unwrap();
    assert!(heard.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&heard));
}

/// R1, R8, R9: a viewer, whose key opens almost nothing, opens no more with any trick.
#[actix_web::test]
async fn no_trick_takes_a_viewer_anywhere_else() {
    nothing_crosses_for(Role::Viewer).await;
}

/// R1, R8, R9: a sales_rep, who may write but not export, gets no personal data and nobody else's endpoint.
#[actix_web::test]
async fn no_trick_takes_a_sales_rep_anywhere_else() {
    nothing_crosses_for(Role::SalesRep).await;
}

/// R2, R7, R8: an admin, who may use every row, reaches the rows of the table and nothing else.
#[actix_web::test]
async fn no_trick_takes_an_admin_off_the_table() {
    nothing_crosses_for(Role::Admin).await;
}

/// Issue 6: at least 300 hostile requests, each another one.
#[test]
fn the_corpus_has_three_hundred_different_requests() {
    let corpus = corpus();
    let texts: BTreeSet<Vec<u8>> = corpus.iter().map(|case| case.bytes("/apollo", "KEY")).collect();
    let names: BTreeSet<&str> = corpus.iter().map(|case| case.name.as_str()).collect();
    let mut twice: Vec<&str> = corpus.iter().map(|case| case.name.as_str()).collect();
    for name in &names {
        let at = twice.iter().position(|known| known == name).unwrap();
        twice.swap_remove(at);
    }
    assert!(twice.is_empty(), "named twice: {twice:?}");
    assert_eq!(texts.len(), corpus.len(), "the same request under two names");
    assert!(corpus.len() >= 300, "{}", corpus.len());
}
