//! The fuse: losses that are too many to be meant wait for an operator (L13).

use crate::support::{Connected, Reply, World};
use futures_util::future::join_all;
use seatbridge::admin::holds::{self, Verdict, Which};
use seatbridge::admin::service::{self, DirectoryWish};
use seatbridge::emulator::entra::{Dialect, Setup, Tenant};
use seatbridge::emulator::story::{Act, Tenant as _};
use seatbridge::emulator::transcript::Verdict as Graded;
use seatbridge::rbac::Role;
use seatbridge::seat::EmailChange;
use serde_json::{Map, Value, json};

const ADA: &str = "ada@corp.example";
const PEOPLE: usize = 200;

async fn fuse(world: &World, name: &str, seats: Option<i64>, percent: Option<i64>) {
    let wish =
        DirectoryWish { fuse_seats: Some(seats), fuse_percent: Some(percent), ..DirectoryWish::default() };
    service::set_directory(name.to_owned(), wish, world.act(), world.store()).await.unwrap();
}

async fn held(world: &World) -> Vec<holds::HoldView> {
    holds::open(world.clock.now(), world.store()).await.unwrap()
}

async fn settled(world: &World, which: Which, verdict: Verdict) -> holds::Decided {
    holds::settle(which, verdict, "looked into it", world.act(), world.store()).await.unwrap()
}

async fn in_state(world: &World, word: &str) -> usize {
    let seats = world.seats().await;
    seats.iter().filter(|view| view.record.seat.standing().as_str() == word).count()
}

/// Every seat's row, history, audit and keys agree, and the audit's chain holds.
async fn all_is_in_order(world: &World) {
    for view in world.seats().await {
        world.kept(&view.record.id).await.tells_one_story();
    }
    world.audit().await;
}

/// 200 people of an Entra tenant, two in five of them in Sales.
fn tenant(directory: &Connected) -> Tenant {
    let setup = Setup { at_once: 16, ..Setup::default() };
    let mut tenant =
        Tenant::starting(directory.target(), &directory.token, Dialect::Plain, false, setup).unwrap();
    for n in 0..PEOPLE {
        let department = if n % 5 < 2 { "Sales" } else { "Support" };
        let profile = json!({
            "given_name": "Person", "family_name": format!("No {n}"), "assigned": true,
            "user_name": format!("p{n}@corp.example"), "department": department,
        });
        tenant.put(&format!("p{n:03}"), profile.as_object().unwrap()).unwrap();
    }
    tenant
}

/// The administrator changes the scoping filters, which evaluates everybody again: what the cycle came to.
async fn scoped(tenant: &mut Tenant, filters: Value) -> String {
    let with = Map::from_iter([("filters".to_owned(), filters)]);
    tenant.act(&Act { verb: "switch".to_owned(), who: None, with }).await.unwrap();
    tenant.act(&Act { verb: "restart".to_owned(), ..Act::default() }).await.unwrap();
    green_cycle(tenant).await
}

async fn green_cycle(tenant: &mut Tenant) -> String {
    let mut wrong = Vec::new();
    let told = tenant
        .cycle(&mut |exchange| {
            if exchange.verdict != Graded::AsExpected {
                wrong.push(exchange.raw_response);
            }
        })
        .await;
    assert_eq!(wrong, Vec::<String>::new(), "{told}");
    assert!(!told.contains("quarantine") && !told.contains("failed"), "{told}");
    told
}

