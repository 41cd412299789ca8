//! A bridge seen through a glass that breaks one thing at a time: each breakage is named.

use super::{graded, ids, told};
use crate::support::World;
use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use seatbridge::judge::conformance::{Profile, Verdict};
use serde_json::{Value, json};

/// An answer on its way back.
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    /// Changes the body, when it is JSON.
    fn edit(&mut self, change: impl FnOnce(&mut Value)) {
        if let Ok(mut body) = serde_json::from_str(&self.body) {
            change(&mut body);
            self.body = body.to_string();
        }
    }

    fn is_list(&self) -> bool {
        self.body.contains("ListResponse")
    }

    fn empty_list(&self) -> bool {
        self.is_list() && self.body.contains("\"totalResults\":0")
    }
}

const MANAGER: &str = "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/manager";

/// What the broken server was asked.
struct Asked {
    method: String,
    /// Path and query.
    target: String,
    authorization: Option<String>,
    body: String,
}

/// One thing that is broken: on the way in, on the way back, or both.
#[derive(Clone, Copy)]
struct Breakage {
    what: &'static str,
    profile: Profile,
    /// The check that must name it.
    named: &'static str,
    asked: fn(&mut Asked, &str),
    answered: fn(&Asked, &mut Answer),
}

const fn back(
    what: &'static str,
    profile: Profile,
    named: &'static str,
    answered: fn(&Asked, &mut Answer),
) -> Breakage {
    Breakage { what, profile, named, asked: |_, _| (), answered }
}

const fn into(
    what: &'static str,
    profile: Profile,
    named: &'static str,
    asked: fn(&mut Asked, &str),
) -> Breakage {
    Breakage { what, profile, named, asked, answered: |_, _| () }
}

use Profile::{Entra, Okta, Rfc};

#[rustfmt::skip]
const BREAKAGES: &[Breakage] = &[
    into("anybody gets in", Rfc, "access.wrong-token", |asked, token| {
        asked.authorization = Some(format!("Bearer {token}"));
    }),
    back("figures are texts", Okta, "list.shape", |_, answer| {
        if answer.is_list() { answer.edit(|body| body["startIndex"] = json!("1")) }
    }),
    back("nobody found is 404", Entra, "filter.nobody", |asked, answer| {
        if asked.target.contains("filter=") && answer.empty_list() { answer.status = 404 }
    }),
    into("filters are ignored", Entra, "entra.start-check", |asked, _| {
        asked.target = asked.target.replace("filter=", "unfiltered=");
    }),
    back("a create answers nothing", Okta, "create.answer", |asked, answer| {
        if asked.method == "POST" && answer.status == 201 { answer.body.clear() }
    }),
    back("the inactive are hidden", Okta, "deactivated.found", |_, answer| {
        if answer.is_list() && answer.body.contains("\"active\":false") {
            answer.edit(|body| { body["Resources"] = json!([]); body["totalResults"] = json!(0); })
        }
    }),
    back("a clash is 500", Rfc, "create.duplicate", |_, answer| {
        if answer.status == 409 { answer.status = 500 }
    }),
    back("everything is HTML", Entra, "read.media-type", |_, answer| {
        for (name, value) in &mut answer.headers {
            if name == "content-type" { *value = "text/html".to_owned() }
        }
    }),
    back("status is a number", Rfc, "error.status", |_, answer| {
        let status = answer.status;
        if status >= 400 { answer.edit(|body| body["status"] = json!(status)) }
    }),
    back("errors are pages", Okta, "read.unknown-id", |_, answer| {
        if answer.status == 404 { answer.body = "<h1>Not Found</h1>".to_owned() }
    }),
    into("PATCH does nothing", Rfc, "patch.replace", |asked, _| {
        if asked.method == "PATCH" { asked.method = "GET".to_owned() }
    }),
    into("nobody is ever deactivated", Okta, "replace.deactivate", |asked, _| {
        asked.body = asked.body.replace("\"active\":false", "\"active\":true");
    }),
    into("\"False\" is true", Entra, "entra.disable-as-text", |asked, _| {
        asked.body = asked.body.replace("\"False\"", "true");
    }),
    into("every page is the first", Rfc, "list.next-page", |asked, _| {
        asked.target = asked.target.replace("startIndex=3", "startIndex=1");
    }),
    back("the page's size is what was asked for", Rfc, "list.count", |_, answer| {
        if answer.is_list() { answer.edit(|body| body["itemsPerPage"] = json!(10)) }
    }),
    back("passwords come back", Okta, "create.password", |asked, answer| {
        if let Ok(sent) = serde_json::from_str::<Value>(&asked.body)
            && sent["password"].is_string() && answer.status == 201
        {
            answer.edit(|body| body["password"] = sent["password"].clone());
        }
    }),
    back("a manager is a text", Entra, "entra.manager-as-text", |_, answer| {
        answer.edit(|body| {
            let manager = body.pointer_mut(MANAGER);
            if let Some(manager) = manager { *manager = manager["value"].clone() }
        });
    }),
    back("names lose their accents", Rfc, "create.text-unchanged", |_, answer| {
        answer.body = answer.body.replace('ú', "u");
    }),
    back("deletes answer 200", Rfc, "delete.answer", |asked, answer| {
        if asked.method == "DELETE" && answer.status == 204 { answer.status = 200 }
    }),
    back("versions are not compared", Rfc, "version.not-modified", |_, answer| {
        if answer.status == 304 { answer.status = 200; answer.body = "{}".to_owned() }
    }),
];

