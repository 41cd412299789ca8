//! Each way to meddle with the rows, tried: the verifier names the place and what happened.

use super::{examined, keys};
use crate::support::World;
use crate::support::stored::meddle;
use seatbridge::admin::trail::{self, Wanted};
use seatbridge::audit::Sealed;

/// An audit of nine entries, signed at six and nine, that can be put back as it was.
struct Bench {
    world: World,
}

impl Bench {
    async fn set_up() -> Self {
        let world = World::configured(100, |config| config.audit.checkpoint_seconds = 0).await;
        let okta = world.okta().await;
        for person in 0..6 {
            if person == 3 {
                trail::sign_end(&keys(), world.clock.now(), world.store()).await.unwrap();
            }
            okta.assign(&format!("p{person}@corp.example")).await;
        }
        trail::sign_end(&keys(), world.clock.now(), world.store()).await.unwrap();
        for table in KEPT {
            meddle(&world.place, &format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"));
        }
        Self { world }
    }

    fn put_back(&self) {
        for table in KEPT {
            let sql = format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}");
            meddle(&self.world.place, &sql);
        }
        meddle(&self.world.place, "UPDATE seat_events SET audit_seq = 5 WHERE audit_seq = 999");
    }

    /// What the verifier says after `sql`; the audit is as it was afterwards.
    async fn after(&self, sql: &str) -> String {
        if !sql.is_empty() {
            meddle(&self.world.place, sql);
        }
        let told = match examined(keys().known(), self.world.store()).await {
            Ok(_) => "intact".to_owned(),
            Err(refusal) => {
                assert_eq!(refusal.exit_code(), 7, "{refusal}");
                refusal.to_string()
            }
        };
        self.put_back();
        told
    }
}

const KEPT: [&str; 3] = ["audit", "audit_checkpoints", "writer"];
const RENUMBER: &str = "UPDATE audit SET seq = seq + 1000 WHERE seq >= 5;";

/// SQL that touches entries, and what is told then.
fn meddled_rows() -> Vec<(String, &'static str)> {
    let copied = "INSERT INTO audit SELECT 5, at, actor, action, outcome, directory_id, seat_id, 'eve', \
                  reason, changes, request_id, hash FROM audit WHERE seq = 1005;";
    vec![
        ("UPDATE audit SET at = at + 1 WHERE seq = 5".to_owned(), "entry 5 was changed"),
        ("UPDATE audit SET subject = NULL WHERE seq = 9".to_owned(), "entry 9 was changed"),
        ("UPDATE audit SET hash = 'x' || hash WHERE seq = 5".to_owned(), "entry 5 was changed"),
        ("DELETE FROM audit WHERE seq = 5".to_owned(), "entry 5 is missing"),
        ("DELETE FROM audit WHERE seq IN (4, 5, 6)".to_owned(), "entry 4 is missing"),
        ("DELETE FROM audit WHERE seq <= 3".to_owned(), "entry 1 is missing"),
        ("UPDATE audit SET seq = 100 WHERE seq = 5".to_owned(), "entry 5"),
        (
            format!(
                "DELETE FROM audit WHERE seq = 4; {RENUMBER} \
                 UPDATE audit SET seq = seq - 1001 WHERE seq > 1000"
            ),
            "entry 4 is missing",
        ),
        (
            format!("{RENUMBER} {copied} UPDATE audit SET seq = seq - 999 WHERE seq > 1000"),
            "entry 5 was inserted",
        ),
        (
            "UPDATE audit SET seq = 100 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 6; \
             UPDATE audit SET seq = 6 WHERE seq = 100"
                .to_owned(),
            "reordered: entry 5",
        ),
        ("DELETE FROM audit WHERE seq > 7".to_owned(), "ends at entry 7, but 9"),
        (
            "DELETE FROM audit WHERE seq > 7; UPDATE writer SET audit_seq = 7, \
             audit_hash = (SELECT hash FROM audit WHERE seq = 7)"
                .to_owned(),
            "ends at entry 7, but 9",
        ),
    ]
}

/// SQL that touches what speaks for the entries.
fn meddled_proofs() -> Vec<(String, &'static str)> {
    vec![
        ("UPDATE writer SET audit_seq = 8".to_owned(), "entry 9 was added"),
        ("UPDATE writer SET audit_hash = 'x'".to_owned(), "entry 9 was changed"),
        (
            "DELETE FROM audit WHERE seq <= 6; UPDATE audit_checkpoints SET pruned_at = 1, \
             pruned_signature = signature WHERE seq = 6"
                .to_owned(),
            "checkpoint at audit entry 6 is forged",
        ),
        (
            "DELETE FROM audit WHERE seq <= 6; UPDATE audit_checkpoints SET pruned_at = 1 WHERE seq = 6"
                .to_owned(),
            "checkpoint at audit entry 6 is forged",
        ),
        ("UPDATE audit_checkpoints SET at = at - 1 WHERE seq = 6".to_owned(), "entry 6 is forged"),
        ("UPDATE audit_checkpoints SET seq = 7 WHERE seq = 6".to_owned(), "entry 7 is forged"),
        ("UPDATE audit_checkpoints SET key_id = 'x' WHERE seq = 6".to_owned(), "entry 6 names the key x"),
        (
            "UPDATE seat_events SET audit_seq = 999 WHERE audit_seq = 5".to_owned(),
            "points to audit entry 999",
        ),
    ]
}

