//! What an IdP sends about a person: a whole User or a PATCH, reduced to what Apollo keeps. Attributes it
//! does not keep are accepted and ignored. Source: Apollo facts §6 (decision), RFC 7644 §3.5.2.

use serde_json::Value;

use super::super::wire::answer::Answer;
use super::shown::refusal;

/// What shall be so; absent parts stay as they are, empty texts clear.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// `userName`.
    pub user_name: Option<String>,
    /// The primary address, else the first.
    pub email: Option<String>,
    /// `externalId`.
    pub external_id: Option<String>,
    /// `name.givenName`.
    pub given_name: Option<String>,
    /// `name.familyName`.
    pub family_name: Option<String>,
    /// `title`.
    pub title: Option<String>,
    /// `active`.
    pub active: Option<bool>,
}

impl Wish {
    /// Reads a User. Errors: 400 for an `active` that is neither true nor false.
    pub fn of_user(user: &Value) -> Result<Wish, Answer> {
        let mut wish = Wish::default();
        for (name, value) in user.as_object().into_iter().flatten() {
            wish.set(name, value)?;
        }
        Ok(wish)
    }

    /// Reads a PATCH: operations by path, or with an object of attributes and no path.
    ///
    /// Errors: 400 without operations, or for one that is not known.
    pub fn of_patch(patch: &Value) -> Result<Wish, Answer> {
        let member = |value: &Value, name: &str| {
            let found = value.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.clone())
        };
        let operations = member(patch, "Operations").and_then(|list| list.as_array().cloned());
        let bad = || refusal(400, Some("invalidSyntax"), "Operations is missing, or an op is not known");
        let mut wish = Wish::default();
        for operation in operations.ok_or_else(bad)? {
            let op = member(&operation, "op").and_then(|op| op.as_str().map(str::to_ascii_lowercase));
            let path = member(&operation, "path").and_then(|path| path.as_str().map(str::to_owned));
            let value = member(&operation, "value").unwrap_or_default();
            match (op.as_deref(), path) {
                (Some("add" | "replace"), Some(path)) => wish.set(&path, &value)?,
                (Some("add" | "replace"), None) => {
                    for (name, value) in value.as_object().into_iter().flatten() {
                        wish.set(name, value)?;
                    }
                }
                (Some("remove"), Some(path)) => wish.clear(&path),
                _ => return Err(bad()),
            }
        }
        Ok(wish)
    }

    fn set(&mut self, path: &str, value: &Value) -> Result<(), Answer> {
        let text = || value.as_str().map(str::to_owned);
        match plain(path).as_str() {
            "username" => self.user_name = text(),
            "externalid" => self.external_id = text(),
            "title" => self.title = text(),
            "name.givenname" => self.given_name = text(),
            "name.familyname" => self.family_name = text(),
            "name" => {
                for (part, value) in value.as_object().into_iter().flatten() {
                    self.set(&format!("name.{part}"), value)?;
                }
            }
            "emails" => self.email = primary(value),
            path if path.starts_with("emails[") && path.ends_with(".value") => self.email = text(),
            "active" => self.active = Some(truth(value)?),
            _ => {}
        }
        Ok(())
    }

    fn clear(&mut self, path: &str) {
        let nothing = Some(String::new());
        match plain(path).as_str() {
            "title" => self.title = nothing,
            "externalid" => self.external_id = nothing,
            "name.givenname" => self.given_name = nothing,
            "name.familyname" => self.family_name = nothing,
            "name" => (self.given_name, self.family_name) = (nothing.clone(), nothing),
            _ => {}
        }
    }
}

/// Lower case, without the schema's name in front.
fn plain(path: &str) -> String {
    let path = path.trim().to_ascii_lowercase();
    path.strip_prefix("urn:ietf:params:scim:schemas:core:2.0:user:").map(str::to_owned).unwrap_or(path)
}

fn primary(emails: &Value) -> Option<String> {
    let emails: Vec<&Value> = match emails {
        Value::Array(emails) => emails.iter().collect(),
        one => vec![one],
    };
    let first = emails.iter().find(|email| email["primary"] == true).or(emails.first())?;
    first["value"].as_str().map(str::to_owned)
}

/// True and false, in quotes too, as one of the IdPs sends them.
fn truth(value: &Value) -> Result<bool, Answer> {
    let said = value.as_bool().or_else(|| value.as_str()?.to_ascii_lowercase().parse().ok());
    said.ok_or_else(|| refusal(400, Some("invalidValue"), "active is true or false"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    #[test]
    fn every_form_of_a_patch_means_the_same() {
        let operation = |op: Value| Wish::of_patch(&json!({"Operations": [op]})).unwrap().active;
        for said in [
            json!({"op": "replace", "value": {"active": false}}),
            json!({"op": "Replace", "path": "active", "value": "False"}),
            json!({"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": false}),
        ] {
            assert_eq!(operation(said.clone()), Some(false), "{said}");
        }
        assert!(Wish::of_patch(&json!({"Operations": [{"op": "move"}]})).is_err());
        assert!(Wish::of_patch(&json!({})).is_err());
    }

    #[test]
    fn the_primary_address_counts_and_unknown_attributes_are_ignored() {
        let user = json!({"userName": "a@x.example", "nickName": "A", "name": {"givenName": "Ada"},
            "emails": [{"value": "b@x.example"}, {"value": "c@x.example", "primary": true}]});
        let wish = Wish::of_user(&user).unwrap();
        assert_eq!(wish.email.as_deref(), Some("c@x.example"));
        assert_eq!(wish.given_name.as_deref(), Some("Ada"));
        let path = json!({"op": "replace", "path": "emails[type eq \"work\"].value", "value": "d@x.example"});
        let wish = Wish::of_patch(&json!({"Operations": [path]})).unwrap();
        assert_eq!(wish.email.as_deref(), Some("d@x.example"));
    }
}
