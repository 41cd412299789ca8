//! [`Flavour`], and the questions every dialect answers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::entra::Entra;
use super::note::{Read, Translated};
use super::okta::Okta;
use super::unsupported::Unsupported;
use super::words::Act;

/// The dialect of an IdP. A directory has exactly one (product F1, F4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Flavour {
    /// Okta: apps that PUT, apps that PATCH, and mixed ones.
    Okta,
    /// Microsoft Entra ID: with and without its compliance flag, on demand, and legacy jobs.
    Entra,
}

/// How a token may stand in the `Authorization` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BearerForm {
    /// `Bearer <token>` (RFC 6750 §2.1).
    Prefixed,
    /// `<token>` alone: the admin typed it into Okta's header field as it is.
    Bare,
    /// `Bearer Bearer <token>`: the admin typed the prefix which Okta adds as well.
    Doubled,
}

/// What the two identifiers of a person are called, so that nobody takes one for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdLabels {
    /// Our `id`.
    pub ours: &'static str,
    /// The IdP's `externalId`.
    pub theirs: &'static str,
}

/// What a connector is answered while its directory is paused, so that it sends the change again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// HTTP status.
    pub status: u16,
    /// Whole seconds until it may come again.
    pub retry_seconds: u32,
}

/// What a dialect must answer. Every answer is pure and total: odd input is handed on, never refused.
pub(super) trait Dialect {
    fn read_user(&self, body: Value) -> Translated;
    fn read_patch(&self, body: Value) -> Translated;
    fn read_filter(&self, raw: &str) -> Read<String>;
    fn shape_user(&self, resource: Value) -> Value;
    fn external_id_is_stable(&self) -> bool;
    fn bearer_forms(&self) -> &'static [BearerForm];
    fn groups_off_hint(&self) -> &'static str;
    fn deactivation_hint(&self) -> &'static str;
    fn retry_hint(&self) -> &'static str;
    fn pause(&self) -> Pause;
    fn id_labels(&self) -> IdLabels;
    fn log_word(&self, act: Act) -> &'static str;
}

impl Flavour {
    /// Every flavour.
    pub const ALL: [Flavour; 2] = [Flavour::Okta, Flavour::Entra];

    /// The word in configuration, on the command line and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Flavour::Okta => "okta",
            Flavour::Entra => "entra",
        }
    }

    /// What people call the identity provider.
    pub fn idp_name(self) -> &'static str {
        match self {
            Flavour::Okta => "Okta",
            Flavour::Entra => "Entra ID",
        }
    }

    /// Reads the word, whatever its letter case and surrounding blanks.
    ///
    /// Errors: [`Unsupported`] names the IdP that cannot be connected and the reason.
    pub fn parse(word: &str) -> Result<Flavour, Unsupported> {
        let word = word.trim();
        let known = Flavour::ALL.into_iter().find(|flavour| flavour.as_str().eq_ignore_ascii_case(word));
        known.ok_or_else(|| Unsupported::word(word))
    }

    fn dialect(self) -> &'static dyn Dialect {
        match self {
            Flavour::Okta => &Okta,
            Flavour::Entra => &Entra,
        }
    }

    /// The body of a POST or PUT on a User as canonical SCIM.
    pub fn read_user(self, body: Value) -> Translated {
        self.dialect().read_user(body)
    }

    /// The body of a PATCH on a User as a canonical PatchOp.
    pub fn read_patch(self, body: Value) -> Translated {
        self.dialect().read_patch(body)
    }

    /// A filter, already form-decoded, as canonical SCIM.
    ///
    /// Booleans in quotes lose them where Entra puts them. An unquoted right-hand side is not repaired in any
    /// flavour: the core answers `invalidFilter` (product S12).
    pub fn read_filter(self, raw: &str) -> Read<String> {
        self.dialect().read_filter(raw)
    }

    /// One User resource of an answer, alone or from a list, as this IdP needs to see it.
    pub fn shape_user(self, resource: Value) -> Value {
        self.dialect().shape_user(resource)
    }

    /// Whether the IdP's `externalId` stays with one person for good, so that a rehire may be recognised by
    /// it alone (product L5).
    pub fn external_id_is_stable(self) -> bool {
        self.dialect().external_id_is_stable()
    }

    /// The forms of the `Authorization` header that are accepted for directories of this flavour (product
    /// A4).
    pub fn bearer_forms(self) -> &'static [BearerForm] {
        self.dialect().bearer_forms()
    }

    /// How an admin switches group push off in this IdP: the way out in the refusal of a group (product L9).
    pub fn groups_off_hint(self) -> &'static str {
        self.dialect().groups_off_hint()
    }

    /// Where an admin sees to it that people who lose the app are deactivated here at all.
    pub fn deactivation_hint(self) -> &'static str {
        self.dialect().deactivation_hint()
    }

    /// Where an admin has a refused request sent again.
    pub fn retry_hint(self) -> &'static str {
        self.dialect().retry_hint()
    }

    /// What its connector is answered while an operator has paused the directory (product U8).
    pub fn pause(self) -> Pause {
        self.dialect().pause()
    }

    /// What this IdP's admins know our `id` and their `externalId` as.
    pub fn id_labels(self) -> IdLabels {
        self.dialect().id_labels()
    }

    /// What the IdP's own log calls `act`.
    pub fn log_word(self, act: Act) -> &'static str {
        self.dialect().log_word(act)
    }
}

