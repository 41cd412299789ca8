//! What only Entra asks for: the shapes of its PATCHes.

use super::super::check::{Check, Cost, Judged};
use super::super::expect::{ENTERPRISE, element, holds, keeps, lacks, must, shown, skip, text};
use super::super::lab::{Lab, taken};
use super::ENTRA_ESCROW;
use super::patch::WORKS;
use serde_json::{Value, json};

/// What stands on a change of state.
const ACTIVE: &[&str] = &["access.token", "create.answer", "patch.active"];

const fn cost(entra: &'static str) -> Cost {
    Cost { okta: "", entra, rfc: "" }
}

/// The chapter.
pub const CHECKS: &[Check] = &[
    Check {
        id: "entra.disable-as-text",
        title: "A disable may come as the text \"False\"",
        source: "Entra facts §8.1, §13.2",
        sends: "PATCH: Replace active \"False\"",
        wants: "200 or 204; active false as a boolean in a later GET",
        cost: cost("Without the flag every disable comes like this: whoever leaves keeps access."),
        fix: "Read \"True\" and \"False\" in any case where a boolean is due.",
        needs: ACTIVE,
        run: |lab| Box::pin(disable(lab, "Replace")),
    },
    Check {
        id: "entra.disable-by-add",
        title: "A disable may come as an Add",
        source: "Entra facts §8.1 (reported), §13.3",
        sends: "PATCH: Add active \"False\"",
        wants: "200 or 204; active false in a later GET",
        cost: cost("Whoever leaves keeps access."),
        fix: "Treat Add of a single value as Replace.",
        needs: &["access.token", "create.answer", "entra.disable-as-text"],
        run: |lab| Box::pin(disable(lab, "Add")),
    },
    Check {
        id: "entra.dotted-keys",
        title: "The keys of a value without path are paths",
        source: "Entra facts §7.2, §13.5",
        sends: "PATCH: replace, value {\"displayName\", \"name.familyName\", \"urn:...:User:department\"}",
        wants: "200 or 204; all three in a later GET",
        cost: cost("With aadOptscim062020 names and departments never change, and nobody is told."),
        fix: "Expand dotted and URN keys of a value without path as if each were a path.",
        needs: &["access.token", "create.answer", "patch.no-path"],
        run: |lab| Box::pin(dotted(lab)),
    },
    Check {
        id: "entra.creates-element",
        title: "A value path that matches nothing creates the element",
        source: "Entra facts §7.1, §13.4",
        sends: "PATCH: Add, then Replace, phoneNumbers[type eq \"mobile\"].value of a person without a \
            mobile",
        wants: "200 or 204; the mobile number in a later GET",
        cost: cost("noTarget, the standard's answer, breaks Entra: the whole PATCH goes to escrow."),
        fix: "Create {\"type\": \"mobile\", \"value\": ...} when the bracket matches nothing.",
        needs: WORKS,
        run: |lab| Box::pin(creates(lab)),
    },
    Check {
        id: "entra.empty-clears",
        title: "An empty text clears an attribute",
        source: "Entra facts §6 (gallery test), §13.20",
        sends: "PATCH: Replace title with \"\"",
        wants: "200 or 204; no title, or an empty one, in a later GET",
        cost: cost("The gallery's test fails; what was cleared stays."),
        fix: "Take an empty text as a removal of an optional attribute.",
        needs: WORKS,
        run: |lab| Box::pin(clears(lab)),
    },
    Check {
        id: "entra.remove-with-value",
        title: "A Remove may carry a value",
        source: "Entra facts §7.3",
        sends: "PATCH: Remove title with a value beside it",
        wants: "200 or 204; no title in a later GET",
        cost: cost(ENTRA_ESCROW),
        fix: "Ignore the value of a remove that has a path.",
        needs: WORKS,
        run: |lab| Box::pin(remove(lab)),
    },
    Check {
        id: "entra.manager-as-text",
        title: "A manager may come as a bare id",
        source: "Entra facts §7.4, §13.16 to §13.18",
        sends: "PATCH: Add urn:...:User:manager \"{id}\"",
        wants: "200 or 204; manager as an object with that value in a later GET",
        cost: cost(
            "A manager in another shape than an object fails every managed person at the matching step; \
                one that is not shown is sent again every cycle.",
        ),
        fix: "Take the bare id, keep it, and answer {\"value\": id} under the enterprise URN.",
        needs: WORKS,
        run: |lab| Box::pin(manager_as_text(lab)),
    },
    Check {
        id: "entra.manager-as-array",
        title: "A manager may come as an array, under its short name",
        source: "Entra facts §7.4, §13.16",
        sends: "PATCH: Add manager [{\"$ref\", \"value\"}]",
        wants: "200 or 204; manager as an object with that value in a later GET",
        cost: cost("Managers are never set: a reference failure in every cycle."),
        fix: "Take the first element's value, and the short path as the enterprise extension's.",
        needs: &["access.token", "create.answer", "entra.manager-as-text"],
        run: |lab| Box::pin(manager_as_array(lab)),
    },
    Check {
        id: "entra.roles-as-text",
        title: "Roles that are JSON within a text do not break the PATCH",
        source: "Entra facts §7.5, §13.14",
        sends: "PATCH: Add roles [{\"value\": \"{\\\"id\\\":...,\\\"value\\\":\\\"viewer\\\"}\"}]",
        wants: "200 or 204",
        cost: cost("Everybody with an app role goes to escrow, with all other changes of the same PATCH."),
        fix: "Parse a role's value as JSON when it is JSON, and take its value member.",
        needs: WORKS,
        run: |lab| Box::pin(roles(lab)),
    },
    Check {
        id: "entra.soft-delete",
        title: "A disable that comes with a rewritten userName is taken",
        source: "Entra facts §8.3, §13.12 (reported)",
        sends: "PATCH: Replace userName \"{32 hex digits}{name}\" and active \"False\"; then both back",
        wants: "200 or 204 both times; active as sent in a later GET",
        cost: cost("Whoever is deleted in Entra ID keeps access; after a restore every cycle fails."),
        fix: "Apply the deactivation whatever the new name looks like, and let it be renamed back.",
        needs: ACTIVE,
        run: |lab| Box::pin(soft_delete(lab)),
    },
];

