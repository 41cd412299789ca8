//! People: search, match and bulk match.

use serde_json::{Value, json};

use super::super::data::World;
use super::super::data::credits::Kind;
use super::super::data::people::Person;
use super::super::data::webhooks::{self, WebhookRequest};
use super::super::switches::Switch;
use super::super::wire::answer::Answer;
use super::super::wire::input::Params;
use super::super::wire::page::Page;
use super::Ask;

/// Most people of one bulk call. Source: Apollo facts §3.4.
const MOST_IN_BULK: usize = 10;
/// The address of everybody whose address is not shown. Source: Apollo facts §1.12.
const PLACEHOLDER: &str = "email_not_unlocked@domain.com";

/// `POST /mixed_people/api_search`: free, and without last names or addresses. Source: Apollo facts §4.3.
pub fn search(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let page = Page::strict(&ask.params)?;
    let filter = Filter::read(&ask.params);
    let people = world.people;
    // Without a filter only the page is looked at: the database may hold 100,000 people.
    let (total, found): (usize, Vec<Person>) = if filter.is_empty() {
        (people.count, page.rows(people.count).map(|index| people.get(index)).collect())
    } else {
        let found: Vec<Person> = people.all().filter(|person| filter.fits(person, world)).collect();
        (found.len(), page.cut(&found).to_vec())
    };
    let mut shown: Vec<Value> =
        found.iter().map(|person| person.obfuscated(&people.employer(person))).collect();
    for (person, shown) in found.iter().zip(&mut shown) {
        if ask.switches.on(Switch::DirectPhoneSaysNo) && person.index % 2 == 1 {
            shown["has_direct_phone"] = "No".into();
        }
        if ask.switches.on(Switch::SeedShapes) {
            shown["last_name"] = person.last_name.into();
        }
    }
    let mut answer = json!({"total_entries": total, "people": shown});
    if ask.switches.on(Switch::SeedShapes) {
        // Source: Apollo facts §3.3, row of the people search answer.
        answer["pagination"] = page.pagination(total);
    }
    Ok(Answer::ok(&answer))
}

/// `GET /people/{id}`: the real address only of one's own contacts, and a placeholder, the same for
/// everybody, where it was verified and is not one's own. Source: Apollo facts §4.4, §1.12, §3.4.
pub fn show(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let id = ask.id()?;
    let Some(person) = world.people.by_id(id) else {
        return Err(Answer::unprocessable("Person does not exist."));
    };
    ask.charge(world, Kind::Lead, 2)?;
    let mut shown = reveal(world, &person, &Wishes::default());
    let own = shown.get("contact_id").is_some();
    if !own && person.email_status == "verified" {
        shown["email"] = PLACEHOLDER.into();
    }
    Ok(Answer::ok(&json!({"person": shown})))
}

/// `GET /webhook_result/{request_id}`. Source: Apollo facts §3.4.
pub fn result(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let refused = |status, code: &str| Err(Answer::json(status, &json!({"error_code": code})));
    let Ok(request_id) = ask.ids.first().copied().unwrap_or_default().parse() else {
        return refused(400, "invalid_request_id");
    };
    match world.results.look(request_id, ask.now_ms) {
        webhooks::Result::Unknown => refused(404, "request_id_unknown"),
        webhooks::Result::Expired => refused(410, "request_id_expired"),
        webhooks::Result::Ready(found) => Ok(Answer::ok(&found)),
        webhooks::Result::Pending => {
            let pending = json!({"error_code": "result_pending", "retry_after_seconds": 10});
            Err(Answer::json(404, &pending))
        }
    }
}

