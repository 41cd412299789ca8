//! How the fake Entra comes in: with a pasted token, one of its own, or one it fetches.

use super::commands::{Access, Telling};
use super::{secret_in, usage};
use crate::cli::Failure;
use crate::cli::output::{Output, say};
use crate::emulator::entra::{Client, Issuer, SigningKey};
use crate::http::Clock;

/// Microseconds, as the clock counts.
const MICROSECONDS: i64 = 1_000_000;

/// The bearer to send, and the issuer that has to stay up while it is sent.
///
/// Source: Entra facts §11.
pub(super) async fn token(
    telling: &Telling,
    access: &Access,
    output: Output,
) -> Result<(String, Option<Issuer>), Failure> {
    if let Some(listen) = &access.issuer {
        let (token, issuer) = issued(listen, &access.tenant_id)?;
        if output.for_people() {
            say(&told(&issuer));
        }
        return Ok((token, Some(issuer)));
    }
    if let (Some(id), Some(file), Some(token_url)) =
        (&access.client_id, &access.client_secret_file, &access.fetch_at)
    {
        let client = Client {
            token_url: token_url.clone(),
            id: id.clone(),
            secret: secret_in(file)?,
            scope: Some("scim".to_owned()),
            place: access.credentials_in.parse().map_err(usage)?,
        };
        let token = client.token().await.map_err(|error| Failure::Failed(error.to_string()))?;
        return Ok((token, None));
    }
    match &telling.token_file {
        Some(file) => Ok((secret_in(file)?, None)),
        None => Err(Failure::Usage(
            "say how to come in: --token-file FILE, --issuer ADDR, or --client-id ID with \
             --client-secret-file FILE and --fetch-at URL"
                .to_owned(),
        )),
    }
}

fn issued(listen: &str, tenant: &str) -> Result<(String, Issuer), Failure> {
    let key = SigningKey::generate().map_err(Failure::Failed)?;
    let issuer = Issuer::start(tenant, listen, key)
        .map_err(|cause| Failure::Setup(format!("no issuer at {listen}: {cause}; choose another address")))?;
    let claims = issuer.connector_claims(Clock::default().now() / MICROSECONDS);
    let token = issuer.sign(&claims).map_err(Failure::Failed)?;
    Ok((token, issuer))
}

fn told(issuer: &Issuer) -> String {
    format!(
        "tokens of {}\n  accepted after: seatbridge directory trust NAME --issuer {} --audience {}",
        issuer.issuer(),
        issuer.issuer(),
        issuer.audience(),
    )
}
