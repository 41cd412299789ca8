//! The two founding documents, taken at their word: their own calls work with host and key replaced, and
//! each of the 55 gaps and bugs of the sketch (Apollo facts §8.1 to §8.4) has a test that names it.

mod bugs;
mod named;

use crate::support::{Reply, World, wire};
use seatbridge::rbac::Role;
use serde_json::{Value, json};

/// How a client writes a call: which headers stand around the credential.
type Client = fn(&str, &str, &str, Option<&str>) -> Vec<u8>;

/// As axios writes it on Node.
fn axios(line: &str, credential: &str, label: &str, body: Option<&str>) -> Vec<u8> {
    let length = body.map(|body| format!("Content-Length: {}\r\n", body.len())).unwrap_or_default();
    let head = format!(
        "{line} HTTP/1.1\r\nAccept: application/json, text/plain, */*\r\nContent-Type: {label}\r\n\
         {credential}\r\nUser-Agent: axios/1.21.0\r\n{length}Accept-Encoding: gzip, compress, deflate, br\r\n\
         Host: bridge.example:8080\r\nConnection: close\r\n\r\n"
    );
    [head.as_str(), body.unwrap_or_default()].concat().into_bytes()
}

/// As curl writes it.
fn curl(line: &str, credential: &str, label: &str, body: Option<&str>) -> Vec<u8> {
    let length = body.map(|body| format!("Content-Length: {}\r\n", body.len())).unwrap_or_default();
    let head = format!(
        "{line} HTTP/1.1\r\nHost: bridge.example\r\nUser-Agent: curl/8.14.1\r\nAccept: */*\r\n\
         {credential}\r\nContent-Type: {label}\r\n{length}Connection: close\r\n\r\n"
    );
    [head.as_str(), body.unwrap_or_default()].concat().into_bytes()
}

async fn said(world: &World, bytes: Vec<u8>) -> Reply {
    wire::speak(world.server.address, bytes).await
}

/// Facts §8.4 row 47. The sketch's proxy (step 4) hands its eight endpoints to axios: method, path, `data`,
/// `params` and two headers. Each works at both mounts, with the key in either header, for the least role
/// that may.
#[actix_web::test]
async fn the_calls_of_the_sketch_work_with_host_and_key_replaced() {
    let world = World::start().await;
    let okta = world.okta().await;
    let domain = format!("GET /organizations/enrich?domain={}", world.apollo.organization_domain(0));
    let person = json!({"id": world.apollo.person_id(1)});
    #[rustfmt::skip]
    let calls: [(Role, &str, Option<Value>, &str); 9] = [
        (Role::Viewer, "POST /mixed_people/api_search", Some(json!({"page": 1, "per_page": 2})), "people"),
        (Role::Viewer, "POST /mixed_companies/search", Some(json!({"q_organization_name": "a"})),
    "organizations"),
        (Role::Analyst, "POST /people/match", Some(person.clone()), "person"),
        (Role::Analyst, &domain, None, "organization"),
        (Role::SalesManager, "POST /people/bulk_match", Some(json!({"details": [person]})), "matches"),
        (Role::SalesRep, "POST /contacts/search", Some(json!({"page": 1})), "contacts"),
        (Role::SalesRep, "POST /emailer_campaigns/search", Some(json!({})), "emailer_campaigns"),
        (Role::SalesRep, "GET /opportunities/search?page=1", None, "opportunities"),
        (Role::SalesManager, "POST /usage_stats/api_usage_stats", Some(json!({})), ""),
    ];
    let mut keys = Vec::new();
    for role in Role::ALL {
        keys.push((role, world.keyed(&okta, &format!("{role}@corp.example"), role).await));
    }
    for (role, line, body, member) in calls {
        let key = &keys.iter().find(|(known, _)| *known == role).unwrap().1;
        for mount in ["/apollo", "/api/v1"] {
            for credential in [format!("x-api-key: {key}"), format!("Authorization: Bearer {key}")] {
                let line = line.replacen(' ', &format!(" {mount}"), 1);
                let body = body.as_ref().map(Value::to_string);
                let bytes = axios(&line, &credential, "application/json", body.as_deref());
                let told = said(&world, bytes).await.is(200).json();
                assert!(member.is_empty() || told.get(member).is_some(), "{line} as {role}: {told}");
            }
        }
    }
    assert_eq!(world.apollo.received().len(), 9 * 4);
}

