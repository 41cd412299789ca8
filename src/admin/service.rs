//! Team, directories and SCIM tokens.

use super::Refusal;
use super::sso;
use crate::audit::{Action, Actor, Entry};
use crate::credential::secret::Secrets;
use crate::credential::{digest, scim_token};
use crate::flavour::Flavour;
use crate::http::clock::new_id;
use crate::provision::service::{Cause, end_beyond_reach_of_all};
use crate::rbac::Role;
use crate::seat::policy::may_connect;
use crate::seat::{EmailChange, Policy, WithoutSeat};
use crate::store::records::{Directory, Purchase, ScimToken, Team};
use crate::store::{Store, Tx};
use serde_json::json;

/// Plans Apollo sells, in the spelling of `team set --plan`.
pub const PLANS: [&str; 4] = ["free", "basic", "professional", "organization"];

/// Who acts by hand, and when.
#[derive(Debug, Clone)]
pub struct Act {
    /// Who.
    pub actor: Actor,
    /// UTC microseconds.
    pub now: i64,
}

impl Act {
    /// The entry of something this operator did.
    pub fn entry(&self, action: Action, subject: &str) -> Entry {
        Entry { subject: Some(subject.to_owned()), ..Entry::done(self.now, self.actor.clone(), action) }
    }
}

/// The team with what it bought.
#[derive(Debug, Clone)]
pub struct TeamView {
    /// The team.
    pub team: Team,
    /// Seats bought as of now.
    pub seats: i64,
    /// All purchases.
    pub purchases: Vec<Purchase>,
    /// How many seats are in each state.
    pub standings: Vec<(String, i64)>,
}

/// Runs a use case whose refusal leaves the store as it was.
///
/// Errors: the use case's own.
pub async fn decide<T: Send + 'static>(
    store: &Store,
    work: impl FnOnce(&mut dyn Tx) -> Result<Result<T, Refusal>, crate::store::Error> + Send + 'static,
) -> Result<T, Refusal> {
    store.write(work).await?
}

/// Records what the team bought.
///
/// Errors: [`Refusal::BadValue`] for a plan nobody sells or a negative number.
pub async fn set_team(
    name: String,
    plan: String,
    purchase: Purchase,
    act: Act,
    store: &Store,
) -> Result<TeamView, Refusal> {
    let plan = plan.to_lowercase();
    if !PLANS.contains(&plan.as_str()) {
        return Err(Refusal::BadValue(format!("--plan has to be one of: {}", PLANS.join(", "))));
    }
    if purchase.seats < 0 || name.trim().is_empty() {
        return Err(Refusal::BadValue("--seats cannot be negative and --name cannot be blank".to_owned()));
    }
    let now = act.now;
    store
        .write(move |tx| {
            let before = tx.team()?;
            let bought = tx.seats_bought(act.now)?;
            let same = |team: &Team| team.name == name && team.plan == plan && bought == purchase.seats;
            if purchase.from_at <= act.now && before.as_ref().is_some_and(same) {
                return Ok(());
            }
            let team = Team {
                team_id: before.as_ref().map_or_else(new_id, |team| team.team_id.clone()),
                bootstrapped_at: before.as_ref().and_then(|team| team.bootstrapped_at),
                bootstrapped_for: before.as_ref().and_then(|team| team.bootstrapped_for.clone()),
                name,
                plan,
            };
            tx.save_team(&team)?;
            tx.add_purchase(purchase, act.now)?;
            let mut entry = act.entry(Action::SetTeam, &team.name);
            entry.changes = json!([
                {"path": "plan", "before": before.map(|team| team.plan), "after": team.plan},
                {"path": "seats", "before": bought, "after": purchase.seats},
            ]);
            tx.append(&entry)?;
            Ok(())
        })
        .await?;
    show_team(now, store).await?.ok_or_else(|| Refusal::BadValue("the team was not recorded".to_owned()))
}

/// The team, if it was set.
///
/// Errors: the store's.
pub async fn show_team(now: i64, store: &Store) -> Result<Option<TeamView>, Refusal> {
    let view = store
        .read(move |tx| {
            let Some(team) = tx.team()? else { return Ok(None) };
            let seats = tx.seats_bought(now)?;
            Ok(Some(TeamView { team, seats, purchases: tx.purchases()?, standings: tx.standings()? }))
        })
        .await?;
    Ok(view)
}

