//! Assigning: a connector creates a User, and the person holds a seat.

use crate::support::World;
use serde_json::{Value, json};

/// S4: 201 with the resource, Location and ETag. L1: `active: true` holds a seat. A1: `active` absent means
/// true.
#[actix_web::test]
async fn a_created_user_holds_a_seat_and_is_shown_with_location_and_etag() {
    let world = World::start().await;
    let okta = world.okta().await;
    let made = okta.create(json!({"userName": "ada@corp.example", "name": {"givenName": "Ada"}})).await;
    made.is(201);
    let body = made.json();
    assert_eq!(body["active"], true);
    assert_eq!(body["userName"], "ada@corp.example");
    let location = format!("{}/Users/{}", okta.target(), made.id());
    assert_eq!(made.header("location"), Some(location.as_str()));
    assert_eq!(body["meta"]["location"], location);
    assert_eq!(made.header("etag"), body["meta"]["version"].as_str());
    assert_eq!(world.state_of("ada@corp.example").await.as_deref(), Some("assigned"));
    assert_eq!(world.audit_of("ada@corp.example").await, ["assign"]);
}

/// S4: what was created is what is read, by id and by lookup.
#[actix_web::test]
async fn a_created_user_is_read_as_it_was_answered() {
    let world = World::start().await;
    let okta = world.okta().await;
    let made = okta
        .create(json!({
            "userName": "Ada@Corp.Example", "externalId": "00u1", "displayName": "Ada L.", "title": "CTO",
            "emails": [{"value": "Ada@Corp.Example", "type": "work", "primary": true}],
        }))
        .await;
    let id = made.is(201).id();
    assert_eq!(okta.shown(&id).await, made.json());
    for filter in [
        r#"userName eq "ada@corp.EXAMPLE""#.to_owned(),
        r#"externalId eq "00u1""#.to_owned(),
        format!(r#"id eq "{id}""#),
        r#"emails.value eq "ADA@corp.example""#.to_owned(),
        r#"emails[type eq "work"].value eq "ada@corp.example""#.to_owned(),
        r#"active eq true and userName eq "ada@corp.example""#.to_owned(),
    ] {
        let found = okta.find(&filter).await.is(200).json();
        assert_eq!(found["Resources"], json!([made.json()]), "{filter}");
    }
}

/// L2: the seat's address is the primary e-mail, else the work one, else the first, else a userName that is
/// an address.
#[actix_web::test]
async fn a_seat_is_given_to_the_address_the_user_is_known_by() {
    let world = World::start().await;
    let okta = world.okta().await;
    let (home, work) =
        (json!({"value": "h@x.example", "type": "home"}), json!({"value": "w@x.example", "type": "work"}));
    let main = json!({"value": "p@x.example", "type": "other", "primary": true});
    for (place, (user_name, emails, address)) in [
        ("one", json!([home, work, main]), "p@x.example"),
        ("two", json!([home, work]), "w@x.example"),
        ("three", json!([home]), "h@x.example"),
        ("Four@x.example", json!([]), "Four@x.example"),
        ("five@x.example", json!([{"value": " ", "type": "work"}]), "five@x.example"),
    ]
    .into_iter()
    .enumerate()
    {
        let made = okta.create(json!({"userName": user_name, "emails": emails})).await;
        let id = made.is(201).id();
        let kept = world.kept(&id).await;
        let held = kept.record.seat.person().and_then(|person| person.address.clone());
        assert_eq!(held.unwrap().as_str(), address, "row {place}: {user_name}");
        okta.delete(&id).await.is(204);
    }
}

/// S4: members the server owns are ignored in a body.
#[actix_web::test]
async fn an_id_or_meta_sent_along_is_ignored() {
    let world = World::start().await;
    let okta = world.okta().await;
    let sent = json!({
        "id": "mine", "meta": {"version": "W/\"77\"", "created": "1999-01-01T00:00:00Z"},
        "userName": "ada@corp.example",
    });
    let made = okta.create(sent).await;
    let id = made.is(201).id();
    assert_ne!(id, "mine");
    assert_eq!(made.json()["meta"]["version"], "W/\"1\"");
    okta.read("mine").await.is_scim_error(404, None);
}

/// S4: `active` absent keeps the state on PUT, and PUT clears what it leaves out.
#[actix_web::test]
async fn a_put_keeps_the_state_and_clears_what_it_leaves_out() {
    let world = World::start().await;
    let okta = world.okta().await;
    let full = json!({"userName": "ada@corp.example", "title": "CTO", "externalId": "00u1"});
    let id = okta.create(full).await.is(201).id();
    let kept = okta.replace(&id, json!({"userName": "ada@corp.example"})).await;
    let body = kept.is(200).json();
    assert_eq!((&body["active"], body.get("title")), (&json!(true), None));
    okta.set_active(&id, false).await.is(200);
    let body = okta.replace(&id, json!({"userName": "ada@corp.example", "title": "CEO"})).await;
    assert_eq!(body.is(200).json()["active"], false);
    assert_eq!(body.json()["title"], "CEO");
    world.kept(&id).await.tells_one_story();
}

/// L10: a POST for somebody who holds a seat is 409, however the userName is written, and changes nothing.
#[actix_web::test]
async fn a_repeated_create_is_refused_and_changes_nothing() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign("ada@corp.example").await;
    let before = okta.shown(&id).await;
    for (user_name, active) in [
        ("ada@corp.example", Value::Bool(true)),
        ("ADA@corp.example", Value::Bool(true)),
        ("ada@corp.example", Value::Bool(false)),
    ] {
        let again = okta.create(json!({"userName": user_name, "active": active, "title": "CEO"})).await;
        again.is_scim_error(409, "uniqueness").says("already holds");
    }
    assert_eq!(okta.shown(&id).await, before);
    assert_eq!(world.kept(&id).await.happened(), ["assigned"]);
    assert_eq!(world.seats().await.len(), 1);
}

/// S4: a User without a userName is refused, because nobody could find them again.
#[actix_web::test]
async fn a_user_without_a_name_is_refused() {
    let world = World::start().await;
    let okta = world.okta().await;
    for body in [json!({"title": "CTO"}), json!({"userName": "  "}), json!({"userName": null})] {
        okta.create(body).await.is_scim_error(400, "invalidValue").says("userName");
    }
    assert!(world.seats().await.is_empty());
}

/// S13: a directory sees and changes only its own Users.
#[actix_web::test]
async fn another_directory_neither_sees_nor_changes_a_user() {
    let world = World::start().await;
    let (okta, entra) = (world.okta().await, world.entra().await);
    let id = okta.assign("ada@corp.example").await;
    entra.read(&id).await.is_scim_error(404, None);
    entra.replace(&id, json!({"userName": "eve@corp.example"})).await.is_scim_error(404, None);
    entra.set_active(&id, false).await.is_scim_error(404, None);
    entra.delete(&id).await.is_scim_error(404, None);
    assert!(entra.found(r#"userName eq "ada@corp.example""#).await.is_empty());
    assert_eq!(entra.send("GET", "/Users", None).await.json()["totalResults"], 0);
    assert_eq!(okta.shown(&id).await["active"], true);
    world.kept(&id).await.tells_one_story();
}
