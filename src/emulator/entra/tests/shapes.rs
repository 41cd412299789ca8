//! The PATCH shapes of both dialects, compared with the fact sheet.

use serde_json::{Value, json};

use super::{Dialect, RIN, Reply, exported, rin, shown};
use crate::emulator::entra::{DisableShape, ManagerShape, Person, Reassign, Role, RoleExpression};

const URN: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn changed(rin: &Person) -> Person {
    let mut changed = rin.renamed("rin.berg@northbay.example").with_title("Analyst");
    changed.family = "Berg".to_owned();
    changed.employee_id = Some("4711".to_owned());
    changed
}

/// Entra facts §7.1: one operation an attribute, `Add` for what was empty.
#[tokio::test]
async fn plain_updates_are_single_capitalised_operations() {
    let rin = rin();
    let (stub, mut job) =
        exported(Dialect::Plain, &rin, vec![Reply::scim(200, shown("s1")), Reply::none(204)]).await;
    assert!(job.update(&changed(&rin)).await.ok());
    assert_eq!(stub.lines()[2..], ["GET /scim/v2/Users/s1", "PATCH /scim/v2/Users/s1"]);
    let new = "rin.berg@northbay.example";
    let expected = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [
        {"op": "Replace", "path": "userName", "value": new},
        {"op": "Add", "path": "title", "value": "Analyst"},
        {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": new},
        {"op": "Replace", "path": "name.familyName", "value": "Berg"},
        {"op": "Add", "path": format!("{URN}:employeeNumber"), "value": "4711"},
    ]});
    assert_eq!(stub.requests()[3].body, expected.to_string());
}

/// Entra facts §7.2: folded, lower case, dotted and URN keys.
#[tokio::test]
async fn flagged_updates_fold_single_values_under_dotted_keys() {
    let rin = rin();
    let (stub, mut job) =
        exported(Dialect::Flag, &rin, vec![Reply::scim(200, shown("s1")), Reply::none(204)]).await;
    assert!(job.update(&changed(&rin)).await.ok());
    let new = "rin.berg@northbay.example";
    let expected = json!([
        {"op": "replace", "path": "emails[type eq \"work\"].value", "value": new},
        {"op": "replace", "value": {"userName": new, "name.familyName": "Berg"}},
        {"op": "add", "value": {"title": "Analyst", format!("{URN}:employeeNumber"): "4711"}},
    ]);
    assert_eq!(stub.requests()[3].json()["Operations"], expected);
}

/// Entra facts §8.1: every shape of a deactivation.
#[tokio::test]
async fn a_person_is_disabled_in_every_shape() {
    let cases = [
        (Dialect::Plain, DisableShape::Usual, json!({"op": "Replace", "path": "active", "value": "False"})),
        (Dialect::Flag, DisableShape::Usual, json!({"op": "replace", "path": "active", "value": false})),
        (Dialect::Plain, DisableShape::Add, json!({"op": "Add", "path": "active", "value": "False"})),
        (
            Dialect::Flag,
            DisableShape::CapitalBoolean,
            json!({"op": "Replace", "path": "active", "value": false}),
        ),
    ];
    for (dialect, shape, operation) in cases {
        let rin = rin();
        let (stub, mut job) = exported(dialect, &rin, vec![Reply::none(204), Reply::none(204)]).await;
        assert!(job.disable_as(&rin, shape).await.ok());
        assert_eq!(stub.requests()[2].json()["Operations"], json!([operation]));
        assert!(job.enable(&rin).await.ok());
        let back = stub.requests()[3].json()["Operations"][0]["value"].clone();
        assert_eq!(back, if dialect == Dialect::Plain { json!("True") } else { json!(true) });
    }
}

