//! Apollo's own SCIM endpoint, for whoever relays to it. Apollo facts §6, §9 (seat model).

use super::{client, fake, get};
use crate::support::Reply;
use seatbridge::emulator::apollo::{Apollo, Invitation, Options, Plan, Switch};
use serde_json::{Value, json};

async fn scim(apollo: &Apollo, method: &str, path: &str, body: Value) -> Reply {
    let url = format!("{}{path}", apollo.scim_url());
    let request = client().request(method.parse().unwrap(), url).bearer_auth(apollo.scim_token());
    let request = if body.is_null() { request } else { request.json(&body) };
    Reply::of(request.send().await.unwrap()).await
}

fn person(email: &str) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": email, "externalId": email,
        "name": {"givenName": "Rin", "familyName": "Sato"}, "active": true, "title": "Analyst",
        "emails": [{"value": email, "type": "work", "primary": true}], "password": "not kept"})
}

fn active(now: bool) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "value": {"active": now}}]})
}

fn renamed(email: &str) -> Value {
    json!({"Operations": [{"op": "replace", "path": "userName", "value": email},
        {"op": "replace", "path": "emails[type eq \"work\"].value", "value": email}]})
}

async fn listed(apollo: &Apollo, email: &str) -> Option<Value> {
    let found = get(apollo, &format!("/users/search?q_keywords={email}")).await.json();
    found["users"].as_array().unwrap().first().cloned()
}

/// Assigned, off, renamed, on again: the same user id, and the list of teammates says the same.
#[actix_web::test]
async fn a_person_comes_goes_and_comes_back_under_another_address() {
    let apollo = fake(Options::default()).await;
    let id = scim(&apollo, "POST", "/Users", person("rin@corp.example")).await.is(201).id();
    let seat = listed(&apollo, "rin@corp.example").await.unwrap();
    assert_eq!(
        (&seat["id"], &seat["name"], &seat["deleted"]),
        (&json!(id), &json!("Rin Sato"), &json!(false))
    );
    let path = format!("/Users/{id}");
    let refused = scim(&apollo, "PATCH", &path, renamed("rin.k@corp.example")).await;
    assert_eq!(refused.is(400).json()["scimType"], "mutability");
    refused.says("unassign");
    let off = scim(&apollo, "PATCH", &path, active(false)).await.is(200).json();
    assert_eq!(off["active"], false);
    assert_eq!(listed(&apollo, "rin@corp.example").await.unwrap()["deleted"], true);
    scim(&apollo, "PATCH", &path, renamed("rin.k@corp.example")).await.is(200);
    let on = scim(&apollo, "PATCH", &path, active(true)).await.is(200).json();
    assert_eq!((&on["id"], &on["userName"]), (&json!(id), &json!("rin.k@corp.example")));
    assert_eq!(listed(&apollo, "rin.k@corp.example").await.unwrap()["id"], id.as_str());
    assert!(listed(&apollo, "rin@corp.example").await.is_none());
    scim(&apollo, "DELETE", &path, Value::Null).await.is(204);
    let kept = scim(&apollo, "GET", &path, Value::Null).await.is(200).json();
    assert_eq!(kept["active"], false, "never a delete");
    let filter = "/Users?filter=userName%20eq%20%22RIN.K@corp.example%22";
    assert_eq!(scim(&apollo, "GET", filter, Value::Null).await.json()["totalResults"], 1);
    let by_mail = "/Users?filter=emails[type%20eq%20%22work%22].value%20eq%20%22rin.k@corp.example%22";
    assert_eq!(scim(&apollo, "GET", by_mail, Value::Null).await.json()["totalResults"], 1);
    apollo.stop().await;
}

/// Apollo facts §6 (S13): no seat left, or a person of another team; and what changes that.
#[actix_web::test]
async fn somebody_may_be_assigned_and_not_be_created() {
    let apollo = fake(Options { users: 2, seats: Some(3), ..Options::default() }).await;
    apollo.put_elsewhere("kai@corp.example", Invitation::NotSent);
    scim(&apollo, "POST", "/Users", person("kai@corp.example")).await.is(403).says("invitation");
    assert_eq!(apollo.invitation("kai@corp.example"), Some(Invitation::Pending));
    assert!(apollo.accept_invitation("kai@corp.example"));
    let kai = scim(&apollo, "POST", "/Users", person("kai@corp.example")).await.is(201).id();
    scim(&apollo, "POST", "/Users", person("rin@corp.example")).await.is(403).says("all 3 seats");
    scim(&apollo, "DELETE", &format!("/Users/{kai}"), Value::Null).await.is(204);
    scim(&apollo, "POST", "/Users", person("rin@corp.example")).await.is(201);
    scim(&apollo, "PATCH", &format!("/Users/{kai}"), active(true)).await.is(403);
    apollo.switch(Switch::ScimRefusesSilently, true);
    let nobody = scim(&apollo, "POST", "/Users", person("mio@corp.example")).await.is(201).json();
    assert_eq!(nobody["active"], false);
    assert!(listed(&apollo, "mio@corp.example").await.is_none());
    apollo.set_seats(None);
    scim(&apollo, "PATCH", &format!("/Users/{kai}"), active(true)).await.is(200);
    apollo.stop().await;
}

