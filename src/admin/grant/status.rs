//! How the bridge stands with Apollo: which credential, whom it acts as, what is wrong and what to do (R13).

use super::super::Refusal;
use super::shelf::opened;
use crate::apollo::grant::scope_change;
use crate::apollo::{Apollo, Identity, Obstacle};
use crate::config;
use crate::credential::secret::Secrets;
use crate::http::Bridge;
use crate::http::clock::rfc3339;
use crate::store::Store;
use crate::store::records::GrantRecord;
use serde::Serialize;
use serde_json::{Value, json};

/// A grant, as people see it.
#[derive(Debug, Clone, Serialize)]
pub struct GrantView {
    /// Its id.
    pub id: String,
    /// `live`, `expired` (it will be renewed with the next call) or `ended`.
    pub state: &'static str,
    /// What was granted, separated by blanks.
    pub scopes: String,
    /// Apollo's id of who granted it.
    pub apollo_user: Option<String>,
    /// RFC 3339.
    pub granted_at: String,
    /// RFC 3339.
    pub expires_at: String,
    /// RFC 3339.
    pub refreshed_at: Option<String>,
    /// RFC 3339.
    pub ended_at: Option<String>,
    /// Of what.
    pub ended_why: Option<String>,
}

/// How the bridge stands with Apollo.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// `master key`, `second master key`, `OAuth grant`; absent when there is none.
    pub credential: Option<&'static str>,
    /// Slots that are filled.
    pub master_keys: usize,
    /// Whether an OAuth application is configured.
    pub oauth_app: bool,
    /// The living grant, or the last one.
    pub grant: Option<GrantView>,
    /// Whom calls act as.
    pub acts_as: Option<Identity>,
    /// Whether users can be read; absent when nobody was asked.
    pub reads_users: Option<bool>,
    /// What is wrong, each with what to do.
    pub problems: Vec<String>,
    /// Whether Apollo refused or was not there.
    #[serde(skip)]
    pub upstream_failed: bool,
}

/// Looks at the shelf and asks Apollo.
///
/// Errors: the store's.
pub async fn status(
    apollo: Option<&Apollo>,
    config: &config::Apollo,
    (secrets, now): (&Secrets, i64),
    store: &Store,
) -> Result<Status, Refusal> {
    let sight = match apollo {
        Some(apollo) => Some(apollo.look().await),
        None => None,
    };
    // After Apollo was asked: the question may have renewed the grant, or ended it.
    let grant = store.read(|tx| tx.last_grant()).await?;
    let master_keys = config.master_key.iter().chain(&config.second_master_key).count();
    let over_oauth = master_keys == 0;
    let mut problems = match &grant {
        Some(grant) => troubles(grant, config, secrets, now),
        None if over_oauth => vec![nothing_granted(config)],
        None => Vec::new(),
    };
    let mut upstream_failed = false;
    if let Some(sight) = &sight {
        let profile = sight.profile.as_ref().err().map(|why| ("users/api_profile", *why));
        let users = sight.users.as_ref().err().map(|why| ("users/search", *why));
        let mut told: Vec<Obstacle> = Vec::new();
        for (what, why) in profile.into_iter().chain(users) {
            upstream_failed |= why != Obstacle::NoCredential;
            if why != Obstacle::NoCredential && !told.contains(&why) {
                problems.push(format!(
                    "the {} does not open {what}: {why}{}",
                    sight.credential,
                    cure(why, over_oauth)
                ));
            }
            told.push(why);
        }
    }
    let living = grant.as_ref().is_some_and(|grant| grant.ended_at.is_none());
    let credential = sight.as_ref().map(|sight| sight.credential).filter(|_| !over_oauth || living);
    Ok(Status {
        credential,
        master_keys,
        oauth_app: config.client_id.is_some() && config.client_secret.is_some(),
        grant: grant.map(|grant| view(grant, now)),
        reads_users: sight.as_ref().map(|sight| sight.users.is_ok()),
        acts_as: sight.and_then(|sight| sight.profile.ok()),
        problems,
        upstream_failed,
    })
}

fn cure(why: Obstacle, over_oauth: bool) -> &'static str {
    match (why, over_oauth) {
        (Obstacle::Refused, true) => "; authorise again with `seatbridge apollo connect`",
        (Obstacle::Refused, false) => {
            "; make another key under Settings > Integrations > API Keys and set apollo.master_key"
        }
        (Obstacle::Inaccessible, true) => {
            "; add the scope to apollo.scopes and to the OAuth app, then `seatbridge apollo connect`"
        }
        (Obstacle::Inaccessible, false) => "; use a master key, or one whose list names it",
        _ => "",
    }
}

