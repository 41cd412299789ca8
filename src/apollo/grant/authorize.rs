//! The address a person authorises at, what comes back from there, scopes compared. Pure.
//!
//! No PKCE: of Apollo's two kinds of clients only the public one is known to use it (Apollo facts §2.4).

use secrecy::SecretString;
use url::form_urlencoded;

/// Scopes that every app has, asked for or not (Apollo facts §2.4).
const ALWAYS: [&str; 2] = ["read_user_profile", "app_scopes"];

/// Where a person authorises the bridge: `base` and the request behind it, which at Apollo is a fragment.
pub fn authorize_url(base: &str, client_id: &str, redirect_uri: &str, scopes: &str, state: &str) -> String {
    let request = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", client_id)
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("response_type", "code")
        .append_pair("scope", &scope_list(scopes).join(" "))
        .append_pair("state", state)
        .finish();
    // A plus is a blank in a form alone; nobody knows what reads the fragment.
    format!("{base}{}{}", if base.contains('?') { '&' } else { '?' }, request.replace('+', "%20"))
}

/// The scopes of a text, in order, each once; blanks, commas and pluses separate them.
pub fn scope_list(text: &str) -> Vec<String> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in text.split(|c: char| c.is_whitespace() || c == ',' || c == '+').filter(|one| !one.is_empty())
    {
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    scopes
}

/// How what was granted differs from what is configured.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ScopeChange {
    /// Configured, and not granted.
    pub missing: Vec<String>,
    /// Granted, and not configured.
    pub surplus: Vec<String>,
}

impl ScopeChange {
    /// Whether somebody has to authorise again.
    pub fn needs_authorising(&self) -> bool {
        !self.missing.is_empty() || !self.surplus.is_empty()
    }
}

/// Compares them; what every app has counts on neither side.
pub fn scope_change(configured: &str, granted: &str) -> ScopeChange {
    let (configured, granted) = (scope_list(configured), scope_list(granted));
    let beyond = |some: &[String], others: &[String]| {
        let own = some.iter().filter(|one| !others.contains(one) && !ALWAYS.contains(&one.as_str()));
        own.cloned().collect()
    };
    ScopeChange { missing: beyond(&configured, &granted), surplus: beyond(&granted, &configured) }
}

/// What Apollo sends a person back with.
#[derive(Debug, Clone)]
pub enum Returned {
    /// The person said yes.
    Code {
        /// What tokens are given for.
        code: SecretString,
        /// What we sent them there with.
        state: SecretString,
    },
    /// The person, or Apollo, said no.
    Error {
        /// Apollo's word.
        error: String,
        /// What we sent them there with.
        state: SecretString,
    },
    /// None of both, or one of them twice.
    Nothing,
}

impl Returned {
    /// Reads a query. Source: RFC 6749 §4.1.2.
    pub fn read(query: &str) -> Self {
        let mut found: [Option<String>; 3] = [None, None, None];
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let Some(at) = ["code", "error", "state"].iter().position(|known| *known == name) else {
                continue;
            };
            if found[at].replace(value.into_owned()).is_some() {
                return Returned::Nothing;
            }
        }
        match found.map(|one| one.filter(|text| !text.is_empty())) {
            [Some(code), None, Some(state)] => Returned::Code { code: code.into(), state: state.into() },
            [None, Some(error), Some(state)] => {
                let plain = error.chars().all(|c| c.is_ascii_lowercase() || c == '_') && error.len() <= 64;
                let error = if plain { error } else { "an error of no known name".to_owned() };
                Returned::Error { error, state: state.into() }
            }
            _ => Returned::Nothing,
        }
    }
}

/// What somebody pasted from the browser.
#[derive(Debug, Clone)]
pub enum Pasted {
    /// The code alone.
    Code(SecretString),
    /// The whole address they were sent back to.
    Address(Returned),
}

