//! What runs and findings consist of.

use super::shape::{Of, Shape, has, maybe};

const SEVERITIES: &[&str] = &["high", "medium", "low"];
const STATES: &[&str] = &["open", "snoozed", "expected", "closed"];

static FIGURES: Shape = Shape {
    noun: "reconcile",
    name: "figures",
    says: "Seats and money, in cents a month; the two sums never overlap and are never one.",
    members: &[
        has("currency", Of::Text),
        has("seat_cents", Of::Whole),
        has("seats_bought", Of::Whole),
        has("seats_minimum", Of::Whole),
        has("assigned", Of::Whole),
        has("waiting", Of::Whole),
        has("listed", Of::Whole),
        has("active", Of::Whole),
        has("deactivated", Of::Whole),
        has("billed", Of::Whole),
        has("free", Of::Whole),
        has("unmapped", Of::Whole),
        has("unmapped_sets", Of::Texts),
        has("without_address", Of::Whole),
        has("without_name", Of::Whole),
        has("reclaimable_seats", Of::Whole),
        has("reclaimable_cents", Of::Whole),
        has("shelf_seats", Of::Whole),
        has("shelf_cents", Of::Whole),
    ],
};

static COUNTED: Shape = Shape {
    noun: "reconcile",
    name: "counted",
    says: "What a complete run counted.",
    members: &[
        has("figures", Of::Part(&FIGURES)),
        has("open", Of::Anything),
        has("opened", Of::Whole),
        has("reopened", Of::Whole),
        has("amended", Of::Whole),
        has("woken", Of::Whole),
        has("closed", Of::Whole),
        has("linked", Of::Whole),
        has("missing", Of::Whole),
    ],
};

static UNTOLD: Shape = Shape {
    noun: "reconcile",
    name: "untold",
    says: "What no run can tell, and what stands in for it.",
    members: &[has("question", Of::Text), has("instead", Of::Text)],
};

/// `reconcile`.
pub static RUN: Shape = Shape {
    noun: "reconcile",
    name: "run",
    says: "One reading of Apollo's users; only a complete one changes findings.",
    members: &[
        has("run", Of::Whole),
        has("outcome", Of::Words(&["running", "complete", "incomplete", "unreadable", "abandoned"])),
        has("asked_by", Of::Text),
        has("started_at", Of::Moment),
        maybe("finished_at", Of::Moment),
        maybe("took_ms", Of::Whole),
        has("users", Of::Whole),
        has("calls", Of::Whole),
        has("doubts", Of::Anything),
        has("evidence", Of::Anything),
        maybe("counted", Of::Part(&COUNTED)),
        has("untold", Of::Parts(&UNTOLD)),
    ],
};

/// Everybody Apollo had as of a run.
pub static SNAPSHOT: Shape = Shape {
    noun: "reconcile",
    name: "snapshot",
    says: "Everybody Apollo had as of a run, or as of the last complete one before it.",
    members: &[
        has("asked", Of::Whole),
        has("run", Of::Whole),
        has("at", Of::Moment),
        has("users", Of::Anything),
    ],
};

static CHANGED: Shape = Shape {
    noun: "reconcile",
    name: "changed_user",
    says: "An Apollo user who is not as before.",
    members: &[
        has("what", Of::Words(&["joined", "left", "deactivated", "reactivated", "changed"])),
        has("apollo_id", Of::Text),
        has("subject", Of::Text),
        has("fields", Of::Anything),
    ],
};

/// What differs between two runs.
pub static DIFF: Shape = Shape {
    noun: "reconcile",
    name: "diff",
    says: "Who is not the same in two runs.",
    members: &[
        has("from_run", Of::Whole),
        has("from_at", Of::Moment),
        has("to_run", Of::Whole),
        has("to_at", Of::Moment),
        has("changes", Of::Parts(&CHANGED)),
    ],
};

