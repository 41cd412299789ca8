//! Each identity provider: whether it could come in, whether it does, and whether it takes seats away.

use super::{Check, ago};
use crate::admin::links::{Links, links};
use crate::admin::{Refusal, clients, service};
use crate::flavour::Flavour;
use crate::store::Store;
use crate::store::records::Directory;

/// After this long without a sign of the connector its silence is told. Unit: microseconds.
const SILENT: i64 = 7 * DAY;
const DAY: i64 = 86_400_000_000;
/// A way in that ends within so long is warned about. Unit: microseconds.
const ENDING: i64 = 30 * DAY;

/// One way in: when it ends, and when it was last used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Way {
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
}

/// Errors: the store's.
pub(super) async fn checks(store: &Store, now: i64) -> Result<Vec<Check>, Refusal> {
    let all = service::directories(store).await?;
    let all: Vec<Directory> = all.into_iter().filter(|one| one.removed_at.is_none()).collect();
    if all.is_empty() {
        return Ok(vec![Check::fail(
            "directory",
            "no identity provider is connected yet",
            format!(
                "run `seatbridge directory add NAME --flavour {} --sso-entity-id URL --sso-certificate-file \
                 PEM`",
                Flavour::ALL.map(Flavour::as_str).join("|")
            ),
        )]);
    }
    let (tokens, clients) = (service::tokens(store).await?, clients::clients(store).await?);
    let mut checks = Vec::new();
    for directory in &all {
        let links = links(directory, store).await?;
        let mut ways: Vec<Way> = tokens
            .iter()
            .filter(|(token, _)| token.directory_id == directory.id && token.revoked_at.is_none())
            .map(|(token, _)| Way { expires_at: token.expires_at, last_used_at: token.last_used_at })
            .collect();
        let of_clients = clients.iter().filter(|view| view.client.directory_id == directory.id);
        let secrets = of_clients.flat_map(|view| &view.credentials).filter(|one| one.revoked_at.is_none());
        ways.extend(secrets.map(|one| Way { expires_at: one.expires_at, last_used_at: one.last_used_at }));
        let trusted = links.trusted.as_ref();
        ways.extend(trusted.map(|one| Way { expires_at: None, last_used_at: one.last_used_at }));
        let id = directory.id.clone();
        let (last_write, assigned) = store
            .read(move |tx| {
                let mut assigned = 0_usize;
                let mut last = 0;
                loop {
                    let step = tx.seats_after(last, 500)?;
                    let Some(end) = step.last().map(|record| record.seq) else { break };
                    last = end;
                    let ours = |record: &&crate::store::records::SeatRecord| {
                        record.directory_id == id && record.assigned_at.is_some()
                    };
                    assigned += step.iter().filter(ours).count();
                }
                Ok((tx.last_write(&id)?, assigned))
            })
            .await?;
        let found = [
            Some(sso(directory)),
            Some(way_in(directory, &ways, now)),
            Some(traffic(directory, last_write, now)),
            deprovisioning(directory, &links, assigned, now),
            Some(fuse(directory)),
            refused(&links),
            paused(directory, now),
        ];
        checks.extend(found.into_iter().flatten().map(|check| check.of(&directory.name)));
    }
    Ok(checks)
}

/// SSO comes before SCIM (A1).
fn sso(directory: &Directory) -> Check {
    let name = &directory.name;
    let missing = [
        (directory.sso_entity_id.is_none(), "entity id", "--sso-entity-id URL"),
        (directory.sso_certificate.is_none(), "certificate", "--sso-certificate-file PEM"),
    ];
    let missing: Vec<_> = missing.into_iter().filter(|(missing, ..)| *missing).collect();
    if missing.is_empty() {
        return Check::ok("sso", "entity id and certificate are recorded");
    }
    let what: Vec<&str> = missing.iter().map(|(_, what, _)| *what).collect();
    let flags: Vec<&str> = missing.iter().map(|(_, _, flag)| *flag).collect();
    Check::fail(
        "sso",
        format!("no {} yet, and Apollo wants SSO before SCIM", what.join(" and no ")),
        format!("run `seatbridge directory set {name} {}`", flags.join(" ")),
    )
}

fn way_in(directory: &Directory, ways: &[Way], now: i64) -> Check {
    const TOPIC: &str = "way_in";
    let name = &directory.name;
    let live: Vec<&Way> = ways.iter().filter(|way| way.expires_at.is_none_or(|end| end > now)).collect();
    if live.is_empty() {
        let says = if ways.is_empty() {
            "no token, client or trust yet"
        } else {
            "every token and secret has ended"
        };
        return Check::fail(TOPIC, says, format!("run `seatbridge token issue {name} --name TOKEN-NAME`"));
    }
    let counted = format!("{} live", live.len());
    let Some(used) = live.iter().filter_map(|way| way.last_used_at).max() else {
        return Check::warn(
            TOPIC,
            format!("{counted}, never used"),
            "paste the tenant URL and the token into the identity provider and test the connection there",
        );
    };
    let says = format!("{counted}, last used {} ago", ago(now - used));
    // What ends soon does not matter while another goes on.
    let ends = live.iter().map(|way| way.expires_at).max_by_key(|end| end.unwrap_or(i64::MAX)).flatten();
    if let Some(end) = ends.filter(|end| end - now < ENDING) {
        return Check::warn(
            TOPIC,
            format!("{says}; the last one ends in {}", ago(end - now)),
            "make another, paste it into the identity provider, then revoke this one",
        );
    }
    if now - used > SILENT {
        return Check::warn(
            TOPIC,
            says,
            "see in the identity provider whether provisioning is switched on and which error it shows",
        );
    }
    Check::ok(TOPIC, says)
}

