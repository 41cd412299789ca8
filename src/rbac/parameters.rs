//! Parameters of a call: how they are spelt, how a query is read, and the rules they meet wherever they are.
//!
//! Apollo takes parameters from query or body, plain (`page`), as a list (`page[]`) or nested
//! (`details[0][page]`). A rule therefore asks for the letters of every part of a name, and the caller's
//! spelling does not matter.
//!
//! Source: facts §3.3 (last paragraphs), §8.1 row 7, §8.2 rows 13 and 14.

use super::columns::Route;
use super::denial::{Denial, LONGEST_QUERY, QueryFault, shown};
use super::disclosure::MASK;
use super::permission::Permission;
use super::role::Reach;

/// A query that can be read in one way only, kept byte for byte (R8). Only [`check_query`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedQuery {
    raw: String,
    parameters: Vec<(String, String)>,
}

impl CheckedQuery {
    /// The query as the caller wrote it, without the question mark.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// Names and values, decoded once, in the caller's order; a parameter without `=` has an empty value.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Reads a raw query (without its question mark) and refuses what two readers could understand differently.
///
/// A semicolon separates parameters too, because older servers of Apollo's kind split there.
///
/// Errors: [`Denial::BadQuery`] for bytes or escapes with no clear meaning, [`Denial::CredentialInQuery`] and
/// [`Denial::MethodOverride`] in any spelling, [`Denial::MaskedWriteBack`] for a value we masked.
pub fn check_query(raw: &str) -> Result<CheckedQuery, Denial> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !br#"\#"<>"#.contains(&byte);
    if !raw.bytes().all(plain) {
        return Err(Denial::BadQuery { fault: QueryFault::RawCharacter });
    }
    if raw.len() + 2 * raw.matches('\'').count() > LONGEST_QUERY {
        return Err(Denial::BadQuery { fault: QueryFault::TooLong });
    }
    let mut parameters = Vec::new();
    for piece in raw.split(['&', ';']).filter(|piece| !piece.is_empty()) {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        let parameter = (decoded(name)?, decoded(value)?);
        check_parameter(&parameter.0, &parameter.1)?;
        parameters.push(parameter);
    }
    Ok(CheckedQuery { raw: raw.to_owned(), parameters })
}

fn check_parameter(name: &str, value: &str) -> Result<(), Denial> {
    if name.contains(['%', '\\']) {
        return Err(Denial::BadQuery { fault: QueryFault::OddName });
    }
    if overrides_method(name) {
        return Err(Denial::MethodOverride);
    }
    if spelt(name).iter().any(|part| is_credential(part)) {
        return Err(Denial::CredentialInQuery);
    }
    if name.contains(MASK) || value.contains(MASK) {
        return Err(Denial::MaskedWriteBack { path: shown(name) });
    }
    Ok(())
}

/// One name or value, percent-decoded, with `+` as a blank.
fn decoded(text: &str) -> Result<String, Denial> {
    let fault = |fault| Denial::BadQuery { fault };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => match (rest.next().and_then(hex), rest.next().and_then(hex)) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Err(fault(QueryFault::BadEscape)),
            },
            plain => plain,
        });
    }
    let text = String::from_utf8(bytes).map_err(|_| fault(QueryFault::NotUtf8))?;
    if text.contains(char::is_control) {
        return Err(fault(QueryFault::ControlCharacter));
    }
    Ok(text)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// The parts of a parameter name, each reduced to its letters and digits in lower case.
///
/// `details[0][Reveal-Phone_number]` gives `details`, `0`, `revealphonenumber`. Leading brackets are skipped,
/// because servers of Apollo's kind skip them.
pub(super) fn spelt(name: &str) -> Vec<String> {
    // As nearly everybody spells them; of each call, many names are asked for several times.
    if name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
        return Some(name.replace('_', "")).filter(|part| !part.is_empty()).into_iter().collect();
    }
    let letters =
        |part: &str| part.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    name.split(['[', ']', '.']).map(letters).filter(|part: &String| !part.is_empty()).collect()
}

/// Whether a name asks for another method, as servers of Apollo's kind may understand it.
pub(super) fn overrides_method(name: &str) -> bool {
    name.split(['[', ']']).any(|part| part.trim().eq_ignore_ascii_case("_method"))
}

/// Whether a spelt part names a key or token.
pub(super) fn is_credential(part: &str) -> bool {
    ["apikey", "xapikey", "accesstoken", "bearertoken"].contains(&part)
}

/// A value as the rules see it, whether it came in a query or in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given<'a> {
    /// JSON null.
    Nothing,
    /// Anything with one text: strings, numbers, truth values.
    Scalar(&'a str),
    /// Lists and objects.
    Compound,
}

