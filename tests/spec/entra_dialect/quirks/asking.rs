//! How Entra asks: headers it leaves out, filters it spells oddly, queries that find nobody, bursts.

use super::{SCIM, entra_directory, with_rin};
use crate::entra_dialect::RIN;
use crate::support::fakes::Told;
use crate::support::{World, wire};
use seatbridge::emulator::entra::{Dialect, Person};
use serde_json::{Value, json};

/// Entra quirk 6, S2: there is no User-Agent, on no method, and nothing is refused for it.
#[actix_web::test]
async fn entra_quirk_06_no_request_needs_a_user_agent() {
    let (world, directory) = entra_directory().await;
    let bearer = format!("Bearer {}", directory.token);
    let labelled = [("authorization", bearer.as_str()), ("content-type", SCIM)];
    let say = async |line: &str, body: &str| {
        let headers = if body.is_empty() { &labelled[..1] } else { &labelled[..] };
        wire::speak(world.server.address, wire::request(line, headers, body)).await
    };
    let nobody = say("GET /scim/v2/Users?filter=userName+eq+%220b1c%22", "").await;
    assert_eq!(nobody.is(200).json()["totalResults"], 0);
    let made = say("POST /scim/v2/Users", &json!({"userName": RIN}).to_string()).await;
    let address = format!("/scim/v2/Users/{}", made.is(201).id());
    let off = json!({"Operations": [{"op": "Replace", "path": "active", "value": "False"}]});
    let patched = say(&format!("PATCH {address}"), &off.to_string()).await;
    assert_eq!(patched.is(200).json()["active"], false);
    say(&format!("GET {address}"), "").await.is(200);
    say(&format!("DELETE {address}"), "").await.is(204);
}

/// Entra quirk 7, S2: no SCIM Accept and no Content-Type on a GET, or foreign ones: never 406 or 415.
#[actix_web::test]
async fn entra_quirk_07_a_get_is_never_406_or_415() {
    let (world, directory, id) = with_rin().await;
    let bearer = format!("Bearer {}", directory.token);
    let bare = ("authorization", bearer.as_str());
    for path in [
        "/Users?filter=userName+eq+%220b1c-nobody%22",
        &format!("/Users/{id}"),
        "/Groups?excludedAttributes=members&filter=displayName+eq+%22Sales%22",
        "/Schemas",
        "/ServiceProviderConfig",
        "/ResourceTypes",
    ] {
        for headers in [
            &[bare][..],
            &[bare, ("accept", "text/html")],
            &[bare, ("accept", "application/xml;q=1, */*;q=0")],
            &[bare, ("accept", "")],
            &[bare, ("content-type", "text/html")],
            &[bare, ("content-type", "")],
        ] {
            let answer = world.send("GET", &format!("/scim/v2{path}"), headers, None).await;
            assert_eq!(answer.is(200).header("content-type"), Some(SCIM), "{path} {headers:?}");
        }
    }
}

/// Entra quirk 8, S12: `+` is a blank in a filter and `%2B` a plus, and a value path compared as a whole, as
/// Microsoft's guide writes it, means its value; an unquoted word is 400 `invalidFilter`, because it cannot
/// be told from a misspelt one; bare quotes never get past the HTTP parser.
#[actix_web::test]
async fn entra_quirk_08_a_plus_is_a_blank_and_words_need_quotes() {
    let (world, directory) = entra_directory().await;
    let mail = json!([{"type": "work", "value": "rin+apollo@northbay.example"}]);
    let body = json!({"userName": "rin+apollo@northbay.example", "emails": mail});
    directory.create(body).await.is(201);
    for (query, total) in [
        ("userName+eq+%22rin%2Bapollo%40northbay.example%22", 1),
        ("userName%20eq%20%22rin%2Bapollo@northbay.example%22", 1),
        ("userName++eq++%22RIN%2BAPOLLO%40northbay.example%22", 1),
        ("userName+eq+%22rin+apollo%40northbay.example%22", 0),
        ("emails%5Btype+eq+%22work%22%5D+eq+%22rin%2Bapollo%40northbay.example%22", 1),
        ("emails%5Btype+eq+%22home%22%5D+eq+%22rin%2Bapollo%40northbay.example%22", 0),
    ] {
        let found = directory.send("GET", &format!("/Users?filter={query}"), None).await;
        assert_eq!(found.is(200).json()["totalResults"], total, "{query}");
    }
    let refused = directory.send("GET", "/Users?filter=externalId+eq+jyoung", None).await;
    refused.is_scim_error(400, "invalidFilter").says("quote");
    let bearer = format!("Bearer {}", directory.token);
    let line = "GET /scim/v2/Users?filter=userName+eq+\"rin%2Bapollo%40northbay.example\"";
    let bare = wire::request(line, &[("authorization", &bearer)], "");
    wire::speak(world.server.address, bare).await.is(400);
}

