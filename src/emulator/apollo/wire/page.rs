//! Paging: `page` and `per_page`, 1-based.

use std::ops::Range;

use serde_json::{Value, json};

use super::answer::Answer;
use super::input::Params;

/// Rows of a page when nobody says. Source: Apollo facts §3.3 (25, from the founding document).
const DEFAULT_SIZE: usize = 25;
/// Most rows of a page. Source: Apollo facts §3.1.
const LARGEST: usize = 100;
/// Rows that can be paged to. Source: Apollo facts §3.1 (500 pages of 100).
const DEEPEST_ROW: usize = 50_000;

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    number: usize,
    size: usize,
    shown_number: Value,
    shown_size: Value,
}

impl Page {
    /// Reads the page asked for. More than 100 rows a page are cut to 100 (unconfirmed).
    ///
    /// Errors: 422 beyond row 50,000, in the words of `emailer_messages/search`. Source: Apollo facts §3.4.
    pub fn read(params: &Params) -> Result<Page, Answer> {
        let number = number(params, "page").unwrap_or(1).max(1);
        let size = number_of_rows(params);
        if number.saturating_mul(size) > DEEPEST_ROW {
            return Err(Answer::unprocessable(
                "Invalid parameter passed in. Page * per page number is over threshold.",
            ));
        }
        let shown_number = echo(params, "page", number);
        let shown_size = echo(params, "per_page", size);
        Ok(Page { number, size, shown_number, shown_size })
    }

    /// Reads the page of a database search, which refuses what it does not like.
    ///
    /// Errors: 422 `Invalid parameters`. Source: Apollo facts §3.4.
    pub fn strict(params: &Params) -> Result<Page, Answer> {
        let valid = |name: &str, most: usize| {
            params.value(name).is_none() || number(params, name).is_some_and(|n| (1..=most).contains(&n))
        };
        if valid("page", DEEPEST_ROW / LARGEST) && valid("per_page", LARGEST) {
            return Page::read(params);
        }
        Err(Answer::unprocessable("Invalid parameters"))
    }

    /// The rows of this page out of `total`.
    pub fn rows(&self, total: usize) -> Range<usize> {
        let start = ((self.number - 1) * self.size).min(total);
        start..(start + self.size).min(total)
    }

    /// Its items.
    pub fn cut<'a, T>(&self, items: &'a [T]) -> &'a [T] {
        &items[self.rows(items.len())]
    }

    /// The `pagination` member; query texts are echoed as texts. Source: Apollo facts §4, §4.1.
    pub fn pagination(&self, total: usize) -> Value {
        json!({
            "page": self.shown_number,
            "per_page": self.shown_size,
            "total_entries": total,
            "total_pages": total.div_ceil(self.size),
        })
    }
}

fn number(params: &Params, name: &str) -> Option<usize> {
    params.text(name)?.trim().parse().ok()
}

fn number_of_rows(params: &Params) -> usize {
    number(params, "per_page")
        .filter(|size| *size > 0)
        .or(params.default_rows)
        .unwrap_or(DEFAULT_SIZE)
        .min(LARGEST)
}

fn echo(params: &Params, name: &str, number: usize) -> Value {
    if params.in_query(name) { Value::from(number.to_string()) } else { Value::from(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(query: &str, body: &str) -> Page {
        let params = Params::read(query, None, body.as_bytes()).unwrap_or_default();
        Page::read(&params).unwrap_or_else(|_| unreachable!())
    }

    #[test]
    fn pages_cover_everything_once() {
        let items: Vec<usize> = (0..58).collect();
        let seen: Vec<usize> =
            (1..=4).flat_map(|n| page(&format!("page={n}"), "").cut(&items).to_vec()).collect();
        assert_eq!(seen, items);
        assert_eq!(page("page=3", "").pagination(58)["total_pages"], 3);
    }

    #[test]
    fn a_query_number_is_echoed_as_text_and_a_body_number_as_number() {
        assert_eq!(page("page=2&per_page=10", "").pagination(0)["page"], "2");
        assert_eq!(page("", r#"{"page": 2}"#).pagination(0)["page"], 2);
        assert_eq!(page("per_page=500", "").pagination(0)["per_page"], "100");
    }

    #[test]
    fn too_deep_and_malformed_pages_are_refused() {
        let read = |query: &str| Params::read(query, None, b"").unwrap_or_default();
        assert!(Page::read(&read("page=501&per_page=100")).is_err());
        for query in ["page=0", "per_page=101", "page=x", "page=501"] {
            assert!(Page::strict(&read(query)).is_err(), "{query}");
        }
    }
}
