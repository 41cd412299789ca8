use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::scim::Error;
use crate::scim::{schema, urn};

fn ada() -> Value {
    json!({
        "schemas": [urn::USER, urn::ENTERPRISE_USER],
        "id": "2819c223",
        "externalId": "Ada-7",
        "userName": "Ada@Corp.example",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "title": "Ünïcode Analyst",
        "active": true,
        "emails": [
            {"value": "ada@corp.example", "type": "work", "primary": true},
            {"value": "ada@home.example", "type": "home"},
        ],
        "roles": [{"value": "analyst", "primary": true}],
        (urn::ENTERPRISE_USER): {"department": "Engines", "manager": {"value": "9"}},
        "meta": {"created": "2026-01-31T08:00:00Z", "lastModified": "2026-02-01T08:00:00.5+01:00"},
    })
}

fn matches(filter: &str) -> bool {
    Filter::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}")).matches(&ada())
}

#[test]
fn filters_that_find_the_person() {
    for filter in [
        r#"userName eq "ada@corp.EXAMPLE""#,
        r#"USERNAME Eq "ada@corp.example""#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "ADA""#,
        r#"userName ew ".example" and userName co "@corp""#,
        r#"externalId eq "Ada-7""#,
        r#"id eq "2819c223" and manager eq "9""#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "9""#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "engines""#,
        r#"emails eq "ADA@home.example""#,
        r#"emails co "home""#,
        r#"emails.type eq "work""#,
        r#"emails[type eq "work" and value co "@corp.example"]"#,
        r#"emails[type eq "work"].value eq "ada@corp.example""#,
        r#"emails[not (type eq "work")].value sw "ada@home""#,
        r#"emails[type eq "work"].value pr"#,
        r#"roles[primary eq "True"].value eq "Analyst""#,
        r#"roles[primary eq true]"#,
        "active eq true",
        r#"active eq "TRUE""#,
        "active ne false",
        "title pr",
        "name pr and emails pr and not (nickName pr)",
        "nickName eq null",
        "title ne null",
        r#"nickName ne "x""#,
        r#"emails.value ne "ada@corp.example""#,
        r#"title eq "\u00dcN\u00cfCODE analyst""#,
        r#"meta.created eq "2026-01-31T09:00:00+01:00""#,
        r#"meta.lastModified gt "2026-02-01T07:00:00Z""#,
        r#"meta.lastModified le "2026-02-01T07:00:00.500Z" and meta.created lt "2026-01-31T08:00:01""#,
        r#"name.familyName gt "BYRON""#,
        r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:User""#,
        r#"userName eq "x" and title pr or active eq true"#,
        r#"active eq true or title pr and userName eq "x""#,
        r#"not(userName eq "x")"#,
        r#"((userName eq"ada@corp.example"))"#,
    ] {
        assert!(matches(filter), "{filter}");
    }
}

#[test]
fn filters_that_do_not_find_the_person() {
    for filter in [
        r#"externalId eq "ada-7""#,
        r#"id eq "2819C223""#,
        r#"id eq "2819c223" and manager eq "8""#,
        r#"emails[type eq "work" and value co "home"]"#,
        r#"emails[type eq "home"].value eq "ada@corp.example""#,
        r#"emails[type eq "fax"].value ne "x""#,
        r#"roles[primary eq "False"]"#,
        "active eq false",
        r#"active eq "no""#,
        "active eq null",
        "nickName pr",
        "nickName ne null",
        "userName eq 5",
        r#"name.familyName lt "Lovelace""#,
        r#"meta.created gt "2026-01-31T08:00:00Z""#,
        r#"(active eq true or title pr) and userName eq "x""#,
    ] {
        assert!(!matches(filter), "{filter}");
    }
}

