//! The life of a scoped key: made for a holder, shown once, and dead with the seat.

use crate::support::place::on_postgres;
use crate::support::{Connected, Reply, World};
use seatbridge::credential::api_key::ApiKey;
use seatbridge::rbac::Role;
use serde_json::{Value, json};

const SEARCH: &str = "/apollo/contacts/search";
const DAY: i64 = 86_400;

async fn call(world: &World, key: &str) -> Reply {
    world.call(key, "POST", SEARCH, Some(json!({}))).await
}

#[track_caller]
fn is_dead(reply: &Reply) {
    assert_eq!(
        (reply.status, reply.json()),
        (401, json!({"error": "Invalid or expired API key"})),
        "{reply:?}"
    );
}

async fn listed(world: &World, admin: &str) -> Vec<Value> {
    let list = world.call(admin, "GET", "/admin/keys", None).await;
    list.is(200).json()["keys"].as_array().unwrap().clone()
}

fn id_of(key: &str) -> &str {
    &key[3..19]
}

async fn unassigned_by(okta: &Connected, id: &str, address: &str, method: &str) -> u16 {
    let reply = match method {
        "PATCH" => okta.set_active(id, false).await,
        "PUT" => okta.replace(id, json!({"userName": address, "active": false})).await,
        _ => okta.delete(id).await,
    };
    reply.status
}

/// R4: giving the seat back kills its keys for good, by PATCH, PUT and DELETE alike; a new seat has new
/// keys only. Facts §8.3 row 27.
#[actix_web::test]
async fn a_key_dies_with_the_seat_and_reassigning_does_not_bring_it_back() {
    let world = World::start().await;
    let okta = world.okta().await;
    for method in ["PATCH", "PUT", "DELETE"] {
        let address = format!("{}@corp.example", method.to_lowercase());
        let id = okta.assign(&address).await;
        world.give_role(&address, Role::SalesRep).await;
        let keys = [Role::SalesRep, Role::Admin].map(|role| world.mint(&address, role));
        let keys = futures_util::future::try_join_all(keys).await.unwrap();
        let texts: Vec<&str> = keys.iter().map(|minted| minted.key.as_str()).collect();
        call(&world, texts[0]).await.is(200);
        call(&world, texts[1]).await.is(200);
        world.apollo.clear_log();
        let status = unassigned_by(&okta, &id, &address, method).await;
        assert!([200, 204].contains(&status), "{method}: {status}");
        for text in &texts {
            is_dead(&call(&world, text).await);
        }
        if method != "DELETE" {
            assert_eq!(world.audit_of(&address).await.iter().filter(|word| *word == "revoke_key").count(), 2);
            okta.set_active(&id, true).await.is(200);
        } else {
            okta.assign(&address).await;
        }
        assert_eq!(world.state_of(&address).await.as_deref(), Some("assigned"));
        for text in &texts {
            is_dead(&call(&world, text).await);
        }
        assert!(world.apollo.received().is_empty(), "{method}");
        world.give_role(&address, Role::SalesRep).await;
        let fresh = world.mint(&address, Role::SalesRep).await.unwrap();
        call(&world, fresh.key.as_str()).await.is(200);
    }
}

/// R4, L3: a change of address that the bridge performs as unassign and reassign kills the keys too.
#[actix_web::test]
async fn a_key_dies_when_the_seat_passes_to_another_address() {
    let world = World::start().await;
    let okta = world.lenient("okta").await;
    let key = world.keyed(&okta, "ada@corp.example", Role::SalesRep).await;
    let id = okta.find("userName eq \"ada@corp.example\"").await.json()["Resources"][0]["id"].clone();
    call(&world, &key).await.is(200);
    okta.replace(id.as_str().unwrap(), json!({"userName": "ada.king@corp.example"})).await.is(200);
    is_dead(&call(&world, &key).await);
}

