//! `reconcile` and `drift` as scripts and operators run them.

use crate::support::binary::{Installed, Ran};
use crate::support::world::MASTER_KEY;
use seatbridge::emulator::apollo::{Apollo, Fault, Options, User};
use serde_json::Value;

async fn installed() -> (Installed, Apollo) {
    let options =
        Options { master_key: MASTER_KEY.to_owned(), users: 1, rate_limits: false, ..Options::default() };
    let apollo = Apollo::start(options).await.unwrap();
    (Installed::fresh().calling(&apollo.base_url()), apollo)
}

/// What a command says on standard output.
trait Says {
    fn says(&self, words: &str) -> &Self;
}

impl Says for Ran {
    #[track_caller]
    fn says(&self, words: &str) -> &Self {
        assert!(self.out.contains(words), "{words:?} is not in {self:#?}");
        self
    }
}

#[track_caller]
fn read(text: &str, schema: &str) -> Value {
    let document: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(document["schema"], format!("seatbridge/{schema}/v1"));
    document["data"].clone()
}

/// C5, U5: `reconcile run --json` exits 0 clean, 3 with open findings, 6 when Apollo cannot be read; its
/// JSON names its version and whether the run was complete.
#[actix_web::test]
async fn a_run_ends_in_the_code_a_script_needs() {
    let (bridge, apollo) = installed().await;
    bridge.run(&["reconcile", "list"]).ends(0).says("seatbridge reconcile run");
    bridge.run(&["drift", "list"]).ends(0).says("seatbridge reconcile run");
    bridge.run(&["reconcile", "show"]).ends(1).tells("seatbridge reconcile run");
    let found = bridge.run(&["reconcile", "run", "--json"]);
    found.ends(3);
    let data = read(&found.out, "reconcile_run");
    assert_eq!((data["run"].as_i64(), data["outcome"].as_str()), (Some(1), Some("complete")));
    assert_eq!(data["counted"]["open"]["stranger"], 1);
    assert_eq!(data["findings"].as_array().unwrap().len(), 2, "a stranger whom the key acts as: {data}");
    assert!(data["untold"].as_array().unwrap().len() > 5);
    for id in ["1", "2"] {
        let args = ["drift", "expect", id, "--reason", "the owner of the workspace"];
        assert_eq!(bridge.run(&args).ends(0).code, 0);
    }
    bridge.run(&["reconcile", "run", "--json"]).ends(0);
    apollo
        .queue_fault(1, Fault::Status { status: 401, content_type: "text/plain".into(), body: "no".into() });
    let unread = bridge.run(&["reconcile", "run", "--json"]);
    unread.ends(6);
    let data = read(&unread.out, "reconcile_run");
    assert_eq!(
        (data["outcome"].as_str(), data["doubts"][0]["code"].as_str()),
        (Some("unreadable"), Some("credential_refused"))
    );
    bridge.run(&["reconcile", "run"]).ends(0).says("complete");
    let nobody = Installed::fresh();
    nobody.run(&["reconcile", "run"]).ends(8).tells("SEATBRIDGE__APOLLO__MASTER_KEY_FILE");
}

/// C3, U5: an operator sees whom, what, since when and what to do, and decides with a reason.
#[actix_web::test]
async fn an_operator_reads_and_decides() {
    let (bridge, apollo) = installed().await;
    apollo.add_user(User { created_at_ms: 1, ..User::new("stranger@corp.example", "Stray", "Stranger") });
    bridge.run(&["reconcile", "run"]).ends(3).says("stranger@corp.example").says("119.00 USD");
    let listed = bridge.run(&["drift", "list", "--class", "stranger"]);
    listed.ends(0).says("stranger@corp.example").says("deactivate them in Apollo").says("reclaimable");
    let data = bridge.data(&["drift", "list", "--class", "stranger"]);
    let all = data.as_array().unwrap();
    let one = all.iter().find(|one| one["subject"] == "stranger@corp.example").unwrap();
    let id = one["id"].to_string();
    bridge.run(&["drift", "show", &id]).ends(0).says("what to do").says("opened");
    bridge.run(&["drift", "snooze", &id, "--days", "7"]).ends(2).tells("--reason");
    bridge.run(&["drift", "snooze", &id, "--days", "0", "--reason", "x"]).ends(5).tells("later");
    bridge.run(&["drift", "snooze", &id, "--days", "7", "--reason", "asked HR"]).ends(0).says("asked HR");
    bridge.run(&["drift", "list", "--state", "snoozed"]).ends(0).says("stranger@corp.example");
    bridge.run(&["drift", "reopen", &id, "--reason", "HR says no"]).ends(0).says("open");
    bridge.run(&["drift", "reopen", &id, "--reason", "again"]).ends(5).tells("open already");
    bridge.run(&["drift", "show", "999"]).ends(1).tells("drift list");
    bridge.run(&["drift", "list", "--state", "shut"]).ends(2).tells("snoozed");
    bridge.run(&["drift", "list", "--class", "ghost"]).ends(2).tells("lingering");
    bridge.run(&["drift", "explain"]).ends(0).says("What no run can tell").says("acting_admin");
    bridge.run(&["drift", "explain", "sso-bypass"]).ends(0).says("single sign-on");
    let csv = bridge.run(&["drift", "list", "--format", "csv"]);
    assert!(csv.ends(0).out.starts_with("id,severity,class,subject,state"), "{}", csv.out);
    bridge.run(&["reconcile", "list"]).ends(0).says("complete");
    bridge.run(&["reconcile", "show", "1", "--users"]).ends(0).says("stranger@corp.example");
    bridge.run(&["reconcile", "show", "7"]).ends(1).tells("reconcile list");
    apollo.add_user(User::new("late@corp.example", "", ""));
    bridge.run(&["reconcile", "run"]).ends(3);
    bridge.run(&["reconcile", "diff", "1", "2"]).ends(0).says("joined").says("late@corp.example");
    bridge.run(&["audit", "list"]).ends(0).says("decide_finding").says("HR says no");
}
