//! Cursors: walking through a list while others write (RFC 9865).

use crate::support::{Connected, World};
use seatbridge::config::Config;
use serde_json::{Value, json};
use std::collections::BTreeMap;

async fn page(directory: &Connected, query: &str) -> Value {
    directory.send("GET", &format!("/Users?{query}"), None).await.is(200).json()
}

fn names(page: &Value) -> Vec<String> {
    let name = |user: &Value| user["userName"].as_str().unwrap().split('@').next().unwrap().to_owned();
    page["Resources"].as_array().unwrap().iter().map(name).collect()
}

fn cursor<'a>(page: &'a Value, which: &str) -> Option<&'a str> {
    page.get(which).map(|cursor| cursor.as_str().unwrap())
}

/// All pages from the first on, each by the cursor of the one before.
async fn walk(directory: &Connected, query: &str) -> Vec<Value> {
    let mut pages = vec![page(directory, &format!("{query}&cursor=")).await];
    while let Some(next) = cursor(pages.last().unwrap(), "nextCursor") {
        let next = format!("{query}&cursor={next}");
        pages.push(page(directory, &next).await);
        assert!(pages.len() < 50, "a walk without end");
    }
    pages
}

async fn seven(world: &World) -> Connected {
    let okta = world.okta().await;
    for (place, name) in ["d", "b", "f", "a", "g", "c", "e"].iter().enumerate() {
        let title = if place % 3 == 0 { Value::Null } else { json!(format!("title {}", place % 2)) };
        let body = json!({"userName": format!("{name}@x.example"), "title": title,
            "name": {"familyName": if place % 2 == 0 { Value::Null } else { json!("Same") }}});
        okta.create(body).await.is(201);
    }
    okta
}

/// RFC 9865 §2: an empty cursor begins; `nextCursor` is there until the last page; `previousCursor` on every
/// page but the first, and it leads back over the same pages. Whatever answers: an index, a column, exact
/// comparison.
#[actix_web::test]
async fn a_walk_shows_everybody_once_and_leads_back() {
    let world = World::start().await;
    let okta = seven(&world).await;
    for order in [
        "",
        "&sortBy=userName",
        "&sortBy=userName&sortOrder=descending",
        "&sortBy=name.familyName",
        "&sortBy=name.familyName&sortOrder=descending",
        "&sortBy=title",
        "&sortBy=title&sortOrder=descending",
        "&sortBy=active",
        "&sortBy=meta.created&sortOrder=descending",
        "&filter=active+eq+true",
        "&filter=not(nickName+pr)",
        "&filter=not(nickName+pr)&sortBy=name.familyName&sortOrder=descending",
        "&filter=not(nickName+pr)&sortBy=title",
    ] {
        let whole = names(&page(&okta, &order[order.len().min(1)..]).await);
        assert_eq!(whole.len(), 7, "{order}");
        for count in [1, 2, 3, 7, 8] {
            let query = format!("count={count}{order}");
            let pages = walk(&okta, &query).await;
            let walked: Vec<String> = pages.iter().flat_map(names).collect();
            assert_eq!(walked, whole, "{query}");
            for (place, one) in pages.iter().enumerate() {
                assert_eq!((&one["totalResults"], one.get("startIndex")), (&json!(7), None), "{query}");
                assert_eq!(one["itemsPerPage"], json!(one["Resources"].as_array().unwrap().len()));
                assert_eq!(cursor(one, "previousCursor").is_some(), place > 0, "{query} page {place}");
            }
            leads_back(&okta, &query, &pages).await;
        }
    }
}

async fn leads_back(okta: &Connected, query: &str, pages: &[Value]) {
    let mut here = pages.last().unwrap().clone();
    for expected in pages.iter().rev().skip(1) {
        let previous = cursor(&here, "previousCursor").unwrap();
        here = page(okta, &format!("{query}&cursor={previous}")).await;
        assert_eq!(names(&here), names(expected), "{query}");
        assert!(cursor(&here, "nextCursor").is_some(), "{query}");
    }
    assert_eq!(cursor(&here, "previousCursor"), None, "{query}: the first page");
}

/// S6: pages partition the set while others write: whoever is there from beginning to end is shown exactly
/// once, whoever is added later stands at the end, and nobody is shown twice.
#[actix_web::test]
async fn a_walk_shows_everybody_once_while_others_write() {
    let world = World::with_seats(300).await;
    let okta = world.okta().await;
    let mut ids = Vec::new();
    for place in 0..40 {
        ids.push(okta.assign(&format!("p{place}@x.example")).await);
    }
    for query in ["count=7", "count=7&sortBy=userName", "count=7&filter=not(nickName+pr)"] {
        let mut shown = BTreeMap::<String, u32>::new();
        let mut gone = Vec::new();
        let mut next = Some(String::new());
        let mut round = 0;
        while let Some(cursor_now) = next {
            let one = page(&okta, &format!("{query}&cursor={cursor_now}")).await;
            for user in one["Resources"].as_array().unwrap() {
                *shown.entry(user["id"].as_str().unwrap().to_owned()).or_default() += 1;
            }
            next = cursor(&one, "nextCursor").map(str::to_owned);
            // One goes from before the cursor, one from behind it, one comes.
            for at in [0, ids.len() - 1] {
                let id = ids.remove(at.min(ids.len() - 1));
                okta.delete(&id).await.is(204);
                gone.push(id);
            }
            ids.push(okta.assign(&format!("new{round}-{}@x.example", query.len())).await);
            okta.patch(&ids[0], json!([{"op": "replace", "value": {"title": format!("{round}")}}]))
                .await
                .is(200);
            round += 1;
        }
        assert!(shown.values().all(|times| *times == 1), "{query}: {shown:?}");
        if !query.contains("sortBy") {
            for id in &ids[..ids.len() - 1] {
                assert!(shown.contains_key(id), "{query}: {id} was there all the time");
            }
        }
    }
}

