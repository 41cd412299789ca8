//! How a fake Apollo is started.

use std::fmt;

/// What a fake Apollo listens on, which keys it knows, and how much it invents.
#[derive(Clone)]
pub struct Options {
    /// Address to bind; port 0 takes a free one.
    pub listen: String,
    /// The key that may call everything.
    pub master_key: String,
    /// Further keys, each with the endpoint names it may call, such as `api/v1/users/search`.
    pub scoped_keys: Vec<(String, Vec<String>)>,
    /// How many teammates the workspace has.
    pub users: usize,
    /// How many people are already saved as contacts.
    pub contacts: usize,
    /// The same seed gives the same data.
    pub seed: u64,
    /// Whether the Organization plan's windows are enforced; off, every window is announced as unlimited.
    pub rate_limits: bool,
}

impl Default for Options {
    /// A small workspace on a free port of this machine.
    fn default() -> Self {
        Options {
            listen: "127.0.0.1:0".into(),
            master_key: "emulated-master-key".into(),
            scoped_keys: Vec::new(),
            users: 5,
            contacts: 20,
            seed: 1,
            rate_limits: true,
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
            .field("users", &self.users)
            .field("contacts", &self.contacts)
            .field("seed", &self.seed)
            .field("rate_limits", &self.rate_limits)
            .finish()
    }
}
