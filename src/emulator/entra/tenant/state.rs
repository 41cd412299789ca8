//! What the screens of the tenant show.

use serde_json::{Map, Value, json};

use super::Tenant;
use super::directory::Entry;

impl Tenant {
    /// Job, people, escrow, quarantine and the provisioning log.
    pub(super) fn shown(&self) -> Value {
        let people: Map<String, Value> =
            self.directory.all().map(|(key, entry)| (key.clone(), self.person(key, entry))).collect();
        let job = &self.job;
        let linked = u64::try_from(self.connector.records.len()).unwrap_or(u64::MAX);
        json!({
            "idp": "entra",
            "dialect": self.connector.dialect.word(),
            "now": self.wire.clock.now(),
            "job": {
                "status": job.status(),
                "cycles": job.cycles,
                "quiet_cycles": job.quiet,
                "next_is": if job.initial { "initial" } else { "incremental" },
                "next_at": job.due(),
                "counts": job.counts(linked),
                "staged": job.staged,
                "mails": job.mails,
            },
            "quarantine": job.quarantine,
            "escrow": job.escrow.all(),
            "people": people,
            "log": job.log,
        })
    }

    fn person(&self, key: &str, entry: &Entry) -> Value {
        let record = self.connector.records.get(&entry.person.object_id);
        let out_of_scope = self.setup.scope.excludes(entry);
        let latest = self.job.log.last_of(key);
        json!({
            "user_name": entry.person.upn,
            "email": entry.person.mail,
            "object_id": entry.person.object_id,
            "presence": entry.presence.word(),
            "enabled": entry.enabled,
            "assigned": entry.assigned,
            "in_scope": out_of_scope.is_none(),
            "out_of_scope_because": out_of_scope,
            "linked_to": record.map(|record| record.id.clone()),
            "managed": record.is_some_and(|record| record.in_scope),
            "manager": record.and_then(|record| record.manager.clone()),
            "exported": record.map(|record| self.connector.exported(record).shown()),
            "escrow": self.job.escrow.of(key),
            "last_action": latest.map(|line| line.action),
            "last_status": latest.map(|line| line.status),
        })
    }
}
