//! Bytes on the wire, where a client or server library would tidy up what a hostile caller or an odd
//! upstream says.

use super::reply::Reply;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);

/// A request as bytes; `head` is the request line and headers without the ones every request needs.
pub fn request(line: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("{line} HTTP/1.1\r\nhost: bridge.example\r\nconnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    let framed = |name: &str| ["content-length", "transfer-encoding"].contains(&name.to_lowercase().as_str());
    if !body.is_empty() && !headers.iter().any(|(name, _)| framed(name.trim())) {
        text.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    format!("{text}\r\n{body}").into_bytes()
}

/// Says these bytes, hears everything until the other side hangs up. Status 0 is no answer.
pub async fn speak(address: SocketAddr, bytes: Vec<u8>) -> Reply {
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(&bytes).unwrap();
        let mut heard = Vec::new();
        // A reset after the answer is how some refusals end.
        let _ = stream.read_to_end(&mut heard);
        reply(&heard)
    })
    .await
    .unwrap()
}

fn reply(heard: &[u8]) -> Reply {
    let text = String::from_utf8_lossy(heard).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or_default();
    let header =
        |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    Reply { status, headers: lines.filter_map(header).collect(), text: body.to_owned() }
}

/// An upstream that answers every connection with the same pieces of bytes, a pause before each, then hangs
/// up.
pub struct Upstream {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Upstream {
    pub fn saying(pieces: &[(u64, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let pieces: Vec<(u64, String)> = pieces.iter().map(|(ms, text)| (*ms, (*text).to_owned())).collect();
        let noted = Arc::clone(&heard);
        // Ends with the process: a listener has no timeout, and the thread holds nothing else.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &pieces, &noted);
            }
        });
        Self { address, heard }
    }

    pub fn base_url(&self) -> String {
        format!("http://{}/api/v1", self.address)
    }

    /// Heads of the requests that came.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

fn answer(mut stream: TcpStream, pieces: &[(u64, String)], noted: &Mutex<Vec<String>>) {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(count) => head.extend_from_slice(&buffer[..count]),
        }
    }
    noted.lock().unwrap().push(String::from_utf8_lossy(&head).into_owned());
    for (pause, piece) in pieces {
        std::thread::sleep(Duration::from_millis(*pause));
        if stream.write_all(piece.as_bytes()).is_err() {
            return;
        }
    }
}
