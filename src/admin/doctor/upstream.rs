//! Apollo: whether the credential is let in, whom it acts as, what it reaches and what it has left.

use super::Check;
use crate::admin::Refusal;
use crate::apollo::{Allowance, Apollo, Doubt, Limit, Profile, ReadOptions};
use crate::config::Config;
use crate::seat::{Standing, UserName};
use crate::store::Store;

/// The endpoint that reconciliation lives on.
const USERS: &str = "api/v1/users/search";
/// Users of one page.
const ROWS: u64 = 100;
/// From here on clocks that differ are told. Unit: seconds.
const NOTICED: i64 = 30;
/// From here on tokens are refused for it. Unit: seconds.
const HARMFUL: i64 = 300;

/// Errors: the store's.
pub(super) async fn checks(
    apollo: Option<&Apollo>,
    config: &Config,
    store: &Store,
    ask: &ReadOptions,
    now: i64,
) -> Result<Vec<Check>, Refusal> {
    let Some(apollo) = apollo else {
        let to_do = "make a key in Apollo under Settings > Integrations > API Keys and set \
                     SEATBRIDGE__APOLLO__MASTER_KEY_FILE";
        return Ok(vec![Check::fail("credential", "none is configured for Apollo", to_do)]);
    };
    let name = apollo.credential();
    let health = match apollo.health(ask).await {
        Ok(health) => health,
        Err(doubt) => return Ok(vec![doubted(Check::fail, "credential", &doubt)]),
    };
    let mut checks = Vec::new();
    if let Some(theirs) = health.says_it_is {
        checks.push(clock(now / 1_000_000 - theirs));
    }
    if health.is_logged_in == Some(false) {
        // The second slot is tried on a refusal only, and this question is never refused: ask another.
        if let Err(doubt) = apollo.profile(ask).await
            && matches!(doubt, Doubt::CredentialRefused { .. })
        {
            checks.push(doubted(Check::fail, "credential", &doubt));
            return Ok(checks);
        }
    }
    checks.push(Check::ok("credential", format!("Apollo lets the {name} in")));
    match apollo.profile(ask).await {
        Ok(profile) => checks.extend(acting(&profile, config, store).await?),
        Err(doubt) => checks.push(doubted(Check::warn, "acting_as", &doubt)),
    }
    let listed = apollo.listed_users(ask).await;
    let pages = listed.as_ref().ok().copied().flatten().unwrap_or_default().div_ceil(ROWS).max(1);
    checks.push(match listed {
        Ok(Some(total)) => Check::ok("users_list", format!("can be read: {total} users")),
        Ok(None) => Check::ok("users_list", "can be read; Apollo does not say how many users there are"),
        Err(doubt) => doubted(Check::fail, "users_list", &doubt),
    });
    let usage = apollo.usage(ask).await.ok().and_then(|usage| usage.get(USERS).copied());
    checks.push(windows(usage.or_else(|| Some(apollo.windows().of(USERS)?.1)), pages));
    Ok(checks)
}

