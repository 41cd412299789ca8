//! Lists and lookups: how a connector finds the people it knows, and nobody else's.

use crate::support::{Connected, World};
use seatbridge::flavour::Flavour;
use serde_json::{Value, json};

/// Names on one page of a list.
fn names(list: &Value) -> Vec<&str> {
    list["Resources"].as_array().unwrap().iter().map(|one| one["userName"].as_str().unwrap()).collect()
}

async fn list(directory: &Connected, query: &str) -> Value {
    directory.send("GET", &format!("/Users{query}"), None).await.is(200).json()
}

async fn found(directory: &Connected, filter: &str) -> Vec<String> {
    let list = directory.find(filter).await.is(200).json();
    assert_eq!(list["totalResults"], list["Resources"].as_array().unwrap().len(), "{filter}");
    names(&list).into_iter().map(str::to_owned).collect()
}

/// S3: a query that finds nothing is 200 with an empty list, never 404. Entra facts §3: 404 quarantines
/// the job.
#[actix_web::test]
async fn a_query_that_finds_nothing_is_an_empty_list() {
    let world = World::start().await;
    let empty = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 0, "startIndex": 1, "itemsPerPage": 0, "Resources": [],
    });
    for directory in [world.okta().await, world.entra().await] {
        for query in [
            "",
            "?startIndex=1&count=2",
            "?filter=userName+eq+%227d0c1f7e-0f7c-4c1e-9d7f-0a3c2c9b1d11%22",
            "?filter=userName%20eq%20%22rin.sato%40northbay.example%22&startIndex=1&count=100",
            "?filter=externalId+eq+%22nobody%22",
            "?filter=id+eq+%22nobody%22",
            "?filter=active+eq+false",
            "?filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22nobody%22",
            "?aadOptscim062020",
            "?filter=",
        ] {
            assert_eq!(list(&directory, query).await, empty, "{query}");
        }
    }
}

/// S3: inactive people stay visible in lists, in filters and by id. Okta quirk 7, Entra facts §5.
#[actix_web::test]
async fn inactive_people_stay_visible() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        let address = format!("ada@{}.example", directory.name);
        let body =
            json!({"userName": address, "externalId": "x1", "emails": [{"value": address, "type": "work"}]});
        let id = directory.create(body).await.is(201).id();
        directory.set_active(&id, false).await.is(200);
        assert_eq!(directory.read(&id).await.is(200).json()["active"], false);
        assert_eq!(list(&directory, "").await["Resources"][0]["active"], false);
        for filter in [
            format!("userName eq \"{address}\""),
            "externalId eq \"x1\"".to_owned(),
            format!("id eq \"{id}\""),
            "active eq false".to_owned(),
            format!("emails.value eq \"{address}\""),
            format!("emails[type eq \"work\"].value eq \"{address}\""),
        ] {
            let hit = directory.find(&filter).await.is(200).json();
            assert_eq!(
                (&hit["totalResults"], &hit["Resources"][0]["active"]),
                (&json!(1), &json!(false)),
                "{filter}"
            );
        }
        assert_eq!(found(&directory, "active eq true").await, [""; 0]);
    }
}

/// S6: 1-based `startIndex`, `count`, numbers as numbers, and the same order on every page: that of creation.
/// Okta facts §5: the next page starts 100 further, whatever happens in between.
#[actix_web::test]
async fn pages_are_one_based_and_in_order_of_creation() {
    let world = World::start().await;
    let okta = world.okta().await;
    let mut ids = Vec::new();
    for name in ["c", "a", "e", "b", "d"] {
        ids.push(okta.assign(&format!("{name}@x.example")).await);
    }
    okta.patch(&ids[0], json!([{"op": "replace", "value": {"title": "changed last"}}])).await.is(200);
    okta.set_active(&ids[1], false).await.is(200);
    let all = ["c@x.example", "a@x.example", "e@x.example", "b@x.example", "d@x.example"];
    assert_eq!(names(&list(&okta, "").await), all);
    for (query, start, shown) in [
        ("?startIndex=1&count=2", 1, &all[..2]),
        ("?startIndex=3&count=2", 3, &all[2..4]),
        ("?startIndex=5&count=2", 5, &all[4..]),
        ("?startIndex=6&count=2", 6, &all[5..]),
        ("?startIndex=900", 900, &all[5..]),
        ("?startIndex=0&count=1", 1, &all[..1]),
        ("?startIndex=-5&count=1", 1, &all[..1]),
        ("?count=0", 1, &all[..0]),
        ("?count=-1", 1, &all[..0]),
        ("?STARTINDEX=2&Count=1", 2, &all[1..2]),
        ("?startIndex=2&count=2&filter=active+eq+true", 2, &["e@x.example", "b@x.example"]),
        ("?startIndex=99999999999999999999&count=99999999999999999999", u64::MAX, &all[5..]),
    ] {
        let page = list(&okta, query).await;
        let total = if query.contains("filter") { 4 } else { 5 };
        assert_eq!(page["totalResults"], json!(total), "{query}");
        assert_eq!(page["startIndex"], json!(start), "{query}");
        assert_eq!(page["itemsPerPage"], json!(shown.len()), "{query}");
        assert_eq!(names(&page), shown, "{query}");
    }
}

