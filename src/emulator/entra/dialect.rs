//! The three ways a job writes its PATCHes.

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
    /// A job from before December 2018 (`customappsso`): as plain, but values wrapped in arrays and a dot
    /// before extension attributes.
    Legacy,
}

impl Dialect {
    /// All of them, in the order of the fact sheet.
    pub const ALL: [Dialect; 3] = [Dialect::Plain, Dialect::Flag, Dialect::Legacy];

    /// The spelling of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Dialect::Plain => "plain",
            Dialect::Flag => "flag",
            Dialect::Legacy => "legacy",
        }
    }

    /// What is written when somebody is provisioned on demand: the flag is not honoured, so one tenant can
    /// send several dialects.
    ///
    /// Source: Entra facts §1, §13.25.
    #[must_use]
    pub fn on_demand(self) -> Self {
        match self {
            Dialect::Plain | Dialect::Flag => Dialect::Plain,
            Dialect::Legacy => Dialect::Legacy,
        }
    }

    /// Where the shape of its PATCHes is documented.
    pub(super) fn fact(self) -> &'static str {
        match self {
            Dialect::Plain => "Entra facts §7.1",
            Dialect::Flag => "Entra facts §7.2",
            Dialect::Legacy => "Entra facts §1, §7.1",
        }
    }
}

impl FromStr for Dialect {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let unknown =
            || Error::Unknown { what: "Entra dialect", given: text.to_owned(), known: "plain, flag, legacy" };
        Dialect::ALL.into_iter().find(|dialect| dialect.word() == text).ok_or_else(unknown)
    }
}
