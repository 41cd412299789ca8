//! Filters: what every IdP asks before it writes, and what the standard lets clients ask.

use super::super::check::{Check, Cost, Judged, Stop};
use super::super::expect::{self, fail, keeps, must, refused, shown, text};
use super::super::lab::{Lab, Person};
use super::{ACCESS, ENTRA_QUARANTINE, PERSON};
use crate::emulator::wire::quoted;

/// Filters beyond equality stand on this.
const BY_NAME: &[&str] = &["access.token", "create.answer", "filter.user-name"];

/// The chapter.
pub const CHECKS: &[Check] = &[
    Check {
        id: "filter.user-name",
        title: "A person is found by userName",
        source: "RFC 7644 §3.4.2.2; Okta facts §6.1; Entra facts §5",
        sends: "GET /Users?filter=userName eq \"{name}\", with two people there at least",
        wants: "200 with that one person",
        cost: Cost {
            okta: "Okta cannot link: it creates, meets 409, and the assignment ends as a task.",
            entra: "No match: the person is created again, or meets 409 and goes to escrow.",
            rfc: "Clients cannot find anybody.",
        },
        fix: "Support `userName eq` and return exactly the matches.",
        needs: PERSON,
        run: |lab| Box::pin(by_name(lab)),
    },
    Check {
        id: "filter.nobody",
        title: "A filter that matches nobody is 200 with totalResults 0",
        source: "RFC 7644 §3.4.2; Okta facts §4, §6.1; Entra facts §3",
        sends: "GET /Users?filter=userName eq \"{a random name}\", with one person there at least",
        wants: "200 with totalResults 0 and no Resources",
        cost: Cost {
            okta: "Okta's test suite fails (a 404 is tolerated by the connector itself); anything else \
                stops the assignment.",
            entra: ENTRA_QUARANTINE,
            rfc: "Clients take \"nobody\" for a fault.",
        },
        fix: "Answer an empty ListResponse with 200, never 404 or 204.",
        needs: PERSON,
        run: |lab| Box::pin(nobody(lab)),
    },
    Check {
        id: "filter.user-name-case",
        title: "A person is found by userName in another case",
        source: "RFC 7643 §4.1.1 (userName is not caseExact); Okta facts §4, §14.24; Entra facts §5",
        sends: "GET /Users?filter=userName eq \"{NAME IN CAPITALS}\"",
        wants: "200 with that person",
        cost: Cost {
            okta: "A person whose login is written in another case is not linked but created again.",
            entra: "The validator fails; the person is created again.",
            rfc: "Clients miss people whose name is written in another case.",
        },
        fix: "Compare userName without regard to case.",
        needs: BY_NAME,
        run: |lab| Box::pin(in_capitals(lab)),
    },
    Check {
        id: "filter.words-case",
        title: "Attribute names and operators are read in any case",
        source: "RFC 7644 §3.4.2.2; RFC 7643 §2.1",
        sends: "GET /Users?filter=USERNAME EQ \"{name}\"",
        wants: "200 with that person",
        cost: Cost { okta: "", entra: "", rfc: "Clients with another spelling find nobody." },
        fix: "Compare attribute names and operators without regard to case.",
        needs: BY_NAME,
        run: |lab| Box::pin(words_in_capitals(lab)),
    },
    Check {
        id: "filter.quotes",
        title: "A quote and a backslash inside a value are values",
        source: "RFC 7644 §3.4.2.2 (values are JSON strings)",
        sends: "GET /Users?filter=userName eq \"a\\\"b\\\\c...\"",
        wants: "200 with totalResults 0",
        cost: Cost {
            okta: "An odd login stops its assignment, or breaks out of the filter into your database.",
            entra: ENTRA_QUARANTINE,
            rfc: "Values with quotes cannot be asked for, or break out of the filter.",
        },
        fix: "Parse filter values as JSON strings, and pass them to the database as parameters.",
        needs: BY_NAME,
        run: |lab| Box::pin(quotes(lab)),
    },
    Check {
        id: "filter.external-id",
        title: "A person is found by externalId",
        source: "RFC 7644 §3.4.2.2; Okta facts §7.4; Entra facts §5",
        sends: "GET /Users?filter=externalId eq \"{id}\"",
        wants: "200 with that one person",
        cost: Cost {
            okta: "",
            entra: "Where externalId is the matching attribute, nobody is matched: everybody is created \
                again.",
            rfc: "Clients cannot find people by their own id.",
        },
        fix: "Support `externalId eq`.",
        needs: BY_NAME,
        run: |lab| Box::pin(external(lab)),
    },
    Check {
        id: "filter.and",
        title: "Two conditions are joined by and",
        source: "RFC 7644 §3.4.2.2; Entra facts §5",
        sends: "GET /Users?filter=userName eq \"{name}\" and active eq true, then active eq false",
        wants: "that person, then nobody",
        cost: Cost {
            okta: "",
            entra: "Reference checks (id and manager) fail: managers are written again every cycle.",
            rfc: "Clients cannot combine conditions.",
        },
        fix: "Support `and`.",
        needs: BY_NAME,
        run: |lab| Box::pin(both(lab)),
    },
    Check {
        id: "filter.or-not",
        title: "or, not and brackets mean what they say",
        source: "RFC 7644 §3.4.2.2",
        sends: "GET /Users?filter=(userName eq \"{a}\" or userName eq \"{b}\") and not (userName eq \"{b}\")",
        wants: "a, and not b",
        cost: Cost { okta: "", entra: "", rfc: "Clients get the wrong people." },
        fix: "Support `or`, `not ( )` and grouping, `and` before `or`.",
        needs: BY_NAME,
        run: |lab| Box::pin(grouped(lab)),
    },
    Check {
        id: "filter.operators",
        title: "sw, ew, co, ne and pr find what they should",
        source: "RFC 7644 §3.4.2.2, Table 3",
        sends: "GET /Users?filter={operator on userName}, one after the other",
        wants: "that person by sw, ew, co and pr; not by ne",
        cost: Cost { okta: "", entra: "", rfc: "Clients that search get an error or the wrong people." },
        fix: "Support every operator of Table 3, or set filter.supported to false.",
        needs: BY_NAME,
        run: |lab| Box::pin(operators(lab)),
    },
    Check {
        id: "filter.moments",
        title: "Moments are compared as moments",
        source: "RFC 7644 §3.4.2.2 (gt, ge, lt, le)",
        sends: "GET /Users?filter=userName eq \"{name}\" and meta.lastModified gt, then lt, a moment in 2001",
        wants: "that person by gt, nobody by lt",
        cost: Cost {
            okta: "",
            entra: "",
            rfc: "Clients that ask what changed since get everything or nothing.",
        },
        fix: "Compare dateTime attributes by time, not by text.",
        needs: &["access.token", "create.answer", "filter.and"],
        run: |lab| Box::pin(moments(lab)),
    },
    Check {
        id: "filter.value-path",
        title: "A condition on one element of a multi-valued attribute",
        source: "RFC 7644 §3.4.2.2 (complex attribute filter grouping)",
        sends: "GET /Users?filter=emails[type eq \"work\" and value eq \"{address}\"], then type \"home\"",
        wants: "that person, then nobody",
        cost: Cost { okta: "", entra: "", rfc: "Clients match people by a mixture of their addresses." },
        fix: "Hold all conditions of a bracket against the same element.",
        needs: BY_NAME,
        run: |lab| Box::pin(value_path(lab)),
    },
    Check {
        id: "filter.invalid",
        title: "A filter that makes no sense is refused as such",
        source: "RFC 7644 §3.4.2.2, §3.12",
        sends: "GET /Users?filter=userName frobs \"x\"",
        wants: "400 with scimType invalidFilter",
        cost: Cost {
            okta: "",
            entra: "",
            rfc: "A client that errs gets everybody (and may delete them), or what looks like an outage.",
        },
        fix: "Refuse what you cannot parse with 400 and scimType \"invalidFilter\"; never ignore a filter.",
        needs: ACCESS,
        run: |lab| Box::pin(nonsense(lab)),
    },
];

