//! The table of checks, one chapter a file. To add one: an entry in its chapter's `CHECKS`, and its function.

mod access;
mod create;
mod create_bodies;
mod discovery;
mod entra;
mod entra_patch;
mod errors;
mod filter;
mod groups;
mod leave;
mod list;
mod offered;
mod okta;
mod patch;
mod patch_paths;
mod patch_refused;
mod read;
mod replace;

use super::check::Check;

/// What most checks stand on: the token works, and people can be made.
const PERSON: &[&str] = &["access.token", "create.answer"];
/// What only needs to reach the server.
const ACCESS: &[&str] = &["access.token"];

/// Okta: the usual end of a failed job (Okta facts §12).
const OKTA_TASK: &str = "The job of this person fails: a red mark in Assignments and a task under \
    Dashboard > Tasks, which stays until an administrator presses Retry.";
/// Entra: the usual end of a failed object (Entra facts §10).
const ENTRA_ESCROW: &str = "The person goes to escrow: tried again in the next cycle, then less and less \
    often; many such failures bring the whole job into quarantine.";
/// Entra: what a failed query costs (Entra facts §10).
const ENTRA_QUARANTINE: &str = "The whole job goes to quarantine at once: nobody is provisioned, and retries \
    come every few hours, later once a day, for four weeks.";

/// Every check of every profile, in the order they are tried.
pub fn all() -> impl Iterator<Item = &'static Check> {
    let chapters = [
        access::CHECKS,
        discovery::CHECKS,
        create::CHECKS,
        create_bodies::CHECKS,
        read::CHECKS,
        list::CHECKS,
        filter::CHECKS,
        replace::CHECKS,
        patch::CHECKS,
        patch_paths::CHECKS,
        patch_refused::CHECKS,
        leave::CHECKS,
        errors::CHECKS,
        offered::CHECKS,
        groups::CHECKS,
        okta::CHECKS,
        entra::CHECKS,
        entra_patch::CHECKS,
    ];
    chapters.into_iter().flatten()
}
