//! What Entra wants to hear: values as it sent them, a resource after a PATCH, a clear word about groups.

use super::{SCIM, entra_directory, with_rin};
use serde_json::json;

/// Entra quirk 23, S11: values come back as they were sent, case, blanks and spelling included, on every way
/// back, and are compared without case.
#[actix_web::test]
async fn entra_quirk_23_values_come_back_untransformed() {
    let (_world, directory) = entra_directory().await;
    let body = json!({
        "userName": "Rin.SATO@Northbay.example", "displayName": "  Rin  Sato ", "locale": "xx_YY",
        "externalId": "Rin.Sato", "profileUrl": "not a url", "timezone": "Nowhere",
        "nickName": "Re\u{301}ne", "title": "主任 \u{1f44b} \"A\\B\"",
        "phoneNumbers": [{"type": "work", "value": "  +81 (0)78-0001 ext. 7"}],
        "emails": [{"type": "work", "primary": true, "value": "Rin.Sato@NORTHBAY.example"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": "007"},
    });
    let made = directory.create(body.clone()).await.is(201).json();
    let id = made["id"].as_str().unwrap();
    let found = directory.find("userName eq \"RIN.sato@northbay.EXAMPLE\"").await.json();
    assert_eq!(found["totalResults"], 1);
    for user in [&made, &directory.shown(id).await, &found["Resources"][0]] {
        for (name, value) in body.as_object().unwrap() {
            assert_eq!(&user[name], value, "{name}");
        }
    }
    let found = directory.find("emails[type eq \"WORK\"].value eq \"rin.sato@northbay.example\"").await;
    assert_eq!(found.json()["totalResults"], 1);
    let spelt = json!([{"op": "Replace", "path": "userName", "value": "RIN.sato@northbay.example"}]);
    let user = directory.patch(id, spelt).await.is(200).json();
    assert_eq!(user["userName"], "RIN.sato@northbay.example", "the latest spelling counts");
}

/// Entra quirk 28, L9: a group with Microsoft's private schema is a 501 with a way out, not a schema error;
/// so is every other write.
#[actix_web::test]
async fn entra_quirk_28_a_group_with_a_private_schema_is_501() {
    let (_world, directory) = entra_directory().await;
    let private = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
    let core = "urn:ietf:params:scim:schemas:core:2.0:Group";
    for schemas in [json!([private]), json!([core, private]), json!([core]), json!([])] {
        let body = json!({"schemas": schemas, "displayName": "Sales", "externalId": "8aa1a0c0"});
        for (method, path) in
            [("POST", "/Groups"), ("PUT", "/Groups/7"), ("PATCH", "/Groups/7"), ("DELETE", "/Groups/7")]
        {
            let refused = directory.send(method, path, Some(body.clone())).await;
            refused.is_scim_error(501, None).says("In Entra open").says("set Enabled to No");
        }
    }
    directory.send("GET", "/Groups/7?excludedAttributes=members", None).await.is_scim_error(404, None);
}

/// Entra quirk 29, S4: a PATCH answers 200 with the whole resource, also when it changed nothing.
#[actix_web::test]
async fn entra_quirk_29_a_patch_answers_with_the_resource() {
    let (_world, directory, id) = with_rin().await;
    for operation in [
        json!({"op": "Replace", "path": "title", "value": "Analyst"}),
        json!({"op": "Replace", "path": "title", "value": "Analyst"}),
        json!({"op": "replace", "value": {"active": true}}),
        json!({"op": "Remove", "path": "nickName"}),
    ] {
        let answer = directory.patch(&id, json!([operation])).await;
        assert_eq!(answer.is(200).header("content-type"), Some(SCIM));
        assert_eq!(answer.json(), directory.shown(&id).await, "{operation}");
        assert_eq!((&answer.json()["id"], &answer.json()["title"]), (&json!(id), &json!("Analyst")));
    }
}
