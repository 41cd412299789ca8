//! Changing an address: Apollo takes a new one only after the seat was given back.

use crate::support::{Connected, World};
use seatbridge::admin::service::DirectoryWish;
use seatbridge::flavour::Flavour;
use seatbridge::rbac::Role;
use seatbridge::seat::EmailChange;
use serde_json::{Value, json};

const OLD: &str = "ada@corp.example";
const NEW: &str = "ada.king@corp.example";

fn ada(user_name: &str, address: &str) -> Value {
    json!({
        "userName": user_name, "externalId": "00u1", "title": "CTO",
        "emails": [{"value": address, "type": "work", "primary": true}],
    })
}

/// PATCH operations that would leave the holder with another address or userName, or without one.
fn renaming_patches() -> Vec<Value> {
    let work = r#"emails[type eq "work"].value"#;
    vec![
        json!([{"op": "replace", "path": "userName", "value": NEW}]),
        json!([{"op": "replace", "value": {"userName": NEW}}]),
        json!([{"op": "replace", "path": work, "value": NEW}]),
        json!([{"op": "replace", "value": {"emails": [{"value": NEW, "type": "work", "primary": true}]}}]),
        json!([{"op": "replace", "path": "emails", "value": [{"value": NEW, "type": "work"}]}]),
        json!([
            {"op": "replace", "path": "emails[type eq \"work\"].primary", "value": false},
            {"op": "add", "path": "emails", "value": [{"value": NEW, "type": "other", "primary": true}]},
        ]),
        json!([{"op": "remove", "path": "emails"}]),
        json!([{"op": "remove", "path": "emails[type eq \"work\"]"}]),
        json!([{"op": "remove", "path": "userName"}]),
        json!([
            {"op": "replace", "path": "title", "value": "CEO"},
            {"op": "replace", "path": work, "value": NEW},
        ]),
        // Judged by the state before and after: leaving and coming back in one request is still a change.
        json!([
            {"op": "replace", "path": "active", "value": false},
            {"op": "replace", "path": work, "value": NEW},
            {"op": "replace", "path": "active", "value": true},
        ]),
    ]
}

/// Bodies of PUTs that would do the same.
fn renaming_puts() -> Vec<Value> {
    let mut nameless = ada(OLD, "ada.l@corp.example");
    nameless["userName"] = Value::Null;
    vec![
        ada(NEW, "ada.l@corp.example"),
        ada(OLD, NEW),
        ada(NEW, NEW),
        json!({"userName": OLD, "externalId": "00u1", "title": "CEO"}),
        json!({"userName": OLD, "emails": [{"value": "not an address", "type": "work"}]}),
        nameless,
        json!({"userName": OLD, "active": true, "emails": [{"value": NEW}]}),
    ]
}

async fn is_refused_whole(world: &World, directory: &Connected, id: &str, method: &str, body: Value) {
    let (before, period) = (directory.shown(id).await, world.kept(id).await.record.period);
    let refused = if method == "PUT" {
        directory.replace(id, body.clone()).await
    } else {
        directory.patch(id, body.clone()).await
    };
    let told = refused.text.clone();
    assert_eq!(refused.status, 400, "{method} {body}: {told}");
    refused.is_scim_error(400, "mutability");
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    let names_the_old = detail.contains(OLD) || detail.contains("ada.l@corp.example");
    assert!(names_the_old && !detail.contains("king"), "{method} {body}: {detail}");
    for way_out in ["Unassign", "change", "assign the person again", "nothing of this request was applied"] {
        assert!(detail.contains(way_out), "{method} {body}: {detail}");
    }
    assert_eq!(directory.shown(id).await, before, "{method} {body} left a trace");
    let kept = world.kept(id).await;
    assert_eq!(kept.record.period, period, "{method} {body}");
    assert_eq!(kept.happened(), ["assigned"], "{method} {body}");
    let last = kept.audit.last().unwrap();
    assert_eq!((last.action.as_str(), last.outcome.as_str()), ("amend", "refused"), "{method} {body}");
    assert_eq!(last.reason.as_deref(), Some(detail.as_str()));
    let logged = world.last_logged(id).await;
    assert_eq!((logged.status, logged.scim_type.as_deref()), (400, Some("mutability")));
}

/// L2, S5: neither the address nor the userName of an assigned seat changes or goes, by PUT or PATCH, from
/// either IdP; 400 mutability names the old and the way out, and nothing of the request is applied.
#[actix_web::test]
async fn an_assigned_holder_keeps_address_and_name_whatever_is_sent() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        let made = directory.create(ada(OLD, "ada.l@corp.example")).await;
        let id = made.is(201).id();
        for body in renaming_puts() {
            is_refused_whole(&world, &directory, &id, "PUT", body).await;
        }
        for operations in renaming_patches() {
            is_refused_whole(&world, &directory, &id, "PATCH", operations).await;
        }
        directory.delete(&id).await.is(204);
    }
    world.audit().await;
}

