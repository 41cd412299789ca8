//! What leaves, compared with the fact sheet.

use serde_json::{Value, json};

use super::stub::{Reply, Stub, user};
use crate::emulator::okta::{Authorization, Mode, Okta, Person};
use crate::emulator::wire::{form, percent, quoted};

const RIN: &str = "rin.sato@northbay.example";

fn rin() -> Person {
    Person::new("Rin", "Sato", RIN)
}

fn okta(stub: &Stub, mode: Mode) -> Okta {
    Okta::new(&stub.target(), "sb_token", mode).unwrap()
}

async fn assigned(mode: Mode, then: Vec<Reply>) -> (Stub, Okta) {
    let mut replies = vec![Reply::list(&[]), Reply::scim(201, user("s1", RIN, true))];
    replies.extend(then);
    let stub = Stub::answering(replies);
    let mut okta = okta(&stub, mode);
    assert!(okta.assign(&rin()).await.ok());
    (stub, okta)
}

/// Okta facts §2, §4.
#[tokio::test]
async fn the_connection_test_is_two_fixed_calls_with_oktas_headers() {
    let stub = Stub::answering(vec![Reply::list(&[]), Reply::list(&[])]);
    let outcome = okta(&stub, Mode::Aiw).test_connection().await;
    assert!(outcome.ok(), "{outcome:?}");
    assert_eq!(
        stub.lines(),
        ["GET /scim/v2/Users?startIndex=1&count=2", "GET /scim/v2/Groups?startIndex=1&count=100"]
    );
    let first = &stub.requests()[0];
    assert_eq!(first.header("Accept"), Some("application/scim+json"));
    assert_eq!(first.header("Accept-Charset"), Some("utf-8"));
    assert_eq!(first.header("User-Agent"), Some("Okta SCIM Client 1.0.0"));
    assert_eq!(first.header("Authorization"), Some("Bearer sb_token"));
    assert_eq!(first.header("Connection"), Some("Keep-Alive"));
    assert_eq!(first.header("Content-Type"), None, "no Content-Type without a body");
}

/// Okta facts §3.
#[tokio::test]
async fn the_token_arrives_in_three_forms() {
    let forms = [
        (Authorization::Bearer, "Bearer t"),
        (Authorization::Bare, "t"),
        (Authorization::Doubled, "Bearer Bearer t"),
    ];
    for (form, expected) in forms {
        let stub = Stub::answering(vec![Reply::list(&[]), Reply::list(&[])]);
        Okta::authorized(&stub.target(), "t", Mode::Aiw, form).unwrap().test_connection().await;
        assert_eq!(stub.requests()[0].header("Authorization"), Some(expected));
    }
}

/// Okta facts §6.1.
#[tokio::test]
async fn a_miss_becomes_a_create_with_password_groups_and_locale() {
    for mode in Mode::ALL {
        let (stub, okta) = assigned(mode, vec![]).await;
        assert_eq!(
            stub.lines(),
            [
                "GET /scim/v2/Users?filter=userName%20eq%20%22rin.sato%40northbay.example%22\
                 &startIndex=1&count=100",
                "POST /scim/v2/Users",
            ]
        );
        let create = &stub.requests()[1];
        assert_eq!(create.header("Content-Type"), Some("application/scim+json; charset=utf-8"));
        let mut body = create.json();
        let password = body["password"].take();
        assert_eq!(password.as_str().map(str::len), Some(8));
        let id = rin().okta_id;
        assert!(id.starts_with("00u") && id.len() == 20, "{id}");
        let expected = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": RIN,
            "name": {"givenName": "Rin", "familyName": "Sato"},
            "emails": [{"primary": true, "value": RIN, "type": "work"}],
            "displayName": "Rin Sato", "locale": "en-US", "externalId": id,
            "groups": [], "password": null, "active": true,
        });
        assert_eq!(body.to_string(), expected.to_string(), "members and their order");
        assert_eq!(okta.id_of(&rin()), Some("s1"));
    }
}

