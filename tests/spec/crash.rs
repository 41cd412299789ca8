//! A killed process: what was answered is there, and nothing is there by half.

use crate::support::binary::{Installed, Started};
use crate::support::kept::{Kept, kept};
use futures_util::future::{join, join_all};
use seatbridge::admin::keys::{self, Caller, For};
use seatbridge::admin::service::Act;
use seatbridge::audit::Actor;
use seatbridge::config::Keys as KeyPolicy;
use seatbridge::http::Clock;
use seatbridge::rbac::{Minter, Role};
use seatbridge::seat::Standing;
use seatbridge::store::Store;
use serde_json::{Value, json};
use std::cell::Cell;
use std::time::Duration;

/// Connectors that write at once.
const CONNECTORS: usize = 12;
/// Answers after which the process is killed, in the middle of all the others.
const ANSWERS: usize = 90;
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A person as the connector knows them: what was answered, and what was asked when the server died.
#[derive(Debug, Default, Clone)]
struct Told {
    name: String,
    id: Option<String>,
    answered: Vec<Step>,
    asked: Option<Step>,
    keys: Vec<String>,
}

/// One change, and the state of the seat after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    method: &'static str,
    standing: Standing,
    title: &'static str,
}

const STEPS: [Step; 6] = [
    Step { method: "POST", standing: Standing::Assigned, title: "joined" },
    Step { method: "PATCH", standing: Standing::Assigned, title: "moved" },
    Step { method: "PATCH", standing: Standing::Unassigned, title: "moved" },
    Step { method: "PUT", standing: Standing::Assigned, title: "back" },
    Step { method: "PUT", standing: Standing::Unassigned, title: "gone" },
    Step { method: "DELETE", standing: Standing::Removed, title: "gone" },
];

/// A connector with its own connections, so that it notices a server that died.
struct Connector {
    http: reqwest::Client,
    base: String,
    token: String,
    store: Store,
}

