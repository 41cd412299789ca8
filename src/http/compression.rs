//! gzip, both ways: answers for those who ask, bodies of those who send.

use super::error::ScimFailure;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCEPT_ENCODING, AcceptEncoding, CONTENT_ENCODING, Encoding, Header, HeaderMap, HeaderValue, VARY,
};
use actix_web::middleware::Next;
use actix_web::web;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use std::io::{Read, Write};

/// Smaller answers are not worth it: one User fits into one packet as it is.
const SMALLEST: u64 = 1024;

/// The middleware around SCIM answers; those of the proxy never pass it (R8).
///
/// Errors: those of what it wraps.
pub async fn compressed(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let wanted = wants_gzip(&request);
    let mut response = next.call(request).await?.map_into_boxed_body();
    // A cache must know that the same address has two forms, whichever this one is.
    response.headers_mut().append(VARY, HeaderValue::from_static("accept-encoding"));
    let large = matches!(response.response().body().size(), BodySize::Sized(bytes) if bytes >= SMALLEST);
    if !wanted || !large || response.headers().contains_key(CONTENT_ENCODING) {
        return Ok(response);
    }
    Ok(response.map_body(|head, body| match body.try_into_bytes() {
        Ok(plain) => match deflated(&plain) {
            Some(small) => {
                head.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                small.boxed()
            }
            None => plain.boxed(),
        },
        Err(body) => body,
    }))
}

/// Whether gzip is acceptable and liked no less than plain text; what cannot be read asks for nothing.
fn wants_gzip(request: &ServiceRequest) -> bool {
    if !request.headers().contains_key(ACCEPT_ENCODING) {
        return false;
    }
    let known = [Encoding::gzip(), Encoding::identity()];
    AcceptEncoding::parse(request)
        .ok()
        .and_then(|accepted| accepted.negotiate(known.iter()))
        .is_some_and(|chosen| chosen == Encoding::gzip())
}

fn deflated(plain: &[u8]) -> Option<web::Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::fast());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().map(web::Bytes::from)
}

/// How a body was coded on its way to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// As it is.
    Plain,
    /// RFC 1952.
    Gzip,
}

impl Coding {
    /// Reads `Content-Encoding`.
    ///
    /// Errors: [`ScimFailure::ForeignCoding`]; one layer of gzip is all that is undone (RFC 7694).
    pub fn of(headers: &HeaderMap) -> Result<Self, ScimFailure> {
        let mut found = Self::Plain;
        for value in headers.get_all(CONTENT_ENCODING) {
            for word in String::from_utf8_lossy(value.as_bytes()).split(',').map(str::trim) {
                let known = |name: &str| word.eq_ignore_ascii_case(name);
                match found {
                    _ if word.is_empty() || known("identity") => {}
                    Self::Plain if known("gzip") || known("x-gzip") => found = Self::Gzip,
                    Self::Plain | Self::Gzip => {
                        return Err(ScimFailure::ForeignCoding { found: word.chars().take(40).collect() });
                    }
                }
            }
        }
        Ok(found)
    }
}

/// Why a compressed body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unpacked {
    /// It grows beyond the limit; reading stopped there.
    TooLarge,
    /// It is no gzip, or ends in the middle.
    Broken,
}

/// Inflates at most `limit` bytes, whatever they would grow to.
///
/// Errors: [`Unpacked`].
pub fn inflated(packed: &[u8], limit: usize) -> Result<Vec<u8>, Unpacked> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut plain = Vec::new();
    MultiGzDecoder::new(packed).take(most).read_to_end(&mut plain).map_err(|_| Unpacked::Broken)?;
    if plain.len() > limit { Err(Unpacked::TooLarge) } else { Ok(plain) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coding(values: &[&str]) -> Option<Coding> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CONTENT_ENCODING, HeaderValue::from_str(value).unwrap());
        }
        Coding::of(&headers).ok()
    }

    /// S2: one layer of gzip, by either of its names; anything else is foreign.
    #[test]
    fn a_coding_is_gzip_once_or_nothing() {
        for values in [&[][..], &[""], &["identity"], &["identity, identity"]] {
            assert_eq!(coding(values), Some(Coding::Plain), "{values:?}");
        }
        for values in [&["gzip"][..], &["GZIP"], &["x-gzip"], &["identity", "gzip"], &[" gzip ,identity"]] {
            assert_eq!(coding(values), Some(Coding::Gzip), "{values:?}");
        }
        for values in [&["br"][..], &["deflate"], &["gzip, gzip"], &["gzip", "x-gzip"], &["gzip;q=1"]] {
            assert_eq!(coding(values), None, "{values:?}");
        }
    }

    /// S8: what comes out is counted, not what went in; a bomb costs no more than the limit.
    #[test]
    fn inflating_stops_at_the_limit() {
        let bomb = deflated(&vec![b' '; 50_000_000]).unwrap();
        assert!(bomb.len() < 1_000_000);
        assert_eq!(inflated(&bomb, 1000), Err(Unpacked::TooLarge));
        let text = deflated(b"{\"a\":1}").unwrap();
        assert_eq!(inflated(&text, 7).unwrap(), b"{\"a\":1}");
        assert_eq!(inflated(&text, 6), Err(Unpacked::TooLarge));
        assert_eq!(inflated(&text[..text.len() - 1], 100), Err(Unpacked::Broken));
        assert_eq!(inflated(b"{\"a\":1}", 100), Err(Unpacked::Broken));
    }
}
