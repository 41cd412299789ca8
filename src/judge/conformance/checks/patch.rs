//! PATCH: single changes, in the forms that the standard and the IdPs send.

use super::super::check::{Check, Cost, Judged, Profile};
use super::super::expect::{self, declined, holds, keeps, lacks, must};
use super::super::lab::{Lab, spare, taken, unless_policy};
use super::{ENTRA_ESCROW, OKTA_TASK, PERSON};
use serde_json::{Value, json};

/// What later PATCHes stand on.
pub const WORKS: &[&str] = &["access.token", "create.answer", "patch.replace"];

/// The chapter.
pub const CHECKS: &[Check] = &[
    Check {
        id: "patch.replace",
        title: "A PATCH replaces a simple attribute named by its path",
        source: "RFC 7644 §3.5.2.3; Entra facts §7.1",
        sends: "PATCH /Users/{id}: replace displayName (Entra: \"Replace\")",
        wants: "200 with the User or 204; the new value in a later GET",
        cost: Cost {
            okta: "",
            entra: "Entra changes people by PATCH only: every change goes to escrow.",
            rfc: "Clients cannot change anything without replacing everything.",
        },
        fix: "Implement PATCH with op, path and value; read op without regard to case.",
        needs: PERSON,
        run: |lab| Box::pin(replace(lab)),
    },
    Check {
        id: "patch.no-path",
        title: "A PATCH without path applies an object of attributes",
        source: "RFC 7644 §3.5.2.3; Okta facts §7.2; Entra facts §7.2",
        sends: "PATCH /Users/{id}: replace, no path, value {\"displayName\": ...}",
        wants: "200 or 204; the new value in a later GET",
        cost: Cost {
            okta: OKTA_TASK,
            entra: "With aadOptscim062020 most changes come like this: they go to escrow.",
            rfc: "Clients that send several attributes at once are refused or ignored.",
        },
        fix: "Without path, apply the value's members one by one to the resource.",
        needs: PERSON,
        run: |lab| Box::pin(no_path(lab)),
    },
    Check {
        id: "patch.merges",
        title: "A PATCH of part of name keeps the rest of it",
        source: "RFC 7644 §3.5.2.3; Okta facts §7.2",
        sends: "PATCH /Users/{id}: replace, no path, value {\"name\": {\"givenName\": ...}}",
        wants: "the new givenName and the old familyName",
        cost: Cost {
            okta: "A pushed first name wipes the last name.",
            entra: "",
            rfc: "Clients lose what they did not mention.",
        },
        fix: "Merge the members of a complex attribute instead of replacing the whole.",
        needs: &["access.token", "create.answer", "patch.no-path"],
        run: |lab| Box::pin(merges(lab)),
    },
    Check {
        id: "patch.add",
        title: "An add of a single value sets it, whether there was one or not",
        source: "RFC 7644 §3.5.2.1; Entra facts §7.1 (Add is used like Replace)",
        sends: "PATCH /Users/{id}: add nickName or title, twice with different values",
        wants: "200 or 204; the second value in a later GET",
        cost: Cost { okta: "", entra: ENTRA_ESCROW, rfc: "Clients cannot fill what is empty, or change it." },
        fix: "Treat add of a single-valued attribute as replace.",
        needs: WORKS,
        run: |lab| Box::pin(add(lab)),
    },
    Check {
        id: "patch.remove",
        title: "A remove takes an attribute away",
        source: "RFC 7644 §3.5.2.2",
        sends: "PATCH /Users/{id}: remove title",
        wants: "200 or 204; no title in a later GET",
        cost: Cost { okta: "", entra: "", rfc: "Clients cannot clear an attribute." },
        fix: "Unassign the attribute that the path names.",
        needs: WORKS,
        run: |lab| Box::pin(remove(lab)),
    },
    Check {
        id: "patch.order",
        title: "Operations are applied in the order they are sent",
        source: "RFC 7644 §3.5.2",
        sends: "PATCH /Users/{id}: three replaces of one attribute",
        wants: "the last value in a later GET",
        cost: Cost { okta: "", entra: "", rfc: "Clients get the result of another sequence." },
        fix: "Apply operations one after the other, each to the result of the one before.",
        needs: WORKS,
        run: |lab| Box::pin(order(lab)),
    },
    Check {
        id: "patch.active",
        title: "A PATCH of active deactivates and reactivates",
        source: "RFC 7643 §4.1.1; Okta facts §7.2, §8; Entra facts §8.1",
        sends: "PATCH /Users/{id}: active false, then true (Okta: without path; Entra: with path)",
        wants: "200 or 204; the state in a later GET each time",
        cost: Cost {
            okta: "Whoever leaves keeps access; whoever returns stays out.",
            entra: "Whoever leaves keeps access; whoever returns stays out.",
            rfc: "Clients cannot take access away.",
        },
        fix: "Let active be PATCHed, with and without path, in both directions.",
        needs: PERSON,
        run: |lab| Box::pin(active(lab)),
    },
    Check {
        id: "patch.rename",
        title: "A person who was renamed by PATCH is found under the new name",
        source: "RFC 7644 §3.5.2.3; Okta facts §7.3; Entra facts §8.2 (\"update joining property\")",
        sends: "PATCH /Users/{id}: replace userName and the work address, then a lookup of it",
        wants: "200 or 204, and the lookup finds the same id",
        cost: Cost {
            okta: "A task says so, and a later deactivation may never be sent (Okta facts §7.3).",
            entra: "The whole PATCH is refused with every other change in it, each cycle, for 28 days.",
            rfc: "Clients cannot rename people.",
        },
        fix: "Let userName change, or refuse it with a detail that tells the administrator what to do.",
        needs: &["access.token", "create.answer", "filter.user-name", "patch.active"],
        run: |lab| Box::pin(rename(lab)),
    },
    Check {
        id: "patch.last-modified",
        title: "A change moves meta.lastModified and leaves meta.created",
        source: "RFC 7643 §3.1",
        sends: "PATCH /Users/{id}, with a GET before and after",
        wants: "created as before; lastModified not before created, and not missing",
        cost: Cost { okta: "", entra: "", rfc: "Clients that ask what changed miss the change." },
        fix: "Set meta.lastModified with every change, and meta.created once.",
        needs: WORKS,
        run: |lab| Box::pin(moved(lab)),
    },
];

