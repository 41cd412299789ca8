//! `audit prune`.

use super::draft::Draft;
use super::export::{count, instant, sink};
use super::proof::progress;
use crate::admin::trail::{self, Bound, Handed, Keys, Prunable, Pruning, Range, Sink};
use crate::audit::verify_export;
use crate::cli::Failure;
use crate::cli::context::Context;
use crate::cli::output::Output;
use serde_json::json;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

pub(super) async fn run(
    before: &str,
    reason: String,
    export: Option<PathBuf>,
    even_recent: bool,
    output: Output,
) -> Result<(), Failure> {
    let until = instant("--before", before, 0)?;
    if reason.trim().is_empty() {
        return Err(Failure::Usage("say with --reason why the entries go".to_owned()));
    }
    let context = Context::open()?;
    let keys = Keys::of(&context.secrets()?)?;
    let act = Context::act();
    trail::finish_pruning(&context.store).await?;
    let Some(range) = trail::prunable(until, act.now, even_recent, &context.store).await? else {
        output.show("audit", &json!({"pruned": 0}), || {
            format!("nothing to prune: no entry is from before {before}")
        });
        return Ok(());
    };
    let handed = match &export {
        Some(file) => exported(file, range, &keys, &context).await?,
        None => handed(range, &keys, Box::new(|_| Ok(())), &context).await?,
    };
    let pruning = Pruning { checkpoint: handed.checkpoint.clone(), reason, exported: export.is_some() };
    let (bar, told) = progress("pruning the audit");
    let pruned = trail::prune(pruning, act, &keys, told, &context.store).await;
    bar.finish_and_clear();
    let pruned = pruned?;
    let file = export.map(|file| file.display().to_string());
    let data = json!({
        "pruned": pruned, "from": handed.header.from, "to": handed.header.to,
        "hash": handed.checkpoint.hash, "exported": file,
    });
    output.show("audit", &data, || told_of(pruned, &handed, file.as_deref()));
    Ok(())
}

async fn handed(range: Prunable, keys: &Keys, sink: Sink, context: &Context) -> Result<Handed, Failure> {
    let (bar, told) = progress("following the audit");
    let range = Range { from: Some(Bound::Seq(range.from)), to: Some(Bound::Seq(range.to)) };
    let now = Context::act().now;
    let handed = trail::export(range, keys, now, (sink, told), &context.store).await;
    bar.finish_and_clear();
    Ok(handed?)
}

/// Exports, and reads the file back before anything is removed.
async fn exported(file: &Path, range: Prunable, keys: &Keys, context: &Context) -> Result<Handed, Failure> {
    let (draft, open) = Draft::begin(file)?;
    let handed = handed(range, keys, sink(BufWriter::new(open), false), context).await?;
    draft.keep()?;
    let told = |cause: String| Failure::Failed(format!("{} cannot be trusted: {cause}", file.display()));
    let open = File::open(file).map_err(|cause| told(cause.to_string()))?;
    let checked = verify_export(BufReader::new(open), &[keys.public()], &mut |_| {});
    let checked = checked.map_err(|cause| told(cause.to_string()))?;
    let found = checked.map_err(|broken| told(broken.to_string()))?;
    if found.entries() != count(&handed) || found.checkpoint != handed.checkpoint {
        return Err(told("it holds other entries than it should".to_owned()));
    }
    Ok(handed)
}

fn told_of(pruned: i64, handed: &Handed, file: Option<&str>) -> String {
    let (from, to) = (handed.header.from, handed.header.to);
    let told = format!(
        "{pruned} entries ({from} to {to}) were removed; what is left still verifies, from the checkpoint \
         {to}:{}",
        handed.checkpoint.hash
    );
    match file {
        Some(file) => {
            format!("{told}\n  they are in {file}, which joins it: seatbridge audit verify --file {file}")
        }
        None => format!("{told}\n  nothing of them was kept but that hash"),
    }
}
