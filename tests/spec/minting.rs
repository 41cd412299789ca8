//! Who may make and end whose keys, through the founding document's admin endpoints.

use crate::support::{Connected, Reply, World};
use seatbridge::admin::Refusal;
use seatbridge::admin::keys::{self, Caller};
use seatbridge::admin::service::{self, DirectoryWish};
use seatbridge::flavour::Flavour;
use seatbridge::rbac::{Minter, Role};
use serde_json::{Value, json};

const SEARCH: &str = "/apollo/contacts/search";

async fn mint(world: &World, key: &str, body: Value) -> Reply {
    world.call(key, "POST", "/admin/keys", Some(body)).await
}

async fn works(world: &World, key: &str) -> bool {
    match world.call(key, "GET", "/apollo/auth/health", None).await.status {
        200 => true,
        401 => false,
        other => panic!("{other}"),
    }
}

async fn minted(world: &World, key: &str, role: Role, holder: &str) -> String {
    let reply = mint(world, key, json!({"role": role, "holder": holder})).await;
    reply.is(200).json()["key"].as_str().unwrap().to_owned()
}

fn id_of(key: &str) -> &str {
    &key[3..19]
}

async fn team_id(world: &World) -> String {
    world.store().read(|tx| tx.team()).await.unwrap().unwrap().team_id
}

/// R6: `POST /admin/keys` as the founding document has it: `{teamId?, role, ttlDays?}` gives key, role and
/// end, and beside them the id it is listed and revoked by; without `holder` the key is the caller's own.
/// Facts §8.3 row 26.
#[actix_web::test]
async fn minting_answers_as_the_founding_document_says() {
    let world = World::start().await;
    let okta = world.okta().await;
    let admin = world.keyed(&okta, "ada@corp.example", Role::Admin).await;
    okta.assign("bob@corp.example").await;
    let team = team_id(&world).await;
    let own = mint(&world, &admin, json!({"teamId": team, "role": "viewer", "ttlDays": 5})).await;
    let told = own.is(200).json();
    assert_eq!(told["role"], "viewer");
    let key = told["key"].as_str().unwrap();
    assert_eq!(told["id"], id_of(key));
    let ends = chrono::DateTime::parse_from_rfc3339(told["expiresAt"].as_str().unwrap()).unwrap();
    assert!((ends.timestamp_micros() - world.clock.now() - 5 * 86_400_000_000).abs() < 20_000_000);
    let other = minted(&world, &admin, Role::Viewer, "bob@corp.example").await;
    for (key, holder) in [(key, "ada@corp.example"), (&other, "bob@corp.example")] {
        let profile = world.call(key, "GET", "/apollo/users/api_profile", None).await;
        assert_eq!(profile.is(200).json()["email"], holder);
    }
    let list = world.call(&admin, "GET", "/admin/keys", None).await.is(200).json();
    let list = list["keys"].as_array().unwrap();
    assert_eq!(list.len(), 3);
    let shown = list.iter().find(|shown| shown["id"] == id_of(&other)).unwrap();
    let told = ["holder", "role", "state"].map(|member| shown[member].clone());
    assert_eq!(json!(told), json!(["bob@corp.example", "viewer", "live"]));
    assert!(list.iter().all(|shown| shown.get("key").is_none() && shown.get("digest").is_none()));
    let revoked = world.call(&admin, "DELETE", &format!("/admin/keys/{}", id_of(&other)), None).await;
    assert_eq!((revoked.status, revoked.json()), (200, json!({"revoked": true})));
    assert_eq!(world.audit_of("bob@corp.example").await, ["assign", "mint_key", "revoke_key"]);
}