/// Okta facts §8: PUT of the echoed resource in an AIW app, PATCH without path elsewhere.
#[tokio::test]
async fn unassigning_is_a_put_or_a_patch_by_mode() {
    let (stub, mut okta) = assigned(
        Mode::Aiw,
        vec![Reply::scim(200, user("s1", RIN, true)), Reply::scim(200, user("s1", RIN, false))],
    )
    .await;
    assert!(okta.unassign(&rin()).await.ok());
    assert_eq!(stub.lines()[2..], ["GET /scim/v2/Users/s1", "PUT /scim/v2/Users/s1"]);
    assert_eq!(stub.requests()[3].body, user("s1", RIN, false).to_string(), "everything else is echoed");

    for mode in [Mode::OinMixed, Mode::OinPatch] {
        let (stub, mut okta) = assigned(mode, vec![Reply::none(204)]).await;
        assert!(okta.unassign(&rin()).await.ok());
        assert_eq!(stub.lines()[2..], ["PATCH /scim/v2/Users/s1"]);
        assert_eq!(
            stub.requests()[2].body,
            concat!(
                r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"#,
                r#""Operations":[{"op":"replace","value":{"active":false}}]}"#
            )
        );
    }
}

/// Okta facts §7.1: the GET body comes back, unknown members and long numbers included.
#[tokio::test]
async fn a_put_echoes_what_was_read_with_the_changes_merged_in() {
    let shown = user("s1", RIN, true);
    let answers = vec![Reply::scim(200, shown.clone()), Reply::scim(200, shown)];
    let (stub, mut okta) = assigned(Mode::OinMixed, answers).await;
    assert!(okta.push_profile(&rin().with_title("Analyst").with_department("Sales")).await.ok());
    let put = stub.requests()[3].json();
    assert_eq!(put["title"], "Analyst");
    assert_eq!(put["name"]["middleName"], "Q", "a partial name merges");
    assert_eq!(put["seatNote"].to_string(), "12345678901234567890");
    assert_eq!(put["meta"]["location"], "https://bridge.example/scim/v2/Users/s1");
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    assert_eq!(put[urn]["department"], "Sales");
    assert_eq!(put["schemas"][1], urn);
    assert_eq!(put.get("password"), None);
}

/// Okta facts §7.2.
#[tokio::test]
async fn a_patch_app_sends_what_changed_in_one_pathless_replace() {
    let (stub, mut okta) = assigned(Mode::OinPatch, vec![Reply::none(204)]).await;
    let new = "rin.berg@northbay.example";
    assert!(okta.rename(&rin().renamed(new)).await.ok());
    let expected = json!([{"op": "replace", "value": {
        "userName": new, "emails": [{"primary": true, "value": new, "type": "work"}]}}]);
    assert_eq!(stub.requests()[2].json()["Operations"], expected);
}

/// Okta facts §6.2, §6.3: which calls link a hit, by mode and state.
#[tokio::test]
async fn a_hit_is_linked_woken_and_pushed_by_mode() {
    let read = "GET /scim/v2/Users/s9";
    let put = "PUT /scim/v2/Users/s9";
    let patch = "PATCH /scim/v2/Users/s9";
    let cases: [(Mode, bool, &[&str]); 6] = [
        (Mode::Aiw, true, &[read, put, read, put]),
        (Mode::Aiw, false, &[read, put, read, put]),
        (Mode::OinMixed, true, &[read, put]),
        (Mode::OinMixed, false, &[patch, read, put]),
        (Mode::OinPatch, true, &[patch]),
        (Mode::OinPatch, false, &[patch, patch]),
    ];
    for (mode, active, calls) in cases {
        let stub = Stub::deciding(move |raw| match (raw.method(), raw.target().contains('?')) {
            ("GET", true) => Reply::list(&[user("s9", RIN, active)]),
            _ => Reply::scim(200, user("s9", RIN, true)),
        });
        let mut okta = okta(&stub, mode);
        let outcome = okta.assign(&rin()).await;
        assert!(outcome.ok(), "{mode:?} {outcome:?}");
        assert_eq!(stub.lines()[1..], *calls, "{mode:?} active {active}");
        assert_eq!(okta.id_of(&rin()), Some("s9"));
        if !active && mode != Mode::Aiw {
            assert_eq!(
                stub.requests()[1].json()["Operations"],
                json!([{"op": "replace", "value": {"active": true}}])
            );
        }
    }
}

