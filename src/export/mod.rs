//! Rows for other programs (U5): CSV that a spreadsheet opens without running anything, NDJSON that loses
//! nothing. Pure: rows in, bytes out, one at a time, so that a list of any length needs the memory of one
//! row.
//!
//! - `cell`: one value as a cell of CSV.
//! - `sheet`: rows one after the other, in either form.

mod cell;
mod sheet;

pub use sheet::{Form, Sheet, csv, ndjson, rows_of};
