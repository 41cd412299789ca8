//! Acting by hand (U8): what an operator does takes effect at once, is audited with a reason, and stands
//! until the identity provider's next request.

use crate::support::World;
use crate::support::binary::Installed;
use crate::support::fakes::Told;
use crate::support::world::{sso_facts, within_a_second};
use seatbridge::admin::directories;
use seatbridge::admin::hand;
use seatbridge::admin::holds;
use seatbridge::admin::people::SeatView;
use seatbridge::admin::service::{self, DirectoryWish};
use seatbridge::emulator::entra::{Dialect, Person};
use seatbridge::flavour::Flavour;
use seatbridge::rbac::Role;
use serde_json::json;

const ADA: &str = "ada@corp.example";
const BO: &str = "bo@corp.example";
const WHY: &str = "ticket 4711";

fn standing(view: &SeatView) -> &'static str {
    view.record.seat.standing().as_str()
}

/// U8, R4: an operator assigns and unassigns while the IdP is down; keys are dead within a second;
/// the next request of the IdP about the person wins.
#[actix_web::test]
async fn an_operator_assigns_and_unassigns_until_the_idp_speaks_again() {
    let world = World::with_seats(3).await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, ADA, Role::Viewer).await;
    let id = okta.found(&format!("userName eq \"{ADA}\"")).await.remove(0);
    // Another opening of the store, as the command line is beside a server.
    let store = world.opened_again();
    assert!(world.opens(&key).await);
    let since = std::time::Instant::now();
    let gone = hand::unassign(ADA.to_uppercase(), WHY, world.act(), &store).await.unwrap();
    within_a_second(since, "the running server hears of it", async || !world.opens(&key).await).await;
    assert_eq!((standing(&gone.view), gone.dead_keys.len(), gone.changed), ("unassigned", 1, true));
    assert!(!hand::unassign(ADA.into(), WHY, world.act(), &store).await.unwrap().changed);

    okta.patch(&id, json!([{"op": "replace", "path": "title", "value": "CTO"}])).await.is(200);
    assert_eq!(
        okta.shown(&id).await["active"],
        false,
        "a request that says nothing about it keeps the state"
    );
    okta.set_active(&id, true).await.is(200);
    assert_eq!(world.state_of(ADA).await.as_deref(), Some("assigned"), "the identity provider's word");
    okta.set_active(&id, false).await.is(200);
    let back = hand::assign(ADA.into(), None, WHY, world.act(), &store).await.unwrap();
    assert_eq!((standing(&back.view), okta.shown(&id).await["active"].clone()), ("assigned", json!(true)));
    assert!(!world.opens(&key).await, "a dead key stays dead");
    okta.set_active(&id, false).await.is(200);
    assert_eq!(world.state_of(ADA).await.as_deref(), Some("unassigned"), "the next request wins");

    // Somebody no directory knows: the identity provider's lookup finds them and links.
    hand::assign(BO.into(), None, WHY, world.act(), &store).await.unwrap();
    let bo = okta.found(&format!("userName eq \"{BO}\"")).await.remove(0);
    okta.replace(&bo, json!({"userName": BO, "externalId": "e2", "active": true})).await.is(200);
    assert!(!hand::assign(BO.into(), None, WHY, world.act(), &store).await.unwrap().changed);
    world.entra().await;
    let two = hand::assign("cy@corp.example".into(), None, WHY, world.act(), &store).await.unwrap_err();
    assert!(two.exit_code() == 2 && two.to_string().contains("--directory"), "{two}");
    for name in ["cy@corp.example", "di@corp.example"] {
        hand::assign(name.into(), Some("entra".into()), WHY, world.act(), &store).await.unwrap();
    }
    let full = hand::assign(ADA.into(), None, WHY, world.act(), &store).await.unwrap_err();
    assert!(full.exit_code() == 5 && full.to_string().contains("3 of 3"), "{full}");
    for blank in ["", "  ", "two\nlines"] {
        let refused = hand::unassign(BO.into(), blank, world.act(), &store).await.unwrap_err();
        assert_eq!(refused.exit_code(), 2);
    }
    for seat in [&id, &bo] {
        world.kept(seat).await.tells_one_story();
    }
    let told = world.audit().await;
    let by_hand = told.iter().filter(|entry| entry.actor == "operator:test" && entry.seat_id.is_some());
    let reasons = by_hand.filter(|entry| ["assign", "unassign", "reassign"].contains(&entry.action.as_str()));
    assert!(reasons.clone().count() >= 4);
    assert!(reasons.clone().all(|entry| entry.reason.as_deref() == Some(WHY)), "{told:#?}");
}

