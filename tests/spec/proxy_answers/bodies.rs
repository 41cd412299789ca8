//! Bodies on their way: large ones, stalled ones, packed ones, none at all.

use super::{LOST, SEARCH, SLOW, raw, tells_nothing};
use crate::support::{World, wire};
use flate2::{Compression, write::GzEncoder};
use seatbridge::rbac::Role;
use serde_json::json;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const MASK: &str = "[masked by seatbridge]";

/// Reads a request's head, and nothing else of it.
fn hear(stream: &mut TcpStream) -> bool {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return false,
            Ok(count) => head.extend_from_slice(&buffer[..count]),
        }
    }
    true
}

/// Answers each connection with these bytes and hangs up; its base URL.
fn upstream(bytes: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            if hear(&mut stream) {
                let _ = stream.write_all(&bytes);
            }
        }
    });
    format!("http://{address}/api/v1")
}

fn answer(headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\
         connection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// An upstream with a very large answer, which says how much of it was taken, and whether it was cut short.
struct Flood {
    base_url: String,
    taken: Arc<AtomicUsize>,
    cut: Arc<AtomicBool>,
}

impl Flood {
    const BYTES: usize = 100_000_000;

    fn begin() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}/api/v1", listener.local_addr().unwrap());
        let (taken, cut) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
        let (told, ended) = (Arc::clone(&taken), Arc::clone(&cut));
        std::thread::spawn(move || {
            let piece = vec![b' '; 50_000];
            for mut stream in listener.incoming().flatten() {
                if !hear(&mut stream) {
                    continue;
                }
                told.store(0, Ordering::SeqCst);
                let head = answer("", &[]);
                let head = String::from_utf8(head)
                    .unwrap()
                    .replace("length: 0", &format!("length: {}", Self::BYTES));
                stream.write_all(head.as_bytes()).unwrap();
                for _ in 0..Self::BYTES / piece.len() {
                    if stream.write_all(&piece).is_err() {
                        ended.store(true, Ordering::SeqCst);
                        break;
                    }
                    told.fetch_add(piece.len(), Ordering::SeqCst);
                }
            }
        });
        Self { base_url, taken, cut }
    }

    /// How much was taken when nothing more is.
    async fn settled(&self) -> usize {
        loop {
            let before = self.taken.load(Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(150)).await;
            if before > 0 && self.taken.load(Ordering::SeqCst) == before {
                return before;
            }
        }
    }
}

/// R9, R12: an answer of 100 MB goes through a bridge that never holds it: it waits for a caller that reads
/// slowly, and a caller that hangs up ends the call upstream too.
#[actix_web::test]
async fn a_very_large_answer_waits_for_its_reader_and_ends_with_it() {
    let flood = Flood::begin();
    let world = World::configured(10, |config| config.apollo.base_url = flood.base_url.clone()).await;
    let key = super::keyed(&world, Role::Admin).await;
    let request = wire::request(&format!("POST {SEARCH}"), &[("x-api-key", &key)], "");
    let call = || async {
        let mut stream = tokio::net::TcpStream::connect(world.server.address).await.unwrap();
        stream.write_all(&request).await.unwrap();
        stream
    };
    let mut reader = call().await;
    let mut buffer = vec![0; 1 << 20];
    let mut heard = reader.read(&mut buffer).await.unwrap();
    assert!(buffer.starts_with(b"HTTP/1.1 200"));
    // What the system's own buffers between the three take is some 20 MB; the bridge adds next to nothing.
    let held = flood.settled().await;
    assert!(held < Flood::BYTES / 2, "{held} bytes were taken for a caller that does not read");
    loop {
        match reader.read(&mut buffer).await.unwrap() {
            0 => break,
            count => heard += count,
        }
    }
    assert!(heard > Flood::BYTES, "{heard} of {} bytes came", Flood::BYTES);
    assert!(!flood.cut.load(Ordering::SeqCst));

    let mut leaver = call().await;
    assert!(leaver.read(&mut buffer).await.unwrap() > 0);
    flood.settled().await;
    drop(leaver);
    let patience = Instant::now() + Duration::from_secs(10);
    while !flood.cut.load(Ordering::SeqCst) {
        assert!(Instant::now() < patience, "the call upstream goes on for nobody");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// R12: an answer that stalls in the middle is 504 as long as nothing of it was passed on, and cut short
/// afterwards: it never looks like a whole one.
#[actix_web::test]
async fn an_answer_that_stalls_is_504_or_visibly_cut() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 300000\r\n\r\n";
    for (before, roles) in [(100, [Role::SalesRep, Role::Admin]), (200_000, [Role::SalesRep, Role::Admin])] {
        for role in roles {
            let first = format!("{head}{}", " ".repeat(before));
            let upstream = wire::Upstream::saying(&[(0, &first), (4000, "{}")]);
            let world = World::configured(10, |config| {
                config.apollo.base_url = upstream.base_url();
                config.apollo.timeout_seconds = 1;
            })
            .await;
            let key = super::keyed(&world, role).await;
            let begun = Instant::now();
            let reply = raw(&world, &format!("POST {SEARCH}"), &[("x-api-key", &key)], "").await;
            assert!(begun.elapsed() < Duration::from_millis(3500), "{role} {:?}", begun.elapsed());
            if before > 100 && role == Role::Admin {
                assert!(reply.status == 200 && reply.text.len() > before, "{}", reply.text.len());
                assert!(!reply.text.ends_with("0\r\n\r\n"), "it looks like a whole answer");
            } else {
                tells_nothing(&reply, 504, SLOW);
            }
        }
    }
}

fn packed(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// R9: nobody asks Apollo to pack; an answer that comes packed all the same is masked or passed on as JSON,
/// or withheld from whom it cannot be masked for, and never passed on as something it is not.
#[actix_web::test]
async fn an_answer_that_comes_packed_is_understood_or_withheld() {
    let plain = br#"{"contacts":[{"id":"6c","email":"jo@norrsken.example"}]}"#;
    let broken = &packed(plain)[..30];
    for (coding, bytes, masked, open) in [
        ("gzip", packed(plain), 200, 200),
        ("gzip", broken.to_vec(), 502, 502),
        ("br", b"\x0b\x02\x80{}\x03".to_vec(), 502, 200),
    ] {
        let header = format!("content-encoding: {coding}\r\n");
        let base_url = upstream(answer(&header, &bytes));
        let world = World::configured(10, |config| config.apollo.base_url = base_url).await;
        let okta = world.okta().await;
        for (role, status) in [(Role::SalesRep, masked), (Role::Admin, open)] {
            let key = world.keyed(&okta, &format!("{role}@corp.example"), role).await;
            let reply = raw(&world, &format!("POST {SEARCH}"), &[("x-api-key", &key)], "").await;
            reply.is(status);
            match (coding, role) {
                ("gzip", Role::SalesRep) if status == 200 => {
                    assert_eq!(reply.json()["contacts"][0]["email"], MASK);
                }
                ("gzip", _) if status == 200 => assert_eq!(reply.text.as_bytes(), plain),
                _ => {}
            }
            let stays_packed = (coding == "br" && status == 200).then_some("br");
            assert_eq!(reply.header("content-encoding"), stays_packed, "{role} {coding}");
        }
    }
}

/// R9: a large packed answer streams untouched to who may see it, and says how it is packed.
#[actix_web::test]
async fn a_large_packed_answer_streams_as_it_came() {
    // What does not repeat itself does not shrink.
    let noise: Vec<u8> =
        (0..120_000u64).flat_map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).to_be_bytes()).collect();
    let bytes = packed(&noise);
    assert!(bytes.len() > 200_000);
    let base_url = upstream(answer("content-encoding: gzip\r\n", &bytes));
    let world = World::configured(10, |config| config.apollo.base_url = base_url).await;
    let key = super::keyed(&world, Role::Admin).await;
    let url = format!("{}{SEARCH}", world.base());
    let reply = world.http.post(&url).header("x-api-key", &key).send().await.unwrap();
    assert_eq!(reply.headers()["content-encoding"], "gzip");
    assert_eq!(reply.bytes().await.unwrap(), bytes);
}

