//! Operators of the API, as tests make and use them.

use super::replica::Replica;
use super::{Reply, World};
use seatbridge::admin::operators;
use seatbridge::rbac::OperatorRole;
use serde_json::Value;

/// Where the operators' API begins.
pub const BASE: &str = "/admin/api/v1";

impl World {
    /// An operator and the text of the first token.
    pub async fn operator(&self, name: &str, role: OperatorRole) -> String {
        let made = operators::add(name.to_owned(), role, Some(30), None, self.act(), self.store()).await;
        made.unwrap().token.as_str().to_owned()
    }

    /// A request to the operators' API; a body is JSON.
    pub async fn desk(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Reply {
        let body = body.map(|body| body.to_string());
        self.desk_text(token, method, path, body.as_deref()).await
    }

    /// The same with a body that may be no JSON.
    pub async fn desk_text(&self, token: &str, method: &str, path: &str, body: Option<&str>) -> Reply {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let headers = if body.is_some() { &headers[..] } else { &headers[..1] };
        self.send(method, &format!("{BASE}{path}"), headers, body).await
    }

    /// A list's rows.
    pub async fn rows(&self, token: &str, path: &str) -> Vec<Value> {
        let answer = self.desk(token, "GET", path, None).await.is(200).json();
        answer["data"].as_array().unwrap_or_else(|| panic!("no list: {answer}")).clone()
    }
}

impl Replica {
    /// A request to the operators' API of this replica.
    pub async fn desk(&self, token: &str, path: &str) -> Reply {
        let url = format!("http://{}{BASE}{path}", self.server.address);
        self.get(url, token).await
    }
}

impl Reply {
    /// Problem details of RFC 9457: label, type, a sentence, the request's id.
    #[track_caller]
    pub fn is_problem(&self, status: u16, kind: &str) -> &Self {
        self.is(status);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:#?}");
        let body = self.json();
        assert_eq!(body["type"], format!("urn:seatbridge:problem:{kind}"), "{self:#?}");
        assert_eq!(body["status"], status, "{self:#?}");
        assert_eq!(body["request_id"].as_str(), self.header("x-request-id"), "{self:#?}");
        assert!(body["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{self:#?}");
        self
    }
}
