//! Guard, read, ask, answer: the same for every row of the table.

use super::answer::Told;
use super::ask::{Ask, Change};
use super::route::{Answered, Handler, Route};
use super::table::table;
use crate::export::{Form, Sheet};
use crate::http::Bridge;
use crate::http::error::Problem;
use crate::http::front::{OPERATORS, request_id};
use crate::http::guard::{Auditor, Operator};
use actix_web::http::{Method, header};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, web};
use futures_util::stream;
use serde_json::{Value, json};
use std::rc::Rc;

/// Mounts the table below [`OPERATORS`].
pub fn mount(app: &mut web::ServiceConfig) {
    let mut scope = web::scope(OPERATORS).default_service(web::to(nowhere));
    let routes: Vec<Rc<Route>> = table().into_iter().map(Rc::new).collect();
    let mut paths: Vec<&str> = routes.iter().map(|route| route.path).collect();
    // A more exact path stands before the one that would catch it too.
    paths.sort_by_key(|path| (path.contains('{'), *path));
    paths.dedup();
    for path in paths {
        let here: Vec<&Rc<Route>> = routes.iter().filter(|route| route.path == path).collect();
        scope = scope.service(resource(path, &here));
    }
    app.service(scope);
}

fn resource(path: &str, routes: &[&Rc<Route>]) -> actix_web::Resource {
    let mut resource = web::resource(path);
    let mut allow = Vec::new();
    for route in routes {
        let mut methods = vec![route.method];
        if route.method == "GET" {
            methods.push("HEAD");
        }
        for name in methods {
            let route = Rc::clone(route);
            let method = Method::from_bytes(name.as_bytes()).unwrap_or(Method::GET);
            let serve = move |request: HttpRequest, payload: web::Payload| {
                let route = Rc::clone(&route);
                async move {
                    let id = request_id(&request);
                    let answer = answer(&route, &request, payload.into_inner()).await;
                    answer.map_err(|problem| problem.of(&id))
                }
            };
            resource = resource.route(web::method(method).to(serve));
            allow.push(name);
        }
    }
    let allow = allow.join(", ");
    resource.default_service(web::to(move |request: HttpRequest| {
        std::future::ready(Problem::method(&allow).of(&request_id(&request)))
    }))
}

async fn nowhere(request: HttpRequest) -> Problem {
    let told = format!("nothing is at this address; GET /openapi.json lists what is below {OPERATORS}");
    Problem::new(crate::http::error::Kind::NoSuchAddress, told).of(&request_id(&request))
}

async fn answer(route: &Route, request: &HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    let bridge = request.app_data::<web::Data<Bridge>>().ok_or_else(Problem::internal)?;
    match &route.handler {
        Handler::Reads(handler) => {
            let Auditor(caller) = Auditor::extract(request).await?;
            let ask = Ask::read(route, request, payload, caller, bridge).await?;
            match (route.answered, ask.text("format").as_deref()) {
                (Answered::List(_), Some("csv")) => Ok(streamed(route, ask, Form::Csv)),
                (Answered::List(_), Some("ndjson")) => Ok(streamed(route, ask, Form::Ndjson)),
                _ => shown(route, handler(ask.clone()).await?, &ask),
            }
        }
        Handler::Changes(handler) => {
            let operator = Operator::extract(request).await?;
            let caller = operator.caller().clone();
            let ask = Ask::read(route, request, payload, caller, bridge).await?;
            shown(route, handler(Change::new(ask.clone(), operator)).await?, &ask)
        }
    }
}

fn shown(route: &Route, told: Told, ask: &Ask) -> Result<HttpResponse, Problem> {
    let schema = format!("seatbridge/{}/v1", route.answered.shape().noun);
    let mut response = match &told {
        Told::Begun(..) => HttpResponse::Accepted(),
        Told::One(_) | Told::Rows(..) | Told::Html(_) => HttpResponse::Ok(),
    };
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    Ok(match told {
        Told::One(data) => response.json(json!({"schema": schema, "data": data})),
        Told::Rows(data, next) => {
            let next = next.map(|place| ask.cursor(&place)).transpose()?;
            response.json(json!({"schema": schema, "data": data, "next": next}))
        }
        Told::Html(page) => response
            .content_type("text/html; charset=utf-8")
            .insert_header(("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'"))
            .body(page),
        Told::Begun(at, data) => response
            .insert_header((header::LOCATION, format!("{OPERATORS}{at}")))
            .json(json!({"schema": schema, "data": data})),
    })
}

/// The whole list, page by page, so that its size is nobody's memory. What fails in the middle breaks the
/// answer off, which an HTTP client notices.
fn streamed(route: &Route, mut ask: Ask, form: Form) -> HttpResponse {
    let Handler::Reads(handler) = route.handler.clone() else {
        return HttpResponse::InternalServerError().finish();
    };
    let columns = route.answered.shape().columns();
    ask.stepping();
    let pieces = stream::unfold(Some((ask, true)), move |state| {
        let (handler, columns) = (handler.clone(), columns.clone());
        async move {
            let (ask, is_first) = state?;
            let piece = match handler(ask.clone()).await {
                Ok(Told::Rows(rows, next)) => lines(&rows, &columns, form, is_first).map(|text| (text, next)),
                Ok(_) => Err(Problem::internal()),
                Err(problem) => Err(problem),
            };
            Some(match piece {
                Ok((text, next)) => {
                    let following = next.map(|place| (ask.behind(place), false));
                    (Ok(web::Bytes::from(text)), following)
                }
                Err(problem) => (Err(problem), None),
            })
        }
    });
    let media = match form {
        Form::Csv => "text/csv; charset=utf-8; header=present",
        Form::Ndjson => "application/x-ndjson",
    };
    HttpResponse::Ok()
        .content_type(media)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment"))
        .streaming(pieces)
}

/// Rows of one page; only the first has a heading.
fn lines(rows: &[Value], columns: &[&str], form: Form, is_first: bool) -> Result<Vec<u8>, Problem> {
    let mut out = Vec::new();
    let mut write = || {
        let mut sheet = Sheet::begin(form, columns, &mut out)?;
        rows.iter().try_for_each(|row| sheet.row(row))?;
        sheet.end()
    };
    write().map_err(|_| Problem::internal())?;
    if form == Form::Csv && !is_first {
        let heading = out.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        out.drain(..heading);
    }
    Ok(out)
}
