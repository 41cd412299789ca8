//! The organisation: jobs, tasks, the clock of 429, switches.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed step fails the test

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::directory::Member;
use super::jobs::Job;
use super::{Org, Schedule};
use crate::emulator::okta::tests::mini::Mini;
use crate::emulator::okta::tests::stub::{Raw, Reply, Stub, user};
use crate::emulator::okta::{Authorization, Mode, Settings};
use crate::emulator::transcript::Outcome;

const RIN: &str = "rin.sato@northbay.example";
const NEW: &str = "rin.berg@northbay.example";

/// What the server should answer instead of its own answer, and to whom.
type Trouble = Arc<Mutex<Vec<(&'static str, Reply)>>>;

struct Scene {
    stub: Stub,
    org: Org,
    trouble: Trouble,
}

impl Scene {
    fn new(mode: Mode) -> Self {
        let trouble: Trouble = Trouble::default();
        let mut mini = Mini::default();
        let planned = Arc::clone(&trouble);
        let stub = Stub::deciding(move |raw| {
            let mut planned = planned.lock().expect("the plan");
            match planned.first() {
                Some((method, _)) if *method == raw.method() => planned.remove(0).1,
                _ => mini.answer(raw),
            }
        });
        let mut org = Org::new(&stub.target(), "t", mode, Authorization::Bearer).unwrap();
        org.people.insert("rin".into(), Member::new(&rin()).unwrap());
        Self { stub, org, trouble }
    }

    /// The next `times` requests of this method meet `reply`.
    fn plan(&self, method: &'static str, reply: &Reply, times: usize) {
        self.trouble.lock().expect("the plan").extend(vec![(method, reply.clone()); times]);
    }

    fn set(&mut self, settings: Value) {
        self.org.okta.settings = self.org.okta.settings.changed(settings.as_object().unwrap()).unwrap();
    }

    async fn update(&mut self, fields: Value) -> Outcome {
        self.org.update("rin", fields.as_object().unwrap()).await.unwrap()
    }

    async fn minutes(&mut self, minutes: u64) -> Outcome {
        self.org.pass(Duration::from_secs(minutes * 60)).await
    }

    fn at(&self, pointer: &str) -> Value {
        self.org.shown().pointer(pointer).cloned().unwrap_or(Value::Null)
    }

    /// The body of the last request.
    fn sent(&self) -> Value {
        self.stub.requests().last().map(Raw::json).unwrap()
    }
}

fn rin() -> Map<String, Value> {
    json!({"given_name": "Rin", "family_name": "Sato", "user_name": RIN}).as_object().cloned().unwrap()
}

fn methods(out: &Outcome) -> Vec<&str> {
    out.exchanges.iter().map(|exchange| exchange.method.as_str()).collect()
}

fn too_many(retry_after: Option<&str>) -> Reply {
    let mut reply = Reply::refusal(429, "", "Too many requests; wait.");
    reply.more_headers.extend(retry_after.map(|seconds| ("Retry-After", seconds.to_owned())));
    reply
}

/// Okta facts §12: exactly the seconds asked for, then by itself; only what was put off is sent again.
#[tokio::test]
async fn a_429_puts_a_job_off_for_exactly_as_long_as_it_says() {
    for mode in Mode::ALL {
        let mut scene = Scene::new(mode);
        scene.plan("POST", &too_many(Some("30")), 1);
        let put_off = scene.org.assign("rin").await;
        assert_eq!(methods(&put_off), ["GET", "POST"]);
        assert_eq!(scene.at("/waiting/0/due"), json!("2026-01-05T09:00:30Z"));
        assert_eq!(scene.at("/open_tasks"), json!(0), "nothing has failed yet");
        assert!(scene.org.pass(Duration::from_secs(29)).await.exchanges.is_empty());
        let again = scene.org.pass(Duration::from_secs(1)).await;
        assert_eq!(methods(&again), ["POST"], "the lookup is not repeated");
        assert_eq!(scene.at("/people/rin/linked"), json!(true));
        assert_eq!(scene.at("/waiting"), json!([]));
    }
}

/// Okta facts §12, §16: whether the whole job runs again is a switch.
#[tokio::test]
async fn by_its_switch_the_whole_job_is_repeated_after_a_429() {
    let mut scene = Scene::new(Mode::Aiw);
    scene.set(json!({"retried": "job"}));
    scene.plan("POST", &too_many(Some("30")), 1);
    scene.org.assign("rin").await;
    assert_eq!(methods(&scene.minutes(1).await), ["GET", "POST"]);
}

/// Okta facts §12, §14.13: no date is understood; §14.18: waits double, and ten times is the end.
#[tokio::test]
async fn a_job_put_off_ten_times_fails_for_good() {
    let mut scene = Scene::new(Mode::OinPatch);
    scene.plan("POST", &too_many(Some("Wed, 21 Oct 2026 07:28:00 GMT")), 10);
    scene.org.assign("rin").await;
    let mut waits = Vec::new();
    while let Some(wait) = scene.at("/waiting/0/wait_seconds").as_u64() {
        waits.push(wait / 60);
        scene.org.pass(Duration::from_secs(wait)).await;
    }
    assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 1280]);
    assert_eq!(scene.at("/open_tasks"), json!(1));
    let text = scene.at("/tasks/0/text");
    assert!(text.as_str().unwrap().ends_with("wait. (given up after 10 attempts)"), "{text}");
    assert!(scene.minutes(10_000).await.exchanges.is_empty());
}

