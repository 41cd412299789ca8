//! What an operator is told when something seems wrong: people who are stuck, and connections that do not
//! hold; each with what to do.

mod connections;
mod people;
