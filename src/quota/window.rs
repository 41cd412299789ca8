//! One of Apollo's fixed windows of one endpoint, as far as answers let it be known (Apollo facts §5.1).
//!
//! A window opens on its first call and nobody says when: an answer tells how many calls are left, not until
//! when. So an end is known to the second where our own call opened the window or a refusal said so, and
//! otherwise as a bound: a window that was open at a moment is over one length later.

const SECOND: i64 = 1_000_000;

/// Lengths of the three windows of an endpoint. Units: microseconds.
pub const LENGTHS: [i64; 3] = [60 * SECOND, 3_600 * SECOND, 86_400 * SECOND];
/// Their names.
pub const NAMES: [&str; 3] = ["minute", "hour", "day"];

/// What an answer says of one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Said {
    /// Nothing, which is never the same as none.
    #[default]
    Nothing,
    /// Any number of calls.
    Unlimited,
    /// So many in the window, so many of them left.
    Calls {
        /// All.
        limit: u64,
        /// Left.
        left: u64,
    },
}

/// When what was said was asked for and heard, and whether asking was itself a call of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// When it was sent; UTC microseconds.
    pub sent_at: i64,
    /// Now.
    pub now: i64,
    /// Whether the window counted it.
    pub is_counted: bool,
}

/// A limited window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub limit: u64,
    /// As of the newest answer.
    pub left: u64,
    /// It is over by then at the latest; nothing while no call opened it.
    pub ends_by: Option<i64>,
    /// It is not over before.
    ends_from: i64,
    /// Whether it ends then, and not before.
    pub is_exact: bool,
    /// Counts windows, so that shares begin anew with each.
    pub number: u64,
    /// Calls whose answer never came or said nothing, since the newest answer: Apollo may have counted them.
    pub lost: u64,
    lost_at: i64,
    learned_at: i64,
    /// Answers to older calls are about the window before.
    since: i64,
}

impl Window {
    fn new(limit: u64, left: u64, length: i64, heard: Heard) -> Self {
        let mut window = Self {
            limit,
            left,
            ends_by: None,
            ends_from: 0,
            is_exact: false,
            number: 0,
            lost: 0,
            lost_at: 0,
            learned_at: heard.now,
            since: heard.sent_at,
        };
        window.open(length, heard);
        window
    }

    /// The one after it. What was lost after `heard` was sent is not in what it says, and may be in this one.
    fn followed_by(&self, limit: u64, left: u64, length: i64, heard: Heard) -> Self {
        let lost = if self.lost_at > heard.sent_at { self.lost } else { 0 };
        let fresh = Self::new(limit, left, length, heard);
        Self { number: self.number + 1, lost, lost_at: self.lost_at, ..fresh }
    }

    /// A window of which a call was used is open, and was opened by that call if it was the only one. Whoever
    /// did not open it cannot tell it from the next one, so its bound moves with every answer, until one says
    /// that more is left than before.
    fn open(&mut self, length: i64, heard: Heard) {
        let used = self.limit.saturating_sub(self.left);
        if used == 0 || (self.ends_by.is_some() && heard.now < self.ends_from) {
            return;
        }
        self.is_exact = used == 1 && heard.is_counted;
        self.ends_from = if self.is_exact { heard.sent_at + length } else { heard.sent_at };
        self.ends_by = self.ends_by.max(Some(heard.now + length));
    }

    /// As it stands now: whole again once it is over.
    ///
    /// The end is a bound, so Apollo may have opened its next window before, and what was lost lately may be
    /// in that one: it is forgotten one length after it was lost, or when an answer counts it.
    pub fn expire(&mut self, length: i64, now: i64) {
        while let Some(end) = self.ends_by.filter(|end| *end <= now) {
            self.left = self.limit;
            self.is_exact = false;
            self.number += 1;
            self.since = end;
            let forgotten_at = self.lost_at + length;
            if self.lost > 0 && forgotten_at > end {
                self.ends_by = Some(forgotten_at);
            } else {
                (self.lost, self.ends_by) = (0, None);
            }
        }
    }

    /// Nothing was heard of a call that was sent.
    pub fn lose(&mut self, length: i64, now: i64) {
        self.expire(length, now);
        self.lost += 1;
        self.lost_at = now;
        if self.ends_by.is_none() {
            self.ends_by = Some(now + length);
        }
    }

    /// Apollo refused a call until then, for want of this window.
    pub fn close(&mut self, until: i64) {
        self.left = 0;
        self.ends_by = Some(until);
        self.ends_from = until;
        self.is_exact = true;
    }
}