/// R6: another team is 403; a role not spelt exactly, days out of range, or a holder without a seat 422; a
/// body that is none 400. Facts §8.2 row 17.
#[actix_web::test]
async fn a_wish_that_cannot_be_is_refused_with_its_reason() {
    let world = World::start().await;
    let okta = world.okta().await;
    let admin = world.keyed(&okta, "ada@corp.example", Role::Admin).await;
    let gone = okta.assign("eve@corp.example").await;
    okta.set_active(&gone, false).await.is(200);
    for (wish, status, words) in [
        (json!({"role": "viewer", "teamId": "another"}), 403, "another team"),
        (json!({"role": "viewer", "teamId": 7}), 403, "another team"),
        (json!({"role": "superuser"}), 422, "role must be exactly one of"),
        (json!({"role": "Viewer"}), 422, "role must be exactly one of"),
        (json!({"role": " viewer"}), 422, "role must be exactly one of"),
        (json!({"role": 1}), 422, "role must be exactly one of"),
        (json!({}), 422, "role must be exactly one of"),
        (json!({"role": "viewer", "ttlDays": 36500}), 422, "ttlDays must be a whole number from 1 to 365"),
        (json!({"role": "viewer", "holder": "nobody@corp.example"}), 422, "nobody known by"),
        (json!({"role": "viewer", "holder": "eve@corp.example"}), 422, "unassigned"),
        (json!({"role": "viewer", "holder": "a\u{0}b@corp.example"}), 422, "nobody known by"),
        (json!({"role": "viewer", "holder": 7}), 400, "holder"),
        (json!({"role": "viewer", "ttl": 7}), 400, "ttl"),
        (json!([]), 400, "JSON object"),
    ] {
        mint(&world, &admin, wish.clone()).await.is(status).says(words);
    }
    let broken = [("x-api-key", admin.as_str())];
    world.send("POST", "/admin/keys", &broken, Some("{")).await.is(400);
    assert_eq!(world.store().read(|tx| tx.keys()).await.unwrap().len(), 1, "none of them made a key");
}

/// R6: no key is 401 with the founding document's words, a role without manageTeam 403 with its role, on
/// every endpoint; a method that is not there is 405.
#[actix_web::test]
async fn the_admin_endpoints_are_for_holders_who_manage_the_team() {
    let world = World::start().await;
    let okta = world.okta().await;
    let victim = world.keyed(&okta, "bob@corp.example", Role::Viewer).await;
    let one = format!("/admin/keys/{}", id_of(&victim));
    let endpoints = [
        ("POST", "/admin/keys".to_owned()),
        ("GET", "/admin/keys".to_owned()),
        ("DELETE", one.clone()),
        ("POST", format!("{one}/rotate")),
    ];
    for (method, path) in &endpoints {
        let none = world.send(method, path, &[], None).await;
        assert_eq!(
            (none.status, none.json()),
            (401, json!({"error": "x-api-key header required"})),
            "{path}"
        );
        let wrong = world.call("ak_wrong", method, path, None).await;
        assert_eq!(
            (wrong.status, wrong.json()),
            (401, json!({"error": "Invalid or expired API key"})),
            "{path}"
        );
    }
    for role in [Role::Viewer, Role::Analyst, Role::SalesRep] {
        let key = world.keyed(&okta, &format!("{role}@corp.example"), role).await;
        let expected = json!({
            "error": "Permission denied: manageTeam requires role upgrade", "currentRole": role,
        });
        for (method, path) in &endpoints {
            let refused = world.call(&key, method, path, Some(json!({"role": "viewer"}))).await;
            assert_eq!((refused.status, refused.json()), (403, expected.clone()), "{role} {method} {path}");
        }
    }
    world.call(&victim, "PUT", "/admin/keys", None).await.is(405);
    world.call(&victim, "GET", &one, None).await.is(405);
    assert!(works(&world, &victim).await);
}

/// R5: a manager reaches strictly below their own rank for others and up to it for themselves; an admin
/// reaches all. Minting, revoking and rotating alike. Facts §8.2 rows 15 and 16.
#[actix_web::test]
async fn minting_reaches_below_ones_own_rank_and_an_admin_reaches_all() {
    let world = World::start().await;
    let okta = world.okta().await;
    okta.assign("bob@corp.example").await;
    for (actor, own_most) in [(Role::SalesManager, Role::SalesManager), (Role::Admin, Role::Admin)] {
        let me = format!("{actor}@corp.example");
        let key = world.keyed(&okta, &me, actor).await;
        for asked in Role::ALL {
            let for_other = actor == Role::Admin || asked < actor;
            for (holder, may) in [("bob@corp.example", for_other), (me.as_str(), asked <= own_most)] {
                let status = if may { 200 } else { 403 };
                mint(&world, &key, json!({"role": asked, "holder": holder})).await.is(status);
                let theirs = world.mint(holder, asked).await.unwrap().record.id;
                let path = format!("/admin/keys/{theirs}");
                world.call(&key, "POST", &format!("{path}/rotate"), None).await.is(status);
                world.call(&key, "DELETE", &path, None).await.is(status);
                let refused = world.store().read(move |tx| tx.key(&theirs)).await.unwrap().unwrap().key;
                assert_eq!(refused.revoked_at.is_some(), may, "{actor} ends {asked} of {holder}");
            }
        }
    }
}

