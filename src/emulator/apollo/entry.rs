//! The way of one request: note it, let it suffer its fault, find out which site it is for, answer.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::sync::Notify;

use super::auth::Presented;
use super::clock::Clock;
use super::control;
use super::data::World;
use super::delivery;
use super::faults::{Fault, Faults};
use super::limits::{Meter, too_many};
use super::log::{Log, Received};
use super::options::Options;
use super::plan::Plan;
use super::routes::PREFIX;
use super::settings::Settings;
use super::sites::{self, Request};
use super::wire::answer::Answer;
use super::wire::zip;
use crate::emulator::faults::Faults as Plans;

/// Most bytes read of a body; what lies beyond is not kept.
const LARGEST_BODY: usize = 64 << 20;
/// Long enough for the first half of a cut body to leave.
const BEFORE_CUTTING: Duration = Duration::from_millis(30);

/// Everything the workers share.
pub struct Shared {
    options: Options,
    clock: Clock,
    /// Told whenever time was made to jump.
    pub jumped: Notify,
    settings: Mutex<Settings>,
    world: Mutex<World>,
    log: Mutex<Log>,
    faults: Mutex<Faults>,
    planned: Plans,
    meter: Mutex<Meter>,
}

impl Shared {
    /// A fresh workspace.
    pub fn new(options: Options) -> Shared {
        Shared {
            clock: Clock::new(options.clock_runs),
            jumped: Notify::new(),
            settings: Mutex::new(Settings::new(&options)),
            world: Mutex::new(World::of(&options)),
            log: Mutex::default(),
            faults: Mutex::default(),
            planned: Plans::default(),
            meter: Mutex::new(Meter::new(options.rate_limits.then_some(options.plan))),
            options,
        }
    }

    /// How it was started.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The fake's time.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// What administrators set. Whoever needs the workspace too takes this first.
    pub fn settings(&self) -> MutexGuard<'_, Settings> {
        hold(&self.settings)
    }

    /// The workspace.
    pub fn world(&self) -> MutexGuard<'_, World> {
        hold(&self.world)
    }

    /// What was received.
    pub fn log(&self) -> MutexGuard<'_, Log> {
        hold(&self.log)
    }

    /// Faults to come.
    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        hold(&self.faults)
    }

    /// Faults planned over the shared control surface; they come before the others.
    pub fn planned(&self) -> &Plans {
        &self.planned
    }

    /// Windows of the endpoints.
    pub fn meter(&self) -> MutexGuard<'_, Meter> {
        hold(&self.meter)
    }

    /// Lets time pass at once: windows, tokens, results and credit cycles that end meanwhile are over.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.jumped.notify_waiters();
    }

    /// Another plan from now on; credits that were granted stay. Source: Apollo facts §2.4, §5.1.
    pub fn change_plan(&self, plan: Plan) {
        self.settings().plan = plan;
        self.meter().change_plan(plan);
    }

    /// Everything as it was at the start.
    pub fn reset(&self) {
        *self.settings() = Settings::new(&self.options);
        *self.world() = World::of(&self.options);
        self.log().clear();
        self.faults().clear();
        self.planned.clear();
        self.meter().clear();
        self.meter().change_plan(self.options.plan);
        self.clock.reset();
        self.jumped.notify_waiters();
    }
}

/// A panic elsewhere does not make the data wrong enough to stop a fake.
fn hold<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The one handler: every method and every path arrive here, untouched.
pub async fn receive(request: HttpRequest, payload: web::Payload, shared: web::Data<Shared>) -> HttpResponse {
    let at = SystemTime::now();
    let presented = Presented::read(header_of(&request, "x-api-key"), header_of(&request, "authorization"));
    let body = read(payload).await;
    // A proxied call carries a key, and must leave its trace here wherever it went.
    if presented == Presented::Nothing && control::is_meant(&request) {
        return respond(control::answer(&request, &body, &shared));
    }
    let target = target_of(&request);
    let kind = shared.settings().kind(&presented);
    let number = shared.log().note(Received {
        at,
        method: request.method().as_str().to_owned(),
        target: target.clone(),
        headers: headers_of(&request),
        body: body.clone(),
        status: 0,
        key: kind,
    });
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let asked = Request {
        method: request.method().as_str(),
        path,
        query,
        content_type: header_of(&request, "content-type"),
        method_override: header_of(&request, "x-http-method-override"),
        origin: format!("http://{}", header_of(&request, "host").unwrap_or("localhost")),
        body: &body,
        presented: &presented,
    };
    if !sites::is_one(&asked, &shared) {
        shared.log().answered(number, 404);
        return respond(Answer::not_found());
    }
    let below = target.strip_prefix(PREFIX).unwrap_or(&target);
    let planned = shared.planned().due(asked.method, below);
    let arrives = planned.as_ref().is_some_and(|due| due.arrives);
    let fault = planned.map_or_else(|| shared.faults().next(), |due| due.fault.into());
    if let Fault::Delay(pause) = fault {
        tokio::time::sleep(pause).await;
    }
    let answer = match instead(&fault) {
        Some(answer) => answer,
        None if fault == Fault::Drop => {
            if arrives {
                sites::answer(&asked, &shared);
            }
            return broken();
        }
        None => sites::answer(&asked, &shared),
    };
    delivery::send_off(&shared.into_inner(), number, answer.status);
    let (method, key) = (request.method().as_str(), kind.name());
    tracing::info!(status = answer.status, method, path, key, "fake Apollo answered");
    disturbed(answer, fault)
}