/// L2: a refusal costs the holder nothing, not even their key.
#[actix_web::test]
async fn a_refused_change_leaves_the_key_working() {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, OLD, Role::Analyst).await;
    let id = world.seats().await[0].record.id.clone();
    okta.replace(&id, ada(NEW, NEW)).await.is_scim_error(400, "mutability");
    assert!(world.opens(&key).await);
    assert_eq!(world.kept(&id).await.live_keys.len(), 1);
}

/// L2: letter case tells no two addresses apart; the text is kept as sent, the seat period goes on.
#[actix_web::test]
async fn letter_case_may_change_while_assigned() {
    let world = World::start().await;
    for directory in [world.okta().await, world.lenient("lenient").await] {
        let id = directory.create(ada(OLD, OLD)).await.is(201).id();
        let shouted = ada("ADA@corp.example", "Ada@Corp.Example");
        let put = directory.replace(&id, shouted).await;
        assert_eq!(put.is(200).json()["userName"], "ADA@corp.example");
        assert_eq!(put.json()["emails"][0]["value"], "Ada@Corp.Example");
        let back = json!([{"op": "replace", "path": "userName", "value": "Ada@corp.example"}]);
        assert_eq!(directory.patch(&id, back).await.is(200).json()["userName"], "Ada@corp.example");
        let kept = world.kept(&id).await;
        assert_eq!((kept.record.period, kept.happened()), (1, vec!["assigned", "amended", "amended"]));
        kept.tells_one_story();
        directory.delete(&id).await.is(204);
    }
}

/// L2: other e-mails come and go while the seat's own stays.
#[actix_web::test]
async fn further_addresses_may_change_while_assigned() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.create(ada(OLD, OLD)).await.is(201).id();
    let more =
        json!([{"op": "add", "path": "emails", "value": [{"value": "home@x.example", "type": "home"}]}]);
    let emails = okta.patch(&id, more).await.is(200).json()["emails"].clone();
    assert_eq!(emails.as_array().unwrap().len(), 2);
    // The userName is the same address, so that the seat keeps it without any e-mail at all.
    let bare = okta.replace(&id, json!({"userName": OLD, "externalId": "00u1"})).await;
    assert_eq!(bare.is(200).json()["active"], true);
    world.kept(&id).await.tells_one_story();
}

/// L2, S5: a request that ends unassigned is never refused for its address; the name sent with it is taken as
/// sent, and the former name then finds nobody.
#[actix_web::test]
async fn a_leaver_leaves_under_whatever_name_is_sent() {
    let world = World::start().await;
    let okta = world.okta().await;
    let mut put = ada(NEW, NEW);
    put["active"] = json!(false);
    let active = json!({"op": "replace", "path": "active", "value": false});
    let name = json!({"op": "replace", "path": "userName", "value": NEW});
    let emails = json!({"op": "remove", "path": "emails"});
    for (method, body, name_after) in [
        ("PUT", put, NEW),
        ("PUT", json!({"userName": NEW, "active": false}), NEW),
        ("PATCH", json!([active, name]), NEW),
        ("PATCH", json!([name, active]), NEW),
        ("PATCH", json!([{"op": "replace", "value": {"active": false, "userName": NEW}}]), NEW),
        ("PATCH", json!([active, emails]), OLD),
    ] {
        let id = okta.create(ada(OLD, OLD)).await.is(201).id();
        let left = if method == "PUT" {
            okta.replace(&id, body.clone()).await
        } else {
            okta.patch(&id, body.clone()).await
        };
        assert_eq!(left.status, 200, "{method} {body}: {}", left.text);
        assert_eq!((&left.json()["active"], &left.json()["userName"]), (&json!(false), &json!(name_after)));
        let by_name = |name: &str| format!("userName eq \"{name}\"");
        assert_eq!(okta.found(&by_name(name_after)).await, [id.as_str()], "{method} {body}");
        if name_after == NEW {
            assert!(okta.found(&by_name(OLD)).await.is_empty(), "{method} {body}");
        }
        world.kept(&id).await.tells_one_story();
        okta.delete(&id).await.is(204);
    }
}

