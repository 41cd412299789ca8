//! The filter language: text to tree, tree to text, tree against a resource.
//!
//! `ast` is the tree and its printing, `lexer` and `parser` read it, `eval` answers whether a
//! resource matches.
//! Whether attributes exist, their types and their letter case come from the schemas; operators and attribute
//! names are
//! compared without letter case. What a filter may cost is bounded by [`Limits`].
//!
//! Source: RFC 7644 §3.4.2.2.

mod ast;
mod eval;
mod lexer;
mod parser;
#[cfg(test)]
mod tests;

pub use super::path::AttrPath;
pub use ast::{Filter, Literal, Op};
pub use eval::{instant, spelled_truth};
pub use parser::Limits;
pub(in crate::scim) use parser::parse_selector;
