//! Conditional requests: an ETag names what a client has seen, and what was decided upon it.

use crate::support::stored::occupy;
use crate::support::{Connected, Reply, World};
use futures_util::future::join_all;
use serde_json::{Value, json};

const ADA: &str = "ada@corp.example";

/// The ETag of an answer, which its `meta.version` repeats.
#[track_caller]
fn version(answer: &Reply) -> String {
    let etag = answer.header("etag").unwrap_or_else(|| panic!("no ETag: {answer:#?}")).to_owned();
    assert_eq!(answer.json()["meta"]["version"], etag.as_str(), "RFC 7643 §3.1");
    assert!(etag.starts_with("W/\"") && etag.ends_with('"'), "{etag}");
    etag
}

async fn read_if(directory: &Connected, id: &str, headers: &[(&str, &str)]) -> Reply {
    directory.send_with("GET", &format!("/Users/{id}"), headers, None).await
}

/// S7: the ETag is the `meta.version` of every answer that shows the User, and changes when the User does.
/// RFC 7644 §3.14.
#[actix_web::test]
async fn the_etag_is_the_version_and_changes_with_the_user() {
    let world = World::start().await;
    let okta = world.okta().await;
    let made = okta.create(json!({"userName": ADA})).await;
    let (id, first) = (made.is(201).id(), version(&made));
    assert_eq!(version(&okta.read(&id).await), first);
    let listed = okta.send("GET", "/Users", None).await.json();
    assert_eq!(listed["Resources"][0]["meta"]["version"], first.as_str());

    let same = okta.replace(&id, json!({"userName": ADA})).await;
    assert_eq!(version(same.is(200)), first, "nothing changed, so nothing is new (L10)");
    let changed = okta.patch(&id, json!([{"op": "add", "path": "title", "value": "CTO"}])).await;
    let second = version(changed.is(200));
    assert_ne!(second, first);
    let left = version(okta.set_active(&id, false).await.is(200));
    assert!(left != first && left != second);
    assert_eq!(version(&okta.read(&id).await), left);
    let narrow = okta.send("GET", &format!("/Users/{id}?attributes=userName"), None).await;
    assert_eq!(narrow.is(200).header("etag"), Some(left.as_str()));
}

/// S7: a read asks with If-None-Match whether anything is new, and is told 304 and nothing more when not.
/// RFC 9110 §13.1.2: weak and strong spellings are one, a list or `*` may stand there.
#[actix_web::test]
async fn a_read_of_what_is_known_is_304() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign(ADA).await;
    for known in ["W/\"1\"", "\"1\"", "*", "W/\"7\", W/\"1\"", " \"9\",\"1\" ", "\"x,y\", \"1\""] {
        let unread = read_if(&okta, &id, &[("if-none-match", known)]).await;
        assert_eq!((unread.is(304).text.as_str(), unread.header("etag")), ("", Some("W/\"1\"")), "{known}");
        assert_eq!(unread.header("content-type"), None, "{known}");
    }
    let several = [("if-none-match", "W/\"7\""), ("if-none-match", "W/\"1\"")];
    read_if(&okta, &id, &several).await.is(304);
    for unknown in ["W/\"2\"", "\"11\"", "1", "W/1", "w/\"1\"", "W/W/\"1\"", ""] {
        read_if(&okta, &id, &[("if-none-match", unknown)]).await.is(200);
    }
    okta.patch(&id, json!([{"op": "add", "path": "title", "value": "CTO"}])).await.is(200);
    read_if(&okta, &id, &[("if-none-match", "W/\"1\"")]).await.is(200);
    read_if(&okta, "nobody", &[("if-none-match", "*")]).await.is_scim_error(404, None);
}

/// RFC 9110 §13.2.2: If-Match is judged first, on a read too.
#[actix_web::test]
async fn a_read_of_another_version_than_wanted_is_412() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign(ADA).await;
    for held in ["W/\"1\"", "\"1\"", "*"] {
        read_if(&okta, &id, &[("if-match", held)]).await.is(200);
        read_if(&okta, &id, &[("if-match", held), ("if-none-match", "W/\"1\"")]).await.is(304);
    }
    for other in ["W/\"2\"", "\"0\"", "nonsense"] {
        let refused = read_if(&okta, &id, &[("if-match", other), ("if-none-match", "W/\"1\"")]).await;
        refused.is_scim_error(412, None).says("W/\\\"1\\\"");
    }
}

/// What a writer sends, each with a body that would change something.
fn writes() -> [(&'static str, Option<String>); 3] {
    let put = json!({"userName": ADA, "title": "put"});
    let patch = json!({"Operations": [{"op": "add", "path": "title", "value": "patched"}]});
    [("PUT", Some(put.to_string())), ("PATCH", Some(patch.to_string())), ("DELETE", None)]
}

/// S7: a write whose condition does not hold is 412, changes nothing, and both logs tell of it.
#[actix_web::test]
async fn a_write_whose_condition_does_not_hold_changes_nothing() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign(ADA).await;
    let before = okta.read(&id).await.json();
    let path = format!("/Users/{id}");
    for (method, body) in writes() {
        for (name, value) in [
            ("if-match", "W/\"2\""),
            ("if-match", "\"0\", W/\"3\""),
            ("if-match", "nonsense"),
            ("if-none-match", "W/\"1\""),
            ("if-none-match", "\"1\""),
            ("if-none-match", "*"),
        ] {
            let answer = okta.send_with(method, &path, &[(name, value)], body.as_deref()).await;
            answer.is_scim_error(412, None).says("read it again");
        }
    }
    assert_eq!(okta.read(&id).await.json(), before);
    let refused: Vec<String> = world.audit_of(ADA).await;
    assert_eq!(refused.iter().filter(|word| word.starts_with("refused")).count(), 18, "{refused:?}");
    assert_eq!(world.last_logged(&id).await.status, 412);
}

