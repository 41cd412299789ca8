//! RFC 7644 §3 without its queries: the protocol, operation by operation.

use super::Trial;
use serde_json::{Value, json};

super::rows! {
    "RFC 7644 §3.2" Supported a_wrong_method_is_told_the_right_ones,
    "RFC 7644 §3.3" Supported a_resource_is_created,
    "RFC 7644 §3.5.1" Supported a_resource_is_replaced,
    "RFC 7644 §3.5.2" Supported a_patch_is_all_or_nothing,
    "RFC 7644 §3.5.2.1" Supported values_are_added,
    "RFC 7644 §3.5.2.2" Supported values_are_removed,
    "RFC 7644 §3.5.2.3" Supported values_are_replaced,
    "RFC 7644 §3.6" Supported a_resource_is_deleted,
    "RFC 7644 §3.7" Supported many_requests_come_as_one,
    "RFC 7644 §3.7.1" Refused people_who_manage_each_other_are_two_requests,
    "RFC 7644 §3.7.2" Supported a_bulk_request_names_what_it_makes,
    "RFC 7644 §3.7.3" Supported a_bulk_request_stops_after_so_many_errors,
    "RFC 7644 §3.7.4" Supported a_bulk_request_has_limits,
    "RFC 7644 §3.8" Supported bodies_are_scim_json,
    "RFC 7644 §3.9" Supported a_write_answers_the_attributes_asked_for,
    "RFC 7644 §3.10" Supported attributes_are_named_in_full,
    "RFC 7644 §3.11" Refused nobody_is_me,
    "RFC 7644 §3.12" Supported errors_name_their_kind,
    "RFC 7644 §3.13" Supported the_version_stands_in_the_address,
    "RFC 7644 §3.14" Supported a_stale_writer_is_refused,
}

const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn name() -> String {
    format!("{}@corp.example", uuid::Uuid::now_v7().simple())
}

async fn a_wrong_method_is_told_the_right_ones(trial: &Trial) {
    for path in ["/Users", "/Schemas", "/ResourceTypes", "/ServiceProviderConfig"] {
        let refused = trial.okta.send("PUT", path, Some(json!({}))).await;
        refused.is_scim_error(405, None);
        assert!(
            refused.header("allow").is_some_and(|methods| methods.contains("GET")),
            "{path}: {refused:?}"
        );
    }
}

async fn a_resource_is_created(trial: &Trial) {
    let made = trial.okta.create(json!({"userName": name()})).await;
    let seen = made.is(201).json();
    assert_eq!(made.header("location"), seen["meta"]["location"].as_str());
    assert_eq!(made.header("etag"), seen["meta"]["version"].as_str());
    trial.okta.create(json!({"userName": seen["userName"]})).await.is_scim_error(409, "uniqueness");
}

async fn a_resource_is_replaced(trial: &Trial) {
    let id = trial.person(json!({"title": "CTO"})).await;
    let user_name = trial.seen(&id).await["userName"].clone();
    let new = json!({"userName": user_name, "nickName": "Ada", "id": "ignored", "meta": {"created": "1999"}});
    let seen = trial.okta.replace(&id, new).await.is(200).json();
    assert_eq!((seen.get("title"), &seen["nickName"], &seen["id"]), (None, &json!("Ada"), &json!(id)));
}

async fn a_patch_is_all_or_nothing(trial: &Trial) {
    assert_eq!(trial.config().await["patch"]["supported"], true);
    let id = trial.person(json!({"title": "CTO"})).await;
    let half = json!([{"op": "replace", "path": "title", "value": "CEO"},
        {"op": "replace", "path": "id", "value": "mine"}]);
    trial.okta.patch(&id, half).await.is_scim_error(400, "mutability");
    assert_eq!(trial.seen(&id).await["title"], "CTO");
    let unread = json!([{"op": "replace", "path": "emails[", "value": 1}]);
    trial.okta.patch(&id, unread).await.is_scim_error(400, "invalidPath");
}

async fn values_are_added(trial: &Trial) {
    let id = trial.person(json!({})).await;
    let phone = |value: &str| json!({"value": value, "type": "work"});
    let added = json!([{"op": "add", "value": {"title": "CTO", "phoneNumbers": [phone("tel:1")]}},
        {"op": "add", "path": "phoneNumbers", "value": [phone("tel:2"), phone("tel:1")]}]);
    let seen = trial.okta.patch(&id, added).await.is(200).json();
    assert_eq!(seen["title"], "CTO");
    assert_eq!(seen["phoneNumbers"], json!([phone("tel:1"), phone("tel:2")]), "the same value once");
}

