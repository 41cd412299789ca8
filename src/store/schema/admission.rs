//! Who uses the operators' API.

diesel::table! {
    operators (id) {
        id -> Text, name -> Text, name_key -> Text, role -> Text, created_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    operator_tokens (id) {
        id -> Text, operator_id -> Text, digest -> Text, created_at -> BigInt,
        expires_at -> Nullable<BigInt>, revoked_at -> Nullable<BigInt>, last_used_at -> Nullable<BigInt>,
        last_used_from -> Nullable<Text>,
    }
}