/// The verb as the profile's IdP writes it.
fn verb(lab: &Lab, plain: &'static str, capital: &'static str) -> &'static str {
    if lab.profile == Profile::Entra { capital } else { plain }
}

async fn replace(lab: &mut Lab) -> Judged {
    lab.unless_denied("patch")?;
    let person = lab.person().await?;
    let name = spare(&person.created)?;
    let op = verb(lab, "replace", "Replace");
    let user = lab.patched(&person, json!([{"op": op, "path": name, "value": "Archivist"}])).await?;
    holds(&user, &format!("/{name}"), &json!("Archivist"), "after the PATCH")
}

async fn no_path(lab: &mut Lab) -> Judged {
    lab.unless_denied("patch")?;
    let person = lab.person().await?;
    let name = spare(&person.created)?;
    let user = lab.patched(&person, json!([{"op": "replace", "value": {name: "Archivist"}}])).await?;
    holds(&user, &format!("/{name}"), &json!("Archivist"), "after the PATCH")
}

async fn merges(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let part = json!([{"op": "replace", "value": {"name": {"givenName": "Sasha"}}}]);
    let user = lab.patched(&person, part).await?;
    holds(&user, "/name/givenName", &json!("Sasha"), "after the PATCH")?;
    holds(&user, "/name/familyName", &json!("Examiner"), "after a PATCH that did not mention it")
}

async fn add(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let name = spare(&person.created)?;
    let op = verb(lab, "add", "Add");
    lab.patched(&person, json!([{"op": op, "path": name, "value": "Archivist"}])).await?;
    let user = lab.patched(&person, json!([{"op": op, "path": name, "value": "Curator"}])).await?;
    holds(&user, &format!("/{name}"), &json!("Curator"), "after the second add")
}

async fn remove(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    keeps(&person.created, "/title")?;
    let user = lab.patched(&person, json!([{"op": "remove", "path": "title"}])).await?;
    lacks(&user, "/title", "after the remove")
}

async fn order(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let name = spare(&person.created)?;
    let one = |value: &str| json!({"op": "replace", "path": name, "value": value});
    let user = lab.patched(&person, json!([one("First"), one("Second"), one("Third")])).await?;
    holds(&user, &format!("/{name}"), &json!("Third"), "after three replaces")
}

async fn active(lab: &mut Lab) -> Judged {
    lab.unless_denied("patch")?;
    let person = lab.person().await?;
    if lab.profile == Profile::Rfc {
        keeps(&person.created, "/active")?;
    }
    for state in [false, true] {
        let operation = match lab.profile {
            Profile::Okta => json!({"op": "replace", "value": {"active": state}}),
            Profile::Entra => json!({"op": "Replace", "path": "active", "value": state}),
            Profile::Rfc => json!({"op": "replace", "path": "active", "value": state}),
        };
        let user = lab.patched(&person, json!([operation])).await?;
        holds(&user, "/active", &json!(state), "after the PATCH")?;
    }
    Ok(())
}

async fn rename(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let name = lab.fresh();
    let operations = match lab.profile {
        Profile::Okta => json!([{"op": "replace", "value": {"userName": name,
            "emails": [{"primary": true, "type": "work", "value": name}]}}]),
        _ => {
            let op = verb(lab, "replace", "Replace");
            json!([{"op": op, "path": "userName", "value": name},
                {"op": op, "path": "emails[type eq \"work\"].value", "value": name}])
        }
    };
    let answer = lab.patch(&person, operations).await;
    if declined(&answer) {
        return unless_policy(&answer, "userName and address");
    }
    taken(&answer)?;
    let page = lab.find(&Lab::by_name(&name)).await?;
    must(page.has(&person.id), || "a lookup of the new name does not find the person".to_owned())
}

async fn moved(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let before = lab.read(&person).await?;
    keeps(&before, "/meta/created")?;
    let name = spare(&before)?;
    let after = lab.patched(&person, json!([{"op": "replace", "path": name, "value": "Archivist"}])).await?;
    let told = |user: &Value, name: &str| expect::text(user, &format!("/meta/{name}")).to_owned();
    let created = told(&before, "created");
    must(told(&after, "created") == created, || {
        format!("meta.created was {created} and is now {}", told(&after, "created"))
    })?;
    must(
        told(&after, "lastModified") >= told(&before, "lastModified")
            && !told(&after, "lastModified").is_empty(),
        || {
            format!(
                "meta.lastModified was {} and is {:?}",
                told(&before, "lastModified"),
                told(&after, "lastModified")
            )
        },
    )
}
