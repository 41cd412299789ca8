use super::super::permit::permit;
use super::super::role::{Reach, Role};
use super::super::target::find;
use super::*;
use proptest::prelude::*;

const ME: &str = "6a01c0ffee00000000000001";
const OTHER: &str = "6a01c0ffee00000000000002";
const ID: &str = "6c00000000000000000000a1";

fn me() -> Oneself {
    let mailbox = OwnMailbox { id: "7a".repeat(12), address: Some("me@corp.example".to_owned()) };
    Oneself::known_as(Some(ME)).sending_from(vec![mailbox])
}

/// Path, query and body as they would leave.
fn sent(role: Role, line: &str, body: &str, oneself: &Oneself) -> Result<(String, String), Denial> {
    let (method, target) = line.split_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let draft = permit(find(method, path)?, &Reach::new(role, &[role]), query)?;
    let permit = draft.with_body(Some(("application/json", body.as_bytes())))?.by(oneself)?;
    let body = permit.body().map(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
    Ok((permit.path_and_query(), body.unwrap_or_default()))
}

fn rep(line: &str, body: &str) -> Result<(String, String), Denial> {
    sent(Role::SalesRep, line, body, &me())
}

fn body_of(line: &str, body: &str) -> String {
    rep(line, body).unwrap().1
}

fn names_somebody(parameter: &str) -> Result<(String, String), Denial> {
    Err(Denial::SomebodyElse { parameter: parameter.to_owned() })
}

/// R10: the owner goes in front of the body's other members, of which no byte changes.
#[test]
fn an_absent_owner_is_the_holder_and_no_other_byte_changes() {
    let owner = format!(r#""owner_id":"{ME}""#);
    for (body, expected) in [
        ("{}", format!("{{{owner}}}")),
        (
            " \n{ \"n\":1e3, \"n2\":1.0,\"é\":\"\\u00e9\" } ",
            format!(" \n{{{owner}, \"n\":1e3, \"n2\":1.0,\"é\":\"\\u00e9\" }} "),
        ),
        (r#"{"a":{"b":[1,{}]}}"#, format!(r#"{{{owner},"a":{{"b":[1,{{}}]}}}}"#)),
    ] {
        assert_eq!(body_of("POST /opportunities", body), expected);
        assert_eq!(body_of("POST /accounts", body), expected);
    }
    let user = format!(r#"{{"user_id":"{ME}","name":"x"}}"#);
    for path in ["/sequences", "/tasks", "/tasks/bulk_create", "/phone_calls"] {
        assert_eq!(body_of(&format!("POST {path}"), r#"{"name":"x"}"#), user, "{path}");
    }
}

/// R10, R8: without a body the owner goes behind the query, whose own bytes stay.
#[test]
fn without_a_body_the_owner_goes_behind_the_query() {
    let path = format!("/emailer_campaigns/{ID}/add_contact_ids");
    let query = "contact_ids[]=a%20b&x=%27+'&x=2";
    let (target, body) = rep(&format!("POST {path}?{query}"), "").unwrap();
    assert_eq!((target, body.as_str()), (format!("{path}?{query}&user_id={ME}"), ""));
    let (target, _) = rep("POST /opportunities", "").unwrap();
    assert_eq!(target, format!("/opportunities?owner_id={ME}"));
}

#[test]
fn an_owner_who_is_named_already_is_left_alone() {
    let shout = ME.to_uppercase();
    for body in [format!(r#"{{"a":1,"owner_id":"{ME}"}}"#), format!(r#"{{"owner_id":"{shout}"}}"#)] {
        assert_eq!(body_of("POST /opportunities", &body), body);
    }
    let line = format!("POST /opportunities?owner_id={ME}&a=1");
    assert_eq!(rep(&line, r#"{"a":1}"#).unwrap(), (line[5..].to_owned(), r#"{"a":1}"#.to_owned()));
}

/// Null or blank would mean the acting admin, at the top and in the items of a bulk call.
#[test]
fn a_blank_owner_is_replaced_by_the_holder() {
    for blank in ["null", "\"\"", "\" \""] {
        let body = format!(r#"{{"z":1.50,"owner_id":{blank},"a":-2039995589705121953}}"#);
        let expected = format!(r#"{{"z":1.50,"owner_id":"{ME}","a":-2039995589705121953}}"#);
        assert_eq!(body_of("POST /accounts", &body), expected);
        let body = format!(r#"{{"contacts":[{{"owner_id":{blank}}},{{"b":{{"owner_id":null}}}}]}}"#);
        let expected = format!(
            r#"{{"owner_id":"{ME}","contacts":[{{"owner_id":"{ME}"}},{{"b":{{"owner_id":null}}}}]}}"#
        );
        assert_eq!(body_of("POST /contacts/bulk_create", &body), expected);
    }
}

/// What Apollo would not read as an owner it replaces by the acting admin.
#[test]
fn an_owner_apollo_would_not_read_is_refused() {
    let odd = |line: &str, body: &str| {
        [Role::SalesRep, Role::Admin].map(|role| sent(role, line, body, &me()).unwrap_err())
    };
    for (query, body, parameter) in [
        ("", format!(r#"{{"Owner_Id":"{ME}"}}"#), "Owner_Id"),
        ("", format!(r#"{{"owner_id[]":"{ME}"}}"#), "owner_id[]"),
        ("", format!(r#"{{"owner_id":["{ME}"]}}"#), "owner_id"),
        ("", r#"{"owner_id":{}}"#.to_owned(), "owner_id"),
        ("?ownerId=x", "{}".to_owned(), "ownerId"),
        ("?owner_id[]=x", String::new(), "owner_id[]"),
        ("?owner_id=", String::new(), "owner_id"),
        ("?a[owner_id]=", "{}".to_owned(), "a[owner_id]"),
    ] {
        let line = format!("POST /opportunities{}", query.replace("=x", &format!("={ME}")));
        for denial in odd(&line, &body) {
            assert_eq!(
                denial,
                Denial::OddOwner { parameter: parameter.to_owned(), field: "owner_id" },
                "{line} {body}"
            );
        }
    }
}

/// Facts §8.2 row 21: any owner-like name, in query and body, at any depth, in any spelling.
#[test]
fn naming_somebody_else_needs_manage_team() {
    let lines = [
        "POST /contacts".to_owned(),
        format!("PATCH /contacts/{ID}"),
        "POST /contacts/bulk_update".to_owned(),
        format!("PUT /accounts/{ID}"),
        format!("PATCH /opportunities/{ID}"),
        format!("PATCH /sequences/{ID}"),
        format!("PATCH /tasks/{ID}"),
        format!("POST /tasks/{ID}/complete"),
        format!("PUT /phone_calls/{ID}"),
        "POST /labels".to_owned(),
    ];
    for line in &lines {
        for name in [
            "owner_id",
            "OwnerId",
            "owner-id",
            "user_id",
            "creator_id",
            "added_by_user_id",
            "send_email_from_user_id",
            "crm_owner_id",
            "owner",
            "owner_ids[]",
            "account_owner_id",
        ] {
            let refused = names_somebody(name);
            for body in [
                format!(r#"{{"{name}":"{OTHER}"}}"#),
                format!(r#"{{"contact_attributes":[{{"id":"1"}},{{"a":{{"{name}":"{OTHER}"}}}}]}}"#),
                format!(r#"{{"{name}":["{ME}","{OTHER}"]}}"#),
                format!(r#"{{"{name}":{{"id":"{OTHER}"}}}}"#),
                format!(r#"{{"{name}":42}}"#),
            ] {
                assert_eq!(rep(line, &body), refused, "{line} {body}");
                assert!(sent(Role::SalesManager, line, &body, &me()).is_ok(), "{line} {body}");
            }
            assert_eq!(rep(&format!("{line}?{name}={OTHER}"), ""), refused, "{line}");
            let (nested, own) = (format!("a[0][{name}]"), format!(r#"{{"{name}":"{ME}"}}"#));
            assert_eq!(rep(&format!("{line}?{nested}={OTHER}"), ""), names_somebody(&nested), "{line}");
            assert_eq!(body_of(line, &own), own, "{line}: nobody but oneself");
        }
    }
    assert_eq!(
        rep("POST /opportunities", &format!(r#"{{"owner_id":"{OTHER}"}}"#)),
        names_somebody("owner_id")
    );
    let item = format!(r#"{{"contacts":[{{"owner_id":"{OTHER}"}}]}}"#);
    assert_eq!(rep("POST /contacts/bulk_create", &item), names_somebody("owner_id"));
}

/// A search filters by owner, and looks at whomever it likes.
#[test]
fn a_search_may_name_anybody() {
    for line in ["POST /contacts/search", "POST /tasks/search", "POST /accounts/search"] {
        let body = format!(r#"{{"owner_id":"{OTHER}","user_ids":["{OTHER}"]}}"#);
        assert_eq!(body_of(line, &body), body);
    }
}

/// Taking an owner away is changing it; on a row that creates null names nobody.
#[test]
fn an_owner_is_not_taken_away_without_manage_team() {
    let patch = format!("PATCH /accounts/{ID}");
    for value in ["null", "\"\""] {
        let body = format!(r#"{{"owner_id":{value}}}"#);
        assert_eq!(rep(&patch, &body), names_somebody("owner_id"));
        assert!(sent(Role::Admin, &patch, &body, &me()).is_ok());
    }
    assert!(rep("POST /contacts", r#"{"owner_id":null}"#).is_ok());
    assert_eq!(rep("POST /contacts", r#"{"owner_id":""}"#), names_somebody("owner_id"));
}

/// R10: the sender's mailbox, by id or address, and the sending user.
#[test]
fn a_sender_is_the_holder() {
    let own = "7a".repeat(12);
    let add = format!("POST /emailer_campaigns/{ID}/add_contact_ids");
    for (name, value, is_own) in [
        ("send_email_from_email_account_id", own.as_str(), true),
        ("send_email_from_email_account_id", OTHER, false),
        ("sendEmailFromEmailAccountId", OTHER, false),
        ("email_account_id", OTHER, false),
        ("mailbox_ids", OTHER, false),
        ("send_email_from_email_address", "ME@corp.example", true),
        ("send_email_from_email_address", "boss@corp.example", false),
        ("send_from", "boss@corp.example", false),
        ("send_email_from_user_id", ME, true),
        ("send_email_from_user_id", OTHER, false),
    ] {
        let body = format!(r#"{{"{name}":"{value}"}}"#);
        for answer in [rep(&add, &body), rep(&format!("{add}?{name}={value}"), "")] {
            assert_eq!(answer.is_ok(), is_own, "{name} {value}: {answer:?}");
            let others = matches!(answer, Err(Denial::NotYourMailbox { .. } | Denial::SomebodyElse { .. }));
            assert!(is_own || others, "{answer:?}");
        }
        assert!(sent(Role::SalesManager, &add, &body, &Oneself::known_as(Some(ME))).is_ok());
    }
    for route in super::super::routes::table() {
        for name in route.senders {
            assert!(spelt(name).iter().any(|part| kind(part).is_some()), "{name}");
        }
    }
}

/// Only who may not name others, and only a call that names a mailbox, makes us ask Apollo.
#[test]
fn the_mailboxes_to_prove_are_those_a_call_names() {
    let asked = |role: Role, query: &str, body: &str| {
        let path = format!("/emailer_campaigns/{ID}/add_contact_ids");
        let draft = permit(find("POST", &path).unwrap(), &Reach::new(role, &[role]), query).unwrap();
        let checked = draft.with_body(Some(("application/json", body.as_bytes()))).unwrap();
        checked.mailboxes_to_prove()
    };
    let body = r#"{"send_email_from_email_account_id":[" m1 ","m2",null],"user_id":"u"}"#;
    assert_eq!(asked(Role::SalesRep, "email_account_id=m0&email_account_id=", body), ["m0", "m1", "m2"]);
    assert!(asked(Role::Admin, "email_account_id=m0", body).is_empty());
    assert!(asked(Role::SalesRep, "", r#"{"contact_ids":["a"],"user_id":"u"}"#).is_empty());
}

/// R10: who is not known at Apollo creates nothing and owns nothing, with any role.
#[test]
fn a_holder_without_an_apollo_id_creates_and_hands_over_nothing() {
    for unknown in
        [Oneself::known_as(None), Oneself::known_as(Some("")), Oneself::known_as(Some("x&owner_id=y"))]
    {
        for line in [
            "POST /contacts",
            "POST /contacts/bulk_create",
            "POST /accounts",
            "POST /accounts/bulk_create",
            "POST /opportunities",
            "POST /sequences",
            "POST /tasks",
            "POST /phone_calls",
            "POST /emailer_messages",
            "POST /contacts/update_owners",
        ] {
            for role in [Role::SalesRep, Role::SalesManager, Role::Admin] {
                let denial = sent(role, line, r#"{"owner_id":null}"#, &unknown).unwrap_err();
                let forbidden = matches!(denial, Denial::Forbidden { .. });
                assert!(denial == Denial::UnknownHolder || (forbidden && role == Role::SalesRep), "{line}");
            }
        }
        let patch = format!("PATCH /accounts/{ID}");
        let named = format!(r#"{{"owner_id":"{OTHER}"}}"#);
        assert_eq!(sent(Role::SalesRep, &patch, &named, &unknown), Err(Denial::UnknownHolder));
        assert!(sent(Role::SalesRep, &patch, r#"{"name":"x"}"#, &unknown).is_ok());
        assert!(sent(Role::SalesManager, &patch, &named, &unknown).is_ok());
        assert!(sent(Role::SalesRep, "POST /contacts/search", "{}", &unknown).is_ok());
    }
}

/// R10: a query and body that disagree are refused, about owners and senders too.
#[test]
fn query_and_body_agree_about_owners_and_senders() {
    for name in ["owner_id", "user_id", "send_email_from_email_account_id", "send_email_from_user_id"] {
        let line = format!("POST /emailer_campaigns/{ID}/add_contact_ids?{name}={ME}");
        let body = format!(r#"{{"{name}":"{OTHER}"}}"#);
        let refused = sent(Role::Admin, &line, &body, &me());
        assert_eq!(refused, Err(Denial::Disagreement { parameter: name.to_owned() }));
    }
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?[1-9][0-9]{0,30}",
        "[1-9][0-9]{0,8}\\.[0-9]{1,8}",
        "\"[a-z@. ]{0,8}\"",
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::btree_map("[a-f]{1,3}", inner, 0..4).prop_map(|members| {
                let members: Vec<_> =
                    members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    /// Whatever else a call says, it leaves as it came, with the holder as owner.
    #[test]
    fn a_filled_body_is_the_callers_with_one_member_more(
        members in prop::collection::btree_map("[a-f]{1,3}", json(), 0..5),
    ) {
        let members: Vec<_> = members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        let body = format!("{{{}}}", members.join(","));
        let filled = body_of("POST /accounts", &body);
        let comma = if members.is_empty() { "" } else { "," };
        prop_assert_eq!(filled, format!("{{\"owner_id\":\"{ME}\"{comma}{}}}", members.join(",")));
    }

    /// No spelling of somebody else's id as an owner passes without manageTeam.
    #[test]
    fn no_spelling_of_an_owner_passes(
        before in "[a-z_]{0,6}", owner in "[oO][wW][nN][eE][rR][_-]?[iI][dD]", index in 0..9usize,
    ) {
        let line = format!("PATCH /contacts/{ID}?{before}[{index}][{owner}]={OTHER}");
        prop_assert!(rep(&line, "").is_err());
        let body = format!(r#"{{"{before}x":[{{"{owner}":"{OTHER}"}}]}}"#);
        let patch = format!("PATCH /contacts/{ID}");
        prop_assert!(rep(&patch, &body).is_err());
    }
}
