//! What the database alone gives on this machine: `pgbench` with the statements of a lookup and a create.
//!
//! No password is ever an argument: the connection is a service file in a folder that only its owner reads.

use super::subject::Database;
use percent_encoding::percent_decode_str;
use secrecy::ExposeSecret;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Where Debian keeps the programs of each version, out of `PATH`.
const INSTALLED: &str = "/usr/lib/postgresql";
/// The connection's name in the service file.
const SERVICE: &str = "bench";
/// Its sessions are set up as the server's writer is (`store/postgres.rs`); no lookup needs a scan.
const SESSION: &str = " -cenable_seqscan=off";

/// One lookup: `token` (`queries/directories.rs`), then `list_seats` (`queries/lists.rs`).
const LOOKUP: &str = r"\set n random(0, :users - 1)
SELECT t.id, t.directory_id, t.name, t.digest, t.created_at, t.expires_at, t.revoked_at, t.last_used_at,
  t.last_used_from, d.id, d.name, d.name_key, d.flavour, d.email_change, d.without_seat, d.default_role,
  d.role_map, d.sso_entity_id, d.sso_certificate, d.created_at
  FROM scim_tokens t INNER JOIN directories d ON d.id = t.directory_id WHERE t.id = :token;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT {seat} FROM seats WHERE seats.directory_id = :directory AND seats.standing <> 'removed'
  AND (NOT seats.user_name_yielded AND seats.user_name_key = 'person' || :n::text || '@bench.example')
  ORDER BY seats.seq + 0 LIMIT 1001;
COMMIT;
";

/// One create as a batch of its own: `begin_write` (`store/postgres.rs`), `stored` (`queries/head.rs`),
/// `seat_by_user_name`, `unassigned_by_external_id`, `capacity`, `active_by_address`,
/// `active_by_external_id`, `insert_seat`, `yield_address` (`queries/seats.rs`), `write_pending`
/// (`queries/trail/entries.rs`), `write` (`queries/head.rs`).
const CREATE: &str = r"BEGIN;
SELECT 1 FROM writer WHERE id = 1 FOR UPDATE;
SELECT audit_seq, audit_hash, seat_seq, assigned, queued, released_at,
  'pgbench-' || (seat_seq + 1)::text AS id, 'pgbench' || (seat_seq + 1)::text || '@bench.example' AS name
  FROM writer WHERE id = 1 \gset
\set seat_seq :seat_seq + 1
\set audit_seq :audit_seq + 1
\set assigned :assigned + 1
\set since :released_at - 60000000
SAVEPOINT command;
SELECT {seat} FROM seats WHERE directory_id = :directory AND user_name_key = :name
  AND NOT user_name_yielded AND standing <> 'removed';
SELECT {seat} FROM seats WHERE directory_id = :directory AND external_id = :id AND standing = 'unassigned'
  ORDER BY updated_at DESC, seq DESC;
SELECT count(*) FROM seats WHERE released_at > :since
  AND standing NOT IN ('assigned', 'held', 'held_removed');
SELECT {seat} FROM seats WHERE address_key = :name
  AND standing IN ('assigned', 'waiting', 'held', 'held_removed');
SELECT {seat} FROM seats WHERE directory_id = :directory AND external_id = :id
  AND standing IN ('assigned', 'waiting', 'held', 'held_removed') ORDER BY standing, seq;
INSERT INTO seats ({seat}, given_name_key, family_name_key, display_name_key)
  VALUES (:id, :seat_seq, :directory, 1, 'assigned', DEFAULT, DEFAULT, :name, :name, FALSE, :name, :name,
  FALSE, :id, :attributes, '[]', DEFAULT, 1, :at, DEFAULT, :at, :at, 'person', :id, :id);
INSERT INTO seat_emails (seat_id, position, value_key, kind_key) VALUES (:id, 0, :name, 'work');
SELECT DISTINCT seat_id FROM seat_emails WHERE value_key = :name LIMIT 2;
RELEASE command;
INSERT INTO audit (seq, at, actor, action, outcome, directory_id, seat_id, subject, reason, changes,
  request_id, hash) VALUES (:audit_seq, :at, :token, 'assign', 'done', :directory, :id, :name, DEFAULT,
  :changes, :id, :audit_hash);
