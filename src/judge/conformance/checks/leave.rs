//! Leaving: deactivated people stay readable, deleted ones are gone.

use super::super::check::{Check, Cost, Judged, Profile};
use super::super::expect::{self, declined, holds, must, refused, shown, skip};
use super::super::lab::{Lab, Person, taken};
use super::super::line::Ask;
use super::PERSON;
use crate::emulator::wire::Answer;
use serde_json::{Value, json};

/// What stands on a deactivation.
const ACTIVE: &[&str] = &["access.token", "create.answer", "patch.active"];
/// What stands on a DELETE.
const DELETED: &[&str] = &["access.token", "create.answer", "delete.answer"];

/// The chapter.
pub const CHECKS: &[Check] = &[
    Check {
        id: "deactivated.readable",
        title: "A deactivated person can still be read",
        source: "Okta facts §8; Entra facts §8.1; RFC 7643 §4.1.1 (active is a state, not a removal)",
        sends: "PATCH active false, then GET /Users/{id}",
        wants: "200 with active false",
        cost: Cost {
            okta: "Okta's CRUD suite fails; whoever returns cannot be reactivated.",
            entra: "The validator fails; InvalidAnchor, and whoever returns needs a restart of the job.",
            rfc: "Clients take the deactivated for deleted.",
        },
        fix: "Keep deactivated people, and show them with active false.",
        needs: ACTIVE,
        run: |lab| Box::pin(readable(lab)),
    },
    Check {
        id: "deactivated.found",
        title: "A deactivated person is still found by userName",
        source: "Okta facts §6.3, §14.7; Entra facts §5, §8.1",
        sends: "PATCH active false, then GET /Users?filter=userName eq \"{name}\"",
        wants: "200 with that person, active false",
        cost: Cost {
            okta: "Okta finds nobody and POSTs: a second account, or 409 and a task. Okta's support calls \
                it the classic fault.",
            entra: "The match finds nobody: the person is created again, or meets 409 and goes to escrow.",
            rfc: "",
        },
        fix: "Let filters find people whatever their state.",
        needs: ACTIVE,
        run: |lab| Box::pin(found(lab)),
    },
    Check {
        id: "deactivated.twice",
        title: "A second deactivation is no error",
        source: "Okta facts §8, §14.11; Entra facts §8.1",
        sends: "PATCH active false, twice",
        wants: "200 or 204 both times",
        cost: Cost {
            okta: "Deprovisioning comes twice at times: the second one ends as a task for somebody long \
                gone.",
            entra: "A repeated disable goes to escrow and is retried for nothing.",
            rfc: "",
        },
        fix: "Answer a deactivation of the deactivated like the first one.",
        needs: ACTIVE,
        run: |lab| Box::pin(twice(lab)),
    },
    Check {
        id: "delete.answer",
        title: "A DELETE is answered with 204 and no body",
        source: "RFC 7644 §3.6; Okta facts §8 (granular deprovisioning); Entra facts §8.1",
        sends: "DELETE /Users/{id}",
        wants: "204 without a body",
        cost: Cost {
            okta: "Granular deprovisioning, where it is switched on, ends as a task.",
            entra: "Whoever was hard-deleted in Entra ID stays in your system, and the DELETE goes to \
                escrow.",
            rfc: "Clients cannot remove anybody.",
        },
        fix: "Implement DELETE; answer 204.",
        needs: PERSON,
        run: |lab| Box::pin(deleted(lab)),
    },
    Check {
        id: "delete.gone",
        title: "Whoever was deleted is gone from every answer",
        source: "RFC 7644 §3.6 (MUST return 404, MUST omit from queries)",
        sends: "DELETE /Users/{id}; then GET, a lookup, a PUT and a PATCH",
        wants: "404 for GET, PUT and PATCH, nobody for the lookup",
        cost: Cost { okta: "", entra: "", rfc: "Clients meet people whom they have removed." },
        fix: "Answer 404 under a deleted id for every method, and leave deleted people out of lists.",
        needs: DELETED,
        run: |lab| Box::pin(gone(lab)),
    },
    Check {
        id: "delete.name-is-free",
        title: "The userName of a deleted person is free again",
        source: "RFC 7644 §3.6 (MUST NOT count in conflicts)",
        sends: "DELETE /Users/{id}, then POST with the same userName",
        wants: "201",
        cost: Cost { okta: "", entra: "", rfc: "Nobody can come back under the same name." },
        fix: "Leave deleted people out of uniqueness.",
        needs: DELETED,
        run: |lab| Box::pin(name_is_free(lab)),
    },
    Check {
        id: "delete.unknown",
        title: "A DELETE of an unknown id is 404",
        source: "RFC 7644 §3.6, §3.12",
        sends: "DELETE /Users/{an id nobody has}",
        wants: "404",
        cost: Cost { okta: "", entra: "", rfc: "Clients cannot tell that they removed nobody." },
        fix: "Look the id up first; answer 404 when nobody has it.",
        needs: DELETED,
        run: |lab| Box::pin(unknown(lab)),
    },
];

