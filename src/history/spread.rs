//! Percentiles of how long it took.

/// How long things took, in microseconds; nothing is interpolated: each figure is one that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Spread {
    /// How many are known.
    pub count: usize,
    /// Half took at most this.
    pub p50: i64,
    /// 95 of 100 took at most this.
    pub p95: i64,
    /// 99 of 100 took at most this.
    pub p99: i64,
    /// The slowest.
    pub slowest: i64,
}

/// The percentiles of `took` by nearest rank; nothing of nothing.
pub fn spread(mut took: Vec<i64>) -> Option<Spread> {
    took.sort_unstable();
    let slowest = *took.last()?;
    // The smallest value that at least `percent` of 100 do not exceed.
    let rank = |percent: usize| took[(took.len() * percent).div_ceil(100).max(1) - 1];
    Some(Spread { count: took.len(), p50: rank(50), p95: rank(95), p99: rank(99), slowest })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nearest rank: with few values the high percentiles are the slowest, with none there is no figure.
    #[test]
    fn percentiles_are_values_that_happened() {
        assert_eq!(spread(vec![]), None);
        let told = |took: Vec<i64>| spread(took).map(|s| (s.count, s.p50, s.p95, s.p99, s.slowest)).unwrap();
        assert_eq!(told(vec![7]), (1, 7, 7, 7, 7));
        assert_eq!(told(vec![2, 1]), (2, 1, 2, 2, 2));
        assert_eq!(told(vec![30, 10, 20]), (3, 20, 30, 30, 30));
        assert_eq!(told((1..=100).rev().collect()), (100, 50, 95, 99, 100));
        assert_eq!(told((1..=200).collect()), (200, 100, 190, 198, 200));
    }
}
