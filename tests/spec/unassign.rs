//! Unassigning and removing: the seat is given back at once, and a repeat is free.

use crate::support::World;
use seatbridge::rbac::Role;
use serde_json::{Value, json};

const ADA: &str = "ada@corp.example";

/// L1, S3: deactivation gives the seat back at once; the person stays readable everywhere.
#[actix_web::test]
async fn a_deactivated_user_gives_the_seat_back_and_stays_readable() {
    let world = World::with_seats(3).await;
    let okta = world.okta().await;
    let id = okta.assign(ADA).await;
    for other in ["bo@corp.example", "cy@corp.example"] {
        okta.assign(other).await;
    }
    okta.create(json!({"userName": "dee@corp.example"})).await.is(400);
    assert_eq!(okta.set_active(&id, false).await.is(200).json()["active"], false);
    okta.assign("dee@corp.example").await;
    assert_eq!(world.state_of(ADA).await.as_deref(), Some("unassigned"));
    assert_eq!(okta.shown(&id).await["active"], false);
    assert_eq!(okta.found(&format!("userName eq \"{ADA}\"")).await, [id.as_str()]);
    assert_eq!(okta.found("active eq false").await, [id.as_str()]);
    assert_eq!(okta.send("GET", "/Users", None).await.json()["totalResults"], 4);
    world.kept(&id).await.tells_one_story();
}

/// L1, R4: whichever way the seat is lost, its keys die with it and do not come back.
#[actix_web::test]
async fn a_lost_seat_takes_its_keys_along() {
    let world = World::start().await;
    let okta = world.okta().await;
    let deactivate = json!({"userName": ADA, "active": false});
    let text = json!([{"op": "Replace", "path": "active", "value": "False"}]);
    let plain = json!([{"op": "replace", "value": {"active": false}}]);
    for (method, body) in [("PUT", deactivate), ("PATCH", plain), ("PATCH", text), ("DELETE", Value::Null)] {
        let key = world.keyed(&okta, ADA, Role::Analyst).await;
        let id = okta.found(&format!("userName eq \"{ADA}\" and active eq true")).await.remove(0);
        assert!(world.opens(&key).await, "{method} {body}");
        let path = format!("/Users/{id}");
        let sent = match (method, body.clone()) {
            ("DELETE", _) => okta.delete(&id).await,
            ("PATCH", operations) => okta.patch(&id, operations).await,
            (_, body) => okta.send(method, &path, Some(body)).await,
        };
        assert!(matches!(sent.status, 200 | 204), "{method} {body}: {}", sent.text);
        assert!(!world.opens(&key).await, "{method} {body}: the key outlived the seat");
        if method != "DELETE" {
            okta.set_active(&id, true).await.is(200);
            assert!(!world.opens(&key).await, "{method} {body}: the key came back");
        }
        world.kept(&id).await.tells_one_story();
        okta.delete(&id).await;
    }
}

/// L1, S4: DELETE is 204 and then 404; the User is hidden from every read, the audit keeps the person.
#[actix_web::test]
async fn a_removed_user_is_gone_for_the_idp_and_kept_in_the_audit() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign(ADA).await;
    let answer = okta.delete(&id).await;
    assert_eq!(answer.is(204).text, "");
    okta.read(&id).await.is_scim_error(404, None);
    okta.delete(&id).await.is_scim_error(404, None);
    okta.set_active(&id, true).await.is_scim_error(404, None);
    okta.replace(&id, json!({"userName": ADA})).await.is_scim_error(404, None);
    for filter in [format!("userName eq \"{ADA}\""), format!("id eq \"{id}\""), "active eq false".to_owned()]
    {
        assert!(okta.found(&filter).await.is_empty(), "{filter}");
    }
    assert!(world.seats().await.is_empty());
    let kept = world.kept(&id).await;
    kept.tells_one_story();
    assert_eq!(kept.happened(), ["assigned", "unassigned", "removed"]);
    let told: Vec<_> =
        world.audit().await.into_iter().filter(|entry| entry.seat_id.as_ref() == Some(&id)).collect();
    let done: Vec<&str> = told.iter().filter(|e| e.outcome == "done").map(|e| e.action.as_str()).collect();
    assert_eq!(done, ["assign", "unassign", "remove"]);
    assert!(told.iter().all(|entry| entry.subject.as_deref() == Some(ADA)));
}