async fn disable(lab: &mut Lab, op: &str) -> Judged {
    let person = lab.person().await?;
    let user = lab.patched(&person, json!([{"op": op, "path": "active", "value": "False"}])).await?;
    holds(&user, "/active", &json!(false), "after the disable")
}

async fn dotted(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let value = json!({"displayName": "Robin Berg", "name.familyName": "Examiner-Berg",
        format!("{ENTERPRISE}:department"): "Research"});
    let user = lab.patched(&person, json!([{"op": "replace", "value": value}])).await?;
    holds(&user, "/name/familyName", &json!("Examiner-Berg"), "after the PATCH")?;
    holds(&user, "/displayName", &json!("Robin Berg"), "after the PATCH")?;
    holds(&user, &format!("/{ENTERPRISE}/department"), &json!("Research"), "after the PATCH")
}

async fn creates(lab: &mut Lab) -> Judged {
    for op in ["Add", "Replace"] {
        let person = lab.person().await?;
        keeps(&person.created, "/phoneNumbers")?;
        let path = "phoneNumbers[type eq \"mobile\"].value";
        let user =
            lab.patched(&person, json!([{"op": op, "path": path, "value": "+1-201-555-0177"}])).await?;
        let mobile = element(&user, "phoneNumbers", "mobile").map(|one| text(one, "/value").to_owned());
        must(mobile.as_deref() == Some("+1-201-555-0177"), || {
            format!("after {op}, the mobile number is {mobile:?}")
        })?;
    }
    Ok(())
}

async fn clears(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    keeps(&person.created, "/title")?;
    let user = lab.patched(&person, json!([{"op": "Replace", "path": "title", "value": ""}])).await?;
    lacks(&user, "/title", "after the PATCH")
}

async fn remove(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    keeps(&person.created, "/title")?;
    let user = lab.patched(&person, json!([{"op": "Remove", "path": "title", "value": "Analyst"}])).await?;
    lacks(&user, "/title", "after the remove")
}

async fn manager(lab: &mut Lab, shape: fn(&str) -> Value) -> Judged {
    let (person, boss) = (lab.person().await?, lab.person().await?);
    let user = lab.patched(&person, json!([shape(&boss.id)])).await?;
    let pointer = format!("/{ENTERPRISE}/manager");
    let told = user.pointer(&pointer).cloned().unwrap_or_default();
    must(told.is_object(), || format!("manager is {told}"))?;
    holds(&user, &format!("{pointer}/value"), &json!(boss.id), "after the PATCH")
}

async fn manager_as_text(lab: &mut Lab) -> Judged {
    manager(lab, |id| json!({"op": "Add", "path": format!("{ENTERPRISE}:manager"), "value": id})).await
}

async fn manager_as_array(lab: &mut Lab) -> Judged {
    manager(lab, |id| {
        let reference = json!([{"$ref": format!("../Users/{id}"), "value": id}]);
        json!({"op": "Add", "path": "manager", "value": reference})
    })
    .await
}

async fn roles(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let role =
        json!({"id": "25aa9f8e-0000-4000-8000-000000000001", "value": "viewer", "displayName": "Viewer"});
    let answer = lab
        .patch(&person, json!([{"op": "Add", "path": "roles", "value": [{"value": role.to_string()}]}]))
        .await;
    match answer.detail() {
        Some(detail) if answer.status == 501 => {
            skip(format!("the server has no roles, and says so: {detail}"))
        }
        _ => {
            taken(&answer).map_err(|_| super::super::check::Stop::Fail(format!("it got {}", shown(&answer))))
        }
    }
}

async fn soft_delete(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let raw = format!("0f3c9d7e5b1a4c2e8f60{:0>12}{}", lab.mark(), person.user_name);
    let change = |name: &str, state: &str| {
        json!([{"op": "Replace", "path": "userName", "value": name},
            {"op": "Replace", "path": "active", "value": state}])
    };
    let user = lab.patched(&person, change(&raw, "False")).await?;
    holds(&user, "/active", &json!(false), "after the soft delete")?;
    let user = lab.patched(&person, change(&person.user_name, "True")).await?;
    holds(&user, "/active", &json!(true), "after the restore")?;
    must(text(&user, "/userName").eq_ignore_ascii_case(&person.user_name), || {
        format!("after the restore, userName is {:?}", text(&user, "/userName"))
    })
}