fn nothing_granted(config: &config::Apollo) -> String {
    match (&config.client_id, &config.client_secret) {
        (Some(_), Some(_)) => "nobody authorised the bridge yet: run `seatbridge apollo connect`".to_owned(),
        _ => "no credential is configured: set SEATBRIDGE__APOLLO__MASTER_KEY_FILE; or, as an Apollo \
              partner, apollo.client_id and SEATBRIDGE__APOLLO__CLIENT_SECRET_FILE, then run \
              `seatbridge apollo connect`"
            .to_owned(),
    }
}

/// What is wrong with a grant, as the shelf knows it.
fn troubles(grant: &GrantRecord, config: &config::Apollo, secrets: &Secrets, now: i64) -> Vec<String> {
    if let Some(at) = grant.ended_at {
        let why = grant.ended_why.as_deref().unwrap_or("nobody wrote down why");
        let ended = format!("the grant ended on {} ({why})", day(at));
        return if config.master_key.is_some() || config.second_master_key.is_some() {
            Vec::new()
        } else {
            vec![format!("{ended}: authorise again with `seatbridge apollo connect`")]
        };
    }
    let mut found = Vec::new();
    if opened(secrets, &grant.id, &grant.sealed).is_none() {
        found.push(crate::apollo::grant::ShelfProblem::ForeignSecret.to_string());
    }
    if config.client_id.as_ref().is_some_and(|configured| *configured != grant.client_id) {
        found.push(
            "apollo.client_id is another one than the grant was made for, so that it cannot be renewed: \
             authorise again with `seatbridge apollo connect`"
                .to_owned(),
        );
    }
    found.extend(reauthorise(config, grant));
    if let Some(trouble) = &grant.trouble {
        let when = if grant.expires_at <= now { "it has expired" } else { "the token still lives" };
        found.push(format!("the grant could not be renewed ({trouble}); {when}, and the bridge tries again"));
    }
    found
}

/// The sentence that a change of scopes is told with.
fn reauthorise(config: &config::Apollo, grant: &GrantRecord) -> Option<String> {
    let change = scope_change(&config.scopes, &grant.scopes);
    if !change.needs_authorising() {
        return None;
    }
    let part =
        |verb: &str, scopes: &[String]| (!scopes.is_empty()).then(|| format!("{verb} {}", scopes.join(" ")));
    let parts: Vec<String> = [part("lacks", &change.missing), part("also covers", &change.surplus)]
        .into_iter()
        .flatten()
        .collect();
    Some(format!(
        "apollo.scopes changed: the grant {}; authorise again with `seatbridge apollo connect`",
        parts.join(" and ")
    ))
}

fn view(grant: GrantRecord, now: i64) -> GrantView {
    GrantView {
        state: match grant.ended_at {
            Some(_) => "ended",
            None if grant.expires_at <= now => "expired",
            None => "live",
        },
        granted_at: rfc3339(grant.granted_at),
        expires_at: rfc3339(grant.expires_at),
        refreshed_at: grant.refreshed_at.map(rfc3339),
        ended_at: grant.ended_at.map(rfc3339),
        ended_why: grant.ended_why,
        id: grant.id,
        scopes: grant.scopes,
        apollo_user: grant.apollo_user,
    }
}

fn day(micros: i64) -> String {
    rfc3339(micros).get(..10).unwrap_or_default().to_owned()
}

/// The component of `/readyz`: what the bridge knows without asking Apollo.
pub async fn component(bridge: &Bridge) -> Value {
    let Some(apollo) = &bridge.apollo else {
        return json!({"status": "no credential"});
    };
    let credential = apollo.credential();
    let config = &bridge.config.apollo;
    if config.master_key.is_some() || config.second_master_key.is_some() {
        return json!({"status": "configured", "credential": credential});
    }
    let Ok(grant) = bridge.store.look_up(|tx| tx.living_grant()).await else {
        return json!({"status": "unknown", "credential": credential});
    };
    let Some(grant) = grant else {
        return json!({"status": "no credential", "needs": ["seatbridge apollo connect"]});
    };
    let needs = troubles(&grant, config, &bridge.secrets, bridge.clock.now());
    let status = if needs.is_empty() { "configured" } else { "needs attention" };
    json!({
        "status": status, "credential": credential, "expires_at": rfc3339(grant.expires_at), "needs": needs,
    })
}

/// Says in the log what a person should do about the grant; meant for the start of a server.
pub async fn warn(bridge: &Bridge) {
    let Ok(Some(grant)) = bridge.store.look_up(|tx| tx.living_grant()).await else { return };
    for trouble in troubles(&grant, &bridge.config.apollo, &bridge.secrets, bridge.clock.now()) {
        tracing::warn!(grant.id = %grant.id, "{trouble}");
    }
}
