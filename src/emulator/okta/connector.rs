//! The connector itself: connection, links, and the one place where a request leaves.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::{Mode, Person, body, judge};
use crate::emulator::transcript::{Outcome, Verdict};
use crate::emulator::wire::{Answer, Call, Error, Manner, Sender, Wire};

/// How Okta speaks HTTP. `Accept-Encoding` is left out, see [`crate::emulator::wire`].
///
/// Source: Okta facts §2.
const MANNER: Manner = Manner {
    headers: &[
        ("accept", "application/scim+json"),
        ("accept-charset", "utf-8"),
        ("user-agent", "Okta SCIM Client 1.0.0"),
        ("connection", "Keep-Alive"),
    ],
    body_type: "application/scim+json; charset=utf-8",
    timeout: Duration::from_secs(60),
};

/// The forms in which a token arrives.
///
/// Source: Okta facts §3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorization {
    /// `Bearer <token>`: an AIW app, or "Bearer" in a catalogue app.
    Bearer,
    /// The token alone: the header template, when the administrator typed nothing else.
    Bare,
    /// `Bearer Bearer <token>`: the built-in prefix, and one typed by the administrator (our inference).
    Doubled,
}

impl std::str::FromStr for Authorization {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "bearer" => Ok(Self::Bearer),
            "header" => Ok(Self::Bare),
            "doubled" => Ok(Self::Doubled),
            _ => Err(Error::Unknown {
                what: "form of authorization",
                given: text.to_owned(),
                known: "bearer, header, doubled",
            }),
        }
    }
}

/// A person's link to our User.
#[derive(Debug, Clone)]
pub(super) struct Link {
    /// Our id, which Okta's screens call "External ID".
    pub(super) id: String,
    /// The profile last accepted.
    pub(super) pushed: Person,
    /// Whether the person has the app.
    pub(super) assigned: bool,
}

/// One app integration of an Okta organisation.
#[derive(Debug, Clone)]
pub struct Okta {
    sender: Sender,
    pub(super) mode: Mode,
    /// By Okta id.
    pub(super) links: BTreeMap<String, Link>,
    /// Whether "Deactivate Users" is switched on.
    pub(super) deactivates: bool,
    /// The last write and whether it was accepted, for jobs that run twice.
    last_write: Option<(Call, bool)>,
}

impl Okta {
    /// A connector towards `target` (`…/scim/v2`), sending `Authorization: Bearer <token>`.
    ///
    /// Okta itself insists on https and refuses an underscore in the URL (Okta facts, head); here both pass,
    /// so that a laboratory needs no certificate.
    ///
    /// Errors: [`Error`], when target or token cannot be used.
    pub fn new(target: &str, token: &str, mode: Mode) -> Result<Okta, Error> {
        Self::authorized(target, token, mode, Authorization::Bearer)
    }

    /// The same with another form of the Authorization header.
    ///
    /// Errors: [`Error`], when target or token cannot be used.
    pub fn authorized(target: &str, token: &str, mode: Mode, form: Authorization) -> Result<Okta, Error> {
        let credential = match form {
            Authorization::Bearer => format!("Bearer {token}"),
            Authorization::Bare => token.to_owned(),
            Authorization::Doubled => format!("Bearer Bearer {token}"),
        };
        let sender = Sender::new(target, &credential, token, MANNER)?;
        Ok(Okta { sender, mode, links: BTreeMap::new(), deactivates: true, last_write: None })
    }

    /// The app with its option "Deactivate Users" switched off: an unassignment sends nothing, an inactive
    /// hit fails.
    ///
    /// Source: Okta facts §6.3, §14.27.
    #[must_use]
    pub fn without_deactivation(mut self) -> Self {
        self.deactivates = false;
        self
    }

    /// The same app, with its faults planned and its exchanges written down on `wire`.
    #[must_use]
    pub fn on(mut self, wire: &Wire) -> Self {
        self.sender = self.sender.on(wire);
        self
    }

    /// The mode of the app integration.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Our id of a person Okta has linked at least once.
    pub fn id_of(&self, person: &Person) -> Option<&str> {
        self.links.get(&person.okta_id).map(|link| link.id.as_str())
    }

