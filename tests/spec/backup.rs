//! Backup and restore: a copy made while people come and go, that proves itself before it replaces anything.

use crate::support::binary::Installed;
use crate::support::fakes::Told;
use crate::support::place::on_postgres;
use crate::support::stored::meddle;
use seatbridge::emulator::okta::{Mode, Okta, Person};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

/// A bridge whose secret lies beside its database, with a few entries.
fn bridge() -> Installed {
    let bridge = Installed::fresh().without("SEATBRIDGE__SECRET_FILE");
    bridge.token();
    bridge
}

fn path(bridge: &Installed, name: &str) -> String {
    bridge.folder().join(name).display().to_string()
}

fn mode(file: &str) -> u32 {
    std::fs::metadata(file).unwrap().permissions().mode() & 0o777
}

/// U4: on PostgreSQL its own tools do it, and both commands say which and what to keep.
#[test]
fn on_postgres_both_name_its_own_tools() {
    if !on_postgres() {
        return;
    }
    let bridge = Installed::fresh();
    bridge.run(&["backup", "copy"]).ends(2).tells("pg_dump");
    bridge.run(&["restore", "copy"]).ends(2).tells("pg_restore");
}

/// U1, U4: a backup made while the connector writes restores elsewhere: the audit verifies, a server starts
/// on it with the same token, and the identity provider's next sync brings everybody back.
#[actix_web::test]
async fn a_backup_under_load_restores_elsewhere_and_a_sync_converges() {
    if on_postgres() {
        return;
    }
    let bridge = Arc::new(Installed::fresh());
    let token = bridge.token()["token"].as_str().unwrap().to_owned();
    bridge.data(&["team", "set", "--name", "Corp", "--plan", "organization", "--seats", "900"]);
    let server = bridge.serve();
    let copy = path(&bridge, "copy.db");
    let people = |number: usize| Person::new("P", &number.to_string(), &format!("p{number}@corp.example"));
    let mut joined = 0;
    while joined < 10 {
        server.join(&token, &people(joined).email).await;
        joined += 1;
    }
    let (installed, file) = (Arc::clone(&bridge), copy.clone());
    let backing = actix_web::rt::task::spawn_blocking(move || installed.data(&["backup", &file]));
    while !backing.is_finished() {
        server.join(&token, &people(joined).email).await;
        joined += 1;
    }
    let told = backing.await.unwrap();
    assert!(joined > 10, "nothing was written meanwhile");
    assert_eq!(mode(&copy), 0o600);

    let elsewhere = Installed::fresh();
    let restored = elsewhere.data(&["restore", &copy]);
    assert_eq!((&restored["last"], &restored["hash"]), (&told["last"], &told["hash"]));
    let steps = restored["directories"][0]["step"].as_str().unwrap();
    assert!(steps.contains("Force Sync"), "{restored}");
    let verified = elsewhere.data(&["audit", "verify"]);
    assert_eq!(verified["last"], json!(told["last"].as_i64().unwrap() + 1), "the restoring is audited");
    assert_eq!(verified["unsigned"], 0);
    let there = elsewhere.data(&["seat", "list"]).as_array().unwrap().len();
    assert!((10..=joined).contains(&there), "{there} of {joined}");

    let second = elsewhere.serve();
    let mut okta = Okta::new(&format!("{}/scim/v2", second.base()), &token, Mode::Aiw).unwrap();
    for number in 0..joined {
        okta.assign(&people(number)).await.went_well();
    }
    let seats = elsewhere.data(&["seat", "list"]);
    assert_eq!(seats.as_array().unwrap().len(), joined);
    assert!(seats.as_array().unwrap().iter().all(|seat| seat["state"] == "assigned"), "{seats}");
    elsewhere.data(&["audit", "verify"]);
}

