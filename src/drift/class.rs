//! The kinds of finding, and what each asks of a person.

use serde::{Deserialize, Serialize};

/// How soon somebody should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Today: somebody has access who should not, or the work of many hangs on it.
    High,
    /// This week: somebody is kept from working, or money is spent for nothing.
    Medium,
    /// When convenient.
    Low,
}

impl Severity {
    /// All, the most urgent first.
    pub const ALL: [Severity; 3] = [Severity::High, Severity::Medium, Severity::Low];

    /// The word of it.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
        }
    }

    /// The severity of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

/// The kinds of finding (C3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// In Apollo, and never given a seat by a directory.
    Stranger,
    /// Assigned, not in Apollo.
    Absent,
    /// Unassigned, still active.
    Lingering,
    /// Assigned, deactivated in Apollo.
    Zombie,
    /// The same Apollo user under another address.
    Renamed,
    /// Another name or title.
    Drifted,
    /// Several Apollo users for one person.
    Duplicate,
    /// An address outside of the company.
    ForeignDomain,
    /// A user of another Apollo team.
    ForeignTeam,
    /// Wanted by the directory, without a seat.
    Waiting,
    /// May come in without single sign-on.
    SsoBypass,
    /// Came in, or lets others in, past the directory.
    SideDoor,
    /// Without a seat, and still the owner of something that works.
    OwnerAtRisk,
    /// The one the credential acts as holds no seat.
    ActingAdmin,
    /// A key nobody uses, or whose holder has no seat.
    StaleKey,
}

impl Class {
    /// All, in the order of C3.
    pub const ALL: [Class; 15] = [
        Class::Stranger,
        Class::Absent,
        Class::Lingering,
        Class::Zombie,
        Class::Renamed,
        Class::Drifted,
        Class::Duplicate,
        Class::ForeignDomain,
        Class::ForeignTeam,
        Class::Waiting,
        Class::SsoBypass,
        Class::SideDoor,
        Class::OwnerAtRisk,
        Class::ActingAdmin,
        Class::StaleKey,
    ];

