//! Answers that came packed although nobody asked for that. Pure.
//!
//! The bridge never sends `Accept-Encoding`, which to most servers means: as it is. One that packs all the
//! same is understood when it packs with gzip; what must be looked into and is packed otherwise cannot be
//! shown (R9).

use flate2::read::MultiGzDecoder;
use http::header::{CONTENT_ENCODING, HeaderMap};
use std::io::Read;

/// How an answer is packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Coding {
    /// Not at all.
    Plain,
    /// RFC 1952, once.
    Gzip,
    /// Some other way, or several; as Apollo wrote it.
    Other(String),
}

impl Coding {
    /// Reads `Content-Encoding`.
    pub fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(CONTENT_ENCODING).iter();
        let all: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        let mut words = all.iter().flat_map(|value| value.split(',')).map(str::trim);
        let mut named = words.by_ref().filter(|word| !word.is_empty() && !is(word, "identity"));
        match (named.next(), named.next()) {
            (None, _) => Coding::Plain,
            (Some(word), None) if is(word, "gzip") || is(word, "x-gzip") => Coding::Gzip,
            (Some(_), _) => Coding::Other(all.join(", ")),
        }
    }

    /// The word the caller must hear with a body that stays packed.
    pub fn word(self) -> Option<String> {
        match self {
            Coding::Plain => None,
            Coding::Gzip => Some("gzip".to_owned()),
            Coding::Other(said) => Some(said),
        }
    }
}

fn is(word: &str, name: &str) -> bool {
    word.eq_ignore_ascii_case(name)
}

/// What gzip packed, if it is whole and grows to `most` bytes at the most, whatever it would grow to.
pub(super) fn unpacked(packed: &[u8], most: usize) -> Option<Vec<u8>> {
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut plain = Vec::new();
    MultiGzDecoder::new(packed).take(limit).read_to_end(&mut plain).ok()?;
    (plain.len() <= most).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use http::header::HeaderValue;
    use std::io::Write;

    fn coding(values: &[&'static str]) -> Coding {
        let pair = |value: &&'static str| (CONTENT_ENCODING, HeaderValue::from_static(value));
        let mut headers = HeaderMap::new();
        for (name, value) in values.iter().map(pair) {
            headers.append(name, value);
        }
        Coding::of(&headers)
    }

    /// RFC 9110 §8.4: names without letter case, `identity` is none; what is not one gzip stays what it is.
    #[test]
    fn a_coding_is_none_one_gzip_or_foreign() {
        for values in [&[][..], &[""], &["identity"], &["Identity, ", ""]] {
            assert_eq!(coding(values), Coding::Plain, "{values:?}");
        }
        for values in [&["gzip"][..], &["GZIP"], &["x-gzip"], &["identity", "gzip"]] {
            assert_eq!(coding(values), Coding::Gzip, "{values:?}");
        }
        for values in [&["br"][..], &["gzip, gzip"], &["gzip", "br"], &["gzip;q=1"]] {
            assert_eq!(coding(values), Coding::Other(values.join(", ")), "{values:?}");
            assert_eq!(coding(values).word(), Some(values.join(", ")));
        }
    }

    /// What comes out is counted, not what went in; half an answer is none.
    #[test]
    fn unpacking_stops_at_the_limit() {
        let packed = |plain: &[u8]| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        };
        let bomb = packed(&vec![b' '; 20_000_000]);
        assert!(bomb.len() < 1_000_000);
        assert_eq!(unpacked(&bomb, 1000), None);
        let text = packed(b"{\"a\":1}");
        assert_eq!(unpacked(&text, 7).unwrap(), b"{\"a\":1}");
        assert_eq!(unpacked(&text, 6), None);
        assert_eq!(unpacked(&text[..text.len() - 1], 100), None);
        assert_eq!(unpacked(b"{\"a\":1}", 100), None);
    }
}
