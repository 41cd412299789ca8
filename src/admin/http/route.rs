//! A row of the table.

use super::answer::Outcome;
use super::ask::{Ask, Change};
use super::field::Field;
use super::shape::Shape;
use crate::rbac::OperatorRole;
use futures_util::future::LocalBoxFuture;
use std::sync::Arc;

type Reading = Arc<dyn Fn(Ask) -> LocalBoxFuture<'static, Outcome> + Send + Sync>;
type Changing = Arc<dyn Fn(Change) -> LocalBoxFuture<'static, Outcome> + Send + Sync>;

/// What answers: the type says which guard stands before it.
#[derive(Clone)]
pub enum Handler {
    /// Every living token may.
    Reads(Reading),
    /// Only an operator's may; it is handed who acts and why.
    Changes(Changing),
}

/// What is answered.
#[derive(Debug, Clone, Copy)]
pub enum Answered {
    /// One object.
    One(&'static Shape),
    /// A page of objects.
    List(&'static Shape),
    /// A page (HTML), or one object when JSON is asked for.
    Page(&'static Shape),
    /// 202 with an object and its address.
    Begun(&'static Shape),
}

impl Answered {
    /// The shape of each object.
    pub fn shape(self) -> &'static Shape {
        match self {
            Answered::One(shape) | Answered::List(shape) | Answered::Page(shape) | Answered::Begun(shape) => {
                shape
            }
        }
    }
}

/// One route.
#[derive(Clone)]
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// Path below `/admin/api/v1`.
    pub path: &'static str,
    /// `operationId`.
    pub name: &'static str,
    /// What it does.
    pub says: &'static str,
    /// Parameters of the query.
    pub query: Vec<Field>,
    /// Members of the body.
    pub body: Vec<Field>,
    /// What is answered.
    pub answered: Answered,
    /// What answers.
    pub handler: Handler,
}

impl Route {
    /// A route that reads.
    pub fn reads<F>(
        method: &'static str,
        path: &'static str,
        name: &'static str,
        answered: Answered,
        handler: fn(Ask) -> F,
    ) -> Self
    where
        F: Future<Output = Outcome> + 'static,
    {
        let query = match answered {
            Answered::List(_) => super::answer::PAGING.to_vec(),
            Answered::Page(_) => super::answer::PAGE_FORMAT.to_vec(),
            Answered::One(_) | Answered::Begun(_) => Vec::new(),
        };
        let handler = Handler::Reads(Arc::new(move |ask| Box::pin(handler(ask))));
        Self { method, path, name, says: "", query, body: Vec::new(), answered, handler }
    }

    /// A route that changes something.
    pub fn changes<F>(
        method: &'static str,
        path: &'static str,
        name: &'static str,
        answered: Answered,
        handler: fn(Change) -> F,
    ) -> Self
    where
        F: Future<Output = Outcome> + 'static,
    {
        let handler = Handler::Changes(Arc::new(move |change| Box::pin(handler(change))));
        let body = vec![super::field::REASON];
        Self { method, path, name, says: "", query: Vec::new(), body, answered, handler }
    }

    /// What it does, in a sentence.
    pub fn says(self, says: &'static str) -> Self {
        Self { says, ..self }
    }

    /// Parameters of its query besides those of its kind.
    pub fn asks(mut self, query: &[Field]) -> Self {
        self.query.splice(0..0, query.iter().copied());
        self
    }

    /// Members of its body besides the reason.
    pub fn takes(mut self, body: &[Field]) -> Self {
        self.body.splice(0..0, body.iter().copied());
        self
    }

    /// The role it needs.
    pub fn role(&self) -> OperatorRole {
        match self.handler {
            Handler::Reads(_) => OperatorRole::Auditor,
            Handler::Changes(_) => OperatorRole::Operator,
        }
    }

    /// Names of the parameters in its path.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }
}
