//! `directory add|list|show|set|trust|distrust`.

use super::Failure;
use super::commands::{self, Choices, Directory as Verb};
use super::context::Context;
use super::output::{Output, facts, moment, table};
use super::{hand, trust};
use crate::admin::links::{Links, links};
use crate::admin::service::{self, DirectoryWish};
use crate::admin::shown::{self, email_change, without_seat};
use crate::admin::{Refusal, sso};
use crate::flavour::Flavour;
use crate::rbac::Role;
use crate::seat::{EmailChange, WithoutSeat};
use crate::store::records::Directory;
use std::path::Path;

/// Of a list of directories, in this order.
const COLUMNS: &[&str] = &[
    "name",
    "flavour",
    "email_change",
    "without_seat",
    "fuse_seats",
    "fuse_percent",
    "paused_at",
    "paused_why",
    "default_role",
    "role_map",
    "sso_entity_id",
    "sso_certificate_sha256",
    "created_at",
    "last_deprovisioned_at",
    "last_push_refused",
    "accepts_tokens_of",
    "id",
];

pub(super) async fn run(verb: Verb, output: Output) -> Result<(), Failure> {
    match verb {
        Verb::Add { name, flavour, choices } => {
            let flavour = Flavour::parse(&flavour).map_err(Refusal::from)?;
            let wish = wish(choices)?;
            let context = Context::open()?;
            let added = service::add_directory(name, flavour, wish, Context::act(), &context.store).await?;
            let none = Links::default();
            let told = || format!("{}\n\n{}", told(&added, &none), next(&added));
            output.show("directory", &shown::directory(&added, &none), told);
        }
        Verb::Set { name, choices } => {
            let wish = wish(choices)?;
            let context = Context::open()?;
            let changed = service::set_directory(name, wish, Context::act(), &context.store).await?;
            let links = links(&changed, &context.store).await?;
            output.show("directory", &shown::directory(&changed, &links), || told(&changed, &links));
        }
        Verb::Show { name } => {
            let context = Context::open()?;
            let found = service::show_directory(name, &context.store).await?;
            let links = links(&found, &context.store).await?;
            output.show("directory", &shown::directory(&found, &links), || told(&found, &links));
        }
        Verb::Pause { name, reason } => hand::pause(name, true, &reason, output).await?,
        Verb::Resume { name, reason } => hand::pause(name, false, &reason, output).await?,
        Verb::Move { from, to, dry_run, reason } => {
            hand::move_people(from, to, dry_run, &reason, output).await?;
        }
        Verb::Remove { name, reason } => hand::remove(name, &reason, output).await?,
        Verb::Trust { name, issuer } => trust::add(name, issuer, output).await?,
        Verb::Distrust { name } => trust::end(name, output).await?,
        Verb::List => {
            let context = Context::open()?;
            let mut all = Vec::new();
            for directory in service::directories(&context.store).await? {
                all.push((links(&directory, &context.store).await?, directory));
            }
            let rows = all.iter().map(|(links, directory)| shown::directory(directory, links));
            output.list("directory", COLUMNS, rows, || listed(&all))?;
        }
    }
    Ok(())
}

/// A role as typed.
pub(super) fn role(name: &str) -> Result<Role, Failure> {
    Role::parse(name)
        .ok_or_else(|| Failure::Usage(format!("{name} is no role; use one of: {}", Role::names())))
}

/// The next step of somebody who has just connected a directory (A1).
fn next(directory: &Directory) -> String {
    let name = &directory.name;
    if directory.sso_entity_id.is_some() && directory.sso_certificate.is_some() {
        return format!("next: seatbridge token issue {name} --name TOKEN-NAME");
    }
    format!(
        "next: Apollo wants SSO before SCIM, so record it before a token can be issued:\n  \
         seatbridge directory set {name} --sso-entity-id URL --sso-certificate-file PEM"
    )
}

fn wish(choices: Choices) -> Result<DirectoryWish, Failure> {
    let map = |text: &String| {
        let (name, to) = text
            .rsplit_once('=')
            .ok_or_else(|| Failure::Usage(format!("--map-role {text} has no `=`; write NAME=ROLE")))?;
        Ok::<_, Failure>((name.to_owned(), role(to)?))
    };
    Ok(DirectoryWish {
        email_change: choices.email_change.map(|choice| match choice {
            commands::EmailChange::Refuse => EmailChange::Refuse,
            commands::EmailChange::Reassign => EmailChange::Reassign,
        }),
        without_seat: choices.without_seat.map(|choice| match choice {
            commands::WithoutSeat::Refuse => WithoutSeat::Refuse,
            commands::WithoutSeat::Wait => WithoutSeat::Wait,
        }),
        fuse_seats: choices.fuse_seats.map(|limit| limit.0),
        fuse_percent: choices.fuse_percent.map(|limit| limit.0),
        default_role: choices.default_role.as_deref().map(role).transpose()?,
        role_map: choices.map_role.iter().map(map).collect::<Result<_, _>>()?,
        sso: sso_facts(&choices)?,
    })
}

