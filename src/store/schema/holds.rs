//! Losses that wait for an operator, and protected people.

diesel::table! {
    holds (id) {
        id -> Text, seat_id -> Text, directory_id -> Text, at -> BigInt, why -> Text, wanted -> Text,
        holder -> Text, audit_seq -> BigInt, decided_at -> Nullable<BigInt>, decision -> Nullable<Text>,
        decided_by -> Nullable<Text>, reason -> Nullable<Text>,
    }
}

diesel::table! {
    seat_guards (seat_id) {
        seat_id -> Text, at -> BigInt, by_whom -> Text, reason -> Text,
    }
}
