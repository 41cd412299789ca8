//! Scenarios written as text: who, when, what, and what must hold afterwards.
//!
//! The format is described for people in `tests/stories/README.md`; the stories there are shipped inside the
//! binary. A story drives a [`Tenant`], so it can be told against any SCIM server.
//!
//! | File | Holds |
//! |---|---|
//! | `tenant` | what a fake IdP offers to whoever drives it |
//! | `format` | reading a story, with errors that name file and line |
//! | `expect` | what must hold after a step |
//! | `runner` | telling it, step by step |
//! | `print` | what people and machines see of it |
//! | `cast` | which fake tells which story, in which mode |
//! | `shipped` | the stories inside the binary |

mod cast;
mod expect;
mod format;
mod print;
mod runner;
mod shipped;
mod tenant;

pub use cast::{Credential, modes, prepared, tell_in};
pub use expect::{Came, Expected};
pub use format::{Server, Step, Story, Unreadable};
pub use print::Printer;
pub use runner::{Break, MARK, OWN_VERBS, Scene, Told, ToldStep, check, tell, time_of};
pub use shipped::{SHIPPED, Shipped, shipped};
pub use tenant::{Act, Misuse, Tenant, Verb, list, on, verb};
#[cfg(test)]
mod tests;
