//! Sends the bytes of a request exactly as recorded: no client library tidies the target or the headers.

use flate2::read::GzDecoder;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A request: its head without the framing, and its body.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Path and query, as they go over the wire.
    pub target: String,
    /// `Name: value`.
    pub headers: Vec<String>,
    pub body: Option<String>,
}

/// An answer: names of headers in lower case.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// Sends one request on a connection of its own.
pub async fn send(server: SocketAddr, request: &Request) -> Answer {
    let mut head = format!("{} {} HTTP/1.1\r\nHost: {server}\r\n", request.method, request.target);
    for header in &request.headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    if let Some(body) = &request.body {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    head.push_str(request.body.as_deref().unwrap_or_default());
    let exchange = move || {
        let mut stream = TcpStream::connect(server).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        read(&mut stream)
    };
    tokio::task::spawn_blocking(exchange).await.unwrap()
}

fn read(stream: &mut TcpStream) -> Answer {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let header = |line: &str| {
        let (name, value) = line.split_once(':').unwrap();
        (name.to_ascii_lowercase(), value.trim().to_owned())
    };
    let headers: Vec<(String, String)> = lines.map(header).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut sent = vec![0; length];
    stream.read_exact(&mut sent).unwrap();
    let mut body = String::new();
    if headers.iter().any(|(name, value)| name == "content-encoding" && value == "gzip") {
        GzDecoder::new(sent.as_slice()).read_to_string(&mut body).unwrap();
    } else {
        body = String::from_utf8(sent).unwrap();
    }
    Answer { status, headers, body }
}
