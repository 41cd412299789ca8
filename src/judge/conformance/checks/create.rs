//! Creating a person: the answer, its headers, and what is refused.

use super::super::check::{Check, Cost, Judged, Profile};
use super::super::expect::{self, USER, fail, must, refused, shown, text};
use super::super::lab::Lab;
use super::super::line::Ask;
use super::{ACCESS, PERSON};
use chrono::DateTime;
use serde_json::{Value, json};
use url::Url;

/// The chapter.
pub const CHECKS: &[Check] = &[
    Check {
        id: "create.answer",
        title: "A create answers 201 with the whole User",
        source: "RFC 7644 §3.3; Okta facts §6.1; Entra facts §6",
        sends: "POST /Users with userName, name, emails, active",
        wants: "201 with schemas, id and the userName sent; for Okta and Entra also a boolean active, true",
        cost: Cost {
            okta: "\"Create new user returned empty user\", or no link can be kept: the assignment fails \
                with a task.",
            entra: "ServiceIncompatible; without an id nothing can be remembered, and the person is \
                created again and again.",
            rfc: "A client learns neither the id nor what was stored.",
        },
        fix: "Answer 201 with the stored resource, its id among it, as body.",
        needs: ACCESS,
        run: |lab| Box::pin(answer(lab)),
    },
    Check {
        id: "create.location",
        title: "A create says where the new User is",
        source: "RFC 7644 §3.3; RFC 7643 §3.1",
        sends: "POST /Users",
        wants: "a Location header that equals meta.location, and a GET there finds the person",
        cost: Cost {
            okta: "",
            entra: "",
            rfc: "Clients that follow Location do not find what they created.",
        },
        fix: "Set Location to the resource's URL, the same as meta.location.",
        needs: PERSON,
        run: |lab| Box::pin(location(lab)),
    },
    Check {
        id: "create.meta",
        title: "The new User has meta with type, place and moments",
        source: "RFC 7643 §3.1; Okta facts §6.2",
        sends: "POST /Users",
        wants: "meta.resourceType \"User\", meta.location, and created and lastModified as date and time",
        cost: Cost {
            okta: "Okta reads meta.location and meta.resourceType of every User; without them the import \
                is at risk.",
            entra: "",
            rfc: "Clients cannot tell what a resource is and when it changed.",
        },
        fix: "Fill meta yourself: resourceType, location, created and lastModified (RFC 3339).",
        needs: PERSON,
        run: |lab| Box::pin(meta(lab)),
    },
    Check {
        id: "create.id-is-the-servers",
        title: "An id and a meta sent by the client are ignored",
        source: "RFC 7644 §3.3 (readOnly is ignored); Entra facts §6 (meta is sent)",
        sends: "POST /Users with an id and a meta of the client's own",
        wants: "201, with an id of the server's",
        cost: Cost {
            okta: "",
            entra: "Every create carries a meta: refused, nobody is provisioned and all go to escrow.",
            rfc: "Clients can choose ids, or cannot send back what they read.",
        },
        fix: "Drop id and meta from the body of a create before anything else.",
        needs: PERSON,
        run: |lab| Box::pin(own_id(lab)),
    },
    Check {
        id: "create.duplicate",
        title: "A userName that is taken is refused with 409",
        source: "RFC 7644 §3.3, §3.12; Okta facts §4, §6.1; Entra facts §6",
        sends: "POST /Users twice with one userName",
        wants: "409 the second time, with scimType uniqueness (the latter for the standard's profile)",
        cost: Cost {
            okta: "Okta's test suite fails; two accounts for one person, or a task whose text explains \
                nothing.",
            entra: "The validator fails; two accounts for one person end as DuplicateTargetEntries.",
            rfc: "Clients cannot tell a taken name from a bad request, or get two people of one name.",
        },
        fix: "Keep userName unique, and answer a clash with 409 and scimType \"uniqueness\".",
        needs: PERSON,
        run: |lab| Box::pin(duplicate(lab)),
    },
    Check {
        id: "create.duplicate-other-case",
        title: "A taken userName is taken in capitals too",
        source: "RFC 7643 §4.1.1 (userName is not caseExact); Okta facts §4, §14.24; Entra facts §5",
        sends: "POST /Users with the userName of somebody else in capitals",
        wants: "409",
        cost: Cost {
            okta: "The same person gets a second account when the login is written in another case.",
            entra: "The same person gets a second account; the next match finds two and writes nothing.",
            rfc: "Two people have the same userName.",
        },
        fix: "Compare userName without regard to case wherever uniqueness is decided.",
        needs: &["access.token", "create.answer", "create.duplicate"],
        run: |lab| Box::pin(duplicate_in_capitals(lab)),
    },
    Check {
        id: "create.without-user-name",
        title: "A User without userName is refused with 400",
        source: "RFC 7643 §4.1.1 (REQUIRED); RFC 7644 §3.12",
        sends: "POST /Users without userName",
        wants: "400",
        cost: Cost { okta: "", entra: "", rfc: "People come into being whom nobody can find." },
        fix: "Refuse it with 400 and scimType \"invalidValue\".",
        needs: PERSON,
        run: |lab| Box::pin(nameless(lab)),
    },
    Check {
        id: "create.no-json",
        title: "A body that is no JSON is refused with 400",
        source: "RFC 7644 §3.12 (invalidSyntax)",
        sends: "POST /Users with a body cut in the middle",
        wants: "400",
        cost: Cost {
            okta: "",
            entra: "",
            rfc: "A client's fault looks like the server's: it will retry for ever.",
        },
        fix: "Answer what cannot be parsed with 400 and scimType \"invalidSyntax\", never with 500.",
        needs: ACCESS,
        run: |lab| Box::pin(cut(lab)),
    },
];

