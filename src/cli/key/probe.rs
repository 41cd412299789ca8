//! `key probe`: proof, from outside, that a key opens nothing, or exactly what its role says.
//!
//! Every route the key must be refused on is really asked, and asked so that it would be refused to everybody
//! even if the bridge were wrong about the key: with a webhook nobody configured, and with a body that is no
//! JSON. What the key may use is told from the table and not asked: a proof costs no credit and changes
//! nothing.

use super::super::Failure;
use super::super::output::{Output, table};
use super::judged::{Found, Must, judge};
use crate::credential::api_key::ApiKey;
use crate::rbac::{Answered, Reach, Role, Route, table as routes};
use futures_util::{StreamExt, TryStreamExt};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Bytes of a file that holds one key, and room for a line around it.
const LARGEST: u64 = 4096;
/// Questions under way at once.
const AT_ONCE: usize = 4;
/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Whom the key is; answered by the bridge itself.
const PROFILE: &str = "/apollo/users/api_profile";
/// Refused to everybody, after the role was asked for and before anything leaves.
const REFUSED_TO_ALL: &str = "webhook_url=refused";

/// What is to be proved.
pub(super) struct Wish {
    pub urls: Vec<String>,
    pub key_file: Option<PathBuf>,
    pub expect: Option<String>,
}

/// What the caller expects of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Anything,
    Dead,
    Within(Role),
}

/// One server's word about the key.
struct Server {
    url: String,
    /// Role of the key, and its reach; nothing when it opens nothing.
    alive: Option<(Role, Reach)>,
}

/// One route on one server.
struct Line {
    url: String,
    route: &'static Route,
    must: Must,
    found: Found,
}

pub(super) async fn run(wish: Wish, output: Output) -> Result<(), Failure> {
    let expected = expected(wish.expect.as_deref())?;
    let key = read_key(wish.key_file.as_deref())?;
    let http = client()?;
    let mut servers = Vec::new();
    for url in &wish.urls {
        servers.push(greet(url, &key, &http).await?);
    }
    let lines = ask_all(&servers, expected, &key, &http, output).await?;
    let agree = servers.iter().all(|server| server.alive.is_some() == servers[0].alive.is_some());
    let wrong = lines.iter().filter(|line| !judge(line.must, &line.found).is_well).count();
    let well = agree && wrong == 0;
    output.show("key", &shown(&key, &servers, &lines, well), || told(&key, &servers, &lines, agree));
    if well { Ok(()) } else { Err(Failure::Told(5)) }
}

fn expected(text: Option<&str>) -> Result<Expected, Failure> {
    match text {
        None => Ok(Expected::Anything),
        Some("dead") => Ok(Expected::Dead),
        Some(role) => super::super::directory::role(role).map(Expected::Within),
    }
}

/// From a file or standard input: an argument would stand in the list of processes.
fn read_key(file: Option<&Path>) -> Result<ApiKey, Failure> {
    let mut text = String::new();
    let read = match file {
        Some(path) => std::fs::File::open(path).and_then(|file| file.take(LARGEST).read_to_string(&mut text)),
        None => std::io::stdin().lock().take(LARGEST).read_to_string(&mut text),
    };
    let from = file.map_or_else(|| "standard input".to_owned(), |path| path.display().to_string());
    read.map_err(|error| Failure::Usage(format!("{from} cannot be read: {error}")))?;
    ApiKey::parse(text.trim()).ok_or_else(|| {
        Failure::Usage(format!("{from} holds no whole key: ak_ and 55 more letters and digits, nothing else"))
    })
}

fn client() -> Result<reqwest::Client, Failure> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    // A redirect would carry the key to somebody else.
    let client = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
    client.no_proxy().build().map_err(|error| Failure::Failed(error.to_string()))
}

async fn ask(request: reqwest::RequestBuilder, key: &ApiKey, url: &str) -> Result<(u16, Value), Failure> {
    let unreachable = |_| Failure::Failed(format!("nothing answers at {url}, so nothing is proved"));
    let answer = request.header("x-api-key", key.as_str()).send().await.map_err(unreachable)?;
    let status = answer.status().as_u16();
    Ok((status, answer.json().await.unwrap_or(Value::Null)))
}

/// Asks a server whether the key is alive there, and what it is.
async fn greet(url: &str, key: &ApiKey, http: &reqwest::Client) -> Result<Server, Failure> {
    let url = url.trim_end_matches('/').to_owned();
    let no_bridge = |status| Failure::Failed(format!("{url} answers {status}, which no bridge does here"));
    let (status, profile) = ask(http.get(format!("{url}{PROFILE}")), key, &url).await?;
    let alive = match status {
        401 => None,
        200 => {
            let role = |value: &Value| value.as_str().and_then(Role::stored);
            let key_role = role(&profile["key_role"]).ok_or_else(|| no_bridge(status))?;
            let held: Vec<Role> =
                profile["roles"].as_array().into_iter().flatten().filter_map(role).collect();
            Some((key_role, Reach::new(key_role, &held)))
        }
        other => return Err(no_bridge(other)),
    };
    Ok(Server { url, alive })
}