fn traffic(directory: &Directory, last_write: Option<(i64, i64)>, now: i64) -> Check {
    match last_write {
        Some((at, status)) => {
            let outcome =
                if status >= 400 { format!("refused with {status}") } else { "accepted".to_owned() };
            Check::ok("last_write", format!("{} ago, {outcome}", ago(now - at)))
        }
        None => Check::warn(
            "last_write",
            "nothing was ever written",
            format!(
                "make Apollo's present team known with `seatbridge seat adopt --from-apollo --directory {} \
                 --dry-run`, then assign people in the identity provider",
                directory.name
            ),
        ),
    }
}

/// A connector that never took a seat away may have deactivation switched off.
fn deprovisioning(directory: &Directory, links: &Links, assigned: usize, now: i64) -> Option<Check> {
    const TOPIC: &str = "deprovisioning";
    match links.last_deprovisioned {
        Some(at) => Some(Check::ok(TOPIC, format!("last {} ago", ago(now - at)))),
        None if assigned == 0 => None,
        None => Some(Check::warn(
            TOPIC,
            format!("never, of {assigned} who were given a seat"),
            format!("{}; then unassign somebody for a test", directory.flavour.deactivation_hint()),
        )),
    }
}

fn fuse(directory: &Directory) -> Check {
    let fuse = directory.policy.fuse;
    let limits = [
        fuse.seats.map(|seats| format!("{seats} seats")),
        fuse.percent.map(|percent| format!("{percent} percent")),
    ];
    let limits: Vec<String> = limits.into_iter().flatten().collect();
    if limits.is_empty() {
        return Check::ok("fuse", "off: a wrong scoping filter would take every seat it names at once")
            .hint("`seatbridge directory set --help` shows how many losses an hour can be allowed");
    }
    Check::ok("fuse", format!("holds losses beyond {} an hour", limits.join(" or ")))
}

fn refused(links: &Links) -> Option<Check> {
    (!links.stale.is_empty()).then(|| {
        Check::warn(
            "refused_pushes",
            format!("{} people hold a seat, and what was last sent for them was refused", links.stale.len()),
            "their deactivation may never be sent: settle the failed tasks in the identity provider; \
             `seatbridge seat stuck` names them",
        )
    })
}

fn paused(directory: &Directory, now: i64) -> Option<Check> {
    let since = directory.paused_at?;
    Some(Check::warn(
        "paused",
        format!("for {}: {}", ago(now - since), directory.paused_why.as_deref().unwrap_or("no reason given")),
        format!("run `seatbridge directory resume {}` when it may go on", directory.name),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;
    use crate::rbac::Role;

    const NOW: i64 = 1_000 * DAY;

    fn directory() -> Directory {
        Directory {
            id: "1".into(),
            name: "okta".into(),
            flavour: Flavour::ALL[0],
            policy: Default::default(),
            default_role: Role::Viewer,
            role_map: Default::default(),
            sso_entity_id: None,
            sso_certificate: None,
            created_at: 0,
            paused_at: None,
            paused_why: None,
            removed_at: None,
        }
    }

    /// A2: a way in that ends, that nobody uses, or that fell silent is told in time.
    #[test]
    fn a_way_in_is_well_while_it_is_used_and_lasts() {
        let way = |ends: Option<i64>, used: Option<i64>| Way {
            expires_at: ends.map(|days| NOW + days * DAY),
            last_used_at: used.map(|days| NOW - days * DAY),
        };
        for (ways, level, says) in [
            (vec![], Level::Fail, "no token"),
            (vec![way(Some(-1), Some(1))], Level::Fail, "every token"),
            (vec![way(None, None)], Level::Warn, "never used"),
            (vec![way(Some(9), Some(0))], Level::Warn, "ends in 9 days"),
            (vec![way(Some(9), Some(0)), way(None, None)], Level::Ok, "2 live"),
            (vec![way(None, Some(8))], Level::Warn, "8 days ago"),
            (vec![way(Some(365), Some(1))], Level::Ok, "24 hours ago"),
        ] {
            let check = way_in(&directory(), &ways, NOW);
            assert_eq!(check.level, level, "{ways:?}");
            assert!(check.says.contains(says), "{}", check.says);
        }
    }

    /// Okta facts §7.3: a connector that never deactivated anybody is told, once there was anybody.
    #[test]
    fn a_connector_that_never_took_a_seat_is_told() {
        let never = Links::default();
        let once = Links { last_deprovisioned: Some(NOW - DAY), ..Links::default() };
        assert_eq!(deprovisioning(&directory(), &never, 0, NOW), None);
        assert_eq!(deprovisioning(&directory(), &never, 1, NOW).unwrap().level, Level::Warn);
        assert_eq!(deprovisioning(&directory(), &once, 1, NOW).unwrap().level, Level::Ok);
    }

    /// A1: what is missing, and the command that records it.
    #[test]
    fn sso_that_is_missing_says_how_to_record_it() {
        let check = sso(&directory());
        assert_eq!(check.level, Level::Fail);
        assert!(check.to_do.unwrap().contains("--sso-entity-id URL --sso-certificate-file PEM"));
    }
}
