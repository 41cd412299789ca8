//! Who is let in: keys, tokens, plans and scopes, in the order Apollo looks at them.
//! Source: Apollo facts §2.1, §2.2, §2.4.

use super::auth::{self, Key, Presented};
use super::data::World;
use super::data::users::User;
use super::routes::Route;
use super::settings::Settings;
use super::switches::Switch;
use super::wire::answer::Answer;

/// The person a token acts as; nobody for a key, which acts as the workspace. Source: Apollo facts §1.1.
pub type Acting = Option<String>;

/// Lets a call to an endpoint pass, or answers Apollo's refusal.
pub fn admit(
    presented: &Presented,
    route: &Route,
    settings: &Settings,
    world: &World,
    now_ms: u64,
) -> Result<Acting, Answer> {
    let (plan, switches) = (settings.plan, &settings.switches);
    let unauthorized = || auth::invalid_key(route.refuses_with_bare_string(), switches);
    match presented {
        Presented::Nothing => Err(unauthorized()),
        Presented::Key(_) if !key_lives(presented, settings, world) => Err(unauthorized()),
        Presented::Key(key) => match settings.keys.look(key) {
            Key::Scoped(scopes) if !key_reaches(scopes, route, settings) => {
                Err(auth::inaccessible(route.scope, switches))
            }
            _ if !plan.serves(route.scope) => Err(auth::not_in_the_plan(route.scope, plan, false)),
            _ => Ok(None),
        },
        Presented::Bearer(token) if settings.keys.look(token) != Key::Unknown => Err(auth::key_as_bearer()),
        Presented::Bearer(token) => {
            let user = token_holder(token, settings, world, now_ms).ok_or_else(auth::invalid_token)?;
            let grant = settings.oauth.granted(token, now_ms);
            let (scopes, granted_on) = grant.map_or((&[][..], plan), |grant| (&grant.scopes[..], grant.plan));
            let stale = switches.on(Switch::TokensKeepTheirPlan) && !granted_on.serves(route.scope);
            if stale || !plan.serves(route.scope) {
                return Err(auth::not_in_the_plan(route.scope, if stale { granted_on } else { plan }, true));
            }
            if !scopes.iter().any(|scope| scope == route.oauth) {
                return Err(auth::outside_the_grant(route.scope));
            }
            Ok(Some(user.id))
        }
    }
}

/// Whether the request is logged in: the right key or token in the right header; the person of a token too.
/// Source: Apollo facts §2.3.
pub fn logged_in(
    presented: &Presented,
    settings: &Settings,
    world: &World,
    now_ms: u64,
) -> (bool, Option<User>) {
    match presented {
        Presented::Nothing => (false, None),
        Presented::Key(_) => (key_lives(presented, settings, world), None),
        Presented::Bearer(token) => {
            let user = token_holder(token, settings, world, now_ms);
            (user.is_some(), user)
        }
    }
}

/// Whether a key dies when its creator leaves is (unconfirmed); the first key is the founder's.
fn key_lives(presented: &Presented, settings: &Settings, world: &World) -> bool {
    let Presented::Key(key) = presented else { return false };
    let orphaned = settings.switches.on(Switch::KeysDieWithCreator)
        && world.team.founder().is_none_or(|user| user.deleted);
    let known = matches!(settings.keys.look(key), Key::Master | Key::Scoped(_));
    known && settings.account_active && !orphaned
}

/// Source: Apollo facts §2.2 (which keys reach the users list; endpoints marked master only).
fn key_reaches(scopes: &[String], route: &Route, settings: &Settings) -> bool {
    let users = route.scope == "api/v1/users/search" && settings.switches.on(Switch::UsersNeedMaster);
    !route.master_only && !users && scopes.iter().any(|listed| listed == route.scope)
}

fn token_holder(token: &str, settings: &Settings, world: &World, now_ms: u64) -> Option<User> {
    let grant = settings.oauth.granted(token, now_ms).filter(|_| settings.account_active)?;
    world.team.find(&grant.user_id).map(|(_, user)| user).filter(|user| !user.deleted)
}
