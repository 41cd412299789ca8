//! What can be asked of a directory's list: conditions, orders and places that both databases answer alike.

pub use crate::scim::sort::{Key, Place};

/// A text that is compared, in the form it is stored for that: bytes, one order on both databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Text {
    /// The id.
    Id,
    /// The userName in lower case without blanks around; nothing once it was yielded (L6).
    UserName,
    /// The externalId as sent.
    ExternalId,
    /// The given name in lower case.
    GivenName,
    /// The family name in lower case.
    FamilyName,
    /// The name for display in lower case.
    DisplayName,
    /// Within [`Condition::Email`]: the address in lower case without blanks around.
    EmailValue,
    /// Within [`Condition::Email`]: what it is used for, in lower case.
    EmailKind,
}

/// How a text that is there is compared; one that is missing compares with nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Test {
    /// Equal.
    Is,
    /// Contains; the text searched for is not empty.
    Contains,
    /// Ends with; the text searched for is not empty.
    Ends,
    /// Behind it in the order of bytes.
    Above,
    /// Behind it, or equal.
    AtLeast,
    /// Before it.
    Below,
    /// Before it, or equal.
    AtMost,
}

/// A moment of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// When it was made.
    Created,
    /// When it last changed.
    Modified,
}

/// What a record must be to be listed: true or false of each, never unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Of every record, or of none.
    Always(bool),
    /// All hold; true when there are none.
    All(Vec<Condition>),
    /// One holds; false when there are none.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// The text is there.
    Has(Text),
    /// The text is there and compares.
    Compares(Text, Test, String),
    /// The text begins so: a range, because all that begin alike stand together.
    Begins {
        /// Which text.
        text: Text,
        /// How it begins; not empty.
        prefix: String,
        /// The first text behind all that begin so; none when there is none.
        end: Option<String>,
    },
    /// `from <= moment < until`. Units: UTC microseconds.
    Between {
        /// Which moment.
        moment: Moment,
        /// First that fits.
        from: Option<i64>,
        /// First that does not fit any more.
        until: Option<i64>,
    },
    /// Assigned or waiting.
    Active,
    /// One e-mail for which the inner condition holds; none once they were yielded (L6).
    Email(Box<Condition>),
}

/// How a database finds the records of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// By looking at every record of the directory.
    Scan,
    /// By a range of an index.
    Range,
    /// By a few equal entries of an index.
    Point,
}

