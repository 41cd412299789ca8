//! Faults of the network and of the server, planned for the Nth request.
//!
//! A plan counts the requests it looks at, all of them or one method and path, and strikes at number `nth`,
//! `times` times. What a fault does is the business of whoever sends or answers; here it is only kept and
//! counted, in one spelling for stories and for the control surface.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value, json};

/// How a fault is written; the text of every refusal.
pub const HELP: &str = "a fault is kind = status (with status; body, content_type, retry_after) | \
     delay (with seconds or ms) | drop | truncate (with bytes) | redirect (with to) | \
     wrong_type (with content_type) | repeat (with copies) | none (forgets all plans); and if you like \
     nth (the first), times (1; 0 is for ever), on (\"POST /Users\"), arrives (whether the request \
     reaches the server)";

/// One disturbance of one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Another answer, as a gateway or a broken server would give it.
    Status {
        /// The status.
        status: u16,
        /// The body as text.
        body: String,
        /// Its Content-Type.
        content_type: String,
        /// The value of `Retry-After`, whatever it is: whole seconds, or a date.
        retry_after: Option<String>,
    },
    /// The answer takes this much longer. A connector's clock is virtual: nobody really waits.
    Delay(Duration),
    /// The connection closes without an answer.
    Drop,
    /// The body of the answer ends after so many bytes.
    Truncate(usize),
    /// A redirect to an address.
    Redirect(String),
    /// The answer is labelled as something else.
    WrongType(String),
    /// The request arrives so many times more, as a proxy that tries again would do it.
    Repeat(u32),
}

impl Fault {
    /// The word that asks for it.
    pub fn kind(&self) -> &'static str {
        match self {
            Fault::Status { .. } => "status",
            Fault::Delay(_) => "delay",
            Fault::Drop => "drop",
            Fault::Truncate(_) => "truncate",
            Fault::Redirect(_) => "redirect",
            Fault::WrongType(_) => "wrong_type",
            Fault::Repeat(_) => "repeat",
        }
    }

    /// Whether the request reaches the server when nobody says: a status or a redirect comes from somebody in
    /// front of it, anything else happens on the way back.
    fn usually_arrives(&self) -> bool {
        !matches!(self, Fault::Status { .. } | Fault::Redirect(_))
    }
}

/// A fault that is due, and whether the server hears of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What happens.
    pub fault: Fault,
    /// Whether the request reaches the server all the same.
    pub arrives: bool,
}

/// A fault and when it strikes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What happens.
    pub fault: Fault,
    /// At which of the requests counted from now, beginning with 1.
    pub nth: u64,
    /// How often in a row from there; 0 is for ever.
    pub times: u64,
    /// Which requests count: a method, a beginning of the path below the base, or both; empty counts all.
    pub on: String,
    /// Whether the request reaches the server.
    pub arrives: bool,
}

impl Plan {
    /// Reads a plan as stories and the control surface write it; `None` is "forget all plans".
    ///
    /// Errors: a sentence that names what is wrong and what would do.
    pub fn read(wanted: &Map<String, Value>) -> Result<Option<Plan>, String> {
        let fields = Fields(wanted);
        let kind = fields.text("kind")?.ok_or_else(|| format!("a fault needs a kind: {HELP}"))?;
        let own: &[&str] = match kind {
            "status" => &["status", "body", "content_type", "retry_after"],
            "delay" => &["seconds", "ms"],
            "truncate" => &["bytes"],
            "redirect" => &["to"],
            "wrong_type" => &["content_type"],
            "repeat" => &["copies"],
            "drop" | "none" => &[],
            other => return Err(format!("there is no fault \"{other}\": {HELP}")),
        };
        let every = ["kind", "nth", "times", "on", "arrives"];
        let known = |name: &&String| every.contains(&name.as_str()) || own.contains(&name.as_str());
        if let Some(odd) = wanted.keys().find(|name| !known(name)) {
            return Err(format!("a fault of kind {kind} takes no \"{odd}\": {HELP}"));
        }
        let Some(fault) = fields.fault(kind)? else {
            return Ok(None);
        };
        let arrives = fields.flag("arrives")?.unwrap_or_else(|| fault.usually_arrives());
        if !arrives && matches!(fault, Fault::Truncate(_) | Fault::WrongType(_) | Fault::Repeat(_)) {
            return Err(format!("a fault of kind {kind} disturbs the answer, so its request must arrive"));
        }
        let nth = fields.number("nth")?.unwrap_or(1);
        if nth == 0 {
            return Err("the first request is nth = 1".to_owned());
        }
        let times = fields.number("times")?.unwrap_or(1);
        let on = fields.text("on")?.unwrap_or_default().to_owned();
        Ok(Some(Plan { fault, nth, times, on, arrives }))
    }
}

struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    fn text(&self, name: &str) -> Result<Option<&'a str>, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(format!("{name} is a text, not {other}")),
        }
    }

    fn number(&self, name: &str) -> Result<Option<u64>, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) => Ok(Some(number)),
                None => Err(format!("{name} is a whole number from 0, not {value}")),
            },
        }
    }

    fn flag(&self, name: &str) -> Result<Option<bool>, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(other) => Err(format!("{name} is true or false, not {other}")),
        }
    }

    fn fault(&self, kind: &str) -> Result<Option<Fault>, String> {
        let text = |name: &str, absent: &str| Ok::<_, String>(self.text(name)?.unwrap_or(absent).to_owned());
        Ok(Some(match kind {
            "status" => {
                let given = self.number("status")?.ok_or("a fault of kind status needs status = 503")?;
                let status = u16::try_from(given).ok().filter(|status| (200..600).contains(status));
                let status = status.ok_or_else(|| format!("{given} is no status; take 200 to 599"))?;
                let body = match self.0.get("body") {
                    None | Some(Value::Null) => gateway_error(status).to_string(),
                    Some(Value::String(text)) => text.clone(),
                    Some(json) => json.to_string(),
                };
                let retry_after = match self.0.get("retry_after") {
                    None | Some(Value::Null) => None,
                    Some(Value::String(date)) => Some(date.clone()),
                    Some(seconds) => Some(seconds.to_string()),
                };
                Fault::Status { status, body, content_type: text("content_type", SCIM)?, retry_after }
            }
            "delay" => match (self.number("seconds")?, self.number("ms")?) {
                (Some(seconds), None) => Fault::Delay(Duration::from_secs(seconds)),
                (None, Some(ms)) => Fault::Delay(Duration::from_millis(ms)),
                _ => return Err("a fault of kind delay needs seconds = 70, or ms = 500".to_owned()),
            },
            "drop" => Fault::Drop,
            "truncate" => {
                let bytes = self.number("bytes")?.unwrap_or(20);
                Fault::Truncate(usize::try_from(bytes).unwrap_or(usize::MAX))
            }
            "redirect" => Fault::Redirect(text("to", "https://elsewhere.example/")?),
            "wrong_type" => Fault::WrongType(text("content_type", "text/html")?),
            "repeat" => {
                let copies = self.number("copies")?.unwrap_or(1).min(100);
                Fault::Repeat(u32::try_from(copies).unwrap_or(1))
            }
            _ => return Ok(None),
        }))
    }
}

const SCIM: &str = "application/scim+json";

/// What stands in the body when nobody says: a SCIM Error.
fn gateway_error(status: u16) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": status.to_string(),
        "detail": "a planned fault answered in the server's place"})
}

/// The plans of one fake. Copies share them.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Vec<Counting>>>);

#[derive(Debug)]
struct Counting {
    plan: Plan,
    seen: u64,
}

impl Faults {
    /// Adds a plan; it begins to count with the next request.
    pub fn plan(&self, plan: Plan) {
        self.all().push(Counting { plan, seen: 0 });
    }

    /// Forgets every plan.
    pub fn clear(&self) {
        self.all().clear();
    }

