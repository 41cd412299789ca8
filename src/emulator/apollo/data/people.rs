//! People of Apollo's database. Source: Apollo facts §4.3, §4.4.

use serde_json::{Value, json};

use super::names;
use super::organizations::{Organization, Organizations};
use super::random::{Random, id, index_of, kind};
use super::time;

/// The address in the examples of Apollo's guides, so that they can be tried as they are printed.
const GUIDES_PERSON: &str = "jane@example.com";

/// The people of one seed, invented when looked at.
#[derive(Debug, Clone, Copy)]
pub struct People {
    seed: u64,
    /// How many there are.
    pub count: usize,
    /// Where they work.
    pub organizations: Organizations,
}

/// One person.
#[derive(Debug, Clone)]
pub struct Person {
    /// Its number.
    pub index: usize,
    /// Its id in the database.
    pub id: String,
    /// First name.
    pub first_name: &'static str,
    /// Last name.
    pub last_name: &'static str,
    /// Job title.
    pub title: &'static str,
    /// Rank of the job.
    pub seniority: &'static str,
    /// Department of the job.
    pub department: &'static str,
    /// Number of the employer.
    pub organization: usize,
    /// City, country, time zone, telephone prefix.
    pub place: (&'static str, &'static str, &'static str, &'static str),
    /// Work address; none for every eleventh person.
    pub email: Option<String>,
    /// `verified`, `extrapolated` or `unavailable`.
    pub email_status: &'static str,
    /// Private address; none for every fifth person.
    pub personal_email: Option<String>,
    /// Telephone number.
    pub phone: String,
    /// Plain first and last name with the number, as in addresses and profile links.
    pub slug: String,
}

impl People {
    /// So many people at so many companies.
    pub fn new(seed: u64, count: usize) -> People {
        People { seed, count: count.max(1), organizations: Organizations::new(seed, count / 10 + 40) }
    }

    /// Person number `index`; the last one is the person that Apollo's guides enrich.
    pub fn get(self, index: usize) -> Person {
        let person = self.invented(index);
        if index + 1 != self.count {
            return person;
        }
        let (first_name, last_name, email) = ("Jane", "Doe", Some(GUIDES_PERSON.to_owned()));
        Person { first_name, last_name, email, email_status: "verified", ..person }
    }

    fn invented(self, index: usize) -> Person {
        let mut random = Random::at(self.seed, u64::from(kind::PERSON), index);
        let (first_name, plain_first) = random.pick(&names::FIRST);
        let (last_name, plain_last) = random.pick(&names::LAST);
        let (title, seniority, department) = random.pick(&names::TITLES);
        let organization = random.below(self.organizations.count);
        let place = random.pick(&names::PLACES);
        let slug = format!("{plain_first}.{plain_last}{index}");
        let email_status = match index {
            _ if index % 11 == 7 => "unavailable",
            _ if index % 7 == 3 => "extrapolated",
            _ => "verified",
        };
        let domain = self.organizations.get(organization).domain;
        Person {
            index,
            id: id(self.seed, kind::PERSON, index),
            first_name,
            last_name,
            title,
            seniority,
            department,
            organization,
            place,
            email: (email_status != "unavailable").then(|| format!("{slug}@{domain}")),
            email_status,
            personal_email: (index % 5 != 4).then(|| format!("{slug}@private-mail.example")),
            phone: format!("{}{:05}", place.3, random.below(100_000)),
            slug,
        }
    }

    /// All of them, in order.
    pub fn all(self) -> impl Iterator<Item = Person> {
        (0..self.count).map(move |index| self.get(index))
    }

    /// The person of that id.
    pub fn by_id(self, id: &str) -> Option<Person> {
        index_of(self.seed, kind::PERSON, id).filter(|index| *index < self.count).map(|index| self.get(index))
    }

    /// The person of that work or private address, without letter case.
    pub fn by_email(self, email: &str) -> Option<Person> {
        let email = email.trim().to_lowercase();
        if email == GUIDES_PERSON {
            return Some(self.get(self.count - 1));
        }
        let person = self.by_slug(email.split_once('@')?.0)?;
        let known = [person.email.as_deref(), person.personal_email.as_deref()];
        known.contains(&Some(email.as_str())).then_some(person)
    }

    /// The person of that profile link.
    pub fn by_profile(self, url: &str) -> Option<Person> {
        self.by_slug(url.trim_end_matches('/').rsplit('/').next()?)
    }

    /// The person of that name, at the company of that domain or name where one is given.
    pub fn by_name(self, name: &str, domain: Option<&str>, company: Option<&str>) -> Option<Person> {
        let employer = domain.and_then(|domain| self.organizations.by_domain(domain));
        if domain.is_some() && employer.is_none() {
            return None;
        }
        let works_there = |person: &Person| match (&employer, company) {
            (Some(employer), _) => person.organization == employer.index,
            (None, Some(company)) => {
                self.organizations.get(person.organization).name.to_lowercase() == company.to_lowercase()
            }
            (None, None) => true,
        };
        let wanted = name.to_lowercase();
        self.all().find(|person| person.name().to_lowercase() == wanted && works_there(person))
    }

    /// The employer of a person.
    pub fn employer(self, person: &Person) -> Organization {
        self.organizations.get(person.organization)
    }

