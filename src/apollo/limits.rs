//! What Apollo allows per endpoint, as far as it said so: three fixed windows each, learned from the headers
//! of every answer and from its usage figures (R11, Apollo facts §5).
//!
//! Windows are of the team and the endpoint, shared by all keys, and open on first use; so what is known is
//! how many calls were left at a moment, never when a window ends. Whoever shares them out keeps that
//! in mind.

use http::header::HeaderMap;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How many calls a window allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Apollo did not say. Never the same as none.
    #[default]
    Unknown,
    /// Any number.
    Unlimited,
    /// So many.
    Calls(u64),
}

/// One window of one endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Window {
    /// What it allows.
    pub limit: Limit,
    /// Calls made in it; absent is unknown.
    pub used: Option<u64>,
    /// Calls left in it; absent is unknown.
    pub left: Option<u64>,
}

/// The three windows of one endpoint, all of the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Allowance {
    /// 60 seconds.
    pub minute: Window,
    /// 3,600 seconds.
    pub hour: Window,
    /// 86,400 seconds.
    pub day: Window,
}

impl Allowance {
    /// The windows with their names, shortest first.
    pub fn windows(&self) -> [(&'static str, Window); 3] {
        [("minute", self.minute), ("hour", self.hour), ("day", self.day)]
    }

    /// Reads the headers of an answer; names are lower case. Source: Apollo facts §5.2, older names of the
    /// day's headers too.
    pub fn of<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        const NEW: [[&str; 3]; 3] = [
            ["x-rate-limit-minute", "x-minute-usage", "x-minute-requests-left"],
            ["x-rate-limit-hourly", "x-hourly-usage", "x-hourly-requests-left"],
            ["x-rate-limit-24-hour", "x-24-hour-usage", "x-24-hour-requests-left"],
        ];
        const OLDER_DAY: [&str; 3] = ["x-rate-limit-daily", "x-daily-usage", "x-daily-requests-left"];
        let (mut told, mut older) = ([[None; 3]; 3], [None; 3]);
        for (name, value) in headers.filter(|(name, _)| name.starts_with("x-")) {
            let slots = told.iter_mut().flatten().zip(NEW.iter().flatten());
            for (slot, wanted) in slots.chain(older.iter_mut().zip(&OLDER_DAY)) {
                if name == *wanted {
                    *slot = slot.or(Some(value.trim()));
                }
            }
        }
        let window = |[limit, used, left]: [Option<&str>; 3]| Window {
            limit: match limit {
                Some("") => Limit::Unlimited,
                said => said.and_then(|text| text.parse().ok()).map_or(Limit::Unknown, Limit::Calls),
            },
            used: used.and_then(|text| text.parse().ok()),
            left: left.and_then(|text| text.parse().ok()),
        };
        let [minute, hour, day] = told;
        let day = [0, 1, 2].map(|place| day[place].or(older[place]));
        Self { minute: window(minute), hour: window(hour), day: window(day) }
    }

    fn is_known(&self) -> bool {
        self.windows().iter().any(|(_, window)| *window != Window::default())
    }
}

/// What the bridge's own reads were told of all endpoints, by the name they have in key scopes
/// (`api/v1/users/search`). Copies share.
#[derive(Debug, Clone, Default)]
pub struct Windows(Arc<Mutex<BTreeMap<String, Learning>>>);

/// What was told of one endpoint, when, and whether that was passed on.
#[derive(Debug, Clone, Copy)]
struct Learning {
    at: Instant,
    allowance: Allowance,
    is_news: bool,
}

impl Windows {
    /// Learns from the headers of an answer; an answer that says nothing takes nothing away (401 and 403
    /// carry none).
    pub fn learn(&self, scope: &str, headers: &HeaderMap) {
        self.put(scope, from_headers(headers));
    }

    /// Keeps what is known of one endpoint now.
    pub fn put(&self, scope: &str, allowance: Allowance) {
        if allowance.is_known() {
            let learning = Learning { at: Instant::now(), allowance, is_news: true };
            self.all().insert(scope.to_owned(), learning);
        }
    }

