//! Lists for spreadsheets and scripts: the same rows in four forms, and nothing in them is ever run.

use crate::support::binary::{Installed, Ran};
use serde_json::{Value, json};

/// Heading and rows of a CSV answer.
#[track_caller]
fn sheet(ran: &Ran) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(ran.ends(0).out.as_bytes());
    let mut rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
    (rows.next().unwrap_or_default(), rows.collect())
}

/// Rows of an NDJSON answer.
#[track_caller]
fn lines(ran: &Ran) -> Vec<Value> {
    ran.ends(0).out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Every list that scripts and spreadsheets read, as installed.
const LISTS: [&[&str]; 6] = [
    &["seat", "list"],
    &["key", "list"],
    &["token", "list"],
    &["audit", "list"],
    &["directory", "list"],
    &["client", "list"],
];

/// U5: each list is the same rows as JSON, NDJSON and CSV; every column of the CSV is a member of the rows,
/// and an empty list still has its heading.
#[actix_web::test]
async fn a_list_has_the_same_rows_in_every_form() {
    let bridge = Installed::fresh();
    let as_csv = |list: &[&str]| bridge.run(&[list, &["--format", "csv"]].concat());
    let before: Vec<_> = LISTS.iter().map(|list| sheet(&as_csv(list))).collect();
    let server = bridge.serve();
    let token = bridge.token();
    server.join(token["token"].as_str().unwrap(), "ada@corp.example").await;
    bridge.data(&["key", "bootstrap", "--holder", "ada@corp.example"]);
    bridge.data(&["client", "add", "okta", "--name", "fetcher"]);
    // Last uses are written within a second, and at the end: what two commands read must be the same.
    server.terminate();
    assert_eq!(server.ended().await.0, 0);
    for (list, (empty_heading, none)) in LISTS.iter().zip(before) {
        let data = bridge.data(list);
        let rows = data.as_array().unwrap();
        assert!(!rows.is_empty() && none.is_empty(), "{list:?}");
        assert_eq!(&lines(&bridge.run(&[list, &["--format", "ndjson"][..]].concat())), rows, "{list:?}");
        let csv = as_csv(list);
        assert!(csv.out.ends_with("\r\n") && csv.out.matches("\r\n").count() == rows.len() + 1, "{csv:?}");
        let (heading, cells) = sheet(&csv);
        assert_eq!((&heading, cells.len()), (&empty_heading, rows.len()), "{list:?}");
        if list[0] == "client" {
            assert!(cells[0].contains(&"secret".to_owned()), "a line for each of its secrets: {csv:?}");
            continue;
        }
        let members: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
        for column in &heading {
            assert!(members.contains(&column), "{column} of {list:?} is no member of {members:?}");
        }
        assert_eq!(heading.len(), members.len(), "{list:?}: {members:?}");
    }
}

/// U5: a person may be called anything; a spreadsheet that opens the list runs none of it.
#[actix_web::test]
async fn a_hostile_name_is_text_in_every_cell() {
    let bridge = Installed::fresh();
    let server = bridge.serve();
    let issued = bridge.token();
    let token = issued["token"].as_str().unwrap();
    for (name, address) in [
        ("=HYPERLINK(\"https://evil.example\",\"click\")", "eve@corp.example"),
        ("@SUM(1,2) \"q\", line\r\ntwo", "ann@corp.example"),
    ] {
        let wish = json!({"userName": name, "emails": [{"value": address, "primary": true}]});
        server.scim(token, "POST", "/Users", Some(wish)).await.is(201);
    }
    let (heading, rows) = sheet(&bridge.run(&["seat", "list", "--format", "csv"]));
    let at = heading.iter().position(|name| name == "user_name").unwrap();
    assert_eq!(rows[0][at], "'=HYPERLINK(\"https://evil.example\",\"click\")");
    assert!(rows[1][at].starts_with("'@SUM(1,2) \"q\", line"), "{rows:?}");
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
    }
    let exact = lines(&bridge.run(&["seat", "list", "--format", "ndjson"]));
    assert_eq!(exact[0]["user_name"], "=HYPERLINK(\"https://evil.example\",\"click\")");
}

/// U5: `--json` is the short way to say `--format json`; two forms at once are a usage error.
#[test]
fn one_form_is_asked_for() {
    let bridge = Installed::fresh();
    let long = bridge.run(&["seat", "list", "--format", "json"]);
    assert_eq!(long.ends(0).data("seat"), bridge.data(&["seat", "list"]));
    bridge.run(&["--json", "seat", "list", "--format", "csv"]).ends(2).tells("two forms");
    bridge.run(&["seat", "list", "--format", "xml"]).ends(2).tells("ndjson");
    let (heading, rows) = sheet(&bridge.run(&["audit", "verify", "--format", "csv"]));
    let data = bridge.data(&["audit", "verify"]);
    let members: Vec<&String> = data.as_object().unwrap().keys().collect();
    assert_eq!((heading.iter().collect::<Vec<_>>(), rows.len()), (members, 1), "one thing is one row");
}
