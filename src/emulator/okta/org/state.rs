//! Everything the administrator's screens would show, as one document.

use serde_json::{Map, Value, json};

use super::Org;
use super::directory::Member;

impl Org {
    /// People with their assignments and links, tasks, jobs put off, groups, the last import, the System Log.
    pub fn shown(&self) -> Value {
        let people: Map<String, Value> =
            self.people.iter().map(|(who, member)| (who.clone(), self.shown_person(who, member))).collect();
        let groups: Map<String, Value> = self
            .groups
            .iter()
            .map(|(name, group)| {
                (name.clone(), json!({"has_app": group.has_app, "push_error": group.push_error}))
            })
            .collect();
        json!({
            "idp": "okta",
            "mode": self.okta.mode().word(),
            "now": self.now(),
            "settings": self.okta.settings.shown(),
            "people": people,
            "groups": groups,
            "open_tasks": self.tasks.len(),
            "tasks": self.tasks.iter().map(|task| task.shown()).collect::<Vec<Value>>(),
            "waiting": self.waiting.iter().map(|due| due.shown()).collect::<Vec<Value>>(),
            "import": {
                "last": self.report,
                "every_seconds": self.schedule.map(|schedule| schedule.every.as_secs()),
                "next": self.schedule.map(|schedule| schedule.next),
            },
            "log": self.events.iter().map(|event| event.shown()).collect::<Vec<Value>>(),
        })
    }

    /// `external_id` is what Okta's screens call so: the id the server gave (Okta facts §6.1, §14.9).
    fn shown_person(&self, who: &str, member: &Member) -> Value {
        let link = self.okta.links.get(&member.person.okta_id);
        let task = self.tasks.iter().find(|task| task.job.who() == Some(who));
        let mut shown = member.shown();
        shown.insert("external_id".to_owned(), json!(link.map(|link| &link.id)));
        shown.insert("linked".to_owned(), json!(link.is_some_and(|link| link.assigned)));
        shown.insert("pushed_user_name".to_owned(), json!(link.map(|link| &link.pushed.login)));
        shown.insert("task".to_owned(), json!(task.map(|task| &task.text)));
        Value::Object(shown)
    }
}