/// Entra facts §8.4, both sequences.
#[tokio::test]
async fn a_reassignment_patches_the_old_id_or_posts() {
    let new = "rin.king@northbay.example";
    for way in [Reassign::PatchOldId, Reassign::Post] {
        let rin = rin();
        let mut again = shown("s2");
        again["userName"] = json!(new);
        again["emails"][0]["value"] = json!(new);
        let last = if way == Reassign::Post { Reply::scim(201, again) } else { Reply::none(204) };
        let (stub, mut job) =
            exported(Dialect::Plain, &rin, vec![Reply::none(204), Reply::list(&[]), last]).await;
        job.unassign(&rin).await;
        assert!(
            job.update(&rin.with_title("x")).await.exchanges.is_empty(),
            "out of scope, edits are not sent"
        );
        let moved = rin.renamed(new);
        let outcome = job.reassign(&moved, way).await;
        assert!(outcome.ok(), "{way:?} {outcome:?}");
        assert_eq!(
            stub.lines()[3],
            "GET /scim/v2/Users?filter=userName+eq+%22rin.king%40northbay.example%22"
        );
        if way == Reassign::Post {
            assert_eq!(stub.lines()[4], "POST /scim/v2/Users");
            assert_eq!(job.id_of(&moved), Some("s2"));
        } else {
            assert_eq!(stub.lines()[4], "PATCH /scim/v2/Users/s1");
            assert_eq!(
                stub.requests()[4].json()["Operations"],
                json!([{"op": "Replace", "path": "userName", "value": new},
                    {"op": "Replace", "path": "active", "value": "True"},
                    {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": new}])
            );
        }
    }
}

/// Entra facts §8.3.
#[tokio::test]
async fn the_recycle_bin_rewrites_the_upn_and_restore_gives_it_back() {
    let rin = rin();
    let answers = vec![Reply::none(204), Reply::list(&[]), Reply::none(204), Reply::none(204)];
    let (stub, mut job) = exported(Dialect::Plain, &rin, answers).await;
    assert!(job.soft_delete(&rin).await.ok());
    let recycled = rin.recycled_upn();
    assert_eq!(recycled.len(), 32 + RIN.len());
    assert_eq!(
        stub.requests()[2].json()["Operations"],
        json!([{"op": "Replace", "path": "userName", "value": recycled},
            {"op": "Replace", "path": "active", "value": "False"}])
    );
    assert!(job.restore(&rin).await.ok());
    assert_eq!(stub.requests()[4].json()["Operations"][0]["value"], RIN);
    assert!(job.hard_delete(&rin).await.ok());
    assert_eq!(stub.lines()[5], "DELETE /scim/v2/Users/s1");
    assert_eq!(job.id_of(&rin), None);
}

/// Entra facts §8.1: unassigned first, purged later: nothing more.
#[tokio::test]
async fn somebody_unassigned_is_never_deleted() {
    let rin = rin();
    let (stub, mut job) = exported(Dialect::Plain, &rin, vec![Reply::none(204)]).await;
    job.unassign(&rin).await;
    for outcome in [job.soft_delete(&rin).await, job.hard_delete(&rin).await, job.unassign(&rin).await] {
        assert!(outcome.exchanges.is_empty() && outcome.note.is_some());
    }
    assert_eq!(stub.requests().len(), 3);
}

/// Entra facts §7.4.
#[tokio::test]
async fn a_manager_is_an_array_a_string_or_nothing() {
    let rin = rin();
    let boss = Person::new("Mio", "Abe", RIN);
    let mut boss_shown = shown("m1");
    boss_shown["externalId"] = json!("rin.sato");
    boss_shown["displayName"] = json!("Mio Abe");
    boss_shown["name"] = json!({"formatted": "Mio Abe", "givenName": "Mio", "familyName": "Abe"});
    let answers = vec![
        Reply::list(&[]),
        Reply::scim(201, boss_shown),
        Reply::list(&[]),
        Reply::none(204),
        Reply::list(&[]),
        Reply::none(204),
        Reply::none(204),
    ];
    let (stub, mut job) = exported(Dialect::Plain, &rin, answers).await;
    assert!(job.provision(&boss).await.ok());
    let operation = |at: usize| -> Value { stub.requests()[at].json()["Operations"][0].clone() };
    job.set_manager(&rin, Some(&boss), ManagerShape::DocumentedArray).await;
    assert_eq!(
        stub.lines()[4],
        "GET /scim/v2/Users?filter=id+eq+%22s1%22+and+manager+eq+%22m1%22&attributes=id"
    );
    let reference = format!("{}/Users/m1", stub.target());
    assert_eq!(
        operation(5),
        json!({"op": "Add", "path": "manager", "value": [{"$ref": reference, "value": "m1"}]})
    );
    job.set_manager(&rin, Some(&boss), ManagerShape::BareString).await;
    assert_eq!(operation(7), json!({"op": "Replace", "path": format!("{URN}:manager"), "value": "m1"}));
    job.set_manager(&rin, None, ManagerShape::BareString).await;
    assert_eq!(operation(8), json!({"op": "Replace", "path": format!("{URN}:manager"), "value": ""}));
}

/// Entra facts §7.5, column PATCH.
#[tokio::test]
async fn roles_are_strings_in_strings_unless_flagged_or_assertive() {
    let admin = Role { id: "r1".to_owned(), value: "Admin".to_owned(), display: "Administrator".to_owned() };
    let text = r#"{"id":"r1","value":"Admin","displayName":"Administrator"}"#;
    let kind = "WindowsAzureActiveDirectoryRole";
    let cases = [
        (
            Dialect::Plain,
            RoleExpression::Single,
            json!({"op": "Add", "path": "roles", "value": [{"value": text}]}),
        ),
        (
            Dialect::Plain,
            RoleExpression::Complex,
            json!({"op": "Add", "path": "roles", "value": [{"value": text}, {"value": text}]}),
        ),
        (
            Dialect::Plain,
            RoleExpression::SinglePath,
            json!({"op": "Replace", "path": "roles[primary eq \"True\"].value", "value": "Admin"}),
        ),
        (
            Dialect::Plain,
            RoleExpression::Assertive,
            json!({"op": "replace", "path": "roles", "value": [
                {"primary": false, "value": "Admin", "display": "Administrator"},
                {"primary": false, "value": "Admin", "display": "Administrator"}]}),
        ),
        (
            Dialect::Flag,
            RoleExpression::Single,
            json!({"op": "add", "path": "roles",
                "value": [{"primary": true, "type": kind, "value": "Admin"}]}),
        ),
    ];
    for (dialect, expression, expected) in cases {
        let mut rin = rin();
        let (stub, mut job) = exported(dialect, &rin, vec![Reply::none(204)]).await;
        rin.roles = vec![admin.clone(), admin.clone()];
        assert!(job.set_roles(&rin, expression).await.ok());
        assert_eq!(stub.requests()[2].json()["Operations"], json!([expected]));
    }
}

/// Entra facts §1, §13.25: on-demand runs ignore the flag.
#[tokio::test]
async fn on_demand_checks_first_and_writes_old_shapes() {
    let rin = rin();
    let answers = vec![Reply::list(&[]), Reply::scim(200, shown("s1")), Reply::none(204)];
    let (stub, mut job) = exported(Dialect::Flag, &rin, answers).await;
    assert!(job.on_demand(&rin.with_title("Lead")).await.ok());
    assert!(stub.lines()[2].contains("userName+eq+%22"));
    assert_eq!(
        stub.requests()[4].json()["Operations"],
        json!([{"op": "Add", "path": "title", "value": "Lead"}])
    );
}