/// A doubt holds its own way out: what happened before the semicolon, what to do behind it.
fn doubted(level: fn(&'static str, String, String) -> Check, topic: &'static str, doubt: &Doubt) -> Check {
    let told = doubt.to_string();
    let (says, to_do) = told.split_once("; ").unwrap_or((&told, "try again"));
    level(topic, says.to_owned(), to_do.to_owned())
}

/// Tokens and rate windows are judged by the clock. Unit: seconds, ours minus Apollo's.
fn clock(ahead: i64) -> Check {
    let says = match ahead {
        0 => "agrees with Apollo's".to_owned(),
        ahead => format!("{} s {} of Apollo's", ahead.abs(), if ahead > 0 { "ahead" } else { "behind" }),
    };
    let to_do = "let this machine keep time by NTP: tokens are judged by the clock";
    match ahead.abs() {
        0..=NOTICED => Check::ok("clock", says),
        ahead if ahead <= HARMFUL => Check::warn("clock", says, to_do),
        _ => Check::fail("clock", says, to_do),
    }
}

/// Every call by key acts as one administrator, and what it makes belongs to them (Apollo facts §1.1).
async fn acting(profile: &Profile, config: &Config, store: &Store) -> Result<Vec<Check>, Refusal> {
    const TOPIC: &str = "acting_as";
    let mut checks = Vec::new();
    if let (Some(wanted), Some(found)) = (&config.reconcile.team_id, &profile.team_id)
        && wanted != found
    {
        let says = format!("the credential belongs to team {found}, and reconcile.team_id says {wanted}");
        checks.push(Check::fail(
            "workspace",
            says,
            "use a credential of that workspace, or correct the setting",
        ));
    }
    let who = match (&profile.id, &profile.email) {
        (Some(id), Some(email)) => format!("calls act as {email} ({id})"),
        (Some(id), None) => format!("calls act as Apollo user {id}"),
        (None, _) => {
            let says = "Apollo does not say as whom calls act";
            checks.push(Check::ok(TOPIC, says));
            return Ok(checks);
        }
    };
    let standing = standing_of(profile.clone(), store).await?;
    checks.push(match standing {
        Some(Standing::Assigned) => Check::ok(TOPIC, format!("{who}, who holds a seat")),
        Some(standing) => Check::warn(
            TOPIC,
            format!("{who}, who is {} here", standing.as_str()),
            "before they are deactivated in Apollo, see to it that another administrator may own what calls \
             make: ownership passes to the next one silently",
        ),
        None => Check::ok(TOPIC, format!("{who}, whom no directory sent"))
            .hint("what calls make belongs to them; should they leave, it passes to the next administrator"),
    });
    Ok(checks)
}

async fn standing_of(profile: Profile, store: &Store) -> Result<Option<Standing>, Refusal> {
    let read = store.read(move |tx| {
        let linked = match &profile.id {
            Some(id) => tx.linked(id)?,
            None => Vec::new(),
        };
        let mut found = Vec::new();
        for link in linked {
            found.extend(tx.seat_by_id(&link.seat_id)?);
        }
        if let Some(email) = &profile.email {
            found.extend(tx.seats_known_as(&UserName::key_of(email))?);
        }
        let mut standings: Vec<Standing> = found.iter().map(|record| record.seat.standing()).collect();
        standings.sort_by_key(|standing| *standing != Standing::Assigned);
        Ok(standings.into_iter().find(|standing| *standing != Standing::Removed))
    });
    Ok(read.await?)
}

/// Whether the users can be read a few times more before a window ends.
fn windows(known: Option<Allowance>, pages: u64) -> Check {
    const TOPIC: &str = "rate_windows";
    let Some(known) = known else {
        return Check::ok(TOPIC, "Apollo does not say what is left");
    };
    let told = |(name, window): (&str, crate::apollo::Window)| match (window.limit, window.left) {
        (Limit::Calls(limit), Some(left)) => format!("{left} of {limit} a {name}"),
        (Limit::Unlimited, _) => format!("no limit a {name}"),
        (Limit::Calls(_) | Limit::Unknown, _) => format!("unknown a {name}"),
    };
    let says = format!("left for reading users: {}", known.windows().map(told).join(", "));
    let scarce = known.windows().into_iter().find(|(_, window)| window.left.is_some_and(|left| left < pages));
    match scarce {
        None => Check::ok(TOPIC, says),
        Some((name, _)) => Check::warn(
            TOPIC,
            says,
            format!(
                "reading all users takes {pages} calls: wait until the {name} is over, and see which other \
                 integration of the team uses this endpoint"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;
    use crate::apollo::Window;

    #[test]
    fn clocks_may_differ_a_little() {
        for (ahead, level, says) in [
            (0, Level::Ok, "agrees"),
            (-30, Level::Ok, "30 s behind"),
            (31, Level::Warn, "31 s ahead"),
            (-300, Level::Warn, "300 s behind"),
            (301, Level::Fail, "301 s ahead"),
        ] {
            let check = clock(ahead);
            assert_eq!(check.level, level, "{ahead}");
            assert!(check.says.contains(says), "{}", check.says);
        }
    }

    /// R11: unknown is never 0, and no limit is no shortage.
    #[test]
    fn a_window_is_scarce_when_the_users_cannot_be_read_once_more() {
        let window = |left: Option<u64>| Window { limit: Limit::Calls(200), used: None, left };
        let of = |left| Allowance { minute: window(left), ..Allowance::default() };
        let unlimited = Window { limit: Limit::Unlimited, ..Window::default() };
        for (known, pages, level) in [
            (None, 3, Level::Ok),
            (Some(of(None)), 3, Level::Ok),
            (Some(of(Some(3))), 3, Level::Ok),
            (Some(of(Some(2))), 3, Level::Warn),
            (Some(Allowance { hour: unlimited, ..of(Some(9)) }), 3, Level::Ok),
        ] {
            assert_eq!(windows(known, pages).level, level, "{known:?}");
        }
    }

    #[test]
    fn a_doubt_is_told_in_its_two_halves() {
        let check = doubted(Check::fail, "credential", &Doubt::Redirected { status: 302 });
        assert!(check.says.ends_with("would go along"), "{}", check.says);
        assert_eq!(check.to_do.as_deref(), Some("check `apollo.base_url`"));
    }
}
