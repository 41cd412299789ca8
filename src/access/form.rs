//! What a token request says (RFC 6749 §4.4, RFC 7523 §2.2), strictly.

use crate::credential::bearer::LONGEST_CREDENTIAL;
use crate::http::error::GrantFailure;
use secrecy::SecretString;
use std::collections::HashMap;

/// Largest body read, in bytes: an assertion in its percent-encoding, and the rest.
pub const LARGEST_BODY: usize = 3 * LONGEST_CREDENTIAL;
/// The one grant there is.
const GRANT: &str = "client_credentials";
/// The one scope there is.
pub const SCOPE: &str = "scim";
/// The one kind of assertion there is (RFC 7523 §2.2).
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Longest client id looked for, in bytes; ours have 36.
const LONGEST_ID: usize = 128;

/// Who asks for a token.
#[derive(Debug)]
pub struct Ask {
    /// `client_id`.
    pub client_id: String,
    /// What it proves itself with.
    pub proof: Shown,
}

/// What a client proves itself with.
#[derive(Debug)]
pub enum Shown {
    /// `client_secret`.
    Secret(SecretString),
    /// `client_assertion`.
    Assertion(SecretString),
}

/// Reads a token request.
///
/// Errors: [`GrantFailure`] in the words of RFC 6749 §5.2.
/// Source: RFC 6749 §2.3.1, §3.2, §4.4.2; a secret in header and body alike is taken if it is the same,
/// because IdPs offer to send both (Entra facts §11 names the place).
pub fn read(authorization: Option<&str>, body: &[u8]) -> Result<Ask, GrantFailure> {
    let mut form = parameters(body)?;
    match form.remove("grant_type").as_deref() {
        Some(GRANT) => {}
        Some(_) => return Err(GrantFailure::UnsupportedGrant),
        None => return Err(bad("grant_type is missing; send grant_type=client_credentials")),
    }
    let basic = authorization.map(basic).transpose()?;
    let (id, secret) = (form.remove("client_id"), form.remove("client_secret"));
    let assertion = assertion(&mut form)?;
    if form.remove("scope").is_some_and(|scope| scope.split(' ').any(|one| one != SCOPE)) {
        return Err(GrantFailure::InvalidScope);
    }
    let id = same(basic.as_ref().map(|(id, _)| id.clone()), id)?;
    let secret = same(basic.map(|(_, secret)| secret), secret)?;
    let client_id = id.ok_or_else(|| bad("client_id is missing"))?;
    if client_id.len() > LONGEST_ID {
        return Err(GrantFailure::InvalidClient);
    }
    let proof = match (secret, assertion) {
        (Some(_), Some(_)) => {
            return Err(bad("client_secret and client_assertion came together; send one of them"));
        }
        (Some(secret), None) => Shown::Secret(SecretString::from(secret)),
        (None, Some(assertion)) => Shown::Assertion(SecretString::from(assertion)),
        (None, None) => return Err(GrantFailure::InvalidClient),
    };
    Ok(Ask { client_id, proof })
}

fn bad(what: &'static str) -> GrantFailure {
    GrantFailure::InvalidRequest(what)
}

/// The parameters of a form; none may come twice, and an empty one counts as absent (RFC 6749 §3.2).
fn parameters(body: &[u8]) -> Result<HashMap<String, String>, GrantFailure> {
    let text = std::str::from_utf8(body).map_err(|_| bad("the body is no UTF-8 form"))?;
    let mut form = HashMap::new();
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        if form.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(bad("a parameter came twice; send each once"));
        }
    }
    form.retain(|_, value| !value.is_empty());
    Ok(form)
}

fn assertion(form: &mut HashMap<String, String>) -> Result<Option<String>, GrantFailure> {
    match (form.remove("client_assertion_type"), form.remove("client_assertion")) {
        (None, None) => Ok(None),
        (Some(kind), Some(assertion)) if kind == ASSERTION => Ok(Some(assertion)),
        (Some(_), Some(_)) => {
            Err(bad("client_assertion_type has to be urn:ietf:params:oauth:client-assertion-type:jwt-bearer"))
        }
        _ => Err(bad("client_assertion and client_assertion_type belong together")),
    }
}

/// A value that may come by header and by body, but not with two meanings.
fn same(header: Option<String>, body: Option<String>) -> Result<Option<String>, GrantFailure> {
    match (header, body) {
        (Some(one), Some(other)) if one != other => {
            Err(bad("the Authorization header and the body name different credentials; send one"))
        }
        (one, other) => Ok(one.or(other)),
    }
}

