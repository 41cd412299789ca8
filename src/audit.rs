//! The words of the audit trail, and the hash that chains it (U1).
//!
//! One entry per accepted or refused change, written in the change's own transaction. Entries are chained as
//! they are written: every writing transaction holds the one writer row, so the chain has no unsealed end and
//! needs no sealer. No entry carries a secret or a body.

use sha2::Digest;

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A connector, by its SCIM token.
    Token(String),
    /// A connector, by the client secret its token was fetched with.
    ClientSecret(String),
    /// A connector, by the federation its token was fetched with.
    Federation(String),
    /// A connector, by the trust in the issuer of its token.
    Issuer(String),
    /// A person with the command line.
    Operator(String),
    /// A holder, by their key.
    Key(String),
    /// The bridge itself: the turn of somebody waiting, an expiry.
    Bridge,
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Actor::Token(id) => write!(f, "token:{id}"),
            Actor::ClientSecret(id) => write!(f, "client_secret:{id}"),
            Actor::Federation(id) => write!(f, "federation:{id}"),
            Actor::Issuer(id) => write!(f, "issuer:{id}"),
            Actor::Operator(name) => write!(f, "operator:{name}"),
            Actor::Key(id) => write!(f, "key:{id}"),
            Actor::Bridge => f.write_str("bridge"),
        }
    }
}

/// What was done or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A POST, or what it asked for.
    Assign,
    /// Accepted, and waiting for a seat or an address.
    Queue,
    /// Known without a seat.
    Record,
    /// Attributes changed.
    Amend,
    /// The seat was given back.
    Unassign,
    /// The seat was given again.
    Reassign,
    /// The record passed to a new holder (L7).
    Rebind,
    /// The record gave its userName or address to somebody else (L6).
    Yield,
    /// DELETE.
    Remove,
    /// A scoped key was made.
    MintKey,
    /// A scoped key died.
    RevokeKey,
    /// A scoped key was replaced.
    RotateKey,
    /// The first admin was made (R5).
    Bootstrap,
    /// An operator gave a role.
    GiveRole,
    /// What the team bought was recorded.
    SetTeam,
    /// A directory was connected.
    AddDirectory,
    /// A directory's choices were changed.
    SetDirectory,
    /// A SCIM token was made.
    IssueToken,
    /// A SCIM token was revoked.
    RevokeToken,
    /// A directory was told to accept an issuer's tokens.
    TrustIssuer,
    /// A directory accepts an issuer's tokens no longer.
    DistrustIssuer,
    /// An OAuth client was made.
    AddClient,
    /// An OAuth client was revoked, its secrets and federations with it.
    RevokeClient,
    /// A client secret was made.
    AddClientSecret,
    /// A client secret was revoked.
    RevokeClientSecret,
    /// A client may prove itself by assertions of an issuer.
    FederateClient,
    /// It may no longer.
    UnfederateClient,
    /// A proxied call was denied.
    DenyCall,
}

impl Action {
    /// The word in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Assign => "assign",
            Action::Queue => "queue",
            Action::Record => "record",
            Action::Amend => "amend",
            Action::Unassign => "unassign",
            Action::Reassign => "reassign",
            Action::Rebind => "rebind",
            Action::Yield => "yield",
            Action::Remove => "remove",
            Action::MintKey => "mint_key",
            Action::RevokeKey => "revoke_key",
            Action::RotateKey => "rotate_key",
            Action::Bootstrap => "bootstrap",
            Action::GiveRole => "give_role",
            Action::SetTeam => "set_team",
            Action::AddDirectory => "add_directory",
            Action::SetDirectory => "set_directory",
            Action::IssueToken => "issue_token",
            Action::RevokeToken => "revoke_token",
            Action::TrustIssuer => "trust_issuer",
            Action::DistrustIssuer => "distrust_issuer",
            Action::AddClient => "add_client",
            Action::RevokeClient => "revoke_client",
            Action::AddClientSecret => "add_client_secret",
            Action::RevokeClientSecret => "revoke_client_secret",
            Action::FederateClient => "federate_client",
            Action::UnfederateClient => "unfederate_client",
            Action::DenyCall => "deny_call",
        }
    }
}

/// Whether it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It did.
    Done,
    /// A rule refused it, and nothing changed.
    Refused,
}

impl Outcome {
    /// The word in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Refused => "refused",
        }
    }
}

/// One entry, before it is chained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// UTC microseconds.
    pub at: i64,
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// Whether it happened.
    pub outcome: Outcome,
    /// The directory it concerns.
    pub directory_id: Option<String>,
    /// The seat it concerns.
    pub seat_id: Option<String>,
    /// A name people know: a userName, an address, a directory.
    pub subject: Option<String>,
    /// Why, in a sentence: the operator's words, or the rule that refused.
    pub reason: Option<String>,
    /// `[{path, before, after}]`, never a secret.
    pub changes: serde_json::Value,
    /// The request it came with.
    pub request_id: Option<String>,
}

impl Entry {
    /// An entry of something done, to be filled in.
    pub fn done(at: i64, actor: Actor, action: Action) -> Self {
        Self {
            at,
            actor,
            action,
            outcome: Outcome::Done,
            directory_id: None,
            seat_id: None,
            subject: None,
            reason: None,
            changes: serde_json::Value::Array(Vec::new()),
            request_id: None,
        }
    }
}

