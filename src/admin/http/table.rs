//! Every route of the operators' API.

use super::answer::Outcome;
use super::ask::{Ask, Change};
use super::audit_nouns::{CHECKPOINT, ENTRY, SIGNED, VERIFIED};
use super::drift_nouns::{CLASS, DIFF, FINDING, FINDING_STORY, REVIEW, RUN, SNAPSHOT};
use super::field::{Kind, may, must};
use super::hand::{self, DECIDED, DONE, ENDED_KEYS, HOLD, PAUSE};
use super::nouns::{
    DIRECTORY, ISSUED_TOKEN, KEY, OPERATOR, REVOKED_KEY, REVOKED_TOKEN, SEAT, STORY, STUCK, TEAM, TOKEN,
    VERSION,
};
use super::route::{Answered, Route};
use super::shape::Shape;
use super::story::usage::{self, SUMS, USAGE, USAGE_REPORT};
use super::story::{self, DOCTOR, LATENCY, RECEIPT, RECORD, REPORT, TIMELINE};
use super::{access, keys, people, runs, team, trail};
use Answered::{Begun, List, One};

const STATES: Kind = Kind::OneOf(&["assigned", "waiting", "unassigned", "held"]);
const PLANS: Kind = Kind::OneOf(&crate::admin::service::PLANS);
const CLASSES: Kind = Kind::OneOf(&[
    "stranger",
    "absent",
    "lingering",
    "zombie",
    "renamed",
    "drifted",
    "duplicate",
    "foreign_domain",
    "foreign_team",
    "waiting",
    "sso_bypass",
    "side_door",
    "owner_at_risk",
    "acting_admin",
    "stale_key",
]);
const LIVES: Kind = Kind::OneOf(&["live", "expired", "revoked"]);

/// The table.
pub fn table() -> Vec<Route> {
    [
        of_the_team(),
        of_access(),
        of_people(),
        by_hand(),
        of_stories(),
        of_keys(),
        of_usage(),
        of_runs(),
        of_findings(),
        of_the_trail(),
    ]
    .concat()
}

fn of_the_team() -> Vec<Route> {
    vec![
        get("/version", "version", One(&VERSION), team::version).says("What is running, and who you are."),
        get("/team", "team", One(&TEAM), team::show).says("What the team bought, and how it is used."),
        change("PUT", "/team", "set_team", &TEAM, team::set)
            .says("Record what the team bought; the same again is no second entry.")
            .takes(&[
                must("name", Kind::Text, "As you call the team."),
                must("plan", PLANS, "The plan at Apollo."),
                must("seats", Kind::Number(0, 1_000_000), "Seats bought."),
                may("from", Kind::Moment, "From when; now when absent."),
            ]),
        list("/operators", "operators", &OPERATOR, team::operators).says("Who may use this API."),
    ]
}

fn of_access() -> Vec<Route> {
    vec![
        list("/directories", "directories", &DIRECTORY, access::directories)
            .says("Connected IdP applications, and how well they keep up."),
        get("/directories/{name}", "directory", One(&DIRECTORY), access::directory).says("One directory."),
        list("/tokens", "tokens", &TOKEN, access::tokens).says("SCIM tokens, newest first."),
        post("/tokens", "issue_token", &ISSUED_TOKEN, access::issue_token)
            .says("Make a SCIM token; its text is shown this once.")
            .takes(&[
                must("directory", Kind::Text, "Name of the directory it opens."),
                must("name", Kind::Text, "As you call the token."),
                may("expires_days", Kind::Number(1, 3650), "Days it works; for ever when absent."),
            ]),
        post("/tokens/{id}/revoke", "revoke_token", &REVOKED_TOKEN, access::revoke_token)
            .says("Take a SCIM token back; the next request with it is refused."),
    ]
}

fn of_people() -> Vec<Route> {
    vec![
        list("/seats", "seats", &SEAT, people::list)
            .says("Everybody the directories know, in order of creation.")
            .asks(&[
                may("state", STATES, "Only people in this state."),
                may("directory", Kind::Text, "Only people of this directory."),
            ]),
        Route::reads("POST", "/seats/find", "find_seat", One(&STORY), people::find)
            .says("One person by address or userName, which belong in no URL.")
            .takes(&[must("person", Kind::Text, "Address or userName.")]),
        list("/stuck", "stuck", &STUCK, people::stuck)
            .says("People the IdP wants something for and does not get it, the longest first."),
        get("/seats/{id}", "seat", One(&STORY), people::one).says("One person with the whole history."),
        post("/seats/{id}/role", "give_role", &SEAT, people::give_role)
            .says("Give a person a role; it counts while the IdP sends none.")
            .takes(&[must("role", Kind::Text, "The role: one of the five, or one of the configuration.")]),
    ]
}

