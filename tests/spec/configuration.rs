//! Configuration: what is wrong is told before anything starts, with what to do, and never with a secret.

use crate::support::binary::{Installed, Ran};
use crate::support::place::on_postgres;
use crate::support::world::SECRET;
use std::os::unix::fs::PermissionsExt;

/// What no message may repeat.
const CANARY: &str = "canary-hunter2-canary-hunter2-canary";

/// Ends as a configuration mistake does, and keeps the secret to itself.
#[track_caller]
fn refused(ran: &Ran, words: &str) {
    ran.ends(8).tells(words);
    assert!(!format!("{ran:?}").contains("hunter2"), "{ran:#?}");
    assert!(ran.err.starts_with("seatbridge: "), "{ran:#?}");
    assert_eq!(ran.err.trim_end().lines().count(), 1, "one line is read, ten are not: {ran:#?}");
}

/// U6, U7: a file that is no TOML, an unknown key, a value of the wrong kind or out of range.
#[test]
fn a_mistake_in_the_file_is_told_with_what_to_do() {
    for (toml, words) in [
        ("listen = [\n", "seatbridge.toml: TOML parse error at line 1"),
        ("secret = \"canary-hunter2\n", "seatbridge.toml: TOML parse error at line 1"),
        ("[apollo]\nmaster_key = 'canary-hunter2'\nmaster_key = 'canary-hunter2'\n", "at line 3"),
        ("lisen = \"127.0.0.1:1\"\n", "did you mean `listen`?"),
        ("[apollo]\nmaster_keys = \"canary-hunter2\"\n", "did you mean `apollo.master_key`?"),
        ("zzz = 1\n", "known keys: listen"),
        ("[limits]\npage_size = 10\n", "under 100"),
        ("[limits]\npage_size = \"canary-hunter2\"\n", "limits.page_size must be"),
        ("[apollo]\nmaster_key = [\"canary-hunter2\"]\n", "apollo.master_key must be"),
        ("[log]\nformat = \"xml\"\n", "must be one of: human, json"),
        ("[log]\nlevel = \"loud\"\n", "log.level"),
        ("public_url = \"https://u:hunter2@bridge.example\"\n", "plain URL"),
    ] {
        let bridge = Installed::fresh();
        bridge.file("seatbridge.toml", toml);
        refused(&bridge.run(&["seat", "list"]), words);
    }
}

/// U6, U7: the same in variables, secrets by file included.
#[test]
fn a_mistake_in_a_variable_is_told_with_what_to_do() {
    for (variable, value, words) in [
        ("SEATBRIDGE__PUBLIC_ULR", "x", "did you mean `public_url`?"),
        ("SEATBRIDGE__DATABASE__URL", "mysql://u:hunter2@h/d", "sqlite:// or postgres://"),
        ("SEATBRIDGE__DATABASE__URL", "canary-hunter2", "sqlite:// or postgres://"),
        ("SEATBRIDGE__DATABASE__URL_FILE", "/nowhere", "keep one of them"),
        ("SEATBRIDGE__APOLLO__MASTER_KEY", "", "apollo.master_key is empty"),
        ("SEATBRIDGE__APOLLO__MASTER_KEY_FILE", "/nowhere/at/all", "/nowhere/at/all, which cannot be read"),
        ("SEATBRIDGE__SECRET", CANARY, "keep one of them"),
        ("SEATBRIDGE__KEYS__DEFAULT_TTL_DAYS", "0", "keys.max_ttl_days"),
        ("SEATBRIDGE_CONFIG", "/nowhere/at/all", "create it or unset the variable"),
    ] {
        let bridge = Installed::fresh().with(variable, value);
        refused(&bridge.run(&["seat", "list"]), words);
    }
}