#[test]
fn a_refusal_points_at_the_column() {
    let cases = [
        ("", 1),
        ("userName", 9),
        ("userName eq", 12),
        ("userName eq jyoung", 13),
        ("userName eq True", 13),
        (r#"userName eq "a" xor title pr"#, 17),
        (r#"userName eq "a"#, 13),
        (r#"userName eq "\q""#, 13),
        (r#"(userName eq "a""#, 17),
        (r#"userName eq "a")"#, 16),
        (r#"emails[type eq "work""#, 22),
        (r#"emails[type eq "work"]]"#, 23),
        (r#"title eq "é" und"#, 14),
        (r#"userName is "a""#, 10),
        (r#"name eq "Ada""#, 1),
        (r#"userName[value eq "a"]"#, 1),
        ("not userName pr", 5),
        ("active gt true", 11),
        ("userName sw 5", 13),
        ("userName gt null", 13),
        (r#"meta.created gt "yesterday""#, 17),
        ("meta.created eq 5", 17),
        ("userName eq {}", 13),
        ("userName eq [1]", 13),
        ("userName eq (1)", 13),
        ("and", 1),
    ];
    for (filter, expected) in cases {
        match Filter::parse(filter) {
            Err(Error::Filter { column, .. }) => assert_eq!(column, expected, "{filter}"),
            Err(Error::FilterUnknownAttribute { column, .. }) => {
                assert_eq!((column, "and"), (expected, filter))
            }
            other => panic!("{filter}: {other:?}"),
        }
    }
}

#[test]
fn an_unquoted_word_is_refused_with_the_way_out() {
    let refused = Filter::parse("externalId eq jyoung").unwrap_err().to_string();
    assert!(refused.contains("column 15") && refused.contains("double quotes"), "{refused}");
}

#[test]
fn unknown_attributes_are_named() {
    for (filter, name, at) in [
        (r#"shoeSize eq "1""#, "shoeSize", 1),
        (r#"title pr and shoeSize eq "1""#, "shoeSize", 14),
        (r#"emails[shoe eq "1"]"#, "shoe", 8),
        (r#"emails[type eq "1"].shoe eq "1""#, "shoe", 20),
        (r#"name.shoe pr"#, "name.shoe", 1),
        (r#"urn:example:x:shoe pr"#, "urn:example:x:shoe", 1),
        ("entitlements pr", "entitlements", 1),
    ] {
        let expected = Error::FilterUnknownAttribute { column: at, attribute: name.to_owned() };
        assert_eq!(Filter::parse(filter), Err(expected), "{filter}");
    }
}

#[test]
fn a_password_cannot_be_asked_for_nor_is_it_echoed() {
    for filter in [r#"password eq "s3cret""#, "PASSWORD eq s3cret", r#"title pr or Password sw "s3cret""#] {
        let refused = Filter::parse(filter).unwrap_err();
        assert_eq!(refused, Error::FilterForbidden { attribute: "password".to_owned() });
        assert!(!refused.to_string().contains("s3cret"));
    }
}

#[test]
fn length_and_depth_have_limits_that_say_so() {
    let long = format!("userName eq \"{}\"", "x".repeat(4096));
    assert!(matches!(Filter::parse(&long), Err(Error::FilterTooLong { limit: 4096, .. })));
    let deep = |levels: usize| format!("{}title pr{}", "(".repeat(levels), ")".repeat(levels));
    assert!(Filter::parse(&deep(32)).is_ok());
    assert_eq!(Filter::parse(&deep(33)), Err(Error::FilterTooDeep { column: 34, limit: 32 }));
    let roomy = Limits { bytes: 100_000, depth: 40 };
    assert!(Filter::parse_within(&deep(33), roomy).is_ok() && Filter::parse_within(&long, roomy).is_ok());
    let boundless = Limits { bytes: usize::MAX, depth: usize::MAX };
    assert!(matches!(Filter::parse_within(&deep(90_000), boundless), Err(Error::FilterTooDeep { .. })));
}

#[test]
fn printing_puts_parentheses_only_where_they_change_the_meaning() {
    for (filter, printed) in [
        ("((title pr))", "title pr"),
        ("title pr or (title pr and title pr)", "title pr or title pr and title pr"),
        ("(title pr or title pr) and title pr", "(title pr or title pr) and title pr"),
        ("title pr and (title pr and title pr)", "title pr and (title pr and title pr)"),
        ("NOT (Title PR)", "not (title pr)"),
        (r#"EMAILS[TYPE EQ "w"].VALUE CO "é\n""#, r#"emails[type eq "w"].value co "é\n""#),
        (
            "manager eq null",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq null",
        ),
    ] {
        assert_eq!(Filter::parse(filter).unwrap().to_string(), printed);
    }
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        any::<String>().prop_map(Literal::Text),
        any::<i64>().prop_map(|number| Literal::Number(number.into())),
        any::<bool>().prop_map(Literal::Bool),
        Just(Literal::Null),
    ]
}

fn comparison() -> impl Strategy<Value = (Op, Literal)> {
    let equality = (prop_oneof![Just(Op::Eq), Just(Op::Ne)], literal());
    let text = "[a-z\"\\\\ ()\\[\\]é]{0,8}".prop_map(Literal::Text);
    let ops = prop_oneof![Just(Op::Co), Just(Op::Sw), Just(Op::Ew), Just(Op::Gt), Just(Op::Ge), Just(Op::Le)];
    prop_oneof![equality, (ops, text)]
}

fn any_of(names: &'static [&'static str]) -> impl Strategy<Value = AttrPath> {
    proptest::sample::select(names).prop_map(|name| AttrPath::find(name).unwrap())
}

fn joined(leaf: BoxedStrategy<Filter>) -> BoxedStrategy<Filter> {
    leaf.prop_recursive(5, 24, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(l, r)| Filter::And(Box::new(l), Box::new(r))),
            (inner.clone(), inner.clone()).prop_map(|(l, r)| Filter::Or(Box::new(l), Box::new(r))),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    })
    .boxed()
}

fn tree() -> BoxedStrategy<Filter> {
    let emails = schema::user().attribute("emails").unwrap();
    let sub = || {
        proptest::sample::select(vec!["value", "type", "display"])
            .prop_map(|name| AttrPath::within(emails, name).unwrap())
    };
    let compare = |(path, (op, value))| Filter::Compare { path, op, value };
    let inner = prop_oneof![(sub(), comparison()).prop_map(compare), sub().prop_map(Filter::Present)];
    let inner = joined(inner.boxed());
    let path = || AttrPath::find("emails").unwrap();
    let leaf = prop_oneof![
        (any_of(&["userName", "name.familyName", "manager.value", "id"]), comparison()).prop_map(compare),
        any_of(&["emails", "meta", "department", "roles.value"]).prop_map(Filter::Present),
        inner.clone().prop_map(move |filter| Filter::ValuePath { path: path(), filter: Box::new(filter) }),
        (inner, sub(), comparison()).prop_map(move |(filter, sub, (op, value))| Filter::ValueCompare {
            path: path(),
            filter: Box::new(filter),
            sub,
            op,
            value
        }),
    ];
    joined(leaf.boxed())
}

proptest! {
    #[test]
    fn any_text_is_a_filter_or_an_error(text in any::<String>()) {
        let _ = Filter::parse(&text);
    }

    #[test]
    fn text_made_of_filter_words_is_a_filter_or_an_error(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "userName", "emails", "eq", "pr", "and", "or", "not", "(", ")", "[", "]", ".value",
                "\"x\"", "5",
                "true", "null", "\"", "active", "gt", "é", "type",
            ]),
            0..14,
        ),
        gap in " {0,1}",
    ) {
        if let Ok(filter) = Filter::parse(&words.join(&gap)) {
            let _ = filter.matches(&ada());
            prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
        }
    }

    #[test]
    fn a_printed_filter_reads_back_as_the_same_tree(filter in tree()) {
        let roomy = Limits { bytes: 1 << 20, depth: 256 };
        prop_assert_eq!(Filter::parse_within(&filter.to_string(), roomy), Ok(filter.clone()));
        prop_assert_eq!(Filter::Not(Box::new(filter.clone())).matches(&ada()), !filter.matches(&ada()));
    }
}
