//! The store: migrations, several servers on one database, and who sees what when.

use crate::support::place::{Place, on_postgres};
use crate::support::world::within_a_second;
use crate::support::{Reply, World};
use futures_util::future::join_all;
use seatbridge::admin::keys::{self, Caller, For};
use seatbridge::admin::{people, service, trail};
use seatbridge::config::Backend;
use seatbridge::rbac::{Minter, Role};
use seatbridge::seat::Standing;
use seatbridge::store::{Error, Store, migrate};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;

const ADA: &str = "ada@corp.example";

fn migrations(backend: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(backend);
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// U4: both databases have the same migrations, each with its way back.
#[test]
fn both_databases_have_the_same_migrations() {
    let names = migrations("sqlite");
    assert!(!names.is_empty());
    assert_eq!(names, migrations("postgres"));
    for (backend, name) in
        ["sqlite", "postgres"].iter().flat_map(|one| names.iter().map(move |name| (one, name)))
    {
        for file in ["up.sql", "down.sql"] {
            let path = format!("{}/migrations/{backend}/{name}/{file}", env!("CARGO_MANIFEST_DIR"));
            assert!(Path::new(&path).is_file(), "{path} is missing");
        }
    }
}

/// U4: migrating twice does nothing the second time, and loses nothing.
#[actix_web::test]
async fn migrating_again_changes_nothing() {
    let place = Place::fresh();
    let known = migrations(if on_postgres() { "postgres" } else { "sqlite" });
    let done: BTreeSet<String> = migrate::run(&place.backend()).unwrap().into_iter().collect();
    assert_eq!(done.len(), known.len());
    assert_eq!(migrate::run(&place.backend()).unwrap(), Vec::<String>::new());

    let world = World::start().await;
    let id = world.okta().await.assign(ADA).await;
    let before = (world.kept(&id).await.record, world.audit().await);
    assert_eq!(migrate::run(&world.place.backend()).unwrap(), Vec::<String>::new());
    assert_eq!((world.kept(&id).await.record, world.audit().await), before);
}

/// U4: replicas that start together migrate once.
#[test]
fn servers_that_start_together_migrate_once() {
    let place = Place::fresh();
    let backends: Vec<Backend> = (0..8).map(|_| place.backend()).collect();
    let starting: Vec<_> =
        backends.into_iter().map(|backend| std::thread::spawn(move || migrate::run(&backend))).collect();
    let done: Vec<usize> = starting.into_iter().map(|one| one.join().unwrap().unwrap().len()).collect();
    assert_eq!(done.iter().sum::<usize>(), migrations("sqlite").len(), "{done:?}");
}

/// L11: a use case that fails, or panics, leaves nothing behind, and the one beside it is kept.
#[actix_web::test]
async fn a_use_case_that_fails_leaves_nothing_behind() {
    let world = World::start().await;
    let id = world.okta().await.assign(ADA).await;
    let before = (world.kept(&id).await.record, world.audit().await.len());
    let spoil = |panics: bool| {
        let id = id.clone();
        world.store().write(move |tx| {
            tx.set_operator_role(&id, Some(Role::Admin))?;
            tx.yield_names(&id)?;
            assert!(!panics, "on purpose");
            Err::<(), Error>(Error::Busy)
        })
    };
    let (failed, panicked) = futures_util::future::join(spoil(false), spoil(true)).await;
    assert!(matches!(failed, Err(Error::Busy)), "{failed:?}");
    assert!(matches!(panicked, Err(Error::Database(_))), "{panicked:?}");
    assert_eq!((world.kept(&id).await.record, world.audit().await.len()), before);
}

/// U4: what a reader asks for cannot write.
#[actix_web::test]
async fn a_question_cannot_write() {
    let world = World::start().await;
    let id = world.okta().await.assign(ADA).await;
    let (one, other) = (id.clone(), id.clone());
    let asked = world.store().read(move |tx| tx.set_operator_role(&one, Some(Role::Admin))).await;
    let looked = world.store().look_up(move |tx| tx.set_operator_role(&other, Some(Role::Admin))).await;
    assert!(asked.is_err() && looked.is_err());
    assert_eq!(world.kept(&id).await.record.operator_role, None);
    assert_eq!(people::seats(world.store()).await.unwrap().len(), 1, "the reader still answers");
}

/// U4, L11: writers of two stores on one database take turns: all changes are kept, in one chain of audit.
#[actix_web::test]
async fn writers_of_two_stores_take_turns() {
    let world = World::start().await;
    let okta = world.okta().await;
    let beside = world.opened_again();
    let by_hand = (0..24).map(|place| {
        let (act, beside) = (world.act(), &beside);
        let name = format!("token {place}");
        async move {
            let secrets = crate::support::world::secrets();
            service::issue_token("okta".into(), name, None, secrets, act, beside).await.unwrap();
        }
    });
    let assigned = (0..24).map(|place| okta.create(json!({"userName": format!("p{place}@corp.example")})));
    let (_, assigned) = futures_util::future::join(join_all(by_hand), join_all(assigned)).await;
    assert!(assigned.iter().all(|answer| answer.status == 201), "{assigned:#?}");
    assert_eq!(service::tokens(world.store()).await.unwrap().len(), 25);
    assert_eq!(people::seats(&beside).await.unwrap().len(), 24);
    let (entries, _) = trail::verify(&beside).await.unwrap();
    assert_eq!(entries, i64::try_from(world.audit().await.len()).unwrap());
}

/// A2: a token that is revoked beside a running server is refused on its next request.
#[actix_web::test]
async fn a_token_revoked_beside_the_server_is_refused_at_once() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign(ADA).await;
    let beside = world.opened_again();
    okta.read(&id).await.is(200);
    service::revoke_token(okta.token_id.clone(), world.act(), &beside).await.unwrap();
    okta.read(&id).await.is_scim_error(401, None).says("revoked");
    let fresh = world.token_for("okta", None).await;
    fresh.read(&id).await.is(200);
}

