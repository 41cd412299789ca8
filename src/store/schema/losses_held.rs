//! Losses that wait for an operator, and the count a fuse looks at.

diesel::table! {
    holds (id) {
        id -> Text, seat_id -> Text, directory_id -> Text, at -> BigInt, why -> Text, wanted -> Text,
        holder -> Text, audit_seq -> BigInt, decided_at -> Nullable<BigInt>, decision -> Nullable<Text>,
        decided_by -> Nullable<Text>, reason -> Nullable<Text>,
    }
}

diesel::table! {
    seat_losses (directory_id, minute_at) {
        directory_id -> Text, minute_at -> BigInt, assigned -> BigInt, lost -> BigInt, held -> BigInt,
    }
}
