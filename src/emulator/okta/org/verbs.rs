//! What the organisation can be told to do.

use super::directory::FIELDS;
use crate::emulator::okta::settings;
use crate::emulator::story::{Verb, on, verb};

/// Every verb, with its arguments and where the behaviour is documented.
#[rustfmt::skip]
pub(super) const VERBS: &[Verb] = &[
    verb("test_connection", &[], "Presses \"Test API Credentials\".", "Okta facts §4"),
    verb("save", &[], "Saves the integration: tests it, lets a governance app discover, switches it on.",
        "Okta facts §4, §10"),
    verb("configure", settings::NAMES, "Turns switches of the integration; no call is made.",
        "Okta facts §16 and the section named at each switch"),
    verb("type_credential", &["token"], "Types in another token; without one, the right one again.",
        "Okta facts §3"),
    verb("discover", &[], "Reads resource types, schemas, and the roles and entitlements they name.",
        "Okta facts §10, §11"),
    verb("import", &[], "Presses \"Import Now\".", "Okta facts §5"),
    verb("schedule_import", &["every"], "Imports hourly, daily, weekly or never; it needs every.",
        "Okta facts §5"),
    verb("replace_app", &["deactivate_first"], "Deletes the integration and makes a new one.",
        "Okta facts §8 (whether people are deactivated first is unconfirmed)"),
    verb("assign_group", &["group"], "Gives the app to a group; it needs group.", "Okta facts §9"),
    verb("unassign_group", &["group"], "Takes the app from a group; it needs group.", "Okta facts §8, §9"),
    verb("group_push", &["name"], "Pushes a group and its members; it needs name.", "Okta facts §9"),
    verb("repeat", &[], "Runs the last write once more, as a job that runs twice.", "Okta facts §8, §13"),
    verb("retry_all", &[], "Presses \"Retry selected\" with every task selected.", "Okta facts §12, §15"),
    on("retry", &[], "Presses \"Retry selected\" for a person's tasks.", "Okta facts §12, §15"),
    on("assign", FIELDS, "Gives the app to a person, changed on the way if fields are given.",
        "Okta facts §6"),
    on("provision", &[], "Presses \"Provision User\", for who was assigned before provisioning.",
        "Okta facts §13"),
    on("unassign", &[], "Takes the app from a person.", "Okta facts §8"),
    on("update", FIELDS, "Changes a profile; it is pushed when the person has the app.",
        "Okta facts §7.1 to §7.4"),
    on("push", &[], "Pushes the profile as it is.", "Okta facts §7.1, §7.2"),
    on("sync_password", &[], "Pushes a new password.", "Okta facts §1, §7.1"),
    on("suspend", &[], "Suspends the Okta user.", "Okta facts §8"),
    on("unsuspend", &[], "Ends the suspension.", "Okta facts §8"),
    on("deactivate", &[], "Deactivates the Okta user.", "Okta facts §8"),
    on("activate", &[], "Reactivates the Okta user.", "Okta facts §8"),
    on("delete", &[], "Deletes the deactivated Okta user.", "Okta facts §8"),
    on("join", &["group"], "Puts a person into a group; it needs group.", "Okta facts §9"),
    on("leave", &["group"], "Takes a person out of a group; it needs group.", "Okta facts §8"),
    on("race", &["jobs", "job"], "Runs job = \"create\" or \"deactivate\" in several jobs (2) at once.",
        "Okta facts §8, §13"),
    on("stale_push", &[], "Pushes a profile with a stale active = false.", "Okta facts §8"),
    on("lookup", &[], "Looks a person up by app username.", "Okta facts §6.1"),
    on("read", &[], "Reads the linked User.", "Okta facts §8"),
    on("spec_test", &[], "Runs the reads of Okta's published suite.", "Okta facts §4"),
];
