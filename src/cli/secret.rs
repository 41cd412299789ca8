//! `secret status|reseal`.

use super::Failure;
use super::commands::BridgeSecret as Verb;
use super::context::Context;
use super::output::{Output, facts, table};
use crate::admin::secrets::{self, Dependence, Slot};
use crate::http::Clock;
use serde_json::json;

pub(super) async fn run(verb: Verb, output: Output) -> Result<(), Failure> {
    let context = Context::open()?;
    let own = context.secrets()?;
    match verb {
        Verb::Status => {
            let found = secrets::status(&own, Clock::default().now(), &context.store).await?;
            let data = serde_json::to_value(&found).map_err(|error| Failure::Failed(error.to_string()))?;
            output.show("secret", &data, || told(&found));
        }
        Verb::Reseal => {
            let resealed = secrets::reseal(&own, Context::act(), &context.store).await?;
            output.show("secret", &json!({"resealed": resealed}), || match resealed {
                0 => "nothing is sealed under the former secret".to_owned(),
                _ => "the OAuth grant is sealed under the current secret now".to_owned(),
            });
        }
    }
    Ok(())
}

fn told(found: &Dependence) -> String {
    let minute = |text: &String| text.get(..16).unwrap_or(text).replace('T', " ");
    let since = found.current_since.as_ref().map(minute);
    let since = since.unwrap_or_else(|| "no server has started with it yet".to_owned());
    let grant = match found.grant {
        None => "there is none",
        Some(Slot::Current) => "sealed under the current secret",
        Some(Slot::Former) => "sealed under the former secret: `seatbridge secret reseal`",
        Some(Slot::Lost | Slot::Unknown) => {
            "sealed under neither: configure the secret it was made with, or `seatbridge apollo connect`"
        }
    };
    let mut rows = vec![
        ("current secret", found.current.clone()),
        ("in use since", since),
        ("former secret", found.former.clone().unwrap_or_else(|| "none configured".to_owned())),
        ("OAuth grant", grant.to_owned()),
    ];
    if let Some(until) = &found.fetched_until {
        rows.push(("fetched tokens", format!("of the former secret live until {}", minute(until))));
    }
    let row = |one: &secrets::Dependent| {
        let ends = one.expires_at.as_ref().map_or_else(|| "never".to_owned(), minute);
        vec![one.id.clone(), one.name.clone(), one.directory.clone(), one.slot.as_str().to_owned(), ends]
    };
    let empty = "every living SCIM token is signed under the current secret";
    let tokens = table(
        &["SCIM token", "name", "directory", "signed under", "ends"],
        found.tokens.iter().map(row).collect(),
        empty,
    );
    format!("{}\n\n{tokens}\n\n{}", facts(&rows), advice(found))
}

fn advice(found: &Dependence) -> &'static str {
    let lost = found.tokens.iter().any(|one| one.slot == Slot::Lost);
    match (&found.former, found.removable) {
        (None, _) if lost => {
            "Tokens signed under a secret that is not configured get 401: configure it as \
             SEATBRIDGE__FORMER_SECRET_FILE,\nor issue others with `seatbridge token issue`."
        }
        (None, _) => "To rotate, see `seatbridge secret --help`.",
        (Some(_), true) => {
            "Nothing depends on the former secret: remove SEATBRIDGE__FORMER_SECRET_FILE and restart."
        }
        (Some(_), false) => {
            "Keep the former secret: issue other tokens in the place of those above, and wait until the \
             servers run\nwith the current one and fetched tokens have ended."
        }
    }
}
