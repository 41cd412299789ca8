//! `POST /oauth/token` and `/oauth/revoke`. Source: Apollo facts §2.4; its errors are those of RFC 6749 §5.2
//! (unconfirmed, fits the kind of server).

use serde_json::json;

use super::super::switches::{Switch, Switches};
use super::super::wire::answer::Answer;
use super::super::wire::input::Params;
use super::{Pair, Registry, TOKEN_SECONDS};

/// Gives a pair of tokens for a code or a refresh token.
pub fn give(registry: &mut Registry, params: &Params, switches: &Switches, now_ms: u64) -> Answer {
    let text = |name: &str| params.text(name).unwrap_or_default();
    let (client_id, secret) = (text("client_id"), text("client_secret"));
    if registry.app(&client_id).is_none_or(|app| app.client_secret != secret) {
        return refused(401, "invalid_client", "unknown client, or the secret is not its own");
    }
    let pair = match text("grant_type").as_str() {
        "authorization_code" => registry.redeem(&text("code"), &client_id, &text("redirect_uri"), now_ms),
        "refresh_token" => {
            let survives = switches.on(Switch::RefreshTokenSurvives);
            registry.refresh(&text("refresh_token"), &client_id, survives, now_ms)
        }
        _ => return refused(400, "unsupported_grant_type", "say authorization_code or refresh_token"),
    };
    match pair {
        Some(pair) => Answer::ok(&shown(&pair, now_ms)),
        None => refused(400, "invalid_grant", "it was used, has expired, or belongs to another client"),
    }
}

/// Takes a token back; 200 whatever it was (RFC 7009 §2.2).
pub fn take_back(registry: &mut Registry, params: &Params) -> Answer {
    registry.revoke(&params.text("token").unwrap_or_default());
    Answer::ok(&json!({}))
}

/// Source: Apollo facts §2.4 (`created_at` observed).
fn shown(pair: &Pair, now_ms: u64) -> serde_json::Value {
    json!({
        "access_token": pair.access,
        "token_type": "Bearer",
        "expires_in": TOKEN_SECONDS,
        "refresh_token": pair.refresh,
        "scope": pair.scopes.join(" "),
        "created_at": now_ms / 1_000,
    })
}

fn refused(status: u16, error: &str, description: &str) -> Answer {
    Answer::json(status, &json!({"error": error, "error_description": description}))
}
