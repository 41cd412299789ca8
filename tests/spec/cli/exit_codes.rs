//! The exit codes scripts rely on, and the sentence that goes with each.

use crate::support::binary::Installed;
use serde_json::Value;

/// U5, U7: each failure ends in its documented code and says what to do.
#[test]
fn each_failure_ends_in_its_code_and_says_what_to_do() {
    let bridge = Installed::fresh();
    let okta = ["directory", "add", "okta", "--flavour", "okta"];
    bridge.run(&okta).ends(5).tells("seatbridge team set");
    bridge.data(&["team", "set", "--name", "Corp", "--plan", "basic", "--seats", "9"]);
    bridge.run(&okta).ends(5).tells("Organization plan");
    bridge.data(&["team", "set", "--name", "Corp", "--plan", "organization", "--seats", "2"]);
    bridge.run(&okta).ends(5).tells("3");
    bridge.data(&["team", "set", "--name", "Corp", "--plan", "organization", "--seats", "9"]);
    bridge.run(&["token", "issue", "okta", "--name", "x"]).ends(1).tells("directory add");
    bridge.data(&okta);
    bridge.run(&okta).ends(5).tells("seatbridge directory set okta");
    bridge.run(&["token", "issue", "okta", "--name", "x"]).ends(5).tells("--sso-entity-id");
    for (args, code, words) in [
        (&["token", "issue", "okat", "--name", "x"][..], 1, "connected are: okta"),
        (&["token", "revoke", "nonsense"], 1, "seatbridge token list"),
        (&["seat", "show", "nobody@corp.example"], 1, "seatbridge seat list"),
        (&["seat", "role", "nobody@corp.example", "viewer", "--reason", "x"], 1, "seatbridge seat list"),
        (&["seat", "role", "nobody@corp.example", "boss", "--reason", "x"], 2, "sales_rep"),
        (&["key", "issue", "--holder", "nobody@corp.example", "--role", "viewer"], 1, "assign the person"),
        (&["key", "issue", "--holder", "a@b.example", "--role", "boss"], 2, "sales_rep"),
        (&["key", "issue", "--holder", "a@b.example", "--role", "viewer", "--ttl-days", "0"], 2, "1 to 365"),
        (&["key", "bootstrap", "--holder", "nobody@corp.example"], 1, "assign the person"),
        (&["key", "revoke", "nonsense"], 1, "no living key"),
        (&["directory", "set", "okta", "--map-role", "Sales"], 2, "NAME=ROLE"),
        (&["directory", "set", "okta", "--default-role", "boss"], 2, "sales_rep"),
        (&["token", "issue", "okta", "--name", "x", "--expires-days", "0"], 2, "between 1 and"),
        (&["team", "set", "--name", "Corp", "--plan", "gold", "--seats", "9"], 2, "organization"),
        (&["team", "set", "--name", "Corp", "--plan", "basic", "--seats", "-1"], 2, "--seats"),
        (&["team"], 2, "Usage"),
        (&["seat", "lsit"], 2, "list"),
    ] {
        let ran = bridge.run(args);
        ran.ends(code).tells(words);
        assert!(ran.out.is_empty(), "{args:?}: {ran:#?}");
    }
}

/// U5: a refused command changes nothing, so a script may simply try again.
#[test]
fn a_refused_command_leaves_no_trace_but_its_message() {
    let bridge = Installed::fresh();
    bridge.run(&["directory", "add", "okta", "--flavour", "okta"]).ends(5);
    bridge.run(&["team", "set", "--name", " ", "--plan", "organization", "--seats", "9"]).ends(2);
    assert_eq!(bridge.data(&["directory", "list"]), Value::Array(vec![]));
    assert_eq!(bridge.data(&["team", "show"]), Value::Null);
    assert_eq!(bridge.data(&["audit", "verify"])["entries"], 0);
}

/// U5: with `--json` a failure is JSON too, wherever the mistake stands, and standard output stays empty.
#[test]
fn a_machine_reads_failures_as_json() {
    let bridge = Installed::fresh();
    for (args, code) in [
        (&["seat", "show", "nobody@corp.example", "--json"][..], 1),
        (&["--json", "team", "set", "--bogus"], 2),
        (&["team", "set", "--bogus", "--json"], 2),
        (&["--json", "nonsense"], 2),
    ] {
        let ran = bridge.run(args);
        ran.ends(code);
        assert!(ran.out.is_empty(), "{args:?}: {ran:#?}");
        let told: Value = serde_json::from_str(&ran.err).unwrap_or_else(|_| panic!("{args:?}: {ran:#?}"));
        assert_eq!(told["schema"], "seatbridge/error/v1");
        assert!(told["data"]["error"].as_str().unwrap().len() > 10, "{told}");
    }
}

/// U5: the help documents every exit code.
#[test]
fn the_help_documents_every_exit_code() {
    let help = Installed::bare().run(&["--help"]);
    help.ends(0);
    for code in [
        "0 ok",
        "1 failed",
        "2 usage",
        "3 findings",
        "4 held",
        "5 denied",
        "6 upstream",
        "7 integrity",
        "8 configuration",
    ] {
        assert!(help.out.contains(code), "{code:?} is not in {}", help.out);
    }
}

/// U5: no argument takes a secret, because every process of the machine may read arguments.
#[test]
fn no_argument_takes_a_secret() {
    fn arguments(command: &clap::Command) -> Vec<String> {
        let own = command.get_arguments().map(|argument| argument.get_id().to_string());
        own.chain(command.get_subcommands().flat_map(arguments)).collect()
    }
    let all = arguments(&seatbridge::cli::command_line());
    assert!(all.contains(&"token_file".to_owned()), "{all:?}");
    let secret = |name: &&String| {
        ["token", "key", "secret", "password"].iter().any(|word| name.contains(word))
            && !name.ends_with("_file")
    };
    assert_eq!(all.iter().find(secret), None);
}