/// Okta facts §12: a task stays until somebody presses retry.
#[tokio::test]
async fn a_failed_job_is_a_task_until_somebody_retries() {
    let refusals = [
        Reply::refusal(400, "invalidValue", "No seat is left."),
        Reply::refusal(409, "uniqueness", "No seat is left."),
        Reply::refusal(500, "", "No seat is left."),
    ];
    for refusal in refusals {
        let mut scene = Scene::new(Mode::OinMixed);
        scene.plan("POST", &refusal, 2);
        scene.org.assign("rin").await;
        assert!(scene.minutes(24 * 60).await.exchanges.is_empty(), "nothing retries by itself");
        let text = scene.at("/people/rin/task");
        assert!(
            text.as_str().unwrap().ends_with("Errors reported by remote server: No seat is left."),
            "{text}"
        );
        assert!(!scene.org.retry(None).await.ok());
        assert_eq!(scene.at("/tasks/0/tries"), json!(2));
        assert!(scene.org.retry(Some("rin")).await.ok());
        assert_eq!((scene.at("/open_tasks"), scene.at("/people/rin/linked")), (json!(0), json!(true)));
    }
}

/// Okta facts §12, §16: retries after a 5xx are undocumented, hence a switch.
#[tokio::test]
async fn by_its_switch_a_server_error_is_tried_again() {
    let mut scene = Scene::new(Mode::OinMixed);
    scene.set(json!({"server_error_retries": 1}));
    scene.plan("POST", &Reply::refusal(503, "", "Busy."), 1);
    scene.org.assign("rin").await;
    assert_eq!(scene.at("/open_tasks"), json!(0));
    assert_eq!(methods(&scene.minutes(5).await), ["GET", "POST"]);
    assert_eq!(scene.at("/people/rin/linked"), json!(true));
}

/// Okta facts §7.3, §14.21: a first push that failed costs the deactivation, unless a switch says otherwise.
#[tokio::test]
async fn a_failed_first_push_may_cost_the_deactivation() {
    for (switch, calls) in [("unlinks-at-first", 0), ("keeps-the-link", 1)] {
        let mut scene = Scene::new(Mode::OinPatch);
        scene.set(json!({"failed_push": switch}));
        scene.org.assign("rin").await;
        scene.org.unassign("rin").await;
        scene.plan("GET", &Reply::list(&[user("s1", RIN, true)]), 1);
        scene.plan("PATCH", &Reply::refusal(400, "invalidValue", "Bad title."), 1);
        scene.org.assign("rin").await;
        assert_eq!(scene.at("/open_tasks"), json!(1), "{switch}");
        let gone = scene.org.unassign("rin").await;
        assert_eq!(gone.exchanges.len(), calls, "{switch}: {gone:?}");
    }
}

