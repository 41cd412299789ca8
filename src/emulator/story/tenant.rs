//! What a fake IdP offers to whoever drives it: a story, the control surface, the conformance run.
//!
//! A tenant is the IdP's side of one integration: the directory of people, the app, its connector, its clock.
//! It is told what an administrator or the passing of time does ([`Tenant::act`], [`Tenant::advance`]) and
//! answers what went over the wire because of it.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::emulator::clock::Instant;
use crate::emulator::transcript::Outcome;
use crate::emulator::wire::Wire;

/// One thing a tenant can be told to do.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Verb {
    /// The word, in snake case.
    pub name: &'static str,
    /// Whether it is done to a person.
    pub who: bool,
    /// The arguments it takes, all of them optional unless `says` names them as needed.
    pub takes: &'static [&'static str],
    /// What happens, in one sentence.
    pub says: &'static str,
    /// Where that is documented, for example "Okta facts §6.1".
    pub fact: &'static str,
}

/// A [`Verb`] that is done to nobody in particular.
pub const fn verb(
    name: &'static str,
    takes: &'static [&'static str],
    says: &'static str,
    fact: &'static str,
) -> Verb {
    Verb { name, who: false, takes, says, fact }
}

/// A [`Verb`] that is done to a person.
pub const fn on(
    name: &'static str,
    takes: &'static [&'static str],
    says: &'static str,
    fact: &'static str,
) -> Verb {
    Verb { name, who: true, takes, says, fact }
}

/// Something to be done.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Act {
    /// A [`Verb`]'s name.
    pub verb: String,
    /// The key of a person.
    pub who: Option<String>,
    /// Arguments.
    pub with: Map<String, Value>,
}

/// Why something cannot be done: the story or the caller is wrong, not the server under test.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misuse {
    /// No such verb.
    #[error("nothing here is called \"{verb}\"; known are {known}")]
    Verb {
        /// What was asked for.
        verb: String,
        /// What would have been understood.
        known: String,
    },
    /// A person is needed, and none was named.
    #[error("\"{0}\" is done to a person: say who")]
    WhoIsMissing(String),
    /// No person is needed, and one was named.
    #[error("\"{0}\" is done to nobody in particular: leave who out")]
    WhoIsIdle(String),
    /// No such person.
    #[error("there is no person \"{who}\"; known are {known}")]
    Person {
        /// The key asked for.
        who: String,
        /// The keys there are.
        known: String,
    },
    /// An argument is unknown, missing, or of the wrong kind.
    #[error("\"{verb}\": {why}")]
    Argument {
        /// What was to be done.
        verb: String,
        /// What is wrong, and what would do.
        why: String,
    },
    /// A person's profile holds what this IdP does not know.
    #[error("the profile of \"{who}\": {why}")]
    Profile {
        /// The key of the person.
        who: String,
        /// What is wrong, and what would do.
        why: String,
    },
}

impl Act {
    /// An act without a person and arguments.
    pub fn new(verb: &str) -> Self {
        Self { verb: verb.to_owned(), ..Self::default() }
    }

    /// The same, done to a person.
    #[must_use]
    pub fn on(mut self, who: &str) -> Self {
        self.who = Some(who.to_owned());
        self
    }