/// L13: a wrong scoping filter unassigns 40 percent in one cycle: with a fuse of 0 nobody's key dies, Entra
/// stays green, and one command puts all back; mended before anybody decides, Entra itself puts all back.
#[actix_web::test]
async fn a_wrong_scoping_filter_takes_nobodys_seat_and_one_command_puts_all_back() {
    let world = World::with_seats(300).await;
    let entra = world.entra().await;
    fuse(&world, "entra", Some(0), None).await;
    let mut tenant = tenant(&entra);
    assert!(green_cycle(&mut tenant).await.contains("200 created"));
    let mut keys = Vec::new();
    for n in 0..PEOPLE {
        let minted = world.mint(&format!("p{n}@corp.example"), Role::Viewer).await.unwrap();
        keys.push(minted.key.as_str().to_owned());
    }

    let told = scoped(&mut tenant, json!(["department NOT EQUALS Sales"])).await;
    assert!(told.contains("80 disabled"), "{told}");
    assert_eq!((in_state(&world, "assigned").await, in_state(&world, "held").await), (120, 80));
    let waiting = held(&world).await;
    assert_eq!(waiting.len(), 80);
    assert!(waiting.iter().all(|hold| hold.keys == 1 && hold.why == "fuse"), "no key died");
    assert!(!world.opens(&keys[0]).await && world.opens(&keys[2]).await, "those of Sales are suspended");
    assert_eq!(entra.found("active eq false").await.len(), 80);

    let put_back = settled(&world, Which::AllOf("entra".to_owned()), Verdict::Reject).await;
    assert_eq!((put_back.done.len(), put_back.left.len(), put_back.dead_keys.len()), (80, 0, 0));
    assert_eq!((in_state(&world, "assigned").await, held(&world).await.len()), (200, 0));
    assert!(world.opens(&keys[0]).await, "the same key works again");
    scoped(&mut tenant, json!([])).await;
    assert_eq!(in_state(&world, "assigned").await, 200);

    scoped(&mut tenant, json!(["department NOT EQUALS Sales"])).await;
    assert_eq!(held(&world).await.len(), 80);
    scoped(&mut tenant, json!([])).await;
    assert_eq!((in_state(&world, "assigned").await, held(&world).await.len()), (200, 0));
    assert!(world.opens(&keys[0]).await, "the identity provider corrected itself");
    let kept = world.kept(&world.seats().await[0].record.id).await;
    assert_eq!((kept.record.period, kept.live_keys.len()), (1, 1), "one seat period all the while");
    all_is_in_order(&world).await;
}

/// L13: of 64 deactivations at once, on two replicas, exactly those allowed are lost; an hour later some are
/// allowed again, and what was held stays held.
#[actix_web::test]
async fn of_64_deactivations_at_once_those_allowed_are_lost_and_the_others_held() {
    let world = World::start().await;
    let okta = world.okta().await;
    fuse(&world, "okta", Some(5), None).await;
    let names: Vec<String> = (0..66).map(|n| format!("p{n}@corp.example")).collect();
    let made = join_all(names.iter().map(|name| okta.create(json!({"userName": name})))).await;
    let ids: Vec<String> = made.iter().map(|made| made.is(201).id()).collect();
    let key = world.mint(&names[0], Role::Viewer).await.unwrap();
    let other = world.replica();
    let off = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "value": {"active": false}}]});
    let answers: Vec<Reply> = join_all(ids[..64].iter().enumerate().map(|(place, id)| {
        let (okta, other, off) = (&okta, &other, off.clone());
        async move {
            if place % 2 == 0 {
                return okta.set_active(id, false).await;
            }
            other.send(&okta.token, "PATCH", &format!("/Users/{id}"), Some(off)).await
        }
    }))
    .await;
    assert!(answers.iter().all(|answer| answer.is(200).json()["active"] == false));
    assert_eq!((in_state(&world, "unassigned").await, in_state(&world, "held").await), (5, 59));
    assert!(!world.opens(key.key.as_str()).await, "lost or held, it opens nothing");

    world.clock.advance(59 * 60);
    okta.set_active(&ids[64], false).await.is(200);
    assert_eq!(held(&world).await.len(), 60, "still within the hour");
    world.clock.advance(3 * 60);
    okta.set_active(&ids[65], false).await.is(200);
    assert_eq!((in_state(&world, "unassigned").await, held(&world).await.len()), (6, 60));
    all_is_in_order(&world).await;
}