/// S6: `count` is capped, and the rest is on the next pages; a page is never under 100 because Okta steps
/// by 100.
#[actix_web::test]
async fn a_page_is_capped_and_nobody_is_lost() {
    let world = World::configured(200, |config| config.limits.page_size = 100).await;
    let okta = world.okta().await;
    for number in 0..103 {
        okta.assign(&format!("p{number}@x.example")).await;
    }
    for query in ["", "?count=5000", "?count=101", "?count=100"] {
        let page = list(&okta, query).await;
        assert_eq!((&page["totalResults"], &page["itemsPerPage"]), (&json!(103), &json!(100)), "{query}");
    }
    let rest = list(&okta, "?startIndex=101&count=100").await;
    assert_eq!(names(&rest), ["p100@x.example", "p101@x.example", "p102@x.example"]);
}

/// S6: what is no number is 400 `invalidValue`, by name, for Users and Groups alike.
#[actix_web::test]
async fn what_is_no_number_is_refused_by_name() {
    let world = World::start().await;
    let okta = world.okta().await;
    for path in ["/Users", "/Groups"] {
        for text in ["abc", "1.5", "", "1e3", "0x10", "--1", "%22"] {
            for parameter in ["startIndex", "count"] {
                let answer = okta.send("GET", &format!("{path}?{parameter}={text}"), None).await;
                answer.is_scim_error(400, "invalidValue").says(parameter);
            }
        }
    }
    let message = json!({"startIndex": 1, "count": "many"});
    okta.send("POST", "/Users/.search", Some(message)).await.is_scim_error(400, "invalidValue");
}

/// RFC 7644 §3.4.2.2, issue 2: `eq` and `and` on every attribute a connector looks people up by.
#[actix_web::test]
async fn people_are_found_by_what_connectors_know_of_them() {
    let world = World::start().await;
    for directory in [world.okta().await, world.entra().await] {
        let at = |name: &str| format!("{name}@{}.example", directory.name);
        let person = |name: &str, kind: &str| {
            json!({"userName": at(name), "externalId": format!("ID-{name}"),
                "emails": [{"value": at(name), "type": kind, "primary": true},
                    {"value": at("shared"), "type": "other"}]})
        };
        let ada = directory.create(person("ada", "work")).await.is(201).id();
        directory.create(person("bob", "home")).await.is(201);
        let (ada_at, bob_at, shared) = (at("ada"), at("bob"), at("shared"));
        for (filter, hits) in [
            (format!("userName eq \"{ada_at}\""), vec![&ada_at]),
            (format!("userName eq \"{}\"", ada_at.to_uppercase()), vec![&ada_at]),
            (format!("USERNAME EQ \"{ada_at}\""), vec![&ada_at]),
            (format!("urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"{ada_at}\""), vec![&ada_at]),
            ("externalId eq \"ID-bob\"".to_owned(), vec![&bob_at]),
            ("externalId eq \"id-bob\"".to_owned(), vec![]),
            (format!("id eq \"{ada}\""), vec![&ada_at]),
            (format!("id eq \"{}\"", ada.to_uppercase()), vec![]),
            ("active eq true".to_owned(), vec![&ada_at, &bob_at]),
            ("active eq false".to_owned(), vec![]),
            (format!("emails.value eq \"{}\"", bob_at.to_uppercase()), vec![&bob_at]),
            (format!("emails eq \"{shared}\""), vec![&ada_at, &bob_at]),
            (format!("emails[type eq \"work\"].value eq \"{ada_at}\""), vec![&ada_at]),
            (format!("emails[type eq \"work\"].value eq \"{bob_at}\""), vec![]),
            (format!("emails[type eq \"Other\"].Value eq \"{shared}\""), vec![&ada_at, &bob_at]),
            (format!("emails[type eq \"other\" and value eq \"{shared}\"]"), vec![&ada_at, &bob_at]),
            (format!("userName eq \"{ada_at}\" and active eq true"), vec![&ada_at]),
            (
                format!("active eq true and userName eq \"{ada_at}\" and externalId eq \"ID-ada\""),
                vec![&ada_at],
            ),
            (format!("userName eq \"{ada_at}\" and externalId eq \"ID-bob\""), vec![]),
            (format!("(userName eq \"{ada_at}\") and (active eq true)"), vec![&ada_at]),
            ("userName eq \"ada\"".to_owned(), vec![]),
            ("userName eq \"\"".to_owned(), vec![]),
        ] {
            assert_eq!(
                found(&directory, &filter).await,
                *hits.into_iter().cloned().collect::<Vec<_>>(),
                "{filter}"
            );
        }
    }
}

