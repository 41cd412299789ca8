//! PUT: the whole person anew.

use super::super::check::{Check, Cost, Judged, Profile};
use super::super::expect::{self, declined, holds, must, refused, text};
use super::super::lab::{Lab, Person, spare, unless_policy};
use super::super::line::Ask;
use super::{OKTA_TASK, PERSON};
use crate::emulator::wire::Answer;
use serde_json::{Value, json};

/// The chapter.
pub const CHECKS: &[Check] = &[
    Check {
        id: "replace.answer",
        title: "A PUT stores what it sends and answers with the User",
        source: "RFC 7644 §3.5.1; Okta facts §7.1",
        sends: "PUT /Users/{id} with another name and title",
        wants: "200 with the User as it now is, under the same id",
        cost: Cost {
            okta: OKTA_TASK,
            entra: "",
            rfc: "Clients cannot replace a resource, or do not learn what was stored.",
        },
        fix: "Implement PUT; answer 200 with the stored resource.",
        needs: PERSON,
        run: |lab| Box::pin(answer(lab)),
    },
    Check {
        id: "replace.echo",
        title: "What was read may be sent back",
        source: "RFC 7644 §3.5.1 (readOnly is ignored); Okta facts §7.1",
        sends: "GET /Users/{id}, then PUT of the same body, id, meta and schemas included, with another \
            title",
        wants: "200 with the new title",
        cost: Cost {
            okta: "Okta edits the JSON it just read and sends all of it back: every profile push fails.",
            entra: "",
            rfc: "Clients that read, change and write back are refused.",
        },
        fix: "Ignore id, meta and other members of the server's own in a PUT.",
        needs: &["access.token", "create.answer", "replace.answer"],
        run: |lab| Box::pin(echo(lab)),
    },
    Check {
        id: "replace.id-stays",
        title: "Another id in the body of a PUT changes nothing",
        source: "RFC 7644 §3.5.1 (readOnly values SHALL be ignored)",
        sends: "PUT /Users/{id} with another id in the body",
        wants: "200 under the old id",
        cost: Cost {
            okta: "",
            entra: "",
            rfc: "A resource changes its address, or a harmless body is refused.",
        },
        fix: "Drop id from the body of a PUT.",
        needs: &["access.token", "create.answer", "replace.answer"],
        run: |lab| Box::pin(other_id(lab)),
    },
    Check {
        id: "replace.unknown-id",
        title: "A PUT to an unknown id is 404 and creates nobody",
        source: "RFC 7644 §3.5.1 (PUT MUST NOT create), §3.12; Okta facts §12",
        sends: "PUT /Users/{an id nobody has}",
        wants: "404",
        cost: Cost {
            okta: "A person removed at your side comes back under a foreign id, or the task shows a wrong \
                reason.",
            entra: "",
            rfc: "Clients create people by mistake.",
        },
        fix: "Look the id up first; answer 404 when nobody has it.",
        needs: &["access.token", "create.answer", "replace.answer"],
        run: |lab| Box::pin(unknown(lab)),
    },
    Check {
        id: "replace.taken-name",
        title: "A PUT cannot take somebody else's userName",
        source: "RFC 7644 §3.5.1, §3.12 (uniqueness); Okta facts §7.3",
        sends: "PUT /Users/{id} with the userName of another person",
        wants: "409; or 400 from a server that lets nobody change the userName",
        cost: Cost {
            okta: "Two people of one name; the next lookup finds both.",
            entra: "",
            rfc: "userName is not unique.",
        },
        fix: "Check uniqueness on PUT as on POST.",
        needs: &["access.token", "create.answer", "create.duplicate", "replace.answer"],
        run: |lab| Box::pin(taken_name(lab)),
    },
    Check {
        id: "replace.rename",
        title: "A person who was renamed by PUT is found under the new name",
        source: "RFC 7644 §3.5.1; Okta facts §7.3",
        sends: "PUT /Users/{id} with another userName and address, then a lookup of it",
        wants: "200, and the lookup finds the same id",
        cost: Cost {
            okta: "A task says so, and a later deactivation may never be sent (Okta facts §7.3).",
            entra: "",
            rfc: "Clients cannot rename people.",
        },
        fix: "Let userName change, or refuse it with a detail that tells the administrator what to do.",
        needs: &["access.token", "create.answer", "filter.user-name", "replace.answer"],
        run: |lab| Box::pin(rename(lab)),
    },
    Check {
        id: "replace.deactivate",
        title: "A PUT with active false deactivates",
        source: "RFC 7643 §4.1.1; Okta facts §1, §8",
        sends: "PUT /Users/{id} with active false",
        wants: "200 with active false, and the same in a later GET",
        cost: Cost {
            okta: "Okta's most common connector deactivates by PUT: whoever leaves keeps access.",
            entra: "",
            rfc: "Clients that deactivate are told that it worked, and it did not.",
        },
        fix: "Treat a PUT that changes active like any other change of state.",
        needs: &["access.token", "create.answer", "replace.answer"],
        run: |lab| Box::pin(deactivate(lab)),
    },
];

