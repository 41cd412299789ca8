//! Bulk: many changes in one request, each of them what it would be alone (RFC 7644 §3.7).

use crate::support::stored::occupy;
use crate::support::{Connected, Reply, World};
use serde_json::{Value, json};

const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

async fn send(directory: &Connected, operations: Value) -> Reply {
    directory.send("POST", "/Bulk", Some(json!({"schemas": [REQUEST], "Operations": operations}))).await
}

/// The answers to the operations, in the order they were sent.
async fn bulk(directory: &Connected, operations: Value) -> Vec<Value> {
    let answer = send(directory, operations).await.is(200).json();
    assert_eq!(answer["schemas"], json!([RESPONSE]));
    assert_eq!(answer.as_object().unwrap().len(), 2, "{answer:#}");
    answer["Operations"].as_array().unwrap().clone()
}

fn post(name: &str) -> Value {
    json!({"method": "POST", "path": "/Users", "bulkId": name, "data": {"userName": address(name)}})
}

fn address(name: &str) -> String {
    format!("{name}@corp.example")
}

fn reports_to(name: &str, manager: &str) -> Value {
    let mut operation = post(name);
    operation["data"][ENTERPRISE] = json!({"manager": {"value": manager}});
    operation
}

fn statuses(answers: &[Value]) -> Vec<&str> {
    answers.iter().map(|answer| answer["status"].as_str().unwrap()).collect()
}

