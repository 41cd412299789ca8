//! Lists and lookups.

use super::service::is_shown;
use super::superiors::Superiors;
use crate::http::Bridge;
use crate::http::error::ScimFailure;
use crate::http::guard::ScimClient;
use crate::scim::filter::{Literal, Op};
use crate::scim::path::AttrPath;
use crate::scim::{Filter, Page, list};
use crate::seat::{UserName, Violation};
use crate::store::records::{SeatRecord, Term};
use crate::store::{Error, Tx};
use serde_json::Value;

/// Records read at once while a filter is evaluated that no index answers.
const STEP: i64 = 500;

/// One User by its id.
///
/// Errors: 404 when it is not in the caller's directory, or removed (S13, L1).
pub async fn by_id(id: String, client: &ScimClient, bridge: &Bridge) -> Result<SeatRecord, ScimFailure> {
    let directory_id = client.directory.id.clone();
    let found = bridge.store.look_up(move |tx| tx.seat(&directory_id, &id)).await?;
    found.filter(is_shown).ok_or_else(|| Violation::NoSuchSeat.into())
}

/// One page of the Users that match, in order of creation (S3, S6).
///
/// Errors: the store's, and the scim room's when a stored User cannot be read.
pub async fn page(
    filter: Option<Filter>,
    page: Page,
    client: &ScimClient,
    bridge: &Bridge,
) -> Result<Value, ScimFailure> {
    let directory_id = client.directory.id.clone();
    let base = bridge.scim_base();
    let flavour = client.directory.flavour;
    let plan = Plan::of(filter);
    tracing::debug!(terms = plan.terms.len(), exact = plan.rest.is_some(), "filter compiled");
    let at = base.clone();
    let read = move |tx: &mut dyn Tx| {
        let (total, records) = plan.run(&directory_id, page, &at, tx)?;
        let superiors = Superiors::of(&records, &directory_id, tx)?;
        Ok((total, records, superiors))
    };
    let (total, records, superiors) = bridge.store.read(read).await?;
    let resources = records
        .iter()
        .map(|record| superiors.resource(record, &base).map(|resource| flavour.shape_user(resource)))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(list::response(total, page.start_index, resources))
}

/// How a filter is answered: what an index can narrow, and what is evaluated exactly on what remains.
struct Plan {
    terms: Vec<Term>,
    rest: Option<Filter>,
}

impl Plan {
    fn of(filter: Option<Filter>) -> Self {
        let mut terms = Vec::new();
        let covered = filter.as_ref().is_none_or(|filter| collect(filter, &mut terms));
        Self { terms, rest: filter.filter(|_| !covered) }
    }

    fn run(
        &self,
        directory_id: &str,
        page: Page,
        base: &str,
        tx: &mut dyn Tx,
    ) -> Result<(u64, Vec<SeatRecord>), Error> {
        let offset = i64::try_from(page.offset()).unwrap_or(i64::MAX);
        let limit = i64::try_from(page.count).unwrap_or(i64::MAX);
        if let Some(rest) = &self.rest {
            return self.scan(rest, directory_id, page, base, tx);
        }
        let total = tx.count_seats(directory_id, &self.terms)?;
        let records =
            if limit == 0 { Vec::new() } else { tx.list_seats(directory_id, &self.terms, offset, limit)? };
        Ok((u64::try_from(total).unwrap_or(0), records))
    }

    /// Evaluates the whole filter on every record the terms leave; memory holds one step and one page.
    fn scan(
        &self,
        rest: &Filter,
        directory_id: &str,
        page: Page,
        base: &str,
        tx: &mut dyn Tx,
    ) -> Result<(u64, Vec<SeatRecord>), Error> {
        let mut total = 0;
        let mut records = Vec::new();
        for step in 0.. {
            let batch = tx.list_seats(directory_id, &self.terms, step * STEP, STEP)?;
            let last = i64::try_from(batch.len()).unwrap_or(0) < STEP;
            let superiors = Superiors::of(&batch, directory_id, tx)?;
            for record in batch {
                if !matches(rest, &record, &superiors, base)? {
                    continue;
                }
                if total >= page.offset() && total < page.offset().saturating_add(page.count) {
                    records.push(record);
                }
                total += 1;
            }
            if last {
                break;
            }
        }
        Ok((total, records))
    }
}

