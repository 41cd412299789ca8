//! A request that was read against its row of the table.

use super::field::{Field, Given, nearest};
use super::route::Route;
use crate::admin::service::Act;
use crate::credential::seal;
use crate::credential::secret::Purpose;
use crate::http::Bridge;
use crate::http::body::read_within;
use crate::http::clock::random;
use crate::http::error::{Kind, Problem};
use crate::http::guard::{Caller, Operator};
use actix_web::http::header;
use actix_web::{HttpRequest, dev::Payload};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Largest body: what operators send is small.
const LARGEST_BODY: usize = 64 * 1024;

/// What was asked; nothing in it lets anything be changed.
#[derive(Clone)]
pub struct Ask {
    /// The bridge.
    pub bridge: Bridge,
    /// Who asks.
    pub caller: Caller,
    /// UTC microseconds.
    pub now: i64,
    path: BTreeMap<String, String>,
    given: BTreeMap<&'static str, Given>,
    /// Where the page begins, as the page before told; only lists read it.
    pub place: Option<String>,
    /// What a cursor is bound to: the list and its filters.
    context: String,
}

/// What was asked by somebody who may change things, and why.
pub struct Change {
    /// The request.
    pub ask: Ask,
    operator: Operator,
}

impl Change {
    /// The request of an operator.
    pub fn new(ask: Ask, operator: Operator) -> Self {
        Self { ask, operator }
    }

    /// Who acts, when and why.
    pub fn act(&self) -> Act {
        Act { actor: self.operator.actor(self.ask.text("reason")), now: self.ask.now }
    }

    /// Why.
    pub fn reason(&self) -> String {
        self.ask.text("reason").unwrap_or_default()
    }
}

impl Ask {
    /// Reads query and body.
    ///
    /// Errors: [`Problem`] names what is unknown, missing or wrong.
    pub async fn read(
        route: &Route,
        request: &HttpRequest,
        payload: Payload,
        caller: Caller,
        bridge: &Bridge,
    ) -> Result<Self, Problem> {
        let path = request.match_info().iter().map(|(name, text)| Ok((name.to_owned(), plain(text)?)));
        let mut given = query(request.query_string(), &route.query)?;
        if !route.body.is_empty() {
            given.extend(body(request, payload, &route.body, bridge).await?);
        }
        let mut ask = Self {
            bridge: bridge.clone(),
            caller,
            now: bridge.clock.now(),
            path: path.collect::<Result<_, Problem>>()?,
            given,
            place: None,
            context: String::new(),
        };
        ask.context = ask.bound_to(route);
        if let Some(cursor) = ask.text("cursor") {
            ask.place = Some(ask.opened(&cursor)?);
        }
        Ok(ask)
    }

    /// A part of the path.
    pub fn named(&self, name: &str) -> String {
        self.path.get(name).cloned().unwrap_or_default()
    }

    /// A text that was given.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.given.get(name) {
            Some(Given::Text(text)) => Some(text.clone()),
            Some(Given::Number(_) | Given::Flag(_)) | None => None,
        }
    }

    /// A text that the table wants, so that it is there.
    pub fn needed(&self, name: &str) -> String {
        self.text(name).unwrap_or_default()
    }

    /// A number or moment that was given.
    pub fn number(&self, name: &str) -> Option<i64> {
        match self.given.get(name) {
            Some(Given::Number(number)) => Some(*number),
            Some(Given::Text(_) | Given::Flag(_)) | None => None,
        }
    }

    /// Whether a flag was set.
    pub fn flag(&self, name: &str) -> bool {
        self.given.get(name) == Some(&Given::Flag(true))
    }

    /// In the largest steps, for a list that is read whole.
    pub fn stepping(&mut self) {
        self.given.insert("limit", Given::Number(super::answer::MOST_ROWS));
    }

    /// The same list, from behind this place.
    pub fn behind(self, place: String) -> Self {
        Self { place: Some(place), ..self }
    }

    fn bound_to(&self, route: &Route) -> String {
        let filters = self.given.iter().filter(|(name, _)| !["cursor", "limit", "format"].contains(*name));
        filters.fold(route.name.to_owned(), |all, (name, given)| format!("{all}\n{name}={given:?}"))
    }

    /// The cursor for a place in this list.
    ///
    /// Errors: the system's, when it has no random bytes to give.
    pub fn cursor(&self, place: &str) -> Result<String, Problem> {
        let salt = random::<{ seal::SALT }>().map_err(|_| Problem::internal())?;
        let key = self.bridge.secrets.key(Purpose::Cursor);
        seal::seal(&key, salt, self.context.as_bytes(), place.as_bytes()).ok_or_else(Problem::internal)
    }

    fn opened(&self, cursor: &str) -> Result<String, Problem> {
        let keys = self.bridge.secrets.keys(Purpose::Cursor);
        let opened = seal::open(&keys, self.context.as_bytes(), cursor);
        opened.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| {
            let told = "this cursor is not one of this list with these filters: begin again without it";
            Problem::new(Kind::Unreadable, told)
        })
    }
}

