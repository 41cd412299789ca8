//! The access review as one page that needs nothing else: no script, no network; on a screen, on paper, in an
//! e-mail. Pure: the review in, HTML out; what is a text in the review is a text in the page, never markup.
//!
//! - `review`: everything the page shows, as one value; the same that `--format json` answers.
//! - `page`: the page, section by section; `tables`: its tables; `chart`: lines and bars as inline SVG.

mod chart;
mod page;
mod review;
mod tables;

pub use page::page;
pub use review::{Finding, Review};
