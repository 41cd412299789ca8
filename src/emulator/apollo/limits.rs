//! Rate limits: per team and endpoint, three fixed windows that open on first use.
//!
//! Source: Apollo facts §5.1 to §5.3; the numbers stand with the plans.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::plan::Plan;
use super::switches::{Switch, Switches};
use super::wire::answer::Answer;

/// Which preset an endpoint falls under. Source: Apollo facts §5.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Everything else.
    Default,
    /// Enrichment of people and organizations.
    Enrichment,
    /// The same by the dozen.
    Bulk,
    /// Searches of Apollo's own database.
    Search,
    /// `reports/sync_report`.
    Report,
    /// `conversations/export`.
    Export,
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

/// Source: Apollo facts §5.2, last paragraph.
const OLDER_DAY: [&str; 3] = ["x-rate-limit-daily", "x-daily-usage", "x-daily-requests-left"];

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
    plan: Option<Plan>,
    chosen: HashMap<String, Limits>,
    windows: HashMap<String, [Window; 3]>,
}

/// What decides how a call is counted.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// Name of the endpoint.
    pub scope: &'a str,
    /// Its class.
    pub class: Class,
    /// Time of the call.
    pub now: Duration,
    /// Positions of the switches.
    pub switches: &'a Switches,
}

impl Meter {
    /// A meter that enforces a plan's windows, or one where every window is unlimited.
    pub fn new(plan: Option<Plan>) -> Meter {
        Meter { plan, chosen: HashMap::new(), windows: HashMap::new() }
    }

