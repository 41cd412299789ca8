//! The eleven permissions, sets of them, and the matrix that gives each role its set (R1).

use serde::{Deserialize, Serialize};
use std::fmt;

use super::role::Role;

/// One right a call may need, spelt as in the founding document.
///
/// Source: founding document, step 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Permission {
    /// Search people in Apollo's database.
    SearchPeople,
    /// Search companies and news in Apollo's database.
    SearchOrganizations,
    /// Enrich one person; costs credits.
    EnrichPerson,
    /// Enrich many records in one call; costs credits.
    BulkEnrich,
    /// Enrich one company; costs credits.
    EnrichOrg,
    /// Read and write contacts, accounts, labels and notes.
    ManageContacts,
    /// Read and write sequences, messages, tasks and calls.
    ManageSequences,
    /// Read and write deals.
    ManageDeals,
    /// See and fetch personal data unmasked.
    #[serde(rename = "exportPII")]
    ExportPii,
    /// Read usage and reports.
    ViewAnalytics,
    /// Manage keys, users, fields and other people's records.
    ManageTeam,
}

impl Permission {
    /// Every permission, in the order of the matrix.
    pub const ALL: [Permission; 11] = [
        Permission::SearchPeople,
        Permission::SearchOrganizations,
        Permission::EnrichPerson,
        Permission::BulkEnrich,
        Permission::EnrichOrg,
        Permission::ManageContacts,
        Permission::ManageSequences,
        Permission::ManageDeals,
        Permission::ExportPii,
        Permission::ViewAnalytics,
        Permission::ManageTeam,
    ];

    /// The spelling of the founding document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Permission::SearchPeople => "searchPeople",
            Permission::SearchOrganizations => "searchOrganizations",
            Permission::EnrichPerson => "enrichPerson",
            Permission::BulkEnrich => "bulkEnrich",
            Permission::EnrichOrg => "enrichOrg",
            Permission::ManageContacts => "manageContacts",
            Permission::ManageSequences => "manageSequences",
            Permission::ManageDeals => "manageDeals",
            Permission::ExportPii => "exportPII",
            Permission::ViewAnalytics => "viewAnalytics",
            Permission::ManageTeam => "manageTeam",
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Permissions(u16);

impl Permissions {
    /// The set without a permission.
    pub const NONE: Permissions = Permissions(0);

    /// What `role` may do.
    ///
    /// Source: the matrix of the founding document, step 1 (product.md R1), and the configuration.
    pub fn of(role: Role) -> Permissions {
        use Permission::*;
        match role {
            Role::Viewer => Self::listed(&[SearchPeople, SearchOrganizations, ViewAnalytics]),
            Role::Analyst => {
                Self::listed(&[SearchPeople, SearchOrganizations, EnrichPerson, EnrichOrg, ViewAnalytics])
            }
            Role::SalesRep => Self::listed(&[
                SearchPeople,
                SearchOrganizations,
                EnrichPerson,
                EnrichOrg,
                ManageContacts,
                ManageSequences,
                ManageDeals,
            ]),
            Role::SalesManager | Role::Admin => Self::listed(&Permission::ALL),
            Role::Other(definition) => definition.permissions(),
        }
    }

    /// The set of exactly these permissions.
    pub const fn listed(permissions: &[Permission]) -> Permissions {
        let mut bits = 0;
        let mut rest = permissions;
        while let [first, others @ ..] = rest {
            bits |= first.bit();
            rest = others;
        }
        Permissions(bits)
    }

    /// What any of the two sets allows: one person may hold several roles (R3).
    #[must_use]
    pub const fn union(self, other: Permissions) -> Permissions {
        Permissions(self.0 | other.0)
    }

    /// What both sets allow.
    #[must_use]
    pub const fn intersection(self, other: Permissions) -> Permissions {
        Permissions(self.0 & other.0)
    }

    /// Whether the set holds `permission`.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// The permissions of the set, in the order of the matrix.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |permission| self.contains(*permission))
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Permission::as_str)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// Product R1, facts §8.2: the matrix, copied row by row from the sheet.
    #[test]
    fn every_role_has_exactly_the_permissions_of_the_founding_matrix() {
        let columns = [
            "searchPeople",
            "searchOrganizations",
            "enrichPerson",
            "bulkEnrich",
            "enrichOrg",
            "manageContacts",
            "manageSequences",
            "manageDeals",
            "exportPII",
            "viewAnalytics",
            "manageTeam",
        ];
        let rows = [
            ("viewer", "yy.......y."),
            ("analyst", "yyy.y....y."),
            ("sales_rep", "yyy.yyyy..."),
            ("sales_manager", "yyyyyyyyyyy"),
            ("admin", "yyyyyyyyyyy"),
        ];
        assert_eq!(Permission::ALL.map(Permission::as_str), columns);
        for (role, row) in rows {
            let permissions = Permissions::of(Role::parse(role).unwrap());
            for (permission, cell) in Permission::ALL.into_iter().zip(row.chars()) {
                assert_eq!(permissions.contains(permission), cell == 'y', "{role} x {permission}");
            }
        }
    }

    #[test]
    fn a_permission_reads_the_same_in_text_and_in_json() {
        for permission in Permission::ALL {
            let json = serde_json::to_string(&permission).unwrap();
            assert_eq!(json, format!("\"{permission}\""));
            assert_eq!(serde_json::from_str::<Permission>(&json).unwrap(), permission);
        }
        assert_eq!(Permission::ALL.into_iter().collect::<HashSet<_>>().len(), 11);
    }

    #[test]
    fn union_adds_and_intersection_keeps_what_both_have() {
        let reader = Permissions::listed(&[Permission::SearchPeople, Permission::ViewAnalytics]);
        let seller = Permissions::listed(&[Permission::SearchPeople, Permission::ManageDeals]);
        let both: Vec<_> = reader.union(seller).iter().collect();
        assert_eq!(both, [Permission::SearchPeople, Permission::ManageDeals, Permission::ViewAnalytics]);
        assert_eq!(reader.intersection(seller), Permissions::listed(&[Permission::SearchPeople]));
        assert_eq!(reader.union(reader), reader);
        assert_eq!(reader.intersection(Permissions::NONE), Permissions::NONE);
        assert_eq!(Permissions::NONE.iter().count(), 0);
        assert_eq!(Permissions::default(), Permissions::NONE);
    }

    #[test]
    fn a_set_prints_its_permissions() {
        assert_eq!(
            format!("{:?}", Permissions::of(Role::Viewer)),
            r#"{"searchPeople", "searchOrganizations", "viewAnalytics"}"#
        );
    }
}
