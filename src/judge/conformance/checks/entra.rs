//! What only Entra asks for: queries and creates.

use super::super::check::{Check, Cost, Judged};
use super::super::expect::{self, ENTERPRISE, USER, holds, keeps, must, shown, skip, text};
use super::super::lab::Lab;
use super::super::line::Ask;
use super::{ACCESS, ENTRA_ESCROW, ENTRA_QUARANTINE, PERSON};
use crate::emulator::wire::{form, quoted};
use serde_json::{Value, json};

/// What stands on a lookup.
const BY_NAME: &[&str] = &["access.token", "create.answer", "filter.user-name"];

const fn cost(entra: &'static str) -> Cost {
    Cost { okta: "", entra, rfc: "" }
}

/// The chapter.
pub const CHECKS: &[Check] = &[
    Check {
        id: "entra.start-check",
        title: "The lookup that begins every job finds nobody, and says so properly",
        source: "Entra facts §3, §13.9, §13.10",
        sends: "GET /Users?filter=userName+eq+%22{a GUID}%22, without Accept and User-Agent",
        wants: "200, labelled application/scim+json, totalResults 0, Resources empty, numbers as numbers",
        cost: cost(ENTRA_QUARANTINE),
        fix: "Answer an empty ListResponse with 200; read + in a query as a blank.",
        needs: PERSON,
        run: |lab| Box::pin(start_check(lab)),
    },
    Check {
        id: "entra.unknown-parameter",
        title: "A query parameter nobody knows is ignored",
        source: "Entra facts §1 (whether aadOptscim062020 is forwarded is unconfirmed)",
        sends: "GET /Users?aadOptscim062020&filter=...",
        wants: "200",
        cost: cost(ENTRA_QUARANTINE),
        fix: "Ignore query parameters that you do not know.",
        needs: ACCESS,
        run: |lab| Box::pin(flagged(lab)),
    },
    Check {
        id: "entra.bare-value",
        title: "A filter's right-hand side may come without quotes",
        source: "Entra facts §5, §13.8",
        sends: "GET /Users?filter=externalId+eq+{id}",
        wants: "200 with that person",
        cost: cost(
            "Microsoft's documentation shows this form: where it is sent, the query fails and quarantines \
                the job.",
        ),
        fix: "Take an unquoted word on the right of eq as text.",
        needs: &["access.token", "create.answer", "filter.external-id"],
        run: |lab| Box::pin(bare(lab)),
    },
    Check {
        id: "entra.work-address",
        title: "A person is found by the work address",
        source: "Entra facts §5",
        sends: "GET /Users?filter=emails[type eq \"work\"].value eq \"{address}\"",
        wants: "200 with that person",
        cost: cost(
            "Where the address is the matching attribute, nobody is matched: everybody is created again.",
        ),
        fix: "Support a path behind a bracket on the left of eq, although the standard's grammar has it \
            otherwise.",
        needs: BY_NAME,
        run: |lab| Box::pin(work_address(lab)),
    },
    Check {
        id: "entra.reference-check",
        title: "id and manager are asked together",
        source: "Entra facts §5 (the exact spelling is unconfirmed)",
        sends: "GET /Users?filter=id eq \"{id}\" and manager eq \"{id of another}\"&attributes=id",
        wants: "200 with a ListResponse",
        cost: cost("The manager's reference check fails: a reference failure in every cycle."),
        fix: "Let id and manager be filtered by, joined by and; manager compares with its value.",
        needs: BY_NAME,
        run: |lab| Box::pin(reference(lab)),
    },
    Check {
        id: "entra.create",
        title: "Entra's own create is taken as it comes",
        source: "Entra facts §6",
        sends: "POST /Users with meta, roles [], the enterprise extension, title, displayName, \
            name.formatted",
        wants: "201; userName, externalId, displayName, title, names and work address as sent",
        cost: cost(ENTRA_ESCROW),
        fix: "Ignore meta, take empty arrays, and return what was sent unchanged.",
        needs: PERSON,
        run: |lab| Box::pin(create(lab)),
    },
    Check {
        id: "entra.create-active-text",
        title: "active may come as the text \"True\"",
        source: "Entra facts §6, §13.2",
        sends: "POST /Users with active \"True\"",
        wants: "201 with active true as a boolean",
        cost: cost("The default mapping of active is a text expression: every create goes to escrow."),
        fix: "Read \"True\" and \"False\" in any case where a boolean is due; answer booleans.",
        needs: PERSON,
        run: |lab| Box::pin(active_text(lab)),
    },
    Check {
        id: "entra.create-nulls",
        title: "Nulls and a malformed URN in a create are ignored",
        source: "Entra facts §6 (Microsoft's own example), §13.19",
        sends: "POST /Users with addresses null, manager null, and data under a URN without its last colon",
        wants: "201",
        cost: cost(ENTRA_ESCROW),
        fix: "Ignore null members and members under URNs that you do not know.",
        needs: PERSON,
        run: |lab| Box::pin(create_nulls(lab)),
    },
    Check {
        id: "entra.unlisted-extension",
        title: "Extension data counts although schemas does not list its URN",
        source: "Entra facts §6 (custom extension data whose URN is not listed in schemas)",
        sends: "POST /Users with department under the enterprise URN, schemas naming the core alone",
        wants: "201 with the department",
        cost: cost("The value is lost: it counts as different and is sent again every cycle."),
        fix: "Read extension data by its key, whatever schemas lists.",
        needs: &["access.token", "create.answer", "create.enterprise"],
        run: |lab| Box::pin(unlisted(lab)),
    },
];