/// Exactly this person.
async fn finds(lab: &mut Lab, filter: &str, person: &Person) -> Judged {
    let answer = lab.search(filter, "").await;
    let page = expect::page(&answer)?;
    must(page.has(&person.id), || format!("{filter} does not find the person: {}", shown(&answer)))?;
    must(page.total == 1 && page.resources.len() == 1, || format!("{filter} finds {} people", page.total))
}

async fn misses(lab: &mut Lab, filter: &str, person: &Person) -> Judged {
    let page = lab.find(filter).await?;
    must(!page.has(&person.id), || format!("{filter} finds the person nevertheless"))
}

async fn by_name(lab: &mut Lab) -> Judged {
    lab.unless_denied("filter")?;
    // A second person, so that a filter that is ignored is seen.
    let (_, person) = (lab.person().await?, lab.person().await?);
    finds(lab, &Lab::by_name(&person.user_name), &person).await
}

async fn nobody(lab: &mut Lab) -> Judged {
    lab.unless_denied("filter")?;
    lab.person().await?;
    let name = lab.fresh();
    let answer = lab.search(&Lab::by_name(&name), "").await;
    let page = expect::page(&answer)?;
    must(page.total == 0 && page.resources.is_empty(), || {
        format!("{} people for a random name: the filter is not applied", page.total)
    })
}

