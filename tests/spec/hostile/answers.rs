//! What a connection answered, read as strictly as RFC 9112 has it: a proxy in front would be as strict.

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn tells(&self, name: &str, word: &str) -> bool {
        self.header(name).is_some_and(|value| value.eq_ignore_ascii_case(word))
    }
}

/// Every answer on one connection, interim ones left out.
///
/// Errors: what is not as it should be, with what was heard.
pub fn read(heard: &[u8], to_head: bool) -> Result<Vec<Answer>, String> {
    let mut answers = Vec::new();
    let mut rest = heard;
    while !rest.is_empty() {
        let (answer, after) = one(rest, to_head && answers.is_empty())
            .map_err(|wrong| format!("{wrong} in {:?}", String::from_utf8_lossy(heard)))?;
        rest = after;
        if answer.status >= 200 {
            answers.push(answer);
        }
    }
    Ok(answers)
}

fn one(heard: &[u8], to_head: bool) -> Result<(Answer, &[u8]), String> {
    let end = heard.windows(4).position(|end| end == b"\r\n\r\n").ok_or("a head without an end")?;
    let head = std::str::from_utf8(&heard[..end]).map_err(|_| "a head that is no text")?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(status_of).ok_or("no status line")?;
    let headers: Vec<(String, String)> =
        lines.map(header_of).collect::<Option<_>>().ok_or("a header line that is none")?;
    let mut answer = Answer { status, headers, body: Vec::new() };
    let rest = &heard[end + 4..];
    if to_head || status < 200 || status == 204 || status == 304 {
        return Ok((answer, rest));
    }
    let lengths: Vec<&str> =
        answer.headers.iter().filter(|(name, _)| name == "content-length").map(|(_, v)| v.as_str()).collect();
    let rest = if answer.tells("transfer-encoding", "chunked") {
        if !lengths.is_empty() {
            return Err("a length beside chunks".to_owned());
        }
        let (body, after) = chunks(rest)?;
        answer.body = body;
        after
    } else {
        let [length] = lengths[..] else { return Err(format!("{} lengths", lengths.len())) };
        let length: usize = length.parse().map_err(|_| "a length that is none")?;
        answer.body = rest.get(..length).ok_or("a body shorter than its length")?.to_vec();
        &rest[length..]
    };
    Ok((answer, rest))
}

fn status_of(line: &str) -> Option<u16> {
    let rest = line.strip_prefix("HTTP/1.1 ").or_else(|| line.strip_prefix("HTTP/1.0 "))?;
    rest.get(..3)?.parse().ok().filter(|_| rest.as_bytes().get(3) == Some(&b' '))
}

fn header_of(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let token = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    let plain = value.bytes().all(|byte| byte == b'\t' || (byte >= b' ' && byte != 0x7f));
    (token && plain).then(|| (name.to_ascii_lowercase(), value.trim().to_owned()))
}

fn chunks(mut rest: &[u8]) -> Result<(Vec<u8>, &[u8]), String> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|end| end == b"\r\n").ok_or("a chunk without a size")?;
        let size = std::str::from_utf8(&rest[..end]).ok().and_then(|hex| usize::from_str_radix(hex, 16).ok());
        let size = size.ok_or("a chunk whose size is none")?;
        let chunk = rest.get(end + 2..end + 2 + size).ok_or("a chunk shorter than its size")?;
        let after = &rest[end + 2 + size..];
        rest = after.strip_prefix(b"\r\n").ok_or("a chunk longer than its size")?;
        if size == 0 {
            return Ok((body, rest));
        }
        body.extend_from_slice(chunk);
    }
}

#[test]
fn answers_are_read_strictly() {
    let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    let chunked = "HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    let both = format!("HTTP/1.1 100 Continue\r\n\r\n{ok}{chunked}");
    let statuses: Vec<u16> =
        read(both.as_bytes(), false).unwrap().iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 404]);
    assert_eq!(read(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", true).unwrap().len(), 1);
    for wrong in [
        "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}trailing",
        "HTTP/1.1 200 OK\r\nx y: 1\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx: a\rb\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{}\r\n0\r\n\r\n",
        "garbage",
    ] {
        assert!(read(wrong.as_bytes(), false).is_err(), "{wrong:?}");
    }
}
