//! `GET /admin/usage` and `GET /admin/audit`: what keys used, and what happened, for holders (R6).

use super::{Answer, allowed, failure};
use crate::admin::http::field::{Given, Kind};
use crate::admin::shown;
use crate::admin::story::usage::{self, By, left_shown, sums};
use crate::http::Bridge;
use crate::http::clock::rfc3339;
use crate::http::error::CallFailure;
use crate::http::guard::KeyedCall;
use crate::rbac::{Permission, check_query};
use crate::store::records::AuditQuestion;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How far back a question goes that names no day. Units: microseconds.
const MONTH: i64 = 30 * 86_400_000_000;
/// Entries of a page.
const ENTRIES: i64 = 100;
const MOST_ENTRIES: i64 = 1000;

type Asked = BTreeMap<String, Given>;

/// The query, each parameter known, once and readable.
fn asked(
    keyed: &KeyedCall,
    request: &HttpRequest,
    known: &[(&'static str, Kind)],
) -> Result<Asked, CallFailure> {
    let query = check_query(request.query_string());
    let query = query.map_err(|denial| CallFailure::Denied(denial, keyed.reach.highest()))?;
    let mut asked = Asked::new();
    for (name, text) in query.parameters() {
        let Some((_, kind)) = known.iter().find(|(known, _)| *known == name) else {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            let told = format!("{name:?} is not known here; send {}", names.join(", "));
            return Err(CallFailure::BadRequest(told));
        };
        let given = kind.read(text).map_err(|told| CallFailure::BadRequest(format!("{name} {told}")))?;
        if asked.insert(name.to_owned(), given).is_some() {
            return Err(CallFailure::BadRequest(format!("{name} stands twice in the query; send it once")));
        }
    }
    Ok(asked)
}

fn number(asked: &Asked, name: &str) -> Option<i64> {
    match asked.get(name) {
        Some(Given::Number(number)) => Some(*number),
        Some(Given::Text(_) | Given::Flag(_)) | None => None,
    }
}

fn text(asked: &Asked, name: &str) -> Option<String> {
    match asked.get(name) {
        Some(Given::Text(text)) => Some(text.clone()),
        Some(Given::Number(_) | Given::Flag(_)) | None => None,
    }
}

/// `GET /admin/usage`: the team's totals and one's own for viewAnalytics; each person's for manageTeam.
/// Apollo's own figures stand beside them when Apollo answers.
pub async fn usage(keyed: KeyedCall, request: HttpRequest, bridge: web::Data<Bridge>) -> Answer {
    allowed(Permission::ViewAnalytics, &keyed, &bridge).await?;
    let asked = asked(&keyed, &request, &[("since", Kind::Moment)])?;
    let now = bridge.clock.now();
    let since = number(&asked, "since").unwrap_or(now - MONTH);
    let used = usage::usage(since, now, &bridge.store).await.map_err(failure)?;
    let own = keyed.holder.seat.id.as_str();
    let manages = keyed.reach.permissions().contains(Permission::ManageTeam);
    let rows = |by, of| Value::Array(used.rows(by, of).iter().map(usage::shown).collect());
    let left = used.left(&bridge.config.budgets, now, if manages { None } else { Some(own) });
    let mut answer = json!({
        "since": rfc3339(since), "until": rfc3339(now),
        "team": sums(&used.total(None)), "own": sums(&used.total(Some(own))),
        "ownEndpoints": rows(By::Endpoint, Some(own)),
        "budgets": left.iter().map(|left| left_shown(left, now)).collect::<Vec<_>>(),
    });
    if manages {
        answer["holders"] = rows(By::Holder, None);
        answer["endpoints"] = rows(By::Endpoint, None);
    }
    let mut answer = camel(answer);
    answer["apollo"] = match &bridge.apollo {
        Some(apollo) => apollo.figures().await,
        None => Value::Null,
    };
    Ok(HttpResponse::Ok().json(answer))
}

/// The founding document's endpoints spell members in camel case.
fn camel(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, value)| (humped(&name), camel(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(camel).collect()),
        other => other,
    }
}

fn humped(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| {
        let (head, tail) = part.split_at(part.len().min(1));
        format!("{name}{}{tail}", head.to_uppercase())
    })
}

/// `GET /admin/audit`: oldest first, page by page: `next` is the `after` of the page behind this one.
pub async fn audit(keyed: KeyedCall, request: HttpRequest, bridge: web::Data<Bridge>) -> Answer {
    allowed(Permission::ManageTeam, &keyed, &bridge).await?;
    let asked = asked(
        &keyed,
        &request,
        &[
            ("after", Kind::Number(0, i64::MAX)),
            ("limit", Kind::Number(1, MOST_ENTRIES)),
            ("seat", Kind::Text),
            ("action", Kind::Text),
            ("since", Kind::Moment),
            ("until", Kind::Moment),
        ],
    )?;
    let limit = number(&asked, "limit").unwrap_or(ENTRIES);
    let question = AuditQuestion {
        after: number(&asked, "after").unwrap_or_default(),
        limit,
        seat_id: text(&asked, "seat"),
        action: text(&asked, "action"),
        since: number(&asked, "since"),
        until: number(&asked, "until"),
    };
    let entries = bridge.store.read(move |tx| tx.audit_asked(&question)).await?;
    let is_full = i64::try_from(entries.len()).is_ok_and(|read| read == limit);
    let next = entries.last().filter(|_| is_full).map(|entry| entry.seq);
    let entries: Vec<Value> = entries.iter().map(shown::entry).collect();
    Ok(HttpResponse::Ok().json(json!({"entries": entries, "next": next})))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelt_as_the_founding_document_spells_them() {
        let told = camel(json!({"last_call_at": null, "own": [{"credits_estimated": 1, "calls": 2}]}));
        assert_eq!(told, json!({"lastCallAt": null, "own": [{"creditsEstimated": 1, "calls": 2}]}));
    }
}
