//! The table of the README, RFC by RFC: each row's claim is tried on the real server.
//!
//! A row without a probe, a probe without a row, and a row that claims the opposite of what its probe tries
//! are failures, so that the table can neither promise nor forget.

mod around;
mod judges;
mod protocol;
mod queries;
mod resources;

use crate::support::{Connected, World};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;

/// What a row of the table says about a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claim {
    Supported,
    Refused,
}

type Probe = fn(Rc<Trial>) -> Pin<Box<dyn Future<Output = ()>>>;
type Row = (&'static str, Claim, Probe);

/// Rows of the table: section, claim, and the function that tries it.
macro_rules! rows {
    ($($section:literal $claim:ident $probe:ident,)+) => {
        pub(super) const ROWS: &[super::Row] = &[$(
            ($section, super::Claim::$claim, |trial| Box::pin(async move { $probe(&trial).await }))
        ),+];
    };
}
use rows;

/// One server for all probes; each makes its own people.
struct Trial {
    world: World,
    okta: Connected,
}

impl Trial {
    /// Somebody new, with these attributes beside a userName that is an address: the id.
    async fn person(&self, extra: Value) -> String {
        let mut body = json!({"userName": format!("{}@corp.example", uuid::Uuid::now_v7().simple())});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        self.okta.create(body).await.is(201).id()
    }

    async fn seen(&self, id: &str) -> Value {
        self.okta.read(id).await.is(200).json()
    }

    /// A document that must be there.
    async fn get(&self, path: &str) -> Value {
        self.okta.send("GET", path, None).await.is(200).json()
    }

    async fn config(&self) -> Value {
        self.get("/ServiceProviderConfig").await
    }

    /// The advertised attribute of a schema.
    async fn attribute(&self, schema: &str, name: &str) -> Option<Value> {
        let schema = self.get(&format!("/Schemas/{schema}")).await;
        schema["attributes"].as_array().unwrap().iter().find(|one| one["name"] == name).cloned()
    }
}

/// Section and claim of each row between the table's heading and the end of its fold.
fn told(readme: &str) -> Vec<(String, Claim)> {
    let (_, table) =
        readme.split_once("\n| Section | Claim | How, or why not |\n").expect("the table's head");
    let (table, _) = table.split_once("\n\n").expect("the table's end");
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [section, claim, why] = cells[..] else { panic!("three cells: {line}") };
        assert!(why.len() > 10, "a row says how or why: {line}");
        match claim {
            "supported" => (section.to_owned(), Claim::Supported),
            "refused" => (section.to_owned(), Claim::Refused),
            other => panic!("{section} claims {other:?}; say supported or refused"),
        }
    };
    table.lines().skip(1).map(row).collect()
}

fn tried() -> impl Iterator<Item = &'static Row> {
    [resources::ROWS, protocol::ROWS, queries::ROWS, around::ROWS].into_iter().flatten()
}

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap()
}

/// S1: the README lists what of the standard is kept, and every line of it is tried.
#[test]
fn the_table_and_the_probes_name_the_same_sections_and_claims() {
    let rows = told(&readme());
    let told: BTreeMap<&str, Claim> =
        rows.iter().map(|(section, claim)| (section.as_str(), *claim)).collect();
    let tried: BTreeMap<&str, Claim> = tried().map(|(section, claim, _)| (*section, *claim)).collect();
    assert_eq!(told, tried, "README.md on the left, the probes of tests/spec/standard on the right");
    assert_eq!(rows.len(), told.len(), "a section has one row");
}

/// S1: each claim of the README's table about the standard is true of the running server.
#[actix_web::test]
async fn every_row_of_the_table_holds_on_the_live_server() {
    let world = World::with_seats(1000).await;
    let okta = world.lenient("okta").await;
    let trial = Rc::new(Trial { world, okta });
    let mut untrue = Vec::new();
    for (section, claim, probe) in tried() {
        // A task of its own, so that all that is untrue is told at once.
        if actix_web::rt::spawn(probe(trial.clone())).await.is_err() {
            untrue.push(format!("{section} {claim:?}"));
        }
    }
    assert!(untrue.is_empty(), "the table's claims that do not hold, explained above: {untrue:#?}");
}
