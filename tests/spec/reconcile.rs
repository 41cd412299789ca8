//! Reading Apollo's users and comparing them with seats: what a run believes, keeps and tells (C1 to C5).

mod believing;
mod command;
mod history;
mod taking_turns;