    /// What was learned of one endpoint, and when.
    pub fn of(&self, scope: &str) -> Option<(Instant, Allowance)> {
        self.all().get(scope).map(|learning| (learning.at, learning.allowance))
    }

    /// What was learned since this was last asked: the endpoint as the route sheet calls it
    /// (`users/search`), how long ago, and what.
    pub fn take_news(&self) -> Vec<(String, Duration, Allowance)> {
        let mut news = Vec::new();
        for (scope, learning) in self.all().iter_mut().filter(|(_, learning)| learning.is_news) {
            learning.is_news = false;
            // Some scopes begin with the service they belong to: `deals/api/v1/opportunities/search`.
            let endpoint = scope.split_once("api/v1/").map_or(scope.as_str(), |(_, endpoint)| endpoint);
            news.push((endpoint.to_owned(), learning.at.elapsed(), learning.allowance));
        }
        news
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Learning>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a process found out about Apollo; copies share.
#[derive(Debug, Clone, Default)]
pub struct Learned {
    plain_list: Arc<AtomicBool>,
    /// Rate windows.
    pub windows: Windows,
    /// Its own figures, and until when they are shown.
    pub(super) figures: Arc<tokio::sync::Mutex<Option<(Instant, serde_json::Value)>>>,
}

impl Learned {
    /// Whether users were last listed at `/users`.
    pub fn lists_plainly(&self) -> bool {
        self.plain_list.load(Ordering::Relaxed)
    }

    /// Remembers where users were listed.
    pub fn remember_plain(&self, plain: bool) {
        self.plain_list.store(plain, Ordering::Relaxed);
    }
}

fn from_headers(headers: &HeaderMap) -> Allowance {
    Allowance::of(headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    /// Apollo facts §5.2: an empty limit is no limit; a missing or garbled header is unknown, never 0.
    #[test]
    fn windows_are_read_from_headers_old_and_new() {
        let told = from_headers(&headers(&[
            ("x-rate-limit-minute", "200"),
            ("x-minute-usage", "1"),
            ("x-minute-requests-left", "199"),
            ("x-rate-limit-hourly", ""),
            ("x-rate-limit-daily", "6000"),
            ("x-daily-usage", "many"),
            ("x-daily-requests-left", "5997"),
        ]));
        assert_eq!(told.minute, Window { limit: Limit::Calls(200), used: Some(1), left: Some(199) });
        assert_eq!(told.hour, Window { limit: Limit::Unlimited, used: None, left: None });
        assert_eq!(told.day, Window { limit: Limit::Calls(6000), used: None, left: Some(5997) });
        let new = from_headers(&headers(&[("x-rate-limit-24-hour", "600"), ("x-rate-limit-daily", "1")]));
        assert_eq!(new.day.limit, Limit::Calls(600));
        let garbled = headers(&[("x-rate-limit-minute", "lots"), ("x-minute-requests-left", "-1")]);
        assert_eq!(from_headers(&garbled), Allowance::default());
    }

    /// 401 and 403 carry no headers: what was known stays known.
    #[test]
    fn an_answer_that_says_nothing_takes_nothing_away() {
        let windows = Windows::default();
        windows.learn("a", &headers(&[("x-rate-limit-minute", "50")]));
        windows.clone().learn("a", &HeaderMap::new());
        assert_eq!(windows.of("a").unwrap().1.minute.limit, Limit::Calls(50));
        assert_eq!(windows.of("b"), None);
    }

    /// R11: what the bridge's own reads were told is passed on once, under the name of the route sheet.
    #[test]
    fn news_is_told_once() {
        let windows = Windows::default();
        for scope in ["api/v1/users/search", "deals/api/v1/opportunities/search"] {
            windows.learn(scope, &headers(&[("x-rate-limit-minute", "50")]));
        }
        let names: Vec<String> = windows.take_news().into_iter().map(|(name, ..)| name).collect();
        assert_eq!(names, ["users/search", "opportunities/search"]);
        assert!(windows.take_news().is_empty() && windows.of("api/v1/users/search").is_some());
    }
}