async fn values_are_removed(trial: &Trial) {
    let phones = json!([{"value": "tel:1", "type": "work"}, {"value": "tel:2", "type": "mobile"}]);
    let id = trial.person(json!({"title": "CTO", "phoneNumbers": phones})).await;
    let removed = json!([{"op": "remove", "path": "title"},
        {"op": "remove", "path": "phoneNumbers[type eq \"work\"]"}]);
    let seen = trial.okta.patch(&id, removed).await.is(200).json();
    assert_eq!((seen.get("title"), &seen["phoneNumbers"]), (None, &json!([phones[1]])));
    trial.okta.patch(&id, json!([{"op": "remove"}])).await.is_scim_error(400, "noTarget");
}

async fn values_are_replaced(trial: &Trial) {
    let phones = json!([{"value": "tel:1", "type": "work"}, {"value": "tel:2", "type": "mobile"}]);
    let id = trial.person(json!({"phoneNumbers": phones})).await;
    let path = "phoneNumbers[type eq \"work\"].value";
    let replaced = json!([{"op": "replace", "path": path, "value": "tel:9"}]);
    let seen = trial.okta.patch(&id, replaced).await.is(200).json();
    assert_eq!(seen["phoneNumbers"], json!([{"value": "tel:9", "type": "work"}, phones[1]]));
}

async fn a_resource_is_deleted(trial: &Trial) {
    let id = trial.person(json!({})).await;
    let gone = trial.okta.delete(&id).await;
    assert_eq!((gone.is(204).text.as_str(), gone.header("content-type")), ("", None));
    trial.okta.read(&id).await.is_scim_error(404, None);
    trial.okta.delete(&id).await.is_scim_error(404, None);
}

async fn bulk(trial: &Trial, more: Value, operations: Value) -> Vec<Value> {
    let mut request = json!({"schemas": [BULK], "Operations": operations});
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = trial.okta.send("POST", "/Bulk", Some(request)).await.is(200).json();
    answer["Operations"].as_array().unwrap().clone()
}

async fn many_requests_come_as_one(trial: &Trial) {
    assert_eq!(trial.config().await["bulk"]["supported"], true);
    let id = trial.person(json!({})).await;
    let title = json!({"schemas": [PATCH], "Operations": [{"op": "add", "path": "title", "value": "CTO"}]});
    let done = bulk(
        trial,
        json!({}),
        json!([
            {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": name()}},
            {"method": "PATCH", "path": format!("/Users/{id}"), "data": title},
            {"method": "DELETE", "path": format!("/Users/{id}")},
        ]),
    )
    .await;
    let statuses: Vec<&Value> = done.iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, ["201", "200", "204"], "{done:?}");
    assert!(done.iter().all(|one| one["location"].is_string()), "{done:?}");
    trial.okta.read(&id).await.is(404);
}

async fn people_who_manage_each_other_are_two_requests(trial: &Trial) {
    let one = |own: &str, other: &str| {
        let data = json!({"userName": name(), ENTERPRISE: {"manager": {"value": format!("bulkId:{other}")}}});
        json!({"method": "POST", "path": "/Users", "bulkId": own, "data": data})
    };
    let done = bulk(trial, json!({}), json!([one("a", "b"), one("b", "a")])).await;
    assert_eq!((&done[0]["status"], &done[1]["status"]), (&json!("409"), &json!("409")), "{done:?}");
}

async fn a_bulk_request_names_what_it_makes(trial: &Trial) {
    let report = json!({"userName": name(), ENTERPRISE: {"manager": {"value": "bulkId:boss"}}});
    let done = bulk(
        trial,
        json!({}),
        json!([
            {"method": "POST", "path": "/Users", "bulkId": "boss", "data": {"userName": name()}},
            {"method": "POST", "path": "/Users", "bulkId": "report", "data": report},
        ]),
    )
    .await;
    let id = |place: usize| done[place]["location"].as_str().unwrap().rsplit('/').next().unwrap();
    assert_eq!(trial.seen(id(1)).await[ENTERPRISE]["manager"]["value"], id(0), "{done:?}");
}

async fn a_bulk_request_stops_after_so_many_errors(trial: &Trial) {
    let gone = json!({"method": "DELETE", "path": "/Users/nobody"});
    let done = bulk(trial, json!({"failOnErrors": 2}), json!([gone, gone, gone])).await;
    assert_eq!(done.len(), 2, "{done:?}");
    assert_eq!((&done[0]["status"], &done[0]["response"]["status"]), (&json!("404"), &json!("404")));
}

