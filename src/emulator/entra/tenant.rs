//! An Entra tenant with one provisioning job, as a story or the control surface drives it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Dialect, DisableShape, Entra, ManagerShape, Person, Reassign, Role, RoleExpression};
use crate::emulator::story::{self, Act, Misuse, Verb, list};
use crate::emulator::transcript::Outcome;
use crate::emulator::wire::{Error, Wire};

const fn verb(
    name: &'static str,
    takes: &'static [&'static str],
    says: &'static str,
    fact: &'static str,
) -> Verb {
    Verb { name, who: false, takes, says, fact }
}

const fn on(
    name: &'static str,
    takes: &'static [&'static str],
    says: &'static str,
    fact: &'static str,
) -> Verb {
    Verb { name, who: true, takes, says, fact }
}

/// What of a person an act may change on the way.
const PROFILE: &[&str] = &[
    "user_name",
    "email",
    "given_name",
    "family_name",
    "display_name",
    "mail_nickname",
    "title",
    "department",
    "employee_id",
];

/// An Entra tenant: its people, and one provisioning job.
#[derive(Debug, Clone)]
pub struct Tenant {
    job: Entra,
    fresh: Entra,
    on_demand: bool,
    people: BTreeMap<String, Person>,
    wire: Wire,
}

impl Tenant {
    /// A tenant whose job provisions towards `target` (`…/scim/v2`); with `on_demand` people are provisioned
    /// one by one by an administrator, and the flag is not honoured.
    ///
    /// Errors: [`Error`], when target or token cannot be used.
    pub fn new(target: &str, token: &str, dialect: Dialect, on_demand: bool) -> Result<Tenant, Error> {
        let wire = Wire::default();
        let job = Entra::new(target, token, dialect)?.on(&wire);
        Ok(Tenant { fresh: job.clone(), job, on_demand, people: BTreeMap::new(), wire })
    }

    fn known(&self, who: &str) -> Result<Person, Misuse> {
        let known = || list(self.people.keys().map(String::as_str));
        self.people.get(who).cloned().ok_or_else(|| Misuse::Person { who: who.to_owned(), known: known() })
    }

    /// The person an act is done to, with the changes it brings written into the directory.
    fn person(&mut self, act: &Act) -> Result<Person, Misuse> {
        let who = act.who.clone().ok_or_else(|| Misuse::WhoIsMissing(act.verb.clone()))?;
        let changes: Map<String, Value> = act
            .with
            .iter()
            .filter(|(name, _)| PROFILE.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if !changes.is_empty() {
            story::Tenant::put_person(self, &who, &changes)?;
        }
        self.known(&who)
    }

    async fn refer(&mut self, act: &Act, person: &Person) -> Result<Outcome, Misuse> {
        if act.verb == "set_manager" {
            let manager = act.text("manager")?.map(|who| self.known(who)).transpose()?;
            let shape = match act.text("shape")? {
                None | Some("documented_array") => ManagerShape::DocumentedArray,
                Some("bare_string") => ManagerShape::BareString,
                Some(other) => return Err(act.unknown("shape", other, &["documented_array", "bare_string"])),
            };
            return Ok(self.job.set_manager(person, manager.as_ref(), shape).await);
        }
        let roles = act.texts("roles")?.unwrap_or_default();
        let person = Person { roles: roles.iter().map(|role| Role::new(role)).collect(), ..person.clone() };
        let expression = match act.text("expression")? {
            None | Some("single") => RoleExpression::Single,
            Some("single_path") => RoleExpression::SinglePath,
            Some("complex") => RoleExpression::Complex,
            Some("assertive") => RoleExpression::Assertive,
            Some(other) => {
                return Err(act.unknown(
                    "expression",
                    other,
                    &["single", "single_path", "complex", "assertive"],
                ));
            }
        };
        Ok(self.job.set_roles(&person, expression).await)
    }

    async fn act_on(&mut self, act: &Act, person: &Person) -> Result<Outcome, Misuse> {
        Ok(match act.verb.as_str() {
            "provision" | "update" | "rename" if self.on_demand => self.job.on_demand(person).await,
            "provision" => self.job.provision(person).await,
            "update" => self.job.update(person).await,
            "rename" => self.job.rename(person).await,
            "on_demand" => self.job.on_demand(person).await,
            "lookup" => self.job.lookup(person).await,
            "read" => self.job.read(person).await,
            "enable" => self.job.enable(person).await,
            "unassign" => self.job.unassign(person).await,
            "soft_delete" => self.job.soft_delete(person).await,
            "restore" => self.job.restore(person).await,
            "hard_delete" => self.job.hard_delete(person).await,
            "disable" => {
                let shape = match act.text("shape")? {
                    None | Some("usual") => DisableShape::Usual,
                    Some("add") => DisableShape::Add,
                    Some("capital_boolean") => DisableShape::CapitalBoolean,
                    Some(other) => {
                        return Err(act.unknown("shape", other, &["usual", "add", "capital_boolean"]));
                    }
                };
                self.job.disable_as(person, shape).await
            }
            "reassign" => {
                let way = match act.text("way")? {
                    None | Some("patch_old_id") => Reassign::PatchOldId,
                    Some("post") => Reassign::Post,
                    Some(other) => return Err(act.unknown("way", other, &["patch_old_id", "post"])),
                };
                self.job.reassign(person, way).await
            }
            "set_manager" | "set_roles" => self.refer(act, person).await?,
            _ => Outcome::nothing("the directory was edited; the next cycle sees it"),
        })
    }
}

impl story::Tenant for Tenant {
    const VERBS: &'static [Verb] = &[
        verb("test_connection", &[], "Presses \"Test Connection\".", "Entra facts §3"),
        verb("repeat", &[], "Sends the last write once more.", "Entra facts §8.1"),
        verb(
            "restart_full",
            &[],
            "Restarts with resetScope Full: all links are forgotten.",
            "Entra facts §5, §8.4",
        ),
        verb("group_probe", &["name"], "Provisions a group; it needs name.", "Entra facts §9"),
        on(
            "provision",
            PROFILE,
            "Assigns a person; the cycle matches, then creates or updates.",
            "Entra facts §5, §6",
        ),
        on("on_demand", PROFILE, "Provisions one person on demand.", "Entra facts §1, §3"),
        on("update", PROFILE, "Changes the person; the cycle sends what differs.", "Entra facts §7.1, §7.2"),
        on("rename", PROFILE, "Changes user name and address of a person in scope.", "Entra facts §8.2"),
        on("edit", PROFILE, "Changes the person; nothing is sent.", "Entra facts §8.4"),
        on("lookup", PROFILE, "Looks a person up by the matching attributes.", "Entra facts §5"),
        on("read", &[], "Reads the remembered User.", "Entra facts §5, §8.1"),
        on("disable", &["shape"], "Disables the account.", "Entra facts §8.1"),
        on("enable", &[], "Enables the account again.", "Entra facts §8.1"),
        on("unassign", &[], "Takes the assignment away.", "Entra facts §8.1"),
        on(
            "reassign",
            &[
                "way",
                "user_name",
                "email",
                "given_name",
                "family_name",
                "display_name",
                "title",
                "department",
            ],
            "Assigns a person again who was assigned before.",
            "Entra facts §8.4",
        ),
        on("soft_delete", &[], "Puts the person into the recycle bin.", "Entra facts §8.3"),
        on("restore", &[], "Takes the person out of the recycle bin.", "Entra facts §8.3"),
        on("hard_delete", &[], "Purges the person.", "Entra facts §8.1"),
        on("set_manager", &["manager", "shape"], "Writes the manager, or clears it.", "Entra facts §7.4"),
        on("set_roles", &["roles", "expression"], "Writes the app roles.", "Entra facts §7.5"),
    ];