/// Entra facts §5: a reference check asks for an id and a manager together, in either order, and for `id`
/// alone.
#[actix_web::test]
async fn a_manager_is_checked_by_two_eq_filters() {
    let world = World::start().await;
    let entra = world.entra().await;
    let boss = entra.assign("boss@x.example").await;
    let ada = entra.assign("ada@x.example").await;
    let operation = json!([{"op": "Add", "path": "manager", "value": [{"value": boss}]}]);
    entra.patch(&ada, operation).await.is(200);
    for (filter, total) in [
        (format!("id eq \"{ada}\" and manager eq \"{boss}\""), 1),
        (format!("manager eq \"{boss}\" and id eq \"{ada}\""), 1),
        (format!("id eq \"{boss}\" and manager eq \"{boss}\""), 0),
        (format!("id eq \"{ada}\" and manager eq \"{ada}\""), 0),
    ] {
        let query: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let hit = list(&entra, &format!("?filter={query}&attributes=id")).await;
        assert_eq!(hit["totalResults"], total, "{filter}");
        if total == 1 {
            assert_eq!(hit["Resources"][0]["id"], json!(ada));
            assert_eq!(hit["Resources"][0].get("userName"), None);
        }
    }
}

/// Entra facts §2: filters are form-encoded: `+` is a blank, `%2B` a plus.
#[actix_web::test]
async fn a_plus_is_a_blank_and_an_encoded_plus_is_a_plus() {
    let world = World::start().await;
    let entra = world.entra().await;
    entra.assign("ada+apollo@x.example").await;
    for query in [
        "filter=userName+eq+%22ada%2Bapollo%40x.example%22",
        "filter=userName%20eq%20%22ada%2bapollo@x.example%22",
        "aadOptscim062020&filter=userName+eq+%22ada%2Bapollo%40x.example%22",
        "filter=+userName++eq+%22ada%2Bapollo%40x.example%22+",
    ] {
        assert_eq!(list(&entra, &format!("?{query}")).await["totalResults"], 1, "{query}");
    }
    assert_eq!(list(&entra, "?filter=userName+eq+%22ada+apollo%40x.example%22").await["totalResults"], 0);
}

/// S12: a filter's right-hand side is a JSON value in every flavour; an unquoted word is 400 `invalidFilter`.
/// Other broken or oversized filters are refused the same way (S8).
#[actix_web::test]
async fn a_filter_that_cannot_be_read_is_refused() {
    let world = World::start().await;
    let deep = format!("{}active eq true{}", "(".repeat(40), ")".repeat(40));
    let long = format!("userName eq \"{}\"", "x".repeat(4096));
    for directory in [world.okta().await, world.entra().await] {
        directory.assign(&format!("jyoung@{}.example", directory.name)).await;
        for filter in [
            "externalId eq jyoung",
            "userName eq jyoung",
            "id eq jyoung",
            "emails.value eq jyoung@x.example",
            "active eq yes",
            "userName eq 'jyoung'",
            "userName eq \"jyoung",
            "userName eq",
            "userName",
            "eq \"a\"",
            "userName = \"a\"",
            "userName eq \"a\" and",
            "userName eq \"a\" userName eq \"b\"",
            "(userName eq \"a\"",
            "colour eq \"blue\"",
            "emails[type eq \"work\".value eq \"a\"",
            "password eq \"x7kq02vz\"",
            &deep,
            &long,
        ] {
            directory.find(filter).await.is_scim_error(400, "invalidFilter");
            let message = json!({"filter": filter});
            directory.send("POST", "/Users/.search", Some(message)).await.is_scim_error(400, "invalidFilter");
        }
    }
}

