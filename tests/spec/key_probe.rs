//! `key probe`: proof from outside of what a key opens, without spending or changing anything.

use crate::support::World;
use crate::support::binary::Installed;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use seatbridge::credential::api_key::ApiKey;
use seatbridge::rbac::{Permissions, Role, table};
use serde_json::{Value, json};
use std::future::ready;
use std::sync::{Arc, Mutex};

const ADA: &str = "ada@corp.example";

fn probe(urls: &[&str], more: &[&str], key: &str) -> (i32, Value) {
    let installed = Installed::bare();
    let file = installed.file("key", &format!("{key}\n"));
    let mut args = vec!["key", "probe", "--json", "--key-file", &file];
    urls.iter().for_each(|url| args.extend(["--url", url]));
    args.extend(more);
    let ran = installed.run(&args);
    assert!(!ran.out.contains(&key[19..]) && !ran.err.contains(&key[19..]), "the key is in {ran:?}");
    (ran.code, if ran.out.is_empty() { Value::Null } else { ran.data("key") })
}

fn count(data: &Value, must: &str) -> usize {
    data["routes"].as_array().unwrap().iter().filter(|route| route["must"] == must).count()
}

/// R2, R3, R4, U5: a living key is refused wherever its role lacks a permission, on every replica, and
/// nothing of the proof reaches Apollo; a dead one opens nothing; what is expected otherwise exits 5.
#[actix_web::test]
async fn a_probe_proves_what_a_key_opens() {
    let world = World::start().await;
    let okta = world.okta().await;
    let key = world.keyed(&okta, ADA, Role::Analyst).await;
    let other = world.replica();
    let (own, other) = (world.base(), format!("http://{}/", other.server.address));
    let (code, data) = probe(&[&own, &other], &["--expect", "analyst"], &key);
    assert_eq!((code, &data["well"]), (0, &Value::Bool(true)), "{data}");
    let may = Permissions::of(Role::Analyst);
    let denied = table().iter().filter(|row| row.permissions.iter().any(|one| !may.contains(*one))).count();
    assert!(denied > 30);
    assert_eq!(count(&data, "refused"), 2 * denied);
    assert_eq!(data["routes"].as_array().unwrap().len(), 2 * table().len());
    assert!(world.apollo.received().is_empty());

    let (code, data) = probe(&[&own], &["--expect", "viewer"], &key);
    let wrong: Vec<&Value> =
        data["routes"].as_array().unwrap().iter().filter(|route| route["well"] == false).collect();
    assert!(
        code == 5
            && !wrong.is_empty()
            && wrong.iter().all(|one| one["found"] == "open to its role, not asked")
    );
    assert_eq!(probe(&[&own], &["--expect", "dead"], &key).0, 5);

    let installed = Installed::bare();
    let told = installed.run_fed(&["key", "probe", "--url", &own], &key);
    told.ends(0);
    assert!(
        told.out.contains("is alive, a key of role analyst") && told.out.contains("refused (403)"),
        "{told:?}"
    );

    let id = okta.found(&format!("userName eq \"{ADA}\"")).await.remove(0);
    okta.set_active(&id, false).await.is(200);
    let (code, data) = probe(&[&own], &["--expect", "dead"], &key);
    assert_eq!((code, count(&data, "refused")), (0, table().len()), "{data}");
    assert!(world.apollo.received().is_empty());
}

/// A server that says the same to every call, as a bridge would that refused nobody; and what it was asked.
fn says_to_all(answer: Value) -> (String, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let noted = Arc::clone(&asked);
    let app = move || {
        let (answer, noted) = (answer.clone(), Arc::clone(&noted));
        let says = move |request: HttpRequest, _: web::Bytes| {
            noted.lock().unwrap().push(request.uri().to_string());
            ready(HttpResponse::Ok().json(&answer))
        };
        App::new().default_service(web::to(says))
    };
    let server = HttpServer::new(app).workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    (url, asked)
}

/// U5: a server that lets a call through is found out; what is no key, no bridge or not there proves nothing.
#[actix_web::test]
async fn a_probe_finds_a_server_that_refuses_nothing() {
    let key = ApiKey::from_random(&[5; 30]).as_str().to_owned();
    let (url, asked) = says_to_all(json!({"key_role": "viewer", "roles": ["viewer"]}));
    let shown = key.clone();
    let (code, data) = tokio::task::spawn_blocking(move || probe(&[&url], &[], &shown)).await.unwrap();
    assert_eq!((code, &data["well"]), (5, &Value::Bool(false)));
    let found: Vec<&Value> =
        data["routes"].as_array().unwrap().iter().filter(|one| one["must"] == "refused").collect();
    assert!(found.len() > 30);
    assert!(found.iter().all(|one| one["found"] == "NOT refused for the key (status 200)"), "{data}");
    // Every question asks for what nobody may have, in case the bridge is wrong about the key.
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked.iter().filter(|uri| uri.ends_with("?webhook_url=refused")).count(), found.len());

    let (url, _) = says_to_all(json!({"hello": "world"}));
    let shown = key.clone();
    let no_bridge = tokio::task::spawn_blocking(move || probe(&[&url], &[], &shown)).await.unwrap();
    assert_eq!(no_bridge.0, 1);
    assert_eq!(probe(&["http://127.0.0.1:9"], &[], &key).0, 1, "nothing is there");
    let installed = Installed::bare();
    installed
        .run_fed(&["key", "probe", "--url", "http://127.0.0.1:9"], &key[..40])
        .ends(2)
        .tells("no whole key");
}
