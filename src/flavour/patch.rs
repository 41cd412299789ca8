//! The operations of a PATCH, member names in any letter case.

use serde_json::{Map, Value, json};

use super::note::{Note, Notes};
use super::spelling::Spelt;

/// One operation, taken apart; put together again its members are in lower case.
#[derive(Debug, Default)]
pub(super) struct Operation {
    pub(super) verb: Option<Value>,
    pub(super) path: Option<Value>,
    pub(super) value: Option<Value>,
    others: Map<String, Value>,
}

impl Operation {
    /// A path that is null is no path.
    fn of(members: Map<String, Value>) -> Operation {
        let mut operation = Operation::default();
        for (key, value) in members {
            match key.to_ascii_lowercase().as_str() {
                "op" => operation.verb = Some(value),
                "path" => operation.path = Some(value).filter(|path| !path.is_null()),
                "value" => operation.value = Some(value),
                _ => drop(operation.others.insert(key, value)),
            }
        }
        operation
    }

    fn whole(self) -> Value {
        let known = [("op", self.verb), ("path", self.path), ("value", self.value)];
        let known = known.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        Value::Object(known.chain(self.others).collect())
    }

    pub(super) fn is(&self, verb: &str) -> bool {
        self.verb.as_ref().and_then(Value::as_str) == Some(verb)
    }

    pub(super) fn set_verb(&mut self, verb: &str) {
        self.verb = Some(Value::String(verb.to_owned()));
    }

    /// `Add`, `REPLACE`: RFC 7644 §3.5.2 knows lower case only.
    pub(super) fn lower_verb(&mut self, notes: &mut Notes) {
        let Some(Value::String(verb)) = &mut self.verb else {
            return;
        };
        if verb.bytes().any(|byte| byte.is_ascii_uppercase()) {
            verb.make_ascii_lowercase();
            notes.add(Note::CapitalisedVerb);
        }
    }

    /// Reads each member of a value without a path as if its key were the path; other values stay.
    pub(super) fn read_members(&mut self, mut read: impl FnMut(Spelt<'_>, Value) -> Option<(String, Value)>) {
        let Some(Value::Object(members)) = &mut self.value else {
            return;
        };
        let mut usual = Map::new();
        for (key, value) in std::mem::take(members) {
            if let Some((key, value)) = read(Spelt::of(&key), value) {
                put(&mut usual, key, value);
            }
        }
        *members = usual;
    }
}

/// The PATCH body with each operation read, or left out where `read` says so.
///
/// A PATCH of which nothing remains keeps one operation that changes nothing: it is no error of the IdP.
pub(super) fn operations(body: Value, mut read: impl FnMut(Operation) -> Option<Operation>) -> Value {
    let Value::Object(members) = body else { return body };
    let each = members.into_iter().map(|(key, value)| match value {
        Value::Array(sent) if key.eq_ignore_ascii_case("Operations") => (key, remaining(sent, &mut read)),
        value => (key, value),
    });
    Value::Object(each.collect())
}

fn remaining(sent: Vec<Value>, read: &mut impl FnMut(Operation) -> Option<Operation>) -> Value {
    let any = !sent.is_empty();
    let mut kept: Vec<Value> = sent
        .into_iter()
        .filter_map(|operation| match operation {
            Value::Object(members) => read(Operation::of(members)).map(Operation::whole),
            other => Some(other),
        })
        .collect();
    if kept.is_empty() && any {
        kept.push(json!({"op": "replace", "value": {}}));
    }
    Value::Array(kept)
}

/// Puts a member where two spellings may meet: objects are joined, and of two other values the later stands.
pub(super) fn put(members: &mut Map<String, Value>, key: String, value: Value) {
    match (members.get_mut(&key), value) {
        (Some(Value::Object(there)), Value::Object(more)) => {
            for (key, value) in more {
                put(there, key, value);
            }
        }
        (_, value) => drop(members.insert(key, value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_put_together_as_they_were() {
        let sent = json!({"schemas": ["s"], "operations": [
            {"OP": "add", "Path": "title", "VALUE": "x", "hint": 1}, {"op": "remove", "path": null}, 7,
        ]});
        let whole = json!({"schemas": ["s"], "operations": [
            {"op": "add", "path": "title", "value": "x", "hint": 1}, {"op": "remove"}, 7,
        ]});
        assert_eq!(operations(sent, Some), whole);
        for odd in
            [json!(1), json!({"Operations": {}}), json!({"Operations": []}), json!({"ops": [{"OP": 1}]})]
        {
            assert_eq!(operations(odd.clone(), Some), odd);
        }
    }

    #[test]
    fn a_patch_of_which_nothing_remains_changes_nothing() {
        let sent = json!({"Operations": [{"op": "replace", "path": "password", "value": "x"}]});
        assert_eq!(operations(sent, |_| None), json!({"Operations": [{"op": "replace", "value": {}}]}));
        let mixed = json!({"Operations": [{"op": "add"}, {"op": "remove"}]});
        let kept = operations(mixed, |one| Some(one).filter(|one| one.is("remove")));
        assert_eq!(kept, json!({"Operations": [{"op": "remove"}]}));
    }

    #[test]
    fn two_spellings_of_one_member_are_joined() {
        let mut members = Map::new();
        for value in [json!({"a": 1, "b": {"c": 1}}), json!({"b": {"d": 2}, "a": 3})] {
            put(&mut members, "x".to_owned(), value);
        }
        assert_eq!(Value::Object(members.clone()), json!({"x": {"a": 3, "b": {"c": 1, "d": 2}}}));
        put(&mut members, "x".to_owned(), json!("y"));
        assert_eq!(Value::Object(members), json!({"x": "y"}));
    }
}
