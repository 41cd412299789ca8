//! `restore`: nothing is replaced before the backup has proved itself.

use super::{place, private_copy, proven, secret_of};
use crate::admin::service::directories;
use crate::admin::trail::{self, Former, Keys, Verified};
use crate::cli::Failure;
use crate::cli::commands::Restore;
use crate::cli::context::{Context, Voice, read_config};
use crate::cli::output::{Output, moment};
use crate::cli::trail::draft::{Draft, sync_folder};
use crate::cli::trail::proof::progress;
use crate::config::{Backend, Config, SECRET_FILE};
use crate::credential::secret::Secrets;
use crate::flavour::Flavour;
use crate::http::clock::rfc3339;
use crate::store::Store;
use crate::store::copy::{self, Held, Holding};
use crate::store::records::Directory;
use secrecy::SecretString;
use serde_json::json;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Bytes copied at once.
const PIECE: usize = 1 << 20;

pub(in crate::cli) async fn run(wish: Restore, output: Output) -> Result<(), Failure> {
    let config = read_config(Voice::Quiet)?;
    let database = place(&config.backend()?, "pg_restore")?;
    let there = may_replace(&wish, &database)?;
    let (keys, secret) = keys_for(&wish, &config, &database)?;
    let draft = drafted(&wish.file, &database)?;
    let known = keys.as_ref().map(|keys| keys.known().to_vec()).unwrap_or_default();
    let about = |told: String| format!("{}: {told}", wish.file.display());
    let verified = proven(draft.path(), &known).await.map_err(|failure| match failure {
        Failure::Refused(refusal) if refusal.exit_code() == 7 => {
            Failure::Integrity(about(refusal.to_string()))
        }
        Failure::Integrity(told) => Failure::Integrity(about(told)),
        Failure::Failed(told) => Failure::Failed(about(told)),
        other => other,
    })?;
    let former = if there { former_of(&database, &verified).await } else { None };
    let connected = noted(draft.path(), &wish.reason, former.as_ref(), keys.as_ref()).await?;
    let kept = replaced(draft, &database, there)?;
    if let Some(secret) = secret {
        private_copy(&secret, &database.with_file_name(SECRET_FILE))?;
    }
    let data = json!({
        "database": database.display().to_string(), "entries": verified.entries, "last": verified.last,
        "hash": verified.hash, "kept": kept.as_ref().map(|kept| kept.display().to_string()),
        "former": former.as_ref().map(|former| json!({
            "last": former.last, "hash": former.hash, "newer_entries": former.newer,
            "same_history": former.same, "since": former.since.map(rfc3339),
        })),
        "directories": connected.iter().map(|one| json!({"name": one.name, "step": step(one.flavour)}))
            .collect::<Vec<_>>(),
    });
    output
        .show("restore", &data, || told(&database, &verified, former.as_ref(), kept.as_deref(), &connected));
    Ok(())
}

/// Whether something is there to be replaced.
fn may_replace(wish: &Restore, database: &Path) -> Result<bool, Failure> {
    let (file, shown) = (wish.file.display(), database.display());
    if !wish.file.is_file() {
        return Err(Failure::Failed(format!("there is no backup at {file}")));
    }
    let there = database.symlink_metadata().is_ok();
    let same = std::fs::canonicalize(&wish.file).ok() == std::fs::canonicalize(database).ok();
    if there && same {
        return Err(Failure::Usage(format!("{file} is the database itself")));
    }
    let [log, _] = copy::beside(&wish.file);
    if std::fs::metadata(&log).is_ok_and(|about| about.len() > 0) {
        return Err(Failure::Failed(format!(
            "{file} is a database in use, not a backup: make one with `seatbridge backup`"
        )));
    }
    if there && !wish.force {
        return Err(Failure::Usage(format!(
            "there is a database at {shown}: with --force it is replaced, and kept beside under a dated name"
        )));
    }
    if there {
        drop(held(database)?);
    }
    Ok(there)
}

/// The database for ourselves; nothing when it cannot be read anyway.
fn held(database: &Path) -> Result<Option<Held>, Failure> {
    match copy::hold(database) {
        Holding::Held(held) => Ok(Some(held)),
        Holding::Unreadable(_) => Ok(None),
        Holding::InUse => Err(Failure::Failed(format!(
            "something works on {}: stop the server and other commands first",
            database.display()
        ))),
    }
}