    /// The word of it.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Stranger => "stranger",
            Class::Absent => "absent",
            Class::Lingering => "lingering",
            Class::Zombie => "zombie",
            Class::Renamed => "renamed",
            Class::Drifted => "drifted",
            Class::Duplicate => "duplicate",
            Class::ForeignDomain => "foreign_domain",
            Class::ForeignTeam => "foreign_team",
            Class::Waiting => "waiting",
            Class::SsoBypass => "sso_bypass",
            Class::SideDoor => "side_door",
            Class::OwnerAtRisk => "owner_at_risk",
            Class::ActingAdmin => "acting_admin",
            Class::StaleKey => "stale_key",
        }
    }

    /// The class of that word; a hyphen is as good as an underscore.
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.trim().to_ascii_lowercase().replace('-', "_");
        Self::ALL.into_iter().find(|class| class.as_str() == word)
    }

    /// How soon somebody should look.
    pub fn severity(self) -> Severity {
        match self {
            Class::Lingering | Class::ForeignTeam | Class::ActingAdmin => Severity::High,
            Class::Stranger
            | Class::Absent
            | Class::Zombie
            | Class::Renamed
            | Class::Duplicate
            | Class::Waiting
            | Class::SsoBypass
            | Class::SideDoor
            | Class::OwnerAtRisk => Severity::Medium,
            Class::Drifted | Class::ForeignDomain | Class::StaleKey => Severity::Low,
        }
    }

    /// Whether such a finding may stand for a seat that could be given back (C4).
    pub fn costs_money(self) -> bool {
        matches!(self, Class::Stranger | Class::Lingering | Class::Duplicate)
    }

    /// What it is, in a sentence.
    pub fn means(self) -> &'static str {
        match self {
            Class::Stranger => "Apollo lists somebody to whom no directory ever gave a seat.",
            Class::Absent => "Somebody holds a seat, and Apollo does not list them.",
            Class::Lingering => "Somebody gave their seat back, and Apollo still lets them in.",
            Class::Zombie => "Somebody holds a seat, and Apollo has deactivated them: they cannot work.",
            Class::Renamed => "Apollo knows somebody under another address than their seat.",
            Class::Drifted => "Apollo shows another name or title than the directory sent.",
            Class::Duplicate => "Apollo lists several active users for one person.",
            Class::ForeignDomain => "An active user's address lies outside of the company's domains.",
            Class::ForeignTeam => "Apollo lists a user who belongs to another Apollo team.",
            Class::Waiting => "The directory wants a seat for somebody, and none was given yet.",
            Class::SsoBypass => {
                "Apollo's flags hint that somebody may come in without single sign-on. What the flags mean \
                 beside SAML is unconfirmed: ask Apollo's support before you act on it."
            }
            Class::SideDoor => "Somebody came into Apollo, or lets others in, past the directory.",
            Class::OwnerAtRisk => {
                "Somebody without a seat still has a working mailbox in Apollo, and whatever they own there."
            }
            Class::ActingAdmin => {
                "The person as whom every call with the key is made holds no seat: when Apollo deactivates \
                 them, later work of the key belongs to the next administrator."
            }
            Class::StaleKey => "A scoped key was not used for long, or its holder has no seat.",
        }
    }

    /// The step a person must take; `idp` is how the directory's identity provider is called.
    pub fn step(self, idp: &str) -> String {
        match self {
            Class::Stranger => format!(
                "If they belong to the company, assign them in {idp}: they are linked by their address. If \
                 not, deactivate them in Apollo's user settings."
            ),
            Class::Absent => format!(
                "Go through the possible reasons in order. If Apollo has no seat left, buy or free one; if \
                 an invitation is open, have it accepted; if nobody invited them in Apollo, do so; if they \
                 are no longer wanted, unassign them in {idp}."
            ),
            Class::Lingering => format!(
                "Deactivate them in Apollo's user settings today, unlink their mailboxes and pass on their \
                 records. Then see why it did not happen by itself after {idp} took the seat away."
            ),
            Class::Zombie => format!(
                "Reactivate them in Apollo's user settings, or unassign them in {idp} so that the seat is \
                 free for somebody else."
            ),
            Class::Renamed => format!(
                "Apollo changes no address in place: unassign the person in {idp}, change the address there, \
                 and assign them again; or put the former address back in Apollo."
            ),
            Class::Drifted => {
                format!("Correct it where it is wrong: in {idp}, or in Apollo's user settings.")
            }
            Class::Duplicate => "Find out which user the person works with, move the other's records, and \
                 deactivate the other in Apollo's user settings."
                .to_owned(),
            Class::ForeignDomain => format!(
                "If it is a partner or a contractor, say so: seatbridge drift expect ID --reason TEXT, or \
                 name the domain in reconcile.company_domains. If not, deactivate them in Apollo and \
                 unassign them in {idp}."
            ),
            Class::ForeignTeam => "Ask Apollo's support why the list holds users of another team, and check \
                 that the credential is of the right workspace."
                .to_owned(),
            Class::Waiting => format!(
                "If a seat is missing, buy one and record it (seatbridge team set), or unassign somebody in \
                 {idp}; if the address is missing, map one there."
            ),
            Class::SsoBypass => "Open the user in Apollo's user settings and see how they sign in; have \
                 them sign in with single sign-on once."
                .to_owned(),
            Class::SideDoor => format!(
                "Have people assigned in {idp} rather than invited in Apollo; take the right to invite from \
                 those who have it."
            ),
            Class::OwnerAtRisk => "Unlink their mailboxes in Apollo and pass their sequences, contacts, \
                 accounts and deals on to somebody who holds a seat."
                .to_owned(),
            Class::ActingAdmin => format!(
                "Before you deactivate them, decide who the key shall act as: the longest-standing active \
                 administrator. Assign that person in {idp}, or make the key anew."
            ),
            Class::StaleKey => {
                "Ask the holder whether they need it; if not, seatbridge key revoke ID.".to_owned()
            }
        }
    }
}

impl std::fmt::Display for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// C3: fifteen words, each read back as itself, each with a meaning and a step that names who acts.
    #[test]
    fn each_class_has_a_word_a_meaning_and_a_step() {
        let words: BTreeSet<&str> = Class::ALL.iter().map(|class| class.as_str()).collect();
        assert_eq!(words.len(), 15);
        for class in Class::ALL {
            assert_eq!(Class::parse(class.as_str()), Some(class));
            assert_eq!(Class::parse(&class.as_str().replace('_', "-")), Some(class));
            assert!(class.means().len() > 30 && class.means().ends_with('.'), "{class}");
            let step = class.step("the IdP");
            assert!(step.len() > 30 && step.ends_with('.'), "{class}");
            let json = serde_json::to_value(class).unwrap();
            assert_eq!(json, class.as_str());
        }
        assert_eq!(Class::parse("strangers"), None);
    }

    /// C3: somebody who left and still gets in is the most urgent of all.
    #[test]
    fn who_still_gets_in_is_urgent() {
        assert_eq!(Class::Lingering.severity(), Severity::High);
        assert!(Severity::High < Severity::Medium && Severity::Medium < Severity::Low);
        for severity in Severity::ALL {
            assert_eq!(Severity::parse(severity.as_str()), Some(severity));
        }
    }
}
