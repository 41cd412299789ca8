//! What Okta makes of an answer.

use serde_json::Value;

use crate::emulator::transcript::Verdict;
use crate::emulator::wire::Answer;

/// A ListResponse Okta could read.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) total: u64,
    pub(super) resources: Vec<Value>,
}

/// [`Verdict::Wrong`] in fewer letters.
pub(super) fn wrong(why: impl Into<String>) -> Verdict {
    Verdict::Wrong { why: why.into() }
}

/// What an answer outside 2xx means. `task` is Okta's own part of the message, for example "Error while
/// creating user ada@corp.example".
///
/// Source: Okta facts §2 (60 seconds, errors must be JSON), §3 (401), §12 (what the administrator sees, 429).
pub(super) fn refusal(answer: &Answer, task: &str) -> Verdict {
    if let Some(why) = &answer.failure {
        return wrong(format!(
            "no answer ({why}): Okta drops the socket after 60 s and the task fails [§2, §12]"
        ));
    }
    if (300..400).contains(&answer.status) {
        return wrong("a redirect, where a SCIM answer is due");
    }
    if (200..300).contains(&answer.status) {
        return wrong(format!("{} is no success Okta knows here", answer.status));
    }
    let Some(body) = answer.json.as_ref().filter(|body| body.is_object()) else {
        return wrong(format!(
            "the {} answer has a body that is no JSON ({}): Okta fails a second time, on parsing \
             the error itself, and the administrator sees the parse failure instead \
             of the cause [§2, §14.17]",
            answer.status,
            answer.content_type.as_deref().unwrap_or("unlabelled"),
        ));
    };
    if answer.status == 401 && (answer.detail().is_none() || !names_status(body, 401)) {
        return wrong(
            "the 401 needs a SCIM Error with status 401 and a detail; Okta's test suite fails [§3]",
        );
    }
    let detail = answer.detail().unwrap_or("(no detail: the administrator learns nothing)");
    let wait = if answer.status == 429 { back_off(answer) } else { String::new() };
    Verdict::Refused {
        detail: format!(
            "{task}: {}. Errors reported by remote server: {detail}{wait}",
            reason(answer.status)
        ),
    }
}

fn names_status(body: &Value, status: u16) -> bool {
    match body.get("status") {
        Some(Value::String(text)) => *text == status.to_string(),
        Some(Value::Number(number)) => number.as_u64() == Some(u64::from(status)),
        _ => false,
    }
}

/// Source: Okta facts §12 (whole seconds only, else 5 minutes; at most 10 attempts).
fn back_off(answer: &Answer) -> String {
    match answer.header("retry-after").map(|text| text.trim().parse::<u64>()) {
        Some(Ok(seconds)) => format!(" [Okta waits {seconds} s and tries again, at most 10 times]"),
        _ => " [no Retry-After in whole seconds: Okta waits 5 minutes, at most 10 times]".to_owned(),
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found. Matching user not found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        412 => "Precondition Failed",
        413 => "Payload Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Error",
    }
}

/// Reads a ListResponse. Lower-case keys are tolerated; numbers that are strings are not.
///
/// Source: Okta facts §2, §4.
pub(super) fn page(answer: &Answer, task: &str) -> Result<Page, Verdict> {
    if answer.status != 200 {
        return Err(refusal(answer, task));
    }
    let Some(list) = answer.json.as_ref().and_then(Value::as_object) else {
        return Err(wrong("the list is no JSON object; Okta cannot parse it"));
    };
    let lookup =
        |name: &str| list.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    for name in ["totalResults", "startIndex", "itemsPerPage"] {
        if lookup(name).is_some_and(|value| !value.is_number()) {
            return Err(wrong(format!(
                "{name} is no JSON number: Okta stops silently here, with nothing but an \
                 application.provision.user.sync FAILURE in its System Log [§2]"
            )));
        }
    }
    let total = lookup("totalResults").and_then(Value::as_u64);
    let Some(total) = total else {
        return Err(wrong("totalResults is missing, so Okta cannot tell whether the person exists [§2]"));
    };
    let resources = match lookup("Resources") {
        Some(Value::Array(resources)) => resources.clone(),
        None if total == 0 => Vec::new(),
        _ => return Err(wrong("Resources is no array")),
    };
    Ok(Page { total, resources })
}

