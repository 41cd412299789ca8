//! A filter becomes a condition the store answers, as far as columns hold what it asks (S6). Pure.
//!
//! A condition means to the letter what the filter means on the resource: letter case by caseExact, an
//! attribute without a value, a name that was yielded (L6). `exact` says all of a filter or nothing;
//! `implied` says what must hold wherever the filter does, and narrows what the rest is compared on.

use crate::scim::filter::{Filter, Literal, Op, instant, spelled_truth};
use crate::scim::path::AttrPath;
use crate::scim::sort::Sort;
use crate::store::listing::{Condition, Moment, Order, SortBy, Test, Text};
use serde_json::json;

/// The filter with names as people are told apart by them: blanks around a userName or an address mean
/// nothing (L4), or who is refused as taken would not be found.
pub(super) fn told_apart(filter: Filter) -> Filter {
    let boxed = |filter: Box<Filter>| Box::new(told_apart(*filter));
    match filter {
        Filter::And(one, other) => Filter::And(boxed(one), boxed(other)),
        Filter::Or(one, other) => Filter::Or(boxed(one), boxed(other)),
        Filter::Not(inner) => Filter::Not(boxed(inner)),
        Filter::Compare { path, op, value } => {
            let named = matches!(subject(&path), Some(Subject::Text(Text::UserName)))
                || matches!(subject(&path), Some(Subject::EmailText(Text::EmailValue)));
            let value = if named { trimmed(op, value) } else { value };
            Filter::Compare { path, op, value }
        }
        Filter::ValuePath { path, filter } => {
            let filter = if is_emails(&path) { Box::new(addresses_told_apart(*filter)) } else { filter };
            Filter::ValuePath { path, filter }
        }
        Filter::ValueCompare { path, filter, sub, op, value } => {
            let emails = is_emails(&path);
            let filter = if emails { Box::new(addresses_told_apart(*filter)) } else { filter };
            let named = emails && subject_of_email(&sub) == Some(Text::EmailValue);
            let value = if named { trimmed(op, value) } else { value };
            Filter::ValueCompare { path, filter, sub, op, value }
        }
        Filter::Present(path) => Filter::Present(path),
    }
}

fn addresses_told_apart(filter: Filter) -> Filter {
    let boxed = |filter: Box<Filter>| Box::new(addresses_told_apart(*filter));
    match filter {
        Filter::And(one, other) => Filter::And(boxed(one), boxed(other)),
        Filter::Or(one, other) => Filter::Or(boxed(one), boxed(other)),
        Filter::Not(inner) => Filter::Not(boxed(inner)),
        Filter::Compare { path, op, value } if subject_of_email(&path) == Some(Text::EmailValue) => {
            Filter::Compare { path, op, value: trimmed(op, value) }
        }
        other => other,
    }
}

fn is_emails(path: &AttrPath) -> bool {
    subject(path) == Some(Subject::Emails)
}

fn trimmed(op: Op, value: Literal) -> Literal {
    match value {
        Literal::Text(text) if matches!(op, Op::Eq | Op::Ne) => Literal::Text(text.trim().to_owned()),
        other => other,
    }
}

/// What a condition can be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Text(Text),
    Moment(Moment),
    Active,
    ResourceType,
    Emails,
    EmailText(Text),
}

fn subject(path: &AttrPath) -> Option<Subject> {
    if path.urn.is_some() {
        return None;
    }
    let subject = match (path.name, path.sub) {
        ("id", None) => Subject::Text(Text::Id),
        ("userName", None) => Subject::Text(Text::UserName),
        ("externalId", None) => Subject::Text(Text::ExternalId),
        ("displayName", None) => Subject::Text(Text::DisplayName),
        ("name", Some("givenName")) => Subject::Text(Text::GivenName),
        ("name", Some("familyName")) => Subject::Text(Text::FamilyName),
        ("meta", Some("created")) => Subject::Moment(Moment::Created),
        ("meta", Some("lastModified")) => Subject::Moment(Moment::Modified),
        ("meta", Some("resourceType")) => Subject::ResourceType,
        ("active", None) => Subject::Active,
        ("emails", None) => Subject::Emails,
        ("emails", Some("value")) => Subject::EmailText(Text::EmailValue),
        ("emails", Some("type")) => Subject::EmailText(Text::EmailKind),
        _ => return None,
    };
    let text = match subject {
        Subject::Text(text) | Subject::EmailText(text) => Some(text),
        Subject::Moment(_) | Subject::Active | Subject::ResourceType | Subject::Emails => None,
    };
    // The columns keep letter case as the schema says it matters.
    text.is_none_or(|text| keeps_case(text) == path.leaf().case_exact).then_some(subject)
}

