//! Arguments of `backup` and `restore`.

use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct Backup {
    /// A new file, for your eyes only (mode 0600).
    pub file: PathBuf,
    /// Also copy the secret that lies beside the database, to FILE.secret.
    #[arg(long = "with-secret")]
    pub with_secret_file: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Restore {
    /// What `backup` made.
    pub file: PathBuf,
    /// Replace the database that is there; it is kept beside under a dated name.
    #[arg(long)]
    pub force: bool,
    /// Restore although the secret of the backup is lost: SCIM tokens have to be issued anew.
    #[arg(long = "lost-secret")]
    pub lost_secret_file: bool,
    /// Why; goes into the audit.
    #[arg(long, default_value = "restored from a backup")]
    pub reason: String,
}
