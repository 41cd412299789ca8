//! What happened to people: `log`, `receipt`, and the page of `drift report`.

pub(super) mod log;
pub(super) mod receipt;
pub(super) mod report;
