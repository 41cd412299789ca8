//! Filters: the whole language, answered by columns or by comparison, with one meaning.

use crate::support::{Connected, World};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config as Cases, RngAlgorithm, TestRng, TestRunner};
use seatbridge::scim::Filter;
use serde_json::{Value, json};

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

async fn search(directory: &Connected, filter: &str) -> crate::support::Reply {
    directory.send("POST", "/Users/.search", Some(json!({"schemas": [SEARCH], "filter": filter}))).await
}

/// Ids of those a filter finds, in order.
async fn found(directory: &Connected, filter: &str) -> Vec<String> {
    let page = search(directory, filter).await.is(200).json();
    let ids: Vec<String> = page["Resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(page["totalResults"], json!(ids.len()), "{filter}");
    ids
}

/// Texts that databases are known to treat each in its own way.
const TEXTS: [&str; 18] = [
    "Ada",
    "ada",
    " adi ",
    "İpek",
    "ΑΣΑΣ",
    "straße",
    "a%b_c*",
    "a\\b\"c'd",
    "ﬀ",
    "😀z",
    "a\u{d7ff}",
    "a\u{e000}b",
    "\u{10ffff}",
    "K\u{212a}k",
    "TRUE",
    "false",
    "é",
    "e\u{301}",
];

/// People of every kind, the resources as filters see them: without what a record yielded (L6), and
/// without blanks around the names people are told apart by (L4).
async fn everybody(world: &World, directory: &Connected) -> Vec<Value> {
    for (place, text) in TEXTS.iter().enumerate() {
        let other = TEXTS[(place * 7 + 3) % TEXTS.len()];
        let mut body = json!({"userName": format!("{text}{}", if place % 5 == 0 { "@x.example" } else { "" }),
            "emails": [{"value": format!("p{place}@x.example"), "primary": true, "type": "work"}]});
        let mut set = |name: &str, value: Value| body[name] = value;
        if place % 2 == 0 {
            set("externalId", json!(other));
            set("name", json!({"givenName": text, "familyName": other}));
        }
        if place % 3 == 0 {
            set("displayName", json!(format!("{other}{text}")));
            set("title", json!(other));
            let second = json!({"value": format!("{other}@Home.example"), "type": "Home"});
            set("emails", json!([{"value": format!("P{place}@x.example")}, second, {"display": "none"}]));
        }
        if place % 4 == 0 {
            set("name", json!({"familyName": text.to_uppercase()}));
            set("active", json!(false));
        }
        directory.create(body).await.is(201);
        world.clock.advance(1);
    }
    let once = json!({"userName": "once@x.example", "externalId": "first",
        "emails": [{"value": "once@x.example", "type": "work"}]});
    let id = directory.create(once.clone()).await.is(201).id();
    directory.set_active(&id, false).await.is(200);
    let mut again = once;
    again["externalId"] = json!("second");
    directory.create(again).await.is(201);
    let gone = directory.create(json!({"userName": "gone@x.example"})).await.is(201).id();
    directory.delete(&gone).await.is(204);

    let all = directory.send("GET", "/Users", None).await.is(200).json();
    let mut all = all["Resources"].as_array().unwrap().clone();
    assert_eq!(all.len(), TEXTS.len() + 2, "{all:#?}");
    let yielded = all.iter_mut().find(|user| user["id"] == json!(id)).unwrap().as_object_mut().unwrap();
    yielded.shift_remove("userName");
    yielded.shift_remove("emails");
    for user in &mut all {
        let mut names: Vec<&mut Value> = user.get_mut("userName").into_iter().collect();
        for name in &mut names {
            **name = json!(name.as_str().unwrap().trim());
        }
        for email in user.get_mut("emails").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(value) = email.get("value").and_then(Value::as_str).map(str::trim) {
                email["value"] = json!(value);
            }
        }
    }
    all
}

fn one_of(words: Vec<String>) -> BoxedStrategy<String> {
    proptest::sample::select(words).boxed()
}

/// Values that hit, and near misses of them: whole, in other case, their beginnings and ends.
fn values(all: &[Value]) -> BoxedStrategy<String> {
    let mut words: Vec<String> = TEXTS.iter().map(|text| (*text).to_owned()).collect();
    for user in all {
        let texts = [
            &user["userName"],
            &user["id"],
            &user["externalId"],
            &user["emails"][0]["value"],
            &user["emails"][1]["value"],
            &user["emails"][1]["type"],
            &user["name"]["familyName"],
            &user["displayName"],
            &user["meta"]["created"],
            &user["meta"]["lastModified"],
        ];
        words.extend(texts.into_iter().filter_map(Value::as_str).map(str::to_owned));
    }
    let parts: Vec<String> = words
        .iter()
        .flat_map(|word| {
            let word = word.trim();
            let half = word.char_indices().nth(word.chars().count() / 2).map_or(0, |(at, _)| at);
            [word.to_uppercase(), word[..half].to_owned(), word[half..].to_owned(), word.to_owned()]
        })
        .collect();
    words.extend(parts);
    words.retain(|word| word.trim() == word);
    words.extend(["".to_owned(), "work".to_owned(), "x.example".to_owned()]);
    let quoted: Vec<String> = words.into_iter().map(|word| Value::String(word).to_string()).collect();
    let bare =
        ["true", "false", "null", "5", "-1.5", "\"2020-01-01T00:00:00Z\"", "\"2099-01-01T00:00:00+05:30\""];
    prop_oneof![
        6 => one_of(quoted),
        1 => one_of(bare.iter().map(|word| (*word).to_owned()).collect()),
    ]
    .boxed()
}

