//! Grades a SCIM server that may be anybody's: single checks, stories, and what each breach costs.
//!
//! A witness over the wire, like the emulators: nothing here knows our own server. Whatever the other side
//! answers becomes a verdict; a broken or hostile one never ends the run, it only loses it.
//!
//! | File | Holds |
//! |---|---|
//! | `check` | what a check is: its words, its judge, the profiles it belongs to |
//! | `checks/` | the table, one chapter a file |
//! | `lab` | the people a check makes, and clears away again |
//! | `line` | raw HTTP with deadlines and limits, and what was seen |
//! | `expect` | what an answer must be, in words |
//! | `run` | one run: every check in turn, those that cannot be tried skipped with the reason |
//! | `tales` | the shipped stories of the profile's IdP, after the checks |
//! | `report`, `html`, `junit` | what was found, for machines and for people |

pub mod check;
mod checks;
mod expect;
mod html;
mod junit;
mod lab;
mod line;
pub mod report;
mod run;
mod tales;

pub use check::Profile;
pub use html::page;
pub use junit::suite;
pub use line::Error;
pub use report::{Finding, Report, Verdict};
pub use run::{Options, checks_of, run};