async fn put(lab: &mut Lab, person: &Person, body: &Value) -> Answer {
    lab.send(Ask::put(person.path(), body)).await
}

async fn answer(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let mut body = lab.body(&person.user_name);
    body["name"]["familyName"] = json!("Examiner-Berg");
    let answer = put(lab, &person, &body).await;
    expect::status(&answer, &[200])?;
    expect::object(&answer)?;
    let user = answer.json.unwrap_or_default();
    must(text(&user, "/id") == person.id, || format!("the id is now {:?}", text(&user, "/id")))?;
    holds(&user, "/name/familyName", &json!("Examiner-Berg"), "in the answer to the PUT")?;
    let read = lab.read(&person).await?;
    holds(&read, "/name/familyName", &json!("Examiner-Berg"), "in a later GET")
}

async fn echo(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let mut body = lab.read(&person).await?;
    let name = spare(&body)?;
    body[name] = json!("Archivist");
    let answer = put(lab, &person, &body).await;
    expect::status(&answer, &[200])?;
    let user = answer.json.unwrap_or_default();
    holds(&user, &format!("/{name}"), &json!("Archivist"), "in the answer to the PUT")
}

async fn other_id(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let mut body = lab.body(&person.user_name);
    body["id"] = json!(format!("chosen-{}", lab.mark()));
    let answer = put(lab, &person, &body).await;
    expect::status(&answer, &[200])?;
    let user = lab.read(&person).await?;
    must(text(&user, "/id") == person.id, || format!("the id is now {:?}", text(&user, "/id")))
}

async fn unknown(lab: &mut Lab) -> Judged {
    let name = lab.fresh();
    let body = lab.body(&name);
    let answer = lab.send(Ask::put("/Users/00000000-dead-4bad-8bad-000000000000", &body)).await;
    if (200..300).contains(&answer.status) {
        lab.send(Ask::delete("/Users/00000000-dead-4bad-8bad-000000000000")).await;
    }
    refused(&answer, &[404], None)
}

async fn taken_name(lab: &mut Lab) -> Judged {
    let (person, other) = (lab.person().await?, lab.person().await?);
    let mut body = lab.body(&person.user_name);
    body["userName"] = json!(other.user_name);
    let answer = put(lab, &person, &body).await;
    refused(&answer, &[409, 400], None)
}

async fn rename(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let name = lab.fresh();
    let mut body = lab.body(&name);
    body["externalId"] = person.created.get("externalId").cloned().unwrap_or(Value::Null);
    let answer = put(lab, &person, &body).await;
    if declined(&answer) {
        return unless_policy(&answer, "userName and address");
    }
    expect::status(&answer, &[200])?;
    let page = lab.find(&Lab::by_name(&name)).await?;
    must(page.has(&person.id), || "a lookup of the new name does not find the person".to_owned())
}

async fn deactivate(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    if lab.profile == Profile::Rfc {
        expect::keeps(&person.created, "/active")?;
    }
    let mut body = lab.body(&person.user_name);
    body["active"] = json!(false);
    let answer = put(lab, &person, &body).await;
    expect::status(&answer, &[200])?;
    let told = answer.json.unwrap_or_default();
    holds(&told, "/active", &json!(false), "in the answer to the PUT")?;
    let user = lab.read(&person).await?;
    holds(&user, "/active", &json!(false), "in a later GET")
}
