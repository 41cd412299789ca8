//! The OAuth grant towards Apollo, and the secrets that a server sealed and signed with.

diesel::table! {
    apollo_grants (id) {
        id -> Text, sealed -> Text, scopes -> Text, client_id -> Text, apollo_user -> Nullable<Text>,
        granted_at -> BigInt, expires_at -> BigInt, refreshed_at -> Nullable<BigInt>, version -> BigInt,
        refresher -> Nullable<Text>, refresher_until -> Nullable<BigInt>,
        trouble -> Nullable<Text>, attempts -> BigInt, retry_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>, ended_why -> Nullable<Text>,
    }
}

diesel::table! {
    apollo_connects (state_digest) {
        state_digest -> Text, redirect_uri -> Text, scopes -> Text, begun_by -> Text, begun_at -> BigInt,
        ends_at -> BigInt, outcome -> Nullable<Text>,
    }
}

diesel::table! {
    secrets (name) { name -> Text, since -> BigInt, }
}
