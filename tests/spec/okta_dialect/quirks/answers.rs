//! What Okta needs of an answer, and how it asks.

use super::super::RIN;
use super::{SCIM, okta_directory};
use crate::support::fakes::Told;
use crate::support::stored::meddle;
use crate::support::wire::{request, speak};
use crate::support::{Connected, Reply, World};
use futures_util::future::join_all;
use seatbridge::config::Config;
use seatbridge::emulator::okta::{Authorization, Mode, Okta};
use serde_json::{Value, json};

/// Okta quirk 13 (S2): only an integer `Retry-After` is understood, so where we ask to wait it is whole
/// seconds, never a date.
#[actix_web::test]
async fn okta_quirk_13_the_wait_is_told_in_whole_seconds() {
    let world = World::configured(10, |config| config.limits.request_seconds = 1).await;
    let okta = world.okta().await;
    let bearer = format!("Bearer {}", okta.token);
    let head = [("authorization", bearer.as_str()), ("content-length", "500")];
    // Both ask for a body that never ends, so that the deadline passes.
    let id = okta.assign(RIN).await;
    let lines = ["POST /scim/v2/Users".to_owned(), format!("PATCH /scim/v2/Users/{id}")];
    let slow = lines.iter().map(|line| speak(world.server.address, request(line, &head, "{\"user")));
    for answer in join_all(slow).await {
        answer.is_scim_error(503, None).says("retry");
        let wait = answer.header("retry-after").unwrap();
        assert!(wait.bytes().all(|byte| byte.is_ascii_digit()), "{wait}");
        assert!((1..=60).contains(&wait.parse::<u32>().unwrap()), "{wait}");
    }
    assert_eq!(okta.read(&id).await.json()["active"], true, "nothing of it was applied");
}

/// Okta quirk 14: after ten attempts Okta gives a task up for good, so nobody is throttled: of a burst of 300
/// calls none is told to wait.
#[actix_web::test]
async fn okta_quirk_14_a_burst_is_worked_off_without_throttling() {
    let world = World::with_seats(200).await;
    let okta = world.okta().await;
    let job = async |n: usize| {
        let name = format!("p{n}@northbay.example");
        let found = okta.find(&format!("userName eq \"{name}\"")).await;
        let made = okta.create(json!({"userName": name, "externalId": format!("00u{n}")})).await;
        let pushed = okta.patch(&made.id(), json!([{"op": "replace", "value": {"title": "Rep"}}])).await;
        [found, made, pushed]
    };
    let answers: Vec<Reply> = join_all((0..100).map(job)).await.into_iter().flatten().collect();
    assert_eq!(answers.len(), 300);
    for answer in &answers {
        assert!([200, 201].contains(&answer.status), "{answer:?}");
        assert_eq!(answer.header("retry-after"), None, "{answer:?}");
    }
    assert_eq!(world.seats().await.len(), 100);
}

/// Okta quirk 15 (S6): totalResults, startIndex and itemsPerPage are JSON numbers on every list, also where
/// they arrived as odd text.
#[actix_web::test]
async fn okta_quirk_15_list_numbers_are_numbers() {
    let (_world, directory) = okta_directory().await;
    directory.assign(RIN).await;
    for (target, numbers) in [
        ("/Users?startIndex=1&count=2", [1_u64, 1, 1]),
        ("/Users?startIndex=01&count=+2", [1, 1, 1]),
        ("/Users?startIndex=%201%20&count=%202", [1, 1, 1]),
        ("/Users?filter=userName%20eq%20%22nobody%22&startIndex=1&count=100", [0, 1, 0]),
        ("/Users?startIndex=999999999999&count=100", [1, 999_999_999_999, 0]),
        ("/Users?count=0", [1, 1, 0]),
        ("/Users", [1, 1, 1]),
        ("/Groups?startIndex=1&count=100", [0, 1, 0]),
    ] {
        let list = directory.send("GET", target, None).await.is(200).json();
        for (name, number) in ["totalResults", "startIndex", "itemsPerPage"].into_iter().zip(numbers) {
            assert_eq!(list[name], json!(number), "{name} of {target}: {list}");
        }
        assert!(list["Resources"].is_array(), "{target}: {list}");
    }
}

