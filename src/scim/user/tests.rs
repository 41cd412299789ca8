use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::scim::{Error, urn};

const ENTERPRISE: &str = urn::ENTERPRISE_USER;

fn read(body: Value) -> User {
    User::read(&body).unwrap().user
}

fn kept(body: Value) -> Value {
    Value::Object(read(body).0)
}

fn meta() -> Meta {
    Meta {
        location: "https://bridge.example/scim/v2/Users/7".to_owned(),
        created: "2026-01-31T08:00:00Z".to_owned(),
        last_modified: "2026-02-01T08:00:00Z".to_owned(),
        version: "W/\"3\"".to_owned(),
    }
}

#[test]
fn a_create_with_a_random_password_and_unasked_members_is_read_without_them() {
    let read = User::read(&json!({
        "schemas": [urn::USER],
        "userName": "rin.sato@northbay.example",
        "name": {"givenName": "Rin", "familyName": "Sato"},
        "emails": [{"primary": true, "value": "rin.sato@northbay.example", "type": "work"}],
        "displayName": "Rin Sato", "locale": "en-US", "externalId": "00uA1b2C3d4E5f6G7h8",
        "groups": [], "password": "x7kq02vz", "PASSWORD": "x7kq02vz", "active": true,
    }))
    .unwrap();
    assert_eq!(read.ignored, Vec::<String>::new());
    assert!(!read.user.to_json().contains("x7kq02vz"));
    assert_eq!(read.user.user_name(), Some("rin.sato@northbay.example"));
    assert_eq!(read.user.external_id(), Some("00uA1b2C3d4E5f6G7h8"));
    assert_eq!((read.user.active(), read.user.display_name()), (Some(true), Some("Rin Sato")));
    let work = Email { value: "rin.sato@northbay.example", kind: Some("work"), primary: true };
    assert_eq!(read.user.emails(), [work]);
}

#[test]
fn a_create_with_nulls_an_odd_urn_and_a_meta_is_read_without_them() {
    let read = User::read(&json!({
        "userName": "rin", "addresses": null, "manager": null, "roles": [], "meta": {"resourceType": "User"},
        "nickName": "", "name": {"formatted": null},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0User": {"department": "Sales"},
        "urn:example:custom:2.0:User": {"shoeSize": 43},
        "favouriteColour": "red", "entitlements": [{"value": "x"}],
        "phoneNumbers": [{"value": "+1", "carrier": "x"}],
    }))
    .unwrap();
    assert_eq!(Value::Object(read.user.0), json!({"userName": "rin", "phoneNumbers": [{"value": "+1"}]}));
    assert_eq!(
        read.ignored,
        [
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0User",
            "urn:example:custom:2.0:User",
            "favouriteColour",
            "entitlements",
            "phoneNumbers.carrier",
        ]
    );
}

#[test]
fn names_have_no_letter_case_and_come_out_in_the_spelling_of_the_schema() {
    assert_eq!(
        kept(json!({
            "USERNAME": "rin", "Name": {"FAMILYNAME": "Sato"},
            "eMails": [{"VALUE": "r@x.example", "Type": "work"}],
            "URN:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:User": {"DEPARTMENT": "Sales"},
        })),
        json!({
            "userName": "rin", "name": {"familyName": "Sato"},
            "emails": [{"value": "r@x.example", "type": "work"}],
            (ENTERPRISE): {"department": "Sales"},
        })
    );
}

#[test]
fn roles_are_objects_whether_sent_as_texts_objects_or_alone() {
    let viewer = json!({"roles": [{"value": "viewer"}]});
    for roles in [
        json!("viewer"),
        json!(["viewer"]),
        json!({"value": "viewer"}),
        json!([{"value": "viewer"}, "viewer", ""]),
    ] {
        assert_eq!(kept(json!({"roles": roles})), viewer, "{roles}");
    }
    let two = read(json!({"roles": ["viewer", {"value": "x", "display": "X", "primary": false}]}));
    assert_eq!(
        two.roles(),
        [&json!({"value": "viewer"}), &json!({"value": "x", "display": "X", "primary": false})]
    );
}

