//! The statuses of calls the proxy's rules refuse.

use crate::rbac::Denial;

/// The status of a call that was denied.
pub(super) fn status(denial: &Denial) -> u16 {
    match denial {
        Denial::UnknownRoute | Denial::AnsweredLocally => 404,
        Denial::Forbidden { .. }
        | Denial::NeedsExportPii { .. }
        | Denial::WebhookRefused
        | Denial::SomebodyElse { .. }
        | Denial::NotYourMailbox { .. } => 403,
        Denial::UnknownHolder => 409,
        Denial::CredentialInQuery | Denial::CredentialInBody => 401,
        Denial::MethodOverride
        | Denial::BadQuery { .. }
        | Denial::UnexpectedBody
        | Denial::MalformedBody { .. }
        | Denial::DuplicateKey { .. }
        | Denial::NotANumber { .. }
        | Denial::OddOwner { .. }
        | Denial::Disagreement { .. } => 400,
        Denial::UnsupportedBody => 415,
        Denial::MaskedWriteBack { .. }
        | Denial::TooManyPerPage
        | Denial::BeyondLastPage
        | Denial::TooManyAtOnce
        | Denial::BeyondLastRecord
        | Denial::TooManyRecords { .. } => 422,
    }
}