/// `POST` and `GET /people/match`. A miss is 200 with null and costs nothing. Source: Apollo facts §4.4,
/// §3.4, §5.4.
pub fn enrich(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let wishes = Wishes::read(&ask.params);
    let person = find(world, &ask.params);
    let person = match spend(world, ask, person.as_ref(), &wishes) {
        Err(_) if ask.switches.on(Switch::NoCreditsFindNobody) => None,
        spent => spent.map(|()| person)?,
    };
    let request_id = world.request_id();
    wishes.remember(world, (request_id, ask.now_ms), person.iter());
    let shown = person.map_or(Value::Null, |person| reveal(world, &person, &wishes));
    let mut answer = json!({"person": shown, "request_id": request_id});
    wishes.note_waterfall(&mut answer);
    Ok(Answer::ok(&answer))
}

/// `POST /people/bulk_match`. Null stands for a miss (unconfirmed). Source: Apollo facts §4.5, §3.4.
pub fn bulk(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let details = ask.params.items("details");
    if details.is_empty() {
        return Err(Answer::failed("INVALID_REQUEST", "invalid request, missing details"));
    }
    if details.len() > MOST_IN_BULK {
        return Err(Answer::failed(
            "RECORD_LIMIT_EXCEEDED",
            "cannot enrich more than 10 in a single request",
        ));
    }
    let wishes = Wishes::read(&ask.params);
    let found: Vec<Option<Person>> = details.iter().map(|item| find(world, &Params::of_item(item))).collect();
    let before = world.ledger.used_halves();
    for person in &found {
        spend(world, ask, person.as_ref(), &wishes)?;
    }
    let consumed = (world.ledger.used_halves() - before) as f64 / 2.0;
    let request_id = world.request_id();
    wishes.remember(world, (request_id, ask.now_ms), found.iter().flatten());
    let missing = found.iter().filter(|person| person.is_none()).count();
    let drops = ask.switches.on(Switch::BulkMatchDropsMisses);
    let matches: Vec<Value> = found
        .iter()
        .filter(|person| person.is_some() || !drops)
        .map(|person| person.as_ref().map_or(Value::Null, |person| reveal(world, person, &wishes)))
        .collect();
    let mut answer = json!({
        "status": "success",
        "error_code": null,
        "error_message": null,
        "total_requested_enrichments": details.len(),
    });
    if !wishes.waterfall {
        answer["unique_enriched_records"] = (details.len() - missing).into();
        answer["missing_records"] = missing.into();
        answer["credits_consumed"] = consumed.into();
    }
    answer["matches"] = matches.into();
    answer["request_id"] = request_id.into();
    wishes.note_waterfall(&mut answer);
    Ok(Answer::ok(&answer))
}

/// What beyond the plain data a call wants. Source: Apollo facts §3.3: in the query or in the body.
#[derive(Default)]
struct Wishes {
    personal_emails: bool,
    phones: bool,
    waterfall: bool,
    webhook_url: Option<String>,
}

impl Wishes {
    fn read(params: &Params) -> Wishes {
        Wishes {
            personal_emails: params.truthy("reveal_personal_emails"),
            phones: params.truthy("reveal_phone_number"),
            waterfall: params.truthy("run_waterfall_email") || params.truthy("run_waterfall_phone"),
            webhook_url: params.text("webhook_url"),
        }
    }

    /// Notes what comes later, and where it was to be delivered. Source: Apollo facts §1.7, §3.4.
    fn remember<'p>(
        &self,
        world: &mut World,
        (request_id, now_ms): (i64, u64),
        people: impl Iterator<Item = &'p Person>,
    ) {
        if self.webhook_url.is_none() && !self.phones && !self.waterfall {
            return;
        }
        let people: Vec<&Person> = people.collect();
        let late = people.iter().map(|person| person.late(self.phones, self.waterfall)).collect();
        world.results.expect(request_id, late, now_ms);
        if let Some(url) = self.webhook_url.clone() {
            let people = people.iter().map(|person| person.id.clone()).collect();
            let asked = WebhookRequest { url, request_id, people, phones: self.phones };
            world.outbox.push(asked.clone());
            world.webhooks.push(asked);
        }
    }

    /// Source: Apollo facts §4.4: the member appears only with waterfall parameters.
    fn note_waterfall(&self, answer: &mut Value) {
        if self.waterfall {
            answer["waterfall"] = json!({"status": "accepted", "message": "The waterfall has been queued."});
        }
    }
}