/// U6: flags win over variables, variables over the file, the file over defaults.
#[test]
fn each_layer_wins_over_the_one_below() {
    let bridge = Installed::fresh();
    bridge.file("seatbridge.toml", "public_url = \"https://file.example\"\nlisten = \"127.0.0.1:1\"\n");
    assert_eq!(bridge.token()["tenant_url"], "https://file.example/scim/v2");
    let bridge = bridge.with("SEATBRIDGE__PUBLIC_URL", "https://variable.example");
    let issued = bridge.data(&["token", "issue", "okta", "--name", "second"]);
    assert_eq!(issued["tenant_url"], "https://variable.example/scim/v2");
    let server = bridge.serve();
    assert!(!server.base().ends_with(":1"), "--listen was given: {}", server.base());
    assert_eq!(server.said()["tenant_url"], "https://variable.example/scim/v2");
}

/// A5: a secret that is too short is refused with how to make one, and is not repeated.
#[test]
fn a_short_secret_is_refused_with_how_to_make_one() {
    let bridge = Installed::fresh();
    bridge.token();
    bridge.file("secret", "hunter2");
    for args in [&["serve", "--listen", "127.0.0.1:0"][..], &["token", "issue", "okta", "--name", "x"]] {
        refused(&bridge.run(args), "openssl rand -hex 32");
    }
}

/// A5: PostgreSQL without a secret is refused at the start; SQLite gets one made beside the database.
#[test]
fn without_a_secret_postgres_is_refused_and_sqlite_makes_one() {
    let bridge = Installed::fresh();
    bridge.token();
    let bridge = bridge.without("SEATBRIDGE__SECRET_FILE");
    let made = bridge.folder().join("seatbridge.secret");
    if on_postgres() {
        for args in [&["serve", "--listen", "127.0.0.1:0"][..], &["token", "issue", "okta", "--name", "x"]] {
            refused(&bridge.run(args), "SEATBRIDGE__SECRET_FILE");
        }
        assert!(!made.exists());
        return;
    }
    bridge.data(&["token", "issue", "okta", "--name", "x"]);
    let secret = std::fs::read_to_string(&made).unwrap();
    assert!(secret.len() >= 64 && secret != SECRET);
    assert_eq!(std::fs::metadata(&made).unwrap().permissions().mode() & 0o777, 0o600);
    bridge.data(&["token", "issue", "okta", "--name", "y"]);
    assert_eq!(std::fs::read_to_string(&made).unwrap(), secret, "made once, kept for ever");
}

/// A5: tokens outlive a rotation while the former secret is configured, and die when it is taken away.
#[actix_web::test]
async fn a_token_outlives_a_rotation_of_the_secret_while_the_former_is_kept() {
    let bridge = Installed::fresh();
    let issued = bridge.token();
    let token = issued["token"].as_str().unwrap();
    let former = bridge.file("former", SECRET);
    bridge.file("secret", "the secret after the rotation, long enough");
    let bridge = bridge.with("SEATBRIDGE__FORMER_SECRET_FILE", &former);
    bridge.serve().scim(token, "GET", "/Users", None).await.is(200);
    let bridge = bridge.without("SEATBRIDGE__FORMER_SECRET_FILE");
    bridge.serve().scim(token, "GET", "/Users", None).await.is_scim_error(401, None);
}

/// U4: without any configuration SQLite lives under `./seatbridge-data/`, and nothing else is needed.
#[actix_web::test]
async fn without_configuration_everything_lives_in_one_folder() {
    let bridge = Installed::bare();
    let server = bridge.serve();
    assert_eq!(server.said()["store"], "sqlite");
    server.send("GET", "/readyz", &[], None).await.is(200);
    let data = bridge.folder().join("seatbridge-data");
    assert!(data.join("seatbridge.db").is_file());
    assert!(data.join("seatbridge.secret").is_file());
}