fn sso_facts(choices: &Choices) -> Result<sso::Facts, Failure> {
    if let Some(file) = &choices.sso_metadata_file {
        let xml = String::from_utf8_lossy(&read(file)?).into_owned();
        return Ok(sso::metadata(&xml)?);
    }
    let certificate = choices.sso_certificate_file.as_deref().map(read).transpose()?;
    Ok(sso::Facts {
        entity_id: choices.sso_entity_id.as_deref().map(sso::entity_id).transpose()?,
        certificate: certificate.map(|pem| sso::certificate(&pem)).transpose()?,
    })
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|cause| Failure::Usage(format!("{} cannot be read: {cause}", file.display())))
}

fn fuse(directory: &Directory) -> String {
    let fuse = directory.policy.fuse;
    let seats = fuse.seats.map(|most| format!("{most} seats an hour"));
    let percent = fuse.percent.map(|most| format!("{most} percent an hour"));
    let limits: Vec<String> = seats.into_iter().chain(percent).collect();
    if limits.is_empty() { "off: no loss is held".to_owned() } else { limits.join(", ") }
}

fn told(directory: &Directory, links: &Links) -> String {
    let map: Vec<String> = directory.role_map.iter().map(|(name, role)| format!("{name} = {role}")).collect();
    // An application that deactivates nobody looks like one that had no reason to: say what to look at.
    let never = || format!("never: {}", directory.flavour.deactivation_hint());
    let missing = || "missing: Apollo wants SSO before SCIM".to_owned();
    let paused = directory.paused_at.map(moment);
    let why = directory.paused_why.as_deref().unwrap_or_default();
    let state = paused.map_or_else(|| "connected".to_owned(), |at| format!("paused since {at}: {why}"));
    let known = facts(&[
        ("state", state),
        ("directory", directory.name.clone()),
        ("flavour", directory.flavour.to_string()),
        ("email change", email_change(directory).to_owned()),
        ("without seat", without_seat(directory).to_owned()),
        ("fuse", fuse(directory)),
        ("default role", directory.default_role.to_string()),
        ("role map", if map.is_empty() { "-".to_owned() } else { map.join(", ") }),
        ("SSO entity id", directory.sso_entity_id.clone().unwrap_or_else(missing)),
        ("SSO certificate", directory.sso_certificate.clone().unwrap_or_else(missing)),
        ("connected", moment(directory.created_at)),
        ("last deprovisioning", links.last_deprovisioned.map_or_else(never, moment)),
        ("last push refused", refused(links)),
    ]);
    match &links.trusted {
        None => known,
        Some(trusted) => format!("{known}\n{}", trust::told(trusted)),
    }
}

/// People about whom the identity provider may say nothing any more.
fn refused(links: &Links) -> String {
    const SHOWN: usize = 5;
    match links.stale.as_slice() {
        [] => "-".to_owned(),
        people => {
            let more = people.len().saturating_sub(SHOWN);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let named = people.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
            format!(
                "{named}{more}: their deactivation may never be sent; settle the failed tasks in the \
                 identity provider"
            )
        }
    }
}

fn listed(all: &[(Links, Directory)]) -> String {
    let row = |(links, directory): &(Links, Directory)| {
        let ready = directory.sso_entity_id.is_some() && directory.sso_certificate.is_some();
        vec![
            directory.name.clone(),
            directory.flavour.to_string(),
            email_change(directory).to_owned(),
            without_seat(directory).to_owned(),
            directory.default_role.to_string(),
            if ready { "recorded" } else { "missing" }.to_owned(),
            links.last_deprovisioned.map_or_else(|| "never".to_owned(), moment),
            links.stale.len().to_string(),
        ]
    };
    table(
        &[
            "directory",
            "flavour",
            "email change",
            "without seat",
            "default role",
            "SSO",
            "last deprovisioning",
            "last push refused",
        ],
        all.iter().map(row).collect(),
        "no directory is connected yet: seatbridge directory add NAME --flavour okta|entra \
         --sso-entity-id URL --sso-certificate-file PEM",
    )
}