async fn turn_off(lab: &mut Lab, person: &Person) -> Answer {
    let operation = match lab.profile {
        Profile::Okta => json!({"op": "replace", "value": {"active": false}}),
        Profile::Entra => json!({"op": "Replace", "path": "active", "value": false}),
        Profile::Rfc => json!({"op": "replace", "path": "active", "value": false}),
    };
    lab.patch(person, json!([operation])).await
}

async fn inactive(lab: &mut Lab) -> Judged<Person> {
    let person = lab.person().await?;
    let answer = turn_off(lab, &person).await;
    taken(&answer)?;
    Ok(person)
}

async fn readable(lab: &mut Lab) -> Judged {
    let person = inactive(lab).await?;
    let user = lab.read(&person).await?;
    holds(&user, "/active", &json!(false), "in a GET after the deactivation")
}

async fn found(lab: &mut Lab) -> Judged {
    let person = inactive(lab).await?;
    let page = lab.find(&Lab::by_name(&person.user_name)).await?;
    let hit = page.resources.iter().find(|user| expect::text(user, "/id") == person.id);
    let Some(hit) = hit else {
        return expect::fail(format!("the lookup finds {} others and not the person", page.total));
    };
    holds(hit, "/active", &json!(false), "in the lookup after the deactivation")
}

async fn twice(lab: &mut Lab) -> Judged {
    let person = inactive(lab).await?;
    let again = turn_off(lab, &person).await;
    taken(&again)
}

async fn remove(lab: &mut Lab) -> Judged<Person> {
    let person = lab.person().await?;
    let answer = lab.send(Ask::delete(person.path())).await;
    if lab.profile == Profile::Okta && matches!(answer.status, 405 | 501) {
        return skip(format!("the server deletes nobody, and Okta hardly ever asks: {}", shown(&answer)));
    }
    expect::status(&answer, &[204])?;
    must(answer.raw.is_empty(), || format!("a 204 with a body: {}", shown(&answer)))?;
    Ok(person)
}

async fn deleted(lab: &mut Lab) -> Judged {
    remove(lab).await.map(drop)
}

async fn gone(lab: &mut Lab) -> Judged {
    let person = remove(lab).await?;
    let body = lab.body(&person.user_name);
    for (what, ask) in [
        ("GET", Ask::get(person.path())),
        ("PATCH", Ask::patch(person.path(), &off())),
        ("PUT", Ask::put(person.path(), &body)),
    ] {
        let answer = lab.send(ask).await;
        // A server without PATCH or PUT may say so first.
        let without = what != "GET" && matches!(answer.status, 405 | 501);
        must(answer.status == 404 || without, || format!("{what} got {}", shown(&answer)))?;
    }
    let page = lab.find(&Lab::by_name(&person.user_name)).await?;
    must(page.total == 0, || "a lookup finds the deleted person".to_owned())
}

fn off() -> Value {
    json!({"schemas": [expect::PATCH_OP], "Operations": [{"op": "replace", "value": {"active": false}}]})
}

async fn name_is_free(lab: &mut Lab) -> Judged {
    let person = remove(lab).await?;
    let body = lab.body(&person.user_name);
    let answer = lab.create(&body).await;
    expect::status(&answer, &[201])
}

async fn unknown(lab: &mut Lab) -> Judged {
    let answer = lab.send(Ask::delete("/Users/00000000-dead-4bad-8bad-000000000000")).await;
    must(declined(&answer), || format!("wanted 404, got {}", shown(&answer)))?;
    refused(&answer, &[404], None)
}