fn must(server: &Server, route: &Route, expected: Expected) -> Must {
    let Some((_, reach)) = &server.alive else {
        return Must::KnowNoKey;
    };
    let lacks = |reach: &Reach| {
        route.permissions.iter().copied().find(|needed| !reach.permissions().contains(*needed))
    };
    match (lacks(reach), expected) {
        (_, Expected::Dead) => Must::OpenNothing,
        (Some(permission), _) => Must::Refuse(permission),
        (None, Expected::Within(role)) if lacks(&Reach::new(role, &[role])).is_some() => Must::OpenNothing,
        (None, _) if route.answered == Answered::Locally => Must::AnswerItself,
        (None, _) => Must::Allow,
    }
}

async fn ask_all(
    servers: &[Server],
    expected: Expected,
    key: &ApiKey,
    http: &reqwest::Client,
    output: Output,
) -> Result<Vec<Line>, Failure> {
    let all = servers.iter().flat_map(|server| routes().iter().map(move |route| (server, route)));
    let bar = if output.for_people() {
        ProgressBar::new((servers.len() * routes().len()) as u64)
    } else {
        ProgressBar::hidden()
    };
    let lines = futures_util::stream::iter(all)
        .map(|(server, route)| {
            let bar = bar.clone();
            async move {
                let must = must(server, route, expected);
                let found = found(server, route, must, key, http).await?;
                bar.inc(1);
                Ok(Line { url: server.url.clone(), route, must, found })
            }
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await;
    bar.finish_and_clear();
    lines
}

async fn found(
    server: &Server,
    route: &Route,
    must: Must,
    key: &ApiKey,
    http: &reqwest::Client,
) -> Result<Found, Failure> {
    if !must.is_asked() {
        return Ok(Found::NotAsked);
    }
    let path = route.template.replace("{id}", &"0".repeat(24)).replace("{request_id}", "0");
    let local = route.answered == Answered::Locally;
    let query = if local { String::new() } else { format!("?{REFUSED_TO_ALL}") };
    let method = reqwest::Method::from_bytes(route.method.as_str().as_bytes());
    let method = method.map_err(|error| Failure::Failed(error.to_string()))?;
    let mut request = http.request(method, format!("{}/apollo{path}{query}", server.url));
    if route.method.takes_body() && !local {
        request = request.header("content-type", "text/plain").body("no JSON");
    }
    let (status, answer) = ask(request, key, &server.url).await?;
    Ok(Found::Answered { status, says: answer["error"].as_str().unwrap_or_default().to_owned() })
}

fn needs(route: &Route) -> String {
    route.permissions.iter().map(ToString::to_string).collect::<Vec<_>>().join(" + ")
}

fn shown(key: &ApiKey, servers: &[Server], lines: &[Line], well: bool) -> Value {
    let server = |server: &Server| {
        json!({
            "url": server.url, "state": if server.alive.is_some() { "alive" } else { "dead" },
            "role": server.alive.as_ref().map(|(role, _)| role),
        })
    };
    let line = |line: &Line| {
        let judged = judge(line.must, &line.found);
        json!({
            "url": line.url, "method": line.route.method.as_str(), "path": line.route.template,
            "needs": needs(line.route), "must": line.must.to_string(), "found": judged.says,
            "well": judged.is_well,
        })
    };
    json!({
        "id": key.id(), "well": well, "servers": servers.iter().map(server).collect::<Vec<_>>(),
        "routes": lines.iter().map(line).collect::<Vec<_>>(),
    })
}

fn told(key: &ApiKey, servers: &[Server], lines: &[Line], agree: bool) -> String {
    let mut told = Vec::new();
    for server in servers {
        let of = || lines.iter().filter(|line| line.url == server.url);
        let wrong = of().filter(|line| !judge(line.must, &line.found).is_well).count();
        let asked = of().filter(|line| line.must.is_asked()).count();
        let is = match &server.alive {
            None => "opens nothing".to_owned(),
            Some((role, _)) => format!("is alive, a key of role {role}"),
        };
        let proof = match wrong {
            0 => format!(
                "{asked} routes asked, all as they must be; {} allowed, not asked",
                of().count() - asked
            ),
            wrong => format!("{wrong} of {asked} routes asked are NOT as they must be"),
        };
        told.push(format!("key {} {is} at {}: {proof}", key.id(), server.url));
    }
    if !agree {
        told.push("The servers do NOT agree whether the key is alive.".to_owned());
    }
    // A dead key's table would say the same in every line.
    let rows: Vec<Vec<String>> = lines
        .iter()
        .filter(|line| line.must != Must::KnowNoKey || !judge(line.must, &line.found).is_well)
        .map(|line| {
            let judged = judge(line.must, &line.found);
            let mark = if judged.is_well { "" } else { "WRONG" };
            let [method, path] = [line.route.method.as_str(), line.route.template].map(str::to_owned);
            vec![method, path, needs(line.route), line.must.to_string(), judged.says, mark.to_owned()]
        })
        .collect();
    if !rows.is_empty() {
        told.push(String::new());
        told.push(table(&["method", "path", "needs", "must be", "is", ""], rows, ""));
    }
    told.join("\n")
}