/// Charges what was found: 1, or a half for a guessed address, and 8 more for a phone. Source: Apollo facts
/// §5.4, §1.8 (fractions); which cases are fractional is (unconfirmed).
///
/// Errors: as [`Ask::charge`].
fn spend(world: &mut World, ask: &Ask<'_>, person: Option<&Person>, wishes: &Wishes) -> Result<(), Answer> {
    let Some(person) = person else { return Ok(()) };
    ask.charge(world, Kind::Lead, if person.email_status == "extrapolated" { 1 } else { 2 })?;
    if wishes.phones {
        // What was found is charged even if it was the last credit.
        let _ = ask.charge(world, Kind::DirectDial, 16);
    }
    Ok(())
}

fn find(world: &World, params: &Params) -> Option<Person> {
    let people = world.people;
    if let Some(id) = params.text("id") {
        return people.by_id(&id);
    }
    if let Some(person) = params.text("email").and_then(|email| people.by_email(&email)) {
        return Some(person);
    }
    if let Some(person) = params.text("linkedin_url").and_then(|url| people.by_profile(&url)) {
        return Some(person);
    }
    let parts = || Some(format!("{} {}", params.text("first_name")?, params.text("last_name")?));
    let name = params.text("name").or_else(parts)?;
    let (domain, company) = (params.text("domain"), params.text("organization_name"));
    people.by_name(&name, domain.as_deref(), company.as_deref())
}

/// The person, with what was wished for and the saved contact if there is one. Source: Apollo facts §4.4.
fn reveal(world: &World, person: &Person, wishes: &Wishes) -> Value {
    let mut shown = person.full(world.seed, &world.people.employer(person));
    if wishes.personal_emails {
        shown["personal_emails"] = person.personal_email.iter().cloned().collect();
    }
    if let Some(record) = world.contacts.of_person(person).and_then(|index| world.contacts.get(index)) {
        shown["contact_id"] = record.get("id").cloned().unwrap_or_default();
        shown["contact"] = Value::Object(record);
        shown["revealed_for_current_team"] = true.into();
    }
    shown
}

/// Filters of the search. Source: Apollo facts §3.2 row 1; names after Apollo's parameter list.
struct Filter {
    words: String,
    titles: Vec<String>,
    seniorities: Vec<String>,
    places: Vec<String>,
    domains: Vec<String>,
    organizations: Vec<String>,
}

impl Filter {
    fn read(params: &Params) -> Filter {
        let folded = |name: &str| params.list(name).iter().map(|text| text.to_lowercase()).collect();
        Filter {
            words: params.text("q_keywords").unwrap_or_default(),
            titles: folded("person_titles"),
            seniorities: folded("person_seniorities"),
            places: folded("person_locations"),
            domains: folded("q_organization_domains_list"),
            organizations: folded("organization_ids"),
        }
    }

    fn is_empty(&self) -> bool {
        let lists = [&self.titles, &self.seniorities, &self.places, &self.domains, &self.organizations];
        self.words.is_empty() && lists.iter().all(|list| list.is_empty())
    }

    fn fits(&self, person: &Person, world: &World) -> bool {
        let title = person.title.to_lowercase();
        let place = format!("{}, {}", person.place.0, person.place.1).to_lowercase();
        let any =
            |list: &[String], holds: &dyn Fn(&str) -> bool| list.is_empty() || list.iter().any(|t| holds(t));
        any(&self.titles, &|wanted| title.contains(wanted))
            && any(&self.seniorities, &|wanted| person.seniority == wanted)
            && any(&self.places, &|wanted| place.contains(wanted))
            && self.fits_employer(person, world)
    }

