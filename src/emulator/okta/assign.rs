//! Assignment: look the person up, then create, or link and push.

use reqwest::Method;
use serde_json::{Value, json};

use super::connector::Link;
use super::judge::{self, text, wrong};
use super::settings::{FailedPush, SeveralHits};
use super::{Mode, Okta, Person, body};
use crate::emulator::transcript::{Outcome, Verdict};
use crate::emulator::wire::{Answer, Call, percent, quoted, segment};

impl Okta {
    /// Assigns the app to a person: match by userName; create when nobody is found, else link, wake up an
    /// inactive record and push the profile.
    ///
    /// Source: Okta facts §6.1 to §6.4. That the PUT which wakes a record up carries the profile already is
    /// unconfirmed.
    pub async fn assign(&mut self, person: &Person) -> Outcome {
        let mut out = Outcome::default();
        let Some(hits) = self.look_up(&mut out, person).await else {
            return out;
        };
        match hits.as_slice() {
            [] => self.create(&mut out, person).await,
            [hit] => self.link(&mut out, person, hit).await,
            [first, ..] if self.settings.several_hits == SeveralHits::First => {
                self.link(&mut out, person, &first.clone()).await;
            }
            _ => {
                let task = "Automatic provisioning of user {} to app failed: several people match";
                self.stopped = Some(task.replace("{}", &person.login));
            }
        }
        out
    }

    /// Assigns a person again who had the app before, perhaps under another login: no old link is used, the
    /// lookup decides, and a miss becomes a POST with the same externalId.
    ///
    /// Source: Okta facts §7.4, §6.3.
    pub async fn reassign(&mut self, person: &Person) -> Outcome {
        self.assign(person).await
    }

    /// Looks a person up by app username, as every assignment begins. `resources` holds the hits.
    ///
    /// Source: Okta facts §6.1.
    pub async fn lookup(&mut self, person: &Person) -> Outcome {
        let mut out = Outcome::default();
        self.look_up(&mut out, person).await;
        out
    }

    pub(super) async fn look_up(&mut self, out: &mut Outcome, person: &Person) -> Option<Vec<Value>> {
        let filter = percent(&format!("userName eq {}", quoted(&person.login)));
        let below = format!("/Users?filter={filter}&startIndex=1&count=100");
        let call = Call::get(format!("match {} by userName", person.login), below, "Okta facts §6.1");
        let known = self.links.get(&person.okta_id).is_some_and(|link| link.pushed.login == person.login);
        let mut hidden = false;
        let judged = |answer: &Answer| {
            let found = found(answer, &person.login);
            hidden = known && matches!(found, Ok(0));
            match found {
                Ok(_) if hidden => wrong(
                    "this very person is linked, and the lookup hides them: Okta creates \
                     a second User [§6.3, §14.7]",
                ),
                Ok(_) => Verdict::AsExpected,
                Err(verdict) => verdict,
            }
        };
        let (answer, good) = self.step_regardless(out, call, judged).await;
        let hits = if answer.status == 404 { Vec::new() } else { judge::page(&answer, "").ok()?.resources };
        if !good && !hidden && hits.len() < 2 {
            return None;
        }
        out.resources.extend(hits.iter().cloned());
        Some(hits)
    }

    async fn create(&mut self, out: &mut Outcome, person: &Person) {
        let again = self.links.contains_key(&person.okta_id);
        let user = body::create(person, &self.settings);
        let call = Call::with_body(Method::POST, format!("create {}", person.login), "/Users", user)
            .expecting("201", "Okta facts §6.1");
        let judged = |answer: &Answer| match judge::created(answer, &person.login) {
            Ok(()) => Verdict::AsExpected,
            Err(Verdict::Refused { detail }) if again && answer.status == 409 => wrong(format!(
                "{detail} -- the record in the way is this person's own, inactive one: \
                 locked out for good [§6.3, §14.8]"
            )),
            Err(verdict) => verdict,
        };
        if let Some(answer) = self.step(out, call, judged).await
            && let Some(created) = &answer.json
        {
            self.remember(person, text(created, "id"));
        }
    }

    async fn link(&mut self, out: &mut Outcome, person: &Person, hit: &Value) {
        let id = text(hit, "id").to_owned();
        let active = hit.get("active") == Some(&Value::Bool(true));
        if !active && !self.settings.deactivate_users {
            let task = "Automatic provisioning of user to app failed: User account is inactive";
            out.note = Some(format!("{task} [§6.3]"));
            self.stopped = Some(task.to_owned());
            return;
        }
        if !active && !self.wake(out, person, &id).await {
            return;
        }
        // A capture of an AIW app shows the pair twice on assignment (Okta facts §6.2, §14.6).
        let twice = active && self.mode == Mode::Aiw && self.settings.push_twice;
        if twice && !self.put_profile(out, person, &id, "link", Some(true)).await {
            self.unpushed(out, person, &id);
            return;
        }
        let pushed = if self.mode.puts_profiles() {
            self.put_profile(out, person, &id, "push the profile of", Some(true)).await
        } else {
            self.patch_profile(out, person, &id, body::changes(None, person, &self.settings)).await
        };
        if pushed {
            self.remember(person, &id);
        } else {
            self.unpushed(out, person, &id);
        }
    }

