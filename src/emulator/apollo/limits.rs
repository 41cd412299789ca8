//! Rate limits: per team and endpoint, three fixed windows that open on first use.
//!
//! Source: Apollo facts §5.1 to §5.3, preset of the Organization plan.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::wire::answer::Answer;

/// Which preset an endpoint falls under. Source: Apollo facts §5.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Everything else.
    Default,
    /// Enrichment of people and organizations.
    Enrichment,
    /// Searches of Apollo's own database.
    Search,
}

/// Calls allowed in a minute, an hour and a day; `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Calls in 60 seconds.
    pub minute: Option<u32>,
    /// Calls in 3,600 seconds.
    pub hour: Option<u32>,
    /// Calls in 86,400 seconds.
    pub day: Option<u32>,
}

impl Limits {
    /// No limit in any window.
    pub const NONE: Limits = Limits { minute: None, hour: None, day: None };

    fn windows(self) -> [Option<u32>; 3] {
        [self.minute, self.hour, self.day]
    }
}

impl Class {
    /// The Organization plan. Source: Apollo facts §5.1, last column.
    fn organization(self) -> Limits {
        match self {
            Class::Default => Limits { minute: Some(200), hour: Some(600), day: Some(6_000) },
            Class::Enrichment => Limits { minute: Some(1_000), hour: None, day: None },
            Class::Search => Limits { minute: Some(200), hour: Some(6_000), day: Some(50_000) },
        }
    }
}

/// Length, name in the 429 text, and the names of the three headers of a window.
struct Kind {
    length: Duration,
    word: &'static str,
    limit: &'static str,
    usage: &'static str,
    left: &'static str,
}

/// Source: Apollo facts §5.2; the day's wording in §5.3 is (unconfirmed).
const KINDS: [Kind; 3] = [
    Kind {
        length: Duration::from_secs(60),
        word: "minute",
        limit: "x-rate-limit-minute",
        usage: "x-minute-usage",
        left: "x-minute-requests-left",
    },
    Kind {
        length: Duration::from_secs(3_600),
        word: "hour",
        limit: "x-rate-limit-hourly",
        usage: "x-hourly-usage",
        left: "x-hourly-requests-left",
    },
    Kind {
        length: Duration::from_secs(86_400),
        word: "day",
        limit: "x-rate-limit-24-hour",
        usage: "x-24-hour-usage",
        left: "x-24-hour-requests-left",
    },
];

#[derive(Debug, Clone, Copy, Default)]
struct Window {
    opened: Option<Duration>,
    used: u32,
}

impl Window {
    /// The window as it stands at `now`: closed again when its time is over.
    fn at(self, now: Duration, length: Duration) -> Window {
        match self.opened {
            Some(opened) if now < opened + length => self,
            _ => Window::default(),
        }
    }
}

/// Counts calls by endpoint name. Time comes as an argument: a duration since any fixed moment.
#[derive(Debug)]
pub struct Meter {
    enforced: bool,
    chosen: HashMap<String, Limits>,
    windows: HashMap<String, [Window; 3]>,
}

impl Meter {
    /// A meter that enforces the preset, or one where every window is unlimited.
    pub fn new(enforced: bool) -> Meter {
        Meter { enforced, chosen: HashMap::new(), windows: HashMap::new() }
    }

    /// Chooses limits for one endpoint, whatever its class and whether or not presets are enforced.
    pub fn choose(&mut self, scope: &str, limits: Limits) {
        self.chosen.insert(scope.to_owned(), limits);
    }

    /// Forgets all usage; chosen limits stay.
    pub fn clear(&mut self) {
        self.windows.clear();
    }

    /// Counts one call, and answers the telemetry headers; or refuses it, uncounted, with Apollo's 429.
    pub fn count(
        &mut self,
        scope: &str,
        class: Class,
        now: Duration,
    ) -> Result<Vec<(String, String)>, Answer> {
        let limits = self.limits(scope, class).windows();
        let mut windows = self.standing(scope, now);
        let exhausted = |place: &usize| limits[*place].is_some_and(|limit| windows[*place].used >= limit);
        if let Some(place) = (0..3).rev().find(exhausted) {
            return Err(refusal(scope, place, limits, windows, now));
        }
        for window in &mut windows {
            window.opened.get_or_insert(now);
            window.used = window.used.saturating_add(1);
        }
        self.windows.insert(scope.to_owned(), windows);
        Ok(headers(limits, windows))
    }

