//! Which endpoint a request means: method and raw path, nothing decoded unless a switch says so; and the name
//! keys are scoped by, the OAuth scope and the class of limits. The table stands in `table`.
//!
//! Source: Apollo facts §3.2. Endpoints outside the table are 404 (row 67).

mod relaxed;
mod table;

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::endpoints::Handler;
use super::limits::{Class, Counted, Meter};
use super::switches::{Switch, Switches};
pub use relaxed::{Relaxed, relax};
pub use table::ROUTES;

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
    /// The scope an access token needs.
    pub oauth: &'static str,
    /// Class of limits.
    pub class: Class,
    /// Whether no scoped key reaches it. Source: Apollo facts §2.2.
    pub master_only: bool,
    /// Who answers.
    pub handler: Handler,
}

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
/// With the older guide's shape a list, of what one minute allows and one day used. Source: §3.3.
pub fn usage_of_all(meter: &Meter, now: Duration, switches: &Switches) -> Value {
    let of = |route: &Route| meter.usage(Counted { scope: route.scope, class: route.class, now, switches });
    if switches.on(Switch::SeedShapes) {
        let listed = |route: &Route| {
            let usage = of(route);
            json!({"endpoint": format!("{PREFIX}/{}", route.path),
                "limit_per_minute": usage["minute"]["limit"], "used_today": usage["day"]["consumed"]})
        };
        return json!({"api_usage": ROUTES.iter().map(listed).collect::<Vec<_>>()});
    }
    let mut usage = Map::new();
    for route in ROUTES {
        let (controller, action) = route.scope.rsplit_once('/').unwrap_or((route.scope, ""));
        let key = format!("[\"{controller}\", \"{action}\"]");
        usage.entry(key).or_insert_with(|| of(route));
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
        let meter = Meter::new(Some(super::super::plan::Plan::Organization));
        let usage = usage_of_all(&meter, Duration::ZERO, &Switches::default());
        assert_eq!(usage[r#"["api/v1/contacts", "search"]"#]["day"]["limit"], 6_000);
        assert_eq!(usage[r#"["deals/api/v1/opportunities", "create"]"#]["minute"]["left_over"], 200);
        assert_eq!(usage[r#"["api/v1/reports", "sync_report"]"#]["hour"]["limit"], 5);
    }

    #[test]
    fn no_endpoint_stands_behind_one_that_answers_for_it() {
        for (place, route) in ROUTES.iter().enumerate() {
            let path = route.path.replace("{id}", "6c0100000000000000000000");
            let first = ROUTES.iter().position(|other| other.fits(route.method, &path).is_some());
            assert_eq!(first, Some(place), "{} {}", route.method, route.path);
        }
    }
}