async fn a_bulk_request_has_limits(trial: &Trial) {
    let limits = trial.config().await["bulk"].clone();
    let most = limits["maxOperations"].as_u64().unwrap();
    let gone = json!({"method": "DELETE", "path": "/Users/nobody"});
    let request = json!({"schemas": [BULK], "Operations": vec![gone; most as usize + 1]});
    trial.okta.send("POST", "/Bulk", Some(request)).await.is_scim_error(413, None).says(&most.to_string());
    let large = "x".repeat(limits["maxPayloadSize"].as_u64().unwrap() as usize + 1);
    let request = json!({"schemas": [BULK], "Operations": [], "x": large});
    trial.okta.send("POST", "/Bulk", Some(request)).await.is_scim_error(413, None);
}

async fn bodies_are_scim_json(trial: &Trial) {
    for label in ["application/scim+json", "application/json"] {
        let body = json!({"userName": name()}).to_string();
        let accept = [("content-type", label), ("accept", label)];
        let made = trial.okta.send_with("POST", "/Users", &accept, Some(&body)).await;
        assert_eq!(made.is(201).header("content-type"), Some("application/scim+json"));
    }
    let xml = [("content-type", "application/xml")];
    trial.okta.send_with("POST", "/Users", &xml, Some("<user/>")).await.is_scim_error(415, None);
}

async fn a_write_answers_the_attributes_asked_for(trial: &Trial) {
    let body = json!({"userName": name(), "title": "CTO", "nickName": "Ada"});
    let made = trial.okta.send("POST", "/Users?attributes=title", Some(body)).await.is(201).json();
    assert_eq!((&made["title"], made.get("nickName")), (&json!("CTO"), None));
    let id = made["id"].as_str().unwrap();
    let without = trial.get(&format!("/Users/{id}?excludedAttributes=title")).await;
    assert_eq!((without.get("title"), &without["nickName"]), (None, &json!("Ada")));
}

async fn attributes_are_named_in_full(trial: &Trial) {
    let id = trial.person(json!({})).await;
    let full = json!([{"op": "add", "path": format!("{ENTERPRISE}:department"), "value": "Tours"},
        {"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName", "value": "Ada"}]);
    let seen = trial.okta.patch(&id, full).await.is(200).json();
    assert_eq!(
        (&seen[ENTERPRISE]["department"], &seen["name"]["givenName"]),
        (&json!("Tours"), &json!("Ada"))
    );
    let few = trial.get(&format!("/Users/{id}?attributes={ENTERPRISE}:department")).await;
    assert_eq!((&few[ENTERPRISE]["department"], few.get("name")), (&json!("Tours"), None));
}

async fn nobody_is_me(trial: &Trial) {
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        let body = (method != "GET").then(|| json!({}));
        trial.okta.send(method, "/Me", body).await.is_scim_error(501, None);
    }
}

async fn errors_name_their_kind(trial: &Trial) {
    trial.okta.create(json!({"displayName": "Ada"})).await.is_scim_error(400, "invalidValue");
    trial.okta.create(json!(["Ada"])).await.is_scim_error(400, "invalidSyntax");
    trial.okta.send("GET", "/Nowhere", None).await.is_scim_error(404, None);
}

async fn the_version_stands_in_the_address(trial: &Trial) {
    assert!(trial.okta.target().ends_with("/scim/v2"));
    let authorization = format!("Bearer {}", trial.okta.token);
    let headers = [("authorization", authorization.as_str())];
    trial.world.send("GET", "/scim/v2/Users", &headers, None).await.is(200);
    trial.world.send("GET", "/scim/v1/Users", &headers, None).await.is_scim_error(404, None);
}

async fn a_stale_writer_is_refused(trial: &Trial) {
    assert_eq!(trial.config().await["etag"]["supported"], true);
    let id = trial.person(json!({})).await;
    let first = trial.okta.read(&id).await.header("etag").unwrap().to_owned();
    let path = format!("/Users/{id}");
    let known = [("if-none-match", first.as_str())];
    trial.okta.send_with("GET", &path, &known, None).await.is(304);
    trial.okta.patch(&id, json!([{"op": "add", "path": "title", "value": "CTO"}])).await.is(200);
    let stale = [("if-match", first.as_str())];
    trial.okta.send_with("DELETE", &path, &stale, None).await.is_scim_error(412, None);
    trial.okta.read(&id).await.is(200);
}
