//! Roles and managers, the attributes that Entra writes in the most shapes.

use super::{ENTERPRISE, SCIM, entra_directory, patched, with_rin};
use crate::entra_dialect::{RIN, job, rin};
use crate::support::fakes::Told;
use seatbridge::emulator::entra::{Dialect, ManagerShape, Person};
use seatbridge::rbac::Role;
use serde_json::{Value, json};

const BOSS: &str = "mio.abe@northbay.example";

fn packed(role: &str, display: &str) -> String {
    json!({"id": "18d14569-c3bd-439b-9a66-3a2aee01d14f", "value": role, "displayName": display}).to_string()
}

/// Entra quirk 14, L12: a role that is JSON inside a string is unpacked, with its display name, and counts; a
/// string that is no such document stays text and gives nothing.
#[actix_web::test]
async fn entra_quirk_14_roles_in_json_strings_are_unpacked() {
    let (world, directory, id) = with_rin().await;
    let add = |text: String| json!({"op": "Add", "path": "roles", "value": [{"value": text}]});
    let user = patched(&directory, &id, add(packed("Admin", "Administrator"))).await;
    assert_eq!(user["roles"], json!([{"value": "Admin", "display": "Administrator"}]));
    assert_eq!(world.roles_of(RIN).await, [Role::Admin]);
    assert!(world.noted().await.contains(&"role_as_json".to_owned()));
    let again = patched(&directory, &id, add(packed("Admin", "Administrator"))).await;
    assert_eq!(again["meta"]["version"], user["meta"]["version"], "the same role again is no news");
    let one =
        json!({"op": "Replace", "path": "roles[primary eq \"True\"].value", "value": packed("Analyst", "A")});
    patched(&directory, &id, one).await;
    assert_eq!(world.roles_of(RIN).await, [Role::Admin, Role::Analyst]);
    let whole = json!({"op": "replace", "path": "roles", "value": [{"value": "{\"id\": \"broken"}]});
    let user = patched(&directory, &id, whole).await;
    assert_eq!(user["roles"], json!([{"value": "{\"id\": \"broken"}]));
    assert_eq!(world.roles_of(RIN).await, []);
}

/// Entra quirk 15, L12: `roles[primary eq "True"]` means the boolean, in paths and in filters, so that a
/// second write replaces the first.
#[actix_web::test]
async fn entra_quirk_15_primary_compares_with_text_and_boolean_alike() {
    let (world, directory, id) = with_rin().await;
    for (path, role) in [
        ("roles[primary eq \"True\"].value", "Admin"),
        ("roles[primary eq true].value", "Analyst"),
        ("roles[primary eq \"true\"].value", "Sales_Rep"),
    ] {
        let user = patched(&directory, &id, json!({"op": "Replace", "path": path, "value": role})).await;
        assert_eq!(user["roles"], json!([{"primary": true, "value": role}]), "{path}");
    }
    assert_eq!(world.roles_of(RIN).await, [Role::SalesRep]);
    for (filter, total) in [
        ("roles[primary eq \"True\"] and active eq \"True\"", 1),
        ("roles[primary eq \"True\" and value eq \"sales_rep\"]", 1),
        ("roles.primary eq \"False\"", 0),
        ("emails[primary eq \"True\"].value eq \"rin.sato@northbay.example\"", 1),
    ] {
        assert_eq!(directory.find(filter).await.is(200).json()["totalResults"], total, "{filter}");
    }
}

