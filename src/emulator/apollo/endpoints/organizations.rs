//! Companies: search and enrichment. Source: Apollo facts §4.6.

use serde_json::{Value, json};

use super::super::data::World;
use super::super::data::organizations::Organization;
use super::super::wire::answer::Answer;
use super::super::wire::input::Params;
use super::super::wire::page::Page;
use super::Ask;

/// `POST /mixed_companies/search`: one credit for every page that shows something. Source: Apollo facts
/// §1.13, §4.6.
pub fn search(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let page = Page::strict(&ask.params)?;
    let organizations = world.people.organizations;
    let found: Vec<Organization> = organizations.all().filter(|company| fits(company, &ask.params)).collect();
    let shown = page.cut(&found);
    if !shown.is_empty() {
        charge(world)?;
    }
    let owner = world.acting_id();
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
    charge(world)?;
    Ok(Answer::ok(&json!({"organization": company.full(world.acting_id().as_deref())})))
}

/// One credit. Errors: 422 when none is left (unconfirmed). Source: Apollo facts §3.4, §5.4.
fn charge(world: &mut World) -> Result<(), Answer> {
    if world.credits.exhausted() {
        return Err(Answer::unprocessable("Insufficient credits. Please upgrade your plan."));
    }
    world.credits.used_halves += 2;
    Ok(())
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
        let mut ask = |query: &str| {
            let params = Params::read(query, None, b"").unwrap_or_default();
            let usage: &dyn Fn() -> Value = &|| Value::Null;
            let answer =
                enrich(&mut world, &Ask { params, ids: Vec::new(), usage }).unwrap_or_else(|refused| refused);
            (answer.status, String::from_utf8_lossy(&answer.body).into_owned(), world.credits.used_halves)
        };
        assert_eq!(ask("").0, 422);
        assert_eq!(ask("domain=elsewhere.example").2, 0);
        let found = ask(&format!("domain={domain}"));
        assert_eq!((found.0, found.2), (200, 2));
        assert!(found.1.contains(r#""organization_headcount_six_month_growth":2.5"#));
    }
}
