//! Companies: search and enrichment. Source: Apollo facts §4.6.

use serde_json::{Value, json};

use super::super::data::credits::Kind;
use super::super::data::organizations::Organization;
use super::super::data::random::{Random, id, index_of, kind};
use super::super::data::{World, time};
use super::super::wire::answer::Answer;
use super::super::wire::input::Params;
use super::super::wire::page::Page;
use super::Ask;

/// Most companies of one bulk call. Source: Apollo facts §3.4.
const MOST_IN_BULK: usize = 10;
/// Rows of job postings that can be paged to. Source: Apollo facts §3.2 row 10.
const MOST_POSTINGS: usize = 10_000;
/// Invented articles about each company.
const ARTICLES: usize = 3;

/// `POST /mixed_companies/search`: one credit for every page that shows something. Source: Apollo facts
/// §1.13, §4.6.
pub fn search(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let page = Page::strict(&ask.params)?;
    let organizations = world.people.organizations;
    let found: Vec<Organization> = organizations.all().filter(|company| fits(company, &ask.params)).collect();
    let shown = page.cut(&found);
    if !shown.is_empty() {
        ask.charge(world, Kind::Lead, 2)?;
    }
    let owner = ask.acting(world);
    let of = |saved: bool| shown.iter().filter(move |company| company.account_id.is_some() == saved);
    let accounts: Vec<Value> = of(true).map(|company| company.account(owner.as_deref())).collect();
    let others: Vec<Value> = of(false).map(Organization::brief).collect();
    let ids: Vec<&str> = shown.iter().map(|company| company.id.as_str()).collect();
    Ok(Answer::ok(&json!({
        "breadcrumbs": [],
        "partial_results_only": false,
        "has_join": false,
        "disable_eu_prospecting": false,
        "partial_results_limit": 10_000,
        "pagination": page.pagination(found.len()),
        "accounts": accounts,
        "organizations": others,
        "model_ids": ids,
        "num_fetch_result": null,
        "derived_params": null,
    })))
}

/// `GET` and `POST /organizations/enrich`; null for a company nobody knows (unconfirmed).
/// Source: Apollo facts §4.6, §3.4.
pub fn enrich(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let Some(domain) = ask.params.text("domain") else {
        return Err(Answer::unprocessable("Required parameter 'domain' missing"));
    };
    let Some(company) = world.people.organizations.by_domain(&domain) else {
        return Ok(Answer::ok(&json!({"organization": null})));
    };
    ask.charge(world, Kind::Lead, 2)?;
    Ok(Answer::ok(&json!({"organization": company.full(ask.acting(world).as_deref())})))
}

/// `POST /organizations/bulk_enrich`: one credit for each company that is found. Source: Apollo facts §4.6,
/// §3.4, §3.2 row 8.
pub fn bulk(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let domains = ask.params.list("domains");
    if domains.is_empty() {
        return Err(Answer::failed("INVALID_REQUEST", "invalid request, missing domains"));
    }
    if domains.len() > MOST_IN_BULK {
        return Err(Answer::failed("RECORD_LIMIT_EXCEEDED", "domain count cannot be more than 10"));
    }
    let mut unique = domains.clone();
    unique.sort_unstable();
    unique.dedup();
    let owner = ask.acting(world);
    let mut found = Vec::new();
    for domain in &unique {
        if let Some(company) = world.people.organizations.by_domain(domain) {
            ask.charge(world, Kind::Lead, 2)?;
            found.push(company.full(owner.as_deref()));
        }
    }
    Ok(Answer::ok(&json!({
        "status": "success",
        "error_code": null,
        "error_message": null,
        "total_requested_domains": domains.len(),
        "unique_domains": unique.len(),
        "unique_enriched_records": found.len(),
        "missing_records": unique.len() - found.len(),
        "organizations": found,
    })))
}

/// `GET /organizations/{id}`: one credit. Source: Apollo facts §3.2 row 9.
pub fn show(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let company = company(world, ask)?;
    ask.charge(world, Kind::Lead, 2)?;
    Ok(Answer::ok(&json!({"organization": company.full(ask.acting(world).as_deref())})))
}

