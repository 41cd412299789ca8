//! The characteristics that forbid something, and the one that only suggests.

use super::{body, id, leaves, with};
use crate::support::World;
use serde_json::{Value, json};

/// RFC 7643 §7 `mutability`: what only the server writes is ignored in a body, and 400 `mutability` as a
/// path, unless somebody leaves by the same request (S10).
#[actix_web::test]
async fn what_only_the_server_writes_nobody_else_does() {
    let world = World::start().await;
    let okta = world.okta().await;
    let ours = ["id", "meta", "meta.version", "meta.created", "meta.location", "groups"];
    let mut paths: Vec<String> = ours.map(str::to_owned).to_vec();
    for leaf in leaves(&okta).await.iter().filter(|leaf| !leaf.is_written()) {
        paths.extend([leaf.path(), leaf.full_path(), leaf.path().to_uppercase()]);
    }
    assert!(paths.len() > ours.len(), "/Schemas tells of something that is ours");
    for (number, path) in paths.iter().enumerate() {
        let members = json!({"userName": format!("rin{number}@x.example"), "title": "CTO"});
        let user = okta.create(members.clone()).await.is(201).json();
        for op in ["add", "replace", "remove"] {
            let operations = json!([{"op": "replace", "path": "title", "value": "half"},
                {"op": op, "path": path, "value": "mine"}]);
            okta.patch(id(&user), operations).await.is_scim_error(400, "mutability");
        }
        let bare = json!([{"op": "replace", "value": {path.as_str(): "mine"}}]);
        assert_eq!(okta.patch(id(&user), bare).await.is(200).json(), user, "{path}");
        let mut echo = members;
        echo["id"] = json!("mine");
        echo["meta"] = json!({"version": "mine", "resourceType": "Mine"});
        echo["groups"] = json!([{"value": "mine"}]);
        assert_eq!(okta.replace(id(&user), echo).await.is(200).json(), user, "{path}");
        let leave = json!([{"op": "replace", "path": path, "value": "mine"},
            {"op": "replace", "path": "active", "value": false}]);
        let left = okta.patch(id(&user), leave).await.is(200).json();
        assert_eq!((&left["active"], &left["id"]), (&json!(false), &user["id"]), "{path}");
        assert!(!left.to_string().contains("mine"), "{left}");
    }
}

/// RFC 7643 §7 `required`: a User without it is refused by its name, and a PATCH cannot take it away
/// (RFC 7644 §3.5.2.2). An address may also be the userName (L2).
#[actix_web::test]
async fn what_is_required_must_be_there_and_stays() {
    let world = World::start().await;
    let okta = world.okta().await;
    let told = okta.send("GET", "/Schemas", None).await.is(200).json();
    let all = told["Resources"].as_array().unwrap().iter().flat_map(|schema| {
        schema["attributes"].as_array().unwrap().iter().filter(|attribute| attribute["required"] == true)
    });
    let required: Vec<&str> = all.map(|attribute| attribute["name"].as_str().unwrap()).collect();
    assert_eq!(required, ["userName", "emails"]);
    let whole = json!({"userName": "rin", "emails": [{"value": "rin@x.example"}]});
    for name in &required {
        let mut lacking = whole.clone();
        lacking.as_object_mut().unwrap().shift_remove(*name);
        okta.create(lacking).await.is_scim_error(400, "invalidValue").says(name);
    }
    let user = okta.create(whole).await.is(201).json();
    for name in required {
        for operation in [
            json!({"op": "remove", "path": name}),
            json!({"op": "replace", "path": name, "value": ""}),
            json!({"op": "replace", "value": {name: null}}),
        ] {
            okta.patch(id(&user), json!([operation])).await.is_scim_error(400, "mutability");
        }
    }
    assert_eq!(okta.read(id(&user)).await.json(), user);
    // Somebody without a seat keeps the name too, once they are to have one again.
    okta.set_active(id(&user), false).await.is(200);
    let back =
        json!([{"op": "remove", "path": "userName"}, {"op": "replace", "path": "active", "value": true}]);
    okta.patch(id(&user), back).await.is_scim_error(400, "mutability").says("userName");
}

