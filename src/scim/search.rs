//! What a search asks for, in the query of an address or in the body of a message.

use serde_json::{Map, Value};

use super::error::Error;
use super::list::{self, Page};
use super::project::Projection;
use super::sort::Sort;
use super::urn;
use super::user::canonical::type_of;

/// The parameters of a search as sent, none of them understood yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Search {
    filter: Option<String>,
    sort_by: Option<String>,
    sort_order: Option<String>,
    start_index: Option<String>,
    count: Option<String>,
    cursor: Option<String>,
    attributes: Vec<String>,
    excluded: Vec<String>,
}

/// Which page is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paging {
    /// By position (RFC 7644 §3.4.2.4).
    Index(Page),
    /// By cursor (RFC 9865).
    Cursor {
        /// The cursor as sent; empty for the first page.
        cursor: String,
        /// How many resources are wanted at most; none when nothing was said.
        count: Option<u64>,
    },
}

impl Search {
    /// Takes the parameters from a query; `get` answers by name.
    ///
    /// Source: RFC 7644 §3.4.2.
    pub fn of_query<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Search {
        let text = |name: &str| get(name).map(str::to_owned);
        let names = |name: &str| {
            get(name)
                .unwrap_or_default()
                .split(',')
                .map(str::to_owned)
                .filter(|one| !one.is_empty())
                .collect()
        };
        Search {
            filter: text("filter"),
            sort_by: text("sortBy"),
            sort_order: text("sortOrder"),
            start_index: text("startIndex"),
            count: text("count"),
            cursor: text("cursor"),
            attributes: names("attributes"),
            excluded: names("excludedAttributes"),
        }
    }

    /// Takes them from a search message. Member names have no letter case; null is as good as absent, and
    /// unknown members are ignored.
    ///
    /// Errors: [`Error::BodyNotObject`], [`Error::OtherMessage`] when `schemas` names another message,
    /// [`Error::SearchMember`] for a member of the wrong type.
    /// Source: RFC 7644 §3.4.3, RFC 9865 §3.
    pub fn of_message(message: &Value) -> Result<Search, Error> {
        let Value::Object(message) = message else {
            return Err(Error::BodyNotObject { expected: "SearchRequest" });
        };
        let of_this_kind = |schemas: &Value| {
            let named =
                |one: &Value| one.as_str().is_some_and(|one| one.eq_ignore_ascii_case(urn::SEARCH_REQUEST));
            schemas.as_array().is_some_and(|schemas| schemas.iter().any(named))
        };
        if member(message, "schemas").is_some_and(|schemas| !of_this_kind(schemas)) {
            return Err(Error::OtherMessage { expected: urn::SEARCH_REQUEST });
        }
        Ok(Search {
            filter: text(message, "filter")?,
            sort_by: text(message, "sortBy")?,
            sort_order: text(message, "sortOrder")?,
            start_index: number(message, "startIndex")?,
            count: number(message, "count")?,
            cursor: text(message, "cursor")?,
            attributes: names(message, "attributes")?,
            excluded: names(message, "excludedAttributes")?,
        })
    }

    /// The filter as sent; none when it is blank.
    #[must_use]
    pub fn filter(&self) -> Option<&str> {
        self.filter.as_deref().filter(|text| !text.trim().is_empty())
    }

    /// The order wanted.
    ///
    /// Errors: those of [`Sort::read`].
    pub fn sort(&self) -> Result<Option<Sort>, Error> {
        Sort::read(self.sort_by.as_deref(), self.sort_order.as_deref())
    }

    /// The attributes wanted.
    ///
    /// Errors: [`Error::BothProjections`].
    pub fn projection(&self) -> Result<Projection, Error> {
        Projection::of(&self.attributes, &self.excluded)
    }

