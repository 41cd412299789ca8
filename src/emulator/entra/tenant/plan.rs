//! What a cycle does with one user. Pure.

use super::directory::{Entry, Presence};

/// Which requests the administrator allows ("target object actions").
///
/// Source: Entra facts §8.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actions {
    /// POST.
    pub create: bool,
    /// PATCH.
    pub update: bool,
    /// DELETE.
    pub delete: bool,
}

impl Default for Actions {
    fn default() -> Self {
        Self { create: true, update: true, delete: true }
    }
}

/// What the job remembers of a user, as far as a decision needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Whether the user was in scope when last exported.
    pub managed: bool,
    /// Whether the name last exported is the rewritten one of the recycle bin.
    pub recycled: bool,
    /// Whether `active` true was last exported.
    pub active: bool,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Nothing, and why.
    Skip(String),
    /// Match, then create or update.
    Provision,
    /// Bring the record to what the directory says, `active` included.
    Update,
    /// `active` false, and from then on nothing until reassignment.
    Leave,
    /// The rewritten name and `active` false.
    Recycle,
    /// The clean name and `active` true.
    Restore,
    /// Look the user up, then take the remembered record back or create one.
    Reassign,
    /// DELETE.
    Delete,
}

/// What else decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The app maps `active`; without it DELETE takes the place of a PATCH. Source: Entra facts §8.1.
    pub active_mapped: bool,
    /// SkipOutOfScopeDeletions. Source: Entra facts §8.1.
    pub skip_out_of_scope: bool,
    /// What the administrator ticked.
    pub actions: Actions,
}

/// What a cycle does with a user.
///
/// `excluded` is the reason for which the user is out of scope, `link` what the job remembers. Source: Entra
/// facts §8.1, §8.3, §8.4.
pub fn deed(entry: &Entry, excluded: Option<String>, link: Option<Link>, rules: Rules) -> Deed {
    let wanted = match (entry.presence, link) {
        (Presence::Live, None | Some(Link { managed: false, .. })) => match excluded {
            Some(why) => Deed::Skip(why),
            None if link.is_some() => Deed::Reassign,
            None => Deed::Provision,
        },
        (Presence::Recycled(_) | Presence::Purged, None | Some(Link { managed: false, .. })) => {
            Deed::Skip("the user was deleted and is not managed (any more), so nothing is sent".to_owned())
        }
        (Presence::Live, Some(link)) => match excluded {
            Some(why) if rules.skip_out_of_scope => {
                Deed::Skip(format!("{why}; SkipOutOfScopeDeletions is on"))
            }
            Some(_) => Deed::Leave,
            None if link.recycled => Deed::Restore,
            None => Deed::Update,
        },
        (Presence::Recycled(_), Some(link)) if link.recycled => {
            Deed::Skip("the user is in the recycle bin, as exported".to_owned())
        }
        (Presence::Recycled(_), Some(_)) => Deed::Recycle,
        (Presence::Purged, Some(_)) => Deed::Delete,
    };
    ticked(instead_of_active(entry, wanted, rules), rules)
}

/// Without an `active` mapping a user cannot be switched off, so the record goes.
fn instead_of_active(entry: &Entry, wanted: Deed, rules: Rules) -> Deed {
    match wanted {
        Deed::Leave | Deed::Recycle if !rules.active_mapped => Deed::Delete,
        Deed::Update if !rules.active_mapped && !entry.enabled => Deed::Delete,
        other => other,
    }
}

fn ticked(wanted: Deed, rules: Rules) -> Deed {
    let untickable = match wanted {
        Deed::Update | Deed::Leave | Deed::Recycle | Deed::Restore if !rules.actions.update => "Update",
        Deed::Delete if !rules.actions.delete => "Delete",
        other => return other,
    };
    Deed::Skip(format!("{untickable} is unticked in the target object actions"))
}

