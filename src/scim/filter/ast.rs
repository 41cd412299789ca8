//! The tree of a filter, and the text that reads back to it.

use std::fmt;

use serde_json::Number;

use super::AttrPath;

/// How two values are compared. Source: RFC 7644 §3.4.2.2, table 3; `pr` is [`Filter::Present`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater than, or later than.
    Gt,
    /// Greater than or equal to.
    Ge,
    /// Less than, or earlier than.
    Lt,
    /// Less than or equal to.
    Le,
}

impl Op {
    const ALL: [Op; 9] = [Op::Eq, Op::Ne, Op::Co, Op::Sw, Op::Ew, Op::Gt, Op::Ge, Op::Lt, Op::Le];

    /// The operator in the filter language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Op::Eq => "eq",
            Op::Ne => "ne",
            Op::Co => "co",
            Op::Sw => "sw",
            Op::Ew => "ew",
            Op::Gt => "gt",
            Op::Ge => "ge",
            Op::Lt => "lt",
            Op::Le => "le",
        }
    }

    /// The operator of this spelling, in any letter case.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Op> {
        Self::ALL.into_iter().find(|op| op.as_str().eq_ignore_ascii_case(word))
    }

    pub(super) const fn orders(self) -> bool {
        matches!(self, Op::Gt | Op::Ge | Op::Lt | Op::Le)
    }

    /// Whether it looks for a part of a text.
    #[must_use]
    pub const fn searches(self) -> bool {
        matches!(self, Op::Co | Op::Sw | Op::Ew)
    }
}

/// The right-hand side of a comparison: a JSON value that is neither object nor array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// Text in double quotes, escapes resolved.
    Text(String),
    /// A number with all digits it was sent with.
    Number(Number),
    /// `true` or `false`.
    Bool(bool),
    /// `null`, which stands for an attribute without value.
    Null,
}

/// A filter as a tree. Printing and parsing it again gives an equal tree.
///
/// Source: RFC 7644 §3.4.2.2, figure 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Both match.
    And(Box<Filter>, Box<Filter>),
    /// At least one matches.
    Or(Box<Filter>, Box<Filter>),
    /// The inner one does not match.
    Not(Box<Filter>),
    /// At least one value of the attribute compares.
    Compare {
        /// The attribute; a complex one is compared by its `value`.
        path: AttrPath,
        /// The comparison.
        op: Op,
        /// What is compared with.
        value: Literal,
    },
    /// The attribute has a value that is not empty.
    Present(AttrPath),
    /// At least one value of the attribute matches the filter in brackets.
    ValuePath {
        /// The complex attribute.
        path: AttrPath,
        /// Its paths are those of sub-attributes.
        filter: Box<Filter>,
    },
    /// At least one value matches the filter in brackets and compares: `emails[type eq "work"].value eq "x"`.
    ValueCompare {
        /// The complex attribute.
        path: AttrPath,
        /// Its paths are those of sub-attributes.
        filter: Box<Filter>,
        /// The sub-attribute that is compared, seen from within one value.
        sub: AttrPath,
        /// The comparison.
        op: Op,
        /// What is compared with.
        value: Literal,
    },
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Text(text) => write!(f, "{}", serde_json::Value::String(text.clone())),
            Literal::Number(number) => write!(f, "{number}"),
            Literal::Bool(yes) => write!(f, "{yes}"),
            Literal::Null => f.write_str("null"),
        }
    }
}

/// How tightly an operand is bound by what surrounds it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Loose,
    Or,
    And,
    Tight,
}

impl Filter {
    fn print(&self, f: &mut fmt::Formatter<'_>, around: Binding) -> fmt::Result {
        let own = match self {
            Filter::Or(..) => Binding::Or,
            Filter::And(..) => Binding::And,
            _ => Binding::Tight,
        };
        if own < around {
            f.write_str("(")?;
            self.print(f, Binding::Loose)?;
            return f.write_str(")");
        }
        match self {
            // Both operators group to the left, so a right operand of the same kind needs its parentheses.
            Filter::Or(left, right) => {
                left.print(f, Binding::Or)?;
                f.write_str(" or ")?;
                right.print(f, Binding::And)
            }
            Filter::And(left, right) => {
                left.print(f, Binding::And)?;
                f.write_str(" and ")?;
                right.print(f, Binding::Tight)
            }
            Filter::Not(inner) => write!(f, "not ({inner})"),
            Filter::Compare { path, op, value } => write!(f, "{path} {op} {value}"),
            Filter::Present(path) => write!(f, "{path} pr"),
            Filter::ValuePath { path, filter } => write!(f, "{path}[{filter}]"),
            Filter::ValueCompare { path, filter, sub, op, value } => {
                write!(f, "{path}[{filter}].{sub} {op} {value}")
            }
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f, Binding::Loose)
    }
}
