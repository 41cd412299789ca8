//! `seat list|show|role|export|timeline`; `seat adopt` stands in `adopt`, what is done by hand in `hand`.

mod adopt;
mod story;
mod stuck;

use super::Failure;
use super::commands::Seat as Verb;
use super::context::Context;
use super::hand;
use super::output::{Output, facts, moment, moment_or_dash, table, table_with_reasons};
use super::trail::what;
use crate::admin::hand::said;
use crate::admin::people::{self, RoleGiven, SeatStory, SeatView};
use crate::admin::shown;
use crate::rbac::{Role, RoleSource};

/// Of a list of seats, in this order.
const COLUMNS: &[&str] = &[
    "address",
    "user_name",
    "state",
    "directory",
    "roles",
    "role_source",
    "unknown_roles",
    "assigned_at",
    "released_at",
    "waiting_since",
    "waits_for",
    "protected",
    "external_id",
    "id",
    "created_at",
    "updated_at",
];

pub(super) async fn run(verb: Verb, output: Output) -> Result<(), Failure> {
    match verb {
        Verb::List => {
            let all = people::seats(&Context::open()?.store).await?;
            output.list("seat", COLUMNS, all.iter().map(shown::seat), || listed(&all))?;
        }
        Verb::Show { address } => {
            let story = people::story(address, &Context::open()?.store).await?;
            output.show("seat", &shown::story(&story), || told(&story));
        }
        Verb::Export => story::export(output).await?,
        Verb::Timeline { address, since } => story::tell(address, since, output).await?,
        Verb::Assign { address, directory, reason } => {
            hand::assign(address, directory, &reason, output).await?;
        }
        Verb::Unassign { address, reason } => hand::unassign(address, &reason, output).await?,
        Verb::Protect { address, reason } => hand::protect(address, true, &reason, output).await?,
        Verb::Unprotect { address, reason } => hand::protect(address, false, &reason, output).await?,
        Verb::Role { address, role, reason } => {
            let role = super::directory::role(&role)?;
            let reason = Some(said(&reason)?);
            let store = Context::open()?.store;
            let given = people::give_role_because(address, role, reason, Context::act(), &store).await?;
            output.show("seat", &shown::seat(&given.view), || given_told(&given, role));
        }
        Verb::Stuck => stuck::run(output).await?,
        Verb::Adopt { from_apollo: _, directory, dry_run, reason } => {
            adopt::run(directory, reason, dry_run, output).await?
        }
    }
    Ok(())
}

fn source(view: &SeatView) -> &'static str {
    match view.held.source {
        RoleSource::IdentityProvider => "identity provider",
        RoleSource::Operator => "operator",
        RoleSource::DirectoryDefault => "directory default",
    }
}

fn roles(view: &SeatView) -> String {
    if view.held.roles.is_empty() {
        return "none known".to_owned();
    }
    view.held.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ")
}

fn address(view: &SeatView) -> Option<String> {
    let person = view.record.seat.person()?;
    person.address.as_ref().map(|address| address.as_str().to_owned())
}

pub(super) fn user_name(view: &SeatView) -> String {
    view.record.seat.person().map(|person| person.user_name.as_str().to_owned()).unwrap_or_default()
}

/// The table of `seat list` and of the demo's end.
pub(super) fn listed(all: &[SeatView]) -> String {
    let row = |view: &SeatView| {
        let since = match view.record.seat.standing().as_str() {
            "assigned" | "held" => view.record.assigned_at,
            "waiting" => view.record.waiting_since,
            _ => view.record.released_at.or(Some(view.record.created_at)),
        };
        vec![
            address(view).unwrap_or_else(|| user_name(view)),
            view.record.seat.standing().as_str().to_owned(),
            moment_or_dash(since),
            view.directory.name.clone(),
            roles(view),
        ]
    };
    let rows = all.iter().map(row).collect();
    table(
        &["person", "state", "since", "directory", "roles"],
        rows,
        "nobody yet: assign people in Okta or Entra ID (seatbridge directory list shows what is connected)",
    )
}

fn told(story: &SeatStory) -> String {
    let view = &story.view;
    let labels = view.directory.flavour.id_labels();
    let external_id = view.record.seat.person().and_then(|person| person.external_id.clone());
    let mut rows = vec![
        ("person", user_name(view)),
        ("address", address(view).unwrap_or_else(|| "-".to_owned())),
        ("state", view.record.seat.standing().as_str().to_owned()),
        ("roles", format!("{} ({})", roles(view), source(view))),
        ("directory", view.directory.name.clone()),
        (labels.ours, view.record.id.clone()),
        (labels.theirs, external_id.unwrap_or_else(|| "-".to_owned())),
        ("assigned", moment_or_dash(view.record.assigned_at)),
        ("given back", moment_or_dash(view.record.released_at)),
    ];
    if let Some(reason) = view.waits_for() {
        rows.insert(3, ("waits for", reason.to_owned()));
    }
    if let Some(since) = view.record.protected_at {
        rows.push(("protected", format!("since {}: a loss is held", moment(since))));
    }
    if !view.held.unknown.is_empty() {
        rows.push(("unknown roles", view.held.unknown.join(", ")));
    }
    let history = story.audit.iter().map(|entry| {
        let cells = vec![moment(entry.at), what(entry), entry.actor.clone()];
        (cells, entry.reason.clone())
    });
    let heading = ["when (UTC)", "what", "who"];
    let mut told =
        format!("{}\n\n{}", facts(&rows), table_with_reasons(&heading, history.collect(), "no history"));
    if let Some(gap) = story.gap {
        told += &format!(
            "\nolder entries, up to {} of the audit, were pruned at {}; an export made then has them",
            gap.through,
            moment(gap.at)
        );
    }
    told
}

fn given_told(given: &RoleGiven, role: Role) -> String {
    let mut told = format!("{} now has the role {role} by hand", user_name(&given.view));
    if !given.counts() {
        told += &format!(
            ", but the identity provider sends roles ({}) and those count; remove them there first",
            given.view.record.sent_roles.join(", ")
        );
    }
    if !given.ended_keys.is_empty() {
        told += &format!(
            "\nkeys they had made for others beyond the new reach ended: {}",
            given.ended_keys.join(", ")
        );
    }
    told
}
