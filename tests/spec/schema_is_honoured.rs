//! The schemas: every attribute that `/Schemas` tells of does what is told of it, tried one by one.
//!
//! `leaves` reads the document; each promise of a characteristic walks all of them. People of this chapter
//! hold no seat, so that no rule of the seat stands between an attribute and its schema.

mod characteristics;
mod leaves;

use self::leaves::leaves;
use crate::support::{Connected, World};
use serde_json::{Value, json};

/// Somebody of their own for each attempt, without a seat.
async fn with(directory: &Connected, number: usize, members: Value) -> Value {
    directory.create(body(number, members)).await.is(201).json()
}

fn body(number: usize, members: Value) -> Value {
    let mut body = json!({"userName": format!("p{number}@schema.example"), "active": false});
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn id(user: &Value) -> &str {
    user["id"].as_str().unwrap()
}

async fn count(directory: &Connected, id: &str, filter: &str) -> u64 {
    let both = format!("id eq \"{id}\" and ({filter})");
    let answer = directory.find(&both).await;
    assert_eq!(answer.status, 200, "{both}: {answer:?}");
    answer.json()["totalResults"].as_u64().unwrap()
}

/// S1, S11: what is advertised is stored, and returned as sent by POST, PUT and GET; a PUT without it clears
/// it (S4).
#[actix_web::test]
async fn every_attribute_is_stored_and_returned_as_sent() {
    let world = World::start().await;
    let okta = world.okta().await;
    for (number, leaf) in leaves(&okta).await.iter().filter(|leaf| leaf.is_written()).enumerate() {
        let (first, second) = (leaf.sample(number, 0), leaf.sample(number, 1));
        let made = with(&okta, number, leaf.members(&first)).await;
        assert_eq!(leaf.values(&made), [&first], "{}", leaf.path());
        assert_eq!(okta.read(id(&made)).await.json(), made, "{}", leaf.path());

        let replaced = okta.replace(id(&made), body(number, leaf.members(&second))).await.is(200).json();
        assert_eq!(leaf.values(&replaced), [&second], "{}", leaf.path());
        assert_eq!(okta.read(id(&made)).await.json(), replaced, "{}", leaf.path());
        if leaf.may_be_absent() {
            let cleared = okta.replace(id(&made), body(number, json!({}))).await.is(200).json();
            assert!(leaf.values(&cleared).is_empty(), "{}: {cleared}", leaf.path());
        }
    }
}

/// RFC 7644 §3.4.2.2, RFC 7643 §7: every operator that the type allows, letter case as `caseExact` says, and
/// names in any letter case, alone and behind their URN.
#[actix_web::test]
async fn every_attribute_is_found_by_every_operator_its_type_allows() {
    let world = World::start().await;
    let okta = world.okta().await;
    for (number, leaf) in leaves(&okta).await.iter().filter(|leaf| leaf.is_written()).enumerate() {
        let (held, other) = (leaf.sample(number, 0), leaf.sample(number, 1));
        let made = with(&okta, number, leaf.members(&held)).await;
        let mut cases = vec![
            (format!("eq {held}"), 1),
            (format!("eq {other}"), 0),
            (format!("ne {held}"), 0),
            (format!("ne {other}"), 1),
            (format!("NE {other}"), 1),
            ("pr".to_owned(), 1),
            ("eq null".to_owned(), 0),
        ];
        if let Some(text) = held.as_str() {
            let (head, tail) = text.split_at(text.len() / 2);
            let middle: String = text.chars().skip(1).take(text.chars().count() - 2).collect();
            let shouted = json!(text.to_uppercase());
            let anyhow = u64::from(!leaf.is("caseExact"));
            cases.extend([
                (format!("co {}", json!(middle)), 1),
                (format!("sw {}", json!(head)), 1),
                (format!("ew {}", json!(tail)), 1),
                (format!("sw {}", json!(format!("{tail}{head}"))), 0),
                (format!("ge {held}"), 1),
                (format!("gt {held}"), 0),
                (format!("le {held}"), 1),
                (format!("lt {held}"), 0),
                (format!("gt {}", json!(head)), 1),
                (format!("lt {}", json!(format!("{text}a"))), 1),
                (format!("eq {shouted}"), anyhow),
                (format!("co {shouted}"), anyhow),
            ]);
        }
        for path in [leaf.path(), leaf.full_path(), leaf.path().to_uppercase()] {
            for (rest, wanted) in &cases {
                let filter = format!("{path} {rest}");
                assert_eq!(count(&okta, id(&made), &filter).await, *wanted, "{filter}");
            }
        }
        if held.is_boolean() {
            for op in ["gt", "ge", "lt", "le"] {
                okta.find(&format!("{} {op} true", leaf.path())).await.is_scim_error(400, "invalidFilter");
            }
        }
        if leaf.multi {
            let sub = leaf.sub.as_deref().unwrap();
            for (literal, wanted) in [(&held, 1), (&other, 0)] {
                let filter = format!("{}[{sub} eq {literal}]", leaf.top);
                assert_eq!(count(&okta, id(&made), &filter).await, wanted, "{filter}");
            }
        }
    }
}

/// RFC 7644 §3.5.2.1 to §3.5.2.3: every writable attribute is added, replaced and removed, by its path alone,
/// behind its URN, and as a member of a value without path.
#[actix_web::test]
async fn every_attribute_is_added_replaced_and_removed() {
    let world = World::start().await;
    let okta = world.okta().await;
    for (number, leaf) in leaves(&okta).await.iter().filter(|leaf| leaf.is_written()).enumerate() {
        let (first, second) = (leaf.sample(number, 0), leaf.sample(number, 1));
        let filled = leaf.members(&first);
        let made = with(&okta, number, if leaf.multi { filled } else { json!({}) }).await;
        let id = id(&made).to_owned();
        for path in [leaf.path(), leaf.full_path(), leaf.path().to_uppercase()] {
            for (op, value) in [("add", &first), ("replace", &second)] {
                let by_path = json!([{"op": op, "path": path, "value": value}]);
                let shown = okta.patch(&id, by_path.clone()).await.is(200).json();
                assert_eq!(leaf.values(&shown), [value], "{by_path}");
                let bare = json!([{"op": op, "value": {path.as_str(): value}}]);
                let again = okta.patch(&id, bare.clone()).await.is(200).json();
                assert_eq!(again, shown, "{bare}: the same said again changes nothing");
            }
            if leaf.may_be_absent() {
                let gone = okta.patch(&id, json!([{"op": "remove", "path": path}])).await.is(200).json();
                assert!(leaf.values(&gone).is_empty(), "{path}: {gone}");
                let back = json!([{"op": "add", "value": leaf.members(&first)}]);
                assert_eq!(leaf.values(&okta.patch(&id, back).await.is(200).json()), [&first], "{path}");
            }
        }
    }
}

/// RFC 7644 §3.9, RFC 7643 §7 `returned`: each attribute is shown alone and left out alone, in every answer
/// that shows a User.
#[actix_web::test]
async fn every_attribute_is_shown_and_left_out_by_name() {
    let world = World::start().await;
    let okta = world.okta().await;
    for (number, leaf) in leaves(&okta).await.iter().filter(|leaf| leaf.is_written()).enumerate() {
        let value = leaf.sample(number, 0);
        let made = with(&okta, number, leaf.members(&value)).await;
        let id = id(&made).to_owned();
        for path in [leaf.path(), leaf.full_path(), leaf.path().to_uppercase()] {
            let query = |name: &str| {
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                query.append_pair(name, &path).append_pair("filter", &format!("id eq \"{id}\"")).finish()
            };
            let alone = okta.send("GET", &format!("/Users/{id}?{}", query("attributes")), None).await;
            let alone = alone.is(200).json();
            assert_eq!(leaf.values(&alone), [&value], "{path}");
            let shown: Vec<&String> = alone.as_object().unwrap().keys().collect();
            assert_eq!(shown, ["schemas", "id", leaf.member()], "{path} alone");
            let without =
                okta.send("GET", &format!("/Users/{id}?{}", query("excludedAttributes")), None).await;
            let without = without.is(200).json();
            assert!(leaf.values(&without).is_empty(), "{path}: {without}");
            assert!(without.get("meta").is_some() && without.get("id").is_some(), "{without}");
            for (name, wanted) in [("attributes", &alone), ("excludedAttributes", &without)] {
                let listed = okta.send("GET", &format!("/Users?{}", query(name)), None).await.is(200).json();
                assert_eq!(&listed["Resources"][0], wanted, "{path}");
                let search = json!({name: [path], "filter": format!("id eq \"{id}\"")});
                let searched = okta.send("POST", "/Users/.search", Some(search)).await.is(200).json();
                assert_eq!(&searched["Resources"][0], wanted, "{path}");
            }
        }
    }
}

/// RFC 7644 §3.9: POST, PUT and PATCH show what the request wishes to see, as a GET does.
#[actix_web::test]
async fn the_answers_of_changes_show_what_was_wished_for() {
    let world = World::start().await;
    let okta = world.okta().await;
    let core = "urn:ietf:params:scim:schemas:core:2.0:User";
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let whole = json!({"userName": "rin@x.example", "title": "CTO", "name": {"givenName": "Rin"},
        "externalId": "7", enterprise: {"department": "Sales", "division": "North"}});
    for (number, (wish, members)) in [
        ("attributes=title", vec!["schemas", "id", "title"]),
        ("attributes=nosuch", vec!["schemas", "id"]),
        (&format!("attributes={enterprise}"), vec!["schemas", "id", enterprise]),
        (&format!("attributes={core}"), vec!["schemas", "id", "userName", "name", "title", "active"]),
        (
            &format!("attributes={enterprise}:department,userName"),
            vec!["schemas", "id", "userName", enterprise],
        ),
        (&format!("excludedAttributes={core}"), vec!["schemas", "id", "externalId", enterprise, "meta"]),
        (
            "excludedAttributes=name,meta,title,id,schemas",
            vec!["schemas", "id", "externalId", "userName", "active", enterprise],
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let mut sent = whole.clone();
        sent["userName"] = json!(format!("rin{number}@x.example"));
        sent["externalId"] = json!(number.to_string());
        let made = okta.send("POST", &format!("/Users?{wish}"), Some(sent.clone())).await.is(201).json();
        let at = format!("/Users/{}?{wish}", id(&made));
        let patch = json!({"Operations": [{"op": "replace", "path": "title", "value": "CTO"}]});
        for answer in [
            okta.send("PUT", &at, Some(sent)).await,
            okta.send("PATCH", &at, Some(patch)).await,
            okta.send("GET", &at, None).await,
        ] {
            assert_eq!(answer.is(200).json(), made, "{wish}");
        }
        let mut shown: Vec<&str> = made.as_object().unwrap().keys().map(String::as_str).collect();
        let mut wanted = members.clone();
        shown.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(shown, wanted, "{wish}");
    }
    for method in ["POST", "PUT", "PATCH"] {
        let at = if method == "POST" { "/Users".to_owned() } else { "/Users/nobody".to_owned() };
        let both = format!("{at}?attributes=title&excludedAttributes=name");
        okta.send(method, &both, Some(whole.clone())).await.is_scim_error(400, "invalidValue");
    }
}