/// The same, seen from within one e-mail.
fn subject_of_email(path: &AttrPath) -> Option<Text> {
    let text = match path.name {
        "value" => Text::EmailValue,
        "type" => Text::EmailKind,
        _ => return None,
    };
    (!path.leaf().case_exact).then_some(text)
}

fn keeps_case(text: Text) -> bool {
    matches!(text, Text::Id | Text::ExternalId)
}

/// The condition that means the same; none when a part of the filter is no column's.
pub(super) fn exact(filter: &Filter) -> Option<Condition> {
    Some(match filter {
        Filter::And(one, other) => Condition::all([exact(one)?, exact(other)?]),
        Filter::Or(one, other) => Condition::any([exact(one)?, exact(other)?]),
        Filter::Not(inner) => exact(inner)?.negated(),
        Filter::Present(path) => present(subject(path)?),
        Filter::Compare { path, op, value } => compared(subject(path)?, filter, *op, value)?,
        Filter::ValuePath { path, filter } if subject(path)? == Subject::Emails => {
            Condition::email(within_email(filter)?)
        }
        Filter::ValueCompare { path, filter, sub, op, value } if subject(path)? == Subject::Emails => {
            let compared = text(subject_of_email(sub)?, *op, value)?;
            Condition::email(Condition::all([within_email(filter)?, compared]))
        }
        Filter::ValuePath { .. } | Filter::ValueCompare { .. } => return None,
    })
}

/// A condition that holds wherever the filter does.
pub(super) fn implied(filter: &Filter) -> Condition {
    if let Some(exact) = exact(filter) {
        return exact;
    }
    match filter {
        Filter::And(one, other) => Condition::all([implied(one), implied(other)]),
        Filter::Or(one, other) => Condition::any([implied(one), implied(other)]),
        Filter::ValuePath { path, filter } if subject(path) == Some(Subject::Emails) => {
            Condition::email(implied_in_email(filter))
        }
        Filter::ValueCompare { path, filter, sub, op, value } if subject(path) == Some(Subject::Emails) => {
            let compared = subject_of_email(sub).and_then(|sub| text(sub, *op, value));
            let compared = compared.unwrap_or(Condition::Always(true));
            Condition::email(Condition::all([implied_in_email(filter), compared]))
        }
        _ => Condition::Always(true),
    }
}

fn within_email(filter: &Filter) -> Option<Condition> {
    Some(match filter {
        Filter::And(one, other) => Condition::all([within_email(one)?, within_email(other)?]),
        Filter::Or(one, other) => Condition::any([within_email(one)?, within_email(other)?]),
        Filter::Not(inner) => within_email(inner)?.negated(),
        Filter::Present(path) => Condition::Has(subject_of_email(path)?),
        Filter::Compare { path, op, value } => text(subject_of_email(path)?, *op, value)?,
        Filter::ValuePath { .. } | Filter::ValueCompare { .. } => return None,
    })
}

fn implied_in_email(filter: &Filter) -> Condition {
    match (within_email(filter), filter) {
        (Some(exact), _) => exact,
        (None, Filter::And(one, other)) => Condition::all([implied_in_email(one), implied_in_email(other)]),
        (None, Filter::Or(one, other)) => Condition::any([implied_in_email(one), implied_in_email(other)]),
        (None, _) => Condition::Always(true),
    }
}

fn present(subject: Subject) -> Condition {
    match subject {
        Subject::Text(text) => Condition::Has(text),
        Subject::EmailText(text) => Condition::email(Condition::Has(text)),
        // An entry always says something.
        Subject::Emails => Condition::email(Condition::Always(true)),
        Subject::Moment(_) | Subject::Active | Subject::ResourceType => Condition::Always(true),
    }
}

