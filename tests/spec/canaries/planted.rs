//! Where canaries are planted.

use super::{HOLDER, PASSWORD, STRANGER, STRANGERS_PHONE};
use crate::support::Reply;
use crate::support::binary::Started;
use crate::support::wire;
use data_encoding::BASE64;
use seatbridge::emulator::apollo::{Apollo, Fault};
use seatbridge::rbac::MASK;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;

const SEARCH: &str = "/apollo/contacts/search";
const JSON: (&str, &str) = ("content-type", "application/json");

/// Credentials that work.
pub struct Good {
    pub token: String,
    pub admin: String,
    pub rep: String,
    pub client_id: String,
}

fn address(server: &Started) -> SocketAddr {
    server.base()["http://".len()..].parse().unwrap()
}

/// A request as bytes, because clients refuse to say some of this.
async fn raw(server: &Started, line: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    wire::speak(address(server), wire::request(line, headers, body)).await
}

/// One secret in the place of every credential, and in every place where none belongs.
pub async fn plant(server: &Started, good: &Good, text: &str) -> Vec<Reply> {
    let mut told = Vec::new();
    let bearer = format!("Bearer {text}");
    let basic = format!("Basic {}", BASE64.encode(format!("{}:{text}", good.client_id).as_bytes()));
    let cookie = format!("session={text}");
    let rep = good.rep.as_str();
    let shaped = ["ak_", "so_", "cs_", "eyJ"].iter().any(|start| text.starts_with(start));
    let everywhere = [
        ("x-api-key", rep),
        ("cookie", cookie.as_str()),
        // What is shaped like no credential may be an id for all the bridge knows.
        ("x-request-id", if shaped { text } else { "an-id" }),
        ("user-agent", text),
        ("referer", text),
        ("accept", text),
        ("x-forwarded-for", text),
        ("proxy-authorization", bearer.as_str()),
        (text, "1"),
    ];
    let credentials: [&[(&str, &str)]; 4] =
        [&[("x-api-key", text)], &[("authorization", &bearer)], &[("authorization", &basic)], &everywhere];
    for line in [
        "POST /apollo/contacts/search".to_owned(),
        "POST /api/v1/mixed_people/api_search".to_owned(),
        format!("GET /apollo/{text}"),
        format!("GET /api/v1/contacts/{text}"),
        format!("POST {SEARCH}?api_key={text}"),
        format!("POST {SEARCH}?q={text}&access_token={text}"),
        format!("POST {SEARCH}?q={text}&q=%00"),
        format!("DELETE /admin/keys/{text}"),
        "GET /admin/keys".to_owned(),
        "GET /scim/v2/Users".to_owned(),
        format!("GET /scim/v2/{text}"),
        format!("GET /admin/api/v1/seats?cursor={text}"),
        format!("GET /admin/api/v1/{text}"),
        format!("GET /oauth/apollo/callback?code={text}&state={text}"),
        format!("GET /oauth/apollo/callback?error={text}&error_description={text}"),
        format!("GET /{text}"),
        format!("GET /livez?{text}"),
        format!("GET /metrics?{text}"),
    ] {
        for headers in credentials {
            told.push(raw(server, &line, headers, "").await);
        }
    }
    told.extend(plant_in_bodies(server, good, text).await);
    told
}

async fn plant_in_bodies(server: &Started, good: &Good, text: &str) -> Vec<Reply> {
    let key = ("x-api-key", good.rep.as_str());
    let admin = ("x-api-key", good.admin.as_str());
    let mut told = Vec::new();
    for (label, body) in [
        ("application/json", json!({"api_key": text}).to_string()),
        ("application/json", json!({"_method": text}).to_string()),
        ("application/json", json!({"page": text}).to_string()),
        ("application/json", json!({"reveal_phone_number": text, "q": text}).to_string()),
        ("application/json", json!({"webhook_url": format!("https://{text}.example/{text}")}).to_string()),
        ("application/json", json!({"q": [text, MASK]}).to_string()),
        ("application/json", format!("{{\"q\":\"{text}\"")),
        ("application/json", text.to_owned()),
        ("text/plain", text.to_owned()),
        ("application/x-www-form-urlencoded", format!("api_key={text}")),
        ("application/json", format!("{{\"q\":\"{}{text}\"}}", "x".repeat(1 << 20))),
        (text, json!({"q": text}).to_string()),
    ] {
        let headers = [key, ("content-type", label)];
        told.push(raw(server, &format!("POST {SEARCH}"), &headers, &body).await);
    }
    for wish in [json!({"role": text}), json!({"role": "viewer", "teamId": text}), json!({"ttlDays": text})] {
        told.push(raw(server, "POST /admin/keys", &[admin, JSON], &wish.to_string()).await);
    }
    for form in [
        format!("grant_type=client_credentials&client_id={}&client_secret={text}", good.client_id),
        format!("grant_type=client_credentials&client_id={text}&client_secret={text}"),
        format!("grant_type={text}&client_assertion={text}&scope={text}"),
        "grant_type=client_credentials&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:\
         jwt-bearer&client_assertion="
            .to_owned()
            + text,
    ] {
        let form_label = ("content-type", "application/x-www-form-urlencoded");
        told.push(raw(server, "POST /oauth/token", &[form_label], &form).await);
    }
    let bearer = format!("Bearer {}", good.token);
    let patch = |value: Value| {
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
        json!({"schemas": schemas, "Operations": [{"op": "replace", "value": value}]}).to_string()
    };
    for (line, body) in [
        ("POST /scim/v2/Users", json!({"userName": HOLDER, "password": text}).to_string()),
        ("POST /scim/v2/Users", json!({"password": text}).to_string()),
        ("PATCH /scim/v2/Users/nobody", patch(json!({"password": text}))),
        ("POST /scim/v2/Users", format!("{{\"password\":\"{text}\"")),
    ] {
        told.push(raw(server, line, &[("authorization", &bearer), JSON], &body).await);
    }
    told
}