/// Okta facts §8: who was given the app by a group gets it back with the reactivation, others do not.
#[tokio::test]
async fn a_reactivated_person_is_provisioned_again_through_a_group_only() {
    for by_group in [true, false] {
        let mut scene = Scene::new(Mode::Aiw);
        if by_group {
            scene.org.join("rin", "Sales").await;
            assert_eq!(methods(&scene.org.assign_group("Sales", true).await), ["GET", "POST"]);
        } else {
            scene.org.assign("rin").await;
        }
        assert!(scene.org.suspend("rin", true).exchanges.is_empty());
        assert!(scene.org.suspend("rin", false).exchanges.is_empty());
        assert_eq!(methods(&scene.org.deactivate("rin").await), ["GET", "PUT"]);
        let back = scene.org.activate("rin").await;
        assert_eq!(!back.exchanges.is_empty(), by_group, "{back:?}");
        assert_eq!(scene.at("/people/rin/assigned"), json!(by_group));
    }
}

/// Okta facts §8: who has the app twice loses it with the last of the two.
#[tokio::test]
async fn the_app_goes_with_the_last_reason_to_have_it() {
    let mut scene = Scene::new(Mode::OinPatch);
    scene.org.assign("rin").await;
    scene.org.join("rin", "Sales").await;
    scene.org.assign_group("Sales", true).await;
    assert!(scene.org.unassign("rin").await.exchanges.is_empty());
    assert_eq!(methods(&scene.org.leave("rin", "Sales").await), ["PATCH"]);
}

/// Okta facts §7.3, §14.22: a task, or deactivate and create with the same externalId.
#[tokio::test]
async fn a_refused_rename_is_a_task_or_a_replacement() {
    for mode in Mode::ALL {
        let mut scene = Scene::new(mode);
        scene.org.assign("rin").await;
        let refused = scene.update(json!({"user_name": NEW, "email": NEW})).await;
        assert_eq!(refused.last_status(), 400);
        assert_eq!(scene.at("/tasks/0/job"), json!("push"));

        let mut scene = Scene::new(mode);
        scene.set(json!({"refused_rename": "replace"}));
        scene.org.assign("rin").await;
        let id = scene.at("/people/rin/external_id");
        let replaced = scene.update(json!({"user_name": NEW, "email": NEW})).await;
        assert_eq!(replaced.last_status(), 201, "{replaced:?}");
        assert_eq!(scene.sent()["externalId"], scene.at("/people/rin/okta_id"));
        assert_eq!(scene.at("/open_tasks"), json!(0));
        assert_ne!(scene.at("/people/rin/external_id"), id);
    }
}

/// Okta facts §7.3: "create only" and "exclude username updates" keep the name on the wire.
#[tokio::test]
async fn username_policies_keep_the_name_on_the_wire() {
    for mode in Mode::ALL {
        for (settings, app_username) in [
            (json!({"username_updates": "create-only"}), RIN),
            (json!({"exclude_username_updates": true}), NEW),
        ] {
            let mut scene = Scene::new(mode);
            scene.set(settings);
            scene.org.assign("rin").await;
            let pushed = scene.update(json!({"user_name": NEW, "email": RIN, "title": "Analyst"})).await;
            assert!(pushed.ok(), "{pushed:?}");
            assert!(!scene.sent().to_string().contains(NEW), "{mode:?}: {}", scene.sent());
            assert_eq!(scene.at("/people/rin/app_username"), json!(app_username));
        }
        let mut scene = Scene::new(mode);
        scene.set(json!({"app_username": "email"}));
        scene.update(json!({"email": NEW})).await;
        scene.org.assign("rin").await;
        assert_eq!(scene.sent()["userName"], json!(NEW));
    }
}

