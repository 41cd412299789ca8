//! Changes the values of one multi-valued attribute.

use serde_json::{Map, Value};

use super::apply::{Edit, merge};
use super::operation::Action;
use crate::scim::error::Error;
use crate::scim::filter::{Filter, Literal, Op, spelled_truth};
use crate::scim::schema::{Attribute, Kind};
use crate::scim::user::canonical::{self, Ignored};

/// The values after the operation. Those it made primary are alone in that.
///
/// Errors: [`Error::WrongType`], [`Error::SeveralPrimaries`], [`Error::TooManyValues`], [`Error::NoTarget`].
pub(super) fn changed(
    mut values: Vec<Value>,
    attribute: &'static Attribute,
    edit: &Edit<'_>,
    ignored: &mut Ignored,
) -> Result<Vec<Value>, Error> {
    let everything = edit.filter.is_none() && edit.path.sub.is_none();
    let touched = match edit.action {
        Action::Remove if everything => {
            remove_listed(&mut values, attribute, edit.value);
            Vec::new()
        }
        Action::Remove => {
            clear(&mut values, edit);
            Vec::new()
        }
        Action::Replace if everything => {
            values = canonical::list(attribute, edit.value, &edit.at(), ignored)?;
            (0..values.len()).collect()
        }
        Action::Add if everything => {
            let added = canonical::list(attribute, edit.value, &edit.at(), ignored)?;
            added.into_iter().map(|value| add(&mut values, attribute, value)).collect()
        }
        Action::Add | Action::Replace => set(&mut values, attribute, edit, ignored)?,
    };
    canonical::countable(values.len(), &edit.at())?;
    settle_primary(&mut values, &touched, edit)?;
    Ok(values)
}

/// Source: RFC 7644 §3.5.2, where a new primary value takes the mark from any other.
fn settle_primary(values: &mut [Value], touched: &[usize], edit: &Edit<'_>) -> Result<(), Error> {
    let mut marked = touched.iter().filter(|at| values.get(**at).is_some_and(canonical::is_primary));
    let Some(&winner) = marked.next() else {
        return Ok(());
    };
    if marked.any(|other| *other != winner) {
        return Err(Error::SeveralPrimaries { attribute: edit.at() });
    }
    for (at, value) in values.iter_mut().enumerate() {
        if at != winner && canonical::is_primary(value) {
            value["primary"] = Value::Bool(false);
        }
    }
    Ok(())
}

/// Appends a value, or completes the one that is already there, and tells its position.
fn add(values: &mut Vec<Value>, attribute: &Attribute, new: Value) -> usize {
    let Some(at) = values.iter().position(|old| is_same(attribute, old, &new)) else {
        values.push(new);
        return values.len() - 1;
    };
    if let (Some(Value::Object(old)), Value::Object(new)) = (values.get_mut(at), new) {
        old.extend(new.into_iter().filter(|(name, _)| name != "value"));
    }
    at
}

/// Whether `new` is already there: the same `value` for the same purpose, or the same in all parts.
fn is_same(attribute: &Attribute, old: &Value, new: &Value) -> bool {
    let same = |name: &str| match (attribute.sub(name), old.get(name), new.get(name)) {
        (Some(sub), Some(old), Some(new)) => equal(sub, old, new),
        (_, None, None) => true,
        _ => false,
    };
    if new.get("value").is_some() {
        return same("value") && (new.get("type").is_none() || same("type"));
    }
    attribute.sub_attributes.iter().all(|sub| sub.name == "primary" || same(&sub.name))
}

fn equal(sub: &Attribute, left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) if !sub.case_exact => {
            // Comparing ASCII in place keeps long lists cheap.
            let ascii = left.is_ascii() && right.is_ascii();
            if ascii { left.eq_ignore_ascii_case(right) } else { left.to_lowercase() == right.to_lowercase() }
        }
        _ => left == right,
    }
}

/// Removes the values that `listed` describes; all of them when it describes none.
fn remove_listed(values: &mut Vec<Value>, attribute: &Attribute, listed: &Value) {
    let listed = match listed {
        Value::Array(listed) => listed.as_slice(),
        Value::Object(_) => std::slice::from_ref(listed),
        Value::String(text) if !text.is_empty() => std::slice::from_ref(listed),
        _ => return values.clear(),
    };
    let wanted: Vec<Map<String, Value>> = listed.iter().map(|value| identity(attribute, value)).collect();
    values.retain(|value| {
        !wanted.iter().any(|wanted| {
            let holds = |(name, wanted): (&String, &Value)| {
                attribute.sub(name).zip(value.get(name)).is_some_and(|(sub, own)| equal(sub, own, wanted))
            };
            !wanted.is_empty() && wanted.iter().all(holds)
        })
    });
}