impl Connector {
    /// The answer, or nothing when the server died before all of it was there.
    async fn change(&self, told: &Told, step: Step) -> Option<Value> {
        let method = reqwest::Method::from_bytes(step.method.as_bytes()).unwrap();
        let url = match &told.id {
            Some(id) => format!("{}/scim/v2/Users/{id}", self.base),
            None => format!("{}/scim/v2/Users", self.base),
        };
        let active = step.standing == Standing::Assigned;
        let user = json!({"userName": told.name, "title": step.title, "active": active});
        let operation = json!({"op": "replace", "value": {"title": step.title, "active": active}});
        let mut request = self.http.request(method, url).bearer_auth(&self.token);
        match step.method {
            "DELETE" => {}
            "PATCH" => request = request.json(&json!({"schemas": [PATCH_OP], "Operations": [operation]})),
            _ => request = request.json(&user),
        }
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        let text = answer.text().await.ok()?;
        assert!(matches!(status, 200 | 201 | 204), "{told:?} {step:?}: {status} {text}");
        Some(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// A key for the person, made beside the server.
    async fn mint(&self, told: &mut Told) {
        let act = Act { actor: Actor::Operator("test".to_owned()), now: Clock::default().now() };
        let caller = Caller { minter: Minter::Operator, seat_id: None, act, request_id: None };
        let holder = For::Address(told.name.clone());
        let minted = keys::mint(holder, Role::Viewer, None, KeyPolicy::default(), caller, &self.store).await;
        told.keys.push(minted.unwrap().record.id);
    }

    /// People join, move, leave, come back and go, until the server is gone.
    async fn stream(&self, place: &str, answers: &Cell<usize>) -> Vec<Told> {
        let mut all = Vec::new();
        for number in 0.. {
            let mut told = Told { name: format!("p{number}.{place}@corp.example"), ..Told::default() };
            // Some stay at each stage, so that every state is there when the server dies.
            for step in &STEPS[..=number % STEPS.len()] {
                told.asked = Some(*step);
                let Some(answer) = self.change(&told, *step).await else {
                    all.push(told);
                    return all;
                };
                told.asked = None;
                told.answered.push(*step);
                answers.set(answers.get() + 1);
                told.id = told.id.or_else(|| answer["id"].as_str().map(str::to_owned));
                if step.standing == Standing::Assigned {
                    self.mint(&mut told).await;
                }
            }
            all.push(told);
        }
        all
    }
}

/// Kills the process, as `kill -9` does, in the middle of the stream; answers what the connectors were told.
async fn killed_in_midstream(installed: &Installed, token: &str, round: usize) -> Vec<Told> {
    let server = installed.serve();
    let store = Store::open(&installed.place.backend()).unwrap();
    let connectors: Vec<Connector> = (0..CONNECTORS)
        .map(|_| Connector {
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            base: server.base(),
            token: token.to_owned(),
            store: store.clone(),
        })
        .collect();
    let answers = Cell::new(0);
    let streams = connectors.iter().enumerate().map(|(place, one)| {
        let (place, answers) = (format!("{round}.{place}"), &answers);
        async move { one.stream(&place, answers).await }
    });
    let kill = async {
        while answers.get() < ANSWERS {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        drop(server);
    };
    let (told, ()) = join(join_all(streams), kill).await;
    told.into_iter().flatten().collect()
}

/// The seat is where the last answer left it, or where the request that was never answered would have.
#[track_caller]
fn is_as_told(found: &Kept, told: &Told) {
    found.tells_one_story();
    let title = found.record.seat.person().unwrap().profile.0["title"].as_str().map(str::to_owned);
    let is =
        |step: &Step| found.record.seat.standing() == step.standing && title.as_deref() == Some(step.title);
    let version = usize::try_from(found.record.version).unwrap();
    let answered = told.answered.len();
    let as_answered = version == answered && told.answered.last().is_some_and(is);
    let as_asked = version == answered + 1 && told.asked.as_ref().is_some_and(is);
    assert!(as_answered || as_asked, "{told:#?} but the store has {found:#?}");
    // A key of the current period is alive, unless the seat was given back after it was made.
    if as_answered && found.record.seat.standing() == Standing::Assigned {
        let alive: Vec<&String> = found.live_keys.iter().map(|key| &key.id).collect();
        assert_eq!(alive.last(), told.keys.last().as_ref(), "{told:#?}");
    } else if found.record.seat.standing() != Standing::Assigned {
        assert!(found.live_keys.is_empty(), "{found:#?}");
    }
}

async fn id_of(told: &Told, token: &str, server: &Started) -> Option<String> {
    let filter = format!("userName eq \"{}\"", told.name);
    let query: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    let path = format!("/Users?filter={query}");
    let listed = server.scim(token, "GET", &path, None).await.is(200).json();
    listed["Resources"][0]["id"].as_str().map(str::to_owned)
}

/// L11, U1: a process killed in the middle of a stream of assigns and unassigns leaves every answered change
/// and no half of any: rows, events, audit and keys agree after the restart, and `audit verify` passes.
#[actix_web::test]
async fn a_killed_server_leaves_all_of_a_change_or_none_of_it() {
    let installed = Installed::fresh();
    let token = installed.token()["token"].as_str().unwrap().to_owned();
    installed.data(&["team", "set", "--name", "Corp", "--plan", "organization", "--seats", "900"]);
    let mut all = Vec::new();
    for round in 0..3 {
        all.extend(killed_in_midstream(&installed, &token, round).await);
        let verified = installed.data(&["audit", "verify"]);
        assert_eq!(verified["intact"], true);

        let server = installed.serve();
        let store = Store::open(&installed.place.backend()).unwrap();
        let mut unanswered = 0;
        for told in &all {
            unanswered += usize::from(told.asked.is_some());
            let id = match &told.id {
                Some(id) => Some(id.clone()),
                None => id_of(told, &token, &server).await,
            };
            let Some(id) = id else {
                assert!(told.answered.is_empty(), "{told:#?} is lost");
                continue;
            };
            let found = kept(&id, Clock::default().now(), &store).await;
            is_as_told(&found.unwrap_or_else(|| panic!("{told:#?} is lost")), told);
        }
        assert!(unanswered > CONNECTORS * round, "nobody was in the middle of anything");
    }
    assert!(all.iter().map(|told| told.answered.len()).sum::<usize>() >= 3 * ANSWERS);
}

/// U4: a server that was killed starts again on its store and goes on, with the same token.
#[actix_web::test]
async fn a_killed_server_goes_on_where_it_was() {
    let installed = Installed::fresh();
    let token = installed.token()["token"].as_str().unwrap().to_owned();
    let server = installed.serve();
    server.join(&token, "ada@corp.example").await;
    drop(server);
    let server = installed.serve();
    let again = server.scim(&token, "POST", "/Users", Some(json!({"userName": "ada@corp.example"}))).await;
    again.is_scim_error(409, "uniqueness");
    server.join(&token, "bo@corp.example").await;
    assert_eq!(installed.data(&["audit", "verify"])["intact"], true);
}
