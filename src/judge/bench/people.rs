//! Who is created and asked for: invented people, in the body a connector of Entra sends (Entra facts §3).

use serde_json::{Value, json};

/// Whom the bench asks for as a manager: nobody's, as in most of the checks that Entra makes.
pub(super) const MANAGER: &str = "m-0001";

/// The requests of one server and one token.
#[derive(Debug, Clone)]
pub(super) struct People {
    host: String,
    token: String,
}

impl People {
    /// Of this server, with this token.
    pub fn new(host: String, token: String) -> Self {
        Self { host, token }
    }

    /// The static answer of the same process.
    pub fn livez(&self) -> Vec<u8> {
        format!("GET /livez HTTP/1.1\r\nhost: {}\r\n\r\n", self.host).into_bytes()
    }

    /// A person who is new.
    pub fn create(&self, n: usize) -> Vec<u8> {
        let address = address(n);
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
            "externalId": external_id(n),
            "userName": address,
            "active": true,
            "displayName": format!("Person {n}"),
            "emails": [{"primary": true, "type": "work", "value": address}],
            "name": {"formatted": format!("Person {n}"), "givenName": "Person", "familyName": n.to_string()},
            "title": "Account Executive",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales"},
        });
        self.request("POST", "/Users", Some(&body))
    }

    /// A person's access, on or off.
    pub fn set_active(&self, id: &str, active: bool) -> Vec<u8> {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "Replace", "path": "active", "value": active}],
        });
        self.request("PATCH", &format!("/Users/{id}"), Some(&body))
    }

    /// Users by a filter.
    pub fn filter(&self, filter: &str) -> Vec<u8> {
        let query: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        self.request("GET", &format!("/Users?filter={query}"), None)
    }

    /// A page of all Users; `wanted` is the rest of the query.
    pub fn page(&self, wanted: &str) -> Vec<u8> {
        self.request("GET", &format!("/Users?{wanted}"), None)
    }

    fn request(&self, method: &str, target: &str, body: Option<&Value>) -> Vec<u8> {
        let Self { host, token } = self;
        let head = format!(
            "{method} /scim/v2{target} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n"
        );
        match body.map(Value::to_string) {
            None => format!("{head}\r\n").into_bytes(),
            Some(body) => format!(
                "{head}content-type: application/scim+json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
            .into_bytes(),
        }
    }
}

/// The address of a person, their userName too.
pub(super) fn address(n: usize) -> String {
    format!("person{n}@bench.example")
}

/// The client's own id of a person.
pub(super) fn external_id(n: usize) -> String {
    format!("person-{n}")
}