fn id_of(answer: &Value) -> String {
    answer["location"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

/// The answer of an operation that failed carries the error it would have had alone (RFC 7644 §3.7.3).
#[track_caller]
fn is_error(answer: &Value, status: u16, scim_type: Option<&str>, says: &str) {
    assert_eq!(answer["status"], status.to_string(), "{answer:#}");
    let body = &answer["response"];
    assert_eq!((&body["schemas"], &body["status"]), (&json!([ERROR]), &answer["status"]), "{answer:#}");
    assert_eq!(body.get("scimType").and_then(Value::as_str), scim_type, "{answer:#}");
    assert!(body["detail"].as_str().unwrap().contains(says), "{says}: {answer:#}");
    assert_eq!(answer.get("version"), None);
}

/// §3.7.3: each operation is answered with its method, name, place, version and status, and has done what it
/// would have done alone.
#[actix_web::test]
async fn each_operation_does_what_it_would_do_alone() {
    let world = World::start().await;
    let okta = world.okta().await;
    let (ada, bob) = (okta.assign("ada@corp.example").await, okta.assign("bob@corp.example").await);
    let answers = bulk(
        &okta,
        json!([
            post("eve"),
            {"method": "PUT", "path": format!("/Users/{ada}"),
                "data": {"userName": "ada@corp.example", "title": "CTO"}},
            {"method": "PATCH", "path": format!("/Users/{bob}"), "bulkId": "echoed", "data": {"Operations":
                [{"op": "replace", "path": "active", "value": false}]}},
            {"method": "DELETE", "path": format!("/Users/{bob}/")},
        ]),
    )
    .await;
    let eve = id_of(&answers[0]);
    let place = |id: &str| format!("{}/Users/{id}", okta.target());
    assert_eq!(
        answers,
        [
            json!({"method": "POST", "bulkId": "eve", "location": place(&eve), "version": "W/\"1\"",
                "status": "201"}),
            json!({"method": "PUT", "location": place(&ada), "version": "W/\"2\"", "status": "200"}),
            json!({"method": "PATCH", "bulkId": "echoed", "location": place(&bob), "version": "W/\"2\"",
                "status": "200"}),
            json!({"method": "DELETE", "location": place(&bob), "status": "204"}),
        ]
    );
    for (id, etag) in [(&eve, "W/\"1\""), (&ada, "W/\"2\"")] {
        assert_eq!(okta.read(id).await.is(200).header("etag"), Some(etag));
    }
    assert_eq!(okta.read(&ada).await.json()["title"], "CTO");
    okta.read(&bob).await.is(404);
    assert_eq!(world.kept(&bob).await.happened(), ["assigned", "unassigned", "removed"]);
}

/// §3.7.2: `bulkId:` in a body or a path means what another operation makes, in whichever order they stand.
#[actix_web::test]
async fn a_reference_means_what_another_operation_makes() {
    let world = World::start().await;
    let okta = world.okta().await;
    let answers = bulk(
        &okta,
        json!([
            reports_to("ada", "bulkId:boss"),
            post("boss"),
            reports_to("bob", "bulkId:ada"),
            post("eve"),
            // The standard's own example of a bulk PATCH has the operations alone (§3.7.3).
            {"method": "PATCH", "path": "/Users/bulkId:eve", "data": [
                {"op": "add", "path": format!("{ENTERPRISE}:manager"), "value": {"value": "bulkId:bob"}},
                {"op": "add", "path": "title", "value": "CFO"}]},
            {"method": "PUT", "path": "/Users/bulkId:boss",
                "data": {"userName": "boss@corp.example", "title": "CEO"}},
        ]),
    )
    .await;
    assert_eq!(statuses(&answers), ["201", "201", "201", "201", "200", "200"]);
    let [ada, boss, bob, eve] = [0, 1, 2, 3].map(|place| id_of(&answers[place]));
    for (who, manager) in [(&ada, &boss), (&bob, &ada), (&eve, &bob)] {
        assert_eq!(okta.read(who).await.json()[ENTERPRISE]["manager"]["value"], manager.as_str());
    }
    assert_eq!(id_of(&answers[4]), eve);
    assert_eq!(okta.read(&eve).await.json()["title"], "CFO");
    assert_eq!(okta.read(&boss).await.json()["title"], "CEO");
}

/// §3.7.1: a circle is 409; a name nobody has is 400, and so is one that two things have; whoever needs
/// something that was not made is 409. Their neighbours are done.
#[actix_web::test]
async fn a_reference_that_cannot_be_resolved_is_told() {
    let world = World::start().await;
    let okta = world.okta().await;
    okta.assign("taken@corp.example").await;
    let answers = bulk(
        &okta,
        json!([
            reports_to("a", "bulkId:b"),
            reports_to("b", "bulkId:a"),
            reports_to("c", "bulkId:nobody"),
            post("twice"),
            post("twice"),
            post("taken"),
            reports_to("d", "bulkId:taken"),
            {"method": "DELETE", "path": "/Users/bulkId:taken"},
            reports_to("e", "bulkId:fine"),
            post("fine"),
        ]),
    )
    .await;
    is_error(&answers[0], 409, None, "bulkId:b refers in a circle");
    is_error(&answers[1], 409, None, "bulkId:a refers in a circle");
    is_error(&answers[2], 400, Some("invalidValue"), "bulkId:nobody refers to no operation");
    is_error(&answers[3], 400, Some("invalidValue"), "twice is used more than once");
    is_error(&answers[4], 400, Some("invalidValue"), "twice is used more than once");
    is_error(&answers[5], 409, Some("uniqueness"), "taken@corp.example");
    is_error(&answers[6], 409, None, "bulkId:taken refers to an operation that failed");
    is_error(&answers[7], 409, None, "bulkId:taken refers to an operation that failed");
    assert_eq!(statuses(&answers[8..]), ["201", "201"]);
    assert!(
        answers[..8].iter().all(|answer| answer.get("location").is_none()),
        "§3.7.3: none for what is not"
    );
    let mut known: Vec<String> = Vec::new();
    for view in world.seats().await {
        known.push(view.record.seat.person().unwrap().user_name.as_str().to_owned());
    }
    known.sort();
    assert_eq!(known, ["e@corp.example", "fine@corp.example", "taken@corp.example"]);
}

/// §3.7, §3.7.3: `failOnErrors` ends the job with that error; what was done stays done, and is told.
#[actix_web::test]
async fn a_job_ends_with_the_last_error_it_may_have() {
    for (allowed, answered) in [(json!(1), 2), (json!(2), 4), (json!(3), 5), (Value::Null, 5)] {
        let world = World::start().await;
        let okta = world.okta().await;
        let unknown = json!({"method": "DELETE", "path": "/Users/nobody"});
        let operations = json!([post("a"), unknown, post("b"), unknown, post("c")]);
        let body = json!({"schemas": [REQUEST], "failOnErrors": allowed, "Operations": operations});
        let answer = okta.send("POST", "/Bulk", Some(body)).await.is(200).json();
        let answers = answer["Operations"].as_array().unwrap();
        assert_eq!(statuses(answers), &["201", "404", "201", "404", "201"][..answered], "{allowed}");
        is_error(&answers[1], 404, None, "");
        assert_eq!(answers[1]["location"], format!("{}/Users/nobody", okta.target()));
        assert_eq!(world.seats().await.len(), answered.div_ceil(2), "{allowed}");
    }
}

/// §3.7, §3.14: `version` is the If-Match of its operation, in either spelling.
#[actix_web::test]
async fn a_version_is_the_condition_of_its_operation() {
    let world = World::start().await;
    let okta = world.okta().await;
    let ada = okta.assign("ada@corp.example").await;
    let title = |version: &str, title: &str| {
        json!({"method": "PATCH", "path": format!("/Users/{ada}"), "version": version,
            "data": {"Operations": [{"op": "replace", "path": "title", "value": title}]}})
    };
    let answers = bulk(
        &okta,
        json!([
            title("W/\"1\"", "one"),
            title("W/\"1\"", "late"),
            title("\"2\"", "two"),
            title("*", "three"),
            {"method": "DELETE", "path": format!("/Users/{ada}"), "version": "W/\"1\""},
            {"method": "POST", "path": "/Users", "bulkId": "b", "version": "W/\"9\"",
                "data": {"userName": "b@corp.example"}},
        ]),
    )
    .await;
    assert_eq!(statuses(&answers), ["200", "412", "200", "200", "412", "201"]);
    is_error(&answers[1], 412, None, "W/\"2\"");
    assert_eq!(okta.read(&ada).await.json()["title"], "three");
}

/// S8, §3.7.4: too many operations, or too many bytes, are 413 before anything is done, and the limit is
/// told; the service provider configuration tells both beforehand.
#[actix_web::test]
async fn a_message_beyond_the_limits_is_413() {
    let world = World::configured(50, |config| {
        config.limits.bulk_operations = 3;
        config.limits.body_bytes = 2048;
    })
    .await;
    let okta = world.okta().await;
    let told = okta.send("GET", "/ServiceProviderConfig", None).await.json();
    assert_eq!(told["bulk"], json!({"supported": true, "maxOperations": 3, "maxPayloadSize": 2048}));
    let four = json!([post("a"), post("b"), post("c"), post("d")]);
    send(&okta, four.clone()).await.is_scim_error(413, None).says("maxOperations is 3");
    let mut long = post("a");
    long["data"]["title"] = json!("x".repeat(2048));
    send(&okta, json!([long])).await.is_scim_error(413, None).says("2048");
    assert!(world.seats().await.is_empty());
    let three = json!([four[0], four[1], four[2]]);
    assert_eq!(statuses(&bulk(&okta, three).await), ["201", "201", "201"]);

    let world = World::with_seats(2000).await;
    let okta = world.okta().await;
    let many = |count: usize| Value::from((0..count).map(|_| json!({})).collect::<Vec<_>>());
    send(&okta, many(1001)).await.is_scim_error(413, None).says("1000");
    assert_eq!(bulk(&okta, many(1000)).await.len(), 1000);
}

/// S1, L9: an operation on anything but a User is answered as that address answers.
#[actix_web::test]
async fn an_operation_elsewhere_is_answered_as_its_address_answers() {
    let world = World::start().await;
    let okta = world.okta().await;
    let at = |method: &str, path: &str| json!({"method": method, "path": path, "bulkId": "x", "data": {}});
    for (operation, status, says) in [
        (at("POST", "/Groups"), 501, "Push Groups"),
        (at("PATCH", "/Groups/g"), 501, "Push Groups"),
        (at("DELETE", "/Groups/g"), 501, "Push Groups"),
        (at("PUT", "/Me"), 501, "/Me is not offered"),
        (at("PUT", "/Users"), 405, "POST only"),
        (at("POST", "/Users/nobody"), 405, "PUT, PATCH, DELETE only"),
        (at("POST", "/Users/.search"), 405, "PUT, PATCH, DELETE only"),
        (at("DELETE", "/Users/a/b"), 404, "nothing at this address"),
        (at("POST", "/Bulk"), 404, "nothing at this address"),
        (at("POST", "/Schemas"), 404, "nothing at this address"),
        (at("POST", "/"), 404, "nothing at this address"),
        (at("DELETE", "/Users//nobody"), 404, "nothing at this address"),
        (at("DELETE", "/Users/nobody"), 404, "no such"),
    ] {
        let answers = bulk(&okta, json!([operation, post("after")])).await;
        is_error(&answers[0], status, None, says);
        okta.delete(&id_of(&answers[1])).await.is(204);
    }
}

/// §3.7, S2: what is wrong with the message is one SCIM error; what is wrong with an operation is that one's.
#[actix_web::test]
async fn a_bad_message_is_one_error_and_a_bad_operation_its_own() {
    let world = World::start().await;
    let entra = world.entra().await;
    for (body, scim_type, says) in [
        (json!([]), "invalidSyntax", "BulkRequest"),
        (json!({}), "invalidSyntax", "no Operations"),
        (json!({"schemas": [REQUEST], "Operations": []}), "invalidSyntax", "no Operations"),
        (json!({"schemas": [REQUEST], "Operations": {"0": post("a")}}), "invalidSyntax", "no Operations"),
        (json!({"schemas": [RESPONSE], "Operations": [post("a")]}), "invalidSyntax", "BulkRequest"),
        (json!({"failOnErrors": "1", "Operations": [post("a")]}), "invalidValue", "failOnErrors"),
    ] {
        entra.send("POST", "/Bulk", Some(body)).await.is_scim_error(400, scim_type).says(says);
    }
    assert!(world.seats().await.is_empty());
    let answers = bulk(
        &entra,
        json!([
            "no operation",
            {"method": "POST", "path": "/Users", "data": {"userName": "a@corp.example"}},
            {"method": "BREW", "path": "/Users", "bulkId": "b", "data": {}},
            {"method": "POST", "path": "/Users", "bulkId": "c"},
            {"method": "POST", "path": "/Users", "bulkId": "d", "data": {"userName": 7}},
            {"method": "POST", "path": "/Users", "bulkId": "e", "data": {"title": "nobody"}},
            {"method": "PATCH", "path": "/Users/x", "data": []},
            post("fine"),
        ]),
    )
    .await;
    is_error(&answers[0], 400, Some("invalidSyntax"), "bulk operation 1");
    is_error(&answers[1], 400, Some("invalidSyntax"), "bulkId");
    is_error(&answers[2], 400, Some("invalidSyntax"), "method must be");
    is_error(&answers[3], 400, Some("invalidSyntax"), "data is missing");
    is_error(&answers[4], 400, Some("invalidValue"), "userName");
    is_error(&answers[5], 400, Some("invalidValue"), "userName");
    is_error(&answers[6], 400, Some("invalidSyntax"), "");
    assert_eq!((&answers[7]["status"], world.seats().await.len()), (&json!("201"), 1));
    for body in [json!(null), json!("x")] {
        entra.send("POST", "/Bulk", Some(body)).await.is_scim_error(400, "invalidSyntax");
    }
}

/// F2: the data of an operation is in the connector's own dialect, as its body would be.
#[actix_web::test]
async fn an_operation_speaks_the_dialect_of_its_connector() {
    let world = World::start().await;
    let entra = world.entra().await;
    let ada = entra.assign("ada@corp.example").await;
    let leave = json!([{"op": "Replace", "path": "active", "value": "False"}]);
    let answers = bulk(
        &entra,
        json!([{"method": "PATCH", "path": format!("/Users/{ada}"), "data": {"Operations": leave}}]),
    )
    .await;
    assert_eq!(statuses(&answers), ["200"]);
    assert_eq!(world.state_of("ada@corp.example").await.as_deref(), Some("unassigned"));
}

/// L2, L8: the rules of the seat hold inside a bulk message as outside.
#[actix_web::test]
async fn the_rules_of_the_seat_hold_for_every_operation() {
    let world = World::with_seats(3).await;
    let okta = world.okta().await;
    let ada = okta.assign("ada@corp.example").await;
    okta.assign("una@corp.example").await;
    let rename = |active: bool| {
        json!({"method": "PUT", "path": format!("/Users/{ada}"),
            "data": {"userName": "ada.king@corp.example", "active": active}})
    };
    let answers =
        bulk(&okta, json!([rename(true), post("bob"), post("eve"), rename(false), post("max")])).await;
    is_error(&answers[0], 400, Some("mutability"), "ada@corp.example");
    assert_eq!(answers[1]["status"], "201");
    is_error(&answers[2], 400, Some("invalidValue"), "3");
    assert_eq!(statuses(&answers[3..]), ["200", "201"], "the seat given back is there for the next");
}

/// U1, U2: every operation has its own audit entry and its own line in the provisioning log, under the id of
/// the one request.
#[actix_web::test]
async fn every_operation_is_in_the_audit_and_in_the_provisioning_log() {
    let world = World::start().await;
    let okta = world.okta().await;
    let title = json!([{"op": "add", "path": "title", "value": "x"}]);
    let body = json!({"Operations": [
        post("ada"),
        reports_to("bob", "bulkId:nobody"),
        {"method": "PATCH", "path": "/Users/bulkId:ada", "data": title},
        {"method": "POST", "path": "/Groups", "bulkId": "g", "data": {}},
        {"method": "DELETE", "path": "/Users/bulkId:ada"},
    ]});
    let headers = [("x-request-id", "one-request")];
    let answer = okta.send_with("POST", "/Bulk", &headers, Some(&body.to_string())).await.is(200).json();
    let id = id_of(&answer["Operations"][0]);
    let log = world.provisioning_log().await;
    let mut told: Vec<(i64, String, i64)> = log
        .iter()
        .filter(|record| record.request_id == "one-request")
        .map(|record| {
            let notes: Vec<String> = serde_json::from_str(&record.notes).unwrap();
            let number = notes.iter().find_map(|note| note.strip_prefix("bulk:")?.parse().ok()).unwrap();
            (number, format!("{} {}", record.method, record.target), record.status)
        })
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            (1, "POST /Users".to_owned(), 201),
            (2, "POST /Bulk".to_owned(), 400),
            (3, format!("PATCH /Users/{id}"), 200),
            (4, "POST /Groups".to_owned(), 501),
            (5, format!("DELETE /Users/{id}"), 204),
        ]
    );
    let audit = world.audit().await;
    let words: Vec<&str> = audit
        .iter()
        .filter(|entry| entry.request_id.as_deref() == Some("one-request"))
        .map(|entry| entry.action.as_str())
        .collect();
    assert_eq!(words, ["assign", "amend", "unassign", "remove"]);
    let refused = okta.send("POST", "/Bulk", Some(json!({"Operations": 7}))).await;
    refused.is_scim_error(400, "invalidSyntax");
    let log = world.provisioning_log().await;
    assert!(
        log.iter().any(|record| record.target == "/Bulk" && record.status == 400 && record.notes == "[]")
    );
}