#[test]
fn a_manager_is_an_object_with_a_value_and_nothing_the_server_owns() {
    let boss = json!({(ENTERPRISE): {"manager": {"value": "9"}}});
    for manager in [
        json!("9"),
        json!(["9"]),
        json!({"value": "9", "$ref": "https://x.example/Users/9", "displayName": "Boss"}),
        json!([{"$ref": null, "value": "9"}]),
    ] {
        assert_eq!(kept(json!({(ENTERPRISE): {"manager": manager}})), boss, "{manager}");
    }
    assert_eq!(read(boss).manager(), Some("9"));
    for nobody in
        [json!(""), json!(null), json!({}), json!([]), json!({"value": ""}), json!({"displayName": "Boss"})]
    {
        assert_eq!(kept(json!({(ENTERPRISE): {"manager": nobody}})), json!({}), "{nobody}");
    }
}

#[test]
fn a_wrong_type_is_refused_by_the_name_of_the_attribute_and_without_its_value() {
    for (body, name) in [
        (json!({"userName": 77}), "userName"),
        (json!({"active": "77"}), "active"),
        (json!({"active": 77}), "active"),
        (json!({"name": "77"}), "name"),
        (json!({"name": {"givenName": ["77"]}}), "name.givenName"),
        (json!({"emails": "77"}), "emails"),
        (json!({"emails": ["77"]}), "emails"),
        (json!({"emails": [{"value": 77}]}), "emails.value"),
        (json!({"emails": [{"value": "x", "primary": "77"}]}), "emails.primary"),
        (json!({"emails": [[{"value": "77"}]]}), "emails"),
        (json!({(ENTERPRISE): "77"}), ENTERPRISE),
        (json!({(ENTERPRISE): {"employeeNumber": 77}}), &format!("{ENTERPRISE}:employeeNumber")),
        (json!({(ENTERPRISE): {"manager": 77}}), &format!("{ENTERPRISE}:manager")),
        (json!({(ENTERPRISE): {"manager": ["77", "78"]}}), &format!("{ENTERPRISE}:manager")),
    ] {
        let refused = User::read(&body).unwrap_err();
        assert!(
            matches!(&refused, Error::WrongType { attribute, .. } if attribute == name),
            "{body}: {refused}"
        );
        assert!(!refused.to_string().contains("77"), "{refused}");
    }
}

#[test]
fn formats_are_not_judged_and_values_stay_as_sent() {
    let odd = json!({
        "userName": " Rin ", "profileUrl": "not a url", "locale": "xx_??", "timezone": "Moon",
        "phoneNumbers": [{"value": "tel:nobody", "type": "satellite"}],
        "emails": [{"value": "no address", "type": "work"}, {"value": "x", "type": "work"}],
    });
    assert_eq!(kept(odd.clone()), odd);
}

#[test]
fn a_body_that_is_no_object_and_two_primaries_are_refused() {
    for body in [json!(null), json!([]), json!("x"), json!(1)] {
        assert_eq!(User::read(&body), Err(Error::BodyNotObject { expected: "User" }));
    }
    let two = json!({"emails": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]});
    assert_eq!(User::read(&two), Err(Error::SeveralPrimaries { attribute: "emails".to_owned() }));
    let many: Vec<Value> = (0..251).map(|n| json!({"value": n.to_string()})).collect();
    assert!(matches!(User::read(&json!({"roles": many})), Err(Error::TooManyValues { count: 251, .. })));
}

#[test]
fn a_resource_shows_schemas_first_meta_last_and_the_extension_only_with_data() {
    let user = read(json!({"emails": [{"value": "r@x.example"}], "userName": "rin", "externalId": "e"}));
    let resource = user.to_resource("7", &meta());
    let names: Vec<&String> = resource.as_object().unwrap().keys().collect();
    assert_eq!(names, ["schemas", "id", "externalId", "userName", "active", "emails", "meta"]);
    assert_eq!(resource["schemas"], json!([urn::USER]));
    assert_eq!(
        resource["meta"],
        json!({
            "resourceType": "User", "created": "2026-01-31T08:00:00Z", "lastModified": "2026-02-01T08:00:00Z",
            "location": "https://bridge.example/scim/v2/Users/7", "version": "W/\"3\"",
        })
    );
    assert_eq!(user.clone().with_active(false).to_resource("7", &meta())["active"], json!(false));
    let seller = read(json!({"userName": "rin", (ENTERPRISE): {"department": "Sales"}}));
    let resource = seller.to_resource("7", &meta());
    assert_eq!(resource["schemas"], json!([urn::USER, ENTERPRISE]));
    assert_eq!(resource[ENTERPRISE], json!({"department": "Sales"}));
}

