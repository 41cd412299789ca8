//! The wire: parameters in, pages and answers out. Knows no data and no endpoint.

pub mod answer;
pub mod input;
pub mod page;
pub mod zip;
