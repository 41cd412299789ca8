//! The command line: `noun verb`, a table for people, `--format json|csv|ndjson` for
//! machines (U5).
//!
//! Exit codes: 0 ok, 1 failed, 2 usage, 3 findings, 4 held, 5 denied, 6 upstream, 7 integrity, 8
//! configuration. Secrets are never arguments: they come from files or configuration.

mod apollo;
mod backup;
mod bench;
mod client;
mod commands;
mod conformance;
mod context;
mod demo;
mod directory;
mod doctor;
mod emulate;
mod hand;
mod key;
mod operator;
mod output;
mod reconcile;
mod seat;
mod secret;
mod serve;
mod story;
mod team;
mod token;
mod trail;
mod trust;

pub use commands::command_line;

use crate::admin::Refusal;
use crate::{config, server, store};
use clap::Parser;
use commands::{Cli, Command};
use output::{Format, Output};

/// Why a command did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Unreconciled(#[from] crate::reconcile::Refusal),
    #[error(transparent)]
    Configuration(#[from] config::Problem),
    #[error("{0}")]
    Setup(String),
    #[error(transparent)]
    Server(#[from] server::Problem),
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Failed(String),
    /// What should prove something does not.
    #[error("{0}")]
    Integrity(String),
    /// Told already; only the exit code is left to say.
    #[error("")]
    Told(u8),
}

impl Failure {
    fn exit_code(&self) -> u8 {
        match self {
            Failure::Refused(refusal) => refusal.exit_code(),
            Failure::Unreconciled(refusal) => refusal.exit_code(),
            Failure::Configuration(_) | Failure::Setup(_) | Failure::Server(_) => 8,
            Failure::Usage(_) => 2,
            Failure::Failed(_) => 1,
            Failure::Integrity(_) => 7,
            Failure::Told(code) => *code,
        }
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Failure::Refused(Refusal::Store(error))
    }
}

/// Runs one command; answers its exit code.
pub fn run() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misread(&error),
    };
    let output = match form(cli.json, cli.format) {
        Ok(format) => Output { format },
        Err(failure) => {
            Output { format: Format::Table }.failure(&failure.to_string());
            return failure.exit_code();
        }
    };
    match server::run_async(obey(cli.command, output)) {
        Ok(()) => 0,
        Err(failure) => {
            output.failure(&failure.to_string());
            failure.exit_code()
        }
    }
}

/// The form asked for; `--json` is the short way to say `--format json`.
fn form(json: bool, format: Option<Format>) -> Result<Format, Failure> {
    match (json, format) {
        (true, None | Some(Format::Json)) => Ok(Format::Json),
        (true, Some(_)) => Err(Failure::Usage("--json and --format ask for two forms; keep one".to_owned())),
        (false, format) => Ok(format.unwrap_or(Format::Table)),
    }
}

/// What cannot be read as a command, or is a wish for help; a machine is answered in its own form.
fn misread(error: &clap::Error) -> u8 {
    let said = config::is_argument;
    let json = said("--json") || said("--format=json") || (said("--format") && said("json"));
    if error.use_stderr() && json {
        Output { format: Format::Json }.failure(error.to_string().trim());
        return 2;
    }
    let _ = error.print();
    u8::try_from(error.exit_code()).unwrap_or(2)
}

async fn obey(command: Command, output: Output) -> Result<(), Failure> {
    match command {
        Command::Serve { listen } => serve::serve(listen, output).await,
        Command::Migrate => serve::migrate(output),
        Command::Healthcheck { url } => serve::healthcheck(&url, output).await,
        Command::Doctor => doctor::run(output).await,
        Command::Demo { exit } => demo::run(exit, output).await,
        Command::Bench(which) => bench::run(which, output).await,
        Command::Emulate(which) => emulate::run(which, output).await,
        Command::Conformance(verb) => conformance::run(verb, output).await,
        Command::Team(verb) => team::run(verb, output).await,
        Command::Directory(verb) => directory::run(verb, output).await,
        Command::Token(verb) => token::run(verb, output).await,
        Command::Client(verb) => client::run(verb, output).await,
        Command::Apollo(verb) => apollo::run(verb, output).await,
        Command::Secret(verb) => secret::run(verb, output).await,
        Command::Seat(verb) => seat::run(verb, output).await,
        Command::Reconcile(verb) => reconcile::run(verb, output).await,
        Command::Drift(verb) => reconcile::drift::run(verb, output).await,
        Command::Hold(verb) => hand::hold::run(verb, output).await,
        Command::Key(verb) => key::run(verb, output).await,
        Command::Usage(verb) => story::usage::run(verb, output).await,
        Command::Operator(verb) => operator::run(verb, output).await,
        Command::Log(verb) => story::log::run(verb, output).await,
        Command::Receipt(verb) => story::receipt::run(verb, output).await,
        Command::Audit(verb) => trail::run(verb, output).await,
        Command::Backup(wish) => backup::run(wish, output).await,
        Command::Restore(wish) => backup::restore(wish, output).await,
    }
}