/// Okta facts §8, §14.25: granular deprovisioning, at once or later; coming back in between stops it.
#[tokio::test]
async fn granular_deprovisioning_deletes_at_once_or_later() {
    let mut scene = Scene::new(Mode::OinMixed);
    scene.set(json!({"deprovisioning": "delete"}));
    scene.org.assign("rin").await;
    assert_eq!(methods(&scene.org.unassign("rin").await), ["PATCH", "DELETE"]);
    assert_eq!(scene.at("/people/rin/external_id"), Value::Null);

    let mut scene = Scene::new(Mode::OinMixed);
    scene.set(json!({"deprovisioning": "delete-later", "delete_after_days": 3}));
    scene.org.assign("rin").await;
    assert_eq!(methods(&scene.org.unassign("rin").await), ["PATCH"]);
    scene.org.assign("rin").await;
    assert!(scene.minutes(4 * 24 * 60).await.exchanges.is_empty(), "the person is back");
    scene.org.unassign("rin").await;
    assert_eq!(methods(&scene.minutes(3 * 24 * 60).await), ["DELETE"]);
}

/// Okta facts §6.4: nobody knows which of several Okta takes, hence a switch.
#[tokio::test]
async fn of_several_hits_none_is_taken_or_the_first() {
    for (switch, linked) in [("stop", Value::Null), ("first", json!("s1"))] {
        let mut scene = Scene::new(Mode::OinPatch);
        scene.set(json!({"several_hits": switch}));
        scene.plan("GET", &Reply::list(&[user("s1", RIN, true), user("s2", RIN, true)]), 1);
        scene.plan("PATCH", &Reply::scim(200, user("s1", RIN, true)), 1);
        let several = scene.org.assign("rin").await;
        assert!(several.wrong().is_some_and(|why| why.contains("2 people")), "{several:?}");
        assert_eq!(scene.at("/people/rin/external_id"), linked);
        assert_eq!(scene.at("/open_tasks") == json!(0), switch == "first");
    }
}

/// Okta facts §6.3: with "Deactivate Users" off an inactive hit is a task, which the option and a retry cure.
#[tokio::test]
async fn an_inactive_hit_needs_deactivation_switched_on() {
    let mut scene = Scene::new(Mode::Aiw);
    scene.org.assign("rin").await;
    scene.org.unassign("rin").await;
    scene.set(json!({"deactivate_users": false}));
    assert_eq!(methods(&scene.org.assign("rin").await), ["GET"]);
    let text = scene.at("/people/rin/task");
    assert!(text.as_str().unwrap().ends_with("User account is inactive"), "{text}");
    scene.set(json!({"deactivate_users": true}));
    assert!(scene.org.retry(None).await.ok());
    assert_eq!(scene.at("/open_tasks"), json!(0));
}

/// Okta facts §12: a 404 on a linked User is a task, or by its switch a new assignment.
#[tokio::test]
async fn a_user_that_vanished_is_a_task_or_assigned_anew() {
    for (switch, calls) in [("task", vec!["PATCH"]), ("recreate", vec!["PATCH", "GET", "POST"])] {
        let mut scene = Scene::new(Mode::OinPatch);
        scene.set(json!({"missing_user": switch}));
        scene.org.assign("rin").await;
        scene.plan("PATCH", &Reply::refusal(404, "", "No such User."), 1);
        scene.plan("GET", &Reply::list(&[]), 1);
        let pushed = scene.update(json!({"title": "Analyst"})).await;
        assert_eq!(methods(&pushed), calls, "{switch}");
        let told = scene.at("/people/rin/task").as_str().is_some_and(|text| text.contains("Matching user"));
        assert_eq!(told, switch == "task");
    }
}