/// R4, R5: a key is only for an assigned holder: nobody unknown, waiting, unassigned or removed gets one.
#[actix_web::test]
async fn only_an_assigned_holder_gets_a_key() {
    let world = World::with_seats(3).await;
    let okta = world.lenient("okta").await;
    okta.assign("joe@corp.example").await;
    okta.assign("bob@corp.example").await;
    let ada = okta.assign("ada@corp.example").await;
    okta.assign("eve@corp.example").await;
    assert_eq!(world.state_of("eve@corp.example").await.as_deref(), Some("waiting"));
    for (address, why) in [("eve@corp.example", "waiting"), ("nobody@corp.example", "nobody known by")] {
        let refused = world.mint(address, Role::Viewer).await.unwrap_err();
        assert!(refused.to_string().contains(why), "{refused}");
    }
    world.mint("ADA@corp.example", Role::Viewer).await.unwrap();
    okta.set_active(&ada, false).await.is(200);
    let refused = world.mint("ada@corp.example", Role::Viewer).await.unwrap_err();
    assert!(refused.to_string().contains("unassigned"), "{refused}");
    okta.delete(&ada).await.is(204);
    assert!(world.mint("ada@corp.example", Role::Viewer).await.is_err());
}

/// R5: `ak_`, id, secret and checksum; a key with one character wrong, or that we never made, opens
/// nothing. Facts §8.3 rows 32 and 33.
#[actix_web::test]
async fn a_mistyped_or_foreign_key_opens_nothing() {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, "ada@corp.example", Role::SalesRep).await;
    let legal = |c: char| c.is_ascii_lowercase() || ('2'..='7').contains(&c);
    assert!(key.len() == 58 && key.starts_with("ak_") && key[3..].chars().all(legal), "{key}");
    assert_eq!(ApiKey::parse(&key).unwrap().id(), id_of(&key));
    let mut wrong: Vec<String> = (0..key.len())
        .map(|at| {
            let other = if &key[at..=at] == "a" { "b" } else { "a" };
            format!("{}{other}{}", &key[..at], &key[at + 1..])
        })
        .collect();
    // Well-formed, with the id of a living key: only the secret tells.
    let mut bytes = [7; 30];
    bytes[..10].copy_from_slice(&id_bytes(&key));
    wrong.push(ApiKey::from_random(&bytes).as_str().to_owned());
    assert_eq!(id_of(wrong.last().unwrap()), id_of(&key));
    wrong.extend([ApiKey::from_random(&[9; 30]).as_str().to_owned(), key.to_uppercase(), format!("{key}a")]);
    for text in wrong {
        is_dead(&call(&world, &text).await);
    }
    assert!(world.apollo.received().is_empty());
    call(&world, &key).await.is(200);
}

/// Ten bytes out of sixteen characters of base32.
fn id_bytes(key: &str) -> Vec<u8> {
    let digit = |c: u8| if c.is_ascii_digit() { c - b'2' + 26 } else { c - b'a' };
    let bits = id_of(key).bytes().fold(0_u128, |bits, c| bits << 5 | u128::from(digit(c)));
    bits.to_be_bytes()[6..].to_vec()
}

/// R5: shown once: the store keeps id and digest, and no list, log or audit entry repeats the text. Facts
/// §8.3 row 22.
#[actix_web::test]
async fn the_text_of_a_key_is_kept_nowhere() {
    let world = World::start().await;
    let okta = world.okta().await;
    let admin = world.keyed(&okta, "ada@corp.example", Role::Admin).await;
    let body = json!({"role": "sales_rep", "holder": "ada@corp.example"});
    let minted = world.call(&admin, "POST", "/admin/keys", Some(body)).await.is(200).json();
    let key = minted["key"].as_str().unwrap();
    call(&world, key).await.is(200);
    world.flush().await;
    let secret = &key[19..];
    let stored = world.store().read(|tx| tx.keys()).await.unwrap();
    let record = stored.iter().find(|record| record.id == id_of(key)).unwrap();
    assert_eq!(record.digest, ApiKey::parse(key).unwrap().digest());
    assert!(!format!("{stored:?}").contains(secret));
    for path in ["/admin/keys", "/metrics"] {
        let told = world.call(&admin, "GET", path, None).await;
        assert!(told.text.len() > 100 && !told.text.contains(secret), "{path}");
    }
    let audit = format!("{:?}", world.audit().await);
    assert!(audit.contains(id_of(key)) && !audit.contains(secret));
    if !on_postgres() {
        let files = std::fs::read_dir(world.place.folder()).unwrap();
        let bytes: Vec<u8> = files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(holds(id_of(key)) && !holds(secret));
    }
}