/// S7: a write whose condition holds is done, in every spelling of the version; no condition is needed.
#[actix_web::test]
async fn a_write_whose_condition_holds_is_done() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = okta.assign(ADA).await;
    let path = format!("/Users/{id}");
    let mut seen = version(&okta.read(&id).await);
    type Spelled = fn(&str) -> (&'static str, String);
    let spellings: [Spelled; 6] = [
        |etag| ("if-match", etag.to_owned()),
        |etag| ("if-match", etag.trim_start_matches("W/").to_owned()),
        |etag| ("if-match", format!("W/\"x\", {etag}")),
        |_| ("if-match", "*".to_owned()),
        |_| ("if-none-match", "W/\"x\"".to_owned()),
        |_| ("x-none", String::new()),
    ];
    for (round, spelled) in spellings.iter().enumerate() {
        for method in ["PUT", "PATCH"] {
            let (name, value) = spelled(&seen);
            let title = format!("{method} {round}");
            let body = json!({"userName": ADA, "title": title,
                "Operations": [{"op": "replace", "path": "title", "value": title}]});
            let done = okta.send_with(method, &path, &[(name, &value)], Some(&body.to_string())).await;
            assert_eq!(done.is(200).json()["title"], title.as_str());
            seen = version(&done);
        }
    }
    okta.send_with("DELETE", &path, &[("if-match", &seen)], None).await.is(204);
    okta.send_with("DELETE", &path, &[("if-match", "*")], None).await.is_scim_error(404, None);
}

/// RFC 9110 §8.8: the documents of discovery have an ETag of their text; whoever knows it is told 304.
#[actix_web::test]
async fn a_document_that_is_known_is_not_sent_again() {
    let world = World::start().await;
    let (okta, entra) = (world.okta().await, world.entra().await);
    let mut seen = Vec::new();
    for path in ["/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas"] {
        let first = okta.send("GET", path, None).await;
        let etag = first.is(200).header("etag").unwrap().to_owned();
        for known in [etag.as_str(), "*", &format!("\"other\", {etag}")] {
            let again = entra.send_with("GET", path, &[("if-none-match", known)], None).await;
            assert_eq!((again.is(304).text.as_str(), again.header("etag")), ("", Some(etag.as_str())));
        }
        entra.send_with("GET", path, &[("if-none-match", "W/\"other\"")], None).await.is(200);
        seen.push(etag);
    }
    seen.dedup();
    assert_eq!(seen.len(), 4, "each document has its own");
    let other = World::configured(10, |config| config.limits.page_size = 500).await;
    let okta = other.okta().await;
    let told = okta.send_with("GET", "/ServiceProviderConfig", &[("if-none-match", &seen[0])], None).await;
    assert_eq!(told.is(200).json()["filter"]["maxResults"], 500, "another limit is another document");
}

/// S7: writers without If-Match who find somebody else writing wait for their turn and decide on what they
/// then find: all of them win, and none is lost.
#[actix_web::test]
async fn writers_who_lose_a_race_decide_again_until_they_win() {
    let world = World::start().await;
    let okta = world.okta().await;
    let replica = world.replica();
    let other = okta.at(&format!("http://{}", replica.server.address));
    let id = okta.assign(ADA).await;
    let somebody = occupy(&world.place);
    let add = |place: usize| {
        let directory = [&okta, &other][place % 2];
        let phone = json!([{"value": format!("+1 555 {place:03}")}]);
        let add = json!([{"op": "add", "path": "phoneNumbers", "value": phone}]);
        let id = &id;
        async move { directory.patch(id, add).await }
    };
    // The other writer ends after everybody has asked.
    let (answers, ()) = futures_util::future::join(join_all((0..32).map(add)), async {
        okta.read(&id).await.is(200);
        drop(somebody);
    })
    .await;
    let mut versions: Vec<String> = answers.iter().map(|answer| version(answer.is(200))).collect();
    versions.sort();
    versions.dedup();
    assert_eq!(versions.len(), 32, "each wrote a version of its own");
    let shown: Value = okta.read(&id).await.json();
    assert_eq!(shown["phoneNumbers"].as_array().unwrap().len(), 32);
    world.kept(&id).await.tells_one_story();
}

/// S7: a writer whose turn does not come before the deadline is told 503 with whole seconds to wait, and what
/// was given up is not done later behind everybody's back.
#[actix_web::test]
async fn a_writer_whose_turn_never_comes_is_503_and_nothing_is_done_later() {
    let world = World::configured(10, |config| config.limits.request_seconds = 1).await;
    let okta = world.okta().await;
    let id = okta.assign(ADA).await;
    let somebody = occupy(&world.place);
    let title = json!([{"op": "replace", "path": "title", "value": "given up"}]);
    let (changed, made, removed) = tokio::join!(
        okta.patch(&id, title),
        okta.create(json!({"userName": "bob@corp.example"})),
        okta.delete(&id),
    );
    for answer in [changed, made, removed] {
        answer.is_scim_error(503, None).says("retry");
        let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=600).contains(&wait), "{wait}");
    }
    assert_eq!(okta.read(&id).await.is(200).header("etag"), Some("W/\"1\""), "reading goes on meanwhile");
    drop(somebody);
    // Commands are done in the order they came, so that everything before this one is over.
    while okta.create(json!({"userName": "eve@corp.example"})).await.status == 503 {}
    assert_eq!(version(&okta.read(&id).await), "W/\"1\"");
    assert_eq!(world.state_of("bob@corp.example").await, None);
    assert_eq!(world.audit_of(ADA).await, ["assign"]);
}