    /// The windows of another plan from now on; what was used stays used. Nothing where none is enforced.
    pub fn change_plan(&mut self, plan: Plan) {
        self.plan = self.plan.map(|_| plan);
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
    pub fn count(&mut self, call: Counted<'_>) -> Result<Vec<(String, String)>, Answer> {
        let limits = self.limits(call).windows();
        let mut windows = self.standing(call.scope, call.now);
        let exhausted = |place: &usize| limits[*place].is_some_and(|limit| windows[*place].used >= limit);
        if let Some(place) = (0..3).rev().find(exhausted) {
            return Err(refusal(call, place, limits, windows));
        }
        for window in &mut windows {
            window.opened.get_or_insert(call.now);
            window.used = window.used.saturating_add(1);
        }
        self.windows.insert(call.scope.to_owned(), windows);
        Ok(headers(limits, windows, call.switches))
    }

    /// One endpoint's entry of `api_usage_stats`. Source: Apollo facts §4.2; null for no limit is
    /// (unconfirmed).
    pub fn usage(&self, call: Counted<'_>) -> Value {
        let limits = self.limits(call).windows();
        let windows = self.standing(call.scope, call.now);
        let entry = |place: usize| {
            let left = limits[place].map(|limit| limit.saturating_sub(windows[place].used));
            json!({"limit": limits[place], "consumed": windows[place].used, "left_over": left})
        };
        json!({"day": entry(2), "hour": entry(1), "minute": entry(0)})
    }

    fn limits(&self, call: Counted<'_>) -> Limits {
        let july = call.switches.on(Switch::JulyLimits);
        let preset = self.plan.map_or(Limits::NONE, |plan| plan.windows(call.class, july));
        self.chosen.get(call.scope).copied().unwrap_or(preset)
    }

    fn standing(&self, scope: &str, now: Duration) -> [Window; 3] {
        let windows = self.windows.get(scope).copied().unwrap_or_default();
        [0, 1, 2].map(|place| windows[place].at(now, KINDS[place].length))
    }
}

/// Source: Apollo facts §5.2: an unlimited window is announced as an empty text, without the other two
/// headers; older pages named those of the day differently.
fn headers(limits: [Option<u32>; 3], windows: [Window; 3], switches: &Switches) -> Vec<(String, String)> {
    let mut headers = Vec::with_capacity(9);
    for (place, kind) in KINDS.iter().enumerate() {
        let older = switches.on(Switch::OlderRateHeaders) && place == 2;
        let [limit_name, usage, left] = if older { OLDER_DAY } else { [kind.limit, kind.usage, kind.left] };
        let used = windows[place].used;
        headers.push((limit_name.into(), limits[place].map(|limit| limit.to_string()).unwrap_or_default()));
        if let Some(limit) = limits[place] {
            headers.push((usage.into(), used.to_string()));
            headers.push((left.into(), limit.saturating_sub(used).to_string()));
        }
    }
    headers
}

/// Source: Apollo facts §5.2 (`retry-after` in whole seconds) and §5.3 (the body).
fn refusal(call: Counted<'_>, place: usize, limits: [Option<u32>; 3], windows: [Window; 3]) -> Answer {
    let kind = &KINDS[place];
    let ends = windows[place].opened.unwrap_or(call.now) + kind.length;
    let left = ends.saturating_sub(call.now);
    let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    let mut headers = headers(limits, windows, call.switches);
    if !call.switches.on(Switch::NoRetryAfter) {
        headers.push(("retry-after".into(), seconds.max(1).to_string()));
    }
    let told = too_many(call.scope, limits[place].unwrap_or_default(), kind.word);
    if call.switches.on(Switch::DoubleEncoded429) {
        let inner = String::from_utf8_lossy(&told.body).into_owned();
        return Answer::json(429, &json!({"message": inner})).with_headers(headers);
    }
    told.with_headers(headers)
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

    fn call<'a>(scope: &'a str, class: Class, now: Duration, switches: &'a Switches) -> Counted<'a> {
        Counted { scope, class, now, switches }
    }

    #[test]
    fn a_window_opens_on_first_use_and_says_when_it_ends() {
        let (mut meter, switches) = (Meter::new(Some(Plan::Organization)), Switches::default());
        let start = Duration::from_millis(12_300);
        for _ in 0..200 {
            assert!(meter.count(call(SEARCH, Class::Default, start, &switches)).is_ok());
        }
        let later = start + Duration::from_millis(20_500);
        let refused = meter.count(call(SEARCH, Class::Default, later, &switches)).unwrap_err();
        assert_eq!((refused.status, value(&refused.headers, "retry-after")), (429, Some("40")));
        assert_eq!(value(&refused.headers, "x-minute-requests-left"), Some("0"));
        assert!(String::from_utf8_lossy(&refused.body).contains("search is 200 times per minute. Please"));
        let over = start + Duration::from_secs(60);
        let over = meter.count(call(SEARCH, Class::Default, over, &switches)).unwrap();
        assert_eq!(value(&over, "x-minute-usage"), Some("1"));
        assert_eq!(value(&over, "x-hourly-usage"), Some("201"));
    }

    #[test]
    fn an_unlimited_window_is_an_empty_header_and_the_day_has_an_older_name() {
        let (mut meter, mut switches) = (Meter::new(Some(Plan::Basic)), Switches::default());
        let matched = "api/v1/people/match";
        let headers = meter.count(call(matched, Class::Enrichment, Duration::ZERO, &switches)).unwrap();
        assert_eq!(value(&headers, "x-rate-limit-hourly"), Some(""));
        assert_eq!(value(&headers, "x-hourly-usage"), None);
        assert_eq!(value(&headers, "x-minute-requests-left"), Some("999"));
        switches.put(Switch::OlderRateHeaders, true);
        let headers = meter.count(call(SEARCH, Class::Default, Duration::ZERO, &switches)).unwrap();
        assert_eq!(value(&headers, "x-daily-requests-left"), Some("1999"));
        assert_eq!(value(&headers, "x-24-hour-usage"), None);
    }

    #[test]
    fn endpoints_do_not_share_and_chosen_limits_win() {
        let (mut meter, switches) = (Meter::new(None), Switches::default());
        meter.choose(SEARCH, Limits { minute: Some(1), ..Limits::NONE });
        let mut count = |scope| meter.count(call(scope, Class::Default, Duration::ZERO, &switches)).is_ok();
        assert_eq!((count(SEARCH), count(SEARCH), count("api/v1/users/search")), (true, false, true));
    }
}
