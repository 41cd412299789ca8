//! What a directory may choose, what a team must have, and which record a POST revives.

use super::fuse::Fuse;
use super::lifecycle::{Command, Seat, Standing};
use super::person::Person;

/// What happens when the IdP changes the address of an assigned seat (L2, L3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailChange {
    /// Refuse, and say how to unassign, change and reassign.
    #[default]
    Refuse,
    /// Unassign and reassign in one transaction.
    Reassign,
}

/// What happens when there is no seat to give (L8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithoutSeat {
    /// Refuse the assignment; nothing changes.
    #[default]
    Refuse,
    /// Accept the person without a seat, and seat them in order of arrival.
    Wait,
}

/// What one directory chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// L2 or L3.
    pub email_change: EmailChange,
    /// L8.
    pub without_seat: WithoutSeat,
    /// Whether the flavour's externalId stays with a person for life (L5).
    pub external_id_is_stable: bool,
    /// L13.
    pub fuse: Fuse,
}

/// Seconds a seat that was given back is kept for its owner before a waiting person gets it (L8).
pub const RETURN_SECONDS: i64 = 60;

/// The plan Apollo provisions on, in the spelling of `team set --plan`.
pub const SCIM_PLAN: &str = "organization";

/// Fewest seats of that plan (Apollo facts §6).
pub const MINIMUM_SEATS: i64 = 3;

/// Why no directory can be connected to a team (A1).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotConnectable {
    /// Nobody said what the team bought.
    #[error(
        "no team is recorded yet: run `seatbridge team set --name NAME --plan organization --seats N` first"
    )]
    NoTeam,
    /// Apollo offers SCIM on one plan only.
    #[error(
        "the team is on the {plan} plan, and Apollo offers SCIM on the Organization plan only: \
         upgrade in Apollo, then run `seatbridge team set --plan organization ...`"
    )]
    WrongPlan {
        /// The plan on record.
        plan: String,
    },
    /// The plan has a minimum.
    #[error(
        "the team has {seats} seats, and Apollo's Organization plan starts at {MINIMUM_SEATS}: \
         record what was bought with `seatbridge team set --seats N`"
    )]
    TooFewSeats {
        /// Seats bought as of today.
        seats: i64,
    },
}

/// Answers whether a directory can be connected for a team with this plan and so many seats (A1).
///
/// Errors: [`NotConnectable`] says what is missing.
/// Source: Apollo facts §6 (plan, minimum).
pub fn may_connect(team: Option<(&str, i64)>) -> Result<(), NotConnectable> {
    let (plan, seats) = team.ok_or(NotConnectable::NoTeam)?;
    if !plan.eq_ignore_ascii_case(SCIM_PLAN) {
        return Err(NotConnectable::WrongPlan { plan: plan.to_owned() });
    }
    if seats < MINIMUM_SEATS {
        return Err(NotConnectable::TooFewSeats { seats });
    }
    Ok(())
}

/// Whether a POST of `wanted` means the unassigned `record`, found by its userName (L5); one whose loss waits
/// is meant too, and by the holder's name also after a DELETE (L13).
pub fn revives_by_user_name(record: &Seat, wanted: &Person) -> bool {
    match record {
        Seat::Unassigned(person, yielded) => {
            !yielded.user_name
                && person.user_name.key() == wanted.user_name.key()
                && !wanted.is_someone_else_than(person)
        }
        Seat::Held(hold) => {
            let names = [hold.shown(), hold.holder.person()];
            names.iter().any(|person| person.user_name.key() == wanted.user_name.key())
                && !wanted.is_someone_else_than(hold.holder.person())
        }
        Seat::Vacant | Seat::Assigned(_) | Seat::Waiting(..) | Seat::Removed(_) => false,
    }
}

/// Whether a POST of `wanted` means the unassigned or held `record`, found by its externalId (L5: only where
/// the flavour's externalId is stable).
pub fn revives_by_external_id(record: &Seat, wanted: &Person, policy: &Policy) -> bool {
    let same = |person: &Person| person.external_id.is_some() && person.external_id == wanted.external_id;
    let without_seat = matches!(record.standing(), Standing::Unassigned | Standing::Held);
    let was = record.holder().map(super::Holder::person).or(record.person());
    policy.external_id_is_stable && without_seat && was.is_some_and(same)
}

