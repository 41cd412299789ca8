//! The one judgement: of what Apollo heard, and of what the caller was told.

use super::answers::{self, Answer};
use super::case::{Case, Want};
use crate::support::world::MASTER_KEY;
use seatbridge::emulator::apollo::{KeyKind, Received};
use seatbridge::rbac::{Answered, Permission, Reach, Role, table};
use serde_json::Value;

/// All that may be said to Apollo; whatever a caller says stays behind (R8).
const CROSSING: [&str; 5] = ["accept", "content-length", "content-type", "host", "x-api-key"];
/// In the query of every request that is hidden in another.
pub const SMUGGLED: &str = "who=inner";
/// What names a credential, in letters alone.
const CREDENTIALS: [&str; 3] = ["apikey", "accesstoken", "bearertoken"];

/// One request by one caller.
pub struct Trial<'a> {
    pub case: &'a Case,
    pub role: Role,
    pub key: &'a str,
    /// Apollo's, as its requests must name it.
    pub host: &'a str,
}

impl Trial<'_> {
    /// Everything that is wrong.
    pub fn judge(&self, heard: &[u8], arrived: &[Received]) -> Vec<String> {
        let mut wrong: Vec<String> = arrived.iter().flat_map(|one| self.arrival(one)).collect();
        match answers::read(heard, self.case.is_head()) {
            Err(malformed) => wrong.push(malformed),
            Ok(answers) => {
                wrong.extend(answers.iter().filter_map(told));
                wrong.extend(self.outcome(&answers, arrived));
            }
        }
        wrong
    }

    fn may(&self, permission: Permission) -> bool {
        Reach::new(self.role, &[self.role]).permissions().contains(permission)
    }

    /// Whether the case ended as its sheet says.
    fn outcome(&self, answers: &[Answer], arrived: &[Received]) -> Option<String> {
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        let first = statuses.first().copied().unwrap_or_default();
        let refused = |with: &[u16]| with.contains(&first) && arrived.is_empty();
        let well = match self.case.want {
            Want::Refused(with) => refused(with),
            Want::Export(with) => self.may(Permission::ExportPii) || refused(with),
            Want::Served if self.role == Role::Admin => first == 200 && arrived.len() == 1,
            Want::Served => (first == 200 && arrived.len() == 1) || refused(&[403]),
            Want::Judged => arrived.len() <= statuses.len(),
        };
        let lines: Vec<String> = arrived.iter().map(|one| format!("{} {}", one.method, one.target)).collect();
        let said = answers.first().map(|answer| String::from_utf8_lossy(&answer.body));
        (!well).then(|| {
            format!("{:?} was wanted, {statuses:?} answered: {said:?}; arrived: {lines:?}", self.case.want)
        })
    }

    /// A request at Apollo: a row that the role may use, rebuilt, under one credential, which is ours.
    fn arrival(&self, one: &Received) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut found = |what: &str| wrong.push(format!("{what}: {one:?}"));
        if !self.is_a_row_of_the_role(one) {
            found("arrived, and is no row of the role");
        }
        let names: Vec<&str> = one.headers.iter().map(|(name, _)| name.as_str()).collect();
        let mut once = names.clone();
        once.sort_unstable();
        once.dedup();
        if once.len() != names.len() || names.iter().any(|name| !CROSSING.contains(name)) {
            found("headers crossed, or came twice");
        }
        if one.key != KeyKind::Master || one.header("x-api-key") != Some(MASTER_KEY) {
            found("the credential is not the master key");
        }
        if one.header("host") != Some(self.host) {
            found("the host is not Apollo's");
        }
        if one.header("content-type").is_some_and(|label| label != "application/json") {
            found("the label is the caller's");
        }
        if one.header("content-length").is_some_and(|length| length != one.body.len().to_string()) {
            found("the length is not the body's");
        }
        if one.target.contains(SMUGGLED) {
            found("a request hidden in another was served");
        }
        let body = String::from_utf8_lossy(&one.body);
        if [&one.target, body.as_ref()].iter().any(|text| text.contains(self.key)) {
            found("the caller's key crossed");
        }
        for (name, value) in asked(one) {
            let letters: String =
                name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
            let declined = ["false", "0", "null"].contains(&value.as_str());
            let reveals = letters.contains("reveal") || letters.contains("waterfall");
            if reveals && !declined && !self.may(Permission::ExportPii) {
                found("personal data was asked for");
            }
            if letters.contains("webhook") && value != "null" {
                found("a webhook was named");
            }
        }
        if top_names(one).iter().any(|name| {
            let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
            name.to_lowercase().contains("_method")
                || CREDENTIALS.iter().any(|word| letters.eq_ignore_ascii_case(word))
        }) {
            found("a method or a credential was smuggled");
        }
        wrong
    }

    /// Compared segment by segment with the table as it stands, not with the code that matches it.
    fn is_a_row_of_the_role(&self, one: &Received) -> bool {
        let Some(path) = one.path().strip_prefix("/api/v1") else { return false };
        let fits = |wanted: &str, given: &str| match wanted {
            "{id}" => given.len() == 24 && given.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{request_id}" => given.parse::<i64>().is_ok_and(|number| number.to_string() == given),
            word => word == given,
        };
        table().iter().filter(|row| row.answered != Answered::Locally).any(|row| {
            let (wanted, given) = (row.template.split('/'), path.split('/'));
            row.method.as_str() == one.method
                && wanted.clone().count() == given.clone().count()
                && wanted.zip(given).all(|(wanted, given)| fits(wanted, given))
                && row.permissions.iter().all(|permission| self.may(*permission))
        })
    }
}

