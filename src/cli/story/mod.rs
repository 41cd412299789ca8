//! What happened to people and what they used: `log`, `receipt`, `usage`, and the page of `drift report`.

pub(super) mod log;
pub(super) mod receipt;
pub(super) mod report;
pub(super) mod usage;
