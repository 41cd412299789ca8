//! `serve`, `migrate`, `healthcheck`.

use super::Failure;
use super::context::{Context, Voice, read_config};
use super::output::Output;
use crate::admin::service;
use crate::http::Clock;
use crate::server;
use crate::store::migrate as migrations;
use serde_json::json;
use std::time::Duration;

/// Serves until told to stop.
pub(super) async fn serve(listen: Option<String>, output: Output) -> Result<(), Failure> {
    let mut config = read_config(Voice::Server)?;
    if let Some(address) = listen {
        config.listen = address;
    }
    let listener = server::bind(&config.listen)?;
    if let Ok(address) = listener.local_addr() {
        config.listen = address.to_string();
    }
    let context = Context::with(config)?;
    let secrets = context.secrets()?;
    let next = what_next(&context).await?;
    let (config, store) = (context.config, context.store);
    let (tenant_url, kind) = (config.tenant_url(), store.kind());
    let running = server::start(listener, config, store, secrets, Clock::default())?;
    let address = running.address;
    tracing::info!(%address, store = kind, apollo = running.bridge.apollo.is_some(), "seatbridge serves");
    output.show(
        "serve",
        &json!({"address": address.to_string(), "tenant_url": tenant_url, "store": kind}),
        || {
            format!(
                "seatbridge serves on http://{address}\n  tenant URL for Okta and Entra: {tenant_url}\n{next}"
            )
        },
    );
    server::told_to_stop().await;
    tracing::info!("told to stop: letting calls in flight finish");
    running.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// The next step of somebody who has just started.
async fn what_next(context: &Context) -> Result<String, Failure> {
    let team = service::show_team(Clock::default().now(), &context.store).await?;
    let directories = service::directories(&context.store).await?;
    let tokens = service::tokens(&context.store).await?;
    let mut steps = Vec::new();
    if team.is_none() {
        steps.push("seatbridge team set --name NAME --plan organization --seats N".to_owned());
    }
    if directories.is_empty() {
        steps.push(
            "seatbridge directory add NAME --flavour okta|entra --sso-entity-id URL \
             --sso-certificate-file PEM"
                .to_owned(),
        );
    }
    if tokens.is_empty() {
        let name = directories.first().map_or("NAME", |directory| directory.name.as_str());
        steps.push(format!("seatbridge token issue {name} --name TOKEN-NAME"));
    }
    if context.config.public_url.is_none() {
        steps.push(
            "set SEATBRIDGE__PUBLIC_URL to the https:// address Okta and Entra ID reach, then restart"
                .to_owned(),
        );
    }
    if context.config.apollo.master_key.is_none() && context.config.apollo.second_master_key.is_none() {
        let granted = context.store.look_up(|tx| tx.living_grant()).await?.is_some();
        if context.config.apollo.client_id.is_none() {
            let step = "set SEATBRIDGE__APOLLO__MASTER_KEY_FILE, then restart, to offer the key proxy";
            steps.push(step.to_owned());
        } else if !granted {
            steps.push("seatbridge apollo connect, to offer the key proxy".to_owned());
        }
    }
    if steps.is_empty() {
        return Ok("  see who holds a seat: seatbridge seat list".to_owned());
    }
    let lines: Vec<String> = (1..).zip(steps).map(|(place, step)| format!("    {place}. {step}")).collect();
    Ok(format!("  next, in another terminal, with the same configuration:\n{}", lines.join("\n")))
}

/// Migrates and ends.
pub(super) fn migrate(output: Output) -> Result<(), Failure> {
    let config = read_config(Voice::Quiet)?;
    let done = migrations::run(&config.backend()?)?;
    output.show("migrate", &json!({"done": done}), || {
        if done.is_empty() {
            "the database is up to date".to_owned()
        } else {
            format!("migrated: {}", done.join(", "))
        }
    });
    Ok(())
}

/// Asks a running bridge whether it is ready.
pub(super) async fn healthcheck(url: &str, output: Output) -> Result<(), Failure> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).no_proxy().build();
    let client = client.map_err(|error| Failure::Failed(error.to_string()))?;
    let answer = client.get(url).send().await;
    let status = answer.map_err(|_| Failure::Failed(format!("nothing answers at {url}")))?.status();
    output.show("healthcheck", &json!({"ready": status.is_success(), "status": status.as_u16()}), || {
        if status.is_success() {
            "ready".to_owned()
        } else {
            format!("not ready (status {})", status.as_u16())
        }
    });
    if status.is_success() { Ok(()) } else { Err(Failure::Told(1)) }
}