struct Glass {
    server: ServerHandle,
    target: String,
}

impl Glass {
    /// A server that asks the bridge, with one thing broken.
    fn before(world: &World, token: &str, breakage: Breakage) -> Self {
        let bridge = world.base();
        let http = world.http.clone();
        let token = token.to_owned();
        let app = move || {
            let (bridge, http, token) = (bridge.clone(), http.clone(), token.clone());
            let through = move |request: HttpRequest, body: web::Bytes| {
                passed(request, body, bridge.clone(), http.clone(), token.clone(), breakage)
            };
            App::new().default_service(web::to(through))
        };
        let server = HttpServer::new(app).workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let target = format!("http://{}/scim/v2", server.addrs()[0]);
        let running = server.run();
        let handle = running.handle();
        actix_web::rt::spawn(running);
        Self { server: handle, target }
    }
}

async fn passed(
    request: HttpRequest,
    body: web::Bytes,
    bridge: String,
    http: reqwest::Client,
    token: String,
    breakage: Breakage,
) -> HttpResponse {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let mut asked = Asked {
        method: request.method().to_string(),
        target: request.uri().to_string(),
        authorization: header("authorization"),
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    (breakage.asked)(&mut asked, &token);
    let method = reqwest::Method::from_bytes(asked.method.as_bytes()).unwrap();
    let mut sent = http.request(method, format!("{bridge}{}", asked.target));
    for name in ["accept", "content-type", "if-match", "if-none-match"] {
        if let Some(value) = header(name) {
            sent = sent.header(name, value);
        }
    }
    if let Some(value) = &asked.authorization {
        sent = sent.header("authorization", value);
    }
    if !asked.body.is_empty() && asked.method != "GET" {
        sent = sent.body(asked.body.clone());
    }
    let got = sent.send().await.unwrap();
    let kept = |name: &str| !["content-length", "transfer-encoding", "connection"].contains(&name);
    let headers = got.headers().iter().filter(|(name, _)| kept(name.as_str()));
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    let mut answer = Answer { status: got.status().as_u16(), headers, body: got.text().await.unwrap() };
    (breakage.answered)(&asked, &mut answer);
    let mut response = HttpResponse::build(actix_web::http::StatusCode::from_u16(answer.status).unwrap());
    for (name, value) in answer.headers {
        response.insert_header((name, value));
    }
    response.body(answer.body)
}

/// Issue 4: what is broken is named by the check that is made for it, and the run ends.
#[actix_web::test]
async fn each_breakage_is_named() {
    let world = World::start().await;
    for breakage in BREAKAGES.iter().copied() {
        let name = breakage.what.replace(|c: char| !c.is_ascii_alphabetic(), "-");
        let flavour = match breakage.profile {
            Entra => seatbridge::flavour::Flavour::Entra,
            Okta | Rfc => seatbridge::flavour::Flavour::Okta,
        };
        let directory = world.connect(&name, flavour, Default::default()).await;
        let glass = Glass::before(&world, &directory.token, breakage);
        let report = graded(breakage.profile, &glass.target, &directory.token, false).await;
        glass.server.stop(false).await;
        let failed = ids(&report, Verdict::Fail);
        let all: Vec<String> =
            report.checks.iter().filter(|one| one.verdict == Verdict::Fail).map(told).collect();
        assert!(failed.contains(breakage.named), "{}: {}\n{}", breakage.what, breakage.named, all.join("\n"));
        let named = report.checks.iter().find(|one| one.id == breakage.named).unwrap();
        assert!(!named.exchanges.is_empty() && !named.consequence.is_empty(), "{named:?}");
    }
}