/// Okta facts §9.
#[tokio::test]
async fn group_push_looks_up_by_display_name_and_posts() {
    let stub = Stub::answering(vec![Reply::list(&[]), Reply::refusal(501, "", "Switch group push off.")]);
    let outcome = okta(&stub, Mode::Aiw).group_push("Sales").await;
    assert_eq!(
        stub.lines()[0],
        "GET /scim/v2/Groups?filter=displayName%20eq%20%22Sales%22&startIndex=1&count=100"
    );
    assert_eq!(
        stub.requests()[1].body,
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Sales","members":[]}"#
    );
    assert!(outcome.refused_detail().unwrap().contains("Switch group push off."));
    assert_eq!(outcome.last_status(), 501);
}

/// Okta facts §5: steps of 100 whatever came back.
#[tokio::test]
async fn an_import_walks_in_hundreds() {
    let people: Vec<Value> =
        (0..150).map(|n| user(&format!("s{n}"), &format!("p{n}@northbay.example"), true)).collect();
    let stub = Stub::deciding(move |raw| {
        if raw.target().contains("/Groups") {
            return Reply::list(&[]);
        }
        let start = if raw.target().contains("startIndex=101") { 100 } else { 0 };
        let page: Vec<&Value> = people.iter().skip(start).take(100).collect();
        Reply::scim(
            200,
            json!({"totalResults": 150, "startIndex": start + 1, "itemsPerPage": page.len(),
                "Resources": page}),
        )
    });
    let outcome = okta(&stub, Mode::Aiw).import().await;
    assert!(outcome.ok(), "{outcome:?}");
    assert_eq!(outcome.resources.len(), 150);
    assert_eq!(
        stub.lines(),
        [
            "GET /scim/v2/Users?startIndex=1&count=100",
            "GET /scim/v2/Users?startIndex=101&count=100",
            "GET /scim/v2/Groups?startIndex=1&count=100",
        ]
    );
}

/// Okta facts §14.6, §14.11: the same job again, byte for byte.
#[tokio::test]
async fn a_repeated_job_is_the_same_bytes() {
    let (stub, mut okta) = assigned(Mode::Aiw, vec![Reply::refusal(409, "uniqueness", "taken")]).await;
    assert!(okta.repeat_last().await.ok());
    assert_eq!(stub.requests()[1].body, stub.requests()[2].body);
}

#[tokio::test]
async fn neither_password_nor_token_is_ever_shown() {
    let stub = Stub::deciding(|raw| match raw.method() {
        "GET" => Reply::list(&[]),
        _ => Reply::refusal(
            400,
            "",
            &format!("echo {} {}", raw.json()["password"], raw.header("Authorization").unwrap()),
        ),
    });
    let outcome = okta(&stub, Mode::Aiw).assign(&rin()).await;
    let password = stub.requests()[1].json()["password"].as_str().unwrap().to_owned();
    for exchange in &outcome.exchanges {
        let shown = format!("{} {}", exchange.line(true), serde_json::to_string(exchange).unwrap());
        assert!(!shown.contains("sb_token") && !shown.contains(&password), "{shown}");
    }
}

/// Okta facts §2, Entra facts §2.
#[test]
fn each_idp_encodes_in_its_own_way() {
    let filter = format!("userName eq {}", quoted("a+\u{fc}\"b@x.example"));
    assert_eq!(percent(&filter), "userName%20eq%20%22a%2B%C3%BC%5C%22b%40x.example%22");
    assert_eq!(form(&filter), "userName+eq+%22a%2B%C3%BC%5C%22b%40x.example%22");
}

/// Tests race connectors against each other, so an operation must be able to move between threads.
#[test]
fn operations_may_run_anywhere() {
    fn sendable<T: Send>(_: &T) {}
    let mut okta = Okta::new("https://bridge.example/scim/v2", "t", Mode::Aiw).unwrap();
    let rin = rin();
    sendable(&okta.assign(&rin));
    sendable(&okta.import());
    sendable(&okta.group_push("Sales"));
}