/// Okta facts §6.5, §7.2: what has no value, and what has parts.
#[tokio::test]
async fn empty_values_and_parts_are_written_as_the_switches_say() {
    let title = |body: Value| body["Operations"][0]["value"].get("title").cloned();
    for (switch, expected) in [("text", Some(json!(""))), ("absent", None), ("null", Some(Value::Null))] {
        let mut scene = Scene::new(Mode::OinPatch);
        scene.set(json!({"empties": switch, "patch_nesting": "dotted"}));
        scene.org.assign("rin").await;
        scene.update(json!({"title": "", "family_name": "Berg"})).await;
        assert_eq!(title(scene.sent()), expected, "{switch}");
        assert_eq!(scene.sent()["Operations"][0]["value"]["name.familyName"], json!("Berg"));
    }
}

/// Okta facts §5: the schedule, its counts, and a list that lost too many.
#[tokio::test]
async fn imports_follow_their_schedule_and_their_safeguard() {
    let mut scene = Scene::new(Mode::Aiw);
    scene.org.assign("rin").await;
    let hour = Duration::from_secs(3600);
    scene.org.schedule = Some(Schedule { every: hour, next: scene.org.now() + hour });
    assert!(scene.minutes(59).await.exchanges.is_empty());
    assert_eq!(scene.minutes(62).await.exchanges.len(), 4, "two imports of Users and Groups");
    assert_eq!(scene.at("/import/last/unchanged"), json!(1));
    scene.plan("GET", &Reply::list(&[]), 1);
    let short = scene.minutes(60).await;
    assert!(short.note.is_some_and(|note| note.contains("safeguard")));
    assert_eq!(scene.at("/import/last/removed"), json!(1));
}

/// Okta facts §9: what a group push meets stays on the mapping.
#[tokio::test]
async fn a_refused_group_push_leaves_no_task() {
    let mut scene = Scene::new(Mode::Aiw);
    scene.org.assign("rin").await;
    let pushed = scene.org.run(Job::PushGroup("Sales".into())).await;
    assert_eq!(pushed.last_status(), 501);
    assert_eq!(scene.at("/open_tasks"), json!(0));
    assert!(scene.at("/groups/Sales/push_error").as_str().unwrap().contains("not supported"));
}

/// Okta facts §15, §6.3: the System Log names each step.
#[tokio::test]
async fn the_system_log_tells_a_rehire_in_oktas_words() {
    let mut scene = Scene::new(Mode::OinPatch);
    scene.org.assign("rin").await;
    scene.org.unassign("rin").await;
    scene.org.assign("rin").await;
    let log = scene.at("/log");
    let names: Vec<&str> =
        log.as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap()).collect();
    let short: Vec<&str> = names.iter().map(|name| name.rsplit('.').next().unwrap()).collect();
    assert_eq!(
        short,
        ["add", "verify_exists", "push", "remove", "deactivate"]
            .into_iter()
            .chain(["add", "verify_exists", "reactivate", "push_profile"])
            .collect::<Vec<&str>>()
    );
}

/// What nobody knows is refused with what would do.
#[test]
fn an_unknown_switch_or_field_is_refused_by_name() {
    let settings = Settings::default();
    let with = |value: Value| value.as_object().cloned().unwrap();
    let why = settings.changed(&with(json!({"failed_pusch": "task"}))).unwrap_err();
    assert!(why.contains("failed_pusch") && why.contains("failed_push"), "{why}");
    let why = settings.changed(&with(json!({"empties": "nothing"}))).unwrap_err();
    assert!(why.contains("absent"), "{why}");
    let mut person = rin();
    person.insert("givenname".into(), json!("Rin"));
    assert!(Member::new(&person).unwrap_err().contains("given_name"));
    assert!(Member::new(&Map::new()).unwrap_err().contains("user_name"));
}
