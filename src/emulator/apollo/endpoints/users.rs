//! Teammates and the key's own profile; and what can go wrong while somebody pages through them.

use serde_json::{Value, json};

use super::super::data::World;
use super::super::data::random::Random;
use super::super::data::users::User;
use super::super::switches::Switch;
use super::super::wire::answer::Answer;
use super::super::wire::page::Page;
use super::Ask;

/// Every so manieth user of a page names another team, when told to.
const EVERY_FOREIGN: usize = 3;

/// `GET /users`, `GET` and `POST /users/search`. Source: Apollo facts §4.1, §3.3.
pub fn search(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let page = ask.page()?;
    let (mut total, rows, users) = listed(world, ask, &page);
    let mut shown: Vec<Value> = users.iter().map(|user| shown(user, world, ask)).collect();
    disturb(&mut shown, rows.start, world, ask);
    if ask.switches.on(Switch::ListIsEmpty) {
        (total, shown) = (0, Vec::new());
    }
    let mut answer = json!({"pagination": page.pagination(total), "users": shown, "num_fetch_result": null});
    if ask.switches.on(Switch::ListNumbersAsText) {
        for (_, number) in answer["pagination"].as_object_mut().into_iter().flatten() {
            *number = number.as_u64().map_or_else(|| number.clone(), |n| n.to_string().into());
        }
    }
    if ask.switches.on(Switch::ListWithoutPagination)
        && let Some(members) = answer.as_object_mut()
    {
        members.remove("pagination");
    }
    move_on(world, rows.start, ask);
    let mut answer = Answer::ok(&answer);
    if ask.switches.on(Switch::ListIsCut) {
        answer.body.truncate(answer.body.len() / 2);
    }
    Ok(answer)
}

/// How many there are, the rows of the page, and who stands in them. Without a filter only the page is made.
fn listed(world: &World, ask: &Ask<'_>, page: &Page) -> (usize, std::ops::Range<usize>, Vec<User>) {
    let words = ask.params.text("q_keywords").unwrap_or_default();
    let omit = ask.switches.on(Switch::OmitDeletedUsers);
    if words.is_empty() && !omit && world.team.is_gapless() {
        let (total, rows) = (world.team.len(), page.rows(world.team.len()));
        return (total, rows.clone(), rows.filter_map(|index| world.team.get(index)).collect());
    }
    let fits = |user: &User| user.mentions(&words) && !(omit && user.deleted);
    let found: Vec<usize> =
        world.team.numbers().filter(|index| world.team.get(*index).is_some_and(|user| fits(&user))).collect();
    let rows = page.rows(found.len());
    let users = page.cut(&found).iter().filter_map(|index| world.team.get(*index)).collect();
    (found.len(), rows, users)
}

/// Whether Apollo changes the case of addresses is (unconfirmed). Source: Apollo facts §4.1.
fn shown(user: &User, world: &World, ask: &Ask<'_>) -> Value {
    let mut shown = user.to_json(&world.team_id);
    if ask.switches.on(Switch::LowercaseEmails) {
        shown["email"] = user.email.to_lowercase().into();
    }
    shown
}

/// A page that is wrong on purpose. Source: Apollo facts §9 (users).
fn disturb(shown: &mut Vec<Value>, first_row: usize, world: &World, ask: &Ask<'_>) {
    if ask.switches.on(Switch::ListForeignTeam) {
        let other = Random::at(world.seed, 0x0f, 0).hex(24);
        shown.iter_mut().step_by(EVERY_FOREIGN).for_each(|user| user["team_id"] = other.as_str().into());
    }
    if ask.switches.on(Switch::ListRepeatsIds)
        && let Some(before) = first_row.checked_sub(1).and_then(|row| world.team.get(row))
    {
        shown.insert(0, before.to_json(&world.team_id));
    }
    if ask.switches.on(Switch::ListLacksRows) {
        shown.pop();
    }
    if ask.switches.on(Switch::ListRepeatsPages) && first_row > 0 {
        let first = (0..shown.len()).filter_map(|row| world.team.get(row));
        *shown = first.map(|user| user.to_json(&world.team_id)).collect();
    }
}

/// Somebody joins or goes after the page was answered, so that the next one is another.
/// Source: Apollo facts §9 (instability).
fn move_on(world: &mut World, first_row: usize, ask: &Ask<'_>) {
    if ask.switches.on(Switch::ListGrowsWhilePaged) {
        let number = world.team.len();
        let newcomer = User::new(&format!("newcomer{number}@workspace.example"), "New", "Comer");
        world.team.add(newcomer, ask.now_ms);
    }
    if ask.switches.on(Switch::ListShrinksWhilePaged) {
        let gone = world.team.numbers().nth(first_row);
        gone.into_iter().for_each(|index| world.team.remove(index));
    }
}

/// `GET /users/api_profile`: the person of the token, or for a key the acting administrator, whoever holds
/// it. Source: Apollo facts §4.2, §1.1.
pub fn api_profile(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let Some((_, user)) = ask.acting(world).and_then(|id| world.team.find(&id)) else {
        return Err(Answer::not_found());
    };
    let mut profile = json!({
        "id": user.id,
        "team_id": world.team_id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "title": user.title,
        "email": user.email,
    });
    let ledger = &world.ledger;
    let usage = json!({
        "num_credits_remaining": ledger.left(),
        "effective_num_lead_credits": ledger.limit,
        "num_lead_credits_used": ledger.used(),
        "effective_num_direct_dial_credits": 0,
        "num_direct_dial_credits_used": ledger.dialled_halves() as f64 / 2.0,
        "total_unified_credits_used": ledger.used(),
    });
    if let (true, Some(profile), Value::Object(usage)) =
        (ask.params.truthy("include_credit_usage"), profile.as_object_mut(), usage)
    {
        profile.extend(usage);
    }
    Ok(Answer::ok(&profile))
}
