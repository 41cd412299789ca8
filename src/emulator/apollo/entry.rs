//! The way of one request: note it, let it suffer its fault, route, admit, count, answer.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt as _;
use futures_util::stream;
use serde_json::json;

use super::auth::{Keys, Presented};
use super::control;
use super::data::World;
use super::endpoints::Ask;
use super::faults::{Fault, Faults};
use super::limits::{Meter, too_many};
use super::log::{Log, Received};
use super::options::Options;
use super::routes::{self, PREFIX};
use super::wire::answer::Answer;
use super::wire::input::Params;

/// Most bytes read of a body; what lies beyond is not kept.
const LARGEST_BODY: usize = 64 << 20;
/// Long enough for the first half of a cut body to leave.
const BEFORE_CUTTING: Duration = Duration::from_millis(30);

/// Everything the workers share.
pub struct Shared {
    options: Options,
    keys: Keys,
    started: Instant,
    world: Mutex<World>,
    log: Mutex<Log>,
    faults: Mutex<Faults>,
    meter: Mutex<Meter>,
}

impl Shared {
    /// A fresh workspace.
    pub fn new(options: Options) -> Shared {
        Shared {
            keys: Keys::new(&options.master_key, &options.scoped_keys),
            started: Instant::now(),
            world: Mutex::new(World::new(options.seed, options.users, options.contacts)),
            log: Mutex::default(),
            faults: Mutex::default(),
            meter: Mutex::new(Meter::new(options.rate_limits)),
            options,
        }
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

    /// Windows of the endpoints.
    pub fn meter(&self) -> MutexGuard<'_, Meter> {
        hold(&self.meter)
    }

    /// Everything as it was at the start.
    pub fn reset(&self) {
        *self.world() = World::new(self.options.seed, self.options.users, self.options.contacts);
        self.log().clear();
        self.faults().clear();
        self.meter().clear();
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
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
    let number = shared.log().note(Received {
        at,
        method: request.method().as_str().to_owned(),
        target: target.clone(),
        headers: headers_of(&request),
        body: body.clone(),
        status: 0,
        key: shared.keys.kind(&presented),
    });
    let path = target.split_once('?').map_or(target.as_str(), |(path, _)| path);
    let Some(path) = under_prefix(path) else {
        shared.log().answered(number, 404);
        return respond(Answer::not_found());
    };
    let fault = shared.faults().next();
    if let Fault::Delay(pause) = fault {
        tokio::time::sleep(pause).await;
    }
    let answer = match instead(&fault) {
        Some(answer) => answer,
        None if fault == Fault::Drop => return broken(),
        None => serve(&request, path, &body, &presented, &shared),
    };
    shared.log().answered(number, answer.status);
    let (method, key) = (request.method().as_str(), shared.keys.kind(&presented).name());
    tracing::info!(status = answer.status, method, path, key, "fake Apollo answered");
    match fault {
        Fault::SlowBody { pieces, pause } => slow(answer, pieces, pause),
        Fault::CutBody => cut(answer),
        _ => respond(answer),
    }
}

/// Answers a request that suffers nothing.
///
/// Source: Apollo facts §5.2: 401 and 403 carry no telemetry, every later answer does.
fn serve(request: &HttpRequest, path: &str, body: &[u8], presented: &Presented, shared: &Shared) -> Answer {
    let method = request.method().as_str();
    if (method, path) == ("GET", "auth/health") {
        // Source: Apollo facts §2.3: 200 whatever the key, without telemetry.
        return Answer::ok(&json!({"healthy": true, "is_logged_in": shared.keys.logged_in(presented)}));
    }
    let Some((route, ids)) = routes::find(method, path) else {
        return Answer::not_found();
    };
    if let Err(refusal) = shared.keys.admit(presented, route.scope, route.refuses_with_bare_string()) {
        return refusal;
    }
    let counted = shared.meter().count(route.scope, route.class, shared.now());
    let telemetry = match counted {
        Ok(telemetry) => telemetry,
        Err(refusal) => return refusal,
    };
    let query = request.uri().query().unwrap_or_default();
    let Ok(params) = Params::read(query, header_of(request, "content-type"), body) else {
        return Answer::bad_request().with_headers(telemetry);
    };
    let usage = || routes::usage_of_all(&shared.meter(), shared.now());
    let ask = Ask { params, ids, usage: &usage };
    let answered = (route.handler)(&mut shared.world(), &ask);
    answered.unwrap_or_else(|refusal| refusal).with_headers(telemetry)
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
        Fault::None | Fault::Delay(_) | Fault::Drop | Fault::SlowBody { .. } | Fault::CutBody => None,
    }
}

/// The path behind the prefix; empty for the prefix itself.
fn under_prefix(path: &str) -> Option<&str> {
    let rest = path.strip_prefix(PREFIX)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
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

/// The head and the first half of the body, then the end of the connection.
fn cut(answer: Answer) -> HttpResponse {
    let half = web::Bytes::copy_from_slice(&answer.body[..answer.body.len() / 2]);
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
