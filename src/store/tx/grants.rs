//! What can be asked and changed about the grant towards Apollo, and about secrets.

use crate::store::error::Error;
use crate::store::records::{ConnectRecord, GrantRecord, RenewedGrant};

/// The OAuth grant towards Apollo (R13), and the secrets it is sealed under (A5).
pub trait Grants {
    /// The one in use.
    fn living_grant(&mut self) -> Result<Option<GrantRecord>, Error>;
    /// The one made last, ended or not.
    fn last_grant(&mut self) -> Result<Option<GrantRecord>, Error>;
    /// Records a new one; the one before has to have ended.
    fn insert_grant(&mut self, grant: &GrantRecord) -> Result<(), Error>;
    /// Ends one and forgets its tokens; false when it has ended already, or its tokens are others than those
    /// of this version.
    fn end_grant(&mut self, id: &str, version: Option<i64>, at: i64, why: &str) -> Result<bool, Error>;
    /// Takes the right to renew one, for `span` from now and until its end; false while another has it, or
    /// when there is nothing to renew any more.
    fn claim_grant(&mut self, grant: (&str, i64), refresher: &str, span: (i64, i64)) -> Result<bool, Error>;
    /// Puts new tokens in the place of those of this version; false when these are gone already.
    fn renew_grant(&mut self, id: &str, version: i64, renewed: &RenewedGrant) -> Result<bool, Error>;
    /// Notes that an attempt to renew one failed, and when the next may be made.
    fn postpone_grant(&mut self, id: &str, version: i64, trouble: &str, retry_at: i64) -> Result<(), Error>;
    /// Replaces a sealed text by another of the same tokens; false when it has changed meanwhile.
    fn reseal_grant(&mut self, id: &str, from: &str, to: &str) -> Result<bool, Error>;
    /// Records an authorisation that was begun; those that ended before `forget_before` are forgotten.
    fn insert_connect(&mut self, connect: &ConnectRecord, forget_before: i64) -> Result<(), Error>;
    /// One by the digest of its state.
    fn connect(&mut self, state_digest: &str) -> Result<Option<ConnectRecord>, Error>;
    /// Says what became of one, if nothing else became of it since `from`; false otherwise.
    fn settle_connect(&mut self, digest: &str, from: Option<&str>, outcome: &str) -> Result<bool, Error>;
    /// The name of the secret that a server started with last as its current one, and since when.
    fn current_secret(&mut self) -> Result<Option<(String, i64)>, Error>;
    /// Records that a server started with this one.
    fn note_secret(&mut self, name: &str, since: i64) -> Result<(), Error>;
    /// Names the secret of living tokens that were issued before anybody wrote it down; answers how many.
    fn name_secret_of_tokens(&mut self, name: &str) -> Result<usize, Error>;
}
