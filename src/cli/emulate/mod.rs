//! `emulate okta|entra|apollo`.

mod access;
mod apollo;
mod commands;

pub(super) use commands::Emulate;

use self::commands::Telling;
use super::Failure;
use super::output::{Output, say, table};
use crate::emulator::control::{Desk, Fake, Surface};
use crate::emulator::story::{
    Credential, OWN_VERBS, Printer, Story, Tenant, Told, Verb, modes, prepared, shipped, tell_in,
};
use crate::emulator::{entra, junit, okta, wire};
use crate::server;
use serde_json::json;
use std::path::Path;
use std::time::Duration;
use uuid::Uuid;

pub(super) async fn run(which: Emulate, output: Output) -> Result<(), Failure> {
    match which {
        Emulate::Okta { telling, .. } if telling.verbs => {
            verbs(okta::Org::VERBS, output);
            Ok(())
        }
        Emulate::Entra { telling, .. } if telling.verbs => {
            verbs(entra::Tenant::VERBS, output);
            Ok(())
        }
        Emulate::Okta { telling, mode, auth } => {
            let auth = auth.parse::<okta::Authorization>().map_err(usage)?;
            let chosen = mode.as_deref().map(str::parse::<okta::Mode>).transpose().map_err(usage)?;
            let subject = Credential { auth, ..subject(&telling)? };
            if let Some(listen) = &telling.control {
                let mode = chosen.unwrap_or(okta::Mode::Aiw);
                let org = okta::Org::new(&subject.target, &subject.token, mode, auth).map_err(usage)?;
                return driven(listen, Desk::new("okta", org), output).await;
            }
            tell("okta", &telling, chosen.map(okta::Mode::word), &subject, output).await
        }
        Emulate::Entra { telling, dialect, on_demand, access } => {
            let chosen = dialect.as_deref().map(str::parse::<entra::Dialect>).transpose().map_err(usage)?;
            let (token, _issuer) = access::token(&telling, &access, output).await?;
            let target = telling.target.clone().unwrap_or_default();
            let subject = Credential { on_demand, ..Credential::bearer(&target, &token) };
            if let Some(listen) = &telling.control {
                let dialect = chosen.unwrap_or(entra::Dialect::Plain);
                let tenant = entra::Tenant::new(&subject.target, &subject.token, dialect, on_demand);
                return driven(listen, Desk::new("entra", tenant.map_err(usage)?), output).await;
            }
            tell("entra", &telling, chosen.map(entra::Dialect::word), &subject, output).await
        }
        Emulate::Apollo(told) => apollo::run(*told, output).await,
    }
}

fn usage(error: wire::Error) -> Failure {
    Failure::Usage(error.to_string())
}

fn subject(telling: &Telling) -> Result<Credential, Failure> {
    let (Some(target), Some(file)) = (&telling.target, &telling.token_file) else {
        return Err(Failure::Usage("say where the server is: --target URL --token-file FILE".to_owned()));
    };
    Ok(Credential::bearer(target, &secret_in(file)?))
}

/// Tells the stories chosen, each in the modes chosen; ends in 1 when one is broken.
async fn tell(
    idp: &str,
    telling: &Telling,
    mode: Option<&str>,
    subject: &Credential,
    output: Output,
) -> Result<(), Failure> {
    let printer = Printer::new(!output.for_people());
    let mut told = Vec::new();
    let mut left_out = Vec::new();
    for story in stories(idp, telling)? {
        let wishes = story.server.wishes();
        if telling.all && !wishes.is_empty() {
            left_out.push(left_out_case(&story, &wishes, output));
            continue;
        }
        for mode in told_modes(&story, mode, telling)? {
            let mut show = |scene: crate::emulator::story::Scene<'_>| printer.show(&scene);
            told.push(tell_in(&story, &mode, &mark(), subject, &mut show).await.map_err(usage)?);
        }
    }
    printer.sum(&told);
    if let Some(file) = &telling.junit {
        let cases: Vec<junit::Case> = told.iter().map(junit::case_of).chain(left_out).collect();
        junit::write(file, &format!("seatbridge emulate {idp}"), &cases)
            .map_err(|cause| Failure::Failed(format!("{} cannot be written: {cause}", file.display())))?;
    }
    if told.iter().all(Told::passed) { Ok(()) } else { Err(Failure::Told(1)) }
}

