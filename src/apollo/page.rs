//! One page of users as it came: read tolerantly, because only the id is certain (Apollo facts §3.3, §4.1).

use super::doubt::Doubt;
use crate::drift::Teammate;
use serde::Deserialize;
use serde_json::Value;

/// One page.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Rows, those without an id too.
    pub rows: usize,
    /// Users in them.
    pub teammates: Vec<Teammate>,
    /// Rows that name no id.
    pub without_id: usize,
    /// The page's number as Apollo says it.
    pub number: Option<u64>,
    /// How many pages there are.
    pub pages: Option<u64>,
    /// How many users there are.
    pub total: Option<u64>,
}

/// What is read of an answer; all else is skipped without being kept.
#[derive(Deserialize)]
struct Listed {
    users: Vec<Option<Listing>>,
    #[serde(default)]
    pagination: Value,
}

/// What is read of a user, in whatever JSON type it comes.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Listing {
    id: Value,
    team_id: Value,
    email: Value,
    first_name: Value,
    last_name: Value,
    name: Value,
    title: Value,
    created_at: Value,
    deleted: Value,
    permission_set_id: Value,
    role: Value,
    email_oauth_signin_only: Value,
    password_needs_reset: Value,
    request_email_change_to: Value,
    has_invited_user: Value,
    credit_limit: Value,
}

impl Page {
    /// Reads a body.
    ///
    /// Errors: the [`Doubt`] of a body that is no list of users.
    pub fn read(body: &[u8]) -> Result<Page, Doubt> {
        let listed: Listed = serde_json::from_slice(body).map_err(|error| no_list(body, &error))?;
        let rows = listed.users.len();
        let teammates: Vec<Teammate> = listed.users.into_iter().flatten().filter_map(teammate).collect();
        Ok(Page {
            rows,
            without_id: rows - teammates.len(),
            teammates,
            number: number(&listed.pagination["page"]),
            pages: number(&listed.pagination["total_pages"]),
            total: number(&listed.pagination["total_entries"]),
        })
    }
}

/// What a text that is not the JSON wanted is instead.
pub fn no_list(body: &[u8], error: &serde_json::Error) -> Doubt {
    let begins = body.iter().find(|byte| !byte.is_ascii_whitespace());
    match (begins, error.classify()) {
        (None, _) => Doubt::NoBody,
        (_, serde_json::error::Category::Eof) => Doubt::Cut,
        (_, serde_json::error::Category::Data) => Doubt::WrongShape,
        _ => Doubt::NotJson,
    }
}

fn teammate(listing: Listing) -> Option<Teammate> {
    Some(Teammate {
        id: text(listing.id)?,
        team_id: text(listing.team_id),
        email: text(listing.email),
        first_name: text(listing.first_name),
        last_name: text(listing.last_name),
        name: text(listing.name),
        title: text(listing.title),
        created_at: text(listing.created_at),
        deleted: flag(&listing.deleted).unwrap_or(false),
        permission_set_id: text(listing.permission_set_id),
        role: role(listing.role),
        sso_only: flag(&listing.email_oauth_signin_only),
        password_needs_reset: flag(&listing.password_needs_reset),
        wants_email: text(listing.request_email_change_to),
        has_invited: flag(&listing.has_invited_user),
        credit_limit: number(&listing.credit_limit).and_then(|limit| i64::try_from(limit).ok()),
    })
}

/// A text with something in it, trimmed; a number is one too.
pub fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) if text.trim().len() == text.len() => Some(text).filter(|text| !text.is_empty()),
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A whole number, or a text that is one; anything else is unknown, never 0.
pub fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Source: Apollo facts §3.3 (a text, or an object with a name, or absent).
fn role(value: Value) -> Option<String> {
    match value {
        Value::Object(mut members) => members.remove("name").and_then(text),
        other => text(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Page {
        Page::read(body.as_bytes()).unwrap()
    }

    /// Apollo facts §3.3, §4.1: only the id is needed; null, blank, another type and the unknown do no harm.
    #[test]
    fn a_user_is_read_whatever_form_its_members_take() {
        let page = read(
            r#"{"users": [
                {"id": " 6a01 ", "email": " Mara@Acme.example ", "first_name": null, "name": "",
                 "title": "  ",
                 "deleted": "true", "role": {"name": "Admin", "id": 4}, "credit_limit": "500",
                 "new": {"x": [1]}},
                {"id": 42, "role": "Member", "credit_limit": 7.5, "deleted": null, "team_id": 9},
                {"id": "", "email": "x@acme.example"}, null, {}],
              "pagination": {"page": "1", "total_pages": "x", "total_entries": 5},
              "num_fetch_result": null}"#,
        );
        assert_eq!((page.rows, page.without_id), (5, 3));
        assert_eq!((page.number, page.pages, page.total), (Some(1), None, Some(5)));
        let [mara, second] = &page.teammates[..] else { panic!("{page:?}") };
        assert_eq!((mara.id.as_str(), mara.email.as_deref()), ("6a01", Some("Mara@Acme.example")));
        assert_eq!((&mara.first_name, &mara.name, &mara.title, mara.deleted), (&None, &None, &None, true));
        assert_eq!((mara.role.as_deref(), mara.credit_limit), (Some("Admin"), Some(500)));
        assert_eq!((second.id.as_str(), second.role.as_deref()), ("42", Some("Member")));
        assert_eq!(
            (second.credit_limit, second.deleted, second.team_id.as_deref()),
            (None, false, Some("9"))
        );
    }

    /// Apollo facts §9: a list without `pagination` is a list; anything that is no list has its own doubt.
    #[test]
    fn what_is_no_list_of_users_says_what_it_is() {
        assert_eq!(read(r#"{"users": []}"#).total, None);
        assert_eq!(read(r#"{"users": [], "pagination": null}"#).pages, None);
        for (body, doubt) in [
            ("", Doubt::NoBody),
            (" \r\n", Doubt::NoBody),
            ("<!DOCTYPE html><html>", Doubt::NotJson),
            ("Invalid access credentials.", Doubt::NotJson),
            (r#"{"users": [{"id": "6a"#, Doubt::Cut),
            ("{}", Doubt::WrongShape),
            ("[]", Doubt::WrongShape),
            (r#"{"users": null}"#, Doubt::WrongShape),
            (r#"{"users": {"id": "6a"}}"#, Doubt::WrongShape),
            (r#"{"message": "hello"}"#, Doubt::WrongShape),
        ] {
            assert_eq!(Page::read(body.as_bytes()).unwrap_err(), doubt, "{body}");
        }
    }
}