    /// Source: Okta facts §7.3, §14.21.
    fn unpushed(&mut self, out: &mut Outcome, person: &Person, id: &str) {
        if out.last_status() == 429 {
            return;
        }
        if self.settings.failed_push == FailedPush::KeepsTheLink {
            self.remember(person, id);
            return;
        }
        self.lose(person);
        out.note = Some(
            "the first push failed, so Okta keeps no link and sends no deactivation later [§7.3]".into(),
        );
    }

    /// Source: Okta facts §6.3.
    async fn wake(&mut self, out: &mut Outcome, person: &Person, id: &str) -> bool {
        if self.mode.puts_activation() {
            return self.put_profile(out, person, id, "reactivate", Some(true)).await;
        }
        let below = format!("/Users/{}", segment(id));
        let call = Call::with_body(
            Method::PATCH,
            format!("reactivate {}", person.login),
            below,
            body::patch(json!({"active": true})),
        )
        .expecting("200 or 204", "Okta facts §6.3");
        let task = format!("Error while reactivating user {}", person.login);
        self.step(out, call, |answer| judge::verdict(patched(answer, id, Some(true), &task))).await.is_some()
    }

    /// GET, then PUT of what was read with the profile merged in.
    ///
    /// Source: Okta facts §6.2, §7.1.
    pub(super) async fn put_profile(
        &mut self,
        out: &mut Outcome,
        person: &Person,
        id: &str,
        doing: &str,
        active: Option<bool>,
    ) -> bool {
        let step = format!("{doing} {}", person.login);
        let Some(read) = self.read_for(out, id, &step).await else {
            return false;
        };
        self.put_back(out, id, step, body::merged(&read, person, active, &self.settings)).await
    }

    /// PUT of a whole User that was just read.
    ///
    /// Source: Okta facts §7.1.
    pub(super) async fn put_back(&mut self, out: &mut Outcome, id: &str, step: String, user: Value) -> bool {
        let who = text(&user, "userName").to_owned();
        let wanted = user.get("active").and_then(Value::as_bool);
        let call = Call::with_body(Method::PUT, step, format!("/Users/{}", segment(id)), user)
            .expecting("200 with the User", "Okta facts §7.1");
        let task = format!("Error while trying to push profile update for {who}");
        let judged = |answer: &Answer| {
            let whole = judge::user(answer, id, &task);
            judge::verdict(
                whole.and_then(|()| wanted.map_or(Ok(()), |active| judge::is_active(answer, active))),
            )
        };
        self.step(out, call, judged).await.is_some()
    }

    /// One PATCH with several attributes.
    ///
    /// Source: Okta facts §7.2.
    pub(super) async fn patch_profile(
        &mut self,
        out: &mut Outcome,
        person: &Person,
        id: &str,
        attributes: Value,
    ) -> bool {
        let step = format!("push the profile of {}", person.login);
        let call =
            Call::with_body(Method::PATCH, step, format!("/Users/{}", segment(id)), body::patch(attributes))
                .expecting("200 or 204", "Okta facts §7.2");
        let task = format!("Error while trying to push profile update for {}", person.login);
        self.step(out, call, |answer| judge::verdict(patched(answer, id, None, &task))).await.is_some()
    }

    /// Forgets that a person has the app; which User was theirs stays known.
    pub(super) fn lose(&mut self, person: &Person) {
        if let Some(link) = self.links.get_mut(&person.okta_id) {
            link.assigned = false;
        }
    }

    fn remember(&mut self, person: &Person, id: &str) {
        let link = Link { id: id.to_owned(), pushed: person.clone(), assigned: true };
        self.links.insert(person.okta_id.clone(), link);
    }
}

/// Judges a lookup; answers how many were found.
///
/// Source: Okta facts §6.1 (404 is tolerated), §6.2 (what a hit must carry), §6.4 (several hits), §14.24
/// (letter case).
fn found(answer: &Answer, login: &str) -> Result<usize, Verdict> {
    let task = format!("Error while verifying if user {login} exists");
    if answer.status == 404 {
        return match judge::refusal(answer, &task) {
            Verdict::Refused { .. } => Ok(0),
            other => Err(other),
        };
    }
    let page = judge::page(answer, &task)?;
    judge::users(&page.resources)?;
    if page.resources.len() > 1 || page.total > 1 {
        return Err(wrong(format!(
            "{} people answer to userName {login}; nobody knows which one Okta takes [§6.4]",
            page.total
        )));
    }
    if page.total == 1 && page.resources.is_empty() {
        return Err(wrong("totalResults is 1, but Resources is empty"));
    }
    match page.resources.iter().find(|user| text(user, "userName").to_lowercase() != login.to_lowercase()) {
        Some(other) => Err(wrong(format!(
            "asked for {login}, found {}: the filter is not applied, and Okta would \
             link the wrong person [§6.2]",
            text(other, "userName")
        ))),
        None => Ok(page.resources.len()),
    }
}

/// Judges a PATCH: 204, or 200 with the User.
///
/// Source: Okta facts §7.2.
pub(super) fn patched(answer: &Answer, id: &str, active: Option<bool>, task: &str) -> Result<(), Verdict> {
    if answer.status == 204 {
        return Ok(());
    }
    judge::user(answer, id, task)?;
    active.map_or(Ok(()), |active| judge::is_active(answer, active))
}
