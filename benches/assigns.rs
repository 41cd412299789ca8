//! What an assignment costs: `cargo bench --bench assigns`.
//!
//! Starts the real binary on an empty store and drives it over loopback with 64 connections: the ceiling of the same
//! process (`/livez`), then 10,000 assigns, lookups, and unassigns. Prints rates, their ratio to the ceiling, and the
//! server's memory. On SQLite; on PostgreSQL when `SEATBRIDGE_BENCH_DATABASE_URL` names an empty database.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const PEOPLE: usize = 10_000;
const CONNECTIONS: usize = 64;
const BINARY: &str = env!("CARGO_BIN_EXE_seatbridge");

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite://{}/bench.db", folder.path().display());
    let named = std::env::var("SEATBRIDGE_BENCH_DATABASE_URL").map(|url| ("postgres", url));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (name, url) in [("sqlite", sqlite)].into_iter().chain(named) {
        runtime.block_on(measure(name, &url));
    }
}

async fn measure(name: &str, url: &str) {
    let bridge = Bridge::start(url);
    println!("\n{name}: {PEOPLE} people, {CONNECTIONS} connections, {} MB resident idle", bridge.resident());
    let ceiling = rate(PEOPLE * 2, |_| ("GET", bridge.base.clone() + "/livez", None), &bridge, 200).await;
    println!("  {:<28} {ceiling:>9.0} /s", "/livez, the ceiling");
    let users = format!("{}/scim/v2/Users", bridge.base);
    let show = |what: &str, rate: f64| {
        println!("  {what:<28} {rate:>9.0} /s   {:.3} of the ceiling", rate / ceiling)
    };

    let create = |n: usize| {
        let address = format!("person{n}@bench.example");
        let body = json!({
            "userName": address, "externalId": format!("00u{n}"), "displayName": format!("Person {n}"),
            "name": {"givenName": "Person", "familyName": n.to_string()},
            "emails": [{"value": address, "type": "work", "primary": true}],
        });
        ("POST", users.clone(), Some(body))
    };
    show("assign (POST)", rate(PEOPLE, create, &bridge, 201).await);
    println!("  {} MB resident after {PEOPLE} assigns", bridge.resident());
    let look_up = |n: usize| {
        let at = n % PEOPLE;
        ("GET", format!("{users}?filter=userName%20eq%20%22person{at}%40bench.example%22"), None)
    };
    show("look up (filter userName)", rate(PEOPLE, look_up, &bridge, 200).await);

    let ids = bridge.ids().await;
    let off = |n: usize| {
        let operations = json!([{"op": "replace", "value": {"active": false}}]);
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
        let body = json!({"schemas": schemas, "Operations": operations});
        ("PATCH", format!("{users}/{}", ids[n]), Some(body))
    };
    show("unassign (PATCH)", rate(PEOPLE, off, &bridge, 200).await);
    println!("  {} MB resident at the end", bridge.resident());
}

/// Requests a second, over all connections; every answer has to have the status given.
async fn rate(
    total: usize,
    request: impl Fn(usize) -> (&'static str, String, Option<Value>),
    bridge: &Bridge,
    status: u16,
) -> f64 {
    let requests: Arc<Vec<_>> = Arc::new((0..total).map(request).collect());
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let workers = (0..CONNECTIONS).map(|_| {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        let (client, token) = (bridge.client.clone(), bridge.token.clone());
        tokio::spawn(async move {
            while let Some((method, url, body)) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                let mut sending = client.request(method.parse().unwrap(), url).bearer_auth(&token);
                if let Some(body) = body {
                    sending = sending.json(body);
                }
                let answer = sending.send().await.unwrap();
                assert_eq!(answer.status().as_u16(), status, "{url}");
                answer.bytes().await.unwrap();
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    total as f64 / started.elapsed().as_secs_f64()
}

struct Bridge {
    process: Child,
    base: String,
    token: String,
    client: reqwest::Client,
}

impl Bridge {
    fn start(url: &str) -> Self {
        // Before the server is there: what fails from here on must not leave it running.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(CONNECTIONS);
        let client = client.build().unwrap();
        let secret = "a secret that only benchmarks use, long enough";
        let command = |arguments: &[&str]| {
            let mut command = Command::new(BINARY);
            command.args(arguments).env("SEATBRIDGE__DATABASE__URL", url).env("SEATBRIDGE__SECRET", secret);
            command.env("SEATBRIDGE__LOG__LEVEL", "error").stdin(Stdio::null());
            command
        };
        let run = |arguments: &[&str]| {
            let output = command(arguments).output().unwrap();
            assert!(output.status.success(), "{output:?}");
            serde_json::from_slice::<Value>(&output.stdout).unwrap()["data"].clone()
        };
        let certificate = tempfile::NamedTempFile::new().unwrap();
        let pem = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        std::fs::write(certificate.path(), pem).unwrap();
        let seats = (PEOPLE + 1).to_string();
        run(&["--json", "team", "set", "--name", "Bench", "--plan", "organization", "--seats", &seats]);
        let file = certificate.path().to_str().unwrap();
        run(&[
            "--json",
            "directory",
            "add",
            "okta",
            "--flavour",
            "okta",
            "--sso-entity-id",
            "https://idp.example/x",
            "--sso-certificate-file",
            file,
        ]);
        let issued = run(&["--json", "token", "issue", "okta", "--name", "bench"]);
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut serve = command(&["serve", "--listen", &free.to_string()]);
        let process = serve.stdout(Stdio::null()).spawn().unwrap();
        for _ in 0..200 {
            if std::net::TcpStream::connect(free).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let token = issued["token"].as_str().unwrap().to_owned();
        Self { process, base: format!("http://{free}"), token, client }
    }

    /// Resident memory of the server, in MB.
    fn resident(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kilobytes: Option<u64> = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        kilobytes.unwrap_or(0) / 1024
    }

    async fn ids(&self) -> Vec<String> {
        let mut ids = Vec::new();
        while ids.len() < PEOPLE {
            let url =
                format!("{}/scim/v2/Users?startIndex={}&count=1000&attributes=id", self.base, ids.len() + 1);
            let page: Value =
                self.client.get(url).bearer_auth(&self.token).send().await.unwrap().json().await.unwrap();
            let found = page["Resources"].as_array().unwrap();
            ids.extend(found.iter().map(|user| user["id"].as_str().unwrap().to_owned()));
        }
        ids
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
