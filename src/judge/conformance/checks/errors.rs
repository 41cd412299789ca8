//! Errors: their body, and what lies outside the protocol.

use super::super::check::{Check, Cost, Judged, Profile};
use super::super::expect::{self, ERROR, declined, must, shown};
use super::super::lab::Lab;
use super::super::line::Ask;
use super::ACCESS;
use crate::emulator::wire::Answer;
use reqwest::Method;
use serde_json::{Value, json};

/// What the form of errors stands on.
const UNKNOWN: &[&str] = &["access.token", "read.unknown-id"];

/// The chapter.
pub const CHECKS: &[Check] = &[
    Check {
        id: "error.body",
        title: "An error is a SCIM Error",
        source: "RFC 7644 §3.12; Okta facts §2, §14.17; Entra facts §10",
        sends: "GET /Users/{an id nobody has}",
        wants: "a JSON body; for the standard with the Error URN in schemas",
        cost: Cost {
            okta: "Okta fails a second time, on parsing the error, and the administrator sees the parse \
                failure instead of the cause.",
            entra: "The administrator sees nothing useful in the provisioning log.",
            rfc: "Clients cannot read why they were refused.",
        },
        fix: "Answer every error with a SCIM Error as body, from every layer.",
        needs: UNKNOWN,
        run: |lab| Box::pin(body(lab)),
    },
    Check {
        id: "error.status",
        title: "An error repeats its status, as text",
        source: "RFC 7644 §3.12",
        sends: "GET /Users/{an id nobody has}",
        wants: "status \"404\" as a JSON string",
        cost: Cost { okta: "", entra: "", rfc: "Clients that read the body's status fail on a number." },
        fix: "Write status as a string.",
        needs: &["access.token", "error.body"],
        run: |lab| Box::pin(status(lab)),
    },
    Check {
        id: "error.detail",
        title: "An error says in words what is wrong",
        source: "RFC 7644 §3.12; Okta facts §12; Entra facts §10",
        sends: "a POST that clashes, or one without userName",
        wants: "a detail that says something",
        cost: Cost {
            okta: "detail is all the administrator ever sees: the task has no reason.",
            entra: "The provisioning log shows a code and no reason.",
            rfc: "",
        },
        fix: "Fill detail with a sentence that tells an administrator what to do.",
        needs: ACCESS,
        run: |lab| Box::pin(detail(lab)),
    },
    Check {
        id: "error.unknown-endpoint",
        title: "An endpoint that does not exist is 404",
        source: "RFC 7644 §3.12; Okta facts §2, §14.17",
        sends: "GET /Nonsense",
        wants: "404; for Okta with a JSON body",
        cost: Cost {
            okta: "A wrong URL shows as a failure to parse HTML.",
            entra: "",
            rfc: "Clients cannot tell what the server has.",
        },
        fix: "Let the router's own 404 be a SCIM Error too.",
        needs: ACCESS,
        run: |lab| Box::pin(nonsense(lab)),
    },
    Check {
        id: "error.method",
        title: "A method that an endpoint does not have is refused as such",
        source: "RFC 7644 §3.2, Table 2; RFC 9110 §15.5.6",
        sends: "PUT /Users",
        wants: "405 with Allow; 404 and 501 will do",
        cost: Cost {
            okta: "",
            entra: "",
            rfc: "Clients believe that something was done, or meet an outage.",
        },
        fix: "Answer 405 with an Allow header.",
        needs: ACCESS,
        run: |lab| Box::pin(method(lab)),
    },
];

async fn missing(lab: &mut Lab) -> Judged<Answer> {
    let answer = lab.get("/Users/00000000-dead-4bad-8bad-000000000000").await;
    expect::status(&answer, &[404])?;
    Ok(answer)
}

async fn body(lab: &mut Lab) -> Judged {
    let answer = missing(lab).await?;
    let body = expect::object(&answer)?;
    let named =
        body.get("schemas").and_then(Value::as_array).is_some_and(|all| all.iter().any(|urn| urn == ERROR));
    must(named || lab.profile != Profile::Rfc, || {
        format!("schemas does not name {ERROR}: {}", shown(&answer))
    })
}

async fn status(lab: &mut Lab) -> Judged {
    let answer = missing(lab).await?;
    let told = expect::object(&answer)?.get("status");
    must(told == Some(&json!("404")), || {
        format!("status is {}", told.map_or_else(|| "missing".to_owned(), Value::to_string))
    })
}

async fn detail(lab: &mut Lab) -> Judged {
    let name = lab.fresh();
    let body = lab.body(&name);
    lab.create(&body).await;
    let mut answer = lab.create(&body).await;
    if !declined(&answer) {
        answer = lab.create(&json!({"schemas": [expect::USER]})).await;
    }
    if !declined(&answer) {
        return expect::skip("the server refuses neither a clash nor a User without userName");
    }
    must(answer.detail().is_some(), || format!("no detail: {}", shown(&answer)))
}

async fn nonsense(lab: &mut Lab) -> Judged {
    let answer = lab.get("/Nonsense").await;
    expect::status(&answer, &[404])?;
    match lab.profile {
        Profile::Okta => expect::object(&answer).map(drop),
        _ => Ok(()),
    }
}

async fn method(lab: &mut Lab) -> Judged {
    let answer = lab.send(Ask::with(Method::PUT, "/Users", &json!({}))).await;
    expect::status(&answer, &[405, 404, 501])?;
    must(answer.status != 405 || answer.header("allow").is_some(), || {
        "405 without an Allow header".to_owned()
    })
}
