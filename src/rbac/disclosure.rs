//! What a caller may see of Apollo's answer: personal data is masked by its key, at any depth (R9).
//!
//! Personal data turns up in answers about anything (a task embeds a whole contact), so the walk goes by key
//! and never by endpoint. Free text is searched for addresses too, because answers carry them where no key
//! tells.
//!
//! Source: facts §1 fact 6, §8.6, §8.4 rows 36, 54 and 55.

use super::body::is_utf8;
use super::columns::Route;
use super::document::Document;
use super::permission::{Permission, Permissions};

/// What stands where personal data stood. Unmistakable, so that a write that carries it can be refused.
pub const MASK: &str = "[masked by seatbridge]";

/// What Apollo writes for an address that was not bought: the same for everyone, so no personal data.
pub const PLACEHOLDER_ADDRESS: &str = "email_not_unlocked@domain.com";

/// What must happen to an answer before the caller sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disclosure {
    /// Nothing: it may stream through untouched.
    Open,
    /// These members are removed at any depth.
    Strip(&'static [&'static str]),
    /// Personal data is masked.
    Mask {
        /// Members removed at any depth.
        strip: &'static [&'static str],
        /// Members that are message bodies on this route alone.
        bodies: &'static [&'static str],
    },
}

impl Disclosure {
    /// What a caller with `permissions` may see of an answer of `route`.
    pub(super) fn of(route: &Route, permissions: Permissions) -> Disclosure {
        match (permissions.contains(Permission::ExportPii), route.secret_fields) {
            (true, []) => Disclosure::Open,
            (true, secrets) => Disclosure::Strip(secrets),
            (false, strip) => Disclosure::Mask { strip, bodies: route.body_fields },
        }
    }
}

/// An answer as the caller may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosed {
    /// The body.
    pub body: Vec<u8>,
    /// How many values were masked.
    pub masked: usize,
    /// How many members were removed.
    pub stripped: usize,
}

/// An answer that cannot be shown, because nobody can tell what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unmaskable {
    /// It is not labelled as JSON in UTF-8.
    #[error("the answer is not JSON, so personal data in it cannot be masked")]
    NotJson,
    /// It is labelled as JSON and cannot be read.
    #[error("the answer is not readable JSON, so personal data in it cannot be masked")]
    Unreadable,
}

/// Turns an answer into what the caller may see. An empty body stays empty.
///
/// Errors: [`Unmaskable`] when something must be masked or removed and the body is not JSON; the caller of
/// this function must then show nothing of it.
pub fn disclose(disclosure: &Disclosure, content_type: &str, body: &[u8]) -> Result<Disclosed, Unmaskable> {
    let untouched = || Disclosed { body: body.to_vec(), masked: 0, stripped: 0 };
    let (mask, strip, bodies) = match *disclosure {
        Disclosure::Open => return Ok(untouched()),
        Disclosure::Strip(strip) => (false, strip, &[][..]),
        Disclosure::Mask { strip, bodies } => (true, strip, bodies),
    };
    if body.is_empty() {
        return Ok(untouched());
    }
    if !is_json(content_type) {
        return Err(Unmaskable::NotJson);
    }
    let mut document = Document::read(body).map_err(|_| Unmaskable::Unreadable)?;
    let stripped = strip_members(&mut document, strip);
    let mut walk = Walk { bodies, masked: 0 };
    if mask {
        walk.value(&mut document, Treatment::Plain);
    }
    let body = serde_json::to_vec(&document).map_err(|_| Unmaskable::Unreadable)?;
    Ok(Disclosed { body, masked: walk.masked, stripped })
}

fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let json =
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    let charset = |part: &str| part.to_ascii_lowercase().starts_with("charset");
    json && parts.filter(|part| charset(part)).all(is_utf8)
}

