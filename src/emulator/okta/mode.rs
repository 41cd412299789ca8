//! The three ways an app integration writes.

use std::str::FromStr;

use crate::emulator::wire::Error;

/// Which verbs the app integration uses; a static property of the app, never negotiated.
///
/// Source: Okta facts §1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// An App Integration Wizard app: GET and PUT for everything.
    Aiw,
    /// A catalogue app by the protocol guide: profiles by GET and PUT, activation and passwords by PATCH.
    OinMixed,
    /// A catalogue app with "support PATCH for user": PATCH for everything.
    OinPatch,
}

impl Mode {
    /// All modes, in the order of the fact sheet.
    pub const ALL: [Mode; 3] = [Mode::Aiw, Mode::OinMixed, Mode::OinPatch];

    /// The spelling of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Mode::Aiw => "aiw",
            Mode::OinMixed => "oin-mixed",
            Mode::OinPatch => "oin-patch",
        }
    }

    pub(super) fn puts_profiles(self) -> bool {
        matches!(self, Mode::Aiw | Mode::OinMixed)
    }

    pub(super) fn puts_activation(self) -> bool {
        self == Mode::Aiw
    }
}

impl FromStr for Mode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let unknown = || Error::Unknown {
            what: "Okta mode",
            given: text.to_owned(),
            known: "aiw, oin-mixed, oin-patch",
        };
        Mode::ALL.into_iter().find(|mode| mode.word() == text).ok_or_else(unknown)
    }
}