/// The rules of one call, and what they learn about it on the way.
pub(super) struct Guard<'a> {
    /// The row of the call.
    pub route: &'static Route,
    /// What the caller may do.
    pub reach: &'a Reach,
    /// Whether the call asks for phones, personal addresses or a waterfall.
    pub reveals: bool,
    /// The longest list of records seen.
    pub records: usize,
}

impl<'a> Guard<'a> {
    /// The rules of a call to `route` by `reach`, before anything was read.
    pub fn new(route: &'static Route, reach: &'a Reach) -> Guard<'a> {
        Guard { route, reach, reveals: false, records: 0 }
    }

    /// Rules for every parameter of a query.
    pub fn query(&mut self, query: &CheckedQuery) -> Result<(), Denial> {
        for (name, value) in query.parameters() {
            self.anywhere(name, Given::Scalar(value))?;
            self.at_the_top(name, Given::Scalar(value))?;
        }
        for (parameter, most) in self.record_lists() {
            let mut count = 0;
            for (name, _) in query.parameters() {
                count += records_named(&spelt(name), parameter)?;
            }
            self.count(parameter, count, most)?;
        }
        Ok(())
    }

    /// Rules that hold at any depth: reveal and waterfall parameters, and the webhook (R9).
    pub fn anywhere(&mut self, name: &str, given: Given<'_>) -> Result<(), Denial> {
        for part in spelt(name) {
            if part.contains("webhook") {
                self.webhook(name, given)?;
            }
            // "False" is not false for every reader, so only what is false for all of them passes.
            let declined = matches!(given, Given::Nothing | Given::Scalar("false" | "0"));
            if (part.contains("reveal") || part.contains("waterfall")) && !declined {
                self.reveals = true;
                self.export(name)?;
            }
        }
        Ok(())
    }

    /// Rules of top-level parameters: the limits of a page (R14).
    pub fn at_the_top(&self, name: &str, given: Given<'_>) -> Result<(), Denial> {
        let (pages, skips) = (self.route.reads_page, self.route.reads_skip);
        let (most, too_much) = match spelt(name).first().map(String::as_str) {
            Some("perpage") if pages => (100, Denial::TooManyPerPage),
            Some("page") if pages => (500, Denial::BeyondLastPage),
            Some("limit") if skips => (100, Denial::TooManyAtOnce),
            Some("skip") if skips => (50_000, Denial::BeyondLastRecord),
            _ => return Ok(()),
        };
        match given {
            Given::Nothing | Given::Scalar("") => Ok(()),
            Given::Scalar(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                if text.parse::<u64>().is_ok_and(|number| number <= most) { Ok(()) } else { Err(too_much) }
            }
            Given::Scalar(_) | Given::Compound => Err(Denial::NotANumber { parameter: shown(name) }),
        }
    }

    /// The lists of records the row limits, with their limit.
    pub fn record_lists(&self) -> Vec<(&'static str, usize)> {
        let lists = self.route.records.iter();
        lists.flat_map(|list| list.parameters.iter().map(|name| (*name, list.most))).collect()
    }

    /// Counts one list of records.
    pub fn count(&mut self, parameter: &'static str, count: usize, most: usize) -> Result<(), Denial> {
        if count > most {
            return Err(Denial::TooManyRecords { parameter, most });
        }
        self.records = self.records.max(count);
        Ok(())
    }

    fn webhook(&self, name: &str, given: Given<'_>) -> Result<(), Denial> {
        match given {
            Given::Nothing => Ok(()),
            Given::Scalar(url) if https_host(url).is_some_and(|host| self.reach.allows_webhook_to(host)) => {
                self.export(name)
            }
            Given::Scalar(_) | Given::Compound => Err(Denial::WebhookRefused),
        }
    }

    fn export(&self, name: &str) -> Result<(), Denial> {
        if self.reach.permissions().contains(Permission::ExportPii) {
            return Ok(());
        }
        Err(Denial::NeedsExportPii { parameter: shown(name) })
    }
}

/// How many records of `list` a query parameter adds: one for `domains[]`, unclear for `details[][email]`.
fn records_named(parts: &[String], list: &'static str) -> Result<usize, Denial> {
    let letters = list.replace('_', "");
    match parts {
        [first, rest @ ..] if *first == letters => {
            if rest.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
                Ok(1)
            } else {
                Err(Denial::BadQuery { fault: QueryFault::RecordsInQuery { parameter: list } })
            }
        }
        _ => Ok(0),
    }
}

/// The host of an https URL with no port, no user and no byte that readers could split differently.
fn https_host(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let named =
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    (plain && named).then_some(host)
}

#[cfg(test)]
mod tests;
