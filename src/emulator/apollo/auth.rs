//! Who may call what, and the refusals for the others.

use serde_json::{Value, json};

use super::log::KeyKind;
use super::wire::answer::Answer;

/// Source: Apollo facts §2.2, first row (75 of 76 operations).
const INVALID_KEY: &str =
    "Invalid API key. See https://docs.apollo.io/reference/authentication for how to authenticate.";
/// Source: Apollo facts §2.2, older wording, seen live for an API key sent as Bearer.
const INVALID_CREDENTIALS: &str = "Invalid access credentials.";

/// The keys of the workspace.
pub struct Keys {
    master: String,
    scoped: Vec<(String, Vec<String>)>,
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

impl Keys {
    /// The keys of one workspace.
    pub fn new(master: &str, scoped: &[(String, Vec<String>)]) -> Keys {
        Keys { master: master.to_owned(), scoped: scoped.to_vec() }
    }

    /// The kind of credential, whichever header it came in.
    pub fn kind(&self, presented: &Presented) -> KeyKind {
        let (Presented::Key(text) | Presented::Bearer(text)) = presented else {
            return KeyKind::None;
        };
        if *text == self.master {
            KeyKind::Master
        } else if self.scopes(text).is_some() {
            KeyKind::Scoped
        } else {
            KeyKind::Unknown
        }
    }

    /// Whether the request is logged in: the right key in the right header. Source: Apollo facts §2.1, §2.3.
    pub fn logged_in(&self, presented: &Presented) -> bool {
        matches!(presented, Presented::Key(_))
            && matches!(self.kind(presented), KeyKind::Master | KeyKind::Scoped)
    }

    /// Lets a call to the endpoint called `scope` pass, or answers Apollo's refusal.
    ///
    /// `bare_string` is the one operation whose 401 is JSON, a bare string (GET /contacts/{id}).
    /// Source: Apollo facts §2.2.
    pub fn admit(&self, presented: &Presented, scope: &str, bare_string: bool) -> Result<(), Answer> {
        match presented {
            Presented::Key(text) if *text == self.master => Ok(()),
            Presented::Key(text) => match self.scopes(text) {
                Some(scopes) if scopes.iter().any(|listed| listed == scope) => Ok(()),
                Some(_) => Err(inaccessible(scope)),
                None => Err(invalid_key(bare_string)),
            },
            Presented::Bearer(_) if self.kind(presented) != KeyKind::Unknown => {
                Err(Answer::text(401, INVALID_CREDENTIALS))
            }
            Presented::Bearer(_) => Err(invalid_token()),
            Presented::Nothing => Err(invalid_key(bare_string)),
        }
    }

    fn scopes(&self, key: &str) -> Option<&[String]> {
        self.scoped.iter().find(|(known, _)| known == key).map(|(_, scopes)| scopes.as_slice())
    }
}

fn invalid_key(bare_string: bool) -> Answer {
    if bare_string {
        return Answer::json(401, &Value::from(INVALID_KEY));
    }
    Answer::text(401, INVALID_KEY)
}

/// The code is documented, the words beside it are not (unconfirmed). Source: Apollo facts §2.2.
fn invalid_token() -> Answer {
    Answer::json(401, &json!({"error": "The access token is invalid.", "error_code": "INVALID_ACCESS_TOKEN"}))
}

/// Source: Apollo facts §2.2, the key lacks the endpoint in its scope.
fn inaccessible(scope: &str) -> Answer {
    let error = format!(
        "This API key is not authorized to access {scope}. Request an API key from your administrator \
         that includes this endpoint in its configured scope."
    );
    Answer::json(403, &json!({"error": error, "error_code": "API_INACCESSIBLE"}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::new("master", &[("scoped".into(), vec!["api/v1/users/search".into()])])
    }

    #[test]
    fn only_the_key_header_carries_an_api_key() {
        let keys = keys();
        assert!(keys.admit(&Presented::read(Some("master"), None), "api/v1/contacts/create", false).is_ok());
        let bearer = Presented::read(None, Some("Bearer master"));
        assert_eq!(keys.kind(&bearer), KeyKind::Master);
        assert!(!keys.logged_in(&bearer));
        let refused = keys.admit(&bearer, "api/v1/users/search", false).map_err(|answer| answer.status);
        assert_eq!(refused, Err(401));
    }

    #[test]
    fn a_scoped_key_reaches_what_it_lists_and_nothing_else() {
        let (keys, scoped) = (keys(), Presented::read(Some("scoped"), None));
        assert!(keys.admit(&scoped, "api/v1/users/search", false).is_ok());
        let refused = keys.admit(&scoped, "api/v1/contacts/search", false);
        let body = refused.map_err(|answer| String::from_utf8_lossy(&answer.body).into_owned());
        assert!(body.is_err_and(|text| text.contains("access api/v1/contacts/search. Request")));
    }

    #[test]
    fn a_blank_key_is_no_key() {
        let blank = Presented::read(Some("  "), None);
        assert_eq!(Keys::new("", &[]).kind(&blank), KeyKind::None);
    }
}
