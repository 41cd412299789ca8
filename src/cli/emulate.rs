//! `emulate okta|entra|apollo`.

use super::Failure;
use super::commands::Emulate;
use super::context::{Voice, read_config};
use super::output::Output;
use crate::emulator::transcript::Summary;
use crate::emulator::{apollo, entra, okta};
use crate::server;
use serde_json::json;
use std::path::Path;

pub(super) async fn run(which: Emulate, output: Output) -> Result<(), Failure> {
    match which {
        Emulate::Okta { target, token_file, mode } => {
            let mode = mode.parse::<okta::Mode>().map_err(|error| Failure::Usage(error.to_string()))?;
            let token = secret_in(&token_file)?;
            ended(okta::run(&target, &token, mode, output.json).await)
        }
        Emulate::Entra { target, token_file, dialect } => {
            let dialect =
                dialect.parse::<entra::Dialect>().map_err(|error| Failure::Usage(error.to_string()))?;
            let token = secret_in(&token_file)?;
            ended(entra::run(&target, &token, dialect, output.json).await)
        }
        Emulate::Apollo { listen, master_key_file, users, contacts, seed } => {
            let master_key = secret_in(&master_key_file)?;
            let options =
                apollo::Options { listen, master_key, users, contacts, seed, ..apollo::Options::default() };
            fake_apollo(options, output).await
        }
    }
}

/// Runs a fake Apollo until told to stop; its log shows every request.
async fn fake_apollo(options: apollo::Options, output: Output) -> Result<(), Failure> {
    read_config(Voice::Server)?;
    let (listen, users, contacts) = (options.listen.clone(), options.users, options.contacts);
    let fake = apollo::Apollo::start(options).await.map_err(|cause| {
        Failure::Setup(format!("cannot listen on {listen}: {cause}; choose another address with --listen"))
    })?;
    let (base, origin) = (fake.base_url(), fake.origin());
    let log = format!("{origin}/_control/log");
    let data = json!({"base_url": base, "log": log, "users": users, "contacts": contacts});
    output.show("emulate", &data, || {
        format!(
            "fake Apollo at {base}, with {users} users and {contacts} contacts; Ctrl-C stops it\n  \
             point a bridge at it: SEATBRIDGE__APOLLO__BASE_URL={base}\n  \
             all it received:      {log}"
        )
    });
    server::told_to_stop().await;
    fake.stop().await;
    Ok(())
}

fn ended(story: Result<Summary, crate::emulator::wire::Error>) -> Result<(), Failure> {
    match story {
        Ok(summary) if summary.passed() => Ok(()),
        Ok(_) => Err(Failure::Told(1)),
        Err(error) => Err(Failure::Usage(error.to_string())),
    }
}

fn secret_in(file: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|cause| Failure::Usage(format!("{} cannot be read: {cause}", file.display())))?;
    Ok(text.trim().to_owned())
}