async fn start_check(lab: &mut Lab) -> Judged {
    lab.person().await?;
    let guid = uuid_of(lab.mark());
    let answer = lab.search(&Lab::by_name(&guid), "").await;
    let page = expect::page(&answer)?;
    must(page.total == 0 && page.resources.is_empty(), || {
        format!("{} people for a random GUID: the filter is not applied", page.total)
    })?;
    must(answer.media_type() == "application/scim+json", || {
        format!("labelled {}", answer.content_type.as_deref().unwrap_or("nothing"))
    })?;
    let body = answer.json.clone().unwrap_or_default();
    must(body.get("Resources").is_none_or(Value::is_array), || format!("Resources: {}", shown(&answer)))
}

/// Something in the form of a GUID that nobody has.
fn uuid_of(mark: &str) -> String {
    format!("7d0c1f5e-0000-4000-8000-{mark:0>12}")
}

async fn flagged(lab: &mut Lab) -> Judged {
    let filter = form(&Lab::by_name(&uuid_of(lab.mark())));
    let answer = lab.get(format!("/Users?aadOptscim062020&filter={filter}")).await;
    expect::page(&answer).map(drop)
}

async fn bare(lab: &mut Lab) -> Judged {
    let name = lab.fresh();
    let mut body = lab.body(&name);
    let id = format!("jyoung{}", lab.mark());
    body["externalId"] = json!(id);
    let person = lab.person_like(&body).await?;
    keeps(&person.created, "/externalId")?;
    let answer = lab.search(&format!("externalId eq {id}"), "").await;
    if let (400, Some(detail)) = (answer.status, answer.detail()) {
        return skip(format!(
            "the server wants quotes, as the standard does, and says so: {detail} (that Entra ID sends \
                this form is shown by one example only)"
        ));
    }
    let page = expect::page(&answer)?;
    must(page.has(&person.id), || "the person is not found".to_owned())
}

async fn work_address(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    keeps(&person.created, "/emails")?;
    let page = lab.find(&format!("emails[type eq \"work\"].value eq {}", quoted(&person.user_name))).await?;
    must(page.has(&person.id), || "the person is not found".to_owned())?;
    must(page.total == 1, || format!("{} people are found", page.total))
}

async fn reference(lab: &mut Lab) -> Judged {
    let (person, other) = (lab.person().await?, lab.person().await?);
    let by = |manager: &str| {
        let (id, boss) = (quoted(&person.id), quoted(&other.id));
        format!("id eq {id} and {manager} eq {boss}")
    };
    let answer = lab.search(&by("manager"), "&attributes=id").await;
    let refused = expect::declined(&answer);
    if refused {
        let long = lab.search(&by(&format!("{ENTERPRISE}:manager.value")), "&attributes=id").await;
        if expect::page(&long).is_ok_and(|page| page.total == 0) {
            return skip(format!(
                "the server takes the attribute's full name only, and how Entra ID spells it is \
                    unconfirmed: {}",
                shown(&answer)
            ));
        }
    }
    let page = expect::page(&answer)?;
    must(page.total == 0, || "found, although the person has no manager".to_owned())
}

async fn create(lab: &mut Lab) -> Judged {
    let name = lab.fresh();
    let local = name.split('@').next().unwrap_or_default().to_owned();
    let body = json!({
        "schemas": [USER, ENTERPRISE],
        "externalId": local, "userName": name, "active": true,
        "displayName": "Robin Examiner", "title": "Analyst",
        "emails": [{"primary": true, "type": "work", "value": name}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "Robin Examiner", "familyName": "Examiner", "givenName": "Robin"},
        "roles": [],
        ENTERPRISE: {"department": "Sales"},
    });
    let answer = lab.create(&body).await;
    expect::status(&answer, &[201])?;
    let user = answer.json.unwrap_or_default();
    for pointer in
        ["/userName", "/externalId", "/displayName", "/title", "/name/familyName", "/name/givenName"]
    {
        let sent = body.pointer(pointer).cloned().unwrap_or_default();
        holds(&user, pointer, &sent, "after the create")?;
    }
    let address = expect::element(&user, "emails", "work").map(|one| text(one, "/value").to_owned());
    must(address.as_deref() == Some(name.as_str()), || format!("the work address is {address:?}"))
}

async fn active_text(lab: &mut Lab) -> Judged {
    let name = lab.fresh();
    let mut body = lab.body(&name);
    body["active"] = json!("True");
    let answer = lab.create(&body).await;
    expect::status(&answer, &[201])?;
    let user = answer.json.unwrap_or_default();
    holds(&user, "/active", &json!(true), "after the create")
}

async fn create_nulls(lab: &mut Lab) -> Judged {
    let name = lab.fresh();
    let mut body = lab.body(&name);
    body["addresses"] = Value::Null;
    body["urn:ietf:params:scim:schemas:extension:enterprise:2.0User"] = json!({"department": "bob"});
    body[ENTERPRISE] = json!({"manager": null});
    let answer = lab.send(Ask::post("/Users", &body)).await;
    expect::status(&answer, &[201])
}

async fn unlisted(lab: &mut Lab) -> Judged {
    let name = lab.fresh();
    let mut body = lab.body(&name);
    body[ENTERPRISE] = json!({"department": "Sales"});
    let answer = lab.create(&body).await;
    expect::status(&answer, &[201])?;
    let user = answer.json.unwrap_or_default();
    holds(&user, &format!("/{ENTERPRISE}/department"), &json!("Sales"), "after the create")
}