/// R5: a key lives 90 days unless told otherwise, and not a moment longer.
#[actix_web::test]
async fn a_key_expires_after_ninety_days() {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, "ada@corp.example", Role::SalesRep).await;
    let record = world.store().read(|tx| tx.keys()).await.unwrap().remove(0);
    assert_eq!(record.expires_at - record.created_at, 90 * DAY * 1_000_000);
    world.clock.advance(90 * DAY - 30);
    call(&world, &key).await.is(200);
    world.clock.advance(31);
    is_dead(&call(&world, &key).await);
    let admin = world.keyed(&okta, "eve@corp.example", Role::Admin).await;
    let shown = listed(&world, &admin).await;
    let old = shown.iter().find(|shown| shown["id"] == id_of(&key)).unwrap();
    assert_eq!((&old["state"], &old["revokedAt"]), (&json!("expired"), &Value::Null));
}

/// R5: policy sets the default and the most a key may live; days are whole and at least one, else 422.
/// Facts §8.3 row 25.
#[actix_web::test]
async fn policy_bounds_how_long_a_key_lives() {
    let world = World::configured(10, |config| {
        config.keys.default_ttl_days = 7;
        config.keys.max_ttl_days = 30;
    })
    .await;
    let okta = world.okta().await;
    let admin = world.keyed(&okta, "ada@corp.example", Role::Admin).await;
    let mint = async |days: Value| {
        let body = json!({"role": "viewer", "ttlDays": days});
        world.call(&admin, "POST", "/admin/keys", Some(body)).await
    };
    for days in [1, 30] {
        let minted = mint(json!(days)).await;
        let expires = minted.is(200).json()["expiresAt"].as_str().unwrap().to_owned();
        let expires = chrono::DateTime::parse_from_rfc3339(&expires).unwrap().timestamp();
        let now = world.clock.now() / 1_000_000;
        assert!((expires - now - days * DAY).abs() < 20, "{days}: {expires}");
    }
    for days in [
        json!(0),
        json!(-1),
        json!(31),
        json!(1.5),
        json!("7"),
        json!(true),
        json!(null),
        json!(1e9),
        json!([7]),
    ] {
        mint(days.clone()).await.is(422).says("ttlDays must be a whole number from 1 to 30");
    }
    let unsaid =
        world.call(&admin, "POST", "/admin/keys", Some(json!({"role": "viewer"}))).await.is(200).json();
    let record = world.store().read(|tx| tx.keys()).await.unwrap();
    let record = record.iter().find(|record| unsaid["id"] == record.id).unwrap();
    assert_eq!(record.expires_at - record.created_at, 7 * DAY * 1_000_000);
}

/// R5: rotating gives a new key of the same role and holder; the old one works for the grace, and then
/// never again. Facts §8.3 row 30.
#[actix_web::test]
async fn a_rotated_key_works_through_its_grace() {
    let world = World::start().await;
    let okta = world.okta().await;
    let admin = world.keyed(&okta, "ada@corp.example", Role::Admin).await;
    let old = world.keyed(&okta, "bob@corp.example", Role::SalesRep).await;
    let path = format!("/admin/keys/{}/rotate", id_of(&old));
    for grace in [json!(-1), json!("60"), json!(1.5), json!(7 * DAY + 1)] {
        world.call(&admin, "POST", &path, Some(json!({"graceSeconds": grace}))).await.is(400);
    }
    let fresh = world.call(&admin, "POST", &path, Some(json!({"graceSeconds": 60}))).await.is(200).json();
    let new = fresh["key"].as_str().unwrap().to_owned();
    assert_eq!(fresh["role"], "sales_rep");
    for key in [&old, &new] {
        call(&world, key).await.is(200);
    }
    let shown = listed(&world, &admin).await;
    let shown = shown.iter().find(|shown| shown["id"] == id_of(&old)).unwrap();
    assert_eq!(shown["rotatedTo"], fresh["id"]);
    world.clock.advance(61);
    is_dead(&call(&world, &old).await);
    call(&world, &new).await.is(200);
    world.call(&admin, "POST", &path, None).await.is(404);

    let path = format!("/admin/keys/{}/rotate", id_of(&new));
    let last = world.call(&admin, "POST", &path, Some(json!({"graceSeconds": 0}))).await.is(200).json();
    is_dead(&call(&world, &new).await);
    call(&world, last["key"].as_str().unwrap()).await.is(200);
    assert_eq!(
        world.audit_of("bob@corp.example").await.iter().filter(|word| *word == "rotate_key").count(),
        2
    );
}