    /// The page wanted; `max` is the largest, and the one when no count is given.
    ///
    /// Errors: [`Error::NotANumber`]; [`Error::InvalidCount`] for a count beside a cursor that is no number,
    /// [`Error::BothPagings`] for a position beside a cursor.
    /// Source: RFC 7644 §3.4.2.4, RFC 9865 §2.
    pub fn paging(&self, max: u64) -> Result<Paging, Error> {
        let (start, count) = (self.start_index.as_deref(), self.count.as_deref());
        let Some(cursor) = &self.cursor else {
            return Page::read(start, count, max).map(Paging::Index);
        };
        if start.is_some() {
            return Err(Error::BothPagings);
        }
        let count = count.map(|count| list::whole_number("count", count)).transpose();
        let count = count.map_err(|_| Error::InvalidCount)?;
        Ok(Paging::Cursor { cursor: cursor.clone(), count: count.map(|count| count.min(max)) })
    }
}

fn member<'a>(message: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let found = message.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value).filter(|value| !value.is_null())
}

fn wrong(member: &'static str, expected: &'static str, value: &Value) -> Error {
    Error::SearchMember { member, expected, found: type_of(value) }
}

fn text(message: &Map<String, Value>, name: &'static str) -> Result<Option<String>, Error> {
    match member(message, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(wrong(name, "a string", other)),
    }
}

fn number(message: &Map<String, Value>, name: &'static str) -> Result<Option<String>, Error> {
    match member(message, name) {
        None => Ok(None),
        // Numbers keep their digits, so that one of any length is a number still.
        Some(Value::Number(number)) if list::whole_number(name, &number.to_string()).is_ok() => {
            Ok(Some(number.to_string()))
        }
        Some(other) => Err(wrong(name, "a whole number", other)),
    }
}

fn names(message: &Map<String, Value>, name: &'static str) -> Result<Vec<String>, Error> {
    let Some(value) = member(message, name) else {
        return Ok(Vec::new());
    };
    let each = value.as_array().map(|names| names.iter().map(|one| one.as_str().map(str::to_owned)));
    each.and_then(Iterator::collect).ok_or_else(|| wrong(name, "an array of strings", value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// RFC 7644 §3.4.3: a member of the wrong type is told by its name.
    #[test]
    fn a_member_of_the_wrong_type_is_named() {
        for (message, named) in [
            (json!({"filter": 5}), "filter"),
            (json!({"sortBy": ["userName"]}), "sortBy"),
            (json!({"SortOrder": true}), "sortOrder"),
            (json!({"startIndex": "1"}), "startIndex"),
            (json!({"count": 1.5}), "count"),
            (json!({"count": true}), "count"),
            (json!({"cursor": 7}), "cursor"),
            (json!({"attributes": "userName"}), "attributes"),
            (json!({"excludedAttributes": ["meta", 1]}), "excludedAttributes"),
        ] {
            match Search::of_message(&message) {
                Err(Error::SearchMember { member, .. }) => assert_eq!(member, named, "{message}"),
                other => panic!("{message}: {other:?}"),
            }
        }
        let other = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]});
        assert_eq!(Search::of_message(&other), Err(Error::OtherMessage { expected: urn::SEARCH_REQUEST }));
        assert!(matches!(Search::of_message(&json!([])), Err(Error::BodyNotObject { .. })));
    }

    /// RFC 9865 §2: a cursor parameter, even an empty one, asks for pages by cursor.
    #[test]
    fn a_page_is_wanted_by_position_or_by_cursor() {
        let read = |message: Value| Search::of_message(&message).unwrap().paging(100);
        assert_eq!(read(json!({})), Ok(Paging::Index(Page { start_index: 1, count: 100 })));
        let first = |count| Ok(Paging::Cursor { cursor: String::new(), count });
        assert_eq!(read(json!({"cursor": ""})), first(None));
        assert_eq!(read(json!({"cursor": "", "count": 500})), first(Some(100)));
        assert_eq!(read(json!({"cursor": "", "count": -1})), first(Some(0)));
        assert_eq!(read(json!({"cursor": "", "startIndex": 1})), Err(Error::BothPagings));
        let sent = Search::of_query(|name| (name != "startIndex").then_some("x"));
        assert_eq!(sent.paging(9), Err(Error::InvalidCount));
    }
}
