//! The fake as a client sees it: real HTTP over a plain socket.

#![allow(clippy::unwrap_used)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;

mod access;
mod records;
mod trouble;

const MASTER: &str = "the-master-key";
const READER: &str = "the-users-key";
const INVALID: &str =
    "Invalid API key. See https://docs.apollo.io/reference/authentication for how to authenticate.";

/// What came back: all of it, or what there was before the connection ended.
struct Reply {
    status: u16,
    head: String,
    body: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

async fn start() -> Apollo {
    let options = Options {
        master_key: MASTER.into(),
        scoped_keys: vec![(READER.into(), vec!["api/v1/users/search".into()])],
        users: 60,
        ..Options::default()
    };
    Apollo::start(options).await.unwrap()
}

/// Sends one request, its target untouched, and reads until the connection ends.
fn send(apollo: &Apollo, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let origin = apollo.origin();
    let mut socket = TcpStream::connect(origin.trim_start_matches("http://")).unwrap();
    let extra: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: fake\r\nconnection: close\r\n{extra}\
         content-length: {length}\r\n\r\n{body}"
    );
    socket.write_all(request.as_bytes()).unwrap();
    let mut raw = Vec::new();
    // A broken connection ends the reading, which is what some tests want to see.
    let _ = socket.read_to_end(&mut raw);
    let text = String::from_utf8_lossy(&raw).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Reply { status, head: head.to_owned(), body: body.to_owned() }
}

fn call(apollo: &Apollo, method: &str, path: &str, body: &Value) -> Reply {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let headers = [("x-api-key", MASTER), ("content-type", "application/json")];
    send(apollo, method, &format!("/api/v1{path}"), &headers, &body)
}
