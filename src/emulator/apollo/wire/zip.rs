//! gzip, for the fault that answers with it.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::answer::Answer;

/// The answer with its body gzipped.
pub fn gzipped(mut answer: Answer) -> Answer {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let zipped = encoder.write_all(&answer.body).and_then(|()| encoder.finish());
    if let Ok(zipped) = zipped {
        answer.body = zipped;
        answer.headers.push(("content-encoding".to_owned(), "gzip".to_owned()));
    }
    answer
}
