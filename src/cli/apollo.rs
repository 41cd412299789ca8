//! `apollo connect|status|disconnect`.

use super::Failure;
use super::commands::Apollo as Verb;
use super::context::Context;
use super::output::{Output, facts, indented, moment, say};
use crate::admin::Refusal;
use crate::admin::grant::{self, Begun, Connected, Desk, GRANTED, NotConnected, Status};
use crate::apollo::grant::{Pasted, Returned, pasted};
use crate::http::Clock;
use crate::http::clock::rfc3339;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use std::io::{IsTerminal, Read, Write};
use std::time::Duration;

/// How often it is looked whether the person came back.
const LOOK: Duration = Duration::from_millis(500);
/// Longest text read from standard input.
const LARGEST_PASTE: u64 = 16 * 1024;

pub(super) async fn run(verb: Verb, output: Output) -> Result<(), Failure> {
    let context = Context::open()?;
    let desk = Desk {
        apollo: context.config.apollo.clone(),
        store: context.store.clone(),
        secrets: context.secrets()?,
        clock: Clock::default(),
    };
    match verb {
        Verb::Connect { paste, no_wait } => connect((paste, no_wait), &context, &desk, output).await,
        Verb::Status => status(&desk, output).await,
        Verb::Disconnect { reason } => {
            let given_back = grant::disconnect(reason, Context::act(), &desk).await?;
            output.show("apollo", &json!({"disconnected": true, "given_back": given_back}), || {
                let apollo = if given_back {
                    "Apollo took its tokens back"
                } else {
                    "Apollo did not take its tokens back: remove the app there, under Settings > Integrations"
                };
                format!("the OAuth grant has ended, and its tokens are gone from the database; {apollo}")
            });
            Ok(())
        }
    }
}

async fn connect(
    (paste, no_wait): (bool, bool),
    context: &Context,
    desk: &Desk,
    output: Output,
) -> Result<(), Failure> {
    let begun = grant::begin(&context.config, Context::act(), &context.store).await?;
    let mut data = json!({
        "authorize_url": begun.url, "redirect_uri": begun.redirect_uri, "scopes": begun.scopes,
        "ends_at": rfc3339(begun.ends_at), "outcome": Value::Null,
    });
    if no_wait {
        output.show("apollo", &data, || invitation(&begun, context));
        return Ok(());
    }
    // Whoever wants JSON gets one document, at the end.
    if output.for_people() {
        say(&invitation(&begun, context));
    } else {
        let _ = writeln!(std::io::stderr().lock(), "{}", begun.url);
    }
    let connected = if paste {
        Some(finish_pasted(&read_paste(output)?, &begun, desk).await?)
    } else {
        wait(&begun, desk, output).await?;
        None
    };
    data["outcome"] = json!(GRANTED);
    data["grant"] = connected.as_ref().map_or(Value::Null, granted);
    output.show("apollo", &data, || match &connected {
        Some(connected) => told(connected),
        None => "connected: see `seatbridge apollo status`".to_owned(),
    });
    Ok(())
}

fn invitation(begun: &Begun, context: &Context) -> String {
    let unreachable = match context.config.public_url {
        Some(_) => String::new(),
        None => {
            "\n\nThe redirect URL works on this machine only: set SEATBRIDGE__PUBLIC_URL to the https:// \
                 address\nof the bridge, or finish with --paste."
                .to_owned()
        }
    };
    format!(
        "Open this address as an Apollo Admin or Billing and Seat Manager, within 15 minutes:\n\n{}\n\n\
         Apollo sends the browser back to {}, which has\nto be a redirect URL of the OAuth app.{unreachable}",
        begun.url, begun.redirect_uri
    )
}

/// What a person pastes, or a script pipes in; never an argument, which others could read.
fn read_paste(output: Output) -> Result<String, Failure> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() && output.for_people() {
        say("\nPaste the code, or the whole address the browser ended at, and press Enter:");
    }
    let mut text = String::new();
    let read = if stdin.is_terminal() {
        stdin.read_line(&mut text).map(|_| ())
    } else {
        stdin.lock().take(LARGEST_PASTE).read_to_string(&mut text).map(|_| ())
    };
    read.map_err(|error| Failure::Usage(format!("standard input cannot be read: {error}")))?;
    Ok(text)
}

async fn finish_pasted(text: &str, begun: &Begun, desk: &Desk) -> Result<Connected, Failure> {
    let refused = match pasted(text) {
        Some(Pasted::Code(code)) => grant::finish(&begun.state, &code, desk).await,
        Some(Pasted::Address(Returned::Code { code, state })) => grant::finish(&state, &code, desk).await,
        Some(Pasted::Address(Returned::Error { error, state })) => {
            Err(grant::denied(&state, &error, desk).await)
        }
        Some(Pasted::Address(Returned::Nothing)) | None => Err(NotConnected::NoAnswer),
    };
    refused.map_err(|refused| Failure::Refused(Refusal::NotConnected(refused)))
}

