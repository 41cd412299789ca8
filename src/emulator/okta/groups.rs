//! Group push, against a server that may have no groups.

use reqwest::Method;
use serde_json::{Value, json};

use super::judge::{self, text, wrong};
use super::{Mode, Okta, body};
use crate::emulator::transcript::{Outcome, Verdict};
use crate::emulator::wire::{Answer, Call, percent, quoted, segment};

/// The event a refused push leaves on the mapping; people's own jobs go on.
const EVENT: &str = "application.provision.group_push.mapping.update.or.delete.failed.with.error";

impl Okta {
    /// Pushes a group by name: lookup, create when missing, then the members linked so far.
    ///
    /// Source: Okta facts §9.
    pub async fn group_push(&mut self, name: &str) -> Outcome {
        let mut out = Outcome::default();
        let filter = percent(&format!("displayName eq {}", quoted(name)));
        let below = format!("/Groups?filter={filter}&startIndex=1&count=100");
        let call = Call::get(format!("match group {name} by displayName"), below, "Okta facts §9");
        let judged = |answer: &Answer| judge::page(answer, EVENT).err().unwrap_or(Verdict::AsExpected);
        let Some(answer) = self.step(&mut out, call, judged).await else {
            return out;
        };
        let found = judge::page(&answer, EVENT).ok().and_then(|page| page.resources.into_iter().next());
        let id = match found {
            Some(group) => text(&group, "id").to_owned(),
            None => match self.create_group(&mut out, name).await {
                Some(id) => id,
                None => return out,
            },
        };
        self.push_members(&mut out, name, &id).await;
        out
    }

    async fn create_group(&mut self, out: &mut Outcome, name: &str) -> Option<String> {
        let group = json!({"schemas": [body::GROUP], "displayName": name, "members": []});
        let call = Call::with_body(Method::POST, format!("create group {name}"), "/Groups", group)
            .expecting("201, or 501 that explains itself", "Okta facts §9");
        let judged = |answer: &Answer| match answer.status {
            201 if answer.json.as_ref().is_some_and(|group| !text(group, "id").is_empty()) => {
                Verdict::AsExpected
            }
            201 => wrong("the created group has no id [§9]"),
            _ => judge::refusal(answer, EVENT),
        };
        let answer = self.step(out, call, judged).await?;
        Some(text(answer.json.as_ref()?, "id").to_owned())
    }

    async fn push_members(&mut self, out: &mut Outcome, name: &str, id: &str) {
        let members: Vec<Value> = self
            .links
            .values()
            .filter(|link| link.assigned)
            .map(|link| json!({"value": link.id, "display": link.pushed.login}))
            .collect();
        let below = format!("/Groups/{}", segment(id));
        let step = format!("push the members of {name}");
        let calls = if self.mode == Mode::Aiw {
            let whole = json!({"schemas": [body::GROUP], "id": id, "displayName": name, "members": members});
            vec![Call::with_body(Method::PUT, step, below, whole)]
        } else {
            let named = body::patch(json!({"id": id, "displayName": name}));
            let added = json!({"op": "add", "path": "members", "value": members});
            vec![
                Call::with_body(Method::PATCH, format!("name the group {name}"), below.clone(), named),
                Call::with_body(Method::PATCH, step, below, body::operations(vec![added])),
            ]
        };
        for call in calls {
            let judged = |answer: &Answer| match answer.status {
                200 | 204 => Verdict::AsExpected,
                _ => judge::refusal(answer, EVENT),
            };
            if self.step(out, call.expecting("200 or 204", "Okta facts §9"), judged).await.is_none() {
                return;
            }
        }
    }
}