    async fn act(&mut self, act: &Act) -> Result<Outcome, Misuse> {
        if act.checked(Self::VERBS)?.who {
            let person = self.person(act)?;
            return self.act_on(act, &person).await;
        }
        Ok(match act.verb.as_str() {
            "test_connection" => self.job.test_connection().await,
            "group_probe" => self.job.group_probe(act.needed_text("name")?, &[]).await,
            "restart_full" => {
                self.job.restart_full();
                Outcome::nothing("every remembered id is forgotten")
            }
            _ => self.job.repeat_last().await,
        })
    }

    async fn advance(&mut self, by: Duration) -> Outcome {
        self.wire.clock.advance(by);
        Outcome::nothing("time passed, and nothing was due")
    }

    fn put_person(&mut self, key: &str, profile: &Map<String, Value>) -> Result<(), Misuse> {
        let wrong = |why: String| Misuse::Profile { who: key.to_owned(), why };
        if let Some(odd) = profile.keys().find(|name| !PROFILE.contains(&name.as_str())) {
            return Err(wrong(format!("\"{odd}\" is unknown; known are {}", list(PROFILE.iter().copied()))));
        }
        let text = |name: &str| match profile.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => Err(wrong(format!("{name} is a text, not {other}"))),
        };
        let mut person = match self.people.get(key) {
            Some(person) => person.clone(),
            None => {
                let upn = text("user_name")?.ok_or_else(|| wrong("it needs user_name".to_owned()))?;
                Person { display: String::new(), ..Person::new("", "", &upn) }
            }
        };
        if let Some(upn) = text("user_name")? {
            if person.mail.as_ref() == Some(&person.upn) {
                person.mail = Some(upn.clone());
            }
            person.upn = upn;
        }
        for (name, slot) in [
            ("given_name", &mut person.given),
            ("family_name", &mut person.family),
            ("display_name", &mut person.display),
            ("mail_nickname", &mut person.mail_nickname),
        ] {
            if let Some(value) = text(name)? {
                *slot = value;
            }
        }
        for (name, slot) in [
            ("email", &mut person.mail),
            ("title", &mut person.title),
            ("department", &mut person.department),
            ("employee_id", &mut person.employee_id),
        ] {
            if let Some(value) = text(name)? {
                *slot = Some(value);
            }
        }
        if person.display.is_empty() {
            person.display = format!("{} {}", person.given, person.family).trim().to_owned();
        }
        self.people.insert(key.to_owned(), person);
        Ok(())
    }

    fn state(&self) -> Value {
        let people: Map<String, Value> = self
            .people
            .iter()
            .map(|(key, person)| {
                let record = self.job.records.get(&person.object_id);
                let shown = json!({"object_id": person.object_id, "user_name": person.upn,
                    "in_scope": record.is_some_and(|record| record.in_scope),
                    "linked_to": record.map(|record| record.id.clone())});
                (key.clone(), shown)
            })
            .collect();
        let now = story::Tenant::now(self);
        json!({"idp": "entra", "dialect": self.job.dialect().word(), "now": now, "people": people})
    }

    fn wire(&self) -> &Wire {
        &self.wire
    }

    fn reset(&mut self) {
        self.job = self.fresh.clone();
        self.people.clear();
        self.wire.reset();
    }
}
