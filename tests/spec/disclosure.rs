//! What of Apollo's personal data a role sees, and what it cannot ask for.

use crate::support::{Reply, World};
use seatbridge::emulator::apollo::Fault;
use seatbridge::rbac::{MASK, Role};
use serde_json::{Value, json};

async fn keyed(role: Role) -> (World, String) {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, "ada@corp.example", role).await;
    (world, key)
}

/// What Apollo itself would answer, asked with the master key.
async fn from_apollo(world: &World, method: &str, path: &str, body: Option<&Value>) -> Reply {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let request = world.http.request(method, format!("{}{path}", world.apollo.base_url()));
    let request = request.header("x-api-key", crate::support::world::MASTER_KEY);
    let request = body.map_or(request.try_clone().unwrap(), |body| request.json(body));
    Reply::of(request.send().await.unwrap()).await
}

fn json_fault(body: &str) -> Fault {
    Fault::Status {
        status: 200,
        content_type: "application/json; charset=utf-8".to_owned(),
        body: body.to_owned(),
    }
}

/// Every text in an answer that is a person's address or phone number; a company's own phone is nobody's
/// (§8.6).
fn personal(value: &Value) -> Vec<String> {
    let phone = |text: &str| text.starts_with('+') && text.chars().filter(char::is_ascii_digit).count() > 6;
    match value {
        Value::String(text) if text.contains('@') || phone(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(personal).collect(),
        Value::Object(members) => {
            let people = members.iter().filter(|(name, _)| *name != "organization" && *name != "account");
            people.flat_map(|(_, member)| personal(member)).collect()
        }
        _ => Vec::new(),
    }
}

fn count(value: &Value, wanted: &str) -> usize {
    match value {
        Value::String(text) => usize::from(text == wanted),
        Value::Array(items) => items.iter().map(|item| count(item, wanted)).sum(),
        Value::Object(members) => members.values().map(|member| count(member, wanted)).sum(),
        _ => 0,
    }
}

/// R9: without exportPII no address and no number of a person reaches the caller: contacts, people and
/// deals alike. Facts §8.2 row 12.
#[actix_web::test]
async fn a_role_without_export_sees_masked_contacts_and_people() {
    let (world, rep) = keyed(Role::SalesRep).await;
    let person = json!({"id": world.apollo.person_id(1)});
    let contact = format!("/contacts/{}", world.apollo.contact_id(1));
    for (method, path, body) in [
        ("POST", "/contacts/search", Some(json!({"per_page": 100}))),
        ("GET", contact.as_str(), None),
        ("PATCH", contact.as_str(), Some(json!({"title": "CTO"}))),
        ("POST", "/people/match", Some(person.clone())),
        ("GET", "/email_accounts", None),
    ] {
        let reply = world.call(&rep, method, &format!("/apollo{path}"), body.clone()).await;
        let seen = reply.is(200).json();
        let bare = from_apollo(&world, method, path, body.as_ref()).await.json();
        assert!(!personal(&bare).is_empty(), "{path}: nothing to mask, so nothing shown: {bare}");
        assert_eq!(personal(&seen), Vec::<String>::new(), "{path}");
        assert!(count(&seen, MASK) >= personal(&bare).len(), "{path}: {seen}");
    }
}

/// R9: masking changes no other member: order, 64-bit ids, decimals, nulls, names, the placeholder address.
/// Facts §8.4 rows 36 and 55.
#[actix_web::test]
async fn a_masked_answer_keeps_every_other_byte() {
    let (world, rep) = keyed(Role::SalesRep).await;
    let bare = concat!(
        r#"{"z":1,"request_id":-2039995589705121953,"big":9223372036854775807,"credits_consumed":1.0,"#,
        r#""half":2.50,"#,
        r#""a":{"name":"Zoë O'Brien","email":null,"id":"6b00000000000000000000a1","placed":"2024-01-02","#,
        r#""unlocked":"email_not_unlocked@domain.com"},"#,
        r#""organization":{"primary_phone":{"number":"+46855500000"}},"#,
        r#""empty":[],"b":{"email":"zoe@secret.example","#,
        r#""contact_emails":[{"email":"zoe@secret.example","position":0}],"#,
        r#""phone_numbers":[{"raw_number":"+33 1 55 50 01 10","type":"mobile"}]},"after":[true,false,null]}"#
    );
    let shown = bare
        .replace("\"zoe@secret.example\"", &format!("\"{MASK}\""))
        .replace("\"+33 1 55 50 01 10\"", &format!("\"{MASK}\""));
    world.apollo.queue_fault(1, json_fault(bare));
    let reply = world.call(&rep, "POST", "/apollo/contacts/search", Some(json!({}))).await;
    assert_eq!((reply.status, reply.text), (200, shown));
}

/// R9: the enrichment of a person reaches a role without export with its 64-bit request id and its credits
/// intact.
#[actix_web::test]
async fn an_enrichment_keeps_its_numbers_when_masked() {
    let (world, rep) = keyed(Role::SalesRep).await;
    let body = json!({"id": world.apollo.person_id(3)});
    let reply = world.call(&rep, "POST", "/apollo/people/match", Some(body)).await;
    let request_id = reply.is(200).text.split("\"request_id\":").nth(1).unwrap();
    let digits: String = request_id.chars().take_while(|c| "-0123456789".contains(*c)).collect();
    let number: i64 = digits.parse().unwrap();
    assert!(number.unsigned_abs() > 1 << 53, "{number} would survive a careless reader");
    assert_eq!(reply.json()["person"]["id"], world.apollo.person_id(3));
}

/// R9: with exportPII the answer is Apollo's, byte for byte.
#[actix_web::test]
async fn a_role_with_export_gets_apollos_bytes() {
    for role in [Role::SalesManager, Role::Admin] {
        let (world, key) = keyed(role).await;
        let search = Some(json!({"per_page": 100}));
        let reply = world.call(&key, "POST", "/apollo/contacts/search", search.clone()).await;
        let bare = from_apollo(&world, "POST", "/contacts/search", search.as_ref()).await;
        assert!(bare.text.contains('@') && reply.text == bare.text, "{role}: {:.300}", reply.text);
        assert_eq!(reply.header("content-type"), bare.header("content-type"));
        let odd =
            " {\"email\" : \"zoe@secret.example\",\n \"id\":-2039995589705121953, \"one\":1.0, \"one\":1e3 }";
        for (content_type, body) in [("application/json", odd), ("text/html", "<b>zoe@secret.example</b>")] {
            let (content_type, text) = (content_type.to_owned(), body.to_owned());
            world.apollo.queue_fault(1, Fault::Status { status: 200, content_type, body: text });
            let reply = world.call(&key, "POST", "/apollo/contacts/search", Some(json!({}))).await;
            assert_eq!((reply.status, reply.text.as_str()), (200, body), "{role}");
        }
    }
}

/// R9: bulk matching needs bulkEnrich, and who has it has exportPII too: Apollo's bytes, fractions included.
#[actix_web::test]
async fn a_bulk_match_keeps_fractions_and_null_matches() {
    let (world, key) = keyed(Role::SalesManager).await;
    let known = (0..3).map(|n| json!({"id": world.apollo.person_id(n)}));
    let details: Vec<Value> = known.chain([json!({"email": "nobody@elsewhere.example"})]).collect();
    let reply =
        world.call(&key, "POST", "/apollo/people/bulk_match", Some(json!({"details": details}))).await;
    let told = reply.is(200).json();
    assert_eq!((&told["missing_records"], &told["matches"][3]), (&json!(1), &Value::Null));
    assert!(reply.text.contains(&format!("\"request_id\":{}", told["request_id"])));
    assert_eq!(told["credits_consumed"].as_f64(), Some(world.apollo.credits_used()));
    assert!(!personal(&told).is_empty(), "a manager sees addresses");
    let (world, rep) = keyed(Role::SalesRep).await;
    let refused =
        world.call(&rep, "POST", "/apollo/people/bulk_match", Some(json!({"details": details}))).await;
    refused.is(403);
    assert!(world.apollo.received().is_empty());
}

/// R9: secret fields of a mailbox go for everyone, whatever their role.
#[actix_web::test]
async fn a_mailboxs_secrets_are_shown_to_nobody() {
    let bare = r#"{"email_accounts":[{"email":"a@b.example","sendgrid_api_key_v3":"SG.x","n":1.0}]}"#;
    for role in [Role::SalesRep, Role::SalesManager, Role::Admin] {
        let (world, key) = keyed(role).await;
        world.apollo.queue_fault(1, json_fault(bare));
        let reply = world.call(&key, "GET", "/apollo/email_accounts", None).await;
        assert!(
            !reply.is(200).text.contains("sendgrid") && !reply.text.contains("SG.x"),
            "{role}: {reply:?}"
        );
        assert_eq!(reply.text.contains("a@b.example"), role > Role::SalesRep, "{role}: {reply:?}");
    }
}

/// R9: what cannot be masked is 502, and nothing of it is shown.
#[actix_web::test]
async fn an_answer_that_cannot_be_masked_is_withheld() {
    let (world, rep) = keyed(Role::SalesRep).await;
    for (content_type, body) in [
        ("text/html", "<b>zoe@secret.example</b>"),
        ("text/plain", "zoe@secret.example"),
        ("application/json", "{\"email\":\"zoe@secret.example\""),
        ("application/json; charset=utf-16", "{\"email\":\"zoe@secret.example\"}"),
        ("", "{\"email\":\"zoe@secret.example\"}"),
    ] {
        for status in [200, 422] {
            let (content_type, body) = (content_type.to_owned(), body.to_owned());
            world.apollo.queue_fault(1, Fault::Status { status, content_type, body });
            let reply = world.call(&rep, "POST", "/apollo/contacts/search", Some(json!({}))).await;
            assert!(!reply.is(502).text.contains("secret.example"), "{reply:?}");
        }
    }
}

/// Apollo facts §8.3 row 13: the parameters that buy personal data, in the spellings a lenient reader takes.
const REVEALS: &[&str] = &[
    "reveal_phone_number=true",
    "reveal_personal_emails=1",
    "reveal_personal_emails=yes",
    "reveal_personal_emails=",
    "reveal_personal_emails",
    "reveal_personal_emails=False",
    "reveal_personal_emails[]=true",
    "reveal%5Fpersonal_emails=true",
    "REVEAL_PERSONAL_EMAILS=true",
    "revealPersonalEmails=true",
    "reveal-phone-number=true",
    "details[0][reveal_phone_number]=true",
    "run_waterfall_email=true",
    "run_waterfall_phone=true",
    "a=1;run_waterfall_email=true",
    "reveal_personal_emails=false&reveal_personal_emails=true",
];

/// R9: a reveal or a waterfall is refused before a credit is spent, in query and body, in every spelling.
/// Facts §8.2 row 13.
#[actix_web::test]
async fn a_reveal_without_export_is_refused_before_anything_is_spent() {
    for role in [Role::Analyst, Role::SalesRep] {
        let (world, key) = keyed(role).await;
        let id = world.apollo.person_id(1);
        for query in REVEALS {
            let path = format!("/apollo/people/match?id={id}&{query}");
            let refused = world.call(&key, "POST", &path, None).await;
            assert_eq!(refused.status, 403, "{query}: {refused:?}");
            world.call(&key, "GET", &path, None).await.is(403);
        }
        for (name, value) in [
            ("reveal_phone_number", json!(true)),
            ("reveal_personal_emails", json!(1)),
            ("reveal_personal_emails", json!("true")),
            ("reveal_personal_emails", json!("f")),
            ("reveal_personal_emails[]", json!([true])),
            ("Reveal_Personal_Emails", json!({"a": false})),
            ("run_waterfall_email", json!(true)),
            ("runWaterfallPhone", json!("0.0")),
        ] {
            for body in [json!({"id": id, name: value}), json!({"details": [{"id": id, name: value}]})] {
                let refused = world.call(&key, "POST", "/apollo/people/match", Some(body)).await;
                assert_eq!(refused.status, 403, "{name}: {refused:?}");
                refused.says("needs exportPII");
            }
        }
        assert!(world.apollo.received().is_empty() && world.apollo.credits_used() == 0.0);
        let declined = json!({"id": id, "reveal_personal_emails": false, "reveal_phone_number": null});
        world.call(&key, "POST", "/apollo/people/match", Some(declined)).await.is(200);
        let refused = world.audit_of("ada@corp.example").await;
        assert!(refused.contains(&"refused deny_call".to_owned()), "{refused:?}");
    }
    let (world, manager) = keyed(Role::SalesManager).await;
    let body = json!({"id": world.apollo.person_id(1), "reveal_personal_emails": true});
    world.call(&manager, "POST", "/apollo/people/match", Some(body)).await.is(200);
}

/// R9: nobody, not even an admin, has Apollo post people's data to a host that nobody configured. Facts
/// §8.2 row 14.
#[actix_web::test]
async fn a_webhook_is_refused_for_everyone() {
    for role in [Role::Analyst, Role::SalesManager, Role::Admin] {
        let (world, key) = keyed(role).await;
        let id = world.apollo.person_id(1);
        for query in
            ["webhook_url=https://evil.example/x", "webhookUrl=https%3A%2F%2Fevil.example", "webhook_url[]=x"]
        {
            let path = format!("/apollo/people/match?id={id}&{query}");
            world.call(&key, "POST", &path, None).await.is(403);
        }
        for body in [
            json!({"id": id, "webhook_url": "https://evil.example"}),
            json!({"id": id, "Webhook-Url": ["https://evil.example"]}),
            json!({"details": [{"id": id, "webhook_url": ""}]}),
        ] {
            let path =
                if role == Role::Analyst { "/apollo/people/match" } else { "/apollo/people/bulk_match" };
            world.call(&key, "POST", path, Some(body)).await.is(403).says("webhook_url");
        }
        assert!(world.apollo.received().is_empty() && world.apollo.webhooks().is_empty(), "{role}");
    }
}

/// R9: a write that carries a mask would destroy the value at Apollo: 422, whoever writes, and nothing
/// leaves. Facts §8.4 row 54.
#[actix_web::test]
async fn a_masked_value_is_not_written_back() {
    for role in [Role::SalesRep, Role::Admin] {
        let (world, key) = keyed(role).await;
        let path = format!("/apollo/contacts/{}", world.apollo.contact_id(1));
        let seen = world.call(&key, "GET", &path, None).await.is(200).json();
        world.apollo.clear_log();
        for body in [
            json!({"email": MASK}),
            json!({"first_name": "Jo", "typed_custom_fields": {"6c": [format!("tel {MASK}")]}}),
            json!({MASK: 1}),
            json!({"title": "CTO", "contact_emails": [{"email": MASK}]}),
        ] {
            world.call(&key, "PATCH", &path, Some(body.clone())).await.is(422).says("masked");
            world.call(&key, "PUT", &path, Some(body)).await.is(422);
        }
        let encoded = MASK.replace(' ', "%20");
        world.call(&key, "PATCH", &format!("{path}?email={encoded}"), None).await.is(422);
        if role == Role::SalesRep {
            world.call(&key, "PATCH", &path, Some(seen["contact"].clone())).await.is(422);
        }
        assert!(world.apollo.received().is_empty(), "{role}");
    }
}

/// R9: results go to a host the configuration names, over https and for who may export, and nowhere else.
#[actix_web::test]
async fn results_are_posted_to_configured_hosts_only() {
    let hosts = "hooks.corp.example, other.corp.example";
    let world = World::configured(10, |config| config.proxy.webhook_hosts = hosts.to_owned()).await;
    let okta = world.okta().await;
    let manager = world.keyed(&okta, "ada@corp.example", Role::SalesManager).await;
    let analyst = world.keyed(&okta, "bob@corp.example", Role::Analyst).await;
    let ask = async |key: &str, url: &str| {
        let body = json!({"id": world.apollo.person_id(1), "reveal_phone_number": true, "webhook_url": url});
        world.call(key, "POST", "/apollo/people/match", Some(body)).await
    };
    ask(&manager, "https://Hooks.corp.example/apollo?x=1").await.is(200);
    assert_eq!(world.apollo.received().len(), 1);
    world.apollo.clear_log();
    ask(&analyst, "https://hooks.corp.example/apollo").await.is(403);
    for elsewhere in [
        "https://evil.example/",
        "http://hooks.corp.example/",
        "https://hooks.corp.example.evil.example/",
        "https://hooks.corp.example@evil.example/",
        "https://hooks.corp.example:8443/",
        "https://evil.example#https://hooks.corp.example/",
    ] {
        ask(&manager, elsewhere).await.is(403);
    }
    assert!(world.apollo.received().is_empty(), "{:?}", world.apollo.received());
}
