//! `seat adopt`.

use crate::admin::Refusal;
use crate::admin::adopt::{self, Adoption, Candidate, Fate};
use crate::admin::{grant, service};
use crate::apollo::{Apollo, ReadOptions};
use crate::cli::Failure;
use crate::cli::context::Context;
use crate::cli::output::{Format, Output, table_with_reasons, waiting};
use crate::http::Clock;
use serde_json::json;

pub(super) async fn run(
    directory: String,
    reason: String,
    dry_run: bool,
    output: Output,
) -> Result<(), Failure> {
    let context = Context::open()?;
    // A mistyped name is told before Apollo is asked a hundred pages.
    service::show_directory(directory.clone(), &context.store).await?;
    let apollo = door(&context)?;
    let team = expected_team(&context).await?;
    let ask = ReadOptions::default();
    let reading = waiting("reading Apollo's users", apollo.users(team.as_deref(), &ask)).await;
    let act = Context::act();
    let adoption = adopt::adopt(reading, directory, reason, dry_run, act, &context.store).await?;
    match output.format {
        Format::Csv | Format::Ndjson => {
            let columns = ["apollo_id", "address", "fate", "reason", "seat_id"];
            output.list("seat", &columns, adoption.people.iter().map(|one| json!(one)), String::new)
        }
        Format::Table | Format::Json => {
            output.show("seat", &json!(adoption), || told(&adoption));
            Ok(())
        }
    }
}

/// Apollo's id of our team: as configured, else as the last complete run saw it.
async fn expected_team(context: &Context) -> Result<Option<String>, Failure> {
    if let Some(team) = &context.config.reconcile.team_id {
        return Ok(Some(team.clone()));
    }
    let last = context.store.read(|tx| tx.last_complete(None)).await?;
    Ok(last.and_then(|run| Some(run.evidence["team_id"].as_str()?.to_owned())))
}

/// The way to Apollo that the configuration describes.
pub(super) fn door(context: &Context) -> Result<Apollo, Failure> {
    let door = grant::door(&context.config.apollo, &context.store, &context.secrets()?, &Clock::default());
    let door = door.map_err(|unusable| Failure::Setup(format!("configuration: {unusable}")))?;
    Ok(door.ok_or(Refusal::NoApollo)?)
}

fn told(adoption: &Adoption) -> String {
    let word = |one: &Candidate| match one.fate {
        Fate::Adopted if adoption.dry_run => "would be adopted",
        fate => fate.as_str(),
    };
    let row = |one: &Candidate| {
        let address = one.address.clone().unwrap_or_else(|| "-".to_owned());
        (vec![address, one.apollo_id.clone(), word(one).to_owned()], one.reason.clone())
    };
    let people = table_with_reasons(
        &["person", "Apollo id", "outcome"],
        adoption.people.iter().map(row).collect(),
        "Apollo lists nobody",
    );
    let Adoption { adopted, known, skipped, directory, .. } = adoption;
    let sum = if adoption.dry_run {
        format!(
            "dry run: {adopted} would be adopted, {known} known already, {skipped} skipped; nothing was \
             changed"
        )
    } else {
        format!(
            "{adopted} adopted, {known} known already, {skipped} skipped; assign the people in the identity \
             provider, and the first sync of directory {directory} gives them their seats"
        )
    };
    format!("{people}\n\n{sum}")
}