    fn by_slug(self, slug: &str) -> Option<Person> {
        let digits = slug.trim_start_matches(|c: char| !c.is_ascii_digit());
        let index = digits.parse().ok().filter(|index| *index < self.count)?;
        Some(self.get(index)).filter(|person| person.slug == slug)
    }
}

impl Person {
    /// First and last name.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// Link to the profile.
    pub fn profile(&self) -> String {
        format!("http://www.linkedin.com/in/{}", self.slug)
    }

    /// Whether the words all occur in name, title or employer.
    pub fn mentions(&self, words: &str, employer: &Organization) -> bool {
        let text = format!("{} {} {}", self.name(), self.title, employer.name).to_lowercase();
        words.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }

    /// What a free search shows: no last name, no address. Source: Apollo facts §4.3.
    pub fn obfuscated(&self, employer: &Organization) -> Value {
        let refreshed = time::offset(time::day(800 + self.index as u64 % 60));
        json!({
            "id": self.id,
            "first_name": self.first_name,
            "last_name_obfuscated": obfuscate(self.last_name),
            "title": self.title,
            "last_refreshed_at": refreshed,
            "has_email": self.email.is_some(),
            "has_city": true,
            "has_state": false,
            "has_country": true,
            "has_direct_phone": "Yes",
            "organization": {
                "name": employer.name,
                "has_industry": true,
                "has_phone": true,
                "has_city": true,
                "has_state": false,
                "has_country": true,
                "has_zip_code": false,
                "has_revenue": true,
                "has_employee_count": true,
            },
        })
    }

    /// What comes later, to a webhook or to whoever asks for the result: numbers that were asked for, and
    /// what a waterfall found. The shape is (unconfirmed). Source: Apollo facts §1.7, §8.6.
    pub fn late(&self, phones: bool, waterfall: bool) -> Value {
        let mut late = json!({"id": self.id, "status": "success"});
        if phones {
            late["phone_numbers"] = json!([{
                "raw_number": self.phone, "sanitized_number": self.phone, "type": "mobile", "position": 0,
                "status": "valid_number", "dnc_status": null,
            }]);
        }
        if waterfall {
            let emails: Vec<&String> = self.email.iter().collect();
            late["waterfall"] = json!({"emails": [{"vendors": [{"name": "Invented", "emails": emails}]}]});
        }
        late
    }

    /// What an enrichment shows, without private addresses and without the saved contact.
    /// Source: Apollo facts §4.4.
    pub fn full(&self, seed: u64, employer: &Organization) -> Value {
        let job = id(seed, kind::JOB, self.index);
        let confidence = (self.email_status == "extrapolated").then_some(0.5);
        json!({
            "id": self.id,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "name": self.name(),
            "linkedin_url": self.profile(),
            "title": self.title,
            "headline": format!("{} at {}", self.title, employer.name),
            "email": self.email,
            "email_status": self.email_status,
            "extrapolated_email_confidence": confidence,
            "photo_url": null,
            "twitter_url": null,
            "github_url": null,
            "facebook_url": null,
            "street_address": format!("{} Example Street", 1 + self.index % 200),
            "city": self.place.0,
            "state": null,
            "country": self.place.1,
            "time_zone": self.place.2,
            "organization_id": employer.id,
            "organization_name": employer.name,
            "employment_history": [{
                "_id": job, "id": job, "key": job, "current": true, "organization_id": employer.id,
                "organization_name": employer.name, "title": self.title, "start_date": "2022-01-01",
                "end_date": null,
            }],
            "organization": employer.brief(),
            "departments": [self.department],
            "subdepartments": [],
            "functions": [self.department],
            "seniority": self.seniority,
            "is_likely_to_engage": self.index.is_multiple_of(2),
        })
    }
}

/// `Dupont` as `Du***t`. Source: Apollo facts §4.3.
fn obfuscate(name: &str) -> String {
    let head: String = name.chars().take(2).collect();
    let tail: String = name.chars().last().into_iter().collect();
    format!("{head}***{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_invents_the_same_people() {
        let (one, two) = (People::new(5, 300), People::new(5, 300));
        for index in [0, 7, 299] {
            let (a, b) = (one.get(index), two.get(index));
            assert_eq!(a.full(5, &one.employer(&a)), b.full(5, &two.employer(&b)));
        }
        let differs = (0..50).any(|index| People::new(6, 300).get(index).slug != one.get(index).slug);
        assert!(differs);
    }

    #[test]
    fn a_person_is_found_by_every_mark() {
        let people = People::new(5, 300);
        let person = people.get(42);
        let employer = people.employer(&person);
        let email = person.email.clone().unwrap_or_default().to_uppercase();
        let found = [
            people.by_id(&person.id),
            people.by_email(&email),
            people.by_profile(&person.profile()),
            people.by_name(&person.name(), Some(&employer.domain), None),
        ];
        for (way, found) in found.into_iter().enumerate() {
            assert_eq!(found.map(|p| p.name()), Some(person.name()), "way {way}");
        }
        assert!(people.by_email("nobody@elsewhere.example").is_none());
    }

    #[test]
    fn a_search_hides_the_last_name() {
        assert_eq!(obfuscate("Dupont"), "Du***t");
    }
}
