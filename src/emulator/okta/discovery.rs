//! What a governance ("entitlements") app asks when provisioning is switched on.

use serde_json::Value;

use super::Okta;
use super::judge::{self, text, wrong};
use crate::emulator::transcript::{Outcome, Verdict};
use crate::emulator::wire::{Answer, Call};

/// The schema of a listed role.
const ROLE: &str = "urn:okta:scim:schemas:core:1.0:Role";
/// The schema of a listed entitlement.
const ENTITLEMENT: &str = "urn:okta:scim:schemas:core:1.0:Entitlement";
/// Longest description of a role, in characters.
const LONGEST_DESCRIPTION: usize = 1000;

impl Okta {
    /// The resource types, the schemas, then every endpoint of a resource type that lists roles or
    /// entitlements. `resources` holds these.
    ///
    /// Source: Okta facts §10, §11.
    pub async fn discover(&mut self) -> Outcome {
        let mut out = Outcome::default();
        let mut types = Vec::new();
        for below in ["/ResourceTypes", "/Schemas"] {
            let call = Call::get(format!("discover {below}"), below, "Okta facts §10");
            let judged = |answer: &Answer| {
                judge::page(answer, "Discovery failed").err().unwrap_or(Verdict::AsExpected)
            };
            let Some(answer) = self.step(&mut out, call, judged).await else {
                return out;
            };
            if below == "/ResourceTypes" {
                types = judge::page(&answer, "").map(|page| page.resources).unwrap_or_default();
            }
        }
        let lists = types.iter().filter(|kind| [ROLE, ENTITLEMENT].contains(&text(kind, "schema")));
        for kind in lists {
            let endpoint = text(kind, "endpoint");
            let below = format!("/{}", endpoint.trim_start_matches('/'));
            let call = Call::get(format!("list what {below} grants"), below, "Okta facts §10, §11");
            let entitlement = text(kind, "schema") == ENTITLEMENT;
            let judged = |answer: &Answer| match judge::page(answer, "Discovery failed") {
                Ok(page) => judge::verdict(page.resources.iter().try_for_each(|one| grant(one, entitlement))),
                Err(verdict) => verdict,
            };
            let Some(answer) = self.step(&mut out, call, judged).await else {
                return out;
            };
            out.resources.extend(judge::page(&answer, "").map(|page| page.resources).unwrap_or_default());
        }
        if out.exchanges.len() == 2 {
            out.note = Some("the server offers neither roles nor entitlements [§11]".to_owned());
        }
        out
    }
}

/// Source: Okta facts §11 (id, displayName; type of an entitlement; description up to 1000 characters).
fn grant(one: &Value, entitlement: bool) -> Result<(), Verdict> {
    let needed = if entitlement { &["id", "displayName", "type"][..] } else { &["id", "displayName"] };
    if let Some(missing) = needed.iter().find(|name| text(one, name).is_empty()) {
        return Err(wrong(format!("a listed role or entitlement has no {missing} [§11]")));
    }
    if text(one, "description").chars().count() > LONGEST_DESCRIPTION {
        return Err(wrong("the description of a role is longer than 1000 characters [§11]"));
    }
    Ok(())
}
