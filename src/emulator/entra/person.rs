//! A person of the Entra directory, and the attributes the default mappings export.

use serde_json::{Value, json};
use uuid::Uuid;

/// The enterprise extension.
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The path of the seat's address.
pub(super) const WORK_EMAIL: &str = "emails[type eq \"work\"].value";

/// An app role assigned to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The role's object id.
    pub id: String,
    /// Its value, for example "Admin".
    pub value: String,
    /// Its display name.
    pub display: String,
}

impl Role {
    /// A role whose display name is its value.
    pub fn new(value: &str) -> Self {
        Self { id: Uuid::now_v7().to_string(), value: value.to_owned(), display: value.to_owned() }
    }
}

/// Where `externalId` comes from.
///
/// Source: Entra facts §6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExternalId {
    /// The documented default: neither stable nor unique.
    MailNickname,
    /// What many vendors switch to: both.
    ObjectId,
}

/// What of a person is mapped, and from where.
///
/// Source: Entra facts §6, §8.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapping {
    /// Where `externalId` comes from.
    pub external: ExternalId,
    /// Whether `active` is mapped; without it nobody can be switched off.
    pub active: bool,
    /// Whether `name.formatted` is mapped (that it is in the stock template is unconfirmed).
    pub formatted: bool,
}

impl Default for Mapping {
    fn default() -> Self {
        Self { external: ExternalId::MailNickname, active: true, formatted: true }
    }
}

/// One Entra user.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The directory object id, a GUID; stable over renames.
    pub object_id: String,
    /// userPrincipalName; sent as `userName`.
    pub upn: String,
    /// mail; sent as the work address. Left out when absent.
    pub mail: Option<String>,
    /// Given name.
    pub given: String,
    /// Surname.
    pub family: String,
    /// Display name.
    pub display: String,
    /// mailNickname; by default sent as `externalId`.
    pub mail_nickname: String,
    /// Department.
    pub department: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Employee id; sent as `employeeNumber`.
    pub employee_id: Option<String>,
    /// The object id of the manager.
    pub manager: Option<String>,
    /// App role assignments.
    pub roles: Vec<Role>,
}

impl Person {
    /// A person whose UPN is the address and whose nickname is what stands before the `@`.
    pub fn new(given: &str, family: &str, upn: &str) -> Self {
        Self {
            object_id: Uuid::now_v7().to_string(),
            upn: upn.to_owned(),
            mail: Some(upn.to_owned()),
            given: given.to_owned(),
            family: family.to_owned(),
            display: format!("{given} {family}"),
            mail_nickname: upn.split('@').next().unwrap_or(upn).to_owned(),
            department: None,
            title: None,
            employee_id: None,
            manager: None,
            roles: Vec::new(),
        }
    }

    /// The same person under a new UPN and address; the nickname stays.
    #[must_use]
    pub fn renamed(&self, upn: &str) -> Self {
        Self { upn: upn.to_owned(), mail: Some(upn.to_owned()), ..self.clone() }
    }

    /// The same person with a job title.
    #[must_use]
    pub fn with_title(&self, title: &str) -> Self {
        Self { title: Some(title.to_owned()), ..self.clone() }
    }

    /// The same person in a department.
    #[must_use]
    pub fn with_department(&self, department: &str) -> Self {
        Self { department: Some(department.to_owned()), ..self.clone() }
    }

    /// The UPN while the person is in the recycle bin: 32 hex digits of the object id in front.
    ///
    /// Source: Entra facts §8.3.
    pub fn recycled_upn(&self) -> String {
        let digits: String = self.object_id.chars().filter(char::is_ascii_hexdigit).collect();
        format!("{digits}{}", self.upn)
    }

    /// The matching value of a guest: without `#EXT#` and the tenant suffix.
    ///
    /// Source: Entra facts §5 (Guests).
    pub fn matching_upn(&self) -> &str {
        self.upn.split_once("#EXT#").map_or(self.upn.as_str(), |(name, _)| name)
    }
}

/// What the job exports of a person: attribute paths in sending order with their values, empty ones left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Exported(pub(super) Vec<(String, Value)>);

impl Exported {
    /// The default mappings.
    ///
    /// Source: Entra facts §6 (name.formatted is in the stock template, unconfirmed).
    pub(super) fn of(person: &Person, mapping: Mapping, active: bool) -> Self {
        let external = match mapping.external {
            ExternalId::MailNickname => &person.mail_nickname,
            ExternalId::ObjectId => &person.object_id,
        };
        let mut all = Self::default();
        all.set("userName", json!(person.upn));
        if mapping.active {
            all.set("active", json!(active));
        }
        all.set("displayName", json!(person.display));
        all.set_text("title", person.title.as_deref());
        all.set_text(WORK_EMAIL, person.mail.as_deref());
        all.set("name.givenName", json!(person.given));
        all.set("name.familyName", json!(person.family));
        if mapping.formatted {
            all.set("name.formatted", json!(person.display));
        }
        all.set("externalId", json!(external));
        all.set_text(&format!("{ENTERPRISE}:employeeNumber"), person.employee_id.as_deref());
        all.set_text(&format!("{ENTERPRISE}:department"), person.department.as_deref());
        all
    }

    /// The same attributes as a resource of the server shows them; what it does not show is absent.
    pub(super) fn shown_by(resource: &Value, wanted: &Exported) -> Self {
        let read = |(path, _): &(String, Value)| Some((path.clone(), read(resource, path)?));
        Self(wanted.0.iter().filter_map(read).collect())
    }

    pub(super) fn get(&self, path: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == path).map(|(_, value)| value)
    }

    pub(super) fn set(&mut self, path: &str, value: Value) {
        match self.0.iter_mut().find(|(known, _)| known == path) {
            Some((_, old)) => *old = value,
            None => self.0.push((path.to_owned(), value)),
        }
    }

    fn set_text(&mut self, path: &str, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.set(path, json!(text));
        }
    }

    /// As the state of a tenant shows it.
    pub(super) fn shown(&self) -> Value {
        Value::Object(self.0.iter().cloned().collect())
    }

    /// What differs from `before`: path, new value, and whether `before` had a value.
    ///
    /// Values that went away are not sent: nulls do not flow. Source: Entra facts §6, §7.1.
    pub(super) fn changes(&self, before: &Exported) -> Vec<Change> {
        self.0
            .iter()
            .filter(|(path, value)| before.get(path) != Some(value))
            .map(|(path, value)| Change {
                path: path.clone(),
                value: value.clone(),
                filled: before.get(path).is_some(),
            })
            .collect()
    }
}

/// One attribute to be written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    /// Where.
    pub(super) path: String,
    /// What.
    pub(super) value: Value,
    /// Whether the engine believes there is a value already: then it replaces, else it adds.
    pub(super) filled: bool,
}

/// Reads a mapped attribute out of a resource.
pub(super) fn read(resource: &Value, path: &str) -> Option<Value> {
    let found = if path == WORK_EMAIL {
        let emails = resource.get("emails")?.as_array()?;
        emails.iter().find(|email| email.get("type").and_then(Value::as_str) == Some("work"))?.get("value")
    } else if let Some(name) = path.strip_prefix(ENTERPRISE) {
        resource.get(ENTERPRISE)?.get(name.trim_start_matches(':'))
    } else if let Some((outer, inner)) = path.split_once('.') {
        resource.get(outer)?.get(inner)
    } else {
        resource.get(path)
    };
    found.filter(|value| !value.is_null()).cloned()
}
