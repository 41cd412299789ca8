//! Whose record a call touches (R10): an owner who is not named is the holder, and whoever names somebody
//! else, as owner or as sender, needs manageTeam.
//!
//! Apollo takes one key for the whole workspace: without this every record would belong to the acting admin
//! (facts §1.1). An owner is looked for in query and body, at every depth and in every spelling, on every row
//! that writes, documented there or not: whether Apollo honours a field it does not document is unknown.
//!
//! Source: facts §4.7 (where an owner can be named), §8.2 row 21.

use super::body::Members;
use super::columns::{Owner, Route};
use super::denial::{Denial, shown};
use super::document::Document;
use super::parameters::{CheckedQuery, spelt};

/// What is known of the caller at Apollo.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Oneself {
    apollo_id: Option<String>,
    mailboxes: Vec<OwnMailbox>,
}

/// A mailbox of the caller's.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnMailbox {
    /// Apollo's id of it.
    pub id: String,
    /// Its address, where Apollo tells.
    pub address: Option<String>,
}

impl std::fmt::Debug for OwnMailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OwnMailbox({})", self.id)
    }
}

impl Oneself {
    /// Somebody with this Apollo id; what is not 24 hex digits is no id of Apollo's (facts §4), and the
    /// caller then counts as unknown.
    pub fn known_as(apollo_id: Option<&str>) -> Oneself {
        let is_id = |id: &&str| id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        Oneself { apollo_id: apollo_id.filter(is_id).map(str::to_owned), mailboxes: Vec::new() }
    }

    /// The same, with the mailboxes Apollo says are theirs.
    #[must_use]
    pub fn sending_from(self, mailboxes: Vec<OwnMailbox>) -> Oneself {
        Oneself { mailboxes, ..self }
    }

    /// Their Apollo id, if it is known.
    pub fn apollo_id(&self) -> Option<&str> {
        self.apollo_id.as_deref()
    }

    fn is(&self, kind: Kind, value: &str) -> bool {
        let same = |own: &str| own.eq_ignore_ascii_case(value.trim());
        match kind {
            Kind::User => self.apollo_id().is_some_and(same),
            Kind::Mailbox => self.mailboxes.iter().any(|own| same(&own.id)),
            Kind::Address => self.mailboxes.iter().any(|own| own.address.as_deref().is_some_and(same)),
        }
    }
}

/// What a parameter names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A teammate: `owner_id`, `user_id`, `creator_id`, `added_by_user_id`, `send_email_from_user_id`,
    /// `crm_owner_id` and whatever else ends like these.
    User,
    /// A mailbox by id: `email_account_id`, `send_email_from_email_account_id`.
    Mailbox,
    /// A mailbox by address: `send_email_from_email_address`.
    Address,
}

/// Ends of names that name a teammate, in letters only.
const USERS: &[&str] = &["owner", "user", "creator", "assignee"];
/// Ends of names that name a mailbox by its id.
const MAILBOXES: &[&str] = &["emailaccount", "mailbox"];
/// Ends of names that name a mailbox by its address.
const ADDRESSES: &[&str] = &["fromemailaddress", "fromemail", "fromaddress", "sendfrom"];

/// What one spelt part of a name names, if anybody.
fn kind(part: &str) -> Option<Kind> {
    let singular = part.strip_suffix("ids").or_else(|| part.strip_suffix("id")).unwrap_or(part);
    let ends = |ends: &[&str]| ends.iter().any(|end| singular.ends_with(end));
    match part {
        _ if ends(ADDRESSES) || ends(&["owneremail", "useremail"]) => Some(Kind::Address),
        _ if ends(MAILBOXES) => Some(Kind::Mailbox),
        _ if ends(USERS) => Some(Kind::User),
        _ => None,
    }
}

/// Somebody or something of somebody's, as a call names it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named<'a> {
    kind: Kind,
    /// The parameter as the caller spelt it.
    parameter: &'a str,
    /// Nothing for null.
    value: Option<&'a str>,
}

