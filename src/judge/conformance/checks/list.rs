//! Lists and the arithmetic of their pages.

use super::super::check::{Check, Cost, Judged, Profile};
use super::super::expect::{self, LIST, Page, fail, must, shown, skip, text};
use super::super::lab::{Lab, Person};
use super::PERSON;
use serde_json::Value;

/// The chapter.
pub const CHECKS: &[Check] = &[
    Check {
        id: "list.shape",
        title: "A list is a ListResponse whose numbers are numbers",
        source: "RFC 7644 §3.4.2; Okta facts §2; Entra facts §3",
        sends: "GET /Users?startIndex=1&count=10 with one person there at least",
        wants: "schemas of a ListResponse; totalResults, startIndex and itemsPerPage as JSON numbers; \
            Resources as an array",
        cost: Cost {
            okta: "With a number as text Okta stops silently: nothing but an application.provision.user.sync \
                FAILURE in its System Log.",
            entra: "ServiceIncompatible; on the start check the whole job fails.",
            rfc: "Clients cannot read the list.",
        },
        fix: "Write Resources with a capital R, and the three figures as JSON numbers.",
        needs: PERSON,
        run: |lab| Box::pin(shape(lab)),
    },
    Check {
        id: "list.members",
        title: "Every User of a list is whole",
        source: "RFC 7643 §3; RFC 7644 §3.4.2; Okta facts §6.2; Entra facts §6, §8.1",
        sends: "GET /Users?startIndex=1&count=10 with one person there at least",
        wants: "each with schemas, id and userName; for Okta and Entra a boolean active; for Okta \
            meta.location and meta.resourceType",
        cost: Cost {
            okta: "People without an id or a boolean active cannot be imported or linked.",
            entra: "The matching step cannot read them: ServiceIncompatible.",
            rfc: "Clients cannot tell who is listed.",
        },
        fix: "List the same representation that GET by id gives.",
        needs: PERSON,
        run: |lab| Box::pin(members(lab)),
    },
    Check {
        id: "list.count",
        title: "count limits the page and not the total",
        source: "RFC 7644 §3.4.2.4; Okta facts §4; Entra facts §2 (validator)",
        sends: "GET /Users?startIndex=1&count=2 with three people there at least",
        wants: "two Users, itemsPerPage 2, totalResults 3 or more",
        cost: Cost {
            okta: "Okta believes the directory ends with the first page: everybody else counts as removed.",
            entra: "The gallery's test of paging fails.",
            rfc: "Clients believe the list ends with the first page, or get more than they can hold.",
        },
        fix: "totalResults counts all matches, itemsPerPage those on this page.",
        needs: PERSON,
        run: |lab| Box::pin(count(lab)),
    },
    Check {
        id: "list.next-page",
        title: "The next page holds other people, and says where it begins",
        source: "RFC 7644 §3.4.2.4; Okta facts §5; Entra facts §2 (validator: startIndex is echoed)",
        sends: "GET /Users?startIndex=1&count=2, then startIndex=3",
        wants: "nobody twice; startIndex 3 in the second answer",
        cost: Cost {
            okta: "The import reads some people twice and others never; who is never read counts as removed.",
            entra: "The gallery's test of paging fails.",
            rfc: "Clients that page see people twice and miss others.",
        },
        fix: "Order by something that never changes, skip startIndex - 1 entries, and echo startIndex.",
        needs: &["access.token", "create.answer", "list.count"],
        run: |lab| Box::pin(next(lab)),
    },
    Check {
        id: "list.last-page",
        title: "The last page says how few it holds",
        source: "RFC 7644 §3.4.2.4",
        sends: "GET /Users?count=10&startIndex={totalResults}",
        wants: "one User, itemsPerPage 1",
        cost: Cost {
            okta: "",
            entra: "",
            rfc: "Clients that add up itemsPerPage never end, or end too early.",
        },
        fix: "itemsPerPage is the number of Resources in this answer, not the count asked for.",
        needs: &["access.token", "create.answer", "list.count"],
        run: |lab| Box::pin(last(lab)),
    },
    Check {
        id: "list.count-zero",
        title: "count=0 asks for the total alone",
        source: "RFC 7644 §3.4.2.4",
        sends: "GET /Users?count=0",
        wants: "200, no Resources, totalResults as ever",
        cost: Cost {
            okta: "",
            entra: "",
            rfc: "Clients that only count people read them all, or are refused.",
        },
        fix: "Answer count=0 with totalResults and no Resources.",
        needs: PERSON,
        run: |lab| Box::pin(none(lab, "0")),
    },
    Check {
        id: "list.count-negative",
        title: "A negative count counts as 0",
        source: "RFC 7644 §3.4.2.4",
        sends: "GET /Users?count=-1",
        wants: "200 and no Resources",
        cost: Cost { okta: "", entra: "", rfc: "A client's slip becomes an error, or the whole list." },
        fix: "Take a negative count as 0.",
        needs: PERSON,
        run: |lab| Box::pin(none(lab, "-1")),
    },
    Check {
        id: "list.start-below-one",
        title: "A startIndex below 1 counts as 1",
        source: "RFC 7644 §3.4.2.4",
        sends: "GET /Users?startIndex=0&count=1, and with startIndex=1",
        wants: "200 and the same first person twice",
        cost: Cost { okta: "", entra: "", rfc: "Clients that count from 0 lose a person or are refused." },
        fix: "Take a startIndex below 1 as 1.",
        needs: PERSON,
        run: |lab| Box::pin(below_one(lab)),
    },
    Check {
        id: "list.beyond-the-end",
        title: "A page beyond the end is empty, and no error",
        source: "RFC 7644 §3.4.2.4; Okta facts §5",
        sends: "GET /Users?count=10&startIndex={totalResults + 1}",
        wants: "200, no Resources, totalResults as ever",
        cost: Cost {
            okta: "An import of a directory that has just shrunk ends in an error.",
            entra: "",
            rfc: "Clients that page until nothing comes end in an error.",
        },
        fix: "Answer an empty page with 200.",
        needs: PERSON,
        run: |lab| Box::pin(beyond(lab)),
    },
];