/// Whether a deed counts towards the threshold of accidental deletions.
///
/// Source: Entra facts §10 (disables count too).
pub fn takes_away(deed: &Deed, entry: &Entry, link: Option<Link>) -> bool {
    match deed {
        Deed::Leave | Deed::Recycle | Deed::Delete => link.is_some_and(|link| link.active || link.recycled),
        Deed::Update => !entry.enabled && link.is_some_and(|link| link.active),
        Deed::Skip(_) | Deed::Provision | Deed::Restore | Deed::Reassign => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::clock::Instant;
    use crate::emulator::entra::Person;
    use crate::emulator::entra::tenant::scope::{Filter, Scope};
    use std::sync::Arc;

    const RULES: Rules = Rules {
        active_mapped: true,
        skip_out_of_scope: false,
        actions: Actions { create: true, update: true, delete: true },
    };
    const MANAGED: Option<Link> = Some(Link { managed: true, recycled: false, active: true });
    const BINNED: Option<Link> = Some(Link { managed: true, recycled: true, active: false });
    const LEFT: Option<Link> = Some(Link { managed: false, recycled: false, active: false });

    fn entry(presence: Presence, assigned: bool) -> Entry {
        let person = Arc::new(Person::new("Rin", "Sato", "rin@northbay.example").with_department("Sales"));
        Entry { person, manager: None, enabled: true, assigned, presence, changed: 1 }
    }

    fn decided(entry: &Entry, link: Option<Link>, rules: Rules) -> Deed {
        deed(entry, Scope::default().excludes(entry), link, rules)
    }

    /// Entra facts §8.1, row by row.
    #[test]
    fn what_happens_in_the_directory_becomes_the_request_of_the_table() {
        let bin = Presence::Recycled(Instant::START);
        for (presence, assigned, link, wanted) in [
            (Presence::Live, true, None, Deed::Provision),
            (Presence::Live, true, MANAGED, Deed::Update),
            (Presence::Live, false, MANAGED, Deed::Leave),
            (Presence::Live, true, LEFT, Deed::Reassign),
            (Presence::Live, true, BINNED, Deed::Restore),
            (bin, true, MANAGED, Deed::Recycle),
            (bin, false, MANAGED, Deed::Recycle),
            (Presence::Purged, true, MANAGED, Deed::Delete),
            (Presence::Purged, true, BINNED, Deed::Delete),
        ] {
            let decided = decided(&entry(presence, assigned), link, RULES);
            assert_eq!(decided, wanted, "{presence:?} assigned={assigned} {link:?}");
        }
        for (presence, assigned, link) in [
            (Presence::Live, false, None),
            (Presence::Live, false, LEFT),
            (bin, true, None),
            (bin, true, LEFT),
            (bin, true, BINNED),
            (Presence::Purged, true, LEFT),
        ] {
            let decided = decided(&entry(presence, assigned), link, RULES);
            assert!(matches!(decided, Deed::Skip(_)), "{presence:?} {link:?}: {decided:?}");
        }
    }

    /// Entra facts §8.1: no `active` mapping, SkipOutOfScopeDeletions, unticked actions.
    #[test]
    fn the_switches_of_the_table_change_the_request_or_take_it_away() {
        let gone = entry(Presence::Live, false);
        assert_eq!(decided(&gone, MANAGED, Rules { active_mapped: false, ..RULES }), Deed::Delete);
        let disabled = Entry { enabled: false, ..entry(Presence::Live, true) };
        assert_eq!(decided(&disabled, MANAGED, RULES), Deed::Update);
        assert_eq!(decided(&disabled, MANAGED, Rules { active_mapped: false, ..RULES }), Deed::Delete);
        for rules in [
            Rules { skip_out_of_scope: true, ..RULES },
            Rules { actions: Actions { update: false, ..Actions::default() }, ..RULES },
            Rules { active_mapped: false, actions: Actions { delete: false, ..Actions::default() }, ..RULES },
        ] {
            assert!(matches!(decided(&gone, MANAGED, rules), Deed::Skip(_)), "{rules:?}");
        }
    }

    /// Entra facts §10 (disables count too), §14 (scoping filters).
    #[test]
    fn who_loses_access_counts_towards_the_threshold_and_a_filter_says_why() {
        let live = entry(Presence::Live, true);
        let disabled = Entry { enabled: false, ..live.clone() };
        assert!(takes_away(&Deed::Leave, &live, MANAGED));
        assert!(takes_away(&Deed::Update, &disabled, MANAGED));
        assert!(!takes_away(&Deed::Update, &live, MANAGED));
        assert!(!takes_away(&Deed::Provision, &live, None));
        let filters = vec![Filter::read("department EQUALS Support").unwrap()];
        let scope = Scope { filters, ..Scope::default() };
        assert_eq!(scope.excludes(&live).unwrap(), "out of scope by filter: department EQUALS Support");
        let filters = vec![Filter::read("department NOT EQUALS Support").unwrap()];
        assert_eq!(Scope { filters, ..scope }.excludes(&live), None);
    }
}
