//! What a use case may ask and change while it runs. Implemented once per backend, by one text.

mod checkup;
mod grants;
mod histories;
mod holds;
mod links;
mod operators;
mod proofs;
mod runs;
mod usage;

pub use checkup::{About, Checkup};
pub use grants::Grants;
pub use histories::Histories;
pub use holds::Holds;
pub use links::Links;
pub use operators::Operators;
pub use proofs::Proofs;
pub use runs::{Findings, FindingsAsked, Runs, Teammates};
pub use usage::{Budgets, Usage};

use super::error::Error;
use super::listing::{Candidate, Condition, Part, Question};
use super::records::{
    ApiKeyRecord, AuditQuestion, ClientCredential, Directory, EmailKey, IssuerTrust, KeyHolder, LogRecord,
    OauthClient, Purchase, ScimToken, SeatEvent, SeatRecord, Team,
};
use crate::audit::{Entry, Sealed};
use crate::credential::Shown;
use crate::rbac::Role;
use crate::seat::Capacity;

/// Everything a use case can do within one transaction.
pub trait Tx:
    Teams
    + Directories
    + Histories
    + Usage
    + Budgets
    + Access
    + Seats
    + Lists
    + Keys
    + Trail
    + Links
    + Operators
    + Grants
    + Holds
    + Runs
    + Teammates
    + Findings
    + Checkup
    + Proofs
{
    /// Whether the connection answers, and its tables are there.
    fn ping(&mut self) -> Result<(), Error>;
}

/// The team and what it bought.
pub trait Teams {
    /// The team, if it was set.
    fn team(&mut self) -> Result<Option<Team>, Error>;
    /// Records or replaces it.
    fn save_team(&mut self, team: &Team) -> Result<(), Error>;
    /// Records seats bought.
    fn add_purchase(&mut self, purchase: Purchase, recorded_at: i64) -> Result<(), Error>;
    /// All purchases, oldest first.
    fn purchases(&mut self) -> Result<Vec<Purchase>, Error>;
    /// Seats bought as of `at`; 0 when nothing was recorded.
    fn seats_bought(&mut self, at: i64) -> Result<i64, Error>;
}

/// Directories and their tokens.
pub trait Directories {
    /// All, by name.
    fn directories(&mut self) -> Result<Vec<Directory>, Error>;
    /// One by its id.
    fn directory(&mut self, id: &str) -> Result<Option<Directory>, Error>;
    /// One by its name, letter case apart.
    fn directory_named(&mut self, name: &str) -> Result<Option<Directory>, Error>;
    /// Records a new one.
    fn insert_directory(&mut self, directory: &Directory) -> Result<(), Error>;
    /// Replaces one.
    fn update_directory(&mut self, directory: &Directory) -> Result<(), Error>;
    /// Records a new token.
    fn insert_token(&mut self, token: &ScimToken) -> Result<(), Error>;
    /// A token with its directory.
    fn token(&mut self, id: &str) -> Result<Option<(ScimToken, Directory)>, Error>;
    /// All tokens, newest first.
    fn tokens(&mut self) -> Result<Vec<ScimToken>, Error>;
    /// Marks a token revoked; false when it was not there or already so.
    fn revoke_token(&mut self, id: &str, at: i64) -> Result<bool, Error>;
}