fn by_hand() -> Vec<Route> {
    vec![
        post("/seats", "assign_person", &DONE, hand::assign_person)
            .says("Give somebody a seat by address, known or new; the identity provider's next word wins.")
            .takes(&[
                must("person", Kind::Text, "Address of the person."),
                may("directory", Kind::Text, "Through which directory somebody new will come."),
            ]),
        post("/seats/{id}/assign", "assign", &DONE, hand::assign).says("Give a person known a seat."),
        post("/seats/{id}/unassign", "unassign", &DONE, hand::unassign)
            .says("Take a person's seat; the keys are dead before this is answered."),
        post("/seats/{id}/protect", "protect", &DONE, hand::protect)
            .says("Hold the loss of this seat until an operator decides."),
        post("/seats/{id}/unprotect", "unprotect", &DONE, hand::unprotect)
            .says("End the protection; what is held stays held."),
        post("/seats/{id}/keys/revoke", "revoke_keys_of_holder", &ENDED_KEYS, hand::revoke_keys)
            .says("End all keys of a person; the seat stays."),
        list("/holds", "holds", &HOLD, hand::list).says("Losses that wait for a decision, oldest first."),
        post("/holds/{id}/release", "release_hold", &DECIDED, hand::release)
            .says("Let the loss happen; the keys die."),
        post("/holds/{id}/reject", "reject_hold", &DECIDED, hand::reject)
            .says("Give seat and keys back to the holder."),
        post("/directories/{name}/holds/release", "release_holds", &DECIDED, hand::release_all)
            .says("Let all losses happen that are held for a directory."),
        post("/directories/{name}/holds/reject", "reject_holds", &DECIDED, hand::reject_all)
            .says("Give seat and keys back to all holders of a directory."),
        post("/directories/{name}/pause", "pause_directory", &PAUSE, hand::pause)
            .says("Let a directory change nothing; its connector is told to come again."),
        post("/directories/{name}/resume", "resume_directory", &PAUSE, hand::resume)
            .says("Let a paused directory go on."),
    ]
}

fn of_stories() -> Vec<Route> {
    const SINCE: super::field::Field = may("since", Kind::Moment, "Only from then on.");
    vec![
        get("/seats/{id}/timeline", "timeline", One(&TIMELINE), story::timeline)
            .says("One person's whole story: asked, decided, called, seen and done by hand.")
            .asks(&[SINCE]),
        list("/receipts", "receipts", &RECEIPT, story::receipts)
            .says("What proves that leavers are gone, oldest first.")
            .asks(&[SINCE, may("seat_id", Kind::Text, "Only of this seat.")]),
        get("/receipts/latency", "latency", One(&LATENCY), story::latency)
            .says("How long it took until leavers were gone.")
            .asks(&[SINCE]),
        list("/log", "log", &RECORD, story::log)
            .says("Requests of connectors, oldest first: what was asked, answered and changed.")
            .asks(&[
                SINCE,
                may("directory", Kind::Text, "Only of this directory."),
                may("refused", Kind::Flag, "Only refused ones."),
                may("last", Kind::Number(1, 1_000_000), "How many of the newest; 10000 when absent."),
            ]),
        get("/review/page", "review_page", Answered::Page(&REPORT), story::report)
            .says("The access review as a page, or what it is made of."),
        get("/doctor", "doctor", One(&DOCTOR), story::doctor)
            .says("Whether the connections hold, and what to do."),
    ]
}

fn of_keys() -> Vec<Route> {
    vec![
        list("/keys", "keys", &KEY, keys::list)
            .says("Scoped keys, newest first, without their text.")
            .asks(&[may("state", LIVES, "Only keys in this state.")]),
        post("/keys/{id}/revoke", "revoke_key", &REVOKED_KEY, keys::revoke)
            .says("End a key; no call with it begins afterwards."),
    ]
}

fn of_usage() -> Vec<Route> {
    const SINCE: super::field::Field = may("since", Kind::Moment, "From its hour on; 30 days when absent.");
    vec![
        list("/usage", "usage", &USAGE, usage::list)
            .says("What keys used of Apollo by holder, key and endpoint, the dearest first.")
            .asks(&[SINCE, may("by", Kind::OneOf(SUMS), "Sum rows up.")]),
        get("/usage/report", "usage_report", One(&USAGE_REPORT), usage::report)
            .says("Who used most, what it cost, and what is left of the budgets.")
            .asks(&[SINCE]),
    ]
}

