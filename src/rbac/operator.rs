//! What an operator of the API may do.

/// The role of an operator; a holder's roles have nothing to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OperatorRole {
    /// Reads everything, changes nothing.
    Auditor,
    /// Also changes things.
    Operator,
}

impl OperatorRole {
    /// All, the weaker first.
    pub const ALL: [OperatorRole; 2] = [OperatorRole::Auditor, OperatorRole::Operator];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            OperatorRole::Auditor => "auditor",
            OperatorRole::Operator => "operator",
        }
    }

    /// The role of this name, exactly spelt.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

impl std::fmt::Display for OperatorRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