/// What lets a connector in besides a pasted token (A3).
pub trait Access {
    /// Records that a directory accepts an issuer's tokens.
    fn insert_trust(&mut self, trust: &IssuerTrust) -> Result<(), Error>;
    /// One by its id, with its directory.
    fn trust(&mut self, id: &str) -> Result<Option<(IssuerTrust, Directory)>, Error>;
    /// The living one for tokens of this issuer and one of these audiences.
    fn trust_for(
        &mut self,
        issuer: &str,
        audiences: &[String],
    ) -> Result<Option<(IssuerTrust, Directory)>, Error>;
    /// All living ones, newest first.
    fn trusts(&mut self) -> Result<Vec<IssuerTrust>, Error>;
    /// Ends one; false when it was not there or already so.
    fn revoke_trust(&mut self, id: &str, at: i64) -> Result<bool, Error>;
    /// Records a new client.
    fn insert_client(&mut self, client: &OauthClient) -> Result<(), Error>;
    /// One by its id.
    fn client(&mut self, id: &str) -> Result<Option<OauthClient>, Error>;
    /// All clients, newest first.
    fn clients(&mut self) -> Result<Vec<OauthClient>, Error>;
    /// Marks a client revoked; false when it was not there or already so.
    fn revoke_client(&mut self, id: &str, at: i64) -> Result<bool, Error>;
    /// Records what a client may prove itself with.
    fn insert_client_credential(&mut self, credential: &ClientCredential) -> Result<(), Error>;
    /// One by its id, with its client and directory.
    fn client_credential(
        &mut self,
        id: &str,
    ) -> Result<Option<(ClientCredential, OauthClient, Directory)>, Error>;
    /// All of a client, or of all clients, newest first.
    fn client_credentials(&mut self, client_id: Option<&str>) -> Result<Vec<ClientCredential>, Error>;
    /// Marks one revoked; false when it was not there or already so.
    fn revoke_client_credential(&mut self, id: &str, at: i64) -> Result<bool, Error>;
    /// Notes the last use of any credential.
    fn touch(&mut self, shown: &Shown, at: i64, from: &str) -> Result<(), Error>;
    /// Remembers an assertion until `ends_at`; false when it was remembered already.
    fn use_assertion(&mut self, digest: &str, ends_at: i64, now: i64) -> Result<bool, Error>;
}

/// Seats and the people in them.
pub trait Seats {
    /// One of a directory, removed ones included.
    fn seat(&mut self, directory_id: &str, id: &str) -> Result<Option<SeatRecord>, Error>;
    /// One by its id alone.
    fn seat_by_id(&mut self, id: &str) -> Result<Option<SeatRecord>, Error>;
    /// The record that carries this userName (compared form) and has not yielded it.
    fn seat_by_user_name(&mut self, directory_id: &str, key: &str) -> Result<Option<SeatRecord>, Error>;
    /// The unassigned or held record of this externalId that changed last.
    fn unassigned_by_external_id(
        &mut self,
        directory_id: &str,
        id: &str,
    ) -> Result<Option<SeatRecord>, Error>;
    /// The active or held seat with this address (compared form).
    fn active_by_address(&mut self, key: &str) -> Result<Option<SeatRecord>, Error>;
    /// The active or held seat with this externalId.
    fn active_by_external_id(&mut self, directory_id: &str, id: &str) -> Result<Option<SeatRecord>, Error>;
    /// Records of the whole team that carry this address or userName (compared form), active ones first.
    fn seats_known_as(&mut self, key: &str) -> Result<Vec<SeatRecord>, Error>;
    /// Seats bought and spoken for, as of `now`.
    fn capacity(&mut self, now: i64) -> Result<Capacity, Error>;
    /// The next place in the order of creation.
    fn next_seq(&mut self) -> Result<i64, Error>;
    /// Records a new seat.
    fn insert_seat(&mut self, seat: &SeatRecord, emails: &[EmailKey]) -> Result<(), Error>;
    /// Replaces a seat; `before` is what it was.
    fn update_seat(
        &mut self,
        before: &SeatRecord,
        seat: &SeatRecord,
        emails: &[EmailKey],
    ) -> Result<(), Error>;
    /// Takes userName and address lookups from a record (L6).
    fn yield_names(&mut self, id: &str) -> Result<(), Error>;
    /// Takes address lookups from unassigned records that carry `key`; answers which.
    fn yield_address(&mut self, directory_id: &str, key: &str, except: &str) -> Result<Vec<String>, Error>;
    /// Gives a role by hand.
    fn set_operator_role(&mut self, id: &str, role: Option<Role>) -> Result<(), Error>;
    /// Those of a directory's records that have one of these ids, removed ones apart, in any order.
    fn seats_among(&mut self, directory_id: &str, ids: &[String]) -> Result<Vec<SeatRecord>, Error>;
    /// All records of the team after a place in the order, removed ones apart.
    fn seats_after(&mut self, seq: i64, limit: i64) -> Result<Vec<SeatRecord>, Error>;
    /// People waiting for a seat, in order of arrival.
    fn next_in_line(&mut self, limit: i64) -> Result<Vec<SeatRecord>, Error>;
    /// Adds to a seat's history.
    fn insert_event(&mut self, seat_id: &str, event: SeatEvent) -> Result<(), Error>;
    /// A seat's history.
    fn events(&mut self, seat_id: &str) -> Result<Vec<SeatEvent>, Error>;
    /// When a directory last took a seat away.
    fn last_deprovisioned(&mut self, directory_id: &str) -> Result<Option<i64>, Error>;
    /// How many seats are in each state.
    fn standings(&mut self) -> Result<Vec<(String, i64)>, Error>;
}

