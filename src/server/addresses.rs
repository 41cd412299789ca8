//! Every address below `/scim/v2` and what answers each method, in one table: routing, `Allow` and OPTIONS
//! are made of it, so that they cannot disagree.

use crate::http::error::ScimFailure;
use crate::provision::http as scim;
use actix_web::dev::Handler;
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::{FromRequest, HttpResponse, Responder, Route, web};

/// The table; a more exact path stands before the one that would catch it too.
fn table() -> Vec<Address> {
    let writes = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    vec![
        Address::at("/Users").reads(scim::list).on(Method::POST, scim::create),
        Address::at("/Users/.search").on(Method::POST, scim::search),
        Address::at("/.search").on(Method::POST, scim::search_all),
        Address::at("").reads(scim::list_all),
        Address::at("/Users/{id}")
            .reads(scim::read)
            .on(Method::PUT, scim::replace)
            .on(Method::PATCH, scim::modify)
            .on(Method::DELETE, scim::remove),
        Address::at("/Groups").reads(scim::no_groups).refuses(&writes, scim::refuse_groups),
        Address::at("/Groups/{id}").reads(scim::no_group).refuses(&writes, scim::refuse_groups),
        Address::at("/ServiceProviderConfig").reads(scim::service_provider_config),
        Address::at("/ResourceTypes").reads(scim::resource_types),
        Address::at("/ResourceTypes/{id}").reads(scim::resource_type),
        Address::at("/Schemas").reads(scim::schemas),
        Address::at("/Schemas/{id}").reads(scim::schema),
        Address::at("/Bulk").on(Method::POST, scim::bulk),
        Address::at("/Me").refuses_all(scim::me),
    ]
}

/// Mounts the table, each address with and without a slash at its end.
pub(super) fn mount(scope: &mut web::ServiceConfig) {
    for address in table() {
        scope.service(address.resource());
    }
}

/// Every address with its `Allow`, which is empty where every method is refused in words of its own.
pub fn listed() -> Vec<(&'static str, String)> {
    table().into_iter().map(|address| (address.path, address.allow())).collect()
}

/// One address.
struct Address {
    path: &'static str,
    /// Methods that are answered, for `Allow`.
    answered: Vec<Method>,
    routes: Vec<Route>,
    /// What answers every other method.
    otherwise: Option<Route>,
}

impl Address {
    fn at(path: &'static str) -> Self {
        Self { path, answered: Vec::new(), routes: Vec::new(), otherwise: None }
    }

    fn on<F, Args>(mut self, method: Method, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.routes.push(web::method(method.clone()).to(handler));
        self.answered.push(method);
        self
    }

    /// GET, and HEAD with the same headers; the server leaves the body out (RFC 9110 §9.3.2).
    fn reads<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(Method::GET, handler.clone()).on(Method::HEAD, handler)
    }

    /// Methods that are known here and refused in words of their own; `Allow` does not name them.
    fn refuses<F, Args>(mut self, methods: &[Method], handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let refusals = methods.iter().map(|method| web::method(method.clone()).to(handler.clone()));
        self.routes.extend(refusals);
        self
    }

    /// Every method, OPTIONS among them, is refused in words of its own.
    fn refuses_all<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.otherwise = Some(web::route().to(handler));
        self
    }

    fn allow(&self) -> String {
        if self.otherwise.is_some() {
            return String::new();
        }
        let answered = self.answered.iter().chain([&Method::OPTIONS]);
        answered.map(Method::as_str).collect::<Vec<_>>().join(", ")
    }

    fn resource(self) -> actix_web::Resource {
        let allow = self.allow();
        let both = vec![self.path.to_owned(), format!("{}/", self.path)];
        let resource = self.routes.into_iter().fold(web::resource(both), actix_web::Resource::route);
        if let Some(otherwise) = self.otherwise {
            return resource.route(otherwise);
        }
        let told = allow.clone();
        resource
            .route(web::method(Method::OPTIONS).to(move || std::future::ready(options(&told))))
            .default_service(web::to(move || {
                std::future::ready(ScimFailure::MethodNotAllowed { allow: allow.clone() })
            }))
    }
}

/// OPTIONS needs no credential: it tells what the standard tells anyway, and whoever probes an address wants
/// to know what it takes before a secret is sent there (RFC 9110 §9.3.7).
fn options(allow: &str) -> HttpResponse {
    HttpResponse::NoContent().insert_header((ALLOW, allow)).finish()
}
