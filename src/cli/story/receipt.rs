//! `receipt list|show|export`.

use super::log::since_told;
use crate::admin::story::receipts::{
    COLUMNS, Latency, Receipt, Receipts, latency, receipts, receipts_of, shown,
};
use crate::cli::Failure;
use crate::cli::commands::Receipt as Verb;
use crate::cli::context::Context;
use crate::cli::output::{Format, Output, facts, moment, moment_or_dash, table, table_with_reasons};
use crate::export::{Form, Sheet};
use crate::history::{AtApollo, Spread};
use crate::http::clock::rfc3339;
use serde_json::{Value, json};
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

pub(in crate::cli) async fn run(verb: Verb, output: Output) -> Result<(), Failure> {
    match verb {
        Verb::List { since } => {
            let since = since.as_deref().map(since_told).transpose()?;
            let told = receipts(since, &Context::open()?.store).await?;
            list(&told, output)
        }
        Verb::Show { whose } => {
            let told = receipts_of(whose, &Context::open()?.store).await?;
            let rows = told.all.iter().map(|receipt| shown(receipt, &told));
            output.list("receipt", COLUMNS, rows, || {
                told.all.iter().map(|one| one_told(one, &told)).collect::<Vec<_>>().join("\n\n")
            })
        }
        Verb::Export { out, since } => {
            let since = since.as_deref().map(since_told).transpose()?;
            let told = receipts(since, &Context::open()?.store).await?;
            write(&out, &told)
                .map_err(|cause| Failure::Failed(format!("{} cannot be written: {cause}", out.display())))?;
            let data = json!({"file": out.display().to_string(), "receipts": told.all.len()});
            output.show("receipt", &data, || format!("{} receipts are in {}", told.all.len(), out.display()));
            Ok(())
        }
    }
}

fn list(told: &Receipts, output: Output) -> Result<(), Failure> {
    let rows: Vec<Value> = told.all.iter().map(|receipt| shown(receipt, told)).collect();
    if output.format == Format::Json {
        let Latency { accepting, vanishing } = latency(&told.all);
        let data = json!({
            "receipts": rows,
            "request_to_acceptance_micros": accepting, "acceptance_to_gone_micros": vanishing,
        });
        output.show("receipt", &data, String::new);
        return Ok(());
    }
    output.list("receipt", COLUMNS, rows, || listed(told))
}

fn write(out: &Path, told: &Receipts) -> std::io::Result<()> {
    let form = if out.extension().is_some_and(|end| end == "csv") { Form::Csv } else { Form::Ndjson };
    let mut sheet = Sheet::begin(form, COLUMNS, BufWriter::new(File::create(out)?))?;
    told.all.iter().try_for_each(|receipt| sheet.row(&shown(receipt, told)))?;
    sheet.end()
}

fn whom(receipt: &Receipt) -> String {
    receipt.address.clone().unwrap_or_else(|| receipt.person.clone())
}

fn apollo(receipt: &Receipt) -> String {
    match receipt.apollo {
        AtApollo::Gone { run, at } => format!("gone by {} (run {run})", moment(at)),
        AtApollo::Lingering { runs: 1 } => "still active in 1 complete run since".to_owned(),
        AtApollo::Lingering { runs } => format!("still active in {runs} complete runs since"),
        AtApollo::Unread => "no complete run since".to_owned(),
        AtApollo::Returned => "seated again before the next run".to_owned(),
    }
}

fn listed(told: &Receipts) -> String {
    let row = |receipt: &Receipt| {
        let lingering = matches!(receipt.apollo, AtApollo::Lingering { .. });
        let cells = vec![
            receipt.id.to_string(),
            whom(receipt),
            receipt.directory.clone(),
            moment(receipt.accepted_at),
            receipt.accepting().map_or_else(|| "-".to_owned(), took),
            receipt.keys_ended.to_string(),
            apollo(receipt),
        ];
        let step = "finding lingering: deactivate them in Apollo's user settings, then see why it did not \
                    happen by itself";
        (cells, lingering.then(|| step.to_owned()))
    };
    let rows = table_with_reasons(
        &["#", "person", "directory", "seat taken (UTC)", "after", "keys ended", "at Apollo"],
        told.all.iter().map(row).collect(),
        "nobody lost a seat yet",
    );
    if told.all.is_empty() {
        return rows;
    }
    format!("{rows}\n\n{}", spreads(&latency(&told.all)))
}

fn spreads(latency: &Latency) -> String {
    let row = |name: &str, spread: Option<Spread>| {
        let shown = |figure: fn(&Spread) -> i64| {
            spread.as_ref().map_or_else(|| "-".to_owned(), |spread| took(figure(spread)))
        };
        vec![
            name.to_owned(),
            spread.map_or(0, |spread| spread.count).to_string(),
            shown(|one| one.p50),
            shown(|one| one.p95),
            shown(|one| one.p99),
            shown(|one| one.slowest),
        ]
    };
    let rows = vec![
        row("request to acceptance", latency.accepting),
        row("acceptance to gone at Apollo", latency.vanishing),
    ];
    table(&["how long it took", "known", "half", "95 of 100", "99 of 100", "slowest"], rows, "")
}

/// A time as people say it.
fn took(micros: i64) -> String {
    match micros / 1000 {
        ms @ ..1000 => format!("{ms} ms"),
        ms @ ..60_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        ms @ ..7_200_000 => format!("{} min", ms / 60_000),
        ms @ ..172_800_000 => format!("{} h", ms / 3_600_000),
        ms => format!("{} days", ms / 86_400_000),
    }
}

fn one_told(receipt: &Receipt, told: &Receipts) -> String {
    let dash = || "-".to_owned();
    let asked = match receipt.requested_at {
        Some(at) => format!("{} (the request's head had arrived)", rfc3339(at)),
        None => "by hand: there was no request".to_owned(),
    };
    let keys = match receipt.keys_ended {
        0 => "none was alive".to_owned(),
        number => format!("{number}, in the same transaction"),
    };
    let checkpoint = told.checkpoint.as_ref().map_or_else(
        || "none yet: the audit's chain alone proves it".to_owned(),
        |place| {
            let covers = if place.seq < receipt.id { "; this receipt is newer than it" } else { "" };
            format!("entry {} signed {} by key {}{covers}", place.seq, moment(place.at), place.key_id)
        },
    );
    let rows = facts(&[
        ("receipt", receipt.id.to_string()),
        ("person", whom(receipt)),
        ("record", receipt.seat_id.clone()),
        ("directory", receipt.directory.clone()),
        ("asked by", receipt.asked_by.clone()),
        ("asked for", receipt.act.clone().unwrap_or_else(dash)),
        ("request", receipt.request_id.clone().unwrap_or_else(dash)),
        ("asked", asked),
        ("seat taken", format!("{} (committed before it was answered)", rfc3339(receipt.accepted_at))),
        ("after", receipt.accepting().map_or_else(dash, took)),
        ("keys ended", keys),
        ("last call began", receipt.last_call_at.map_or_else(dash, rfc3339)),
        ("at Apollo", apollo(receipt)),
        ("Apollo user", receipt.apollo_id.clone().unwrap_or_else(|| "not known".to_owned())),
        ("seated again", moment_or_dash(receipt.returned_at)),
        ("checkpoint", checkpoint),
    ]);
    let proof = receipt
        .proof
        .iter()
        .map(|entry| vec![entry.seq.to_string(), rfc3339(entry.at), entry.action.clone(), entry.hash.clone()])
        .collect();
    format!("{rows}\n\n{}", table(&["audit #", "when (UTC)", "what", "hash"], proof, "the audit was pruned"))
}
