//! Every endpoint on one page: method, path, the name keys are scoped by, and the class of limits.
//!
//! Source: Apollo facts §3.2 (rows marked with a star, and the users, usage and mailbox rows).

use std::time::Duration;

use serde_json::{Map, Value};

use super::endpoints::{Handler, bulk, contacts, deals, organizations, people, sequences, usage, users};
use super::limits::{Class, Meter};

/// Everything of Apollo's lives under here.
pub const PREFIX: &str = "/api/v1";

/// One endpoint.
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// Path after the prefix; `{id}` is any one segment.
    pub path: &'static str,
    /// Controller and action: the name in key scopes, limits and refusals.
    pub scope: &'static str,
    /// Class of limits.
    pub class: Class,
    /// Who answers.
    pub handler: Handler,
}

const fn route(
    method: &'static str,
    path: &'static str,
    scope: &'static str,
    class: Class,
    handler: Handler,
) -> Route {
    Route { method, path, scope, class, handler }
}

use Class::{Default as D, Enrichment as N, Search as S};

/// Fixed paths before those with an id, because the first that fits answers.
#[rustfmt::skip]
pub static ROUTES: &[Route] = &[
    route("GET", "users", "api/v1/users/search", D, users::search),
    route("GET", "users/search", "api/v1/users/search", D, users::search),
    route("POST", "users/search", "api/v1/users/search", D, users::search),
    route("GET", "users/api_profile", "api/v1/users/api_profile", D, users::api_profile),
    route("POST", "usage_stats/api_usage_stats", "api/v1/usage_stats/api_usage_stats", D, usage::api),
    route("GET", "usage_stats/api_usage_stats", "api/v1/usage_stats/api_usage_stats", D, usage::api),
    route("POST", "usage_stats/credit_usage_stats",
        "api/v1/usage_stats/credit_usage_stats", D, usage::credits),

    route("POST", "mixed_people/api_search", "api/v1/mixed_people/api_search", S, people::search),
    route("POST", "people/match", "api/v1/people/match", N, people::enrich),
    route("GET", "people/match", "api/v1/people/match", N, people::enrich),
    route("POST", "people/bulk_match", "api/v1/people/bulk_match", N, people::bulk),
    route("POST", "mixed_companies/search", "api/v1/mixed_companies/search", S, organizations::search),
    route("GET", "organizations/enrich", "api/v1/organizations/enrich", N, organizations::enrich),
    route("POST", "organizations/enrich", "api/v1/organizations/enrich", N, organizations::enrich),

    route("POST", "contacts", "api/v1/contacts/create", D, contacts::create),
    route("POST", "contacts/search", "api/v1/contacts/search", D, contacts::search),
    route("POST", "contacts/bulk_create", "api/v1/contacts/bulk_create", D, bulk::create),
    route("POST", "contacts/bulk_update", "api/v1/contacts/bulk_update", D, bulk::update),
    route("POST", "contacts/update_stages", "api/v1/contacts/update_stages", D, bulk::stages),
    route("POST", "contacts/update_owners", "api/v1/contacts/update_owners", D, bulk::owners),
    route("GET", "contacts/{id}", "api/v1/contacts/show", D, contacts::show),
    route("PATCH", "contacts/{id}", "api/v1/contacts/update", D, contacts::update),
    route("PUT", "contacts/{id}", "api/v1/contacts/update", D, contacts::update),
    route("POST", "contacts/{id}/opportunities", "deals/api/v1/opportunities/search", D, contacts::deals),

    route("POST", "opportunities", "deals/api/v1/opportunities/create", D, deals::create),
    route("GET", "opportunities/search", "deals/api/v1/opportunities/search", D, deals::search),
    route("POST", "opportunities/search", "deals/api/v1/opportunities/search", D, deals::search),
    route("GET", "opportunities/{id}", "deals/api/v1/opportunities/show", D, deals::show),
    route("PATCH", "opportunities/{id}", "deals/api/v1/opportunities/update", D, deals::update),

    route("POST", "emailer_campaigns/search", "api/v1/emailer_campaigns/search", D, sequences::search),
    route("POST", "emailer_campaigns/remove_or_stop_contact_ids",
        "api/v1/emailer_campaigns/remove_or_stop_contact_ids", D, sequences::remove_contacts),
    route("POST", "emailer_campaigns/activity_feed",
        "api/v1/emailer_campaigns/activity_feed", D, sequences::activity),
    route("POST", "emailer_campaigns/{id}/add_contact_ids",
        "api/v1/emailer_campaigns/add_contact_ids", D, sequences::add_contacts),
    route("POST", "emailer_campaigns/{id}/approve",
        "api/v1/emailer_campaigns/approve", D, sequences::approve),
    route("POST", "emailer_campaigns/{id}/abort",
        "api/v1/emailer_campaigns/abort", D, sequences::abort),
    route("POST", "emailer_campaigns/{id}/archive",
        "api/v1/emailer_campaigns/archive", D, sequences::archive),
    route("GET", "email_accounts", "api/v1/email_accounts/index", D, sequences::mailboxes),
];

