//! What only Okta asks for.

use super::super::check::{Check, Cost, Judged};
use super::super::expect::{self, declined, fail, holds, must, shown, skip, text};
use super::super::lab::{Lab, Person, taken};
use super::super::line::Ask;
use super::{OKTA_TASK, PERSON};
use serde_json::{Value, json};

/// What stands on a PUT.
const PUT: &[&str] = &["access.token", "create.answer", "replace.answer"];

const fn cost(okta: &'static str) -> Cost {
    Cost { okta, entra: "", rfc: "" }
}

/// The chapter.
pub const CHECKS: &[Check] = &[
    Check {
        id: "okta.create",
        title: "Okta's own create is taken as it comes",
        source: "Okta facts §6.1",
        sends: "POST /Users with a random password, groups [], locale and an externalId of Okta's form",
        wants: "201 with id, userName, both names, active true, and no password",
        cost: cost(
            "No assignment works: \"Create new user returned empty user\", or the server's refusal as a \
                task.",
        ),
        fix: "Ignore what you do not keep (groups, locale), accept password, and answer with the whole User.",
        needs: PERSON,
        run: |lab| Box::pin(create(lab)),
    },
    Check {
        id: "okta.put-twice",
        title: "The same GET and PUT twice in a row is harmless",
        source: "Okta facts §6.2",
        sends: "GET and PUT of one body, twice",
        wants: "200 both times, and the same User",
        cost: cost("An assignment, which sends the pair twice within seconds, ends as a task."),
        fix: "Make PUT idempotent.",
        needs: PUT,
        run: |lab| Box::pin(put_twice(lab)),
    },
    Check {
        id: "okta.put-unknown-member",
        title: "A PUT with members nobody knows is taken",
        source: "Okta facts §7.1",
        sends: "PUT /Users/{id} with an unknown member, groups [] and a password",
        wants: "200",
        cost: cost(OKTA_TASK),
        fix: "Ignore unknown members instead of refusing the request.",
        needs: PUT,
        run: |lab| Box::pin(put_unknown(lab)),
    },
    Check {
        id: "okta.put-empty-values",
        title: "Empty values are no error",
        source: "Okta facts §6.5 (QA case C9337)",
        sends: "PUT /Users/{id} with title and nickName as empty texts",
        wants: "200",
        cost: cost(OKTA_TASK),
        fix: "Take an empty text as an attribute that is not there.",
        needs: PUT,
        run: |lab| Box::pin(put_empty(lab)),
    },
    Check {
        id: "okta.reactivate",
        title: "Whoever was deactivated by PUT comes back by PUT",
        source: "Okta facts §6.3, §8",
        sends: "PUT active false, PUT active true, PUT of the profile",
        wants: "200 each time, active as sent",
        cost: cost("Whoever returns is marked as assigned and cannot get in."),
        fix: "Let a PUT that changes active change the state, both ways.",
        needs: &["access.token", "create.answer", "replace.deactivate"],
        run: |lab| Box::pin(reactivate(lab)),
    },
    Check {
        id: "okta.same-external-id",
        title: "A create with the externalId of somebody inactive succeeds",
        source: "Okta facts §6.3, §7.4, §14.8",
        sends: "PATCH active false, then POST of another userName with the same externalId",
        wants: "201, under a new id or the old one",
        cost: cost(
            "Whoever was unassigned, renamed and assigned again is locked out for good: each attempt ends \
                as a task.",
        ),
        fix: "Let an inactive record's externalId be used again: restore that record, or create a second \
            one.",
        needs: &["access.token", "create.answer", "patch.active"],
        run: |lab| Box::pin(same_external_id(lab)),
    },
    Check {
        id: "okta.patch-profile",
        title: "A PATCH of several attributes at once, without path",
        source: "Okta facts §7.2",
        sends: "PATCH: replace, value {name: {givenName, familyName}, title}",
        wants: "200 or 204; both in a later GET",
        cost: cost(OKTA_TASK),
        fix: "Apply every member of the value, nested ones too.",
        needs: &["access.token", "create.answer", "patch.no-path"],
        run: |lab| Box::pin(patch_profile(lab)),
    },
    Check {
        id: "okta.import",
        title: "An import sees everybody, in pages of 100",
        source: "Okta facts §5",
        sends: "GET /Users?startIndex=1&count=100, then 101, 201... as Okta steps, until totalResults",
        wants: "as many Users as totalResults says, nobody twice, those just created among them",
        cost: cost(
            "Okta steps by 100 whatever came: people are missed, count as removed, and the import \
                safeguard stops all removals.",
        ),
        fix: "Serve pages of 100 in a stable order (creation), deactivated people included.",
        needs: PERSON,
        run: |lab| Box::pin(import(lab)),
    },
    Check {
        id: "okta.stable-order",
        title: "The same page asked twice holds the same people",
        source: "Okta facts §5",
        sends: "GET /Users?startIndex=1&count=100, twice, with a change of one of them in between",
        wants: "the same ids in the same order",
        cost: cost("Between two pages somebody moves: read twice or never, and then removed."),
        fix: "Order by something that never changes, such as the id or the moment of creation.",
        needs: PERSON,
        run: |lab| Box::pin(stable(lab)),
    },
];

/// The body Okta creates people with.
fn oktas(lab: &mut Lab, user_name: &str) -> Value {
    let mut body = lab.body(user_name);
    if let Some(members) = body.as_object_mut() {
        members.remove("title");
        members.remove("phoneNumbers");
    }
    body["locale"] = json!("en-US");
    body["externalId"] = json!(format!("00u{}", lab.mark()));
    body["groups"] = json!([]);
    body["password"] = json!(format!("x7kq{}", lab.mark()));
    body
}

