//! The advertised schemas, taken apart into what holds a value.

use crate::support::Connected;
use serde_json::{Value, json};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// One attribute without parts, or one part of a complex one.
pub struct Leaf {
    urn: String,
    pub top: String,
    pub multi: bool,
    pub sub: Option<String>,
    /// What `/Schemas` tells of it.
    pub told: Value,
    /// What `/Schemas` tells of the attribute it is a part of.
    whole: Value,
}

/// Everything that `/Schemas` advertises.
pub async fn leaves(directory: &Connected) -> Vec<Leaf> {
    let told = directory.send("GET", "/Schemas", None).await.is(200).json();
    let mut leaves = Vec::new();
    for schema in told["Resources"].as_array().unwrap() {
        for whole in schema["attributes"].as_array().unwrap() {
            let leaf = |told: &Value, sub: Option<&Value>| Leaf {
                urn: schema["id"].as_str().unwrap().to_owned(),
                top: whole["name"].as_str().unwrap().to_owned(),
                multi: whole["multiValued"] == true,
                sub: sub.map(|name| name.as_str().unwrap().to_owned()),
                told: told.clone(),
                whole: whole.clone(),
            };
            match whole["subAttributes"].as_array() {
                Some(parts) => leaves.extend(parts.iter().map(|part| leaf(part, Some(&part["name"])))),
                None => leaves.push(leaf(whole, None)),
            }
        }
    }
    assert!(leaves.len() > 50, "a walk over {} leaves proves little", leaves.len());
    leaves
}

impl Leaf {
    /// Whether a characteristic is told to be true.
    pub fn is(&self, characteristic: &str) -> bool {
        self.told[characteristic] == true
    }

    pub fn is_written(&self) -> bool {
        self.told["mutability"] == "readWrite" && self.whole["mutability"] == "readWrite"
    }

    /// The name an IdP would write: extensions behind their URN.
    pub fn path(&self) -> String {
        if self.urn == CORE { self.name() } else { self.full_path() }
    }

    pub fn full_path(&self) -> String {
        format!("{}:{}", self.urn, self.name())
    }

    fn name(&self) -> String {
        self.sub.as_ref().map_or_else(|| self.top.clone(), |sub| format!("{}.{sub}", self.top))
    }

    /// The member of a resource that holds it.
    pub fn member(&self) -> &str {
        if self.urn == CORE { &self.top } else { &self.urn }
    }

    /// Whether a User may be without it; who says nothing about `active` keeps the state (S4).
    pub fn may_be_absent(&self) -> bool {
        self.told["required"] != true && self.top != "active"
    }

    /// A value of its type, another for each person and variant.
    pub fn sample(&self, number: usize, variant: usize) -> Value {
        match (self.told["type"].as_str().unwrap(), self.top.as_str()) {
            // Without a seat; the other value would ask for one.
            ("boolean", "active") => json!(variant != 0),
            ("boolean", _) => json!(variant == 0),
            ("string" | "reference", "userName") => json!(format!("ünit{number}.{variant}@schema.example")),
            ("string" | "reference", _) => json!(format!("Ünit {number} \"{variant}\" {}", self.name())),
            (other, _) => panic!("{other}: give it a sample"),
        }
    }

    /// The members of a body that say it has this value. A lone `type` or `primary` says nothing, so a value
    /// stands beside it.
    pub fn members(&self, value: &Value) -> Value {
        let held = match &self.sub {
            None => value.clone(),
            Some(sub) => {
                let parts = self.whole["subAttributes"].as_array().unwrap();
                let filler = ["value", "formatted"]
                    .into_iter()
                    .find(|name| self.multi && name != sub && parts.iter().any(|part| part["name"] == *name));
                let mut held = filler.map_or_else(|| json!({}), |name| json!({name: "filler"}));
                held[sub] = value.clone();
                if self.multi { json!([held]) } else { held }
            }
        };
        let own = json!({self.top.as_str(): held});
        if self.urn == CORE { own } else { json!({self.urn.as_str(): own}) }
    }

    /// The values a resource has of it.
    pub fn values<'a>(&self, resource: &'a Value) -> Vec<&'a Value> {
        let section = if self.urn == CORE { Some(resource) } else { resource.get(&self.urn) };
        let tops = match section.and_then(|section| section.get(&self.top)) {
            None => Vec::new(),
            Some(Value::Array(values)) => values.iter().collect(),
            Some(one) => vec![one],
        };
        match &self.sub {
            Some(sub) => tops.into_iter().filter_map(|top| top.get(sub)).collect(),
            None => tops,
        }
    }
}