async fn in_capitals(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    finds(lab, &Lab::by_name(&person.user_name.to_uppercase()), &person).await
}

async fn words_in_capitals(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    finds(lab, &format!("USERNAME EQ {}", quoted(&person.user_name)), &person).await
}

async fn quotes(lab: &mut Lab) -> Judged {
    let odd = format!("a\"b\\c or userName pr or \"{}", lab.mark());
    let page = lab.find(&Lab::by_name(&odd)).await?;
    must(page.total == 0, || format!("{} people: the quote ended the value", page.total))
}

async fn external(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    keeps(&person.created, "/externalId")?;
    let id = text(&person.created, "/externalId").to_owned();
    finds(lab, &format!("externalId eq {}", quoted(&id)), &person).await
}

async fn both(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    keeps(&person.created, "/active")?;
    let name = Lab::by_name(&person.user_name);
    finds(lab, &format!("{name} and active eq true"), &person).await?;
    misses(lab, &format!("{name} and active eq false"), &person).await
}

async fn grouped(lab: &mut Lab) -> Judged {
    let (a, b) = (lab.person().await?, lab.person().await?);
    let (is_a, is_b) = (Lab::by_name(&a.user_name), Lab::by_name(&b.user_name));
    finds(lab, &format!("({is_a} or {is_b}) and not ({is_b})"), &a).await
}

async fn operators(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    let name = person.user_name.clone();
    let local = name.split('@').next().unwrap_or_default().to_owned();
    let id = &person.id;
    let one = quoted(id);
    let mut bad: Vec<String> = Vec::new();
    for (operator, value, meant) in [
        ("sw", local.as_str(), true),
        ("ew", &name[5.min(name.len())..], true),
        ("co", &local[5.min(local.len())..], true),
        ("ne", name.as_str(), false),
    ] {
        let filter = format!("userName {operator} {}", quoted(value));
        // `ne` alone would list everybody; a second condition keeps it to this person.
        let filter = if meant { filter } else { format!("id eq {one} and {filter}") };
        match lab.find(&filter).await {
            Ok(page) if page.has(id) == meant => {}
            Ok(page) => bad.push(format!("{operator} finds {} people", page.total)),
            Err(stop) => bad.push(format!("{operator}: {}", said(&stop))),
        }
    }
    match lab.find(&format!("{} and userName pr", Lab::by_name(&name))).await {
        Ok(page) if page.has(id) => {}
        Ok(page) => bad.push(format!("pr finds {} people", page.total)),
        Err(stop) => bad.push(format!("pr: {}", said(&stop))),
    }
    if bad.is_empty() { Ok(()) } else { fail(bad.join("; ")) }
}

fn said(stop: &Stop) -> &str {
    match stop {
        Stop::Fail(why) | Stop::Skip(why) => why,
    }
}

async fn moments(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    keeps(&person.created, "/meta/lastModified")?;
    let name = Lab::by_name(&person.user_name);
    finds(lab, &format!("{name} and meta.lastModified gt \"2001-01-01T00:00:00Z\""), &person).await?;
    misses(lab, &format!("{name} and meta.lastModified lt \"2001-01-01T00:00:00Z\""), &person).await
}

async fn value_path(lab: &mut Lab) -> Judged {
    let person = lab.person().await?;
    keeps(&person.created, "/emails")?;
    let address = quoted(&person.user_name);
    finds(lab, &format!("emails[type eq \"work\" and value eq {address}]"), &person).await?;
    misses(lab, &format!("emails[type eq \"home\" and value eq {address}]"), &person).await
}

async fn nonsense(lab: &mut Lab) -> Judged {
    lab.unless_denied("filter")?;
    let answer = lab.search("userName frobs \"x\"", "").await;
    refused(&answer, &[400], Some("invalidFilter"))
}
