//! `drift report`: the access review as a page, or as JSON.

use crate::admin::story::review::review;
use crate::cli::Failure;
use crate::cli::context::Context;
use crate::cli::output::{Format, Output};
use crate::http::Clock;
use crate::report::page;
use serde_json::{Value, json};
use std::path::Path;

/// Writes the page to `out`; JSON, and the findings as CSV or NDJSON, go to standard output.
pub(in crate::cli) async fn run(out: Option<&Path>, output: Output) -> Result<(), Failure> {
    let context = Context::open()?;
    let read = review(&context.config.money, Clock::default().now(), &context.store).await?;
    if let Some(out) = out {
        std::fs::write(out, page(&read))
            .map_err(|cause| Failure::Failed(format!("{} cannot be written: {cause}", out.display())))?;
    }
    match (output.format, out) {
        (Format::Json, _) => output.show("report", &read, String::new),
        (Format::Csv | Format::Ndjson, _) => {
            let rows: Vec<Value> = read.findings.iter().map(|finding| json!(finding)).collect();
            let columns = ["id", "class", "severity", "state", "subject", "since", "cents_per_month", "step"];
            output.list("report", &columns, rows, String::new)?;
        }
        (Format::Table, Some(out)) => {
            output.show("report", &Value::Null, || format!("the access review is in {}", out.display()));
        }
        (Format::Table, None) => {
            return Err(Failure::Usage(
                "name the page's file with --out FILE, or ask for --format json|csv|ndjson".to_owned(),
            ));
        }
    }
    Ok(())
}
