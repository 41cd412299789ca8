//! What Apollo lists against who holds a seat: rules, pure (C2 to C4).
//!
//! - `teammate`: a user as Apollo lists it, and nothing Apollo does not say; `roster`: a person as the
//!   directories and the seats know them.
//! - `class`: the kinds of finding, each with its meaning and the step a person must take.
//! - `matching`: what makes two lists one person; `compare`: what is wrong between them; `facts`: what that
//!   rests on.
//! - `gone`: when somebody is no longer there; `life`: what becomes of a finding from run to run.
//! - `money`: what is paid for nothing; `untold`: what no comparison can tell; `change`: what differs between
//!   two moments.
//!
//! Does not live here: reading Apollo (`apollo`), keeping runs (`store`), doing either on time
//! (`reconcile`). Times are UTC microseconds, money is integer cents.

pub mod change;
mod class;
pub mod compare;
mod facts;
pub mod gone;
pub mod life;
pub mod matching;
pub mod money;
pub mod roster;
mod teammate;
pub mod untold;

pub use class::{Class, Severity};
pub use compare::{Comparison, Found, compare};
pub use facts::Facts;
pub use life::{Changes, Living, State};
pub use money::{Figures, Prices};
pub use roster::{Acting, Circumstances, Claim, Key, Mailbox, Member};
pub use teammate::Teammate;
pub use untold::{UNTOLD, Untold};
