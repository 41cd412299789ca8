//! The five roles, those the configuration adds, their ranks, and how far one key reaches.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use super::defined::{self, Definition};
use super::permission::Permissions;

/// A role; the greater of two has the higher rank (R1).
///
/// Source: founding document, step 1, for the five.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Searches and reads analytics.
    Viewer,
    /// Enriches single records too.
    Analyst,
    /// Works with contacts, sequences and deals, without seeing personal data.
    SalesRep,
    /// May do everything, and hand out the roles below.
    SalesManager,
    /// May do everything, and hand out every role.
    Admin,
    /// One the configuration adds, or one it no longer has, which gives nothing.
    Other(&'static Definition),
}

impl Role {
    /// The five, lowest rank first.
    pub const ALL: [Role; 5] = [Role::Viewer, Role::Analyst, Role::SalesRep, Role::SalesManager, Role::Admin];

    /// The spelling of the founding document, or of the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Analyst => "analyst",
            Role::SalesRep => "sales_rep",
            Role::SalesManager => "sales_manager",
            Role::Admin => "admin",
            Role::Other(definition) => definition.name(),
        }
    }

    /// How high it stands: 10, 20, 30, 40 and 50 for the five, what the configuration says for others, 0 for
    /// one it no longer has.
    pub fn rank(self) -> u8 {
        match self {
            Role::Viewer => 10,
            Role::Analyst => 20,
            Role::SalesRep => 30,
            Role::SalesManager => 40,
            Role::Admin => defined::HIGHEST,
            Role::Other(definition) => definition.rank(),
        }
    }

    /// Whether it is one of the five or configured; any other gives nothing.
    pub fn is_known(self) -> bool {
        self.rank() > 0
    }

    /// The role with exactly this spelling, as admin endpoints want it (R6).
    pub fn parse(text: &str) -> Option<Role> {
        let five = Role::ALL.into_iter().find(|role| role.as_str() == text);
        five.or_else(|| defined::find(text).map(Role::Other))
    }

    /// The role an IdP means: surrounding blanks and letter case do not matter (L12).
    pub fn named(text: &str) -> Option<Role> {
        Role::parse(&text.trim().to_ascii_lowercase())
    }

    /// The role of a name that was stored: one that is no longer configured has its name and gives nothing.
    /// `None` for what never was the name of a role.
    pub fn stored(text: &str) -> Option<Role> {
        Role::parse(text).or_else(|| defined::forgotten(text).map(Role::Other))
    }

    /// Every role there is, lowest rank first.
    pub fn every() -> Vec<Role> {
        let mut every: Vec<Role> = Role::ALL.into_iter().chain(defined::all().map(Role::Other)).collect();
        every.sort();
        every
    }

    /// The names of every role there is, for people.
    pub fn names() -> String {
        Role::every().into_iter().map(Role::as_str).collect::<Vec<_>>().join(", ")
    }
}

impl Ord for Role {
    fn cmp(&self, other: &Role) -> Ordering {
        let of = |role: &Role| (role.rank(), role.as_str(), Permissions::of(*role));
        of(self).cmp(&of(other))
    }
}

impl PartialOrd for Role {
    fn partial_cmp(&self, other: &Role) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Role, D::Error> {
        let text = String::deserialize(deserializer)?;
        Role::stored(&text).ok_or_else(|| serde::de::Error::custom("no name of a role"))
    }
}

/// Whether somebody of rank `actor` may mint, rotate or revoke a key of role `target` for others (R5).
///
/// Rank alone; that the actor holds manageTeam is asked separately. A caller's rank is [`Reach::highest`].
pub fn may_reach(actor: Role, target: Role) -> bool {
    actor == Role::Admin || target.rank() < actor.rank()
}

/// What one call may do: the key's role, cut down to what its holder's roles still allow (R3).
///
/// Invariant: never more than the key's role alone, never more than the holder's roles together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    key_role: Role,
    highest: Option<Role>,
    permissions: Permissions,
    webhook_hosts: Arc<[String]>,
}

impl Reach {
    /// The reach of a key of `key_role` whose holder has `holder_roles` at this moment.
    pub fn new(key_role: Role, holder_roles: &[Role]) -> Reach {
        let held = holder_roles.iter().fold(Permissions::NONE, |all, role| all.union(Permissions::of(*role)));
        Reach {
            key_role,
            highest: holder_roles.iter().max().map(|held| key_role.min(*held)),
            permissions: Permissions::of(key_role).intersection(held),
            webhook_hosts: Arc::default(),
        }
    }

    /// The same reach, with the configured hosts Apollo may post results to (R9); none without this call.
    #[must_use]
    pub fn allowing_webhooks(self, allowed_webhook_hosts: Arc<[String]>) -> Reach {
        Reach { webhook_hosts: allowed_webhook_hosts, ..self }
    }

    /// The role written in the key, which refusals name as the caller's current role.
    pub fn key_role(&self) -> Role {
        self.key_role
    }

    /// The rank the caller acts with, the lower of key and holder; `None` when the holder has no role.
    pub fn highest(&self) -> Option<Role> {
        self.highest
    }