/// S7, S8: a job that runs out of time tells what was done; every other operation is 503 in its own status
/// and is not done later.
#[actix_web::test]
async fn a_job_that_runs_out_of_time_tells_what_was_done() {
    let world = World::configured(2000, |config| config.limits.request_seconds = 3).await;
    let okta = world.okta().await;
    let names: Vec<String> = (0..1000).map(|number| format!("p{number}")).collect();
    let operations: Vec<Value> = names.iter().map(|name| post(name)).collect();
    let somebody = async {
        // Somebody else begins to write as soon as the first is there, and does not end in time.
        while world.state_of(&address("p0")).await.is_none() {}
        occupy(&world.place)
    };
    let (answers, somebody) =
        futures_util::future::join(bulk(&okta, Value::from(operations)), somebody).await;
    assert_eq!(answers.len(), 1000);
    let done = answers.iter().filter(|answer| answer["status"] == "201").count();
    assert!((1..1000).contains(&done), "{done}");
    for (place, answer) in answers.iter().enumerate() {
        if place < done {
            assert_eq!(answer["status"], "201", "{answer}");
        } else {
            is_error(answer, 503, None, "retry");
        }
    }
    drop(somebody);
    while okta.create(json!({"userName": "last@corp.example"})).await.status == 503 {}
    assert_eq!(world.seats().await.len(), done + 1, "nothing lost, and nothing done later");
}