/// R3, R5: the reach is that of key and holder together: an admin's viewer key mints nothing, and an admin
/// key of a mere manager reaches as far as a manager.
#[actix_web::test]
async fn a_weak_key_or_a_weak_holder_mints_no_more_than_the_weaker_may() {
    let world = World::start().await;
    let okta = world.okta().await;
    world.keyed(&okta, "ada@corp.example", Role::Admin).await;
    let weak_key = world.mint("ada@corp.example", Role::Viewer).await.unwrap();
    mint(&world, weak_key.key.as_str(), json!({"role": "viewer"})).await.is(403);
    world.keyed(&okta, "mia@corp.example", Role::SalesManager).await;
    let weak_holder = world.mint("mia@corp.example", Role::Admin).await.unwrap();
    for (role, status) in [("admin", 403), ("sales_manager", 403), ("sales_rep", 200)] {
        let wish = json!({"role": role, "holder": "ada@corp.example"});
        mint(&world, weak_holder.key.as_str(), wish).await.is(status);
    }
    mint(&world, weak_holder.key.as_str(), json!({"role": "admin"})).await.is(403);
}

async fn demote(world: &World, okta: &Connected, id: &str, by_idp: bool, role: Role) {
    if by_idp {
        let roles = json!([{"op": "replace", "path": "roles", "value": [{"value": role}]}]);
        okta.patch(id, roles).await.is(200);
    } else {
        world.give_role("ada@corp.example", role).await;
    }
}

/// R5: a demotion, by the IdP or by an operator, revokes the keys that the demoted made beyond the new
/// reach, and is audited; keys within it, and keys made by others, live on.
#[actix_web::test]
async fn a_demotion_revokes_the_keys_made_beyond_the_new_reach() {
    for by_idp in [true, false] {
        let world = World::start().await;
        let okta = world.okta().await;
        let roles = if by_idp { json!([{"value": "admin"}]) } else { json!([]) };
        let ada = okta.create(json!({"userName": "ada@corp.example", "roles": roles})).await.is(201).id();
        demote(&world, &okta, &ada, by_idp, Role::Admin).await;
        let admin = world.mint("ada@corp.example", Role::Admin).await.unwrap().key.as_str().to_owned();
        let bystander = world.keyed(&okta, "bob@corp.example", Role::Admin).await;
        let mut made = Vec::new();
        for role in Role::ALL {
            made.push((role, minted(&world, &admin, role, "bob@corp.example").await));
        }
        for (new, still) in [
            (Role::SalesManager, &[Role::Viewer, Role::Analyst, Role::SalesRep][..]),
            (Role::SalesRep, &[]),
            (Role::Admin, &[]),
        ] {
            demote(&world, &okta, &ada, by_idp, new).await;
            for (role, key) in &made {
                assert_eq!(works(&world, key).await, still.contains(role), "{new}: {role}, by IdP: {by_idp}");
            }
        }
        assert!(works(&world, &bystander).await && works(&world, &admin).await);
        let audit = world.audit().await;
        let ended = audit.iter().filter(|entry| entry.action == "revoke_key" && entry.outcome == "done");
        let reasons: Vec<&str> = ended.filter_map(|entry| entry.reason.as_deref()).collect();
        assert_eq!(reasons.len(), 5, "{reasons:?}");
        for (_, key) in &made {
            let about = |reason: &&str| reason.contains(id_of(key)) && reason.contains("demotion");
            assert_eq!(reasons.iter().filter(|reason| about(reason)).count(), 1, "{reasons:?}");
        }
    }
}

/// R5: a demotion of a whole directory, by another default role, ends what its holders made beyond the new
/// reach.
#[actix_web::test]
async fn another_default_role_is_a_demotion_too() {
    let world = World::start().await;
    let wish = |role| DirectoryWish { default_role: Some(role), ..DirectoryWish::default() };
    let okta = world.connect("okta", Flavour::Okta, wish(Role::Admin)).await;
    okta.assign("ada@corp.example").await;
    let admin = world.mint("ada@corp.example", Role::Admin).await.unwrap().key.as_str().to_owned();
    let bystander = world.keyed(&okta, "bob@corp.example", Role::Viewer).await;
    let made = minted(&world, &admin, Role::SalesManager, "bob@corp.example").await;
    assert!(works(&world, &made).await);
    let demoted =
        service::set_directory("okta".into(), wish(Role::SalesRep), world.act(), world.store()).await;
    demoted.unwrap();
    assert!(!works(&world, &made).await, "made by somebody who could not make it any more");
    assert!(works(&world, &bystander).await, "made by an operator");
}

