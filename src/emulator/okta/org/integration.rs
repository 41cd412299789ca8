//! The app integration as a whole: saving, switches, replacing it, jobs that race.

use serde_json::{Map, Value};

use super::Org;
use super::imports::{Imported, Report};
use crate::emulator::okta::Settings;
use crate::emulator::transcript::Outcome;
use crate::emulator::wire::Error;

impl Org {
    /// "Test API Credentials".
    ///
    /// Source: Okta facts §4.
    pub(super) async fn test_connection(&mut self) -> Outcome {
        let out = self.okta.test_connection().await;
        let told = out.refused_detail().or(out.wrong()).map(str::to_owned);
        if told.is_some() {
            self.note_event("application.configuration.detect_error", None, told);
        }
        out
    }

    /// Saves the integration, which tests it, lets a governance app discover, and switches provisioning on.
    ///
    /// Source: Okta facts §4, §10.
    pub(super) async fn save(&mut self) -> Outcome {
        let mut out = self.test_connection().await;
        if out.ok() && self.okta.settings.governance {
            out.absorb(self.okta.discover().await);
        }
        if out.ok() {
            self.okta.settings.provisioning = true;
            self.note_event("application.configuration.update", None, None);
        } else {
            out.note = Some("the integration is not saved [§4]".to_owned());
        }
        out
    }

    /// Turns switches; the others stay.
    ///
    /// Errors: the switch nobody knows, or the value that does not fit, in words.
    pub fn configure(&mut self, with: &Map<String, Value>) -> Result<(), String> {
        self.okta.settings = self.okta.settings.changed(with)?;
        Ok(())
    }

    /// Deletes the app integration and makes a new one towards the same server: assignments, links, tasks and
    /// what was imported are gone, the switches stay.
    ///
    /// Source: Okta facts §8 (whether people are deactivated first is unconfirmed).
    pub(super) async fn replace_app(&mut self, deactivate_first: bool) -> Outcome {
        let mut out = Outcome::nothing("the integration was deleted and made anew; no call says so [§8]");
        for group in self.groups.values_mut() {
            group.has_app = false;
            group.push_error = None;
        }
        let people: Vec<String> = self.people.keys().cloned().collect();
        for who in people {
            if deactivate_first && self.has_app(&who) {
                out.absorb(self.take(&who).await);
            }
            if let Some(member) = self.people.get_mut(&who) {
                member.individually = false;
                member.app_username = None;
            }
        }
        self.okta.links.clear();
        self.okta.last_write = None;
        self.tasks.clear();
        self.waiting.clear();
        self.imported = Imported::default();
        self.report = Report::default();
        out
    }

    /// Gives a person the app in several jobs at once.
    ///
    /// Source: Okta facts §13.
    pub(super) async fn race_to_create(&mut self, who: &str, jobs: usize) -> Outcome {
        let settings = &self.okta.settings;
        let Some(member) = self.people.get_mut(who) else { return Outcome::default() };
        if member.app_username.is_some() {
            return Outcome::nothing(format!("{who} has the app already"));
        }
        member.individually = true;
        member.app_username = Some(member.name_for(settings));
        let person = member.in_app();
        self.note_event("application.user_membership.add", Some(who), None);
        self.okta.race(&person, jobs).await
    }

    /// Takes the app from a person in several jobs at once.
    ///
    /// Source: Okta facts §8, §14.11.
    pub(super) async fn race_to_deactivate(&mut self, who: &str, jobs: usize) -> Outcome {
        let Some(member) = self.people.get_mut(who).filter(|member| member.app_username.is_some()) else {
            return Outcome::nothing(format!("{who} does not have the app"));
        };
        member.individually = false;
        member.app_username = None;
        let person = member.person.clone();
        self.note_event("application.user_membership.remove", Some(who), None);
        self.okta.race_to_deactivate(&person, jobs).await
    }

    /// Everything anew: no people, no links, no tasks, every switch at its default, the clock at its start.
    pub(super) fn begin_anew(&mut self) {
        self.wire.reset();
        self.okta.links.clear();
        self.okta.last_write = None;
        self.okta.settings = Settings::default();
        let mut okta = self.okta.clone();
        // The secret was good for a header when the organisation was made.
        let _ = okta.sender.present(&self.credential.header(), self.credential.secret());
        *self = Org::of(okta, self.credential.clone(), self.wire.clone());
    }

    /// The administrator types in another token, or with `None` the right one again.
    ///
    /// Errors: [`Error::Token`]. Source: Okta facts §3.
    pub(super) fn type_in(&mut self, token: Option<&str>) -> Result<(), Error> {
        match token {
            Some(token) => self.okta.sender.present(&self.credential.form.header(token), token),
            None => self.okta.sender.present(&self.credential.header(), self.credential.secret()),
        }
    }

    /// Sees to a token that works, where tokens come from an address.
    ///
    /// Errors: why there is none, in words without a secret.
    pub(super) async fn authorize(&mut self) -> Result<(), String> {
        let now = self.now();
        let Some(fetched) = self.credential.fetched(now).await.map_err(|why| why.to_string())? else {
            return Ok(());
        };
        let presented = self.okta.sender.present(&self.credential.form.header(&fetched), &fetched);
        presented.map_err(|why| why.to_string())
    }
}
