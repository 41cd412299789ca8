//! Pages of a list: which part was asked for, and the message that carries it.

use serde_json::{Value, json};

use super::error::Error;
use super::urn;

/// The part of a list that a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Position of the first resource wanted. Units: 1-based.
    pub start_index: u64,
    /// How many resources are wanted at most; zero asks for the total alone.
    pub count: u64,
}

impl Page {
    /// Reads the two query parameters; `max` is the largest page, and the page when no count is given.
    ///
    /// Errors: [`Error::NotANumber`]. A start below 1 means 1, a negative count means 0.
    /// Source: RFC 7644 §3.4.2.4.
    pub fn read(start_index: Option<&str>, count: Option<&str>, max: u64) -> Result<Page, Error> {
        let start_index = start_index.map_or(Ok(1), |text| whole_number("startIndex", text))?;
        let count = count.map_or(Ok(max), |text| whole_number("count", text))?;
        Ok(Page { start_index: start_index.max(1), count: count.min(max) })
    }

    /// How many resources of the whole list stand before this page.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.start_index.saturating_sub(1)
    }
}

/// Reads a number of any length; what is below zero counts as zero.
pub(in crate::scim) fn whole_number(parameter: &'static str, text: &str) -> Result<u64, Error> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Error::NotANumber { parameter });
    }
    Ok(if negative { 0 } else { digits.parse().unwrap_or(u64::MAX) })
}

/// The message that carries one page by index; all counts are numbers.
///
/// Source: RFC 7644 §3.4.2.
#[must_use]
pub fn response(total: u64, start_index: u64, resources: Vec<Value>) -> Value {
    let mut page = json!({
        "schemas": [urn::LIST_RESPONSE],
        "totalResults": total,
        "startIndex": start_index,
        "itemsPerPage": resources.len(),
    });
    // Moved, where the macro would copy every one of them.
    page["Resources"] = Value::Array(resources);
    page
}

/// The message that carries one page by cursor; a page without `next` is the last one.
///
/// Source: RFC 9865 §2.
#[must_use]
pub fn cursor_response(
    total: u64,
    previous: Option<&str>,
    next: Option<&str>,
    resources: Vec<Value>,
) -> Value {
    let mut page = json!({
        "schemas": [urn::LIST_RESPONSE],
        "totalResults": total,
        "itemsPerPage": resources.len(),
    });
    for (name, cursor) in [("previousCursor", previous), ("nextCursor", next)] {
        if let Some(cursor) = cursor {
            page[name] = json!(cursor);
        }
    }
    page["Resources"] = Value::Array(resources);
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_as_generously_as_the_standard_says() {
        let cases = [
            (None, None, (1, 1000)),
            (Some("1"), Some("100"), (1, 100)),
            (Some("0"), Some("-5"), (1, 0)),
            (Some("-7"), Some("0"), (1, 0)),
            (Some("101"), Some("5000"), (101, 1000)),
            (Some("99999999999999999999999"), Some("99999999999999999999999"), (u64::MAX, 1000)),
        ];
        for (start, count, (start_index, wanted)) in cases {
            let page = Page::read(start, count, 1000).unwrap();
            assert_eq!(page, Page { start_index, count: wanted }, "{start:?} {count:?}");
        }
        assert_eq!(Page::read(Some("101"), None, 100).unwrap().offset(), 100);
    }

    #[test]
    fn what_is_no_number_is_refused_by_name() {
        for text in ["", "abc", "1.5", "1e3", "--1", "0x10", "१"] {
            assert_eq!(
                Page::read(Some(text), None, 9),
                Err(Error::NotANumber { parameter: "startIndex" }),
                "{text}"
            );
            assert_eq!(
                Page::read(None, Some(text), 9),
                Err(Error::NotANumber { parameter: "count" }),
                "{text}"
            );
        }
    }

    #[test]
    fn counts_are_json_numbers_and_an_empty_page_has_an_empty_array() {
        let empty = response(0, 1, vec![]);
        assert_eq!(empty["totalResults"], json!(0));
        assert_eq!(
            (&empty["startIndex"], &empty["itemsPerPage"], &empty["Resources"]),
            (&json!(1), &json!(0), &json!([]))
        );
    }

    #[test]
    fn a_cursor_page_names_only_the_cursors_there_are() {
        let last = cursor_response(3, Some("p"), None, vec![json!({"id": "1"})]);
        assert_eq!(
            (&last["previousCursor"], last.get("nextCursor"), &last["itemsPerPage"]),
            (&json!("p"), None, &json!(1))
        );
    }
}
