//! What a probe must find, and what it found; pure.

use crate::rbac::Permission;
use std::fmt;

/// What a route must say to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Must {
    /// That it knows no such key: 401.
    KnowNoKey,
    /// That the role lacks this permission: 403.
    Refuse(Permission),
    /// The bridge's own answer.
    AnswerItself,
    /// Nothing against it.
    Allow,
    /// Refuse it, but the key's role opens it: it should be dead, or of a lower role.
    OpenNothing,
}

impl Must {
    /// Whether the proof needs a question: what is allowed might cost something.
    pub fn is_asked(self) -> bool {
        matches!(self, Must::KnowNoKey | Must::Refuse(_) | Must::AnswerItself)
    }
}

impl fmt::Display for Must {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Must::KnowNoKey | Must::Refuse(_) | Must::OpenNothing => "refused",
            Must::AnswerItself => "answered by the bridge",
            Must::Allow => "allowed",
        })
    }
}

/// What a route said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// It was not asked.
    NotAsked,
    /// Status and sentence.
    Answered { status: u16, says: String },
}

/// Whether a route is as it must be, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judged {
    pub is_well: bool,
    pub says: String,
}

/// Holds what was found against what must be.
pub(super) fn judge(must: Must, found: &Found) -> Judged {
    let (is_well, says) = match (must, found) {
        (Must::OpenNothing, _) => (false, "open to its role, not asked".to_owned()),
        (Must::Allow, _) => (true, "allowed, not asked".to_owned()),
        (_, Found::NotAsked) => (false, "not asked".to_owned()),
        (Must::KnowNoKey, Found::Answered { status, .. }) => {
            (*status == 401, if *status == 401 { "refused (401)".to_owned() } else { let_through(*status) })
        }
        (Must::Refuse(permission), Found::Answered { status, says }) => {
            let named = *status == 403 && says.contains(&format!("Permission denied: {permission} "));
            (named, if named { "refused (403)".to_owned() } else { let_through(*status) })
        }
        (Must::AnswerItself, Found::Answered { status, .. }) => {
            (*status == 200, if *status == 200 { "answered".to_owned() } else { format!("status {status}") })
        }
    };
    Judged { is_well, says }
}

fn let_through(status: u16) -> String {
    format!("NOT refused for the key (status {status})")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R2, R3: only the refusal that the rule wants is a proof; a refusal for another reason is none.
    #[test]
    fn only_the_right_refusal_proves_anything() {
        let answered = |status, says: &str| Found::Answered { status, says: says.to_owned() };
        let refuse = Must::Refuse(Permission::ManageDeals);
        let denied = "Permission denied: manageDeals requires role upgrade";
        let other = "Permission denied: manageTeam requires role upgrade";
        for (must, found, well) in [
            (Must::KnowNoKey, answered(401, "Invalid or expired API key"), true),
            (Must::KnowNoKey, answered(403, denied), false),
            (Must::KnowNoKey, answered(200, ""), false),
            (Must::KnowNoKey, Found::NotAsked, false),
            (refuse, answered(403, denied), true),
            (refuse, answered(403, other), false),
            (refuse, answered(403, "`webhook_url` must be an https URL"), false),
            (refuse, answered(415, "only JSON bodies are accepted"), false),
            (refuse, answered(200, denied), false),
            (refuse, answered(401, ""), false),
            (Must::AnswerItself, answered(200, ""), true),
            (Must::AnswerItself, answered(401, ""), false),
            (Must::Allow, Found::NotAsked, true),
            (Must::OpenNothing, Found::NotAsked, false),
        ] {
            assert_eq!(judge(must, &found).is_well, well, "{must:?} {found:?}");
        }
    }
}
