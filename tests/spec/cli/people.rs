//! What a person reads on the terminal.

use crate::support::binary::Installed;

/// U5: before anything happened each listing says what to do next.
#[test]
fn an_empty_listing_says_what_to_do() {
    let bridge = Installed::fresh();
    for (args, words) in [
        (["team", "show"], "seatbridge team set"),
        (["directory", "list"], "seatbridge directory add"),
        (["token", "list"], "seatbridge token issue"),
        (["seat", "list"], "assign people"),
        (["key", "list"], "seatbridge key bootstrap"),
        (["audit", "list"], "seatbridge team set"),
        (["audit", "verify"], "intact"),
    ] {
        let ran = bridge.run(&args);
        ran.ends(0);
        assert!(ran.out.contains(words), "{args:?}: {ran:#?}");
        assert!(ran.err.is_empty(), "a listing is no place for log lines: {ran:#?}");
    }
}

/// U5: people get tables, one line a person, never JSON; a reason stands below the entry it explains.
#[actix_web::test]
async fn people_get_tables_of_one_line_a_row() {
    let bridge = Installed::fresh();
    let server = bridge.serve();
    let issued = bridge.token();
    let token = issued["token"].as_str().unwrap();
    server.join(token, "ada@corp.example").await;
    let again = serde_json::json!({"userName": "ada@corp.example"});
    server.scim(token, "POST", "/Users", Some(again)).await.is(409);
    let key = bridge.run(&["key", "bootstrap", "--holder", "ada@corp.example"]);
    assert!(key.ends(0).out.contains("shown this once"), "{key:#?}");

    for (args, heading, rows, words) in [
        (&["seat", "list"][..], "person", 1, "assigned"),
        (&["directory", "list"], "directory", 1, "recorded"),
        (&["token", "list"], "id", 1, "live"),
        (&["key", "list"], "id", 1, "admin"),
        (&["audit", "list"], "#", 6, "refused: assign"),
    ] {
        let ran = bridge.run(args);
        let lines: Vec<&str> = ran.ends(0).out.lines().collect();
        assert!(lines[0].starts_with(heading), "{ran:#?}");
        assert!(!ran.out.contains('{'), "{ran:#?}");
        let shown = lines.iter().skip(1).filter(|line| !line.starts_with(' ')).count();
        assert_eq!(shown, rows, "{ran:#?}");
        assert!(ran.out.contains(words), "{ran:#?}");
    }
    let audit = bridge.run(&["audit", "list"]).out;
    let below = audit.lines().skip_while(|line| !line.contains("refused: assign")).nth(1);
    assert!(below.is_some_and(|line| line.starts_with("    ") && line.contains("already holds")), "{audit}");
    let ada = bridge.run(&["seat", "show", "ada@corp.example"]).out;
    for words in ["ada@corp.example", "assigned", "admin (operator)", "bootstrap"] {
        assert!(ada.contains(words), "{words:?} is not in {ada}");
    }
}

/// U5: connecting a directory names the next step, and without SSO that is not the token (A1).
#[test]
fn connecting_a_directory_names_the_next_step() {
    let bridge = Installed::fresh();
    bridge.data(&["team", "set", "--name", "Corp", "--plan", "organization", "--seats", "9"]);
    let bare = bridge.run(&["directory", "add", "bare", "--flavour", "entra"]).out;
    assert!(bare.contains("seatbridge directory set bare --sso-entity-id"), "{bare}");
    assert!(!bare.contains("token issue"), "{bare}");
    let pem = bridge.file("idp.pem", crate::support::world::PEM);
    let sso = ["--sso-entity-id", "https://idp.example/saml", "--sso-certificate-file", &pem];
    let whole = bridge.run(&[&["directory", "add", "whole", "--flavour", "okta"][..], &sso].concat()).out;
    assert!(whole.contains("seatbridge token issue whole"), "{whole}");
    let token = bridge.run(&["token", "issue", "whole", "--name", "prod"]).out;
    assert!(token.contains("SEATBRIDGE__PUBLIC_URL"), "nobody reaches 127.0.0.1 from outside: {token}");
}

/// U5: a name from an identity provider cannot move the cursor of whoever reads the table.
#[actix_web::test]
async fn a_name_cannot_draw_on_the_terminal() {
    let bridge = Installed::fresh();
    let server = bridge.serve();
    let token = bridge.token();
    let eve = serde_json::json!({
        "userName": "eve\u{1b}[2J\r\nroot", "emails": [{"value": "eve@corp.example", "type": "work"}]
    });
    server.scim(token["token"].as_str().unwrap(), "POST", "/Users", Some(eve)).await.is(201);
    for args in [&["seat", "list"][..], &["seat", "show", "eve@corp.example"], &["audit", "list"]] {
        let ran = bridge.run(args);
        assert!(ran.ends(0).out.contains("eve"), "{ran:#?}");
        assert!(!ran.out.contains(['\u{1b}', '\r']), "{ran:#?}");
        assert!(!ran.out.lines().any(|line| line.starts_with("root")), "{ran:#?}");
    }
}

/// U5: `seatbridge seat list | head` is no crash when the reader goes away.
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let bridge = Installed::fresh();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    bridge.run_into(writer, &["seat", "list"]).ends(0);
}