/// Okta quirk 16 (S4): POST and PUT answer the whole resource, never an empty body, also where nothing
/// changed and where a record came back.
#[actix_web::test]
async fn okta_quirk_16_post_and_put_answer_the_whole_user() {
    let (_world, directory) = okta_directory().await;
    let made = directory.create(json!({"userName": RIN})).await;
    let id = made.id();
    let with_title = json!({"userName": RIN, "title": "Analyst"});
    let put = directory.replace(&id, with_title.clone()).await;
    let again = directory.replace(&id, with_title.clone()).await;
    directory.set_active(&id, false).await.is(200);
    let revived = directory.create(json!({"userName": RIN})).await;
    for (answer, status) in [(&made, 201), (&put, 200), (&again, 200), (&revived, 201)] {
        let user = answer.is(status).json();
        for name in ["schemas", "id", "userName", "emails", "active", "meta"] {
            assert!(user.get(name).is_some() || name == "emails", "{name} is missing: {user}");
        }
        assert_eq!(user["id"], id.as_str());
        assert_eq!(user["meta"]["resourceType"], "User");
        assert_eq!(user["active"], json!(true));
        assert_eq!(answer.header("location"), user["meta"]["location"].as_str());
    }
    assert_eq!(again.json(), put.json());
}

/// Okta quirk 17 (S2): an error is a SCIM Error from every layer, or Okta fails a second time on parsing it.
#[actix_web::test]
async fn okta_quirk_17_every_layer_answers_errors_in_json() {
    let (world, directory) = okta_directory().await;
    let unknown = uuid::Uuid::now_v7();
    let large = json!({"userName": RIN, "title": "x".repeat(2 * 1024 * 1024)}).to_string();
    let typed = [("content-type", "text/plain")];
    for (method, path, headers, body, status) in [
        ("GET", "/Nothing", &[][..], None, 404),
        ("DELETE", "/Users", &[], None, 405),
        ("PUT", "/Users", &[], Some("{}"), 405),
        ("GET", &format!("/Users/{unknown}"), &[], None, 404),
        ("GET", "/Users?filter=userName%20eq%20rin", &[], None, 400),
        ("GET", "/Users?startIndex=one", &[], None, 400),
        ("POST", "/Users", &[], Some("{\"userName\":"), 400),
        ("POST", "/Users", &[], Some(""), 400),
        ("POST", "/Users", &[], Some("[]"), 400),
        ("POST", "/Users", &typed, Some("{}"), 415),
        ("POST", "/Users", &[], Some(&large), 413),
        ("POST", "/Groups", &[], Some("{}"), 501),
        ("GET", "/Me", &[], None, 501),
    ] {
        is_readable(&directory.send_with(method, path, headers, body).await, status, path);
    }
    let stranger = world.send("GET", "/scim/v2/Users", &[("authorization", "Bearer 0")], None).await;
    is_readable(&stranger, 401, "a token nobody issued");
    let id = directory.assign(RIN).await;
    meddle(&world.place, "UPDATE seats SET attributes = 'no JSON'");
    is_readable(&directory.read(&id).await, 500, "a fault of ours");
}

#[track_caller]
fn is_readable(answer: &Reply, status: u16, about: &str) {
    assert_eq!(answer.status, status, "{about}: {answer:?}");
    assert_eq!(answer.header("content-type"), Some(SCIM), "{about}");
    assert_eq!(answer.json()["status"], status.to_string(), "{about}");
    assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{about}");
}

/// Okta quirk 18 (A4): the Authorization header may be bare, prefixed, or prefixed twice; three times is
/// nobody's form, and Entra's directories accept the plain form alone.
#[actix_web::test]
async fn okta_quirk_18_the_authorization_header_may_be_bare_or_doubled() {
    let (world, directory) = okta_directory().await;
    let token = directory.token.as_str();
    let forms = [
        (format!("Bearer {token}"), 200),
        (token.to_owned(), 200),
        (format!("Bearer Bearer {token}"), 200),
        (format!("bearer  {token}"), 200),
        (format!("BEARER bearer {token}"), 200),
        (format!("Bearer Bearer Bearer {token}"), 401),
        (format!("Basic {token}"), 401),
        ("Bearer".to_owned(), 401),
    ];
    for (form, status) in &forms {
        let headers = [("authorization", form.as_str())];
        let answer = world.send("GET", "/scim/v2/Users?count=1", &headers, None).await;
        assert_eq!(answer.status, *status, "{} ...", form.get(..20).unwrap_or(form));
        assert!(!answer.text.contains(token), "a refusal repeats no token");
    }
    let entra = world.entra().await;
    let okta = |form| Okta::authorized(entra.target(), &entra.token, Mode::Aiw, form).unwrap();
    okta(Authorization::Bearer).test_connection().await.went_well();
    for form in [Authorization::Bare, Authorization::Doubled] {
        let told = okta(form).test_connection().await;
        let told = told.refused_detail().unwrap();
        assert!(told.contains("Bearer once"), "{told}");
    }
}

