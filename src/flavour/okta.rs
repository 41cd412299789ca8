//! Okta's dialect: nearly canonical SCIM with members nobody asked for.

use serde_json::{Map, Value};

use super::dialect::{BearerForm, Dialect, IdLabels, Pause};
use super::note::{Note, Notes, Read, Translated};
use super::patch::{Operation, operations};
use super::spelling::{Kind, Spelt};
use super::value::{boolean, list, without_nulls};
use super::words::Act;

/// Source: Okta: SCIM 2.0 reference and field reports (facts sheet §14 numbers the quirks).
pub(super) struct Okta;

impl Dialect for Okta {
    fn read_user(&self, body: Value) -> Translated {
        let mut notes = Notes::default();
        let value = match body {
            Value::Object(members) => user(members, &mut notes),
            other => other,
        };
        notes.with(value)
    }

    fn read_patch(&self, body: Value) -> Translated {
        let mut notes = Notes::default();
        let value = operations(body, |one| operation(one, &mut notes));
        notes.with(value)
    }

    /// Okta quotes well; there is nothing to translate.
    fn read_filter(&self, raw: &str) -> Read<String> {
        Notes::default().with(raw.to_owned())
    }

    /// Okta reads canonical SCIM; there is nothing to shape.
    fn shape_user(&self, resource: Value) -> Value {
        resource
    }

    /// `externalId` is the Okta user id and survives renames.
    fn external_id_is_stable(&self) -> bool {
        true
    }

    /// Header authentication sends what the admin typed; the bearer forms add a prefix to it.
    fn bearer_forms(&self) -> &'static [BearerForm] {
        &[BearerForm::Prefixed, BearerForm::Bare, BearerForm::Doubled]
    }

    fn groups_off_hint(&self) -> &'static str {
        "Seats belong to users; groups are not stored. In Okta open Applications > this app > Push Groups \
         and unlink every pushed group, and clear Push Groups under Provisioning > Integration. Assigning \
         the app to a group keeps working."
    }

    fn deactivation_hint(&self) -> &'static str {
        "in Okta see that Deactivate Users is on under Provisioning > To App"
    }

    /// After a 5xx Okta leaves a failed task until an admin retries it; after a 429 it waits as told and
    /// comes again by itself, ten times at most, waiting longer each time (facts §12).
    fn pause(&self) -> Pause {
        Pause { status: 429, retry_seconds: 600 }
    }

    /// Okta's screens call our `id` the External ID of an app user.
    fn retry_hint(&self) -> &'static str {
        "retry the failed task in Okta: Dashboard > Tasks > Retry Selected"
    }

    fn id_labels(&self) -> IdLabels {
        IdLabels { ours: "id (External ID in Okta)", theirs: "externalId (user id in Okta)" }
    }

    fn log_word(&self, act: Act) -> &'static str {
        act.in_okta()
    }
}

fn user(members: Map<String, Value>, notes: &mut Notes) -> Value {
    let mut user = Map::new();
    for (key, value) in members {
        let spelt = Spelt::of(&key);
        match spelt.left_out() {
            Some(note) => notes.add(note),
            None => {
                let value = attribute(&spelt, value, notes);
                user.insert(key, value);
            }
        }
    }
    without_nulls(Value::Object(user), notes)
}

/// In a PATCH null and "" clear an attribute, so they stay.
fn operation(mut operation: Operation, notes: &mut Notes) -> Option<Operation> {
    operation.lower_verb(notes);
    match operation.path.as_ref().and_then(Value::as_str).map(Spelt::of) {
        Some(spelt) if spelt.names("password") => {
            notes.add(Note::PasswordDropped);
            return None;
        }
        Some(spelt) => operation.value = operation.value.map(|value| attribute(&spelt, value, notes)),
        None if operation.path.is_none() => operation.read_members(|spelt, value| match spelt.left_out() {
            Some(note) => {
                notes.add(note);
                None
            }
            None => {
                let value = attribute(&spelt, value, notes);
                Some((spelt.to_text(), value))
            }
        }),
        None => {}
    }
    Some(operation)
}

