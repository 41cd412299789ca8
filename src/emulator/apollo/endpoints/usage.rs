//! Usage of endpoints and of credits. Source: Apollo facts §4.2.

use super::super::data::World;
use super::super::wire::answer::Answer;
use super::Ask;

/// `POST` (and, for the founding document, `GET`) `/usage_stats/api_usage_stats`.
pub fn api(_world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    Ok(Answer::ok(&(ask.usage)()))
}

/// `POST /usage_stats/credit_usage_stats`: on a unified plan lead credits already net the others.
pub fn credits(world: &mut World, _ask: &Ask<'_>) -> Result<Answer, Answer> {
    Ok(Answer::ok(&world.ledger.stats()))
}
