//! Arguments of `apollo` and `secret`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Apollo {
    /// Let an Apollo user authorise the bridge by OAuth, for Apollo partners without a master key.
    ///
    /// Only an Apollo Admin or Billing and Seat Manager may. The address printed works for 15 minutes, once;
    /// the running server receives the answer at PUBLIC_URL/oauth/apollo/callback, which has to be a redirect
    /// URL of the OAuth app. The grant before goes on until the new one stands.
    Connect {
        /// Read the code, or the whole address the browser ended at, from standard input: for a server that
        /// the browser cannot reach.
        #[arg(long)]
        paste: bool,
        /// Print the address and end; see `apollo status` for what became of it.
        #[arg(long, conflicts_with = "paste")]
        no_wait: bool,
    },
    /// Which credential is used, whom it acts as, what is wrong and what to do; exit 6 if Apollo refuses it.
    ///
    /// A configured master key is used before a grant.
    Status,
    /// End the OAuth grant and give its tokens back.
    Disconnect {
        /// Why; the audit keeps it.
        #[arg(long)]
        reason: String,
    },
}

/// The order in which no request fails.
const STEPS: &str = "\
Rotation without downtime, on any number of replicas:
  1. Make a secret (`openssl rand -hex 32`) and give it to every server as SEATBRIDGE__FORMER_SECRET_FILE;
     restart them one by one. Everything is still made under the old secret, and each server knows both.
  2. Swap the two on every server: the new one as SEATBRIDGE__SECRET_FILE, the old one as
     SEATBRIDGE__FORMER_SECRET_FILE; restart them one by one. What is sealed is sealed anew at the start.
  3. `seatbridge secret status` lists the SCIM tokens that the old secret signed: issue others, paste them
     into the identity provider, revoke the old ones. When it says so, remove SEATBRIDGE__FORMER_SECRET_FILE
     and restart.
What the old secret signed of the audit verifies with its public key afterwards (`audit verify --public-key`):
keep what `seatbridge audit key` prints before step 2. With SQLite the secret made at the
first start lies beside the database as seatbridge.secret.";

#[derive(Debug, Subcommand)]
#[command(after_help = STEPS)]
pub(in crate::cli) enum BridgeSecret {
    /// What depends on the former secret, and whether it can be removed.
    #[command(after_help = STEPS)]
    Status,
    /// Seal anew under the current secret what is sealed under the former one; servers do so when they start.
    #[command(after_help = STEPS)]
    Reseal,
}