/// RFC 9110 §15.3.5, §15.4.5: what has no body has none on this side either, whoever asks.
#[actix_web::test]
async fn an_answer_without_a_body_stays_without() {
    for (line, status) in [("204 No Content", 204), ("304 Not Modified", 304)] {
        let base_url = upstream(format!("HTTP/1.1 {line}\r\nconnection: close\r\n\r\n").into_bytes());
        let world = World::configured(10, |config| config.apollo.base_url = base_url).await;
        let okta = world.okta().await;
        for role in [Role::SalesRep, Role::Admin] {
            let key = world.keyed(&okta, &format!("{role}@corp.example"), role).await;
            let reply = raw(&world, &format!("POST {SEARCH}"), &[("x-api-key", &key)], "").await;
            assert_eq!((reply.status, reply.text.as_str()), (status, ""), "{role}");
        }
    }
    let world = World::start().await;
    let key = super::keyed(&world, Role::Admin).await;
    // HEAD is no method of any row (R2).
    raw(&world, "HEAD /apollo/users/search", &[("x-api-key", &key)], "").await.is(404);
    assert!(world.apollo.received().is_empty());
}

/// U7: a body beyond the limit is refused with what to do, told or untold how long it is, and nothing of it
/// leaves; one at the limit does.
#[actix_web::test]
async fn a_body_beyond_the_limit_is_413_and_nothing_leaves() {
    let world = World::configured(10, |config| config.limits.body_bytes = 500).await;
    let key = super::keyed(&world, Role::Admin).await;
    let sized = |bytes: usize| {
        let empty = json!({"q_keywords": ""}).to_string().len();
        json!({"q_keywords": "a".repeat(bytes - empty)}).to_string()
    };
    let headers = [("x-api-key", key.as_str()), ("content-type", "application/json")];
    let chunked = [headers[0], headers[1], ("transfer-encoding", "chunked")];
    let line = format!("POST {SEARCH}");
    raw(&world, &line, &headers, &sized(500)).await.is(200);
    assert_eq!(world.apollo.received().len(), 1);
    world.apollo.clear_log();
    let in_pieces = format!("1f5\r\n{}\r\n0\r\n\r\n", sized(501));
    for (headers, body) in [(&headers[..], sized(501)), (&chunked[..], in_pieces)] {
        let reply = raw(&world, &line, headers, &body).await;
        reply.is(413).says("larger than 500 bytes").says("send less at once");
        assert_eq!(reply.header("content-type"), Some("application/json"));
    }
    assert!(world.apollo.received().is_empty());
}

/// R12: a body that ends too early is 502 while nothing was passed on.
#[actix_web::test]
async fn a_short_answer_is_502() {
    let mut short = answer("", b"{\"contacts\":[]}");
    short.truncate(short.len() - 1);
    let base_url = upstream(short);
    let world = World::configured(10, |config| config.apollo.base_url = base_url).await;
    let key = super::keyed(&world, Role::Admin).await;
    let reply = raw(&world, &format!("POST {SEARCH}"), &[("x-api-key", &key)], "").await;
    tells_nothing(&reply, 502, LOST);
}
