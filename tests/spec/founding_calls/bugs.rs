//! What the sketch let through when it was run, and what it never had, where no other chapter holds it.

use crate::support::{World, wire};
use seatbridge::emulator::apollo::Switch;
use seatbridge::rbac::{Denial, Role, find};
use serde_json::json;

/// Facts §8.1 rows 1 to 4, 6, 7 and 10: the very requests that reached Apollo through the sketch, against
/// an Apollo that follows every one of them.
#[actix_web::test]
async fn the_requests_that_got_through_the_sketch_stay_here() {
    let world = World::start().await;
    for lax in [Switch::DecodeDots, Switch::MergeSlashes, Switch::JsonSuffix, Switch::MethodOverride] {
        world.apollo.switch(lax, true);
    }
    let okta = world.okta().await;
    let rep = world.keyed(&okta, "rep@corp.example", Role::SalesRep).await;
    let viewer = world.keyed(&okta, "viewer@corp.example", Role::Viewer).await;
    let reveal = "people/match?reveal_phone_number=true&id=6b01";
    for (key, line) in [
        (&rep, "GET /apollo/contacts/%2e%2e/users/search"),
        (&rep, "GET /apollo/contacts/../users/search"),
        (&rep, "GET /apollo/contacts\\..\\users\\search"),
        (&viewer, &format!("POST /apollo/mixed_people/api_search/../../{reveal}")),
        (&rep, "GET /apollo/contacts/../../../deals/api/v1/opportunities"),
        (&rep, "GET /apollo/contactsX"),
        (&rep, "GET /apollo/contacts_anything"),
        (&rep, "POST /apollo/people/matchmaker"),
        (&rep, "GET /apollo/opportunities.json"),
        (&rep, "GET /apollo/organizations/enrich_x"),
        (&rep, "DELETE /apollo/contacts/6c00000000000000000000a1"),
        (&rep, "HEAD /apollo/contacts/6c00000000000000000000a1"),
        (&rep, "POST /apollo/contacts/search?_method=DELETE"),
        (&rep, "GET /apollo/contacts/..%2fusers"),
    ] {
        let reply = wire::speak(world.server.address, wire::request(line, &[("x-api-key", key)], "")).await;
        assert!([400, 404].contains(&reply.status), "{line}: {reply:?}");
    }
    let headers = [("x-api-key", rep.as_str()), ("x-http-method-override", "DELETE")];
    let asked = wire::request("POST /apollo/contacts/search", &headers, "");
    wire::speak(world.server.address, asked).await.is(400);
    assert!(world.apollo.received().is_empty(), "{:?}", world.apollo.received());
}

/// Facts §8.4 rows 42 and 43: a hundred contacts are more than 100 kB and pass; what is too large or no
/// JSON is refused in JSON, with the limit or the place and nothing of our insides.
#[actix_web::test]
async fn a_large_body_passes_and_a_bad_one_is_refused_in_json() {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, "ada@corp.example", Role::SalesRep).await;
    let contact = |n: i32| json!({"first_name": n.to_string(), "title": "x".repeat(2000)});
    let contacts = json!({"contacts": (0..100).map(contact).collect::<Vec<_>>()});
    assert!(contacts.to_string().len() > 200_000);
    world.call(&key, "POST", "/apollo/contacts/bulk_create", Some(contacts)).await.is(200);
    world.apollo.clear_log();
    let headers = [("x-api-key", key.as_str()), ("content-type", "application/json")];
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(1 << 20));
    for (body, status, words) in [
        (large.as_str(), 413, "1048576 bytes"),
        ("{\"a\":1,}", 400, "line 1"),
        ("<html>", 400, "line 1"),
        ("{\"a\":1}x", 400, "line 1"),
    ] {
        let reply = world.send("POST", "/apollo/contacts/search", &headers, Some(body)).await;
        let told = reply.is(status).json();
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert!(told["error"].as_str().is_some_and(|error| error.contains(words)), "{told}");
        assert_eq!(told.as_object().map(serde_json::Map::len), Some(1), "{told}");
        assert!(!reply.text.contains(".rs") && !reply.text.contains("panicked"), "{reply:?}");
    }
    assert!(world.apollo.received().is_empty());
}

/// Facts §8.2 row 19, §8.4 row 51: the matrix stays the founding document's, an analyst reads no contact
/// and no deal; the refusal tells the permission and the role, as the sketch did, and nothing else.
#[actix_web::test]
async fn a_refusal_tells_the_permission_and_the_role_and_no_more() {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, "ada@corp.example", Role::Analyst).await;
    for (path, permission) in [
        ("/apollo/contacts/6c00000000000000000000a1", "manageContacts"),
        ("/apollo/opportunities/6d00000000000000000000a1", "manageDeals"),
        ("/api/v1/users/search", "manageTeam"),
    ] {
        let reply = world.call(&key, "GET", path, None).await;
        let error = format!("Permission denied: {permission} requires role upgrade");
        assert_eq!((reply.status, reply.json()), (403, json!({"error": error, "currentRole": "analyst"})));
    }
    assert!(world.apollo.received().is_empty());
}

/// Facts §8.4 row 48: every call has an id, which its answer and the audit of its denial both carry; calls
/// are counted for monitors.
#[actix_web::test]
async fn a_call_is_traced_by_its_id_and_counted() {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, "ada@corp.example", Role::Analyst).await;
    world.call(&key, "POST", "/apollo/mixed_people/api_search", Some(json!({}))).await.is(200);
    let denied = world.call(&key, "GET", "/apollo/users/search", None).await;
    let id = denied.is(403).header("x-request-id").unwrap().to_owned();
    let audit = world.audit().await;
    let told = audit.iter().find(|entry| entry.request_id.as_deref() == Some(&id)).expect("not audited");
    assert_eq!((told.action.as_str(), told.outcome.as_str()), ("deny_call", "refused"));
    assert!(told.reason.as_deref().is_some_and(|why| why.contains("users/search")), "{told:?}");
    let metrics = world.send("GET", "/metrics", &[], None).await.is(200).text.clone();
    let counted = |name: &str| metrics.lines().any(|line| line.starts_with(name) && !line.ends_with(" 0"));
    assert!(counted("seatbridge_proxied_calls_total{"), "{metrics}");
    assert!(counted("seatbridge_requests_total{"), "{metrics}");
}

/// Facts §8.1 row 9: the prose of the sketch promised tasks and analytics, its table had neither.
#[test]
fn what_the_sketch_promised_is_on_the_table() {
    for (method, path) in [
        ("POST", "/accounts/search"),
        ("POST", "/tasks/search"),
        ("GET", "/labels"),
        ("GET", "/users/search"),
        ("POST", "/usage_stats/credit_usage_stats"),
        ("GET", "/people/6b00000000000000000000a1"),
        ("GET", "/notes"),
    ] {
        assert!(find(method, path).is_ok(), "{method} {path}");
    }
    assert_eq!(find("GET", "/usage"), Err(Denial::UnknownRoute), "Apollo has no such endpoint");
}