fn compared(subject: Subject, filter: &Filter, op: Op, value: &Literal) -> Option<Condition> {
    match subject {
        Subject::Text(column) => text(column, op, value),
        Subject::EmailText(column) => several(column, op, value),
        Subject::Moment(moment) => when(moment, op, value),
        Subject::Active => Some(active(op, value)),
        Subject::ResourceType => {
            Some(Condition::Always(filter.matches(&json!({"meta": {"resourceType": "User"}}))))
        }
        Subject::Emails => None,
    }
}

/// One text compared; none when the schema says its case matters and the comparison is one of truths.
fn text(column: Text, op: Op, value: &Literal) -> Option<Condition> {
    let is = |wanted: String| Condition::Compares(column, Test::Is, wanted);
    let compares = |test, wanted| Condition::Compares(column, test, wanted);
    let wanted = match value {
        Literal::Text(wanted) if keeps_case(column) => wanted.clone(),
        Literal::Text(wanted) => wanted.to_lowercase(),
        // A text that spells a truth is as good as that truth.
        Literal::Bool(_) if keeps_case(column) => return None,
        Literal::Bool(truth) => truth.to_string(),
        Literal::Null => {
            return Some(match op {
                Op::Eq => Condition::Has(column).negated(),
                Op::Ne => Condition::Has(column),
                _ => Condition::Always(false),
            });
        }
        Literal::Number(_) => return Some(Condition::Always(op == Op::Ne)),
    };
    if op.searches() && wanted.is_empty() {
        return Some(Condition::Has(column));
    }
    Some(match op {
        Op::Eq => is(wanted),
        Op::Ne => is(wanted).negated(),
        Op::Co => compares(Test::Contains, wanted),
        Op::Sw => Condition::begins(column, wanted),
        Op::Ew => compares(Test::Ends, wanted),
        Op::Gt => compares(Test::Above, wanted),
        Op::Ge => compares(Test::AtLeast, wanted),
        Op::Lt => compares(Test::Below, wanted),
        Op::Le => compares(Test::AtMost, wanted),
    })
}

/// Texts of all e-mails compared: one that fits is enough, and none at all differs from everything.
fn several(column: Text, op: Op, value: &Literal) -> Option<Condition> {
    let any = || Condition::email(Condition::Has(column));
    Some(match (op, value) {
        (Op::Eq, Literal::Null) => any().negated(),
        (Op::Ne, Literal::Null) => any(),
        (Op::Ne, _) => {
            let other = Condition::all([Condition::Has(column), text(column, op, value)?]);
            Condition::any([any().negated(), Condition::email(other)])
        }
        _ => Condition::email(text(column, op, value)?),
    })
}

fn active(op: Op, value: &Literal) -> Condition {
    let wanted = match value {
        Literal::Bool(wanted) => Some(*wanted),
        Literal::Text(text) => spelled_truth(text),
        Literal::Number(_) | Literal::Null => None,
    };
    let is = match wanted {
        Some(true) => Condition::Active,
        Some(false) => Condition::Active.negated(),
        None => Condition::Always(false),
    };
    match op {
        Op::Eq => is,
        Op::Ne => is.negated(),
        _ => Condition::Always(false),
    }
}

/// Answers show milliseconds, so that is what a date is compared with.
fn when(moment: Moment, op: Op, value: &Literal) -> Option<Condition> {
    let Literal::Text(text) = value else {
        return Some(Condition::Always(op == Op::Ne));
    };
    let at = instant(text).filter(|at| at.timestamp_subsec_nanos() < 1_000_000_000)?;
    if op.searches() {
        return None;
    }
    let millis = at.timestamp_millis();
    let whole = at.timestamp_subsec_nanos().is_multiple_of(1_000_000);
    // First stored moment that shows as this millisecond, or as the next one.
    let (this, next) = (millis.checked_mul(1000)?, millis.checked_add(1)?.checked_mul(1000)?);
    let up = if whole { this } else { next };
    let between = |from, until| Condition::Between { moment, from, until };
    Some(match op {
        Op::Eq if whole => between(Some(this), Some(next)),
        Op::Ne if whole => between(Some(this), Some(next)).negated(),
        Op::Eq => Condition::Always(false),
        Op::Ne => Condition::Always(true),
        Op::Gt => between(Some(next), None),
        Op::Ge => between(Some(up), None),
        Op::Lt => between(None, Some(up)),
        Op::Le => between(None, Some(next)),
        Op::Co | Op::Sw | Op::Ew => return None,
    })
}