    /// One endpoint's entry of `api_usage_stats`. Source: Apollo facts §4.2; null for no limit is
    /// (unconfirmed).
    pub fn usage(&self, scope: &str, class: Class, now: Duration) -> Value {
        let limits = self.limits(scope, class).windows();
        let windows = self.standing(scope, now);
        let entry = |place: usize| {
            let left = limits[place].map(|limit| limit.saturating_sub(windows[place].used));
            json!({"limit": limits[place], "consumed": windows[place].used, "left_over": left})
        };
        json!({"day": entry(2), "hour": entry(1), "minute": entry(0)})
    }

    fn limits(&self, scope: &str, class: Class) -> Limits {
        let preset = if self.enforced { class.organization() } else { Limits::NONE };
        self.chosen.get(scope).copied().unwrap_or(preset)
    }

    fn standing(&self, scope: &str, now: Duration) -> [Window; 3] {
        let windows = self.windows.get(scope).copied().unwrap_or_default();
        [0, 1, 2].map(|place| windows[place].at(now, KINDS[place].length))
    }
}

/// Source: Apollo facts §5.2: an unlimited window is announced as an empty text, without the other two
/// headers.
fn headers(limits: [Option<u32>; 3], windows: [Window; 3]) -> Vec<(String, String)> {
    let mut headers = Vec::with_capacity(9);
    for (place, kind) in KINDS.iter().enumerate() {
        let used = windows[place].used;
        headers.push((kind.limit.into(), limits[place].map(|limit| limit.to_string()).unwrap_or_default()));
        if let Some(limit) = limits[place] {
            headers.push((kind.usage.into(), used.to_string()));
            headers.push((kind.left.into(), limit.saturating_sub(used).to_string()));
        }
    }
    headers
}

/// Source: Apollo facts §5.2 (`retry-after` in whole seconds) and §5.3 (the body).
fn refusal(
    scope: &str,
    place: usize,
    limits: [Option<u32>; 3],
    windows: [Window; 3],
    now: Duration,
) -> Answer {
    let kind = &KINDS[place];
    let ends = windows[place].opened.unwrap_or(now) + kind.length;
    let left = ends.saturating_sub(now);
    let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    let mut headers = headers(limits, windows);
    headers.push(("retry-after".into(), seconds.max(1).to_string()));
    too_many(scope, limits[place].unwrap_or_default(), kind.word).with_headers(headers)
}

/// The body of a 429. Source: Apollo facts §5.3.
pub fn too_many(scope: &str, limit: u32, window: &str) -> Answer {
    let message = format!(
        "The maximum number of api calls allowed for {scope} is {limit} times per {window}. Please upgrade \
         your plan from https://app.apollo.io/#/settings/plans/upgrade."
    );
    Answer::json(429, &json!({"message": message}))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const SEARCH: &str = "api/v1/contacts/search";

    fn value<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
        headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    #[test]
    fn a_window_opens_on_first_use_and_says_when_it_ends() {
        let mut meter = Meter::new(true);
        let start = Duration::from_millis(12_300);
        for _ in 0..200 {
            assert!(meter.count(SEARCH, Class::Default, start).is_ok());
        }
        let later = start + Duration::from_millis(20_500);
        let refused = meter.count(SEARCH, Class::Default, later).unwrap_err();
        assert_eq!((refused.status, value(&refused.headers, "retry-after")), (429, Some("40")));
        assert_eq!(value(&refused.headers, "x-minute-requests-left"), Some("0"));
        assert!(String::from_utf8_lossy(&refused.body).contains("search is 200 times per minute. Please"));
        let over = meter.count(SEARCH, Class::Default, start + Duration::from_secs(60)).unwrap_or_default();
        assert_eq!(value(&over, "x-minute-usage"), Some("1"));
        assert_eq!(value(&over, "x-hourly-usage"), Some("201"));
    }

    #[test]
    fn an_unlimited_window_is_an_empty_header() {
        let mut meter = Meter::new(true);
        let headers =
            meter.count("api/v1/people/match", Class::Enrichment, Duration::ZERO).unwrap_or_default();
        assert_eq!(value(&headers, "x-rate-limit-hourly"), Some(""));
        assert_eq!(value(&headers, "x-hourly-usage"), None);
        assert_eq!(value(&headers, "x-minute-requests-left"), Some("999"));
    }

    #[test]
    fn endpoints_do_not_share_and_chosen_limits_win() {
        let mut meter = Meter::new(false);
        meter.choose(SEARCH, Limits { minute: Some(1), ..Limits::NONE });
        assert!(meter.count(SEARCH, Class::Default, Duration::ZERO).is_ok());
        assert!(meter.count(SEARCH, Class::Default, Duration::ZERO).is_err());
        assert!(meter.count("api/v1/users/search", Class::Default, Duration::ZERO).is_ok());
    }
}
