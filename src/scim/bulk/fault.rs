//! What can be wrong with a bulk message.

use crate::scim::ScimType;

/// What is wrong with a bulk message, or with one of its operations.
///
/// Invariant: names and positions are told, never a value of a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A bulk message has no operations.
    #[error("the bulk message has no Operations; send an array with at least one")]
    NoOperations,
    /// More operations in one bulk message than this server carries out.
    #[error("the bulk message has {count} operations, but maxOperations is {limit}; send fewer at once")]
    TooManyOperations {
        /// Operations sent.
        count: usize,
        /// Operations still carried out.
        limit: usize,
    },
    /// `failOnErrors` is no count of errors.
    #[error("failOnErrors must be a whole number above 0")]
    FailOnErrors,
    /// An operation of a bulk message is not shaped like one.
    #[error("bulk operation {number} is not valid: {problem}")]
    Malformed {
        /// 1-based position of the operation.
        number: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Two operations call what they make by one name (RFC 7644 §3.7.2).
    #[error("the bulkId {name} is used more than once; give each new resource a name of its own")]
    Repeated {
        /// The name as sent, shortened.
        name: String,
    },
    /// A reference names nothing that the message makes.
    #[error("bulkId:{name} refers to no operation of this message; no POST has that bulkId")]
    Unknown {
        /// The name as sent, shortened.
        name: String,
    },
    /// References lead back to where they began (RFC 7644 §3.7.1).
    #[error(
        "bulkId:{name} refers in a circle, so that neither can be made first; create them without the \
         reference, then set it"
    )]
    Circle {
        /// The name as sent, shortened.
        name: String,
    },
    /// What a reference names could not be made.
    #[error("bulkId:{name} refers to an operation that failed; correct that one, then send both again")]
    NotMade {
        /// The name as sent, shortened.
        name: String,
    },
}

impl Fault {
    /// The wire word; what is answered 409 or 413 has none.
    ///
    /// Source: RFC 7644 §3.7.1, §3.7.4, §3.12.
    #[must_use]
    pub fn scim_type(&self) -> ScimType {
        match self {
            Self::NoOperations | Self::Malformed { .. } => ScimType::InvalidSyntax,
            Self::TooManyOperations { .. } => ScimType::TooMany,
            Self::FailOnErrors
            | Self::Repeated { .. }
            | Self::Unknown { .. }
            | Self::Circle { .. }
            | Self::NotMade { .. } => ScimType::InvalidValue,
        }
    }
}
