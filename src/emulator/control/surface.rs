//! The server of a control surface.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderName;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use futures_util::StreamExt;
use serde_json::{Map, Value, json};
use tokio::sync::{Mutex, oneshot};

use super::guard::{self, Visitor};
use super::{Answer, Ask, Fake, PREFIX, Page, openapi};

/// Largest body read, in bytes.
const LARGEST: usize = 1024 * 1024;

/// A running control surface. It stops when it is dropped.
#[derive(Debug)]
pub struct Surface {
    address: SocketAddr,
    server: ServerHandle,
    ended: oneshot::Receiver<()>,
}

impl Surface {
    /// Starts one for `fake` on a thread of its own; when this returns it is listening.
    ///
    /// Errors: `listen` is no address of this machine's loopback, or is taken; a thread cannot be made.
    pub async fn start(listen: &str, fake: impl Fake) -> io::Result<Surface> {
        let addresses: Vec<SocketAddr> = listen.to_socket_addrs()?.collect();
        if addresses.is_empty() || !addresses.iter().all(|address| address.ip().is_loopback()) {
            let why = "a control surface listens on this machine only: take an address such as 127.0.0.1:0";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        let (tell_started, started) = oneshot::channel();
        let (tell_ended, ended) = oneshot::channel();
        std::thread::Builder::new().name("control".into()).spawn(move || {
            actix_web::rt::System::new().block_on(serve(addresses, fake, tell_started));
            // Nobody waiting for the end is fine.
            let _ = tell_ended.send(());
        })?;
        let (address, server) =
            started.await.map_err(|_| io::Error::other("the control surface died starting"))??;
        Ok(Surface { address, server, ended })
    }

    /// Where it is, with a slash at the end: `http://127.0.0.1:4001/_control/`.
    pub fn url(&self) -> String {
        format!("http://{}{PREFIX}", self.address)
    }

    /// Stops it and waits until its port is free.
    pub async fn stop(mut self) {
        self.server.stop(false).await;
        // An error means the thread ended before: just as well.
        let _ = (&mut self.ended).await;
    }
}

impl Drop for Surface {
    fn drop(&mut self) {
        // The command is sent at once; nobody can wait here.
        drop(self.server.stop(false));
    }
}

type Started = io::Result<(SocketAddr, ServerHandle)>;

async fn serve<F: Fake>(addresses: Vec<SocketAddr>, fake: F, started: oneshot::Sender<Started>) {
    let fake = web::Data::new(Mutex::new(fake));
    let bound =
        HttpServer::new(move || App::new().app_data(fake.clone()).default_service(web::to(receive::<F>)))
            .workers(1)
            .shutdown_timeout(1)
            .disable_signals()
            .bind(addresses.as_slice());
    let bound = match bound {
        Ok(bound) => bound,
        Err(refused) => return drop(started.send(Err(refused))),
    };
    let address = bound.addrs().first().copied();
    let server = bound.run();
    let told = match address {
        Some(address) => started.send(Ok((address, server.handle()))),
        None => started.send(Err(io::Error::other("bound to no address"))),
    };
    if told.is_ok()
        && let Err(failed) = server.await
    {
        tracing::error!(%failed, "the control surface ended: {failed}");
    }
}

async fn receive<F: Fake>(
    request: HttpRequest,
    payload: web::Payload,
    fake: web::Data<Mutex<F>>,
) -> HttpResponse {
    let answer = match read(&request, payload).await {
        Ok(body) => answer(&request, body, &fake).await,
        Err(refusal) => refusal,
    };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // A browser that got here all the same may not guess, keep or frame what it reads.
    HttpResponse::build(status)
        .insert_header(("x-content-type-options", "nosniff"))
        .insert_header(("cache-control", "no-store"))
        .insert_header(("content-security-policy", "default-src 'none'; frame-ancestors 'none'"))
        .content_type("application/json")
        .body(answer.body.to_string())
}

/// Lets a request in and reads its body.
async fn read(request: &HttpRequest, mut payload: web::Payload) -> Result<Map<String, Value>, Answer> {
    let header = |name: &str| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        // A value that is no text is there all the same.
        request.headers().get(name).map(|value| value.to_str().unwrap_or("?"))
    };
    let length = header("content-length").unwrap_or("0");
    let brings = length != "0" || header("transfer-encoding").is_some();
    let visitor = Visitor { peer: request.peer_addr(), method: request.method().as_str(), brings };
    guard::admits(visitor, header).map_err(|(status, why)| Answer::refused(status, why))?;
    let mut bytes = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Answer::refused(400, "the body broke off"))?;
        if bytes.len() + chunk.len() > LARGEST {
            return Err(Answer::refused(413, format!("a body has at most {LARGEST} bytes")));
        }
        bytes.extend_from_slice(&chunk);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    match serde_json::from_slice::<Value>(&bytes) {
        Ok(Value::Object(body)) => Ok(body),
        Ok(_) => Err(Answer::refused(400, "the body is a JSON object: {\"name\": value}")),
        Err(why) => Err(Answer::refused(400, format!("the body is no JSON: {why}"))),
    }
}

async fn answer<F: Fake>(request: &HttpRequest, body: Map<String, Value>, fake: &Mutex<F>) -> Answer {
    let Some(path) = request.uri().path().strip_prefix(PREFIX) else {
        return Answer::refused(404, format!("everything here begins with {PREFIX}"));
    };
    let mut fake = fake.lock().await;
    let pages = fake.pages();
    let method = request.method().as_str();
    if method == "GET" && path.is_empty() {
        let verbs = fake.verbs();
        let description = format!("{PREFIX}openapi.json");
        return Answer::ok(json!({"fake": fake.name(), "openapi": description, "verbs": verbs}));
    }
    if method == "GET" && path == "openapi.json" {
        return Answer::ok(openapi::description(fake.name(), pages, &fake.verbs()));
    }
    let here: Vec<(Page, String)> =
        pages.iter().filter_map(|page| Some((*page, key_of(page.path, path)?))).collect();
    let Some((page, key)) = here.iter().find(|(page, _)| page.method == method).cloned() else {
        return lost(pages, &here);
    };
    let query = request.uri().query().unwrap_or_default();
    let query: Map<String, Value> = url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())))
        .collect();
    fake.answer(&Ask { page, key, query, body }).await
}

/// The refusal of a path nobody knows, or of a method the path does not have.
fn lost(pages: &[Page], here: &[(Page, String)]) -> Answer {
    let names = |pages: &mut dyn Iterator<Item = &Page>| -> Vec<String> {
        pages.map(|page| format!("{} {}", page.method, page.path)).collect()
    };
    if here.is_empty() {
        return Answer::refused(404, format!("known are {}", names(&mut pages.iter()).join(", ")));
    }
    let known = names(&mut here.iter().map(|(page, _)| page));
    Answer::refused(405, format!("here is only {}", known.join(", ")))
}

/// What stands in the braces of `pattern`, decoded; `None` when the path is another one.
fn key_of(pattern: &str, path: &str) -> Option<String> {
    match pattern.split_once('{') {
        None => (pattern == path).then(String::new),
        Some((before, _)) => {
            let key = path.strip_prefix(before).filter(|key| !key.is_empty() && !key.contains('/'))?;
            percent_encoding::percent_decode_str(key).decode_utf8().ok().map(|key| key.into_owned())
        }
    }
}
