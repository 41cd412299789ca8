//! What the provisioning service makes of an answer.

use serde_json::Value;

use super::person::{Change, ENTERPRISE, read};
use crate::emulator::transcript::Verdict;
use crate::emulator::wire::Answer;

/// What every log code begins with.
const CODE: &str = "SystemForCrossDomainIdentityManagement";

/// [`Verdict::Wrong`] in fewer letters.
pub(super) fn wrong(why: impl Into<String>) -> Verdict {
    Verdict::Wrong { why: why.into() }
}

/// Checks what holds for every answer: one came, and it is labelled.
///
/// Source: Entra facts §2 (every response `application/scim+json`), §10 (timeouts).
pub(super) fn labelled(answer: &Answer) -> Result<(), Verdict> {
    if let Some(why) = &answer.failure {
        return Err(wrong(format!(
            "no answer ({why}): Timeout or WebExceptionProtocolError, retried in 40 minutes [§10]"
        )));
    }
    if (300..400).contains(&answer.status) {
        return Err(wrong("a redirect, where a SCIM answer is due"));
    }
    if answer.raw.is_empty() && answer.status == 204 {
        return Ok(());
    }
    if answer.media_type() != "application/scim+json" {
        return Err(wrong(format!(
            "the {} answer is labelled \"{}\", not application/scim+json: ServiceIncompatible, and \
             Microsoft's validator fails it [§2]",
            answer.status,
            answer.content_type.as_deref().unwrap_or("nothing"),
        )));
    }
    Ok(())
}

/// What an answer outside 2xx does to the one object being exported.
///
/// Source: Entra facts §10.
pub(super) fn refusal(answer: &Answer) -> Verdict {
    if let Err(verdict) = labelled(answer) {
        return verdict;
    }
    let (code, then) = match answer.status {
        200..300 => return wrong(format!("{} is no success Entra knows here", answer.status)),
        400 => (
            format!("{CODE}BadRequest"),
            "the person goes to escrow: tried next cycle, then less and less often",
        ),
        401 => {
            ("Unauthorized".to_owned(), "object failure; at the start check the whole job goes to quarantine")
        }
        403 => (
            "InsufficientRights".to_owned(),
            "object failure; at the start check the whole job goes to quarantine",
        ),
        404 => ("InvalidAnchor".to_owned(), "the person no longer exists; only a restart matches again"),
        405 => ("MethodNotAllowed".to_owned(), "object failure"),
        409 => ("EntryConflict".to_owned(), "object failure"),
        422 => ("UnprocessableEntity".to_owned(), "object failure"),
        429 => ("TooManyRequests".to_owned(), "retried by itself"),
        501 => ("NotImplemented".to_owned(), "object failure"),
        500..600 => ("InternalServerError".to_owned(), "retried in 40 minutes"),
        other => (format!("status {other}"), "object failure"),
    };
    let detail = answer.detail().unwrap_or("(no detail: the administrator learns nothing)");
    Verdict::Refused { detail: format!("{code}: {} {detail} [{then}, §10]", answer.status) }
}

/// Reads a ListResponse. Anything but 200 endangers the whole job.
///
/// Source: Entra facts §3 (start check), §10 (404 on a filter, 401 and 403), §2 (label).
pub(super) fn list(answer: &Answer) -> Result<(u64, Vec<Value>), Verdict> {
    labelled(answer)?;
    match answer.status {
        200 => {}
        404 => {
            return Err(wrong(
                "404 on a query is a SCIM compliance issue: the whole job goes to quarantine at \
                 once [§3, §10]",
            ));
        }
        401 | 403 => {
            let detail = answer.detail().unwrap_or("(no detail)");
            return Err(Verdict::Refused {
                detail: format!(
                    "{CODE}CredentialValidationFailure: {} {detail} [EncounteredQuarantineException: \
                     the whole job goes to quarantine, §3]",
                    answer.status
                ),
            });
        }
        _ => return Err(refusal(answer)),
    }
    let incompatible = |what: &str| wrong(format!("{what}: {CODE}ServiceIncompatible [§10]"));
    let Some(list) = answer.json.as_ref() else {
        return Err(incompatible("the list is no JSON"));
    };
    for name in ["totalResults", "startIndex", "itemsPerPage"] {
        if list.get(name).is_some_and(|value| !value.is_number()) {
            return Err(incompatible(&format!("{name} is no JSON number")));
        }
    }
    let Some(total) = list.get("totalResults").and_then(Value::as_u64) else {
        return Err(incompatible("totalResults is missing"));
    };
    let resources = match list.get("Resources") {
        Some(Value::Array(resources)) => resources.clone(),
        None if total == 0 => Vec::new(),
        _ => return Err(incompatible("Resources is no array")),
    };
    Ok((total, resources))
}

