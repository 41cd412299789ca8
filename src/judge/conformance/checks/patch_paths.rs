//! PATCH: the forms a path may take, and multi-valued attributes.

use super::super::check::{Check, Cost, Judged, Profile};
use super::super::expect::{ENTERPRISE, USER, element, fail, holds, must, skip, text};
use super::super::lab::{Lab, Person};
use super::ENTRA_ESCROW;
use super::patch::WORKS;
use serde_json::{Value, json};

/// The chapter.
pub const CHECKS: &[Check] = &[
    Check {
        id: "patch.part",
        title: "A path may name a part of a complex attribute",
        source: "RFC 7644 §3.5.2, Figure 7; Entra facts §7.1",
        sends: "PATCH /Users/{id}: replace name.familyName",
        wants: "the new familyName and the old givenName in a later GET",
        cost: Cost { okta: "", entra: ENTRA_ESCROW, rfc: "Clients cannot change a last name alone." },
        fix: "Follow the dot in a path, and keep the other parts.",
        needs: WORKS,
        run: |lab| Box::pin(part(lab)),
    },
    Check {
        id: "patch.path-case",
        title: "Names in a path are read in any case",
        source: "RFC 7643 §2.1; Entra facts §7.1 (Microsoft's own table writes .Value)",
        sends: "PATCH /Users/{id}: replace NAME.FamilyName",
        wants: "the new familyName in a later GET",
        cost: Cost { okta: "", entra: ENTRA_ESCROW, rfc: "Clients with another spelling are refused." },
        fix: "Compare the names in a path without regard to case.",
        needs: &["access.token", "create.answer", "patch.part"],
        run: |lab| Box::pin(other_case(lab)),
    },
    Check {
        id: "patch.urn-path",
        title: "A path may begin with the URN of the schema",
        source: "RFC 7644 §3.5.2, §3.10",
        sends: "PATCH /Users/{id}: replace urn:ietf:params:scim:schemas:core:2.0:User:name.familyName",
        wants: "the new familyName in a later GET",
        cost: Cost {
            okta: "",
            entra: "",
            rfc: "Clients that qualify names, as the standard tells them, are refused.",
        },
        fix: "Strip the URN of the core schema from a path before following it.",
        needs: &["access.token", "create.answer", "patch.part"],
        run: |lab| Box::pin(qualified(lab)),
    },
    Check {
        id: "patch.extension-path",
        title: "A path reaches into the enterprise extension",
        source: "RFC 7644 §3.10; RFC 7643 §4.3; Entra facts §7.1",
        sends: "PATCH /Users/{id}: replace urn:...:enterprise:2.0:User:employeeNumber of a person who has \
            none",
        wants: "the number under the extension's URN in a later GET",
        cost: Cost {
            okta: "",
            entra: "Department, employee number and manager never change: the whole PATCH goes to escrow.",
            rfc: "Clients cannot change attributes of the extension.",
        },
        fix: "Split a path at the last colon behind the extension's URN, and create the extension when it \
            is missing.",
        needs: WORKS,
        run: |lab| Box::pin(extension(lab)),
    },
    Check {
        id: "patch.value-path",
        title: "A path with a condition changes the element that it matches",
        source: "RFC 7644 §3.5.2, Figure 7; Entra facts §7.1",
        sends: "PATCH /Users/{id}: replace phoneNumbers[type eq \"work\"].value, with a mobile number \
            beside it",
        wants: "the new work number and the old mobile number in a later GET",
        cost: Cost { okta: "", entra: ENTRA_ESCROW, rfc: "Clients cannot change one number of several." },
        fix: "Apply the operation to the elements that the bracket matches, and only to them.",
        needs: WORKS,
        run: |lab| Box::pin(matched(lab)),
    },
    Check {
        id: "patch.add-element",
        title: "An add to a multi-valued attribute appends",
        source: "RFC 7644 §3.5.2.1",
        sends: "PATCH /Users/{id}: add phoneNumbers [{type mobile}]",
        wants: "both numbers in a later GET",
        cost: Cost { okta: "", entra: "", rfc: "Clients that add a value lose those that were there." },
        fix: "Append on add; replace the whole only on replace.",
        needs: WORKS,
        run: |lab| Box::pin(appended(lab)),
    },
    Check {
        id: "patch.replace-all",
        title: "A replace of a multi-valued attribute replaces all of it",
        source: "RFC 7644 §3.5.2.3",
        sends: "PATCH /Users/{id}: replace phoneNumbers [{type mobile}]",
        wants: "the mobile number alone in a later GET",
        cost: Cost { okta: "", entra: "", rfc: "Clients cannot get rid of old values." },
        fix: "On replace without a condition, put the new array in place of the old one.",
        needs: WORKS,
        run: |lab| Box::pin(replaced(lab)),
    },
    Check {
        id: "patch.remove-element",
        title: "A remove with a condition takes away what it matches, and nothing else",
        source: "RFC 7644 §3.5.2.2",
        sends: "PATCH /Users/{id}: remove phoneNumbers[type eq \"mobile\"]",
        wants: "the work number alone in a later GET",
        cost: Cost { okta: "", entra: "", rfc: "Clients remove too much or nothing." },
        fix: "Remove the elements that the bracket matches, and only them.",
        needs: WORKS,
        run: |lab| Box::pin(removed(lab)),
    },
    Check {
        id: "patch.one-primary",
        title: "There is one primary value at most",
        source: "RFC 7644 §3.5.2 (the others are set to false); RFC 7643 §2.4",
        sends: "PATCH /Users/{id}: add a primary phone number beside a primary one",
        wants: "the new one is primary, the old one is not",
        cost: Cost { okta: "", entra: "", rfc: "Nobody knows which address counts." },
        fix: "When a value becomes primary, set primary of the others to false.",
        needs: &["access.token", "create.answer", "patch.add-element"],
        run: |lab| Box::pin(one_primary(lab)),
    },
];

