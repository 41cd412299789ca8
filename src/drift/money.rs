//! What is paid for nothing: two figures, never one sum (C4).

use super::matching::{Matches, Place};
use super::roster::{Claim, Member};
use super::teammate::Teammate;
use crate::seat::policy::MINIMUM_SEATS;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What seats cost, as configured.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prices {
    /// Of a seat a month, in cents.
    pub seat_cents: i64,
    /// ISO 4217.
    pub currency: String,
    /// Names of permission sets by id.
    pub names: BTreeMap<String, String>,
    /// Ids of permission sets that are not billed.
    pub free: BTreeSet<String>,
}

impl Prices {
    /// Whether somebody's seat is billed. A permission set nobody named is billed, and flagged.
    pub fn is_billed(&self, teammate: &Teammate) -> bool {
        !teammate.permission_set_id.as_ref().is_some_and(|id| self.free.contains(id))
    }

    /// Whether nobody said what somebody's permission set is.
    pub fn is_unmapped(&self, teammate: &Teammate) -> bool {
        match &teammate.permission_set_id {
            Some(id) => !self.free.contains(id) && !self.names.contains_key(id),
            None => true,
        }
    }

    /// What one active user costs a month.
    pub fn cents_of(&self, teammate: &Teammate) -> i64 {
        if !teammate.deleted && self.is_billed(teammate) { self.seat_cents } else { 0 }
    }
}

/// What a complete run counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// ISO 4217.
    pub currency: String,
    /// Price of a seat a month.
    pub seat_cents: i64,
    /// As recorded; 0 where nobody did.
    pub seats_bought: i64,
    /// Fewest the plan sells.
    pub seats_minimum: i64,
    /// Seats assigned here.
    pub assigned: i64,
    /// People waiting here.
    pub waiting: i64,
    /// Users Apollo lists.
    pub listed: i64,
    /// Of these, active.
    pub active: i64,
    /// Of these, deactivated.
    pub deactivated: i64,
    /// Active users who are billed.
    pub billed: i64,
    /// Active users who are not.
    pub free: i64,
    /// Active users whose permission set nobody named; they count as billed.
    pub unmapped: i64,
    /// Ids of these permission sets.
    pub unmapped_sets: Vec<String>,
    /// Active users without an address: nobody can tell whose they are.
    pub without_address: i64,
    /// Active users without a name: their invitation may be open.
    pub without_name: i64,
    /// Billed active users whom no directory wants to work.
    pub reclaimable_seats: i64,
    /// What these cost a month, at most.
    pub reclaimable_cents: i64,
    /// Seats bought that nobody uses: bought - max(minimum, billed), never negative.
    pub shelf_seats: i64,
    /// What these cost a month.
    pub shelf_cents: i64,
}