#[test]
fn a_resource_sent_back_reads_as_the_same_user() {
    let user = read(json!({
        "userName": "rin", "active": false, "emails": [{"value": "r@x.example"}],
        (ENTERPRISE): {"manager": "9"},
    }));
    let echoed = User::read(&user.to_resource("7", &meta())).unwrap();
    assert_eq!((echoed.user, echoed.ignored), (user, vec![]));
}

#[test]
fn changes_name_each_attribute_with_old_and_new_in_the_order_of_the_schemas() {
    let before = read(json!({
        "externalId": "e", "title": "Analyst", "name": {"familyName": "Sato", "givenName": "Rin"},
        "emails": [{"value": "a@x.example"}], (ENTERPRISE): {"department": "Sales", "manager": "9"},
    }));
    let after = read(json!({
        (ENTERPRISE): {"manager": "10"}, "emails": [{"value": "b@x.example"}], "externalId": "e",
        "name": {"givenName": "Rin", "familyName": "Sato-Berg"}, "active": true,
    }));
    let change = |path: &str, before: Value, after: Value| Change {
        path: path.to_owned(),
        before: (!before.is_null()).then_some(before),
        after: (!after.is_null()).then_some(after),
    };
    assert_eq!(
        User::changes(Some(&before), &after),
        [
            change("name.familyName", json!("Sato"), json!("Sato-Berg")),
            change("title", json!("Analyst"), json!(null)),
            change("active", json!(null), json!(true)),
            change("emails", json!([{"value": "a@x.example"}]), json!([{"value": "b@x.example"}])),
            change(&format!("{ENTERPRISE}:department"), json!("Sales"), json!(null)),
            change(&format!("{ENTERPRISE}:manager.value"), json!("9"), json!("10")),
        ]
    );
    assert_eq!(User::changes(Some(&after), &after), []);
    assert_eq!(User::changes(None, &read(json!({"title": "x"}))), [change("title", json!(null), json!("x"))]);
}

#[test]
fn single_attributes_can_be_read_replaced_and_taken_away() {
    let user =
        read(json!({"userName": "rin", "name": {"givenName": "Rin"}, (ENTERPRISE): {"department": "Sales"}}));
    assert_eq!(user.get("NAME.givenname"), Some(&json!("Rin")));
    assert_eq!(user.get("department"), Some(&json!("Sales")));
    assert_eq!((user.get("name.familyName"), user.get("nosuch"), user.manager()), (None, None, None));
    let analyst = user.clone().with("ROLES", &json!(["analyst"])).unwrap();
    assert_eq!(analyst.roles(), [&json!({"value": "analyst"})]);
    assert_eq!(analyst.with("roles", &json!([])).unwrap(), user);
    assert!(matches!(user.clone().with("nosuch", &json!(1)), Err(Error::UnknownPath { .. })));
    assert!(matches!(user.clone().with("id", &json!("1")), Err(Error::ServerOwned { .. })));
    assert_eq!(user.without("NAME").without(ENTERPRISE).without("userName"), User::default());
}

#[test]
fn a_damaged_record_is_an_error_and_not_an_empty_user() {
    assert!(matches!(User::from_json("[]"), Err(Error::Unreadable { .. })));
    assert!(matches!(User::from_json("{\"userName\":"), Err(Error::Unreadable { .. })));
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<f64>().prop_map(|number| json!(number)),
        "[a-zA-Z\"\\\\é ]{0,6}".prop_map(Value::String),
    ];
    let name = proptest::sample::select(vec![
        "userName",
        "NAME",
        "givenName",
        "emails",
        "value",
        "type",
        "primary",
        "roles",
        "active",
        "manager",
        "$ref",
        "password",
        "id",
        "meta",
        "x",
        ENTERPRISE,
    ]);
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec((name.clone(), inner), 0..6).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_body_is_a_user_or_an_error_and_a_user_is_stored_and_read_again_unchanged(body in json_value()) {
        if let Ok(read) = User::read(&body) {
            prop_assert_eq!(&User::from_json(&read.user.to_json()).unwrap(), &read.user);
            let again = User::read(&Value::Object(read.user.0.clone())).unwrap();
            prop_assert_eq!(&again.user, &read.user);
            prop_assert!(again.ignored.is_empty());
            prop_assert!(!read.ignored.iter().any(|name| name.contains("password")));
        }
    }
}
