//! `emulate okta|entra|apollo`.

use super::Failure;
use super::commands::Emulate;
use super::output::Output;
use crate::emulator::transcript::Summary;
use crate::emulator::{apollo, entra, okta};
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
            let key = secret_in(&master_key_file)?;
            apollo::run(&listen, &key, users, contacts, seed).await.map_err(|cause| {
                Failure::Setup(format!(
                    "cannot listen on {listen}: {cause}; choose another address with --listen"
                ))
            })
        }
    }
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
