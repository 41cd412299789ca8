//! Acting by hand over the operators' API.

use super::{entries, nora};
use crate::support::World;
use seatbridge::rbac::Role;
use serde_json::json;

const ADA: &str = "ada@corp.example";

/// U8, U1: a deed by hand has the same result as at the terminal, is audited once with name and reason, ends
/// keys at once, and makes nobody of an id that is unknown.
#[actix_web::test]
async fn a_deed_by_hand_is_audited_with_name_and_reason_and_keys_die_at_once() {
    let world = World::start().await;
    let okta = world.okta().await;
    let token = nora(&world).await;
    let key = world.keyed(&okta, ADA, Role::Viewer).await;
    let id = world.seats().await[0].record.id.clone();
    let why = json!({"reason": "ticket 4711"});
    let done = async |path: String| {
        world.desk(&token, "POST", &path, Some(why.clone())).await.is(200).json()["data"].clone()
    };
    for (path, action) in [
        (format!("/seats/{id}/protect"), "protect_seat"),
        (format!("/seats/{id}/unprotect"), "unprotect_seat"),
        (format!("/seats/{id}/unassign"), "unassign"),
        (format!("/seats/{id}/assign"), "reassign"),
        ("/directories/okta/pause".to_owned(), "pause_directory"),
        ("/directories/okta/resume".to_owned(), "resume_directory"),
    ] {
        let before = world.opens(&key).await;
        let first = done(path.clone()).await;
        let again = done(path.clone()).await;
        if action == "unassign" {
            assert!(
                before && first["dead_keys"] == json!([key[3..19]]) && !world.opens(&key).await,
                "{first}"
            );
        }
        if path.contains("/seats/") {
            assert_eq!((&first["changed"], &again["changed"]), (&json!(true), &json!(false)), "{path}");
        }
        let kept = entries(&world, action).await;
        assert_eq!(kept.len(), 1, "{path}: {kept:#?}");
        let reason = kept[0].reason.clone().unwrap();
        assert!(reason.contains("ticket 4711") && reason.ends_with("(by nora)"), "{reason}");
        assert!(path.contains("/directories/") || kept[0].subject.as_deref() == Some(ADA), "{kept:#?}");
    }
    let other = world.keyed(&okta, "bo@corp.example", Role::Viewer).await;
    let bo = world.seats().await[1].record.id.clone();
    assert_eq!(done(format!("/seats/{bo}/keys/revoke")).await["revoked"], json!([other[3..19]]));
    assert!(!world.opens(&other).await && world.state_of("bo@corp.example").await.unwrap() == "assigned");
    for path in ["/seats/nobody/assign", "/seats/nobody/unassign", "/holds/nobody/reject"] {
        world.desk(&token, "POST", path, Some(why.clone())).await.is_problem(404, "not-found");
    }
    assert_eq!(world.seats().await.len(), 2, "an unknown id makes nobody");
}

/// L13: what is held is listed and decided over the API: released, the keys die; rejected, they live again;
/// all of a directory at once.
#[actix_web::test]
async fn holds_are_listed_and_decided() {
    let world = World::start().await;
    let okta = world.okta().await;
    let token = nora(&world).await;
    let mut keys = Vec::new();
    for person in [ADA, "bo@corp.example", "cy@corp.example"] {
        keys.push(world.keyed(&okta, person, Role::Viewer).await);
    }
    let why = json!({"reason": "on leave"});
    let post = async |path: &str| {
        world.desk(&token, "POST", path, Some(why.clone())).await.is(200).json()["data"].clone()
    };
    for seat in world.seats().await {
        post(&format!("/seats/{}/protect", seat.record.id)).await;
        okta.set_active(&seat.record.id, false).await.is(200);
    }
    let held = world.rows(&token, "/holds").await;
    assert_eq!((held.len(), held[0]["why"].as_str()), (3, Some("protected")));
    assert!(!world.opens(&keys[1]).await, "suspended");
    let hold = |at: usize| held[at]["id"].as_str().unwrap().to_owned();
    let gone = post(&format!("/holds/{}/release", hold(0))).await;
    assert_eq!(gone["dead_keys"], json!([keys[0][3..19]]));
    let back = post(&format!("/holds/{}/reject", hold(1))).await;
    assert_eq!((&back["verdict"], &back["done"][0]["holder"]), (&json!("reject"), &json!("bo@corp.example")));
    assert_eq!(post("/directories/okta/holds/reject").await["done"].as_array().unwrap().len(), 1);
    let open = [world.opens(&keys[0]).await, world.opens(&keys[1]).await, world.opens(&keys[2]).await];
    assert_eq!(open, [false, true, true]);
    assert!(world.rows(&token, "/holds").await.is_empty());
}