/// L1: a removed person who comes back is somebody new; nothing of the old User is revived.
#[actix_web::test]
async fn a_removed_user_is_never_revived() {
    let world = World::start().await;
    let okta = world.okta().await;
    let body = json!({"userName": ADA, "externalId": "00u1"});
    let id = okta.create(body.clone()).await.is(201).id();
    okta.delete(&id).await.is(204);
    let again = okta.create(body).await.is(201).id();
    assert_ne!(again, id);
    assert_eq!(world.kept(&again).await.happened(), ["assigned"]);
    okta.read(&id).await.is(404);
}

/// L1: somebody without a seat can be removed as well.
#[actix_web::test]
async fn an_unassigned_user_can_be_removed() {
    let world = World::start().await;
    let entra = world.entra().await;
    let id = entra.assign(ADA).await;
    entra.set_active(&id, false).await.is(200);
    entra.delete(&id).await.is(204);
    entra.read(&id).await.is(404);
    let kept = world.kept(&id).await;
    assert_eq!(kept.happened(), ["assigned", "unassigned", "removed"]);
    kept.tells_one_story();
}

/// L10: the same PUT or PATCH again changes nothing: no event, no entry, no new version.
#[actix_web::test]
async fn a_repeated_change_is_free() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.create(json!({"userName": ADA, "title": "CTO"})).await.is(201).id();
    let name = json!({"userName": ADA, "title": "CEO", "active": true});
    let gone = json!({"userName": ADA, "title": "CEO", "active": false});
    let title = json!([{"op": "replace", "path": "title", "value": "CFO"}]);
    let phone = json!([{"op": "add", "path": "phoneNumbers", "value": [{"value": "1", "type": "work"}]}]);
    let no_phone = json!([{"op": "remove", "path": "phoneNumbers"}]);
    let off = json!([{"op": "replace", "value": {"active": false}}]);
    let on = json!([{"op": "replace", "path": "active", "value": true}]);
    let steps = [
        ("PUT", &name),
        ("PATCH", &title),
        ("PATCH", &phone),
        ("PATCH", &no_phone),
        ("PATCH", &off),
        ("PATCH", &on),
        ("PUT", &gone),
        ("PUT", &name),
    ];
    for (method, body) in steps {
        let mut answers = Vec::new();
        for _ in 0..3 {
            let answer = if method == "PUT" {
                okta.replace(&id, body.clone()).await
            } else {
                okta.patch(&id, body.clone()).await
            };
            assert_eq!(answer.status, 200, "{method} {body}: {}", answer.text);
            let kept = world.kept(&id).await;
            kept.tells_one_story();
            answers.push((answer.json(), kept.events.len(), kept.audit.len(), kept.record));
        }
        assert_eq!(answers[0], answers[1], "{method} {body} was not free the second time");
        assert_eq!(answers[0], answers[2], "{method} {body} was not free the third time");
    }
    let kept = world.kept(&id).await;
    assert_eq!(kept.record.version, i64::try_from(1 + steps.len()).unwrap(), "each change counted once");
    assert_eq!(kept.record.period, 3);
}

/// L10: a repeat is answered with the same User and the same ETag, and the provisioning log still has it.
#[actix_web::test]
async fn a_repeat_keeps_the_etag_and_is_logged() {
    let world = World::start().await;
    let entra = world.entra().await;
    let id = entra.assign(ADA).await;
    let first = entra.set_active(&id, false).await;
    world.clock.advance(3600);
    let second = entra.set_active(&id, false).await;
    assert_eq!(first.header("etag"), second.header("etag"));
    assert_eq!(first.json(), second.json());
    let log = world.store().read(|tx| tx.recent_log(10)).await.unwrap();
    assert_eq!(log.iter().filter(|record| record.method == "PATCH").count(), 2);
    assert_eq!(log[0].changes, "[]");
}