fn of_runs() -> Vec<Route> {
    let begin = Route::changes("POST", "/runs", "begin_run", Begun(&RUN), runs::begin)
        .says("Read Apollo's users now; only a complete run changes findings.")
        .asks(&[may("wait", Kind::Flag, "Answer 200 when the run is over instead of 202 at once.")])
        .takes(&[
            may("accept_drop", Kind::Flag, "Believe that so many people are gone."),
            may("accept_foreign_team", Kind::Flag, "Believe a list that holds users of other teams."),
        ]);
    vec![
        list("/runs", "runs", &RUN, runs::list).says("Runs of the reconciliation, newest first."),
        begin,
        get("/runs/diff", "diff_runs", One(&DIFF), runs::diff).says("Who is not the same in two runs.").asks(
            &[
                must("from", Kind::Number(1, i64::MAX), "Number of one run."),
                must("to", Kind::Number(1, i64::MAX), "Number of the other."),
            ],
        ),
        get("/runs/{id}", "run", One(&RUN), runs::one).says("One run, with its evidence."),
        get("/runs/{id}/users", "snapshot", One(&SNAPSHOT), runs::snapshot)
            .says("Everybody Apollo had as of a run."),
        get("/figures", "figures", One(&RUN), runs::figures).says("Seats and money, as last counted."),
    ]
}

fn of_findings() -> Vec<Route> {
    vec![
        list("/findings", "findings", &FINDING, runs::findings)
            .says("Where Apollo and the seats differ: the most urgent first, then the dearest.")
            .asks(&[
                may("state", Kind::OneOf(&["open", "snoozed", "expected", "closed"]), "open when absent."),
                may("class", CLASSES, "Only of this kind."),
                may("severity", Kind::OneOf(&["high", "medium", "low"]), "Only this urgent."),
                may("seat_id", Kind::Text, "Only about this seat."),
                may("apollo_id", Kind::Text, "Only about this Apollo user."),
            ]),
        get("/findings/{id}", "finding", One(&FINDING_STORY), runs::finding)
            .says("One finding with its history."),
        post("/findings/{id}/snooze", "snooze_finding", &FINDING_STORY, runs::snooze)
            .says("Let a finding sleep.")
            .takes(&[must("until", Kind::Moment, "When it wakes.")]),
        post("/findings/{id}/expect", "expect_finding", &FINDING_STORY, runs::expect)
            .says("Say that it is as it should be."),
        post("/findings/{id}/reopen", "reopen_finding", &FINDING_STORY, runs::reopen).says("Open it again."),
        list("/classes", "classes", &CLASS, runs::classes).says("The kinds of finding, explained."),
        get("/review", "review", One(&REVIEW), runs::review).says("Everything an access review shows."),
    ]
}

fn of_the_trail() -> Vec<Route> {
    vec![
        list("/audit", "audit", &ENTRY, trail::list)
            .says("The audit, oldest first; csv and ndjson stream all of it.")
            .asks(&[may("after", Kind::Number(0, i64::MAX), "Only entries after this place.")]),
        get("/audit/verdict", "verify_audit", One(&VERIFIED), trail::verify)
            .says("Whether nothing was changed, removed or cut off."),
        list("/audit/checkpoints", "checkpoints", &CHECKPOINT, trail::checkpoints)
            .says("The places of the audit that were signed, in order."),
        post("/audit/checkpoints", "sign_audit", &SIGNED, trail::sign)
            .says("Sign the end of the audit now, unless it is signed already."),
    ]
}

fn get<F>(path: &'static str, name: &'static str, answered: Answered, handler: fn(Ask) -> F) -> Route
where
    F: Future<Output = Outcome> + 'static,
{
    Route::reads("GET", path, name, answered, handler)
}

fn list<F>(path: &'static str, name: &'static str, of: &'static Shape, handler: fn(Ask) -> F) -> Route
where
    F: Future<Output = Outcome> + 'static,
{
    Route::reads("GET", path, name, List(of), handler)
}

fn post<F>(path: &'static str, name: &'static str, of: &'static Shape, handler: fn(Change) -> F) -> Route
where
    F: Future<Output = Outcome> + 'static,
{
    change("POST", path, name, of, handler)
}

fn change<F>(
    method: &'static str,
    path: &'static str,
    name: &'static str,
    of: &'static Shape,
    handler: fn(Change) -> F,
) -> Route
where
    F: Future<Output = Outcome> + 'static,
{
    Route::changes(method, path, name, One(of), handler)
}