impl fmt::Display for Flavour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Flavour {
    type Err = Unsupported;

    fn from_str(word: &str) -> Result<Flavour, Unsupported> {
        Flavour::parse(word)
    }
}

impl TryFrom<String> for Flavour {
    type Error = Unsupported;

    fn try_from(word: String) -> Result<Flavour, Unsupported> {
        Flavour::parse(&word)
    }
}

impl From<Flavour> for String {
    fn from(flavour: Flavour) -> String {
        flavour.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::note::Note;
    use super::super::spelling::ENTERPRISE;
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_flavour_is_read_from_its_word() {
        for flavour in Flavour::ALL {
            assert_eq!(Flavour::parse(flavour.as_str()), Ok(flavour));
            assert_eq!(format!(" {flavour}\n").to_uppercase().parse(), Ok(flavour));
            let json = format!("\"{flavour}\"");
            assert_eq!(serde_json::to_string(&flavour).ok(), Some(json.clone()));
            assert_eq!(serde_json::from_str::<Flavour>(&json).ok(), Some(flavour));
        }
        assert_eq!(format!("{:>6}", Flavour::Okta), "  okta");
        assert_eq!((Flavour::Okta.as_str(), Flavour::Entra.as_str()), ("okta", "entra"));
    }

    #[test]
    fn another_word_is_refused_also_in_configuration() {
        assert_eq!(Flavour::parse(" google "), Err(Unsupported::Google));
        assert_eq!(Flavour::parse("azuread"), Err(Unsupported::MeansEntra("azuread".to_owned())));
        let refused = serde_json::from_str::<Flavour>("\"OneLogin\"").map_err(|error| error.to_string());
        assert!(refused.is_err_and(|text| text.starts_with("OneLogin cannot be connected")));
    }

    #[test]
    fn the_log_speaks_the_flavour() {
        assert_eq!(Flavour::Okta.log_word(Act::Disable), "application.provision.user.deactivate");
        assert_eq!(Flavour::Entra.log_word(Act::Disable), "Disable");
    }

    #[test]
    fn each_flavour_answers_for_itself() {
        let resource = json!({"id": "u-1", "active": "False"});
        assert_eq!(Flavour::Okta.shape_user(resource.clone()), resource);
        assert_eq!(Flavour::Entra.shape_user(resource), json!({"id": "u-1", "active": false}));
        assert!(Flavour::Okta.external_id_is_stable() && !Flavour::Entra.external_id_is_stable());
        assert!(Flavour::Okta.bearer_forms().contains(&BearerForm::Bare));
        assert_eq!(Flavour::Entra.bearer_forms(), [BearerForm::Prefixed]);
        assert!(Flavour::Okta.groups_off_hint().contains("In Okta open"));
        assert!(Flavour::Entra.groups_off_hint().contains("In Entra open"));
        assert!(Flavour::Okta.deactivation_hint().contains("Deactivate Users"));
        assert!(Flavour::Entra.deactivation_hint().contains("active"));
        assert!(Flavour::Okta.retry_hint().contains("Tasks"));
        assert!(Flavour::Entra.retry_hint().contains("Provision on demand"));
        let labels = Flavour::Okta.id_labels();
        assert!(labels.ours.contains("External ID") && !labels.theirs.contains("External ID"));
    }

    /// Keys and texts that the dialects know, and some they do not.
    fn word() -> impl Strategy<Value = String> {
        let known = prop::sample::select(vec![
            "active",
            "Active",
            "primary",
            "roles",
            "emails",
            "userName",
            "title",
            "name",
            "name.givenName",
            "manager",
            "Manager.value",
            "password",
            "groups",
            "id",
            "meta",
            "entitlements",
            "schemas",
            "value",
            "$ref",
            "display",
            "displayName",
            "Operations",
            "op",
            "Path",
            "path",
            "Add",
            "Replace",
            "remove",
            "True",
            "false",
            "",
            " ",
            "{",
            ENTERPRISE,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
            "urn:ietf:params:scim:schemas:core:2.0User.active",
            "roles[primary eq \"True\"].value",
            "roles[primary eq \"True\"]",
            "emails[type eq \"work\"].primary",
            "emails[type eq \"w",
            "emails[a]b",
            "0f3c9d7e5b1a4c2e8f60a1b2c3d4e5f6rin@northbay.example",
            r#"{"id":"1","value":"Admin","displayName":"Boss"}"#,
            r#"{"value":"{\"value\":\"x\"}","display":""}"#,
            r#"{"value":null}"#,
        ]);
        prop_oneof![6 => known.prop_map(str::to_owned), 1 => "\\PC{0,12}"]
    }

    fn document() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            4 => word().prop_map(Value::String),
            1 => Just(Value::Null),
            1 => any::<bool>().prop_map(Value::Bool),
            1 => any::<i64>().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            let wrapped = |(reference, value)| json!([{"$ref": reference, "value": value}]);
            prop_oneof![
                2 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                4 => prop::collection::vec((word(), inner.clone()), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
                1 => (inner.clone(), inner).prop_map(wrapped),
            ]
        })
    }

    fn patch() -> impl Strategy<Value = Value> {
        let operation =
            (word(), prop::option::of(word()), prop::option::of(document())).prop_map(|(op, path, value)| {
                let mut operation = json!({"op": op, "path": path});
                if let Some(value) = value {
                    operation["value"] = value;
                }
                operation
            });
        prop::collection::vec(operation, 0..5)
            .prop_map(|operations| json!({"schemas": [], "Operations": operations}))
    }

    fn filter() -> impl Strategy<Value = String> {
        "([a-z.:]{0,6}|primary|active| |eq|\"|\\\\|True|[(]|\\PC|primary eq \"True\"){0,12}"
    }

    fn twice_is_once(read: impl Fn(Value) -> Translated, sent: Value) -> Result<(), TestCaseError> {
        let once = read(sent);
        let twice = read(once.value.clone());
        prop_assert_eq!(&twice.value, &once.value);
        prop_assert!(twice.notes.iter().all(|note| *note == Note::SoftDeletedName), "{:?}", twice.notes);
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn reading_a_user_twice_is_reading_it_once(body in document()) {
            for flavour in Flavour::ALL {
                twice_is_once(|body| flavour.read_user(body), body.clone())?;
                twice_is_once(|body| flavour.read_patch(body), body.clone())?;
            }
        }

        #[test]
        fn reading_a_patch_twice_is_reading_it_once(body in patch()) {
            for flavour in Flavour::ALL {
                twice_is_once(|body| flavour.read_patch(body), body.clone())?;
            }
        }

        #[test]
        fn shaping_twice_is_shaping_once(resource in document()) {
            for flavour in Flavour::ALL {
                let once = flavour.shape_user(resource.clone());
                prop_assert_eq!(flavour.shape_user(once.clone()), once);
            }
        }

        #[test]
        fn reading_a_filter_twice_is_reading_it_once(raw in filter()) {
            for flavour in Flavour::ALL {
                let once = flavour.read_filter(&raw);
                let twice = flavour.read_filter(&once.value);
                prop_assert_eq!((twice.value, twice.notes), (once.value, vec![]));
            }
        }
    }
}
