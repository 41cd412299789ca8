//! The Authorization header of a SCIM request (A4).

/// Longest credential looked at, in bytes.
pub const LONGEST_CREDENTIAL: usize = 8192;

/// How the credential was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `Bearer <token>` (RFC 6750 §2.1).
    Standard,
    /// The token alone: Okta's header template (Okta facts §3).
    Bare,
    /// `Bearer Bearer <token>`: an admin typed the word into Okta's bearer field (Okta facts §3).
    Doubled,
}

/// A credential and how it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bearer<'a> {
    /// The token text.
    pub token: &'a str,
    /// How it was written.
    pub form: Form,
}

/// Why a header is no credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Longer than any token of ours.
    #[error("the Authorization header is longer than any token: paste the token as it was shown")]
    TooLong,
    /// Something else than one token.
    #[error("the Authorization header is no `Bearer` followed by one token: paste the token as it was shown")]
    NotOneToken,
    /// Another scheme.
    #[error("this endpoint takes `Authorization: Bearer` and no other scheme")]
    OtherScheme,
}

/// Reads an Authorization header: one scheme, one token, nothing else. Linear in its length.
///
/// Errors: [`Malformed`] says what to change.
/// Source: RFC 6750 §2.1; Okta facts §3 for the two other forms.
pub fn read(header: &str) -> Result<Bearer<'_>, Malformed> {
    if header.len() > LONGEST_CREDENTIAL {
        return Err(Malformed::TooLong);
    }
    let mut words = header.split(' ').filter(|word| !word.is_empty());
    let parts = [words.next(), words.next(), words.next(), words.next()];
    let is_scheme = |word: &str| word.eq_ignore_ascii_case("bearer");
    match parts {
        [Some(token), None, None, None] if !is_scheme(token) => token68(token, Form::Bare),
        [Some(scheme), Some(token), None, None] if is_scheme(scheme) && !is_scheme(token) => {
            token68(token, Form::Standard)
        }
        [Some(scheme), Some(again), Some(token), None]
            if is_scheme(scheme) && is_scheme(again) && !is_scheme(token) =>
        {
            token68(token, Form::Doubled)
        }
        [Some(scheme), Some(_), None, None] if !is_scheme(scheme) => Err(Malformed::OtherScheme),
        _ => Err(Malformed::NotOneToken),
    }
}

fn token68(token: &str, form: Form) -> Result<Bearer<'_>, Malformed> {
    let legal = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    if token.chars().all(legal) { Ok(Bearer { token, form }) } else { Err(Malformed::NotOneToken) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A4: strict about what it accepts. Okta quirk 18: bare and doubled forms are told apart from the
    /// standard.
    #[test]
    fn one_token_in_three_forms_and_nothing_else() {
        for (header, token, form) in [
            ("Bearer a.b.c", "a.b.c", Form::Standard),
            ("bearer  a.b.c ", "a.b.c", Form::Standard),
            ("a.b.c", "a.b.c", Form::Bare),
            ("Bearer Bearer a.b.c", "a.b.c", Form::Doubled),
        ] {
            assert_eq!(read(header), Ok(Bearer { token, form }), "{header}");
        }
        for bad in [
            "",
            " ",
            "Bearer",
            "Bearer Bearer",
            "Bearer a b",
            "Bearer\ta.b.c",
            "Bearer a,b",
            "Bearer é",
            "Bearer Bearer bearer",
            "Bearer Bearer Bearer x",
            "Bearer Bearer a b",
        ] {
            assert_eq!(read(bad), Err(Malformed::NotOneToken), "{bad}");
        }
        assert_eq!(read("Basic dXNlcg=="), Err(Malformed::OtherScheme));
    }

    /// A4: never slow.
    #[test]
    fn a_header_longer_than_any_token_is_refused_unread() {
        assert_eq!(read(&"a".repeat(LONGEST_CREDENTIAL + 1)), Err(Malformed::TooLong));
        assert!(read(&"a".repeat(LONGEST_CREDENTIAL)).is_ok());
    }

    proptest::proptest! {
        /// A4: total over anything a client sends.
        #[test]
        fn reading_never_panics(header in ".{0,200}") {
            let _ = read(&header);
        }
    }
}
