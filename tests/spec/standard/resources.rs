//! RFC 7643: schemas and resources.

use super::Trial;
use serde_json::{Value, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

super::rows! {
    "RFC 7643 §2.1" Supported names_have_no_case,
    "RFC 7643 §2.2" Supported characteristics_are_enforced,
    "RFC 7643 §2.3" Supported types_are_checked_and_formats_kept,
    "RFC 7643 §2.4" Supported one_value_is_primary,
    "RFC 7643 §2.5" Supported null_and_empty_lists_unassign,
    "RFC 7643 §3.1" Supported common_attributes_are_shown,
    "RFC 7643 §3.2" Refused there_is_one_resource_type,
    "RFC 7643 §3.3" Supported the_extension_is_kept_apart,
    "RFC 7643 §4.1.1" Supported singular_attributes_are_kept,
    "RFC 7643 §4.1.1 `password`" Refused passwords_are_dropped,
    "RFC 7643 §4.1.2" Supported multi_valued_attributes_are_kept,
    "RFC 7643 §4.1.2 `groups`, `entitlements`, `x509Certificates`" Refused what_apollo_lacks_is_ignored,
    "RFC 7643 §4.2" Refused groups_are_not_seated,
    "RFC 7643 §4.3" Supported the_enterprise_user_is_kept,
    "RFC 7643 §5" Supported the_service_is_described,
    "RFC 7643 §6" Supported the_resource_type_is_described,
    "RFC 7643 §7" Supported the_schemas_are_described,
}

async fn names_have_no_case(trial: &Trial) {
    let id = trial.person(json!({"TITLE": "CTO"})).await;
    assert_eq!(trial.seen(&id).await["title"], "CTO");
    trial.okta.patch(&id, json!([{"op": "replace", "path": "tItLe", "value": "CEO"}])).await.is(200);
    assert_eq!(trial.get(&format!("/Users/{id}?attributes=TITLE")).await["title"], "CEO");
}

async fn characteristics_are_enforced(trial: &Trial) {
    let id = trial.person(json!({"nickName": "Ada", "meta": {"resourceType": "Robot"}, "id": "mine"})).await;
    assert_ne!(id, "mine", "readOnly");
    assert_eq!(trial.seen(&id).await["meta"]["resourceType"], "User", "readOnly");
    let read_only = json!([{"op": "replace", "path": "id", "value": "mine"}]);
    trial.okta.patch(&id, read_only).await.is_scim_error(400, "mutability");
    let few = trial.get(&format!("/Users/{id}?attributes=nickName")).await;
    assert_eq!((&few["id"], &few["nickName"]), (&json!(id), &json!("Ada")), "returned: always");
    assert_eq!(few.get("userName"), None, "returned: default");
    let other_case = few["id"].as_str().unwrap().to_uppercase();
    trial.okta.read(&other_case).await.is_scim_error(404, None); // caseExact: true
    let name = trial.seen(&id).await["userName"].as_str().unwrap().to_uppercase();
    assert_eq!(trial.okta.find(&format!("userName eq \"{name}\"")).await.json()["totalResults"], 1);
    let twin = json!({"userName": name});
    trial.okta.create(twin).await.is_scim_error(409, "uniqueness");
}

async fn types_are_checked_and_formats_kept(trial: &Trial) {
    let wrong = json!({"userName": "types@corp.example", "name": "Ada"});
    trial.okta.create(wrong).await.is_scim_error(400, "invalidValue");
    let id = trial.person(json!({"profileUrl": "ask the desk", "locale": "Klingon"})).await;
    let seen = trial.seen(&id).await;
    assert_eq!((&seen["profileUrl"], &seen["locale"]), (&json!("ask the desk"), &json!("Klingon")));
}

async fn one_value_is_primary(trial: &Trial) {
    let phone = |value: &str, kind: &str| json!({"value": value, "type": kind, "primary": true});
    let id = trial.person(json!({"phoneNumbers": [phone("tel:1", "work")]})).await;
    let second = json!([{"op": "add", "path": "phoneNumbers", "value": [phone("tel:2", "mobile")]}]);
    let both = trial.okta.patch(&id, second).await.is(200).json()["phoneNumbers"].clone();
    let primary: Vec<&Value> = both.as_array().unwrap().iter().filter(|one| one["primary"] == true).collect();
    assert_eq!((both.as_array().unwrap().len(), primary.len()), (2, 1), "{both}");
    assert_eq!(primary[0]["value"], "tel:2", "{both}");
}

async fn null_and_empty_lists_unassign(trial: &Trial) {
    let id = trial.person(json!({"title": "CTO", "nickName": "Ada", "roles": [{"value": "viewer"}]})).await;
    let clearing = json!([{"op": "replace", "value": {"title": null, "roles": []}}]);
    let cleared = trial.okta.patch(&id, clearing).await.is(200).json();
    assert_eq!((cleared.get("title"), cleared.get("roles")), (None, None));
    assert_eq!(cleared["nickName"], "Ada");
    let id = trial.person(json!({"title": null, "photos": []})).await;
    assert_eq!((trial.seen(&id).await.get("title"), trial.seen(&id).await.get("photos")), (None, None));
}

async fn common_attributes_are_shown(trial: &Trial) {
    let id = trial.person(json!({"externalId": "701984"})).await;
    let seen = trial.seen(&id).await;
    assert_eq!((&seen["id"], &seen["externalId"]), (&json!(id), &json!("701984")));
    assert_eq!(seen["meta"]["resourceType"], "User");
    assert_eq!(seen["meta"]["location"], format!("{}/Users/{id}", trial.okta.target()));
    for member in ["created", "lastModified", "version"] {
        assert!(seen["meta"][member].as_str().is_some_and(|text| text.len() > 3), "{member}: {seen}");
    }
}

async fn there_is_one_resource_type(trial: &Trial) {
    assert_eq!(trial.get("/ResourceTypes").await["totalResults"], 1);
    let device = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Device"]});
    trial.okta.send("POST", "/Devices", Some(device)).await.is_scim_error(404, None);
}

async fn the_extension_is_kept_apart(trial: &Trial) {
    let id =
        trial.person(json!({ENTERPRISE: {"department": "Sales"}, "urn:example:2.0:User": {"a": 1}})).await;
    let seen = trial.seen(&id).await;
    assert_eq!(seen[ENTERPRISE]["department"], "Sales");
    assert_eq!((seen.get("department"), seen.get("urn:example:2.0:User")), (None, None));
    assert_eq!(seen["schemas"], json!([USER, ENTERPRISE]));
    let plain = trial.person(json!({})).await;
    assert_eq!(trial.seen(&plain).await["schemas"], json!([USER]));
}

async fn singular_attributes_are_kept(trial: &Trial) {
    let sent = json!({
        "name": {"formatted": "Ms. Ada King", "familyName": "King", "givenName": "Ada", "middleName": "B",
            "honorificPrefix": "Ms.", "honorificSuffix": "III"},
        "displayName": "Ada", "nickName": "A", "profileUrl": "https://a.example/", "title": "Countess",
        "userType": "Employee", "preferredLanguage": "en", "locale": "en-GB", "timezone": "Europe/London",
        "active": true,
    });
    let id = trial.person(sent.clone()).await;
    let seen = trial.seen(&id).await;
    for (name, value) in sent.as_object().unwrap() {
        assert_eq!(&seen[name], value, "{name}");
        assert!(trial.attribute(USER, name).await.is_some(), "{name} is advertised");
    }
}

async fn passwords_are_dropped(trial: &Trial) {
    assert_eq!(trial.config().await["changePassword"]["supported"], false);
    assert_eq!(trial.attribute(USER, "password").await, None);
    let id = trial.person(json!({"password": "correct horse"})).await;
    assert_eq!(trial.seen(&id).await.get("password"), None);
    let refused = trial.okta.find("password eq \"correct horse\"").await;
    refused.is_scim_error(400, "invalidFilter");
    assert!(!crate::support::stored::everything(&trial.world.place).contains("correct horse"));
}

async fn multi_valued_attributes_are_kept(trial: &Trial) {
    let one = |value: &str| json!([{"value": value, "type": "work", "primary": true}]);
    let sent = json!({
        "emails": one(&format!("{}@corp.example", uuid::Uuid::now_v7().simple())),
        "phoneNumbers": one("tel:+1-201-555-0123"), "ims": one("ada"), "roles": one("viewer"),
        "photos": one("https://a.example/a.png"),
        "addresses": [{"type": "work", "locality": "London", "country": "GB", "primary": true}],
    });
    let id = trial.person(sent.clone()).await;
    let seen = trial.seen(&id).await;
    for (name, value) in sent.as_object().unwrap() {
        assert_eq!(&seen[name], value, "{name}");
        assert_eq!(trial.attribute(USER, name).await.unwrap()["multiValued"], true, "{name}");
    }
}

async fn what_apollo_lacks_is_ignored(trial: &Trial) {
    for name in ["groups", "entitlements", "x509Certificates"] {
        let id = trial.person(json!({name: [{"value": "gold"}]})).await;
        assert_eq!(trial.seen(&id).await.get(name), None);
        assert_eq!(trial.attribute(USER, name).await, None, "{name} is not advertised");
    }
}

async fn groups_are_not_seated(trial: &Trial) {
    let group = json!({"displayName": "Sales"});
    trial.okta.send("POST", "/Groups", Some(group)).await.is_scim_error(501, None).says("Push Groups");
    assert_eq!(trial.get("/Groups").await["totalResults"], 0);
    trial.okta.send("GET", "/ResourceTypes/Group", None).await.is_scim_error(404, None);
}

async fn the_enterprise_user_is_kept(trial: &Trial) {
    let boss = trial.person(json!({"displayName": "The Boss"})).await;
    let sent = json!({"employeeNumber": "701984", "costCenter": "4130", "organization": "Acme",
        "division": "Theme Park", "department": "Tours"});
    let mut all = sent.clone();
    all["manager"] = json!({"value": boss});
    let id = trial.person(json!({ENTERPRISE: all})).await;
    let seen = trial.seen(&id).await[ENTERPRISE].clone();
    for (name, value) in sent.as_object().unwrap() {
        assert_eq!(&seen[name], value, "{name}");
        assert!(trial.attribute(ENTERPRISE, name).await.is_some(), "{name} is advertised");
    }
    assert_eq!(
        (&seen["manager"]["value"], &seen["manager"]["displayName"]),
        (&json!(boss), &json!("The Boss"))
    );
    assert_eq!(seen["manager"]["$ref"], trial.seen(&boss).await["meta"]["location"]);
}

async fn the_service_is_described(trial: &Trial) {
    let config = trial.config().await;
    assert_eq!(config["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"]));
    for feature in ["patch", "bulk", "filter", "changePassword", "sort", "etag"] {
        assert!(config[feature]["supported"].is_boolean(), "{feature}");
    }
    assert!(!config["authenticationSchemes"].as_array().unwrap().is_empty());
}

async fn the_resource_type_is_described(trial: &Trial) {
    let user = trial.get("/ResourceTypes/User").await;
    assert_eq!((&user["endpoint"], &user["schema"]), (&json!("/Users"), &json!(USER)));
    assert_eq!(user["schemaExtensions"], json!([{"schema": ENTERPRISE, "required": false}]));
}

async fn the_schemas_are_described(trial: &Trial) {
    let schemas = trial.get("/Schemas").await;
    assert_eq!(schemas["totalResults"], 2);
    for (schema, name) in [(USER, "userName"), (ENTERPRISE, "department")] {
        let attribute = trial.attribute(schema, name).await.unwrap();
        for characteristic in ["type", "multiValued", "required", "caseExact", "mutability", "returned"] {
            assert!(!attribute[characteristic].is_null(), "{characteristic} of {name}: {attribute}");
        }
    }
}