/// A story that asks for a server set up otherwise: nobody knows whether this one is, so it is not told.
fn left_out_case(story: &Story, wishes: &[String], output: Output) -> junit::Case {
    let why = format!("it needs a seatbridge with {}; tell it with --story", wishes.join(", "));
    if output.for_people() {
        say(&format!("left out: {}: {why}", story.file));
    }
    let (group, name) = (story.idp.clone(), format!("{} ({})", story.title, story.file));
    junit::Case { group, name, took: Duration::ZERO, verdict: junit::Verdict::Skipped(why) }
}

/// The stories of the files, all that are shipped, or the first of these.
fn stories(idp: &str, telling: &Telling) -> Result<Vec<Story>, Failure> {
    let unreadable = |error: crate::emulator::story::Unreadable| Failure::Usage(error.to_string());
    if telling.story.is_empty() {
        let mut brought = shipped(idp).map_err(unreadable)?;
        brought.truncate(if telling.all { usize::MAX } else { 1 });
        return Ok(brought);
    }
    let mut chosen = Vec::new();
    for file in &telling.story {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file)
            .map_err(|cause| Failure::Usage(format!("{name} cannot be read: {cause}")))?;
        let story = prepared(&name, &text).map_err(unreadable)?;
        if story.idp != idp {
            let other = &story.idp;
            return Err(Failure::Usage(format!("{name} is a story of {other}: seatbridge emulate {other}")));
        }
        chosen.push(story);
    }
    Ok(chosen)
}

/// The modes a story is told in: all it names, the one chosen, or for the story nobody chose the first.
fn told_modes(story: &Story, chosen: Option<&str>, telling: &Telling) -> Result<Vec<String>, Failure> {
    let named = modes(story);
    match chosen {
        Some(mode) if named.iter().any(|named| named == mode) => Ok(vec![mode.to_owned()]),
        Some(_) if telling.all => Ok(Vec::new()),
        Some(mode) => {
            let (file, named) = (&story.file, named.join(", "));
            Err(Failure::Usage(format!("{file} is not told in {mode}; it is told in {named}")))
        }
        None if telling.story.is_empty() && !telling.all => Ok(named.into_iter().take(1).collect()),
        None => Ok(named),
    }
}

/// What makes the names of one telling new: the end of an id that is.
fn mark() -> String {
    let id = Uuid::now_v7().simple().to_string();
    id.chars().skip(id.len().saturating_sub(10)).collect()
}

/// Stays up as a fake that is driven over its control surface, until told to stop.
async fn driven(listen: &str, fake: impl Fake, output: Output) -> Result<(), Failure> {
    let name = fake.name();
    let surface = Surface::start(listen, fake).await.map_err(|cause| cannot_control(listen, &cause))?;
    let url = surface.url();
    let data = json!({"control": url, "openapi": format!("{url}openapi.json")});
    output.show("emulate", &data, || {
        format!(
            "fake {name}, driven at {url}; Ctrl-C stops it\n  what can be asked: {url}openapi.json\n  \
             for example:       curl -H 'content-type: application/json' -d '{{\"do\": \
             \"test_connection\"}}' {url}act"
        )
    });
    server::told_to_stop().await;
    surface.stop().await;
    Ok(())
}

fn cannot_control(listen: &str, cause: &std::io::Error) -> Failure {
    Failure::Setup(format!("no control surface at {listen}: {cause}; choose another address with --control"))
}

/// Lists what a story can do.
fn verbs(own: &[Verb], output: Output) {
    let all: Vec<Verb> = own.iter().chain(OWN_VERBS).copied().collect();
    if !output.for_people() {
        output.show("emulate", &json!({"verbs": all}), String::new);
        return;
    }
    let row = |verb: &Verb| {
        let who = if verb.who { "who" } else { "" };
        let takes: Vec<String> = verb.takes.chunks(4).map(|some| some.join(" ")).collect();
        vec![verb.name.to_owned(), who.to_owned(), verb.says.to_owned(), takes.join("\n")]
    };
    say(&table(&["do", "who", "what happens", "with"], all.iter().map(row).collect(), ""));
}

fn secret_in(file: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|cause| Failure::Usage(format!("{} cannot be read: {cause}", file.display())))?;
    Ok(text.trim().to_owned())
}
