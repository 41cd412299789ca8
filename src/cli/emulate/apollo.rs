//! `emulate apollo`: a fake Apollo that runs until it is told to stop.

use super::{cannot_control, secret_in};
use crate::cli::Failure;
use crate::cli::context::{Voice, read_config};
use crate::cli::output::Output;
use crate::emulator::apollo::{Apollo, Options, Plan, Switches};
use crate::emulator::control::Surface;
use crate::server;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// What the fake Apollo is told.
#[derive(Debug, Args)]
pub(in crate::cli) struct FakeApollo {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: String,
    /// File with the master key it accepts.
    #[arg(long, value_name = "FILE")]
    master_key_file: PathBuf,
    /// The workspace's plan: free, basic, professional, organization.
    #[arg(long, value_name = "PLAN", default_value = "organization")]
    preset: Plan,
    /// Team members it lists.
    #[arg(long, default_value_t = 5)]
    users: usize,
    /// CRM contacts it holds.
    #[arg(long, default_value_t = 50)]
    contacts: usize,
    /// The same number invents the same people.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Seats bought; as many as needed unless said.
    #[arg(long)]
    seats: Option<usize>,
    /// Credits of a month; what the plan grants unless said.
    #[arg(long)]
    credits: Option<u64>,
    /// File with the token of Apollo's own SCIM endpoint; one is made from the seed unless said.
    #[arg(long, value_name = "FILE")]
    scim_token_file: Option<PathBuf>,
    /// What nobody could confirm, the other way round: a name, or name=off; /_control/switches lists them.
    #[arg(long, value_name = "NAME")]
    switch: Vec<String>,
    /// Time stands still until /_control/advance moves it.
    #[arg(long)]
    standing_clock: bool,
    /// Call webhooks of this machine when a result is ready; others are only remembered.
    #[arg(long)]
    deliver_webhooks: bool,
    /// Announce every window as unlimited.
    #[arg(long)]
    no_rate_limits: bool,
    /// Be driven over HTTP at an address of this machine too, such as 127.0.0.1:0.
    #[arg(long, value_name = "ADDR")]
    control: Option<String>,
}

impl FakeApollo {
    fn options(self) -> Result<Options, Failure> {
        let mut switches = Switches::default();
        for told in &self.switch {
            switches.read(told).map_err(|error| Failure::Usage(error.to_string()))?;
        }
        let scim_token = self.scim_token_file.as_deref().map(secret_in).transpose()?;
        Ok(Options {
            master_key: secret_in(&self.master_key_file)?,
            scoped_keys: Vec::new(),
            scim_token: scim_token.unwrap_or_default(),
            listen: self.listen,
            plan: self.preset,
            seats: self.seats,
            credits: self.credits,
            users: self.users,
            contacts: self.contacts,
            seed: self.seed,
            rate_limits: !self.no_rate_limits,
            clock_runs: !self.standing_clock,
            deliver_webhooks: self.deliver_webhooks,
            switches,
        })
    }
}

/// Runs a fake Apollo until told to stop; its log shows every request.
pub(super) async fn run(told: FakeApollo, output: Output) -> Result<(), Failure> {
    let control = told.control.clone();
    let options = told.options()?;
    read_config(Voice::Server)?;
    let (listen, users, contacts) = (options.listen.clone(), options.users, options.contacts);
    let (plan, made) = (options.plan, options.scim_token.is_empty());
    let fake = Apollo::start(options).await.map_err(|cause| {
        Failure::Setup(format!("cannot listen on {listen}: {cause}; choose another address with --listen"))
    })?;
    let surface = match &control {
        None => None,
        Some(at) => {
            let started = Surface::start(at, fake.panel()).await;
            Some(started.map_err(|cause| cannot_control(at, &cause))?)
        }
    };
    let (base, origin, scim) = (fake.base_url(), fake.origin(), fake.scim_url());
    let log = format!("{origin}/_control/log");
    // A token that was made up is no secret, and this is how anybody gets to know it.
    let token = if made { fake.scim_token() } else { "as in the file".to_owned() };
    let control = surface.as_ref().map(Surface::url);
    let data = json!({"base_url": base, "log": log, "users": users, "contacts": contacts,
        "plan": plan.to_string(), "scim_url": scim, "scim_token": token, "control": control});
    output.show("emulate", &data, || {
        let driven = control.map(|url| format!("\n  driven at:             {url}")).unwrap_or_default();
        format!(
            "fake Apollo at {base}, {plan} plan, {users} users, {contacts} contacts; Ctrl-C stops it\n  \
             point a bridge at it:  SEATBRIDGE__APOLLO__BASE_URL={base}\n  \
             its SCIM endpoint:     {scim}, token {token}\n  \
             OAuth apps sign in at: {origin}/#/oauth/authorize\n  \
             all it received:       {log}{driven}"
        )
    });
    server::told_to_stop().await;
    if let Some(surface) = surface {
        surface.stop().await;
    }
    fake.stop().await;
    Ok(())
}
