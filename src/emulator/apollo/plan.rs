//! The plans Apollo sells: how much of the API each allows, and what it refuses.
//!
//! Source: Apollo facts §5.1 (windows), §5.4 (credits), §6 (SCIM), §7.2 (prices), §2.2 (refusals).

use std::fmt;
use std::str::FromStr;

use super::limits::{Class, Limits};

/// A plan of the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Plan {
    /// Costs nothing; the people search is not part of it.
    Free,
    /// The smallest that is paid.
    Basic,
    /// The middle one.
    Professional,
    /// The largest: SSO, SCIM and profiles of one's own; three seats at least.
    #[default]
    Organization,
}

/// Every plan, smallest first.
pub const PLANS: [Plan; 4] = [Plan::Free, Plan::Basic, Plan::Professional, Plan::Organization];

/// What a free plan does not serve: the one endpoint somebody was seen refused. Source: Apollo facts §2.2.
const NOT_FREE: &str = "api/v1/mixed_people/api_search";
/// Credits a month when nothing is paid. Source: Apollo facts §5.4.
const FREE_CREDITS: u64 = 10_000;
/// Most credits of a month, paid: a twelfth of a million. Source: Apollo facts §5.4.
const MOST_CREDITS: u64 = 1_000_000 / 12;

const fn limits(minute: u32, hour: u32, day: u32) -> Limits {
    Limits { minute: Some(minute), hour: Some(hour), day: Some(day) }
}

impl Plan {
    /// Name as the refusals spell it.
    pub fn name(self) -> &'static str {
        match self {
            Plan::Free => "Free",
            Plan::Basic => "Basic",
            Plan::Professional => "Professional",
            Plan::Organization => "Organization",
        }
    }

    /// The windows of a class of endpoints; `july` prints the older copy of the page, which gave the
    /// Organization plan 400 calls an hour and the Professional plan 600. Source: Apollo facts §5.1.
    pub fn windows(self, class: Class, july: bool) -> Limits {
        let free = self == Plan::Free;
        match class {
            Class::Default => self.everyday(july),
            Class::Enrichment | Class::Search if free => limits(50, 200, 600),
            Class::Bulk if free => limits(20, 100, 600),
            Class::Enrichment | Class::Bulk => Limits { minute: Some(1_000), hour: None, day: None },
            Class::Search => limits(200, 6_000, 50_000),
            Class::Report => Limits { hour: Some(5), ..self.everyday(july) },
            // The day's number is of the sample in §4.2.
            Class::Export if free => limits(1, 20, 480),
            Class::Export => self.everyday(july),
        }
    }

    fn everyday(self, july: bool) -> Limits {
        match (self, july) {
            (Plan::Free, _) => limits(50, 200, 600),
            (Plan::Basic, _) | (Plan::Professional, false) | (Plan::Organization, true) => {
                limits(200, 400, 2_000)
            }
            (Plan::Professional, true) | (Plan::Organization, false) => limits(200, 600, 6_000),
        }
    }

    /// Whether the plan serves an endpoint at all.
    pub fn serves(self, scope: &str) -> bool {
        self != Plan::Free || scope != NOT_FREE
    }

    /// Whether SCIM can be set up. Source: Apollo facts §6.
    pub fn has_scim(self) -> bool {
        self == Plan::Organization
    }

    /// Whether a workspace may make permission profiles of its own. Source: Apollo facts §6 (S15).
    pub fn has_custom_profiles(self) -> bool {
        self == Plan::Organization
    }

    /// Fewest seats it is sold with. Source: Apollo facts §7.2.
    pub fn fewest_seats(self) -> usize {
        if self == Plan::Organization { 3 } else { 1 }
    }

    /// Price of a seat for a month paid monthly, in US cents. Source: Apollo facts §7.2.
    pub fn cents_a_seat(self) -> u64 {
        match self {
            Plan::Free => 0,
            Plan::Basic => 5_900,
            Plan::Professional => 9_900,
            Plan::Organization => 14_900,
        }
    }

    /// Credits of a month under fair use: what is paid for so many seats by 2.5 cents. Source: §5.4.
    pub fn credits(self, seats: usize) -> u64 {
        if self == Plan::Free {
            return FREE_CREDITS;
        }
        let paid = self.cents_a_seat().saturating_mul(seats.max(self.fewest_seats()) as u64);
        (paid.saturating_mul(2) / 5).min(MOST_CREDITS)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name().to_ascii_lowercase())
    }
}

/// A word that names no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no plan of Apollo's; choose free, basic, professional or organization")]
pub struct UnknownPlan(String);

impl FromStr for Plan {
    type Err = UnknownPlan;

    fn from_str(word: &str) -> Result<Plan, UnknownPlan> {
        let named = PLANS.into_iter().find(|plan| plan.name().eq_ignore_ascii_case(word.trim()));
        named.ok_or_else(|| UnknownPlan(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_by_its_name_or_the_others_are_named() {
        assert_eq!("Basic".parse(), Ok(Plan::Basic));
        assert!("gold".parse::<Plan>().is_err_and(|error| error.to_string().contains("professional")));
    }

    #[test]
    fn credits_follow_what_is_paid() {
        assert_eq!(Plan::Free.credits(500), 10_000);
        assert_eq!(Plan::Basic.credits(5), 11_800);
        assert_eq!(Plan::Organization.credits(1), 17_880, "three seats at least");
        assert_eq!(Plan::Organization.credits(50_000), 83_333);
    }
}