impl Route {
    /// Whether a 401 of this endpoint is JSON. Source: Apollo facts §2.2, second row.
    pub fn refuses_with_bare_string(&self) -> bool {
        self.scope == "api/v1/contacts/show"
    }

    /// The texts where the path has ids, if method and segments fit. Nothing is decoded or normalised:
    /// Rails-like laxity is off. Source: Apollo facts §9.
    fn fits<'p>(&self, method: &str, path: &'p str) -> Option<Vec<&'p str>> {
        if method != self.method {
            return None;
        }
        let (mut wanted, mut got) = (self.path.split('/'), path.split('/'));
        let mut ids = Vec::new();
        loop {
            match (wanted.next(), got.next()) {
                (None, None) => return Some(ids),
                (Some("{id}"), Some(id)) if !id.is_empty() => ids.push(id),
                (Some(wanted), Some(got)) if wanted == got => {}
                _ => return None,
            }
        }
    }
}

/// The endpoint of a method and a raw path after the prefix, with the ids in it.
pub fn find<'p>(method: &str, path: &'p str) -> Option<(&'static Route, Vec<&'p str>)> {
    ROUTES.iter().find_map(|route| route.fits(method, path).map(|ids| (route, ids)))
}

/// The answer of `api_usage_stats`: keys are texts that look like JSON arrays. Source: Apollo facts §4.2.
pub fn usage_of_all(meter: &Meter, now: Duration) -> Value {
    let mut usage = Map::new();
    for route in ROUTES {
        let (controller, action) = route.scope.rsplit_once('/').unwrap_or((route.scope, ""));
        let key = format!("[\"{controller}\", \"{action}\"]");
        usage.entry(key).or_insert_with(|| meter.usage(route.scope, route.class, now));
    }
    Value::Object(usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_segments_are_routes() {
        for path in
            ["people/matchless", "people//match", "people/match/", "people/%6Datch", "contacts/../users", ""]
        {
            assert!(find("POST", path).is_none(), "{path}");
        }
        assert!(find("DELETE", "contacts/6c01").is_none());
    }

    #[test]
    fn a_fixed_path_wins_over_an_id() {
        let scope = |method, path| find(method, path).map(|(route, _)| route.scope);
        assert_eq!(scope("POST", "contacts/search"), Some("api/v1/contacts/search"));
        assert_eq!(scope("GET", "opportunities/search"), Some("deals/api/v1/opportunities/search"));
        assert_eq!(find("GET", "contacts/abc").map(|(_, ids)| ids), Some(vec!["abc"]));
    }

    #[test]
    fn usage_keys_are_written_as_in_the_documentation() {
        let usage = usage_of_all(&Meter::new(true), Duration::ZERO);
        assert_eq!(usage[r#"["api/v1/contacts", "search"]"#]["day"]["limit"], 6_000);
        assert_eq!(usage[r#"["deals/api/v1/opportunities", "create"]"#]["minute"]["left_over"], 200);
    }
}
