//! Everybody with a seat, by number: invented people are made when looked at, so that 50,000 cost nothing;
//! only who was added or changed is kept. Source: Apollo facts §9 (scale data), §1.1 (who acts), §6 (seats).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::random::{id, index_of, kind};
use super::users::{ADMIN_PROFILE, BILLING_PROFILE, CALL_ASSISTANT_PROFILE, User};

/// The people of one workspace, in the order Apollo lists them.
#[derive(Debug)]
pub struct Team {
    seed: u64,
    invented: usize,
    next: usize,
    changed: BTreeMap<usize, User>,
    removed: BTreeSet<usize>,
    by_email: HashMap<String, usize>,
    /// People who came with an id of their own.
    by_id: HashMap<String, usize>,
    /// Active administrators among the changed, by age.
    admins: BTreeSet<(u64, usize)>,
    /// Active people whose profile is billed, and active call assistants.
    seated: usize,
    assistants: usize,
}

impl Team {
    /// So many invented people.
    pub fn new(seed: u64, invented: usize) -> Team {
        let seated = (0..invented).filter(|index| super::users::profile(*index) != BILLING_PROFILE).count();
        Team {
            seed,
            invented,
            next: invented,
            changed: BTreeMap::new(),
            removed: BTreeSet::new(),
            by_email: HashMap::new(),
            by_id: HashMap::new(),
            admins: BTreeSet::new(),
            seated,
            assistants: 0,
        }
    }

    /// Person number `index`.
    pub fn get(&self, index: usize) -> Option<User> {
        if self.removed.contains(&index) {
            return None;
        }
        let changed = self.changed.get(&index).cloned();
        changed.or_else(|| (index < self.invented).then(|| User::invented(self.seed, index)))
    }

    /// The person of an id.
    pub fn find(&self, id: &str) -> Option<(usize, User)> {
        let own = || index_of(self.seed, kind::USER, id);
        let index = self.by_id.get(id).copied().or_else(own)?;
        self.get(index).filter(|user| user.id == id).map(|user| (index, user))
    }

    /// The person of an address, without letter case.
    pub fn by_email(&self, email: &str) -> Option<(usize, User)> {
        let email = email.trim().to_lowercase();
        let index = self.by_email.get(&email).copied().or_else(|| invented_index(&email))?;
        self.get(index).filter(|user| user.email.to_lowercase() == email).map(|user| (index, user))
    }

    /// The numbers of everybody, oldest first.
    pub fn numbers(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.next).filter(|index| !self.removed.contains(index))
    }

    /// Everybody.
    pub fn all(&self) -> impl Iterator<Item = User> + '_ {
        self.numbers().filter_map(|index| self.get(index))
    }

    /// Whether nobody was taken out, so that a page can be cut without looking at the others.
    pub fn is_gapless(&self) -> bool {
        self.removed.is_empty()
    }

    /// How many numbers there are, those taken out apart.
    pub fn len(&self) -> usize {
        self.next - self.removed.len()
    }

    /// Adds a person, with an id and a date of joining where there is none; answers the id.
    pub fn add(&mut self, mut user: User, now_ms: u64) -> String {
        let index = self.next;
        self.next += 1;
        if user.id.is_empty() {
            user.id = id(self.seed, kind::USER, index);
        } else {
            self.by_id.insert(user.id.clone(), index);
        }
        if user.created_at_ms == 0 {
            user.created_at_ms = now_ms;
        }
        let made = user.id.clone();
        self.keep(index, user);
        made
    }

    /// Keeps a person as they now are.
    pub fn put(&mut self, index: usize, user: User) {
        self.forget(index);
        self.keep(index, user);
    }

    /// Takes a person out for good, which Apollo itself never does: trouble for whoever pages.
    pub fn remove(&mut self, index: usize) {
        self.forget(index);
        self.changed.remove(&index);
        self.removed.insert(index);
    }

    /// Replaces everybody.
    pub fn replace(&mut self, users: Vec<User>, now_ms: u64) {
        let next = self.next;
        *self = Team { next, removed: (0..next).collect(), ..Team::new(self.seed, 0) };
        for user in users {
            self.add(user, now_ms);
        }
    }

    /// Whom every call by key acts as: the longest-standing active administrator, or lacking one the
    /// longest-standing active person. Source: Apollo facts §1.1.
    pub fn acting(&self) -> Option<User> {
        let untouched = |index: &usize| !self.changed.contains_key(index) && !self.removed.contains(index);
        let admin = |index: &usize| super::users::profile(*index) == ADMIN_PROFILE;
        let invented = (0..self.invented).filter(admin).find(untouched).and_then(|index| self.get(index));
        let changed = self.admins.first().and_then(|(_, index)| self.get(*index));
        let oldest = [invented, changed].into_iter().flatten().min_by_key(|user| user.created_at_ms);
        oldest.or_else(|| self.all().filter(|user| !user.deleted).min_by_key(|user| user.created_at_ms))
    }

    /// The founder, by whom the first key was made.
    pub fn founder(&self) -> Option<User> {
        self.all().next()
    }

    /// Seats taken: billing and seat managers sit for free. Source: Apollo facts §7.2.
    pub fn seats_taken(&self, assistants_are_free: bool) -> usize {
        self.seated - if assistants_are_free { self.assistants } else { 0 }
    }

    fn keep(&mut self, index: usize, user: User) {
        self.by_email.insert(user.email.to_lowercase(), index);
        if !user.deleted {
            self.seated += usize::from(user.permission_set_id != BILLING_PROFILE);
            self.assistants += usize::from(user.permission_set_id == CALL_ASSISTANT_PROFILE);
            if user.permission_set_id == ADMIN_PROFILE {
                self.admins.insert((user.created_at_ms, index));
            }
        }
        self.changed.insert(index, user);
    }

    /// Takes a person out of every count.
    fn forget(&mut self, index: usize) {
        let Some(user) = self.get(index) else { return };
        self.by_email.remove(&user.email.to_lowercase());
        if !user.deleted {
            self.seated -= usize::from(user.permission_set_id != BILLING_PROFILE);
            self.assistants -= usize::from(user.permission_set_id == CALL_ASSISTANT_PROFILE);
        }
        self.admins.remove(&(user.created_at_ms, index));
    }
}

