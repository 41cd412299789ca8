//! Each way a read can fail or lie: no finding appears or disappears, and the run says why.

use crate::support::World;
use crate::support::reconciling::numbered;
use crate::support::world::MASTER_KEY;
use seatbridge::emulator::apollo::{Fault, Switch, User};
use seatbridge::reconcile::service::{self, Accepted, RunView};

/// Users of the fake Apollo: three pages.
const USERS: usize = 230;

fn status(status: u16, content_type: &str, body: &str) -> Fault {
    Fault::Status { status, content_type: content_type.to_owned(), body: body.to_owned() }
}

/// A world with a crowd of strangers, a leaver who is still in, and somebody absent.
async fn crowd() -> World {
    let world = World::with_seats(300).await;
    let okta = world.okta().await;
    let mut users: Vec<User> = world.apollo.users();
    users.extend((users.len()..USERS).map(numbered));
    world.apollo.set_users(users);
    for index in 0..3 {
        okta.assign(&world.teammate(index)).await;
    }
    let leaver = okta.assign("p10@crowd.example").await;
    okta.set_active(&leaver, false).await.is(200);
    okta.assign("absent@crowd.example").await;
    world.clock.advance(25 * 3600);
    world
}

/// Makes the run lie or fail in one way, and makes Apollo itself again.
struct Trouble {
    name: &'static str,
    faults: Vec<(u32, Fault)>,
    switch: Option<Switch>,
    outcome: &'static str,
    code: &'static str,
}

fn fails(
    name: &'static str,
    faults: Vec<(u32, Fault)>,
    outcome: &'static str,
    code: &'static str,
) -> Trouble {
    Trouble { name, faults, switch: None, outcome, code }
}

fn lies(name: &'static str, switch: Switch, outcome: &'static str, code: &'static str) -> Trouble {
    Trouble { name, faults: Vec::new(), switch: Some(switch), outcome, code }
}

fn troubles(first_page: &str) -> Vec<Trouble> {
    let json = "application/json";
    let inaccessible = r#"{"error":"no","error_code":"API_INACCESSIBLE"}"#;
    let empty = r#"{"users":[],"pagination":{"page":1,"per_page":100,"total_entries":0,"total_pages":0}}"#;
    let limited = |seconds| Fault::RateLimited { retry_after_seconds: seconds };
    // The first page in place of the second, in both passes over the list.
    let twice = |fault: Fault| [(1, Fault::None), (1, fault.clone()), (2, Fault::None), (1, fault)];
    let again = twice(status(200, json, first_page)).to_vec();
    let (pass, page) = ((1, Fault::None), |fault| vec![(1, Fault::None), (3, fault)]);
    vec![
        fails("no answer at all", vec![(3, Fault::Drop)], "unreadable", "unreachable"),
        fails("failed first page", vec![(3, status(500, "text/html", "oops"))], "unreadable", "broken"),
        fails("failed second page", page(status(500, "text/html", "oops")), "incomplete", "broken"),
        fails("dropped second page", page(Fault::Drop), "incomplete", "unreachable"),
        fails("web page for a page", vec![pass.clone(), (1, Fault::Html)], "incomplete", "not_json"),
        fails("cut JSON", vec![pass.clone(), (3, Fault::CutBody)], "incomplete", "cut"),
        fails("empty 200", vec![(1, status(200, json, ""))], "unreadable", "no_body"),
        fails(
            "empty 200 in the middle",
            vec![pass.clone(), (1, status(200, json, ""))],
            "incomplete",
            "no_body",
        ),
        fails("repeated page", again, "incomplete", "repeated"),
        fails(
            "empty list",
            vec![(1, status(200, json, empty)), (1, status(200, json, empty))],
            "incomplete",
            "empty",
        ),
        fails(
            "401 text",
            vec![(1, status(401, "text/plain", "Invalid access credentials."))],
            "unreadable",
            "credential_refused",
        ),
        fails("403", vec![(1, status(403, json, inaccessible))], "unreadable", "not_allowed"),
        fails(
            "403 in the middle",
            vec![pass.clone(), (1, status(403, json, inaccessible))],
            "incomplete",
            "not_allowed",
        ),
        fails("429 at once", vec![(1, limited(Some(3600)))], "unreadable", "rate_limited"),
        fails(
            "429 in the middle",
            vec![pass.clone(), (1, limited(Some(3600)))],
            "incomplete",
            "rate_limited",
        ),
        fails("429 without a time", vec![pass, (90, limited(None))], "incomplete", "rate_limited"),
        lies("short pages", Switch::ListLacksRows, "incomplete", "short"),
        lies("growing total", Switch::ListGrowsWhilePaged, "incomplete", "moved"),
        lies("shrinking total", Switch::ListShrinksWhilePaged, "incomplete", "moved"),
        lies("foreign team", Switch::ListForeignTeam, "incomplete", "foreign_team"),
        lies("empty list with a total of nobody", Switch::ListIsEmpty, "incomplete", "empty"),
        lies("half a JSON", Switch::ListIsCut, "unreadable", "cut"),
    ]
}

