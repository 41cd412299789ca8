//! Who may have one of the last calls of a window (R11).

/// What one key asked for and took of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Part {
    /// Calls asked for, refused ones too.
    pub asked: u64,
    /// Calls had.
    pub taken: u64,
}

/// Whether a key that has taken `taken` may have one of the `available` calls, beside `others` who called
/// lately.
///
/// A key may always have its share: what all of them had and what is left, divided by how many they are.
/// Beyond it, it may have what nobody else is about to ask for. Others are taken to want once more what they
/// asked for until now, and a call, but no more than what is missing to their share. So alone a key may have
/// everything, and a key that asks once in a while does not keep half a window idle. What does not divide
/// evenly is whoever's asks first.
pub fn may_have_one(taken: u64, available: u64, others: &[Part]) -> bool {
    if available == 0 {
        return false;
    }
    let had = others.iter().fold(taken, |sum, other| sum.saturating_add(other.taken));
    let keys = 1 + u64::try_from(others.len()).unwrap_or(u64::MAX - 1);
    let share = had.saturating_add(available) / keys;
    if taken < share {
        return true;
    }
    let claim = |other: &Part| share.saturating_sub(other.taken).min(other.asked.saturating_add(1));
    let claimed = others.iter().fold(0u64, |sum, other| sum.saturating_add(claim(other)));
    available > claimed
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(asked: u64, taken: u64) -> Part {
        Part { asked, taken }
    }

    #[test]
    fn alone_a_key_may_have_everything() {
        assert!((0..10).all(|taken| may_have_one(taken, 10 - taken, &[])));
        assert!(!may_have_one(10, 0, &[]));
    }

    #[test]
    fn beyond_its_share_a_key_leaves_others_what_they_ask_for() {
        // 20 calls, two keys: one took 10, the other asks for as much as it gets.
        assert!(!may_have_one(10, 8, &[part(8, 2)]));
        assert!(may_have_one(2, 8, &[part(30, 10)]), "who has less than its share goes");
        assert!(may_have_one(10, 8, &[part(2, 2)]), "the other asked twice: three calls are kept for it");
        assert!(!may_have_one(15, 3, &[part(2, 2)]));
        assert!(may_have_one(12, 5, &[part(3, 3), part(0, 0)].map(|_| part(0, 9))), "nobody else wants more");
    }

    proptest! {
        /// Keys that ask again and again, in any order, have an equal part each, whole calls, and nothing is
        /// left.
        #[test]
        fn greedy_keys_have_equal_parts(
            limit in 1u64..60,
            order in prop::collection::vec(0usize..4, 0..200),
        ) {
            // Everybody has asked before anything is little.
            let mut parts = [part(limit, 0); 4];
            let mut left = limit;
            for key in order.into_iter().chain((0..400).map(|turn| turn % 4)) {
                parts[key].asked += 1;
                let others: Vec<Part> =
                    (0..4).filter(|other| *other != key).map(|other| parts[other]).collect();
                if may_have_one(parts[key].taken, left, &others) {
                    parts[key].taken += 1;
                    left -= 1;
                }
            }
            prop_assert_eq!(left, 0);
            prop_assert!(parts.iter().all(|part| part.taken >= limit / 4), "{:?}", parts);
        }

        /// Whoever has less than its share is never refused while anything is left.
        #[test]
        fn a_share_is_never_refused(
            taken in 0u64..50,
            available in 1u64..50,
            others in prop::collection::vec((0u64..50, 0u64..50), 0..6),
        ) {
            let others: Vec<Part> = others.into_iter().map(|(asked, taken)| part(asked, taken)).collect();
            let all = taken + available + others.iter().map(|other| other.taken).sum::<u64>();
            if taken < all / (1 + others.len() as u64) {
                prop_assert!(may_have_one(taken, available, &others));
            }
        }
    }
}