/// Waits until the server received the person's answer.
async fn wait(begun: &Begun, desk: &Desk, output: Output) -> Result<(), Failure> {
    let bar = if output.for_people() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
    bar.enable_steady_tick(Duration::from_millis(120));
    bar.set_message("waiting for the running server to receive the answer (Ctrl-C to stop waiting)");
    let outcome = loop {
        let digest = begun.digest.clone();
        let known = desk.store.look_up(move |tx| tx.connect(&digest)).await?;
        match known.and_then(|connect| connect.outcome) {
            Some(outcome) if outcome != "exchanging" => break Some(outcome),
            _ if desk.clock.now() > begun.ends_at + 60_000_000 => break None,
            _ => tokio::time::sleep(LOOK).await,
        }
    };
    bar.finish_and_clear();
    match outcome {
        Some(outcome) if outcome == GRANTED => Ok(()),
        Some(refused) => {
            let code = if refused.starts_with("Apollo refused") { 5 } else { 6 };
            output.failure(&refused);
            Err(Failure::Told(code))
        }
        None => Err(Failure::Refused(Refusal::NotConnected(NotConnected::ExpiredState))),
    }
}

fn granted(connected: &Connected) -> Value {
    json!({
        "id": connected.id, "acts_as": connected.profile, "scopes": connected.scopes,
        "expires_at": rfc3339(connected.expires_at), "scope_change": connected.change,
    })
}

fn told(connected: &Connected) -> String {
    let who = connected.profile.as_ref().and_then(|who| who.email.clone().or_else(|| who.name.clone()));
    let mut rows = vec![
        ("acts as", who.unwrap_or_else(|| "Apollo did not say".to_owned())),
        ("scopes", connected.scopes.clone()),
        ("token ends", format!("{}, renewed before", moment(connected.expires_at))),
    ];
    if !connected.change.missing.is_empty() {
        rows.push(("not granted", connected.change.missing.join(" ")));
    }
    format!("connected\n{}", facts(&rows))
}

async fn status(desk: &Desk, output: Output) -> Result<(), Failure> {
    let Desk { apollo: config, store, secrets, clock } = desk;
    let door = grant::door(config, store, secrets, clock);
    let door = door.map_err(|unusable| Failure::Setup(unusable.to_string()))?;
    let status = grant::status(door.as_ref(), config, (secrets, clock.now()), store).await?;
    let data = serde_json::to_value(&status).map_err(|error| Failure::Failed(error.to_string()))?;
    output.show("apollo", &data, || shown(&status));
    match (status.credential, status.upstream_failed) {
        (_, true) => Err(Failure::Told(6)),
        (None, false) => Err(Failure::Told(8)),
        (Some(_), false) => Ok(()),
    }
}

fn shown(status: &Status) -> String {
    let mut rows = vec![("credential", status.credential.unwrap_or("none").to_owned())];
    if status.master_keys == 2 {
        rows.push(("master keys", "two slots are filled".to_owned()));
    }
    if let Some(who) = &status.acts_as {
        let parts = [who.name.clone(), who.email.clone(), who.id.clone()];
        rows.push(("acts as", parts.into_iter().flatten().collect::<Vec<_>>().join(", ")));
    }
    if let Some(reads) = status.reads_users {
        rows.push(("reads users", if reads { "yes" } else { "no" }.to_owned()));
    }
    if let Some(grant) = &status.grant {
        let minute = |text: &str| text.get(..16).unwrap_or(text).replace('T', " ");
        rows.push(("grant", format!("{} {}", grant.state, grant.id)));
        rows.push(("scopes", grant.scopes.clone()));
        rows.push(("granted", minute(&grant.granted_at)));
        rows.push(("renewed", grant.refreshed_at.as_deref().map_or_else(|| "not yet".to_owned(), minute)));
        rows.push(("token ends", minute(&grant.expires_at)));
        if let Some(at) = &grant.ended_at {
            rows.push(("ended", format!("{}: {}", minute(at), grant.ended_why.as_deref().unwrap_or("-"))));
        }
    }
    let mut told = facts(&rows);
    if !status.problems.is_empty() {
        let lines: Vec<String> = status.problems.iter().map(|problem| indented(problem)).collect();
        told = format!("{told}\n\nwhat is wrong\n{}", lines.join("\n"));
    }
    told
}
