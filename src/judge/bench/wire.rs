//! One connection that is kept, and the least of HTTP/1.1 that a load needs: the generator shares its cores
//! with the server, which would miss what it spends itself.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Where a body begins.
const BLANK_LINE: &[u8] = b"\r\n\r\n";

/// A connection that asks one question after the other.
pub(super) struct Connection {
    stream: TcpStream,
    bytes: Vec<u8>,
}

/// An answer, as long as the connection is not asked again.
pub(super) struct Answer<'a> {
    pub status: u16,
    pub body: &'a [u8],
}

impl Connection {
    /// Connects to the server.
    ///
    /// Errors: the system's.
    pub async fn open(address: SocketAddr) -> Result<Self, Error> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, bytes: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and reads its whole answer.
    ///
    /// Errors: the system's; `InvalidData` for what is no answer with a length.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer<'_>, Error> {
        self.stream.write_all(request).await?;
        self.bytes.clear();
        let (status, start, end) = loop {
            if self.stream.read_buf(&mut self.bytes).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if let Some(head) = head(&self.bytes)? {
                break head;
            }
        };
        while self.bytes.len() < end {
            if self.stream.read_buf(&mut self.bytes).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(Answer { status, body: self.bytes.get(start..end).unwrap_or_default() })
    }
}

/// Status, and where the body begins and ends; nothing while the head is not whole.
fn head(bytes: &[u8]) -> Result<Option<(u16, usize, usize)>, Error> {
    let Some(length) = bytes.windows(BLANK_LINE.len()).position(|window| window == BLANK_LINE) else {
        return Ok(None);
    };
    let odd = || Error::new(ErrorKind::InvalidData, "an answer without status or length");
    let text = std::str::from_utf8(bytes.get(..length).unwrap_or_default()).map_err(|_| odd())?;
    let status = text.get(9..12).and_then(|digits| digits.parse().ok()).ok_or_else(odd)?;
    let sized = text.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
    let size = sized.filter(|(name, _)| name.eq_ignore_ascii_case("content-length")).map(|(_, size)| size);
    let size: Option<usize> = size.last().and_then(|digits| digits.trim().parse().ok());
    let start = length + BLANK_LINE.len();
    match (size, status) {
        (Some(size), _) => Ok(Some((status, start, start + size))),
        (None, 204 | 304) => Ok(Some((status, start, start))),
        (None, _) => Err(odd()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A load counts whole answers: the head says where one ends.
    #[test]
    fn the_head_says_where_an_answer_ends() {
        let answer = b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\nx: y\r\n\r\nhello";
        assert_eq!(head(answer).unwrap(), Some((201, 49, 54)));
        assert_eq!(head(b"HTTP/1.1 204 No Content\r\nx: y\r\n\r\n").unwrap(), Some((204, 33, 33)));
        assert_eq!(head(b"HTTP/1.1 200 OK\r\ncontent-le").unwrap(), None);
        assert!(head(b"HTTP/1.1 200 OK\r\nx: y\r\n\r\n").is_err(), "no length");
        assert!(head(b"nonsense\r\n\r\n").is_err());
    }
}