/// The answer on its way out, with what a fault does to it.
fn disturbed(answer: Answer, fault: Fault) -> HttpResponse {
    match fault {
        Fault::SlowBody { pieces, pause } => slow(answer, pieces, pause),
        Fault::CutBody => {
            let half = answer.body.len() / 2;
            cut(answer, half)
        }
        Fault::Truncate(bytes) => cut(answer, bytes),
        Fault::WrongType(content_type) => respond(Answer { content_type, ..answer }),
        Fault::Gzip => respond(zip::gzipped(answer)),
        _ => respond(answer),
    }
}

/// The canned answer of a fault that has one.
fn instead(fault: &Fault) -> Option<Answer> {
    match fault {
        Fault::Status { status, content_type, body } => {
            Some(Answer::raw(*status, content_type, body.as_str()))
        }
        Fault::RateLimited { retry_after_seconds } => {
            let header = retry_after_seconds.map(|seconds| ("retry-after".to_owned(), seconds.to_string()));
            Some(too_many("api/v1/users/search", 200, "minute").with_headers(header.into_iter().collect()))
        }
        Fault::Redirect { to } => {
            let location = ("location".to_owned(), to.clone());
            Some(Answer::raw(302, "text/html", "").with_headers(vec![location]))
        }
        Fault::Later { status, content_type, body, retry_after } => {
            let later = ("retry-after".to_owned(), retry_after.clone());
            Some(Answer::raw(*status, content_type, body.as_str()).with_headers(vec![later]))
        }
        Fault::Html => {
            Some(Answer::raw(200, "text/html; charset=utf-8", "<!doctype html><title>Apollo</title>"))
        }
        Fault::None
        | Fault::Delay(_)
        | Fault::Drop
        | Fault::SlowBody { .. }
        | Fault::CutBody
        | Fault::Truncate(_)
        | Fault::WrongType(_)
        | Fault::Gzip => None,
    }
}

/// Path and query as received; an absolute target keeps its origin.
fn target_of(request: &HttpRequest) -> String {
    let uri = request.uri();
    match uri.path_and_query() {
        Some(target) if uri.authority().is_none() => target.as_str().to_owned(),
        _ => uri.to_string(),
    }
}

fn header_of<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

fn headers_of(request: &HttpRequest) -> Vec<(String, String)> {
    let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    request.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// The body, or as much of it as came before the client broke off.
async fn read(mut payload: web::Payload) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(Ok(chunk)) = payload.next().await {
        if body.len() + chunk.len() <= LARGEST_BODY {
            body.extend_from_slice(&chunk);
        }
    }
    body
}

fn head(answer: &Answer) -> actix_web::HttpResponseBuilder {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CONTENT_TYPE, answer.content_type.as_str()));
    for (name, value) in &answer.headers {
        response.append_header((name.as_str(), value.as_str()));
    }
    response
}

fn respond(answer: Answer) -> HttpResponse {
    head(&answer).body(answer.body)
}

/// The answer with its body in pieces, a pause before each; its length is announced.
fn slow(answer: Answer, pieces: usize, pause: Duration) -> HttpResponse {
    let size = answer.body.len().div_ceil(pieces.max(1)).max(1);
    let chunks: Vec<web::Bytes> = answer.body.chunks(size).map(web::Bytes::copy_from_slice).collect();
    let paced = stream::iter(chunks).then(move |chunk| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, io::Error>(chunk)
    });
    head(&answer).no_chunking(answer.body.len() as u64).streaming(paced)
}

/// The head and the first bytes of the body, then the end of the connection.
fn cut(answer: Answer, bytes: usize) -> HttpResponse {
    let half = web::Bytes::copy_from_slice(&answer.body[..bytes.min(answer.body.len())]);
    let first = stream::once(async move { Ok::<_, io::Error>(half) });
    let broken = stream::once(async {
        tokio::time::sleep(BEFORE_CUTTING).await;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    });
    head(&answer).no_chunking(answer.body.len() as u64).streaming(first.chain(broken))
}

/// The end of the connection before a byte was written: a body that fails at once takes the head with it.
fn broken() -> HttpResponse {
    let nothing =
        stream::once(async { Err::<web::Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset)) });
    HttpResponse::Ok().no_chunking(1).streaming(nothing)
}
