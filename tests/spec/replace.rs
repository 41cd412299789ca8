//! PUT: what a connector sends back after reading, and what is left out of it.

use crate::support::{Connected, Reply, World};
use serde_json::{Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn full(name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        "userName": name, "externalId": "00u1", "active": true, "title": "CTO", "nickName": "Countess",
        "displayName": "Ada King", "locale": "en-GB", "name": {"givenName": "Ada", "familyName": "King"},
        "emails": [{"value": name, "type": "work", "primary": true},
            {"value": format!("home.{name}"), "type": "home"}],
        "phoneNumbers": [{"value": "+44 1", "type": "mobile"}], "roles": [{"value": "analyst"}],
        ENTERPRISE: {"department": "Engines", "employeeNumber": "1"},
    })
}

async fn etag_of(directory: &Connected, id: &str) -> String {
    directory.read(id).await.is(200).header("etag").unwrap().to_owned()
}

/// S4: PUT clears the optional attributes it leaves out, and keeps the state when it leaves out `active`.
#[actix_web::test]
async fn a_put_clears_what_it_leaves_out_and_keeps_the_state() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        let name = format!("ada@{}.example", directory.name);
        let id = directory.create(full(&name)).await.is(201).id();
        let bare = json!({"userName": name, "emails": [{"value": name, "type": "work", "primary": true}]});
        let answer = directory.replace(&id, bare).await;
        let shown = answer.is(200).json();
        let mut left: Vec<&str> = shown.as_object().unwrap().keys().map(String::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["active", "emails", "id", "meta", "schemas", "userName"]);
        assert_eq!(shown["active"], true);
        assert_eq!(shown["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:User"]));
        assert_eq!(shown["emails"].as_array().unwrap().len(), 1);
        assert_eq!(directory.read(&id).await.json(), shown);
        for filter in ["externalId eq \"00u1\"", &format!("emails.value eq \"home.{name}\"")] {
            assert_eq!(directory.find(filter).await.json()["totalResults"], 0, "{filter}");
        }
    }
}

/// S4: an absent `active` keeps an unassigned person unassigned; on POST it means true.
#[actix_web::test]
async fn a_put_without_active_does_not_bring_a_leaver_back() {
    let world = World::start().await;
    let okta = world.okta().await;
    let made = okta.create(json!({"userName": "ada@x.example"})).await;
    assert_eq!(made.is(201).json()["active"], true);
    let id = made.id();
    okta.set_active(&id, false).await.is(200);
    for body in [
        json!({"userName": "ada@x.example", "title": "x"}),
        json!({"userName": "ada@x.example", "active": null}),
    ] {
        assert_eq!(okta.replace(&id, body).await.is(200).json()["active"], false);
    }
    assert_eq!(world.state_of("ada@x.example").await.as_deref(), Some("unassigned"));
    okta.replace(&id, json!({"userName": "ada@x.example", "active": true})).await.is(200);
    assert_eq!(world.state_of("ada@x.example").await.as_deref(), Some("assigned"));
    okta.replace(&id, json!({"userName": "ada@x.example", "active": false})).await.is(200);
    assert_eq!(world.state_of("ada@x.example").await.as_deref(), Some("unassigned"));
}

/// S4: server-owned members in a body are ignored, by POST, PUT and PATCH without a path.
#[actix_web::test]
async fn what_the_server_owns_cannot_be_sent() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        let name = format!("ada@{}.example", directory.name);
        let forged = json!({
            "userName": name, "id": "mine", "ID": "mine", "groups": [{"value": "admins"}],
            "meta": {"resourceType": "Group", "created": "1999-01-01T00:00:00Z", "version": "W/\"77\"",
                "location": "https://evil.example/"},
        });
        let made = directory.create(forged.clone()).await;
        let id = made.is(201).id();
        let replaced = directory.replace(&id, forged.clone()).await;
        let patched = directory.patch(&id, json!([{"op": "replace", "value": forged}])).await;
        for answer in [&made, &replaced, &patched] {
            let shown = answer.json();
            assert_eq!(shown["id"], json!(id));
            assert_eq!(shown.get("groups"), None);
            assert_eq!(shown["meta"]["resourceType"], "User");
            assert_eq!(shown["meta"]["version"], "W/\"1\"");
            assert_eq!(shown["meta"]["location"], json!(format!("{}/Users/{id}", directory.target())));
            assert!(shown["meta"]["created"].as_str().unwrap() > "2026");
        }
        directory.read("mine").await.is(404);
    }
}

