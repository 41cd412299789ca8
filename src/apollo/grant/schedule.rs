//! When to renew. Pure; all times are UTC microseconds.

const SECOND: i64 = 1_000_000;
/// Of a token's life, the part before its end in which it is renewed: three days of thirty.
const AHEAD: i64 = 10;
/// Of a token's life, the part over which replicas and bridges spread.
const SPREAD: i64 = 50;
/// Pause after the first failed attempt; it doubles with each further one.
const FIRST_PAUSE: i64 = 5 * SECOND;
/// Longest pause.
const LONGEST_PAUSE: i64 = 300 * SECOND;

/// When tokens given at `given_at` are renewed: when a tenth of their life is left, or a little earlier.
///
/// `chance` spreads those who would ask at the same moment.
pub(super) fn due_at(given_at: i64, expires_at: i64, chance: u8) -> i64 {
    let life = (expires_at - given_at).max(0);
    expires_at - life / AHEAD - life / SPREAD * i64::from(chance) / 255
}

/// When the next attempt may be made after `attempts` that failed, the last one now.
pub(super) fn retry_at(now: i64, attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 10) - 1).unwrap_or(0);
    now + (FIRST_PAUSE << doublings).min(LONGEST_PAUSE)
}

/// A number of a process's own, always the same for one version.
pub(super) fn chance(refresher: &str, version: i64) -> u8 {
    let mixed = refresher.bytes().fold(version, |mixed, byte| mixed.wrapping_mul(31) ^ i64::from(byte));
    mixed.wrapping_mul(0x5851_f42d_4c95_7f2d).to_be_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400 * SECOND;

    /// R13: a token of thirty days is renewed when three are left, or up to 14.4 hours earlier.
    #[test]
    fn a_token_is_renewed_well_before_it_ends() {
        assert_eq!(due_at(0, 30 * DAY, 0), 27 * DAY);
        assert_eq!(due_at(0, 30 * DAY, 255), 27 * DAY - 3 * DAY / 5);
        assert_eq!(due_at(DAY, DAY, 9), DAY, "no life at all: at once");
        assert_eq!(due_at(DAY, 0, 9), 0, "nor one that ended before it began");
        let chances: std::collections::BTreeSet<u8> =
            (0..20).map(|replica| chance(&format!("replica-{replica}"), 1)).collect();
        assert!(chances.len() > 10, "replicas spread: {chances:?}");
    }

    /// R13: Apollo's trouble is not made worse by asking it again and again.
    #[test]
    fn failed_attempts_are_repeated_ever_more_slowly() {
        let pauses: Vec<i64> = [1, 2, 3, 6, 7, 8, 1_000].map(|n| retry_at(0, n) / SECOND).to_vec();
        assert_eq!(pauses, [5, 10, 20, 160, 300, 300, 300]);
    }
}
