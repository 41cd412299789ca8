//! What Apollo lists, compared with seats.

diesel::table! {
    seat_links (seat_id) {
        seat_id -> Text, apollo_id -> Text, linked_at -> BigInt, how -> Text,
    }
}

diesel::table! {
    runs (seq) {
        seq -> BigInt, started_at -> BigInt, finished_at -> Nullable<BigInt>, outcome -> Text,
        asked_by -> Text, calls -> BigInt, users -> BigInt, doubts -> Text, evidence -> Text,
        figures -> Text, lease_holder -> Text, lease_until -> BigInt,
    }
}

diesel::table! {
    teammates (apollo_id, from_run) {
        apollo_id -> Text, from_run -> BigInt, until_run -> Nullable<BigInt>,
        missed_run -> Nullable<BigInt>, address_key -> Nullable<Text>, facts -> Text,
    }
}

diesel::table! {
    findings (id) {
        id -> BigInt, class -> Text, about -> Text, seat_id -> Nullable<Text>, apollo_id -> Nullable<Text>,
        subject -> Text, severity -> Text, cents -> BigInt, evidence -> Text, state -> Text,
        snoozed_until -> Nullable<BigInt>, reason -> Nullable<Text>, decided_by -> Nullable<Text>,
        first_run -> BigInt, first_seen_at -> BigInt, since_run -> BigInt, since_at -> BigInt,
        last_run -> Nullable<BigInt>, last_seen_at -> Nullable<BigInt>, closed_run -> Nullable<BigInt>,
        closed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    finding_events (seq) {
        seq -> BigInt, finding_id -> BigInt, at -> BigInt, what -> Text, run -> Nullable<BigInt>,
        by_whom -> Nullable<Text>, reason -> Nullable<Text>,
    }
}
