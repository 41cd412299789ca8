//! Questions about the credential itself: whether it is let in, whom it acts as, what it has left
//! (Apollo facts §2.3, §4.2).

use super::ask::{Heard, Patience, Question};
use super::client::Apollo;
use super::doubt::Doubt;
use super::limits::{Allowance, Limit, Window};
use super::page::{no_list, number, text};
use super::reading::ReadOptions;
use http::header::DATE;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// Whether Apollo answers, and whether it knows the credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// Apollo answers 200 even to a made-up key: only this tells. Absent when it did not say.
    pub is_logged_in: Option<bool>,
    /// Apollo's clock. Unit: seconds after 1970.
    pub says_it_is: Option<i64>,
}

/// Whom every call acts as (Apollo facts §1.1): for a key the workspace's longest-standing active
/// administrator.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// Apollo's id of the user.
    pub id: Option<String>,
    /// Apollo's id of the team.
    pub team_id: Option<String>,
    /// The user's address.
    pub email: Option<String>,
}

/// A credential alone.
const AUTH: Question = question("GET", "/auth/health", "auth/health", "app_scopes");
const PROFILE: Question =
    question("GET", "/users/api_profile", "api/v1/users/api_profile", "read_user_profile");
const USAGE: Question = question(
    "POST",
    "/usage_stats/api_usage_stats",
    "api/v1/usage_stats/api_usage_stats",
    "api_usage_stats_read",
);

const CREDITS: Question = question(
    "POST",
    "/usage_stats/credit_usage_stats",
    "api/v1/usage_stats/credit_usage_stats",
    "credit_usage_stats_read",
);

/// How long Apollo's figures are shown before they are asked for again.
const FRESH: Duration = Duration::from_secs(60);
/// How long it takes until Apollo is asked again when it did not say.
const RETRIED: Duration = Duration::from_secs(10);
/// Longest a person who wants to see them waits for Apollo.
const SHORT: Duration = Duration::from_secs(3);

pub(super) const fn question(
    method: &'static str,
    path: &'static str,
    scope: &'static str,
    grant_scope: &'static str,
) -> Question {
    Question { method, path: std::borrow::Cow::Borrowed(path), scope, grant_scope }
}

impl Apollo {
    /// Whether Apollo is there and knows the credential.
    ///
    /// Errors: the [`Doubt`].
    pub async fn health(&self, ask: &ReadOptions) -> Result<Health, Doubt> {
        let (heard, body) = self.ask_json(&AUTH, ask).await?;
        let date = heard.headers.get(DATE).and_then(|value| value.to_str().ok());
        let date = date.and_then(|text| chrono::DateTime::parse_from_rfc2822(text).ok());
        let is_logged_in = body["is_logged_in"].as_bool();
        Ok(Health { is_logged_in, says_it_is: date.map(|date| date.timestamp()) })
    }

    /// Whom the credential acts as.
    ///
    /// Errors: the [`Doubt`].
    pub async fn profile(&self, ask: &ReadOptions) -> Result<Profile, Doubt> {
        self.profile_within(&mut Patience::new(ask)).await
    }

    /// The same, with what is left of a patience.
    pub(super) async fn profile_within(&self, patience: &mut Patience) -> Result<Profile, Doubt> {
        let (_, mut body) = self.json_within(&PROFILE, patience).await?;
        let mut member = |name: &str| text(body[name].take());
        Ok(Profile { id: member("id"), team_id: member("team_id"), email: member("email") })
    }

    /// What Apollo allows and what is used, by endpoint; what is learned is kept for whoever shares it out.
    ///
    /// Errors: the [`Doubt`].
    pub async fn usage(&self, ask: &ReadOptions) -> Result<BTreeMap<String, Allowance>, Doubt> {
        let (_, body) = self.ask_json(&USAGE, ask).await?;
        let usage = usage_of(&body);
        for (scope, allowance) in &usage {
            self.learned.windows.put(scope, *allowance);
        }
        Ok(usage)
    }

    /// Apollo's own figures as it answered them, at most a minute old: `apiUsageStats` and
    /// `creditUsageStats`, each null when Apollo does not say in time.
    pub async fn figures(&self) -> Value {
        let mut shown = self.learned.figures.lock().await;
        if let Some((until, figures)) = shown.as_ref()
            && *until > Instant::now()
        {
            return figures.clone();
        }
        let ask = ReadOptions { patience: Duration::ZERO, deadline: SHORT, ..ReadOptions::brief() };
        let (windows, credits) =
            futures_util::future::join(self.ask_json(&USAGE, &ask), self.ask_json(&CREDITS, &ask)).await;
        let fresh = if windows.is_ok() && credits.is_ok() { FRESH } else { RETRIED };
        let body = |asked: Result<(Heard, Value), Doubt>| asked.map_or(Value::Null, |(_, body)| body);
        let figures = json!({"apiUsageStats": body(windows), "creditUsageStats": body(credits)});
        *shown = Some((Instant::now() + fresh, figures.clone()));
        figures
    }

