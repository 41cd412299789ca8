//! Who may mint, rotate and revoke whose keys (R5, R6).

use super::permission::{Permission, Permissions};
use super::role::{Role, may_reach};

/// Who wants to make or end a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Minter {
    /// Somebody with the command line: the owner of the installation.
    Operator,
    /// A holder, by their key.
    Holder {
        /// Highest role the call may use; none when their roles left nothing.
        highest: Option<Role>,
        /// What the call may do.
        permissions: Permissions,
    },
}

/// Why a key is not made, rotated or revoked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MintRefusal {
    /// The caller's call may not manage the team.
    #[error("permission denied: manageTeam requires role upgrade; ask a team admin for a role that has it")]
    NeedsManageTeam,
    /// R5: strictly below one's own rank for others, not above it for oneself.
    #[error(
        "a key of role {asked} is beyond your reach: you hand out roles below {own} to others, \
         and up to your own to yourself; ask an admin"
    )]
    BeyondReach {
        /// The role of the key.
        asked: Role,
        /// The caller's.
        own: Role,
    },
    /// Another team.
    #[error("teamId names another team; leave it out, or send the one your own keys belong to")]
    OtherTeam,
    /// No such role.
    #[error("role must be exactly one of: {}", Role::names())]
    UnknownRole,
    /// No whole number of days in range.
    #[error("ttlDays must be a whole number from 1 to {most}; leave it out for {default}")]
    BadTtl {
        /// Most days.
        most: i64,
        /// Days when absent.
        default: i64,
    },
    /// Nobody by that address.
    #[error("nobody known by {holder} holds a seat; check the address, or assign the person first")]
    NoSuchHolder {
        /// As asked.
        holder: String,
    },
    /// Known, without a seat.
    #[error(
        "{holder} is {standing}, and only somebody who holds a seat can have a key; assign the person first"
    )]
    NotAssigned {
        /// As asked.
        holder: String,
        /// The state of the seat.
        standing: &'static str,
    },
    /// No such key, or dead already.
    #[error("no living key has this id; list them to see which do")]
    NoSuchKey,
    /// `key bootstrap` is done once.
    #[error(
        "the first admin was made already ({made_for}, {at}); give another person the role with \
         `seatbridge seat role ADDRESS admin --reason TEXT` and a key with `seatbridge key issue`"
    )]
    BootstrappedAlready {
        /// Address of the first admin.
        made_for: String,
        /// When, RFC 3339.
        at: String,
    },
    /// The IdP decides this person's roles.
    #[error(
        "the identity provider decides the roles of {holder} and sends: {sent}; assign the admin role there, \
         or send no roles from there"
    )]
    RolesFromIdentityProvider {
        /// As asked.
        holder: String,
        /// What it sends.
        sent: String,
    },
}

/// Answers whether `minter` may make, rotate or end a key of role `asked` (R5).
///
/// `for_oneself`: the key's holder is the caller. Errors: [`MintRefusal`].
pub fn may_mint(minter: Minter, asked: Role, for_oneself: bool) -> Result<(), MintRefusal> {
    let Minter::Holder { highest, permissions } = minter else {
        return Ok(());
    };
    let Some(own) = highest.filter(|_| permissions.contains(Permission::ManageTeam)) else {
        return Err(MintRefusal::NeedsManageTeam);
    };
    if may_reach(own, asked) || (for_oneself && asked.rank() <= own.rank()) {
        return Ok(());
    }
    Err(MintRefusal::BeyondReach { asked, own })
}

/// Whether a key of role `role` that a holder made for somebody else is still within that holder's `roles`:
/// when it is not, a demotion ends it (R5).
pub fn still_within_reach(roles: &[Role], role: Role) -> bool {
    let permissions = roles.iter().fold(Permissions::NONE, |all, one| all.union(Permissions::of(*one)));
    may_mint(Minter::Holder { highest: roles.iter().max().copied(), permissions }, role, false).is_ok()
}

/// Days a key lives: what was asked, within policy, or the default.
///
/// Errors: [`MintRefusal::BadTtl`].
pub fn ttl_days(asked: Option<i64>, default: i64, most: i64) -> Result<i64, MintRefusal> {
    let days = asked.unwrap_or(default);
    if (1..=most).contains(&days) { Ok(days) } else { Err(MintRefusal::BadTtl { most, default }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(role: Role) -> Minter {
        Minter::Holder { highest: Some(role), permissions: Permissions::of(role) }
    }

    /// R5: for others strictly below one's own rank; admin reaches all; without manageTeam nothing.
    #[test]
    fn a_minter_reaches_below_their_rank_and_an_admin_reaches_all() {
        for asked in Role::ALL {
            assert_eq!(may_mint(Minter::Operator, asked, false), Ok(()), "operator, {asked}");
            assert_eq!(may_mint(holder(Role::Admin), asked, false), Ok(()), "admin, {asked}");
            let manager = may_mint(holder(Role::SalesManager), asked, false);
            assert_eq!(manager.is_ok(), asked < Role::SalesManager, "sales_manager, {asked}");
            for weak in [Role::Viewer, Role::Analyst, Role::SalesRep] {
                assert_eq!(
                    may_mint(holder(weak), asked, true),
                    Err(MintRefusal::NeedsManageTeam),
                    "{weak}, {asked}"
                );
            }
        }
    }

    /// R5: for oneself up to one's own rank.
    #[test]
    fn a_manager_may_mint_their_own_role_for_themselves_only() {
        let manager = holder(Role::SalesManager);
        assert_eq!(may_mint(manager, Role::SalesManager, true), Ok(()));
        let refused = MintRefusal::BeyondReach { asked: Role::Admin, own: Role::SalesManager };
        assert_eq!(may_mint(manager, Role::Admin, true), Err(refused));
        let no_role = Minter::Holder { highest: None, permissions: Permissions::NONE };
        assert_eq!(may_mint(no_role, Role::Viewer, true), Err(MintRefusal::NeedsManageTeam));
    }

    /// R5: on demotion, keys one minted beyond the new reach end.
    #[test]
    fn a_demotion_leaves_only_what_the_new_roles_could_hand_out() {
        assert!(still_within_reach(&[Role::Admin], Role::Admin));
        assert!(still_within_reach(&[Role::SalesManager], Role::SalesRep));
        assert!(!still_within_reach(&[Role::SalesManager], Role::SalesManager));
        assert!(still_within_reach(&[Role::Viewer, Role::SalesManager], Role::SalesRep));
        assert!(!still_within_reach(&[Role::SalesRep], Role::Viewer));
        assert!(!still_within_reach(&[], Role::Viewer));
    }

    /// R6: a whole number from 1 to the maximum, 90 when absent.
    #[test]
    fn a_key_lives_at_least_a_day_and_at_most_what_policy_says() {
        assert_eq!(ttl_days(None, 90, 365), Ok(90));
        assert_eq!(ttl_days(Some(1), 90, 365), Ok(1));
        assert_eq!(ttl_days(Some(365), 90, 365), Ok(365));
        for bad in [0, -1, 366, i64::MAX, i64::MIN] {
            assert_eq!(ttl_days(Some(bad), 90, 365), Err(MintRefusal::BadTtl { most: 365, default: 90 }));
        }
    }
}
