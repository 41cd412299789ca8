//! Processes that are looked at: how much memory they take, and a fake Apollo as one of its own.

use crate::config::own_program;
use crate::http::clock::random;
use crate::judge::stage;
use data_encoding::HEXLOWER;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// Resident memory of a process without the files it has mapped (a store's pages are the system's cache, not
/// the process's memory); nothing where the system does not tell.
///
/// Units: bytes.
pub(super) fn resident_bytes(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("RssAnon:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// Random bytes as text, for names and keys.
pub(super) fn chance<const BYTES: usize>() -> Result<String, stage::Problem> {
    let bytes = random::<BYTES>().map_err(|error| stage::Problem::Fake(error.to_string()))?;
    Ok(HEXLOWER.encode(&bytes))
}

/// What a child process says first, as JSON, when it listens.
pub(super) fn first_words(output: Option<ChildStdout>) -> std::io::Result<serde_json::Value> {
    let odd = || std::io::Error::other("it said nothing that could be read");
    let mut line = String::new();
    BufReader::new(output.ok_or_else(odd)?).read_line(&mut line)?;
    serde_json::from_str(&line).map_err(|_| odd())
}

/// A fake Apollo in a process of its own; dropped, it is killed.
pub(super) struct Workspace {
    process: Child,
    folder: PathBuf,
}

impl Workspace {
    /// Starts one and waits until it listens.
    ///
    /// Errors: the system's.
    pub fn start(
        folder: PathBuf,
        users: usize,
        contacts: usize,
        program: Option<PathBuf>,
    ) -> std::io::Result<Self> {
        let key = folder.join("key");
        write_key(&folder, &key)?;
        let mut command = Command::new(program.map_or_else(own_program, Ok)?);
        command.args(["--json", "emulate", "apollo", "--listen", "127.0.0.1:0"]).env_clear();
        command.args(["--users", &users.to_string(), "--contacts", &contacts.to_string()]);
        command.arg("--master-key-file").arg(&key);
        let process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut workspace = Self { process, folder };
        let output = workspace.process.stdout.take();
        first_words(output)?;
        Ok(workspace)
    }

    /// Resident memory; nothing where the system does not tell.
    ///
    /// Units: bytes.
    pub fn resident_bytes(&self) -> Option<u64> {
        resident_bytes(self.process.id())
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn write_key(folder: &Path, key: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut open = std::fs::OpenOptions::new();
    let mut opened = open.write(true).create_new(true).mode(0o600).open(key)?;
    let text = chance::<16>().map_err(|error| std::io::Error::other(error.to_string()))?;
    writeln!(opened, "{text}")
}
