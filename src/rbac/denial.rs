//! Why a call does not go to Apollo, in words for the person who must act.

use super::permission::Permission;

/// A refused call. Display tells the caller what to do; no variant carries a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// No row of the sheet has this method and path.
    #[error("this proxy offers no such Apollo endpoint; check the method and the exact path")]
    UnknownRoute,
    /// The endpoint describes the key's holder and never goes to Apollo (R10).
    #[error("this endpoint is answered by the bridge itself and never sent to Apollo")]
    AnsweredLocally,
    /// The caller lacks a permission of the row.
    #[error("permission denied: {permission} requires role upgrade; ask a team admin for a role that has it")]
    Forbidden {
        /// The first permission that is missing.
        permission: Permission,
    },
    /// A key or token stands in the query, where logs and proxies keep it.
    #[error(
        "credentials do not belong in the query; send the key in the x-api-key header and replace this one"
    )]
    CredentialInQuery,
    /// A key or token stands in the body.
    #[error("credentials do not belong in the body; send the key in the x-api-key header")]
    CredentialInBody,
    /// A header, the query or the body asks for another method than the request line.
    #[error("method overrides are not supported; send the request with the method you mean")]
    MethodOverride,
    /// The query cannot be read in one way only.
    #[error("the query is refused: {fault}")]
    BadQuery {
        /// What is wrong with it.
        fault: QueryFault,
    },
    /// A parameter would reveal personal data to a caller who may not export it.
    #[error("`{parameter}` reveals personal data and needs exportPII; leave it out or set it to false")]
    NeedsExportPii {
        /// The parameter as the caller spelt it.
        parameter: String,
    },
    /// Results would be posted to a host nobody configured.
    #[error(
        "`webhook_url` must be an https URL whose host this bridge allows; ask an operator to add the host"
    )]
    WebhookRefused,
    /// A method that carries no body came with one.
    #[error("a GET request carries no body here; send parameters in the query")]
    UnexpectedBody,
    /// The body is not labelled as JSON in UTF-8.
    #[error("only JSON bodies are accepted; send `content-type: application/json` in UTF-8")]
    UnsupportedBody,
    /// The body is labelled as JSON and is not an object.
    #[error("the body is refused: {fault}")]
    MalformedBody {
        /// What is wrong with it.
        fault: BodyFault,
    },
    /// A member stands twice in one object, so two readers may see two bodies.
    #[error("the member `{key}` stands twice in one object of the body; send it once")]
    DuplicateKey {
        /// The repeated name.
        key: String,
    },
    /// A masked value of an earlier answer would be stored at Apollo.
    #[error(
        "`{path}` carries a value this bridge masked; leave it out, or the real value at Apollo would be lost"
    )]
    MaskedWriteBack {
        /// Where it stands.
        path: String,
    },
    /// A paging parameter is not a plain number.
    #[error("`{parameter}` must be a whole number in digits")]
    NotANumber {
        /// The parameter as the caller spelt it.
        parameter: String,
    },
    /// More rows a page than Apollo gives.
    #[error("`per_page` is at most 100; ask for more pages instead")]
    TooManyPerPage,
    /// A page Apollo never gives.
    #[error("`page` is at most 500 (50,000 records); narrow the search instead")]
    BeyondLastPage,
    /// More rows at once than Apollo gives, where it skips instead of paging.
    #[error("`limit` is at most 100; ask again with a larger `skip` instead")]
    TooManyAtOnce,
    /// A row Apollo never gives, where it skips instead of paging.
    #[error("`skip` is at most 50000; narrow the search instead")]
    BeyondLastRecord,
    /// More records in one call than Apollo takes.
    #[error("`{parameter}` takes at most {most} records a call; split the call")]
    TooManyRecords {
        /// The parameter of the sheet.
        parameter: &'static str,
        /// The limit of the sheet.
        most: usize,
    },
    /// Whose record it would be cannot be said (R10).
    #[error(
        "the bridge does not know yet which Apollo user you are, so nobody could own this record; a \
         reconciliation run that finds your address in Apollo links you: ask an operator to run \
         `seatbridge reconcile run`"
    )]
    UnknownHolder,
    /// Somebody else would own the record, or lose it (R10).
    #[error(
        "`{parameter}` names somebody else and needs manageTeam; leave it out, or send your own Apollo id"
    )]
    SomebodyElse {
        /// The parameter as the caller spelt it.
        parameter: String,
    },
    /// Somebody else's mailbox would send (R10).
    #[error("`{parameter}` names a mailbox that is not yours, which needs manageTeam; send one of your own")]
    NotYourMailbox {
        /// The parameter as the caller spelt it.
        parameter: String,
    },
    /// An owner Apollo would not read as one, so that the record went to the acting admin (R10).
    #[error(
        "`{parameter}` is no owner Apollo would read; send `{field}` once with one Apollo id, or leave it out"
    )]
    OddOwner {
        /// The parameter as the caller spelt it.
        parameter: String,
        /// The parameter of the sheet.
        field: &'static str,
    },
    /// Query and body name the same parameter and do not say the same.
    #[error("`{parameter}` stands in the query and in the body with different values; send it once")]
    Disagreement {
        /// The parameter as the body spells it.
        parameter: String,
    },
}

/// The parameters that reveal, as Apollo spells them: the only ones of a caller's that a record repeats.
const REVEALING: &[&str] =
    &["reveal_personal_emails", "reveal_phone_number", "run_waterfall_email", "run_waterfall_phone"];