/// `Basic base64(form(id):form(secret))` (RFC 6749 §2.3.1); whether it is right is decided later.
fn basic(header: &str) -> Result<(String, String), GrantFailure> {
    let unreadable = GrantFailure::InvalidClient;
    let (scheme, encoded) = header.trim().split_once(' ').ok_or(unreadable.clone())?;
    if !scheme.eq_ignore_ascii_case("basic") || header.len() > LONGEST_CREDENTIAL {
        return Err(unreadable);
    }
    let bytes = data_encoding::BASE64.decode(encoded.trim().as_bytes()).map_err(|_| unreadable.clone())?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable.clone())?;
    let (id, secret) = text.split_once(':').ok_or(unreadable)?;
    let decoded = |text: &str| {
        let pairs = format!("x={}", text.replace('&', "%26"));
        url::form_urlencoded::parse(pairs.as_bytes()).next().map(|(_, value)| value.into_owned())
    };
    Ok((decoded(id).unwrap_or_default(), decoded(secret).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn asked(authorization: Option<&str>, body: &str) -> Result<(String, String), GrantFailure> {
        let ask = read(authorization, body.as_bytes())?;
        let told = match &ask.proof {
            Shown::Secret(secret) => format!("secret {}", secret.expose_secret()),
            Shown::Assertion(assertion) => format!("assertion {}", assertion.expose_secret()),
        };
        assert!(!format!("{ask:?}").contains(told.split(' ').next_back().unwrap()), "a secret prints");
        Ok((ask.client_id, told))
    }

    fn basic_of(text: &str) -> String {
        format!("Basic {}", data_encoding::BASE64.encode(text.as_bytes()))
    }

    /// RFC 6749 §2.3.1: by header, by body, or by both alike; the parts of the header are form-encoded.
    #[test]
    fn a_client_names_itself_by_header_or_by_body() {
        let grant = "grant_type=client_credentials";
        for (header, body) in [
            (None, format!("{grant}&client_id=i%20d&client_secret=s%26c")),
            (None, format!("{grant}&client_id=i+d&client_secret=s%26c&scope=scim&unknown=1")),
            (Some(basic_of("i+d:s%26c")), grant.to_owned()),
            (Some(basic_of("i%20d:s&c")), format!("{grant}&scope=")),
            (Some(basic_of("i+d:s%26c").replace("Basic ", "basic  ")), grant.to_owned()),
            (Some(basic_of("i+d:s%26c")), format!("{grant}&client_id=i+d&client_secret=s%26c")),
        ] {
            let expected = ("i d".to_owned(), "secret s&c".to_owned());
            assert_eq!(asked(header.as_deref(), &body).unwrap(), expected, "{header:?} {body}");
        }
        let federated = format!("{grant}&client_id=c&client_assertion=j&client_assertion_type={ASSERTION}");
        assert_eq!(asked(None, &federated).unwrap(), ("c".to_owned(), "assertion j".to_owned()));
    }

    /// RFC 6749 §5.2: each way to be wrong has its word.
    #[test]
    fn each_way_to_be_wrong_has_its_word() {
        let grant = "grant_type=client_credentials";
        let twice = format!("{grant}&client_id=a&client_secret=b&client_assertion=c&client_assertion_type=");
        for (header, body, word) in [
            (None, String::new(), "invalid_request"),
            (None, "client_id=a&client_secret=b".into(), "invalid_request"),
            (None, "grant_type=password&client_id=a&client_secret=b".into(), "unsupported_grant_type"),
            (None, format!("{grant}&{grant}&client_id=a&client_secret=b"), "invalid_request"),
            (None, format!("{grant}&client_id=a&client_id=a&client_secret=b"), "invalid_request"),
            (None, format!("{grant}&client_secret=b"), "invalid_request"),
            (None, format!("{grant}&client_id=a"), "invalid_client"),
            (None, format!("{grant}&client_id=a&client_secret="), "invalid_client"),
            (None, format!("{grant}&client_id={}&client_secret=b", "a".repeat(129)), "invalid_client"),
            (None, format!("{grant}&client_id=a&client_secret=b&scope=scim+admin"), "invalid_scope"),
            (None, format!("{grant}&client_id=a&client_assertion=c"), "invalid_request"),
            (None, format!("{twice}{ASSERTION}"), "invalid_request"),
            (
                None,
                format!("{grant}&client_id=a&client_assertion=c&client_assertion_type=x"),
                "invalid_request",
            ),
            (Some(basic_of("a:b")), format!("{grant}&client_id=b"), "invalid_request"),
            (Some(basic_of("a:b")), format!("{grant}&client_id=a&client_secret=c"), "invalid_request"),
            (Some(basic_of("ab")), grant.into(), "invalid_client"),
            (Some("Basic !".into()), grant.into(), "invalid_client"),
            (Some("Bearer x".into()), grant.into(), "invalid_client"),
            (Some("Basic".into()), grant.into(), "invalid_client"),
        ] {
            let why = asked(header.as_deref(), &body).unwrap_err();
            assert_eq!(why.word(), word, "{header:?} {body}");
        }
    }

    proptest::proptest! {
        /// A4: total over anything a client sends.
        #[test]
        fn reading_never_panics(header in proptest::option::of(".{0,60}"), body in ".{0,120}") {
            let _ = read(header.as_deref(), body.as_bytes());
            let _ = read(header.as_deref(), format!("grant_type=client_credentials&{body}").as_bytes());
        }
    }
}