/// RFC 9865 §2.1, §5: a cursor is bound to its directory, filter, order and count, cannot be made or changed
/// by anybody else, and tells nothing of what it holds.
#[actix_web::test]
async fn a_cursor_is_good_for_its_own_list_alone() {
    let world = World::start().await;
    let okta = seven(&world).await;
    let entra = world.entra().await;
    let query = "count=2&sortBy=userName&filter=active+eq+true";
    let first = page(&okta, &format!("{query}&cursor=")).await;
    let next = cursor(&first, "nextCursor").unwrap().to_owned();
    assert!(next.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)), "{next}");
    page(&okta, &format!("{query}&cursor={next}")).await;
    page(&okta, &format!("sortBy=USERNAME&filter=ACTIVE+eq+true&cursor={next}")).await;
    let refused = |directory: Connected, query: String| async move {
        directory.send("GET", &format!("/Users?{query}"), None).await
    };
    let flipped = format!("{}{}", if next.starts_with('A') { 'B' } else { 'A' }, &next[1..]);
    for other in [
        format!("count=2&sortBy=userName&cursor={next}"),
        format!("count=2&sortBy=userName&filter=active+eq+false&cursor={next}"),
        format!("count=2&sortBy=userName&sortOrder=descending&filter=active+eq+true&cursor={next}"),
        format!("count=2&filter=active+eq+true&cursor={next}"),
        format!("{query}&cursor={flipped}"),
        format!("{query}&cursor={}", &next[..next.len() - 2]),
        format!("{query}&cursor=1"),
        format!("{query}&cursor=%00%22"),
    ] {
        refused(okta.clone(), other).await.is_scim_error(400, "invalidCursor").says("empty cursor");
    }
    let foreign = refused(entra, format!("{query}&cursor={next}")).await;
    foreign.is_scim_error(400, "invalidCursor");
    let count = |count: &str| format!("sortBy=userName&filter=active+eq+true&count={count}&cursor={next}");
    refused(okta.clone(), count("3")).await.is_scim_error(400, "invalidCount").says("count");
    refused(okta.clone(), count("x")).await.is_scim_error(400, "invalidCount").says("count");
    let both = refused(okta.clone(), format!("{query}&startIndex=1&cursor=")).await;
    both.is_scim_error(400, "invalidValue").says("startIndex");
}

/// RFC 9865 §2.1: a cursor ends, and says so; U4: any replica answers the next page.
#[actix_web::test]
async fn a_cursor_expires_and_works_on_every_replica() {
    let world = World::start().await;
    let okta = seven(&world).await;
    let first = page(&okta, "count=3&cursor=").await;
    let next = cursor(&first, "nextCursor").unwrap();
    let replica = world.replica();
    let there = replica.send(&okta.token, "GET", &format!("/Users?count=3&cursor={next}"), None).await;
    assert_eq!(names(&there.is(200).json()), ["a", "g", "c"]);
    replica.server.stop().await;
    let claims = okta.send("GET", "/ServiceProviderConfig", None).await.json();
    let timeout = claims["pagination"]["cursorTimeout"].as_i64().unwrap();
    world.clock.advance(timeout - 60);
    page(&okta, &format!("count=3&cursor={next}")).await;
    world.clock.advance(61);
    let refused = okta.send("GET", &format!("/Users?count=3&cursor={next}"), None).await;
    refused.is_scim_error(400, "expiredCursor").says("empty cursor");
}

/// RFC 9865 §2, §4: `count` is capped, zero asks for the total alone, and discovery tells all of it.
#[actix_web::test]
async fn discovery_tells_how_pages_are_asked_for() {
    let world = World::configured(200, |config: &mut Config| config.limits.page_size = 100).await;
    let okta = world.okta().await;
    for place in 0..103 {
        okta.assign(&format!("p{place}@x.example")).await;
    }
    let claims = okta.send("GET", "/ServiceProviderConfig", None).await.json();
    let told = json!({"cursor": true, "index": true, "defaultPaginationMethod": "index",
        "defaultPageSize": 100, "maxPageSize": 100, "cursorTimeout": 3600});
    assert_eq!(claims["pagination"], told);
    for query in ["cursor=", "cursor", "cursor=&count=5000"] {
        let first = page(&okta, query).await;
        assert_eq!((&first["totalResults"], &first["itemsPerPage"]), (&json!(103), &json!(100)), "{query}");
        let rest = page(&okta, &format!("cursor={}", cursor(&first, "nextCursor").unwrap())).await;
        assert_eq!(names(&rest), ["p100", "p101", "p102"], "{query}");
    }
    let total = page(&okta, "cursor=&count=0").await;
    assert_eq!((&total["totalResults"], &total["Resources"]), (&json!(103), &json!([])));
    assert_eq!(page(&okta, "").await.get("nextCursor"), None, "positions are the default");
}
