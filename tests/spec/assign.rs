//! Assigning: a connector creates a User, and the person holds a seat.

use crate::support::World;
use serde_json::json;

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