/// R5: rotating never lets the old key live longer than it would have, and never revives one of a lost seat.
#[actix_web::test]
async fn rotating_lengthens_nothing() {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, "bob@corp.example", Role::SalesRep).await;
    world.clock.advance(90 * DAY - 60);
    let admin = world.keyed(&okta, "ada@corp.example", Role::Admin).await;
    let path = format!("/admin/keys/{}/rotate", id_of(&key));
    world.call(&admin, "POST", &path, None).await.is(200);
    world.clock.advance(61);
    is_dead(&call(&world, &key).await);

    let eve = okta.assign("eve@corp.example").await;
    let lost = world.mint("eve@corp.example", Role::Viewer).await.unwrap();
    okta.set_active(&eve, false).await.is(200);
    okta.set_active(&eve, true).await.is(200);
    world.call(&admin, "POST", &format!("/admin/keys/{}/rotate", lost.record.id), None).await.is(404);
}

/// R5: a key is revoked by its id, on the next call and for ever; a second time, or an unknown id, is 404.
/// Facts §8.3 rows 23 and 24.
#[actix_web::test]
async fn a_key_is_revoked_by_its_id() {
    let world = World::start().await;
    let okta = world.okta().await;
    let admin = world.keyed(&okta, "ada@corp.example", Role::Admin).await;
    let key = world.keyed(&okta, "bob@corp.example", Role::SalesRep).await;
    call(&world, &key).await.is(200);
    world.apollo.clear_log();
    let path = format!("/admin/keys/{}", id_of(&key));
    let revoked = world.call(&admin, "DELETE", &path, None).await;
    assert_eq!((revoked.status, revoked.json()), (200, json!({"revoked": true})));
    is_dead(&call(&world, &key).await);
    assert!(world.apollo.received().is_empty());
    for gone in [&path, "/admin/keys/aaaaaaaaaaaaaaaa", &format!("/admin/keys/{key}"), "/admin/keys/%00"] {
        world.call(&admin, "DELETE", gone, None).await.is(404);
    }
    let shown = listed(&world, &admin).await;
    let shown = shown.iter().find(|shown| shown["id"] == id_of(&key)).unwrap();
    assert_eq!((&shown["state"], shown["revokedAt"].is_string()), (&json!("revoked"), true));
    assert!(world.audit_of("bob@corp.example").await.contains(&"revoke_key".to_owned()));
}

/// R5: the last use of a key is known, and a call that was refused for the key is no use.
#[actix_web::test]
async fn the_last_use_of_a_key_is_known() {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, "bob@corp.example", Role::SalesRep).await;
    let last = async || {
        world.flush().await;
        world.store().read(|tx| tx.keys()).await.unwrap().remove(0).last_used_at
    };
    assert_eq!(last().await, None);
    world.clock.advance(DAY);
    let before = world.clock.now();
    call(&world, &key).await.is(200);
    let first = last().await.unwrap();
    assert!((before..=world.clock.now()).contains(&first), "{first}");
    world.clock.advance(90 * DAY);
    is_dead(&call(&world, &key).await);
    assert_eq!(last().await, Some(first));
}
