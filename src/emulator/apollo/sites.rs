//! What stands behind one address: the API, the SCIM endpoint, and the pages where people authorise apps.

use super::auth::Presented;
use super::endpoints::Ask;
use super::entry::Shared;
use super::gate;
use super::limits::Counted;
use super::oauth::{page, token};
use super::routes::{self, PREFIX, Relaxed};
use super::scim;
use super::switches::Switch;
use super::wire::answer::Answer;
use super::wire::input::{Malformed, Params};
use serde_json::json;

/// The page behind which the authorise page lies.
const FRONT: &str = "/";
/// Where the front page leads to.
const AUTHORIZE: &str = "/oauth/authorize";
/// Rows of a page with the switch for ten. Source: Apollo facts §10 (default page size).
const FEW_ROWS: usize = 10;

/// One request, as it came.
pub struct Request<'r> {
    /// The method.
    pub method: &'r str,
    /// The raw path.
    pub path: &'r str,
    /// The raw query.
    pub query: &'r str,
    /// Value of `content-type`.
    pub content_type: Option<&'r str>,
    /// Value of `x-http-method-override`.
    pub method_override: Option<&'r str>,
    /// Scheme and host the caller used.
    pub origin: String,
    /// The body.
    pub body: &'r [u8],
    /// The credential.
    pub presented: &'r Presented,
}

impl Request<'_> {
    fn params(&self) -> Result<Params, Malformed> {
        Params::read(self.query, self.content_type, self.body)
    }

    /// Method and path as the switches would have them.
    fn relaxed(&self, shared: &Shared) -> Relaxed<'_> {
        let params = self.params().unwrap_or_default();
        routes::relax((self.method, self.path), self.method_override, &params, &shared.settings().switches)
    }
}

/// Whether anything of Apollo's lies there.
pub fn is_one(request: &Request<'_>, shared: &Shared) -> bool {
    let relaxed = request.relaxed(shared);
    let path: &str = &relaxed.path;
    under(path, PREFIX).is_some() || under(path, scim::PREFIX).is_some() || [FRONT, AUTHORIZE].contains(&path)
}

/// Answers a request that suffers nothing.
pub fn answer(request: &Request<'_>, shared: &Shared) -> Answer {
    let relaxed = request.relaxed(shared);
    let (method, path): (&str, &str) = (&relaxed.method, &relaxed.path);
    if let Some(path) = under(path, PREFIX) {
        return match (method, path) {
            ("POST", "oauth/token") => oauth(request, shared, false),
            ("POST", "oauth/revoke") => oauth(request, shared, true),
            ("GET", "auth/health") => health(request.presented, shared),
            _ => api(request, (method, path), shared),
        };
    }
    if let Some(path) = under(path, scim::PREFIX) {
        let Presented::Bearer(token) = request.presented else {
            return provision(request, (method, path), None, shared);
        };
        return provision(request, (method, path), Some(token), shared);
    }
    pages(request, (method, path), shared)
}

/// The path behind a prefix; empty for the prefix itself.
fn under<'p>(path: &'p str, prefix: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(prefix)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

/// Source: Apollo facts §2.3: 200 whatever the key, without telemetry; the person of a token beside it.
fn health(presented: &Presented, shared: &Shared) -> Answer {
    let settings = shared.settings();
    let (logged_in, user) = gate::logged_in(presented, &settings, &shared.world(), shared.clock().now_ms());
    let mut health = json!({"healthy": true, "is_logged_in": logged_in});
    if let Some(user) = user {
        health["user"] = json!({"id": user.id, "email": user.email, "name": user.name()});
    }
    Answer::ok(&health)
}

/// Answers an endpoint. Source: Apollo facts §5.2: 401 and 403 carry no telemetry, every later answer does.
fn api(request: &Request<'_>, (method, path): (&str, &str), shared: &Shared) -> Answer {
    let settings = shared.settings();
    let (switches, now, now_ms) = (settings.switches.clone(), shared.clock().now(), shared.clock().now_ms());
    let found = routes::find(method, path).filter(|(route, _)| {
        // Whether the bare path answers a key is (unconfirmed). Source: Apollo facts §3.3, §10.
        route.path != "users" || switches.on(Switch::UsersAlias)
    });
    let Some((route, ids)) = found else {
        return Answer::not_found();
    };
    let mut world = shared.world();
    let granted_by = match gate::admit(request.presented, route, &settings, &world, now_ms) {
        Ok(granted_by) => granted_by,
        Err(refusal) => return refusal,
    };
    drop(settings);
    let counted = Counted { scope: route.scope, class: route.class, now, switches: &switches };
    let telemetry = match shared.meter().count(counted) {
        Ok(telemetry) => telemetry,
        Err(refusal) => return refusal,
    };
    let Ok(mut params) = request.params() else {
        return Answer::bad_request().with_headers(telemetry);
    };
    params.default_rows = switches.on(Switch::TenAPage).then_some(FEW_ROWS);
    world.ledger.turn(now_ms);
    let usage = || routes::usage_of_all(&shared.meter(), now, &switches);
    let (switches, scope) = (&switches, route.scope);
    let ask = Ask { params, ids, usage: &usage, granted_by, now_ms, switches, scope };
    let answered = (route.handler)(&mut world, &ask);
    answered.unwrap_or_else(|refusal| refusal).with_headers(telemetry)
}

/// `POST /oauth/token` and `/oauth/revoke`. Source: Apollo facts §2.4, §3.2 row 66.
fn oauth(request: &Request<'_>, shared: &Shared, back: bool) -> Answer {
    let Ok(params) = request.params() else {
        return Answer::bad_request();
    };
    let mut settings = shared.settings();
    let switches = settings.switches.clone();
    if back {
        return token::take_back(&mut settings.oauth, &params);
    }
    token::give(&mut settings.oauth, &params, &switches, shared.clock().now_ms())
}

fn pages(request: &Request<'_>, asked: (&str, &str), shared: &Shared) -> Answer {
    let Ok(params) = request.params() else {
        return Answer::bad_request();
    };
    let mut settings = shared.settings();
    let (switches, plan) = (settings.switches.clone(), settings.plan);
    match asked {
        ("GET", FRONT) => page::front(),
        ("GET", AUTHORIZE) => page::ask(&settings.oauth, &shared.world(), &params, &switches),
        ("POST", AUTHORIZE) => {
            let when = (&switches, plan, shared.clock().now_ms());
            page::decide(&mut settings.oauth, &shared.world(), &params, when)
        }
        _ => Answer::not_found(),
    }
}

fn provision(
    request: &Request<'_>,
    (method, path): (&str, &str),
    token: Option<&String>,
    shared: &Shared,
) -> Answer {
    let call = scim::Call {
        method,
        path,
        query: request.query,
        token: token.map(String::as_str),
        body: request.body,
        origin: request.origin.clone(),
        now_ms: shared.clock().now_ms(),
    };
    scim::answer(&call, &shared.settings(), &mut shared.world())
}
