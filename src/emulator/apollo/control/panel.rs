//! The fake Apollo behind the control surface that all fakes share: an address of its own, described by
//! OpenAPI.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::entry::Shared;
use super::super::log::Received;
use super::{add_user, state, users, webhooks, workspace};
use crate::emulator::control::{Answer, Ask, Fake, Field, Page, field};
use crate::emulator::faults::Plan;

/// A fake Apollo that can be driven from outside.
#[derive(Clone)]
pub struct Panel(Arc<Shared>);

impl Panel {
    pub(in crate::emulator::apollo) fn new(shared: Arc<Shared>) -> Panel {
        Panel(shared)
    }
}

const FAULT: &[Field] = &[
    field("kind", "string", "status, delay, drop, truncate, redirect, wrong_type, none"),
    field("nth", "integer", "At which of the requests counted from now; 1 unless said."),
    field("times", "integer", "How often in a row; 1 unless said, 0 is for ever."),
    field("on", "string", "Which requests count: a method, a beginning of the path, or both."),
    field("status", "integer", "For status: 200 to 599."),
    field("body", "", "For status: a text, or JSON."),
    field("content_type", "string", "For status and wrong_type."),
    field("retry_after", "", "For status: seconds, or a date."),
    field("seconds", "integer", "For delay; real time, because the client waits."),
    field("ms", "integer", "For delay; real time."),
    field("bytes", "integer", "For truncate: what is left of the body."),
    field("to", "string", "For redirect: an address."),
];

const fn page(method: &'static str, path: &'static str, says: &'static str, takes: &'static [Field]) -> Page {
    Page { method, path, says, takes }
}

#[rustfmt::skip]
const PAGES: &[Page] = &[
    page("GET", "state", "What the administrators' pages would show: plan, seats, credits, who acts.", &[]),
    page("GET", "users", "Everybody, deactivated people too.", &[]),
    page("POST", "users", "Adds a teammate, or changes the one of that address.", &[
        field("email", "string", "Needed."), field("first_name", "string", ""),
        field("last_name", "string", ""),
        field("profile", "string", "Admin, Non-admin, Billing and Seat Manager, Call Assistant."),
        field("deleted", "boolean", "Deactivated."),
    ]),
    page("GET", "invitations", "People of another Apollo team, and how their invitation stands.", &[]),
    page("POST", "invitations", "Says that somebody belongs to another team, or answers the invitation.", &[
        field("email", "string", "Who."), field("invitation", "string", "not_sent, pending, accepted"),
    ]),
    page("POST", "advance", "Lets time pass: rate windows, tokens, results and credit cycles end.", &[
        field("days", "integer", ""), field("hours", "integer", ""), field("minutes", "integer", ""),
        field("seconds", "integer", ""),
    ]),
    page("POST", "plan", "Another plan from now on.", &[
        field("plan", "string", "free, basic, professional, organization"),
    ]),
    page("POST", "seats", "Seats bought.", &[field("bought", "integer", "None for as many as needed.")]),
    page("GET", "credits", "The ledger: what was spent, on what, by whom.", &[]),
    page("POST", "credits", "Credits of a cycle.", &[field("limit", "integer", "")]),
    page("POST", "account", "Closes or opens the account; sets SSO up or not.", &[
        field("active", "boolean", ""), field("sso", "boolean", "SCIM needs it."),
    ]),
    page("POST", "keys", "Makes an API key, or revokes one.", &[
        field("key", "string", "Its text."), field("scopes", "array", "None for a master key."),
        field("revoked", "boolean", ""),
    ]),
    page("POST", "apps", "Registers an OAuth app; the secret is shown once.", &[
        field("name", "string", ""), field("redirect_uris", "array", "One to four, https or this machine."),
        field("scopes", "array", "What it may ask for."),
    ]),
    page("GET", "switches", "Everything nobody could confirm, and which way it is put.", &[]),
    page("POST", "switches", "Puts switches on or off: a member for each.", &[]),
    page("GET", "webhooks", "Deliveries that were asked for.", &[]),
    page("POST", "fault", "Plans a fault for a later request.", FAULT),
    page("GET", "log", "Requests as they came, oldest first; credentials are hidden.", &[]),
    page("DELETE", "log", "Forgets the requests.", &[]),
    page("POST", "reset", "Everything as it was at the start: data, settings, faults, log, time.", &[]),
];

impl Fake for Panel {
    fn name(&self) -> &'static str {
        "apollo"
    }

    fn pages(&self) -> &'static [Page] {
        PAGES
    }

    async fn answer(&mut self, ask: &Ask) -> Answer {
        let shared = &self.0;
        let body = || Value::Object(ask.body.clone());
        match (ask.page.method, ask.page.path) {
            ("GET", "state") => Answer::ok(state(shared)),
            ("GET", "users") => shown(users(shared)),
            ("POST", "users") => shown(add_user(&body(), shared).unwrap_or_else(|refused| refused)),
            ("GET", "invitations") => Answer::ok(shared.world().seats.to_json()),
            ("GET", "credits") => Answer::ok(shared.world().ledger.to_json()),
            ("GET", "switches") => Answer::ok(shared.settings().switches.to_json()),
            ("GET", "webhooks") => shown(webhooks(shared)),
            ("GET", "log") => {
                let requests: Vec<Value> = shared.log().all().iter().map(Received::to_json).collect();
                Answer::ok(json!({"requests": requests, "forgotten": shared.log().forgotten()}))
            }
            ("DELETE", "log") => {
                shared.log().clear();
                Answer::ok(json!({"forgotten": true}))
            }
            ("POST", "fault") => fault(ask, shared),
            ("POST", "reset") => {
                shared.reset();
                Answer::ok(state(shared))
            }
            (_, page) => shown(workspace::change(page, &body(), shared).unwrap_or_else(|refused| refused)),
        }
    }
}

/// Plans a fault; what a canned answer does not say is said as Apollo would.
fn fault(ask: &Ask, shared: &Shared) -> Answer {
    let mut wanted = ask.body.clone();
    if wanted.get("kind") == Some(&Value::from("repeat")) {
        return Answer::refused(400, "only who sends a request can repeat it; plan it at a fake IdP");
    }
    if wanted.get("kind") == Some(&Value::from("status")) {
        wanted.entry("content_type").or_insert_with(|| "application/json; charset=utf-8".into());
        wanted.entry("body").or_insert_with(|| json!({"error": "a planned fault answered instead"}));
    }
    match Plan::read(&wanted) {
        Ok(plan) => {
            shared.planned().follow(plan);
            Answer::ok(json!({"pending": shared.planned().pending()}))
        }
        Err(why) => Answer::refused(400, why),
    }
}

/// An answer of the fake's own panel.
fn shown(answer: super::Answer) -> Answer {
    let body = serde_json::from_slice(&answer.body).unwrap_or_default();
    Answer { status: answer.status, body }
}
