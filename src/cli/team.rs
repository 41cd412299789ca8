//! `team set|show`.

use super::Failure;
use super::commands::Team;
use super::context::Context;
use super::output::{Output, facts, moment};
use crate::admin::service::{self, TeamView};
use crate::admin::shown::{self, in_state};
use crate::http::Clock;
use crate::store::records::Purchase;
use serde_json::Value;

pub(super) async fn run(verb: Team, output: Output) -> Result<(), Failure> {
    let context = Context::open()?;
    match verb {
        Team::Set { name, plan, seats, from } => {
            let act = Context::act();
            let from_at = from.as_deref().map_or(Ok(act.now), day)?;
            let purchase = Purchase { seats, from_at };
            let view = service::set_team(name, plan, purchase, act, &context.store).await?;
            output.show("team", &shown::team(&view), || told(&view));
        }
        Team::Show => match service::show_team(Clock::default().now(), &context.store).await? {
            Some(view) => output.show("team", &shown::team(&view), || told(&view)),
            None => output.show("team", &Value::Null, || {
                "no team is recorded yet: seatbridge team set --name NAME --plan organization --seats N"
                    .to_owned()
            }),
        },
    }
    Ok(())
}

/// The beginning of a day, UTC.
fn day(text: &str) -> Result<i64, Failure> {
    let date = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map_err(|_| Failure::Usage(format!("--from {text} is no date; write it as YYYY-MM-DD")))?;
    Ok(date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros())
}

fn told(view: &TeamView) -> String {
    let upcoming = view.purchases.iter().filter(|purchase| purchase.from_at > Clock::default().now());
    let later: Vec<String> =
        upcoming.map(|purchase| format!("{} from {}", purchase.seats, moment(purchase.from_at))).collect();
    let mut rows = vec![
        ("team", view.team.name.clone()),
        ("team id", view.team.team_id.clone()),
        ("plan", view.team.plan.clone()),
        ("seats bought", view.seats.to_string()),
        ("assigned", in_state(view, "assigned").to_string()),
        ("waiting", in_state(view, "waiting").to_string()),
        ("unassigned", in_state(view, "unassigned").to_string()),
    ];
    if !later.is_empty() {
        rows.insert(4, ("later", later.join(", ")));
    }
    facts(&rows)
}