/// Three people at least, and the total at this moment.
async fn crowd(lab: &mut Lab) -> Judged<Vec<Person>> {
    let mut all = Vec::new();
    for _ in 0..3 {
        all.push(lab.person().await?);
    }
    Ok(all)
}

async fn listed(lab: &mut Lab, query: &str) -> Judged<Page> {
    let answer = lab.get(format!("/Users?{query}")).await;
    expect::page(&answer)
}

async fn shape(lab: &mut Lab) -> Judged {
    lab.person().await?;
    let answer = lab.get("/Users?startIndex=1&count=10").await;
    let page = expect::page(&answer)?;
    let body = answer.json.clone().unwrap_or_default();
    let named =
        body.get("schemas").and_then(Value::as_array).is_some_and(|all| all.iter().any(|urn| urn == LIST));
    must(named || lab.profile == Profile::Okta, || format!("schemas does not name {LIST}"))?;
    for name in ["totalResults", "startIndex", "itemsPerPage"] {
        let told = body.get(name);
        // The standard demands the last two of partial lists only.
        let optional = lab.profile != Profile::Entra && told.is_none();
        must(told.is_some_and(Value::is_number) || optional, || {
            format!("{name} is {}", told.map_or_else(|| "missing".to_owned(), Value::to_string))
        })?;
    }
    must(!page.resources.is_empty(), || {
        format!("somebody is there, and Resources is missing or empty: {}", shown(&answer))
    })
}

