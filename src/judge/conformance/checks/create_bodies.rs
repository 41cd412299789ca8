//! Creating a person: bodies as they really come.

use super::super::check::{Check, Cost, Judged, Profile};
use super::super::expect::{self, ENTERPRISE, USER, holds, must, text};
use super::super::lab::Lab;
use super::super::line::Ask;
use super::{ENTRA_ESCROW, OKTA_TASK, PERSON};
use serde_json::{Value, json};

/// The chapter.
pub const CHECKS: &[Check] = &[
    Check {
        id: "create.password",
        title: "A password is taken and never shown again",
        source: "RFC 7643 §4.1.1, §7 (returned: never); Okta facts §6.1",
        sends: "POST /Users with a password, then GET of that User",
        wants: "201, and no answer holds the password",
        cost: Cost {
            okta: "Okta sends a random password with every create, synced or not: refused, nobody can be \
                assigned; shown, it leaks.",
            entra: "",
            rfc: "Passwords leak to every client that reads.",
        },
        fix: "Accept password on writing (or drop it unread), apply no complexity rules to it, and never \
            return it.",
        needs: PERSON,
        run: |lab| Box::pin(password(lab)),
    },
    Check {
        id: "create.attribute-case",
        title: "Attribute names are read in any case",
        source: "RFC 7643 §2.1",
        sends: "POST /Users with USERNAME, NAME.FAMILYNAME and Active",
        wants: "201, stored under the names of the schema",
        cost: Cost {
            okta: "",
            entra: "",
            rfc: "Clients with another spelling lose attributes without a word.",
        },
        fix: "Compare attribute names without regard to case.",
        needs: PERSON,
        run: |lab| Box::pin(any_case(lab)),
    },
    Check {
        id: "create.nulls",
        title: "Null and an empty array mean that an attribute is not there",
        source: "RFC 7643 §2.5; Okta facts §6.1 (groups: []); Entra facts §6 (explicit nulls, roles: [])",
        sends: "POST /Users with roles [] and groups []; except for Okta also nickName null and addresses \
            null",
        wants: "201",
        cost: Cost {
            okta: OKTA_TASK,
            entra: ENTRA_ESCROW,
            rfc: "Clients that write out what is not set are refused.",
        },
        fix: "Drop members that are null or empty arrays before validating.",
        needs: PERSON,
        run: |lab| Box::pin(nulls(lab)),
    },
    Check {
        id: "create.text-unchanged",
        title: "Text comes back as it was sent, whatever the script",
        source: "RFC 7643 §2.3.1; RFC 7644 §3.1 (UTF-8); Entra facts §6 (returned values equal what was \
            sent)",
        sends: "POST /Users with accents, quotes and a non-Latin script in the name",
        wants: "the same text in the answer and in a later GET",
        cost: Cost {
            okta: "The profile is pushed again with every change, and people see garbled names.",
            entra: "The validator fails; the value counts as different and is sent again every cycle.",
            rfc: "Names of people are garbled.",
        },
        fix: "Store and return text as UTF-8, untouched.",
        needs: PERSON,
        run: |lab| Box::pin(unchanged(lab)),
    },
    Check {
        id: "create.user-name-unchanged",
        title: "userName keeps the case it was sent in",
        source: "RFC 7643 §4.1.1; Okta facts §14.24; Entra facts §5",
        sends: "POST /Users with capitals in the userName, then GET",
        wants: "the userName as sent",
        cost: Cost {
            okta: "Okta sees another app username than the one it wrote.",
            entra: "The validator fails, and the value counts as different in every cycle.",
            rfc: "A client does not recognise what it wrote.",
        },
        fix: "Compare userName without case, but store and return it as sent.",
        needs: PERSON,
        run: |lab| Box::pin(case_kept(lab)),
    },
    Check {
        id: "create.enterprise",
        title: "The enterprise extension is stored under its URN",
        source: "RFC 7643 §3.3, §4.3; Okta facts §6.5; Entra facts §6",
        sends: "POST /Users with department and employeeNumber of the enterprise extension",
        wants: "201; both come back under the URN, and schemas names it",
        cost: Cost {
            okta: "Department and employee number never arrive.",
            entra: "The default mappings send department and employeeNumber: lost, they are sent every \
                cycle.",
            rfc: "The extension that /ResourceTypes names is lost.",
        },
        fix: "Keep extension attributes in an object under the extension's URN and list the URN in schemas.",
        needs: PERSON,
        run: |lab| Box::pin(enterprise(lab)),
    },
    Check {
        id: "create.charset",
        title: "The media type may carry a charset",
        source: "RFC 7644 §3.1, §8.1; Okta facts §2",
        sends: "POST /Users as application/scim+json; charset=utf-8",
        wants: "201",
        cost: Cost {
            okta: "Okta always sends the parameter: no create works, each is a task.",
            entra: "",
            rfc: "Clients that name the charset are refused.",
        },
        fix: "Compare the media type without its parameters.",
        needs: PERSON,
        run: |lab| Box::pin(typed(lab, "application/scim+json; charset=utf-8")),
    },
    Check {
        id: "create.plain-json",
        title: "application/json is taken too",
        source: "RFC 7644 §3.1 (servers SHOULD accept it); Okta facts §2, §14.19",
        sends: "POST /Users as application/json",
        wants: "201",
        cost: Cost { okta: "Okta's test suite posts application/json, and fails.", entra: "", rfc: "" },
        fix: "Accept application/json like application/scim+json.",
        needs: PERSON,
        run: |lab| Box::pin(typed(lab, "application/json")),
    },
];