/// Counts one comparison.
pub(super) fn figures(roster: &[Member], found: &Matches, prices: &Prices, bought: i64) -> Figures {
    let count = |fits: &dyn Fn(&Teammate) -> bool| {
        let active = found.places.iter().filter(|(teammate, _)| !teammate.deleted && fits(teammate));
        i64::try_from(active.count()).unwrap_or(i64::MAX)
    };
    let claims = |fits: fn(Claim) -> bool| {
        i64::try_from(roster.iter().filter(|member| fits(member.claim)).count()).unwrap_or(i64::MAX)
    };
    let wanted = |place: &Place| matches!(place, Place::Is(member) if member.claim.is_wanted());
    let unwanted = found.places.iter().filter(|(_, place)| !wanted(place));
    let billed_unwanted = unwanted.filter(|(one, _)| !one.deleted && prices.is_billed(one)).count();
    let reclaimable_seats = i64::try_from(billed_unwanted).unwrap_or(i64::MAX);
    let sets: BTreeSet<&String> = found
        .places
        .iter()
        .filter(|(one, _)| !one.deleted && prices.is_unmapped(one))
        .filter_map(|(one, _)| one.permission_set_id.as_ref())
        .collect();
    let (listed, active) = (i64::try_from(found.places.len()).unwrap_or(i64::MAX), count(&|_| true));
    let billed = count(&|one| prices.is_billed(one));
    let shelf_seats = shelf(bought, MINIMUM_SEATS, billed);
    Figures {
        currency: prices.currency.clone(),
        seat_cents: prices.seat_cents,
        seats_bought: bought,
        seats_minimum: MINIMUM_SEATS,
        assigned: claims(|claim| claim == Claim::Seat),
        waiting: claims(|claim| matches!(claim, Claim::Queue(_))),
        listed,
        active,
        deactivated: listed - active,
        billed,
        free: active - billed,
        unmapped: count(&|one| prices.is_unmapped(one)),
        unmapped_sets: sets.into_iter().cloned().collect(),
        without_address: count(&|one| one.email.is_none()),
        without_name: count(&|one| one.first_name.is_none() && one.last_name.is_none()),
        reclaimable_seats,
        reclaimable_cents: reclaimable_seats.saturating_mul(prices.seat_cents),
        shelf_seats,
        shelf_cents: shelf_seats.saturating_mul(prices.seat_cents),
    }
}

/// Seats bought that nobody uses.
pub fn shelf(bought: i64, minimum: i64, billed: i64) -> i64 {
    (bought - billed.max(minimum)).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::matching::matches;
    use crate::drift::matching::tests::{member, teammate};

    fn prices() -> Prices {
        Prices {
            seat_cents: 11_900,
            currency: "USD".to_owned(),
            names: [("set-a".to_owned(), "Admin".to_owned())].into(),
            free: ["set-b".to_owned()].into(),
        }
    }

    fn with_set(id: &str, email: &str, set: &str) -> Teammate {
        Teammate { permission_set_id: Some(set.to_owned()), ..teammate(id, email) }
    }

    /// C4: the shelf is what was bought beyond the greater of minimum and billed, and never negative.
    #[test]
    fn the_shelf_is_never_negative() {
        for (bought, billed, left) in [(10, 4, 6), (10, 2, 7), (3, 0, 0), (5, 9, 0), (0, 0, 0), (2, 0, 0)] {
            assert_eq!(shelf(bought, 3, billed), left, "{bought} bought, {billed} billed");
        }
    }

    /// C4: two figures in cents; a free set costs nothing, a set nobody named is billed and flagged, and
    /// somebody who waits for a seat is not given back.
    #[test]
    fn seats_are_counted_once_and_unnamed_sets_are_billed() {
        let roster = [
            member("s1", "held@x.example", Claim::Seat),
            member("s2", "queue@x.example", Claim::Queue("a seat")),
            member("s3", "left@x.example", Claim::Nothing),
        ];
        let users = [
            with_set("u1", "held@x.example", "set-a"),
            with_set("u2", "queue@x.example", "set-a"),
            with_set("u3", "left@x.example", "set-c"),
            with_set("u4", "stranger@x.example", "set-b"),
            with_set("u5", "stranger2@x.example", "set-a"),
            Teammate { deleted: true, ..teammate("u6", "dead@x.example") },
            teammate("u7", ""),
        ];
        let found = matches(&roster, &users.iter().collect::<Vec<_>>());
        let told = figures(&roster, &found, &prices(), 20);
        assert_eq!((told.listed, told.active, told.deactivated), (7, 6, 1));
        assert_eq!((told.billed, told.free, told.unmapped), (5, 1, 2));
        assert_eq!(told.unmapped_sets, ["set-c"]);
        assert_eq!((told.reclaimable_seats, told.reclaimable_cents), (3, 3 * 11_900));
        assert_eq!((told.shelf_seats, told.shelf_cents), (15, 15 * 11_900));
        assert_eq!((told.assigned, told.waiting, told.without_address), (1, 1, 1));
    }
}