    /// What the call may do.
    pub fn permissions(&self) -> Permissions {
        self.permissions
    }

    /// Whether results may be posted to `host` (compared without letter case).
    pub(super) fn allows_webhook_to(&self, host: &str) -> bool {
        self.webhook_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host))
    }

    /// A reach of exactly `permissions`, as a configured role may have one day.
    #[cfg(test)]
    pub(super) fn exactly(permissions: Permissions) -> Reach {
        Reach { permissions, ..Reach::new(Role::Viewer, &[]) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::permission::Permission;
    use super::*;

    #[test]
    fn roles_are_ranked_as_the_product_says() {
        assert!(Role::ALL.is_sorted());
        assert_eq!(Role::ALL.map(Role::as_str), ["viewer", "analyst", "sales_rep", "sales_manager", "admin"]);
    }

    /// Product R6: exact spelling; anything else is no role.
    #[test]
    fn admin_endpoints_take_a_role_in_its_exact_spelling_only() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
            assert_eq!(Role::parse(&role.to_string().to_uppercase()), None);
        }
        for text in ["", "superuser", " viewer", "viewer ", "Viewer", "salesRep", "sales-rep", "undefined"] {
            assert_eq!(Role::parse(text), None, "{text:?}");
        }
    }

    /// Product L12: names compared without case.
    #[test]
    fn a_directory_may_write_a_role_in_any_letter_case_with_blanks_around() {
        assert_eq!(Role::named(" Sales_Rep\t"), Some(Role::SalesRep));
        assert_eq!(Role::named("ADMIN"), Some(Role::Admin));
        for text in ["", "  ", "sales rep", "administrator", "root"] {
            assert_eq!(Role::named(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_role_reads_the_same_in_text_and_in_json() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
            assert_eq!(serde_json::from_str::<Role>(&format!("\"{role}\"")).unwrap(), role);
        }
        assert!(serde_json::from_str::<Role>("\"Admin\"").is_err());
    }

    /// Product R5: strictly below one's own rank; admin reaches all.
    #[test]
    fn a_role_reaches_strictly_below_itself_and_admin_reaches_all() {
        let reached = |actor: Role| -> Vec<&str> {
            Role::ALL.into_iter().filter(|target| may_reach(actor, *target)).map(Role::as_str).collect()
        };
        assert_eq!(reached(Role::Viewer), [""; 0]);
        assert_eq!(reached(Role::Analyst), ["viewer"]);
        assert_eq!(reached(Role::SalesRep), ["viewer", "analyst"]);
        assert_eq!(reached(Role::SalesManager), ["viewer", "analyst", "sales_rep"]);
        assert_eq!(reached(Role::Admin), ["viewer", "analyst", "sales_rep", "sales_manager", "admin"]);
    }

    /// Product R3: key's role ∩ holder's current roles, several roles in union.
    #[test]
    fn a_key_does_what_both_its_role_and_its_holder_may() {
        use Permission::*;
        let cases: &[(Role, &[Role], &[Permission])] = &[
            (Role::Admin, &[], &[]),
            (Role::Admin, &[Role::Viewer], &[SearchPeople, SearchOrganizations, ViewAnalytics]),
            (Role::Viewer, &[Role::Admin], &[SearchPeople, SearchOrganizations, ViewAnalytics]),
            (Role::SalesRep, &[Role::Analyst], &[SearchPeople, SearchOrganizations, EnrichPerson, EnrichOrg]),
            (
                Role::Admin,
                &[Role::SalesRep, Role::Viewer],
                &[
                    SearchPeople,
                    SearchOrganizations,
                    EnrichPerson,
                    EnrichOrg,
                    ManageContacts,
                    ManageSequences,
                    ManageDeals,
                    ViewAnalytics,
                ],
            ),
        ];
        for (key, held, expected) in cases {
            let permissions: Vec<_> = Reach::new(*key, held).permissions().iter().collect();
            assert_eq!(permissions, *expected, "{key} key of {held:?}");
        }
    }

    #[test]
    fn a_caller_acts_with_the_lower_of_key_and_holder() {
        let highest = |key, held: &[Role]| Reach::new(key, held).highest();
        assert_eq!(highest(Role::Admin, &[Role::Viewer, Role::SalesRep]), Some(Role::SalesRep));
        assert_eq!(highest(Role::Analyst, &[Role::Admin]), Some(Role::Analyst));
        assert_eq!(highest(Role::Admin, &[]), None);
        assert_eq!(Reach::new(Role::Analyst, &[Role::Viewer]).key_role(), Role::Analyst);
    }

    #[test]
    fn no_host_may_receive_results_until_one_is_configured() {
        let reach = Reach::new(Role::Admin, &[Role::Admin]);
        assert!(!reach.allows_webhook_to("hooks.corp.example"));
        let reach = reach.allowing_webhooks(Arc::new(["Hooks.corp.example".into()]));
        assert!(reach.allows_webhook_to("hooks.CORP.example"));
        assert!(!reach.allows_webhook_to("corp.example"));
        assert_eq!(reach.permissions(), Permissions::of(Role::Admin));
    }
}
