//! The demo: the whole thing at work once, and nothing left of it.

use crate::support::binary::{Installed, Ran};
use crate::support::place::on_postgres;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types};

/// A database of the test's own on PostgreSQL, so that whatever the demo leaves behind is seen.
struct OwnDatabase {
    server: String,
    name: String,
}

#[derive(QueryableByName)]
struct Schema {
    #[diesel(sql_type = sql_types::Text)]
    name: String,
}

impl OwnDatabase {
    fn create(variable: &str) -> Self {
        let server = std::env::var(variable).unwrap();
        let name = format!("demo_{}", uuid::Uuid::now_v7().simple());
        let own = Self { server, name };
        own.on_server(&format!("CREATE DATABASE {}", own.name));
        own
    }

    fn on_server(&self, sql: &str) {
        PgConnection::establish(&self.server).unwrap().batch_execute(sql).unwrap();
    }

    fn url(&self) -> String {
        let mut url = url::Url::parse(&self.server).unwrap();
        url.set_path(&self.name);
        url.to_string()
    }

    fn schemas(&self) -> Vec<String> {
        let mut conn = PgConnection::establish(&self.url()).unwrap();
        let all = "SELECT nspname::text AS name FROM pg_namespace WHERE nspname NOT LIKE 'pg_%'";
        let found: Vec<Schema> = sql_query(all).load(&mut conn).unwrap();
        found.into_iter().map(|schema| schema.name).filter(|name| name != "information_schema").collect()
    }
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        self.on_server(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// Runs it on the store of this run; what it left behind is the second value.
fn demo(args: &[&str]) -> (Ran, Vec<String>) {
    let bridge = Installed::bare();
    if !on_postgres() {
        let ran = bridge.run(args);
        let left = std::fs::read_dir(bridge.folder()).unwrap();
        return (ran, left.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect());
    }
    let own = OwnDatabase::create("SEATBRIDGE_TEST_DATABASE_URL");
    let ran = bridge.with("SEATBRIDGE__DATABASE__URL", &own.url()).run(args);
    let left = own.schemas().into_iter().filter(|name| name != "public").collect();
    (ran, left)
}

/// Issue 2: `demo --exit` tells its story, ends in 0, logs no noise, and leaves nothing behind.
#[test]
fn the_demo_tells_its_story_and_leaves_nothing_behind() {
    let (ran, left) = demo(&["demo", "--exit"]);
    ran.ends(0);
    assert_eq!(left, Vec::<String>::new());
    assert!(ran.err.is_empty(), "{ran:#?}");
    let story = [
        "Both connectors test their connection",
        "create ada@corp.example",
        "create mara@corp.example",
        "refused 400 PUT",
        "the administrator sees",
        "The way Apollo allows",
        "ok      200 POST /api/v1/mixed_people/api_search",
        "refused 401 POST /api/v1/mixed_people/api_search",
        "Who holds a seat",
        "ada.lovelace@corp.example  assigned",
        "All went as told",
    ];
    let mut rest = ran.out.as_str();
    for part in story {
        let at = rest.find(part).unwrap_or_else(|| panic!("{part:?} does not come next in {rest}"));
        rest = &rest[at + part.len()..];
    }
    assert!(!ran.out.contains("ak_") && !ran.out.contains("eyJ"), "no credential in a transcript");
}

/// Issue 2, U5: `demo --exit --json` answers one document with the verdict and the seats.
#[test]
fn the_demo_answers_machines_with_its_verdict() {
    let (ran, left) = demo(&["demo", "--exit", "--json"]);
    let data = ran.ends(0).data("demo");
    assert_eq!(left, Vec::<String>::new());
    assert_eq!(data["as_told"], true);
    assert_eq!(data["surprises"], serde_json::json!([]));
    assert!(data["audit_entries"].as_i64().unwrap() > 10);
    let seats = data["seats"].as_array().unwrap();
    let states =
        seats.iter().map(|seat| (seat["address"].as_str().unwrap(), seat["state"].as_str().unwrap()));
    assert_eq!(
        states.collect::<Vec<_>>(),
        [
            ("ada.lovelace@corp.example", "assigned"),
            ("rin@corp.example", "unassigned"),
            ("mara@corp.example", "assigned"),
        ]
    );
}

/// Issue 2: without `--exit` it stays up, with addresses that answer, until told to stop.
#[actix_web::test]
async fn the_demo_stays_up_until_told_to_stop() {
    let bridge = Installed::bare();
    let demo = bridge.start(&["demo", "--json"]);
    let ready = format!("{}/readyz", demo.said()["url"].as_str().unwrap());
    demo.send("GET", &ready, &[], None).await.is(200);
    demo.terminate();
    let (code, logged) = demo.ended().await;
    assert_eq!(code, 0, "{logged}");
    let left = std::fs::read_dir(bridge.folder()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<Vec<_>>(), ["stderr"]);
}

/// Issue 2: over TLS PostgreSQL proves itself by its certificate; under another name it is refused.
#[test]
fn the_demo_speaks_tls_to_a_database_that_proves_itself() {
    let Ok(url) = std::env::var("SEATBRIDGE_TEST_DATABASE_TLS_URL") else {
        assert!(!on_postgres(), "tests/postgres sets SEATBRIDGE_TEST_DATABASE_TLS_URL");
        return;
    };
    let run = |url: &str| Installed::bare().with("SEATBRIDGE__DATABASE__URL", url).run(&["demo", "--exit"]);
    run(&url).ends(0);
    assert!(url.contains("@localhost:"), "{url}");
    let elsewhere = url.replace("@localhost:", "@127.0.0.1:");
    let refused = run(&elsewhere);
    refused.ends(8).tells("127.0.0.1");
    let password = url::Url::parse(&url).unwrap().password().unwrap().to_owned();
    assert!(!format!("{refused:?}").contains(&password));
}
