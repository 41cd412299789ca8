//! Groups of the directory: who is in them, and the app that comes with them.

use std::collections::BTreeSet;

use super::Org;
use super::directory::Status;
use crate::emulator::transcript::Outcome;

/// A group of the directory.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    /// Whether its members get the app.
    pub(super) has_app: bool,
    /// What the last group push failed with; it stays on the mapping.
    pub(super) push_error: Option<String>,
}

impl Org {
    /// Puts a person into a group of the directory.
    pub(super) async fn join(&mut self, who: &str, name: &str) -> Outcome {
        let has_app = self.group(name).has_app;
        let Some(member) = self.people.get_mut(who) else { return Outcome::default() };
        member.groups.insert(name.to_owned());
        if !has_app || member.status == Status::Deactivated {
            return Outcome::nothing(format!("group {name} does not give {who} the app"));
        }
        self.give(who, self.okta.settings.provisioning).await
    }

    /// Takes a person out of a group; with the last group that gives it, the app goes too.
    ///
    /// Source: Okta facts §8.
    pub(super) async fn leave(&mut self, who: &str, name: &str) -> Outcome {
        let Some(member) = self.people.get_mut(who) else { return Outcome::default() };
        member.groups.remove(name);
        if member.individually || self.by_group(who) {
            return Outcome::nothing(format!("{who} keeps the app [§8]"));
        }
        self.take(who).await
    }

    /// Gives the app to a group, or takes it away: ordinary jobs for each member.
    ///
    /// Source: Okta facts §9.
    pub(super) async fn assign_group(&mut self, name: &str, given: bool) -> Outcome {
        self.group(name).has_app = given;
        let members: BTreeSet<String> = self
            .people
            .iter()
            .filter(|(_, member)| member.groups.contains(name) && member.status != Status::Deactivated)
            .map(|(who, _)| who.clone())
            .collect();
        let mut out = Outcome::default();
        for who in members {
            if given {
                out.absorb(self.give(&who, self.okta.settings.provisioning).await);
            } else if !self.by_group(&who) && !self.people.get(&who).is_some_and(|member| member.individually)
            {
                out.absorb(self.take(&who).await);
            }
        }
        out
    }

    /// Whether a group gives this person the app.
    pub(super) fn by_group(&self, who: &str) -> bool {
        let gives = |name: &String| self.groups.get(name).is_some_and(|group| group.has_app);
        self.people.get(who).is_some_and(|member| member.groups.iter().any(gives))
    }

    pub(super) fn group(&mut self, name: &str) -> &mut Group {
        self.groups.entry(name.to_owned()).or_default()
    }
}