/// L13, S4, L7, L4: while a loss waits the IdP reads somebody inactive, or nobody after DELETE; nobody else
/// gets seat, address or keys; the same person gets all of it back.
#[actix_web::test]
async fn a_held_seat_is_given_back_to_its_holder_and_to_nobody_else() {
    let world = World::with_seats(3).await;
    let okta = world.okta().await;
    fuse(&world, "okta", Some(0), None).await;
    okta.assign("di@corp.example").await;
    let id = okta.create(json!({"userName": ADA, "externalId": "e1", "title": "CTO"})).await.is(201).id();
    world.give_role(ADA, Role::SalesRep).await;
    let key = world.mint(ADA, Role::SalesRep).await.unwrap().key.as_str().to_owned();
    for round in 0..2 {
        okta.set_active(&id, false).await.is(200);
        let version = okta.set_active(&id, false).await.is(200).json()["meta"]["version"].clone();
        let title = format!("Countess {round}");
        okta.patch(&id, json!([{"op": "replace", "path": "title", "value": title}])).await.is(200);
        assert_ne!(okta.shown(&id).await["meta"]["version"], version);
        assert_eq!((&okta.shown(&id).await["active"], held(&world).await.len()), (&json!(false), 1));
        assert_eq!(okta.found(&format!("userName eq \"{ADA}\"")).await, [id.as_str()]);
        assert!(!world.opens(&key).await);
        assert!(world.mint(ADA, Role::Viewer).await.is_err(), "no new key while the seat is held");

        let claims = json!([
            {"userName": "eve", "emails": [{"value": ADA, "primary": true}], "externalId": "e9"},
            {"userName": ADA, "externalId": "e9"},
        ]);
        for claim in claims.as_array().unwrap() {
            okta.create(claim.clone()).await.is_scim_error(409, "uniqueness");
        }
        let new_holder = json!({"userName": ADA, "externalId": "e9", "active": true});
        okta.replace(&id, new_holder).await.is_scim_error(409, "uniqueness").says("hold list");
        okta.create(json!({"userName": "bo@corp.example"})).await.is(201);
        okta.create(json!({"userName": "cy@corp.example"})).await.is_scim_error(400, "invalidValue");
        let bo = okta.found("userName eq \"bo@corp.example\"").await.remove(0);
        fuse(&world, "okta", None, None).await;
        okta.delete(&bo).await.is(204);
        fuse(&world, "okta", Some(0), None).await;

        if round == 0 {
            okta.set_active(&id, true).await.is(200);
        } else {
            okta.delete(&id).await.is(204);
            okta.delete(&id).await.is(404);
            okta.read(&id).await.is(404);
            assert!(okta.found(&format!("userName eq \"{ADA}\"")).await.is_empty());
            assert_eq!(held(&world).await[0].wanted, "remove");
            let back = okta.create(json!({"userName": ADA, "externalId": "e1"})).await;
            assert_eq!(back.is(201).id(), id, "the same User again");
        }
        assert!(held(&world).await.is_empty());
        assert!(world.opens(&key).await, "seat and key are the holder's again");
        let kept = world.kept(&id).await;
        assert_eq!((kept.record.period, kept.record.operator_role), (1, Some(Role::SalesRep)));
        kept.tells_one_story();
    }
    let kept = world.kept(&id).await;
    assert_eq!(
        kept.happened(),
        ["assigned", "held", "amended", "returned", "held", "amended", "held", "returned"]
    );
}

