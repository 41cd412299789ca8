//! The people a check makes, and how they are cleared away.

use super::check::{Judged, Profile};
use super::expect::{self, ENTERPRISE, PATCH_OP, Page, USER, fail, shown, skip, text};
use super::line::{Ask, Line};
use crate::emulator::wire::{Answer, form, percent, quoted};
use reqwest::Method;
use serde::Serialize;
use serde_json::{Value, json};

/// Somebody whom a check made.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: String,
    pub user_name: String,
    /// The answer to the create.
    pub created: Value,
}

impl Person {
    /// Path below the target.
    pub fn path(&self) -> String {
        format!("/Users/{}", percent(&self.id))
    }
}

/// Somebody who could not be removed.
#[derive(Debug, Clone, Serialize)]
pub struct Left {
    /// The server's id, when it told one.
    pub id: Option<String>,
    /// The userName.
    pub user_name: String,
    /// What the server answered when asked to remove the person.
    pub why: String,
}

/// Where checks are tried.
#[derive(Debug)]
pub struct Lab {
    pub profile: Profile,
    line: Line,
    mark: String,
    made: Vec<(Option<String>, String)>,
    invented: usize,
    /// The server's ServiceProviderConfig, when it has one.
    config: Option<Value>,
    /// Whether its schemas or resource types name the enterprise extension; nothing when it does not say.
    enterprise: Option<bool>,
    left: Vec<Left>,
}

impl Lab {
    /// `mark` makes names unique to this run.
    pub fn new(profile: Profile, line: Line, mark: String) -> Self {
        Self {
            profile,
            line,
            mark,
            made: Vec::new(),
            invented: 0,
            config: None,
            enterprise: None,
            left: Vec::new(),
        }
    }

    pub fn line(&mut self) -> &mut Line {
        &mut self.line
    }

    /// Those who are still there.
    pub fn left(&self) -> &[Left] {
        &self.left
    }

    /// Reads what the server advertises; a server that says nothing is tried at its word: everything.
    pub async fn read_advertised(&mut self) {
        let answer = self.line.send(&Ask::get("/ServiceProviderConfig")).await;
        self.config = answer.json.filter(|_| answer.status == 200);
        let types = self.line.send(&Ask::get("/ResourceTypes")).await;
        let listed = types.json.filter(|_| types.status == 200);
        self.enterprise = listed.map(|body| body.to_string().contains(ENTERPRISE));
        self.line.take_seen();
    }

    /// Whether a feature is advertised; nothing when the server does not say.
    pub fn advertised(&self, feature: &str) -> Option<bool> {
        self.config.as_ref()?.get(feature)?.get("supported")?.as_bool()
    }

    /// Skips when the server says that it does not do this.
    pub fn unless_denied(&self, feature: &str) -> Judged {
        match (self.profile, self.advertised(feature)) {
            (Profile::Rfc, Some(false)) => {
                skip(format!("not advertised: {feature}.supported is false in /ServiceProviderConfig"))
            }
            _ => Ok(()),
        }
    }

    /// Skips unless the server says that it does this.
    pub fn only_if_advertised(&self, feature: &str) -> Judged {
        match self.advertised(feature) {
            Some(true) => Ok(()),
            _ => skip(format!("not advertised: {feature}.supported is not true in /ServiceProviderConfig")),
        }
    }

    /// Skips when the resource type says that it has no enterprise extension.
    pub fn unless_plain(&self) -> Judged {
        match (self.profile, self.enterprise) {
            (Profile::Rfc, Some(false)) => {
                skip("not advertised: /ResourceTypes names no enterprise extension")
            }
            _ => Ok(()),
        }
    }

    /// Sends; whoever is created or removed by it is remembered.
    pub async fn send(&mut self, ask: Ask) -> Answer {
        let answer = self.line.send(&ask).await;
        let created = ask.method == Method::POST && ask.below.trim_end_matches('/') == "/Users";
        if created && (200..300).contains(&answer.status) {
            let sent: Value =
                ask.body.as_deref().and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
            let id =
                answer.json.as_ref().map(|body| text(body, "/id").to_owned()).filter(|id| !id.is_empty());
            self.made.push((id, named(&sent).to_owned()));
        }
        if ask.method == Method::DELETE && (200..300).contains(&answer.status) {
            self.made.retain(|(id, _)| {
                id.as_deref().is_none_or(|id| ask.below != format!("/Users/{}", percent(id)))
            });
        }
        answer
    }

    /// Somebody came into being by another way than a POST to /Users.
    pub fn remember(&mut self, id: Option<&str>, user_name: &str) {
        self.made.push((id.map(str::to_owned), user_name.to_owned()));
    }

    pub async fn get(&mut self, below: impl Into<String>) -> Answer {
        self.send(Ask::get(below)).await
    }

    /// A userName nobody has.
    pub fn fresh(&mut self) -> String {
        self.invented += 1;
        format!("conf-{}-{}@conformance.example", self.mark, self.invented)
    }

    /// Something nobody else writes, of this run.
    pub fn mark(&self) -> &str {
        &self.mark
    }

    /// A person as most IdPs would create one.
    pub fn body(&self, user_name: &str) -> Value {
        let local = user_name.split('@').next().unwrap_or(user_name);
        json!({
            "schemas": [USER],
            "userName": user_name,
            "externalId": format!("ext-{local}"),
            "name": {"givenName": "Robin", "familyName": "Examiner"},
            "displayName": "Robin Examiner",
            "title": "Analyst",
            "emails": [{"primary": true, "type": "work", "value": user_name}],
            "phoneNumbers": [{"type": "work", "value": "+1-201-555-0123"}],
            "active": true,
        })
    }