fn attribute(spelt: &Spelt<'_>, value: Value, notes: &mut Notes) -> Value {
    match (spelt.kind, spelt.sub) {
        (Kind::Active, None) => boolean(value, Note::ActiveAsString, notes),
        (Kind::List | Kind::Roles, None) => list(value, notes),
        (Kind::List | Kind::Roles, Some(sub)) if sub.eq_ignore_ascii_case("primary") => {
            boolean(value, Note::PrimaryAsString, notes)
        }
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

    fn patch(operations: Value) -> Translated {
        let body =
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
        let mut read = Okta.read_patch(body);
        read.value = read.value["Operations"].take();
        read
    }

    /// Okta quirk 1: a random password comes with every create, and with a push when password sync is on.
    #[test]
    fn okta_quirk_01_the_password_is_dropped_unread() {
        let read = Okta.read_user(json!({"userName": "rin", "Password": "x7kq02vz", "active": true}));
        assert_eq!(read.value, json!({"userName": "rin", "active": true}));
        assert_eq!(read.notes, [Note::PasswordDropped]);

        let pushed = patch(json!([{"op": "replace", "value": {"password": "x7kq02vz"}}]));
        assert_eq!(
            pushed,
            Read { value: json!([{"op": "replace", "value": {}}]), notes: vec![Note::PasswordDropped] }
        );
        let by_path = patch(json!([
            {"op": "replace", "path": format!("{USER}:password"), "value": "x7kq02vz"},
            {"op": "replace", "path": "title", "value": "Analyst"},
        ]));
        assert_eq!(by_path.value, json!([{"op": "replace", "path": "title", "value": "Analyst"}]));
        assert_eq!(by_path.notes, [Note::PasswordDropped]);
    }

    /// Okta quirk 2: `groups: []` and `locale` come unasked; the first is ours, the second is an attribute.
    #[test]
    fn okta_quirk_02_unasked_members_do_no_harm() {
        let read = Okta.read_user(json!({"groups": [], "locale": "en-US", "colour": "blue"}));
        assert_eq!(read.value, json!({"locale": "en-US", "colour": "blue"}));
        assert_eq!(read.notes, [Note::ServerOwnedDropped]);
    }

    /// Okta quirk 3: PATCH without a path; nested and dotted keys both reach the core.
    #[test]
    fn okta_quirk_03_a_value_without_a_path_is_read_member_by_member() {
        let operations = json!([{"op": "replace", "value": {
            "active": "False", "name": {"givenName": "Rin"}, "name.familyName": "Sato", "title": null,
                "nickName": "",
            "emails": [{"primary": "True", "value": "rin@northbay.example"}], "id": "u-7", "groups": [],
        }}]);
        let read = patch(operations);
        assert_eq!(
            read.value,
            json!([{"op": "replace", "value": {
                "active": false, "name": {"givenName": "Rin"}, "name.familyName": "Sato", "title": null,
                "nickName": "",
                "emails": [{"primary": true, "value": "rin@northbay.example"}],
            }}])
        );
        assert_eq!(read.notes, [Note::ActiveAsString, Note::PrimaryAsString, Note::ServerOwnedDropped]);
        let plain = json!([{"op": "replace", "value": {"active": false}}]);
        assert_eq!(patch(plain.clone()), Read { value: plain, notes: vec![] });
    }

    /// Okta quirk 4: a PUT that differs only in `active` is a lifecycle event, so `active` must arrive as a
    /// boolean.
    #[test]
    fn okta_quirk_04_a_put_carries_the_activation() {
        for (sent, plain) in [(json!(false), false), (json!("false"), false), (json!("True"), true)] {
            let read = Okta.read_user(json!({"schemas": [USER], "userName": "rin", "active": sent}));
            assert_eq!(read.value, json!({"schemas": [USER], "userName": "rin", "active": plain}));
        }
    }

    /// Okta quirk 5: the body of a PUT is the body of our GET, sent back.
    #[test]
    fn okta_quirk_05_the_echo_of_a_get_loses_what_is_ours() {
        let read = Okta.read_user(json!({
            "schemas": [USER], "id": "u-7", "meta": {"resourceType": "User", "version": "W/\"3\""},
            "userName": "rin", "active": true, "emails": [{"value": "a", "primary": true}],
            "roles": ["viewer"], "totalResults": 1,
        }));
        assert_eq!(
            read.value,
            json!({
                "schemas": [USER], "userName": "rin", "active": true,
                "emails": [{"value": "a", "primary": true}], "roles": ["viewer"], "totalResults": 1,
            })
        );
        assert_eq!(read.notes, [Note::ServerOwnedDropped]);
    }

    /// Okta quirk 8: the externalId of a rehired person is the old one.
    #[test]
    fn okta_quirk_08_the_external_id_stays_with_the_person() {
        assert!(Okta.external_id_is_stable());
    }

    /// Okta quirk 18: the Authorization header may be bare, or prefixed twice.
    #[test]
    fn okta_quirk_18_the_token_may_be_bare_or_prefixed_twice() {
        assert_eq!(Okta.bearer_forms(), [BearerForm::Prefixed, BearerForm::Bare, BearerForm::Doubled]);
    }

    /// Okta quirk 25: DELETE may appear, and has its word.
    #[test]
    fn okta_quirk_25_a_delete_has_a_word_of_its_own() {
        assert_eq!(Okta.log_word(Act::Delete), "application.provision.user.delete");
    }

    /// Okta quirk 26: values are not checked by Okta; they pass unchanged and the core judges them.
    #[test]
    fn okta_quirk_26_odd_values_are_handed_on() {
        let odd = json!({"userName": "", "active": "maybe", "emails": "none", "title": 7});
        assert_eq!(Okta.read_user(odd.clone()), Read { value: odd, notes: vec![] });
        let filter = r#"userName eq rin and active eq "True""#;
        assert_eq!(Okta.read_filter(filter), Read { value: filter.to_owned(), notes: vec![] });
        for body in [json!(null), json!([{"password": "x"}]), json!("x")] {
            assert_eq!(Okta.read_user(body.clone()).value, body);
            assert_eq!(Okta.read_patch(body.clone()).value, body);
        }
    }

    #[test]
    fn nulls_of_a_whole_resource_are_absent_members() {
        let read = Okta.read_user(json!({"title": null, "name": {"middleName": null, "givenName": "Rin"}}));
        assert_eq!(
            read,
            Read { value: json!({"name": {"givenName": "Rin"}}), notes: vec![Note::NullDropped] }
        );
    }

    #[test]
    fn a_path_is_read_with_its_value() {
        let read = patch(json!([
            {"op": "Replace", "path": "emails[type eq \"work\"].primary", "value": "True"},
            {"op": "add", "path": "emails[type eq \"work\"].value", "value": "True"},
            {"op": "replace", "path": "active", "value": "true"},
            {"op": "replace", "path": 7, "value": {"password": "x"}},
            {"op": "remove", "path": "groups"},
        ]));
        assert_eq!(
            read.value,
            json!([
                {"op": "replace", "path": "emails[type eq \"work\"].primary", "value": true},
                {"op": "add", "path": "emails[type eq \"work\"].value", "value": "True"},
                {"op": "replace", "path": "active", "value": true},
                {"op": "replace", "path": 7, "value": {"password": "x"}},
                {"op": "remove", "path": "groups"},
            ])
        );
        assert_eq!(read.notes, [Note::CapitalisedVerb, Note::PrimaryAsString, Note::ActiveAsString]);
    }

    #[test]
    fn answers_are_canonical_already() {
        let resource = json!({"id": "u-7", "active": true, "title": null});
        assert_eq!(Okta.shape_user(resource.clone()), resource);
    }

    #[test]
    fn the_hint_names_the_place_in_okta() {
        let hint = Okta.groups_off_hint();
        assert!(hint.contains("Push Groups") && hint.contains("Okta"), "{hint}");
    }
}