/// `drift`.
pub static FINDING: Shape = Shape {
    noun: "drift",
    name: "finding",
    says: "Something in which Apollo and the seats differ, and the step a person must take.",
    members: &[
        has("id", Of::Whole),
        has("class", Of::Text),
        has("severity", Of::Words(SEVERITIES)),
        has("state", Of::Words(STATES)),
        has("subject", Of::Text),
        has("about", Of::Text),
        maybe("seat_id", Of::Text),
        maybe("apollo_id", Of::Text),
        has("cents_per_month", Of::Whole),
        has("since", Of::Moment),
        has("since_run", Of::Whole),
        has("first_seen_at", Of::Moment),
        has("first_run", Of::Whole),
        has("last_seen_at", Of::Moment),
        has("last_run", Of::Whole),
        maybe("closed_at", Of::Moment),
        maybe("closed_run", Of::Whole),
        maybe("snoozed_until", Of::Moment),
        maybe("reason", Of::Text),
        maybe("decided_by", Of::Text),
        has("means", Of::Text),
        has("step", Of::Text),
        has("evidence", Of::Anything),
    ],
};

static EVENT: Shape = Shape {
    noun: "drift",
    name: "finding_event",
    says: "Something that happened to a finding.",
    members: &[
        has("at", Of::Moment),
        has("what", Of::Text),
        maybe("run", Of::Whole),
        maybe("by_whom", Of::Text),
        maybe("reason", Of::Text),
    ],
};

/// One finding with its history.
pub static FINDING_STORY: Shape = Shape {
    noun: "drift",
    name: "finding_story",
    says: "A finding with everything that happened to it.",
    members: &[
        has("id", Of::Whole),
        has("class", Of::Text),
        has("severity", Of::Words(SEVERITIES)),
        has("state", Of::Words(STATES)),
        has("subject", Of::Text),
        has("about", Of::Text),
        maybe("seat_id", Of::Text),
        maybe("apollo_id", Of::Text),
        has("cents_per_month", Of::Whole),
        has("since", Of::Moment),
        has("since_run", Of::Whole),
        has("first_seen_at", Of::Moment),
        has("first_run", Of::Whole),
        has("last_seen_at", Of::Moment),
        has("last_run", Of::Whole),
        maybe("closed_at", Of::Moment),
        maybe("closed_run", Of::Whole),
        maybe("snoozed_until", Of::Moment),
        maybe("reason", Of::Text),
        maybe("decided_by", Of::Text),
        has("means", Of::Text),
        has("step", Of::Text),
        has("evidence", Of::Anything),
        has("history", Of::Parts(&EVENT)),
    ],
};

/// A kind of finding.
pub static CLASS: Shape = Shape {
    noun: "drift",
    name: "class",
    says: "A kind of finding, explained, and how many are open.",
    members: &[
        has("class", Of::Text),
        has("severity", Of::Words(SEVERITIES)),
        has("means", Of::Text),
        has("step", Of::Text),
        has("costs_money", Of::Flag),
        has("open", Of::Whole),
    ],
};

static POINT: Shape = Shape {
    noun: "drift",
    name: "point",
    says: "What one complete run counted.",
    members: &[
        has("run", Of::Whole),
        has("at", Of::Moment),
        has("seats_bought", Of::Whole),
        has("assigned", Of::Whole),
        has("active", Of::Whole),
        has("billed", Of::Whole),
        has("reclaimable_cents", Of::Whole),
        has("shelf_cents", Of::Whole),
        has("open", Of::Anything),
    ],
};

/// An access review.
pub static REVIEW: Shape = Shape {
    noun: "drift",
    name: "review",
    says: "Everything an access review shows, as of the last complete run.",
    members: &[
        maybe("team", Of::Text),
        has("made_at", Of::Moment),
        maybe("run", Of::Part(&RUN)),
        maybe("last_attempt", Of::Part(&RUN)),
        maybe("figures", Of::Part(&FIGURES)),
        has("findings", Of::Parts(&FINDING)),
        has("classes", Of::Parts(&CLASS)),
        has("over_time", Of::Parts(&POINT)),
        has("untold", Of::Parts(&UNTOLD)),
    ],
};