/// One entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Sealed {
    /// Place in the chain, from 1 without gaps.
    pub seq: i64,
    /// UTC microseconds.
    pub at: i64,
    /// Who, as `kind:id`.
    pub actor: String,
    /// What.
    pub action: String,
    /// `done` or `refused`.
    pub outcome: String,
    /// The directory it concerns.
    pub directory_id: Option<String>,
    /// The seat it concerns.
    pub seat_id: Option<String>,
    /// A name people know.
    pub subject: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The changes as JSON text, exactly as hashed.
    pub changes: String,
    /// The request it came with.
    pub request_id: Option<String>,
    /// Chains this entry to the one before.
    pub hash: String,
}

impl Sealed {
    /// The entry at place `seq`, chained to the entry whose hash is `previous`.
    pub fn seal(entry: &Entry, seq: i64, previous: &str) -> Self {
        let mut sealed = Self {
            seq,
            at: entry.at,
            actor: entry.actor.to_string(),
            action: entry.action.as_str().to_owned(),
            outcome: entry.outcome.as_str().to_owned(),
            directory_id: entry.directory_id.clone(),
            seat_id: entry.seat_id.clone(),
            subject: entry.subject.clone(),
            reason: entry.reason.clone(),
            changes: entry.changes.to_string(),
            request_id: entry.request_id.clone(),
            hash: String::new(),
        };
        sealed.hash = sealed.hash_after(previous);
        sealed
    }

    /// What its hash has to be after an entry with the hash `previous`.
    pub fn hash_after(&self, previous: &str) -> String {
        // A JSON array separates the members whatever they contain.
        let members = serde_json::json!([
            previous,
            self.seq,
            self.at,
            self.actor,
            self.action,
            self.outcome,
            self.directory_id,
            self.seat_id,
            self.subject,
            self.reason,
            self.changes,
            self.request_id,
        ]);
        data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(members.to_string().as_bytes()))
    }
}

/// The first entry that does not fit the chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Changed after it was written, or chained to another predecessor.
    #[error("audit entry {seq} was changed, or an entry before it was")]
    Changed {
        /// Its place.
        seq: i64,
    },
    /// Entries are missing.
    #[error("audit entry {expected} is missing: {found} follows its predecessor")]
    Missing {
        /// The place that should come next.
        expected: i64,
        /// The place that came.
        found: i64,
    },
    /// The end was cut off.
    #[error("the audit ends at entry {found}, but {expected} were written")]
    Cut {
        /// The last place written.
        expected: i64,
        /// The last place found.
        found: i64,
    },
}

/// Follows a chain from its start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verifier {
    /// The last place that fitted.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

impl Verifier {
    /// Takes the next entry.
    ///
    /// Errors: [`Broken`] names the first entry that does not fit.
    pub fn take(&mut self, entry: &Sealed) -> Result<(), Broken> {
        if entry.seq != self.seq + 1 {
            return Err(Broken::Missing { expected: self.seq + 1, found: entry.seq });
        }
        if entry.hash != entry.hash_after(&self.hash) {
            return Err(Broken::Changed { seq: entry.seq });
        }
        self.seq = entry.seq;
        self.hash.clone_from(&entry.hash);
        Ok(())
    }

    /// Compares the end with what was written last.
    ///
    /// Errors: [`Broken::Cut`], or [`Broken::Changed`] when the last hash differs.
    pub fn finish(&self, last_seq: i64, last_hash: &str) -> Result<(), Broken> {
        if self.seq != last_seq {
            return Err(Broken::Cut { expected: last_seq, found: self.seq });
        }
        if self.hash != last_hash {
            return Err(Broken::Changed { seq: self.seq });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> Vec<Sealed> {
        let mut previous = String::new();
        (1..=4)
            .map(|seq| {
                let mut entry = Entry::done(seq * 10, Actor::Bridge, Action::Assign);
                entry.subject = Some(format!("p{seq}@x.example"));
                let sealed = Sealed::seal(&entry, seq, &previous);
                previous.clone_from(&sealed.hash);
                sealed
            })
            .collect()
    }

    fn verify(entries: &[Sealed], last: &Sealed) -> Result<(), Broken> {
        let mut verifier = Verifier::default();
        entries.iter().try_for_each(|entry| verifier.take(entry))?;
        verifier.finish(last.seq, &last.hash)
    }

    /// U1: an untouched chain verifies.
    #[test]
    fn an_untouched_chain_verifies() {
        let chain = chain();
        assert_eq!(verify(&chain, &chain[3]), Ok(()));
    }

    /// U1: a changed, missing, moved or cut entry is named.
    #[test]
    fn the_first_bad_entry_is_named() {
        let whole = chain();
        let last = whole[3].clone();
        let mut changed = whole.clone();
        changed[1].subject = Some("eve@x.example".into());
        assert_eq!(verify(&changed, &last), Err(Broken::Changed { seq: 2 }));
        let mut missing = whole.clone();
        missing.remove(2);
        assert_eq!(verify(&missing, &last), Err(Broken::Missing { expected: 3, found: 4 }));
        assert_eq!(verify(&whole[..3], &last), Err(Broken::Cut { expected: 4, found: 3 }));
        let mut resealed = whole.clone();
        resealed[3].at = 1;
        resealed[3].hash = resealed[3].hash_after(&whole[2].hash);
        assert_eq!(verify(&resealed, &last), Err(Broken::Changed { seq: 4 }));
    }
}
