//! Analytics. Source: Apollo facts §4.10, §3.2 row 65.

use serde_json::{Map, Value, json};

use super::super::data::World;
use super::super::data::random::Random;
use super::super::data::users::User;
use super::super::wire::answer::Answer;
use super::{Ask, missing};

/// What a report needs. Source: Apollo facts §4.10; the names of the two flags are (unconfirmed).
const NEEDED: [&str; 7] =
    ["metrics", "group_by", "sorts", "filters", "group_by_totals", "pivot_group_by_totals", "date_ranges"];
/// Most people a report is grouped by.
const MOST_ROWS: usize = 50;

/// `POST /reports/sync_report`: numbers by person, the same for the same seed.
pub fn sync(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    if let Some(name) = NEEDED.iter().find(|name| ask.params.value(name).is_none()) {
        return Err(missing(name));
    }
    let metrics = ask.params.list("metrics");
    let row = |(index, user): (usize, User)| {
        let mut random = Random::at(world.seed, 0x4e, index);
        let numbers: Map<String, Value> =
            metrics.iter().map(|metric| (metric.clone(), random.below(500).into())).collect();
        json!({"user_id": user.id, "name": user.name(), "metrics": numbers})
    };
    let rows: Vec<Value> = world.team.all().take(MOST_ROWS).enumerate().map(row).collect();
    Ok(Answer::ok(&json!({
        "response": {
            "table_response": {"rows": rows},
            "group_by_total_response": {},
            "pivot_group_by_total_response": {},
        },
        "incompatible_filters": {},
        "goals": [],
    })))
}
