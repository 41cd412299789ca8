//! Seats and the people in them.

use super::answer::{Outcome, ROWS, Told, page};
use super::ask::{Ask, Change};
use crate::admin::people::{self, Filter};
use crate::admin::{shown, stuck};
use crate::http::error::{Kind, Problem};
use crate::rbac::Role;
use serde_json::json;

/// `GET /seats`.
pub async fn list(ask: Ask) -> Outcome {
    let filter = Filter { state: ask.text("state"), directory: ask.text("directory") };
    let after = ask.place.as_ref().and_then(|place| place.parse().ok()).unwrap_or_default();
    let limit = ask.number("limit").unwrap_or(ROWS);
    let (rows, next) = people::page(filter, after, limit, &ask.bridge.store).await?;
    Ok(Told::Rows(rows.iter().map(shown::seat).collect(), next.map(|seq| seq.to_string())))
}

/// `GET /stuck`.
pub async fn stuck(ask: Ask) -> Outcome {
    let all = stuck::stuck(&ask.bridge.store).await?;
    page(&all, |one| format!("{} {} {}", one.directory, one.state, one.user_name), |one| json!(one), &ask)
}

/// `POST /seats/find`: by address, which belongs in no URL.
pub async fn find(ask: Ask) -> Outcome {
    let story = people::story(ask.needed("person"), &ask.bridge.store).await?;
    Ok(Told::One(shown::story(&story)))
}

/// `GET /seats/{id}`.
pub async fn one(ask: Ask) -> Outcome {
    let story = people::story(ask.named("id"), &ask.bridge.store).await?;
    Ok(Told::One(shown::story(&story)))
}

/// `POST /seats/{id}/role`.
pub async fn give_role(change: Change) -> Outcome {
    let ask = &change.ask;
    let role = Role::parse(&ask.needed("role"));
    let role = role
        .ok_or_else(|| Problem::new(Kind::BadValue, format!("role has to be one of: {}", Role::names())))?;
    let given = people::give_role(ask.named("id"), role, change.act(), &ask.bridge.store).await?;
    Ok(Told::One(shown::seat(&given.view)))
}