/// What the backup's checkpoints verify with, and the secret file to bring along.
fn keys_for(
    wish: &Restore,
    config: &Config,
    database: &Path,
) -> Result<(Option<Keys>, Option<PathBuf>), Failure> {
    if wish.lost_secret_file {
        return Ok((None, None));
    }
    let read = |file: &Path| {
        std::fs::read_to_string(file).ok().map(|text| SecretString::from(text.trim().to_owned()))
    };
    let (own, brought) = (database.with_file_name(SECRET_FILE), secret_of(&wish.file));
    let (secret, bring) = match (config.secret.clone().or_else(|| read(&own)), read(&brought)) {
        (Some(secret), _) => (secret, None),
        (None, Some(secret)) => (secret, Some(brought)),
        (None, None) => {
            return Err(Failure::Usage(format!(
                "the secret of the backup is missing: put it at {} or {}, or configure it; if it is lost, \
                 say --lost-secret and issue all SCIM tokens anew",
                own.display(),
                brought.display()
            )));
        }
    };
    let secrets = Secrets::new(secret, config.former_secret.clone());
    let secrets = secrets.map_err(|short| Failure::Setup(short.to_string()))?;
    Ok((Some(Keys::of(&secrets)?), bring))
}

/// The backup, copied beside the database so that it can take its place at once.
fn drafted(file: &Path, database: &Path) -> Result<Draft, Failure> {
    let failed = |cause| Failure::Failed(format!("{} cannot be read: {cause}", file.display()));
    let (draft, mut target) = Draft::over(database)?;
    let mut source = std::fs::File::open(file).map_err(failed)?;
    let of = source.metadata().map_or(0, |about| i64::try_from(about.len()).unwrap_or(i64::MAX));
    let (bar, mut heard) = progress("copying (bytes)");
    let (mut piece, mut done) = (vec![0; PIECE], 0);
    loop {
        let read = source.read(&mut piece).map_err(failed)?;
        if read == 0 {
            break;
        }
        target.write_all(piece.get(..read).unwrap_or_default()).map_err(failed)?;
        done += i64::try_from(read).unwrap_or_default();
        heard(done, of);
    }
    bar.finish_and_clear();
    Ok(draft)
}

/// What the database that is replaced has beyond the backup; nothing when it cannot be read.
async fn former_of(database: &Path, backup: &Verified) -> Option<Former> {
    let store = Store::open(&Backend::Sqlite(database.to_owned())).ok()?;
    trail::former(backup.last, backup.hash.clone(), &store).await.ok()
}

/// Writes the restoring into the restored audit; answers whom it serves.
async fn noted(
    file: &Path,
    reason: &str,
    former: Option<&Former>,
    keys: Option<&Keys>,
) -> Result<Vec<Directory>, Failure> {
    let store = Store::open(&Backend::Sqlite(file.to_owned()))?;
    let act = Context::act();
    let now = act.now;
    trail::restored(former.cloned(), reason.to_owned(), act, &store).await?;
    if let Some(keys) = keys {
        trail::sign_end(keys, now, &store).await?;
    }
    let connected = directories(&store).await?;
    drop(store);
    copy::settle(file)?;
    Ok(connected)
}

/// Puts the draft into the database's place; answers where the former one is.
fn replaced(draft: Draft, database: &Path, there: bool) -> Result<Option<PathBuf>, Failure> {
    if !there {
        draft.keep()?;
        return Ok(None);
    }
    let failed = |cause| Failure::Failed(format!("{} cannot be replaced: {cause}", database.display()));
    let name = database.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stamp: String = rfc3339(Context::act().now).chars().filter(char::is_ascii_alphanumeric).collect();
    let kept = database.with_file_name(format!("{name}.before-restore-{stamp}"));
    let held = held(database)?;
    // What stands beside a database belongs to it alone: it must not be read into the new one.
    for (from, to) in copy::beside(database).iter().zip(copy::beside(&kept)) {
        if from.exists() {
            std::fs::rename(from, to).map_err(failed)?;
        }
    }
    std::fs::hard_link(database, &kept).map_err(failed)?;
    draft.keep()?;
    drop(held);
    sync_folder(database).map_err(failed)?;
    Ok(Some(kept))
}

/// What makes an identity provider send again what the backup does not know.
fn step(flavour: Flavour) -> &'static str {
    match flavour {
        Flavour::Okta => "in Okta: Import > Import Now, then Provisioning > To App > Force Sync",
        Flavour::Entra => "in Entra ID: Provisioning > Restart provisioning",
    }
}

fn told(
    database: &Path,
    verified: &Verified,
    former: Option<&Former>,
    kept: Option<&Path>,
    connected: &[Directory],
) -> String {
    let mut told = format!("{} is restored, its audit intact to entry {}", database.display(), verified.last);
    if let Some(kept) = kept {
        told += &format!("\n  the former database is {}", kept.display());
    }
    match former {
        None if kept.is_some() => {
            told += "\n  it could not be read, so nobody can say what the backup lacks";
        }
        Some(former) if !former.same => {
            told += &format!("\n  it has another history (its last entry is {})", former.last);
        }
        Some(former) if former.newer > 0 => {
            let since = former.since.map(moment).unwrap_or_default();
            told +=
                &format!("\n  it has {} newer entries, from {since} on: the backup lacks them", former.newer);
        }
        _ => {}
    }
    if !connected.is_empty() {
        told += "\nstart the server, then let the identity providers send what it lacks:";
    }
    for directory in connected {
        told += &format!("\n  {}: {}", directory.name, step(directory.flavour));
    }
    told
}