/// What an operator says about a directory; absent parts stay as they are.
#[derive(Debug, Clone, Default)]
pub struct DirectoryWish {
    /// L2, L3.
    pub email_change: Option<EmailChange>,
    /// L8.
    pub without_seat: Option<WithoutSeat>,
    /// L12.
    pub default_role: Option<Role>,
    /// L13: seats a directory may lose within an hour; `Some(None)` takes the limit away.
    pub fuse_seats: Option<Option<i64>>,
    /// L13: the same in percent.
    pub fuse_percent: Option<Option<i64>>,
    /// L12: IdP names to roles of ours.
    pub role_map: Vec<(String, Role)>,
    /// A1.
    pub sso: sso::Facts,
}

impl DirectoryWish {
    fn apply(self, directory: &mut Directory) {
        let policy = &mut directory.policy;
        policy.email_change = self.email_change.unwrap_or(policy.email_change);
        policy.without_seat = self.without_seat.unwrap_or(policy.without_seat);
        policy.fuse.seats = self.fuse_seats.unwrap_or(policy.fuse.seats);
        policy.fuse.percent = self.fuse_percent.unwrap_or(policy.fuse.percent);
        directory.default_role = self.default_role.unwrap_or(directory.default_role);
        directory
            .role_map
            .extend(self.role_map.into_iter().map(|(name, role)| (name.trim().to_lowercase(), role)));
        directory.sso_entity_id = self.sso.entity_id.or(directory.sso_entity_id.take());
        directory.sso_certificate = self.sso.certificate.or(directory.sso_certificate.take());
    }
}

/// Connects a directory (A1, F4).
///
/// Errors: [`Refusal::NotConnectable`], [`Refusal::DirectoryExists`], [`Refusal::BadValue`].
pub async fn add_directory(
    name: String,
    flavour: Flavour,
    wish: DirectoryWish,
    act: Act,
    store: &Store,
) -> Result<Directory, Refusal> {
    if name.trim().is_empty() {
        return Err(Refusal::BadValue("a directory needs a name".to_owned()));
    }
    decide(store, move |tx| {
        let team = tx.team()?;
        let seats = tx.seats_bought(act.now)?;
        if let Err(refusal) = may_connect(team.as_ref().map(|team| (team.plan.as_str(), seats))) {
            return Ok(Err(refusal.into()));
        }
        if tx.directory_named(&name)?.is_some() {
            return Ok(Err(Refusal::DirectoryExists { name }));
        }
        let mut directory = Directory {
            id: new_id(),
            name,
            flavour,
            policy: Policy { external_id_is_stable: flavour.external_id_is_stable(), ..Policy::default() },
            default_role: Role::Viewer,
            role_map: Default::default(),
            sso_entity_id: None,
            sso_certificate: None,
            created_at: act.now,
            paused_at: None,
            paused_why: None,
            removed_at: None,
        };
        wish.apply(&mut directory);
        tx.insert_directory(&directory)?;
        let entry = act.entry(Action::AddDirectory, &directory.name);
        tx.append(&Entry { directory_id: Some(directory.id.clone()), ..entry })?;
        Ok(Ok(directory))
    })
    .await
}

