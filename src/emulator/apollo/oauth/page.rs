//! The authorise page. At Apollo it lies behind a fragment (`/#/oauth/authorize?...`), which no server sees:
//! the front page here reads the fragment in the browser and goes on to `/oauth/authorize`, which a client
//! without a browser can call as well. Source: Apollo facts §2.4.

use super::super::data::World;
use super::super::data::users::{ADMIN_PROFILE, BILLING_PROFILE, User};
use super::super::plan::Plan;
use super::super::switches::{Switch, Switches};
use super::super::wire::answer::Answer;
use super::super::wire::input::Params;
use super::{App, Grant, Registry};

const HTML: &str = "text/html; charset=utf-8";

/// The page that turns the fragment into a request.
pub fn front() -> Answer {
    const PAGE: &str = "<!doctype html><title>Fake Apollo</title><h1>Fake Apollo</h1>\
        <p>The API is under /api/v1. To authorise an app, open /#/oauth/authorize?client_id=...</p>\
        <script>const go = () => { if (location.hash.startsWith('#/oauth/authorize')) \
        location.replace(location.hash.slice(1)); }; addEventListener('hashchange', go); go();</script>";
    Answer::raw(200, HTML, PAGE)
}

/// A request to authorise that may be shown to a person.
struct Wanted {
    app: App,
    redirect_uri: String,
    scopes: Vec<String>,
    state: Option<String>,
}

/// Asks the person: a form with everybody who may say yes.
pub fn ask(registry: &Registry, world: &World, params: &Params, switches: &Switches) -> Answer {
    let wanted = match read(registry, params) {
        Ok(wanted) => wanted,
        Err(refusal) => return refusal,
    };
    let hidden = ["client_id", "redirect_uri", "response_type", "scope", "state"].map(|name| {
        let value = escaped(&params.text(name).unwrap_or_default());
        format!("<input type=hidden name={name} value=\"{value}\">")
    });
    let may = |user: &User| !user.deleted && may_authorize(user, switches);
    let people: Vec<String> = world
        .team
        .all()
        .filter(may)
        .take(50)
        .map(|user| format!("<option>{}</option>", escaped(&user.email)))
        .collect();
    let page = format!(
        "<!doctype html><title>Authorise {name}</title><h1>{name} wants to use Apollo for you</h1>\
         <p>It asks for: {scopes}</p><form method=post action=\"/oauth/authorize\">{hidden}\
         <label>You are <select name=user>{people}</select></label> \
         <button name=decision value=approve>Allow</button> \
         <button name=decision value=deny>Deny</button></form>",
        name = escaped(&wanted.app.name),
        scopes = escaped(&wanted.scopes.join(", ")),
        hidden = hidden.concat(),
        people = people.concat(),
    );
    Answer::raw(200, HTML, page)
}

/// What the person said: back to the app with a code, or with the refusal.
///
/// `user` is the address of the person; without it the acting administrator decides. Only those whose profile
/// may authorise apps can. Source: Apollo facts §2.4 (S5).
pub fn decide(
    registry: &mut Registry,
    world: &World,
    params: &Params,
    (switches, plan, now_ms): (&Switches, Plan, u64),
) -> Answer {
    let wanted = match read(registry, params) {
        Ok(wanted) => wanted,
        Err(refusal) => return refusal,
    };
    if params.text("decision").as_deref() == Some("deny") {
        return back(&wanted, "error", "access_denied");
    }
    let named = params.text("user");
    let user = match &named {
        Some(email) => world.team.by_email(email).map(|(_, user)| user),
        None => world.acting_admin(),
    };
    let Some(user) = user.filter(|user| !user.deleted) else {
        return page(403, "Nobody of this address is in the workspace.");
    };
    if !may_authorize(&user, switches) {
        return page(403, "Your permission profile does not let you authorise third-party apps.");
    }
    let grant = Grant {
        client_id: wanted.app.client_id.clone(),
        user_id: user.id,
        scopes: wanted.scopes.clone(),
        plan,
    };
    let code = registry.code(grant, &wanted.redirect_uri, now_ms);
    back(&wanted, "code", &code)
}

fn may_authorize(user: &User, switches: &Switches) -> bool {
    switches.on(Switch::AnyoneMayAuthorize)
        || [ADMIN_PROFILE, BILLING_PROFILE].contains(&user.permission_set_id.as_str())
}

/// Errors: a page; nothing is sent to an address that was not registered (RFC 6749 §4.1.2.1).
fn read(registry: &Registry, params: &Params) -> Result<Wanted, Answer> {
    let text = |name: &str| params.text(name).unwrap_or_default();
    let app = registry.app(&text("client_id")).cloned();
    let app = app.ok_or_else(|| page(400, "No app of this client_id is registered."))?;
    let redirect_uri = text("redirect_uri");
    if !app.redirect_uris.contains(&redirect_uri) {
        return Err(page(400, "The redirect_uri is not one of the app's."));
    }
    let asked: Vec<String> = text("scope").split_whitespace().map(str::to_owned).collect();
    let mut scopes = asked.clone();
    scopes.extend(super::ALWAYS.map(str::to_owned).into_iter().filter(|scope| !asked.contains(scope)));
    let wanted = Wanted { app, redirect_uri, scopes, state: params.text("state") };
    if text("response_type") != "code" {
        return Err(back(&wanted, "error", "unsupported_response_type"));
    }
    if wanted.scopes.iter().any(|scope| !wanted.app.scopes.contains(scope)) {
        return Err(back(&wanted, "error", "invalid_scope"));
    }
    Ok(wanted)
}

fn back(wanted: &Wanted, name: &str, value: &str) -> Answer {
    let Ok(mut to) = url::Url::parse(&wanted.redirect_uri) else {
        return page(400, "The redirect_uri is no address.");
    };
    to.query_pairs_mut().append_pair(name, value);
    if let Some(state) = &wanted.state {
        to.query_pairs_mut().append_pair("state", state);
    }
    Answer::raw(302, HTML, "").with_headers(vec![("location".to_owned(), to.into())])
}

fn page(status: u16, told: &str) -> Answer {
    Answer::raw(status, HTML, format!("<!doctype html><title>Fake Apollo</title><p>{told}</p>"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
