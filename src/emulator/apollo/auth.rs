//! API keys: who may call what, and the refusals for the others. Source: Apollo facts §2.1, §2.2.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::plan::Plan;
use super::switches::{Switch, Switches};
use super::wire::answer::Answer;

/// Source: Apollo facts §2.2, first row (75 of 76 operations).
const INVALID_KEY: &str =
    "Invalid API key. See https://docs.apollo.io/reference/authentication for how to authenticate.";
/// Source: Apollo facts §2.2, older wording, seen live for an API key sent as Bearer.
const INVALID_CREDENTIALS: &str = "Invalid access credentials.";

/// The keys of the workspace.
#[derive(Debug)]
pub struct Keys {
    master: String,
    scoped: Vec<(String, Vec<String>)>,
    revoked: BTreeSet<String>,
}

/// What a request presented. Source: Apollo facts §2.1: only headers carry credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presented {
    /// Nothing.
    Nothing,
    /// A text in `x-api-key`.
    Key(String),
    /// A text in `Authorization: Bearer`.
    Bearer(String),
}

impl Presented {
    /// Reads the two headers; `x-api-key` wins where both are sent (unconfirmed).
    pub fn read(api_key: Option<&str>, authorization: Option<&str>) -> Presented {
        if let Some(key) = api_key.map(str::trim).filter(|key| !key.is_empty()) {
            return Presented::Key(key.to_owned());
        }
        let bearer = authorization
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .filter(|token| !token.is_empty());
        bearer.map_or(Presented::Nothing, |token| Presented::Bearer(token.to_owned()))
    }
}

/// What a key is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'a> {
    /// Everything.
    Master,
    /// The endpoints it lists.
    Scoped(&'a [String]),
    /// Nothing any more.
    Revoked,
    /// It was never issued.
    Unknown,
}

impl Keys {
    /// The keys of one workspace.
    pub fn new(master: &str, scoped: &[(String, Vec<String>)]) -> Keys {
        Keys { master: master.to_owned(), scoped: scoped.to_vec(), revoked: BTreeSet::new() }
    }

    /// What a text is good for.
    pub fn look(&self, key: &str) -> Key<'_> {
        if self.revoked.contains(key) {
            return Key::Revoked;
        }
        if key == self.master {
            return Key::Master;
        }
        let scoped = self.scoped.iter().find(|(known, _)| known == key);
        scoped.map_or(Key::Unknown, |(_, scopes)| Key::Scoped(scopes))
    }

    /// Makes a key for these endpoints, or a master key where there are none.
    pub fn make(&mut self, key: &str, scopes: Vec<String>) {
        self.revoked.remove(key);
        if scopes.is_empty() {
            self.master = key.to_owned();
        } else {
            self.scoped.retain(|(known, _)| known != key);
            self.scoped.push((key.to_owned(), scopes));
        }
    }

    /// Revokes a key; answers whether it was alive.
    pub fn revoke(&mut self, key: &str) -> bool {
        let alive = matches!(self.look(key), Key::Master | Key::Scoped(_));
        alive && self.revoked.insert(key.to_owned())
    }
}

/// Source: Apollo facts §2.2; `bare_string` is the one operation whose 401 is JSON (GET /contacts/{id}).
pub fn invalid_key(bare_string: bool, switches: &Switches) -> Answer {
    let told = if switches.on(Switch::OlderWording) { INVALID_CREDENTIALS } else { INVALID_KEY };
    if bare_string { Answer::json(401, &Value::from(told)) } else { Answer::text(401, told) }
}

/// An API key sent as Bearer. Source: Apollo facts §2.1, §2.2 (seen live 2026-07).
pub fn key_as_bearer() -> Answer {
    Answer::text(401, INVALID_CREDENTIALS)
}

/// The code is documented, the words beside it are not (unconfirmed); an account that is no longer active is
/// refused with the same. Source: Apollo facts §2.2.
pub fn invalid_token() -> Answer {
    Answer::json(401, &json!({"error": "The access token is invalid.", "error_code": "INVALID_ACCESS_TOKEN"}))
}

/// Source: Apollo facts §2.2, the key lacks the endpoint in its scope; 422 for `reports/sync_report`.
pub fn inaccessible(scope: &str, switches: &Switches) -> Answer {
    let error = if switches.on(Switch::OlderWording) {
        format!("{scope} is not accessible with this api_key")
    } else {
        format!(
            "This API key is not authorized to access {scope}. Request an API key from your administrator \
             that includes this endpoint in its configured scope."
        )
    };
    refused(scope, &error)
}

/// An access token without the endpoint's scope; the words are (unconfirmed), after those of §2.2.
pub fn outside_the_grant(scope: &str) -> Answer {
    refused(scope, &format!("{scope} is not accessible with this access token."))
}

/// An endpoint that is not in the plan. Source: Apollo facts §2.2, key and OAuth.
pub fn not_in_the_plan(scope: &str, plan: Plan, with_token: bool) -> Answer {
    let error = if with_token {
        let plan = plan.to_string();
        format!(
            "{scope} is not accessible with this access token on a {plan} plan. Please upgrade your plan \
             from https://app.apollo.io/."
        )
    } else {
        let plan = plan.name();
        format!(
            "The {scope} API is not included in your {plan} plan and is not accessible. All paid plans \
             include full API access. Upgrade your plan from https://www.apollo.io/pricing"
        )
    };
    refused(scope, &error)
}

/// Source: Apollo facts §2.2, last row.
fn refused(scope: &str, error: &str) -> Answer {
    let status = if scope == "api/v1/reports/sync_report" { 422 } else { 403 };
    Answer::json(status, &json!({"error": error, "error_code": "API_INACCESSIBLE"}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_master_scoped_revoked_or_unknown() {
        let mut keys = Keys::new("master", &[("scoped".into(), vec!["api/v1/users/search".into()])]);
        assert_eq!((keys.look("master"), keys.look("made-up")), (Key::Master, Key::Unknown));
        assert!(matches!(keys.look("scoped"), Key::Scoped([scope]) if scope == "api/v1/users/search"));
        assert!(keys.revoke("scoped") && !keys.revoke("scoped") && !keys.revoke("made-up"));
        assert_eq!(keys.look("scoped"), Key::Revoked);
    }

    #[test]
    fn a_blank_key_is_no_key() {
        assert_eq!(Presented::read(Some("  "), None), Presented::Nothing);
        assert_eq!(Presented::read(None, Some("bearer  t ")), Presented::Bearer("t".into()));
    }

    #[test]
    fn the_report_refuses_with_another_status() {
        let switches = Switches::default();
        assert_eq!(inaccessible("api/v1/reports/sync_report", &switches).status, 422);
        assert_eq!(inaccessible("api/v1/users/search", &switches).status, 403);
    }
}