/// U8, L13: a protected person's loss is held, whatever the fuse says; an operator still takes the seat.
#[actix_web::test]
async fn a_protected_person_loses_the_seat_by_an_operators_word_alone() {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, ADA, Role::Viewer).await;
    let id = okta.found(&format!("userName eq \"{ADA}\"")).await.remove(0);
    hand::protect(ADA.into(), true, WHY, world.act(), world.store()).await.unwrap();
    okta.set_active(&id, false).await.is(200);
    let waiting = holds::open(world.clock.now(), world.store()).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].why.as_str()), (1, "protected"));
    // Giving it back by hand, and taking it by hand.
    hand::assign(ADA.into(), None, WHY, world.act(), world.store()).await.unwrap();
    assert!(world.opens(&key).await);
    okta.delete(&id).await.is(204);
    let ended = hand::unassign(ADA.into(), WHY, world.act(), world.store()).await.unwrap();
    assert_eq!((standing(&ended.view), ended.dead_keys.len()), ("removed", 1));
    let bo = okta.assign(BO).await;
    for wanted in [true, false] {
        hand::protect(BO.into(), wanted, WHY, world.act(), world.store()).await.unwrap();
    }
    okta.set_active(&bo, false).await.is(200);
    assert_eq!(world.state_of(BO).await.as_deref(), Some("unassigned"));
    for seat in [&id, &bo] {
        world.kept(seat).await.tells_one_story();
    }
}

/// U8: every key of one person ends, the seat stays; each end is audited with the reason.
#[actix_web::test]
async fn all_keys_of_one_person_end_and_the_seat_stays() {
    let world = World::start().await;
    let okta = world.okta().await;
    let keys = [world.keyed(&okta, ADA, Role::Viewer).await, world.keyed(&okta, BO, Role::Viewer).await];
    let more = world.mint(ADA, Role::Viewer).await.unwrap();
    let ended = hand::revoke_keys(ADA.into(), WHY, world.act(), &world.opened_again()).await.unwrap();
    assert_eq!((ended.dead_keys.len(), standing(&ended.view)), (2, "assigned"));
    assert!(
        !world.opens(&keys[0]).await && !world.opens(more.key.as_str()).await && world.opens(&keys[1]).await
    );
    let told = world.audit().await;
    let ends = told.iter().filter(|entry| entry.action == "revoke_key");
    assert!(ends.clone().count() == 2 && ends.clone().all(|one| one.reason.as_ref().unwrap().ends_with(WHY)));
}

/// U8: a paused directory changes nothing and loses nothing: each IdP is answered so that it sends again;
/// lookups go on.
#[actix_web::test]
async fn a_paused_directory_keeps_its_connector_calm_and_loses_nothing() {
    let world = World::start().await;
    for (flavour, name, status) in [(Flavour::Okta, "okta", 429), (Flavour::Entra, "entra", 503)] {
        let directory = world.connect(name, flavour, DirectoryWish::default()).await;
        let address = format!("ada@{name}.example");
        let id = directory.assign(&address).await;
        directories::pause(name.into(), true, WHY, world.act(), world.store()).await.unwrap();
        for answer in [
            directory.set_active(&id, false).await,
            directory.delete(&id).await,
            directory.create(json!({"userName": "eve@corp.example"})).await,
            directory.replace(&id, json!({"userName": address, "active": false})).await,
        ] {
            answer.is_scim_error(status, None).says("paused");
            assert_eq!(answer.header("retry-after"), Some("600"));
        }
        assert_eq!(directory.found(&format!("userName eq \"{address}\"")).await, [id.as_str()]);
        assert_eq!(world.state_of(&address).await.as_deref(), Some("assigned"));
        directories::pause(name.into(), false, WHY, world.act(), world.store()).await.unwrap();
        directory.set_active(&id, false).await.is(200);
    }
}

/// U8: moving from one identity provider to the other: seat, id, keys and history stay, the new one links by
/// userName, clashes are left; then the old directory can go, its tokens with it.
#[actix_web::test]
async fn people_move_to_another_identity_provider_and_the_old_directory_goes() {
    let world = World::start().await;
    let (okta, entra) = (world.okta().await, world.entra().await);
    let rin = Person::new("Rin", "Sato", "rin.sato@corp.example");
    let id =
        okta.create(json!({"userName": rin.upn, "externalId": "00u1", "title": "CTO"})).await.is(201).id();
    let key = world.mint(&rin.upn, Role::Viewer).await.unwrap().key.as_str().to_owned();
    let gone = okta.assign(BO).await;
    okta.set_active(&gone, false).await.is(200);
    okta.create(json!({"userName": "eve", "emails": [{"value": "eve1@corp.example"}]})).await.is(201);
    entra.create(json!({"userName": "eve", "emails": [{"value": "eve2@corp.example"}]})).await.is(201);

    let passed = |dry| {
        let (act, store) = (world.act(), world.store().clone());
        async move { directories::move_people("okta".into(), "entra".into(), dry, WHY, act, &store).await }
    };
    let tried = passed(true).await.unwrap();
    assert_eq!((tried.moved.len(), tried.left.len()), (2, 1));
    okta.read(&id).await.is(200);
    let moved = passed(false).await.unwrap();
    assert_eq!((moved.moved.clone(), moved.left[0].person.as_str()), (tried.moved, "eve1@corp.example"));
    okta.read(&id).await.is(404);
    assert!(world.opens(&key).await);
    let listed = entra.send("GET", "/Users", None).await.is(200).json();
    assert_eq!(listed["totalResults"], 3);
    let shown = entra.shown(&id).await;
    assert_eq!(
        (&shown["externalId"], &shown["title"], &shown["active"]),
        (&json!(null), &json!("CTO"), &json!(true))
    );

    let mut tenant = world.fake_entra(&entra, Dialect::Plain);
    tenant.provision(&rin).await.went_well();
    assert_eq!(tenant.id_of(&rin), Some(id.as_str()), "found by userName and linked");
    assert!(entra.shown(&id).await["externalId"].is_string());
    let kept = world.kept(&id).await;
    assert_eq!((kept.record.period, kept.happened()[1]), (1, "moved"));
    assert!(world.opens(&key).await);
    kept.tells_one_story();

    let used = directories::remove("okta".into(), WHY, world.act(), world.store()).await.unwrap_err();
    assert!(used.exit_code() == 5 && used.to_string().contains("1 people"), "{used}");
    let eve = okta.found("userName eq \"eve\"").await.remove(0);
    okta.delete(&eve).await.is(204);
    directories::remove("okta".into(), WHY, world.act(), world.store()).await.unwrap();
    okta.find("userName eq \"eve\"").await.is(401);
    assert!(service::show_directory("okta".into(), world.store()).await.is_err());
    let wish = DirectoryWish { sso: sso_facts(), ..DirectoryWish::default() };
    service::add_directory("okta".into(), Flavour::Okta, wish, world.act(), world.store()).await.unwrap();
    let told = world.audit().await;
    for action in ["move_directory", "remove_directory"] {
        let entry = told.iter().rev().find(|entry| entry.action == action).unwrap();
        assert_eq!(entry.reason.as_deref(), Some(WHY));
    }
}

