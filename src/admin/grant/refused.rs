//! Why an authorisation does not stand, in words for whoever sees the page or the terminal. No code, state or
//! token is ever in them.

use crate::apollo::grant::Refused;
use crate::store;

/// Who may say yes at Apollo (Apollo facts §2.4).
const WHO_MAY: &str = "only an Apollo Admin or Billing and Seat Manager may authorise the bridge (on plans \
    with custom permission profiles: whoever may authorise third-party apps via OAuth)";

/// Why an authorisation does not stand.
#[derive(Debug, thiserror::Error)]
pub enum NotConnected {
    /// Nobody began it here.
    #[error(
        "nobody began this authorisation here: start with `seatbridge apollo connect` and open the address \
         it prints"
    )]
    UnknownState,
    /// It came back a second time.
    #[error("this authorisation was used already: start another with `seatbridge apollo connect`")]
    UsedState,
    /// Too late.
    #[error(
        "this authorisation was begun more than 15 minutes ago: start another with \
         `seatbridge apollo connect`"
    )]
    ExpiredState,
    /// Something else than an answer of Apollo's.
    #[error("this is no answer of Apollo's authorise page: start with `seatbridge apollo connect`")]
    NoAnswer,
    /// No at Apollo.
    #[error("{}", denial(error))]
    Denied {
        /// Apollo's word.
        error: String,
    },
    /// The code was not taken.
    #[error("{0}; start again with `seatbridge apollo connect`")]
    Exchange(Refused),
    /// The configuration lost its application.
    #[error("apollo.client_id or apollo.client_secret is missing here: every replica needs both")]
    NoApplication,
    /// The machine gave no random bytes.
    #[error("the tokens could not be kept: {0}")]
    NotSealed(String),
    /// Below us.
    #[error("the authorisation could not be written down: {0}")]
    Store(store::Error),
}

fn denial(error: &str) -> String {
    let why = match error {
        "access_denied" => "somebody there said no, or the person is not allowed to",
        "invalid_scope" => {
            "it does not know the scopes of apollo.scopes, or the OAuth app is not registered for them"
        }
        _ => "see the OAuth app's settings there",
    };
    format!("Apollo refused the authorisation ({error}): {why}; {WHO_MAY}")
}

impl NotConnected {
    /// The exit code a command ends in (U5).
    pub fn exit_code(&self) -> u8 {
        match self {
            NotConnected::Exchange(_) => 6,
            NotConnected::Denied { .. } => 5,
            NotConnected::NoApplication => 8,
            NotConnected::UnknownState | NotConnected::UsedState | NotConnected::ExpiredState => 2,
            NotConnected::NoAnswer => 2,
            NotConnected::NotSealed(_) | NotConnected::Store(_) => 1,
        }
    }

    /// The HTTP status of the page that tells it.
    pub fn status(&self) -> u16 {
        match self {
            NotConnected::Denied { .. } => 403,
            NotConnected::Exchange(_) => 502,
            NotConnected::NoApplication | NotConnected::NotSealed(_) => 500,
            NotConnected::Store(_) => 503,
            _ => 400,
        }
    }

    /// The same for a page that anybody may open: what went wrong below us stays in the log.
    pub fn told(&self) -> String {
        match self {
            NotConnected::Store(_) | NotConnected::NotSealed(_) => {
                "the authorisation could not be written down; the log says why".to_owned()
            }
            other => other.to_string(),
        }
    }
}