/// A directory's list, removed records apart.
pub trait Lists {
    /// How many records of a directory fit, counted no further than `most`.
    fn count_seats(&mut self, directory_id: &str, condition: &Condition, most: i64) -> Result<i64, Error>;
    /// A part of the records that fit, in order.
    fn list_seats(&mut self, question: &Question, part: &Part, limit: i64) -> Result<Vec<SeatRecord>, Error>;
    /// Shows the records that fit one by one, from the end of the part that the list is entered by, until
    /// `look` has seen enough and answers false.
    fn scan_seats(
        &mut self,
        question: &Question,
        part: &Part,
        look: &mut dyn FnMut(Candidate) -> Result<bool, Error>,
    ) -> Result<(), Error>;
    /// The records with these ids, in the order of the ids; those that are gone are left out.
    fn seats_by_ids(&mut self, ids: &[String]) -> Result<Vec<SeatRecord>, Error>;
}

/// Scoped keys.
pub trait Keys {
    /// Records a new key.
    fn insert_key(&mut self, key: &ApiKeyRecord) -> Result<(), Error>;
    /// A key with its seat and directory.
    fn key(&mut self, id: &str) -> Result<Option<KeyHolder>, Error>;
    /// All keys, newest first.
    fn keys(&mut self) -> Result<Vec<ApiKeyRecord>, Error>;
    /// Keys alive as of `now` of one seat.
    fn live_keys_of(&mut self, seat_id: &str, now: i64) -> Result<Vec<ApiKeyRecord>, Error>;
    /// Keys alive as of `now` that the holder of one seat made.
    fn live_keys_minted_by(&mut self, seat_id: &str, now: i64) -> Result<Vec<ApiKeyRecord>, Error>;
    /// Marks a key dead; false when it was not there or already so.
    fn revoke_key(&mut self, id: &str, at: i64, why: &str) -> Result<bool, Error>;
    /// Ends a key at `expires_at` in favour of another.
    fn supersede_key(&mut self, id: &str, by: &str, expires_at: i64) -> Result<(), Error>;
    /// Keys whose digest is kept although they expired by `now`, or were revoked by `long_ago`.
    fn keys_run_out(&mut self, now: i64, long_ago: i64, limit: i64) -> Result<Vec<ApiKeyRecord>, Error>;
    /// Forgets what a key is recognised by: it opens nothing ever again.
    fn forget_digest(&mut self, id: &str) -> Result<(), Error>;
    /// Notes a key's last use.
    fn touch_key(&mut self, id: &str, at: i64) -> Result<(), Error>;
}

/// The audit and the provisioning log.
pub trait Trail {
    /// Adds an entry to the chain; answers its place.
    fn append(&mut self, entry: &Entry) -> Result<i64, Error>;
    /// Entries after a place, in order.
    fn audit_after(&mut self, seq: i64, limit: i64) -> Result<Vec<Sealed>, Error>;
    /// Entries after a place that fit, in order.
    fn audit_asked(&mut self, question: &AuditQuestion) -> Result<Vec<Sealed>, Error>;
    /// Entries about one seat, in order.
    fn audit_of(&mut self, seat_id: &str) -> Result<Vec<Sealed>, Error>;
    /// The last place and its hash, as the writer row keeps them.
    fn audit_head(&mut self) -> Result<(i64, String), Error>;
    /// Adds to the provisioning log.
    fn insert_log(&mut self, records: Vec<LogRecord>) -> Result<(), Error>;
    /// Seats of a directory whose last write was refused, in the order of these refusals.
    fn last_write_refused(&mut self, directory_id: &str) -> Result<Vec<String>, Error>;
    /// The provisioning log's last records, newest first.
    fn recent_log(&mut self, limit: i64) -> Result<Vec<LogRecord>, Error>;
}
