//! Signed places of the audit.

diesel::table! {
    audit_checkpoints (seq) {
        seq -> BigInt, at -> BigInt, hash -> Text, key_id -> Text, signature -> Text,
        pruned_at -> Nullable<BigInt>, pruned_signature -> Nullable<Text>,
    }
}