async fn renamed(lab: &mut Lab, path: &str) -> Judged<Value> {
    let person = lab.person().await?;
    let op = if lab.profile == Profile::Entra { "Replace" } else { "replace" };
    let user = lab.patched(&person, json!([{"op": op, "path": path, "value": "Examiner-Berg"}])).await?;
    holds(&user, "/name/familyName", &json!("Examiner-Berg"), "after the PATCH")?;
    Ok(user)
}

async fn part(lab: &mut Lab) -> Judged {
    let user = renamed(lab, "name.familyName").await?;
    holds(&user, "/name/givenName", &json!("Robin"), "after a PATCH that did not mention it")
}

async fn other_case(lab: &mut Lab) -> Judged {
    renamed(lab, "NAME.FamilyName").await.map(drop)
}

async fn qualified(lab: &mut Lab) -> Judged {
    renamed(lab, &format!("{USER}:name.familyName")).await.map(drop)
}

async fn extension(lab: &mut Lab) -> Judged {
    lab.unless_plain()?;
    let person = lab.person().await?;
    let op = if lab.profile == Profile::Entra { "Add" } else { "replace" };
    let path = format!("{ENTERPRISE}:employeeNumber");
    let user = lab.patched(&person, json!([{"op": op, "path": path, "value": "4711"}])).await?;
    holds(&user, &format!("/{ENTERPRISE}/employeeNumber"), &json!("4711"), "after the PATCH")
}

const WORK: &str = "+1-201-555-0123";
const MOBILE: &str = "+1-201-555-0199";

/// Somebody with these numbers; skips when the server does not keep them.
async fn with_phones(lab: &mut Lab, phones: Value) -> Judged<Person> {
    let name = lab.fresh();
    let mut body = lab.body(&name);
    let wanted = phones.as_array().map_or(0, Vec::len);
    body["phoneNumbers"] = phones;
    let person = lab.person_like(&body).await?;
    match person.created.get("phoneNumbers").and_then(Value::as_array) {
        Some(kept) if kept.len() == wanted => Ok(person),
        _ => skip("the server does not keep several phoneNumbers"),
    }
}

