//! A server that keeps what it was sent, byte for byte, and answers what it was told.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// One request as it came over the wire.
#[derive(Debug, Clone)]
pub(in crate::emulator) struct Raw {
    /// `GET /scim/v2/Users HTTP/1.1`.
    pub(in crate::emulator) line: String,
    /// Names as spelt, in order.
    pub(in crate::emulator) headers: Vec<(String, String)>,
    pub(in crate::emulator) body: String,
}

impl Raw {
    pub(in crate::emulator) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(in crate::emulator) fn method(&self) -> &str {
        self.line.split(' ').next().unwrap_or_default()
    }

    pub(in crate::emulator) fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }

    pub(in crate::emulator) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }
}

/// One canned answer.
#[derive(Debug, Clone)]
pub(in crate::emulator) struct Reply {
    pub(in crate::emulator) status: u16,
    pub(in crate::emulator) media_type: &'static str,
    pub(in crate::emulator) more_headers: Vec<(&'static str, String)>,
    pub(in crate::emulator) body: String,
}

impl Reply {
    pub(in crate::emulator) fn scim(status: u16, body: Value) -> Self {
        let body = body.to_string();
        Self { status, media_type: "application/scim+json", more_headers: Vec::new(), body }
    }

    pub(in crate::emulator) fn text(status: u16, body: &str) -> Self {
        Self { status, media_type: "text/plain", more_headers: Vec::new(), body: body.to_owned() }
    }

    pub(in crate::emulator) fn none(status: u16) -> Self {
        Self { status, media_type: "", more_headers: Vec::new(), body: String::new() }
    }

    pub(in crate::emulator) fn refusal(status: u16, scim_type: &str, detail: &str) -> Self {
        let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": status.to_string(), "scimType": scim_type, "detail": detail});
        Self::scim(status, body)
    }

    /// A ListResponse.
    pub(in crate::emulator) fn list(users: &[Value]) -> Self {
        Self::scim(
            200,
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
                "totalResults": users.len(),
                "startIndex": 1, "itemsPerPage": users.len(), "Resources": users}),
        )
    }
}

/// The running stub.
pub(in crate::emulator) struct Stub {
    port: u16,
    seen: Arc<Mutex<Vec<Raw>>>,
}

impl Stub {
    /// Answers these in order, then 500.
    pub(in crate::emulator) fn answering(replies: Vec<Reply>) -> Self {
        let mut replies: VecDeque<Reply> = replies.into();
        Self::deciding(move |_| {
            replies.pop_front().unwrap_or(Reply::text(500, "the stub has no more answers"))
        })
    }

    /// Lets `decide` answer.
    pub(in crate::emulator) fn deciding(mut decide: impl FnMut(&Raw) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let Some(raw) = receive(&mut stream) else { continue };
                let reply = decide(&raw);
                kept.lock().expect("the list").push(raw);
                answer(&mut stream, &reply);
            }
        });
        Self { port, seen }
    }

    pub(in crate::emulator) fn target(&self) -> String {
        format!("http://127.0.0.1:{}/scim/v2", self.port)
    }

    pub(in crate::emulator) fn requests(&self) -> Vec<Raw> {
        self.seen.lock().expect("the list").clone()
    }

    /// `GET /scim/v2/Users?…`, one line a request.
    pub(in crate::emulator) fn lines(&self) -> Vec<String> {
        self.requests().iter().map(|raw| format!("{} {}", raw.method(), raw.target())).collect()
    }
}

fn receive(stream: &mut TcpStream) -> Option<Raw> {
    let mut bytes = Vec::new();
    let mut chunk = [0_u8; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let line = lines.next()?.to_owned();
            let headers: Vec<(String, String)> = lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
            let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                return Some(Raw { line, headers, body: body.to_owned() });
            }
        }
        let read = stream.read(&mut chunk).ok()?;
        if read == 0 {
            return None;
        }
        bytes.extend_from_slice(&chunk[..read]);
    }
}

fn answer(stream: &mut TcpStream, reply: &Reply) {
    let mut head = format!("HTTP/1.1 {} Stub\r\nConnection: close\r\n", reply.status);
    if reply.status != 204 {
        head.push_str(&format!("Content-Length: {}\r\n", reply.body.len()));
    }
    if !reply.media_type.is_empty() {
        head.push_str(&format!("Content-Type: {}\r\n", reply.media_type));
    }
    for (name, value) in &reply.more_headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let _ = stream.write_all(format!("{head}\r\n{}", reply.body).as_bytes());
}

/// A User as a good server shows it.
pub(in crate::emulator) fn user(id: &str, name: &str, active: bool) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": id,
        "userName": name,
        "name": {"givenName": "Rin", "familyName": "Sato", "middleName": "Q"},
        "emails": [{"value": name, "type": "work", "primary": true}],
        "active": active,
        "seatNote": 12345678901234567890_u64,
        "meta": {"resourceType": "User", "location": format!("https://bridge.example/scim/v2/Users/{id}")},
    })
}