async fn create(lab: &mut Lab) -> Judged {
    let name = lab.fresh();
    let body = oktas(lab, &name);
    let answer = lab.create(&body).await;
    expect::status(&answer, &[201])?;
    expect::object(&answer)?;
    let user = answer.json.clone().unwrap_or_default();
    must(!text(&user, "/id").is_empty(), || "no id".to_owned())?;
    must(text(&user, "/userName").eq_ignore_ascii_case(&name), || "the userName is not echoed".to_owned())?;
    holds(&user, "/name/givenName", &json!("Robin"), "after the create")?;
    holds(&user, "/name/familyName", &json!("Examiner"), "after the create")?;
    holds(&user, "/active", &json!(true), "after the create")?;
    must(user.get("password").is_none(), || "the answer gives the password back".to_owned())
}

async fn put(lab: &mut Lab, person: &Person, body: &Value) -> Judged<Value> {
    let answer = lab.send(Ask::put(person.path(), body)).await;
    expect::status(&answer, &[200])?;
    expect::object(&answer)?;
    Ok(answer.json.unwrap_or_default())
}

async fn put_twice(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    for _ in 0..2 {
        let mut body = lab.read(&person).await?;
        body["active"] = json!(true);
        let user = put(lab, &person, &body).await?;
        must(text(&user, "/id") == person.id, || format!("the id is now {:?}", text(&user, "/id")))?;
        holds(&user, "/active", &json!(true), "after the PUT")?;
    }
    Ok(())
}

async fn put_unknown(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let mut body = lab.read(&person).await?;
    body["groups"] = json!([]);
    body["password"] = json!(format!("x7kq{}", lab.mark()));
    body["nobodyKnowsThis"] = json!({"really": true});
    put(lab, &person, &body).await.map(drop)
}

async fn put_empty(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let mut body = lab.read(&person).await?;
    body["title"] = json!("");
    body["nickName"] = json!("");
    put(lab, &person, &body).await.map(drop)
}

async fn reactivate(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    for state in [false, true, true] {
        let mut body = lab.read(&person).await?;
        body["active"] = json!(state);
        let user = put(lab, &person, &body).await?;
        holds(&user, "/active", &json!(state), "after the PUT")?;
    }
    Ok(())
}

async fn same_external_id(lab: &mut Lab) -> Judged {
    let old = lab.fresh();
    let mut body = oktas(lab, &old);
    body["externalId"] = json!(format!("00uagain{}", lab.mark()));
    let person = lab.person_like(&body).await?;
    let off = lab.patch(&person, json!([{"op": "replace", "value": {"active": false}}])).await;
    taken(&off)?;
    let new = lab.fresh();
    body["userName"] = json!(new);
    body["emails"] = json!([{"primary": true, "type": "work", "value": new}]);
    let again = lab.create(&body).await;
    expect::status(&again, &[201])?;
    let user = again.json.unwrap_or_default();
    holds(&user, "/active", &json!(true), "after the create")
}

async fn patch_profile(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let value =
        json!({"name": {"givenName": "Sasha", "familyName": "Examiner-Berg"}, "displayName": "Sasha Berg"});
    let user = lab.patched(&person, json!([{"op": "replace", "value": value}])).await?;
    holds(&user, "/name/givenName", &json!("Sasha"), "after the PATCH")?;
    holds(&user, "/name/familyName", &json!("Examiner-Berg"), "after the PATCH")
}

/// Pages an import reads before it is called off.
const PAGES: u64 = 20;

async fn import(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let mut seen: Vec<String> = Vec::new();
    let mut total = 0;
    for page in 0..PAGES {
        let answer = lab.get(format!("/Users?startIndex={}&count=100", page * 100 + 1)).await;
        let page = expect::page(&answer)?;
        total = page.total;
        seen.extend(page.ids().into_iter().map(str::to_owned));
        // What is declared first is what Okta steps by, whatever came.
        let here = page.resources.len() as u64;
        let rest = total.saturating_sub(seen.len() as u64);
        must(here >= 100 || rest == 0, || {
            format!(
                "a page of {here} for count=100, and {rest} more people that Okta's next step will jump over"
            )
        })?;
        if rest == 0 {
            break;
        }
    }
    if total > PAGES * 100 {
        return skip(format!(
            "{total} people: an import of so many is no check, and the first {} fit",
            PAGES * 100
        ));
    }
    let read = seen.len();
    seen.sort_unstable();
    seen.dedup();
    must(seen.len() == read, || format!("{} people came twice", read - seen.len()))?;
    must(seen.contains(&person.id), || "somebody just created is not among them".to_owned())
}

async fn stable(lab: &mut Lab) -> Judged {
    let (person, _) = (lab.person().await?, lab.person().await?);
    let first = lab.get("/Users?startIndex=1&count=100").await;
    let before = expect::page(&first)?;
    let change =
        lab.patch(&person, json!([{"op": "replace", "value": {"displayName": "Aaron Aardvark"}}])).await;
    if declined(&change) && before.ids().is_empty() {
        return fail(format!("nobody is listed, and a change got {}", shown(&change)));
    }
    let second = lab.get("/Users?startIndex=1&count=100").await;
    let after = expect::page(&second)?;
    must(before.ids() == after.ids(), || "the order has changed".to_owned())
}
