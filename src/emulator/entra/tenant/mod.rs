//! An Entra tenant: its directory of people, and one provisioning job with its cycles on a virtual clock.
//!
//! | File | Holds |
//! |---|---|
//! | `directory` | people, edits, the recycle bin |
//! | `scope`, `plan` | who is in scope, and what a cycle does with whom |
//! | `escrow`, `quarantine` | failures: when one is tried again, when the job stops |
//! | `errand` | one person's part of a cycle, with its requests |
//! | `cycle` | initial and incremental cycles, on demand, the threshold of deletions |
//! | `acts`, `state`, `log` | what the tenant can be told, and what its screens show |
//! | `setup` | the switches |
//!
//! Decisions are pure; requests leave in `errand` (people) and `cycle` (the start check) only, and each is
//! one of the connector's, which cites its fact.

mod acts;
mod cycle;
mod directory;
mod errand;
mod escrow;
mod job;
mod log;
mod plan;
mod quarantine;
mod scope;
mod setup;
mod state;

use serde_json::{Map, Value};

use super::{Dialect, Entra};
use crate::emulator::log::Log;
use crate::emulator::wire::{Error, Wire};
use directory::Directory;
use job::Job;

pub use setup::{SWITCHES, Setup};

/// A tenant with one provisioning job.
#[derive(Debug, Clone)]
pub struct Tenant {
    directory: Directory,
    job: Job,
    setup: Setup,
    connector: Entra,
    /// Edits are provisioned on demand, person by person, and no cycle runs.
    on_demand: bool,
    wire: Wire,
    first: (Entra, Setup),
}

impl Tenant {
    /// A tenant whose job provisions towards `target` (`…/scim/v2`) with a secret token; with `on_demand`
    /// edits are provisioned on demand, person by person, and no cycle runs.
    ///
    /// Errors: [`Error`], when target or token cannot be used.
    pub fn new(target: &str, token: &str, dialect: Dialect, on_demand: bool) -> Result<Tenant, Error> {
        Self::starting(target, token, dialect, on_demand, Setup::default())
    }

    /// The same with other switches.
    ///
    /// Errors: [`Error`], when target or token cannot be used.
    pub fn starting(
        target: &str,
        token: &str,
        dialect: Dialect,
        on_demand: bool,
        setup: Setup,
    ) -> Result<Tenant, Error> {
        let wire = Wire::default();
        let connector = Entra::new(target, token, dialect)?.on(&wire);
        let first = (connector.clone(), setup.clone());
        let mut tenant = Self {
            directory: Directory::default(),
            job: Job::new(&setup, wire.clock.now()),
            setup,
            connector,
            on_demand,
            wire,
            first,
        };
        tenant.follow_setup();
        Ok(tenant)
    }

    /// The same without a log of raw exchanges: for cycles over whole directories.
    #[must_use]
    pub fn without_log(mut self) -> Self {
        self.wire.log = Log::keeping(0);
        self.connector = self.connector.on(&self.wire);
        self.first.0 = self.first.0.on(&self.wire);
        self
    }

    /// Adds somebody to the directory or edits one; the next cycle sees it.
    ///
    /// Errors: a sentence that names what is wrong and what would do.
    pub fn put(&mut self, key: &str, profile: &Map<String, Value>) -> Result<(), String> {
        self.directory.put(key, profile)
    }

    /// The connector keeps what it needs of the switches.
    fn follow_setup(&mut self) {
        let Setup { matching, mapping, roles, odd_creates, .. } = &self.setup;
        self.connector.matching.clone_from(matching);
        self.connector.mapping = *mapping;
        self.connector.expression = *roles;
        self.connector.odd_creates = *odd_creates;
    }
}
