//! What an answer must be; what it was instead, in words.

use super::check::{Judged, Stop};
use super::line::shorten;
use crate::emulator::wire::Answer;
use serde_json::{Map, Value};

/// The URN of a User.
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The URN of the enterprise extension.
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The URN of a list.
pub const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
/// The URN of a PATCH.
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// The URN of an error.
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// Longest piece of an answer in a sentence, in characters.
const GLIMPSE: usize = 180;

pub fn fail<T>(why: impl Into<String>) -> Judged<T> {
    Err(Stop::Fail(why.into()))
}

pub fn skip<T>(why: impl Into<String>) -> Judged<T> {
    Err(Stop::Skip(why.into()))
}

/// Fails with `why` unless `well`.
pub fn must(well: bool, why: impl FnOnce() -> String) -> Judged {
    if well { Ok(()) } else { fail(why()) }
}

/// An answer in a few words.
pub fn shown(answer: &Answer) -> String {
    if let Some(why) = &answer.failure {
        return format!("no answer ({why})");
    }
    if let Some(detail) = answer.detail() {
        let word = answer.json.as_ref().map(|body| text(body, "/scimType")).unwrap_or_default();
        let word = if word.is_empty() { String::new() } else { format!(" {}", shorten(word, 40)) };
        return format!("{}{word}: {}", answer.status, shorten(detail, GLIMPSE));
    }
    let kind = answer.content_type.as_deref().unwrap_or("no Content-Type");
    match answer.raw.trim() {
        "" => format!("{} without a body", answer.status),
        text => format!("{} ({}) {}", answer.status, shorten(kind, 60), shorten(text, GLIMPSE)),
    }
}

/// One of these statuses.
pub fn status(answer: &Answer, wanted: &[u16]) -> Judged {
    let listed = || wanted.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ");
    must(answer.failure.is_none() && wanted.contains(&answer.status), || {
        format!("wanted {}, got {}", listed(), shown(answer))
    })
}

/// A JSON object.
pub fn object(answer: &Answer) -> Judged<&Map<String, Value>> {
    match answer.json.as_ref().and_then(Value::as_object) {
        Some(object) => Ok(object),
        None => fail(format!("the body is no JSON object: {}", shown(answer))),
    }
}

/// A refusal with this status; its scimType must be the one named, where one is named.
pub fn refused(answer: &Answer, wanted: &[u16], scim_type: Option<&str>) -> Judged {
    status(answer, wanted)?;
    let told = answer.json.as_ref().and_then(|body| body.get("scimType")).and_then(Value::as_str);
    match scim_type {
        Some(needed) if told != Some(needed) => fail(match told {
            Some(other) => format!("{} with scimType {other:?}, not {needed:?}", answer.status),
            None => format!("{} without scimType {needed:?}: {}", answer.status, shown(answer)),
        }),
        _ => Ok(()),
    }
}

/// A refusal a client may meet: a status of 4xx or 501, and never a success.
pub fn declined(answer: &Answer) -> bool {
    (400..500).contains(&answer.status) || answer.status == 501
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    pub total: u64,
    pub resources: Vec<Value>,
    pub start_index: Option<u64>,
    pub items_per_page: Option<u64>,
}

impl Page {
    /// The ids on it.
    pub fn ids(&self) -> Vec<&str> {
        self.resources.iter().filter_map(|user| user.get("id")?.as_str()).collect()
    }

    pub fn has(&self, id: &str) -> bool {
        self.ids().contains(&id)
    }
}

/// A ListResponse of status 200.
pub fn page(answer: &Answer) -> Judged<Page> {
    status(answer, &[200])?;
    let list = object(answer)?;
    let Some(total) = list.get("totalResults").and_then(Value::as_u64) else {
        return fail(format!("totalResults is missing or no number: {}", shown(answer)));
    };
    let resources = match list.get("Resources") {
        Some(Value::Array(items)) => items.clone(),
        None => Vec::new(),
        Some(_) => return fail("Resources is no array"),
    };
    let number = |name: &str| list.get(name).and_then(Value::as_u64);
    Ok(Page { total, resources, start_index: number("startIndex"), items_per_page: number("itemsPerPage") })
}

/// A text member; empty when it is missing or something else.
pub fn text<'a>(resource: &'a Value, pointer: &str) -> &'a str {
    resource.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The member at `pointer` has this value.
pub fn holds(resource: &Value, pointer: &str, wanted: &Value, when: &str) -> Judged {
    let name = pointer.trim_start_matches('/').replace('/', ".");
    match resource.pointer(pointer) {
        Some(found) if found == wanted => Ok(()),
        Some(found) => {
            fail(format!("{when}, {name} is {} and not {wanted}", shorten(&found.to_string(), 120)))
        }
        None => fail(format!("{when}, {name} is missing; it should be {wanted}")),
    }
}

/// Nothing is at `pointer`: it is missing, null, or empty.
pub fn lacks(resource: &Value, pointer: &str, when: &str) -> Judged {
    let name = pointer.trim_start_matches('/').replace('/', ".");
    let nothing = match resource.pointer(pointer) {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        Some(_) => false,
    };
    must(nothing, || format!("{when}, {name} is still there"))
}

/// The element of a multi-valued attribute that has this type.
pub fn element<'a>(resource: &'a Value, attribute: &str, kind: &str) -> Option<&'a Value> {
    resource.get(attribute)?.as_array()?.iter().find(|item| text(item, "/type").eq_ignore_ascii_case(kind))
}

/// Skips unless the server keeps the attribute.
pub fn keeps(resource: &Value, pointer: &str) -> Judged {
    let name = pointer.trim_start_matches('/').replace('/', ".");
    match lacks(resource, pointer, "") {
        Err(_) => Ok(()),
        Ok(()) => skip(format!("the server does not keep {name}")),
    }
}
