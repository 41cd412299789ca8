//! Reading one person: by id, in part, under a media type.

use super::super::check::{Check, Cost, Judged, Profile};
use super::super::expect::{self, lacks, must, refused, shown, text};
use super::super::lab::Lab;
use super::super::line::Ask;
use super::{ACCESS, PERSON};
use serde_json::Value;

/// The chapter.
pub const CHECKS: &[Check] = &[
    Check {
        id: "read.by-id",
        title: "A person can be read under the id the create told",
        source: "RFC 7644 §3.4.1; Okta facts §6.2, §7.1; Entra facts §5",
        sends: "GET /Users/{id}",
        wants: "200 with one User of that id and userName, and no list",
        cost: Cost {
            okta: "Every profile push begins with this GET; a list instead of a User comes back as the \
                body of the PUT.",
            entra: "The known object cannot be read: InvalidAnchor, and only a restart matches again.",
            rfc: "What was created cannot be read.",
        },
        fix: "Answer the resource itself under /Users/{id}.",
        needs: PERSON,
        run: |lab| Box::pin(by_id(lab)),
    },
    Check {
        id: "read.unknown-id",
        title: "An unknown id is answered with 404",
        source: "RFC 7644 §3.12; Okta facts §4; Entra facts §8.4",
        sends: "GET /Users/{an id nobody has}",
        wants: "404; for Okta with a SCIM Error whose detail says something",
        cost: Cost {
            okta: "Okta's test suite fails; a person removed at your side is never noticed.",
            entra: "A person removed at your side is never noticed (InvalidAnchor is what tells the \
                administrator).",
            rfc: "Clients cannot tell who is gone from a fault.",
        },
        fix: "Answer 404 with a SCIM Error, also for ids that cannot be yours.",
        needs: ACCESS,
        run: |lab| Box::pin(unknown(lab)),
    },
    Check {
        id: "read.strange-id",
        title: "An id that could never be one does not break the server",
        source: "RFC 7644 §3.12",
        sends: "GET /Users/ with a slash, an accent and a quote in the id, percent-encoded",
        wants: "400 or 404, and not 5xx",
        cost: Cost { okta: "", entra: "", rfc: "A client's typing mistake looks like an outage." },
        fix: "Treat an id that is not of your form as unknown.",
        needs: ACCESS,
        run: |lab| Box::pin(strange(lab)),
    },
    Check {
        id: "read.media-type",
        title: "Answers are labelled application/scim+json",
        source: "RFC 7644 §3.1; Entra facts §2",
        sends: "POST and GET of a User, a list, and an unknown id",
        wants: "Content-Type application/scim+json on each",
        cost: Cost {
            okta: "",
            entra: "Microsoft's validator fails every answer labelled otherwise; the engine counts it as \
                ServiceIncompatible.",
            rfc: "Clients that ask for the SCIM media type get something else.",
        },
        fix: "Label every body, errors too, application/scim+json.",
        needs: PERSON,
        run: |lab| Box::pin(labelled(lab)),
    },
    Check {
        id: "read.any-accept",
        title: "Whatever a reader accepts, it is answered",
        source: "RFC 7644 §3.1; Entra facts §2, §13.7",
        sends: "GET /Users?count=1 with Accept application/json, then text/html",
        wants: "200 and never 406; the standard demands it for application/json only",
        cost: Cost {
            okta: "",
            entra: "Entra sends no SCIM Accept: a 406 fails the connection test and quarantines the job.",
            rfc: "Clients that ask for application/json get nothing.",
        },
        fix: "Ignore Accept, or count application/json and */* as good.",
        needs: ACCESS,
        run: |lab| Box::pin(any_accept(lab)),
    },
    Check {
        id: "read.attributes",
        title: "attributes= returns what is asked for, and little else",
        source: "RFC 7644 §3.4.2.5, §3.9",
        sends: "GET /Users/{id}?attributes=userName",
        wants: "id and userName, but no name and no emails",
        cost: Cost {
            okta: "",
            entra: "",
            rfc: "Clients that ask for little get everything, with all its costs.",
        },
        fix: "Apply attributes after reading; id always stays.",
        needs: PERSON,
        run: |lab| Box::pin(only(lab, "userName")),
    },
    Check {
        id: "read.attributes-case",
        title: "attributes= is read in any case",
        source: "RFC 7643 §2.1; RFC 7644 §3.10",
        sends: "GET /Users/{id}?attributes=USERNAME",
        wants: "userName in the answer",
        cost: Cost { okta: "", entra: "", rfc: "Clients with another spelling get an empty User." },
        fix: "Compare attribute names without regard to case.",
        needs: &["access.token", "create.answer", "read.attributes"],
        run: |lab| Box::pin(only(lab, "USERNAME")),
    },
    Check {
        id: "read.attributes-urn",
        title: "attributes= may name an attribute by its schema",
        source: "RFC 7644 §3.10",
        sends: "GET /Users/{id}?attributes=urn:ietf:params:scim:schemas:core:2.0:User:userName",
        wants: "userName in the answer",
        cost: Cost {
            okta: "",
            entra: "",
            rfc: "Clients that qualify names, as the standard tells them, get nothing.",
        },
        fix: "Strip the URN of the core schema from attribute names before looking them up.",
        needs: &["access.token", "create.answer", "read.attributes"],
        run: |lab| Box::pin(only(lab, "urn:ietf:params:scim:schemas:core:2.0:User:userName")),
    },
    Check {
        id: "read.attributes-part",
        title: "attributes= may name a part of an attribute",
        source: "RFC 7644 §3.4.2.5, §3.10",
        sends: "GET /Users/{id}?attributes=name.familyName",
        wants: "name.familyName, without name.givenName",
        cost: Cost { okta: "", entra: "", rfc: "Clients cannot ask for parts." },
        fix: "Follow the dot in attribute names.",
        needs: &["access.token", "create.answer", "read.attributes"],
        run: |lab| Box::pin(part(lab)),
    },
    Check {
        id: "read.excluded",
        title: "excludedAttributes= leaves out what is named, but never the id",
        source: "RFC 7644 §3.4.2.5, §3.9; RFC 7643 §7 (returned: always)",
        sends: "GET /Users/{id}?excludedAttributes=id,name,emails",
        wants: "id and userName, but no name and no emails",
        cost: Cost { okta: "", entra: "", rfc: "Clients that leave out what is large get it nevertheless." },
        fix: "Apply excludedAttributes after reading, except to attributes that are always returned.",
        needs: PERSON,
        run: |lab| Box::pin(excluded(lab)),
    },
];

