//! What IdPs tell of people beside names and addresses: kept, answered and found, though Apollo uses none of
//! it (S11).

use crate::support::{Connected, World};
use serde_json::{Value, json};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Everything at once, as answers show it.
fn rin() -> Value {
    json!({
        "userName": "rin@x.example", "externalId": "rin", "displayName": "Rin Sato", "nickName": "R",
        "name": {"givenName": "Rin", "familyName": "Sato", "middleName": "M",
            "formatted": "Dr. Rin M Sato III",
            "honorificPrefix": "Dr.", "honorificSuffix": "III"},
        "profileUrl": "intranet/rin", "title": "Analystin für Ärzte", "userType": "Employee",
        "preferredLanguage": "en", "locale": "en_US", "timezone": "Mars/Olympus", "active": true,
        "emails": [{"value": "rin@x.example", "type": "work", "primary": true},
            {"value": "rin@home.example", "type": "other"}],
        "phoneNumbers": [{"value": "555 (1) ext. 2", "type": "work"}, {"value": "+1 2", "type": "mobile"},
            {"value": "+1 3", "type": "fax"}],
        "ims": [{"value": "rin", "type": "teams"}],
        "photos": [{"value": "https://x.example/rin.png", "type": "thumbnail"}],
        "addresses": [{"type": "work", "streetAddress": "Main St 1", "locality": "Oslo", "region": "Viken",
            "postalCode": "0150", "country": "NO", "formatted": "Main St 1\n0150 Oslo"}],
        "roles": [{"value": "viewer", "display": "Viewer", "type": "seat", "primary": true}],
        ENTERPRISE: {"employeeNumber": "4711", "costCenter": "12-A", "organization": "Northbay",
            "division": "North", "department": "Sales", "manager": {"value": "nobody-we-know"}},
    })
}

/// The resource without what the server adds.
fn told(resource: &Value) -> Value {
    let mut told = resource.clone();
    for name in ["id", "meta", "schemas"] {
        told.as_object_mut().unwrap().shift_remove(name);
    }
    told
}

/// What the person is found by afterwards.
const FILTERS: [&str; 18] = [
    "nickName eq \"r\"",
    "profileUrl eq \"intranet/rin\"",
    "title co \"FÜR ÄRZTE\"",
    "userType eq \"employee\"",
    "preferredLanguage eq \"en\"",
    "locale eq \"EN_us\"",
    "timezone sw \"Mars\"",
    "name.honorificPrefix eq \"Dr.\" and name.middleName pr",
    "phoneNumbers[type eq \"mobile\"].value eq \"+1 2\"",
    "phoneNumbers[type eq \"mobile\" and value eq \"+1 2\"]",
    "ims.type eq \"teams\"",
    "photos.value ew \".png\"",
    "addresses[type eq \"work\" and country eq \"no\"].locality eq \"oslo\"",
    "roles[primary eq true].value eq \"viewer\"",
    "roles eq \"viewer\"",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq \"4711\"",
    "department eq \"sales\" and division eq \"north\" and costCenter eq \"12-a\" and organization pr",
    "manager eq \"nobody-we-know\"",
];

async fn is_kept_and_found(directory: &Connected, id: &str, wanted: &Value) {
    let read = directory.read(id).await.is(200).json();
    assert_eq!(&told(&read), wanted);
    assert_eq!(read["schemas"], json!([CORE, ENTERPRISE]));
    for filter in FILTERS {
        let found = directory.find(filter).await.is(200).json();
        assert_eq!(found["totalResults"], 1, "{filter}");
        assert_eq!(found["Resources"][0], read, "{filter}");
    }
    // Two values never answer one value path together.
    for filter in
        ["phoneNumbers[type eq \"fax\"].value eq \"+1 2\"", "emails[type eq \"other\" and primary pr]"]
    {
        assert_eq!(directory.find(filter).await.is(200).json()["totalResults"], 0, "{filter}");
    }
}

/// Okta facts §7: nested bodies by POST and PUT, an echo of the answer, a value without path by PATCH.
#[actix_web::test]
async fn a_whole_profile_of_okta_is_kept_and_found() {
    let world = World::start().await;
    let okta = world.okta().await;
    let mut sent = rin();
    sent["schemas"] = json!([CORE, ENTERPRISE]);
    sent["password"] = json!("x7kq02vz");
    sent["groups"] = json!([]);
    let id = okta.create(sent).await.is(201).id();
    is_kept_and_found(&okta, &id, &rin()).await;

    let echo = okta.read(&id).await.json();
    assert_eq!(okta.replace(&id, echo.clone()).await.is(200).json(), echo, "our own answer, sent back");
    let bare = json!({"userName": "rin@x.example", "emails": rin()["emails"]});
    okta.replace(&id, bare).await.is(200);
    assert_eq!(okta.find("department pr or title pr or phoneNumbers pr").await.json()["totalResults"], 0);
    let mut value = rin();
    value.as_object_mut().unwrap().shift_remove("userName");
    okta.patch(&id, json!([{"op": "replace", "value": value}])).await.is(200);
    is_kept_and_found(&okta, &id, &rin()).await;
}

