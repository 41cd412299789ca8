use serde_json::json;

use super::{ENTERPRISE, after, refused, rin};
use crate::scim::{ScimType, urn};

#[test]
fn removals_take_away_what_they_name_and_repeat_in_peace() {
    let (work, home) = (rin().0["emails"][0].clone(), rin().0["emails"][1].clone());
    let cases = [
        (json!({"op": "Remove", "path": "title"}), "title", json!(null)),
        (json!({"op": "Remove", "path": "title", "value": "Analyst"}), "title", json!(null)),
        (json!({"op": "remove", "path": "nickName"}), "nickName", json!(null)),
        (json!({"op": "remove", "path": "name.familyName"}), "name", json!({"givenName": "Rin"})),
        (json!({"op": "remove", "path": "userName"}), "userName", json!(null)),
        (json!({"op": "remove", "path": "emails"}), "emails", json!(null)),
        (
            json!({"op": "Remove", "path": "emails[type eq \"work\"].value", "value": "rin@x.example"}),
            "emails",
            json!([home]),
        ),
        (json!({"op": "remove", "path": "emails[type eq \"home\"]"}), "emails", json!([work])),
        (json!({"op": "remove", "path": "emails[type eq \"fax\"].value"}), "emails", json!([work, home])),
        (json!({"op": "remove", "path": "emails[type eq \"fax\"]"}), "emails", json!([work, home])),
        (
            json!({"op": "remove", "path": "emails", "value": [{"value": "RIN@home.example"}]}),
            "emails",
            json!([work]),
        ),
        (
            json!({"op": "remove", "path": "emails", "value": {"value": "rin@home.example", "type": "work"}}),
            "emails",
            json!([work, home]),
        ),
        (json!({"op": "remove", "path": "emails", "value": "rin@home.example"}), "emails", json!([work])),
        (json!({"op": "remove", "path": "emails", "value": []}), "emails", json!([work, home])),
        (json!({"op": "remove", "path": format!("{ENTERPRISE}:manager")}), "manager", json!(null)),
        (json!({"op": "remove", "path": "manager.value"}), "manager", json!(null)),
        (json!({"op": "remove", "path": ENTERPRISE}), "department", json!(null)),
    ];
    for (operation, path, expected) in cases {
        assert_eq!(after(json!([operation]), path), expected, "{operation}");
    }
    assert_eq!(refused(json!([{"op": "remove"}])).scim_type(), ScimType::NoTarget);
    assert_eq!(refused(json!([{"op": "remove", "path": urn::USER}])).scim_type(), ScimType::NoTarget);
}

#[test]
fn an_empty_value_clears() {
    for nothing in [json!(""), json!(null)] {
        for (path, seen, expected) in [
            ("title", "title", json!(null)),
            ("nickName", "nickName", json!(null)),
            ("name.givenName", "name", json!({"familyName": "Sato"})),
            ("name", "name", json!(null)),
            ("emails[type eq \"work\"].value", "emails", json!([rin().0["emails"][1]])),
            ("emails[type eq \"fax\"].value", "emails", rin().0["emails"].clone()),
            ("phoneNumbers[type eq \"work\"].value", "phoneNumbers", json!(null)),
            ("manager", "manager", json!(null)),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "manager", json!(null)),
            ("manager.value", "manager", json!(null)),
            (ENTERPRISE, "department", json!(null)),
        ] {
            let replace = json!([{"op": "Replace", "path": path, "value": nothing}]);
            assert_eq!(after(replace, seen), expected, "{path} {nothing}");
        }
        let folded = json!([{"op": "replace", "value": {"title": nothing, "name": {"givenName": nothing}}}]);
        assert_eq!(after(folded.clone(), "title"), json!(null));
        assert_eq!(after(folded, "name"), json!({"familyName": "Sato"}));
    }
    assert_eq!(after(json!([{"op": "replace", "value": {"name": {}}}]), "name"), rin().0["name"]);
}

#[test]
fn a_value_that_no_operation_filled_is_not_left_behind() {
    for path in ["emails[type eq \"other\"].primary", "emails[type eq \"other\"].type"] {
        let value = if path.ends_with("type") { json!("other") } else { json!(false) };
        assert_eq!(after(json!([{"op": "add", "path": path, "value": value}]), "emails"), rin().0["emails"]);
    }
    assert_eq!(
        after(json!([{"op": "add", "path": "ims[type eq \"x\"].primary", "value": true}]), "ims"),
        json!(null)
    );
}
