//! What happens to a linked person: profile pushes, renames, deactivation, reads.

use reqwest::Method;
use serde_json::json;

use super::assign::patched;
use super::connector::Link;
use super::judge::{self, wrong};
use super::settings::FailedPush;
use super::{Okta, Person, body};
use crate::emulator::transcript::{Outcome, Verdict};
use crate::emulator::wire::{Answer, Call, segment};

impl Okta {
    /// Pushes the profile of a person who has the app: GET and PUT, or one PATCH with what changed.
    ///
    /// Source: Okta facts §7.1, §7.2.
    pub async fn push_profile(&mut self, person: &Person) -> Outcome {
        let Some(link) = self.assigned(person) else {
            return unlinked(person);
        };
        let sent = if self.settings.exclude_username_updates {
            person.with_login(&link.pushed.login)
        } else {
            person.clone()
        };
        let person = &sent;
        let mut out = Outcome::default();
        let pushed = if self.mode.puts_profiles() {
            self.put_profile(&mut out, person, &link.id, "push the profile of", None).await
        } else {
            let changed = body::changes(Some(&link.pushed), person, &self.settings);
            if changed.as_object().is_some_and(serde_json::Map::is_empty) {
                return Outcome::nothing(format!(
                    "nothing of {} changed, so Okta sends nothing",
                    person.login
                ));
            }
            self.patch_profile(&mut out, person, &link.id, changed).await
        };
        if pushed {
            self.links.insert(person.okta_id.clone(), Link { pushed: person.clone(), ..link });
        } else if out.last_status() != 429 {
            out.note = Some(if self.settings.failed_push == FailedPush::UnlinksAlways {
                self.lose(person);
                "the failed push cost the link: no deactivation will be sent [§7.3]".to_owned()
            } else {
                "a task; the link is kept (that Okta keeps it is unconfirmed) [§7.3]".to_owned()
            });
        }
        out
    }

    /// Sends a new login or address of a person who keeps the app. A refusal is a task for the administrator;
    /// the link and the profile last accepted stay.
    ///
    /// Source: Okta facts §7.3.
    pub async fn rename(&mut self, person: &Person) -> Outcome {
        self.push_profile(person).await
    }

    /// What Okta was reported to do when a server refuses a new userName: deactivate the old User, look the
    /// new name up, and create it with the same externalId.
    ///
    /// Source: Okta facts §7.3 (reported; when Okta prefers this is unconfirmed), §14.22.
    pub async fn rename_by_replacement(&mut self, person: &Person) -> Outcome {
        let mut out = self.unassign(person).await;
        if out.ok() && !out.exchanges.is_empty() {
            out.absorb(self.reassign(person).await);
        }
        out
    }

    /// Takes the app away: `active` false, by PUT or PATCH. Okta deactivates a User this way too, and never
    /// deletes.
    ///
    /// Source: Okta facts §8.
    pub async fn unassign(&mut self, person: &Person) -> Outcome {
        let Some(link) = self.assigned(person) else {
            return unlinked(person);
        };
        if !self.settings.deactivate_users {
            self.links.insert(person.okta_id.clone(), Link { assigned: false, ..link });
            return Outcome::nothing(
                "\"Deactivate Users\" is off, so no deprovisioning call is sent [§14.27]",
            );
        }
        let mut out = Outcome::default();
        let step = format!("deactivate {}", link.pushed.login);
        let done = if self.mode.puts_activation() {
            let Some(read) = self.read_for(&mut out, &link.id, &step).await else {
                return out;
            };
            self.put_back(&mut out, &link.id, step, body::switched(&read, false)).await
        } else {
            let below = format!("/Users/{}", segment(&link.id));
            let call =
                Call::with_body(Method::PATCH, step.clone(), below, body::patch(json!({"active": false})))
                    .expecting("200 or 204", "Okta facts §8, §7.2");
            let task = format!("Error while trying to {step}");
            let judged = |answer: &Answer| judge::verdict(patched(answer, &link.id, Some(false), &task));
            self.step(&mut out, call, judged).await.is_some()
        };
        if done {
            self.links.insert(person.okta_id.clone(), Link { assigned: false, ..link });
        }
        out
    }