/// Changes what a directory chose.
///
/// Errors: [`Refusal::UnknownDirectory`].
pub async fn set_directory(
    name: String,
    wish: DirectoryWish,
    act: Act,
    store: &Store,
) -> Result<Directory, Refusal> {
    decide(store, move |tx| {
        let before = match directory_named(&name, tx)? {
            Ok(directory) => directory,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let mut directory = before.clone();
        wish.apply(&mut directory);
        tx.update_directory(&directory)?;
        let mut entry = act.entry(Action::SetDirectory, &directory.name);
        if before.policy.fuse != directory.policy.fuse {
            let fuse = |directory: &Directory| json!(directory.policy.fuse);
            entry.changes = json!([{"path": "fuse", "before": fuse(&before), "after": fuse(&directory)}]);
        }
        tx.append(&Entry { directory_id: Some(directory.id.clone()), ..entry })?;
        let cause = Cause { actor: act.actor, now: act.now, request_id: None };
        end_beyond_reach_of_all(&before, &directory, &cause, tx)?;
        Ok(Ok(directory))
    })
    .await
}

pub(super) fn directory_named(
    name: &str,
    tx: &mut dyn Tx,
) -> Result<Result<Directory, Refusal>, crate::store::Error> {
    if let Some(directory) = tx.directory_named(name)? {
        return Ok(Ok(directory));
    }
    let names: Vec<String> = tx.directories()?.into_iter().map(|directory| directory.name).collect();
    let known = if names.is_empty() {
        "none is connected yet: see `seatbridge directory add --help`".to_owned()
    } else {
        format!("connected are: {}", names.join(", "))
    };
    Ok(Err(Refusal::UnknownDirectory { name: name.to_owned(), known }))
}

/// One directory.
///
/// Errors: [`Refusal::UnknownDirectory`].
pub async fn show_directory(name: String, store: &Store) -> Result<Directory, Refusal> {
    store.read(move |tx| directory_named(&name, tx)).await?
}

/// All directories.
///
/// Errors: the store's.
pub async fn directories(store: &Store) -> Result<Vec<Directory>, Refusal> {
    Ok(store.read(|tx| tx.directories()).await?)
}

/// A token as it is shown, once.
#[derive(Debug, Clone)]
pub struct IssuedToken {
    /// The text to paste.
    pub token: String,
    /// `jti`.
    pub id: String,
}

/// Makes a SCIM token (A2); SSO comes first (A1).
///
/// Units: `days` until it ends. Errors: [`Refusal::SsoMissing`], [`Refusal::UnknownDirectory`],
/// [`Refusal::BadValue`].
pub async fn issue_token(
    directory: String,
    name: String,
    days: Option<i64>,
    secrets: Secrets,
    act: Act,
    store: &Store,
) -> Result<IssuedToken, Refusal> {
    if days.is_some_and(|days| !(1..=3650).contains(&days)) {
        return Err(Refusal::BadValue("--expires-days has to lie between 1 and 3650".to_owned()));
    }
    decide(store, move |tx| {
        let directory = match connectable(&directory, tx)? {
            Ok(directory) => directory,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (id, seconds) = (new_id(), act.now / 1_000_000);
        let ends = days.map(|days| seconds + days * 86_400);
        let token = match scim_token::sign(&secrets, &directory.id, &id, seconds, ends) {
            Ok(token) => token,
            Err(error) => return Ok(Err(Refusal::NoCredential(error.to_string()))),
        };
        tx.insert_token(&ScimToken {
            id: id.clone(),
            directory_id: directory.id.clone(),
            name: name.clone(),
            digest: digest(&token),
            created_at: act.now,
            expires_at: ends.map(|seconds| seconds * 1_000_000),
            revoked_at: None,
            last_used_at: None,
            last_used_from: None,
            secret_name: Some(secrets.name().to_owned()),
        })?;
        let entry = act.entry(Action::IssueToken, &name);
        let reason = Some(format!("token {id} of directory {}", directory.name));
        tx.append(&Entry { directory_id: Some(directory.id), reason, ..entry })?;
        Ok(Ok(IssuedToken { token, id }))
    })
    .await
}

/// A directory whose connector may be let in, whatever it comes in with: SSO comes before SCIM (A1).
///
/// Errors: the store's; within them [`Refusal::UnknownDirectory`], [`Refusal::SsoMissing`].
pub(super) fn connectable(
    name: &str,
    tx: &mut dyn Tx,
) -> Result<Result<Directory, Refusal>, crate::store::Error> {
    let named = directory_named(name, tx)?;
    Ok(named.and_then(|directory| match missing_sso(&directory) {
        None => Ok(directory),
        Some((missing, flag)) => Err(Refusal::SsoMissing { directory: directory.name, missing, flag }),
    }))
}

fn missing_sso(directory: &Directory) -> Option<(&'static str, &'static str)> {
    if directory.sso_entity_id.is_none() {
        return Some(("SSO entity id", "--sso-entity-id URL (or --sso-metadata-file XML)"));
    }
    directory
        .sso_certificate
        .is_none()
        .then_some(("SSO certificate", "--sso-certificate-file PEM (or --sso-metadata-file XML)"))
}

/// All tokens with the names of their directories.
///
/// Errors: the store's.
pub async fn tokens(store: &Store) -> Result<Vec<(ScimToken, String)>, Refusal> {
    let listed = store
        .read(|tx| {
            let directories = tx.directories()?;
            let name = |id: &str| directories.iter().find(|one| one.id == id).map(|one| one.name.clone());
            let tokens = tx.tokens()?;
            Ok(tokens
                .into_iter()
                .map(|token| (name(&token.directory_id).unwrap_or_default(), token))
                .collect::<Vec<_>>())
        })
        .await?;
    Ok(listed.into_iter().map(|(name, token)| (token, name)).collect())
}

/// Takes a token back; it stops working with the next request (A2).
///
/// Errors: [`Refusal::UnknownToken`].
pub async fn revoke_token(id: String, act: Act, store: &Store) -> Result<(), Refusal> {
    decide(store, move |tx| {
        if !tx.revoke_token(&id, act.now)? {
            return Ok(Err(Refusal::UnknownToken { id }));
        }
        let named = tx.token(&id)?.map(|(token, _)| (token.name, token.directory_id));
        let (name, directory_id) = named.unwrap_or_default();
        let entry = act.entry(Action::RevokeToken, &name);
        tx.append(&Entry { directory_id: Some(directory_id), reason: Some(format!("token {id}")), ..entry })?;
        Ok(Ok(()))
    })
    .await
}
