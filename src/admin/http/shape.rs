//! What answers consist of, described once: the document shows it, and a test holds every answer against it.

use serde_json::{Map, Value, json};

/// A JSON object with exactly these members.
#[derive(Debug)]
pub struct Shape {
    /// The noun of `{"schema": "seatbridge/<noun>/v1"}`.
    pub noun: &'static str,
    /// Its name among the schemas; the noun where that is enough.
    pub name: &'static str,
    /// What it is.
    pub says: &'static str,
    /// Its members, in order.
    pub members: &'static [Member],
}

/// One member.
#[derive(Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub of: Of,
    /// Whether it may be null.
    pub maybe: bool,
}

/// What a member is.
#[derive(Debug)]
pub enum Of {
    /// Text.
    Text,
    /// RFC 3339.
    Moment,
    /// A whole number.
    Whole,
    /// Any number.
    Number,
    /// True or false.
    Flag,
    /// Texts.
    Texts,
    /// One of these words.
    Words(&'static [&'static str]),
    /// An object of this shape.
    Part(&'static Shape),
    /// Objects of this shape.
    Parts(&'static Shape),
    /// An object whose members are not fixed, a list, or anything else.
    Anything,
}

/// A member that is always there with a value.
pub const fn has(name: &'static str, of: Of) -> Member {
    Member { name, of, maybe: false }
}

/// A member that may be null.
pub const fn maybe(name: &'static str, of: Of) -> Member {
    Member { name, of, maybe: true }
}

impl Shape {
    /// Its JSON Schema.
    pub fn schema(&self) -> Value {
        let properties: Map<String, Value> =
            self.members.iter().map(|member| (member.name.to_owned(), member.schema())).collect();
        let required: Vec<&str> = self.members.iter().map(|member| member.name).collect();
        json!({
            "type": "object", "description": self.says, "properties": properties, "required": required,
            "additionalProperties": false,
        })
    }

    /// Itself and the shapes of its parts, by name.
    pub fn collect(&'static self, all: &mut Map<String, Value>) {
        if all.contains_key(self.name) {
            return;
        }
        all.insert(self.name.to_owned(), self.schema());
        for member in self.members {
            if let Of::Part(shape) | Of::Parts(shape) = member.of {
                shape.collect(all);
            }
        }
    }

    /// Names of the members, for the columns of a table.
    pub fn columns(&self) -> Vec<&'static str> {
        self.members.iter().map(|member| member.name).collect()
    }
}

/// A reference to a schema by its name.
pub fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

impl Member {
    fn schema(&self) -> Value {
        let plain = |word: &str| match self.maybe {
            true => json!({"type": [word, "null"]}),
            false => json!({"type": word}),
        };
        match &self.of {
            Of::Text => plain("string"),
            Of::Whole => plain("integer"),
            Of::Number => plain("number"),
            Of::Flag => plain("boolean"),
            Of::Moment => {
                let mut schema = plain("string");
                schema["format"] = json!("date-time");
                schema
            }
            Of::Texts => json!({"type": "array", "items": {"type": "string"}}),
            Of::Words(words) => {
                let mut schema = plain("string");
                let null = self.maybe.then_some(Value::Null);
                schema["enum"] = words.iter().map(|word| json!(word)).chain(null).collect();
                schema
            }
            Of::Part(shape) if self.maybe => json!({"anyOf": [reference(shape.name), {"type": "null"}]}),
            Of::Part(shape) => reference(shape.name),
            Of::Parts(shape) => json!({"type": "array", "items": reference(shape.name)}),
            Of::Anything => json!({}),
        }
    }
}