/// Whether `command` makes a record without a seat somebody else's, so that nothing of the person before
/// carries over (L7): beside the new seat, or in any request before it that leaves the record without one.
///
/// However the new holder is told in requests, the outcome is one: an address and roles of the person before
/// must not wait on the record for the next. What is dropped is not lost to the same person under a new
/// externalId: Okta's stays for life, and a link pushes the whole profile; Entra reads a known object again
/// and adds what it does not find there. Somebody who holds a seat keeps what a request leaves out, whatever
/// their externalId becomes: it is the IdP's own word about them, and a rename brings the changes alone.
/// Source: Okta facts §6.1, §6.3; Entra facts §5, §7.1, §7.4, §8.2.
pub fn passes_on(before: &Seat, command: &Command) -> bool {
    let gone = matches!(before.standing(), Standing::Unassigned | Standing::Held);
    let without_seat = gone || matches!(command, Command::Unassign(_));
    let both = before.person().zip(command.person());
    without_seat && both.is_some_and(|(was, is)| is.is_someone_else_than(was))
}

/// The sentence that refuses group writes, around the IdP's own hint (L9).
pub fn groups_refusal(hint: &str) -> String {
    format!("Apollo provisions users, not groups, so nothing was stored. {hint}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seat::{Holder, UserName, Yielded};

    fn person(name: &str, external: Option<&str>) -> Person {
        Person {
            user_name: UserName::parse(name).unwrap(),
            address: crate::seat::Address::parse("p@x.example"),
            external_id: external.map(str::to_owned),
            profile: Default::default(),
        }
    }

    fn gone(name: &str, external: Option<&str>) -> Seat {
        Seat::Unassigned(person(name, external), Yielded::default())
    }

    /// A1: the Organization plan with at least three seats.
    #[test]
    fn a_directory_needs_the_organization_plan_and_three_seats() {
        assert_eq!(may_connect(None), Err(NotConnectable::NoTeam));
        assert_eq!(
            may_connect(Some(("professional", 50))),
            Err(NotConnectable::WrongPlan { plan: "professional".into() })
        );
        assert_eq!(may_connect(Some(("organization", 2))), Err(NotConnectable::TooFewSeats { seats: 2 }));
        assert_eq!(may_connect(Some(("organization", 3))), Ok(()));
        assert_eq!(may_connect(Some(("Organization", 4))), Ok(()));
    }

    /// L5: by userName when the externalId is equal or absent on either side.
    #[test]
    fn a_post_revives_its_own_name_unless_the_external_id_says_somebody_else() {
        for (record, wanted, revived) in [
            (Some("1"), Some("1"), true),
            (None, Some("1"), true),
            (Some("1"), None, true),
            (None, None, true),
            (Some("1"), Some("2"), false),
        ] {
            let answer =
                revives_by_user_name(&gone("Ada@x.example", record), &person("ada@X.example", wanted));
            assert_eq!(answer, revived, "{record:?} against {wanted:?}");
        }
        assert!(!revives_by_user_name(&gone("eve@x.example", None), &person("ada@x.example", None)));
    }

    /// L6: a record that yielded its name is not found by it.
    #[test]
    fn a_yielded_record_is_not_revived_by_its_former_name() {
        let yielded = Yielded { user_name: true, address: true };
        let record = Seat::Unassigned(person("ada@x.example", None), yielded);
        assert!(!revives_by_user_name(&record, &person("ada@x.example", None)));
    }

    /// L5: by externalId only where the flavour's externalId is stable.
    #[test]
    fn a_post_revives_by_external_id_only_where_it_is_stable() {
        let stable = Policy { external_id_is_stable: true, ..Policy::default() };
        let record = gone("old@x.example", Some("00u1"));
        assert!(revives_by_external_id(&record, &person("new@x.example", Some("00u1")), &stable));
        assert!(!revives_by_external_id(&record, &person("new@x.example", Some("00u1")), &Policy::default()));
        assert!(!revives_by_external_id(&record, &person("new@x.example", Some("00u2")), &stable));
        assert!(!revives_by_external_id(&gone("a", None), &person("b", None), &stable));
        let held = Seat::Assigned(Holder::new(person("old@x.example", Some("00u1"))).unwrap());
        assert!(!revives_by_external_id(&held, &person("new@x.example", Some("00u1")), &stable));
        assert!(!revives_by_user_name(&held, &person("old@x.example", Some("00u1"))));
    }

    /// L9: the refusal carries the IdP's own way out.
    #[test]
    fn the_group_refusal_carries_the_way_out() {
        assert!(groups_refusal("Switch it off there.").ends_with("Switch it off there."));
    }
}
