//! Budgets: credits of a key or of the team in a calendar period, in UTC (R11).

use super::credits::Credits;
use super::refusal::{Kind, Refusal};
use chrono::{DateTime, Datelike, Days, Months, NaiveTime, Utc};

/// A calendar period, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// From midnight to midnight.
    Day,
    /// From the first to the last day.
    Month,
}

impl Period {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Period::Day => "day",
            Period::Month => "month",
        }
    }

    /// When the period that `now` lies in began, and when it ends. Units: UTC microseconds.
    pub fn around(self, now: i64) -> (i64, i64) {
        let today = DateTime::from_timestamp_micros(now).unwrap_or(DateTime::UNIX_EPOCH).date_naive();
        let begin = match self {
            Period::Day => today,
            Period::Month => today.with_day(1).unwrap_or(today),
        };
        let end = match self {
            Period::Day => begin.checked_add_days(Days::new(1)),
            Period::Month => begin.checked_add_months(Months::new(1)),
        };
        let micros = |day: chrono::NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        let micros = |day: chrono::NaiveDate| -> i64 { DateTime::<Utc>::timestamp_micros(&micros(day)) };
        (micros(begin), end.map_or(i64::MAX, micros))
    }
}

/// Whose credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whose {
    /// One key's.
    Key,
    /// All keys' together.
    Team,
}

/// So many credits in each period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Whose.
    pub whose: Whose,
    /// In which periods.
    pub period: Period,
    /// How many.
    pub limit: Credits,
    /// The key of the configuration that says so.
    pub setting: &'static str,
}

impl Budget {
    /// Whether a call that may cost `at_most` fits, when `spent` was spent in the period of `now`.
    ///
    /// Errors: [`Refusal`] until the period is over: which budget, what is left, who can change it.
    pub fn admit(&self, spent: Credits, at_most: Credits, now: i64) -> Result<(), Refusal> {
        if spent.plus(at_most) <= self.limit {
            return Ok(());
        }
        let (_, end) = self.period.around(now);
        let (kind, whose) = match self.whose {
            Whose::Key => (Kind::KeyCredits, "this key"),
            Whose::Team => (Kind::TeamCredits, "this team"),
        };
        let told = format!(
            "{whose} has {} of its {} credits of this {} (UTC) left, and the call may cost {at_most}; the \
             next {} begins at {}, or ask an operator of the bridge to raise {}",
            self.limit.without(spent),
            self.limit,
            self.period.as_str(),
            self.period.as_str(),
            DateTime::from_timestamp_micros(end).unwrap_or_default().format("%Y-%m-%dT%H:%M:%SZ"),
            self.setting,
        );
        Err(Refusal::new(kind, end, now, "", &told))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros()
    }

    #[test]
    fn a_period_is_a_day_or_a_month_of_the_calendar() {
        for (period, now, begin, end) in [
            (Period::Day, "2026-02-28T23:59:59Z", "2026-02-28T00:00:00Z", "2026-03-01T00:00:00Z"),
            (Period::Day, "2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"),
            (Period::Month, "2026-12-31T12:00:00Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            (Period::Month, "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
        ] {
            assert_eq!(period.around(at(now)), (at(begin), at(end)), "{now}");
        }
    }

    /// R11: a refusal names the budget, what is left, when it is whole again and who can raise it.
    #[test]
    fn a_call_that_may_cost_more_than_is_left_waits_for_the_next_period() {
        let limit = Credits::whole(10);
        let setting = "budgets.credits_per_key_day";
        let budget = Budget { whose: Whose::Key, period: Period::Day, limit, setting };
        let now = at("2026-03-01T23:59:00Z");
        assert_eq!(budget.admit(Credits::whole(1), Credits::whole(9), now), Ok(()));
        let refused = budget.admit(Credits::of_thousandths(1500), Credits::whole(9), now).unwrap_err();
        assert_eq!((refused.kind, refused.seconds), (Kind::KeyCredits, 60));
        assert_eq!(
            refused.sentence,
            "this key has 8.5 of its 10 credits of this day (UTC) left, and the call may cost 9; the next \
             day begins at 2026-03-02T00:00:00Z, or ask an operator of the bridge to raise \
             budgets.credits_per_key_day"
        );
        let spent = Credits::whole(12);
        assert!(
            budget
                .admit(spent, Credits::whole(1), now)
                .unwrap_err()
                .sentence
                .starts_with("this key has 0 of")
        );
    }
}
