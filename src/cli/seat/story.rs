//! `seat export|timeline`.

use crate::admin::story::holders::{Price, each, holders, shown};
use crate::admin::story::timeline::{Timeline, line_shown, shown as story_shown, timeline};
use crate::cli::Failure;
use crate::cli::context::Context;
use crate::cli::output::{Format, Output, moment, moment_or_dash, say, table, table_with_reasons};
use crate::cli::story::log::since_told;
use crate::http::Clock;

/// Of an export, in this order.
const EXPORTED: &[&str] = &[
    "address",
    "user_name",
    "state",
    "since",
    "directory",
    "given_by",
    "why",
    "audit_seq",
    "roles",
    "role_source",
    "apollo_id",
    "cents_per_month",
    "currency",
    "last_call_at",
    "external_id",
    "id",
];

/// Of a story, in this order.
const LINES: &[&str] = &["at", "kind", "who", "what", "why", "seat_id", "proof"];

/// Everybody, with since when, by whom and why.
pub(super) async fn export(output: Output) -> Result<(), Failure> {
    let context = Context::open()?;
    let money = &context.config.money;
    let price = Price { cents: money.seat_cents, currency: money.currency.clone() };
    if let Some(listing) = output.listing("seat", EXPORTED)? {
        let written =
            each(listing, move |listing, holder| listing.row(&shown(&holder, &price)), &context.store);
        return written.await?.end();
    }
    let all = holders(&context.store).await?;
    say(&{
        let row = |holder: &crate::admin::story::holders::Holder| {
            let person = holder.view.record.seat.person();
            let known = person.map(|one| {
                one.address.as_ref().map_or(one.user_name.as_str(), |address| address.as_str()).to_owned()
            });
            let cells = vec![
                known.unwrap_or_default(),
                holder.view.record.seat.standing().as_str().to_owned(),
                moment(holder.since()),
                holder.given_by.clone().unwrap_or_else(|| "-".to_owned()),
                holder.view.held.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", "),
                holder.apollo_id.clone().unwrap_or_else(|| "-".to_owned()),
                format!("{:.2} {}", holder.cents(&price) as f64 / 100.0, price.currency),
                moment_or_dash(holder.last_call_at),
            ];
            (cells, holder.given.as_ref().and_then(|entry| entry.reason.clone()))
        };
        table_with_reasons(
            &["person", "state", "since", "given by", "roles", "Apollo user", "a month", "last call"],
            all.iter().map(row).collect(),
            "nobody yet: assign people in Okta or Entra ID (see seatbridge directory list)",
        )
    });
    Ok(())
}

/// One person's whole story.
pub(super) async fn tell(address: String, since: Option<String>, output: Output) -> Result<(), Failure> {
    let since = since.as_deref().map(since_told).transpose()?;
    let store = Context::open()?.store;
    let told = timeline(address, since, Clock::default().now(), &store).await?;
    if output.format == Format::Json {
        output.show("timeline", &story_shown(&told), String::new);
        return Ok(());
    }
    output.list("timeline", LINES, told.lines.iter().map(line_shown), || said(&told))
}

fn said(told: &Timeline) -> String {
    let records = told
        .records
        .iter()
        .map(|one| {
            let dash = || "-".to_owned();
            vec![
                one.user_name.clone(),
                one.address.clone().unwrap_or_else(dash),
                one.state.clone(),
                one.directory.clone(),
                one.external_id.clone().unwrap_or_else(dash),
                one.seat_id.clone(),
            ]
        })
        .collect();
    let records = table(
        &["record of", "address", "state", "directory", "externalId", "id"],
        records,
        "no record: requests about this name were refused",
    );
    let row = |line: &crate::history::Line| {
        let cells = vec![
            moment(line.at),
            line.kind.as_str().to_owned(),
            line.who.clone(),
            line.what.clone(),
            line.proof.clone().unwrap_or_default(),
        ];
        (cells, line.why.clone())
    };
    let lines = table_with_reasons(
        &["when (UTC)", "kind", "who", "what", "proved by"],
        told.lines.iter().map(row).collect(),
        "nothing happened since then",
    );
    let doubt = told.doubt.as_ref().map(|doubt| format!("\n{doubt}\n")).unwrap_or_default();
    format!("{records}\n{doubt}\n{lines}")
}