/// `GET /organizations/{id}/job_postings`: one credit for every page that shows something, to 10,000 rows.
/// Source: Apollo facts §3.2 row 10; the envelope is (unconfirmed).
pub fn postings(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let page = ask.page()?;
    let company = company(world, ask)?;
    let mut random = Random::at(world.seed, u64::from(kind::POSTING), company.index);
    let count = random.below(40).min(MOST_POSTINGS);
    let rows = page.rows(count);
    if !rows.is_empty() {
        ask.charge(world, Kind::Lead, 2)?;
    }
    let posting = |row: usize| {
        let posted = time::zulu(time::day(800 + row as u64));
        json!({"id": id(world.seed, kind::POSTING, company.index * 100 + row), "title": "Account Executive",
            "url": format!("http://www.{}/jobs/{row}", company.domain), "city": company.place.0,
            "state": null, "country": company.place.1, "last_seen_at": posted, "posted_at": posted})
    };
    let shown: Vec<Value> = rows.map(posting).collect();
    Ok(Answer::ok(&json!({"organization_job_postings": shown, "pagination": page.pagination(count)})))
}

/// `POST /news_articles/search`: one credit for every page that shows something. Source: Apollo facts §3.2
/// row 11, §3.4; the members of an article are (unconfirmed).
pub fn news(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let wanted = ask.params.list("organization_ids");
    if wanted.is_empty() {
        return Err(Answer::unprocessable("organization_ids is required"));
    }
    let page = Page::strict(&ask.params)?;
    let seed = world.seed;
    let known = wanted.iter().filter_map(|id| index_of(seed, kind::ORGANIZATION, id));
    let known: Vec<usize> = known.filter(|index| *index < world.people.organizations.count).collect();
    let count = known.len() * ARTICLES;
    let rows = page.rows(count);
    if !rows.is_empty() {
        ask.charge(world, Kind::Lead, 2)?;
    }
    let article = |row: usize| {
        let company = world.people.organizations.get(known[row / ARTICLES]);
        json!({"id": id(seed, kind::NEWS, company.index * ARTICLES + row % ARTICLES),
            "organization_ids": [company.id], "title": format!("{} opens an office", company.name),
            "snippet": null, "url": format!("https://news.example/{}/{row}", company.index),
            "domain": "news.example", "event_categories": ["opens_new_location"],
            "published_at": time::offset(time::day(850 + row as u64 % 30))})
    };
    let shown: Vec<Value> = rows.map(article).collect();
    Ok(Answer::ok(&json!({"pagination": page.pagination(count), "news_articles": shown})))
}

/// Errors: 422 for a malformed id, 404 for an unknown one (unconfirmed).
fn company(world: &World, ask: &Ask<'_>) -> Result<Organization, Answer> {
    let index = index_of(world.seed, kind::ORGANIZATION, ask.id()?);
    let organizations = world.people.organizations;
    let known = index.filter(|index| *index < organizations.count).map(|index| organizations.get(index));
    known.ok_or_else(Answer::not_found)
}

fn fits(company: &Organization, params: &Params) -> bool {
    let name = params.text("q_organization_name").unwrap_or_default().to_lowercase();
    let any = |list: &str, holds: &dyn Fn(&str) -> bool| {
        let wanted = params.list(list);
        wanted.is_empty() || wanted.iter().any(|text| holds(&text.to_lowercase()))
    };
    let place = format!("{}, {}", company.place.0, company.place.1).to_lowercase();
    company.name.to_lowercase().contains(&name)
        && any("q_organization_domains_list", &|wanted| company.domain == wanted)
        && any("organization_ids", &|wanted| company.id == wanted)
        && any("organization_locations", &|wanted| place.contains(wanted))
        && any("organization_num_employees_ranges", &|range| in_range(company.employees, range))
}

/// Whether a number lies in `11,50`.
fn in_range(number: usize, range: &str) -> bool {
    let (least, most) = range.split_once(',').unwrap_or((range, ""));
    let least = least.trim().parse().unwrap_or(0);
    let most = most.trim().parse().unwrap_or(usize::MAX);
    (least..=most).contains(&number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enrichment_needs_a_domain_and_costs_a_credit_when_it_finds_one() {
        let mut world = World::new(1, 2, 5);
        let domain = world.people.organizations.get(5).domain;
        let switches = super::super::super::switches::Switches::default();
        let mut ask = |query: &str| {
            let params = Params::read(query, None, b"").unwrap_or_default();
            let answer = enrich(&mut world, &Ask::plain(params, &switches)).unwrap_or_else(|refused| refused);
            (answer.status, String::from_utf8_lossy(&answer.body).into_owned(), world.ledger.used_halves())
        };
        assert_eq!(ask("").0, 422);
        assert_eq!(ask("domain=elsewhere.example").2, 0);
        let found = ask(&format!("domain={domain}"));
        assert_eq!((found.0, found.2), (200, 2));
        assert!(found.1.contains(r#""organization_headcount_six_month_growth":2.5"#));
    }
}