    fn fits_employer(&self, person: &Person, world: &World) -> bool {
        if self.words.is_empty() && self.domains.is_empty() && self.organizations.is_empty() {
            return true;
        }
        let employer = world.people.employer(person);
        (self.domains.is_empty() || self.domains.contains(&employer.domain))
            && (self.organizations.is_empty() || self.organizations.contains(&employer.id))
            && person.mentions(&self.words, &employer)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::super::super::switches::Switches;
    use super::*;

    static DEFAULTS: LazyLock<Switches> = LazyLock::new(Switches::default);

    fn ask(query: &str, body: &Value) -> Ask<'static> {
        let params = Params::read(query, None, body.to_string().as_bytes()).unwrap_or_default();
        Ask::plain(params, &DEFAULTS)
    }

    fn read(answer: Result<Answer, Answer>) -> (u16, Value) {
        let answer = answer.unwrap_or_else(|refused| refused);
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    #[test]
    fn private_addresses_appear_only_when_asked_for_in_any_spelling() {
        let mut world = World::new(1, 3, 2);
        let id = world.people.get(0).id;
        let plain = read(enrich(&mut world, &ask("", &json!({"id": id})))).1;
        assert!(plain["person"].get("personal_emails").is_none());
        for (query, body) in [
            ("reveal_personal_emails=true", json!({"id": id})),
            ("", json!({"id": id, "reveal_personal_emails": 1})),
        ] {
            let told = read(enrich(&mut world, &ask(query, &body))).1;
            assert!(told["person"]["personal_emails"][0].is_string(), "{query}");
        }
    }

    #[test]
    fn a_saved_person_carries_the_contact_and_others_do_not() {
        let mut world = World::new(1, 3, 2);
        let (saved, other) = (world.people.get(1).id, world.people.get(2).id);
        let saved = read(enrich(&mut world, &ask("", &json!({"id": saved})))).1;
        assert!(saved["person"]["contact"]["phone_numbers"][0]["raw_number"].is_string());
        let other = read(enrich(&mut world, &ask("", &json!({"id": other})))).1;
        assert!(other["person"].get("contact").is_none() && other["person"].get("contact_id").is_none());
    }

    #[test]
    fn a_webhook_is_remembered_with_its_request_id() {
        let mut world = World::new(1, 3, 2);
        let body = json!({"id": world.people.get(1).id, "reveal_phone_number": true});
        let answer = read(enrich(&mut world, &ask("webhook_url=https%3A%2F%2Fevil.example", &body))).1;
        let noted = world.webhooks.first().cloned();
        assert_eq!(noted.as_ref().map(|asked| asked.url.as_str()), Some("https://evil.example"));
        assert_eq!(noted.map(|asked| asked.request_id.to_string()), Some(answer["request_id"].to_string()));
    }

    #[test]
    fn bulk_counts_people_misses_and_half_credits() {
        let mut world = World::new(1, 3, 2);
        let people: Vec<Value> = [0, 1, 3].map(|index| json!({"id": world.people.get(index).id})).to_vec();
        let details = [people, vec![json!({"email": "nobody@elsewhere.example"})]].concat();
        let answer = read(bulk(&mut world, &ask("", &json!({"details": details})))).1;
        assert_eq!(answer["credits_consumed"].to_string(), "2.5");
        assert_eq!((&answer["missing_records"], &answer["matches"][3]), (&json!(1), &Value::Null));
    }

    #[test]
    fn bulk_refuses_none_and_more_than_ten() {
        let mut world = World::new(1, 3, 2);
        let none = read(bulk(&mut world, &ask("", &json!({}))));
        assert_eq!((none.0, &none.1["error_code"]), (400, &json!("INVALID_REQUEST")));
        let eleven = json!({"details": vec![json!({"id": "x"}); 11]});
        let many = read(bulk(&mut world, &ask("", &eleven)));
        assert_eq!((many.0, &many.1["error_code"]), (400, &json!("RECORD_LIMIT_EXCEEDED")));
    }

    #[test]
    fn an_item_without_members_finds_nobody() {
        assert!(find(&World::new(1, 1, 1), &Params::of_item(&serde_json::Map::new())).is_none());
    }
}