/// Apollo facts §6: users only, an Organization plan, SSO first, a token of its own.
#[actix_web::test]
async fn the_endpoint_has_its_conditions() {
    let apollo = fake(Options::default()).await;
    let types = scim(&apollo, "GET", "/ResourceTypes", Value::Null).await.is(200).json();
    assert_eq!((&types["totalResults"], &types["Resources"][0]["name"]), (&json!(1), &json!("User")));
    scim(&apollo, "POST", "/Groups", json!({"displayName": "Sales"})).await.is(501).says("users only");
    let groups = scim(&apollo, "GET", "/Groups?startIndex=1&count=100", Value::Null).await;
    assert_eq!(groups.is(200).json()["totalResults"], 0, "a connection test reads them");
    apollo.switch(Switch::ScimGroupsUnknown, true);
    scim(&apollo, "GET", "/Groups", Value::Null).await.is(404);
    scim(&apollo, "POST", "/Users", person(&apollo.users()[0].email)).await.is(409).says("uniqueness");
    scim(&apollo, "GET", "/Users?filter=title%20co%20%22a%22", Value::Null)
        .await
        .is(400)
        .says("invalidFilter");
    let master = client().get(format!("{}/Users", apollo.scim_url())).bearer_auth(super::MASTER);
    assert_eq!(master.send().await.unwrap().status(), 401, "an API key is no SCIM token");
    apollo.set_sso(false);
    scim(&apollo, "GET", "/Users", Value::Null).await.is(403).says("SSO first");
    apollo.set_sso(true);
    apollo.change_plan(Plan::Professional);
    scim(&apollo, "GET", "/Users", Value::Null).await.is(403).says("Organization");
    apollo.switch(Switch::ScimOnEveryPlan, true);
    scim(&apollo, "GET", "/Users", Value::Null).await.is(200);
    apollo.stop().await;
}

/// Apollo facts §1.1, §9: deactivating the oldest administrator moves who acts for every key; records stay
/// with their owner.
#[actix_web::test]
async fn deactivating_the_acting_administrator_moves_who_acts() {
    let apollo = fake(Options { users: 12, ..Options::default() }).await;
    let (first, eleventh) = (apollo.users()[0].clone(), apollo.users()[10].clone());
    let contact = format!("/contacts/{}", apollo.contact_id(0));
    assert_eq!(get(&apollo, &contact).await.json()["contact"]["owner_id"], first.id);
    scim(&apollo, "DELETE", &format!("/Users/{}", first.id), Value::Null).await.is(204);
    assert_eq!(get(&apollo, "/users/api_profile").await.json()["id"], eleventh.id);
    assert_eq!(get(&apollo, &contact).await.json()["contact"]["owner_id"], first.id);
    apollo.switch(Switch::KeysDieWithCreator, true);
    get(&apollo, "/users/api_profile").await.is(401);
    apollo.stop().await;
}

/// Apollo facts §6, §10: the open questions have a switch each.
#[actix_web::test]
async fn what_nobody_knows_can_be_tried_both_ways() {
    let apollo = fake(Options::default()).await;
    let id = scim(&apollo, "POST", "/Users", person("rin@corp.example")).await.id();
    let path = format!("/Users/{id}");
    apollo.switch(Switch::ScimIgnoresEmailChange, true);
    let same = scim(&apollo, "PATCH", &path, renamed("other@corp.example")).await.is(200).json();
    assert_eq!(same["userName"], "rin@corp.example");
    scim(&apollo, "PATCH", &path, active(false)).await.is(200);
    apollo.switch(Switch::OmitDeletedUsers, true);
    assert!(listed(&apollo, "rin@corp.example").await.is_none());
    apollo.switch(Switch::ReassignMakesANewUser, true);
    let back = scim(&apollo, "POST", "/Users", person("rin@corp.example")).await.is(201).id();
    assert_ne!(back, id);
    apollo.stop().await;
}