/// The first page as Apollo gives it.
async fn first_page(world: &World) -> String {
    let url = format!("{}/users/search?page=1&per_page=100", world.apollo.base_url());
    world.http.get(url).header("x-api-key", MASTER_KEY).send().await.unwrap().text().await.unwrap()
}

/// C2: a failed, short, repeated, foreign or suspicious read changes no finding and no snapshot, whatever
/// else changed meanwhile; the run says why in a sentence, and the next good one goes on as if nothing had
/// been.
#[actix_web::test]
async fn no_finding_appears_or_disappears_while_a_read_fails_or_lies() {
    let world = crowd().await;
    let first = world.reconciled().await;
    assert_eq!((first.users, first.open()), (230, 228), "226 strangers, a leaver, somebody absent");
    assert!(first.calls >= 5, "three pages and what is asked beside them: {}", first.calls);
    // What a good run would find: a stranger less, the absent one found, a new stranger.
    let everybody = world.apollo.users();
    let mut changed = everybody.clone();
    changed.pop();
    changed.push(numbered(9_000));
    changed.push(User { created_at_ms: 1, ..User::new("absent@crowd.example", "", "") });
    let before = world.all_findings().await;
    let snapshot = service::snapshot(first.run, world.store()).await.unwrap();
    world.apollo.set_users(changed.clone());
    let first_page = first_page(&world).await;
    for trouble in troubles(&first_page) {
        world.apollo.set_users(changed.clone());
        for (times, fault) in &trouble.faults {
            world.apollo.queue_fault(*times, fault.clone());
        }
        trouble.switch.into_iter().for_each(|switch| world.apollo.switch(switch, true));
        let run: RunView = world.reconcile().await;
        trouble.switch.into_iter().for_each(|switch| world.apollo.switch(switch, false));
        world.apollo.clear_faults();
        let name = trouble.name;
        assert_eq!(run.outcome.as_str(), trouble.outcome, "{name}: {:?}", run.doubts);
        let codes: Vec<&str> =
            run.doubts.as_array().unwrap().iter().map(|doubt| doubt["code"].as_str().unwrap()).collect();
        assert!(codes.contains(&trouble.code), "{name}: {codes:?}");
        assert!(run.sentences().iter().all(|says| says.len() > 20), "{name}: {:?}", run.sentences());
        assert_eq!(world.all_findings().await, before, "{name}");
        let now = service::snapshot(run.run, world.store()).await.unwrap();
        assert_eq!((now.run, &now.users), (first.run, &snapshot.users), "{name}");
    }
    world.apollo.set_users(changed);
    world.reconciled().await;
    let after = world.found().await;
    assert!(after.contains(&"stranger p9000@crowd.example".to_owned()));
    assert!(!after.contains(&"absent absent@crowd.example".to_owned()));
    let reasons: Vec<String> = world.audit().await.into_iter().filter_map(|entry| entry.reason).collect();
    let kept = reasons.iter().filter(|reason| reason.contains("findings stayed as they were"));
    assert_eq!(kept.count(), troubles("").len(), "every run is audited");
}

/// C2: "gone" needs two complete runs, for a leaver above all: one list without them closes nothing.
#[actix_web::test]
async fn gone_needs_two_complete_runs() {
    let world = World::start().await;
    let okta = world.okta().await;
    for index in 0..3 {
        okta.assign(&world.teammate(index)).await;
    }
    let leaver = okta.assign("eve@corp.example").await;
    let user = world.at_apollo("eve@corp.example");
    okta.set_active(&leaver, false).await.is(200);
    world.reconciled().await;
    assert_eq!(world.found().await, ["lingering eve@corp.example"]);
    let everybody = world.apollo.users();
    world.remove_at_apollo("eve@corp.example");
    let once = world.reconciled().await;
    assert_eq!(once.counted.unwrap().missing, 1);
    assert_eq!(world.found().await, ["lingering eve@corp.example"], "not believed yet");
    world.apollo.set_users(everybody.clone());
    world.reconciled().await;
    world.remove_at_apollo("eve@corp.example");
    world.reconciled().await;
    assert_eq!(world.found().await, ["lingering eve@corp.example"], "the count began anew");
    world.apollo.queue_fault(3, Fault::Drop);
    world.reconcile().await;
    assert_eq!(world.found().await, ["lingering eve@corp.example"], "a failed run is no second one");
    let twice = world.reconciled().await;
    assert!(world.found().await.is_empty());
    let closed = world.the("lingering").await;
    assert_eq!((closed.state.as_str(), closed.closed_run), ("closed", Some(twice.run)));
    let history = world.store().read(move |tx| tx.teammate_history(&user)).await.unwrap();
    assert_eq!(history.last().unwrap().until_run, Some(twice.run));
}