    /// Apollo's windows as far as they are known; copies share.
    pub fn windows(&self) -> super::limits::Windows {
        self.learned.windows.clone()
    }

    async fn ask_json(&self, question: &Question, ask: &ReadOptions) -> Result<(Heard, Value), Doubt> {
        self.json_within(question, &mut Patience::new(ask)).await
    }

    pub(super) async fn json_within(
        &self,
        question: &Question,
        patience: &mut Patience,
    ) -> Result<(Heard, Value), Doubt> {
        let heard = self.ask(question, patience).await?;
        let body: Value =
            serde_json::from_slice(&heard.body).map_err(|error| no_list(&heard.body, &error))?;
        if body.is_object() { Ok((heard, body)) } else { Err(Doubt::WrongShape) }
    }
}

/// Source: Apollo facts §4.2; the older guide's list of §3.3 too. What cannot be understood is left out.
fn usage_of(body: &Value) -> BTreeMap<String, Allowance> {
    if let Some(listed) = body["api_usage"].as_array() {
        return listed.iter().filter_map(from_the_guide).collect();
    }
    let of = |(key, entry): (&String, &Value)| Some((endpoint(key)?, allowance(entry)?));
    body.as_object().into_iter().flatten().filter_map(of).collect()
}

/// `["api/v1/contacts", "search"]`, a JSON array in a text, is `api/v1/contacts/search`.
fn endpoint(key: &str) -> Option<String> {
    let parts: Vec<String> = serde_json::from_str(key).ok()?;
    let whole = parts.len() == 2 && parts.iter().all(|part| !part.trim().is_empty());
    whole.then(|| parts.iter().map(|part| part.trim()).collect::<Vec<_>>().join("/"))
}

fn allowance(entry: &Value) -> Option<Allowance> {
    let entry = entry.as_object()?;
    let window = |name: &str| {
        let window = entry.get(name).unwrap_or(&Value::Null);
        Window {
            limit: number(&window["limit"]).map_or(Limit::Unknown, Limit::Calls),
            used: number(&window["consumed"]),
            left: number(&window["left_over"]),
        }
    };
    Some(Allowance { minute: window("minute"), hour: window("hour"), day: window("day") })
}

fn from_the_guide(entry: &Value) -> Option<(String, Allowance)> {
    let endpoint = entry["endpoint"].as_str()?.trim().trim_start_matches('/').to_owned();
    let minute = Window {
        limit: number(&entry["limit_per_minute"]).map_or(Limit::Unknown, Limit::Calls),
        ..Window::default()
    };
    let day = Window { used: number(&entry["used_today"]), ..Window::default() };
    Some((endpoint, Allowance { minute, day, ..Allowance::default() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Apollo facts §4.2: keys that hold JSON, figures that do not add up, null and text for numbers.
    #[test]
    fn usage_is_read_whatever_oddities_it_has() {
        let window = |left: i64| json!({"limit": 200, "consumed": "1", "left_over": left});
        let read = usage_of(&json!({
            "[\"api/v1/users\", \"search\"]": {"minute": window(7), "hour": {"limit": null}, "day": 0},
            "[\"api/v1/users\"]": {"minute": window(1)},
            "no JSON": {"minute": window(1)},
            "[\"api/v1/contacts\",\"search\"]": 0,
        }));
        assert_eq!(read.keys().collect::<Vec<_>>(), ["api/v1/users/search"]);
        let users = read["api/v1/users/search"];
        assert_eq!(users.minute, Window { limit: Limit::Calls(200), used: Some(1), left: Some(7) });
        assert_eq!((users.hour, users.day), (Window::default(), Window::default()), "unknown, never 0");
    }

    /// Apollo facts §3.3: the older guide's list.
    #[test]
    fn the_guides_list_is_read_too() {
        let read = usage_of(&json!({"api_usage": [
            {"endpoint": "/api/v1/users", "limit_per_minute": 50, "used_today": 12}, {"endpoint": null}]}));
        let users = read["api/v1/users"];
        assert_eq!((users.minute.limit, users.minute.left), (Limit::Calls(50), None));
        assert_eq!(users.day.used, Some(12));
    }
}
