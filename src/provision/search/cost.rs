//! What answering a search may cost (S8). Pure.
//!
//! The bound: Users left to compare, times what comparing one of them takes, stays below the configured
//! number of steps (`limits.search_steps`). A search beyond it is refused before it is begun, with a
//! sentence that says how to narrow it. The figures are measured ones on the reference machine (release
//! build, both databases; one step is 0.1 microseconds), rounded up.

use crate::scim;
use crate::scim::filter::Filter;
use crate::scim::path::AttrPath;
use crate::scim::sort::Sort;
use crate::store::listing::{Condition, Reach};

/// Steps of looking at one User in the database.
const ROW: u64 = 2;
/// Steps of one comparison there.
const COLUMN: u64 = 3;
/// Steps of sorting one User there.
const SORTED: u64 = 8;
/// Steps of reading one User from the database.
const READ: u64 = 75;
/// Steps of one comparison on what was read.
const VALUE: u64 = 5;
/// Comparisons that an index answers so fast that nobody need count.
const FREE: u64 = 8;

/// How a search is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// How the database finds what it looks at.
    pub reach: Reach,
    /// Comparisons on each User in the database.
    pub columns: u64,
    /// Whether the database has to sort by something else than creation.
    pub sorted: bool,
    /// Comparisons on each User read from it; none when the database says it all.
    pub values: Option<u64>,
    /// Steps allowed.
    pub budget: u64,
}

impl Estimate {
    /// Of a condition, what is left for exact comparison, and what has to be sorted after that.
    pub fn of(
        condition: &Condition,
        sorted: bool,
        rest: Option<&Filter>,
        by_hand: Option<&Sort>,
        budget: u64,
    ) -> Self {
        let values = match (rest, by_hand) {
            (None, None) => None,
            _ => Some(rest.map_or(0, leaves) + u64::from(by_hand.is_some())),
        };
        Self { reach: condition.reach(), columns: condition.comparisons(), sorted, values, budget }
    }

    /// A few equal entries of an index and nothing else: nobody need count.
    pub fn is_lookup(&self) -> bool {
        self.reach == Reach::Point && self.columns <= FREE && !self.sorted && self.values.is_none()
    }

    /// Whether the database has anything to do that is worth a count before.
    pub fn looks_at_rows(&self) -> bool {
        self.columns > 0 || self.sorted
    }

    fn per_row(&self) -> u64 {
        ROW + COLUMN * self.columns + if self.sorted { SORTED } else { 0 }
    }

    fn per_user(&self) -> u64 {
        READ + VALUE * self.values.unwrap_or(0)
    }

    /// Most Users the database may look at.
    pub fn most_rows(&self) -> u64 {
        self.budget / self.per_row()
    }

    /// Most Users that may be read and compared.
    pub fn most_users(&self) -> u64 {
        self.budget / self.per_user()
    }

    /// The refusal, once there are more than allowed.
    pub fn refusal(&self, candidates: u64) -> scim::Error {
        let comparisons = self.values.unwrap_or(self.columns).max(1);
        let what = if self.columns == 0 && self.values.unwrap_or(0) <= 1 { "search" } else { "filter" };
        scim::Error::TooCostly { what, comparisons, candidates }
    }
}

/// Comparisons of a filter.
fn leaves(filter: &Filter) -> u64 {
    match filter {
        Filter::And(one, other) | Filter::Or(one, other) => leaves(one) + leaves(other),
        Filter::Not(inner) => leaves(inner),
        Filter::ValuePath { filter, .. } => 1 + leaves(filter),
        Filter::ValueCompare { filter, .. } => 1 + leaves(filter),
        Filter::Compare { .. } | Filter::Present(_) => 1,
    }
}

/// Whether a filter or an order asks for what is not part of the stored User.
pub fn asks_beyond_storage(filter: Option<&Filter>, sort: Option<&Sort>) -> bool {
    names(filter, sort, &|path| path.urn.is_none() && matches!(path.name, "meta" | "schemas"))
}

/// Whether it asks for what is known of a manager who is a User (S11).
pub fn asks_of_superiors(filter: Option<&Filter>, sort: Option<&Sort>) -> bool {
    names(filter, sort, &|path| path.name == "manager" && path.sub != Some("value"))
}

fn names(filter: Option<&Filter>, sort: Option<&Sort>, wanted: &dyn Fn(&AttrPath) -> bool) -> bool {
    filter.is_some_and(|filter| any(filter, wanted)) || sort.is_some_and(|sort| wanted(&sort.path))
}

fn any(filter: &Filter, wanted: &dyn Fn(&AttrPath) -> bool) -> bool {
    match filter {
        Filter::And(one, other) | Filter::Or(one, other) => any(one, wanted) || any(other, wanted),
        Filter::Not(inner) => any(inner, wanted),
        Filter::Compare { path, .. } | Filter::Present(path) => wanted(path),
        Filter::ValuePath { path, .. } | Filter::ValueCompare { path, .. } => wanted(path),
    }
}