/// The guide's curl requests, each as printed there, work with host and key replaced; the one that trades a
/// code for Apollo's tokens is no call of a holder and stays unknown (facts §3.2 row 66).
#[actix_web::test]
async fn the_calls_of_the_guide_work_with_host_and_key_replaced() {
    let world = World::start().await;
    let okta = world.okta().await;
    // The guide says that two of them need a master key: a manager is who may, here.
    let key = world.keyed(&okta, "ada@corp.example", Role::SalesManager).await;
    #[rustfmt::skip]
    let calls: [(&str, Option<&str>, &str); 6] = [
        ("GET /users", None, "users"),
        ("POST /usage_stats/api_usage_stats", None, ""),
        ("POST /mixed_people/api_search", Some(r#"{"per_page": 25, "page": 1}"#), "people"),
        ("POST /contacts/search", Some(r#"{"per_page": 25, "page": 1}"#), "contacts"),
        ("POST /people/match", Some(r#"{"email": "jane@example.com"}"#), "person"),
        ("POST /contacts", Some(r#"{"first_name":"Jane","last_name":"Doe","email":"jane@example.com"}"#),
    "contact"),
    ];
    let json = "application/json";
    let clients: [Client; 2] = [curl, axios];
    for mount in ["/apollo", "/api/v1"] {
        let at = |line: &str| line.replacen(' ', &format!(" {mount}"), 1);
        for credential in [format!("X-Api-Key: {key}"), format!("Authorization: Bearer {key}")] {
            for (line, body, member) in calls {
                for client in clients {
                    let told = said(&world, client(&at(line), &credential, json, body)).await.is(200).json();
                    assert!(member.is_empty() || told.get(member).is_some(), "{line}: {told}");
                }
            }
            let health = curl(&at("GET /auth/health"), &credential, json, None);
            let told = said(&world, health).await.is(200).json();
            assert_eq!(
                (&told["is_logged_in"], &told["user"]["email"]),
                (&json!(true), &json!("ada@corp.example"))
            );
        }
        let form = "grant_type=authorization_code&client_id=x&client_secret=y&redirect_uri=z&code=c";
        let credential = format!("X-Api-Key: {key}");
        let trade =
            curl(&at("POST /oauth/token"), &credential, "application/x-www-form-urlencoded", Some(form));
        said(&world, trade).await.is(404).says("Unknown Apollo endpoint");
    }
    assert!(world.apollo.received().iter().all(|one| one.header("authorization").is_none()));
}

/// Facts §8.4 row 47. The sketch's admin endpoints (step 5), which it never mounted, as its own code calls
/// them: a key for a role and a time, and its end.
#[actix_web::test]
async fn the_admin_calls_of_the_sketch_work_with_host_and_key_replaced() {
    let world = World::start().await;
    let okta = world.okta().await;
    let admin = world.keyed(&okta, "ada@corp.example", Role::Admin).await;
    let team = world.store().read(|tx| tx.team()).await.unwrap().unwrap().team_id;
    for credential in [format!("x-api-key: {admin}"), format!("Authorization: Bearer {admin}")] {
        let wish = json!({"teamId": team, "role": "analyst", "ttlDays": 30}).to_string();
        let bytes = axios("POST /admin/keys", &credential, "application/json", Some(&wish));
        let made = said(&world, bytes).await.is(200).json();
        assert_eq!(made["role"], "analyst");
        assert!(made["expiresAt"].as_str().is_some_and(|end| end.ends_with('Z')), "{made}");
        let key = made["key"].as_str().unwrap();
        world.call(key, "POST", "/apollo/mixed_people/api_search", Some(json!({}))).await.is(200);
        let line = format!("DELETE /admin/keys/{}", made["id"].as_str().unwrap());
        let ended = said(&world, axios(&line, &credential, "application/json", None)).await;
        assert_eq!((ended.status, ended.json()), (200, json!({"revoked": true})));
        world.call(key, "POST", "/apollo/mixed_people/api_search", Some(json!({}))).await.is(401);
    }
}