/// Removes the members named in `secret` at any depth and counts them.
fn strip_members(document: &mut Document, secret: &[&str]) -> usize {
    match document {
        Document::List(items) => items.iter_mut().map(|item| strip_members(item, secret)).sum(),
        Document::Members(members) => {
            let before = members.len();
            members.retain(|(key, _)| !secret.iter().any(|name| key.eq_ignore_ascii_case(name)));
            let here = before - members.len();
            here + members.iter_mut().map(|(_, value)| strip_members(value, secret)).sum::<usize>()
        }
        Document::Null | Document::Bool(_) | Document::Number(_) | Document::Text(_) => 0,
    }
}

/// How the value under a key is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Treatment {
    /// Not personal by its key; addresses inside texts are masked all the same.
    Plain,
    /// An organization or account, whose own phones are nobody's personal data.
    Company,
    /// A company's own phone, left as it is with everything beneath.
    CompanyPhone,
    /// Personal, with everything beneath.
    Personal,
    /// A list of addresses or numbers; objects in it keep what is neither.
    Entries,
    /// May hold anything; texts that look like an address or a number are masked.
    Suspect,
}

/// Keys whose value is personal, whatever it is, beside those that [`PERSONAL_ENDS`] tells.
///
/// Facts §8.6, and `request_email_change_to` of a user, which carries an address too.
const PERSONAL: &[&str] = &[
    "email",
    "email_address",
    "email_md5",
    "email_sha256",
    "request_email_change_to",
    "phone",
    "phone_number",
    "raw_number",
    "sanitized_number",
    "to_number",
    "from_number",
    "recording_url",
    "body",
    "body_html",
    "body_text",
    "signature_html",
];

/// Keys of lists whose elements are personal, or objects around something personal.
const ENTRIES: &[&str] = &["emails", "email_addresses", "phones", "phone_numbers"];

/// Ends of longer keys, read like the shorter ones: `hashed_email`, `sanitized_phone`, `mobile_phone`,
/// `bridge_incoming_phone_number`; `to_emails`, `contact_emails`. Not `has_direct_phone`.
const PERSONAL_ENDS: &[&str] = &["_email", "_email_address", "_phone", "_phone_number"];
const ENTRIES_ENDS: &[&str] = &["_emails", "_email_addresses", "_phones", "_phone_numbers"];

/// Keys whose objects are companies.
const COMPANIES: &[&str] =
    &["organization", "organizations", "account", "accounts", "created_accounts", "existing_accounts"];

/// Keys of a company's own phones, directly inside it.
const COMPANY_PHONES: &[&str] = &["phone", "primary_phone", "sanitized_phone"];

struct Walk {
    bodies: &'static [&'static str],
    masked: usize,
}

impl Walk {
    fn value(&mut self, value: &mut Document, treatment: Treatment) {
        match value {
            Document::Null | Document::Bool(_) => {}
            Document::List(items) => items.iter_mut().for_each(|item| self.value(item, treatment)),
            Document::Members(members) => {
                for (key, value) in members {
                    let treatment = self.under(key, treatment);
                    if is_address(key) {
                        self.masked += 1;
                        *key = format!("{MASK} {}", self.masked);
                    }
                    self.value(value, treatment);
                }
            }
            Document::Number(number) => {
                let digits = number.as_str().bytes().filter(u8::is_ascii_digit).count();
                if is_personal(treatment) && digits >= SHORTEST_PHONE {
                    self.mask(value);
                }
            }
            Document::Text(text) => {
                let kept = text.trim().is_empty() || text.trim().eq_ignore_ascii_case(PLACEHOLDER_ADDRESS);
                if kept || treatment == Treatment::CompanyPhone {
                    return;
                }
                let suspect = treatment == Treatment::Suspect && (has_address(text) || has_phone(text));
                if is_personal(treatment) || suspect {
                    self.mask(value);
                } else if let Some(without) = without_addresses(text) {
                    self.masked += 1;
                    *text = without;
                }
            }
        }
    }

    fn mask(&mut self, value: &mut Document) {
        self.masked += 1;
        *value = Document::Text(MASK.to_owned());
    }

