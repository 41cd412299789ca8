//! Holders' scripts in their hundreds: each connection calls without a pause.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::SystemTime;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One call's fate.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// Which of the servers it went to, counted from 0.
    pub server: usize,
    /// Its number there.
    pub number: usize,
    pub sent: SystemTime,
    pub answered: SystemTime,
    pub status: u16,
}

/// Calls that are being made.
pub struct Load {
    callers: Vec<tokio::task::JoinHandle<Vec<Call>>>,
    answered: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
}

impl Load {
    /// Makes at least `calls` calls over `connections`, both shared out among the servers, and goes on until
    /// told that it is over.
    pub fn begin(servers: &[SocketAddr], connections: usize, calls: usize, key: &str) -> Self {
        let (answered, over) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
        let mut callers = Vec::new();
        for (server, address) in servers.iter().enumerate() {
            let next = Arc::<AtomicUsize>::default();
            for _ in 0..connections / servers.len() {
                let (next, answered, over) = (next.clone(), answered.clone(), over.clone());
                let (address, key, most) = (*address, key.to_owned(), calls / servers.len());
                callers.push(tokio::spawn(async move {
                    let mut stream = TcpStream::connect(address).await.unwrap();
                    let mut made = Vec::new();
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= most && over.load(Ordering::Relaxed) {
                            return made;
                        }
                        let sent = SystemTime::now();
                        let status = call(&mut stream, &format!("{server}-{number}"), &key).await;
                        made.push(Call { server, number, sent, answered: SystemTime::now(), status });
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                }));
            }
        }
        Self { callers, answered, over }
    }

    /// Waits until so many calls were answered.
    pub async fn answered(&self, calls: usize) {
        while self.answered.load(Ordering::Relaxed) < calls {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }

    /// Lets it end; answers every call.
    pub async fn end(self) -> Vec<Call> {
        self.over.store(true, Ordering::Relaxed);
        let mut made = Vec::new();
        for caller in self.callers {
            made.extend(caller.await.unwrap());
        }
        made
    }
}

/// One call over a connection that stays open. A client library would take more of the machine than the
/// bridge does.
async fn call(stream: &mut TcpStream, name: &str, key: &str) -> u16 {
    let request = format!(
        "POST /apollo/mixed_people/api_search?per_page=1&number={name} HTTP/1.1\r\nhost: bridge.example\r\n\
         x-api-key: {key}\r\ncontent-length: 0\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut heard = Vec::with_capacity(4096);
    loop {
        assert!(stream.read_buf(&mut heard).await.unwrap() > 0, "hung up: {heard:?}");
        if let Some(status) = whole(&heard) {
            return status;
        }
    }
}

/// The status of an answer that has come whole.
fn whole(heard: &[u8]) -> Option<u16> {
    let end = heard.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&heard[..end]).unwrap().to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let is_whole = match length {
        Some(length) => heard.len() >= end + 4 + length.parse::<usize>().unwrap(),
        None => heard.ends_with(b"0\r\n\r\n"),
    };
    is_whole.then(|| head[9..12].parse().unwrap())
}
