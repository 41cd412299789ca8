//! Invention by number: the same seed and place give the same thing.

/// A splitmix64 generator.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A stream of its own for the thing number `index` of a kind.
    pub fn at(seed: u64, kind: u64, index: usize) -> Random {
        let mut mixed = Random(seed ^ kind.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Random(mixed.draw() ^ (index as u64).wrapping_mul(0xd1b5_4a32_d192_ed03))
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number under `limit`, which is at least one.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.draw() % limit.max(1) as u64) as usize
    }

    /// One of a non-empty list.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    /// So many hex digits.
    pub fn hex(&mut self, digits: usize) -> String {
        let mut text = String::with_capacity(digits + 16);
        while text.len() < digits {
            text.push_str(&format!("{:016x}", self.draw()));
        }
        text.truncate(digits);
        text
    }

    /// A negative odd number near -2^61: it survives no journey through a double. Source: Apollo facts §1.8.
    pub fn request_id(&mut self) -> i64 {
        let size = (self.draw() >> 2) | (1 << 61) | 1;
        -(size as i64)
    }
}

/// Kinds of records: the first four digits of their ids.
pub mod kind {
    /// Teammates.
    pub const USER: u16 = 0x6a01;
    /// Mailboxes.
    pub const MAILBOX: u16 = 0x6a02;
    /// The workspace.
    pub const TEAM: u16 = 0x6a03;
    /// People of the database.
    pub const PERSON: u16 = 0x6b01;
    /// Companies of the database.
    pub const ORGANIZATION: u16 = 0x6b02;
    /// One job of a person.
    pub const JOB: u16 = 0x6b03;
    /// Saved contacts.
    pub const CONTACT: u16 = 0x6c01;
    /// Saved companies.
    pub const ACCOUNT: u16 = 0x6c02;
    /// Labels of contacts.
    pub const LABEL: u16 = 0x6c03;
    /// Stages of contacts.
    pub const CONTACT_STAGE: u16 = 0x6c04;
    /// Background jobs.
    pub const PROGRESS: u16 = 0x6c05;
    /// Deals.
    pub const DEAL: u16 = 0x6d01;
    /// Stages of deals.
    pub const DEAL_STAGE: u16 = 0x6d02;
    /// Stages of accounts.
    pub const ACCOUNT_STAGE: u16 = 0x6c06;
    /// Things to do.
    pub const TASK: u16 = 0x6c07;
    /// Telephone calls.
    pub const CALL: u16 = 0x6c08;
    /// Notes.
    pub const NOTE: u16 = 0x6c09;
    /// Custom fields.
    pub const FIELD: u16 = 0x6c0a;
    /// Recorded conversations.
    pub const CONVERSATION: u16 = 0x6c0b;
    /// Exports of conversations.
    pub const EXPORT: u16 = 0x6c0c;
    /// E-mails of sequences.
    pub const MESSAGE: u16 = 0x6e03;
    /// Sending schedules.
    pub const SCHEDULE: u16 = 0x6e04;
    /// News.
    pub const NEWS: u16 = 0x6b04;
    /// Job postings.
    pub const POSTING: u16 = 0x6b05;
    /// Sequences.
    pub const SEQUENCE: u16 = 0x6e01;
    /// Steps of sequences.
    pub const STEP: u16 = 0x6e02;
}

/// The id of record number `index` of a kind: 24 hex digits. Source: Apollo facts §4.
pub fn id(seed: u64, kind: u16, index: usize) -> String {
    format!("{kind:04x}{:08x}{index:012x}", mark(seed))
}

/// The number behind an id of this seed and kind.
pub fn index_of(seed: u64, kind: u16, id: &str) -> Option<usize> {
    let digits = id.strip_prefix(&format!("{kind:04x}{:08x}", mark(seed)))?;
    if digits.len() != 12 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    usize::from_str_radix(digits, 16).ok()
}

/// Whether a text has the form of an id. Source: Apollo facts §4.
pub fn is_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn mark(seed: u64) -> u32 {
    Random::at(seed, 0, 0).draw() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_form_and_give_their_number_back() {
        let made = id(7, kind::CONTACT, 49_999);
        assert!(is_id(&made));
        assert_eq!(index_of(7, kind::CONTACT, &made), Some(49_999));
        assert_eq!(index_of(8, kind::CONTACT, &made), None);
        assert_eq!(index_of(7, kind::DEAL, &made), None);
    }

    #[test]
    fn request_ids_are_negative_and_too_large_for_a_double() {
        for index in 0..100 {
            let id = Random::at(1, 2, index).request_id();
            assert!(id < -(1 << 60));
            assert_ne!(id as f64 as i64, id);
        }
    }
}
