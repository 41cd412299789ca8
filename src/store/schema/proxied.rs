//! Proxied calls, counted.

diesel::table! {
    calls (key_id, hour_at, route) {
        key_id -> Text, hour_at -> BigInt, route -> Text, seat_id -> Text, served -> BigInt,
        denied -> BigInt, failed -> BigInt, last_at -> BigInt,
    }
}
