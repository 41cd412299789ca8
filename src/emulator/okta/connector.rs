//! The connector itself: connection, links, and the one place where a request leaves.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde_json::Value;

use super::{Authorization, Mode, Person, Settings, judge};
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

/// A good answer and what it answered.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    method: reqwest::Method,
    below: String,
    answer: Answer,
}

/// One app integration of an Okta organisation.
#[derive(Debug, Clone)]
pub struct Okta {
    pub(super) sender: Sender,
    pub(super) mode: Mode,
    /// By Okta id.
    pub(super) links: BTreeMap<String, Link>,
    /// The switches of the app.
    pub(super) settings: Settings,
    /// Why a job stopped although every answer was as expected.
    pub(super) stopped: Option<String>,
    /// The last write and whether it was accepted, for jobs that run twice.
    pub(super) last_write: Option<(Call, bool)>,
    /// What a job that was put off has heard already; it asks only for the rest.
    heard: VecDeque<Heard>,
    /// What the job in hand has heard so far.
    hearing: VecDeque<Heard>,
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
        let sender = Sender::new(target, &form.header(token), token, MANNER)?;
        Ok(Okta {
            sender,
            mode,
            links: BTreeMap::new(),
            settings: Settings::default(),
            stopped: None,
            last_write: None,
            heard: VecDeque::new(),
            hearing: VecDeque::new(),
        })
    }

    /// The app with its option "Deactivate Users" switched off: an unassignment sends nothing, an inactive
    /// hit fails.
    ///
    /// Source: Okta facts §6.3, §14.27.
    #[must_use]
    pub fn without_deactivation(mut self) -> Self {
        self.settings.deactivate_users = false;
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

    /// The app username last accepted for a person who has the app.
    pub(super) fn pushed_name(&self, person: &Person) -> Option<&str> {
        let link = self.links.get(&person.okta_id).filter(|link| link.assigned)?;
        Some(&link.pushed.login)
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
        let again = |heard: &&Heard| heard.method == call.method && heard.below == call.below;
        if self.heard.front().as_ref().is_some_and(again)
            && let Some(heard) = self.heard.pop_front()
        {
            let good = judged(&heard.answer) == Verdict::AsExpected;
            let answer = heard.answer.clone();
            self.hearing.push_back(heard);
            return (answer, good);
        }
        self.heard.clear();
        let answer = self.sender.send(&call).await;
        let verdict = judged(&answer);
        let good = verdict == Verdict::AsExpected;
        out.exchanges.push(self.sender.exchange(&call, &answer, verdict));
        let accepted = (200..300).contains(&answer.status);
        if accepted {
            let (method, below) = (call.method.clone(), call.below.clone());
            self.hearing.push_back(Heard { method, below, answer: answer.clone() });
        }
        if call.method != reqwest::Method::GET {
            self.last_write = Some((call, accepted));
        }
        (answer, good)
    }

    /// Begins a job, with what it heard before it was put off.
    ///
    /// Source: Okta facts §12 (that only the request put off is sent again is unconfirmed).
    pub(super) fn begin(&mut self, heard: VecDeque<Heard>) {
        self.stopped = None;
        self.heard = heard;
        self.hearing.clear();
    }

    /// What the job in hand has heard so far.
    pub(super) fn so_far(&mut self) -> VecDeque<Heard> {
        std::mem::take(&mut self.hearing)
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
