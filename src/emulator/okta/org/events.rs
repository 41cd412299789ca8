//! The System Log of the organisation: the events its administrator searches for.

use serde_json::{Value, json};

use super::Org;
use super::jobs::Job;
use crate::emulator::clock::Instant;
use crate::emulator::transcript::{Exchange, Outcome, Verdict};

/// Most events kept; the oldest go first.
const KEPT: usize = 2000;

/// One line of the System Log.
#[derive(Debug, Clone)]
pub(super) struct Event {
    at: Instant,
    /// An `eventType` of Okta's catalogue.
    name: &'static str,
    who: Option<String>,
    /// Why it failed.
    reason: Option<String>,
}

impl Event {
    pub(super) fn shown(&self) -> Value {
        json!({
            "at": self.at,
            "event": self.name,
            "who": self.who,
            "result": if self.reason.is_some() { "FAILURE" } else { "SUCCESS" },
            "reason": self.reason,
        })
    }
}

impl Org {
    /// Source: Okta facts §15.
    pub(super) fn note_event(&mut self, name: &'static str, who: Option<&str>, reason: Option<String>) {
        if self.events.len() >= KEPT {
            self.events.remove(0);
        }
        self.events.push(Event { at: self.now(), name, who: who.map(str::to_owned), reason });
    }

    /// The events of a job, one for each step that has a name in the catalogue.
    pub(super) fn note_events(&mut self, job: &Job, out: &Outcome) {
        for exchange in &out.exchanges {
            let reason = match &exchange.verdict {
                Verdict::AsExpected => None,
                Verdict::Refused { detail } => Some(detail.clone()),
                Verdict::Wrong { why } => Some(why.clone()),
            };
            if let Some(name) = event_of(job, exchange, reason.is_some()) {
                self.note_event(name, job.who(), reason);
            }
        }
    }
}

/// Source: Okta facts §15; the order of verify_exists, reactivate, push_profile §6.3.
fn event_of(job: &Job, exchange: &Exchange, failed: bool) -> Option<&'static str> {
    let write = matches!(exchange.method.as_str(), "PUT" | "PATCH");
    let only_active = |active: bool| {
        let whole = exchange.request.as_ref();
        let patched = whole.and_then(|body| body.pointer("/Operations/0/value"));
        patched.or(whole).and_then(|body| body.get("active")) == Some(&Value::Bool(active))
            && (patched.is_none() || patched.and_then(Value::as_object).is_some_and(|body| body.len() == 1))
    };
    match (job, exchange.method.as_str()) {
        (Job::PushGroup(_), _) if failed => {
            Some("application.provision.group_push.mapping.update.or.delete.failed.with.error")
        }
        (Job::PushGroup(_) | Job::Import, _) => None,
        (_, "DELETE") => Some("application.provision.user.delete"),
        (_, "POST") => Some("application.provision.user.push"),
        (_, "GET") if exchange.target.contains("?filter=userName") => {
            Some("application.provision.user.verify_exists")
        }
        (Job::Password(_), _) if write => Some("application.provision.user.push_password"),
        _ if write && only_active(false) => Some("application.provision.user.deactivate"),
        _ if write && only_active(true) && exchange.step.starts_with("reactivate") => {
            Some("application.provision.user.reactivate")
        }
        _ if write => Some("application.provision.user.push_profile"),
        _ if failed => Some("application.provision.user.sync"),
        _ => None,
    }
}