async fn password(lab: &mut Lab) -> Judged {
    let name = lab.fresh();
    let mut body = lab.body(&name);
    let secret = format!("x7kq02vz{}", lab.mark());
    body["password"] = json!(secret);
    let answer = lab.create(&body).await;
    expect::status(&answer, &[201])?;
    let id = answer.json.as_ref().map(|user| text(user, "/id").to_owned()).unwrap_or_default();
    let read = lab.get(format!("/Users/{}", crate::emulator::wire::percent(&id))).await;
    let shows = |raw: &str| raw.contains(&secret);
    must(!shows(&answer.raw), || "the answer to the create shows the password".to_owned())?;
    must(!shows(&read.raw), || "a GET shows the password".to_owned())
}

async fn any_case(lab: &mut Lab) -> Judged {
    let name = lab.fresh();
    let body = json!({
        "schemas": [USER], "USERNAME": name, "Active": true, "DISPLAYNAME": "Robin Examiner",
        "NAME": {"FAMILYNAME": "Examiner", "GivenName": "Robin"},
        "Emails": [{"Value": name, "Type": "work", "PRIMARY": true}],
    });
    let answer = lab.create(&body).await;
    expect::status(&answer, &[201])?;
    let user = answer.json.unwrap_or_default();
    must(text(&user, "/userName").eq_ignore_ascii_case(&name), || "userName was not recognised".to_owned())?;
    holds(&user, "/name/familyName", &json!("Examiner"), "after a create in capitals")
}

async fn nulls(lab: &mut Lab) -> Judged {
    let name = lab.fresh();
    let mut body = lab.body(&name);
    if lab.profile != Profile::Okta {
        // Whether Okta ever sends null is unconfirmed (Okta facts §6.5).
        body["nickName"] = Value::Null;
        body["addresses"] = Value::Null;
    }
    body["roles"] = json!([]);
    body["groups"] = json!([]);
    let answer = lab.create(&body).await;
    expect::status(&answer, &[201])
}

async fn unchanged(lab: &mut Lab) -> Judged {
    let name = lab.fresh();
    let mut body = lab.body(&name);
    let family = "O'Brien-Ñandú \"Quill\" 山田";
    body["name"]["familyName"] = json!(family);
    body["displayName"] = json!("Zoë O'Brien 山田");
    let person = lab.person_like(&body).await?;
    holds(&person.created, "/name/familyName", &json!(family), "in the answer to the create")?;
    let user = lab.read(&person).await?;
    holds(&user, "/name/familyName", &json!(family), "in a later GET")
}

async fn case_kept(lab: &mut Lab) -> Judged {
    let name = lab.fresh().replace("conf-", "Conf-McDonald-");
    let body = lab.body(&name);
    let person = lab.person_like(&body).await?;
    let user = lab.read(&person).await?;
    holds(&user, "/userName", &json!(name), "in a later GET")
}

async fn enterprise(lab: &mut Lab) -> Judged {
    lab.unless_plain()?;
    let name = lab.fresh();
    let mut body = lab.body(&name);
    body["schemas"] = json!([USER, ENTERPRISE]);
    body[ENTERPRISE] = json!({"department": "Sales", "employeeNumber": "4711"});
    let answer = lab.create(&body).await;
    expect::status(&answer, &[201])?;
    let user = answer.json.unwrap_or_default();
    holds(&user, &format!("/{ENTERPRISE}/department"), &json!("Sales"), "after the create")?;
    holds(&user, &format!("/{ENTERPRISE}/employeeNumber"), &json!("4711"), "after the create")?;
    let named = user
        .get("schemas")
        .and_then(Value::as_array)
        .is_some_and(|all| all.iter().any(|urn| urn == ENTERPRISE));
    must(named || lab.profile != Profile::Rfc, || "schemas does not name the extension".to_owned())
}

async fn typed(lab: &mut Lab, media_type: &str) -> Judged {
    let name = lab.fresh();
    let body = lab.body(&name);
    let answer = lab.send(Ask::post("/Users", &body).header("content-type", media_type)).await;
    expect::status(&answer, &[201])
}
