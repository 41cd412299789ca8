//! What a cursor carries from one page to the next (RFC 9865). How it is sealed is not decided here.

use serde::{Deserialize, Serialize};

use super::sort::Place;

/// How long a cursor may be used after its page. Units: seconds.
pub const LIFETIME_SECONDS: i64 = 3600;

/// A place in a list that a client walks through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The resource the next page begins behind, or the previous one ends before.
    pub place: Place,
    /// Towards the beginning of the list.
    pub backwards: bool,
    /// Resources on a page, as the first request asked for.
    pub count: u64,
    /// Resources in all, when the walk began.
    pub total: u64,
    /// When it ends. Units: UTC microseconds.
    pub expires_at: i64,
}

impl Cursor {
    /// The bytes that are sealed.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The cursor of what [`Cursor::to_bytes`] made; none for anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Cursor> {
        serde_json::from_slice(bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::scim::sort::Key;

    proptest! {
        #[test]
        fn a_cursor_reads_back_and_other_bytes_do_not(
            text in any::<String>(),
            seq in any::<i64>(),
            bytes in any::<Vec<u8>>(),
        ) {
            let place = Place { key: Key::Text(text), seq };
            let cursor = Cursor { place, backwards: seq > 0, count: 7, total: 9, expires_at: seq };
            prop_assert_eq!(Cursor::from_bytes(&cursor.to_bytes()), Some(cursor));
            prop_assert_eq!(Cursor::from_bytes(&bytes), None);
        }
    }
}