/// Entra quirk 16, S11: a manager in every shape, under the short path and the full one, is kept as the id it
/// names and answered as an object; an empty one is none.
#[actix_web::test]
async fn entra_quirk_16_a_manager_is_read_in_every_shape() {
    let (_world, directory, id) = with_rin().await;
    let boss = directory.assign(BOSS).await;
    let full = format!("{ENTERPRISE}:manager");
    let shapes = [
        json!(boss),
        json!({"value": boss}),
        json!([{"$ref": format!("https://old.example/Users/{boss}"), "value": boss}]),
        json!([{"$ref": null, "value": boss}]),
        json!([boss]),
    ];
    let nothing =
        [json!(""), Value::Null, json!([]), json!({}), json!({"value": ""}), json!([{"value": null}])];
    for path in ["manager", full.as_str(), &format!("{ENTERPRISE}.manager")] {
        for verb in ["Add", "Replace"] {
            for shape in &shapes {
                let user = patched(&directory, &id, json!({"op": verb, "path": path, "value": shape})).await;
                assert_eq!(user[ENTERPRISE]["manager"]["value"], boss.as_str(), "{verb} {path} {shape}");
            }
        }
        for empty in &nothing {
            patched(&directory, &id, json!({"op": "Add", "path": path, "value": boss})).await;
            let user = patched(&directory, &id, json!({"op": "Replace", "path": path, "value": empty})).await;
            assert_eq!(user.pointer(&format!("/{ENTERPRISE}/manager")), None, "{path} {empty}");
        }
        patched(&directory, &id, json!({"op": "Add", "path": path, "value": boss})).await;
        let user = patched(&directory, &id, json!({"op": "Remove", "path": path, "value": boss})).await;
        assert_eq!(user.pointer(&format!("/{ENTERPRISE}/manager")), None, "removed at {path}");
    }
}

/// Entra quirk 17, S11: an attribute in another shape than its schema's breaks the matching step for good:
/// whatever was sent, complex attributes are answered as objects and lists of objects.
#[actix_web::test]
async fn entra_quirk_17_complex_attributes_keep_their_shape() {
    let (_world, directory) = entra_directory().await;
    let bodies = [
        json!({"manager": "9c1d", "roles": "Admin", "addresses": {"type": "work", "locality": "Kobe"}}),
        json!({ENTERPRISE: {"manager": ["9c1d"]}, "roles": ["Admin"], "phoneNumbers": {"value": "+81 1"}}),
        json!({ENTERPRISE: {"manager": {"value": "9c1d"}}, "roles": {"value": "Admin"}, "addresses": []}),
        json!({"name": {}, "manager": "", "roles": [], "addresses": [{"type": "work"}]}),
    ];
    for (n, mut body) in bodies.into_iter().enumerate() {
        body["userName"] = json!(format!("p{n}@northbay.example"));
        body["emails"] = json!({"type": "work", "value": format!("p{n}@northbay.example")});
        let id = directory.create(body.clone()).await.is(201).id();
        let read = directory.read(&id).await;
        assert_eq!(read.header("content-type"), Some(SCIM));
        let user = read.json();
        assert!(user["active"].is_boolean() && user["emails"][0].is_object(), "{user}");
        for list in ["emails", "roles", "addresses", "phoneNumbers"] {
            let objects =
                |values: &Value| values.as_array().is_some_and(|all| all.iter().all(Value::is_object));
            assert!(user.get(list).is_none_or(objects), "{list} of {body}: {user}");
        }
        for object in ["/name", "/meta", &format!("/{ENTERPRISE}/manager")] {
            assert!(user.pointer(object).is_none_or(Value::is_object), "{object} of {body}: {user}");
        }
    }
}

/// Entra quirk 18: the manager is echoed under the enterprise URN by id, in lists and after every write, or
/// it would be sent again each cycle.
#[actix_web::test]
async fn entra_quirk_18_the_manager_is_echoed_everywhere() {
    let (_world, mut entra) = job(Dialect::Plain).await;
    let boss = Person::new("Mio", "Abe", BOSS);
    entra.provision(&rin()).await.went_well();
    entra.provision(&boss).await.went_well();
    let set = entra.set_manager(&rin(), Some(&boss), ManagerShape::BareString).await;
    let id = entra.id_of(&boss).unwrap().to_owned();
    let read = entra.read(&rin()).await.went_well().answer();
    let listed = entra.lookup(&rin()).await.resources[0].clone();
    let pushed = entra.update(&rin().with_title("Lead")).await.went_well().answer();
    for user in [set.went_well().answer(), read, listed, pushed] {
        assert_eq!(user[ENTERPRISE]["manager"]["value"], id.as_str(), "{user}");
        assert!(user["schemas"].as_array().unwrap().contains(&json!(ENTERPRISE)));
    }
    let check = entra.set_manager(&rin(), Some(&boss), ManagerShape::BareString).await;
    assert_eq!(check.went_well().calls(), ["GET /Users?"], "the reference check is enough");
}