/// U4, U7: nothing is replaced while somebody works on it, or without being asked; what is replaced stays
/// beside, and what the backup lacks is told.
#[actix_web::test]
async fn a_restore_replaces_nothing_by_accident() {
    if on_postgres() {
        return;
    }
    let bridge = bridge();
    let copy = path(&bridge, "copy.db");
    bridge.run(&["restore", &copy]).ends(1).tells("no backup");
    let told = bridge.run(&["backup", &copy]);
    assert!(told.ends(0).out.contains("seatbridge.secret too"), "{told:#?}");
    bridge.run(&["backup", &copy]).ends(2).tells("already");
    bridge.run(&["restore", &path(&bridge, "test.db"), "--force"]).ends(2).tells("the database itself");
    bridge.run(&["restore", &copy]).ends(2).tells("--force");
    let server = bridge.serve();
    bridge.run(&["restore", &copy, "--force"]).ends(1).tells("stop the server");
    server.terminate();
    server.ended().await;
    for seats in ["10", "11"] {
        bridge.data(&["team", "set", "--name", "Corp", "--plan", "organization", "--seats", seats]);
    }
    let lost = bridge.data(&["audit", "list"])[4]["hash"].clone();

    let restored = bridge.data(&["restore", &copy, "--force", "--reason", "a bad day"]);
    let former = &restored["former"];
    assert_eq!((&former["newer_entries"], &former["same_history"]), (&json!(2), &json!(true)), "{restored}");
    assert_eq!(former["hash"], lost);
    let audit = bridge.data(&["audit", "list"]);
    assert_eq!(audit.as_array().unwrap().len(), 4);
    assert_eq!((&audit[3]["action"], &audit[3]["reason"]), (&json!("restore_backup"), &json!("a bad day")));
    assert!(audit[3]["changes"].to_string().contains(lost.as_str().unwrap()), "what was replaced is told");
    let kept = restored["kept"].as_str().unwrap();
    assert_eq!(mode(kept), 0o600);
    let back = bridge.data(&["restore", kept, "--force"]);
    assert_eq!((&back["last"], &back["former"]["same_history"]), (&json!(5), &json!(false)));
    assert_eq!(bridge.data(&["audit", "verify"])["last"], 6);
    let drafts = std::fs::read_dir(bridge.folder()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(drafts.into_iter().all(|name| !name.to_string_lossy().contains(".part")));
}

/// U1, U7: a backup that is damaged, meddled with or none at all replaces nothing.
#[test]
fn what_does_not_prove_itself_is_not_restored() {
    if on_postgres() {
        return;
    }
    let bridge = bridge();
    let copy = path(&bridge, "copy.db");
    bridge.data(&["backup", &copy]);
    let before = bridge.data(&["audit", "verify"]);
    let bytes = std::fs::read(&copy).unwrap();
    let damaged = |name: &str, touch: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = bytes.clone();
        touch(&mut bytes);
        let file = bridge.folder().join(name);
        std::fs::write(&file, bytes).unwrap();
        let ran = bridge.run(&["restore", &file.display().to_string(), "--force"]);
        assert_eq!((ran.code, ran.out.as_str()), (7, ""), "{name}: {ran:#?}");
        ran.tells(name);
    };
    damaged("cut.db", &|all| all.truncate(all.len() / 2));
    damaged("text.db", &|all| *all = b"not a database at all, but long enough to be read as one".to_vec());
    damaged("torn.db", &|all| all[4096..40960].fill(0));
    let name = b"set_team";
    damaged("eve.db", &|all| {
        let at = all.windows(name.len()).position(|window| window == name).unwrap();
        all[at] = b'S';
    });
    let empty = bridge.file("empty.db", "");
    bridge.run(&["restore", &empty, "--force"]).ends(1).tells("no database of seatbridge");
    assert_eq!(bridge.data(&["audit", "verify"]), before, "nothing was replaced");

    // A broken audit is no reason to have no backup; it is a reason to look.
    meddle(&bridge.place, "UPDATE audit SET subject = 'eve' WHERE seq = 2");
    let broken = path(&bridge, "broken.db");
    bridge.run(&["backup", &broken]).ends(7).tells("entry 2 was changed");
    assert!(Path::new(&broken).is_file());
}

/// A5: without its secret a backup is half of one: it is copied on request only, comes along with a restore,
/// and its loss has to be said.
#[test]
fn the_secret_comes_along_only_when_asked_for() {
    if on_postgres() {
        return;
    }
    let bridge = bridge();
    let (bare, whole) = (path(&bridge, "bare.db"), path(&bridge, "whole.db"));
    assert_eq!(bridge.data(&["backup", &bare])["secret_copied"], json!(null));
    assert!(!Path::new(&format!("{bare}.secret")).exists());
    let copied = bridge.data(&["backup", &whole, "--with-secret"])["secret_copied"].clone();
    let copied = copied.as_str().unwrap();
    assert_eq!(mode(copied), 0o600);

    let elsewhere = Installed::fresh().without("SEATBRIDGE__SECRET_FILE");
    elsewhere.run(&["restore", &bare]).ends(2).tells("--lost-secret");
    elsewhere.data(&["restore", &whole]);
    let secret = std::fs::read_to_string(elsewhere.folder().join("seatbridge.secret")).unwrap();
    assert_eq!(secret, std::fs::read_to_string(copied).unwrap());
    elsewhere.data(&["audit", "verify"]);

    let other = Installed::fresh();
    other.run(&["restore", &bare]).ends(7).tells("not this bridge's");
    other.data(&["restore", &bare, "--lost-secret"]);
    Installed::fresh().run(&["backup", "x", "--with-secret"]).ends(2).tells("SEATBRIDGE__SECRET");
}