impl Denial {
    /// The refusal as it is kept: a name the caller made up may be a person's or a secret, and stays out
    /// (U1).
    pub fn as_recorded(&self) -> String {
        match self {
            Denial::NeedsExportPii { parameter } if REVEALING.contains(&parameter.as_str()) => {
                self.to_string()
            }
            Denial::NeedsExportPii { .. } => "a parameter reveals personal data and needs exportPII".into(),
            Denial::MaskedWriteBack { .. } => "the call carries a value this bridge masked".into(),
            Denial::DuplicateKey { .. } => "a member stands twice in one object of the body".into(),
            Denial::NotANumber { .. } => "a paging parameter is no whole number".into(),
            Denial::Disagreement { .. } => "query and body disagree about a parameter".into(),
            Denial::SomebodyElse { .. } => "a parameter names somebody else and needs manageTeam".into(),
            Denial::NotYourMailbox { .. } => {
                "a parameter names a mailbox of somebody else, which needs manageTeam".into()
            }
            Denial::OddOwner { field, .. } => format!("a parameter is no `{field}` that Apollo would read"),
            Denial::UnknownRoute
            | Denial::AnsweredLocally
            | Denial::UnknownHolder
            | Denial::Forbidden { .. }
            | Denial::CredentialInQuery
            | Denial::CredentialInBody
            | Denial::MethodOverride
            | Denial::BadQuery { .. }
            | Denial::WebhookRefused
            | Denial::UnexpectedBody
            | Denial::UnsupportedBody
            | Denial::MalformedBody { .. }
            | Denial::TooManyPerPage
            | Denial::BeyondLastPage
            | Denial::TooManyAtOnce
            | Denial::BeyondLastRecord
            | Denial::TooManyRecords { .. } => self.to_string(),
        }
    }
}

/// The longest query that is passed on. **Units**: bytes, an apostrophe as three: it leaves as an escape.
/// Beyond 64 KiB the address of a request cannot be written.
pub(super) const LONGEST_QUERY: usize = 60_000;

/// What is wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryFault {
    /// A byte that has no place in a query.
    #[error("it holds a character that must be percent-encoded")]
    RawCharacter,
    /// A `%` without two hex digits.
    #[error("it holds a percent sign that is not followed by two hex digits")]
    BadEscape,
    /// Decodes to bytes that are no text.
    #[error("it is not UTF-8 once decoded")]
    NotUtf8,
    /// Decodes to a control character.
    #[error("it holds a control character once decoded")]
    ControlCharacter,
    /// A parameter name that is still encoded, or holds a backslash, once decoded.
    #[error("a parameter name is encoded twice or holds a backslash")]
    OddName,
    /// Longer than the line of a request may grow.
    #[error("it is longer than {LONGEST_QUERY} bytes; send parameters in a JSON body")]
    TooLong,
    /// A list of records whose length a query does not tell.
    #[error("send `{parameter}` in a JSON body")]
    RecordsInQuery {
        /// The list.
        parameter: &'static str,
    },
}

/// What is wrong with a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// Bytes that are no text.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// Not JSON.
    #[error("it is not valid JSON (line {line}, column {column})")]
    NotJson {
        /// Where reading stopped, from 1.
        line: usize,
        /// Where reading stopped, from 1.
        column: usize,
    },
    /// JSON, but no object.
    #[error("it must be a JSON object")]
    NotAnObject,
}

/// The longest name a refusal repeats. **Units**: characters.
const SHOWN: usize = 80;

/// A name of the caller's, short enough to repeat.
pub(super) fn shown(name: &str) -> String {
    match name.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &name[..end]),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_repeats_a_long_name_in_part_only() {
        assert_eq!(shown("per_page"), "per_page");
        assert_eq!(shown(&"é".repeat(80)), "é".repeat(80));
        assert_eq!(shown(&"é".repeat(81)), format!("{}...", "é".repeat(80)));
    }

    /// U1: what a caller made up is told to the caller and kept nowhere.
    #[test]
    fn a_record_repeats_no_name_the_caller_made_up() {
        let made_up = || "ada@corp.example".to_owned();
        for denial in [
            Denial::NeedsExportPii { parameter: made_up() },
            Denial::MaskedWriteBack { path: made_up() },
            Denial::DuplicateKey { key: made_up() },
            Denial::NotANumber { parameter: made_up() },
            Denial::Disagreement { parameter: made_up() },
            Denial::SomebodyElse { parameter: made_up() },
            Denial::NotYourMailbox { parameter: made_up() },
            Denial::OddOwner { parameter: made_up(), field: "owner_id" },
        ] {
            assert!(
                denial.to_string().contains("ada@") && !denial.as_recorded().contains("ada@"),
                "{denial}"
            );
        }
        let known = Denial::NeedsExportPii { parameter: "reveal_phone_number".to_owned() };
        assert!(known.as_recorded().contains("`reveal_phone_number`"));
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let denial = Denial::Forbidden { permission: Permission::BulkEnrich };
        assert!(denial.to_string().starts_with("permission denied: bulkEnrich requires role upgrade"));
        let denial = Denial::BadQuery { fault: QueryFault::RecordsInQuery { parameter: "details" } };
        assert_eq!(denial.to_string(), "the query is refused: send `details` in a JSON body");
        let denial = Denial::TooManyRecords { parameter: "details", most: 10 };
        assert_eq!(denial.to_string(), "`details` takes at most 10 records a call; split the call");
    }
}
