//! Whom the bridge's calls act as, and whether its credential reaches what it needs (Apollo facts §2.2,
//! §2.3).

use super::client::Apollo;
use super::credential::Used;
use super::doubt::UNTRUSTED;
use super::forward::{FREE_PLAN, Failure, is_inaccessible, is_of_free_plan};
use http::header::{ACCEPT, HeaderMap, HeaderValue};
use http_body_util::BodyExt;
use serde_json::Value;

/// Who a credential acts as: for a master key the longest-standing admin, for a grant whoever granted it.
pub(super) const PROFILE: &str = "/users/api_profile";
/// The smallest read that reconciliation needs; it costs no credits.
const USERS: &str = "/users/search?page=1&per_page=1";
/// Largest answer read.
const LARGEST: usize = 1024 * 1024;

/// An Apollo user, as far as Apollo tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Identity {
    /// Apollo's id.
    pub id: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// The workspace.
    pub team_id: Option<String>,
}

impl Identity {
    /// Reads an answer; nothing when it names nobody.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let parsed: Value = serde_json::from_slice(body).ok()?;
        let user = parsed.get("user").filter(|user| user.is_object()).unwrap_or(&parsed);
        let text = |name: &str| {
            let text = user.get(name)?.as_str()?.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let parts: Vec<String> = ["first_name", "last_name"].into_iter().filter_map(text).collect();
        let name = text("name").or_else(|| (!parts.is_empty()).then(|| parts.join(" ")));
        let found = Self { id: text("id"), email: text("email"), name, team_id: text("team_id") };
        (found.id.is_some() || found.email.is_some()).then_some(found)
    }
}

/// What stands between the bridge and an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// Neither a master key nor a living grant.
    #[error("the bridge has no credential")]
    NoCredential,
    /// 401.
    #[error("Apollo refuses it: it was revoked, has expired, or the account is closed")]
    Refused,
    /// API_INACCESSIBLE.
    #[error("Apollo does not let it reach this endpoint: its scopes, or the plan, do not include it")]
    Inaccessible,
    /// The same, over OAuth and about a free plan.
    #[error("{FREE_PLAN}")]
    FreePlan,
    /// Its certificate is not trusted.
    #[error("{UNTRUSTED}")]
    Untrusted,
    /// No answer.
    #[error("Apollo could not be reached, or was too slow")]
    Unreached,
    /// Another answer than was asked for.
    #[error("Apollo answered with status {0}, which says nothing about the credential: try again later")]
    Odd(u16),
}

/// What Apollo says about the credential in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// `master key`, `second master key`, `OAuth grant`; as of after the calls.
    pub credential: &'static str,
    /// Whom it acts as.
    pub profile: Result<Identity, Obstacle>,
    /// Whether it reads users.
    pub users: Result<(), Obstacle>,
}

impl Apollo {
    /// Asks Apollo whom the bridge acts as, and for one user.
    pub async fn look(&self) -> Sight {
        let profile = self.look_at(PROFILE).await;
        let profile = profile.and_then(|body| Identity::read(&body).ok_or(Obstacle::Odd(200)));
        let users = match profile {
            Err(
                gone @ (Obstacle::NoCredential
                | Obstacle::Refused
                | Obstacle::Unreached
                | Obstacle::Untrusted),
            ) => Err(gone),
            _ => self.look_at(USERS).await.map(|_| ()),
        };
        Sight { credential: self.credential(), profile, users }
    }

    async fn look_at(&self, path: &str) -> Result<Vec<u8>, Obstacle> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let asked = async {
            let answer = self.send("GET", path, headers, None).await?;
            let (status, used) = (answer.status().as_u16(), Used::of(&answer));
            let body = answer.into_body().collect().await.map_err(|error| Failure::of(&error))?.to_bytes();
            Ok((status, used, body.get(..LARGEST.min(body.len())).unwrap_or_default().to_vec()))
        };
        let heard = tokio::time::timeout(self.timeout(), asked).await.unwrap_or(Err(Failure::Slow));
        let (status, used, body) = heard.map_err(|failure| match failure {
            Failure::NoCredential => Obstacle::NoCredential,
            Failure::Refused => Obstacle::Refused,
            Failure::Untrusted => Obstacle::Untrusted,
            Failure::Lost | Failure::Slow | Failure::Unmaskable | Failure::Withdrawn => Obstacle::Unreached,
        })?;
        let over_oauth = used == Some(Used::Grant);
        match status {
            200..=299 => Ok(body),
            401 => Err(Obstacle::Refused),
            _ if is_inaccessible(&body) && over_oauth && is_of_free_plan(&body) => Err(Obstacle::FreePlan),
            _ if is_inaccessible(&body) => Err(Obstacle::Inaccessible),
            _ => Err(Obstacle::Odd(status)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Apollo facts §2.3, §3.3: names come whole or in two parts, on top or below `user`.
    #[test]
    fn a_profile_is_read_from_either_shape() {
        let read = |body: &str| Identity::read(body.as_bytes()).map(|found| (found.email, found.name));
        let ada = Some((Some("a@x.example".to_owned()), Some("Ada King".to_owned())));
        for body in [
            r#"{"id":"1","email":"a@x.example","first_name":"Ada","last_name":"King"}"#,
            r#"{"is_logged_in":true,"user":{"id":"1","email":"a@x.example","name":"Ada King"}}"#,
        ] {
            assert_eq!(read(body), ada, "{body}");
        }
        assert_eq!(read(r#"{"id":"1","email":null}"#), Some((None, None)));
        for body in ["", "[]", "{}", r#"{"user":null}"#] {
            assert_eq!(read(body), None, "{body}");
        }
    }
}
