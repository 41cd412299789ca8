//! The tables, as both backends have them.

mod admission;
mod grant;
mod losses_held;
mod proof;
mod proxied;
mod reconciliation;

pub use admission::*;
pub use grant::*;
pub use losses_held::*;
pub use proof::*;
pub use proxied::*;
pub use reconciliation::*;

diesel::table! {
    writer (id) {
        id -> BigInt, audit_seq -> BigInt, audit_hash -> Text, seat_seq -> BigInt, assigned -> BigInt,
        queued -> BigInt, released_at -> BigInt,
    }
}
diesel::table! {
    team (id) {
        id -> BigInt, team_id -> Text, name -> Text, plan -> Text,
        bootstrapped_at -> Nullable<BigInt>, bootstrapped_for -> Nullable<Text>,
    }
}
diesel::table! {
    seat_purchases (seq) { seq -> BigInt, seats -> BigInt, from_at -> BigInt, recorded_at -> BigInt, }
}
diesel::table! {
    directories (id) {
        id -> Text, name -> Text, name_key -> Text, flavour -> Text, email_change -> Text,
        without_seat -> Text,
        default_role -> Text, role_map -> Text, sso_entity_id -> Nullable<Text>,
        sso_certificate -> Nullable<Text>,
        created_at -> BigInt, users -> BigInt, fuse_seats -> Nullable<BigInt>,
        fuse_percent -> Nullable<BigInt>, paused_at -> Nullable<BigInt>, paused_why -> Nullable<Text>,
        removed_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    scim_tokens (id) {
        id -> Text, directory_id -> Text, name -> Text, digest -> Text, created_at -> BigInt,
        expires_at -> Nullable<BigInt>, revoked_at -> Nullable<BigInt>, last_used_at -> Nullable<BigInt>,
        last_used_from -> Nullable<Text>, secret_name -> Nullable<Text>,
    }
}
diesel::table! {
    issuer_trusts (id) {
        id -> Text, directory_id -> Text, issuer -> Text, audience -> Text, application -> Nullable<Text>,
        configuration_url -> Text, created_at -> BigInt, revoked_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>, last_used_from -> Nullable<Text>,
    }
}
diesel::table! {
    oauth_clients (id) {
        id -> Text, directory_id -> Text, name -> Text, created_at -> BigInt, revoked_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    client_credentials (id) {
        id -> Text, client_id -> Text, digest -> Nullable<Text>, issuer -> Nullable<Text>,
        subject -> Nullable<Text>, audience -> Nullable<Text>, configuration_url -> Nullable<Text>,
        created_at -> BigInt, expires_at -> Nullable<BigInt>, revoked_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>, last_used_from -> Nullable<Text>,
    }
}
diesel::table! {
    used_assertions (digest) { digest -> Text, ends_at -> BigInt, }
}
diesel::table! {
    seats (id) {
        id -> Text, seq -> BigInt, directory_id -> Text, version -> BigInt, standing -> Text,
        waiting_reason -> Nullable<Text>, waiting_since -> Nullable<BigInt>, user_name -> Text,
        user_name_key -> Text, user_name_yielded -> Bool, address -> Nullable<Text>,
        address_key -> Nullable<Text>, address_yielded -> Bool, external_id -> Nullable<Text>,
        given_name_key -> Nullable<Text>, family_name_key -> Nullable<Text>,
        display_name_key -> Nullable<Text>, attributes -> Text, sent_roles -> Text,
        operator_role -> Nullable<Text>, period -> BigInt, assigned_at -> Nullable<BigInt>,
        released_at -> Nullable<BigInt>, created_at -> BigInt,
        updated_at -> BigInt, held -> Nullable<Text>, protected_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    seat_emails (seat_id, position) {
        seat_id -> Text, position -> BigInt, value_key -> Nullable<Text>,
        kind_key -> Nullable<Text>,
    }
}
diesel::table! {
    seat_events (seq) {
        seq -> BigInt, seat_id -> Text, at -> BigInt, what -> Text, standing -> Text, user_name -> Text,
        address -> Nullable<Text>, external_id -> Nullable<Text>, rebound -> Bool, audit_seq -> BigInt,
    }
}
diesel::table! {
    api_keys (id) {
        id -> Text, digest -> Text, seat_id -> Text, period -> BigInt, role -> Text,
        minted_by -> Nullable<Text>,
        created_at -> BigInt, expires_at -> BigInt, revoked_at -> Nullable<BigInt>,
        revoked_why -> Nullable<Text>,
        rotated_to -> Nullable<Text>, last_used_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    audit (seq) {
        seq -> BigInt, at -> BigInt, actor -> Text, action -> Text, outcome -> Text,
        directory_id -> Nullable<Text>,
        seat_id -> Nullable<Text>, subject -> Nullable<Text>, reason -> Nullable<Text>, changes -> Text,
        request_id -> Nullable<Text>, hash -> Text,
    }
}
diesel::table! {
    provisioning_log (seq) {
        seq -> BigInt, at -> BigInt, arrived_at -> Nullable<BigInt>,
        directory_id -> Text, token_id -> Text, request_id -> Text,
        method -> Text,
        target -> Text, act -> Text, seat_id -> Nullable<Text>, subject -> Nullable<Text>, status -> BigInt,
        scim_type -> Nullable<Text>, detail -> Nullable<Text>, changes -> Text, ignored -> Text,
        notes -> Text,
    }
}
diesel::allow_tables_to_appear_in_same_query!(audit, seat_events);
diesel::allow_tables_to_appear_in_same_query!(seats, seat_emails);
diesel::allow_tables_to_appear_in_same_query!(seats, seat_links);
diesel::allow_tables_to_appear_in_same_query!(seats, directories);
diesel::allow_tables_to_appear_in_same_query!(seats, api_keys);
diesel::allow_tables_to_appear_in_same_query!(api_keys, directories);
diesel::allow_tables_to_appear_in_same_query!(seat_links, api_keys);
diesel::allow_tables_to_appear_in_same_query!(seat_links, directories);
diesel::allow_tables_to_appear_in_same_query!(scim_tokens, directories);
diesel::allow_tables_to_appear_in_same_query!(operator_tokens, operators);
diesel::allow_tables_to_appear_in_same_query!(issuer_trusts, directories);
diesel::allow_tables_to_appear_in_same_query!(client_credentials, oauth_clients, directories);