async fn answer(lab: &mut Lab) -> Judged {
    let name = lab.fresh();
    let body = lab.body(&name);
    let answer = lab.create(&body).await;
    expect::status(&answer, &[201])?;
    let user = Value::Object(expect::object(&answer)?.clone());
    must(!text(&user, "/id").is_empty(), || "the answer has no id, or one that is no text".to_owned())?;
    let listed = user.get("schemas").and_then(Value::as_array);
    must(listed.is_some_and(|all| all.iter().any(|urn| urn == USER)), || {
        format!("schemas does not name {USER}: {}", shown(&answer))
    })?;
    let echoed = text(&user, "/userName");
    must(echoed.eq_ignore_ascii_case(&name), || format!("userName came back as {echoed:?}"))?;
    match lab.profile {
        Profile::Rfc => Ok(()),
        _ => expect::holds(&user, "/active", &json!(true), "after the create"),
    }
}

async fn location(lab: &mut Lab) -> Judged {
    let name = lab.fresh();
    let body = lab.body(&name);
    let answer = lab.create(&body).await;
    expect::status(&answer, &[201])?;
    let user = answer.json.clone().unwrap_or_default();
    let Some(header) = answer.header("location").filter(|text| !text.is_empty()) else {
        return fail("the 201 has no Location header");
    };
    let meta = text(&user, "/meta/location");
    must(header == meta, || format!("Location is {header:?} and meta.location is {meta:?}"))?;
    // The server may know itself by another name than the one it was called by; the path must lead there.
    let path = match Url::parse(header) {
        Ok(url) => url.path().to_owned(),
        Err(_) => header.to_owned(),
    };
    let id = text(&user, "/id");
    must(path.ends_with(id) || path.contains("/Users/"), || format!("{header:?} does not lead to the User"))?;
    let below = path.rsplit_once("/Users/").map(|(_, id)| format!("/Users/{id}"));
    let found = lab.get(below.unwrap_or_default()).await;
    expect::status(&found, &[200])?;
    let there = found.json.clone().unwrap_or_default();
    must(text(&there, "/id") == id, || "somebody else is there".to_owned())
}

async fn meta(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let user = &person.created;
    expect::holds(user, "/meta/resourceType", &json!("User"), "in the answer to the create")?;
    must(!text(user, "/meta/location").is_empty(), || "meta.location is missing".to_owned())?;
    for name in ["created", "lastModified"] {
        let told = user.pointer(&format!("/meta/{name}"));
        let moment = told.and_then(Value::as_str).map(is_moment);
        let optional = lab.profile == Profile::Okta && told.is_none();
        must(moment == Some(true) || optional, || {
            format!("meta.{name} is {}", told.map_or_else(|| "missing".to_owned(), Value::to_string))
        })?;
    }
    Ok(())
}

/// xsd:dateTime with or without a zone.
fn is_moment(text: &str) -> bool {
    DateTime::parse_from_rfc3339(text).is_ok()
        || chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").is_ok()
}

async fn own_id(lab: &mut Lab) -> Judged {
    let name = lab.fresh();
    let mut body = lab.body(&name);
    let chosen = format!("chosen-{}", lab.mark());
    if lab.profile == Profile::Rfc {
        body["id"] = json!(chosen);
    }
    body["meta"] = json!({"resourceType": "User"});
    let answer = lab.create(&body).await;
    expect::status(&answer, &[201])?;
    let id = answer.json.as_ref().map(|user| text(user, "/id").to_owned()).unwrap_or_default();
    must(!id.is_empty() && id != chosen, || format!("the id is {id:?}"))
}

async fn duplicate(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let body = lab.body(&person.user_name);
    let again = lab.create(&body).await;
    refused(&again, &[409], (lab.profile == Profile::Rfc).then_some("uniqueness"))
}

async fn duplicate_in_capitals(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let mut body = lab.body(&person.user_name.to_uppercase());
    body["externalId"] = json!(format!("other-{}", lab.mark()));
    let again = lab.create(&body).await;
    refused(&again, &[409], None)
}

async fn nameless(lab: &mut Lab) -> Judged {
    let mut body = lab.body("nobody@conformance.example");
    if let Some(members) = body.as_object_mut() {
        members.remove("userName");
    }
    let answer = lab.create(&body).await;
    refused(&answer, &[400], None)
}

async fn cut(lab: &mut Lab) -> Judged {
    let mut ask = Ask::post("/Users", &json!({}));
    ask.body = Some(format!("{{\"schemas\":[\"{USER}\"],\"userName\":\"cu"));
    let answer = lab.send(ask).await;
    refused(&answer, &[400], None)
}
