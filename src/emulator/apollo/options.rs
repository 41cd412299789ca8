//! How a fake Apollo is started.

use std::fmt;

use super::plan::Plan;
use super::switches::Switches;

/// What a fake Apollo listens on, which keys it knows, and how much it invents.
#[derive(Clone)]
pub struct Options {
    /// Address to bind; port 0 takes a free one.
    pub listen: String,
    /// The key that may call everything.
    pub master_key: String,
    /// Further keys, each with the endpoint names it may call, such as `api/v1/users/search`.
    pub scoped_keys: Vec<(String, Vec<String>)>,
    /// The token of Apollo's own SCIM endpoint; empty has one made from the seed.
    pub scim_token: String,
    /// The workspace's plan.
    pub plan: Plan,
    /// Seats bought; `None` is as many as needed, and the plan's fewest seats are bought in any case.
    pub seats: Option<usize>,
    /// Credits of a cycle; `None` is what the plan grants.
    pub credits: Option<u64>,
    /// How many teammates the workspace has.
    pub users: usize,
    /// How many people are already saved as contacts.
    pub contacts: usize,
    /// The same seed gives the same data.
    pub seed: u64,
    /// Whether the plan's windows are enforced; off, every window is announced as unlimited.
    pub rate_limits: bool,
    /// Whether time passes by itself; off, it moves only when advanced.
    pub clock_runs: bool,
    /// Whether webhooks on this machine are called; others never are.
    pub deliver_webhooks: bool,
    /// Positions of what nobody could confirm.
    pub switches: Switches,
}

impl Default for Options {
    /// A small workspace on a free port of this machine.
    fn default() -> Self {
        Options {
            listen: "127.0.0.1:0".into(),
            master_key: "emulated-master-key".into(),
            scoped_keys: Vec::new(),
            scim_token: String::new(),
            plan: Plan::default(),
            seats: None,
            credits: None,
            users: 5,
            contacts: 20,
            seed: 1,
            rate_limits: true,
            clock_runs: true,
            deliver_webhooks: false,
            switches: Switches::default(),
        }
    }
}

impl fmt::Debug for Options {
    /// Keys are counted, never printed.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Options")
            .field("listen", &self.listen)
            .field("master_key", &"***")
            .field("scoped_keys", &self.scoped_keys.len())
            .field("plan", &self.plan)
            .field("seats", &self.seats)
            .field("credits", &self.credits)
            .field("users", &self.users)
            .field("contacts", &self.contacts)
            .field("seed", &self.seed)
            .field("rate_limits", &self.rate_limits)
            .field("clock_runs", &self.clock_runs)
            .field("deliver_webhooks", &self.deliver_webhooks)
            .finish_non_exhaustive()
    }
}
