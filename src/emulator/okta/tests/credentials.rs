//! The forms of a credential, and tokens that come from an address.

use std::time::Duration;

use serde_json::json;

use super::stub::{Reply, Stub};
use crate::emulator::okta::{Authorization, Mode, Org};
use crate::emulator::story::{Act, Tenant};

/// Okta facts §3: what arrives in each form.
#[tokio::test]
async fn each_form_of_a_credential_arrives_as_its_template_sends_it() {
    for (word, secret, header) in [
        ("bearer", "token-1234", "Bearer token-1234"),
        ("header", "token-1234", "token-1234"),
        ("doubled", "token-1234", "Bearer Bearer token-1234"),
        ("basic", "bridge:hush-hush", "Basic YnJpZGdlOmh1c2gtaHVzaA=="),
    ] {
        let stub = Stub::answering(vec![Reply::list(&[]), Reply::list(&[])]);
        let form: Authorization = word.parse().unwrap();
        let mut org = Org::new(&stub.target(), secret, Mode::Aiw, form).unwrap();
        let out = org.act(&Act::new("test_connection")).await.unwrap();
        assert!(out.ok(), "{word}: {out:?}");
        assert_eq!(stub.requests()[0].header("Authorization"), Some(header));
        assert!(!format!("{out:?}{org:?}").contains(secret), "{word}: the secret is shown");
    }
    let unknown = "digest".parse::<Authorization>().unwrap_err().to_string();
    assert!(unknown.contains("bearer, header, doubled, basic, oauth2"), "{unknown}");
}

/// A server that gives tokens out, `token-1`, `token-2` ..., and wants the newest.
fn issuing() -> Stub {
    let mut given = 0;
    Stub::deciding(move |raw| {
        if raw.target().ends_with("/token") {
            let asked = (raw.header("Authorization"), raw.body.as_str());
            if asked != (Some("Basic aWQ6YS1zZWNyZXQ="), "grant_type=client_credentials") {
                return Reply::scim(400, json!({"error": "invalid_client", "error_description": "Who?"}));
            }
            given += 1;
            return Reply::scim(200, json!({"access_token": format!("token-{given}"), "expires_in": 3600}));
        }
        match raw.header("Authorization") {
            Some(header) if header == format!("Bearer token-{given}") => Reply::list(&[]),
            _ => Reply::refusal(401, "", "The token is too old."),
        }
    })
}

fn org(stub: &Stub, client: &str) -> Org {
    let file = format!("{client}\n{}", stub.target().replace("/scim/v2", "/token"));
    Org::new(&stub.target(), &file, Mode::Aiw, Authorization::OAuth2).unwrap()
}

/// Okta facts §3, RFC 6749 §4.4: fetched when it is needed, again when it ran out or was refused.
#[tokio::test]
async fn a_token_is_fetched_when_it_is_needed_ran_out_or_was_refused() {
    let stub = issuing();
    let mut org = org(&stub, "id:a-secret");
    let fetched = || stub.lines().iter().filter(|line| line.ends_with("/token")).count();
    let test = Act::new("test_connection");
    assert_eq!(org.act(&test).await.unwrap().last_status(), 200);
    assert_eq!(org.act(&test).await.unwrap().last_status(), 200);
    assert_eq!(fetched(), 1);
    org.advance(Duration::from_secs(3600)).await;
    assert_eq!(org.act(&test).await.unwrap().last_status(), 200);
    assert_eq!(fetched(), 2);
    org.act(&Act::new("type_credential").with("token", "an-old-token")).await.unwrap();
    assert_eq!(org.act(&test).await.unwrap().last_status(), 401);
    assert_eq!(org.act(&test).await.unwrap().last_status(), 200);
    assert_eq!(fetched(), 3);
}

/// U7: where no token comes, nothing is sent, and the reason is told without the secret.
#[tokio::test]
async fn without_a_token_nothing_is_sent_and_the_reason_is_told() {
    let stub = issuing();
    let out = org(&stub, "id:wrong-secret").act(&Act::new("import")).await.unwrap();
    assert!(out.exchanges.is_empty());
    let told = out.note.unwrap();
    assert!(told.contains("invalid_client: Who?") && !told.contains("wrong-secret"), "{told}");
    for file in ["id:secret", "id\nhttps://bridge.example/token", "id:secret\nnowhere", ""] {
        let refused = Org::new(&stub.target(), file, Mode::Aiw, Authorization::OAuth2).err();
        assert!(refused.is_some_and(|why| why.to_string().contains("two lines")), "{file}");
    }
}
