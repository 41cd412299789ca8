//! What the provisioning log says about a translation.

use serde_json::Value;

/// One way in which a request was spoken differently from canonical SCIM, for the provisioning log.
///
/// Invariant: a note is a fixed word and a fixed sentence, so it can never carry a value of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Note {
    /// `Add`, `Replace`, `Remove` with a capital.
    CapitalisedVerb,
    /// `active` was the text "True" or "False".
    ActiveAsString,
    /// `primary` was the text "True" or "False".
    PrimaryAsString,
    /// A filter compared `active` or `primary` with text.
    FilterBooleanAsString,
    /// A filter compared a value path as a whole.
    FilterWithoutPart,
    /// `add` on an attribute that holds one value.
    AddOnSingleValue,
    /// `remove` carried a value although the path alone says what goes.
    RemoveValueIgnored,
    /// A role's value was a JSON document inside a string.
    RoleAsJson,
    /// A role's name for people stood under `displayName`.
    RoleDisplayName,
    /// The manager was a string, an array, or an object with empty members.
    ManagerReshaped,
    /// The manager was emptied by an empty value.
    ManagerCleared,
    /// The manager was addressed as a core attribute.
    ManagerShortPath,
    /// A schema URN was misspelt, or an extension attribute stood outside its extension.
    UrnSpelling,
    /// A single value came wrapped as `[{"$ref": null, "value": ...}]`.
    WrappedValue,
    /// Explicit nulls were left out.
    NullDropped,
    /// A password was dropped unread.
    PasswordDropped,
    /// `id`, `meta` or `groups` were sent, which belong to us.
    ServerOwnedDropped,
    /// Entitlements were sent, which this service does not have.
    EntitlementsIgnored,
    /// The name of a soft-deleted person arrived together with the deactivation.
    SoftDeletedName,
}

impl Note {
    /// Every note, in the order of the documentation.
    pub const ALL: [Note; 19] = [
        Note::CapitalisedVerb,
        Note::ActiveAsString,
        Note::PrimaryAsString,
        Note::FilterBooleanAsString,
        Note::FilterWithoutPart,
        Note::AddOnSingleValue,
        Note::RemoveValueIgnored,
        Note::RoleAsJson,
        Note::RoleDisplayName,
        Note::ManagerReshaped,
        Note::ManagerCleared,
        Note::ManagerShortPath,
        Note::UrnSpelling,
        Note::WrappedValue,
        Note::NullDropped,
        Note::PasswordDropped,
        Note::ServerOwnedDropped,
        Note::EntitlementsIgnored,
        Note::SoftDeletedName,
    ];

    /// The word machines search for.
    pub fn word(self) -> &'static str {
        match self {
            Note::CapitalisedVerb => "capitalised_verb",
            Note::ActiveAsString => "active_as_string",
            Note::PrimaryAsString => "primary_as_string",
            Note::FilterBooleanAsString => "filter_boolean_as_string",
            Note::FilterWithoutPart => "filter_without_part",
            Note::AddOnSingleValue => "add_on_single_value",
            Note::RemoveValueIgnored => "remove_value_ignored",
            Note::RoleAsJson => "role_as_json",
            Note::RoleDisplayName => "role_display_name",
            Note::ManagerReshaped => "manager_reshaped",
            Note::ManagerCleared => "manager_cleared",
            Note::ManagerShortPath => "manager_short_path",
            Note::UrnSpelling => "urn_spelling",
            Note::WrappedValue => "wrapped_value",
            Note::NullDropped => "null_dropped",
            Note::PasswordDropped => "password_dropped",
            Note::ServerOwnedDropped => "server_owned_dropped",
            Note::EntitlementsIgnored => "entitlements_ignored",
            Note::SoftDeletedName => "soft_deleted_name",
        }
    }

    /// The sentence people read.
    pub fn sentence(self) -> &'static str {
        match self {
            Note::CapitalisedVerb => "an operation's verb was capitalised and was read in lower case",
            Note::ActiveAsString => "active was sent as text and was read as a boolean",
            Note::FilterBooleanAsString => {
                "a filter compared a boolean with text, which was read as the boolean"
            }
            Note::FilterWithoutPart => {
                "a filter compared values without naming a part, which was read as their value"
            }
            Note::PrimaryAsString => "primary was sent as text and was read as a boolean",
            Note::AddOnSingleValue => "add on an attribute that holds one value was read as replace",
            Note::RemoveValueIgnored => {
                "a remove carried a value its path does not need; the value was ignored"
            }
            Note::RoleAsJson => "a role arrived as JSON inside a string and was unpacked",
            Note::RoleDisplayName => "a role's displayName was read as display",
            Note::ManagerReshaped => "the manager was read into the object form",
            Note::ManagerCleared => "an empty manager was read as its removal",
            Note::ManagerShortPath => "manager was read as an attribute of the enterprise extension",
            Note::UrnSpelling => "an unusual spelling of a schema URN was read as the usual one",
            Note::WrappedValue => "a single value wrapped in an array was unwrapped",
            Note::NullDropped => "members that were null were left out",
            Note::PasswordDropped => "a password was dropped unread; this service keeps none",
            Note::ServerOwnedDropped => "id, meta or groups were sent and ignored; this service owns them",
            Note::EntitlementsIgnored => "entitlements were sent and ignored; this service has none",
            Note::SoftDeletedName => "the userName carries the mark of a soft-deleted person",
        }
    }
}

/// A text or document as read from a dialect, and what there was to say about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Read<T> {
    /// The canonical form.
    pub value: T,
    /// What was unusual, each note once, in order of appearance.
    pub notes: Vec<Note>,
}

/// A JSON body in canonical SCIM.
pub type Translated = Read<Value>;

/// Collects notes, each once.
#[derive(Debug, Default)]
pub(super) struct Notes(Vec<Note>);

impl Notes {
    pub(super) fn add(&mut self, note: Note) {
        if !self.0.contains(&note) {
            self.0.push(note);
        }
    }

    pub(super) fn with<T>(self, value: T) -> Read<T> {
        Read { value, notes: self.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_note_has_its_own_word_and_sentence() {
        let words: BTreeSet<_> = Note::ALL.iter().map(|note| note.word()).collect();
        let sentences: BTreeSet<_> = Note::ALL.iter().map(|note| note.sentence()).collect();
        assert_eq!(words.len(), Note::ALL.len());
        assert_eq!(sentences.len(), Note::ALL.len());
        for word in words {
            assert!(word.len() > 5 && word.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{word}");
        }
        assert!(sentences.iter().all(|sentence| sentence.contains(' ')));
    }

    #[test]
    fn a_note_is_said_once_and_in_order() {
        let mut notes = Notes::default();
        for note in [Note::NullDropped, Note::CapitalisedVerb, Note::NullDropped] {
            notes.add(note);
        }
        assert_eq!(notes.with(1), Read { value: 1, notes: vec![Note::NullDropped, Note::CapitalisedVerb] });
    }
}
