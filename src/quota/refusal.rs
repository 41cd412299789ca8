//! Why a call has to wait, and how long.

const SECOND: i64 = 1_000_000;

/// What a call waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Apollo refused a call of this endpoint and said until when.
    Closed,
    /// The team has used what Apollo allows.
    Used,
    /// What is left is kept for reconciliation.
    Reserved,
    /// The key had its share, and others call too.
    Share,
    /// The key's own calls a minute.
    KeyCalls,
    /// The key's credits of the day or month.
    KeyCredits,
    /// The team's credits of the month.
    TeamCredits,
}

impl Kind {
    /// All, for whoever counts them.
    pub const ALL: [Kind; 7] = [
        Kind::Closed,
        Kind::Used,
        Kind::Reserved,
        Kind::Share,
        Kind::KeyCalls,
        Kind::KeyCredits,
        Kind::TeamCredits,
    ];

    /// The word in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Closed => "closed_by_apollo",
            Kind::Used => "window_used",
            Kind::Reserved => "window_reserved",
            Kind::Share => "window_share",
            Kind::KeyCalls => "key_calls",
            Kind::KeyCredits => "key_credits",
            Kind::TeamCredits => "team_credits",
        }
    }
}

/// A call that has to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// For what.
    pub kind: Kind,
    /// Until when; UTC microseconds.
    pub until: i64,
    /// The same from now on, rounded up. Units: seconds, at least 1.
    pub seconds: i64,
    /// What the caller reads.
    pub sentence: String,
}

impl Refusal {
    /// A refusal until `until`, of a call of `endpoint`; `told` are its figures.
    pub fn new(kind: Kind, until: i64, now: i64, endpoint: &str, told: &str) -> Self {
        let seconds = ((until - now).max(1) + SECOND - 1) / SECOND;
        let again = format!("try again in {seconds} seconds");
        let sentence = match kind {
            Kind::Closed => format!("Apollo takes no calls of {endpoint} from this team now; {again}"),
            Kind::Used => format!("this team has used the {told} that Apollo allows of {endpoint}; {again}"),
            Kind::Reserved => format!(
                "of the {told} that Apollo allows of {endpoint}, the rest is kept for the bridge's own \
                 reads; {again}"
            ),
            Kind::Share => {
                format!("this key has had its share of {endpoint} while others call too: {told}; {again}")
            }
            Kind::KeyCalls => format!("this key has made its {told}; {again}, or ask an operator for more"),
            Kind::KeyCredits | Kind::TeamCredits => told.to_owned(),
        };
        Self { kind, until, seconds, sentence }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R11: whole seconds, never too few.
    #[test]
    fn seconds_are_rounded_up() {
        for (until, seconds) in [(1, 1), (SECOND, 1), (SECOND + 1, 2), (60 * SECOND, 60), (-5, 1)] {
            assert_eq!(Refusal::new(Kind::Used, until, 0, "people/match", "9 calls a day").seconds, seconds);
        }
        let told = Refusal::new(Kind::Used, 40 * SECOND, 0, "people/match", "200 calls a minute").sentence;
        assert_eq!(
            told,
            "this team has used the 200 calls a minute that Apollo allows of people/match; try again in 40 \
             seconds"
        );
    }
}
