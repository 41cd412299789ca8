//! The manager: a name when it names somebody, a text when it does not (S11).

use crate::support::{Connected, World};
use serde_json::{Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn set(value: Value) -> Value {
    json!([{"op": "replace", "path": format!("{ENTERPRISE}:manager"), "value": value}])
}

/// Somebody who shows a name.
async fn boss(directory: &Connected, name: &str) -> String {
    let address = format!("{name}@{}.example", directory.name).to_lowercase();
    directory.create(json!({"userName": address, "displayName": name})).await.is(201).id()
}

async fn found(directory: &Connected, filter: &str) -> u64 {
    directory.find(filter).await.is(200).json()["totalResults"].as_u64().unwrap()
}

/// S11, RFC 7643 §4.3: `$ref` and displayName appear where the manager is a User, in every answer that
/// shows one, and they are as true as the moment of reading.
#[actix_web::test]
async fn a_manager_who_is_a_user_is_named_in_every_answer() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        let mei = boss(&directory, "Mei").await;
        let reference = format!("{}/Users/{mei}", directory.target());
        let named = json!({"value": mei, "$ref": reference, "displayName": "Mei"});
        let address = format!("rin@{}.example", directory.name);
        let sent = json!({"userName": address, ENTERPRISE: {"manager": {"value": mei}}});

        let created = directory.create(sent.clone()).await.is(201).json();
        assert_eq!(created[ENTERPRISE]["manager"], named);
        let id = created["id"].as_str().unwrap();
        assert_eq!(directory.read(id).await.json()[ENTERPRISE]["manager"], named);
        assert_eq!(directory.replace(id, sent).await.is(200).json()[ENTERPRISE]["manager"], named);
        assert_eq!(directory.patch(id, set(json!(mei))).await.is(200).json()[ENTERPRISE]["manager"], named);
        let listed = directory.send("GET", "/Users", None).await.is(200).json();
        assert_eq!(listed["Resources"][1][ENTERPRISE]["manager"], named);
        let search = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
            "filter": format!("userName eq \"{address}\"")});
        let searched = directory.send("POST", "/Users/.search", Some(search)).await.is(200).json();
        assert_eq!(searched["Resources"][0][ENTERPRISE]["manager"], named);

        // What is not kept with Rin is read anew.
        directory
            .patch(&mei, json!([{"op": "replace", "path": "displayName", "value": "Dr. Mei"}]))
            .await
            .is(200);
        assert_eq!(directory.read(id).await.json()[ENTERPRISE]["manager"]["displayName"], "Dr. Mei");
        directory.set_active(&mei, false).await.is(200);
        assert_eq!(directory.read(id).await.json()[ENTERPRISE]["manager"]["$ref"], json!(reference));
        directory.patch(&mei, json!([{"op": "remove", "path": "displayName"}])).await.is(200);
        let nameless = json!({"value": mei, "$ref": reference});
        assert_eq!(directory.read(id).await.json()[ENTERPRISE]["manager"], nameless);
        // A removed User is nobody's User any more; the text stays as sent.
        directory.delete(&mei).await.is(204);
        assert_eq!(directory.read(id).await.json()[ENTERPRISE]["manager"], json!({"value": mei}));
    }
}

/// S11, S13: a value that names none of the directory's own Users is kept, filtered and returned as sent.
#[actix_web::test]
async fn a_manager_who_is_nobody_here_stays_a_text() {
    let world = World::start().await;
    let (okta, entra) = (world.okta().await, world.entra().await);
    let elsewhere = boss(&entra, "Mei").await;
    let id = okta.assign("rin@okta.example").await;
    for text in [elsewhere.as_str(), "nobody", "CN=Mei,OU=Sales", "Mei \"the boss\" Ångström"] {
        let shown = okta.patch(&id, set(json!({"value": text, "displayName": "Mei"}))).await.is(200).json();
        assert_eq!(shown[ENTERPRISE]["manager"], json!({"value": text}), "{text}");
        let quoted = json!(text);
        for path in ["manager", "manager.value", &format!("{ENTERPRISE}:manager.value")] {
            assert_eq!(found(&okta, &format!("{path} eq {quoted}")).await, 1, "{path} {quoted}");
        }
        assert_eq!(found(&okta, "manager.$ref pr").await, 0);
    }
}