/// The parts of a described value that tell it from others.
fn identity(attribute: &Attribute, described: &Value) -> Map<String, Value> {
    let parts = match described {
        Value::Object(parts) => parts.clone(),
        Value::String(_) => Map::from_iter([("value".to_owned(), described.clone())]),
        _ => Map::new(),
    };
    let known = parts
        .into_iter()
        .filter_map(|(name, value)| attribute.sub(&name).map(|sub| (sub.name.clone(), value)));
    known
        .filter(|(name, value)| name != "primary" && name != "display" && !canonical::is_nothing(value))
        .collect()
}

/// Positions of the values the path selects.
fn selected(values: &[Value], filter: Option<&Filter>) -> Vec<usize> {
    let matches = |value: &Value| filter.is_none_or(|filter| filter.matches(value));
    values.iter().enumerate().filter(|(_, value)| matches(value)).map(|(at, _)| at).collect()
}

/// Removes the selected values, or one part of each. Selecting nothing is no error: connectors repeat a
/// removal.
fn clear(values: &mut Vec<Value>, edit: &Edit<'_>) {
    let selected = selected(values, edit.filter);
    let Some(sub) = edit.path.sub else {
        let mut at = 0..;
        values.retain(|_| !at.next().is_some_and(|at| selected.contains(&at)));
        return;
    };
    for at in selected {
        if let Some(Value::Object(members)) = values.get_mut(at) {
            clear_part(members, sub);
        }
    }
}

/// Without its `value`, the `display` of a value labels nothing.
fn clear_part(members: &mut Map<String, Value>, sub: &str) {
    members.shift_remove(sub);
    if sub == "value" {
        members.shift_remove("display");
    }
}

/// Sets the selected values, or one part of each, and tells their positions.
///
/// A filter that selects nothing but says with `eq` what it looks for makes the value: connectors rely on it.
fn set(
    values: &mut Vec<Value>,
    attribute: &'static Attribute,
    edit: &Edit<'_>,
    ignored: &mut Ignored,
) -> Result<Vec<usize>, Error> {
    let nothing = canonical::is_nothing(edit.value);
    let mut positions = selected(values, edit.filter);
    if nothing {
        clear(values, edit);
        return Ok(Vec::new());
    }
    let sent = canonical::alone(edit.value);
    let seed = match edit.filter {
        Some(filter) => seed(filter).filter(|seed| filter.matches(&Value::Object(seed.clone()))),
        None => Some(Map::new()),
    };
    if positions.is_empty() {
        values.push(Value::Object(seed.clone().ok_or_else(|| edit.no_target())?));
        positions.push(values.len() - 1);
    }
    for at in &positions {
        let Some(Value::Object(members)) = values.get_mut(*at) else {
            continue;
        };
        if edit.path.sub.is_some() {
            let sub = edit.path.leaf();
            if let Some(value) = canonical::one(sub, edit.value, &edit.path.to_string(), ignored)? {
                members.insert(sub.name.clone(), value);
            }
        } else {
            if edit.action == Action::Replace {
                *members = seed.clone().unwrap_or_default();
            }
            merge(members, attribute, sent, &edit.at(), ignored)?;
        }
    }
    Ok(positions)
}

/// The value a filter describes, when it is built of `eq` and `and` alone.
fn seed(filter: &Filter) -> Option<Map<String, Value>> {
    match filter {
        Filter::Compare { path, op: Op::Eq, value } => {
            let value = match (path.leaf().kind, value) {
                (_, Literal::Null) => return Some(Map::new()),
                (Kind::Boolean, Literal::Text(text)) => Value::Bool(spelled_truth(text)?),
                (Kind::Boolean, Literal::Bool(yes)) => Value::Bool(*yes),
                (Kind::Decimal | Kind::Integer, Literal::Number(number)) => Value::Number(number.clone()),
                (Kind::Boolean | Kind::Decimal | Kind::Integer | Kind::Complex, _) => return None,
                (_, Literal::Text(text)) => Value::String(text.clone()),
                (_, Literal::Bool(_) | Literal::Number(_)) => return None,
            };
            Some(Map::from_iter([(path.name.to_owned(), value)]))
        }
        Filter::And(left, right) => {
            let mut members = seed(left)?;
            members.extend(seed(right)?);
            Some(members)
        }
        Filter::Or(..)
        | Filter::Not(_)
        | Filter::Compare { .. }
        | Filter::Present(_)
        | Filter::ValuePath { .. }
        | Filter::ValueCompare { .. } => None,
    }
}
