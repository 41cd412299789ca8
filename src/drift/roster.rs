//! A person as directories and seats know them, and what else a comparison has to know.

use super::money::Prices;
use super::teammate::Teammate;

/// What the directory wants for somebody, and whether they have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// They hold a seat (a seat whose loss is held by the fuse is one).
    Seat,
    /// They wait for one; why, in words.
    Queue(&'static str),
    /// None: unassigned or removed.
    Nothing,
}

impl Claim {
    /// Whether the directory wants them to work.
    pub fn is_wanted(self) -> bool {
        !matches!(self, Claim::Nothing)
    }

    /// The word of it.
    pub fn as_str(self) -> &'static str {
        match self {
            Claim::Seat => "assigned",
            Claim::Queue(_) => "waiting",
            Claim::Nothing => "unassigned",
        }
    }
}

/// One record of the roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The seat's id.
    pub seat_id: String,
    /// Whose directory.
    pub directory_id: String,
    /// The name the directory knows them by.
    pub user_name: String,
    /// The seat's address, as sent.
    pub address: Option<String>,
    /// Whether they hold a seat.
    pub claim: Claim,
    /// As sent; blank is absent.
    pub given_name: Option<String>,
    /// See `given_name`.
    pub family_name: Option<String>,
    /// See `given_name`.
    pub title: Option<String>,
    /// When the current or last seat period began.
    pub assigned_at: Option<i64>,
    /// When the last seat period ended.
    pub released_at: Option<i64>,
    /// Since when they wait.
    pub waiting_since: Option<i64>,
    /// When the record was made.
    pub created_at: i64,
    /// Apollo's id of the user they were found to be.
    pub apollo_id: Option<String>,
}

impl Member {
    /// What people call them.
    pub fn subject(&self) -> &str {
        self.address.as_deref().unwrap_or(&self.user_name)
    }
}

/// A living scoped key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub seat_id: String,
    /// When it was made.
    pub created_at: i64,
    /// When it was last used.
    pub last_used_at: Option<i64>,
    /// When it ends.
    pub expires_at: i64,
}

/// The Apollo user as whom calls with the credential are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    /// Apollo's id.
    pub apollo_id: String,
    /// As Apollo shows it.
    pub email: Option<String>,
}

/// A mailbox that works in Apollo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Whose it is.
    pub apollo_id: String,
    /// Whether it is active.
    pub active: bool,
}

/// Everything else a comparison has to know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Circumstances {
    /// Now.
    pub now: i64,
    /// How long somebody newly assigned may be missing at Apollo. Units: microseconds.
    pub grace: i64,
    /// How long a key may lie unused. Units: microseconds.
    pub stale_key: i64,
    /// The team whose users are compared.
    pub team_id: Option<String>,
    /// The company's domains, lower case; empty means those of the seats.
    pub company_domains: Vec<String>,
    /// Whether single sign-on is set up for some directory.
    pub single_sign_on: bool,
    /// Since when directories send people.
    pub scim_since: Option<i64>,
    /// Who the credential acts as; absent where it could not be read.
    pub acting: Option<Acting>,
    /// Mailboxes; absent where they could not be read.
    pub mailboxes: Option<Vec<Mailbox>>,
    /// What seats cost.
    pub prices: Prices,
    /// Seats bought as of now.
    pub seats_bought: i64,
}

impl Circumstances {
    /// Whether a user belongs to another team; one that names none does not.
    pub fn is_foreign(&self, teammate: &Teammate) -> bool {
        let both = self.team_id.as_ref().zip(teammate.team_id.as_ref());
        both.is_some_and(|(ours, theirs)| ours != theirs)
    }
}