fn trees(all: &[Value]) -> BoxedStrategy<String> {
    let words = |text: &str| one_of(text.split(' ').map(str::to_owned).collect());
    let ops = || words("eq ne co sw ew gt ge lt le eq eq");
    let kept = || {
        words(
            "userName userName externalId id active displayName name.givenName name.familyName emails \
        emails.value emails.type meta.created meta.lastModified meta.resourceType",
        )
    };
    let other = || words("title emails.primary emails.display name.formatted manager schemas");
    let compare = |names: BoxedStrategy<String>| {
        (names, ops(), values(all)).prop_map(|(name, op, value)| format!("{name} {op} {value}"))
    };
    let inner = prop_oneof![
        4 => compare(words("value type value type primary")),
        1 => words("value type display").prop_map(|name| format!("{name} pr")),
    ];
    let inner = joined(inner.boxed(), 3);
    let leaf = prop_oneof![
        8 => compare(kept()),
        1 => compare(other()),
        2 => prop_oneof![3 => kept(), 1 => other()].prop_map(|name| format!("{name} pr")),
        2 => inner.clone().prop_map(|inner| format!("emails[{inner}]")),
        2 => (inner, compare(words("value type"))).prop_map(|(inner, end)| format!("emails[{inner}].{end}")),
    ];
    joined(leaf.boxed(), 5)
}

fn joined(leaf: BoxedStrategy<String>, most: u32) -> BoxedStrategy<String> {
    leaf.prop_recursive(3, most, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one}) and ({other})")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one}) or ({other})")),
            inner.prop_map(|inner| format!("not ({inner})")),
        ]
    })
    .boxed()
}

