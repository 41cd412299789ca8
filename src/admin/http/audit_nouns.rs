//! What the audit consists of.

use super::shape::{Of, Shape, has, maybe};

/// `audit`.
pub static ENTRY: Shape = Shape {
    noun: "audit",
    name: "audit_entry",
    says: "One entry of the audit, chained to the one before by its hash.",
    members: &[
        has("seq", Of::Whole),
        has("at", Of::Moment),
        has("actor", Of::Text),
        has("action", Of::Text),
        has("outcome", Of::Words(&["done", "refused"])),
        maybe("directory_id", Of::Text),
        maybe("seat_id", Of::Text),
        maybe("subject", Of::Text),
        maybe("reason", Of::Text),
        has("changes", Of::Anything),
        maybe("request_id", Of::Text),
        has("hash", Of::Text),
    ],
};

/// A signed place, among others.
pub static CHECKPOINT: Shape = Shape {
    noun: "audit",
    name: "checkpoint",
    says: "A place of the audit that was signed: nothing before it can be changed unseen.",
    members: &[
        has("seq", Of::Whole),
        has("hash", Of::Text),
        has("at", Of::Moment),
        has("key_id", Of::Text),
        maybe("pruned_at", Of::Moment),
    ],
};

/// One with its signature.
pub static SIGNED: Shape = Shape {
    noun: "audit",
    name: "signed_checkpoint",
    says: "A signed place with its signature: kept elsewhere, it proves what the audit was.",
    members: &[
        has("seq", Of::Whole),
        has("hash", Of::Text),
        has("at", Of::Moment),
        has("key_id", Of::Text),
        has("signature", Of::Text),
    ],
};

/// Whether the audit is whole.
pub static VERIFIED: Shape = Shape {
    noun: "audit",
    name: "audit_verdict",
    says: "Whether the chain and its signatures hold; `broken` names the first entry that does not fit.",
    members: &[
        has("intact", Of::Flag),
        maybe("broken", Of::Text),
        maybe("entries", Of::Whole),
        maybe("last", Of::Whole),
        maybe("hash", Of::Text),
        maybe("pruned", Of::Anything),
        maybe("checkpoints", Of::Whole),
        maybe("signed", Of::Anything),
        maybe("unsigned", Of::Whole),
    ],
};
