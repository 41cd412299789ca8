//! What happened to people, the access review as a page, and whether the connections hold; and what these
//! answers consist of.

pub mod usage;

use super::answer::{Outcome, Told, page};
use super::ask::Ask;
use super::shape::{Of, Shape, has, maybe};
use crate::admin::doctor::{self, Database, House};
use crate::admin::people;
use crate::admin::story::log::{self, LogWish};
use crate::admin::story::receipts::{self, Receipt};
use crate::admin::story::{review, timeline};
use crate::report;
use serde_json::json;

/// Records of the log when nobody says how many.
const LAST: i64 = 10_000;

static CHAPTER: Shape = Shape {
    noun: "timeline",
    name: "timeline_record",
    says: "One record the story is told of.",
    members: &[
        has("seat_id", Of::Text),
        has("directory", Of::Text),
        has("state", Of::Text),
        has("user_name", Of::Text),
        maybe("address", Of::Text),
        maybe("external_id", Of::Text),
    ],
};

static LINE: Shape = Shape {
    noun: "timeline",
    name: "timeline_line",
    says: "One thing that happened, who did it and where it is proved.",
    members: &[
        has("at", Of::Moment),
        has("kind", Of::Text),
        has("who", Of::Text),
        has("what", Of::Text),
        maybe("why", Of::Text),
        maybe("seat_id", Of::Text),
        maybe("proof", Of::Text),
    ],
};

/// `timeline`.
pub static TIMELINE: Shape = Shape {
    noun: "timeline",
    name: "timeline",
    says: "One person's story from all sides; `doubt` says what the data cannot prove.",
    members: &[
        has("person", Of::Text),
        has("records", Of::Parts(&CHAPTER)),
        maybe("doubt", Of::Text),
        has("lines", Of::Parts(&LINE)),
    ],
};

/// `receipt`.
pub static RECEIPT: Shape = Shape {
    noun: "receipt",
    name: "receipt",
    says: "What proves that a leaver is gone; `audit`, `audit_head` and `checkpoint` are the evidence.",
    members: &[
        has("id", Of::Whole),
        has("person", Of::Text),
        maybe("address", Of::Text),
        has("directory", Of::Text),
        has("asked_by", Of::Text),
        maybe("act", Of::Text),
        maybe("requested_at", Of::Moment),
        has("accepted_at", Of::Moment),
        maybe("accepting_ms", Of::Whole),
        has("keys_ended", Of::Whole),
        maybe("last_call_at", Of::Moment),
        has("apollo", Of::Text),
        maybe("apollo_run", Of::Whole),
        maybe("apollo_gone_at", Of::Moment),
        maybe("listed_in_runs", Of::Whole),
        maybe("vanishing_seconds", Of::Whole),
        maybe("apollo_id", Of::Text),
        maybe("returned_at", Of::Moment),
        maybe("request_id", Of::Text),
        has("seat_id", Of::Text),
        has("audit", Of::Anything),
        has("audit_head", Of::Anything),
        has("checkpoint", Of::Anything),
    ],
};

static SPREAD: Shape = Shape {
    noun: "receipt",
    name: "spread",
    says: "How long something took, by nearest rank; microseconds.",
    members: &[
        has("count", Of::Whole),
        has("p50", Of::Whole),
        has("p95", Of::Whole),
        has("p99", Of::Whole),
        has("slowest", Of::Whole),
    ],
};

/// How long things took over many receipts.
pub static LATENCY: Shape = Shape {
    noun: "receipt",
    name: "latency",
    says: "How long it took to accept, and from there until they were gone at Apollo.",
    members: &[
        maybe("request_to_acceptance_micros", Of::Part(&SPREAD)),
        maybe("acceptance_to_gone_micros", Of::Part(&SPREAD)),
    ],
};

/// `log`.
pub static RECORD: Shape = Shape {
    noun: "log",
    name: "log_record",
    says: "One request of a connector: what was asked, the answer, what changed and what was ignored.",
    members: &[
        has("at", Of::Moment),
        maybe("arrived_at", Of::Moment),
        has("directory", Of::Text),
        has("act", Of::Text),
        maybe("person", Of::Text),
        has("status", Of::Whole),
        maybe("scim_type", Of::Text),
        maybe("detail", Of::Text),
        has("changes", Of::Anything),
        has("ignored", Of::Anything),
        has("notes", Of::Anything),
        has("method", Of::Text),
        has("target", Of::Text),
        maybe("seat_id", Of::Text),
        has("request_id", Of::Text),
        has("token_id", Of::Text),
    ],
};