fn two() -> Value {
    json!([{"type": "work", "value": WORK}, {"type": "mobile", "value": MOBILE}])
}

/// The numbers, by type; the digits alone count, because a server may write them in canonical form.
fn number(user: &Value, kind: &str) -> String {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect();
    element(user, "phoneNumbers", kind).map(|item| digits(text(item, "/value"))).unwrap_or_default()
}

/// The person has these numbers and no others.
fn numbers(user: &Value, wanted: &[(&str, &str)], when: &str) -> Judged {
    let all = user.get("phoneNumbers").and_then(Value::as_array).map_or(0, Vec::len);
    for (kind, value) in wanted {
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        must(number(user, kind) == digits, || {
            format!("{when}, the {kind} number is {:?}", number(user, kind))
        })?;
    }
    must(all == wanted.len(), || format!("{when}, there are {all} numbers and not {}", wanted.len()))
}

async fn matched(lab: &mut Lab) -> Judged {
    let person = with_phones(lab, two()).await?;
    let op = if lab.profile == Profile::Entra { "Replace" } else { "replace" };
    let path = "phoneNumbers[type eq \"work\"].value";
    let user = lab.patched(&person, json!([{"op": op, "path": path, "value": "+1-201-555-0177"}])).await?;
    numbers(&user, &[("work", "+1-201-555-0177"), ("mobile", MOBILE)], "after the PATCH")
}

async fn appended(lab: &mut Lab) -> Judged {
    let person = with_phones(lab, json!([{"type": "work", "value": WORK}])).await?;
    let value = json!([{"type": "mobile", "value": MOBILE}]);
    let user = lab.patched(&person, json!([{"op": "add", "path": "phoneNumbers", "value": value}])).await?;
    numbers(&user, &[("work", WORK), ("mobile", MOBILE)], "after the add")
}

async fn replaced(lab: &mut Lab) -> Judged {
    let person = with_phones(lab, json!([{"type": "work", "value": WORK}])).await?;
    let value = json!([{"type": "mobile", "value": MOBILE}]);
    let user =
        lab.patched(&person, json!([{"op": "replace", "path": "phoneNumbers", "value": value}])).await?;
    numbers(&user, &[("mobile", MOBILE)], "after the replace")
}

async fn removed(lab: &mut Lab) -> Judged {
    let person = with_phones(lab, two()).await?;
    let path = "phoneNumbers[type eq \"mobile\"]";
    let user = lab.patched(&person, json!([{"op": "remove", "path": path}])).await?;
    numbers(&user, &[("work", WORK)], "after the remove")
}

async fn one_primary(lab: &mut Lab) -> Judged {
    let person = with_phones(lab, json!([{"type": "work", "value": WORK, "primary": true}])).await?;
    let first = element(&person.created, "phoneNumbers", "work").cloned().unwrap_or_default();
    if first.get("primary") != Some(&json!(true)) {
        return skip("the server does not keep primary of phoneNumbers");
    }
    let value = json!([{"type": "mobile", "value": MOBILE, "primary": true}]);
    let user = lab.patched(&person, json!([{"op": "add", "path": "phoneNumbers", "value": value}])).await?;
    let primary =
        |kind: &str| element(&user, "phoneNumbers", kind).and_then(|item| item.get("primary")?.as_bool());
    match (primary("work"), primary("mobile")) {
        (Some(false) | None, Some(true)) => Ok(()),
        (old, new) => {
            let told = |primary: Option<bool>| primary.map_or("missing".to_owned(), |is| is.to_string());
            fail(format!("primary of the old number is {}, of the new one {}", told(old), told(new)))
        }
    }
}