impl Condition {
    /// All of them, with what is always true or false resolved.
    #[must_use]
    pub fn all(conditions: impl IntoIterator<Item = Condition>) -> Condition {
        let mut kept = Vec::new();
        for condition in conditions {
            match condition {
                Condition::Always(true) => {}
                Condition::Always(false) => return Condition::Always(false),
                Condition::All(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        match kept.len() {
            0 => Condition::Always(true),
            1 => kept.remove(0),
            _ => Condition::All(kept),
        }
    }

    /// One of them, with what is always true or false resolved.
    #[must_use]
    pub fn any(conditions: impl IntoIterator<Item = Condition>) -> Condition {
        let mut kept = Vec::new();
        for condition in conditions {
            match condition {
                Condition::Always(false) => {}
                Condition::Always(true) => return Condition::Always(true),
                Condition::Any(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        match kept.len() {
            0 => Condition::Always(false),
            1 => kept.remove(0),
            _ => Condition::Any(kept),
        }
    }

    /// The opposite.
    #[must_use]
    pub fn negated(self) -> Condition {
        match self {
            Condition::Always(yes) => Condition::Always(!yes),
            Condition::Not(inner) => *inner,
            other => Condition::Not(Box::new(other)),
        }
    }

    /// One e-mail for which `inner` holds.
    #[must_use]
    pub fn email(inner: Condition) -> Condition {
        match inner {
            Condition::Always(false) => Condition::Always(false),
            inner => Condition::Email(Box::new(inner)),
        }
    }

    /// The text begins with `prefix`, which is not empty.
    #[must_use]
    pub fn begins(text: Text, prefix: String) -> Condition {
        Condition::Begins { text, end: end_of_prefix(&prefix), prefix }
    }

    /// What of it an index answers; the rest is looked at record by record.
    #[must_use]
    pub fn indexed(&self) -> Condition {
        match self {
            Condition::All(all) => Condition::all(all.iter().map(Condition::indexed)),
            other if other.reach() > Reach::Scan => other.clone(),
            _ => Condition::Always(true),
        }
    }

    /// How the records are found.
    #[must_use]
    pub fn reach(&self) -> Reach {
        match self {
            Condition::Always(false) => Reach::Point,
            Condition::All(all) => all.iter().map(Self::reach).max().unwrap_or(Reach::Scan),
            Condition::Any(any) => any.iter().map(Self::reach).min().unwrap_or(Reach::Point),
            Condition::Email(inner) => inner.reach(),
            Condition::Compares(text, Test::Is, _) if is_indexed(*text) => Reach::Point,
            Condition::Begins { text, end: Some(_), .. } if is_indexed(*text) => Reach::Range,
            Condition::Always(true)
            | Condition::Not(_)
            | Condition::Has(_)
            | Condition::Compares(..)
            | Condition::Begins { .. }
            | Condition::Between { .. }
            | Condition::Active => Reach::Scan,
        }
    }

    /// How many comparisons one record may take.
    #[must_use]
    pub fn comparisons(&self) -> u64 {
        match self {
            Condition::Always(_) => 0,
            Condition::All(inner) | Condition::Any(inner) => inner.iter().map(Self::comparisons).sum(),
            Condition::Not(inner) => inner.comparisons(),
            Condition::Email(inner) => EMAIL + inner.comparisons(),
            Condition::Has(_)
            | Condition::Compares(..)
            | Condition::Begins { .. }
            | Condition::Between { .. }
            | Condition::Active => 1,
        }
    }
}

/// Comparisons that finding the e-mails of one record is worth.
const EMAIL: u64 = 5;

/// Whether there is an index of the text.
fn is_indexed(text: Text) -> bool {
    match text {
        Text::Id | Text::ExternalId | Text::UserName | Text::EmailValue => true,
        Text::GivenName | Text::FamilyName | Text::DisplayName | Text::EmailKind => false,
    }
}

/// The first text behind all that begin with `prefix`, in the order of bytes; none when there is none.
#[must_use]
pub fn end_of_prefix(prefix: &str) -> Option<String> {
    let mut end: Vec<char> = prefix.chars().collect();
    while let Some(last) = end.pop() {
        // A range of characters knows that there are none between U+D7FF and U+E000.
        if let Some(next) = (last..=char::MAX).nth(1) {
            end.push(next);
            return Some(end.into_iter().collect());
        }
    }
    None
}

/// What a list is sorted by; ties are in order of creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SortBy {
    /// Creation alone.
    Creation,
    /// A text of the record, the userName as shown even when it was yielded.
    Text(Text),
    /// A moment.
    Moment(Moment),
    /// False before true.
    Active,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Order {
    /// What by.
    pub by: SortBy,
    /// The greatest first, and what has no value before all others; else the other way round.
    pub descending: bool,
}

impl Order {
    /// That of creation.
    pub const CREATION: Order = Order { by: SortBy::Creation, descending: false };
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// From a position on. Units: records before it.
    From(i64),
    /// Behind a place.
    Behind(Place),
    /// Before a place; the records come in the order of the list all the same.
    Before(Place),
}

/// A question for one directory's records, removed ones apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Whose.
    pub directory_id: String,
    /// Which.
    pub condition: Condition,
    /// In which order.
    pub order: Order,
}

/// A record as far as a filter is evaluated on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// Its place in the order of creation.
    pub seq: i64,
    /// Counts changes.
    pub version: i64,
    /// Assigned or waiting.
    pub active: bool,
    /// No userName lookup finds it any more (L6).
    pub user_name_yielded: bool,
    /// No address lookup finds it any more (L6).
    pub address_yielded: bool,
    /// The User as it is stored.
    pub attributes: String,
    /// When it was made.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S6: a prefix is a range of the index, whatever its last character.
    #[test]
    fn everything_that_begins_alike_stands_together() {
        for (prefix, end) in [
            ("ada", Some("adb")),
            ("a\u{d7ff}", Some("a\u{e000}")),
            ("a\u{10ffff}", Some("b")),
            ("\u{10ffff}", None),
        ] {
            assert_eq!(end_of_prefix(prefix).as_deref(), end, "{prefix:?}");
        }
    }

    /// S6: the lookups of connectors are answered by an index; a tree is as good as its worst branch.
    #[test]
    fn a_tree_reaches_as_far_as_its_worst_branch_lets_it() {
        let is = |text| Condition::Compares(text, Test::Is, "x".into());
        assert_eq!(is(Text::UserName).reach(), Reach::Point);
        assert_eq!(Condition::email(is(Text::EmailValue)).reach(), Reach::Point);
        assert_eq!(Condition::all([is(Text::FamilyName), is(Text::Id)]).reach(), Reach::Point);
        assert_eq!(Condition::any([is(Text::FamilyName), is(Text::Id)]).reach(), Reach::Scan);
        assert_eq!(is(Text::Id).negated().reach(), Reach::Scan);
        assert_eq!(Condition::begins(Text::UserName, "x".into()).reach(), Reach::Range);
        assert_eq!(Condition::begins(Text::FamilyName, "x".into()).reach(), Reach::Scan);
    }
}