    /// The same with one more argument.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.with.insert(name.to_owned(), value.into());
        self
    }

    /// The verb of this act, if it is written as the verb wants it: with or without a person, and with no
    /// argument that the verb does not take.
    ///
    /// Errors: [`Misuse`], which names what would do.
    pub fn checked(&self, verbs: &[Verb]) -> Result<Verb, Misuse> {
        let name = self.verb.clone();
        let Some(verb) = verbs.iter().find(|verb| verb.name == self.verb) else {
            return Err(Misuse::Verb { verb: name, known: list(verbs.iter().map(|verb| verb.name)) });
        };
        match (&self.who, verb.who) {
            (None, true) => return Err(Misuse::WhoIsMissing(name)),
            (Some(_), false) => return Err(Misuse::WhoIsIdle(name)),
            _ => {}
        }
        if let Some(odd) = self.with.keys().find(|given| !verb.takes.contains(&given.as_str())) {
            return Err(match verb.takes {
                [] => self.wrong(format!("it takes no arguments, so no \"{odd}\"")),
                takes => {
                    self.wrong(format!("it takes no \"{odd}\"; it takes {}", list(takes.iter().copied())))
                }
            });
        }
        Ok(*verb)
    }

    /// A text argument, if it is given.
    ///
    /// Errors: [`Misuse::Argument`], when it is no text.
    pub fn text(&self, name: &str) -> Result<Option<&str>, Misuse> {
        match self.with.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong(format!("{name} is a text in quotes, not {other}"))),
        }
    }

    /// A text argument that must be there.
    ///
    /// Errors: [`Misuse::Argument`].
    pub fn needed_text(&self, name: &str) -> Result<&str, Misuse> {
        self.text(name)?.ok_or_else(|| self.wrong(format!("it needs {name}")))
    }

    /// A whole number, if it is given.
    ///
    /// Errors: [`Misuse::Argument`], when it is none.
    pub fn number(&self, name: &str) -> Result<Option<u64>, Misuse> {
        match self.with.get(name) {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) => Ok(Some(number)),
                None => Err(self.wrong(format!("{name} is a whole number from 0, not {value}"))),
            },
        }
    }

    /// True or false, if it is given.
    ///
    /// Errors: [`Misuse::Argument`], when it is neither.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Misuse> {
        match self.with.get(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(other) => Err(self.wrong(format!("{name} is true or false, not {other}"))),
        }
    }

    /// Several texts, if they are given.
    ///
    /// Errors: [`Misuse::Argument`], when it is no list of texts.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Misuse> {
        let Some(value) = self.with.get(name) else {
            return Ok(None);
        };
        let all = value.as_array().and_then(|items| {
            items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        });
        all.map(Some).ok_or_else(|| {
            self.wrong(format!("{name} is a list of texts, such as [\"a\", \"b\"], not {value}"))
        })
    }

    /// A [`Misuse::Argument`] of this act.
    pub fn wrong(&self, why: impl Into<String>) -> Misuse {
        Misuse::Argument { verb: self.verb.clone(), why: why.into() }
    }

    /// A [`Misuse::Argument`] for a word that is none of those known.
    pub fn unknown(&self, name: &str, given: &str, known: &[&str]) -> Misuse {
        self.wrong(format!("{name} \"{given}\" is unknown; known are {}", list(known.iter().copied())))
    }
}

/// Names in a row, for a message.
pub fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// The IdP's side of one integration.
#[expect(
    async_fn_in_trait,
    reason = "driven generically, by whoever owns the tenant; nothing is sent across threads"
)]
pub trait Tenant {
    /// What this fake can be told to do.
    const VERBS: &'static [Verb];

    /// Does one thing; the exchanges it took are in the outcome.
    ///
    /// Errors: [`Misuse`]; nothing was sent then.
    async fn act(&mut self, act: &Act) -> Result<Outcome, Misuse>;

    /// Lets virtual time pass; whatever falls due happens: imports, retries, cycles, hard deletes, windows.
    async fn advance(&mut self, by: Duration) -> Outcome;

    /// Virtual time now.
    fn now(&self) -> Instant {
        self.wire().clock.now()
    }

    /// Adds a person to the IdP's directory, or changes one, without telling the app.
    ///
    /// Errors: [`Misuse::Profile`], when the profile holds what this IdP does not know.
    fn put_person(&mut self, key: &str, profile: &Map<String, Value>) -> Result<(), Misuse>;

    /// Everything an administrator's screens would show: people, links, assignments, tasks, cycles. Numbers
    /// and texts only, no secrets.
    fn state(&self) -> Value;

    /// Faults, raw exchanges and clock of everything this tenant sends.
    fn wire(&self) -> &Wire;

    /// Everything as it was at the start; people put in are gone.
    fn reset(&mut self);
}
