//! The command line: every command as scripts use it, beside a running server, and what people read.

mod exit_codes;
mod people;

use crate::support::binary::Installed;
use crate::support::stored::meddle;
use crate::support::world::{PEM, within_a_second};
use seatbridge::emulator::apollo::{Apollo, Options};
use serde_json::{Value, json};

/// The value of one member in every row of a listing.
fn column<'a>(rows: &'a Value, name: &str) -> Vec<&'a str> {
    rows.as_array().unwrap().iter().map(|row| row[name].as_str().unwrap_or("-")).collect()
}

/// U5: team, directory and token are set up by a script: versioned JSON, every field the README promises.
#[test]
fn a_script_sets_up_a_team_a_directory_and_a_token() {
    let bridge = Installed::fresh();
    let pem = bridge.file("idp.pem", PEM);
    let set = ["team", "set", "--name", "Corp", "--plan", "organization", "--seats", "5"];
    let team = bridge.data(&[&set[..], &["--from", "2026-01-31"]].concat());
    assert_eq!(
        (&team["name"], &team["plan"], &team["seats"]),
        (&json!("Corp"), &json!("organization"), &json!(5))
    );
    assert_eq!(team["purchases"][0]["from"], "2026-01-31T00:00:00.000Z");
    assert_eq!(bridge.data(&["team", "show"]), team);

    let sso = ["--sso-entity-id", "https://idp.example/saml", "--sso-certificate-file", &pem];
    let choices = ["--email-change", "reassign", "--without-seat", "wait", "--default-role", "sales_rep"];
    let add = [&["directory", "add", "corp-okta", "--flavour", "okta"][..], &sso, &choices].concat();
    let okta = bridge.data(&add);
    for (field, value) in [
        ("name", "corp-okta"),
        ("flavour", "okta"),
        ("email_change", "reassign"),
        ("without_seat", "wait"),
        ("default_role", "sales_rep"),
        ("sso_entity_id", "https://idp.example/saml"),
    ] {
        assert_eq!(okta[field], value, "{okta}");
    }
    assert_eq!(bridge.data(&["directory", "show", "corp-okta"]), okta);
    bridge.data(&["directory", "add", "corp-entra", "--flavour", "entra"]);
    let entra = bridge.data(&["directory", "set", "corp-entra", "--default-role", "analyst"]);
    assert_eq!((&entra["default_role"], &entra["email_change"]), (&json!("analyst"), &json!("refuse")));
    let listed = bridge.data(&["directory", "list"]);
    assert_eq!(column(&listed, "name"), ["corp-entra", "corp-okta"]);

    let issued = bridge.data(&["token", "issue", "corp-okta", "--name", "prod", "--expires-days", "30"]);
    assert!(issued["token"].as_str().unwrap().starts_with("eyJ"), "{issued}");
    assert_eq!(issued["tenant_url"], "http://127.0.0.1:8080/scim/v2");
    let tokens = bridge.data(&["token", "list"]);
    assert_eq!(tokens[0]["id"], issued["id"]);
    assert_eq!((&tokens[0]["state"], &tokens[0]["directory"]), (&json!("live"), &json!("corp-okta")));
    assert!(!tokens.to_string().contains(issued["token"].as_str().unwrap()), "shown once only");
}

/// U5: one database, two processes: each sees at once what the other did.
#[actix_web::test]
async fn the_cli_works_beside_a_running_server() {
    let bridge = Installed::fresh().with("SEATBRIDGE__PUBLIC_URL", "https://bridge.example/");
    let server = bridge.serve();
    let issued = bridge.token();
    assert_eq!(issued["tenant_url"], "https://bridge.example/scim/v2");
    let token = issued["token"].as_str().unwrap();
    server.join(token, "ada@corp.example").await;
    server.join(token, "rin@corp.example").await;

    let seats = bridge.data(&["seat", "list"]);
    assert_eq!(column(&seats, "address"), ["ada@corp.example", "rin@corp.example"]);
    assert_eq!(column(&seats, "state"), ["assigned", "assigned"]);
    let given = bridge.data(&["seat", "role", "Ada@Corp.example", "analyst", "--reason", "new team"]);
    assert_eq!((&given["roles"], &given["role_source"]), (&json!(["analyst"]), &json!("operator")));
    let ada = bridge.data(&["seat", "show", "ada@corp.example"]);
    assert_eq!(ada["roles"], json!(["analyst"]));
    assert_eq!(column(&ada["audit"], "action"), ["assign", "give_role"]);
    assert_eq!(column(&ada["events"], "state"), ["assigned"]);
    assert_eq!(bridge.data(&["team", "show"])["assigned"], 2);

    let audit = bridge.data(&["audit", "list", "--last", "3"]);
    assert_eq!(column(&audit, "action"), ["assign", "assign", "give_role"]);
    let verified = bridge.data(&["audit", "verify"]);
    assert_eq!((&verified["intact"], &verified["entries"]), (&json!(true), &json!(6)));
    assert_eq!(verified["hash"], audit[2]["hash"]);
}