/// Checks a query that must find nothing.
///
/// Source: Entra facts §3.
pub(super) fn empty(answer: &Answer) -> Result<(), Verdict> {
    match list(answer)? {
        (0, resources) if resources.is_empty() => Ok(()),
        (total, _) => Err(wrong(format!("{total} hits for a random GUID: the filter is not applied [§3]"))),
    }
}

/// Checks a User: what the matching step reads, and no complex attribute in another shape.
///
/// Source: Entra facts §6 (a manager that is no object fails every managed person), §8.1 (`active` must be
/// present).
pub(super) fn user(resource: &Value) -> Result<(), Verdict> {
    let text = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("id").is_empty() {
        return Err(wrong(
            "a User without an id: nothing to remember, so it is created again and again [§5]",
        ));
    }
    if text("userName").is_empty() {
        return Err(wrong("a User without userName [§6]"));
    }
    if !resource.get("active").is_some_and(Value::is_boolean) {
        return Err(wrong("active is missing or no JSON boolean; Microsoft's validator fails it [§8.1]"));
    }
    let incompatible =
        |what: &str| wrong(format!("{what}: {CODE}ServiceIncompatible, at the matching step [§6]"));
    let manager = resource.get(ENTERPRISE).and_then(|enterprise| enterprise.get("manager"));
    for (name, value) in
        [("name", resource.get("name")), ("manager", manager), ("meta", resource.get("meta"))]
    {
        if value.is_some_and(|value| !value.is_object()) {
            return Err(incompatible(&format!("{name} is no object")));
        }
    }
    for name in ["emails", "phoneNumbers", "addresses", "roles", "schemas"] {
        if resource.get(name).is_some_and(|value| !value.is_array()) {
            return Err(incompatible(&format!("{name} is no array")));
        }
    }
    if resource.get("password").is_some() {
        return Err(wrong("the answer gives a password back"));
    }
    Ok(())
}

/// Checks an answer that holds one User under a known id.
pub(super) fn single(answer: &Answer, id: &str) -> Result<(), Verdict> {
    labelled(answer)?;
    if answer.status != 200 {
        return Err(refusal(answer));
    }
    let Some(body) = answer.json.as_ref() else {
        return Err(wrong(format!("200 without JSON: {CODE}ServiceIncompatible [§10]")));
    };
    user(body)?;
    match body.get("id").and_then(Value::as_str) {
        Some(shown) if shown == id => Ok(()),
        shown => Err(wrong(format!("asked for {id}, got {}", shown.unwrap_or_default()))),
    }
}

/// Checks the answer to a create: 201, a whole User, values as sent.
///
/// Source: Entra facts §6.
pub(super) fn created(answer: &Answer, sent: &[Change]) -> Result<(), Verdict> {
    labelled(answer)?;
    if answer.status != 201 {
        return Err(refusal(answer));
    }
    let Some(body) = answer.json.as_ref() else {
        return Err(wrong(format!(
            "201 without JSON: {CODE}ServiceIncompatible, and the id is lost [§6, §10]"
        )));
    };
    user(body)?;
    echoed(body, sent)
}

/// Checks the answer to a PATCH: 204, or 200 with the User and the values as sent.
///
/// Source: Entra facts §7.1, §6 (returned values equal what was sent).
pub(super) fn patched(answer: &Answer, id: &str, sent: &[Change]) -> Result<(), Verdict> {
    if answer.status == 204 {
        return Ok(());
    }
    single(answer, id)?;
    answer.json.as_ref().map_or(Ok(()), |body| echoed(body, sent))
}

fn echoed(body: &Value, sent: &[Change]) -> Result<(), Verdict> {
    for change in sent {
        let shown = read(body, &change.path);
        if shown.as_ref() != Some(&change.value) {
            let shown = shown.map_or_else(|| "nothing".to_owned(), |value| value.to_string());
            return Err(wrong(format!(
                "{} was sent as {} and comes back as {shown}: sent again every cycle, and Microsoft's \
                 validator fails it [§6]",
                change.path, change.value
            )));
        }
    }
    Ok(())
}

/// The verdict of a check.
pub(super) fn verdict(checked: Result<(), Verdict>) -> Verdict {
    checked.err().unwrap_or(Verdict::AsExpected)
}

/// Turns a refusal into a breach, with its consequence.
pub(super) fn fatal(verdict: Verdict, consequence: &str) -> Verdict {
    match verdict {
        Verdict::Refused { detail } => wrong(format!("{detail} -- {consequence}")),
        other => other,
    }
}
