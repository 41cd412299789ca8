//! Who is in scope, and the reason when somebody is not. Pure.

use super::directory::{Entry, Presence};

/// Whom the job looks at.
///
/// Source: Entra facts §14 (scope sync all, assigned to application).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Users and groups assigned to the application.
    Assigned,
    /// Everybody in the directory; app roles do not work with it. Source: Entra facts §7.5.
    Everybody,
}

/// A scoping filter: everybody who fails one is out of scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The attribute, by its name in the directory: `department`, `jobTitle`.
    pub attribute: String,
    /// Whether the value must differ.
    pub differs: bool,
    /// The value, compared without letter case (unconfirmed).
    pub value: String,
}

impl Filter {
    /// Reads `department EQUALS Sales` or `department NOT EQUALS Sales`.
    pub fn read(text: &str) -> Option<Filter> {
        let (attribute, rest) = text.trim().split_once(' ')?;
        let (differs, value) = match rest.strip_prefix("NOT EQUALS ") {
            Some(value) => (true, value),
            None => (false, rest.strip_prefix("EQUALS ")?),
        };
        Some(Filter { attribute: attribute.to_owned(), differs, value: value.trim().to_owned() })
    }

    fn passes(&self, entry: &Entry) -> bool {
        let value = entry.attribute(&self.attribute).unwrap_or_default();
        (value.to_lowercase() == self.value.to_lowercase()) != self.differs
    }
}

/// The scope of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Whom it looks at.
    pub reach: Reach,
    /// All of these must pass.
    pub filters: Vec<Filter>,
}

impl Default for Scope {
    fn default() -> Self {
        Self { reach: Reach::Assigned, filters: Vec::new() }
    }
}

impl Scope {
    /// Why somebody is out of scope, in the words of the provisioning log; nothing when in scope.
    ///
    /// Source: Entra facts §14 (skip reasons). The recycle bin is no matter of scope.
    pub fn excludes(&self, entry: &Entry) -> Option<String> {
        if entry.presence == Presence::Purged {
            return Some("the user no longer exists".to_owned());
        }
        if self.reach == Reach::Assigned && !entry.assigned {
            return Some("not effectively entitled: not assigned to the application".to_owned());
        }
        let failed = self.filters.iter().find(|filter| !filter.passes(entry))?;
        let Filter { attribute, differs, value } = failed;
        let word = if *differs { "NOT EQUALS" } else { "EQUALS" };
        Some(format!("out of scope by filter: {attribute} {word} {value}"))
    }
}