/// U1: any member of an entry changed, an entry missing, inserted, reordered, cut off, a checkpoint forged:
/// each is told, with its place, whoever meddled having mended the numbers or not.
#[actix_web::test]
async fn meddling_with_rows_is_named() {
    let bench = Bench::set_up().await;
    assert_eq!(bench.after("").await, "intact");
    let texts = [
        "actor",
        "action",
        "outcome",
        "directory_id",
        "seat_id",
        "subject",
        "reason",
        "changes",
        "request_id",
    ];
    for column in texts {
        let told = bench.after(&format!("UPDATE audit SET {column} = 'x' WHERE seq = 5")).await;
        assert!(told.starts_with("audit entry 5 was changed"), "{column}: {told}");
    }
    for (sql, expected) in meddled_rows().into_iter().chain(meddled_proofs()) {
        let told = bench.after(&sql).await;
        assert!(told.contains(expected), "{sql}\n{told}");
    }
    assert_eq!(bench.after("").await, "intact");
}

/// The rows from place `from` on, sealed anew after a change, as somebody does who knows the chain.
fn written_anew(audit: &[Sealed], from: usize) -> String {
    let mut previous = audit[from - 2].hash.clone();
    let mut sql = String::new();
    for (place, entry) in audit.iter().enumerate().skip(from - 1) {
        let mut entry = entry.clone();
        if place == from - 1 {
            entry.subject = Some("eve".to_owned());
            sql += &format!("UPDATE audit SET subject = 'eve' WHERE seq = {};", entry.seq);
        }
        entry.hash = entry.hash_after(&previous);
        previous.clone_from(&entry.hash);
        sql += &format!("UPDATE audit SET hash = '{previous}' WHERE seq = {};", entry.seq);
    }
    sql + &format!("UPDATE writer SET audit_hash = '{previous}';")
}

/// U1: whoever has the database but no secret cannot write anew what was signed; and what a database cannot
/// prove by itself is found by a place and hash kept elsewhere.
#[actix_web::test]
async fn history_written_anew_is_found_by_its_checkpoints() {
    let bench = Bench::set_up().await;
    let audit = bench.world.audit().await;
    let anew = written_anew(&audit, 5);
    let told = bench.after(&anew).await;
    assert!(told.contains("entry 6 is not the one that was signed there"), "{told}");
    let moved = "UPDATE audit_checkpoints SET hash = (SELECT hash FROM audit WHERE audit.seq = \
                 audit_checkpoints.seq);";
    let told = bench.after(&format!("{anew} {moved}")).await;
    assert!(told.contains("checkpoint at audit entry 6 is forged"), "{told}");

    // Nothing in a database says that it once had more checkpoints: somebody else has to know.
    meddle(&bench.world.place, &format!("{anew} DELETE FROM audit_checkpoints"));
    let keys = keys().known().to_vec();
    let with = |expect: Option<(i64, String)>| {
        let wanted = Wanted { keys: keys.clone(), expect };
        trail::examine(wanted, trail::unheard(), bench.world.store())
    };
    assert!(with(None).await.is_ok());
    let told = with(Some((9, audit[8].hash.clone()))).await.unwrap_err().to_string();
    assert!(told.contains("entry 9 is not the expected one"), "{told}");
    assert!(with(Some((4, audit[3].hash.clone()))).await.is_ok(), "so much is genuine");
    let told = with(Some((12, audit[8].hash.clone()))).await.unwrap_err().to_string();
    assert!(told.contains("ends at entry 9, but 12"), "{told}");
    bench.put_back();

    // A server signs nothing that does not go on where the last checkpoint stands.
    bench.world.okta_again().await;
    meddle(&bench.world.place, "UPDATE audit SET hash = 'x' WHERE seq = 9");
    let refused = trail::sign_end(&super::keys(), 5, bench.world.store()).await.unwrap_err();
    assert!(refused.to_string().contains("entry 9 is not the one that was signed"), "{refused}");
}

impl World {
    /// One more entry.
    async fn okta_again(&self) {
        self.buy(101).await;
    }
}
