//! How long a 429 puts a job off. Pure.

use std::time::Duration;

use crate::emulator::okta::settings::Repeated;

/// After this many 429 answers the job fails for good.
///
/// Source: Okta facts §12, §14.18.
pub(super) const ATTEMPTS: u32 = 10;

/// The wait without a `Retry-After` in whole seconds.
const WITHOUT_WORD: Duration = Duration::from_secs(5 * 60);

/// How long the first 429 of a job, or after `before` a further one, puts it off.
///
/// Source: Okta facts §12 (exactly the seconds asked for, else 5 minutes; doubled at each repeat).
pub(super) fn wait(retry_after: Option<&str>, before: Option<Duration>, repeated: Repeated) -> Duration {
    let asked = retry_after.and_then(|text| text.trim().parse::<u32>().ok());
    let asked = asked.map(|seconds| Duration::from_secs(u64::from(seconds)));
    let Some(before) = before else {
        return asked.unwrap_or(WITHOUT_WORD);
    };
    let doubled = before.saturating_mul(2);
    match repeated {
        Repeated::Doubles => doubled,
        Repeated::DoublesOrObeys => asked.map_or(doubled, |asked| asked.max(doubled)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Okta facts §12.
    #[test]
    fn a_429_is_obeyed_in_whole_seconds_and_doubled_when_it_repeats() {
        let seconds = Duration::from_secs;
        let table = [
            (Some("30"), None, Repeated::Doubles, 30),
            (Some(" 7 "), None, Repeated::Doubles, 7),
            (Some("0"), None, Repeated::Doubles, 0),
            (None, None, Repeated::Doubles, 300),
            (Some("Wed, 21 Oct 2026 07:28:00 GMT"), None, Repeated::Doubles, 300),
            (Some("1.5"), None, Repeated::Doubles, 300),
            (Some("-3"), None, Repeated::Doubles, 300),
            (Some("30"), Some(30), Repeated::Doubles, 60),
            (Some("500"), Some(30), Repeated::Doubles, 60),
            (Some("500"), Some(30), Repeated::DoublesOrObeys, 500),
            (Some("5"), Some(30), Repeated::DoublesOrObeys, 60),
            (None, Some(300), Repeated::DoublesOrObeys, 600),
        ];
        for (header, before, repeated, expected) in table {
            let waits = wait(header, before.map(seconds), repeated);
            assert_eq!(waits, seconds(expected), "{header:?} after {before:?}, {repeated:?}");
        }
    }
}