/// Okta quirk 19 (S2): the body may be labelled application/json, with a charset, or not at all, and the
/// Accept header may carry parameters or ask for something else.
#[actix_web::test]
async fn okta_quirk_19_media_types_are_taken_as_they_come() {
    let (world, directory) = okta_directory().await;
    let labels = [
        "application/json",
        "application/json; charset=utf-8",
        "application/scim+json",
        "application/scim+json;charset=UTF-8",
        "Application/SCIM+JSON",
    ];
    for (n, label) in labels.into_iter().enumerate() {
        let body = json!({"userName": format!("p{n}@northbay.example")}).to_string();
        let headers = [("content-type", label), ("accept", "application/scim+json; charset=utf-8")];
        let made = directory.send_with("POST", "/Users", &headers, Some(&body)).await;
        assert_eq!(made.is(201).header("content-type"), Some(SCIM), "{label}");
    }
    let bearer = format!("Bearer {}", directory.token);
    let body = json!({"userName": RIN}).to_string();
    let unlabelled = request("POST /scim/v2/Users", &[("authorization", &bearer)], &body);
    speak(world.server.address, unlabelled).await.is(201);
    for accept in ["text/html", "application/xml;q=0.9", "nonsense"] {
        let answer = directory.send_with("GET", "/Users", &[("accept", accept)], None).await;
        assert_eq!(answer.is(200).header("content-type"), Some(SCIM), "{accept}");
    }
}

/// One page as Okta asks for it: the names on it.
async fn page(okta: &Connected, start: usize) -> Vec<String> {
    let list = okta.send("GET", &format!("/Users?startIndex={start}&count=100"), None).await.is(200).json();
    let names = list["Resources"].as_array().unwrap().iter().map(|user| user["userName"].as_str().unwrap());
    names.map(str::to_owned).collect()
}

/// Okta quirk 20 (S6): an import goes on by 100 whatever came back, so no page is shorter while people
/// remain, with the smallest page that can be configured; changes between two pages lose and repeat nobody.
#[actix_web::test]
async fn okta_quirk_20_an_import_by_hundreds_loses_nobody() {
    let small = |config: &mut Config| config.limits.page_size = 100;
    let world = World::configured(300, small).await;
    let okta = world.okta().await;
    let name = |n: usize| format!("p{n}@northbay.example");
    let mut ids = Vec::new();
    for n in 0..210 {
        ids.push(okta.assign(&name(n)).await);
    }
    let mut seen = page(&okta, 1).await;
    // While Okta reads on, people change, leave and join.
    okta.patch(&ids[0], json!([{"op": "replace", "value": {"title": "Boss"}}])).await.is(200);
    okta.set_active(&ids[7], false).await.is(200);
    okta.set_active(&ids[150], false).await.is(200);
    seen.extend(page(&okta, 101).await);
    okta.assign(&name(210)).await;
    seen.extend(page(&okta, 201).await);
    assert_eq!(seen, (0..211).map(name).collect::<Vec<_>>(), "in order of creation");
    assert_eq!(page(&okta, 301).await, Vec::<String>::new());
    let greedy = okta.send("GET", "/Users?startIndex=1&count=100000", None).await.is(200).json();
    assert_eq!((&greedy["itemsPerPage"], &greedy["totalResults"]), (&json!(100), &json!(211)));
}

/// Okta quirk 26 (U7): Okta validates nothing, so each refusal names the attribute and what to do.
#[actix_web::test]
async fn okta_quirk_26_what_a_seat_needs_is_checked_and_named() {
    let (world, directory) = okta_directory().await;
    for (body, scim_type, words) in [
        (json!({"userName": ""}), "invalidValue", "userName"),
        (json!({"userName": "   "}), "invalidValue", "userName"),
        (json!({"displayName": "Rin"}), "invalidValue", "userName"),
        (json!({"userName": "rsato"}), "invalidValue", "e-mail address"),
        (json!({"userName": "rsato", "emails": [{"value": ""}]}), "invalidValue", "e-mail address"),
        (json!({"userName": "rsato", "emails": [{"value": "none"}]}), "invalidValue", "e-mail address"),
        (json!({"userName": RIN, "active": "maybe"}), "invalidValue", "active"),
        (json!({"userName": RIN, "title": 7}), "invalidValue", "title"),
        (json!({"userName": RIN, "name": "Rin Sato"}), "invalidValue", "name"),
        (json!({"userName": RIN, "emails": RIN}), "invalidValue", "emails"),
        (json!({"userName": 7}), "invalidValue", "userName"),
    ] {
        let refused = directory.create(body.clone()).await;
        assert_eq!(refused.is(400).json()["scimType"], scim_type, "{body}: {refused:?}");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(words), "{body}: {words:?} is not in {detail}");
    }
    assert!(world.seats().await.is_empty(), "nothing of a refused create is kept");
    let none: Value = directory.send("GET", "/Users", None).await.is(200).json();
    assert_eq!(none["totalResults"], 0);
}