/// The order the store sorts by; none when no column holds the attribute.
pub(super) fn order(sort: Option<&Sort>) -> Option<Order> {
    let Some(sort) = sort else {
        return Some(Order::CREATION);
    };
    let by = match subject(&sort.path)? {
        Subject::Text(text) => SortBy::Text(text),
        Subject::Moment(moment) => SortBy::Moment(moment),
        Subject::Active => SortBy::Active,
        Subject::ResourceType | Subject::Emails | Subject::EmailText(_) => return None,
    };
    Some(Order { by, descending: sort.descending })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::listing::Reach;

    fn parse(text: &str) -> Filter {
        Filter::parse(text).unwrap()
    }

    /// S6: the lookups of both IdPs are answered by an index (Okta facts §6, Entra facts §5).
    #[test]
    fn the_lookups_of_connectors_are_answered_by_an_index() {
        for text in [
            "userName eq \"Ada@X\"",
            "externalId eq \"00u\"",
            "id eq \"1\"",
            "emails.value eq \"A@x\"",
            "emails eq \"A@x\"",
            "emails[type eq \"Work\"].value eq \"A@x\"",
            "userName eq \"a\" and active eq false",
            "userName eq \"a\" or emails eq \"a\"",
            "emails[type eq \"work\" and value eq \"a\"]",
        ] {
            assert_eq!(exact(&parse(text)).unwrap().reach(), Reach::Point, "{text}");
        }
        for text in
            ["id eq \"1\" and manager eq \"2\"", "title eq \"x\" and (userName eq \"a\" or id eq \"1\")"]
        {
            assert_eq!(exact(&parse(text)), None, "{text}");
            assert_eq!(implied(&parse(text)).reach(), Reach::Point, "{text}");
        }
        let primary = "emails[type eq \"work\" and primary eq true].value eq \"a\"";
        assert_eq!(implied(&parse(primary)).reach(), Reach::Point);
    }

    /// RFC 7644 §3.4.2.2: what no column holds narrows nothing.
    #[test]
    fn what_no_column_holds_narrows_nothing() {
        for text in
            ["title pr", "not (title pr)", "userName eq \"a\" or title pr", "addresses[type eq \"work\"]"]
        {
            assert_eq!(
                (exact(&parse(text)), implied(&parse(text))),
                (None, Condition::Always(true)),
                "{text}"
            );
        }
    }

    /// RFC 7643 §2.3.5: an answer shows milliseconds, whatever is stored and asked.
    #[test]
    fn dates_are_compared_as_they_are_shown() {
        let between = |from, until| Some(Condition::Between { moment: Moment::Created, from, until });
        for (text, expected) in [
            ("eq \"1970-01-01T00:00:01Z\"", between(Some(1_000_000), Some(1_001_000))),
            ("gt \"1970-01-01T01:00:01+01:00\"", between(Some(1_001_000), None)),
            ("ge \"1970-01-01T00:00:01.0005Z\"", between(Some(1_001_000), None)),
            ("lt \"1970-01-01T00:00:01.0005Z\"", between(None, Some(1_001_000))),
            ("le \"1970-01-01T00:00:01.0005Z\"", between(None, Some(1_001_000))),
            ("lt \"1970-01-01T00:00:01Z\"", between(None, Some(1_000_000))),
            ("eq \"1970-01-01T00:00:01.0005Z\"", Some(Condition::Always(false))),
            ("eq null", Some(Condition::Always(false))),
            ("ne null", Some(Condition::Always(true))),
            ("sw \"1970\"", None),
        ] {
            assert_eq!(exact(&parse(&format!("meta.created {text}"))), expected, "{text}");
        }
    }
}