/// U1, R5: a refused mint, rotation or revocation is in the audit, with who asked and why not.
#[actix_web::test]
async fn a_refusal_about_keys_is_audited() {
    let world = World::start().await;
    let okta = world.okta().await;
    let manager = world.keyed(&okta, "ada@corp.example", Role::SalesManager).await;
    let viewer = world.keyed(&okta, "bob@corp.example", Role::Viewer).await;
    mint(&world, &manager, json!({"role": "admin", "holder": "bob@corp.example"})).await.is(403);
    mint(&world, &viewer, json!({"role": "viewer"})).await.is(403);
    world.call(&manager, "DELETE", "/admin/keys/aaaaaaaaaaaaaaaa", None).await.is(404);
    let audit = world.audit().await;
    let refused: Vec<(&str, &str)> = audit
        .iter()
        .filter(|entry| entry.outcome == "refused")
        .map(|entry| (entry.action.as_str(), entry.actor.split(':').next().unwrap()))
        .collect();
    assert_eq!(refused, [("mint_key", "key"), ("deny_call", "key"), ("revoke_key", "key")]);
    assert!(
        audit
            .iter()
            .any(|entry| entry.reason.as_deref().is_some_and(|why| why.contains("beyond your reach")))
    );
}

async fn bootstrap(world: &World, address: &str) -> Result<keys::Minted, Refusal> {
    let caller = Caller { minter: Minter::Operator, seat_id: None, act: world.act(), request_id: None };
    keys::bootstrap(address.to_owned(), world.server.bridge.config.keys, caller, world.store()).await
}

/// R5: the bootstrap gives a holder the admin role and the first admin key in one audited act, and only
/// once. Facts §8.3 row 29.
#[actix_web::test]
async fn the_first_admin_is_made_once() {
    let world = World::start().await;
    let okta = world.okta().await;
    let gone = okta.assign("eve@corp.example").await;
    okta.set_active(&gone, false).await.is(200);
    for nobody in ["nobody@corp.example", "eve@corp.example"] {
        assert!(matches!(bootstrap(&world, nobody).await, Err(Refusal::Minting(_))));
    }
    okta.assign("ada@corp.example").await;
    let first = bootstrap(&world, "ada@corp.example").await.unwrap();
    assert_eq!((first.record.role, first.holder.as_str()), (Role::Admin, "ada@corp.example"));
    mint(&world, first.key.as_str(), json!({"role": "admin"})).await.is(200);
    assert_eq!(world.audit_of("ada@corp.example").await, ["assign", "bootstrap", "mint_key"]);
    okta.assign("bob@corp.example").await;
    for again in ["ada@corp.example", "bob@corp.example"] {
        let refused = bootstrap(&world, again).await.unwrap_err().to_string();
        assert!(refused.contains("ada@corp.example") && refused.contains("already"), "{refused}");
    }
    assert!(!world.audit_of("bob@corp.example").await.contains(&"bootstrap".to_owned()));
}

/// R5, L12: where the IdP decides somebody's roles, and not for admin, the bootstrap is refused and stays
/// possible.
#[actix_web::test]
async fn no_first_admin_against_the_idps_word() {
    let world = World::start().await;
    let okta = world.okta().await;
    let with = |address: &str, role: &str| json!({"userName": address, "roles": [{"value": role}]});
    okta.create(with("ada@corp.example", "sales_rep")).await.is(201);
    let refused = bootstrap(&world, "ada@corp.example").await.unwrap_err().to_string();
    assert!(refused.contains("identity provider") && refused.contains("sales_rep"), "{refused}");
    assert!(world.store().read(|tx| tx.keys()).await.unwrap().is_empty());
    okta.create(with("bob@corp.example", "Admin")).await.is(201);
    let first = bootstrap(&world, "bob@corp.example").await.unwrap();
    world.call(first.key.as_str(), "POST", SEARCH, Some(json!({}))).await.is(200);
}