/// The number in an invented address.
fn invented_index(email: &str) -> Option<usize> {
    let local = email.split_once('@')?.0;
    local.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::users::MEMBER_PROFILE;
    use super::*;

    #[test]
    fn everybody_is_found_by_id_and_address() {
        let mut team = Team::new(1, 50_000);
        let user = team.get(49_999).unwrap();
        assert_eq!(team.find(&user.id).map(|(index, _)| index), Some(49_999));
        assert_eq!(team.by_email(&user.email.to_uppercase()).map(|(index, _)| index), Some(49_999));
        let id = team.add(User { id: "foreign".into(), ..User::new("Ada@New.example", "Ada", "") }, 7);
        assert_eq!((id.as_str(), team.find(&id).map(|(_, user)| user.created_at_ms)), ("foreign", Some(7)));
        assert_eq!(team.by_email("ada@new.example").map(|(_, user)| user.id), Some(id));
    }

    #[test]
    fn a_changed_address_frees_the_old_one() {
        let mut team = Team::new(1, 3);
        let mut user = team.get(1).unwrap();
        let old = std::mem::replace(&mut user.email, "other@workspace.example".into());
        team.put(1, user);
        assert!(team.by_email(&old).is_none() && team.by_email("other@workspace.example").is_some());
    }

    #[test]
    fn the_oldest_active_administrator_acts() {
        let mut team = Team::new(1, 25);
        let (first, eleventh) = (team.get(0).unwrap(), team.get(10).unwrap());
        assert_eq!(team.acting().map(|user| user.id), Some(first.id.clone()));
        team.put(0, User { deleted: true, ..first });
        assert_eq!(team.acting().map(|user| user.id), Some(eleventh.id));
        team.replace(Vec::new(), 0);
        assert_eq!(team.acting(), None);
    }

    #[test]
    fn seats_are_counted_whatever_changes() {
        let mut team = Team::new(1, 20);
        assert_eq!(team.seats_taken(false), 18, "every tenth is a billing manager");
        let one = team.get(1).unwrap();
        team.put(1, User { deleted: true, ..one.clone() });
        assert_eq!(team.seats_taken(false), 17);
        team.put(1, User { permission_set_id: CALL_ASSISTANT_PROFILE.into(), ..one.clone() });
        assert_eq!((team.seats_taken(false), team.seats_taken(true)), (18, 17));
        team.put(1, User { permission_set_id: MEMBER_PROFILE.into(), ..one });
        team.remove(2);
        assert_eq!((team.seats_taken(true), team.len()), (17, 19));
    }
}
