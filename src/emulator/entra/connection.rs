//! What the job asks before it does anything: random people, random groups; and group writes, when somebody
//! maps them.

use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::judge::{self, wrong};
use super::{Entra, Person};
use crate::emulator::transcript::{Outcome, Verdict};
use crate::emulator::wire::{Answer, Call, form, quoted, segment};

/// The private schema Entra names in group creates.
const AD_GROUP: &str = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
/// The core Group schema.
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

impl Entra {
    /// "Test Connection": random GUIDs looked up among Users, twice, and Groups.
    ///
    /// Source: Entra facts §3.
    pub async fn test_connection(&mut self) -> Outcome {
        let mut out = Outcome::default();
        if !self.start_check(&mut out).await || !self.start_check(&mut out).await {
            return out;
        }
        let guid = Uuid::now_v7().to_string();
        let below = groups_query(&guid);
        let call = Call::get("test the connection: a random group", below, "Entra facts §3");
        self.step(&mut out, call, |answer| judge::verdict(judge::empty(answer))).await;
        out
    }

    /// One random GUID on userName: the check at the start of every activity.
    ///
    /// Source: Entra facts §3 (a userName query even where the matching attribute is another).
    pub(super) async fn start_check(&mut self, out: &mut Outcome) -> bool {
        let guid = Uuid::now_v7().to_string();
        let below = format!("/Users?filter={}", form(&format!("userName eq {}", quoted(&guid))));
        let call = Call::get("test the connection: a random person", below, "Entra facts §3");
        self.step(out, call, |answer| judge::verdict(judge::empty(answer))).await.is_some()
    }

    /// Provisions a group: lookup, create, members. On a server without groups the create is refused with
    /// 501.
    ///
    /// Source: Entra facts §9.
    pub async fn group_probe(&mut self, name: &str, members: &[&Person]) -> Outcome {
        let mut out = Outcome::default();
        let call = Call::get(format!("match group {name}"), groups_query(name), "Entra facts §9");
        let judged = |answer: &Answer| judge::list(answer).err().unwrap_or(Verdict::AsExpected);
        let Some(answer) = self.step(&mut out, call, judged).await else {
            return out;
        };
        let hit = judge::list(&answer).ok().and_then(|(_, groups)| groups.into_iter().next());
        let id = match hit.as_ref().or(self.create_group(&mut out, name, hit.is_some()).await.as_ref()) {
            Some(group) => group.get("id").and_then(|id| id.as_str()).unwrap_or_default().to_owned(),
            None => return out,
        };
        for member in members {
            let Some(member) = self.id_of(member) else {
                continue;
            };
            let added = json!({"op": super::patch::verb("add", self.dialect), "path": "members",
                "value": [{"$ref": null, "value": member}]});
            let below = format!("/Groups/{}", segment(&id));
            let body = super::patch::message(vec![added]);
            let call = Call::with_body(Method::PATCH, format!("add a member to {name}"), below, body)
                .expecting("200 or 204", "Entra facts §9");
            let judged = |answer: &Answer| match answer.status {
                204 => Verdict::AsExpected,
                200 => judge::verdict(judge::labelled(answer)),
                _ => judge::refusal(answer),
            };
            if self.step(&mut out, call, judged).await.is_none() {
                return out;
            }
        }
        out
    }

    async fn create_group(
        &mut self,
        out: &mut Outcome,
        name: &str,
        known: bool,
    ) -> Option<serde_json::Value> {
        if known {
            return None;
        }
        let group = json!({"schemas": [GROUP, AD_GROUP], "externalId": Uuid::now_v7().to_string(),
            "displayName": name, "meta": {"resourceType": "Group"}});
        let call = Call::with_body(Method::POST, format!("create group {name}"), "/Groups", group)
            .expecting("201, or 501 that explains itself", "Entra facts §9");
        let judged = |answer: &Answer| match answer.status {
            201 if answer.json.as_ref().is_some_and(|group| group.get("id").is_some()) => {
                judge::verdict(judge::labelled(answer))
            }
            201 => wrong("the created group has no id [§9]"),
            _ => judge::refusal(answer),
        };
        self.step(out, call, judged).await?.json
    }
}

/// Source: Entra facts §3, §9.
fn groups_query(name: &str) -> String {
    let filter = form(&format!("displayName eq {}", quoted(name)));
    format!("/Groups?excludedAttributes=members&filter={filter}")
}