async fn members(lab: &mut Lab) -> Judged {
    lab.person().await?;
    let page = listed(lab, "startIndex=1&count=10").await?;
    must(!page.resources.is_empty(), || "nobody is listed".to_owned())?;
    for user in &page.resources {
        let id = text(user, "/id");
        must(!id.is_empty(), || "a listed User has no id".to_owned())?;
        must(!text(user, "/userName").is_empty(), || format!("User {id} has no userName"))?;
        must(user.get("schemas").is_some_and(Value::is_array), || format!("User {id} has no schemas"))?;
        if lab.profile == Profile::Rfc {
            continue;
        }
        must(user.get("active").is_some_and(Value::is_boolean), || {
            format!("User {id} has no boolean active")
        })?;
        if lab.profile == Profile::Okta {
            for name in ["location", "resourceType"] {
                must(!text(user, &format!("/meta/{name}")).is_empty(), || {
                    format!("User {id} has no meta.{name}")
                })?;
            }
        }
    }
    Ok(())
}

async fn count(lab: &mut Lab) -> Judged {
    crowd(lab).await?;
    let page = listed(lab, "startIndex=1&count=2").await?;
    must(page.total >= 3, || format!("totalResults is {} with three people there", page.total))?;
    let here = page.resources.len();
    must((1..=2).contains(&here), || format!("{here} Users came for count=2"))?;
    let told = page.items_per_page;
    must(told.is_none_or(|told| told == here as u64), || {
        format!("itemsPerPage is {} and {here} Users are on the page", told.unwrap_or_default())
    })
}

async fn next(lab: &mut Lab) -> Judged {
    crowd(lab).await?;
    let first = listed(lab, "startIndex=1&count=2").await?;
    let second = listed(lab, "startIndex=3&count=2").await?;
    must(!second.resources.is_empty(), || "the second page is empty, with three people there".to_owned())?;
    let twice = second.ids().iter().any(|id| first.has(id));
    must(!twice, || format!("on page 1: {:?}; on page 2: {:?}", first.ids(), second.ids()))?;
    must(second.start_index == Some(3), || {
        let told = second.start_index.map_or_else(|| "missing".to_owned(), |told| told.to_string());
        format!("startIndex of the second page is {told}")
    })
}

async fn last(lab: &mut Lab) -> Judged {
    crowd(lab).await?;
    let total = listed(lab, "startIndex=1&count=1").await?.total;
    let page = listed(lab, &format!("startIndex={total}&count=10")).await?;
    must(page.resources.len() == 1, || {
        format!("from startIndex {total} of {} came {} Users", page.total, page.resources.len())
    })?;
    must(page.items_per_page == Some(1), || {
        let told = page.items_per_page.map_or("missing".to_owned(), |told| told.to_string());
        format!("one User is on the page, and itemsPerPage is {told}")
    })
}

async fn none(lab: &mut Lab, count: &str) -> Judged {
    lab.person().await?;
    let page = listed(lab, &format!("count={count}")).await?;
    must(page.resources.is_empty(), || format!("count={count} brought {} Users", page.resources.len()))?;
    must(page.total >= 1, || format!("totalResults is {} with somebody there", page.total))
}

async fn below_one(lab: &mut Lab) -> Judged {
    crowd(lab).await?;
    let zero = listed(lab, "startIndex=0&count=1").await?;
    let one = listed(lab, "startIndex=1&count=1").await?;
    match (zero.ids().first(), one.ids().first()) {
        (Some(a), Some(b)) if a == b => Ok(()),
        (a, b) => {
            let told = |id: Option<&&str>| id.map_or("nobody".to_owned(), |id| (*id).to_owned());
            fail(format!("startIndex=0 begins with {}, startIndex=1 with {}", told(a), told(b)))
        }
    }
}

async fn beyond(lab: &mut Lab) -> Judged {
    lab.person().await?;
    let total = listed(lab, "startIndex=1&count=1").await?.total;
    if total == 0 {
        return skip("totalResults is 0 with somebody there; list.shape and list.count judge that");
    }
    let page = listed(lab, &format!("startIndex={}&count=10", total + 1)).await?;
    must(page.resources.is_empty(), || format!("{} Users came", page.resources.len()))?;
    must(page.total == total, || format!("totalResults was {total} and is now {}", page.total))
}