/// Everybody a call names, in query and body, at any depth.
fn named<'a>(query: &'a CheckedQuery, members: &'a Members) -> Vec<Named<'a>> {
    let mut found = Vec::new();
    for (parameter, value) in query.parameters() {
        if let Some(kind) = spelt(parameter).iter().rev().find_map(|part| kind(part)) {
            found.push(Named { kind, parameter, value: Some(value) });
        }
    }
    members.iter().for_each(|(key, value)| under(key, value, None, &mut found));
    found
}

/// What a member names; whatever lies beneath one that names somebody names somebody too.
fn under<'a>(key: &'a str, value: &'a Document, around: Option<(Kind, &'a str)>, found: &mut Vec<Named<'a>>) {
    let own = spelt(key).iter().rev().find_map(|part| kind(part)).map(|kind| (kind, key));
    let naming = own.or(around);
    match value {
        Document::List(items) => items.iter().for_each(|item| under("", item, naming, found)),
        Document::Members(members) => {
            members.iter().for_each(|(key, value)| under(key, value, naming, found));
        }
        Document::Null => {
            found.extend(naming.map(|(kind, parameter)| Named { kind, parameter, value: None }))
        }
        Document::Text(text) => {
            found.extend(naming.map(|(kind, parameter)| Named { kind, parameter, value: Some(text) }));
        }
        Document::Number(number) => {
            let value = Some(number.as_str());
            found.extend(naming.map(|(kind, parameter)| Named { kind, parameter, value }));
        }
        // A switch beside a name (`assign_to_owner: true`) names nobody.
        Document::Bool(_) => {}
    }
}

fn is_blank(value: Option<&str>) -> bool {
    value.is_none_or(|text| text.trim().is_empty())
}

/// The mailboxes a call names, by id or address.
pub(super) fn mailboxes_named(route: &Route, query: &CheckedQuery, members: &Members) -> Vec<String> {
    if route.owner == Owner::Unnamed {
        return Vec::new();
    }
    let of_mailboxes = |one: &Named<'_>| one.kind != Kind::User && !is_blank(one.value);
    let named = named(query, members).into_iter().filter(of_mailboxes);
    named.filter_map(|one| one.value.map(|value| value.trim().to_owned())).collect()
}

/// Whether the caller may touch the records this call touches, as far as its parameters tell.
///
/// Errors: [`Denial::UnknownHolder`], [`Denial::SomebodyElse`], [`Denial::NotYourMailbox`].
pub(super) fn check(
    route: &Route,
    query: &CheckedQuery,
    members: &Members,
    oneself: &Oneself,
    may_name_others: bool,
) -> Result<(), Denial> {
    let needs_holder = match route.owner {
        Owner::Unnamed => return Ok(()),
        Owner::Filled(_) | Owner::Unfilled | Owner::Changed => true,
        Owner::Guarded => false,
    };
    if needs_holder && oneself.apollo_id.is_none() {
        return Err(Denial::UnknownHolder);
    }
    if may_name_others {
        return Ok(());
    }
    for Named { kind, parameter, value } in named(query, members) {
        let own = match value {
            Some(value) if !is_blank(Some(value)) => oneself.is(kind, value),
            // Nobody: on a row that creates, as good as not named; on one that changes, an owner taken away.
            _ => match (kind, route.owner) {
                (Kind::User, Owner::Unfilled) => value.is_none(),
                (Kind::User, Owner::Guarded | Owner::Changed) => false,
                _ => true,
            },
        };
        match kind {
            _ if own => {}
            _ if oneself.apollo_id.is_none() => return Err(Denial::UnknownHolder),
            Kind::User => return Err(Denial::SomebodyElse { parameter: shown(parameter) }),
            Kind::Mailbox | Kind::Address => {
                return Err(Denial::NotYourMailbox { parameter: shown(parameter) });
            }
        }
    }
    Ok(())
}

/// What the owner who was filled in changed of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filled {
    /// To be put behind the query.
    pub query: Option<String>,
    /// To be sent instead of the body.
    pub body: Option<Vec<u8>>,
}

