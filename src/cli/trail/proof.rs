//! `audit verify|checkpoint|key`.

use crate::admin::trail::{self, Keys, Told, Verified, Wanted, shown};
use crate::audit::{Exported, Mark, PublicKey, verify_export};
use crate::cli::Failure;
use crate::cli::context::Context;
use crate::cli::output::{Output, moment, table};
use crate::http::Clock;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// A bar on a terminal, and what moves it.
pub(in crate::cli) fn progress(doing: &'static str) -> (ProgressBar, Told) {
    let bar = ProgressBar::new(1);
    if let Ok(style) = ProgressStyle::with_template("{msg:20} {wide_bar} {pos}/{len} {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(doing);
    let moved = bar.clone();
    let told = move |done: i64, of: i64| {
        moved.set_length(u64::try_from(of).unwrap_or_default());
        moved.set_position(u64::try_from(done).unwrap_or_default());
    };
    (bar, Box::new(told))
}

/// Checks the audit of the configured database.
pub(super) async fn verify(
    public_keys: &[PathBuf],
    expect: Option<&str>,
    output: Output,
) -> Result<(), Failure> {
    let expect = expect.map(place_and_hash).transpose()?;
    let given = keys_in(public_keys)?;
    let context = Context::open()?;
    let keys = match given.is_empty() {
        true => Keys::of(&context.secrets()?)?.known().to_vec(),
        false => given,
    };
    let (bar, told) = progress("following the audit");
    let verified = trail::examine(Wanted { keys, expect }, told, &context.store).await;
    bar.finish_and_clear();
    let verified = verified?;
    output.show("audit", &shown::verified(&verified), || verified_told(&verified));
    Ok(())
}

fn place_and_hash(text: &str) -> Result<(i64, String), Failure> {
    let (seq, hash) = text.split_once(':').unwrap_or_default();
    let whole = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    match seq.parse() {
        Ok(seq) if whole && seq > 0 => Ok((seq, hash.to_ascii_lowercase())),
        _ => Err(Failure::Usage("write --expect as SEQ:HASH, as `audit checkpoint` prints it".to_owned())),
    }
}

fn keys_in(files: &[PathBuf]) -> Result<Vec<PublicKey>, Failure> {
    let read = |file: &PathBuf| {
        let text = std::fs::read_to_string(file).map_err(|cause| unreadable(file, &cause))?;
        PublicKey::parse(&text).ok_or_else(|| {
            let file = file.display();
            Failure::Usage(format!("{file} holds no public key; make one with `seatbridge audit key`"))
        })
    };
    files.iter().map(read).collect()
}

fn unreadable(file: &Path, cause: &std::io::Error) -> Failure {
    Failure::Failed(format!("{} cannot be read: {cause}", file.display()))
}

fn verified_told(verified: &Verified) -> String {
    if verified.last == 0 {
        return "the audit is intact: nothing happened yet".to_owned();
    }
    let mut told =
        format!("the audit is intact: {} entries, the last has the hash {}", verified.entries, verified.hash);
    if let Some(mark) = &verified.pruned {
        let at = mark.pruned.as_ref().map_or(0, |pruned| pruned.at);
        told += &format!("\n  entries up to {} were pruned at {}", mark.checkpoint.seq, moment(at));
    }
    match &verified.signed {
        Some(point) => {
            told += &format!(
                "\n  signed up to entry {} at {} by the key {}",
                point.seq,
                moment(point.at),
                point.key_id
            );
        }
        None => told += "\n  nothing is signed yet: `seatbridge audit checkpoint` does it now",
    }
    if verified.signed.is_some() && verified.unsigned() > 0 {
        told += &format!("; {} since then are chained, not signed yet", verified.unsigned());
    }
    told
}

/// Checks exports; several have to join. Neither configuration nor database is looked at.
pub(super) fn verify_files(
    files: &[PathBuf],
    public_keys: &[PathBuf],
    output: Output,
) -> Result<(), Failure> {
    let keys = keys_in(public_keys)?;
    let mut all: Vec<Exported> = Vec::new();
    for file in files {
        let open = File::open(file).map_err(|cause| unreadable(file, &cause))?;
        let size = open.metadata().map_or(0, |about| about.len());
        let (bar, mut told) = progress("following the file");
        // How many entries there are is known at the end; bytes are known now, and each entry has some.
        let guess = i64::try_from(size / 400).unwrap_or_default();
        let checked = verify_export(BufReader::new(open), &keys, &mut |entries| {
            if entries % 1000 == 0 {
                told(entries, guess.max(entries));
            }
        });
        bar.finish_and_clear();
        let exported = checked.map_err(|cause| unreadable(file, &cause))?;
        let exported = exported.map_err(|broken| broken_in(file, &broken))?;
        if let Some(former) = all.last() {
            exported.joins(&former.checkpoint).map_err(|broken| broken_in(file, &broken))?;
        }
        all.push(exported);
    }
    let (Some(first), Some(last)) = (all.first(), all.last()) else { return Ok(()) };
    let entries: i64 = all.iter().map(Exported::entries).sum();
    let data = json!({
        "intact": true, "entries": entries, "from": first.header.from, "to": last.header.to,
        "after": first.header.after, "hash": last.checkpoint.hash, "signed": shown::signed(&last.checkpoint),
        "key_given": !keys.is_empty(),
    });
    output.show("audit", &data, || files_told(entries, first, last, !keys.is_empty()));
    Ok(())
}

/// The file's name belongs to the sentence, the exit code stays that of a broken audit.
fn broken_in(file: &Path, broken: &crate::audit::Broken) -> Failure {
    Failure::Integrity(format!("{}: {broken}", file.display()))
}

fn files_told(entries: i64, first: &Exported, last: &Exported, key_given: bool) -> String {
    let point = &last.checkpoint;
    let mut told = format!(
        "the export is intact: {entries} entries, {} to {}, signed at {} by the key {}",
        first.header.from,
        last.header.to,
        moment(point.at),
        point.key_id
    );
    if !key_given {
        told += "\n  that key is the file's own: compare its id with `seatbridge audit key`, or name the key \
                 you keep with --public-key";
    }
    if first.header.from > 1 {
        told += &format!("\n  it goes on after entry {}:{}", first.header.from - 1, first.header.after);
    }
    told + &format!(
        "\n  it joins an audit that verifies with: seatbridge audit verify --expect {}:{}",
        point.seq, point.hash
    )
}

/// Signs the end now.
pub(super) async fn checkpoint(public_keys: &[PathBuf], output: Output) -> Result<(), Failure> {
    let trusted = keys_in(public_keys)?;
    let context = Context::open()?;
    let keys = Keys::of(&context.secrets()?)?.trusting(&trusted);
    if !trusted.is_empty() {
        trail::sign_again(&keys, &context.store).await?;
    }
    let signed = trail::sign_end(&keys, Clock::default().now(), &context.store).await?;
    let data = signed.as_ref().map(shown::evidence);
    output.show("audit", &data, || match &signed {
        None => "nothing happened yet, so there is nothing to sign".to_owned(),
        Some(point) => format!(
            "signed: {}:{}\n  by the key {} at {}; keep this line elsewhere: `seatbridge audit verify \
             --expect` takes it",
            point.seq,
            point.hash,
            point.key_id,
            moment(point.at)
        ),
    });
    Ok(())
}

/// All signed places.
pub(super) async fn checkpoints(output: Output) -> Result<(), Failure> {
    let all = trail::checkpoints(&Context::open()?.store).await?;
    let row = |mark: &Mark| {
        let point = &mark.checkpoint;
        let pruned = mark.pruned.as_ref().map_or_else(|| "-".to_owned(), |pruned| moment(pruned.at));
        vec![point.seq.to_string(), moment(point.at), pruned, point.key_id.clone(), point.hash.clone()]
    };
    let data = all.iter().map(shown::mark);
    output.list("audit", &["seq", "at", "pruned_at", "key_id", "hash"], data, || {
        table(
            &["#", "signed (UTC)", "pruned (UTC)", "key", "hash"],
            all.iter().map(row).collect(),
            "nothing is signed yet: `seatbridge audit checkpoint` does it now",
        )
    })
}

/// The public key, in a form that this command and OpenSSL read.
pub(super) fn key(output: Output) -> Result<(), Failure> {
    let keys = Keys::of(&Context::open()?.secrets()?)?;
    let told = |key: &PublicKey| json!({"key_id": key.id(), "public_key": key.hex(), "pem": key.pem()});
    let mut data = told(&keys.public());
    data["former"] = keys.known().iter().skip(1).map(told).collect();
    output.show("audit", &data, || {
        format!("key id: {}\n{}", keys.public().id(), keys.public().pem().trim_end())
    });
    Ok(())
}
