//! What stands behind the ways that are compared: every request is answered with the same JSON, in the shape
//! and with the headers of Apollo's own answers, as cheaply as can be, because it is not what is measured.

use serde_json::json;
use std::io::Read;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Length of the body it answers.
pub const ANSWER_BYTES: usize = 2048;
/// Where a body begins.
const BLANK_LINE: &[u8] = b"\r\n\r\n";

/// Answers whoever connects; returns with the first connection that cannot be taken.
///
/// Errors: the system's.
pub async fn serve(listener: TcpListener) -> std::io::Result<()> {
    let answer: Arc<[u8]> = answer().into();
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(converse(stream, Arc::clone(&answer)));
    }
}

/// Returns when whoever started this process is gone, however it went: its end of our input is closed then.
pub async fn abandoned() {
    let (gone, told) = tokio::sync::oneshot::channel();
    // A thread of its own: the runtime would wait for one of its pool's.
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        let mut nothing = [0; 64];
        while matches!(input.read(&mut nothing), Ok(1..)) {}
        let _ = gone.send(());
    });
    let _ = told.await;
}

async fn converse(mut stream: TcpStream, answer: Arc<[u8]>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut bytes = Vec::with_capacity(4096);
    loop {
        while let Some(end) = end_of_request(&bytes) {
            bytes.drain(..end);
            stream.write_all(&answer).await?;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    }
}

/// Where the first request ends; nothing while it is not whole.
fn end_of_request(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(BLANK_LINE.len()).position(|window| window == BLANK_LINE)?;
    let text = std::str::from_utf8(bytes.get(..head)?).ok()?;
    let named = |line: &&str| line.get(..15).is_some_and(|name| name.eq_ignore_ascii_case("content-length:"));
    let size = text.split("\r\n").find(named).and_then(|line| line.get(15..)?.trim().parse().ok());
    let end = head + BLANK_LINE.len() + size.unwrap_or(0);
    (end <= bytes.len()).then_some(end)
}

/// Head and body. The windows are unlimited, which an empty header says (Apollo facts §5.2).
fn answer() -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ndate: Mon, 01 Jun 2026 08:00:00 GMT\r\n\
         content-type: application/json; charset=utf-8\r\ncontent-length: {ANSWER_BYTES}\r\n\
         x-rate-limit-minute: \r\nx-rate-limit-hourly: \r\nx-rate-limit-24-hour: \r\n\
         x-minute-usage: 1\r\nx-hourly-usage: 1\r\nx-24-hour-usage: 1\r\n\
         x-request-id: 0f2f6cb0\r\nx-runtime: 0.05\r\n\r\n"
    );
    [head.as_bytes(), body().as_bytes()].concat()
}

/// People as a search lists them, with what masking looks for.
fn body() -> String {
    let person = |n: usize| {
        json!({
            "id": format!("6c0000000000000000000{n:03}"), "first_name": "Jo", "last_name": "Lind",
            "name": "Jo Lind", "title": "Account Executive", "email": format!("jo{n}@norrsken.example"),
            "email_status": "verified", "linkedin_url": null, "sanitized_phone": "+46555010149",
            "organization": {"name": "Norrsken", "primary_domain": "norrsken.example"},
        })
    };
    let page = json!({"page": 1, "per_page": 5, "total_entries": 5, "total_pages": 1});
    let people: Vec<_> = (0..5).map(person).collect();
    let listed = json!({"breadcrumbs": [], "people": people, "pagination": page, "note": ""}).to_string();
    // What is missing stands in the last member, a text.
    let missing = ANSWER_BYTES.saturating_sub(listed.len());
    format!("{}{}\"}}", listed.strip_suffix("\"}").unwrap_or(&listed), "x".repeat(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Issue 6: the answer that is compared is 2 KiB of JSON.
    #[test]
    fn the_answer_is_2_kib_of_json() {
        assert_eq!(body().len(), ANSWER_BYTES);
        let read: serde_json::Value = serde_json::from_str(&body()).unwrap();
        assert_eq!(read["people"].as_array().unwrap().len(), 5);
    }

    /// Requests are told apart by their length, however they arrive.
    #[test]
    fn a_request_ends_where_its_length_says() {
        let post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}GET";
        assert_eq!(end_of_request(post), Some(post.len() - 3));
        assert_eq!(end_of_request(&post[..post.len() - 4]), None);
        assert_eq!(end_of_request(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"), Some(27));
        assert_eq!(end_of_request(b"GET / HTTP/1.1\r\nhost: x\r\n"), None);
    }
}
