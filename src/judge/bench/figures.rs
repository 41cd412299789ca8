//! Rates, percentiles and medians. Pure.

use serde::Serialize;
use std::time::Duration;

/// One measurement: how many answers came in which time, and how long each took.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// From the first question to the last answer.
    pub took: Duration,
    /// Of each answer, in microseconds.
    pub latencies_us: Vec<u32>,
    /// What the server's process spent meanwhile, where the system tells it.
    pub server_cpu: Option<Duration>,
}

impl Sample {
    /// Answers a second.
    pub fn rate(&self) -> f64 {
        let answers = u32::try_from(self.latencies_us.len()).unwrap_or(u32::MAX);
        if self.took.is_zero() { 0.0 } else { f64::from(answers) / self.took.as_secs_f64() }
    }

    /// What an answer cost the server's process, in microseconds; 0 where nobody knows.
    pub fn cpu_us(&self) -> f64 {
        let answers = f64::from(u32::try_from(self.latencies_us.len()).unwrap_or(u32::MAX));
        self.server_cpu.map_or(0.0, |cpu| cpu.as_secs_f64() * 1e6 / answers.max(1.0))
    }

    /// The latency that `share` of the answers stayed within, in milliseconds.
    pub fn percentile_ms(&self, share: f64) -> f64 {
        let mut sorted = self.latencies_us.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() as f64 * share).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).map_or(0.0, |us| f64::from(*us) / 1000.0)
    }
}

/// One kind of question over all rounds: the median of each figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// What was asked.
    pub question: String,
    /// How many Users there were when it was first asked.
    pub users: usize,
    /// Answers a second.
    pub rate: f64,
    /// Half of the answers came within this time.
    pub p50_ms: f64,
    /// 99 of 100 did.
    pub p99_ms: f64,
    /// What an answer cost the server's process, its share of what runs in the background included; less
    /// shaken by what else the machine does than a rate is.
    pub server_cpu_us: f64,
    /// The static answer's rate, just before.
    pub static_rate: f64,
    /// The rate over the static answer's.
    pub ratio: f64,
}

impl Figure {
    /// The medians of rounds, each with the rate of the static answer before it.
    pub fn of(question: &str, users: usize, rounds: &[(f64, Sample)]) -> Self {
        let over = |figure: &dyn Fn(&(f64, Sample)) -> f64| median(rounds.iter().map(figure).collect());
        Self {
            question: question.to_owned(),
            users,
            rate: over(&|(_, sample)| sample.rate()),
            p50_ms: over(&|(_, sample)| sample.percentile_ms(0.50)),
            p99_ms: over(&|(_, sample)| sample.percentile_ms(0.99)),
            server_cpu_us: over(&|(_, sample)| sample.cpu_us()),
            static_rate: over(&|(beside, _)| *beside),
            ratio: over(&|(beside, sample)| if *beside > 0.0 { sample.rate() / beside } else { 0.0 }),
        }
    }
}

/// The middle of the figures; of an even number, the mean of the two in the middle; 0 of none.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    match (figures.get(middle), figures.len() % 2) {
        (Some(high), 0) => {
            let low = figures.get(middle.wrapping_sub(1)).unwrap_or(high);
            f64::midpoint(*low, *high)
        }
        (Some(one), _) => *one,
        (None, _) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(latencies_us: Vec<u32>) -> Sample {
        Sample { took: Duration::from_secs(2), latencies_us, server_cpu: Some(Duration::from_millis(1)) }
    }

    /// Issue 3: median of the rounds, whatever their order; one round that went wrong changes nothing.
    #[test]
    fn a_figure_is_the_median_of_its_rounds() {
        assert_eq!(median(vec![]), 0.0);
        assert_eq!(median(vec![3.0]), 3.0);
        assert_eq!(median(vec![9.0, 1.0]), 5.0);
        assert_eq!(median(vec![100.0, 1.0, 3.0, 2.0, 4.0]), 3.0);
        let rounds = [(10.0, sample(vec![1; 8])), (10.0, sample(vec![1; 4])), (1.0, sample(vec![1; 6]))];
        let figure = Figure::of("x", 5, &rounds);
        assert_eq!((figure.rate, figure.static_rate, figure.ratio), (3.0, 10.0, 0.4));
    }

    /// A percentile is an answer that came, not a guess between two.
    #[test]
    fn a_percentile_is_the_answer_at_its_rank() {
        let hundred = sample((1..=100).rev().map(|ms| ms * 1000).collect());
        assert_eq!(hundred.percentile_ms(0.50), 50.0);
        assert_eq!(hundred.percentile_ms(0.99), 99.0);
        assert_eq!(sample(vec![7000]).percentile_ms(0.99), 7.0);
        assert_eq!(sample(vec![]).percentile_ms(0.5), 0.0);
        assert_eq!((hundred.rate(), hundred.cpu_us()), (50.0, 10.0));
    }
}
