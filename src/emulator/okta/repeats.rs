//! Jobs that run twice, and jobs that run at the same moment.

use reqwest::Method;
use serde_json::json;

use super::connector::Link;
use super::judge::{self, text};
use super::{Mode, Okta, Person, body};
use crate::emulator::transcript::{Outcome, Verdict};
use crate::emulator::wire::{Answer, Call, segment};

impl Okta {
    /// The last write once more, byte for byte: Okta runs jobs twice now and then.
    ///
    /// Good answers: to a create 409, because one userName is one person; to anything else the same success
    /// again. Source: Okta facts §4 (the same POST again gives 409), §8, §13, §14.6, §14.11.
    pub async fn repeat_last(&mut self) -> Outcome {
        let Some((mut call, accepted)) = self.last_write.clone() else {
            return Outcome::nothing("nothing was written yet, so nothing can be repeated");
        };
        call.step = format!("{} (the same job once more)", call.step);
        let create = call.method == Method::POST;
        call = if create {
            call.expecting("409", "Okta facts §4, §14.6")
        } else {
            call.expecting("the same success again", "Okta facts §8, §14.6, §14.11")
        };
        let mut out = Outcome::default();
        let same = call.clone();
        let judged = |answer: &Answer| match (accepted, create) {
            (false, _) => judge::refusal(answer, "the job ran twice and failed both times"),
            (true, true) => second_create(answer),
            (true, false) => second_write(&same, answer),
        };
        self.step(&mut out, call, judged).await;
        out
    }

    /// `jobs` creates of one person at the same moment, as parallel jobs were seen to send: one must win, the
    /// others must hear 409.
    ///
    /// Source: Okta facts §13.
    pub async fn race(&mut self, person: &Person, jobs: usize) -> Outcome {
        let calls = (0..jobs).map(|_| {
            let step = format!("create {} in {jobs} jobs at once", person.login);
            Call::with_body(Method::POST, step, "/Users", body::create(person, &self.settings))
                .expecting("201 once, else 409", "Okta facts §13")
        });
        let mut out = Outcome::default();
        let mut won = false;
        for (answer, call) in self.at_once(calls.collect()).await {
            let verdict = match answer.status {
                201 if won => judge::wrong("two creates of one person succeeded [§13]"),
                201 => judge::verdict(judge::created(&answer, &person.login)),
                409 => second_create(&answer),
                _ => judge::refusal(&answer, &format!("Error while creating user {}", person.login)),
            };
            if answer.status == 201 && verdict == Verdict::AsExpected {
                won = true;
                let id = answer.json.as_ref().map_or("", |user| text(user, "id")).to_owned();
                self.links
                    .insert(person.okta_id.clone(), Link { id, pushed: person.clone(), assigned: true });
            }
            out.exchanges.push(self.sender.exchange(&call, &answer, verdict));
        }
        out
    }

    /// `jobs` deactivations of one person at the same moment: the first does it, and all succeed.
    ///
    /// Source: Okta facts §8 (deprovision calls may come twice), §14.11.
    pub async fn race_to_deactivate(&mut self, person: &Person, jobs: usize) -> Outcome {
        let Some(link) = self.links.get(&person.okta_id).filter(|link| link.assigned).cloned() else {
            return Outcome::nothing(format!("Okta has no link to {}, so nothing is sent", person.login));
        };
        let mut out = Outcome::default();
        let step = format!("deactivate {} in {jobs} jobs at once", link.pushed.login);
        let below = format!("/Users/{}", segment(&link.id));
        let call = if self.mode == Mode::Aiw {
            let Some(read) = self.read_for(&mut out, &link.id, &step).await else {
                return out;
            };
            Call::with_body(Method::PUT, step, below, body::switched(&read, false))
        } else {
            Call::with_body(Method::PATCH, step, below, body::patch(json!({"active": false})))
        };
        let call = call.expecting("success in every job", "Okta facts §8, §14.11");
        for (answer, call) in self.at_once(vec![call; jobs]).await {
            let verdict = second_write(&call, &answer);
            out.exchanges.push(self.sender.exchange(&call, &answer, verdict));
        }
        if out.ok() {
            self.links.insert(person.okta_id.clone(), Link { assigned: false, ..link });
        }
        out
    }

    async fn at_once(&self, calls: Vec<Call>) -> Vec<(Answer, Call)> {
        let mut running = tokio::task::JoinSet::new();
        for call in calls {
            let sender = self.sender.clone();
            running.spawn(async move { (sender.send(&call).await, call) });
        }
        running.join_all().await
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

fn second_write(call: &Call, answer: &Answer) -> Verdict {
    match answer.status {
        200..300 => Verdict::AsExpected,
        // What is gone is gone (RFC 7644 §3.6): the job has what it wanted.
        404 if call.method == Method::DELETE => second_delete(answer),
        _ => match judge::refusal(answer, "the job ran twice and failed the second time") {
            Verdict::Refused { detail } => {
                judge::wrong(format!("{detail} -- a repeat must succeed [§8, §14.11]"))
            }
            other => other,
        },
    }
}

fn second_delete(answer: &Answer) -> Verdict {
    match judge::refusal(answer, "the job ran twice") {
        Verdict::Refused { .. } => Verdict::AsExpected,
        other => other,
    }
}