/// Reads what was pasted; nothing for what is neither.
pub fn pasted(text: &str) -> Option<Pasted> {
    let text = text.trim().trim_matches(['"', '\'']);
    if let Some((_, query)) = text.split_once('?') {
        let query = query.split('#').next().unwrap_or_default();
        return match Returned::read(query) {
            Returned::Nothing => None,
            returned => Some(Pasted::Address(returned)),
        };
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~+/=".contains(c);
    let code = text.len() >= 8 && text.len() <= 2048 && text.chars().all(plain);
    code.then(|| Pasted::Code(SecretString::from(text.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    /// R13, Apollo facts §2.4: the request stands in the fragment, scopes are separated by blanks.
    #[test]
    fn the_request_stands_in_the_fragment() {
        let url = authorize_url(
            "https://app.apollo.io/#/oauth/authorize",
            "id",
            "https://bridge.example/oauth/apollo/callback",
            "users_list,  contacts_search",
            "s+t",
        );
        assert_eq!(
            url,
            "https://app.apollo.io/#/oauth/authorize?client_id=id&redirect_uri=https%3A%2F%2Fbridge.example\
             %2Foauth%2Fapollo%2Fcallback&response_type=code&scope=users_list%20contacts_search&state=s%2Bt"
        );
    }

    /// R13: scopes that are missing or too many need a person; order, repeats and what every app has do not.
    #[test]
    fn scopes_are_compared_as_sets() {
        let change = |configured, granted| {
            let ScopeChange { missing, surplus } = scope_change(configured, granted);
            (missing.join(" "), surplus.join(" "))
        };
        let none = (String::new(), String::new());
        assert_eq!(change("a b", "b  a b read_user_profile app_scopes"), none);
        assert_eq!(change("a b read_user_profile", "a,b"), none);
        assert_eq!(change("a b", "b c app_scopes"), ("a".to_owned(), "c".to_owned()));
        assert!(scope_change("a", "").needs_authorising() && !scope_change("", "").needs_authorising());
    }

    /// R13: exactly one code or error, and one state.
    #[test]
    fn what_comes_back_is_one_answer_or_none() {
        let read = |query: &str| match Returned::read(query) {
            Returned::Code { code, state } => format!("{} {}", code.expose_secret(), state.expose_secret()),
            Returned::Error { error, state } => format!("!{error} {}", state.expose_secret()),
            Returned::Nothing => "-".to_owned(),
        };
        for (query, expected) in [
            ("code=c&state=s", "c s"),
            ("state=s&code=c%2Bd&session=1", "c+d s"),
            ("error=access_denied&error_description=no&state=s", "!access_denied s"),
            ("error=%3Cscript%3E&state=s", "!an error of no known name s"),
            ("code=c&error=x&state=s", "-"),
            ("code=c&code=d&state=s", "-"),
            ("code=c&state=s&state=t", "-"),
            ("code=c", "-"),
            ("code=&state=s", "-"),
            ("", "-"),
        ] {
            assert_eq!(read(query), expected, "{query}");
        }
    }

    /// R13: the code or the whole address, with what a terminal or a chat adds.
    #[test]
    fn a_code_or_an_address_can_be_pasted() {
        let read = |text: &str| match pasted(text) {
            Some(Pasted::Code(code)) => code.expose_secret().to_owned(),
            Some(Pasted::Address(Returned::Code { code, .. })) => format!("address {}", code.expose_secret()),
            Some(Pasted::Address(Returned::Error { error, .. })) => error,
            Some(Pasted::Address(Returned::Nothing)) | None => "-".to_owned(),
        };
        for (text, expected) in [
            (" abcdefgh1\n", "abcdefgh1"),
            ("'https://b.example/oauth/apollo/callback?code=c1&state=s#_'", "address c1"),
            ("https://b.example/cb?error=access_denied&state=s", "access_denied"),
            ("https://b.example/cb", "-"),
            ("https://b.example/cb?x=1", "-"),
            ("abc", "-"),
            ("two words here", "-"),
            ("", "-"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
