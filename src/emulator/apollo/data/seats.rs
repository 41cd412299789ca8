//! Seats bought, and people who belong to another Apollo team: the two reasons why somebody who was
//! assigned is not created. Source: Apollo facts §6 (S13), §9.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Where somebody of another team stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invitation {
    /// Nobody asked for them yet.
    NotSent,
    /// They were asked for, and have not answered.
    Pending,
    /// They left the other team for this one.
    Accepted,
}

impl Invitation {
    /// The word shown.
    pub fn name(self) -> &'static str {
        match self {
            Invitation::NotSent => "not_sent",
            Invitation::Pending => "pending",
            Invitation::Accepted => "accepted",
        }
    }
}

/// Why somebody gets no seat.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSeat {
    /// All are taken.
    #[error("all {bought} seats of the plan are taken; buy seats or deactivate somebody")]
    Full {
        /// Seats of the subscription.
        bought: usize,
    },
    /// The person is on another team.
    #[error("this person belongs to another Apollo team; an invitation is pending, and has to be accepted")]
    Elsewhere,
}

/// What was bought, and who sits elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Seats {
    /// Seats of the subscription; deactivating somebody does not change it. `None` is as many as needed.
    pub bought: Option<usize>,
    elsewhere: BTreeMap<String, Invitation>,
}

impl Seats {
    /// So many seats.
    pub fn new(bought: Option<usize>) -> Seats {
        Seats { bought, elsewhere: BTreeMap::new() }
    }

    /// Says that the person of an address belongs to another team, or how the invitation stands.
    pub fn put_elsewhere(&mut self, email: &str, invitation: Invitation) {
        self.elsewhere.insert(email.trim().to_lowercase(), invitation);
    }

    /// How the invitation of an address stands; nothing for people of no other team.
    pub fn invitation(&self, email: &str) -> Option<Invitation> {
        self.elsewhere.get(&email.trim().to_lowercase()).copied()
    }

    /// Accepts a pending invitation; answers whether there was one.
    pub fn accept(&mut self, email: &str) -> bool {
        let pending = self.invitation(email) == Some(Invitation::Pending);
        if pending {
            self.put_elsewhere(email, Invitation::Accepted);
        }
        pending
    }

    /// Whether the person of an address may sit down while so many seats are taken. Asking for somebody of
    /// another team sends the invitation.
    ///
    /// Errors: [`NoSeat`].
    pub fn ask(&mut self, email: &str, taken: usize) -> Result<(), NoSeat> {
        if matches!(self.invitation(email), Some(Invitation::NotSent | Invitation::Pending)) {
            self.put_elsewhere(email, Invitation::Pending);
            return Err(NoSeat::Elsewhere);
        }
        match self.bought {
            Some(bought) if taken >= bought => Err(NoSeat::Full { bought }),
            _ => Ok(()),
        }
    }

    /// Everybody of another team.
    pub fn to_json(&self) -> Value {
        let shown = |(email, at): (&String, &Invitation)| json!({"email": email, "invitation": at.name()});
        self.elsewhere.iter().map(shown).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_of_another_team_sits_down_once_the_invitation_is_accepted() {
        let mut seats = Seats::new(Some(2));
        seats.put_elsewhere("Rin@corp.example", Invitation::NotSent);
        assert_eq!(seats.ask("rin@corp.example", 0), Err(NoSeat::Elsewhere));
        assert!(seats.accept("rin@corp.example") && !seats.accept("rin@corp.example"));
        assert_eq!(seats.ask("rin@corp.example", 1), Ok(()));
        assert_eq!(seats.ask("rin@corp.example", 2), Err(NoSeat::Full { bought: 2 }));
    }
}
