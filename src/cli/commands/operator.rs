//! Arguments of `operator`.

use clap::{Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Operator {
    /// Make an operator of the API and show the first token once.
    Add {
        /// As people call the person or script.
        name: String,
        /// What it may do.
        #[arg(long)]
        role: OperatorRole,
        /// Days the token works (365 when absent, 1095 at most).
        #[arg(long, value_name = "N")]
        expires_days: Option<i64>,
        /// Why, for the audit.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// List them, with their tokens and last use.
    List,
    /// Make another token and show it once; the others go on working.
    Token {
        /// Name of the operator.
        name: String,
        /// Days it works (365 when absent, 1095 at most).
        #[arg(long, value_name = "N")]
        expires_days: Option<i64>,
        /// Why, for the audit.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Take an operator back with all tokens, or one token; the next request with it is refused.
    Revoke {
        /// Name of the operator.
        #[arg(required_unless_present = "id", conflicts_with = "id")]
        name: Option<String>,
        /// Id of one token.
        #[arg(long = "token", value_name = "ID")]
        id: Option<String>,
        /// Why, for the audit.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum OperatorRole {
    /// Reads everything.
    Auditor,
    /// Reads everything and changes seats, holds, tokens and findings.
    Operator,
}
