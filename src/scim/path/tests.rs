use proptest::prelude::*;

use super::*;

const WORK_ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The path as it prints when all names have the spelling of the schema.
fn read(text: &str) -> String {
    match Path::parse(text).unwrap() {
        Path::Attribute { path, filter: None } => path.to_string(),
        Path::Attribute { path, filter: Some(filter) } => match path.sub {
            Some(sub) => format!("{}[{filter}].{sub}", path.top()),
            None => format!("{path}[{filter}]"),
        },
        Path::Schema(schema) => format!("schema {}", schema.name),
        Path::Unstored(attribute) => format!("unstored {}", attribute.name),
        Path::Foreign(name) => format!("foreign {name}"),
        Path::Unknown(name) => format!("unknown {name}"),
    }
}

#[test]
fn a_path_means_the_same_in_every_spelling_connectors_use() {
    let manager = format!("{WORK_ENTERPRISE}:manager");
    let cases = [
        ("userName", "userName".to_owned()),
        ("USERNAME", "userName".to_owned()),
        ("externalid", "externalId".to_owned()),
        ("name.FamilyName", "name.familyName".to_owned()),
        ("emails", "emails".to_owned()),
        ("emails.value", "emails.value".to_owned()),
        (r#"emails[type eq "work"]"#, r#"emails[type eq "work"]"#.to_owned()),
        (r#"emails[type eq "other"].Value"#, r#"emails[type eq "other"].value"#.to_owned()),
        (r#"roles[primary eq "True"].value"#, r#"roles[primary eq "True"].value"#.to_owned()),
        (r#"addresses[type eq "a] b"].region"#, r#"addresses[type eq "a] b"].region"#.to_owned()),
        (
            r#"urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"].value"#,
            r#"emails[type eq "work"].value"#.to_owned(),
        ),
        ("urn:ietf:params:scim:schemas:core:2.0:User:name.givenName", "name.givenName".to_owned()),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
            format!("{manager}.value"),
        ),
        ("URN:IETF:params:scim:schemas:extension:enterprise:2.0:user:Manager", manager.clone()),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.manager", manager.clone()),
        ("manager", manager),
        (WORK_ENTERPRISE, "schema EnterpriseUser".to_owned()),
        ("urn:ietf:params:scim:schemas:core:2.0:User", "schema User".to_owned()),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn names_we_do_not_keep_are_told_apart_from_names_nobody_knows() {
    let cases = [
        ("password", "unstored password"),
        ("Groups", "unstored groups"),
        ("entitlements[type eq \"x\"].value", "unstored entitlements"),
        ("urn:example:custom:2.0:User:shoeSize", "foreign urn:example:custom:2.0:User:shoeSize"),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0User:department",
            "foreign urn:ietf:params:scim:schemas:extension:enterprise:2.0User:department",
        ),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:shoeSize",
            "foreign urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:shoeSize",
        ),
        ("shoeSize", "unknown shoeSize"),
        ("name.shoeSize", "unknown name.shoeSize"),
        ("shoes[type eq \"left\"].size", "unknown shoes[type eq \"left\"].size"),
        ("emails[type eq \"work\"].size", "unknown emails[type eq \"work\"].size"),
        ("emails[size eq \"1\"].value", "unknown emails[size eq \"1\"].value"),
        (
            "urn:ietf:params:scim:schemas:core:2.0:User:shoeSize",
            "unknown urn:ietf:params:scim:schemas:core:2.0:User:shoeSize",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_path_is_refused() {
    for text in [
        "",
        " ",
        ".",
        "name.",
        ".name",
        "name..givenName",
        "user name",
        "emails[",
        "emails[]",
        "emails]",
        "emails[type]",
        "emails[type eq]",
        "emails[type eq work].value",
        "emails[type eq \"work\"",
        "emails[type eq \"work\"].",
        "emails[type eq \"work\"]value",
        "emails[type eq \"work\"].value.x",
        "emails[type eq \"work\"] eq 1",
        "emails[type eq \"work",
        "emails.value[type eq \"work\"]",
        "userName[type eq \"work\"]",
        "name[givenName eq \"Ada\"].familyName",
        "1st",
    ] {
        let refused = Path::parse(text);
        assert!(matches!(refused, Err(Error::Path { .. })), "{text:?}: {refused:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_path_or_an_error(text in any::<String>()) {
        let _ = Path::parse(&text);
    }

    #[test]
    fn text_that_looks_like_a_path_is_a_path_or_an_error(
        text in "(urn:ietf:params:scim:schemas:core:2.0:User[:.]?)?(emails|name|x)?[\\[\\]. a-z\"]{0,20}"
    ) {
        let _ = Path::parse(&text);
    }
}
