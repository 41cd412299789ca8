//! PATCH: what must be refused, and that a refusal changes nothing.

use super::super::check::{Check, Cost, Judged};
use super::super::expect::{PATCH_OP, declined, element, holds, keeps, must, refused, shown, skip, text};
use super::super::lab::{Lab, spare};
use super::super::line::Ask;
use super::patch::WORKS;
use serde_json::{Value, json};

/// The chapter.
pub const CHECKS: &[Check] = &[
    Check {
        id: "patch.no-target",
        title: "A replace of an element that is not there is refused as noTarget",
        source: "RFC 7644 §3.5.2.3, §3.12",
        sends: "PATCH /Users/{id}: replace phoneNumbers[type eq \"pager\"].value of a person without a pager",
        wants: "400 with scimType noTarget",
        cost: Cost { okta: "", entra: "", rfc: "Clients believe that they changed something." },
        fix: "Answer 400 noTarget when the bracket of a replace matches nothing (for Entra: create the \
            element).",
        needs: WORKS,
        run: |lab| Box::pin(no_target(lab)),
    },
    Check {
        id: "patch.remove-needs-path",
        title: "A remove without path is refused as noTarget",
        source: "RFC 7644 §3.5.2.2",
        sends: "PATCH /Users/{id}: remove, no path",
        wants: "400 with scimType noTarget",
        cost: Cost { okta: "", entra: "", rfc: "A client's slip removes everything, or seems to work." },
        fix: "Refuse a remove without path with 400 and scimType \"noTarget\".",
        needs: WORKS,
        run: |lab| Box::pin(remove_nothing(lab)),
    },
    Check {
        id: "patch.invalid-path",
        title: "A path that cannot be read is refused with 400",
        source: "RFC 7644 §3.5.2, §3.12 (invalidPath)",
        sends: "PATCH /Users/{id}: replace with path phoneNumbers[type eq",
        wants: "400",
        cost: Cost { okta: "", entra: "", rfc: "A client's fault looks like an outage, or seems to work." },
        fix: "Refuse it with 400 and scimType \"invalidPath\", never with 500.",
        needs: WORKS,
        run: |lab| {
            Box::pin(refuses(lab, json!([{"op": "replace", "path": "phoneNumbers[type eq", "value": "x"}])))
        },
    },
    Check {
        id: "patch.unknown-verb",
        title: "An operation nobody knows is refused with 400",
        source: "RFC 7644 §3.5.2 (add, remove or replace), §3.12",
        sends: "PATCH /Users/{id}: op frobnicate",
        wants: "400",
        cost: Cost { okta: "", entra: "", rfc: "Clients believe that something was done." },
        fix: "Refuse it with 400 and scimType \"invalidSyntax\".",
        needs: WORKS,
        run: |lab| Box::pin(refuses(lab, json!([{"op": "frobnicate", "path": "title", "value": "x"}]))),
    },
    Check {
        id: "patch.no-operations",
        title: "A PATCH without operations is refused with 400",
        source: "RFC 7644 §3.5.2 (Operations is required), §3.12",
        sends: "PATCH /Users/{id} with schemas alone",
        wants: "400",
        cost: Cost { okta: "", entra: "", rfc: "Clients believe that something was done." },
        fix: "Refuse it with 400 and scimType \"invalidSyntax\".",
        needs: WORKS,
        run: |lab| Box::pin(nothing(lab)),
    },
    Check {
        id: "patch.read-only",
        title: "A PATCH of the id is refused",
        source: "RFC 7644 §3.5.2 (readOnly MUST NOT be modified), §3.12 (mutability)",
        sends: "PATCH /Users/{id}: replace id",
        wants: "400, and the id stays",
        cost: Cost { okta: "", entra: "", rfc: "Clients believe that the id has changed, or it has." },
        fix: "Refuse changes of readOnly attributes with 400 and scimType \"mutability\".",
        needs: WORKS,
        run: |lab| Box::pin(read_only(lab)),
    },
    Check {
        id: "patch.atomic",
        title: "A PATCH is applied whole or not at all",
        source: "RFC 7644 §3.5.2 (atomic)",
        sends: "PATCH /Users/{id}: a good replace, then a remove without path",
        wants: "400, and the good one is not applied either",
        cost: Cost { okta: "", entra: "", rfc: "After a refusal nobody knows what the state is." },
        fix: "Apply all operations to a copy, and store it only when all went well.",
        needs: &["access.token", "create.answer", "patch.replace", "patch.remove-needs-path"],
        run: |lab| Box::pin(atomic(lab)),
    },
    Check {
        id: "patch.unknown-id",
        title: "A PATCH of an unknown id is 404",
        source: "RFC 7644 §3.12; Okta facts §12; Entra facts §8.4, §10",
        sends: "PATCH /Users/{an id nobody has}",
        wants: "404",
        cost: Cost {
            okta: "The task shows a wrong reason; a success hides that the person is gone.",
            entra: "InvalidAnchor is what tells the administrator to restart; anything else is retried for \
                nothing.",
            rfc: "Clients cannot tell who is gone from a fault.",
        },
        fix: "Look the id up first; answer 404 when nobody has it.",
        needs: &["access.token", "create.answer", "patch.active"],
        run: |lab| Box::pin(unknown(lab)),
    },
];

async fn refuses(lab: &mut Lab, operations: Value) -> Judged {
    let person = lab.person().await?;
    let answer = lab.patch(&person, operations).await;
    refused(&answer, &[400], None)
}

async fn no_target(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    keeps(&person.created, "/phoneNumbers")?;
    let path = "phoneNumbers[type eq \"pager\"].value";
    let answer =
        lab.patch(&person, json!([{"op": "replace", "path": path, "value": "+1-201-555-0177"}])).await;
    let made = answer.json.as_ref().is_some_and(|user| element(user, "phoneNumbers", "pager").is_some());
    if made {
        return skip(
            "the server creates the element instead, which the standard forbids and Entra ID needs (Entra \
                facts §7.1): who serves both must choose",
        );
    }
    refused(&answer, &[400], Some("noTarget"))
}

async fn remove_nothing(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let answer = lab.patch(&person, json!([{"op": "remove"}])).await;
    refused(&answer, &[400], Some("noTarget"))
}

async fn nothing(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let answer = lab.send(Ask::patch(person.path(), &json!({"schemas": [PATCH_OP]}))).await;
    refused(&answer, &[400], None)
}

async fn read_only(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let answer = lab.patch(&person, json!([{"op": "replace", "path": "id", "value": "another"}])).await;
    let user = lab.read(&person).await?;
    must(text(&user, "/id") == person.id, || format!("the id is now {:?}", text(&user, "/id")))?;
    refused(&answer, &[400], None)
}

async fn atomic(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let name = spare(&person.created)?;
    let before = person.created.get(name).cloned().unwrap_or(Value::Null);
    let good = json!({"op": "replace", "path": name, "value": "Archivist"});
    let answer = lab.patch(&person, json!([good, {"op": "remove"}])).await;
    if !declined(&answer) {
        return skip(format!("the bad operation was taken: {}", shown(&answer)));
    }
    let user = lab.read(&person).await?;
    holds(&user, &format!("/{name}"), &before, "after a PATCH that was refused")
}

async fn unknown(lab: &mut Lab) -> Judged {
    let body = json!({"schemas": [PATCH_OP], "Operations": [{"op": "replace", "value": {"active": false}}]});
    let answer = lab.send(Ask::patch("/Users/00000000-dead-4bad-8bad-000000000000", &body)).await;
    refused(&answer, &[404], None)
}
