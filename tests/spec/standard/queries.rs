//! RFC 7644 §3.4: reading one, reading many, page by page.

use super::Trial;
use serde_json::{Value, json};

super::rows! {
    "RFC 7644 §3.4.1" Supported one_is_read,
    "RFC 7644 §3.4.2" Supported many_are_read,
    "RFC 7644 §3.4.2.1" Supported the_base_is_queried,
    "RFC 7644 §3.4.2.2" Supported filters_choose,
    "RFC 7644 §3.4.2.3" Supported a_list_is_sorted,
    "RFC 7644 §3.4.2.4" Supported pages_are_numbered,
    "RFC 7644 §3.4.2.5" Supported a_list_shows_the_attributes_asked_for,
    "RFC 7644 §3.4.3" Supported a_query_is_posted,
    "RFC 9865" Supported a_list_is_walked_by_cursor,
}

/// Three people who share a title: their ids in order of creation.
async fn trio(trial: &Trial) -> (String, Vec<String>) {
    let title = uuid::Uuid::now_v7().simple().to_string();
    let mut ids = Vec::new();
    for nick in ["b", "C", "a"] {
        ids.push(trial.person(json!({"title": title, "nickName": nick, "active": nick != "C"})).await);
    }
    (title, ids)
}

/// Ids that a query answers, in its order.
async fn ids(trial: &Trial, query: &[(&str, &str)]) -> Vec<String> {
    let query: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    of(&trial.get(&format!("/Users?{query}")).await)
}

fn of(list: &Value) -> Vec<String> {
    let resources = list["Resources"].as_array().unwrap_or_else(|| panic!("a list: {list}"));
    resources.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

async fn one_is_read(trial: &Trial) {
    let id = trial.person(json!({"title": "CTO"})).await;
    let read = trial.okta.read(&id).await;
    assert_eq!(read.is(200).json()["title"], "CTO");
    assert_eq!(read.header("location"), read.json()["meta"]["location"].as_str());
    trial.okta.read("nobody").await.is_scim_error(404, None);
}

async fn many_are_read(trial: &Trial) {
    let list = trial.get("/Users").await;
    assert_eq!(list["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]));
    assert_eq!(list["totalResults"].as_u64().unwrap() as usize, of(&list).len());
    assert_eq!(ids(trial, &[("filter", "userName eq \"nobody\"")]).await.len(), 0);
}

async fn filters_choose(trial: &Trial) {
    assert_eq!(trial.config().await["filter"]["supported"], true);
    let (title, three) = trio(trial).await;
    let [b, c, a] = &three[..] else { panic!("three") };
    for (rest, wanted) in [
        ("nickName eq \"B\"", vec![b]),
        ("nickName ne \"b\"", vec![c, a]),
        ("nickName co \"c\" or nickName sw \"a\"", vec![c, a]),
        ("nickName ew \"b\"", vec![b]),
        ("nickName gt \"a\"", vec![b, c]),
        ("nickName ge \"b\" and nickName lt \"c\"", vec![b]),
        ("nickName le \"a\"", vec![a]),
        ("active eq false", vec![c]),
        ("nickName pr and not (nickName eq \"a\")", vec![b, c]),
        ("meta.created gt \"2000-01-01T00:00:00Z\" and emails[type eq \"none\"]", vec![]),
    ] {
        let filter = format!("title eq \"{title}\" and ({rest})");
        assert_eq!(ids(trial, &[("filter", &filter)]).await.iter().collect::<Vec<_>>(), wanted, "{rest}");
    }
    trial.okta.find("title eq CTO").await.is_scim_error(400, "invalidFilter");
}

async fn pages_are_numbered(trial: &Trial) {
    let (title, three) = trio(trial).await;
    let filter = format!("title%20eq%20%22{title}%22");
    let page = trial.get(&format!("/Users?filter={filter}&startIndex=2&count=1")).await;
    assert_eq!(of(&page), [three[1].clone()]);
    let numbers = ["totalResults", "startIndex", "itemsPerPage"].map(|name| page[name].as_u64().unwrap());
    assert_eq!(numbers, [3, 2, 1]);
}

async fn a_list_shows_the_attributes_asked_for(trial: &Trial) {
    let (title, _) = trio(trial).await;
    let list = trial.get(&format!("/Users?filter=title%20eq%20%22{title}%22&attributes=nickName")).await;
    for one in list["Resources"].as_array().unwrap() {
        assert!(one["nickName"].is_string() && one["id"].is_string() && one.get("title").is_none(), "{one}");
    }
}

async fn the_base_is_queried(trial: &Trial) {
    let (title, three) = trio(trial).await;
    assert_eq!(of(&trial.get(&format!("?filter=title%20eq%20%22{title}%22")).await), three);
}

async fn a_list_is_sorted(trial: &Trial) {
    assert_eq!(trial.config().await["sort"]["supported"], true);
    let (title, three) = trio(trial).await;
    let [b, c, a] = &three[..] else { panic!("three") };
    let filter = format!("title eq \"{title}\"");
    let sorted = |order| [("filter", filter.as_str()), ("sortBy", "nickName"), ("sortOrder", order)];
    assert_eq!(ids(trial, &sorted("ascending")).await.iter().collect::<Vec<_>>(), [a, b, c]);
    assert_eq!(ids(trial, &sorted("descending")).await.iter().collect::<Vec<_>>(), [c, b, a]);
}

async fn a_query_is_posted(trial: &Trial) {
    let (title, three) = trio(trial).await;
    let message = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": format!("title eq \"{title}\""), "startIndex": 2, "count": 1});
    for place in ["/Users/.search", "/.search"] {
        let page = trial.okta.send("POST", place, Some(message.clone())).await.is(200).json();
        assert_eq!(of(&page), [three[1].clone()]);
    }
}

async fn a_list_is_walked_by_cursor(trial: &Trial) {
    assert_eq!(trial.config().await["pagination"]["cursor"], true);
    let (title, three) = trio(trial).await;
    let query = format!("/Users?filter=title%20eq%20%22{title}%22&count=2&cursor=");
    let first = trial.get(&query).await;
    let last = trial.get(&format!("{query}{}", first["nextCursor"].as_str().unwrap())).await;
    assert_eq!([of(&first), of(&last)].concat(), three);
    assert_eq!((first.get("previousCursor"), last.get("nextCursor")), (None, None));
}
