//! Operators of the API and their tokens.

use crate::store::error::Error;
use crate::store::records::{Operator, OperatorToken};

/// Operators of the API and their tokens.
pub trait Operators {
    /// Records a new one.
    fn insert_operator(&mut self, operator: &Operator) -> Result<(), Error>;
    /// All, by name, revoked ones included.
    fn operators(&mut self) -> Result<Vec<Operator>, Error>;
    /// The living one of this name, letter case apart.
    fn operator_named(&mut self, name: &str) -> Result<Option<Operator>, Error>;
    /// Marks one revoked; false when it was not there or already so.
    fn revoke_operator(&mut self, id: &str, at: i64) -> Result<bool, Error>;
    /// Records a new token.
    fn insert_operator_token(&mut self, token: &OperatorToken) -> Result<(), Error>;
    /// A token with its operator.
    fn operator_token(&mut self, id: &str) -> Result<Option<(OperatorToken, Operator)>, Error>;
    /// All tokens, newest first.
    fn operator_tokens(&mut self) -> Result<Vec<OperatorToken>, Error>;
    /// Marks a token revoked; false when it was not there or already so.
    fn revoke_operator_token(&mut self, id: &str, at: i64) -> Result<bool, Error>;
    /// Notes a token's last use.
    fn touch_operator_token(&mut self, id: &str, at: i64, from: &str) -> Result<(), Error>;
}
