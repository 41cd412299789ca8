//! Whose mailboxes there are, so that nobody sends from a colleague's (R10).
//!
//! Apollo is asked for its whole list, which costs no credits, and the answer serves for some minutes: only
//! ids, owners and addresses of it are kept, in memory. It counts against the windows like our other reads.

use super::ask::{Patience, Question};
use super::client::Apollo;
use super::doubt::Doubt;
use super::page::text;
use super::reading::ReadOptions;
use super::usage::question;
use crate::rbac::OwnMailbox;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

pub(super) const MAILBOXES: Question =
    question("GET", "/email_accounts", "api/v1/email_accounts/index", "email_accounts_list");

/// How long an answer serves.
const SERVES: Duration = Duration::from_secs(300);
/// How soon it is asked again for a mailbox it does not have: somebody may have linked it a moment ago, and
/// somebody may also send made-up ids by the thousand.
const AGAIN: Duration = Duration::from_secs(5);

/// One mailbox of the workspace.
struct Owned {
    user_id: String,
    mailbox: OwnMailbox,
}

/// What Apollo said, and when.
type Said = (Instant, Vec<Owned>);

/// What Apollo said last; copies share.
#[derive(Clone, Default)]
pub(super) struct Mailboxes(Arc<Mutex<Option<Said>>>);

impl Apollo {
    /// The mailboxes of one user. `named` are ids and addresses that should be among somebody's: Apollo is
    /// asked again, though not at once again, when one of them is nobody's.
    ///
    /// Errors: the [`Doubt`]; nothing is known then.
    pub async fn mailboxes_of(&self, user_id: &str, named: &[String]) -> Result<Vec<OwnMailbox>, Doubt> {
        // Held while asking, so that calls that need the same answer ask once together.
        let mut known = self.mailboxes.0.lock().await;
        let serves = known.as_ref().is_some_and(|(asked, all)| {
            let age = asked.elapsed();
            age < AGAIN || (age < SERVES && named.iter().all(|name| all.iter().any(|one| one.is(name))))
        });
        if !serves {
            *known = None;
            // A caller waits: a limit or a hiccup is told at once and not waited out.
            let patience =
                ReadOptions { patience: Duration::ZERO, deadline: self.timeout(), ..ReadOptions::default() };
            let (_, body) = self.json_within(&MAILBOXES, &mut Patience::new(&patience)).await?;
            *known = Some((Instant::now(), read(body).ok_or(Doubt::WrongShape)?));
        }
        let all = known.iter().flat_map(|(_, all)| all);
        Ok(all.filter(|one| one.user_id == user_id).map(|one| one.mailbox.clone()).collect())
    }
}

impl Owned {
    fn is(&self, name: &str) -> bool {
        let address = self.mailbox.address.as_deref();
        self.mailbox.id.eq_ignore_ascii_case(name)
            || address.is_some_and(|address| address.eq_ignore_ascii_case(name))
    }
}

/// What is kept of `GET /email_accounts`; the rest, secrets among it, is dropped.
fn read(mut body: Value) -> Option<Vec<Owned>> {
    let listed = body.get_mut("email_accounts")?.as_array_mut()?;
    let owned = listed.iter_mut().filter_map(|account| {
        let mailbox = OwnMailbox { id: text(account["id"].take())?, address: text(account["email"].take()) };
        Some(Owned { user_id: text(account["user_id"].take())?, mailbox })
    });
    Some(owned.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Apollo facts §4.8: an unpaged list; what has no owner is nobody's.
    #[test]
    fn ids_owners_and_addresses_are_kept_of_the_list() {
        let body = json!({"email_accounts": [
            {"id": "m1", "user_id": "u1", "email": "Ada@corp.example", "sendgrid_api_key_v3": "s"},
            {"id": "m2", "user_id": null, "email": "x@corp.example"},
            {"id": null, "user_id": "u1"},
            {"id": "m3", "user_id": "u2", "email": null},
        ]});
        let kept = read(body).unwrap();
        let told: Vec<_> = kept.iter().map(|one| (one.user_id.as_str(), one.mailbox.id.as_str())).collect();
        assert_eq!(told, [("u1", "m1"), ("u2", "m3")]);
        assert!(kept[0].is("M1") && kept[0].is("ada@CORP.example") && !kept[0].is("m3"));
        assert!(read(json!([])).is_none() && read(json!({"email_accounts": null})).is_none());
    }
}
