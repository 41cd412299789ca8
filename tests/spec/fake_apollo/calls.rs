//! Every call the user guide prints (seed document A, "Core endpoints"), with the host replaced.

use super::{call, client, fake};
use crate::support::Reply;
use seatbridge::emulator::apollo::{Apollo, Options, Switch};
use serde_json::{Value, json};

/// The calls of the guide, as it prints them: what stands in capitals is filled in by the test.
const CALLS: &str = r#"
curl --request GET \
--url 'https://api.apollo.io/api/v1/users' \
--header 'X-Api-Key: YOUR_MASTER_API_KEY' \
--header 'Content-Type: application/json'

curl --request POST \
--url 'https://api.apollo.io/api/v1/usage_stats/api_usage_stats' \
--header 'X-Api-Key: YOUR_MASTER_API_KEY' \
--header 'Content-Type: application/json'

curl --request POST \
--url 'https://api.apollo.io/api/v1/mixed_people/api_search' \
--header 'X-Api-Key: YOUR_API_KEY' \
--header 'Content-Type: application/json' \
--data '{"per_page": 25, "page": 1}'

curl --request POST \
--url 'https://api.apollo.io/api/v1/contacts/search' \
--header 'X-Api-Key: YOUR_API_KEY' \
--header 'Content-Type: application/json' \
--data '{"per_page": 25, "page": 1}'

curl --request POST \
--url 'https://api.apollo.io/api/v1/people/match' \
--header 'X-Api-Key: YOUR_API_KEY' \
--header 'Content-Type: application/json' \
--data '{"email": "jane@example.com"}'

curl --request POST \
--url 'https://api.apollo.io/api/v1/contacts' \
--header 'X-Api-Key: YOUR_API_KEY' \
--header 'Content-Type: application/json' \
--data '{"first_name":"Jane","last_name":"Doe","email":"jane@example.com"}'

curl --request POST \
--url 'https://app.apollo.io/api/v1/oauth/token' \
--data 'grant_type=authorization_code' \
--data 'client_id=YOUR_CLIENT_ID' \
--data 'client_secret=YOUR_CLIENT_SECRET' \
--data 'redirect_uri=YOUR_REDIRECT_URI' \
--data 'code=AUTH_CODE'

curl --request GET \
--url 'https://api.apollo.io/api/v1/auth/health' \
--header 'Authorization: Bearer ACCESS_TOKEN' \
--header 'Content-Type: application/json'
"#;

const BACK: &str = "https://partner.example/back";

/// Sends one printed call the way curl would: options in any order, several `--data` joined by `&`, a form
/// unless a header says otherwise.
async fn sent(printed: &str, filled: &[(&str, &str)]) -> Reply {
    let mut command = printed.replace("\\\n", " ");
    for (word, meant) in filled {
        command = command.replace(word, meant);
    }
    let (mut method, mut url, mut headers, mut data) = ("GET", "", Vec::new(), Vec::new());
    let mut rest = command.trim().strip_prefix("curl").unwrap().trim();
    while !rest.is_empty() {
        let (option, after) = rest.split_once(' ').unwrap();
        let after = after.trim_start();
        let (value, after) = match after.strip_prefix('\'') {
            Some(quoted) => quoted.split_once('\'').unwrap(),
            None => after.split_once(' ').unwrap_or((after, "")),
        };
        match option {
            "--request" => method = value,
            "--url" => url = value,
            "--header" => headers.push(value.split_once(": ").unwrap()),
            "--data" => data.push(value),
            other => panic!("curl's {other} is not understood here"),
        }
        rest = after.trim_start();
    }
    let mut request = client().request(method.parse().unwrap(), url);
    if !data.is_empty() {
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        request = request.body(data.join("&"));
    }
    for (name, value) in headers {
        request = request.header(name, value);
    }
    Reply::of(request.send().await.unwrap()).await
}

/// An app that somebody allowed in: its id, its secret and the code it was sent.
async fn code(apollo: &Apollo) -> (String, String, String) {
    let app = apollo.register_app("Partner", &[BACK.to_owned()], &[]).unwrap();
    let form = [
        ("client_id", app.client_id.as_str()),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", "read_user_profile app_scopes"),
        ("decision", "approve"),
    ];
    let page = client().post(format!("{}/oauth/authorize", apollo.origin())).form(&form);
    let back = Reply::of(page.send().await.unwrap()).await;
    let back = url::Url::parse(back.is(302).header("location").unwrap()).unwrap();
    let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    (app.client_id, app.client_secret, code)
}

/// The answers to all printed calls, in their order.
async fn answers(apollo: &Apollo) -> Vec<Value> {
    let origin = apollo.origin();
    let (client_id, secret, code) = code(apollo).await;
    let filled = [
        ("https://api.apollo.io", origin.as_str()),
        ("https://app.apollo.io", &origin),
        ("YOUR_MASTER_API_KEY", super::MASTER),
        ("YOUR_API_KEY", super::MASTER),
        ("YOUR_CLIENT_ID", &client_id),
        ("YOUR_CLIENT_SECRET", &secret),
        ("YOUR_REDIRECT_URI", BACK),
        ("AUTH_CODE", &code),
    ];
    let mut heard = Vec::new();
    let mut token = String::new();
    for printed in CALLS.trim().split("\n\n") {
        let answer = sent(&printed.replace("ACCESS_TOKEN", &token), &filled).await;
        let answer = answer.is(200).json();
        if let Some(given) = answer["access_token"].as_str() {
            token = given.to_owned();
        }
        heard.push(answer);
    }
    heard
}

