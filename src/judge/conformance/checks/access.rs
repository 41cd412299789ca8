//! Who gets in, and what the others are told.

use super::super::check::{Check, Cost, Judged, Profile};
use super::super::expect::{self, must, shown};
use super::super::lab::Lab;
use super::super::line::{Ask, Credential};
use super::ACCESS;

/// The chapter.
pub const CHECKS: &[Check] = &[
    Check {
        id: "access.token",
        title: "The token opens the door, and /Users answers with a list",
        source: "RFC 7644 §2, §3.4.2; Okta facts §4; Entra facts §3",
        sends: "GET /Users?startIndex=1&count=2 with the bearer token",
        wants: "200 with a ListResponse",
        cost: Cost {
            okta: "\"Test API Credentials\" fails, and provisioning cannot be switched on.",
            entra: "The connection test fails; a running job goes to quarantine \
                (EncounteredQuarantineException).",
            rfc: "No client can do anything.",
        },
        fix: "Check target (it usually ends in /scim/v2) and token, and answer GET /Users with a \
            ListResponse.",
        needs: &[],
        run: |lab| Box::pin(token(lab)),
    },
    Check {
        id: "access.wrong-token",
        title: "A wrong token is refused with 401",
        source: "RFC 7644 §3.12; Okta facts §3; Entra facts §10",
        sends: "GET /Users?count=1 with a token nobody issued",
        wants: "401; for Okta with a SCIM Error whose status is 401 and whose detail says something",
        cost: Cost {
            okta: "Okta's test suite fails; an administrator with an old token sees no reason.",
            entra: "The administrator does not learn that the credential is wrong; if the data is served, \
                anybody can read it.",
            rfc: "A client cannot tell a wrong credential from another fault; a success is an open door.",
        },
        fix: "Check the Authorization header before anything else; answer 401 with a SCIM Error as body.",
        needs: ACCESS,
        run: |lab| Box::pin(wrong_token(lab)),
    },
    Check {
        id: "access.no-token",
        title: "No token at all is refused with 401",
        source: "RFC 7644 §3.12; Okta facts §3",
        sends: "GET /Users?count=1 without an Authorization header",
        wants: "401",
        cost: Cost {
            okta: "Okta's test suite fails; everybody's data lies open when this is a success.",
            entra: "Everybody's data lies open when this is a success.",
            rfc: "Everybody's data lies open when this is a success.",
        },
        fix: "Refuse requests without credentials with 401, on every endpoint that shows people.",
        needs: ACCESS,
        run: |lab| Box::pin(no_token(lab)),
    },
    Check {
        id: "access.challenge",
        title: "A 401 names the scheme it wants",
        source: "RFC 9110 §11.6.1; RFC 7644 §2",
        sends: "GET /Users?count=1 without an Authorization header",
        wants: "a WWW-Authenticate header on the 401",
        cost: Cost { okta: "", entra: "", rfc: "HTTP clients that negotiate do not know what to offer." },
        fix: "Add `WWW-Authenticate: Bearer` to every 401.",
        needs: &["access.token", "access.no-token"],
        run: |lab| Box::pin(challenge(lab)),
    },
    Check {
        id: "access.scheme-case",
        title: "The word Bearer may be written in any case",
        source: "RFC 9110 §11.1 (schemes are case-insensitive); RFC 6750 §2.1",
        sends: "GET /Users?count=1 with `Authorization: bearer <token>`",
        wants: "200",
        cost: Cost {
            okta: "",
            entra: "",
            rfc: "Clients that write the scheme in lower case are locked out.",
        },
        fix: "Compare the scheme of the Authorization header without regard to case.",
        needs: ACCESS,
        run: |lab| Box::pin(scheme_case(lab)),
    },
];

/// Enough to see whether a door is open.
const PEEP: &str = "/Users?startIndex=1&count=1";

async fn token(lab: &mut Lab) -> Judged {
    let answer = lab.get("/Users?startIndex=1&count=2").await;
    expect::page(&answer).map(drop)
}

async fn wrong_token(lab: &mut Lab) -> Judged {
    let wrong = Credential::Other(format!("Bearer not-a-token-{}", lab.mark()));
    let answer = lab.send(Ask::get(PEEP).credential(wrong)).await;
    match lab.profile {
        Profile::Entra => expect::status(&answer, &[401, 403]),
        Profile::Rfc => expect::status(&answer, &[401]),
        Profile::Okta => {
            expect::status(&answer, &[401])?;
            let body = expect::object(&answer)?;
            let told = body.get("status").map(|told| told.to_string().trim_matches('"').to_owned());
            must(told.as_deref() == Some("401"), || {
                format!("no status 401 in the body: {}", shown(&answer))
            })?;
            must(answer.detail().is_some(), || format!("no detail in the body: {}", shown(&answer)))
        }
    }
}

async fn no_token(lab: &mut Lab) -> Judged {
    let answer = lab.send(Ask::get(PEEP).credential(Credential::Absent)).await;
    let good: &[u16] = if lab.profile == Profile::Entra { &[401, 403] } else { &[401] };
    expect::status(&answer, good)
}

async fn challenge(lab: &mut Lab) -> Judged {
    let answer = lab.send(Ask::get(PEEP).credential(Credential::Absent)).await;
    expect::status(&answer, &[401])?;
    must(answer.header("www-authenticate").is_some(), || "the 401 has no WWW-Authenticate".to_owned())
}

async fn scheme_case(lab: &mut Lab) -> Judged {
    let lower = lab.line().in_lower_case();
    let answer = lab.send(Ask::get(PEEP).credential(lower)).await;
    expect::status(&answer, &[200])
}
