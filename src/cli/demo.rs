//! `demo`.

use super::Failure;
use super::context::{Voice, read_config};
use super::output::{Output, bold, is_terminal, say};
use super::seat::listed;
use crate::admin::shown;
use crate::judge::demo::{Scene, ScriptCall, tell};
use crate::{judge, server};
use serde_json::json;

/// Longest piece of a body shown, in characters.
const ESSENCE: usize = 220;

/// Tells the story, and stays up unless told not to.
pub(super) async fn run(exit: bool, output: Output) -> Result<(), Failure> {
    let config = read_config(Voice::Quiet)?;
    let color = is_terminal();
    let mut show = |scene: Scene<'_>| {
        if !output.for_people() {
            return;
        }
        match scene {
            Scene::Title(text) => say(&format!("\n{}", heading(text))),
            Scene::Wire(exchange) => say(&exchange.line(color)),
            Scene::Call(call) => say(&call_line(&call, color)),
        }
    };
    let told = tell(config, &mut show).await.map_err(|problem| match problem {
        judge::Problem::Configuration(problem) => Failure::Configuration(problem),
        judge::Problem::Store(error) => error.into(),
        judge::Problem::Server(problem) => Failure::Server(problem),
        other @ (judge::Problem::Refused(_) | judge::Problem::Fake(_)) => Failure::Failed(other.to_string()),
    })?;
    let well = told.surprises.is_empty();
    let data = json!({
        "as_told": well, "surprises": told.surprises, "audit_entries": told.audit_entries,
        "seats": told.seats.iter().map(shown::seat).collect::<Vec<_>>(), "url": told.stage.base(),
    });
    output.show("demo", &data, || {
        let verdict = if well {
            "All went as told.".to_owned()
        } else {
            format!("Not as told:\n  {}", told.surprises.join("\n  "))
        };
        let audit = format!("The audit has {} entries and is intact.", told.audit_entries);
        format!("\n{}\n{}\n\n{verdict} {audit}", heading("Who holds a seat"), listed(&told.seats))
    });
    if !exit {
        if output.for_people() {
            say(&next_steps(&told.stage.base(), &told.key, &told.stage.apollo.base_url()));
        }
        server::told_to_stop().await;
    }
    told.stage.clear().await;
    if well { Ok(()) } else { Err(Failure::Told(1)) }
}

fn heading(text: &str) -> String {
    bold(&format!("== {text}"))
}

/// A call of a script, in the shape of the exchanges around it.
fn call_line(call: &ScriptCall<'_>, color: bool) -> String {
    let (mark, paint) = match (call.as_told, call.status) {
        (false, _) => ("WRONG  ", "\u{1b}[31m"),
        (true, 200..=299) => ("ok     ", "\u{1b}[32m"),
        (true, _) => ("refused", "\u{1b}[33m"),
    };
    let (on, dim, off) = if color { (paint, "\u{1b}[2m", "\u{1b}[0m") } else { ("", "", "") };
    let mut body: String = call.body.chars().take(ESSENCE).collect();
    if call.body.chars().nth(ESSENCE).is_some() {
        body.push('…');
    }
    format!(
        "{on}{mark}{off} {} {}\n        {}  {dim}(through the key proxy){off}\n        {dim}< {body}{off}",
        call.status, call.request, call.step
    )
}

fn next_steps(base: &str, (key, holder): &(String, String), apollo: &str) -> String {
    format!(
        "\nStill up, until you press Ctrl-C; everything is temporary:\n\
         \x20 bridge       {base}   (readiness {base}/readyz, metrics {base}/metrics)\n\
         \x20 fake Apollo  {apollo}\n\
         \x20 call Apollo as {holder}:\n\
         \x20   curl -s {base}/apollo/mixed_people/api_search -H 'x-api-key: {key}' \\\n\
         \x20        -H 'content-type: application/json' -d '{{\"person_titles\":[\"CTO\"]}}'\n\
         When you are ready for your own: seatbridge serve"
    )
}
