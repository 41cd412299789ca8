//! What reconciliation asks beside the list of users: as whom the credential acts, and whose mailboxes work
//! (Apollo facts §7.1). Only reads (C1), and each may be refused to a scoped key without harm to the rest.

use super::ask::Patience;
use super::client::Apollo;
use super::doubt::Doubt;
use super::mailboxes::MAILBOXES;
use super::page::text;
use super::reading::ReadOptions;
use crate::drift::{Acting, Mailbox};

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

impl Apollo {
    /// Asks both questions, patiently.
    pub async fn surroundings(&self, options: &ReadOptions) -> Surroundings {
        let mut patience = Patience::new(options);
        let acting = self.acting(&mut patience).await;
        let mailboxes = self.mailboxes(&mut patience).await;
        Surroundings { acting, mailboxes, calls: patience.calls }
    }

    async fn acting(&self, patience: &mut Patience) -> Result<Acting, Doubt> {
        let profile = self.profile_within(patience).await?;
        let apollo_id = profile.id.ok_or(Doubt::WrongShape)?;
        Ok(Acting { apollo_id, email: profile.email })
    }

    /// Nothing but owner and state is kept: mailboxes carry secrets.
    async fn mailboxes(&self, patience: &mut Patience) -> Result<Vec<Mailbox>, Doubt> {
        let (_, mut body) = self.json_within(&MAILBOXES, patience).await?;
        let listed = body["email_accounts"].as_array_mut().ok_or(Doubt::WrongShape)?;
        let owned = listed.iter_mut().filter_map(|account| {
            let apollo_id = text(account["user_id"].take())?;
            Some(Mailbox { apollo_id, active: account["active"] == true })
        });
        Ok(owned.collect())
    }
}
