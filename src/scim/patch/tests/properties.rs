//! What holds for any operations, however odd.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ENTERPRISE, rin};
use crate::scim::{Patch, User, urn};

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(|number| json!(number)),
        proptest::sample::select(vec!["", "work", "x", "a@b.example"]).prop_map(|text| json!(text)),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec((name(), inner), 0..5)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    let known = proptest::sample::select(vec![
        "userName",
        "active",
        "name",
        "name.givenName",
        "givenName",
        "emails",
        "emails.value",
        "emails.primary",
        "emails[type eq \"work\"]",
        "emails[type eq \"work\"].value",
        "emails[value eq \"x\"].primary",
        "roles[primary eq \"True\"].value",
        "emails[type eq",
        "roles",
        "value",
        "type",
        "primary",
        "manager",
        "$ref",
        "id",
        "password",
        "nosuch",
        "urn:x",
        ENTERPRISE,
        urn::USER,
        "",
    ]);
    prop_oneof![9 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

fn operation() -> impl Strategy<Value = Value> {
    let verb = proptest::sample::select(vec!["add", "replace", "Remove", "other"]);
    let shaped = (verb, proptest::option::of(name()), json_value())
        .prop_map(|(op, path, value)| json!({"op": op, "path": path, "value": value}));
    prop_oneof![9 => shaped, 1 => json_value()]
}

/// Operations as connectors write them, none of which builds a value step by step: what one step leaves
/// unfinished is cleared away at the end of a PATCH.
fn whole_operation() -> impl Strategy<Value = Value> {
    let text = proptest::sample::select(vec!["", "a", "A", "Rin", "rin@home.example", "x@y.example"]);
    let single = (
        proptest::sample::select(vec![
            "title",
            "userName",
            "name.givenName",
            "NAME.familyName",
            "department",
            "manager",
            "manager.value",
            "urn:ietf:params:scim:schemas:core:2.0:User:nickName",
        ]),
        text.clone().prop_map(|text| json!(text)),
    );
    let several = (
        proptest::sample::select(vec!["emails", "roles", "phoneNumbers"]),
        proptest::collection::vec((text, any::<bool>(), any::<bool>()), 0..3).prop_map(|entries| {
            let entry = |(value, primary, home): (&str, bool, bool)| {
                json!({"value": value, "primary": primary, "type": if home { "home" } else { "work" }})
            };
            Value::Array(entries.into_iter().map(entry).collect())
        }),
    );
    let target = prop_oneof![single, several, (Just("active"), any::<bool>().prop_map(Value::Bool))];
    let verb = proptest::sample::select(vec!["add", "replace", "remove", "members"]);
    (verb, target).prop_map(|(op, (path, value))| match op {
        "members" => json!({"op": "replace", "value": {path: value}}),
        op => json!({"op": op, "path": path, "value": value}),
    })
}

fn patch(operations: &[Value]) -> Patch {
    Patch::parse(&json!({"Operations": operations})).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_operations_end_in_a_canonical_user_or_an_error(
        operations in proptest::collection::vec(operation(), 1..5)
    ) {
        for one in &operations {
            let Ok(patch) = Patch::parse(&json!({"Operations": [one]})) else { continue };
            let Ok(applied) = patch.apply(&rin()) else { continue };
            let again = User::read(&Value::Object(applied.user.0.clone())).unwrap();
            prop_assert_eq!((again.user, again.ignored), (applied.user, vec![]));
        }
        let all = Patch::parse(&json!({"Operations": operations}));
        if let Ok(applied) = all.and_then(|patch| patch.apply(&rin())) {
            let again = User::read(&Value::Object(applied.user.0.clone())).unwrap();
            prop_assert_eq!((again.user, again.ignored), (applied.user, vec![]));
        }
    }

    /// RFC 7644 §3.5.2: each operation works on what the ones before it left.
    #[test]
    fn one_patch_of_several_operations_is_several_patches_of_one(
        operations in proptest::collection::vec(whole_operation(), 1..6)
    ) {
        let at_once = patch(&operations).apply(&rin()).map(|applied| applied.user);
        let mut user = Ok(rin());
        for one in operations.chunks(1) {
            user = user.and_then(|user| patch(one).apply(&user).map(|applied| applied.user));
        }
        prop_assert_eq!(at_once, user);
    }

    /// The same PATCH of the same User comes to the same end, also from its stored form.
    #[test]
    fn applying_is_deterministic(operations in proptest::collection::vec(operation(), 1..5)) {
        if let Ok(patch) = Patch::parse(&json!({"Operations": operations})) {
            let stored = User::from_json(&rin().to_json()).unwrap();
            prop_assert_eq!(patch.apply(&rin()), patch.apply(&stored));
        }
    }
}