/// L13, L2: a release does exactly what the IdP asked for, and the keys die; a rejection leaves the holder as
/// they were, under the name they had.
#[actix_web::test]
async fn a_release_does_what_was_asked_and_a_rejection_undoes_it() {
    let world = World::start().await;
    let okta = world.okta().await;
    fuse(&world, "okta", None, Some(0)).await;
    let mut people = Vec::new();
    for name in ["ada", "bo", "cy"] {
        let address = format!("{name}@corp.example");
        let id = okta.assign(&address).await;
        people.push((id, world.mint(&address, Role::Viewer).await.unwrap().key.as_str().to_owned()));
    }
    let [(ada, ada_key), (bo, bo_key), (cy, cy_key)] = &people[..] else { panic!("three people") };
    okta.replace(ada, json!({"userName": "gone-ada", "active": false, "title": "Left"})).await.is(200);
    okta.delete(bo).await.is(204);
    okta.replace(cy, json!({"userName": "gone-cy", "active": false})).await.is(200);
    assert!(okta.found("userName eq \"cy@corp.example\"").await.is_empty(), "the former name finds nobody");

    let ended = settled(&world, Which::One(ADA.to_owned()), Verdict::Release).await;
    assert_eq!((ended.done[0].renamed_to.as_deref(), ended.dead_keys.len()), (Some("gone-ada"), 1));
    let bos = held(&world).await.into_iter().find(|hold| hold.seat_id == *bo).unwrap().id;
    assert_eq!(settled(&world, Which::One(bos.clone()), Verdict::Release).await.dead_keys.len(), 1);
    let again = holds::settle(Which::One(bos), Verdict::Reject, "too late", world.act(), world.store()).await;
    assert_eq!(again.unwrap_err().exit_code(), 1, "decided is decided");
    settled(&world, Which::One("cy@corp.example".to_owned()), Verdict::Reject).await;

    let left = okta.shown(ada).await;
    assert_eq!(
        (&left["userName"], &left["title"], &left["active"]),
        (&json!("gone-ada"), &json!("Left"), &json!(false))
    );
    okta.read(bo).await.is(404);
    let back = okta.shown(cy).await;
    assert_eq!((&back["userName"], &back["active"]), (&json!("cy@corp.example"), &json!(true)));
    assert!(!world.opens(ada_key).await && !world.opens(bo_key).await && world.opens(cy_key).await);
    assert_eq!(world.kept(bo).await.done().last(), Some(&"release_hold"));
    for id in [ada, bo, cy] {
        world.kept(id).await.tells_one_story();
    }
    let told = world.audit().await;
    let reason = |action: &str| {
        told.iter().find(|entry| entry.action == action).and_then(|entry| entry.reason.clone()).unwrap()
    };
    assert_eq!(
        (reason("release_hold"), reason("unassign")),
        ("looked into it".into(), "looked into it".into())
    );
    let blank = holds::settle(Which::One("x".into()), Verdict::Reject, " ", world.act(), world.store()).await;
    assert_eq!(blank.unwrap_err().exit_code(), 2);
}

/// L13, L3: more than a fifth of ten seats alarms without any fuse; a change of address and an operator's own
/// deeds are no losses.
#[actix_web::test]
async fn many_losses_alarm_with_the_fuse_off_and_only_losses_count() {
    let world = World::start().await;
    let wish = DirectoryWish { email_change: Some(EmailChange::Reassign), ..DirectoryWish::default() };
    let okta = world.connect("okta", seatbridge::flavour::Flavour::Okta, wish).await;
    let mut ids = Vec::new();
    for n in 0..10 {
        ids.push(okta.assign(&format!("p{n}@corp.example")).await);
    }
    let directory = world.seats().await[0].directory.id.clone();
    let counted = |name: &str, metrics: &str| {
        let line = format!("{name}{{directory=\"{directory}\"}} ");
        let found = metrics.lines().find_map(|known| known.strip_prefix(&line).map(str::to_owned));
        found.unwrap_or_else(|| "0".to_owned())
    };
    let metrics = || async { world.send("GET", "/metrics", &[], None).await.text };
    okta.replace(&ids[0], json!({"userName": "new@corp.example", "active": true})).await.is(200);
    for n in 1..4 {
        let address = format!("p{n}@corp.example");
        seatbridge::admin::hand::unassign(address, "left", world.act(), world.store()).await.unwrap();
    }
    okta.set_active(&ids[4], false).await.is(200);
    let text = metrics().await;
    assert_eq!(counted("seatbridge_seats_lost_total", &text), "1", "{text}");
    assert_eq!(counted("seatbridge_loss_alarms_total", &text), "0", "of seven, too few to tell");

    let more: Vec<String> = join_all((10..20).map(|n| {
        let okta = &okta;
        async move { okta.assign(&format!("p{n}@corp.example")).await }
    }))
    .await;
    world.clock.advance(2 * 3600);
    for id in &more[..4] {
        okta.set_active(id, false).await.is(200);
    }
    let text = metrics().await;
    assert_eq!(counted("seatbridge_loss_alarms_total", &text), "1", "four of sixteen");
    assert_eq!(counted("seatbridge_losses_held_total", &text), "0");
}
