//! Names of people: the address Apollo matches by, and the userName the IdP matches by.

/// A mailbox address as it was sent, with the form it is compared by.
///
/// Invariant: one `@` at least, a local part, a dotted domain, no blanks; only [`Address::parse`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    text: String,
    key: String,
}

impl Address {
    /// The address in `text`, or nothing if it is none. Blanks around it are cut.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@')?;
        let dotted = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
        let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
        (!local.is_empty() && dotted && plain)
            .then(|| Self { text: text.to_owned(), key: text.to_lowercase() })
    }

    /// The address as it was sent.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The form two addresses are compared by: letter case does not tell people apart.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether both name the same mailbox.
    pub fn is_same_mailbox(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

/// One e-mail value of a person, as far as a seat cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mail<'a> {
    /// The address as sent.
    pub value: &'a str,
    /// `work`, `home`, ...
    pub kind: Option<&'a str>,
    /// Whether the IdP marked it primary.
    pub primary: bool,
}

/// The text a seat takes its address from: the primary e-mail, else the work one, else the first, else a
/// userName that is an address (L2). It may still fail to be an address.
pub fn seat_address<'a>(mails: &[Mail<'a>], user_name: &'a str) -> Option<&'a str> {
    let filled = || mails.iter().filter(|mail| !mail.value.trim().is_empty());
    filled()
        .find(|mail| mail.primary)
        .or_else(|| filled().find(|mail| mail.kind.is_some_and(|kind| kind.eq_ignore_ascii_case("work"))))
        .or_else(|| filled().next())
        .map(|mail| mail.value)
        .or_else(|| Address::parse(user_name).map(|_| user_name))
}

/// The name an IdP looks a person up by, as sent, with the form it is compared by.
///
/// Invariant: not blank; only [`UserName::parse`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserName {
    text: String,
    key: String,
}

impl UserName {
    /// The userName in `text`, or nothing if it is blank.
    pub fn parse(text: &str) -> Option<Self> {
        (!text.trim().is_empty()).then(|| Self { text: text.to_owned(), key: Self::key_of(text) })
    }

    /// The form a userName is looked up by (RFC 7643 §4.1.1: userName is not caseExact).
    pub fn key_of(text: &str) -> String {
        text.trim().to_lowercase()
    }

    /// The userName as it was sent.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The form two userNames are compared by.
    pub fn key(&self) -> &str {
        &self.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// L2: an address needs a mailbox and a dotted domain; anything else cannot hold a seat.
    #[test]
    fn only_a_mailbox_at_a_dotted_domain_is_an_address() {
        for good in ["a@b.example", " A.B+c@sub.b.example ", "\"odd@local\"@b.example", "é@b.example"] {
            assert!(Address::parse(good).is_some(), "{good}");
        }
        for bad in
            ["", " ", "ada", "@b.example", "a@", "a@b", "a@.example", "a@b.", "a@b..c", "a b@c.d", "a@b .c"]
        {
            assert!(Address::parse(bad).is_none(), "{bad}");
        }
    }

    /// L2: letter case apart, and Entra quirk 23: the text comes back as sent.
    #[test]
    fn an_address_keeps_its_letters_and_is_compared_without_them() {
        let (Some(upper), Some(lower)) =
            (Address::parse(" Ada@Corp.Example "), Address::parse("ada@corp.example"))
        else {
            panic!("both are addresses");
        };
        assert_eq!(upper.as_str(), "Ada@Corp.Example");
        assert!(upper.is_same_mailbox(&lower));
        assert!(!upper.is_same_mailbox(&Address::parse("eve@corp.example").unwrap()));
        assert_eq!(upper.key(), "ada@corp.example");
    }

    /// L2: the primary e-mail, else the work one, else the first, else a userName that is an address.
    #[test]
    fn the_seat_address_is_primary_then_work_then_first_then_the_user_name() {
        let home = Mail { value: "home@x.example", kind: Some("home"), primary: false };
        let work = Mail { value: "work@x.example", kind: Some("Work"), primary: false };
        let main = Mail { value: "main@x.example", kind: None, primary: true };
        let blank = Mail { value: "  ", kind: Some("work"), primary: true };
        assert_eq!(seat_address(&[home, work, main], "u"), Some("main@x.example"));
        assert_eq!(seat_address(&[home, work], "u"), Some("work@x.example"));
        assert_eq!(seat_address(&[home], "u"), Some("home@x.example"));
        assert_eq!(seat_address(&[blank, home], "u"), Some("home@x.example"));
        assert_eq!(seat_address(&[], "u@x.example"), Some("u@x.example"));
        assert_eq!(seat_address(&[], "u"), None);
    }

    /// L4: userName is compared without letter case and kept as sent.
    #[test]
    fn a_user_name_is_compared_without_case_and_kept_as_sent() {
        let name = UserName::parse("Rin.SATO@x.example").unwrap();
        assert_eq!((name.as_str(), name.key()), ("Rin.SATO@x.example", "rin.sato@x.example"));
        assert_eq!(UserName::parse("  "), None);
        assert_eq!(UserName::key_of(" ÄB "), "äb");
    }
}
