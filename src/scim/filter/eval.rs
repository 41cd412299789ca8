//! Answers whether a resource matches a filter.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDateTime};
use serde_json::{Number, Value};

use super::AttrPath;
use super::ast::{Filter, Literal, Op};
use crate::scim::schema::{Attribute, Kind};

impl Filter {
    /// Answers whether `resource` matches, given as the full JSON with `id` and `meta`.
    ///
    /// One matching value of a multi-valued attribute is enough. An attribute without value equals `null` and
    /// differs
    /// from everything else. Source: RFC 7644 §3.4.2.2.
    #[must_use]
    pub fn matches(&self, resource: &Value) -> bool {
        match self {
            Filter::And(left, right) => left.matches(resource) && right.matches(resource),
            Filter::Or(left, right) => left.matches(resource) || right.matches(resource),
            Filter::Not(inner) => !inner.matches(resource),
            Filter::Compare { path, op, value } => compare(resource, path, *op, value),
            Filter::Present(path) => leaves(resource, path).into_iter().any(has_content),
            Filter::ValuePath { path, filter } => {
                leaves(resource, path).into_iter().any(|value| filter.matches(value))
            }
            Filter::ValueCompare { path, filter, sub, op, value } => leaves(resource, path)
                .into_iter()
                .any(|entry| filter.matches(entry) && compare(entry, sub, *op, value)),
        }
    }
}

/// The values a path leads to, those of arrays one by one.
fn leaves<'a>(resource: &'a Value, path: &AttrPath) -> Vec<&'a Value> {
    let section = path.urn.map_or(Some(resource), |urn| resource.get(urn));
    let tops = each(section.and_then(|section| section.get(path.name)));
    match path.sub {
        None => tops,
        Some(sub) => tops.into_iter().flat_map(|top| each(top.get(sub))).collect(),
    }
}

fn each(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(values)) => values.iter().collect(),
        Some(one) => vec![one],
    }
}

fn has_content(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => values.iter().any(has_content),
        Value::Object(members) => members.values().any(has_content),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn compare(resource: &Value, path: &AttrPath, op: Op, wanted: &Literal) -> bool {
    let found = leaves(resource, path);
    match (op, wanted) {
        (Op::Eq, Literal::Null) => found.is_empty(),
        (Op::Ne, Literal::Null) => !found.is_empty(),
        (Op::Ne, _) => {
            found.is_empty() || found.into_iter().any(|value| !holds(path.leaf(), value, Op::Eq, wanted))
        }
        _ => found.into_iter().any(|value| holds(path.leaf(), value, op, wanted)),
    }
}

/// Whether one value compares. Values of different types are never equal and have no order.
fn holds(attribute: &Attribute, value: &Value, op: Op, wanted: &Literal) -> bool {
    if value.is_boolean() || matches!(wanted, Literal::Bool(_)) {
        let both = truth(value).zip(literal_truth(wanted));
        return both.is_some_and(|(value, wanted)| op == Op::Eq && value == wanted);
    }
    match (value, wanted) {
        (Value::Number(value), Literal::Number(wanted)) => {
            number_order(value, wanted).is_some_and(|order| in_order(op, order))
        }
        (Value::String(value), Literal::Text(wanted))
            if attribute.kind == Kind::DateTime && !op.searches() =>
        {
            let both = instant(value).zip(instant(wanted));
            both.is_some_and(|(value, wanted)| in_order(op, value.cmp(&wanted)))
        }
        (Value::String(value), Literal::Text(wanted)) if attribute.case_exact => {
            text_holds(op, value, wanted)
        }
        (Value::String(value), Literal::Text(wanted)) => {
            text_holds(op, &value.to_lowercase(), &wanted.to_lowercase())
        }
        _ => false,
    }
}

fn text_holds(op: Op, value: &str, wanted: &str) -> bool {
    match op {
        Op::Co => value.contains(wanted),
        Op::Sw => value.starts_with(wanted),
        Op::Ew => value.ends_with(wanted),
        Op::Eq | Op::Ne | Op::Gt | Op::Ge | Op::Lt | Op::Le => in_order(op, value.cmp(wanted)),
    }
}

fn in_order(op: Op, order: Ordering) -> bool {
    match op {
        Op::Eq => order.is_eq(),
        Op::Ne => order.is_ne(),
        Op::Gt => order.is_gt(),
        Op::Ge => order.is_ge(),
        Op::Lt => order.is_lt(),
        Op::Le => order.is_le(),
        Op::Co | Op::Sw | Op::Ew => false,
    }
}

/// Booleans and their string spellings are alike: connectors write `roles[primary eq "True"]`.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(yes) => Some(*yes),
        Value::String(text) => spelled_truth(text),
        _ => None,
    }
}

fn literal_truth(wanted: &Literal) -> Option<bool> {
    match wanted {
        Literal::Bool(yes) => Some(*yes),
        Literal::Text(text) => spelled_truth(text),
        Literal::Number(_) | Literal::Null => None,
    }
}

/// The boolean a text spells, in any letter case.
#[must_use]
pub fn spelled_truth(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("false").then_some(false)
}

fn number_order(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i64(), right.as_i64()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

/// The instant a text names; one without offset is taken as UTC. Source: RFC 7643 §2.3.5.
#[must_use]
pub fn instant(text: &str) -> Option<DateTime<chrono::Utc>> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc())
        .or_else(|_| text.parse::<NaiveDateTime>().map(|at| at.and_utc()))
        .ok()
}