/// A canary as the name of a parameter: refusals may repeat it to the caller, and to nobody else.
pub async fn plant_names(server: &Started, good: &Good, text: &str) {
    let headers = [("x-api-key", good.rep.as_str()), JSON];
    let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    for query in [
        format!("{encoded}=1"),
        format!("reveal_{encoded}=1"),
        format!("{encoded}[reveal]=1"),
        format!("webhook_{encoded}=1"),
        format!("{encoded}=%5Bmasked%20by%20seatbridge%5D"),
        format!("page[{encoded}]=x"),
    ] {
        raw(server, &format!("POST {SEARCH}?{query}"), &headers, "{}").await;
    }
    for body in [
        json!({text: 1}),
        json!({format!("reveal {text}"): 1}),
        json!({"a": {text: {"reveal_phone_number": 1}}}),
        json!({text: MASK}),
        json!({"a": {text: [MASK]}}),
        json!({format!("page[{text}]"): []}),
    ] {
        raw(server, &format!("POST {SEARCH}"), &headers, &body.to_string()).await;
    }
    let twice = format!("{{\"{text}\":1,\"{text}\":2}}");
    raw(server, &format!("POST {SEARCH}"), &headers, &twice).await;
    let wish = json!({text: 1}).to_string();
    raw(server, "POST /admin/keys", &[("x-api-key", good.admin.as_str()), JSON], &wish).await;
}

/// People in calls and answers that succeed, and the ways a connector names them.
pub async fn plant_people(server: &Started, good: &Good) -> Vec<Reply> {
    let (key, admin) = (("x-api-key", good.rep.as_str()), ("x-api-key", good.admin.as_str()));
    let phones = json!([{"raw_number": STRANGERS_PHONE, "sanitized_number": STRANGERS_PHONE}]);
    let contact = json!({"first_name": "K",
    "email": STRANGER, "direct_phone": STRANGERS_PHONE, "phone_numbers": phones});
    let mut told = Vec::new();
    let made = server.send("POST", "/apollo/contacts", &[admin], Some(contact.clone())).await;
    let id = made.is(200).json()["contact"]["id"].as_str().unwrap().to_owned();
    for headers in [[key], [admin]] {
        told.push(server.send("GET", &format!("/api/v1/contacts/{id}"), &headers, None).await);
        told.push(
            server.send("PATCH", &format!("/apollo/contacts/{id}"), &headers, Some(contact.clone())).await,
        );
        let query = "/apollo/people/match?email=kanarienvogel%40geheim.example";
        told.push(server.send("POST", query, &headers, Some(json!({"email": STRANGER}))).await);
        let path = format!("/apollo/contacts/{STRANGER}");
        told.push(server.send("GET", &path, &headers, None).await);
        let bulk = json!({"contacts": [contact]});
        told.push(server.send("POST", "/api/v1/contacts/bulk_create", &headers, Some(bulk)).await);
        told.push(
            server.send("GET", &format!("/apollo/users/search?q={STRANGERS_PHONE}"), &headers, None).await,
        );
    }
    told
}

/// Apollo in trouble, with a canary in every answer it may give.
pub async fn troubled(server: &Started, good: &Good, apollo: &Apollo) -> Vec<Reply> {
    let status = |status: u16, label: &str| Fault::Status {
        status,
        content_type: label.to_owned(),
        body: json!({"error": format!("{STRANGER} {PASSWORD}"), "email": STRANGER}).to_string(),
    };
    let json = "application/json";
    let faults = [
        status(400, json),
        status(401, "text/plain"),
        status(403, json),
        status(422, json),
        status(429, json),
        status(500, json),
        status(503, "text/html"),
        status(200, "text/html"),
        Fault::Status {
            status: 403,
            content_type: json.to_owned(),
            body: format!("{{\"error\":\"{STRANGER}\",\"error_code\":\"API_INACCESSIBLE\"}}"),
        },
        Fault::Status {
            status: 200,
            content_type: json.to_owned(),
            body: format!("{{\"email\":\"{STRANGER}\""),
        },
        Fault::Redirect { to: format!("http://127.0.0.1:1/{STRANGER}?phone={STRANGERS_PHONE}") },
        Fault::Drop,
        Fault::CutBody,
        Fault::Delay(Duration::from_millis(1300)),
    ];
    let mut told = Vec::new();
    for (number, fault) in faults.into_iter().enumerate() {
        // One by each role would wait twice for the slow ones.
        let key = if number % 2 == 0 { &good.rep } else { &good.admin };
        apollo.queue_fault(2, fault);
        let contact = json!({"first_name": "K", "email": STRANGER, "direct_phone": STRANGERS_PHONE});
        let headers = [("x-api-key", key.as_str())];
        let reply = server.send("POST", "/apollo/contacts", &headers, Some(contact)).await;
        apollo.clear_faults();
        // What Apollo itself says to a caller is the caller's.
        if reply.status >= 502 {
            told.push(reply);
        }
    }
    told
}