/// RFC 7643 §7 `uniqueness`: `server` is 409 for a second User, in any letter case unless it is `caseExact`;
/// `none` lets two Users have the same.
#[actix_web::test]
async fn what_is_unique_is_told_and_nothing_else_is() {
    let world = World::start().await;
    let okta = world.okta().await;
    for (number, leaf) in leaves(&okta).await.iter().filter(|leaf| leaf.is_written()).enumerate() {
        let value = leaf.sample(number, 0);
        let (one, other) = (2 * number + 1000, 2 * number + 1001);
        if leaf.told["uniqueness"] == "server" {
            assert_eq!(leaf.path(), "userName");
            let mut seated = body(one, leaf.members(&value));
            seated["active"] = json!(true);
            okta.create(seated.clone()).await.is(201);
            okta.create(seated.clone()).await.is_scim_error(409, "uniqueness");
            seated["userName"] = json!(value.as_str().unwrap().to_uppercase());
            okta.create(seated).await.is_scim_error(409, "uniqueness");
        } else {
            let made = with(&okta, one, leaf.members(&value)).await;
            let twin = with(&okta, other, leaf.members(&value)).await;
            assert_ne!(id(&made), id(&twin), "{}", leaf.path());
            assert_eq!(leaf.values(&made), leaf.values(&twin), "{}", leaf.path());
        }
    }
}

/// S11, RFC 7643 §7 `canonicalValues`: they are suggestions; another value is kept, found and returned as
/// sent.
#[actix_web::test]
async fn canonical_values_are_suggestions() {
    let world = World::start().await;
    let okta = world.okta().await;
    let all = leaves(&okta).await;
    let suggested: Vec<_> = all.iter().filter(|leaf| leaf.told.get("canonicalValues").is_some()).collect();
    assert!(suggested.len() >= 5, "the types of emails, phones, ims, photos and addresses");
    for (number, leaf) in suggested.into_iter().enumerate() {
        let own = json!("Foo");
        assert!(!leaf.told["canonicalValues"].as_array().unwrap().contains(&own));
        let made = with(&okta, number, leaf.members(&own)).await;
        assert_eq!(leaf.values(&made), [&own], "{}", leaf.path());
        let filter = format!("id eq \"{}\" and {}[type eq \"foo\"]", id(&made), leaf.top);
        assert_eq!(okta.find(&filter).await.json()["totalResults"], 1, "{filter}");
        let path = format!("{}[type eq \"FOO\"].type", leaf.top);
        let operations = json!([{"op": "replace", "path": path, "value": "Bar"}]);
        let shown = okta.patch(id(&made), operations).await.is(200).json();
        assert_eq!(leaf.values(&shown), [&json!("Bar")], "{path}");
    }
}

/// S11, RFC 7643 §2.3: the JSON type is checked by POST, PUT and PATCH alike, and the refusal names the
/// attribute.
#[actix_web::test]
async fn a_value_of_another_type_is_refused_by_the_name_of_its_attribute() {
    let world = World::start().await;
    let okta = world.okta().await;
    let made = with(&okta, 0, json!({"title": "CTO"})).await;
    for leaf in leaves(&okta).await.iter().filter(|leaf| leaf.is_written()) {
        let name = leaf.sub.as_ref().map_or(leaf.top.clone(), |sub| format!("{}.{sub}", leaf.top));
        let odd = if leaf.told["type"] == "boolean" {
            [json!("maybe"), json!(1), json!({"a": 1}), json!([true, false])]
        } else {
            [json!(true), json!(1), json!({"a": 1}), json!(["a", "b"])]
        };
        for value in odd {
            let sent = body(1, leaf.members(&value));
            okta.create(sent.clone()).await.is_scim_error(400, "invalidValue").says(&name);
            okta.replace(id(&made), sent).await.is_scim_error(400, "invalidValue").says(&name);
            for operation in [
                json!({"op": "replace", "path": leaf.full_path(), "value": value}),
                json!({"op": "add", "value": leaf.members(&value)}),
            ] {
                let refused = okta.patch(id(&made), json!([operation])).await;
                refused.is_scim_error(400, "invalidValue").says(&name);
            }
        }
    }
    assert_eq!(okta.read(id(&made)).await.json(), made);
    let none: Value = okta.find("userName eq \"p1@schema.example\"").await.json();
    assert_eq!(none["totalResults"], 0);
}