/// C2: a list that shrinks by more than the configured part is not believed until a person says that it is
/// right, and why; that is audited.
#[actix_web::test]
async fn a_drop_is_believed_only_when_somebody_accepts_it() {
    let world = World::start().await;
    world.okta().await;
    let mut users = world.apollo.users();
    users.extend((3..20).map(numbered));
    world.apollo.set_users(users.clone());
    world.reconciled().await;
    let before = world.all_findings().await;
    users.truncate(10);
    world.apollo.set_users(users.clone());
    let doubted = world.reconcile().await;
    assert_eq!((doubted.outcome.as_str(), doubted.doubts[0]["code"].as_str()), ("incomplete", Some("drop")));
    assert!(doubted.sentences()[0].contains("--accept-drop"), "{:?}", doubted.sentences());
    assert_eq!(world.all_findings().await, before);
    let accepted = Accepted { drop: true, ..Accepted::default() };
    let unexplained = world.run_accepting(accepted, Some("  ")).await.unwrap_err();
    assert_eq!(unexplained.exit_code(), 2);
    let run = world.run_accepting(accepted, Some("the Berlin office was closed")).await.unwrap();
    assert_eq!((run.outcome.as_str(), run.doubts[0]["accepted"].as_bool()), ("complete", Some(true)));
    assert_eq!(world.found().await.len(), before.len(), "gone still needs two complete runs");
    world.reconciled().await;
    assert_eq!(world.found().await.iter().filter(|one| one.starts_with("stranger")).count(), 10);
    let told = world.audit().await.into_iter().filter_map(|entry| entry.reason);
    assert!(told.into_iter().any(|why| why.contains("accepted: drop; the Berlin office was closed")));
}

/// C3: users of another team become findings once a person accepts them, and never by themselves.
#[actix_web::test]
async fn users_of_another_team_are_accepted_by_a_person() {
    let world = World::start().await;
    let okta = world.okta().await;
    for index in 0..3 {
        okta.assign(&world.teammate(index)).await;
    }
    world.reconciled().await;
    world
        .apollo
        .add_user(User { team_id: "6a01c0ffee0000000000beef".into(), ..User::new("x@o.example", "", "") });
    assert_eq!(world.reconcile().await.outcome.as_str(), "incomplete");
    let accepted = Accepted { foreign_team: true, ..Accepted::default() };
    let run = world.run_accepting(accepted, Some("our other workspace")).await.unwrap();
    assert_eq!(run.outcome.as_str(), "complete");
    assert_eq!(world.found().await, ["foreign_team x@o.example"]);
    assert_eq!(world.reconcile().await.outcome.as_str(), "incomplete", "the next one asks again");
    assert_eq!(world.found().await, ["foreign_team x@o.example"]);
}

/// C1: a key that may list users and nothing else compares all the same; what it cannot ask stays as it was.
#[actix_web::test]
async fn what_a_scoped_key_may_not_ask_stays_as_it_was() {
    let world = World::start().await;
    let okta = world.okta().await;
    for index in 1..3 {
        okta.assign(&world.teammate(index)).await;
    }
    world.reconciled().await;
    let acting = format!("acting_admin {}", world.teammate(0));
    assert!(world.found().await.contains(&acting));
    okta.assign(&world.teammate(0)).await;
    // The list comes, the two questions beside it are refused.
    let refused = r#"{"error":"no","error_code":"API_INACCESSIBLE"}"#;
    world.apollo.queue_fault(1, Fault::None);
    world.apollo.queue_fault(2, status(403, "application/json", refused));
    let run = world.reconciled().await;
    let codes: Vec<_> =
        run.evidence["not_read"].as_array().unwrap().iter().map(|one| one["class"].clone()).collect();
    assert_eq!(codes, ["acting_admin", "owner_at_risk"]);
    assert_eq!(world.found().await, [acting], "nobody could tell that it is over");
    world.reconciled().await;
    assert!(world.found().await.is_empty());
}