/// R4, R5: a key that is made beside a running server is known to it at once, and one that is revoked there
/// dead within a second.
#[actix_web::test]
async fn a_key_made_or_revoked_beside_the_server_is_known_to_it() {
    let world = World::start().await;
    let okta = world.okta().await;
    okta.assign(ADA).await;
    let beside = world.opened_again();
    let key = world.mint(ADA, Role::Analyst).await.unwrap();
    assert!(world.opens(key.key.as_str()).await);
    let operator = Caller { minter: Minter::Operator, seat_id: None, act: world.act(), request_id: None };
    let made = (For::Address(ADA.into()), Role::Viewer, None, world.server.bridge.config.keys);
    let made = keys::mint(made.0, made.1, made.2, made.3, operator.clone(), &beside).await.unwrap();
    assert!(world.opens(made.key.as_str()).await);
    let since = std::time::Instant::now();
    keys::revoke(key.record.id, operator, &beside).await.unwrap();
    let opens = async || world.opens(key.key.as_str()).await;
    within_a_second(since, "revoked beside", async || !opens().await).await;
}

/// R4: a seat given back on one replica closes its keys on every other.
#[actix_web::test]
async fn a_seat_given_back_on_one_replica_closes_its_keys_on_the_other() {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, ADA, Role::Analyst).await;
    let id = world.seats().await[0].record.id.clone();
    let replica = world.replica();
    let open = replica.call(&key, "/apollo/people/match?name=ada").await;
    assert_ne!(open.status, 401, "{open:#?}");
    let (path, off) = (format!("/Users/{id}"), json!({"userName": ADA, "active": false}));
    replica.send(&okta.token, "PUT", &path, Some(off)).await.is(200);
    assert!(!world.opens(&key).await, "the first replica still lets the key through");
    okta.set_active(&id, true).await.is(200);
    replica.call(&key, "/apollo/people/match?name=ada").await.is(401);
    world.kept(&id).await.tells_one_story();
    replica.server.stop().await;
}

/// L4, L8, U4: 64 rivals for one person and for the last seat end with one winner each, on two replicas too.
#[actix_web::test]
async fn rivals_on_two_replicas_end_with_one_winner() {
    let world = World::with_seats(4).await;
    let okta = world.okta().await;
    let replica = world.replica();
    let rivals = |name: &'static str| {
        let (okta, replica) = (&okta, &replica);
        join_all((0..64).map(move |place| async move {
            let body = json!({"userName": name.replace('#', &place.to_string())});
            match place % 2 {
                0 => okta.create(body).await,
                _ => replica.send(&okta.token, "POST", "/Users", Some(body)).await,
            }
        }))
    };
    let won = |answers: &[Reply]| answers.iter().filter(|answer| answer.status == 201).count();
    let lost = |answers: &[Reply], status: u16| answers.iter().filter(|one| one.status == status).count();
    let one_person = rivals(ADA).await;
    assert_eq!((won(&one_person), lost(&one_person, 409)), (1, 63));
    for place in 0..2 {
        okta.assign(&format!("p{place}@corp.example")).await;
    }
    let last_seat = rivals("rival#@corp.example").await;
    assert_eq!((won(&last_seat), lost(&last_seat, 400)), (1, 63));
    let seats = people::seats(replica.store()).await.unwrap();
    assert_eq!(seats.len(), 4);
    assert!(seats.iter().all(|view| view.record.seat.standing() == Standing::Assigned));
    world.audit().await;
    replica.server.stop().await;
}

/// U4: a store that cannot be opened says which and what to do, and never the password.
#[actix_web::test]
async fn a_store_that_cannot_be_opened_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    std::fs::write(&file, "x").unwrap();
    let below = Backend::Sqlite(file.join("bridge.db"));
    let told = Store::open(&below).unwrap_err().to_string();
    assert!(told.contains("bridge.db") && told.contains("SEATBRIDGE__DATABASE__URL"), "{told}");
    let nowhere = Backend::Postgres("postgres://me:hunter2@127.0.0.1:1/none".to_owned().into());
    let told = Store::open(&nowhere).unwrap_err().to_string();
    assert!(told.contains("PostgreSQL") && !told.contains("hunter2"), "{told}");
}