fn plain(text: &str) -> Result<String, Problem> {
    let decoded = percent_decode_str(text).decode_utf8().map(|text| text.into_owned());
    let legal = decoded.ok().filter(|text| !text.chars().any(char::is_control));
    legal.ok_or_else(|| Problem::new(Kind::Unreadable, "the address holds bytes that are no printable text"))
}

fn query(text: &str, known: &[Field]) -> Result<BTreeMap<&'static str, Given>, Problem> {
    let mut given = BTreeMap::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (plain(name)?, plain(&value.replace('+', " "))?);
        let field = known.iter().find(|field| field.name == name);
        let field = field.ok_or_else(|| unknown("the query parameter", &name, known))?;
        let read = field.kind.read(&value).map_err(|told| bad(field.name, &told))?;
        if given.insert(field.name, read).is_some() {
            let told = format!("{} is given twice; send it once", field.name);
            return Err(Problem::new(Kind::Unreadable, told));
        }
    }
    complete(known, given, "the query")
}

async fn body(
    request: &HttpRequest,
    payload: Payload,
    known: &[Field],
    bridge: &Bridge,
) -> Result<BTreeMap<&'static str, Given>, Problem> {
    labelled(request)?;
    let limit = LARGEST_BODY.min(bridge.config.limits.body_bytes);
    let bytes = read_within(payload, limit).await?;
    let members: Map<String, Value> = if bytes.is_empty() {
        Map::new()
    } else {
        serde_json::from_slice(&bytes).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let told = format!("the body is no JSON object (line {line}, column {column}); send one");
            Problem::new(Kind::Unreadable, told)
        })?
    };
    let mut given = BTreeMap::new();
    for (name, value) in &members {
        let field = known.iter().find(|field| field.name == name);
        let field = field.ok_or_else(|| unknown("the member", name, known))?;
        if !value.is_null() {
            given.insert(field.name, field.kind.take(value).map_err(|told| bad(field.name, &told))?);
        }
    }
    complete(known, given, "the body")
}

fn labelled(request: &HttpRequest) -> Result<(), Problem> {
    let Some(label) = request.headers().get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let media = label.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_owned();
    if media.is_empty() || media.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(Problem::new(Kind::ForeignMediaType, "send the body as application/json"))
}

fn complete(
    known: &[Field],
    given: BTreeMap<&'static str, Given>,
    place: &str,
) -> Result<BTreeMap<&'static str, Given>, Problem> {
    match known.iter().find(|field| field.required && !given.contains_key(field.name)) {
        None => Ok(given),
        Some(field) => {
            let told = format!("{} is missing in {place}: {}", field.name, field.says);
            Err(Problem::new(Kind::UnknownName, told))
        }
    }
}

fn bad(name: &str, told: &str) -> Problem {
    Problem::new(Kind::BadValue, format!("{name} {told}"))
}

fn unknown(what: &str, name: &str, known: &[Field]) -> Problem {
    let shown: String = name.chars().take(40).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    let names: Vec<&str> = known.iter().map(|field| field.name).collect();
    let hint = match (nearest(name, &names), names.is_empty()) {
        (Some(near), _) => format!("did you mean {near}?"),
        (None, true) => "there are none here".to_owned(),
        (None, false) => format!("there are: {}", names.join(", ")),
    };
    Problem::new(Kind::UnknownName, format!("{what} {shown:?} is not known here; {hint}"))
}