    /// Deletes the User, as granular deprovisioning is expected to; the link goes with it.
    ///
    /// Source: Okta facts §8, §14.25 (the wire shape is unconfirmed).
    pub async fn delete(&mut self, person: &Person) -> Outcome {
        let Some(link) = self.links.get(&person.okta_id).cloned() else {
            return unlinked(person);
        };
        let mut out = Outcome::default();
        let step = format!("delete {}", link.pushed.login);
        let below = format!("/Users/{}", segment(&link.id));
        let task = format!("Error while trying to {step}");
        let call = Call { method: Method::DELETE, ..Call::get(step, below, "Okta facts §8, §14.25") };
        let call = call.expecting("204", "Okta facts §8, §14.25");
        let judged = |answer: &Answer| match answer.status {
            200 | 204 => Verdict::AsExpected,
            _ => judge::refusal(answer, &task),
        };
        if self.step(&mut out, call, judged).await.is_some() {
            self.links.remove(&person.okta_id);
        }
        out
    }

    /// Suspends the Okta user, or ends the suspension: the app keeps its people either way.
    ///
    /// Source: Okta facts §8, §14.12.
    pub fn suspend(&self, person: &Person) -> Outcome {
        Outcome::nothing(format!(
            "{} was suspended in Okta, of which an app hears nothing [§8]",
            person.login
        ))
    }

    /// Assigns the app to a person while provisioning is switched off; "Provision User", once it is on, is
    /// [`Okta::assign`].
    ///
    /// Source: Okta facts §13, §14.28.
    pub fn assign_before_provisioning(&self, person: &Person) -> Outcome {
        Outcome::nothing(format!(
            "{} was assigned before provisioning was on; no call follows until somebody clicks [§13]",
            person.login
        ))
    }

    /// A stale profile push that still says `active` false, as was seen right after a reactivation. The
    /// server obeys.
    ///
    /// Source: Okta facts §8, §14.10.
    pub async fn stale_push(&mut self, person: &Person) -> Outcome {
        let Some(link) = self.assigned(person) else {
            return unlinked(person);
        };
        let mut out = Outcome::default();
        self.put_profile(&mut out, person, &link.id, "push a stale profile of", Some(false)).await;
        out
    }

    /// Pushes a password, as an app with password sync does: GET and PUT, or one PATCH.
    ///
    /// Source: Okta facts §1, §7.1.
    pub async fn sync_password(&mut self, person: &Person) -> Outcome {
        let Some(link) = self.assigned(person) else {
            return unlinked(person);
        };
        let mut out = Outcome::default();
        let step = format!("synchronise the password of {}", person.login);
        if self.mode.puts_activation() {
            let Some(read) = self.read_for(&mut out, &link.id, &step).await else {
                return out;
            };
            self.put_back(&mut out, &link.id, step, body::with_password(&read)).await;
            return out;
        }
        let attributes = body::with_password(&json!({}));
        let below = format!("/Users/{}", segment(&link.id));
        let call = Call::with_body(Method::PATCH, step.clone(), below, body::patch(attributes))
            .expecting("200 or 204", "Okta facts §1, §7.2");
        let task = format!("Error while trying to {step}");
        self.step(&mut out, call, |answer| judge::verdict(patched(answer, &link.id, None, &task))).await;
        out
    }

    /// Reads a person once linked, assigned or not: the record must still be there, with the state Okta left
    /// it in.
    ///
    /// Source: Okta facts §8 (checked by Okta's CRUD suite), §14.7.
    pub async fn read(&mut self, person: &Person) -> Outcome {
        let Some(link) = self.links.get(&person.okta_id).cloned() else {
            return unlinked(person);
        };
        let mut out = Outcome::default();
        let state = if link.assigned { "active" } else { "inactive" };
        let below = format!("/Users/{}", segment(&link.id));
        let call = Call::get(format!("read the {state} User {}", link.pushed.login), below, "Okta facts §8");
        let judged = |answer: &Answer| {
            let read = judge::user(answer, &link.id, "Error while reading the user");
            match read.and_then(|()| judge::is_active(answer, link.assigned)) {
                Ok(()) => Verdict::AsExpected,
                Err(Verdict::Refused { detail }) if !link.assigned => wrong(format!(
                    "{detail} -- an inactive User must stay readable, or Okta creates a second one [§6.3]"
                )),
                Err(verdict) => verdict,
            }
        };
        if let Some(answer) = self.step(&mut out, call, judged).await {
            out.resources.extend(answer.json);
        }
        out
    }

    fn assigned(&self, person: &Person) -> Option<Link> {
        self.links.get(&person.okta_id).filter(|link| link.assigned).cloned()
    }
}

fn unlinked(person: &Person) -> Outcome {
    Outcome::nothing(format!("Okta has no link to {}, so nothing is sent [§7.4]", person.login))
}