async fn by_id(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let user = lab.read(&person).await?;
    must(user.get("Resources").is_none(), || "a list came back".to_owned())?;
    must(text(&user, "/id") == person.id, || format!("the id is {:?}", text(&user, "/id")))?;
    let name = text(&user, "/userName");
    must(name.eq_ignore_ascii_case(&person.user_name), || format!("the userName is {name:?}"))
}

/// An id of the form most servers use, which nobody has.
const NOBODY: &str = "/Users/00000000-dead-4bad-8bad-000000000000";

async fn unknown(lab: &mut Lab) -> Judged {
    let answer = lab.get(NOBODY).await;
    refused(&answer, &[404], None)?;
    if lab.profile == Profile::Okta {
        expect::object(&answer)?;
        must(answer.detail().is_some(), || format!("no detail: {}", shown(&answer)))?;
    }
    Ok(())
}

async fn strange(lab: &mut Lab) -> Judged {
    for id in ["..%2F..%2Fetc", "caf%C3%A9%22%27", "a%00b"] {
        let answer = lab.get(format!("/Users/{id}")).await;
        must(answer.failure.is_none() && (400..500).contains(&answer.status), || {
            format!("the id {id} got {}", shown(&answer))
        })?;
    }
    Ok(())
}

async fn labelled(lab: &mut Lab) -> Judged {
    let name = lab.fresh();
    let body = lab.body(&name);
    let created = lab.create(&body).await;
    let id = created.json.as_ref().map(|user| text(user, "/id").to_owned()).unwrap_or_default();
    let read = lab.get(format!("/Users/{}", crate::emulator::wire::percent(&id))).await;
    let list = lab.get("/Users?startIndex=1&count=1").await;
    let missing = lab.get(NOBODY).await;
    for (what, answer) in
        [("the create", created), ("the User", read), ("the list", list), ("the error", missing)]
    {
        must(answer.failure.is_none() && answer.media_type() == "application/scim+json", || {
            let kind = answer.content_type.as_deref().unwrap_or("nothing");
            format!("{what} ({}) is labelled {kind}", answer.status)
        })?;
    }
    Ok(())
}

async fn any_accept(lab: &mut Lab) -> Judged {
    let kinds: &[&str] = match lab.profile {
        Profile::Entra => &["application/json", "text/html", "*/*"],
        _ => &["application/json"],
    };
    for kind in kinds {
        let answer = lab.send(Ask::get("/Users?startIndex=1&count=1").header("accept", *kind)).await;
        must(answer.status == 200, || format!("Accept: {kind} got {}", shown(&answer)))?;
    }
    Ok(())
}

async fn projected(lab: &mut Lab, query: &str) -> Judged<Value> {
    let person = lab.person().await?;
    let answer = lab.get(format!("{}?{query}", person.path())).await;
    expect::status(&answer, &[200])?;
    expect::object(&answer)?;
    let user = answer.json.unwrap_or_default();
    must(text(&user, "/id") == person.id, || "the id, which is always returned, is missing".to_owned())?;
    Ok(user)
}

async fn only(lab: &mut Lab, name: &str) -> Judged {
    let user = projected(lab, &format!("attributes={name}")).await?;
    let when = format!("asked for {name} only");
    must(!text(&user, "/userName").is_empty(), || format!("{when}, userName is missing"))?;
    lacks(&user, "/name", &when).and_then(|()| lacks(&user, "/emails", &when))
}

async fn part(lab: &mut Lab) -> Judged {
    let user = projected(lab, "attributes=name.familyName").await?;
    let when = "asked for name.familyName only";
    expect::holds(&user, "/name/familyName", &"Examiner".into(), when)?;
    lacks(&user, "/name/givenName", when)
}

async fn excluded(lab: &mut Lab) -> Judged {
    let user = projected(lab, "excludedAttributes=id,name,emails").await?;
    let when = "asked for all but name and emails";
    must(!text(&user, "/userName").is_empty(), || format!("{when}, userName is missing"))?;
    lacks(&user, "/name", when).and_then(|()| lacks(&user, "/emails", when))
}