/// S4: 201 with Location and ETag, 200 with the resource, 204 with nothing, and 404 the second time.
#[actix_web::test]
async fn each_verb_answers_as_promised() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        let name = format!("ada@{}.example", directory.name);
        let made = directory.create(full(&name)).await;
        let id = made.is(201).id();
        let location = format!("{}/Users/{id}", directory.target());
        let is_shown = |answer: &Reply, status: u16, version: u32| {
            answer.is(status);
            assert_eq!(answer.header("content-type"), Some("application/scim+json"));
            assert_eq!(answer.header("location"), Some(location.as_str()));
            assert_eq!(answer.header("etag"), Some(format!("W/\"{version}\"").as_str()));
            assert_eq!(answer.json()["id"], json!(id));
            assert_eq!(answer.json()["userName"], json!(name));
        };
        is_shown(&made, 201, 1);
        let mut next = full(&name);
        next["title"] = json!("Analyst");
        is_shown(&directory.replace(&id, next).await, 200, 2);
        is_shown(&directory.set_active(&id, false).await, 200, 3);
        is_shown(&directory.read(&id).await, 200, 3);
        let gone = directory.delete(&id).await;
        assert_eq!(gone.is(204).text, "");
        for answer in [
            directory.delete(&id).await,
            directory.read(&id).await,
            directory.set_active(&id, true).await,
            directory.replace(&id, full(&name)).await,
        ] {
            answer.is_scim_error(404, None);
        }
        directory.replace("0000", full(&name)).await.is_scim_error(404, None);
    }
}

/// L10, Okta quirk 5: the body of a GET sent back changes nothing: same ETag, no second entry in the audit.
#[actix_web::test]
async fn the_echo_of_a_get_changes_nothing() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        let name = format!("ada@{}.example", directory.name);
        let id = directory.create(full(&name)).await.is(201).id();
        for active in [true, false] {
            directory.set_active(&id, active).await.is(200);
            let read = directory.read(&id).await;
            let audited = world.audit_of(&name).await;
            for _ in 0..2 {
                world.clock.advance(60);
                let answer = directory.replace(&id, read.json()).await;
                assert_eq!(answer.is(200).json(), read.json());
                assert_eq!(answer.header("etag"), read.header("etag"));
            }
            assert_eq!(world.audit_of(&name).await, audited);
        }
    }
}

/// S7: `If-Match` is honoured when sent: 412 with nothing changed, and the version as it is in the detail.
#[actix_web::test]
async fn a_stale_if_match_is_412_and_changes_nothing() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign("ada@x.example").await;
    okta.set_active(&id, true).await.is(200);
    okta.patch(&id, json!([{"op": "replace", "value": {"title": "CTO"}}])).await.is(200);
    let before = okta.read(&id).await;
    let user = format!("/Users/{id}");
    let put = json!({"userName": "ada@x.example", "title": "Analyst"}).to_string();
    let patch = json!({"Operations": [{"op": "replace", "value": {"active": false}}],
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]})
    .to_string();
    for (name, tag) in [
        ("if-match", "W/\"1\""),
        ("if-match", "\"abc\""),
        ("if-none-match", "W/\"2\""),
        ("if-none-match", "*"),
    ] {
        for (method, body) in [("PUT", Some(&put)), ("PATCH", Some(&patch)), ("DELETE", None)] {
            let answer = okta.send_with(method, &user, &[(name, tag)], body.map(String::as_str)).await;
            answer.is_scim_error(412, None).says("W/\\\"2\\\"");
        }
    }
    assert_eq!(okta.read(&id).await.json(), before.json());
    for tag in ["W/\"2\"", "\"3\"", "W/\"9\", W/\"4\"", "*"] {
        let body = json!({"userName": "ada@x.example", "title": tag}).to_string();
        okta.send_with("PUT", &user, &[("if-match", tag)], Some(&body)).await.is(200);
    }
    let current = etag_of(&okta, &id).await;
    okta.send_with("DELETE", &user, &[("if-match", &current)], None).await.is(204);
}