/// Checks that every User of a list carries what Okta reads.
///
/// Source: Okta facts §6.2 (id, userName, boolean active, schemas, meta with location and resourceType).
pub(super) fn users(resources: &[Value]) -> Result<(), Verdict> {
    for user in resources {
        whole_user(user)?;
        if !user.get("schemas").is_some_and(Value::is_array) {
            return Err(wrong("a listed User has no schemas [§6.2]"));
        }
        let meta = user.get("meta");
        let has = |name: &str| meta.and_then(|meta| meta.get(name)).is_some_and(Value::is_string);
        if !has("location") || !has("resourceType") {
            return Err(wrong("a listed User has no meta with location and resourceType [§6.2]"));
        }
    }
    Ok(())
}

fn whole_user(user: &Value) -> Result<(), Verdict> {
    if text(user, "id").is_empty() {
        return Err(wrong("a User without an id: Okta has nothing to link to [§6.2]"));
    }
    if text(user, "userName").is_empty() {
        return Err(wrong("a User without userName: Okta has nothing to compare [§6.2]"));
    }
    if !user.get("active").is_some_and(Value::is_boolean) {
        return Err(wrong(
            "active is no JSON boolean, so Okta cannot tell an inactive person from an active one [§6.2]",
        ));
    }
    if user.get("password").is_some() {
        return Err(wrong("the answer gives a password back [§6.1]"));
    }
    Ok(())
}

/// Checks a single User read or written: a whole resource under the id asked for.
///
/// Source: Okta facts §7.1 (body required), §8 (still readable when inactive).
pub(super) fn user(answer: &Answer, id: &str, task: &str) -> Result<(), Verdict> {
    if answer.status != 200 {
        return Err(refusal(answer, task));
    }
    let Some(body) = answer.json.as_ref() else {
        return Err(wrong("200 without a JSON body, where the whole User is needed [§7.1]"));
    };
    if body.get("Resources").is_some() {
        return Err(wrong("a list where one User was asked for: Okta would PUT the whole list back [§7.1]"));
    }
    whole_user(body)?;
    if text(body, "id") != id {
        return Err(wrong(format!("asked for {id}, got {}", text(body, "id"))));
    }
    Ok(())
}

/// Checks that an answer shows the state Okta asked for.
pub(super) fn is_active(answer: &Answer, active: bool) -> Result<(), Verdict> {
    let shown = answer.json.as_ref().and_then(|body| body.get("active"));
    if shown == Some(&Value::Bool(active)) {
        return Ok(());
    }
    Err(wrong(format!("the answer does not show active {active}, which Okta just asked for [§8]")))
}

/// Checks the answer to a create.
///
/// Source: Okta facts §6.1, §4 (201, active true, id, names and userName echoed), §12.
pub(super) fn created(answer: &Answer, login: &str) -> Result<(), Verdict> {
    let task = format!("Automatic provisioning of user {login} failed: Error while creating user {login}");
    if (200..300).contains(&answer.status) && answer.raw.trim().is_empty() {
        return Err(wrong(format!("{task}: Create new user returned empty user [§6.1]")));
    }
    if answer.status != 201 {
        return Err(refusal(answer, &task));
    }
    let Some(body) = answer.json.as_ref() else {
        return Err(wrong(format!("{task}: the 201 holds no JSON")));
    };
    whole_user(body)?;
    is_active(answer, true)?;
    if !text(body, "userName").eq_ignore_ascii_case(login)
        && text(body, "userName").to_lowercase() != login.to_lowercase()
    {
        return Err(wrong(format!("created {login}, but the answer names {}", text(body, "userName"))));
    }
    if !body.get("meta").is_some_and(Value::is_object) {
        return Err(wrong("the created User has no meta [§6.1]"));
    }
    Ok(())
}

/// The verdict of a check.
pub(super) fn verdict(checked: Result<(), Verdict>) -> Verdict {
    checked.err().unwrap_or(Verdict::AsExpected)
}

/// A string member; empty when it is missing or no string.
pub(super) fn text<'a>(resource: &'a Value, name: &str) -> &'a str {
    resource.get(name).and_then(Value::as_str).unwrap_or_default()
}
