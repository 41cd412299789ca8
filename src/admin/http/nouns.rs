//! What each noun of the API consists of; the names are those of `--json`.

use super::shape::{Of, Shape, has, maybe};

/// What a purchase says.
static PURCHASE: Shape = Shape {
    noun: "team",
    name: "purchase",
    says: "Seats bought from some moment on.",
    members: &[has("seats", Of::Whole), has("from", Of::Moment)],
};

/// `team`.
pub static TEAM: Shape = Shape {
    noun: "team",
    name: "team",
    says: "What the team bought at Apollo, and how many people are in which state.",
    members: &[
        has("team_id", Of::Text),
        has("name", Of::Text),
        has("plan", Of::Text),
        has("seats", Of::Whole),
        has("assigned", Of::Whole),
        has("waiting", Of::Whole),
        has("unassigned", Of::Whole),
        has("purchases", Of::Parts(&PURCHASE)),
        maybe("bootstrapped_at", Of::Moment),
        maybe("bootstrapped_for", Of::Text),
    ],
};

static TRUST: Shape = Shape {
    noun: "directory",
    name: "trust",
    says: "An issuer whose tokens a directory accepts.",
    members: &[
        has("id", Of::Text),
        has("issuer", Of::Text),
        has("audience", Of::Text),
        maybe("application", Of::Text),
        has("openid_configuration", Of::Text),
        has("created_at", Of::Moment),
        maybe("last_used_at", Of::Moment),
        maybe("last_used_from", Of::Text),
    ],
};

/// `directory`.
pub static DIRECTORY: Shape = Shape {
    noun: "directory",
    name: "directory",
    says: "A connected IdP application, and how well it keeps up.",
    members: &[
        has("id", Of::Text),
        has("name", Of::Text),
        has("flavour", Of::Text),
        has("email_change", Of::Words(&["refuse", "reassign"])),
        has("without_seat", Of::Words(&["refuse", "wait"])),
        maybe("fuse_seats", Of::Whole),
        maybe("fuse_percent", Of::Whole),
        maybe("paused_at", Of::Moment),
        maybe("paused_why", Of::Text),
        has("default_role", Of::Text),
        has("role_map", Of::Anything),
        maybe("sso_entity_id", Of::Text),
        maybe("sso_certificate_sha256", Of::Text),
        has("created_at", Of::Moment),
        maybe("last_deprovisioned_at", Of::Moment),
        has("last_push_refused", Of::Texts),
        maybe("accepts_tokens_of", Of::Part(&TRUST)),
    ],
};

/// `token`.
pub static TOKEN: Shape = Shape {
    noun: "token",
    name: "token",
    says: "A SCIM token of a directory, without its text.",
    members: &[
        has("id", Of::Text),
        has("name", Of::Text),
        has("directory", Of::Text),
        has("state", Of::Words(&["live", "expired", "revoked"])),
        maybe("warning", Of::Text),
        has("created_at", Of::Moment),
        maybe("expires_at", Of::Moment),
        maybe("revoked_at", Of::Moment),
        maybe("last_used_at", Of::Moment),
        maybe("last_used_from", Of::Text),
        maybe("secret", Of::Text),
    ],
};

/// A token that was just made.
pub static ISSUED_TOKEN: Shape = Shape {
    noun: "token",
    name: "issued_token",
    says: "A SCIM token, shown this once, and the tenant URL to paste beside it.",
    members: &[has("token", Of::Text), has("id", Of::Text), has("tenant_url", Of::Text)],
};

/// Something that was taken back.
pub static REVOKED_TOKEN: Shape = Shape {
    noun: "token",
    name: "revoked_token",
    says: "It is refused from the next request on.",
    members: &[has("id", Of::Text), has("revoked", Of::Flag)],
};

pub(super) const STATES: &[&str] = &["assigned", "waiting", "held", "unassigned", "removed"];
pub(super) const SOURCES: &[&str] = &["identity_provider", "operator", "directory_default"];

/// `seat`.
pub static SEAT: Shape = Shape {
    noun: "seat",
    name: "seat",
    says: "A person a directory knows, and whether they hold a seat.",
    members: &[
        has("id", Of::Text),
        has("user_name", Of::Text),
        maybe("address", Of::Text),
        maybe("external_id", Of::Text),
        has("directory", Of::Text),
        has("state", Of::Words(STATES)),
        has("protected", Of::Flag),
        maybe("waits_for", Of::Text),
        maybe("waiting_since", Of::Moment),
        has("roles", Of::Texts),
        has("role_source", Of::Words(SOURCES)),
        has("unknown_roles", Of::Texts),
        maybe("assigned_at", Of::Moment),
        maybe("released_at", Of::Moment),
        has("created_at", Of::Moment),
        has("updated_at", Of::Moment),
    ],
};

