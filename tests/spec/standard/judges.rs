//! What other people's judges find is told to the reader as it is told to tests/judges.

use super::readme;

/// Issue 3: a failure of scim2-tester or scim-sanity is explained in the README, with the section that makes
/// the server right.
#[test]
fn every_explained_finding_of_the_judges_is_in_the_readme() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges/explained.toml");
    let known: toml::Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
    let readme = readme();
    let rows: Vec<&str> = readme.lines().filter(|line| line.starts_with("| scim")).collect();
    let entries = known["explained"].as_array().unwrap();
    for entry in entries {
        let said = |key: &str| entry[key].as_str().unwrap();
        let told = rows.iter().any(|row| {
            row.starts_with(&format!("| {} |", said("judge")))
                && row.contains(&format!("`{}`", said("check")))
                && row.contains(said("section"))
        });
        assert!(told, "README.md has no row for {entry}");
    }
    let named: usize = rows.iter().map(|row| row.matches('`').count() / 2).sum();
    assert_eq!(named, entries.len(), "README.md names checks that tests/judges/explained.toml does not");
}
