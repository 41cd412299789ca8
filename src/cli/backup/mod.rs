//! `backup` and `restore` (SQLite); PostgreSQL has its own tools.

mod restore;

pub(super) use restore::run as restore;

use super::Failure;
use super::commands::Backup;
use super::context::Context;
use super::output::Output;
use super::trail::draft::Draft;
use super::trail::proof::progress;
use crate::admin::trail::{self, Keys, Verified, Wanted};
use crate::audit::PublicKey;
use crate::config::{Backend, SECRET_FILE};
use crate::http::Clock;
use crate::store::copy::{self, Unfit};
use crate::store::{Store, migrate};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often the growing copy is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Copies the database while the server goes on.
pub(super) async fn run(wish: Backup, output: Output) -> Result<(), Failure> {
    let config = super::context::read_config(super::context::Voice::Quiet)?;
    let (database, configured) =
        (place(&config.backend()?, "pg_dump --format=custom")?, config.secret.is_some());
    if wish.with_secret_file && configured {
        return Err(Failure::Usage(
            "the secret does not lie beside the database but is configured (SEATBRIDGE__SECRET or \
             SEATBRIDGE__SECRET_FILE): keep it from there"
                .to_owned(),
        ));
    }
    if !database.is_file() {
        return Err(Failure::Failed(format!("there is no database at {} to back up", database.display())));
    }
    let context = Context::with(config)?;
    let keys = Keys::of(&context.secrets()?)?;
    // An audit that is broken is told at the end: whatever is left is worth a backup.
    let _ = trail::sign_end(&keys, Clock::default().now(), &context.store).await;
    let (draft, _) = Draft::begin(&wish.file)?;
    copied(&database, draft.path())?;
    let proven = proven(draft.path(), keys.known()).await;
    if !matches!(proven, Ok(_) | Err(Failure::Refused(_))) {
        return proven.map(drop);
    }
    draft.keep()?;
    let verified = proven.map_err(|broken| {
        let file = wish.file.display();
        Failure::Integrity(format!(
            "{file} holds the whole database, but its audit does not verify: {broken}"
        ))
    })?;
    let secret = database.with_file_name(SECRET_FILE);
    let beside = secret_of(&wish.file);
    if wish.with_secret_file {
        private_copy(&secret, &beside)?;
    }
    let bytes = std::fs::metadata(&wish.file).map_or(0, |about| about.len());
    let secret = match configured {
        true => "configured".to_owned(),
        false => secret.display().to_string(),
    };
    let data = json!({
        "file": wish.file.display().to_string(), "bytes": bytes, "entries": verified.entries,
        "last": verified.last, "hash": verified.hash, "secret": secret,
        "secret_copied": wish.with_secret_file.then(|| beside.display().to_string()),
    });
    output.show("backup", &data, || {
        let mut told = format!(
            "{} holds the whole database ({bytes} bytes); it was checked, its audit is intact to entry {}",
            wish.file.display(),
            verified.last
        );
        if verified.last > 0 {
            told += &format!("\n  keep this line elsewhere: {}:{}", verified.last, verified.hash);
        }
        told + "\n" + &of_the_secret(&wish, configured, &secret, &beside)
    });
    Ok(())
}

fn of_the_secret(wish: &Backup, configured: bool, secret: &str, beside: &Path) -> String {
    let lost = "without it SCIM tokens and all that is sealed in the backup are lost";
    match (wish.with_secret_file, configured) {
        (true, _) => format!("  its secret is in {}: keep both from strangers; {lost}", beside.display()),
        (false, true) => format!("  keep the configured secret (SEATBRIDGE__SECRET) too: {lost}"),
        (false, false) => format!("  keep {secret} too (--with-secret copies it): {lost}"),
    }
}

/// The file of a SQLite database.
///
/// Errors: on PostgreSQL, which tool does it there.
pub(super) fn place(backend: &Backend, tool: &str) -> Result<PathBuf, Failure> {
    match backend {
        Backend::Sqlite(path) => Ok(path.clone()),
        Backend::Postgres(_) => Err(Failure::Usage(format!(
            "this is for SQLite; on PostgreSQL use `{tool}`, and keep three things apart from each other: \
             the dump, the secret (SEATBRIDGE__SECRET), and the line that `seatbridge audit checkpoint` \
             prints"
        ))),
    }
}

/// Where the secret of a backup lies.
fn secret_of(file: &Path) -> PathBuf {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    file.with_file_name(format!("{name}.secret"))
}

/// Copies a small file for its owner alone.
fn private_copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let failed = |cause| Failure::Failed(format!("{} cannot be copied: {cause}", from.display()));
    let (draft, mut file) = Draft::begin(to)?;
    let mut source = std::fs::File::open(from).map_err(failed)?;
    std::io::copy(&mut source, &mut file).map_err(failed)?;
    draft.keep()
}

/// Copies with a bar that follows the growing file.
fn copied(database: &Path, to: &Path) -> Result<(), Failure> {
    let of = copy::size(database)?;
    let (bar, mut told) = progress("copying (bytes)");
    let (from, target) = (database.to_owned(), to.to_owned());
    let copying = std::thread::spawn(move || copy::copy(&from, &target));
    while !copying.is_finished() {
        let now = std::fs::metadata(to).map_or(0, |about| i64::try_from(about.len()).unwrap_or(of));
        told(now.min(of), of);
        std::thread::sleep(LOOK);
    }
    bar.finish_and_clear();
    let ended = copying.join().map_err(|_| Failure::Failed("the copying thread panicked".to_owned()))?;
    Ok(ended?)
}

/// Checks a database file that nobody else uses, migrates it, follows its audit; it is one file afterwards.
async fn proven(file: &Path, keys: &[PublicKey]) -> Result<Verified, Failure> {
    copy::examine(file).map_err(|unfit| match unfit {
        Unfit::Damaged(_) => Failure::Integrity(format!("{unfit}")),
        Unfit::Strange | Unfit::Newer(_) => Failure::Failed(format!("{unfit}")),
    })?;
    let backend = Backend::Sqlite(file.to_owned());
    migrate::run(&backend)?;
    let store = Store::open(&backend)?;
    let (bar, told) = progress("following the audit");
    let wanted = Wanted { keys: keys.to_vec(), expect: None };
    let verified = trail::examine(wanted, told, &store).await;
    bar.finish_and_clear();
    drop(store);
    copy::settle(file)?;
    Ok(verified?)
}