/// The access review with everybody in it.
pub static REPORT: Shape = Shape {
    noun: "report",
    name: "report",
    says: "What the page of the access review is made of.",
    members: &[
        maybe("team", Of::Text),
        has("made_at", Of::Moment),
        has("run", Of::Anything),
        has("last_attempt", Of::Anything),
        has("figures", Of::Anything),
        has("findings", Of::Anything),
        has("classes", Of::Anything),
        has("over_time", Of::Anything),
        has("untold", Of::Anything),
        has("holders", Of::Anything),
        has("leavers", Of::Anything),
        has("latency", Of::Anything),
        has("runs", Of::Anything),
        has("audit_head", Of::Anything),
        has("checkpoint", Of::Anything),
    ],
};

static CHECK: Shape = Shape {
    noun: "doctor",
    name: "check",
    says: "One thing that was looked at, and what to do.",
    members: &[
        has("topic", Of::Text),
        maybe("directory", Of::Text),
        has("level", Of::Words(&["ok", "warn", "fail"])),
        has("says", Of::Text),
        maybe("to_do", Of::Text),
    ],
};

/// `doctor`.
pub static DOCTOR: Shape = Shape {
    noun: "doctor",
    name: "doctor",
    says: "Whether the connections hold; `level` is the worst of all.",
    members: &[has("level", Of::Words(&["ok", "warn", "fail"])), has("checks", Of::Parts(&CHECK))],
};

/// `GET /seats/{id}/timeline`.
pub async fn timeline(ask: Ask) -> Outcome {
    let store = &ask.bridge.store;
    let record = people::story(ask.named("id"), store).await?.view.record;
    let name = record.seat.person().map(|person| person.user_name.as_str().to_owned());
    let told = timeline::timeline(name.unwrap_or_default(), ask.number("since"), ask.now, store).await?;
    Ok(Told::One(timeline::shown(&told)))
}

/// `GET /receipts`.
pub async fn receipts(ask: Ask) -> Outcome {
    let mut told = receipts::receipts(ask.number("since"), &ask.bridge.store).await?;
    if let Some(seat) = ask.text("seat_id") {
        told.all.retain(|receipt| receipt.seat_id == seat);
    }
    let shown = |receipt: &Receipt| receipts::shown(receipt, &told);
    page(&told.all, |receipt| receipt.id.to_string(), shown, &ask)
}

/// `GET /receipts/latency`.
pub async fn latency(ask: Ask) -> Outcome {
    let told = receipts::receipts(ask.number("since"), &ask.bridge.store).await?;
    let took = receipts::latency(&told.all);
    Ok(Told::One(json!({
        "request_to_acceptance_micros": took.accepting, "acceptance_to_gone_micros": took.vanishing,
    })))
}

/// `GET /log`.
pub async fn log(ask: Ask) -> Outcome {
    let wish = LogWish {
        directory: ask.text("directory"),
        person: None,
        since: ask.number("since"),
        refused: ask.flag("refused"),
        last: Some(ask.number("last").unwrap_or(LAST)),
    };
    let all = log::log(wish, &ask.bridge.store).await?;
    let key = |view: &log::LogView| {
        let record = &view.record;
        format!("{} {} {} {}", record.at, record.request_id, record.act, record.target)
    };
    page(&all, key, log::shown, &ask)
}

/// `GET /review/page`.
pub async fn report(ask: Ask) -> Outcome {
    let read = review::review(&ask.bridge.config.money, ask.now, &ask.bridge.store).await?;
    Ok(match ask.text("format").as_deref() {
        Some("json") => Told::One(json!(read)),
        _ => Told::Html(report::page(&read)),
    })
}

/// `GET /doctor`: a server that answers has a database that was migrated.
pub async fn doctor(ask: Ask) -> Outcome {
    let bridge = &ask.bridge;
    let secret = if bridge.config.secret.is_some() { "configured" } else { "kept beside the database" };
    let house = House { database: Database::There(Vec::new()), secret };
    let (apollo, store) = (bridge.apollo.as_ref(), Some(&bridge.store));
    let looked = doctor::examine(house, &bridge.config, apollo, store, ask.now).await?;
    Ok(Told::One(json!(looked)))
}
