//! Roles beyond the five, from configuration (R1).
//!
//! They are defined once, when the configuration is read, and stay for the life of the process: a role is a
//! name in every row and message, and its definition is the same wherever the name is read. A name that is
//! stored and not defined keeps its name, has rank 0 and gives nothing.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use super::permission::{Permission, Permissions};
use super::role::Role;

/// The rank of admin: every role of the configuration stands below.
pub(super) const HIGHEST: u8 = 50;

/// A role that is none of the five.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Definition {
    name: String,
    rank: u8,
    permissions: Permissions,
}

impl Definition {
    /// Its name: `[a-z][a-z0-9_]{0,31}`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How high it stands, 1 to 49; 0 when it is not configured.
    pub fn rank(&self) -> u8 {
        self.rank
    }

    /// What it may do; nothing when it is not configured.
    pub fn permissions(&self) -> Permissions {
        self.permissions
    }
}

/// Why the configuration defines no roles.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRole {
    /// The name.
    #[error(
        "configuration: roles.{name}: a role's name begins with a small letter and has at most 32 small \
         letters, digits and underscores"
    )]
    Name {
        /// As configured.
        name: String,
    },
    /// One of the five.
    #[error("configuration: roles.{name}: the five roles cannot be changed; choose another name")]
    Fixed {
        /// As configured.
        name: String,
    },
    /// The rank.
    #[error(
        "configuration: roles.{name}.rank is {rank}, but it has to lie between 1 and 49: viewer has 10, \
         analyst 20, sales_rep 30, sales_manager 40, admin 50"
    )]
    Rank {
        /// Whose.
        name: String,
        /// As configured.
        rank: u8,
    },
    /// A permission.
    #[error(
        "configuration: roles.{name}.permissions names `{permission}`; the eleven are {}",
        Permission::ALL.map(Permission::as_str).join(", ")
    )]
    Permission {
        /// Whose.
        name: String,
        /// As configured.
        permission: String,
    },
}

static DEFINED: RwLock<BTreeMap<String, &'static Definition>> = RwLock::new(BTreeMap::new());
static FORGOTTEN: RwLock<BTreeMap<String, &'static Definition>> = RwLock::new(BTreeMap::new());

/// Defines the roles of a configuration: name, rank, permissions.
///
/// Errors: [`BadRole`]; nothing is defined then.
pub fn define<'a>(roles: impl IntoIterator<Item = (&'a str, u8, &'a [String])>) -> Result<(), BadRole> {
    let read = roles.into_iter().map(|(name, rank, permissions)| definition(name, rank, permissions));
    let read = read.collect::<Result<Vec<_>, _>>()?;
    let mut defined = DEFINED.write().unwrap_or_else(PoisonError::into_inner);
    for one in read {
        if defined.get(&one.name).is_none_or(|known| **known != one) {
            defined.insert(one.name.clone(), Box::leak(Box::new(one)));
        }
    }
    Ok(())
}

fn definition(name: &str, rank: u8, permissions: &[String]) -> Result<Definition, BadRole> {
    let of = || name.to_owned();
    if !is_name(name) {
        return Err(BadRole::Name { name: name.chars().take(40).collect() });
    }
    if Role::ALL.into_iter().any(|role| role.as_str() == name) {
        return Err(BadRole::Fixed { name: of() });
    }
    if !(1..HIGHEST).contains(&rank) {
        return Err(BadRole::Rank { name: of(), rank });
    }
    let known = |text: &String| {
        let found = Permission::ALL.into_iter().find(|permission| permission.as_str() == text);
        found.ok_or_else(|| BadRole::Permission { name: of(), permission: text.clone() })
    };
    let permissions = permissions.iter().map(known).collect::<Result<Vec<_>, _>>()?;
    Ok(Definition { name: of(), rank, permissions: Permissions::listed(&permissions) })
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    let rest = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    text.len() <= 32 && bytes.next().is_some_and(|first| first.is_ascii_lowercase()) && bytes.all(rest)
}

/// The configured role of this name.
pub(super) fn find(name: &str) -> Option<&'static Definition> {
    DEFINED.read().unwrap_or_else(PoisonError::into_inner).get(name).copied()
}

/// Every configured role.
pub(super) fn all() -> impl Iterator<Item = &'static Definition> {
    let defined = DEFINED.read().unwrap_or_else(PoisonError::into_inner);
    defined.values().copied().collect::<Vec<_>>().into_iter()
}

