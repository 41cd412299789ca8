//! What is deployed fits what is written: the image, the compose file, the variables they name.

use serde_yaml_ng::Value;
use std::collections::BTreeSet;

/// Stands in the README for "any variable".
const PLACEHOLDER: &str = "SEATBRIDGE__SECTION__KEY";

/// Every `SEATBRIDGE__...` in a text; a pattern such as `SEATBRIDGE__*` is none.
fn variables(text: &str) -> BTreeSet<String> {
    let prefix = "SEATBRIDGE__";
    let name = |at: usize| -> String {
        text[at..].chars().take_while(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '_').collect()
    };
    let names = text.match_indices(prefix).map(|(at, _)| name(at).trim_end_matches('_').to_owned());
    names.filter(|name| name.len() > prefix.len() && name != PLACEHOLDER).collect()
}

/// A variable that the configuration does not know is refused at start; here, before it is shipped.
#[test]
fn every_variable_that_is_written_down_exists() {
    let known: BTreeSet<String> = seatbridge::config::known_variables().into_iter().collect();
    let mut unknown = Vec::new();
    for path in ["Dockerfile", "docker-compose.yml", "README.md", "CHANGELOG.md"] {
        let text = std::fs::read_to_string(super::root().join(path)).unwrap_or_default();
        let strange = variables(&text).into_iter().filter(|name| !known.contains(name));
        unknown.extend(
            strange.map(|name| format!("{path}: {name}: correct it, or add it to the configuration")),
        );
    }
    super::none("unknown variables", unknown);
}

#[test]
fn variables_are_found_in_any_text() {
    let text =
        "`SEATBRIDGE__SECRET[_FILE]` SEATBRIDGE__* SEATBRIDGE__SECTION__KEY SEATBRIDGE__DATABASE__URL: x";
    assert_eq!(
        variables(text).into_iter().collect::<Vec<_>>(),
        ["SEATBRIDGE__DATABASE__URL", "SEATBRIDGE__SECRET"]
    );
}

/// One build command, so that what was tested is what is shipped.
#[test]
fn the_image_is_built_as_the_readme_says() {
    let image = super::text("Dockerfile").replace("\\\n", " ");
    let commands: Vec<String> = image
        .lines()
        .filter(|line| line.trim_start().starts_with("RUN"))
        .flat_map(|line| line.split("&&").map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ")))
        .filter_map(|part| Some(part[part.find("cargo build")?..].to_owned()))
        .collect();
    assert_eq!(commands.len(), 1, "the Dockerfile runs `cargo build` once, found {commands:?}");
    let readme = super::text("README.md");
    let told = readme.lines().any(|line| line.trim().trim_start_matches("$ ") == commands[0]);
    assert!(told, "README.md: give `{}` as the build command, on a line of its own", commands[0]);
    let user = image.lines().rev().find_map(|line| line.strip_prefix("USER "));
    assert!(
        user.is_some_and(|user| user != "root" && user != "0"),
        "Dockerfile: end as a user other than root"
    );
}

fn keys(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_mapping().into_iter().flatten().filter_map(|(key, value)| Some((key.as_str()?, value)))
}

fn list(value: &Value) -> Vec<&str> {
    value.as_sequence().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// What is wrong with one service's settings: an unhealthy one is waited for, a secret is a file it is given.
fn careless(name: &str, service: &Value, secrets: &BTreeSet<&str>, known: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    if service["healthcheck"]["test"].is_null() {
        found.push(format!("{name}: add a healthcheck"));
    }
    if service["read_only"].as_bool() != Some(true) {
        found.push(format!("{name}: make its root file system read_only"));
    }
    let given = list(&service["secrets"]);
    for secret in given.iter().filter(|secret| !secrets.contains(**secret)) {
        found.push(format!("{name}: secret {secret} is not declared below the top-level `secrets`"));
    }
    for (variable, value) in keys(&service["environment"]) {
        let by_file = format!("{variable}_FILE");
        if known.contains(&by_file) || variable.contains("PASSWORD") && !variable.ends_with("_FILE") {
            found.push(format!("{name}: {variable} is a secret; give it by {by_file}"));
        }
        let file = value.as_str().and_then(|path| path.strip_prefix("/run/secrets/"));
        if variable.ends_with("_FILE") && !file.is_some_and(|file| given.contains(&file)) {
            found.push(format!(
                "{name}: {variable} must be /run/secrets/NAME of a secret the service is given"
            ));
        }
    }
    found
}

/// `docker compose up` starts two healthy services and shows no secret.
#[test]
fn the_compose_file_is_careful() {
    let file: Value =
        serde_yaml_ng::from_str(&super::text("docker-compose.yml")).expect("docker-compose.yml parses");
    let services: Vec<_> = keys(&file["services"]).collect();
    assert_eq!(services.len(), 2, "docker-compose.yml: the server and PostgreSQL");
    let known = seatbridge::config::known_variables();
    let secrets: BTreeSet<&str> = keys(&file["secrets"]).map(|(name, _)| name).collect();
    let is_file = |value: &Value| value["file"].as_str().is_some_and(|path| path.starts_with("./secrets/"));
    let elsewhere = keys(&file["secrets"]).filter(|(_, value)| !is_file(value));
    let mut found: Vec<String> =
        elsewhere.map(|(name, _)| format!("{name}: keep it as ./secrets/{name}")).collect();
    found.extend(services.iter().flat_map(|(name, service)| careless(name, service, &secrets, &known)));
    super::none("careless settings in docker-compose.yml", found);
}

#[test]
fn a_secret_in_plain_sight_is_found() {
    let yaml =
        "environment:\n  SEATBRIDGE__SECRET: abc\nhealthcheck:\n  test: [CMD, true]\nread_only: true\n";
    let service: Value = serde_yaml_ng::from_str(yaml).expect("parses");
    let known = ["SEATBRIDGE__SECRET".to_owned(), "SEATBRIDGE__SECRET_FILE".to_owned()];
    assert_eq!(careless("server", &service, &BTreeSet::new(), &known).len(), 1);
}
