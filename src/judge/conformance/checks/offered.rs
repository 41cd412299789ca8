//! What a server need not do, but must do rightly when it advertises it: versions, sorting, bulk, .search.

use super::super::check::{Check, Cost, Judged};
use super::super::expect::{self, holds, must, shown, skip, text};
use super::super::lab::{Lab, Person, spare, taken};
use super::super::line::Ask;
use super::PERSON;
use crate::emulator::wire::{percent, quoted};
use serde_json::{Value, json};

/// The chapter.
pub const CHECKS: &[Check] = &[
    Check {
        id: "version.shown",
        title: "A resource has an ETag, and it is its meta.version",
        source: "RFC 7644 §3.14; RFC 7643 §3.1",
        sends: "GET /Users/{id}",
        wants: "an ETag header; meta.version, where there is one, says the same",
        cost: Cost { okta: "", entra: "", rfc: "Clients that were promised versions get none." },
        fix: "Send ETag with every resource, or set etag.supported to false.",
        needs: PERSON,
        run: |lab| Box::pin(shown_version(lab)),
    },
    Check {
        id: "version.not-modified",
        title: "Who knows the version already is answered with 304",
        source: "RFC 7644 §3.14; RFC 9110 §13.1.2",
        sends: "GET /Users/{id} with If-None-Match",
        wants: "304",
        cost: Cost { okta: "", entra: "", rfc: "Clients fetch what they have." },
        fix: "Compare If-None-Match with the version before answering.",
        needs: &["access.token", "create.answer", "version.shown"],
        run: |lab| Box::pin(not_modified(lab)),
    },
    Check {
        id: "version.stale",
        title: "A write on an old version is refused with 412",
        source: "RFC 7644 §3.14; RFC 9110 §13.1.1",
        sends: "PATCH with If-Match of a version that has passed",
        wants: "412, and nothing is changed",
        cost: Cost { okta: "", entra: "", rfc: "Of two clients one overwrites the other's change unseen." },
        fix: "Compare If-Match with the version within the write's transaction.",
        needs: &["access.token", "create.answer", "version.shown", "patch.replace"],
        run: |lab| Box::pin(stale(lab)),
    },
    Check {
        id: "sort.user-name",
        title: "sortBy sorts, in both directions",
        source: "RFC 7644 §3.4.2.3",
        sends: "GET /Users?filter={two people}&sortBy=userName&sortOrder=ascending, then descending",
        wants: "the two in order, then the other way round",
        cost: Cost { okta: "", entra: "", rfc: "Clients that were promised an order get none." },
        fix: "Sort by the attribute named, or set sort.supported to false.",
        needs: &["access.token", "create.answer", "filter.or-not"],
        run: |lab| Box::pin(sorted(lab)),
    },
    Check {
        id: "search.post",
        title: "A search may be POSTed",
        source: "RFC 7644 §3.4.3",
        sends: "POST /Users/.search with a filter",
        wants: "200 with a ListResponse of that person",
        cost: Cost { okta: "", entra: "", rfc: "Clients that keep names out of URLs cannot search." },
        fix: "Take a SearchRequest at /Users/.search as the same query.",
        needs: &["access.token", "create.answer", "filter.user-name"],
        run: |lab| Box::pin(search(lab)),
    },
    Check {
        id: "bulk.create",
        title: "A bulk request does what it says, and answers each operation",
        source: "RFC 7644 §3.7",
        sends: "POST /Bulk with one POST of a User",
        wants: "200 with a BulkResponse: bulkId, location, and status \"201\" as text",
        cost: Cost { okta: "", entra: "", rfc: "Clients that were promised bulk cannot use it." },
        fix: "Answer a BulkResponse with one entry per operation, or set bulk.supported to false.",
        needs: PERSON,
        run: |lab| Box::pin(bulk(lab)),
    },
];

async fn version_of(lab: &mut Lab, person: &Person) -> Judged<(String, Value)> {
    let answer = lab.get(person.path()).await;
    expect::status(&answer, &[200])?;
    let Some(tag) = answer.header("etag") else {
        return expect::fail("no ETag, although /ServiceProviderConfig advertises them");
    };
    Ok((tag.to_owned(), answer.json.clone().unwrap_or_default()))
}

async fn shown_version(lab: &mut Lab) -> Judged {
    lab.only_if_advertised("etag")?;
    let person = lab.person().await?;
    let (tag, user) = version_of(lab, &person).await?;
    let told = text(&user, "/meta/version");
    must(told.is_empty() || told == tag, || format!("ETag is {tag} and meta.version is {told}"))
}

async fn not_modified(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let (tag, _) = version_of(lab, &person).await?;
    let answer = lab.send(Ask::get(person.path()).header("if-none-match", tag)).await;
    expect::status(&answer, &[304])
}

async fn stale(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let (tag, user) = version_of(lab, &person).await?;
    let name = spare(&user)?;
    let change = |value: &str| {
        json!({"schemas": [expect::PATCH_OP],
            "Operations": [{"op": "replace", "path": name, "value": value}]})
    };
    let first = lab.send(Ask::patch(person.path(), &change("First")).header("if-match", tag.clone())).await;
    taken(&first)?;
    let second = lab.send(Ask::patch(person.path(), &change("Second")).header("if-match", tag)).await;
    expect::status(&second, &[412])?;
    let user = lab.read(&person).await?;
    holds(&user, &format!("/{name}"), &json!("First"), "after the stale write")
}

async fn sorted(lab: &mut Lab) -> Judged {
    lab.only_if_advertised("sort")?;
    let (a, b) = (lab.person().await?, lab.person().await?);
    let mut names = [a.user_name.clone(), b.user_name.clone()];
    names.sort();
    let filter = format!("{} or {}", Lab::by_name(&a.user_name), Lab::by_name(&b.user_name));
    for order in ["ascending", "descending"] {
        let answer = lab.search(&filter, &format!("&sortBy=userName&sortOrder={order}")).await;
        let page = expect::page(&answer)?;
        let got: Vec<&str> = page.resources.iter().map(|user| text(user, "/userName")).collect();
        must(got == names, || format!("{order}: {got:?} and not {names:?}"))?;
        names.reverse();
    }
    Ok(())
}

async fn search(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": format!("userName eq {}", quoted(&person.user_name)), "startIndex": 1, "count": 10});
    let answer = lab.send(Ask::post("/Users/.search", &body)).await;
    if matches!(answer.status, 404 | 405 | 501) {
        return skip(format!("not offered: {}", shown(&answer)));
    }
    let page = expect::page(&answer)?;
    must(page.has(&person.id) && page.total == 1, || format!("it finds {} people", page.total))
}

async fn bulk(lab: &mut Lab) -> Judged {
    lab.only_if_advertised("bulk")?;
    let name = lab.fresh();
    let operation = json!({"method": "POST", "path": "/Users", "bulkId": "one", "data": lab.body(&name)});
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [operation]});
    let answer = lab.send(Ask::post("/Bulk", &body)).await;
    expect::status(&answer, &[200])?;
    let told = answer.json.clone().unwrap_or_default();
    let first = told.pointer("/Operations/0").cloned().unwrap_or_default();
    let location = text(&first, "/location");
    let id = location.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    if !id.is_empty() {
        lab.remember(Some(&id), &name);
    }
    holds(&first, "/status", &json!("201"), "in the answer")?;
    holds(&first, "/bulkId", &json!("one"), "in the answer")?;
    must(!location.is_empty(), || format!("no location: {}", shown(&answer)))?;
    let there = lab.get(format!("/Users/{}", percent(&id))).await;
    expect::status(&there, &[200])
}
