//! Which roles a holder has (L12).

use super::role::Role;
use std::collections::BTreeMap;

/// The roles of a holder, and what the IdP sent that names none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What counts.
    pub roles: Vec<Role>,
    /// Values sent that name no known role: kept as sent, they give nothing.
    pub unknown: Vec<String>,
    /// Who decided.
    pub source: RoleSource,
}

/// Who decided a holder's roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleSource {
    /// The identity provider sent some.
    IdentityProvider,
    /// An operator gave one to this person.
    Operator,
    /// Nobody said more about them.
    DirectoryDefault,
}

/// The holder's roles: the IdP's if it sent any, else the one an operator gave, else the directory's default.
///
/// `role_map` has lower-case names; it is asked before our own names. Source: product rule L12.
pub fn held(
    sent: &[String],
    role_map: &BTreeMap<String, Role>,
    operator: Option<Role>,
    default: Role,
) -> Held {
    if sent.is_empty() {
        let (role, source) =
            operator.map_or((default, RoleSource::DirectoryDefault), |role| (role, RoleSource::Operator));
        return Held { roles: vec![role], unknown: Vec::new(), source };
    }
    let mut held = Held { roles: Vec::new(), unknown: Vec::new(), source: RoleSource::IdentityProvider };
    for name in sent {
        let mapped = role_map.get(&name.trim().to_lowercase()).copied();
        match mapped.or_else(|| Role::named(name)) {
            Some(role) if !held.roles.contains(&role) => held.roles.push(role),
            Some(_) => {}
            None => held.unknown.push(name.clone()),
        }
    }
    held
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// L12: the IdP's roles, else the operator's, else the directory's default.
    #[test]
    fn the_identity_provider_wins_over_the_operator_and_the_operator_over_the_default() {
        let map = BTreeMap::new();
        let from_idp = held(&sent(&["Sales_Rep"]), &map, Some(Role::Admin), Role::Viewer);
        assert_eq!((from_idp.roles, from_idp.source), (vec![Role::SalesRep], RoleSource::IdentityProvider));
        let by_hand = held(&[], &map, Some(Role::Analyst), Role::Viewer);
        assert_eq!((by_hand.roles, by_hand.source), (vec![Role::Analyst], RoleSource::Operator));
        let default = held(&[], &map, None, Role::Viewer);
        assert_eq!((default.roles, default.source), (vec![Role::Viewer], RoleSource::DirectoryDefault));
    }

    /// L12: names through the directory's map, letter case apart; unknown ones give nothing.
    #[test]
    fn names_go_through_the_map_and_unknown_ones_give_nothing() {
        let map =
            BTreeMap::from([("apollo boss".to_owned(), Role::Admin), ("viewer".to_owned(), Role::Analyst)]);
        let mapped = held(&sent(&[" Apollo BOSS ", "viewer", "User"]), &map, None, Role::Viewer);
        assert_eq!(mapped.roles, vec![Role::Admin, Role::Analyst]);
        assert_eq!(mapped.unknown, vec!["User".to_owned()]);
        let nothing = held(&sent(&["msiam_access"]), &map, Some(Role::Admin), Role::Admin);
        assert_eq!(nothing.roles, Vec::<Role>::new(), "an unknown role is no default role");
        assert_eq!(
            held(&sent(&["admin", "ADMIN"]), &BTreeMap::new(), None, Role::Viewer).roles,
            vec![Role::Admin]
        );
    }
}