/// Every answer is one a script can read: no 5xx, no page, no secret, JSON where it is said to be JSON.
fn told(answer: &Answer) -> Option<String> {
    let text = String::from_utf8_lossy(&answer.body);
    let labelled = answer.header("content-type").is_some_and(|label| label.starts_with("application/"));
    let wrong = if answer.status >= 500 {
        "a server error"
    } else if text.contains(MASTER_KEY) || answer.headers.iter().any(|(_, value)| value.contains(MASTER_KEY))
    {
        "the master key was told"
    } else if labelled && !text.is_empty() && serde_json::from_slice::<Value>(&answer.body).is_err() {
        "no JSON"
    } else if answer.status >= 400 && !text.is_empty() && !labelled {
        "a refusal that is no JSON"
    } else if answer.header("access-control-allow-origin").is_some() {
        "other sites may read it"
    } else {
        return None;
    };
    Some(format!("{wrong}: {answer:?}"))
}

/// Every name and value Apollo could read, at any depth, however often it decodes.
fn asked(one: &Received) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for piece in one.query().unwrap_or_default().split(['&', ';']) {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        all.push((decoded(name), decoded(value)));
    }
    if let Ok(body) = serde_json::from_slice(&one.body) {
        gather("", &body, &mut all);
    }
    all
}

fn gather(name: &str, value: &Value, all: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| gather(name, value, all)),
        Value::Array(items) => items.iter().for_each(|item| gather(name, item, all)),
        Value::String(text) => all.push((name.to_owned(), text.clone())),
        Value::Null | Value::Bool(_) | Value::Number(_) => all.push((name.to_owned(), value.to_string())),
    }
}

/// Names Apollo reads first: of the query, and of the body's top.
fn top_names(one: &Received) -> Vec<String> {
    let query = one.query().unwrap_or_default().split(['&', ';']);
    let mut names: Vec<String> =
        query.map(|piece| decoded(piece.split_once('=').map_or(piece, |(name, _)| name))).collect();
    if let Ok(Value::Object(members)) = serde_json::from_slice(&one.body) {
        names.extend(members.into_iter().map(|(name, _)| name));
    }
    names
}

/// Decoded as often as there is something to decode.
fn decoded(text: &str) -> String {
    let mut text = text.replace('+', " ");
    for _ in 0..4 {
        text = percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned();
    }
    text
}