static EVENT: Shape = Shape {
    noun: "seat",
    name: "seat_event",
    says: "Something that happened to a seat.",
    members: &[
        has("at", Of::Moment),
        has("what", Of::Text),
        has("state", Of::Text),
        has("user_name", Of::Text),
        maybe("address", Of::Text),
        maybe("external_id", Of::Text),
        has("rebound", Of::Flag),
        has("audit_seq", Of::Whole),
    ],
};

/// One person with the whole history.
pub static STORY: Shape = Shape {
    noun: "seat",
    name: "seat_story",
    says: "A seat with what happened to it and who did it; `audit` is as it was hashed.",
    members: &[
        has("id", Of::Text),
        has("user_name", Of::Text),
        maybe("address", Of::Text),
        maybe("external_id", Of::Text),
        has("directory", Of::Text),
        has("state", Of::Words(STATES)),
        has("protected", Of::Flag),
        maybe("waits_for", Of::Text),
        maybe("waiting_since", Of::Moment),
        has("roles", Of::Texts),
        has("role_source", Of::Words(SOURCES)),
        has("unknown_roles", Of::Texts),
        maybe("assigned_at", Of::Moment),
        maybe("released_at", Of::Moment),
        has("created_at", Of::Moment),
        has("updated_at", Of::Moment),
        has("events", Of::Parts(&EVENT)),
        has("audit", Of::Anything),
        has("audit_pruned", Of::Anything),
    ],
};

/// Somebody who is stuck.
pub static STUCK: Shape = Shape {
    noun: "seat",
    name: "stuck",
    says: "Somebody refused or waiting: since when, what the IdP was told, what to do.",
    members: &[
        has("user_name", Of::Text),
        maybe("address", Of::Text),
        has("directory", Of::Text),
        has("state", Of::Words(&["waiting", "refused"])),
        has("has_access", Of::Flag),
        has("since", Of::Moment),
        has("attempts", Of::Whole),
        maybe("last_attempt_at", Of::Moment),
        maybe("status", Of::Whole),
        has("told", Of::Text),
        has("to_do", Of::Text),
        maybe("seat_id", Of::Text),
    ],
};

/// `key`, as the founding document spells it.
pub static KEY: Shape = Shape {
    noun: "key",
    name: "key",
    says: "A scoped key to Apollo's API, without its text.",
    members: &[
        has("id", Of::Text),
        has("holder", Of::Text),
        has("role", Of::Text),
        has("state", Of::Words(&["live", "expired", "revoked"])),
        has("createdAt", Of::Moment),
        has("expiresAt", Of::Moment),
        maybe("revokedAt", Of::Moment),
        maybe("revokedWhy", Of::Text),
        maybe("lastUsedAt", Of::Moment),
        maybe("rotatedTo", Of::Text),
    ],
};

/// A key that was ended.
pub static REVOKED_KEY: Shape = Shape {
    noun: "key",
    name: "revoked_key",
    says: "No call with it begins from now on.",
    members: &[has("id", Of::Text), has("revoked", Of::Flag)],
};

static OPERATOR_TOKEN: Shape = Shape {
    noun: "operator",
    name: "operator_token",
    says: "A token of an operator, without its text.",
    members: &[
        has("id", Of::Text),
        has("state", Of::Words(&["live", "expired", "revoked"])),
        has("created_at", Of::Moment),
        maybe("expires_at", Of::Moment),
        maybe("revoked_at", Of::Moment),
        maybe("last_used_at", Of::Moment),
        maybe("last_used_from", Of::Text),
    ],
};

/// `operator`.
pub static OPERATOR: Shape = Shape {
    noun: "operator",
    name: "operator",
    says: "Somebody who may use this API.",
    members: &[
        has("id", Of::Text),
        has("name", Of::Text),
        has("role", Of::Words(&["auditor", "operator"])),
        has("state", Of::Words(&["live", "revoked"])),
        has("created_at", Of::Moment),
        maybe("revoked_at", Of::Moment),
        maybe("last_used_at", Of::Moment),
        has("tokens", Of::Parts(&OPERATOR_TOKEN)),
    ],
};

/// `version`.
pub static VERSION: Shape = Shape {
    noun: "version",
    name: "version",
    says: "What is running, and who is asking.",
    members: &[
        has("version", Of::Text),
        has("store", Of::Text),
        has("operator", Of::Text),
        has("role", Of::Words(&["auditor", "operator"])),
    ],
};