    /// Does what [`Plan::read`] read: plans, or forgets.
    pub fn follow(&self, read: Option<Plan>) {
        match read {
            Some(plan) => self.plan(plan),
            None => self.clear(),
        }
    }

    /// Plans that have not struck for the last time, as they would be written.
    pub fn pending(&self) -> usize {
        self.all().len()
    }

    /// Counts one request; the first plan that is due strikes. `path` is below the base, query included.
    pub fn due(&self, method: &str, path: &str) -> Option<Due> {
        let mut all = self.all();
        let mut due = None;
        for counting in all.iter_mut().filter(|counting| counts(&counting.plan.on, method, path)) {
            counting.seen += 1;
            let Plan { nth, times, .. } = counting.plan;
            let strikes = counting.seen >= nth && (times == 0 || counting.seen < nth.saturating_add(times));
            if strikes && due.is_none() {
                due = Some(Due { fault: counting.plan.fault.clone(), arrives: counting.plan.arrives });
            }
        }
        all.retain(|Counting { plan, seen }| {
            plan.times == 0 || *seen < plan.nth.saturating_add(plan.times).saturating_sub(1)
        });
        due
    }

    fn all(&self) -> MutexGuard<'_, Vec<Counting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn counts(on: &str, method: &str, path: &str) -> bool {
    on.split_whitespace().all(|word| match word.starts_with('/') {
        true => path.starts_with(word),
        false => word.eq_ignore_ascii_case(method),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(wanted: Value) -> Result<Option<Plan>, String> {
        Plan::read(wanted.as_object().unwrap())
    }

    #[test]
    fn a_fault_strikes_at_the_nth_request_it_counts_and_so_often() {
        let faults = Faults::default();
        faults.follow(plan(json!({"kind": "drop", "nth": 2, "times": 2, "on": "POST /Users"})).unwrap());
        let struck: Vec<bool> = [
            ("POST", "/Users"),
            ("GET", "/Users"),
            ("POST", "/Users"),
            ("POST", "/Users/1"),
            ("POST", "/Users"),
        ]
        .into_iter()
        .map(|(method, path)| faults.due(method, path).is_some())
        .collect();
        assert_eq!(struck, [false, false, true, true, false]);
        assert_eq!(faults.pending(), 0, "a plan that struck for the last time is gone");
        faults.follow(plan(json!({"kind": "delay", "seconds": 61, "times": 0})).unwrap());
        assert!((0..50).all(|_| faults.due("GET", "/").is_some()), "for ever");
        faults.follow(plan(json!({"kind": "none"})).unwrap());
        assert_eq!(faults.due("GET", "/"), None);
    }

    #[test]
    fn what_is_no_fault_is_told_with_what_would_do() {
        for (wanted, words) in [
            (json!({}), "needs a kind"),
            (json!({"kind": "flood"}), "no fault \"flood\""),
            (json!({"kind": "status"}), "status = 503"),
            (json!({"kind": "status", "status": 99}), "200 to 599"),
            (json!({"kind": "drop", "status": 500}), "takes no \"status\""),
            (json!({"kind": "delay"}), "seconds = 70"),
            (json!({"kind": "drop", "nth": 0}), "nth = 1"),
            (json!({"kind": "drop", "nth": -1}), "whole number"),
            (json!({"kind": "drop", "arrives": "no"}), "true or false"),
        ] {
            let told = plan(wanted.clone()).unwrap_err();
            assert!(told.contains(words), "{wanted}: {told}");
        }
    }

    #[test]
    fn who_answers_in_the_servers_place_is_in_front_of_it_unless_told_otherwise() {
        let arrives = |wanted: Value| plan(wanted).unwrap().unwrap().arrives;
        assert!(!arrives(json!({"kind": "status", "status": 502})));
        assert!(arrives(json!({"kind": "status", "status": 502, "arrives": true})));
        assert!(arrives(json!({"kind": "drop"})));
        assert!(!arrives(json!({"kind": "drop", "arrives": false})));
    }
}