/// A yielded record is not found by what it yielded (L6).
fn matches(filter: &Filter, record: &SeatRecord, superiors: &Superiors, base: &str) -> Result<bool, Error> {
    let mut resource =
        superiors.resource(record, base).map_err(|error| Error::Unreadable(error.to_string()))?;
    let yielded = record.seat.yielded();
    if let Some(members) = resource.as_object_mut() {
        if yielded.user_name {
            members.shift_remove("userName");
        }
        if yielded.address {
            members.shift_remove("emails");
        }
    }
    Ok(filter.matches(&resource))
}

/// Adds what indexes can answer to `terms`; true when that is the whole filter.
fn collect(filter: &Filter, terms: &mut Vec<Term>) -> bool {
    match filter {
        Filter::And(one, other) => {
            let first = collect(one, terms);
            let second = collect(other, terms);
            first && second
        }
        Filter::Compare { path, op: Op::Eq, value } => {
            compared(path, value).map(|term| terms.push(term)).is_some()
        }
        Filter::ValueCompare { path, filter, sub, op: Op::Eq, value } => {
            email_of_kind(path, filter, sub, value).map(|term| terms.push(term)).is_some()
        }
        Filter::Or(..) | Filter::Not(_) | Filter::Compare { .. } | Filter::Present(_) => false,
        Filter::ValuePath { .. } | Filter::ValueCompare { .. } => false,
    }
}

fn compared(path: &AttrPath, value: &Literal) -> Option<Term> {
    if path.urn.is_some() {
        return None;
    }
    match (path.name, path.sub, value) {
        ("userName", None, Literal::Text(text)) => Some(Term::UserName(UserName::key_of(text))),
        ("externalId", None, Literal::Text(text)) => Some(Term::ExternalId(text.clone())),
        ("id", None, Literal::Text(text)) => Some(Term::Id(text.clone())),
        ("active", None, Literal::Bool(active)) => Some(Term::Active(*active)),
        ("emails", None | Some("value"), Literal::Text(text)) => {
            Some(Term::Email { value: text.to_lowercase(), kind: None })
        }
        _ => None,
    }
}

fn email_of_kind(path: &AttrPath, filter: &Filter, sub: &AttrPath, value: &Literal) -> Option<Term> {
    let Filter::Compare { path: inner, op: Op::Eq, value: Literal::Text(kind) } = filter else {
        return None;
    };
    let Literal::Text(text) = value else { return None };
    (path.urn.is_none() && path.name == "emails" && inner.name == "type" && sub.name == "value")
        .then(|| Term::Email { value: text.to_lowercase(), kind: Some(kind.to_lowercase()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str) -> (Vec<Term>, bool) {
        let plan = Plan::of(Some(Filter::parse(text).unwrap()));
        (plan.terms, plan.rest.is_none())
    }

    /// S6: the lookups of both IdPs are answered by an index (Okta facts §6, Entra facts §5).
    #[test]
    fn the_lookups_of_connectors_are_answered_by_an_index() {
        let email = |kind: Option<&str>| Term::Email { value: "a@x".into(), kind: kind.map(str::to_owned) };
        for (text, term) in [
            ("userName eq \"Ada@X\"", Term::UserName("ada@x".into())),
            ("externalId eq \"00u\"", Term::ExternalId("00u".into())),
            ("id eq \"1\"", Term::Id("1".into())),
            ("active eq true", Term::Active(true)),
            ("emails.value eq \"A@x\"", email(None)),
            ("emails eq \"A@x\"", email(None)),
            ("emails[type eq \"Work\"].value eq \"A@x\"", email(Some("work"))),
        ] {
            assert_eq!(plan(text), (vec![term], true), "{text}");
        }
        assert_eq!(plan("userName eq \"a\" and active eq false").0.len(), 2);
    }

    /// RFC 7644 §3.4.2.2: what no index answers is evaluated exactly on what remains.
    #[test]
    fn what_no_index_answers_is_evaluated_on_what_remains() {
        assert_eq!(plan("title eq \"x\" and userName eq \"a\""), (vec![Term::UserName("a".into())], false));
        for text in [
            "userName eq \"a\" or active eq true",
            "not (active eq true)",
            "userName co \"a\"",
            "title pr",
            "emails[type eq \"work\" and primary eq true].value eq \"a\"",
        ] {
            assert_eq!(plan(text), (vec![], false), "{text}");
        }
    }
}
