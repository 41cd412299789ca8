//! Processes that are looked at: how much memory and time they take; a fake Apollo and a fast upstream as
//! ones of their own.

use crate::config::own_program;
use crate::http::clock::random;
use crate::judge::stage;
use data_encoding::HEXLOWER;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// Linux counts in hundredths of a second, whatever the kernel's own clock.
const MILLISECONDS_PER_TICK: u64 = 10;

/// Processor time of a process so far; nothing where the system does not tell.
pub(super) fn cpu(process: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Behind the name, which may hold anything: state, ten others, then user and system time.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut ticks = fields.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (ticks.next()?.parse().ok()?, ticks.next()?.parse().ok()?);
    Some(Duration::from_millis((user + system) * MILLISECONDS_PER_TICK))
}

/// The processes a process started; nothing where the system does not tell.
pub(super) fn children(process: u32) -> Option<Vec<u32>> {
    let listed = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children")).ok()?;
    listed.split_whitespace().map(|id| id.parse().ok()).collect()
}

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

/// Where a child process says it listens.
pub(super) fn address_in(said: &serde_json::Value) -> Option<SocketAddr> {
    said.pointer("/data/address")?.as_str()?.parse().ok()
}

/// What stands behind the ways that are compared, in a process of its own; dropped, it is killed. It ends by
/// itself when this process does, because it holds the other end of its input.
pub(super) struct Upstream {
    /// Where it listens.
    pub address: SocketAddr,
    process: Child,
}

impl Upstream {
    /// Starts it and waits until it listens.
    ///
    /// Errors: the system's.
    pub fn start(program: Option<PathBuf>) -> std::io::Result<Self> {
        let mut command = Command::new(program.map_or_else(own_program, Ok)?);
        command.args(["--json", "bench", "upstream"]).env_clear();
        let process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut upstream = Self { address: SocketAddr::from(([0; 4], 0)), process };
        let said = first_words(upstream.process.stdout.take())?;
        upstream.address = address_in(&said).ok_or_else(|| std::io::Error::other("it said no address"))?;
        Ok(upstream)
    }

    /// Processor time so far; nothing where the system does not tell.
    pub fn cpu(&self) -> Option<Duration> {
        cpu(self.process.id())
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
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
