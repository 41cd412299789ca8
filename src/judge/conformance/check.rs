//! What a check is.

use super::lab::Lab;
use futures_util::future::LocalBoxFuture;
use serde::Serialize;

/// Whose demands are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// What Okta's connector needs.
    Okta,
    /// What Entra's provisioning service needs.
    Entra,
    /// What RFC 7643 and RFC 7644 demand.
    Rfc,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Profile; 3] = [Profile::Okta, Profile::Entra, Profile::Rfc];

    /// As it is written on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Profile::Okta => "okta",
            Profile::Entra => "entra",
            Profile::Rfc => "rfc",
        }
    }

    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Okta => "Okta",
            Profile::Entra => "Microsoft Entra ID",
            Profile::Rfc => "RFC 7643 and RFC 7644",
        }
    }
}

/// What a failure costs, per profile; a check is no part of a profile that has nothing to lose by it.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// What Okta would do.
    pub okta: &'static str,
    /// What Entra would do.
    pub entra: &'static str,
    /// What a client that relies on the standard would meet.
    pub rfc: &'static str,
}

impl Cost {
    /// The cost in one profile; empty when the check is no part of it.
    pub fn of(&self, profile: Profile) -> &'static str {
        match profile {
            Profile::Okta => self.okta,
            Profile::Entra => self.entra,
            Profile::Rfc => self.rfc,
        }
    }
}

/// Why a check did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The server broke it: what was seen.
    Fail(String),
    /// It could not be tried: why.
    Skip(String),
}

/// What a check comes to.
pub type Judged<T = ()> = Result<T, Stop>;

/// Tries a check.
pub type Try = for<'a> fn(&'a mut Lab) -> LocalBoxFuture<'a, Judged>;

/// One demand on a server.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Stable, `chapter.name`.
    pub id: &'static str,
    /// The demand as a sentence.
    pub title: &'static str,
    /// The section or fact it stands on.
    pub source: &'static str,
    /// What is sent.
    pub sends: &'static str,
    /// What must come back.
    pub wants: &'static str,
    /// What a failure costs.
    pub cost: Cost,
    /// What to change in the server.
    pub fix: &'static str,
    /// Checks that must have passed before.
    pub needs: &'static [&'static str],
    /// The trial itself.
    pub run: Try,
}
