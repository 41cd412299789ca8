//! The pages of a fake IdP.

use serde_json::{Value, json};

use super::{Answer, Ask, Fake, Field, Page, field};
use crate::emulator::faults::Plan;
use crate::emulator::story::{Act, Came, Misuse, Tenant, Verb, time_of};
use crate::emulator::transcript::Outcome;

const FAULT: &[Field] = &[
    field("kind", "string", "status, delay, drop, truncate, redirect, wrong_type, repeat, none"),
    field("nth", "integer", "At which of the requests counted from now; 1 unless said."),
    field("times", "integer", "How often in a row; 1 unless said, 0 is for ever."),
    field("on", "string", "Which requests count: a method, a beginning of the path, or both."),
    field("arrives", "boolean", "Whether the request reaches the server."),
    field("status", "integer", "For status: 200 to 599."),
    field("body", "", "For status: a text, or JSON."),
    field("content_type", "string", "For status and wrong_type."),
    field("retry_after", "", "For status: seconds, or a date."),
    field("seconds", "integer", "For delay; virtual time."),
    field("ms", "integer", "For delay; virtual time."),
    field("bytes", "integer", "For truncate: what is left of the body."),
    field("to", "string", "For redirect: an address."),
    field("copies", "integer", "For repeat: how often the request arrives once more."),
];

const PAGES: &[Page] = &[
    Page {
        method: "POST",
        path: "act",
        says: "Does one thing as an administrator or a person would; answers what went over the wire.",
        takes: &[
            field("do", "string", "What."),
            field("who", "string", "The key of a person."),
            field("with", "object", "Arguments."),
        ],
    },
    Page {
        method: "PUT",
        path: "people/{key}",
        says: "Puts a person into the directory, or changes one; nothing is sent.",
        takes: &[
            field("user_name", "string", "Needed for a new person."),
            field("given_name", "string", ""),
            field("family_name", "string", ""),
            field("email", "string", "The user name unless said."),
        ],
    },
    Page {
        method: "GET",
        path: "state",
        says: "What the administrators' pages would show: people, links, tasks, cycles.",
        takes: &[field("at", "string", "A JSON pointer, for a part of it: /people/rin")],
    },
    Page {
        method: "POST",
        path: "advance",
        says: "Lets virtual time pass; answers what fell due.",
        takes: &[
            field("days", "integer", ""),
            field("hours", "integer", ""),
            field("minutes", "integer", ""),
            field("seconds", "integer", ""),
        ],
    },
    Page { method: "POST", path: "fault", says: "Plans a fault for a later request.", takes: FAULT },
    Page {
        method: "GET",
        path: "log",
        says: "Raw exchanges, oldest first; credentials and passwords are hidden.",
        takes: &[
            field("after", "integer", "Only those with a greater number."),
            field("most", "integer", "At most so many; 1,000 unless said."),
        ],
    },
    Page { method: "DELETE", path: "log", says: "Forgets the exchanges.", takes: &[] },
    Page {
        method: "POST",
        path: "reset",
        says: "Forgets everything: people, links, faults, log, time.",
        takes: &[],
    },
];

/// A fake IdP behind a control surface.
#[derive(Debug)]
pub struct Desk<T> {
    name: &'static str,
    tenant: T,
}

impl<T: Tenant> Desk<T> {
    /// A desk for a tenant of `okta` or `entra`.
    pub fn new(name: &'static str, tenant: T) -> Self {
        Self { name, tenant }
    }

    async fn done(&mut self, ask: &Ask) -> Result<Answer, String> {
        let told = |misuse: Misuse| misuse.to_string();
        match (ask.page.method, ask.page.path) {
            ("POST", "act") => {
                let act = act_of(ask)?;
                let outcome = self.tenant.act(&act).await.map_err(told)?;
                Ok(self.came(&outcome))
            }
            ("PUT", "people/{key}") => {
                self.tenant.put_person(&ask.key, &ask.body).map_err(told)?;
                Ok(Answer::ok(json!({"put": ask.key})))
            }
            ("GET", "state") => self.state(ask),
            ("POST", "advance") => {
                let wanted = Act { verb: "advance".to_owned(), who: None, with: ask.body.clone() };
                let outcome = self.tenant.advance(time_of(&wanted).map_err(told)?).await;
                Ok(self.came(&outcome))
            }
            ("POST", "fault") => {
                let faults = &self.tenant.wire().faults;
                faults.follow(Plan::read(&ask.body)?);
                Ok(Answer::ok(json!({"pending": faults.pending()})))
            }
            ("GET", "log") => self.log(ask),
            ("DELETE", _) => {
                self.tenant.wire().log.clear();
                Ok(Answer::ok(json!({"forgotten": true})))
            }
            _ => {
                self.tenant.reset();
                Ok(Answer::ok(json!({"reset": true, "now": self.tenant.now()})))
            }
        }
    }

    fn came(&self, outcome: &Outcome) -> Answer {
        Answer::ok(json!({
            "outcome": Came::of(outcome), "note": outcome.note, "exchanges": outcome.exchanges,
            "resources": outcome.resources, "now": self.tenant.now(),
        }))
    }

    fn state(&self, ask: &Ask) -> Result<Answer, String> {
        let state = self.tenant.state();
        match ask.query.get("at").and_then(Value::as_str) {
            None => Ok(Answer::ok(state)),
            Some(at) => {
                let part = state.pointer(at).cloned();
                part.map(Answer::ok).ok_or_else(|| format!("there is nothing at {at}; begin with \"/\""))
            }
        }
    }

    fn log(&self, ask: &Ask) -> Result<Answer, String> {
        let number = |name: &str, absent: u64| match ask.query.get(name).and_then(Value::as_str) {
            None => Ok(absent),
            Some(text) => text.parse().map_err(|_| format!("{name} is a whole number, not {text}")),
        };
        let (after, most) = (number("after", 0)?, number("most", 1000)?);
        let log = &self.tenant.wire().log;
        let (written, forgotten) = log.counted();
        let exchanges = log.since(after, usize::try_from(most).unwrap_or(usize::MAX));
        Ok(Answer::ok(json!({"written": written, "forgotten": forgotten, "exchanges": exchanges})))
    }
}

impl<T: Tenant + Send + 'static> Fake for Desk<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn pages(&self) -> &'static [Page] {
        PAGES
    }

    fn verbs(&self) -> Vec<Verb> {
        T::VERBS.to_vec()
    }

    async fn answer(&mut self, ask: &Ask) -> Answer {
        self.done(ask).await.unwrap_or_else(|why| Answer::refused(400, why))
    }
}

/// `{"do": "assign", "who": "rin", "with": {}}`.
fn act_of(ask: &Ask) -> Result<Act, String> {
    let text = |name: &str| match ask.body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(format!("{name} is a text, not {other}")),
    };
    let with = match ask.body.get("with") {
        None | Some(Value::Null) => Default::default(),
        Some(Value::Object(with)) => with.clone(),
        Some(other) => return Err(format!("with is an object of arguments, not {other}")),
    };
    let known = ["do", "who", "with"];
    if let Some(odd) = ask.body.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("\"{odd}\" is unknown; say do, and if you like who and with"));
    }
    let verb = text("do")?.ok_or("say what to do, for example {\"do\": \"assign\", \"who\": \"rin\"}")?;
    Ok(Act { verb, who: text("who")?, with })
}
