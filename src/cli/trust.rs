//! `directory trust|distrust`, and what `directory show` says of it.

use super::Failure;
use super::client::{issuer_of, no_tenant, unreachable};
use super::commands::Trusted;
use super::context::Context;
use super::output::{Output, facts, moment};
use crate::admin::shown;
use crate::admin::trust::{self, TrustWish};
use crate::flavour::Flavour;
use crate::store::records::IssuerTrust;
use serde_json::json;

pub(super) async fn add(name: String, issuer: Trusted, output: Output) -> Result<(), Failure> {
    let wish = wish(issuer)?;
    let context = Context::open()?;
    let (_, trusted) = trust::trust(name, wish, Context::act(), &context.store).await?;
    let tenant_url = context.config.tenant_url();
    let mut shown = shown::trust(&trusted);
    shown["tenant_url"] = json!(tenant_url);
    output.show("directory", &shown, || {
        let rows = [&[("tenant URL", tenant_url.clone())][..], &rows(&trusted)[..4]].concat();
        format!(
            "{}\n\nPaste the tenant URL into the identity provider and leave the secret token empty.{}",
            facts(&rows),
            unreachable(&context.config)
        )
    });
    Ok(())
}

pub(super) async fn end(name: String, output: Output) -> Result<(), Failure> {
    let context = Context::open()?;
    let ended = trust::distrust(name.clone(), Context::act(), &context.store).await?;
    output.show("directory", &json!({"name": name, "issuer": ended.issuer, "revoked": true}), || {
        format!(
            "directory {name} accepts no tokens of {} any more; they get 401 from the next request on",
            ended.issuer
        )
    });
    Ok(())
}

fn wish(given: Trusted) -> Result<TrustWish, Failure> {
    let Trusted { entra_tenant, issuer, openid_configuration, audience, application } = given;
    let Some(tenant) = entra_tenant else {
        let (issuer, configuration_url) = issuer_of(None, issuer, openid_configuration)?;
        let audience = audience.unwrap_or_default();
        return Ok(TrustWish { issuer, audience, application, configuration_url });
    };
    let known = Flavour::Entra.connector_issuer(&tenant).ok_or_else(|| no_tenant(&tenant))?;
    Ok(TrustWish {
        issuer: known.issuer,
        configuration_url: known.configuration_url,
        audience: audience.or(known.audience.map(str::to_owned)).unwrap_or_default(),
        application: application.or(known.application.map(str::to_owned)),
    })
}

pub(super) fn told(trusted: &IssuerTrust) -> String {
    facts(&rows(trusted))
}

fn rows(trusted: &IssuerTrust) -> [(&'static str, String); 5] {
    let used = trusted
        .last_used_at
        .map(|at| format!("{} from {}", moment(at), trusted.last_used_from.as_deref().unwrap_or("-")));
    [
        ("accepts tokens of", trusted.issuer.clone()),
        ("for audience", trusted.audience.clone()),
        ("asked for by", trusted.application.clone().unwrap_or_else(|| "any application".to_owned())),
        ("its configuration", trusted.configuration_url.clone()),
        ("last used", used.unwrap_or_else(|| "-".to_owned())),
    ]
}
