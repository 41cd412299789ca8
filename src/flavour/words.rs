//! The vocabulary of the IdPs' own logs, so that an admin finds the same act on both sides.

/// What one SCIM request amounted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// A filtered query: is this person known?
    Lookup,
    /// One resource read by id.
    Read,
    /// A page of a list, for an import or a connection test.
    List,
    /// A POST that made or revived a record.
    Create,
    /// Attributes changed.
    Update,
    /// The userName changed.
    Rename,
    /// `active` became true.
    Enable,
    /// `active` became false.
    Disable,
    /// A DELETE.
    Delete,
    /// A password, and nothing else, was pushed and dropped.
    Password,
    /// Group push, which is refused.
    Groups,
    /// A write that changed nothing, discovery, and everything without a word of its own.
    Other,
}

impl Act {
    /// Every act.
    pub const ALL: [Act; 12] = [
        Act::Lookup,
        Act::Read,
        Act::List,
        Act::Create,
        Act::Update,
        Act::Rename,
        Act::Enable,
        Act::Disable,
        Act::Delete,
        Act::Password,
        Act::Groups,
        Act::Other,
    ];

    /// Source: Okta: System Log event types; the umbrella job `sync` stands for what has no event of its own.
    pub(super) fn in_okta(self) -> &'static str {
        match self {
            Act::Lookup => "application.provision.user.verify_exists",
            Act::List => "application.provision.user.import",
            Act::Create => "application.provision.user.push",
            Act::Update => "application.provision.user.push_profile",
            Act::Rename => "application.user_membership.change_username",
            Act::Enable => "application.provision.user.reactivate",
            Act::Disable => "application.provision.user.deactivate",
            Act::Delete => "application.provision.user.delete",
            Act::Password => "application.provision.user.push_password",
            Act::Groups => "application.provision.group_push.mapping.update.or.delete.failed.with.error",
            Act::Read | Act::Other => "application.provision.user.sync",
        }
    }

    /// Source: Entra: provisioning log, column Action; "Other" includes "nothing to change", an enable is an
    /// update.
    pub(super) fn in_entra(self) -> &'static str {
        match self {
            Act::Create => "Create",
            Act::Update | Act::Rename | Act::Enable => "Update",
            Act::Disable => "Disable",
            Act::Delete => "Delete",
            Act::Lookup | Act::Read | Act::List | Act::Password | Act::Groups | Act::Other => "Other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Okta §15, Entra §14.
    #[test]
    fn acts_are_called_what_the_admin_of_each_idp_calls_them() {
        let user = "application.provision.user.";
        for (act, okta, entra) in [
            (Act::Lookup, "verify_exists", "Other"),
            (Act::Read, "sync", "Other"),
            (Act::List, "import", "Other"),
            (Act::Create, "push", "Create"),
            (Act::Update, "push_profile", "Update"),
            (Act::Enable, "reactivate", "Update"),
            (Act::Disable, "deactivate", "Disable"),
            (Act::Delete, "delete", "Delete"),
            (Act::Password, "push_password", "Other"),
            (Act::Other, "sync", "Other"),
        ] {
            assert_eq!(act.in_okta(), format!("{user}{okta}"), "{act:?}");
            assert_eq!(act.in_entra(), entra, "{act:?}");
        }
        assert_eq!(Act::Rename.in_okta(), "application.user_membership.change_username");
        assert_eq!(Act::Rename.in_entra(), "Update");
        assert!(Act::Groups.in_okta().starts_with("application.provision.group_push."));
        assert_eq!(Act::Groups.in_entra(), "Other");
        assert!(Act::ALL.iter().all(|act| act.in_okta().starts_with("application.")));
    }
}
