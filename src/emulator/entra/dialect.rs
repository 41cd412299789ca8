//! The two ways a job writes its PATCHes.

use std::str::FromStr;

use crate::emulator::wire::Error;

/// Which PATCH shapes the job writes.
///
/// Source: Entra facts §1, §7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// An ordinary job: capitalised verbs, one operation an attribute, booleans as strings.
    Plain,
    /// A job whose tenant URL carries `aadOptscim062020`: lower-case verbs, real booleans, folded attributes.
    Flag,
}

impl Dialect {
    /// Both dialects, in the order of the fact sheet.
    pub const ALL: [Dialect; 2] = [Dialect::Plain, Dialect::Flag];

    /// The spelling of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Dialect::Plain => "plain",
            Dialect::Flag => "flag",
        }
    }

    /// The other dialect: one tenant can send both, because on-demand runs ignore the flag.
    ///
    /// Source: Entra facts §1, §13.25.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Dialect::Plain => Dialect::Flag,
            Dialect::Flag => Dialect::Plain,
        }
    }
}

impl FromStr for Dialect {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let unknown =
            || Error::Unknown { what: "Entra dialect", given: text.to_owned(), known: "plain, flag" };
        Dialect::ALL.into_iter().find(|dialect| dialect.word() == text).ok_or_else(unknown)
    }
}