INSERT INTO seat_events (seat_id, at, what, standing, user_name, address, external_id, rebound, audit_seq)
  VALUES (:id, :at, 'assigned', 'assigned', :name, :name, :id, FALSE, :audit_seq);
INSERT INTO provisioning_log (at, directory_id, token_id, request_id, method, target, act, seat_id, subject,
  status, scim_type, detail, changes, ignored, notes) VALUES (:at, :directory, :token, :id, 'POST', '/Users',
  'Create', :id, :name, 201, DEFAULT, DEFAULT, :changes, '[]', '[]');
UPDATE writer SET audit_seq = :audit_seq, audit_hash = :audit_hash, seat_seq = :seat_seq,
  assigned = :assigned, queued = :queued, released_at = :released_at WHERE id = 1;
COMMIT;
";

/// The columns of `SeatRow` (`queries/seat_row.rs`), for `{seat}`.
const SEAT: &str = "id, seq, directory_id, version, standing, waiting_reason, waiting_since, user_name, \
    user_name_key, user_name_yielded, address, address_key, address_yielded, external_id, attributes, \
    sent_roles, operator_role, period, assigned_at, released_at, created_at, updated_at";

/// A User's attributes, and a create's changes, as long as the server writes them: bound, as the server does.
const ATTRIBUTES: &str = concat!(
    r#"{"externalId":"person-1","userName":"person1@bench.example","displayName":"Person 1","#,
    r#""emails":[{"primary":true,"type":"work","value":"person1@bench.example"}],"#,
    r#""name":{"formatted":"Person 1","givenName":"Person","familyName":"1"},"title":"Account Executive","#,
    r#""urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Sales"}}"#,
);

/// What stands beside the server's figures on PostgreSQL.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Beside {
    /// One line a script.
    Measured(Vec<Line>),
    /// Why there is nothing.
    Absent(String),
}

/// One script, and the server's figure for the same work.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// The question's name.
    pub question: &'static str,
    /// Connections of `pgbench`.
    pub clients: usize,
    /// Transactions a second of `pgbench`.
    pub tps: f64,
    /// Answers a second of the server.
    pub ours: f64,
    /// The server's rate over `pgbench`'s.
    pub ratio: f64,
}

/// What is measured beside `pgbench`.
pub(super) struct Task {
    /// Users whose names are `person0` and on.
    pub users: usize,
    /// As many as asked the server.
    pub connections: usize,
    /// For each script.
    pub time: Duration,
    /// The server's rates of a lookup and of a create.
    pub rates: (f64, f64),
}

/// Runs the scripts; blocks as long as they take.
pub(super) fn beside(database: &Database, task: &Task) -> Beside {
    let Some(program) = program() else {
        return Beside::Absent("pgbench is not installed (Debian: package `postgresql`)".to_owned());
    };
    let (lookup, create) = task.rates;
    let scripts = [
        ("userName eq", LOOKUP, task.connections, lookup),
        ("create", CREATE, 1, create),
        ("create", CREATE, task.connections, create),
    ];
    let measured = || {
        let service = write(&database.folder, "pg_service.conf", &service(database)?)?;
        let line = |(question, script, clients, ours): (_, &str, _, f64)| {
            let script = write(&database.folder, "script.sql", &script.replace("{seat}", SEAT))?;
            let tps = rate(&mut command(&program, &service, &script, database, task, clients))?;
            Ok(Line { question, clients, tps, ours, ratio: if tps > 0.0 { ours / tps } else { 0.0 } })
        };
        scripts.into_iter().map(line).collect::<Result<Vec<_>, String>>()
    };
    measured().map_or_else(Beside::Absent, Beside::Measured)
}