/// The queries by which a job asks for somebody, with a value that nobody has.
fn random_queries() -> Vec<String> {
    let guid = uuid::Uuid::now_v7().to_string();
    vec![
        format!("userName eq \"{guid}\""),
        format!("externalId eq \"{guid}\""),
        format!("emails[type eq \"work\"].value eq \"{guid}\""),
        format!("id eq \"{guid}\""),
        format!("id eq \"{guid}\" and manager eq \"{guid}\""),
        format!("manager eq \"{guid}\" and id eq \"{guid}\""),
    ]
}

/// Entra quirk 9, S3: random GUIDs are looked up in every cycle: 200 and an empty list, a lookup in the
/// provisioning log, and no refusal, alarm or change anywhere.
#[actix_web::test]
async fn entra_quirk_09_a_random_lookup_alarms_nobody() {
    let (world, directory, id) = with_rin().await;
    let before = (world.audit().await, directory.read(&id).await.text);
    for filter in random_queries() {
        let found = directory.find(&filter).await.is(200).json();
        let empty = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 0,
            "startIndex": 1, "itemsPerPage": 0, "Resources": [],
        });
        assert_eq!(found, empty, "{filter}");
        let logged = world.log(1).await.remove(0);
        assert_eq!((logged.method.as_str(), logged.status, logged.act.as_str()), ("GET", 200, "Other"));
        assert_eq!((logged.seat_id, logged.subject, logged.detail), (None, None, None), "{filter}");
    }
    assert_eq!((world.audit().await, directory.read(&id).await.text), before, "nothing was written");
}

/// Entra quirk 10, S3: a 404 on a query quarantines the whole job, so every query is 200: before anybody is
/// known, with paging and projection, for groups, and for somebody who was purged.
#[actix_web::test]
async fn entra_quirk_10_a_query_is_never_404() {
    let (_world, directory) = entra_directory().await;
    let is_empty = async |below: &str| {
        let found = directory.send("GET", below, None).await.is(200).json();
        assert_eq!((&found["totalResults"], &found["Resources"]), (&json!(0), &json!([])), "{below}");
    };
    for below in [
        "/Users",
        "/Users?startIndex=1&count=5",
        "/Users?filter=userName+eq+%22nobody%22&attributes=id",
        "/Users?filter=userName+eq+%22nobody%22&aadOptscim062020",
        "/Groups",
        "/Groups?excludedAttributes=members&filter=displayName+eq+%22Sales%22",
        "/Groups?count=1&startIndex=3",
    ] {
        is_empty(below).await;
    }
    let id = directory.assign(RIN).await;
    directory.delete(&id).await.is(204);
    is_empty("/Users?filter=userName+eq+%22rin.sato%40northbay.example%22").await;
    for filter in random_queries() {
        assert_eq!(directory.find(&filter).await.is(200).json()["Resources"], Value::Array(vec![]));
    }
}

/// Entra quirk 26: non-gallery jobs have no rate limiter: a burst of lookups and creates is absorbed, none of
/// them throttled.
#[actix_web::test]
async fn entra_quirk_26_a_burst_is_absorbed() {
    let world = World::with_seats(200).await;
    let directory = world.entra().await;
    let mut running = tokio::task::JoinSet::new();
    for n in 0..60 {
        let dialect = Dialect::ALL[n % 2];
        let mut entra = world.fake_entra(&directory, dialect);
        let person = Person::new("Rin", "Sato", &format!("p{n}@northbay.example"));
        running.spawn(async move { (entra.provision(&person).await, entra.disable(&person).await) });
    }
    while let Some(outcome) = running.join_next().await {
        let (created, disabled) = outcome.unwrap();
        assert_eq!(created.went_well().last_status(), 201);
        assert_eq!(disabled.went_well().last_status(), 200);
    }
    let seats = world.seats().await;
    assert_eq!(seats.len(), 60);
    assert!(seats.iter().all(|view| view.record.seat.standing().as_str() == "unassigned"));
}
