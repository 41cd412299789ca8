//! An Okta organisation with one app integration, as a story or the control surface drives it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Authorization, Mode, Okta, Person};
use crate::emulator::story::{Act, Misuse, Tenant, Verb, list};
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
    "title",
    "department",
    "locale",
    "extra",
];

/// An Okta organisation: its people, and one app integration that provisions them.
#[derive(Debug, Clone)]
pub struct Org {
    app: Okta,
    fresh: Okta,
    people: BTreeMap<String, Person>,
    wire: Wire,
}

impl Org {
    /// An organisation whose app integration provisions towards `target` (`…/scim/v2`).
    ///
    /// Errors: [`Error`], when target or token cannot be used.
    pub fn new(target: &str, token: &str, mode: Mode, auth: Authorization) -> Result<Org, Error> {
        let wire = Wire::default();
        let app = Okta::authorized(target, token, mode, auth)?.on(&wire);
        Ok(Org { fresh: app.clone(), app, people: BTreeMap::new(), wire })
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
            self.put_person(&who, &changes)?;
        }
        let known = || list(self.people.keys().map(String::as_str));
        self.people.get(&who).cloned().ok_or_else(|| Misuse::Person { who, known: known() })
    }
}

impl Tenant for Org {
    const VERBS: &'static [Verb] = &[
        verb("test_connection", &[], "Presses \"Test API Credentials\".", "Okta facts §4"),
        verb("import", &[], "Presses \"Import Now\".", "Okta facts §5"),
        verb("discover", &[], "Switches provisioning of a governance app on.", "Okta facts §10"),
        verb("repeat", &[], "Runs the last write once more, as a job that runs twice.", "Okta facts §8, §13"),
        verb("group_push", &["name"], "Pushes a group; it needs name.", "Okta facts §9"),
        on("assign", PROFILE, "Assigns the app to a person.", "Okta facts §6"),
        on("reassign", PROFILE, "Assigns the app to a person who had it before.", "Okta facts §6.3, §7.4"),
        on("lookup", PROFILE, "Looks a person up by app username.", "Okta facts §6.1"),
        on("read", &[], "Reads the linked User.", "Okta facts §8"),
        on(
            "edit",
            PROFILE,
            "Changes the profile of a person who is not assigned: nothing is sent.",
            "Okta facts §7.4",
        ),
        on("push_profile", PROFILE, "Changes the profile and pushes it.", "Okta facts §7.1, §7.2"),
        on("rename", PROFILE, "Changes user name and address, and pushes them.", "Okta facts §7.3"),
        on(
            "rename_by_replacement",
            PROFILE,
            "After a refused rename: deactivates the old User and creates a new one.",
            "Okta facts §7.3",
        ),
        on("unassign", &[], "Takes the app from a person.", "Okta facts §8"),
        on("stale_push", &[], "Pushes a profile with a stale active = false.", "Okta facts §8"),
        on("sync_password", &[], "Pushes a password.", "Okta facts §1, §7.1"),
        on("spec_test", &[], "Runs the reads of Okta's published suite.", "Okta facts §4"),
        on("race", &["jobs"], "Creates a person in several jobs at once (jobs = 2).", "Okta facts §13"),
    ];

    async fn act(&mut self, act: &Act) -> Result<Outcome, Misuse> {
        if act.checked(Self::VERBS)?.who {
            let person = self.person(act)?;
            return Ok(match act.verb.as_str() {
                "assign" => self.app.assign(&person).await,
                "reassign" => self.app.reassign(&person).await,
                "lookup" => self.app.lookup(&person).await,
                "read" => self.app.read(&person).await,
                "push_profile" => self.app.push_profile(&person).await,
                "rename" => self.app.rename(&person).await,
                "rename_by_replacement" => self.app.rename_by_replacement(&person).await,
                "unassign" => self.app.unassign(&person).await,
                "stale_push" => self.app.stale_push(&person).await,
                "sync_password" => self.app.sync_password(&person).await,
                "spec_test" => self.app.spec_test(&person).await,
                "race" => {
                    let jobs = act.number("jobs")?.unwrap_or(2).clamp(2, 50);
                    self.app.race(&person, usize::try_from(jobs).unwrap_or(2)).await
                }
                _ => Outcome::nothing("the directory was edited; nobody is told"),
            });
        }
        Ok(match act.verb.as_str() {
            "test_connection" => self.app.test_connection().await,
            "import" => self.app.import().await,
            "discover" => self.app.discover().await,
            "group_push" => self.app.group_push(act.needed_text("name")?).await,
            _ => self.app.repeat_last().await,
        })
    }

    async fn advance(&mut self, by: Duration) -> Outcome {
        self.wire.clock.advance(by);
        Outcome::nothing("time passed, and nothing was due")
    }

    fn put_person(&mut self, key: &str, profile: &Map<String, Value>) -> Result<(), Misuse> {
        let wrong = |why: String| Misuse::Profile { who: key.to_owned(), why };
        let text = |name: &str| match profile.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => Err(wrong(format!("{name} is a text, not {other}"))),
        };
        if let Some(odd) = profile.keys().find(|name| !PROFILE.contains(&name.as_str())) {
            return Err(wrong(format!("\"{odd}\" is unknown; known are {}", list(PROFILE.iter().copied()))));
        }
        let mut person = match self.people.get(key) {
            Some(person) => person.clone(),
            None => {
                let login = text("user_name")?.ok_or_else(|| wrong("it needs user_name".to_owned()))?;
                let mut person = Person::new("", "", &login);
                person.display = None;
                person
            }
        };
        if let Some(login) = text("user_name")? {
            if person.email == person.login {
                person.email.clone_from(&login);
            }
            person.login = login;
        }
        let set = |slot: &mut String, name: &str| -> Result<(), Misuse> {
            if let Some(value) = text(name)? {
                *slot = value;
            }
            Ok(())
        };
        set(&mut person.email, "email")?;
        set(&mut person.given, "given_name")?;
        set(&mut person.family, "family_name")?;
        set(&mut person.locale, "locale")?;
        person.display = text("display_name")?.or(person.display);
        person.title = text("title")?.or(person.title);
        person.department = text("department")?.or(person.department);
        if let Some(extra) = profile.get("extra").and_then(Value::as_object) {
            person.extra.extend(extra.clone());
        }
        if person.display.is_none() {
            person.display = Some(format!("{} {}", person.given, person.family).trim().to_owned());
        }
        self.people.insert(key.to_owned(), person);
        Ok(())
    }

    fn state(&self) -> Value {
        let people: Map<String, Value> = self
            .people
            .iter()
            .map(|(key, person)| {
                let link = self.app.links.get(&person.okta_id);
                let shown = json!({"okta_id": person.okta_id, "user_name": person.login,
                    "email": person.email, "assigned": link.is_some_and(|link| link.assigned),
                    "linked_to": link.map(|link| link.id.clone())});
                (key.clone(), shown)
            })
            .collect();
        json!({"idp": "okta", "mode": self.app.mode().word(), "now": self.now(), "people": people})
    }

    fn wire(&self) -> &Wire {
        &self.wire
    }

    fn reset(&mut self) {
        self.app = self.fresh.clone();
        self.people.clear();
        self.wire.reset();
    }
}