/// U5, A2: a token revoked by the CLI is refused by the running server with the connector's next request.
#[actix_web::test]
async fn a_token_revoked_by_the_cli_is_refused_with_the_next_request() {
    let bridge = Installed::fresh();
    let server = bridge.serve();
    let first = bridge.token();
    let second = bridge.data(&["token", "issue", "okta", "--name", "second"]);
    let (dead, alive) = (first["token"].as_str().unwrap(), second["token"].as_str().unwrap());
    server.scim(dead, "GET", "/Users", None).await.is(200);
    let revoked = bridge.data(&["token", "revoke", first["id"].as_str().unwrap()]);
    assert_eq!(revoked, json!({"id": first["id"], "revoked": true}));
    server.scim(dead, "GET", "/Users", None).await.is_scim_error(401, None).says("revoked");
    server.scim(alive, "GET", "/Users", None).await.is(200);
    assert_eq!(column(&bridge.data(&["token", "list"]), "state"), ["live", "revoked"]);
}

/// U5, R5: keys made by the CLI open the running proxy, and a key it revokes opens it no more, a second
/// later at most (R4).
#[actix_web::test]
async fn a_key_made_by_the_cli_opens_the_proxy_until_it_is_revoked() {
    let apollo = Apollo::start(Options {
        master_key: crate::support::world::MASTER_KEY.to_owned(),
        ..Options::default()
    })
    .await
    .unwrap();
    let bridge = Installed::fresh().calling(&apollo.base_url());
    let server = bridge.serve();
    let token = bridge.token();
    server.join(token["token"].as_str().unwrap(), "ada@corp.example").await;
    let call = async |key: &Value| {
        let headers = [("x-api-key", key["key"].as_str().unwrap())];
        server.send("POST", "/api/v1/mixed_people/api_search", &headers, Some(json!({}))).await
    };

    let first = bridge.data(&["key", "bootstrap", "--holder", "ada@corp.example"]);
    assert_eq!((&first["role"], &first["holder"]), (&json!("admin"), &json!("ada@corp.example")));
    let issue = ["key", "issue", "--holder", "ada@corp.example", "--role", "sales_rep", "--ttl-days", "7"];
    let second = bridge.data(&issue);
    for key in [&first, &second] {
        assert!(key["key"].as_str().unwrap().starts_with("ak_"), "{key}");
        assert!(key["expiresAt"].as_str().unwrap().ends_with('Z'), "{key}");
        call(key).await.is(200);
    }
    let listed = bridge.data(&["key", "list"]);
    assert_eq!(column(&listed, "id"), [second["id"].as_str().unwrap(), first["id"].as_str().unwrap()]);
    assert!(!listed.to_string().contains(second["key"].as_str().unwrap()), "shown once only");

    let revoked = bridge.data(&["key", "revoke", second["id"].as_str().unwrap()]);
    assert_eq!(revoked, json!({"id": second["id"], "revoked": true}));
    let since = std::time::Instant::now();
    within_a_second(since, "revoked beside", async || call(&second).await.status == 401).await;
    call(&first).await.is(200);
}

/// U1, U5: whoever changes an entry behind the bridge's back is found out: exit 7, and the entry is named.
#[test]
fn a_changed_audit_entry_is_named_and_ends_in_seven() {
    let bridge = Installed::fresh();
    bridge.token();
    bridge.data(&["audit", "verify"]);
    meddle(&bridge.place, "UPDATE audit SET subject = 'eve' WHERE seq = 2");
    bridge.run(&["audit", "verify"]).ends(7).tells("audit entry 2 was changed");
    let told = bridge.run(&["audit", "verify", "--json"]);
    assert!(told.ends(7).out.is_empty(), "{told:#?}");
    let told: Value = serde_json::from_str(&told.err).unwrap();
    assert_eq!(told["schema"], "seatbridge/error/v1");
}

/// U5: `migrate` tells what it did, once.
#[test]
fn migrating_tells_what_it_did_once() {
    let bridge = Installed::fresh();
    let first = bridge.data(&["migrate"]);
    assert_ne!(first["done"], json!([]));
    assert_eq!(bridge.data(&["migrate"])["done"], json!([]));
}

/// U5: `healthcheck` is a container's question: 0 when ready, 1 when nothing answers.
#[actix_web::test]
async fn a_healthcheck_asks_a_running_server() {
    let bridge = Installed::fresh();
    let server = bridge.serve();
    let url = format!("{}/readyz", server.base());
    assert_eq!(bridge.data(&["healthcheck", "--url", &url]), json!({"ready": true, "status": 200}));
    drop(server);
    bridge.run(&["healthcheck", "--url", &url]).ends(1).tells("nothing answers");
}
