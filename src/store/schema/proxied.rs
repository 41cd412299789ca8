//! Proxied calls, counted, and budgets.

diesel::table! {
    calls (key_id, hour_at, route) {
        key_id -> Text, hour_at -> BigInt, route -> Text, seat_id -> Text, served -> BigInt,
        denied -> BigInt, failed -> BigInt, throttled -> BigInt, limited -> BigInt, estimated -> BigInt,
        spent -> BigInt, guessed -> BigInt, masked -> BigInt, reveals -> BigInt, last_at -> BigInt,
    }
}
diesel::table! {
    spending (owner, period, period_at) {
        owner -> Text, period -> Text, period_at -> BigInt, thousandths -> BigInt,
    }
}
diesel::table! {
    call_leases (key_id) { key_id -> Text, minute_at -> BigInt, taken -> BigInt, }
}