/// Every member of the example is there, at any depth, with a value of the example's kind.
fn has_shape(answer: &Value, example: &Value, at: &str) {
    match (answer, example) {
        (Value::Object(answer), Value::Object(example)) => {
            for (name, example) in example {
                let member = answer.get(name).unwrap_or_else(|| panic!("{at}/{name} is missing"));
                has_shape(member, example, &format!("{at}/{name}"));
            }
        }
        (Value::Array(answer), Value::Array(example)) => {
            assert!(!answer.is_empty(), "{at} is empty");
            answer.iter().for_each(|item| has_shape(item, &example[0], &format!("{at}/-")));
        }
        // A null is common and means unset (Apollo facts §4).
        (Value::Null, _) => {}
        (answer, example) => assert!(
            std::mem::discriminant(answer) == std::mem::discriminant(example),
            "{at} is {answer}, not like {example}"
        ),
    }
}

/// What the guide prints below the calls that the reference tells in the same way.
fn of_both() -> [(usize, Value); 6] {
    [
        (0, json!({"users": [{"id": "abc123", "name": "Jane Doe", "email": "jane@example.com"}]})),
        (
            3,
            json!({"contacts": [{"id": "...", "email": "...", "name": "..."}],
            "pagination": {"page": 1, "per_page": 25}}),
        ),
        (
            4,
            json!({"person": {"id": "...", "first_name": "Jane", "last_name": "Doe", "title": "...",
            "organization_name": "..."}}),
        ),
        (
            5,
            json!({"contact": {"id": "...", "first_name": "Jane", "last_name": "Doe",
            "email": "jane@example.com"}}),
        ),
        (
            6,
            json!({"access_token": "6vJtf0jt94...", "token_type": "Bearer", "expires_in": 2_592_000,
            "refresh_token": "mVml3fp...", "scope": "read_user_profile app_scopes"}),
        ),
        (7, json!({"is_logged_in": true, "user": {"id": "...", "email": "...", "name": "..."}})),
    ]
}

/// Issue 4, Apollo facts §3.3 and §4: each call of the guide is answered as the reference documents it; where
/// guide and reference disagree (people search, usage stats) the reference is right.
#[actix_web::test]
async fn every_call_of_the_guide_is_answered_in_the_documented_shape() {
    let apollo = fake(Options { users: 4, contacts: 60, ..Options::default() }).await;
    let heard = answers(&apollo).await;
    assert_eq!(heard.len(), 8);
    for (place, example) in of_both() {
        has_shape(&heard[place], &example, &format!("call {place}"));
    }
    assert_eq!(heard[5]["contact"]["email"], "jane@example.com");
    let window = json!({"limit": 6000, "consumed": 500, "left_over": 5500});
    let stats = json!({"[\"api/v1/users\", \"search\"]": {"day": window, "hour": window, "minute": window}});
    has_shape(&heard[1], &stats, "usage");
    assert_eq!(heard[1]["[\"api/v1/users\", \"search\"]"]["day"]["consumed"], 1);
    let people = json!({"total_entries": 18_422, "people": [{"id": "...", "first_name": "Ines",
        "last_name_obfuscated": "Du***t", "title": "...", "last_refreshed_at": "...", "has_email": true,
        "has_direct_phone": "Yes", "organization": {"name": "Brightloom", "has_industry": true}}]});
    has_shape(&heard[2], &people, "people");
    let person = json!({"person": {"name": "...", "email": "...", "email_status": "verified", "organization":
        {"id": "...", "name": "...", "primary_domain": "..."}, "employment_history": [{"current": true}]},
        "request_id": -2_039_995_589_705_121_953_i64});
    has_shape(&heard[4], &person, "person");
    apollo.stop().await;
}

/// Apollo facts §3.3: with one switch the two answers in dispute have the guide's own shape, to the letter.
#[actix_web::test]
async fn the_guides_own_shapes_are_one_switch_away() {
    let apollo = fake(Options::default()).await;
    apollo.switch(Switch::SeedShapes, true);
    let heard = answers(&apollo).await;
    for (place, example) in of_both() {
        has_shape(&heard[place], &example, &format!("call {place}"));
    }
    let usage = json!({"api_usage":
        [{"endpoint": "/api/v1/users", "limit_per_minute": 50, "used_today": 12}]});
    has_shape(&heard[1], &usage, "usage");
    assert_eq!(heard[1]["api_usage"][0]["endpoint"], "/api/v1/users");
    let people = json!({"people": [{"id": "...", "first_name": "...", "last_name": "..."}],
        "pagination": {"page": 1, "per_page": 25}});
    has_shape(&heard[2], &people, "people");
    apollo.stop().await;
}

/// The guide: keys travel in the header only, and a scoped key may not list users (Apollo facts §2.1, §2.2).
#[actix_web::test]
async fn the_guides_warnings_about_keys_are_true() {
    let scoped_keys = vec![("scoped".to_owned(), vec!["api/v1/contacts/search".to_owned()])];
    let apollo = fake(Options { scoped_keys, ..Options::default() }).await;
    let listed = call(&apollo, "GET", "/users", "scoped", Value::Null).await;
    assert_eq!(listed.is(403).json()["error_code"], "API_INACCESSIBLE");
    let in_query = client().get(format!("{}/users?api_key={}", apollo.base_url(), super::MASTER));
    let in_query = Reply::of(in_query.send().await.unwrap()).await;
    assert!(in_query.is(401).header("content-type").unwrap().starts_with("text/plain"));
    let in_body = client().post(format!("{}/contacts/search", apollo.base_url()));
    let in_body = in_body.json(&json!({"api_key": super::MASTER})).send().await.unwrap();
    assert_eq!(in_body.status(), 401);
    apollo.stop().await;
}