/// The program of `PATH`, else the newest installed.
fn program() -> Option<PathBuf> {
    let named = PathBuf::from("pgbench");
    let asked = Command::new(&named).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if asked.is_ok_and(|status| status.success()) {
        return Some(named);
    }
    let versions = std::fs::read_dir(INSTALLED).ok()?.flatten().map(|entry| entry.path());
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<f64>().ok();
    let mut found: Vec<PathBuf> = versions.filter(|path| path.join("bin/pgbench").is_file()).collect();
    found.sort_by(|one, other| number(one).unwrap_or(0.0).total_cmp(&number(other).unwrap_or(0.0)));
    found.pop().map(|path| path.join("bin/pgbench"))
}

/// The URL as a service file; the last word of a setting counts, as in the URL.
fn service(database: &Database) -> Result<String, String> {
    // What the URL parser says might repeat the URL.
    let url = url::Url::parse(database.url.expose_secret())
        .map_err(|_| "the database's URL is none that can be taken apart for pgbench".to_owned())?;
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut settings = BTreeMap::new();
    for (name, value) in [
        ("host", plain(url.host_str().unwrap_or_default()).trim_matches(['[', ']']).to_owned()),
        ("port", url.port().map(|port| port.to_string()).unwrap_or_default()),
        ("user", plain(url.username())),
        ("password", plain(url.password().unwrap_or_default())),
        ("dbname", plain(url.path().trim_start_matches('/'))),
    ] {
        settings.insert(name.to_owned(), value);
    }
    settings.extend(url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())));
    settings.entry("options".to_owned()).or_default().push_str(SESSION);
    let lines = settings.iter().filter(|(_, value)| !value.is_empty());
    let lines: String = lines.map(|(name, value)| format!("{name}={value}\n")).collect();
    Ok(format!("[{SERVICE}]\n{lines}"))
}

fn write(folder: &Path, name: &str, text: &str) -> Result<PathBuf, String> {
    let file = folder.join(name);
    let mut open = std::fs::OpenOptions::new();
    let opened = open.write(true).create(true).truncate(true).mode(0o600).open(&file);
    let written = opened.and_then(|mut opened| opened.write_all(text.as_bytes()));
    written.map(|()| file).map_err(|cause| format!("pgbench could not be set up: {cause}"))
}

fn command(
    program: &Path,
    service: &Path,
    script: &Path,
    database: &Database,
    task: &Task,
    clients: usize,
) -> Command {
    let changes = serde_json::from_str::<BTreeMap<String, serde_json::Value>>(ATTRIBUTES).unwrap_or_default();
    let changes = changes
        .into_iter()
        .map(|(path, after)| serde_json::json!({"path": path, "before": null, "after": after}));
    let mut command = Command::new(program);
    command.env("PGSERVICEFILE", service).args(["-n", "-M", "prepared", "-f"]).arg(script);
    command.args(["-c", &clients.to_string(), "-j", &clients.min(2).to_string()]);
    // Connecting is part of its time, though not of its rate.
    let seconds = task.time.as_secs() + 2 + u64::try_from(clients / 16).unwrap_or(0);
    command.args(["-T", &seconds.to_string()]);
    for (name, value) in [
        ("users", task.users.to_string()),
        ("directory", database.directory_id.clone()),
        ("token", database.token_id.clone()),
        ("at", "1795305741221601".to_owned()),
        ("attributes", ATTRIBUTES.to_owned()),
        ("changes", changes.collect::<serde_json::Value>().to_string()),
    ] {
        command.arg("-D").arg(format!("{name}={value}"));
    }
    command.arg(format!("service={SERVICE}")).stdin(Stdio::null());
    command
}

fn rate(command: &mut Command) -> Result<f64, String> {
    let output = command.output().map_err(|cause| format!("pgbench does not run: {cause}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let tps =
        said.lines().rev().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    match tps {
        Some(tps) if output.status.success() => Ok(tps),
        Some(_) | None => {
            let told = String::from_utf8_lossy(&output.stderr);
            let why = told.lines().find(|line| line.contains("error")).unwrap_or("it gave no rate");
            Err(format!("pgbench failed: {why}"))
        }
    }
}