/// U5, L13: the commands, their exit codes, and the sentence each of them says.
#[actix_web::test]
async fn an_operator_reads_holds_and_decides_them_on_the_command_line() {
    let bridge = Installed::fresh();
    bridge.token();
    bridge.run(&["hold", "list"]).ends(0);
    bridge.run(&["seat", "assign", ADA]).ends(2);
    bridge.run(&["seat", "assign", ADA, "--reason", " "]).ends(2).tells("--reason");
    let made = bridge.data(&["seat", "assign", ADA, "--reason", WHY]);
    assert_eq!((&made["state"], &made["changed"]), (&json!("assigned"), &json!(true)));
    assert!(bridge.run(&["seat", "protect", ADA, "--reason", WHY]).ends(0).out.contains("hold list"));
    bridge.run(&["key", "issue", "--holder", ADA, "--role", "viewer"]).ends(0);
    bridge.run(&["key", "revoke", "--holder", ADA]).ends(2);
    let ended = bridge.data(&["key", "revoke", "--holder", ADA, "--reason", WHY]);
    assert_eq!(ended["revoked"].as_array().map(Vec::len), Some(1));
    for (limit, code) in [("0", 0), ("off", 0), ("7", 0), ("-1", 2), ("many", 2)] {
        bridge.run(&["directory", "set", "okta", &format!("--fuse-seats={limit}")]).ends(code);
    }
    bridge.run(&["directory", "set", "okta", "--fuse-percent=101"]).ends(2);
    assert_eq!(bridge.data(&["directory", "show", "okta"])["fuse_seats"], 7);

    let server = bridge.serve();
    let token =
        bridge.data(&["token", "issue", "okta", "--name", "more"])["token"].as_str().unwrap().to_owned();
    let headers = [("authorization", format!("Bearer {token}"))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let off = json!({"Operations": [{"op": "replace", "value": {"active": false}}],
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]});
    let path = format!("/scim/v2/Users/{}", made["id"].as_str().unwrap());
    server.send("PATCH", &path, &headers, Some(off)).await.is(200);
    let listed = bridge.run(&["hold", "list", "--json"]);
    let listed = listed.ends(4).data("hold");
    assert_eq!((&listed[0]["holder"], &listed[0]["why"]), (&json!(ADA), &json!("protected")));
    assert!(bridge.run(&["hold", "list"]).ends(4).out.contains("hold reject"));
    bridge.run(&["hold", "reject", "--all", "--reason", WHY]).ends(2);
    bridge.run(&["hold", "reject", "nobody", "--reason", WHY]).ends(1).tells("hold list");
    let back = bridge.data(&["hold", "reject", "--all", "--directory", "okta", "--reason", WHY]);
    assert_eq!((back["done"].as_array().map(Vec::len), &back["verdict"]), (Some(1), &json!("reject")));
    bridge.run(&["hold", "list"]).ends(0);
    bridge.run(&["directory", "remove", "okta", "--reason", WHY]).ends(5).tells("directory move");
    assert!(bridge.run(&["directory", "pause", "okta", "--reason", WHY]).ends(0).out.contains("429"));
    bridge.run(&["directory", "resume", "okta", "--reason", WHY]).ends(0);
    bridge.run(&["seat", "unassign", ADA, "--reason", WHY]).ends(0);
    bridge.run(&["directory", "remove", "okta", "--reason", WHY]).ends(0);
}