    pub async fn create(&mut self, body: &Value) -> Answer {
        self.send(Ask::post("/Users", body)).await
    }

    /// Makes an ordinary person; skips when that fails, which is another check's business.
    pub async fn person(&mut self) -> Judged<Person> {
        let user_name = self.fresh();
        let body = self.body(&user_name);
        self.person_like(&body).await
    }

    /// Makes a person of this shape.
    pub async fn person_like(&mut self, body: &Value) -> Judged<Person> {
        let answer = self.create(body).await;
        let id = answer.json.as_ref().map(|user| text(user, "/id").to_owned()).unwrap_or_default();
        if answer.status != 201 || id.is_empty() {
            return skip(format!("nobody to try it on: POST /Users got {}", shown(&answer)));
        }
        let created = answer.json.unwrap_or_default();
        Ok(Person { id, user_name: named(body).to_owned(), created })
    }

    /// Reads a person, who must be there.
    pub async fn read(&mut self, person: &Person) -> Judged<Value> {
        let answer = self.get(person.path()).await;
        expect::status(&answer, &[200])?;
        expect::object(&answer)?;
        Ok(answer.json.unwrap_or_default())
    }

    /// Asks with a filter, encoded as the profile's IdP does.
    pub async fn search(&mut self, filter: &str, more: &str) -> Answer {
        let encoded = match self.profile {
            Profile::Entra => form(filter),
            _ => percent(filter),
        };
        self.get(format!("/Users?filter={encoded}{more}")).await
    }

    /// The people a filter finds.
    pub async fn find(&mut self, filter: &str) -> Judged<Page> {
        let answer = self.search(filter, "").await;
        expect::page(&answer)
    }

    /// The filter for one userName.
    pub fn by_name(user_name: &str) -> String {
        format!("userName eq {}", quoted(user_name))
    }

    pub async fn patch(&mut self, person: &Person, operations: Value) -> Answer {
        let body = json!({"schemas": [PATCH_OP], "Operations": operations});
        self.send(Ask::patch(person.path(), &body)).await
    }

    /// PATCHes, which must work, and reads the person again.
    pub async fn patched(&mut self, person: &Person, operations: Value) -> Judged<Value> {
        let answer = self.patch(person, operations).await;
        taken(&answer)?;
        self.read(person).await
    }

    /// Clears away whom the last check made.
    pub async fn clear(&mut self) {
        for (id, user_name) in std::mem::take(&mut self.made) {
            if let Err(why) = self.remove(id.as_deref(), &user_name).await {
                self.left.push(Left { id, user_name, why });
            }
        }
        self.line.take_seen();
    }

    async fn remove(&mut self, id: Option<&str>, user_name: &str) -> Result<(), String> {
        let id = match id {
            Some(id) => id.to_owned(),
            None => match self.find(&Self::by_name(user_name)).await {
                Ok(page) => match page.ids().first() {
                    Some(id) => (*id).to_owned(),
                    None => return Ok(()),
                },
                Err(_) => return Err("the server told no id to remove it by".to_owned()),
            },
        };
        let path = format!("/Users/{}", percent(&id));
        let answer = self.line.send(&Ask::delete(path.clone())).await;
        if (200..300).contains(&answer.status) || answer.status == 404 {
            return Ok(());
        }
        let off = json!({"schemas": [PATCH_OP],
            "Operations": [{"op": "replace", "value": {"active": false}}]});
        let second = self.line.send(&Ask::patch(path, &off)).await;
        let state = if (200..300).contains(&second.status) { "deactivated instead" } else { "still there" };
        Err(format!("DELETE got {}; {state}", self.line.without_token(&shown(&answer))))
    }
}

/// The userName of a body, however it spells the attribute.
fn named(body: &Value) -> &str {
    let members = body.as_object().into_iter().flatten();
    members
        .filter(|(name, _)| name.eq_ignore_ascii_case("userName"))
        .find_map(|(_, value)| value.as_str())
        .unwrap_or_default()
}

/// A PATCH that was accepted.
///
/// Source: RFC 7644 §3.5.2 (200 with the resource, or 204).
pub fn taken(answer: &Answer) -> Judged {
    expect::status(answer, &[200, 204])?;
    if answer.status == 200 {
        expect::object(answer)?;
    }
    Ok(())
}

/// The name of a simple optional attribute that the server keeps.
pub fn spare(resource: &Value) -> Judged<&'static str> {
    let kept = ["title", "displayName", "nickName"]
        .into_iter()
        .find(|name| !text(resource, &format!("/{name}")).is_empty());
    match kept {
        Some(name) => Ok(name),
        None => skip("the server keeps none of title, displayName, nickName"),
    }
}

/// Skips when a change is refused by a rule of the server that it can explain.
pub fn unless_policy(answer: &Answer, what: &str) -> Judged {
    match answer.detail() {
        Some(detail) if matches!(answer.status, 400 | 403 | 409 | 422) => {
            skip(format!("the server does not let {what} change, and says so: {} {detail}", answer.status))
        }
        _ if expect::declined(answer) => fail(format!("refused without a word why: {}", shown(answer))),
        _ => Ok(()),
    }
}