/// S6, RFC 7644 §3.4.2.2: whatever answers a filter, an index, a column or comparison, it finds those and
/// only those that the filter means; on both databases.
#[actix_web::test]
async fn columns_mean_what_the_filter_means() {
    let world = World::start().await;
    let okta = world.okta().await;
    let all = everybody(&world, &okta).await;
    let mut runner =
        TestRunner::new_with_rng(Cases::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    let trees = trees(&all);
    let (mut asked, mut hits) = (0, 0);
    while asked < 1500 {
        let text = trees.new_tree(&mut runner).unwrap().current();
        let Ok(filter) = Filter::parse(&text) else {
            continue;
        };
        asked += 1;
        let meant: Vec<&str> =
            all.iter().filter(|user| filter.matches(user)).map(|user| user["id"].as_str().unwrap()).collect();
        hits += usize::from(!meant.is_empty() && meant.len() < all.len());
        assert_eq!(found(&okta, &text).await, meant, "{text}");
    }
    assert!(hits > 300, "only {hits} of {asked} filters tell people apart");
}

/// Facts that single filters are known by, over HTTP.
#[actix_web::test]
async fn every_form_of_the_language_finds_its_people() {
    let world = World::start().await;
    let okta = world.okta().await;
    let ada = okta
        .create(json!({"userName": "Ada@x.example", "externalId": "Ada-7", "title": "Ünïcode \"Boss\" \\ +",
            "name": {"givenName": "Ada", "familyName": "Lovelace"},
            "emails": [{"value": "ada@work.example", "type": "work", "primary": true},
                {"value": "ada@home.example", "type": "home"}],
            "roles": [{"value": "analyst", "primary": true}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
                {"department": "Engines", "employeeNumber": "007", "manager": {"value": "9"}}}))
        .await
        .is(201)
        .id();
    okta.create(json!({"userName": "bob@x.example", "title": "x", "active": false})).await.is(201);
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    for filter in [
        "emails[type eq \"work\" and value co \"@work\"]",
        "emails[type eq \"home\" and not (primary eq true)]",
        "emails[type eq \"fax\" or value ew \"home.example\"].value sw \"ADA\"",
        "emails[(type eq \"work\" or type eq \"home\") and value pr]",
        "urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"ada@x.example\"",
        &format!("{enterprise}:department eq \"engines\""),
        &format!("{enterprise}:manager.value eq \"9\" and {enterprise}:employeeNumber ge \"007\""),
        "manager eq \"9\"",
        "roles[primary eq \"True\"].value eq \"Analyst\"",
        "active eq \"TRUE\"",
        "active eq True and externalId sw \"Ada\"",
        "title eq \"\\u00dcn\\u00efcode \\\"boss\\\" \\\\ +\"",
        "title co \"ÏCODE\"",
        "not(active eq false)",
        "not (active eq false or title eq \"x\")",
        "active eq false and title eq \"y\" or externalId eq \"Ada-7\"",
        "meta.created gt \"2020-01-01T00:00:00.123456+05:30\" and externalId pr",
        "meta.created le \"2999-12-31T23:59:59Z\" and id eq \"ID\"",
        "meta.lastModified ne null and userName ne \"bob@x.example\"",
        "schemas eq \"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\"",
        "title ne \"x\"",
        "externalId ne null",
    ] {
        let filter = filter.replace("\"ID\"", &format!("\"{ada}\""));
        // S12: the word true is a JSON value in small letters alone.
        if filter.contains("True and") {
            search(&okta, &filter).await.is_scim_error(400, "invalidFilter").says("column 11");
            continue;
        }
        assert_eq!(found(&okta, &filter).await, [ada.as_str()], "{filter}");
    }
    for filter in [
        "emails[type eq \"work\" and value co \"@home\"]",
        "emails[type eq \"home\"].value eq \"ada@work.example\"",
        "externalId eq \"ada-7\"",
        "active eq true and (title eq \"x\" or title eq \"y\")",
    ] {
        assert_eq!(found(&okta, filter).await, [""; 0], "{filter}");
    }
}

/// U7: an invalid filter is answered with the column where it stops making sense.
#[actix_web::test]
async fn an_invalid_filter_is_told_by_its_column() {
    let world = World::start().await;
    let okta = world.okta().await;
    for (filter, column) in [
        ("userName eq jyoung", 13),
        ("userName is \"a\"", 10),
        ("title pr and shoeSize eq 1", 14),
        ("(userName eq \"a\"", 17),
        ("not userName pr", 5),
        ("active gt true", 11),
        ("meta.created gt \"yesterday\"", 17),
        ("emails[type eq \"work\"", 22),
    ] {
        let refused = search(&okta, filter).await;
        refused.is_scim_error(400, "invalidFilter").says(&format!("column {column}"));
    }
}

/// S8, RFC 7644 §3.12: a search that would look at too much is refused before it is begun and says how to
/// narrow it; narrowed, the same comparison is answered.
#[actix_web::test]
async fn a_search_that_costs_too_much_is_refused_with_the_way_out() {
    // Ten people are too many for exact comparison here, and thirty for columns.
    let world = World::configured(100, |config| config.limits.search_steps = 600).await;
    let okta = world.okta().await;
    let mut ids = Vec::new();
    for place in 0..40 {
        ids.push(okta.assign(&format!("p{place}@x.example")).await);
    }
    let twenty: Vec<String> = (0..20).map(|place| format!("userName co \"p{place}\"")).collect();
    for query in [
        "filter=title+eq+%22x%22".to_owned(),
        "sortBy=title".to_owned(),
        "sortBy=emails&cursor=".to_owned(),
        "filter=userName+sw+%22p%22+and+title+pr".to_owned(),
        format!("filter={}", twenty.join("+or+").replace(' ', "+").replace('"', "%22")),
    ] {
        let refused = okta.send("GET", &format!("/Users?{query}"), None).await;
        refused.is_scim_error(400, "tooMany").says("userName");
    }
    let narrowed =
        format!("title ne \"x\" and userName eq \"p7@x.example\" or id eq \"{}\" and title ne \"y\"", ids[9]);
    assert_eq!(found(&okta, &narrowed).await, [ids[7].as_str(), &ids[9]]);
    let narrowed = format!("emails eq \"p3@x.example\" and ({})", twenty.join(" or "));
    assert_eq!(found(&okta, &narrowed).await, [""; 0], "nobody sent an address");
    let narrowed = format!("userName eq \"p3@x.example\" and ({})", twenty.join(" or "));
    assert_eq!(found(&okta, &narrowed).await, [ids[3].as_str()]);
    let all = okta.send("GET", "/Users", None).await.is(200).json();
    assert_eq!(all["totalResults"], 40, "a plain list costs nothing");
}

/// L4: blanks around a userName or an address tell nobody apart, so that who is refused as taken is found;
/// whatever answers.
#[actix_web::test]
async fn blanks_around_a_name_mean_nothing_to_a_lookup() {
    let world = World::start().await;
    let okta = world.okta().await;
    let emails = json!([{"value": " Ada@x.example ", "type": "work"}]);
    let ada = okta.create(json!({"userName": " Ada ", "emails": emails})).await.is(201).id();
    for filter in [
        "userName eq \"ada\"",
        "userName eq \"  ADA \"",
        "emails.value eq \"ada@x.example\"",
        "emails[type eq \"work\"].value eq \" ada@x.example\"",
        "emails[value eq \"ada@x.example \" and type pr]",
        "userName sw \"a\" and userName ew \"a\"",
    ] {
        for rest in ["", " and not (title pr)"] {
            assert_eq!(found(&okta, &format!("{filter}{rest}")).await, [ada.as_str()], "{filter}{rest}");
        }
    }
    assert_eq!(okta.shown(&ada).await["userName"], " Ada ", "shown as sent");
}