/// L2, S4: a deactivation without a name or with one somebody else carries goes through as well.
#[actix_web::test]
async fn a_leaver_leaves_without_a_name_and_under_anothers() {
    let world = World::start().await;
    let okta = world.okta().await;
    let eve = okta.assign("eve@corp.example").await;
    let id = okta.assign(OLD).await;
    let nameless = okta.replace(&id, json!({"active": false, "title": "gone"})).await;
    assert_eq!(nameless.is(200).json()["userName"], OLD);
    okta.set_active(&id, true).await.is(200);
    let taken = json!({"userName": "eve@corp.example", "active": false});
    let left = okta.replace(&id, taken).await;
    assert_eq!(
        (&left.is(200).json()["active"], &left.json()["userName"]),
        (&json!(false), &json!("eve@corp.example"))
    );
    assert_eq!(okta.found(r#"userName eq "eve@corp.example""#).await, [eve.as_str()]);
    assert!(okta.found(&format!("userName eq \"{OLD}\"")).await.is_empty());
    world.kept(&id).await.tells_one_story();
}

/// L2: unassign, change, reassign: the whole way out, with its trail; the old address is free meanwhile.
#[actix_web::test]
async fn unassigning_changing_and_reassigning_is_the_way_out() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.create(ada(OLD, OLD)).await.is(201).id();
    okta.replace(&id, ada(NEW, NEW)).await.is_scim_error(400, "mutability");
    okta.set_active(&id, false).await.is(200);
    okta.replace(&id, ada(NEW, NEW)).await.is(200);
    let newcomer = okta.assign(OLD).await;
    assert_ne!(newcomer, id);
    let back = okta.set_active(&id, true).await;
    assert_eq!((&back.is(200).json()["active"], &back.json()["userName"]), (&json!(true), &json!(NEW)));
    let kept = world.kept(&id).await;
    kept.tells_one_story();
    assert_eq!(kept.record.period, 2);
    assert_eq!(world.audit_of(NEW).await, ["assign", "refused amend", "unassign", "amend", "reassign"]);
}

/// L2: an unassigned person may also change address in the very request that assigns them again.
#[actix_web::test]
async fn a_new_address_may_come_with_the_reassignment() {
    let world = World::start().await;
    let entra = world.entra().await;
    let id = entra.create(ada(OLD, OLD)).await.is(201).id();
    entra.set_active(&id, false).await.is(200);
    let mut back = ada(NEW, NEW);
    back["active"] = json!(true);
    assert_eq!(entra.replace(&id, back).await.is(200).json()["userName"], NEW);
    assert_eq!(world.kept(&id).await.happened(), ["assigned", "unassigned", "reassigned"]);
}

async fn by_itself(world: &World) -> Connected {
    let wish = DirectoryWish { email_change: Some(EmailChange::Reassign), ..DirectoryWish::default() };
    world.connect("by itself", Flavour::Okta, wish).await
}

/// L3, L11: a directory that chose `reassign` gets 200; the bridge gave the seat back and gave it again in
/// one transaction: the keys are dead, a new period runs, both are in the audit.
#[actix_web::test]
async fn a_directory_may_let_the_bridge_unassign_and_reassign() {
    let world = World::start().await;
    let okta = by_itself(&world).await;
    let key = world.keyed(&okta, OLD, Role::Analyst).await;
    let id = okta.found(&format!("userName eq \"{OLD}\"")).await.remove(0);
    let changed = okta.replace(&id, ada(NEW, NEW)).await;
    assert_eq!((&changed.is(200).json()["active"], &changed.json()["userName"]), (&json!(true), &json!(NEW)));
    assert!(!world.opens(&key).await, "a key outlived the change of address");
    let kept = world.kept(&id).await;
    kept.tells_one_story();
    assert_eq!((kept.record.period, kept.record.version), (2, 2));
    assert_eq!(kept.happened(), ["assigned", "unassigned", "reassigned"]);
    assert_eq!(kept.events[1].address.as_deref(), Some(OLD));
    assert_eq!(kept.events[2].address.as_deref(), Some(NEW));
    assert_eq!(kept.done(), ["assign", "give_role", "mint_key", "unassign", "reassign", "revoke_key"]);
    assert!(okta.found(&format!("userName eq \"{OLD}\"")).await.is_empty());
    // A key made now is one of the new period.
    let fresh = world.mint(NEW, Role::Analyst).await.unwrap();
    assert!(world.opens(fresh.key.as_str()).await);
}

/// L3, L4: by PATCH too; what is taken stays refused, and an address cannot be removed.
#[actix_web::test]
async fn a_change_by_the_bridge_itself_still_keeps_names_unique() {
    let world = World::start().await;
    let okta = by_itself(&world).await;
    let eve = okta.create(ada("eve@corp.example", "eve@corp.example")).await;
    eve.is(201);
    let mut body = ada(OLD, OLD);
    body["externalId"] = json!("00u2");
    let id = okta.create(body).await.is(201).id();
    let before = okta.shown(&id).await;
    for value in [
        json!({"userName": "EVE@corp.example"}),
        json!({"emails": [{"value": "eve@corp.example", "primary": true}]}),
    ] {
        let refused = okta.patch(&id, json!([{"op": "replace", "value": value}])).await;
        refused.is_scim_error(409, "uniqueness");
    }
    let lost = okta.replace(&id, json!({"userName": "ada"})).await;
    lost.is_scim_error(400, "mutability");
    assert_eq!(okta.shown(&id).await, before);
    let moved = json!([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": NEW}]);
    okta.patch(&id, moved).await.is(200);
    assert_eq!(world.kept(&id).await.happened(), ["assigned", "unassigned", "reassigned"]);
}