/// S7: `If-None-Match` on a read is 304 without a body while nothing is new.
#[actix_web::test]
async fn a_read_that_brings_nothing_new_is_304() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign("ada@x.example").await;
    let etag = etag_of(&okta, &id).await;
    let user = format!("/Users/{id}");
    let read = |tag: String| {
        let (okta, user) = (okta.clone(), user.clone());
        async move { okta.send_with("GET", &user, &[("if-none-match", &tag)], None).await }
    };
    for tag in [etag.clone(), "*".to_owned(), format!("\"x\", {etag}")] {
        let answer = read(tag).await;
        assert_eq!(answer.is(304).text, "");
        assert_eq!(answer.header("etag"), Some(etag.as_str()));
    }
    okta.patch(&id, json!([{"op": "replace", "value": {"title": "CTO"}}])).await.is(200);
    assert_eq!(read(etag).await.is(200).json()["title"], "CTO");
    read("W/\"99\"".to_owned()).await.is(200);
}

/// S11: known attributes come back as sent: JSON types are checked, formats are not.
#[actix_web::test]
async fn types_are_checked_and_formats_are_not() {
    let world = World::start().await;
    let okta = world.okta().await;
    let phones = json!([{"value": "call me", "type": "pigeon"}]);
    let odd = json!({"userName": "Ada@X.example", "profileUrl": "not a url", "locale": "??",
        "title": " \u{e9} ",
        "timezone": "Mars/Base", "preferredLanguage": "klingon", "phoneNumbers": phones});
    let made = okta.create(odd.clone()).await;
    let shown = made.is(201).json();
    for (name, value) in odd.as_object().unwrap() {
        assert_eq!(&shown[name], value, "{name}");
    }
    for wrong in [
        json!({"title": 7}),
        json!({"active": "maybe"}),
        json!({"name": "Ada"}),
        json!({"emails": "ada@x.example"}),
        json!({"emails": [7]}),
        json!({"userName": ["a"]}),
        json!({"phoneNumbers": [{"value": true}]}),
        json!({ENTERPRISE: "Sales"}),
        json!({"emails": [{"value": "a@x.example", "primary": true},
            {"value": "b@x.example", "primary": true}]}),
    ] {
        let mut body = json!({"userName": "Ada@X.example", "displayName": "half"});
        let members = wrong.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(members.clone());
        let answer = okta.replace(&made.id(), body).await;
        answer.is_scim_error(400, "invalidValue").says(members.keys().next().unwrap());
        assert_eq!(okta.read(&made.id()).await.json(), shown, "{wrong}");
    }
}

/// Okta facts §7.1: a connector that read a list where it wanted a User sends the list back with `active:
/// false`.
#[actix_web::test]
async fn a_leaver_leaves_even_when_the_whole_body_is_nonsense() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign("ada@x.example").await;
    let mut list = okta.send("GET", "/Users", None).await.json();
    list["active"] = json!(false);
    let answer = okta.replace(&id, list).await;
    assert_eq!(answer.is(200).json()["active"], false);
    assert_eq!(answer.json()["userName"], "ada@x.example");
    okta.replace(&id, json!({"active": true})).await.is_scim_error(400, "invalidValue").says("userName");
}