/// S13: a directory sees only its own Users: not in lists, not by id, not by filter, and it changes none
/// of them.
#[actix_web::test]
async fn another_directorys_users_do_not_exist() {
    let world = World::start().await;
    let okta = world.okta().await;
    let entra = world.entra().await;
    let emails = json!([{"value": "ada@x.example", "type": "work"}]);
    let body = json!({"userName": "ada@x.example", "externalId": "x1", "emails": emails});
    let made = okta.create(body).await;
    let id = made.is(201).id();
    assert_eq!(list(&entra, "").await["totalResults"], 0);
    for filter in [
        "userName eq \"ada@x.example\"".to_owned(),
        "externalId eq \"x1\"".to_owned(),
        format!("id eq \"{id}\""),
        "active eq true".to_owned(),
        "emails.value eq \"ada@x.example\"".to_owned(),
        "userName pr".to_owned(),
        "emails[type eq \"work\"].value eq \"ada@x.example\"".to_owned(),
    ] {
        assert_eq!(found(&entra, &filter).await, [""; 0], "{filter}");
    }
    entra.read(&id).await.is_scim_error(404, None);
    entra.replace(&id, json!({"userName": "eve@x.example"})).await.is_scim_error(404, None);
    entra.set_active(&id, false).await.is_scim_error(404, None);
    entra.delete(&id).await.is_scim_error(404, None);
    assert_eq!(okta.read(&id).await.json(), made.json(), "nothing of it was done");

    let second = world.connect("okta-emea", Flavour::Okta, Default::default()).await;
    second.read(&id).await.is_scim_error(404, None);
    assert_eq!(list(&second, "").await["totalResults"], 0, "the same flavour is no kinship");
}

/// RFC 7644 §3.9: `attributes` and `excludedAttributes` shape every answer; what is always returned stays.
#[actix_web::test]
async fn an_answer_shows_the_attributes_asked_for() {
    let world = World::start().await;
    let okta = world.okta().await;
    let name = json!({"givenName": "Ada", "familyName": "King"});
    let body = json!({"userName": "ada@x.example", "title": "CTO", "name": name,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales"}});
    let id = okta.create(body.clone()).await.is(201).id();
    let members =
        |resource: &Value| resource.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    for (query, shown) in [
        ("attributes=userName", "schemas id userName".to_owned()),
        ("attributes=USERNAME,title", "schemas id userName title".to_owned()),
        ("attributes=name.givenName", "schemas id name".to_owned()),
        ("attributes=colour", "schemas id".to_owned()),
        (&format!("attributes={enterprise}:department"), format!("schemas id {enterprise}")),
        ("excludedAttributes=meta,name,title,active,id", format!("schemas id userName {enterprise}")),
        (
            &format!("excludedAttributes=meta,{enterprise}"),
            "schemas id userName name title active".to_owned(),
        ),
    ] {
        let listed = list(&okta, &format!("?{query}")).await;
        assert_eq!(members(&listed["Resources"][0]), shown, "{query}");
        let target = format!("/Users/{id}?{query}");
        assert_eq!(members(&okta.send("GET", &target, None).await.is(200).json()), shown, "{query}");
        assert_eq!(
            members(&okta.send("PUT", &target, Some(body.clone())).await.is(200).json()),
            shown,
            "{query}"
        );
    }
    let part = list(&okta, "?attributes=name.givenName").await;
    assert_eq!(part["Resources"][0]["name"], json!({"givenName": "Ada"}));
}

/// RFC 7644 §3.9, S5: both projections at once are refused before anything is done.
#[actix_web::test]
async fn two_projections_are_refused_and_nothing_is_done() {
    let world = World::start().await;
    let okta = world.okta().await;
    let made = okta.create(json!({"userName": "ada@x.example"})).await;
    let both = "attributes=userName&excludedAttributes=meta";
    let user = format!("/Users/{}?{both}", made.is(201).id());
    let patch = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "value": {"active": false}}]});
    for (method, path, body) in [
        ("POST", format!("/Users?{both}"), Some(json!({"userName": "bob@x.example"}))),
        ("PUT", user.clone(), Some(json!({"userName": "ada@x.example", "active": false}))),
        ("PATCH", user.clone(), Some(patch)),
        ("GET", user, None),
        ("GET", format!("/Users?{both}"), None),
    ] {
        okta.send(method, &path, body).await.is_scim_error(400, "invalidValue").says("one of them");
    }
    assert_eq!(list(&okta, "").await["totalResults"], 1);
    assert_eq!(okta.read(&made.id()).await.json(), made.json());
}