/// The paths under which Entra's mappings write them, and the values (Entra facts §6, §7.1).
fn mapped() -> Vec<(String, Value)> {
    let urn = |name: &str| format!("{ENTERPRISE}:{name}");
    let mut mapped: Vec<(String, Value)> = Vec::new();
    let single = [
        "externalId",
        "displayName",
        "nickName",
        "profileUrl",
        "title",
        "userType",
        "preferredLanguage",
        "locale",
        "timezone",
    ];
    mapped.extend(single.map(|name| (name.to_owned(), rin()[name].clone())));
    for (name, value) in rin()["name"].as_object().unwrap() {
        mapped.push((format!("name.{name}"), value.clone()));
    }
    for name in ["employeeNumber", "costCenter", "organization", "division", "department"] {
        mapped.push((urn(name), rin()[ENTERPRISE][name].clone()));
    }
    mapped.push((urn("manager"), json!("nobody-we-know")));
    for list in ["emails", "phoneNumbers", "ims", "photos", "addresses"] {
        for value in rin()[list].as_array().unwrap() {
            let kind = value["type"].as_str().unwrap();
            for (part, value) in value.as_object().unwrap().iter().filter(|(part, _)| *part != "type") {
                let value = if value == &json!(true) { json!("True") } else { value.clone() };
                mapped.push((format!("{list}[type eq \"{kind}\"].{part}"), value));
            }
        }
    }
    for part in ["value", "display", "type"] {
        mapped.push((format!("roles[primary eq \"True\"].{part}"), rin()["roles"][0][part].clone()));
    }
    mapped
}

/// Members of objects in any order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            names.into_iter().map(|name| (name.clone(), sorted(&members[name]))).collect()
        }
        Value::Array(values) => values.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// Entra facts §7.1, §7.2: one operation for each mapped path, or dotted and URN keys in a value without one.
#[actix_web::test]
async fn a_whole_profile_of_entra_is_kept_and_found() {
    let world = World::start().await;
    let entra = world.entra().await;
    let operation =
        |(path, value): (String, Value), op: &str| json!({"op": op, "path": path, "value": value});
    let id = entra.create(json!({"userName": "rin@x.example", "active": "True"})).await.is(201).id();
    for op in ["Add", "Replace", "add", "replace"] {
        let operations: Vec<Value> = mapped().into_iter().map(|one| operation(one, op)).collect();
        let shown = entra.patch(&id, json!(operations)).await.is(200).json();
        assert_eq!(sorted(&told(&shown)), sorted(&rin()), "{op}");
        is_kept_and_found(&entra, &id, &told(&shown)).await;
        let rest: Vec<Value> = mapped()
            .into_iter()
            .filter(|(path, _)| !path.starts_with("emails[type eq \"work\""))
            .map(|(path, _)| json!({"op": "Remove", "path": path}))
            .collect();
        let cleared = entra.patch(&id, json!(rest)).await.is(200).json();
        let left = json!({"userName": "rin@x.example", "active": true,
            "emails": [{"value": "rin@x.example", "type": "work", "primary": true}]});
        assert_eq!(sorted(&told(&cleared)), sorted(&left), "{op}");
    }
    // With the flag, single values are folded into one value without path.
    let (paths, folded): (Vec<_>, Vec<_>) = mapped().into_iter().partition(|(path, _)| path.contains('['));
    let mut operations: Vec<Value> = paths.into_iter().map(|one| operation(one, "replace")).collect();
    operations.push(json!({"op": "replace", "value": folded.into_iter().collect::<serde_json::Map<_, _>>()}));
    let shown = entra.patch(&id, json!(operations)).await.is(200).json();
    is_kept_and_found(&entra, &id, &told(&shown)).await;

    // And a create with nested members, as Entra's first request of a person.
    entra.delete(&id).await.is(204);
    let mut sent = rin();
    sent["active"] = json!("True");
    sent["emails"][0]["primary"] = json!("True");
    sent["roles"][0]["primary"] = json!("True");
    let id = entra.create(sent).await.is(201).id();
    is_kept_and_found(&entra, &id, &rin()).await;
}