/// Names the caller as owner where the row wants one and the call names none.
///
/// A body is where an owner goes if there is one, because every documented owner field can stand there; the
/// member is put in front of the others and no other byte changes, so numbers, order and unknown members stay
/// as they were. A call without a body has its parameters in the query, and the owner goes behind them: the
/// caller's own bytes stay as they are (R8), and no body appears that nobody sent. Only a null or blank owner
/// in a body is replaced where it stands, and such a body is written anew.
/// The one owner at the top is meant for every item of a bulk call (facts §4.7); items that carry a blank one
/// of their own get theirs too.
///
/// Errors: [`Denial::OddOwner`] for a spelling or value Apollo would not read as an owner, since what it does
/// not read it replaces by the acting admin.
pub(super) fn fill(
    route: &Route,
    query: &CheckedQuery,
    body: Option<(&[u8], &Members)>,
    oneself: &Oneself,
) -> Result<Filled, Denial> {
    let (Owner::Filled(field), Some(me)) = (route.owner, oneself.apollo_id()) else {
        return Ok(Filled::default());
    };
    let is_field = |part: &String| *part == field.replace('_', "");
    let odd = |parameter: &str| Err(Denial::OddOwner { parameter: shown(parameter), field });
    let mut is_named = false;
    for (name, value) in query.parameters() {
        let parts = spelt(name);
        let at_the_top = parts.first().is_some_and(is_field);
        if (at_the_top && name != field) || (parts.iter().any(is_field) && is_blank(Some(value))) {
            return odd(name);
        }
        is_named |= at_the_top;
    }
    let Some((bytes, members)) = body else {
        let query = (!is_named).then(|| format!("{field}={me}"));
        return Ok(Filled { query, body: None });
    };
    for (key, value) in members.iter().filter(|(key, _)| spelt(key).first().is_some_and(is_field)) {
        match value {
            Document::Null | Document::Text(_) if key == field => is_named = true,
            _ => return odd(key),
        }
    }
    let mut rewritten = members.clone();
    let blanks = replace_blanks(&mut rewritten, field, me, route);
    let body = match (blanks, is_named) {
        (0, true) => None,
        (0, false) => Some(put_in_front(bytes, members.is_empty(), field, me)),
        (_, true) => serde_json::to_vec(&Document::Members(rewritten)).ok(),
        (_, false) => {
            rewritten.insert(0, (field.to_owned(), Document::Text(me.to_owned())));
            serde_json::to_vec(&Document::Members(rewritten)).ok()
        }
    };
    Ok(Filled { query: None, body })
}

/// Writes `me` over every null or blank owner at the top and in the items of the row's lists; counts them.
fn replace_blanks(members: &mut Members, field: &str, me: &str, route: &Route) -> usize {
    let mut replaced = 0;
    for (key, value) in members {
        let blank = match value {
            Document::Null => true,
            Document::Text(text) => text.trim().is_empty(),
            _ => false,
        };
        if key == field && blank {
            *value = Document::Text(me.to_owned());
            replaced += 1;
        } else if route.records.is_some_and(|records| records.parameters.contains(&key.as_str()))
            && let Document::List(items) = value
        {
            let objects = items.iter_mut().filter_map(|item| match item {
                Document::Members(members) => Some(members),
                _ => None,
            });
            replaced += objects.map(|item| replace_blanks(item, field, me, route)).sum::<usize>();
        }
    }
    replaced
}

/// The body with one member more, in front of the others. `body` is one JSON object.
fn put_in_front(body: &[u8], is_empty: bool, field: &str, me: &str) -> Vec<u8> {
    let opens = body.iter().position(|byte| *byte == b'{').map_or(0, |at| at + 1);
    let comma = if is_empty { "" } else { "," };
    let member = format!("\"{field}\":\"{me}\"{comma}");
    [&body[..opens], member.as_bytes(), &body[opens..]].concat()
}

#[cfg(test)]
mod tests;
