//! What Apollo does to a person an IdP assigns, changes or takes away. Source: Apollo facts §6.

use super::super::data::World;
use super::super::data::seats::NoSeat;
use super::super::data::users::{ADMIN_PROFILE, MEMBER_PROFILE, User};
use super::super::switches::{Switch, Switches};
use super::super::wire::answer::Answer;
use super::shown::refusal;
use super::wish::Wish;

/// Assigns somebody: a new person, or a deactivated one who comes back as the same user. `None` is somebody
/// who got no seat where Apollo says nothing about it.
///
/// Errors: 409 for an active person of the address; 403 without a seat (its status is (unconfirmed)).
pub fn assign(
    world: &mut World,
    wish: &Wish,
    switches: &Switches,
    now_ms: u64,
) -> Result<Option<usize>, Answer> {
    let Some(user_name) = wish.user_name.clone() else {
        return Err(refusal(400, Some("invalidValue"), "userName is missing"));
    };
    let email = wish.email.clone().unwrap_or_else(|| user_name.clone());
    let known = world.team.by_email(&email);
    let namesake = world.links.by_user_name(&user_name).and_then(|index| world.team.get(index));
    if known.iter().map(|(_, user)| user).chain(&namesake).any(|user| !user.deleted) {
        return Err(refusal(409, Some("uniqueness"), "a user of this address is on the team already"));
    }
    let active = wish.active != Some(false);
    if active && let Err(none) = take_seat(world, &email, switches) {
        return if switches.on(Switch::ScimRefusesSilently) { Ok(None) } else { Err(no_seat(&none)) };
    }
    let index = match known {
        Some((index, user)) if !switches.on(Switch::ReassignMakesANewUser) => {
            world.team.put(index, User { deleted: !active, ..user });
            index
        }
        _ => {
            // Which profile SCIM gives is (unconfirmed). Source: Apollo facts §6 (role on create).
            let profile = if switches.on(Switch::ScimCreatesAdmins) { ADMIN_PROFILE } else { MEMBER_PROFILE };
            let user = User::new(&email, "", "");
            let user = User { permission_set_id: profile.to_owned(), deleted: !active, ..user };
            let id = world.team.add(user, now_ms);
            world.team.find(&id).map_or(0, |(index, _)| index)
        }
    };
    write(world, index, wish);
    Ok(Some(index))
}

/// Changes somebody; answers the number they have afterwards.
///
/// Errors: 400 `mutability` for a change of address while assigned: unassign, change, reassign. 409 for an
/// address that is taken, 403 where somebody who comes back finds no seat.
pub fn amend(
    world: &mut World,
    index: usize,
    wish: &Wish,
    switches: &Switches,
    now_ms: u64,
) -> Result<usize, Answer> {
    let Some(user) = world.team.get(index) else {
        return Err(refusal(404, None, "no user of this id"));
    };
    let mut wish = wish.clone();
    if renames(world, index, &user, &wish) {
        if !user.deleted && switches.on(Switch::ScimIgnoresEmailChange) {
            (wish.user_name, wish.email) = (None, None);
        } else if !user.deleted {
            return Err(refusal(
                400,
                Some("mutability"),
                "the address of an assigned user cannot change; unassign the person, change it, and reassign",
            ));
        }
    }
    let email = wish.email.clone().or_else(|| wish.user_name.clone()).unwrap_or_else(|| user.email.clone());
    let taken = world.team.by_email(&email).is_some_and(|(other, _)| other != index);
    if taken {
        return Err(refusal(409, Some("uniqueness"), "another user has this address"));
    }
    match (user.deleted, wish.active) {
        (true, Some(true)) => {
            take_seat(world, &email, switches).map_err(|none| no_seat(&none))?;
            return Ok(come_back(world, index, &user, &wish, (switches, now_ms)));
        }
        (false, Some(false)) => {
            write(world, index, &wish);
            world.deactivate(index, switches);
        }
        (_, None) | (false, Some(true)) | (true, Some(false)) => write(world, index, &wish),
    }
    Ok(index)
}

/// Whether who comes back keeps the id is (unconfirmed), implied by "reactivate". Source: Apollo facts §6.
fn come_back(
    world: &mut World,
    index: usize,
    user: &User,
    wish: &Wish,
    (switches, now_ms): (&Switches, u64),
) -> usize {
    let mut index = index;
    if switches.on(Switch::ReassignMakesANewUser) {
        let id = world.team.add(User { id: String::new(), created_at_ms: now_ms, ..user.clone() }, now_ms);
        world.links.forget(index);
        index = world.team.find(&id).map_or(index, |(index, _)| index);
    }
    if let Some(user) = world.team.get(index) {
        world.team.put(index, User { deleted: false, ..user });
    }
    write(world, index, wish);
    index
}

fn renames(world: &World, index: usize, user: &User, wish: &Wish) -> bool {
    let differs = |wanted: &Option<String>, now: &str| {
        wanted.as_ref().is_some_and(|wanted| wanted.to_lowercase() != now.to_lowercase())
    };
    let user_name = world.links.user_name(index).unwrap_or(&user.email).to_owned();
    differs(&wish.email, &user.email) || differs(&wish.user_name, &user_name)
}

fn take_seat(world: &mut World, email: &str, switches: &Switches) -> Result<(), NoSeat> {
    let taken = world.team.seats_taken(switches.on(Switch::CallAssistantsAreFree));
    world.seats.ask(email, taken)
}

/// Source: Apollo facts §6 (S13): the two reasons why an assigned person is not created.
fn no_seat(none: &NoSeat) -> Answer {
    refusal(403, None, &none.to_string())
}

/// Writes names, title and marks of the IdP; what was not sent stays.
fn write(world: &mut World, index: usize, wish: &Wish) {
    let Some(mut user) = world.team.get(index) else { return };
    let given = |sent: &Option<String>, now: &mut Option<String>| {
        if let Some(sent) = sent {
            *now = Some(sent.clone()).filter(|text| !text.is_empty());
        }
    };
    given(&wish.given_name, &mut user.first_name);
    given(&wish.family_name, &mut user.last_name);
    given(&wish.title, &mut user.title);
    if let Some(email) = wish.email.as_ref().or(wish.user_name.as_ref()) {
        user.email.clone_from(email);
    }
    let email = user.email.clone();
    world.team.put(index, user);
    world.links.put(index, &email, wish.user_name.as_deref(), wish.external_id.as_deref());
}