/// Learns what an answer says.
pub(super) fn hear(known: &mut Option<Window>, said: Said, length: i64, heard: Heard) {
    let (limit, left) = match said {
        Said::Nothing => return,
        Said::Unlimited => {
            *known = None;
            return;
        }
        Said::Calls { limit, left } => (limit, left.min(limit)),
    };
    let Some(window) = known else {
        *known = Some(Window::new(limit, left, length, heard));
        return;
    };
    window.expire(length, heard.now);
    if heard.sent_at < window.since {
        // About the window before; but Apollo may have counted the call in this one.
        if heard.is_counted {
            window.lose(length, heard.now);
        }
        return;
    }
    // The only call of its window opened it.
    let opens = heard.is_counted && limit.saturating_sub(left) == 1;
    if limit != window.limit {
        *window = window.followed_by(limit, left, length, heard);
    } else if left > window.left || (opens && window.ends_by.is_some()) {
        // Answers overtake each other; but a call sent after the newest answer came knows better than it, and
        // more is left only in the next window.
        if heard.sent_at >= window.learned_at {
            *window = window.followed_by(limit, left, length, heard);
        }
    } else {
        window.left = left;
        window.learned_at = heard.now;
        if heard.sent_at >= window.lost_at {
            window.lost = 0;
        }
        window.open(length, heard);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = LENGTHS[0];

    fn at(sent_at: i64, now: i64) -> Heard {
        Heard { sent_at, now, is_counted: true }
    }

    fn told(known: &mut Option<Window>, left: u64, heard: Heard) -> Option<(u64, Option<i64>, bool)> {
        hear(known, Said::Calls { limit: 10, left }, MINUTE, heard);
        known.map(|window| (window.left, window.ends_by, window.is_exact))
    }

    /// Apollo facts §5.1: a window opens on first use; who opened it knows its end, others a bound.
    #[test]
    fn the_end_is_known_to_whoever_opened_the_window() {
        let mut own = None;
        assert_eq!(told(&mut own, 9, at(0, 5)), Some((9, Some(5 + MINUTE), true)));
        assert_eq!(told(&mut own, 8, at(6, 9)), Some((8, Some(5 + MINUTE), true)));
        let mut others = None;
        assert_eq!(told(&mut others, 4, at(0, 5)), Some((4, Some(5 + MINUTE), false)));
        let mut usage = None;
        let heard = Heard { is_counted: false, ..at(0, 5) };
        assert_eq!(told(&mut usage, 10, heard), Some((10, None, false)), "nobody opened it yet");
        assert_eq!(told(&mut usage, 9, at(6, 7)), Some((9, Some(7 + MINUTE), true)));
    }

    /// Answers overtake each other; only one that was sent later can tell of a new window.
    #[test]
    fn an_answer_that_was_overtaken_gives_nothing_back() {
        let mut known = None;
        told(&mut known, 9, at(0, 5));
        told(&mut known, 5, at(6, 10));
        assert_eq!(told(&mut known, 7, at(6, 11)).unwrap().0, 5);
        let (left, end, exact) = told(&mut known, 9, at(12, 20)).unwrap();
        assert_eq!((left, end, exact), (9, Some(20 + MINUTE), true), "the next window");
        assert_eq!(told(&mut known, 3, at(11, 21)).unwrap().0, 9, "of the window before");
    }

    #[test]
    fn a_window_that_is_over_is_whole_again() {
        let mut known = None;
        told(&mut known, 9, at(0, 5));
        let mut window = known.unwrap();
        window.expire(MINUTE, 4 + MINUTE);
        assert_eq!(window.left, 9);
        window.expire(MINUTE, 5 + MINUTE);
        assert_eq!((window.left, window.ends_by, window.number), (10, None, 1));
        let mut known = Some(window);
        assert_eq!(told(&mut known, 0, at(MINUTE, 9 + MINUTE)).unwrap().0, 10, "sent before it was over");
        window.close(77);
        assert_eq!((window.left, window.ends_by, window.is_exact), (0, Some(77), true));
    }

    /// Apollo facts §5.1: Apollo's next window may be open before the bound of this one is reached.
    #[test]
    fn what_was_lost_lately_may_be_in_the_next_window() {
        let mut known = None;
        told(&mut known, 4, at(0, 5));
        let mut window = known.unwrap();
        window.lose(MINUTE, MINUTE);
        window.expire(MINUTE, 5 + MINUTE);
        assert_eq!((window.left, window.lost, window.ends_by), (10, 1, Some(2 * MINUTE)));
        let mut known = Some(window);
        told(&mut known, 9, at(MINUTE + 1, MINUTE + 6));
        assert_eq!(known.unwrap().lost, 2, "an answer about the window before may be about this one");
        window.expire(MINUTE, 2 * MINUTE);
        assert_eq!((window.left, window.lost, window.ends_by), (10, 0, None));
    }

    /// Apollo facts §5.2: missing is unknown, empty is unlimited; another limit is another plan.
    #[test]
    fn nothing_said_changes_nothing() {
        let mut known = None;
        told(&mut known, 4, at(0, 5));
        hear(&mut known, Said::Nothing, MINUTE, at(6, 7));
        assert_eq!(known.unwrap().left, 4);
        hear(&mut known, Said::Calls { limit: 200, left: 194 }, MINUTE, at(6, 7));
        assert_eq!((known.unwrap().limit, known.unwrap().left), (200, 194));
        hear(&mut known, Said::Unlimited, MINUTE, at(8, 9));
        assert_eq!(known, None);
    }
}