    /// The treatment of what stands under `key` in an object that is itself treated as `around`.
    fn under(&self, key: &str, around: Treatment) -> Treatment {
        use Treatment::*;
        let key = key.to_ascii_lowercase();
        let is = |names: &[&str]| names.contains(&key.as_str());
        let ends = |ends: &[&str]| !key.starts_with("has_") && ends.iter().any(|end| key.ends_with(end));
        match around {
            Personal | CompanyPhone => around,
            Company if is(COMPANY_PHONES) => CompanyPhone,
            Entries if key.ends_with("number") => Personal,
            _ if is(PERSONAL) || is(self.bodies) || ends(PERSONAL_ENDS) => Personal,
            _ if is(ENTRIES) || ends(ENTRIES_ENDS) => Entries,
            Entries | Suspect => Suspect,
            _ if key == "typed_custom_fields" => Suspect,
            _ if is(COMPANIES) => Company,
            Plain | Company => Plain,
        }
    }
}

/// Whether a text directly under this treatment is personal.
fn is_personal(treatment: Treatment) -> bool {
    matches!(treatment, Treatment::Personal | Treatment::Entries)
}

/// Fewest digits of a phone number somebody could dial.
const SHORTEST_PHONE: usize = 7;

/// Whether a word is, or holds, the mail address of somebody; the placeholder is nobody's.
fn is_address(word: &str) -> bool {
    if !has_sign(word) {
        return false;
    }
    let domain = |text: &str| {
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '.' && c != '-').unwrap_or(text.len());
        text[..end].split('.').filter(|label| !label.is_empty()).count() >= 2
    };
    let signs = ["@", "%40"].into_iter().flat_map(|sign| word.match_indices(sign));
    signs.into_iter().any(|(at, sign)| at > 0 && domain(&word[at + sign.len()..]))
        && !word.trim_end_matches(['.', '!']).eq_ignore_ascii_case(PLACEHOLDER_ADDRESS)
}

/// Characters that stand between an address and the text around it.
fn parts_words(c: char) -> bool {
    c.is_whitespace() || "<>()[]{},;:\"'|=&?/\\`".contains(c)
}

fn has_address(text: &str) -> bool {
    has_sign(text) && text.split(parts_words).any(is_address)
}

/// Whether there may be an address at all: few texts hold either sign, and all are asked.
fn has_sign(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'@' | b'%'))
}

/// The text with its addresses masked, or `None` if it holds none.
fn without_addresses(text: &str) -> Option<String> {
    if !has_address(text) {
        return None;
    }
    let mut masked = String::with_capacity(text.len());
    for piece in text.split_inclusive(parts_words) {
        let word = piece.strip_suffix(parts_words).unwrap_or(piece);
        if is_address(word) {
            masked.push_str(MASK);
            masked.push_str(&piece[word.len()..]);
        } else {
            masked.push_str(piece);
        }
    }
    Some(masked)
}

/// Whether a text holds a run of digits that may be a phone number. Ids and dates are not.
fn has_phone(text: &str) -> bool {
    let id = text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if id || is_date(text) {
        return false;
    }
    let mut digits = 0;
    let mut inside_word = false;
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits += 1;
        } else if digits == 0 || inside_word || !" +()-./\u{a0}".contains(c) {
            digits = 0;
            inside_word = c.is_alphanumeric();
        }
        if !inside_word && digits >= SHORTEST_PHONE {
            return true;
        }
    }
    false
}

/// Whether a text is a date, or a date with a time, as Apollo writes them.
fn is_date(text: &str) -> bool {
    let form: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let Some(rest) = form.strip_prefix("0000-00-00") else {
        return false;
    };
    let timed = rest.strip_prefix(['T', ' ']).is_some_and(|time| {
        let clock = time.strip_suffix('Z').or_else(|| time.strip_suffix("+00:00")).unwrap_or(time);
        ["00:00", "00:00:00", "00:00:00.000"].contains(&clock)
    });
    rest.is_empty() || timed
}

#[cfg(test)]
mod tests;
