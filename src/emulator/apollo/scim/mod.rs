//! Apollo's own SCIM endpoint, for whoever relays to it: a tenant URL, a token of its own, users and no
//! groups.
//!
//! Lives here: SCIM spoken towards an IdP or a relay, with Apollo's constraints. Source: Apollo facts §6: no
//! groups, no change of address in place, seats, invitations, deactivation that is never a delete. Address,
//! attributes, errors and limits of the real one are not public, so bodies follow RFC 7644 and the rest is
//! (unconfirmed); what decides differently stands among the switches. Not here: anything of the bridge.

mod rules;
mod shown;
mod wish;

use serde_json::{Value, json};

use super::data::World;
use super::settings::Settings;
use super::switches::{Switch, Switches};
use super::wire::answer::Answer;
use super::wire::input::parse_query;
use shown::{refusal, resource, scim};
use wish::Wish;

/// Where it lies (unconfirmed; the true one is shown in the app).
pub const PREFIX: &str = "/scim/v2";
/// Most resources of a page.
const MOST: usize = 100;

/// One request to it.
pub struct Call<'r> {
    /// The method.
    pub method: &'r str,
    /// The path after the prefix, without its slash.
    pub path: &'r str,
    /// The raw query.
    pub query: &'r str,
    /// The bearer token sent.
    pub token: Option<&'r str>,
    /// The body.
    pub body: &'r [u8],
    /// Scheme and host the caller used.
    pub origin: String,
    /// The fake's time.
    pub now_ms: u64,
}

/// Answers a request.
pub fn answer(call: &Call<'_>, settings: &Settings, world: &mut World) -> Answer {
    if let Err(refused) = admit(call, settings) {
        return refused;
    }
    let segments: Vec<&str> = call.path.split('/').collect();
    let answered = match (call.method, segments.as_slice()) {
        ("GET", ["ServiceProviderConfig"]) => Ok(scim(200, &shown::service())),
        ("GET", ["ResourceTypes"]) => Ok(scim(200, &shown::list(&[shown::user_type(&call.origin)], 1, 1))),
        ("GET", ["Schemas"]) => Ok(scim(200, &shown::list(&[shown::user_schema()], 1, 1))),
        ("GET", ["Users"]) => list(call, world),
        ("POST", ["Users"]) => create(call, world, &settings.switches),
        ("GET", ["Users", id]) => find(world, id).map(|index| one(200, call, world, index)),
        ("PUT", ["Users", id]) => change(call, world, &settings.switches, id, Wish::of_user),
        ("PATCH", ["Users", id]) => change(call, world, &settings.switches, id, Wish::of_patch),
        ("DELETE", ["Users", id]) => find(world, id).map(|index| {
            world.deactivate(index, &settings.switches);
            Answer::raw(204, shown::MEDIA, "")
        }),
        // Whether it answers is (unconfirmed); the connection tests of both IdPs read groups.
        ("GET", ["Groups"]) if !settings.switches.on(Switch::ScimGroupsUnknown) => {
            Ok(scim(200, &shown::list(&[], 0, 1)))
        }
        ("GET", ["Groups", ..]) => Err(refusal(404, None, "there are no groups here")),
        (_, ["Groups", ..]) => {
            Err(refusal(501, None, "Apollo provisions users only; there are no groups here"))
        }
        _ => Err(refusal(404, None, "no such resource; this endpoint serves /Users")),
    };
    answered.unwrap_or_else(|refused| refused)
}

/// Source: Apollo facts §6: SSO before SCIM, on the Organization plan.
fn admit(call: &Call<'_>, settings: &Settings) -> Result<(), Answer> {
    if call.token != Some(settings.scim_token.as_str()) || !settings.account_active {
        return Err(refusal(401, None, "the SCIM token is missing or not valid"));
    }
    if !settings.plan.has_scim() && !settings.switches.on(Switch::ScimOnEveryPlan) {
        let plan = settings.plan.name();
        return Err(refusal(
            403,
            None,
            &format!("SCIM is not part of the {plan} plan; it comes with Organization"),
        ));
    }
    if !settings.sso {
        return Err(refusal(403, None, "set up SSO first; SCIM provisioning needs it"));
    }
    Ok(())
}

fn list(call: &Call<'_>, world: &World) -> Result<Answer, Answer> {
    let query = parse_query(call.query);
    let text = |name: &str| query.get(name).and_then(Value::as_str);
    let number = |name: &str| text(name).and_then(|text| text.trim().parse::<usize>().ok());
    let start = number("startIndex").unwrap_or(1).max(1);
    let count = number("count").unwrap_or(MOST).min(MOST);
    let found: Vec<usize> = match text("filter").map(str::trim).filter(|filter| !filter.is_empty()) {
        Some(filter) => filtered(world, filter)?,
        None => world.team.numbers().collect(),
    };
    let page = found.iter().skip(start - 1).take(count);
    let resources: Vec<Value> = page.filter_map(|index| resource(world, *index, &call.origin)).collect();
    Ok(scim(200, &shown::list(&resources, found.len(), start)))
}

/// Filters of one comparison, which is all an IdP asks with.
fn filtered(world: &World, filter: &str) -> Result<Vec<usize>, Answer> {
    let bad = || refusal(400, Some("invalidFilter"), "only `attribute eq \"value\"` is understood here");
    let lower = filter.to_ascii_lowercase();
    let (at, value) = lower.rfind(" eq ").map(|at| (at, filter[at + 4..].trim())).ok_or_else(bad)?;
    let attribute = filter[..at].trim();
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).ok_or_else(bad)?;
    let found = match attribute.to_ascii_lowercase().as_str() {
        "username" => world.links.by_user_name(value).or_else(|| {
            world.team.by_email(value).map(|(index, _)| index).filter(|index| !world.links.renames(*index))
        }),
        "emails.value" | "emails" | r#"emails[type eq "work"].value"# => {
            world.team.by_email(value).map(|(index, _)| index)
        }
        "externalid" => world.links.by_external_id(value),
        "id" => world.team.find(value).map(|(index, _)| index),
        _ => return Err(bad()),
    };
    Ok(found.into_iter().collect())
}

fn create(call: &Call<'_>, world: &mut World, switches: &Switches) -> Result<Answer, Answer> {
    let wish = Wish::of_user(&read(call.body)?)?;
    let made = rules::assign(world, &wish, switches, call.now_ms)?;
    match made {
        Some(index) => Ok(one(201, call, world, index)),
        None => Ok(scim(201, &shown::nobody(&wish, world.seed))),
    }
}

fn change(
    call: &Call<'_>,
    world: &mut World,
    switches: &Switches,
    id: &str,
    wishes: fn(&Value) -> Result<Wish, Answer>,
) -> Result<Answer, Answer> {
    let index = find(world, id)?;
    let wish = wishes(&read(call.body)?)?;
    let index = rules::amend(world, index, &wish, switches, call.now_ms)?;
    Ok(one(200, call, world, index))
}

fn find(world: &World, id: &str) -> Result<usize, Answer> {
    let found = world.team.find(id).map(|(index, _)| index);
    found.ok_or_else(|| refusal(404, None, "no user of this id"))
}

fn one(status: u16, call: &Call<'_>, world: &World, index: usize) -> Answer {
    scim(status, &resource(world, index, &call.origin).unwrap_or_else(|| json!({})))
}

fn read(body: &[u8]) -> Result<Value, Answer> {
    let read: Option<Value> = serde_json::from_slice(body).ok();
    read.filter(Value::is_object)
        .ok_or_else(|| refusal(400, Some("invalidSyntax"), "the body is no JSON object"))
}