/// S11: what an answer shows of a manager, a filter finds.
#[actix_web::test]
async fn a_manager_is_found_by_what_answers_show() {
    let world = World::start().await;
    let okta = world.okta().await;
    let mei = boss(&okta, "Mei").await;
    let reference = format!("{}/Users/{mei}", okta.target());
    for (name, manager) in [("rin", json!(mei)), ("kim", json!("somebody")), ("lou", json!(mei))] {
        let body = json!({"userName": format!("{name}@okta.example"), ENTERPRISE: {"manager": manager}});
        okta.create(body).await.is(201);
    }
    for (filter, count) in [
        (format!("manager eq \"{mei}\""), 2),
        ("manager eq \"somebody\"".to_owned(), 1),
        ("manager pr".to_owned(), 3),
        ("manager.displayName eq \"mei\"".to_owned(), 2),
        ("manager.displayName sw \"M\" and userName eq \"lou@okta.example\"".to_owned(), 1),
        (format!("{ENTERPRISE}:manager.displayName pr"), 2),
        ("not (manager.displayName pr)".to_owned(), 2),
        (format!("manager.$ref eq \"{reference}\""), 2),
        ("manager.$ref ew \"/nobody\"".to_owned(), 0),
        (format!("manager[value eq \"{mei}\" and displayName co \"ei\"]"), 2),
    ] {
        assert_eq!(found(&okta, &filter).await, count, "{filter}");
    }
}

/// S11, Entra facts §7.4: a manager comes in many shapes and is answered as one; an empty one removes it.
#[actix_web::test]
async fn every_shape_of_a_manager_sets_or_removes_it() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        let id = directory.assign(&format!("rin@{}.example", directory.name)).await;
        let urn_path = format!("{ENTERPRISE}:manager");
        let mut operations = Vec::new();
        for value in [
            json!("u-7"),
            json!(["u-7"]),
            json!({"value": "u-7"}),
            json!([{"value": "u-7"}]),
            json!({"value": "u-7", "$ref": "https://other.example/Users/u-7", "displayName": "Mei"}),
            json!([{"$ref": null, "value": "u-7"}]),
        ] {
            for op in ["add", "replace", "Add", "Replace"] {
                for path in ["manager", urn_path.as_str()] {
                    operations.push(json!({"op": op, "path": path, "value": value}));
                }
                operations.push(json!({"op": op, "value": {ENTERPRISE: {"manager": value}}}));
                operations.push(json!({"op": op, "value": {&urn_path: value}}));
                operations.push(json!({"op": op, "path": ENTERPRISE, "value": {"manager": value}}));
            }
        }
        operations.push(json!({"op": "replace", "path": format!("{urn_path}.value"), "value": "u-7"}));
        operations.push(json!({"op": "add", "value": {format!("{urn_path}.value"): "u-7"}}));
        let mut empty = vec![
            json!({"op": "remove", "path": urn_path}),
            json!({"op": "Remove", "path": "manager", "value": [{"value": "u-7"}]}),
            json!({"op": "remove", "path": format!("{urn_path}.value")}),
        ];
        for value in [
            json!(""),
            json!(null),
            json!([]),
            json!({}),
            json!([""]),
            json!([{}]),
            json!([null]),
            json!({"value": ""}),
            json!({"value": null}),
            json!([{"value": ""}]),
        ] {
            empty.push(json!({"op": "replace", "path": urn_path, "value": value}));
            empty.push(json!({"op": "Replace", "path": "manager", "value": value}));
            empty.push(json!({"op": "replace", "value": {ENTERPRISE: {"manager": value}}}));
        }
        for (number, operation) in operations.iter().enumerate() {
            let shown = directory.patch(&id, json!([operation])).await.is(200).json();
            assert_eq!(shown[ENTERPRISE], json!({"manager": {"value": "u-7"}}), "{operation}");
            let gone = &empty[number % empty.len()];
            let shown = directory.patch(&id, json!([gone])).await.is(200).json();
            assert_eq!(shown.get(ENTERPRISE), None, "{gone}");
        }
        for gone in &empty {
            let nothing = directory.patch(&id, json!([gone])).await.is(200).json();
            assert_eq!(nothing.get(ENTERPRISE), None, "{gone}");
        }
    }
}
