//! Companies of Apollo's database. Source: Apollo facts §4.6.

use serde_json::{Value, json};

use super::names;
use super::random::{Random, id, kind};
use super::time;

/// The companies of one seed, invented when looked at.
#[derive(Debug, Clone, Copy)]
pub struct Organizations {
    seed: u64,
    /// How many there are.
    pub count: usize,
}

/// One company.
#[derive(Debug, Clone)]
pub struct Organization {
    /// Its number.
    pub index: usize,
    /// Its id in the database.
    pub id: String,
    /// The id of the saved account, for every fifth company.
    pub account_id: Option<String>,
    /// Its name.
    pub name: String,
    /// Its domain, without `www.`.
    pub domain: String,
    /// City, country, time zone, telephone prefix.
    pub place: (&'static str, &'static str, &'static str, &'static str),
    /// Its industry.
    pub industry: &'static str,
    /// People employed.
    pub employees: usize,
    /// Telephone number; a company's, hence nobody's personal data.
    pub phone: String,
}

impl Organizations {
    /// So many companies.
    pub fn new(seed: u64, count: usize) -> Organizations {
        Organizations { seed, count: count.max(1) }
    }

    /// Company number `index`.
    pub fn get(self, index: usize) -> Organization {
        let mut random = Random::at(self.seed, u64::from(kind::ORGANIZATION), index);
        let head = random.pick(&names::COMPANY_HEADS);
        let tail = random.pick(&names::COMPANY_TAILS);
        let place = random.pick(&names::PLACES);
        Organization {
            index,
            id: id(self.seed, kind::ORGANIZATION, index),
            account_id: index.is_multiple_of(5).then(|| id(self.seed, kind::ACCOUNT, index)),
            name: format!("{head}{tail} {index}"),
            domain: format!("{}{tail}{index}.example", head.to_ascii_lowercase()),
            place,
            industry: random.pick(&names::INDUSTRIES),
            employees: 5 + random.below(4_000),
            phone: format!("{}{:05}", place.3, random.below(100_000)),
        }
    }

    /// All of them, in order.
    pub fn all(self) -> impl Iterator<Item = Organization> {
        (0..self.count).map(move |index| self.get(index))
    }

    /// The company of that domain, written with or without scheme, `www.` or path.
    pub fn by_domain(self, domain: &str) -> Option<Organization> {
        let wanted = bare_domain(domain);
        let label = wanted.strip_suffix(".example")?;
        let digits = label.trim_start_matches(|c: char| !c.is_ascii_digit());
        let found = digits.parse().ok().filter(|index| *index < self.count).map(|index| self.get(index));
        found.filter(|organization| organization.domain == wanted)
    }
}

fn bare_domain(text: &str) -> String {
    let text = text.trim().to_ascii_lowercase();
    let text = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let text = text.split(['/', '?', '#']).next().unwrap_or_default();
    text.strip_prefix("www.").unwrap_or(text).to_owned()
}

impl Organization {
    /// The object inside people and search answers.
    pub fn brief(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "website_url": format!("http://www.{}", self.domain),
            "linkedin_url": format!("http://www.linkedin.com/company/{}", self.domain.replace('.', "-")),
            "primary_domain": self.domain,
            "primary_phone": self.primary_phone(),
            "phone": self.phone,
            "sanitized_phone": self.phone,
            "founded_year": 1990 + self.index % 33,
            "alexa_ranking": null,
        })
    }

    /// The object of an enrichment. `owner` owns the account, if there is one. Source: Apollo facts §4.6.
    pub fn full(&self, owner: Option<&str>) -> Value {
        let mut shown = self.brief();
        let more = json!({
            "industry": self.industry,
            "keywords": ["crm", "sales"],
            "estimated_num_employees": self.employees,
            "annual_revenue": self.employees * 85_000,
            "annual_revenue_printed": format!("{}K", self.employees * 85),
            "total_funding": null,
            "organization_headcount_six_month_growth": if self.index.is_multiple_of(2) { 1.0 } else { 2.5 },
            "city": self.place.0,
            "country": self.place.1,
            "technology_names": ["Nginx"],
            "current_technologies": [{"uid": "nginx", "name": "Nginx", "category": "Load Balancers"}],
            "departmental_head_count": {"sales": self.employees / 6, "engineering": self.employees / 3},
            "account_id": self.account_id,
            "account": self.account(owner),
        });
        if let (Some(shown), Value::Object(more)) = (shown.as_object_mut(), more) {
            shown.extend(more);
        }
        shown
    }

    /// The saved account, with its owner; null where nobody saved the company.
    pub fn account(&self, owner: Option<&str>) -> Value {
        let Some(account_id) = &self.account_id else {
            return Value::Null;
        };
        json!({
            "id": account_id,
            "domain": self.domain,
            "name": self.name,
            "owner_id": owner,
            "organization_id": self.id,
            "phone": self.phone,
            "sanitized_phone": self.phone,
            "created_at": time::zulu(time::day(self.index as u64)),
            "typed_custom_fields": {},
        })
    }

    fn primary_phone(&self) -> Value {
        json!({"number": self.phone, "source": "Scraped", "sanitized_number": self.phone})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_is_found_by_its_domain_however_written() {
        let all = Organizations::new(3, 50);
        let one = all.get(17);
        for text in [one.domain.clone(), format!("https://www.{}/about", one.domain.to_uppercase())] {
            assert_eq!(all.by_domain(&text).map(|found| found.id), Some(one.id.clone()), "{text}");
        }
        assert!(all.by_domain("elsewhere.example").is_none());
    }
}
