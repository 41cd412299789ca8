//! What reconciliation asks beside the list of users: as whom the credential acts, and whose mailboxes work
//! (Apollo facts §7.1). Only reads (C1), and each may be refused to a scoped key without harm to the rest.

use super::ask::{Patience, Question};
use super::client::Apollo;
use super::doubt::Doubt;
use super::page::text;
use super::reading::ReadOptions;
use crate::drift::{Acting, Mailbox};
use serde::Deserialize;
use serde_json::Value;

/// What was asked beside the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// As whom calls are made.
    pub acting: Result<Acting, Doubt>,
    /// Whose mailboxes there are.
    pub mailboxes: Result<Vec<Mailbox>, Doubt>,
    /// Requests sent.
    pub calls: u32,
}

/// Of the answer nothing else is read: mailboxes carry secrets.
#[derive(Deserialize)]
struct Mailboxes {
    email_accounts: Vec<Account>,
}

#[derive(Deserialize)]
struct Account {
    #[serde(default)]
    user_id: Value,
    #[serde(default)]
    active: Value,
}

#[derive(Deserialize)]
struct Profile {
    #[serde(default)]
    id: Value,
    #[serde(default)]
    email: Value,
}

impl Apollo {
    /// Asks both questions, patiently.
    pub async fn surroundings(&self, options: &ReadOptions) -> Surroundings {
        let mut patience = Patience::new(options);
        let acting = self.acting(&mut patience).await;
        let mailboxes = self.mailboxes(&mut patience).await;
        Surroundings { acting, mailboxes, calls: patience.calls }
    }

    async fn acting(&self, patience: &mut Patience) -> Result<Acting, Doubt> {
        let question = Question {
            method: "GET",
            path: "/users/api_profile".into(),
            scope: "api/v1/users/api_profile",
            grant_scope: "read_user_profile",
        };
        let heard = self.ask(&question, patience).await?;
        let profile: Profile = serde_json::from_slice(&heard.body).map_err(|_| Doubt::WrongShape)?;
        let apollo_id = text(profile.id).ok_or(Doubt::WrongShape)?;
        Ok(Acting { apollo_id, email: text(profile.email) })
    }

    async fn mailboxes(&self, patience: &mut Patience) -> Result<Vec<Mailbox>, Doubt> {
        let question = Question {
            method: "GET",
            path: "/email_accounts".into(),
            scope: "api/v1/email_accounts/index",
            grant_scope: "email_accounts_list",
        };
        let heard = self.ask(&question, patience).await?;
        let listed: Mailboxes = serde_json::from_slice(&heard.body).map_err(|_| Doubt::WrongShape)?;
        let owned = listed.email_accounts.into_iter().filter_map(|account| {
            let apollo_id = text(account.user_id)?;
            Some(Mailbox { apollo_id, active: account.active == Value::Bool(true) })
        });
        Ok(owned.collect())
    }
}