/// U7: a database that cannot be opened is told with what to change.
#[test]
fn a_database_that_cannot_be_opened_is_told() {
    let bridge = Installed::fresh();
    let no_database = bridge.file("no-database", "this is a text of some length, and no database at all");
    let blocked = format!("sqlite://{no_database}/below/test.db");
    let unreachable = "postgres://user:hunter2@127.0.0.1:1/none";
    for (url, words) in [
        (format!("sqlite://{no_database}"), "SEATBRIDGE__DATABASE__URL=sqlite://PATH"),
        (blocked, "SEATBRIDGE__DATABASE__URL=sqlite://PATH"),
        ("sqlite:///proc/nothing/here.db".to_owned(), "SEATBRIDGE__DATABASE__URL=sqlite://PATH"),
        (unreachable.to_owned(), "check SEATBRIDGE__DATABASE__URL"),
    ] {
        let bridge = Installed::fresh().with("SEATBRIDGE__DATABASE__URL", &url);
        for args in [&["seat", "list"][..], &["serve", "--listen", "127.0.0.1:0"], &["migrate"]] {
            refused(&bridge.run(args), words);
        }
    }
    refused(
        &bridge.with("SEATBRIDGE__DATABASE__URL", unreachable).run(&["demo", "--exit"]),
        "Connection refused",
    );
}

/// U7: an address that cannot be listened on is told with the way out, before the database is touched.
#[test]
fn an_address_that_cannot_be_taken_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let busy = taken.local_addr().unwrap().to_string();
    for (address, words) in [
        (busy.as_str(), "choose another with --listen"),
        ("nonsense", "IP:PORT"),
        ("127.0.0.1:99999", "IP:PORT"),
        ("192.0.2.1:8080", "address of this machine"),
    ] {
        let bridge = Installed::bare();
        refused(&bridge.run(&["serve", "--listen", address]), words);
        assert!(
            !bridge.folder().join("seatbridge-data").exists(),
            "nothing is made for a server that never ran"
        );
    }
    let bridge = Installed::fresh();
    let key = bridge.file("key", "k");
    let fake = bridge.run(&["emulate", "apollo", "--listen", &busy, "--master-key-file", &key]);
    refused(&fake, "choose another address");
}

/// F4: only Okta and Entra ID can be connected; others are refused by name, with the reason.
#[test]
fn an_identity_provider_apollo_does_not_provision_from_is_refused_by_name() {
    let bridge = Installed::fresh();
    for (flavour, name) in [
        ("google", "Google Workspace"),
        ("onelogin", "OneLogin"),
        ("jumpcloud", "JumpCloud"),
        ("ping", "Ping"),
        ("nonsense", "nonsense"),
    ] {
        let ran = bridge.run(&["directory", "add", "x", "--flavour", flavour]);
        ran.ends(2).tells(name).tells("okta or entra");
    }
}

/// U7: what cannot be read of a directory's or a team's facts is told with how to write it.
#[test]
fn unreadable_facts_are_told_with_how_to_write_them() {
    let bridge = Installed::fresh();
    let text = bridge.file("text", "no certificate");
    let xml = bridge.file("xml", "<EntityDescriptor entityID='https://i.example'/>");
    let team = ["team", "set", "--name", "Corp", "--plan", "organization", "--seats", "9", "--from"];
    let add = ["directory", "add", "okta", "--flavour", "okta"];
    for (args, words) in [
        ([&team[..], &["2026-13-01"]].concat(), "YYYY-MM-DD"),
        ([&team[..], &["tomorrow"]].concat(), "YYYY-MM-DD"),
        ([&add[..], &["--sso-certificate-file", "/nowhere"]].concat(), "/nowhere cannot be read"),
        ([&add[..], &["--sso-certificate-file", &text]].concat(), "BEGIN CERTIFICATE"),
        ([&add[..], &["--sso-metadata-file", &text]].concat(), "no XML"),
        ([&add[..], &["--sso-metadata-file", &xml]].concat(), "X509Certificate"),
        ([&add[..], &["--sso-entity-id", "idp"]].concat(), "URL"),
        ([&add[..], &["--email-change", "perhaps"]].concat(), "refuse, reassign"),
        ([&add[..], &["--without-seat", "perhaps"]].concat(), "refuse, wait"),
    ] {
        bridge.run(&args).ends(2).tells(words);
    }
    assert_eq!(bridge.data(&["audit", "verify"])["entries"], 0, "nothing of it was done");
}
