//! Who, what, and whether it happened.

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
    /// An operator of the API, by their token and in their words.
    OperatorToken(Hand),
    /// A holder, by their key.
    Key(String),
    /// The bridge itself: the turn of somebody waiting, an expiry.
    Bridge,
}

/// An operator of the API in one request.
///
/// It travels with the actor, so that every entry the request causes, wherever it is written, says in its
/// reason who it was and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hand {
    /// The token shown.
    pub token_id: String,
    /// Whose it is, as people call them.
    pub name: String,
    /// What they gave as their reason.
    pub why: Option<String>,
    /// The request.
    pub request_id: String,
}

impl Hand {
    /// The reason an entry keeps: the fact it was written with, the operator's words, their name.
    pub(super) fn signed(&self, fact: Option<&str>) -> String {
        let why = self.why.as_deref().unwrap_or_default();
        match fact {
            None | Some("") if why.is_empty() => format!("by {}", self.name),
            None | Some("") => format!("{why} (by {})", self.name),
            Some(fact) if why.is_empty() || fact.contains(why) => format!("{fact} (by {})", self.name),
            Some(fact) => format!("{fact}: {why} (by {})", self.name),
        }
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Actor::Token(id) => write!(f, "token:{id}"),
            Actor::ClientSecret(id) => write!(f, "client_secret:{id}"),
            Actor::Federation(id) => write!(f, "federation:{id}"),
            Actor::Issuer(id) => write!(f, "issuer:{id}"),
            Actor::Operator(name) => write!(f, "operator:{name}"),
            Actor::OperatorToken(hand) => write!(f, "operator_token:{}", hand.token_id),
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
    /// Scoped keys ran out.
    ExpireKeys,
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
    /// A call asked Apollo for telephone numbers, personal addresses or a waterfall, and was let through.
    Reveal,
    /// The IdP took a seat away, and the loss waits for an operator (L13).
    Hold,
    /// A held seat is its holder's again, keys and all (L13).
    Return,
    /// An operator let a held loss happen (L13).
    ReleaseHold,
    /// An operator gave a held seat back (L13).
    RejectHold,
    /// A person was protected from losing the seat (U8).
    ProtectSeat,
    /// The protection ended.
    UnprotectSeat,
    /// A directory changes nothing until it is resumed (U8).
    PauseDirectory,
    /// A paused directory goes on.
    ResumeDirectory,
    /// The people of a directory passed to another.
    MoveDirectory,
    /// A directory was disconnected.
    RemoveDirectory,
    /// A seat and an Apollo user were found to be the same person (C3).
    LinkSeat,
    /// Somebody whom Apollo had already was given a seat here (C6).
    AdoptSeat,
    /// Apollo's users were read and compared with seats.
    Reconcile,
    /// An operator snoozed a finding, expected it, or opened it again.
    DecideFinding,
    /// An Apollo user authorised the bridge (R13).
    ConnectApollo,
    /// That authorisation ended.
    DisconnectApollo,
    /// An operator of the API was made.
    AddOperator,
    /// An operator of the API was revoked, tokens and all.
    RevokeOperator,
    /// An operator's token was made.
    IssueOperatorToken,
    /// An operator's token was revoked.
    RevokeOperatorToken,
    /// Old audit entries were removed; a checkpoint proves them (U1).
    PruneAudit,
    /// The database was put back to what a backup holds.
    RestoreBackup,
    /// What was sealed under the former secret was sealed again (A5).
    RotateSecret,
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
            Action::ExpireKeys => "expire_keys",
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
            Action::Reveal => "reveal",
            Action::Hold => "hold",
            Action::Return => "return",
            Action::ReleaseHold => "release_hold",
            Action::RejectHold => "reject_hold",
            Action::ProtectSeat => "protect_seat",
            Action::UnprotectSeat => "unprotect_seat",
            Action::PauseDirectory => "pause_directory",
            Action::ResumeDirectory => "resume_directory",
            Action::MoveDirectory => "move_directory",
            Action::RemoveDirectory => "remove_directory",
            Action::LinkSeat => "link_seat",
            Action::AdoptSeat => "adopt_seat",
            Action::Reconcile => "reconcile",
            Action::DecideFinding => "decide_finding",
            Action::ConnectApollo => "connect_apollo",
            Action::DisconnectApollo => "disconnect_apollo",
            Action::AddOperator => "add_operator",
            Action::RevokeOperator => "revoke_operator",
            Action::IssueOperatorToken => "issue_operator_token",
            Action::RevokeOperatorToken => "revoke_operator_token",
            Action::PruneAudit => "prune_audit",
            Action::RestoreBackup => "restore_backup",
            Action::RotateSecret => "rotate_secret",
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

#[cfg(test)]
mod tests {
    use super::*;

    /// U1: whoever reads the entry reads who it was and why, and neither twice.
    #[test]
    fn a_reason_is_signed_with_words_and_name() {
        let hand = |why: Option<&str>| Hand {
            token_id: "t1".to_owned(),
            name: "nora".to_owned(),
            why: why.map(str::to_owned),
            request_id: "r1".to_owned(),
        };
        for (why, fact, kept) in [
            (None, None, "by nora"),
            (Some("left the firm"), None, "left the firm (by nora)"),
            (None, Some("token 7"), "token 7 (by nora)"),
            (Some("leaked"), Some("token 7"), "token 7: leaked (by nora)"),
            (Some("leaked"), Some("token 7: leaked"), "token 7: leaked (by nora)"),
        ] {
            assert_eq!(hand(why).signed(fact), kept);
        }
        assert_eq!(Actor::OperatorToken(hand(None)).to_string(), "operator_token:t1");
    }
}