    /// The last write once more, byte for byte: Okta runs jobs twice now and then.
    ///
    /// Good answers: to a create 409, because one userName is one person; to anything else the same success
    /// again. Source: Okta facts §4 (the same POST again gives 409), §8, §13, §14.6, §14.11.
    pub async fn repeat_last(&mut self) -> Outcome {
        let Some((mut call, accepted)) = self.last_write.clone() else {
            return Outcome::nothing("nothing was written yet, so nothing can be repeated");
        };
        call.step = format!("{} (the same job once more)", call.step);
        let create = call.method == reqwest::Method::POST;
        call = if create {
            call.expecting("409", "Okta facts §4, §14.6")
        } else {
            call.expecting("the same success again", "Okta facts §8, §14.6, §14.11")
        };
        let mut out = Outcome::default();
        let judged = |answer: &Answer| match (accepted, create) {
            (false, _) => judge::refusal(answer, "the job ran twice and failed both times"),
            (true, true) => second_create(answer),
            (true, false) => second_write(answer),
        };
        self.step(&mut out, call, judged).await;
        out
    }

    /// `jobs` creates of one person at the same moment, as parallel jobs were seen to send: one must win, the
    /// others must hear 409.
    ///
    /// Source: Okta facts §13.
    pub async fn race(&mut self, person: &Person, jobs: usize) -> Outcome {
        let mut running = tokio::task::JoinSet::new();
        for _ in 0..jobs {
            let step = format!("create {} in {jobs} jobs at once", person.login);
            let call = Call::with_body(reqwest::Method::POST, step, "/Users", body::create(person))
                .expecting("201 once, else 409", "Okta facts §13");
            let sender = self.sender.clone();
            running.spawn(async move { (sender.send(&call).await, call) });
        }
        let mut out = Outcome::default();
        let mut won = false;
        while let Some(Ok((answer, call))) = running.join_next().await {
            let verdict = match answer.status {
                201 if won => judge::wrong("two creates of one person succeeded [§13]"),
                201 => judge::verdict(judge::created(&answer, &person.login)),
                409 => second_create(&answer),
                _ => judge::refusal(&answer, &format!("Error while creating user {}", person.login)),
            };
            if answer.status == 201 && verdict == Verdict::AsExpected {
                won = true;
                let id = answer.json.as_ref().map_or("", |user| judge::text(user, "id")).to_owned();
                self.links
                    .insert(person.okta_id.clone(), Link { id, pushed: person.clone(), assigned: true });
            }
            out.exchanges.push(self.sender.exchange(&call, &answer, verdict));
        }
        out
    }

    /// Sends one call and records it. `Some` when the answer is as expected.
    pub(super) async fn step(
        &mut self,
        out: &mut Outcome,
        call: Call,
        judged: impl FnOnce(&Answer) -> Verdict,
    ) -> Option<Answer> {
        let (answer, good) = self.step_regardless(out, call, judged).await;
        good.then_some(answer)
    }

    /// The same for steps whose answer is used although it is wrong.
    pub(super) async fn step_regardless(
        &mut self,
        out: &mut Outcome,
        call: Call,
        judged: impl FnOnce(&Answer) -> Verdict,
    ) -> (Answer, bool) {
        let answer = self.sender.send(&call).await;
        let verdict = judged(&answer);
        let good = verdict == Verdict::AsExpected;
        out.exchanges.push(self.sender.exchange(&call, &answer, verdict));
        if call.method != reqwest::Method::GET {
            self.last_write = Some((call, (200..300).contains(&answer.status)));
        }
        (answer, good)
    }

    /// Reads a linked User, as Okta does before every PUT. `Some` is the JSON it will edit.
    ///
    /// Source: Okta facts §7.1.
    pub(super) async fn read_for(&mut self, out: &mut Outcome, id: &str, step: &str) -> Option<Value> {
        let below = format!("/Users/{}", crate::emulator::wire::segment(id));
        let call = Call::get(format!("read the User before {step}"), below, "Okta facts §7.1");
        let task = format!("Error while {step}");
        self.step(out, call, |answer| judge::verdict(judge::user(answer, id, &task))).await?.json
    }
}

fn second_create(answer: &Answer) -> Verdict {
    match answer.status {
        409 => match judge::refusal(answer, "repeated create") {
            Verdict::Refused { .. } => Verdict::AsExpected,
            other => other,
        },
        200..300 => judge::wrong("the same create succeeded twice: two people with one userName [§4]"),
        _ => judge::refusal(answer, "the job ran twice and failed the second time"),
    }
}

fn second_write(answer: &Answer) -> Verdict {
    match answer.status {
        200..300 => Verdict::AsExpected,
        _ => match judge::refusal(answer, "the job ran twice and failed the second time") {
            Verdict::Refused { detail } => {
                judge::wrong(format!("{detail} -- a repeat must succeed [§8, §14.11]"))
            }
            other => other,
        },
    }
}