/// A role that is configured no more. As many are kept as there are different names in the database.
pub(super) fn forgotten(name: &str) -> Option<&'static Definition> {
    if !is_name(name) {
        return None;
    }
    let mut forgotten = FORGOTTEN.write().unwrap_or_else(PoisonError::into_inner);
    let empty = || -> &'static Definition {
        let (rank, permissions) = (0, Permissions::NONE);
        Box::leak(Box::new(Definition { name: name.to_owned(), rank, permissions }))
    };
    Some(*forgotten.entry(name.to_owned()).or_insert_with(empty))
}

#[cfg(test)]
mod tests {
    use super::super::minting::{Minter, may_mint, still_within_reach};
    use super::super::role::{Reach, may_reach};
    use super::*;

    fn listed(permissions: &[&str]) -> Vec<String> {
        permissions.iter().map(|permission| (*permission).to_owned()).collect()
    }

    fn defined(name: &str, rank: u8, permissions: &[&str]) -> Role {
        define([(name, rank, listed(permissions).as_slice())]).unwrap();
        Role::parse(name).unwrap()
    }

    /// R1: a name, a rank below admin and permissions of the eleven; the five cannot be changed.
    #[test]
    fn what_is_no_role_is_refused_with_what_to_do() {
        let refused = |name: &str, rank: u8, permissions: &[&str]| {
            define([(name, rank, listed(permissions).as_slice())]).unwrap_err().to_string()
        };
        for name in ["", "A", "Contractor", "9to5", "_x", "sales-rep", "é", "a b", &"x".repeat(33)] {
            assert!(refused(name, 5, &[]).contains("begins with a small letter"), "{name}");
        }
        for role in Role::ALL {
            assert!(refused(role.as_str(), 5, &[]).contains("cannot be changed"), "{role}");
        }
        for rank in [0, 50, 51, 255] {
            assert!(refused("contractor", rank, &[]).contains("between 1 and 49"), "{rank}");
        }
        let told = refused("contractor", 5, &["searchPeople", "searchPeopel"]);
        assert!(told.contains("`searchPeopel`") && told.contains("exportPII"), "{told}");
    }

    /// R1, R3, R5: a defined role ranks among the five and reaches as far as its rank.
    #[test]
    fn a_defined_role_ranks_among_the_five() {
        let lead = defined("unit_lead", 35, &["searchPeople", "manageTeam"]);
        assert!(Role::SalesRep < lead && lead < Role::SalesManager);
        assert_eq!(Role::named(" Unit_LEAD "), Some(lead));
        assert_eq!(serde_json::from_str::<Role>("\"unit_lead\"").unwrap(), lead);
        assert_eq!(serde_json::to_string(&lead).unwrap(), "\"unit_lead\"");
        assert!(may_reach(lead, Role::SalesRep) && !may_reach(lead, Role::SalesManager));
        assert!(!may_reach(lead, lead) && may_reach(Role::SalesManager, lead));
        let reach = Reach::new(Role::Admin, &[lead]);
        assert_eq!(reach.highest(), Some(lead));
        let minter = Minter::Holder { highest: reach.highest(), permissions: reach.permissions() };
        assert_eq!(may_mint(minter, Role::SalesRep, false), Ok(()));
        assert_eq!(may_mint(minter, lead, true), Ok(()));
        assert!(may_mint(minter, Role::SalesManager, true).is_err());
        assert!(still_within_reach(&[lead], Role::Viewer) && !still_within_reach(&[lead], lead));
        let permissions: Vec<_> = Reach::new(lead, &[Role::SalesRep]).permissions().iter().collect();
        assert_eq!(permissions, [Permission::SearchPeople], "cut down to what the holder may");
    }

    /// R1: equals in rank reach nobody of their rank.
    #[test]
    fn equals_do_not_reach_each_other() {
        let twin = defined("unit_twin", 10, &["manageTeam"]);
        assert!(!may_reach(twin, Role::Viewer) && !may_reach(Role::Viewer, twin));
    }

    /// R1: a role that is stored and no longer configured gives nothing.
    #[test]
    fn a_forgotten_role_keeps_its_name_and_gives_nothing() {
        let ghost = Role::stored("unit_ghost").unwrap();
        assert_eq!(
            (ghost.as_str(), ghost.is_known(), Role::parse("unit_ghost")),
            ("unit_ghost", false, None)
        );
        assert!(ghost < Role::Viewer);
        assert_eq!(Permissions::of(ghost), Permissions::NONE);
        assert_eq!(Reach::new(ghost, &[Role::Admin]).permissions(), Permissions::NONE);
        assert_eq!(Role::stored("unit_ghost"), Some(ghost));
        assert_eq!(Role::stored("Not a name"), None);
        let back = defined("unit_back", 5, &["searchPeople"]);
        assert_eq!(Role::stored("unit_back"), Some(back));
        assert!(Role::every().contains(&back) && Role::every().is_sorted());
        assert!(Role::names().contains("unit_back"));
    }
}
